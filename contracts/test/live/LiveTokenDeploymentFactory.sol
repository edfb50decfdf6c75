// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {requireAddress} from "../v2/V2Errors.sol";
import {LiveHokusaiParams} from "./LiveHokusaiParams.sol";
import {LiveHokusaiToken} from "./LiveHokusaiToken.sol";
import {InitialParams} from "./LiveInterfaces.sol";

/// @title Stand-in for what creates tokens and parameters on mainnet: both end up in the governor's hands
contract LiveTokenDeploymentFactory {
    event TokenAndParamsDeployed(
        address indexed tokenAddress, address indexed paramsAddress, address indexed controller
    );

    function deployTokenAndParams(
        string memory name,
        string memory symbol,
        address controller,
        uint256 initialSupply,
        uint256 maxSupply,
        uint256 modelSupplierAllocation,
        uint256 investorAllocation,
        address modelSupplierRecipient,
        InitialParams memory initialParams
    ) external returns (address tokenAddress, address paramsAddress) {
        requireAddress(controller, "controller");
        paramsAddress = _deployParams(initialParams);
        LiveHokusaiToken token = new LiveHokusaiToken(
            name,
            symbol,
            controller,
            paramsAddress,
            initialSupply,
            maxSupply,
            modelSupplierAllocation,
            investorAllocation,
            modelSupplierRecipient
        );
        token.transferOwnership(initialParams.governor);
        tokenAddress = address(token);
        emit TokenAndParamsDeployed(tokenAddress, paramsAddress, controller);
    }

    function _deployParams(InitialParams memory initial) private returns (address) {
        LiveHokusaiParams params = new LiveHokusaiParams(
            initial.tokensPerDeltaOne,
            initial.infrastructureAccrualBps,
            initial.initialOraclePricePerThousandUsd,
            initial.licenseHash,
            initial.licenseURI,
            initial.governor,
            initial.vestingConfig
        );
        params.grantRole(params.DEFAULT_ADMIN_ROLE(), initial.governor);
        params.renounceRole(params.DEFAULT_ADMIN_ROLE(), address(this));
        return address(params);
    }
}
