"""Events and errors of the protocol as it runs on mainnet, where they differ from the suite's or are not in it.

Source: the published interfaces of the live deployment, and of v2.0.0 for the contracts that the suite has not.
"""

from typing import Final

LIVE_EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "DataContributionRegistry": (
        (
            "event ContributionRecorded(uint256 indexed contributionId, string modelId, address indexed contributor, "
            "bytes32 contributionHash, uint256 weightBps, uint256 tokensEarned, string pipelineRunId)"
        ),
        "event ContributionRejected(uint256 indexed contributionId, string reason)",
        "event ContributionVerified(uint256 indexed contributionId, address verifier)",
        "event RecorderAuthorized(address indexed recorder)",
        "event RecorderRevoked(address indexed recorder)",
        "event ContributionClaimed(uint256 indexed contributionId, address indexed contributor, uint256 timestamp)",
    ),
    "DeltaVerifier": (
        (
            "event BatchRewardsDistributed(uint256 indexed modelId, address[] contributors, uint256[] amounts, "
            "uint256 totalAmount)"
        ),
        "event EvaluationSubmitted(string indexed pipelineRunId, uint256 indexed modelId)",
        "event RewardCalculated(address indexed contributor, uint256 deltaInBps, uint256 rewardAmount)",
        "event RewardParametersUpdated(uint256 baseRewardRate, uint256 minImprovementBps, uint256 maxReward)",
        "error AttestationThresholdNotConfigured()",
        "error AttesterAlreadyRegistered(address attester)",
        "error AttesterNotRegistered(address attester)",
        "error AttesterThresholdWouldBeUnmet(uint256 newAttesterCount, uint256 threshold)",
        "error InsufficientAttesterSignatures(uint256 provided, uint256 required)",
        "error InvalidAttesterThreshold(uint256 threshold, uint256 attesterCount)",
        "error InvalidCandidateCommitment()",
        "error InvalidHeadReset()",
        "error InvalidShortString()",
        "error LegacyMintEntrypointDisabled()",
        "error LineageNotSeeded(uint256 modelId)",
        "error LineageParentMismatch(uint256 modelId, bytes32 expectedHead, bytes32 providedBaseline)",
        "error MintBudgetExceeded(uint256 modelId, uint256 required, uint256 remaining)",
        "error ModelTokenMismatch(uint256 modelId, address registryToken, address tokenManagerToken)",
        "error SignatureExpired(uint256 deadline, uint256 currentTimestamp)",
        "error SignerNotAttester(address signer)",
        "error StringTooLong(string str)",
        "error UnorderedOrDuplicateAttesters(address signer)",
        "error ZeroAttester()",
        "event AttesterAdded(address indexed attester, uint256 attesterCount)",
        "event AttesterRemoved(address indexed attester, uint256 attesterCount)",
        "event AttesterThresholdUpdated(uint256 threshold)",
        (
            "event BudgetConstraintViolated(string indexed pipelineRunId, uint256 indexed modelId, "
            "uint256 maxCostUsd, uint256 actualCostUsd)"
        ),
        (
            "event DeltaOneAccepted(uint256 indexed modelId, bytes32 indexed idempotencyKey, "
            "bytes32 indexed benchmarkSpecHash, bytes32 attestationHash, bytes32 datasetHash, string metricName, "
            "string metricFamily, uint256 baselineScoreBps, uint256 candidateScoreBps, uint256 rewardAmount, "
            "string pipelineRunId)"
        ),
        "event EIP712DomainChanged()",
        "event LegacyMintsDisabled(address indexed by)",
        "event MintBudgetConsumed(uint256 indexed modelId, uint256 amount, uint256 remaining)",
        "event MintBudgetSet(uint256 indexed modelId, uint256 previousRemaining, uint256 newRemaining)",
        "event MintBudgetToppedUp(uint256 indexed modelId, uint256 addedAmount, uint256 newRemaining)",
        "event ModelLineageAdvanced(uint256 indexed modelId, bytes32 parent, bytes32 child)",
        "event ModelLineageHeadReset(uint256 indexed modelId, bytes32 oldHead, bytes32 newHead)",
    ),
    "HokusaiParams": (
        "event EmergencyParamOverride(string indexed modelId, string paramName, uint256 value, string reason)",
        "event MetricTypeSet(uint8 indexed oldMetricType, uint8 indexed newMetricType, address indexed updatedBy)",
        (
            "event OraclePricePerThousandUsdSet(uint256 indexed oldValue, uint256 indexed newValue, "
            "address indexed updatedBy)"
        ),
        "event ParamUpdateApplied(string indexed modelId, string paramName, uint256 oldValue, uint256 newValue)",
        (
            "event ParamUpdateQueued(string indexed modelId, string paramName, uint256 currentValue, "
            "uint256 newValue, uint256 effectiveAfter)"
        ),
        (
            "event VestingConfigSet(bool enabled, uint16 immediateUnlockBps, uint64 vestingDurationSeconds, "
            "uint64 cliffSeconds, address indexed updatedBy)"
        ),
    ),
    "InfrastructureReserve": (
        (
            "event ActualCostsRecorded(string indexed modelId, uint256 indexed period, uint256 amount, "
            "bytes32 indexed invoiceHash, uint256 newTotal)"
        ),
        (
            "event AdjustmentSuggested(string indexed modelId, uint256 currentEstimate, uint256 suggestedEstimate, "
            "int256 varianceBps)"
        ),
        (
            "event CostReconciled(string indexed modelId, uint256 indexed period, uint256 estimated, uint256 actual, "
            "int256 varianceBps)"
        ),
        (
            "event EstimatedCostsSnapshot(string indexed modelId, uint256 indexed period, uint256 estimatedCost, "
            "uint256 timestamp)"
        ),
        "event ReconciliationPeriodUpdated(uint256 oldPeriod, uint256 newPeriod)",
    ),
    "UsageFeeRouter": (
        (
            "event FeeSplitCalculated(string indexed modelId, uint256 totalFee, uint256 infraShare, "
            "uint256 profitShare, uint256 callCount, uint8 costBasis)"
        ),
        "event MaxCostAgeSet(uint256 oldValue, uint256 newValue)",
        "event MaxInfraShareBpsSet(uint16 oldValue, uint16 newValue)",
    ),
    "TokenManager": (
        (
            "event AllocationDistributed(string indexed modelId, address indexed modelSupplierRecipient, "
            "uint256 modelSupplierAllocation, address indexed investorRecipient, uint256 investorAllocation)"
        ),
        "event ContributorSkipped(address indexed contributor, uint256 index)",
        "event DeploymentFeesWithdrawn(address indexed recipient, uint256 amount)",
        "event ModelSupplierAllocationDistributed(string indexed modelId, address indexed recipient, uint256 amount)",
        (
            "event ParamsDeployed(string indexed modelId, address indexed paramsAddress, address indexed deployer, "
            "uint256 tokensPerDeltaOne, uint16 infrastructureAccrualBps, uint256 initialOraclePricePerThousandUsd)"
        ),
        (
            "event RewardVestingCreated(string indexed modelId, address indexed contributor, uint256 totalReward, "
            "uint256 immediateAmount, uint256 vestedAmount, uint256 vestingStart, uint256 vestingEnd)"
        ),
        (
            "event SupplierAllocationVested(string indexed modelId, address indexed supplierRecipient, "
            "uint256 totalAllocation, uint256 immediateAmount, uint256 vestedAmount, uint256 vestingStart, "
            "uint256 vestingEnd)"
        ),
        "event VestingVaultUpdated(address indexed vestingVault)",
        "event BatchMinted(string indexed modelId, address[] recipients, uint256[] amounts, uint256 totalAmount)",
        "event DeltaVerifierUpdated(address indexed newDeltaVerifier)",
        "event DeploymentFeeUpdated(uint256 newFee)",
        (
            "event TokenDeployed(string indexed modelId, address indexed tokenAddress, address indexed deployer, "
            "string name, string symbol, uint256 totalSupply)"
        ),
        "event TokensBurned(string indexed modelId, address indexed account, uint256 amount)",
        "event TokensMinted(string indexed modelId, address indexed recipient, uint256 amount)",
    ),
    "HokusaiAMM": (
        "error NotWhitelisted(address buyer)",
        "event InvestorPurchase(address indexed wallet, uint256 usdcAmount, uint256 tokenAmount)",
        "event PurchaserWhitelistUpdated(address indexed oldWhitelist, address indexed newWhitelist)",
    ),
    "HokusaiAMMFactory": (
        "event PauserUpdated(address indexed previousPauser, address indexed newPauser)",
        (
            "event PoolCreatedWithWhitelist(string indexed modelId, address indexed poolAddress, "
            "address indexed whitelistAddress)"
        ),
        "event PoolDeployerUpdated(address indexed poolDeployer)",
        "event PoolPaused(string modelId, address indexed pool, address indexed caller)",
        "event PoolUnpaused(string modelId, address indexed pool, address indexed caller)",
    ),
    "HokusaiToken": (
        "event ModelSupplierAllocationDistributed(address indexed recipient, uint256 amount)",
        (
            "event TokenSupplyConfigured(uint256 initialSupply, uint256 maxSupply, uint256 modelSupplierAllocation, "
            "address indexed modelSupplierRecipient)"
        ),
    ),
    "ModelRegistry": (
        "event ModelDeactivated(uint256 indexed modelId)",
        "event ModelReactivated(uint256 indexed modelId)",
        "event ModelUpdatesEnabledSet(bool enabled)",
        "event PoolRegistrarUpdated(address indexed registrar, bool authorized)",
        "event StringMetricUpdated(string indexed modelId, string newMetric)",
        "event StringModelDeactivated(string indexed modelId)",
        "event StringModelReactivated(string indexed modelId)",
        "event StringModelTokenManagerUpdated(address indexed tokenManager)",
        "event StringModelUpdated(string indexed modelId, address indexed newTokenAddress)",
        "event WeightGenesisSet(uint256 indexed modelId, bytes32 genesis)",
    ),
    "FundingVault": (
        "event Claimed(string indexed modelId, address indexed user, uint256 tokenAmount)",
        "event Deposited(string indexed modelId, address indexed user, uint256 amount, uint256 newTotal)",
        "event DustSwept(string indexed modelId, address indexed recipient, uint256 amount)",
        "event Graduated(string indexed modelId, address indexed poolAddress, uint256 totalReserve)",
        "event GraduationAnnounced(string indexed modelId, uint256 totalCommitted, uint256 depositorCount)",
        "event GraduationCancelled(string indexed modelId, uint256 totalCommitted)",
        "event ProposalRegistered(string indexed modelId, address indexed tokenAddress)",
        "event Withdrawn(string indexed modelId, address indexed user, uint256 amount)",
    ),
    "InfrastructureCostOracle": (
        "event CostUpdateApplied(string indexed modelId, uint256 oldCost, uint256 newCost, address indexed appliedBy)",
        (
            "event CostUpdateQueued(string indexed modelId, uint256 currentCost, uint256 newCost, "
            "uint256 effectiveAfter, address indexed queuedBy)"
        ),
        "event EpochDurationSet(uint256 oldDuration, uint256 newDuration, address indexed updatedBy)",
        "event GrossMarginBpsSet(uint16 oldMarginBps, uint16 newMarginBps, address indexed updatedBy)",
    ),
    "PendingClaimsEscrow": (
        "event Released(address indexed token, address indexed to, uint256 amount, bytes32 indexed referenceId)",
        "event Rescued(address indexed token, address indexed to, uint256 amount)",
        "event VestedClaimed(address indexed vault, uint256 indexed scheduleId, uint256 amount)",
    ),
    "PurchaserWhitelist": (
        "error BatchTooLarge(uint256 length, uint256 max)",
        "event WalletRemovedFromWhitelist(address indexed wallet)",
        "event WalletWhitelisted(address indexed wallet)",
    ),
    "RewardVestingVault": (
        (
            "event VestedRewardClaimed(uint256 indexed scheduleId, string indexed modelId, "
            "address indexed beneficiary, uint256 amount)"
        ),
        (
            "event VestingScheduleCreated(uint256 indexed scheduleId, string indexed modelId, "
            "address indexed beneficiary, address token, uint256 vestedAmount, uint64 start, uint64 cliffSeconds, "
            "uint64 duration)"
        ),
    ),
    "TokenDeploymentFactory": (
        (
            "event TokenAndParamsDeployed(address indexed tokenAddress, address indexed paramsAddress, "
            "address indexed controller)"
        ),
    ),
    "HokusaiAMMPoolDeployer": ("event PoolDeployed(address indexed pool)",),
}
"""Events and errors per contract of the live protocol."""
