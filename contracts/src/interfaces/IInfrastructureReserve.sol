// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the router needs of the reserve
interface IInfrastructureReserve {
    /// @notice Books a deposit whose tokens are in the reserve already.
    function creditAccrual(string calldata modelId, uint256 amount) external;

    /// @notice Books several deposits whose tokens are in the reserve already.
    function creditAccruals(string[] calldata modelIds, uint256[] calldata amounts) external;
}
