// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelRegistry} from "../../src/ModelRegistry.sol";
import {LinkedLibrary} from "./LinkedLibrary.sol";

/// @title LinkedRegistry
/// @notice The suite's registry as a build with a library of its own would have it.
contract LinkedRegistry is ModelRegistry {
    /// @notice Whether there is a contract at an account, as the library says.
    function isContract(address account) external view returns (bool) {
        return LinkedLibrary.isContract(account);
    }
}
