// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockUSDC} from "./MockUSDC.sol";

/// @title USDC for test networks that fails as the real one does
/// @notice Has a blacklist and a pause switch, which anyone operates, and takes every transfer off the allowance.
contract StrictMockUSDC is MockUSDC {
    /// @notice Whether transfers are stopped.
    bool public paused;
    /// @notice Whether the account may neither send, receive nor approve.
    mapping(address account => bool listed) public isBlacklisted;

    /// @notice The account is on the blacklist.
    event Blacklisted(address indexed account);
    /// @notice Transfers stopped.
    event Pause();
    /// @notice The account is off the blacklist.
    event UnBlacklisted(address indexed account);
    /// @notice Transfers go on.
    event Unpause();

    modifier whenUsable(address account) {
        // The texts are the real token's, which clients meet.
        require(!paused, "Pausable: paused");
        require(!isBlacklisted[account], "Blacklistable: account is blacklisted");
        _;
    }

    /// @notice Puts an account on the blacklist. Anyone.
    function blacklist(address account) external {
        isBlacklisted[account] = true;
        emit Blacklisted(account);
    }

    /// @notice Takes an account off the blacklist. Anyone.
    function unBlacklist(address account) external {
        isBlacklisted[account] = false;
        emit UnBlacklisted(account);
    }

    /// @notice Stops transfers. Anyone.
    function pause() external {
        paused = true;
        emit Pause();
    }

    /// @notice Lets transfers go on. Anyone.
    function unpause() external {
        paused = false;
        emit Unpause();
    }

    /// @notice Lets a spender move tokens; neither may be on the blacklist.
    function approve(address spender, uint256 value)
        public
        override
        whenUsable(msg.sender)
        whenUsable(spender)
        returns (bool)
    {
        return super.approve(spender, value);
    }

    /// @notice Moves tokens; both accounts and the caller must be off the blacklist.
    function transferFrom(address from, address to, uint256 value)
        public
        override
        whenUsable(msg.sender)
        returns (bool)
    {
        return super.transferFrom(from, to, value);
    }

    function _update(address from, address to, uint256 value) internal override whenUsable(from) whenUsable(to) {
        super._update(from, to, value);
    }

    /// @dev Unlike OpenZeppelin's, an allowance of 2^256-1 is not endless.
    function _spendAllowance(address owner, address spender, uint256 value) internal override {
        uint256 current = allowance(owner, spender);
        require(current >= value, "ERC20: transfer amount exceeds allowance");
        unchecked {
            _approve(owner, spender, current - value, false);
        }
    }
}
