// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";
import {VestingConfig} from "./LiveInterfaces.sol";

/// @title Stand-in for a model's parameters as on mainnet
/// @dev Nothing reads the values per model that the queue and the emergency setter write: they do not change the split.
/// Where no record gives the wording of a refusal, it is this file's.
contract LiveHokusaiParams is AccessControl {
    struct Pending {
        bool exists;
        uint256 value;
        uint256 effectiveAfter;
    }

    bytes32 public constant GOV_ROLE = keccak256("GOV_ROLE");
    uint256 public constant MIN_TOKENS_PER_DELTA_ONE = 100e18;
    uint256 public constant MAX_TOKENS_PER_DELTA_ONE = 10_000_000e18;
    uint16 public constant MIN_INFRASTRUCTURE_ACCRUAL_BPS = 1_000;
    uint16 public constant MAX_INFRASTRUCTURE_ACCRUAL_BPS = 10_000;
    uint256 public constant MAX_ORACLE_PRICE_PER_THOUSAND_USD = 1e12;
    uint256 public constant DEFAULT_PRICE_EPOCH_DURATION = 30 days;
    bool public constant DEFAULT_VESTING_ENABLED = true;
    uint16 public constant DEFAULT_IMMEDIATE_UNLOCK_BPS = 1_000;
    uint64 public constant DEFAULT_VESTING_DURATION_SECONDS = 365 days;
    uint64 public constant DEFAULT_CLIFF_SECONDS = 0;

    string private constant _SPLIT = "infrastructureAccrualBps";
    string private constant _REWARD = "tokensPerDeltaOne";
    uint256 public constant priceEpochDuration = DEFAULT_PRICE_EPOCH_DURATION;

    uint256 public tokensPerDeltaOne;
    uint256 public oraclePricePerThousandUsd;
    uint16 public infrastructureAccrualBps;
    uint8 public metricType;
    bytes32 public licenseHash;
    string public licenseURI;
    VestingConfig private _vesting;
    mapping(string modelId => uint256 time) public getEpochStart;
    mapping(string modelId => mapping(string paramName => Pending pending)) private _pending;
    mapping(string modelId => mapping(string paramName => uint256 value)) private _ofModel;

    event EmergencyParamOverride(string indexed modelId, string paramName, uint256 value, string reason);
    event InfrastructureAccrualBpsSet(uint16 indexed oldBps, uint16 indexed newBps, address indexed updatedBy);
    event LicenseRefSet(bytes32 indexed oldHash, bytes32 indexed newHash, string newUri, address indexed updatedBy);
    event MetricTypeSet(uint8 indexed oldMetricType, uint8 indexed newMetricType, address indexed updatedBy);
    event OraclePricePerThousandUsdSet(uint256 indexed oldValue, uint256 indexed newValue, address indexed updatedBy);
    event ParamUpdateApplied(string indexed modelId, string paramName, uint256 oldValue, uint256 newValue);
    event ParamUpdateQueued(
        string indexed modelId, string paramName, uint256 currentValue, uint256 newValue, uint256 effectiveAfter
    );
    event TokensPerDeltaOneSet(uint256 indexed oldValue, uint256 indexed newValue, address indexed updatedBy);
    event VestingConfigSet(
        bool enabled,
        uint16 immediateUnlockBps,
        uint64 vestingDurationSeconds,
        uint64 cliffSeconds,
        address indexed updatedBy
    );

    constructor(
        uint256 initialTokensPerDeltaOne,
        uint16 initialInfrastructureAccrualBps,
        uint256 initialOraclePricePerThousandUsd,
        bytes32 initialLicenseHash,
        string memory initialLicenseURI,
        address governor,
        VestingConfig memory initialVestingConfig
    ) {
        require(governor != address(0), "Governor cannot be zero address");
        _checkBps(initialInfrastructureAccrualBps);
        _checkPrice(initialOraclePricePerThousandUsd);
        _checkVesting(initialVestingConfig);
        tokensPerDeltaOne = _scaled(initialTokensPerDeltaOne);
        infrastructureAccrualBps = initialInfrastructureAccrualBps;
        oraclePricePerThousandUsd = initialOraclePricePerThousandUsd;
        licenseHash = initialLicenseHash;
        licenseURI = initialLicenseURI;
        _vesting = initialVestingConfig;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(GOV_ROLE, governor);
    }

    function setInfrastructureAccrualBps(uint16 newBps) external onlyRole(GOV_ROLE) {
        _checkBps(newBps);
        emit InfrastructureAccrualBpsSet(infrastructureAccrualBps, newBps, msg.sender);
        infrastructureAccrualBps = newBps;
    }

    function setLicenseRef(bytes32 hash, string memory uri) external onlyRole(GOV_ROLE) {
        emit LicenseRefSet(licenseHash, hash, uri, msg.sender);
        licenseHash = hash;
        licenseURI = uri;
    }

    function setMetricType(uint8 newMetricType) external onlyRole(GOV_ROLE) {
        emit MetricTypeSet(metricType, newMetricType, msg.sender);
        metricType = newMetricType;
    }

    function setOraclePricePerThousandUsd(uint256 newValue) external onlyRole(GOV_ROLE) {
        _checkPrice(newValue);
        emit OraclePricePerThousandUsdSet(oraclePricePerThousandUsd, newValue, msg.sender);
        oraclePricePerThousandUsd = newValue;
    }

    function setTokensPerDeltaOne(uint256 newValue) external onlyRole(GOV_ROLE) {
        uint256 scaled = _scaled(newValue);
        emit TokensPerDeltaOneSet(tokensPerDeltaOne, scaled, msg.sender);
        tokensPerDeltaOne = scaled;
    }

    function setVestingConfig(VestingConfig memory cfg) external onlyRole(GOV_ROLE) {
        _checkVesting(cfg);
        _vesting = cfg;
        emit VestingConfigSet(
            cfg.enabled, cfg.immediateUnlockBps, cfg.vestingDurationSeconds, cfg.cliffSeconds, msg.sender
        );
    }

    function queueParamUpdate(string memory modelId, string memory paramName, uint256 newValue)
        external
        onlyRole(GOV_ROLE)
    {
        uint256 value = _checked(paramName, newValue);
        if (getEpochStart[modelId] == 0) getEpochStart[modelId] = block.timestamp;
        uint256 effectiveAfter = getEpochStart[modelId] + priceEpochDuration;
        if (effectiveAfter < block.timestamp) effectiveAfter = block.timestamp;
        _pending[modelId][paramName] = Pending(true, value, effectiveAfter);
        emit ParamUpdateQueued(modelId, paramName, _current(modelId, paramName), value, effectiveAfter);
    }

    /// @dev Anyone.
    function applyPendingUpdates(string memory modelId) external {
        bool isSplit = _apply(modelId, _SPLIT);
        bool isReward = _apply(modelId, _REWARD);
        require(isSplit || isReward, "No pending updates ready");
        getEpochStart[modelId] = block.timestamp;
    }

    /// @dev Without an event, as on record.
    function cancelPendingUpdate(string memory modelId, string memory paramName) external onlyRole(GOV_ROLE) {
        require(_pending[modelId][paramName].exists, "No pending update");
        delete _pending[modelId][paramName];
    }

    function emergencySetParam(string memory modelId, string memory paramName, uint256 newValue, string memory reason)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        _ofModel[modelId][paramName] = _checked(paramName, newValue);
        emit EmergencyParamOverride(modelId, paramName, newValue, reason);
    }

    function getProfitShareBps() external view returns (uint16) {
        return 10_000 - infrastructureAccrualBps;
    }

    function licenseRef() external view returns (bytes32 hash, string memory uri) {
        return (licenseHash, licenseURI);
    }

    function getModelInfrastructureAccrualBps(string memory modelId) external view returns (uint16) {
        return uint16(_current(modelId, _SPLIT));
    }

    function getModelTokensPerDeltaOne(string memory modelId) external view returns (uint256) {
        return _current(modelId, _REWARD);
    }

    function getPriceEpochInfo(string memory modelId)
        external
        view
        returns (uint256 epochStart, uint256 epochEnd, bool hasPendingUpdates)
    {
        epochStart = getEpochStart[modelId];
        epochEnd = epochStart + priceEpochDuration;
        hasPendingUpdates = _pending[modelId][_SPLIT].exists || _pending[modelId][_REWARD].exists;
    }

    function vestingConfig() external view returns (VestingConfig memory) {
        return _vesting;
    }

    function vestingEnabled() external view returns (bool) {
        return _vesting.enabled;
    }

    function immediateUnlockBps() external view returns (uint16) {
        return _vesting.immediateUnlockBps;
    }

    function vestingDurationSeconds() external view returns (uint64) {
        return _vesting.vestingDurationSeconds;
    }

    function cliffSeconds() external view returns (uint64) {
        return _vesting.cliffSeconds;
    }

    function _apply(string memory modelId, string memory paramName) private returns (bool) {
        Pending memory pending = _pending[modelId][paramName];
        if (!pending.exists || block.timestamp < pending.effectiveAfter) return false;
        emit ParamUpdateApplied(modelId, paramName, _current(modelId, paramName), pending.value);
        _ofModel[modelId][paramName] = pending.value;
        delete _pending[modelId][paramName];
        return true;
    }

    function _current(string memory modelId, string memory paramName) private view returns (uint256 value) {
        value = _ofModel[modelId][paramName];
        if (value == 0) value = _isSplit(paramName) ? infrastructureAccrualBps : tokensPerDeltaOne;
    }

    function _checked(string memory paramName, uint256 value) private pure returns (uint256) {
        if (!_isSplit(paramName)) {
            require(keccak256(bytes(paramName)) == keccak256(bytes(_REWARD)), "Unknown parameter");
            return _scaled(value);
        }
        require(value <= MAX_INFRASTRUCTURE_ACCRUAL_BPS, "infrastructureAccrualBps must be between 1000 and 10000");
        _checkBps(uint16(value));
        return value;
    }

    function _isSplit(string memory paramName) private pure returns (bool) {
        return keccak256(bytes(paramName)) == keccak256(bytes(_SPLIT));
    }

    function _scaled(uint256 value) private pure returns (uint256 scaled) {
        scaled = value <= 10_000_000 ? value * 1e18 : value;
        require(
            scaled >= MIN_TOKENS_PER_DELTA_ONE && scaled <= MAX_TOKENS_PER_DELTA_ONE,
            "tokensPerDeltaOne must be between 100 and 10000000"
        );
    }

    function _checkBps(uint16 bps) private pure {
        require(
            bps >= MIN_INFRASTRUCTURE_ACCRUAL_BPS && bps <= MAX_INFRASTRUCTURE_ACCRUAL_BPS,
            "infrastructureAccrualBps must be between 1000 and 10000"
        );
    }

    function _checkPrice(uint256 price) private pure {
        require(price <= MAX_ORACLE_PRICE_PER_THOUSAND_USD, "Oracle price too high");
    }

    function _checkVesting(VestingConfig memory cfg) private pure {
        require(cfg.immediateUnlockBps <= 10_000, "Immediate unlock too high");
        require(cfg.cliffSeconds <= cfg.vestingDurationSeconds, "Cliff exceeds duration");
    }
}
