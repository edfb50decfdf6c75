// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockUSDC} from "./MockUSDC.sol";

/// @title Stand-in for a hostile token: calls somebody in the middle of the next transfer
contract CallbackToken is MockUSDC {
    address private _target;
    bytes private _data;

    /// @notice Sets the call that the next transfer makes; its failure is the transfer's.
    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        address target = _target;
        if (target == address(0)) return;
        delete _target;
        (bool isDone, bytes memory result) = target.call(_data);
        if (isDone) return;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }
}
