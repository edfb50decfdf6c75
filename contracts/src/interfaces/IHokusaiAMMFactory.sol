// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What router and reserve need of the factory
interface IHokusaiAMMFactory {
    /// @notice Pool of the model, zero where there is none.
    function pools(string calldata modelId) external view returns (address);
}
