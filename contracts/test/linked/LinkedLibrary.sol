// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LinkedBase} from "./LinkedBase.sol";

/// @title LinkedLibrary
/// @notice A library with code of its own, whose address belongs in the code of whoever calls it.
library LinkedLibrary {
    /// @notice Whether there is a contract at an account.
    function isContract(address account) external view returns (bool) {
        return LinkedBase.sizeOf(account) > 0;
    }
}
