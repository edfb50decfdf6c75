// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts-v4/governance/TimelockController.sol";

/// @title Stand-in for mainnet's timelock: OpenZeppelin 4.9's
contract HokusaiTimelockController is TimelockController {
    constructor(uint256 minDelay, address[] memory proposers, address[] memory executors, address admin)
        TimelockController(minDelay, proposers, executors, admin)
    {}
}
