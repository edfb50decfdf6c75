// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Refusals of the stand-ins that carry values; the rest are OpenZeppelin 4.9's and others' texts.
error ZeroAddress(string context);
error InvalidAmount(string context);
error EmptyString(string context);
error ArrayLengthMismatch(uint256 expected, uint256 actual);
error ArrayEmpty();
error ArrayTooLarge(uint256 length, uint256 maxLength);
error ValueOutOfBounds(uint256 value, uint256 min, uint256 max);
error FeeTooHigh(uint256 feeBps, uint256 maxBps);

function requireAddress(address account, string memory context) pure {
    if (account == address(0)) revert ZeroAddress(context);
}

function requireAmount(uint256 amount) pure {
    if (amount == 0) revert InvalidAmount("amount");
}

function requireModelId(string memory modelId) pure {
    if (bytes(modelId).length == 0) revert EmptyString("model ID");
}

function requireSameLength(uint256 expected, uint256 actual) pure {
    if (expected != actual) revert ArrayLengthMismatch(expected, actual);
    if (expected == 0) revert ArrayEmpty();
}
