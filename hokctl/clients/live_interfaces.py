"""Functions and events of the protocol as it runs on mainnet, where they differ from the suite's or are not in it.

Source: the published interfaces of the live deployment.
"""

from typing import Final

_VESTING: Final = "(bool enabled, uint16 immediateUnlockBps, uint64 vestingDurationSeconds, uint64 cliffSeconds)"
_PARAMS: Final = (
    "(uint256 tokensPerDeltaOne, uint16 infrastructureAccrualBps, uint256 initialOraclePricePerThousandUsd, "
    f"bytes32 licenseHash, string licenseURI, address governor, {_VESTING} vestingConfig) initialParams"
)
_METRICS: Final = "(uint256 accuracy, uint256 precision, uint256 recall, uint256 f1, uint256 auroc)"
_EVALUATION: Final = f"string pipelineRunId, {_METRICS} baselineMetrics, {_METRICS} newMetrics"
_WEIGHTS: Final = "(address walletAddress, uint256 weight)[] contributors"
_SHARE: Final = "uint256 contributorWeight, uint256 contributedSamples, uint256 totalSamples"
_INFO: Final = f"(address walletAddress, {_SHARE}) contributorInfo"

LIVE: Final[dict[str, tuple[str, ...]]] = {
    "HokusaiParams": (
        "function applyPendingUpdates(string modelId)",
        "function cancelPendingUpdate(string modelId, string paramName)",
        "function emergencySetParam(string modelId, string paramName, uint256 newValue, string reason)",
        "function queueParamUpdate(string modelId, string paramName, uint256 newValue)",
        "function setMetricType(uint8 newMetricType)",
        "function setOraclePricePerThousandUsd(uint256 newValue)",
        f"function setVestingConfig({_VESTING} cfg)",
    ),
    "InfrastructureReserve": (
        "function advancePeriod(string modelId)",
        "function recordActualCosts(string modelId, uint256 period, uint256 actualCost, bytes32 invoiceHash)",
        "function setReconciliationPeriod(uint256 newPeriod)",
        "function snapshotEstimatedCosts(string modelId, uint256 estimatedCost)",
        "function suggestCostAdjustment(string modelId)",
    ),
    "UsageFeeRouter": (
        "function depositFee(string modelId, uint256 amount, uint256 callCount)",
        "function batchDepositFees(string[] modelIds, uint256[] amounts, uint256[] callCounts)",
        "function setMaxCostAge(uint256 newMaxAge)",
        "function setMaxInfraShareBps(uint16 newMaxInfraShareBps)",
    ),
    "TokenManager": (
        (
            "function deployTokenWithParams(string modelId, string name, string symbol, uint256 totalSupply, "
            f"{_PARAMS}) payable"
        ),
        (
            "function deployTokenWithAllocations(string modelId, string name, string symbol, "
            "uint256 modelSupplierAllocation, address modelSupplierRecipient, uint256 investorAllocation, "
            f"{_PARAMS}) payable"
        ),
        "function distributeModelSupplierAllocation(string modelId)",
        "function setVestingVault(address vaultAddress)",
        "function withdrawDeploymentFees()",
        "function mintReward(string modelId, address recipient, uint256 amount)",
        "function batchMintReward(string modelId, address[] recipients, uint256[] amounts)",
        "function burnAMMTokens(string modelId, address account, uint256 amount)",
        "function burnInvestorTokens(string modelId, address account, uint256 amount)",
    ),
    "HokusaiAMM": ("function setPurchaserWhitelist(address whitelist)",),
    "HokusaiAMMFactory": (
        "function createPoolWithWhitelist(string modelId, address tokenAddress, address purchaserWhitelist)",
        (
            "function createPoolWithParamsAndWhitelist(string modelId, address tokenAddress, uint256 crr, "
            "uint256 tradeFee, uint256 ibrDuration, uint256 flatCurveThreshold, uint256 flatCurvePrice, "
            "address purchaserWhitelist)"
        ),
        "function pauseAllPools(uint256 start, uint256 limit)",
        "function pausePool(string modelId)",
        "function pausePools(string[] modelIds)",
        "function unpausePool(string modelId)",
        "function unpausePools(string[] modelIds)",
        "function setPauser(address newPauser)",
        "event PauserUpdated(address indexed previousPauser, address indexed newPauser)",
        "function setPoolDeployer(address _poolDeployer)",
    ),
    "HokusaiToken": (
        "function burnAMM(address from, uint256 amount)",
        "function burnInvestor(address from, uint256 amount)",
        "function distributeModelSupplierAllocation(address vault, uint256 vestedAmount)",
        "function mintInvestor(address to, uint256 amount)",
        "function mintReward(address to, uint256 amount)",
    ),
    "ModelRegistry": (
        "function deactivateStringModel(string modelId)",
        "function reactivateModel(uint256 modelId)",
        "function reactivateStringModel(string modelId)",
        "function setModelUpdatesEnabled(bool enabled)",
        "function setPoolRegistrar(address registrar, bool authorized)",
        "event PoolRegistrarUpdated(address indexed registrar, bool authorized)",
        "function setStringModelTokenManager(address tokenManager)",
        "function setWeightGenesis(uint256 modelId, bytes32 genesis)",
        "function updateStringMetric(string modelId, string newMetric)",
        "function updateStringModel(string modelId, address newToken)",
    ),
    "DataContributionRegistry": (
        (
            "function recordContribution(string modelId, address contributor, bytes32 contributionHash, "
            "uint256 weightBps, uint256 contributedSamples, uint256 totalSamples, uint256 tokensEarned, "
            "string pipelineRunId)"
        ),
        (
            "function recordContributionBatch(string modelId, address[] contributors, bytes32[] contributionHashes, "
            "uint256[] weightsBps, uint256[] contributedSamples, uint256 totalSamples, uint256[] tokensEarned, "
            "string pipelineRunId)"
        ),
        "function verifyContribution(uint256 contributionId)",
        "function rejectContribution(uint256 contributionId, string reason)",
        "function claimContribution(uint256 contributionId)",
    ),
    "DeltaVerifier": (
        "function addAttester(address attester)",
        "function removeAttester(address attester)",
        "function setAttesterThreshold(uint256 threshold)",
        "function setMintBudget(uint256 modelId, uint256 amount)",
        "function topUpMintBudget(uint256 modelId, uint256 amount)",
        "function resetModelHead(uint256 modelId, bytes32 newHead)",
        "function disableLegacyMints()",
        "function setBaseRewardRate(uint256 _baseRewardRate)",
        "function setMaxReward(uint256 _maxReward)",
        "function setMinImprovementBps(uint256 _minImprovementBps)",
        f"function submitEvaluation(uint256 modelId, ({_EVALUATION}, address contributor, {_SHARE}) data)",
        (
            f"function submitEvaluation(uint256 modelId, ({_EVALUATION}, address contributor, {_SHARE}, uint256, "
            "uint256) data)"
        ),
        f"function submitEvaluationWithContributorInfo(uint256 modelId, ({_EVALUATION}, {_INFO}) data)",
        (
            f"function submitEvaluationWithContributorInfo(uint256 modelId, ({_EVALUATION}, {_INFO}, uint256, "
            "uint256) data)"
        ),
        f"function submitEvaluationWithMultipleContributors(uint256 modelId, ({_EVALUATION}) data, {_WEIGHTS})",
        (
            f"function submitEvaluationWithMultipleContributors(uint256 modelId, ({_EVALUATION}, uint256, uint256, "
            f"uint256) data, {_WEIGHTS})"
        ),
        (
            "function submitMintRequest(uint256 modelId, (string, uint256, uint256, uint256, uint256, uint256, "
            "(bytes32, bytes32, bytes32, bytes32, string, string), bytes32, bytes32, uint256) payload, "
            f"{_WEIGHTS}, bytes[] attesterSignatures)"
        ),
    ),
    "InfrastructureCostOracle": (
        "function setEstimatedCost(string modelId, uint256 costPerThousandCalls, uint256 effectiveEpoch)",
        "function applyPendingUpdate(string modelId)",
        "function setEpochDuration(uint256 newDuration)",
        "function setGrossMarginBps(uint16 newGrossMarginBps)",
    ),
    "PendingClaimsEscrow": (
        "function release(address token, address to, uint256 amount, bytes32 referenceId)",
        "function releaseBatch(address token, address[] recipients, uint256[] amounts, bytes32[] refs)",
        "function rescue(address token, address to, uint256 amount)",
        "function claimVested(address vault, uint256 scheduleId)",
        "function claimVestedBatch(address vault, uint256[] scheduleIds)",
    ),
    "PurchaserWhitelist": (
        "function addToWhitelist(address account)",
        "function removeFromWhitelist(address account)",
        "function addBatch(address[] accounts)",
        "function removeBatch(address[] accounts)",
    ),
    "RewardVestingVault": (
        "function claim(uint256 scheduleId)",
        (
            "function createSchedule(string modelId, address token, address beneficiary, uint256 totalAmount, "
            "uint64 cliffSeconds, uint64 duration)"
        ),
    ),
    "HokusaiAMMPoolDeployer": (
        (
            "function deployPool(address reserveToken, address tokenAddress, address tokenManager, string modelId, "
            "address treasury, uint256 crr, uint256 tradeFee, uint256 ibrDuration, uint256 flatCurveThreshold, "
            "uint256 flatCurvePrice)"
        ),
    ),
    "TokenDeploymentFactory": (
        (
            "function deployTokenAndParams(string name, string symbol, address controller, uint256 initialSupply, "
            "uint256 maxSupply, uint256 modelSupplierAllocation, uint256 investorAllocation, "
            f"address modelSupplierRecipient, {_PARAMS})"
        ),
    ),
    "FundingVault": (
        "function registerProposal(string modelId, address tokenAddr, uint256 deadline)",
        "function announceGraduation(string modelId)",
        "function cancelGraduation(string modelId)",
        "function graduate(string modelId, uint256 minTokensOut)",
        "function sweepDust(string modelId, address recipient)",
        "function withdraw(string modelId)",
        "function claim(string modelId)",
    ),
}
"""Functions per contract of the live protocol."""
