// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title LinkedBase
/// @notice A library that another library calls, so that the one must be deployed before the other.
library LinkedBase {
    /// @notice The number of bytes of code at an account.
    function sizeOf(address account) external view returns (uint256) {
        return account.code.length;
    }
}
