// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What other contracts need of a model's token, besides ERC-20
interface IHokusaiToken {
    /// @notice The model's parameter contract.
    function params() external view returns (address);

    /// @notice Destroys tokens of the caller.
    function burn(uint256 amount) external;
}
