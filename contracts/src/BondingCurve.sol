// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @title Prices on a curve with a constant reserve ratio
/// @dev With reserve R, supply S and ratio w: buying with r yields S * ((1 + r/R)^w - 1) tokens, selling t yields
/// R * (1 - (1 - t/S)^(1/w)). Every rounding favours the pool; the power is an approximation to a few units of its
/// 18th decimal, which `_MARGIN` covers.
library BondingCurve {
    /// @dev Parts per million in one.
    uint256 internal constant PPM = 1_000_000;
    /// @dev One, as the power function counts.
    uint256 internal constant WAD = 1e18;
    uint256 private constant _MARGIN = 100;

    /// @dev Returns the tokens for a purchase, rounded down; zero where reserve or supply is zero.
    function tokensFor(uint256 reserve, uint256 supply, uint256 crr, uint256 reserveIn)
        internal
        pure
        returns (uint256)
    {
        if (reserve == 0) return 0;
        uint256 base = WAD + FixedPointMathLib.fullMulDiv(reserveIn, WAD, reserve);
        uint256 growth = _pow(base, crr * (WAD / PPM));
        if (growth <= WAD + _MARGIN) return 0;
        return FixedPointMathLib.fullMulDiv(supply, growth - WAD - _MARGIN, WAD);
    }

    /// @dev Returns the reserve for a sale of fewer tokens than the supply, rounded down.
    function reserveFor(uint256 reserve, uint256 supply, uint256 crr, uint256 tokensIn)
        internal
        pure
        returns (uint256)
    {
        uint256 base = WAD - FixedPointMathLib.fullMulDiv(tokensIn, WAD, supply);
        uint256 remainder = _pow(base, WAD * PPM / crr) + _MARGIN;
        if (remainder >= WAD) return 0;
        return FixedPointMathLib.fullMulDiv(reserve, WAD - remainder, WAD);
    }

    /// @dev Returns the price of one whole token in units of the reserve token; zero for a supply of zero.
    function price(uint256 reserve, uint256 supply, uint256 crr) internal pure returns (uint256) {
        if (supply == 0) return 0;
        return FixedPointMathLib.fullMulDiv(reserve, WAD * PPM, supply * crr);
    }

    function _pow(uint256 base, uint256 exponent) private pure returns (uint256) {
        return uint256(FixedPointMathLib.powWad(int256(base), int256(exponent)));
    }
}
