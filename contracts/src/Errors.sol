// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Errors that more than one contract of the suite raises. Each contract declares its own beside its code.

/// @notice An address that must be set is the zero address.
error ZeroAddress();

/// @notice An amount that must be positive is zero.
error ZeroAmount();

/// @notice A text that must be given (model id, name, symbol, metric) is empty.
error EmptyString();

/// @notice A batch has no items.
error ArrayEmpty();

/// @notice Two lists that belong together differ in length.
/// @param expected Length of the first list.
/// @param actual Length of the other one.
error ArrayLengthMismatch(uint256 expected, uint256 actual);

/// @notice A batch has more items than one call may carry.
/// @param length Items given.
/// @param maxLength Items allowed.
error ArrayTooLarge(uint256 length, uint256 maxLength);

/// @notice A parameter is outside its permitted range.
/// @param value The value given.
/// @param min Smallest permitted value.
/// @param max Largest permitted value.
error ValueOutOfBounds(uint256 value, uint256 min, uint256 max);

/// @notice A clone or a contract was set up before.
error AlreadyInitialized();

/// @notice No pool serves the model.
error PoolNotFound();

/// @notice The token is not the one that the TokenManager deployed for the model, or it deployed none.
/// @param expected The model's token, zero where there is none.
/// @param actual The token given.
error TokenMismatch(address expected, address actual);
