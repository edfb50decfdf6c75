// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {V2InfrastructureReserve} from "../v2/V2InfrastructureReserve.sol";
import {requireModelId} from "../v2/V2Errors.sol";

/// @title Stand-in for the infrastructure reserve as on mainnet: a pauser of its own, and periods of actual costs
/// @dev Payments record their costs themselves; recording them once more counts them twice. Periods only end when told.
contract LiveInfrastructureReserve is V2InfrastructureReserve {
    struct Variance {
        uint256 period;
        uint256 estimated;
        uint256 actual;
        int256 varianceBps;
        uint256 timestamp;
    }

    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    uint256 public reconciliationPeriod = 30 days;
    mapping(string modelId => uint256 period) public currentPeriod;
    mapping(string modelId => mapping(uint256 period => uint256 units)) public estimatedCosts;
    mapping(string modelId => mapping(uint256 period => uint256 units)) public actualCosts;
    mapping(string modelId => mapping(uint256 period => uint256 time)) public periodStartTime;
    mapping(string modelId => Variance[] records) private _history;

    event ActualCostsRecorded(
        string indexed modelId, uint256 indexed period, uint256 amount, bytes32 indexed invoiceHash, uint256 newTotal
    );
    event AdjustmentSuggested(
        string indexed modelId, uint256 currentEstimate, uint256 suggestedEstimate, int256 varianceBps
    );
    event CostReconciled(
        string indexed modelId, uint256 indexed period, uint256 estimated, uint256 actual, int256 varianceBps
    );
    event EstimatedCostsSnapshot(
        string indexed modelId, uint256 indexed period, uint256 estimatedCost, uint256 timestamp
    );
    event ReconciliationPeriodUpdated(uint256 oldPeriod, uint256 newPeriod);

    constructor(address _reserveToken, address _factory, address _treasury)
        V2InfrastructureReserve(_reserveToken, _factory, _treasury)
    {}

    function pause() external override onlyRole(PAUSER_ROLE) {
        _pause();
    }

    function setReconciliationPeriod(uint256 newPeriod) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(newPeriod > 0, "Invalid period");
        emit ReconciliationPeriodUpdated(reconciliationPeriod, newPeriod);
        reconciliationPeriod = newPeriod;
    }

    function snapshotEstimatedCosts(string memory modelId, uint256 estimatedCost) external onlyRole(PAYER_ROLE) {
        requireModelId(modelId);
        uint256 period = currentPeriod[modelId];
        estimatedCosts[modelId][period] = estimatedCost;
        if (periodStartTime[modelId][period] == 0) periodStartTime[modelId][period] = block.timestamp;
        emit EstimatedCostsSnapshot(modelId, period, estimatedCost, block.timestamp);
    }

    function recordActualCosts(string memory modelId, uint256 period, uint256 actualCost, bytes32 invoiceHash)
        external
        onlyRole(PAYER_ROLE)
    {
        requireModelId(modelId);
        require(period <= currentPeriod[modelId], "Invalid period");
        _count(modelId, period, actualCost, invoiceHash);
    }

    function advancePeriod(string memory modelId) external onlyRole(PAYER_ROLE) {
        uint256 period = currentPeriod[modelId];
        require(
            block.timestamp >= periodStartTime[modelId][period] + reconciliationPeriod, "Period not complete"
        );
        (uint256 estimated, uint256 actual, int256 varianceBps) = getVariance(modelId, period);
        _history[modelId].push(Variance(period, estimated, actual, varianceBps, block.timestamp));
        currentPeriod[modelId] = period + 1;
        periodStartTime[modelId][period + 1] = block.timestamp;
        emit CostReconciled(modelId, period, estimated, actual, varianceBps);
    }

    /// @dev Anyone; three periods at least, the latest counting most; nothing within 5 %.
    function suggestCostAdjustment(string memory modelId)
        external
        returns (int256 adjustmentBps, uint256 suggestedCost)
    {
        Variance[] storage records = _history[modelId];
        uint256 count = records.length;
        require(count >= 3, "Insufficient history");
        int256 weighted = records[count - 3].varianceBps + 2 * records[count - 2].varianceBps
            + 3 * records[count - 1].varianceBps;
        adjustmentBps = weighted / 6;
        if (adjustmentBps <= 500 && adjustmentBps >= -500) adjustmentBps = 0;
        uint256 estimate = records[count - 1].estimated;
        suggestedCost = uint256(int256(estimate) + int256(estimate) * adjustmentBps / 10_000);
        emit AdjustmentSuggested(modelId, estimate, suggestedCost, adjustmentBps);
    }

    function getVarianceHistory(string memory modelId, uint256 periods)
        external
        view
        returns (Variance[] memory records)
    {
        uint256 count = _history[modelId].length;
        if (periods < count) count = periods;
        records = new Variance[](count);
        uint256 first = _history[modelId].length - count;
        for (uint256 i; i < count; ++i) {
            records[i] = _history[modelId][first + i];
        }
    }

    function getVariance(string memory modelId, uint256 period)
        public
        view
        returns (uint256 estimated, uint256 actual, int256 varianceBps)
    {
        estimated = estimatedCosts[modelId][period];
        actual = actualCosts[modelId][period];
        if (estimated != 0) varianceBps = (int256(actual) - int256(estimated)) * 10_000 / int256(estimated);
    }

    function _record(Payment memory payment) internal override {
        _count(payment.modelId, currentPeriod[payment.modelId], payment.amount, payment.invoiceHash);
    }

    function _count(string memory modelId, uint256 period, uint256 amount, bytes32 invoiceHash) private {
        if (periodStartTime[modelId][period] == 0) periodStartTime[modelId][period] = block.timestamp;
        actualCosts[modelId][period] += amount;
        emit ActualCostsRecorded(modelId, period, amount, invoiceHash, actualCosts[modelId][period]);
    }
}
