// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What factory and pools need of the TokenManager
interface ITokenManager {
    /// @notice Token of the model, zero where none was deployed.
    function modelTokens(string calldata modelId) external view returns (address);

    /// @notice Creates tokens of the model; the caller needs MINTER_ROLE.
    function mintTokens(string calldata modelId, address recipient, uint256 amount) external;
}
