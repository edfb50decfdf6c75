// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";

/// @title Stand-in for the live cost oracle: what a thousand calls of a model cost
/// @dev A cost is queued by the governors and takes effect once anybody applies it. Costs are units of USDC.
contract InfrastructureCostOracle is AccessControl {
    struct Cost {
        uint256 perThousandCalls;
        uint256 updatedAt;
    }

    struct Pending {
        bool exists;
        uint256 costPerThousandCalls;
        uint256 queuedAt;
        uint256 effectiveAfter;
    }

    /// @notice May queue costs and set the margin.
    bytes32 public constant GOV_ROLE = keccak256("GOV_ROLE");
    /// @notice The largest cost of a thousand calls.
    uint256 public constant MAX_COST_PER_THOUSAND_CALLS = 1_000_000e6;
    /// @notice The largest margin.
    uint16 public constant MAX_GROSS_MARGIN_BPS = 9_000;
    /// @notice The least time between two changes of a cost.
    uint256 public constant DEFAULT_EPOCH_DURATION = 30 days;
    /// @notice The shortest epoch.
    uint256 public constant MIN_EPOCH_DURATION = 1 days;
    /// @notice The longest epoch.
    uint256 public constant MAX_EPOCH_DURATION = 365 days;

    uint256 private constant BPS = 10_000;

    /// @notice How long a cost stays before the next one takes effect.
    uint256 public epochDuration = DEFAULT_EPOCH_DURATION;
    /// @notice The margin of the price over the cost.
    uint16 public grossMarginBps;

    mapping(string modelId => Cost cost) private _costs;
    mapping(string modelId => Pending pending) private _pending;

    /// @notice A text is empty.
    error EmptyString(string context);

    /// @notice A cost waits to be applied.
    event CostUpdateQueued(
        string indexed modelId,
        uint256 currentCost,
        uint256 newCost,
        uint256 effectiveAfter,
        address indexed queuedBy
    );
    /// @notice A cost has taken effect.
    event CostUpdateApplied(string indexed modelId, uint256 oldCost, uint256 newCost, address indexed appliedBy);
    /// @notice The margin has changed.
    event GrossMarginBpsSet(uint16 oldMarginBps, uint16 newMarginBps, address indexed updatedBy);
    /// @notice The epoch has changed.
    event EpochDurationSet(uint256 oldDuration, uint256 newDuration, address indexed updatedBy);

    constructor(address admin, uint16 initialGrossMarginBps) {
        require(admin != address(0), "CostOracle: no admin");
        require(initialGrossMarginBps <= MAX_GROSS_MARGIN_BPS, "CostOracle: margin too high");
        grossMarginBps = initialGrossMarginBps;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(GOV_ROLE, admin);
    }

    /// @notice Queues a cost; the first can be applied at once, a later one when the epoch is over. GOV_ROLE.
    function setEstimatedCost(string calldata modelId, uint256 costPerThousandCalls, uint256 effectiveEpoch)
        external
        onlyRole(GOV_ROLE)
    {
        if (bytes(modelId).length == 0) revert EmptyString("modelId");
        require(costPerThousandCalls <= MAX_COST_PER_THOUSAND_CALLS, "CostOracle: cost too high");
        Cost storage cost = _costs[modelId];
        uint256 effectiveAfter = block.timestamp;
        if (cost.updatedAt != 0) {
            effectiveAfter = cost.updatedAt + epochDuration;
            if (effectiveEpoch > effectiveAfter) effectiveAfter = effectiveEpoch;
        }
        _pending[modelId] = Pending(true, costPerThousandCalls, block.timestamp, effectiveAfter);
        emit CostUpdateQueued(modelId, cost.perThousandCalls, costPerThousandCalls, effectiveAfter, msg.sender);
    }

    /// @notice Lets a queued cost take effect, when its time has come. Anyone.
    function applyPendingUpdate(string calldata modelId) external {
        Pending memory pending = _pending[modelId];
        require(pending.exists, "CostOracle: no pending update");
        require(block.timestamp >= pending.effectiveAfter, "CostOracle: update not effective yet");
        delete _pending[modelId];
        uint256 oldCost = _costs[modelId].perThousandCalls;
        _costs[modelId] = Cost(pending.costPerThousandCalls, block.timestamp);
        emit CostUpdateApplied(modelId, oldCost, pending.costPerThousandCalls, msg.sender);
    }

    /// @notice Sets the margin. GOV_ROLE.
    function setGrossMarginBps(uint16 newGrossMarginBps) external onlyRole(GOV_ROLE) {
        require(newGrossMarginBps <= MAX_GROSS_MARGIN_BPS, "CostOracle: margin too high");
        emit GrossMarginBpsSet(grossMarginBps, newGrossMarginBps, msg.sender);
        grossMarginBps = newGrossMarginBps;
    }

    /// @notice Sets the epoch. DEFAULT_ADMIN_ROLE.
    function setEpochDuration(uint256 newDuration) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(
            newDuration >= MIN_EPOCH_DURATION && newDuration <= MAX_EPOCH_DURATION, "CostOracle: epoch out of bounds"
        );
        emit EpochDurationSet(epochDuration, newDuration, msg.sender);
        epochDuration = newDuration;
    }

    /// @notice What a thousand calls cost; 0 where no cost was applied.
    function getEstimatedCost(string calldata modelId) external view returns (uint256) {
        return _costs[modelId].perThousandCalls;
    }

    /// @notice When the cost was applied; 0 where none was.
    function getLastUpdated(string calldata modelId) external view returns (uint256) {
        return _costs[modelId].updatedAt;
    }

    /// @notice What waits to be applied.
    function getPendingUpdate(string calldata modelId)
        external
        view
        returns (bool exists, uint256 costPerThousandCalls, uint256 queuedAt, uint256 effectiveAfter)
    {
        Pending memory pending = _pending[modelId];
        return (pending.exists, pending.costPerThousandCalls, pending.queuedAt, pending.effectiveAfter);
    }

    /// @notice What a user is to pay for a thousand calls, so that the margin remains over the cost.
    function getEndUserPrice(string calldata modelId) external view returns (uint256) {
        return _costs[modelId].perThousandCalls * BPS / (BPS - grossMarginBps);
    }

    /// @notice Whether the model has a cost other than 0.
    function hasCost(string calldata modelId) external view returns (bool) {
        return _costs[modelId].perThousandCalls != 0;
    }
}
