// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

struct VestingConfig {
    bool enabled;
    uint16 immediateUnlockBps;
    uint64 vestingDurationSeconds;
    uint64 cliffSeconds;
}

struct InitialParams {
    uint256 tokensPerDeltaOne;
    uint16 infrastructureAccrualBps;
    uint256 initialOraclePricePerThousandUsd;
    bytes32 licenseHash;
    string licenseURI;
    address governor;
    VestingConfig vestingConfig;
}

interface ICostOracle {
    function getEstimatedCost(string calldata modelId) external view returns (uint256);
    function getLastUpdated(string calldata modelId) external view returns (uint256);
    function hasCost(string calldata modelId) external view returns (bool);
}

interface IWhitelist {
    function isWhitelisted(address account) external view returns (bool);
}

interface IVestingVault {
    function createSchedule(
        string calldata modelId,
        address token,
        address beneficiary,
        uint256 totalAmount,
        uint64 cliffSeconds,
        uint64 duration
    ) external returns (uint256 scheduleId);
}

interface IRegistry {
    function isStringActive(string calldata modelId) external view returns (bool);
    function isStringRegistered(string calldata modelId) external view returns (bool);
    function registerPool(string calldata modelId, address pool) external;
}
