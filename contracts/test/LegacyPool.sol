// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Stand-in for a pool of another build: takes fees by allowance only
contract LegacyPool {
    IERC20 private immutable _reserveToken;
    /// @notice Token that the pool trades.
    address public immutable hokusaiToken;
    /// @notice Fees received.
    uint256 public reserveBalance;

    constructor(address reserveToken, address token) {
        _reserveToken = IERC20(reserveToken);
        hokusaiToken = token;
    }

    /// @notice Adds fees, taken from the caller's allowance, to the reserve.
    function depositFees(uint256 amount) external {
        reserveBalance += amount;
        require(_reserveToken.transferFrom(msg.sender, address(this), amount), "Fee deposit failed");
    }
}
