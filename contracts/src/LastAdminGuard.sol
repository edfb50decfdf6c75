// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ZeroAddress} from "./Errors.sol";

/// @title AccessControl that always keeps an administrator
/// @notice Counts the holders of DEFAULT_ADMIN_ROLE and refuses to revoke or renounce the last one.
/// @dev The count lives where the inheriting contract has room in a slot it reads anyway.
abstract contract LastAdminGuard is AccessControl {
    /// @notice Removing this account would leave the contract without an administrator.
    error LastAdmin(address account);

    /// @notice Number of accounts that hold DEFAULT_ADMIN_ROLE.
    /// @return The count, never zero after construction.
    function adminCount() public view virtual returns (uint256);

    function _setAdminCount(uint256 count) internal virtual;

    function _grantRole(bytes32 role, address account) internal override returns (bool granted) {
        if (role != DEFAULT_ADMIN_ROLE) return super._grantRole(role, account);
        // The zero address can't act, so it must not count as an administrator.
        if (account == address(0)) revert ZeroAddress();
        granted = super._grantRole(role, account);
        if (granted) _setAdminCount(adminCount() + 1);
    }

    function _revokeRole(bytes32 role, address account) internal override returns (bool revoked) {
        revoked = super._revokeRole(role, account);
        if (revoked && role == DEFAULT_ADMIN_ROLE) {
            uint256 count = adminCount();
            if (count == 1) revert LastAdmin(account);
            _setAdminCount(count - 1);
        }
    }
}
