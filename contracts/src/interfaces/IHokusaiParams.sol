// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What other contracts read from a model's parameters
interface IHokusaiParams {
    /// @notice Share of each API fee that is set aside for infrastructure.
    /// @return Basis points, 5000 to 10000.
    function infrastructureAccrualBps() external view returns (uint16);
}
