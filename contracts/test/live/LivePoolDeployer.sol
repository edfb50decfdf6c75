// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {requireAddress} from "../v2/V2Errors.sol";
import {LiveHokusaiAMM} from "./LiveHokusaiAMM.sol";

/// @title Stand-in for what creates pools for the factory on mainnet
contract LivePoolDeployer {
    address public immutable factory;

    event PoolDeployed(address indexed pool);

    constructor(address _factory) {
        requireAddress(_factory, "factory");
        factory = _factory;
    }

    function deployPool(
        address reserveToken,
        address tokenAddress,
        address tokenManager,
        string memory modelId,
        address treasury,
        uint256 crr,
        uint256 tradeFee,
        uint256 ibrDuration,
        uint256 flatCurveThreshold,
        uint256 flatCurvePrice
    ) external returns (address) {
        require(msg.sender == factory, "Only factory");
        LiveHokusaiAMM pool = new LiveHokusaiAMM(
            reserveToken,
            tokenAddress,
            tokenManager,
            modelId,
            treasury,
            crr,
            tradeFee,
            ibrDuration,
            flatCurveThreshold,
            flatCurvePrice
        );
        pool.transferOwnership(factory);
        emit PoolDeployed(address(pool));
        return address(pool);
    }
}
