// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";

/// @title Stand-in for the live whitelist: who may buy from pools that ask for it
contract PurchaserWhitelist is AccessControl {
    /// @notice May add and remove wallets.
    bytes32 public constant WHITELIST_ADMIN_ROLE = keccak256("WHITELIST_ADMIN_ROLE");
    /// @notice The most wallets of one batch.
    uint256 public constant MAX_BATCH = 200;

    /// @notice Whether a wallet may buy.
    mapping(address account => bool listed) public isWhitelisted;

    /// @notice An account is the zero address.
    error ZeroAddress();
    /// @notice A batch is larger than it may be.
    error BatchTooLarge(uint256 length, uint256 max);

    /// @notice A wallet may buy from now on.
    event WalletWhitelisted(address indexed wallet);
    /// @notice A wallet may buy no more.
    event WalletRemovedFromWhitelist(address indexed wallet);

    constructor(address admin) {
        if (admin == address(0)) revert ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(WHITELIST_ADMIN_ROLE, admin);
    }

    /// @notice Lets a wallet buy. WHITELIST_ADMIN_ROLE.
    function addToWhitelist(address account) external onlyRole(WHITELIST_ADMIN_ROLE) {
        _set(account, true);
    }

    /// @notice Lets a wallet buy no more. WHITELIST_ADMIN_ROLE.
    function removeFromWhitelist(address account) external onlyRole(WHITELIST_ADMIN_ROLE) {
        _set(account, false);
    }

    /// @notice Lets wallets buy. WHITELIST_ADMIN_ROLE.
    function addBatch(address[] calldata accounts) external onlyRole(WHITELIST_ADMIN_ROLE) {
        _setAll(accounts, true);
    }

    /// @notice Lets wallets buy no more. WHITELIST_ADMIN_ROLE.
    function removeBatch(address[] calldata accounts) external onlyRole(WHITELIST_ADMIN_ROLE) {
        _setAll(accounts, false);
    }

    function _setAll(address[] calldata accounts, bool listed) private {
        if (accounts.length > MAX_BATCH) revert BatchTooLarge(accounts.length, MAX_BATCH);
        for (uint256 i = 0; i < accounts.length; ++i) {
            _set(accounts[i], listed);
        }
    }

    function _set(address account, bool listed) private {
        if (account == address(0)) revert ZeroAddress();
        if (isWhitelisted[account] == listed) return;
        isWhitelisted[account] = listed;
        if (listed) emit WalletWhitelisted(account);
        else emit WalletRemovedFromWhitelist(account);
    }
}
