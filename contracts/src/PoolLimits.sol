// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ValueOutOfBounds} from "./Errors.sol";

/// @title Limits that factory and pools share
library PoolLimits {
    /// @dev Smallest and largest reserve ratio, parts per million.
    uint256 internal constant MIN_CRR = 50_000;
    uint256 internal constant MAX_CRR = 500_000;
    /// @dev Largest trade fee, basis points.
    uint256 internal constant MAX_TRADE_FEE = 1_000;

    /// @notice The trade fee is above its limit.
    error FeeTooHigh(uint256 feeBps, uint256 maxBps);

    /// @dev Reverts where a curve can't have these parameters.
    function check(uint256 crr, uint256 tradeFee) internal pure {
        if (crr < MIN_CRR || crr > MAX_CRR) revert ValueOutOfBounds(crr, MIN_CRR, MAX_CRR);
        if (tradeFee > MAX_TRADE_FEE) revert FeeTooHigh(tradeFee, MAX_TRADE_FEE);
    }
}
