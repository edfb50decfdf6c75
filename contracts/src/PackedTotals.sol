// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev The reserve's totals in one slot, read and written once per call. From the lowest bit: accrued (72 bits),
/// paid (72), withdrawn (72), number of administrators (32), paused (8). Never zero: there is an administrator.
type PackedTotals is uint256;

using {accrued, paid, withdrawn, admins, isPaused, addAccrued, addPaid, addWithdrawn, withAdmins, withPaused} for
    PackedTotals global;

uint256 constant _PAID_SHIFT = 72;
uint256 constant _WITHDRAWN_SHIFT = 144;
uint256 constant _ADMINS_SHIFT = 216;
uint256 constant _PAUSED_SHIFT = 248;

/// @dev Returns all deposits so far.
function accrued(PackedTotals self) pure returns (uint256) {
    return uint72(PackedTotals.unwrap(self));
}

/// @dev Returns all payments so far.
function paid(PackedTotals self) pure returns (uint256) {
    return uint72(PackedTotals.unwrap(self) >> _PAID_SHIFT);
}

/// @dev Returns all emergency withdrawals so far.
function withdrawn(PackedTotals self) pure returns (uint256) {
    return uint72(PackedTotals.unwrap(self) >> _WITHDRAWN_SHIFT);
}

/// @dev Returns the number of administrators.
function admins(PackedTotals self) pure returns (uint256) {
    return uint32(PackedTotals.unwrap(self) >> _ADMINS_SHIFT);
}

/// @dev Returns whether deposits and payments are stopped.
function isPaused(PackedTotals self) pure returns (bool) {
    return PackedTotals.unwrap(self) >> _PAUSED_SHIFT != 0;
}

/// @dev Adds a deposit; reverts where 72 bits don't hold the sum.
function addAccrued(PackedTotals self, uint256 amount) pure returns (PackedTotals) {
    SafeCast.toUint72(accrued(self) + amount);
    return PackedTotals.wrap(PackedTotals.unwrap(self) + amount);
}

/// @dev Adds a payment; reverts where 72 bits don't hold the sum.
function addPaid(PackedTotals self, uint256 amount) pure returns (PackedTotals) {
    SafeCast.toUint72(paid(self) + amount);
    return PackedTotals.wrap(PackedTotals.unwrap(self) + (amount << _PAID_SHIFT));
}

/// @dev Adds an emergency withdrawal; reverts where 72 bits don't hold the sum.
function addWithdrawn(PackedTotals self, uint256 amount) pure returns (PackedTotals) {
    SafeCast.toUint72(withdrawn(self) + amount);
    return PackedTotals.wrap(PackedTotals.unwrap(self) + (amount << _WITHDRAWN_SHIFT));
}

/// @dev Replaces the number of administrators.
function withAdmins(PackedTotals self, uint256 count) pure returns (PackedTotals) {
    uint256 rest = PackedTotals.unwrap(self) & ~(uint256(type(uint32).max) << _ADMINS_SHIFT);
    return PackedTotals.wrap(rest | (uint256(SafeCast.toUint32(count)) << _ADMINS_SHIFT));
}

/// @dev Replaces the pause flag.
function withPaused(PackedTotals self, bool value) pure returns (PackedTotals) {
    uint256 rest = PackedTotals.unwrap(self) & ((1 << _PAUSED_SHIFT) - 1);
    return PackedTotals.wrap(rest | (value ? 1 << _PAUSED_SHIFT : 0));
}
