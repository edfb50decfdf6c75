// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {V2RouterBase} from "../v2/V2RouterBase.sol";
import {IFactory} from "../v2/V2Interfaces.sol";
import {requireAddress, requireSameLength} from "../v2/V2Errors.sol";
import {ICostOracle, IRegistry} from "./LiveInterfaces.sol";

/// @title Stand-in for the fee router as on mainnet: the share is the cost of the calls where an oracle knows it
/// @dev With a cost on record and no calls, everything goes to the pool.
contract LiveUsageFeeRouter is V2RouterBase {
    uint8 private constant _BY_ORACLE = 0;
    uint8 private constant _BY_PERCENTAGE = 1;

    address public immutable costOracle;
    uint256 public maxCostAgeSeconds;
    uint16 public maxInfraShareBps = 10_000;

    event FeeSplitCalculated(
        string indexed modelId,
        uint256 totalFee,
        uint256 infraShare,
        uint256 profitShare,
        uint256 callCount,
        uint8 costBasis
    );
    event MaxCostAgeSet(uint256 oldValue, uint256 newValue);
    event MaxInfraShareBpsSet(uint16 oldValue, uint16 newValue);

    constructor(address _factory, address _reserveToken, address _infraReserve, address _costOracle)
        V2RouterBase(_factory, _reserveToken, _infraReserve)
    {
        requireAddress(_costOracle, "cost oracle");
        costOracle = _costOracle;
    }

    function depositFee(string memory modelId, uint256 amount, uint256 callCount)
        external
        onlyRole(FEE_DEPOSITOR_ROLE)
        nonReentrant
    {
        (address pool, uint256 infrastructure) = _book(modelId, amount, callCount);
        _pull(amount);
        _toReserve(modelId, infrastructure);
        _toPool(modelId, pool, amount, infrastructure);
    }

    function batchDepositFees(string[] memory modelIds, uint256[] memory amounts, uint256[] memory callCounts)
        external
        onlyRole(FEE_DEPOSITOR_ROLE)
        nonReentrant
    {
        requireSameLength(modelIds.length, amounts.length);
        requireSameLength(modelIds.length, callCounts.length);
        address[] memory pools = new address[](modelIds.length);
        uint256[] memory shares = new uint256[](modelIds.length);
        for (uint256 i; i < modelIds.length; ++i) {
            (pools[i], shares[i]) = _book(modelIds[i], amounts[i], callCounts[i]);
        }
        _spread(modelIds, pools, amounts, shares);
    }

    function setMaxCostAge(uint256 newMaxAge) external onlyRole(DEFAULT_ADMIN_ROLE) {
        emit MaxCostAgeSet(maxCostAgeSeconds, newMaxAge);
        maxCostAgeSeconds = newMaxAge;
    }

    function setMaxInfraShareBps(uint16 newMaxInfraShareBps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(newMaxInfraShareBps <= 10_000, "Max infra share too high");
        emit MaxInfraShareBpsSet(maxInfraShareBps, newMaxInfraShareBps);
        maxInfraShareBps = newMaxInfraShareBps;
    }

    function calculateFeeSplit(string memory modelId, uint256 amount, uint256 callCount)
        external
        view
        returns (uint256 infrastructureAmount, uint256 profitAmount, uint8 costBasis)
    {
        (infrastructureAmount, costBasis) = _split(modelId, _pool(modelId), amount, callCount);
        profitAmount = amount - infrastructureAmount;
    }

    function _book(string memory modelId, uint256 amount, uint256 callCount)
        private
        returns (address pool, uint256 infrastructure)
    {
        pool = _knownPool(modelId, amount);
        require(IRegistry(IFactory(factory).modelRegistry()).isStringActive(modelId), "Model is deactivated");
        uint8 costBasis;
        (infrastructure, costBasis) = _split(modelId, pool, amount, callCount);
        emit FeeSplitCalculated(modelId, amount, infrastructure, amount - infrastructure, callCount, costBasis);
    }

    function _split(string memory modelId, address pool, uint256 amount, uint256 callCount)
        private
        view
        returns (uint256, uint8)
    {
        ICostOracle oracle = ICostOracle(costOracle);
        bool isKnown = oracle.hasCost(modelId);
        if (isKnown && maxCostAgeSeconds != 0) {
            isKnown = block.timestamp <= oracle.getLastUpdated(modelId) + maxCostAgeSeconds;
        }
        if (!isKnown) return (amount * _bps(pool) / 10_000, _BY_PERCENTAGE);
        uint256 cost = oracle.getEstimatedCost(modelId) * callCount / 1_000;
        uint256 ceiling = amount * maxInfraShareBps / 10_000;
        return (cost < ceiling ? cost : ceiling, _BY_ORACLE);
    }
}
