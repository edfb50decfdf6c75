// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Stand-in for contracts of other versions: their functions and demands, without any effect
contract TestOtherVersions is AccessControl, Ownable {
    /// @notice May pause pools on the live version.
    address public pauser;

    constructor(address admin) Ownable(admin) {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice The reserve of v2.0.0 knows no pauser: its admin pauses.
    function pause() external onlyRole(DEFAULT_ADMIN_ROLE) {}

    /// @notice The cost oracle's.
    function setEstimatedCost(string calldata, uint256, uint256) external onlyRole(keccak256("GOV_ROLE")) {}

    /// @notice The escrow's; no record says who may.
    function claimVested(address, uint256) external onlyRole(keccak256("RELEASER_ROLE")) {}

    /// @notice The oracle's, open to all.
    function applyPendingUpdate(string calldata) external {}

    /// @notice The factory's: pauser or owner.
    function pausePool(string calldata) external view {
        if (msg.sender != pauser) _checkOwner();
    }

    /// @notice The factory's.
    function setPauser(address newPauser) external onlyOwner {
        pauser = newPauser;
    }

    /// @notice A table says admin; this version lets everybody.
    function setEpochDuration(uint256) external {}
}
