// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title USDC for test networks: anyone mints and burns
contract MockUSDC is ERC20 {
    constructor() ERC20("Mock USDC", "USDC") {}

    /// @notice Creates tokens. Anyone.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Destroys tokens of any account. Anyone.
    function burn(address from, uint256 amount) external {
        _burn(from, amount);
    }

    /// @notice Decimals, as USDC has.
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
