// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title Votes for the tests: anyone mints, and the clock counts blocks or seconds
contract TestVotes is ERC20, ERC20Permit, ERC20Votes {
    /// @notice Whether the clock counts seconds; else blocks.
    bool public immutable byTime;

    /// @param byTime_ Whether the clock counts seconds.
    constructor(bool byTime_) ERC20("Test Votes", "VOTE") ERC20Permit("Test Votes") {
        byTime = byTime_;
    }

    /// @notice Mints and, where nobody is named yet, delegates to the holder itself.
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
        if (delegates(account) == address(0)) _delegate(account, account);
    }

    /// @inheritdoc Votes
    function clock() public view override(Votes) returns (uint48) {
        return byTime ? uint48(block.timestamp) : uint48(block.number);
    }

    /// @inheritdoc Votes
    // solhint-disable-next-line func-name-mixedcase -- ERC-6372 names it
    function CLOCK_MODE() public view override(Votes) returns (string memory) {
        return byTime ? "mode=timestamp" : "mode=blocknumber&from=default";
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
