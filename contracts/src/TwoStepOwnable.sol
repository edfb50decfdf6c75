// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title Ownership that is handed over in two steps and never given up
/// @notice The new owner accepts a hand-over before it takes effect; renouncing is refused.
abstract contract TwoStepOwnable is Ownable2Step {
    /// @notice The contract would be left without an owner.
    error OwnershipNotRenounceable(address owner);

    constructor() Ownable(msg.sender) {}

    /// @notice Always refused: the last owner can't be removed.
    function renounceOwnership() public view override onlyOwner {
        revert OwnershipNotRenounceable(owner());
    }
}
