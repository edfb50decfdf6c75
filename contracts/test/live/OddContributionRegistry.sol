// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataContributionRegistry} from "./DataContributionRegistry.sol";

/// @title Stand-in for a register of contributions where the admin of a role was changed
contract OddContributionRegistry is DataContributionRegistry {
    function setRoleAdmin(bytes32 role, bytes32 adminRole) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setRoleAdmin(role, adminRole);
    }
}
