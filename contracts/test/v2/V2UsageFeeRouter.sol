// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {V2RouterBase} from "./V2RouterBase.sol";
import {requireSameLength} from "./V2Errors.sol";

/// @title Stand-in for the fee router as of v2.0.0: the split is the model's percentage
contract V2UsageFeeRouter is V2RouterBase {
    constructor(address _factory, address _reserveToken, address _infraReserve)
        V2RouterBase(_factory, _reserveToken, _infraReserve)
    {}

    function depositFee(string memory modelId, uint256 amount) external onlyRole(FEE_DEPOSITOR_ROLE) nonReentrant {
        address pool = _knownPool(modelId, amount);
        uint256 infrastructure = amount * _bps(pool) / 10_000;
        _pull(amount);
        _toReserve(modelId, infrastructure);
        _toPool(modelId, pool, amount, infrastructure);
    }

    function batchDepositFees(string[] memory modelIds, uint256[] memory amounts)
        external
        onlyRole(FEE_DEPOSITOR_ROLE)
        nonReentrant
    {
        requireSameLength(modelIds.length, amounts.length);
        address[] memory pools = new address[](modelIds.length);
        uint256[] memory shares = new uint256[](modelIds.length);
        for (uint256 i; i < modelIds.length; ++i) {
            pools[i] = _knownPool(modelIds[i], amounts[i]);
            shares[i] = amounts[i] * _bps(pools[i]) / 10_000;
        }
        _spread(modelIds, pools, amounts, shares);
    }

    function calculateFeeSplit(string memory modelId, uint256 amount)
        external
        view
        returns (uint256 infrastructureAmount, uint256 profitAmount)
    {
        infrastructureAmount = amount * _bps(_pool(modelId)) / 10_000;
        profitAmount = amount - infrastructureAmount;
    }
}
