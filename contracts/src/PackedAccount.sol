// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev A model's account in one slot, read and written once per call: net accrual in the lower 128 bits, payments in
/// the upper ones.
type PackedAccount is uint256;

using {net, payments, credit, debit} for PackedAccount global;

uint256 constant _PAYMENTS_SHIFT = 128;

/// @dev Returns what the model has accrued and not paid out.
function net(PackedAccount self) pure returns (uint256) {
    return uint128(PackedAccount.unwrap(self));
}

/// @dev Returns what was paid for the model.
function payments(PackedAccount self) pure returns (uint256) {
    return PackedAccount.unwrap(self) >> _PAYMENTS_SHIFT;
}

/// @dev Adds a deposit; reverts where 128 bits don't hold the sum.
function credit(PackedAccount self, uint256 amount) pure returns (PackedAccount) {
    SafeCast.toUint128(net(self) + amount);
    return PackedAccount.wrap(PackedAccount.unwrap(self) + amount);
}

/// @dev Moves a payment from the accrual to the payments; the caller has checked that the accrual covers it. The
/// payments can't exceed 128 bits, since the reserve's total of them fits in 72.
function debit(PackedAccount self, uint256 amount) pure returns (PackedAccount) {
    return PackedAccount.wrap(PackedAccount.unwrap(self) - amount + (amount << _PAYMENTS_SHIFT));
}
