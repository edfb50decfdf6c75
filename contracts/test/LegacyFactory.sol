// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Stand-in for a factory of another build: knows pools, whoever made them
contract LegacyFactory {
    /// @notice Pool of a model.
    mapping(string modelId => address pool) public pools;

    /// @notice Sets the pool of a model.
    function setPool(string calldata modelId, address pool) external {
        pools[modelId] = pool;
    }
}
