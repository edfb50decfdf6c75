// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the router needs of a pool
/// @dev `accrualParams` and `receiveFees` exist only on pools of this suite; a pool without them is served by `depositFees`.
interface IHokusaiAMM {
    /// @notice Token that the pool trades.
    function hokusaiToken() external view returns (address);

    /// @notice Parameter contract whose split governs this pool's fees.
    function accrualParams() external view returns (address);

    /// @notice Adds fees, taken from the caller's allowance, to the reserve.
    function depositFees(uint256 amount) external;

    /// @notice Adds fees that are in the pool already, beyond its books, to the reserve.
    function receiveFees(uint256 amount) external;
}
