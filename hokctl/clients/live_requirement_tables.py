"""The tables behind `requirements` for contracts beside the suite's: the live protocol's, and tokens."""

from typing import Final

from hokctl.clients.requirements import (
    ANYONE,
    ITSELF,
    OWNER,
    UNRECORDED,
    Choice,
    Demand,
    Entries,
    Table,
    holder_of,
    named_by,
)

_ADMIN: Final = holder_of("DEFAULT_ADMIN_ROLE")
_ROLES: Final[Entries] = (
    (_ADMIN, ("grantRole(bytes32,address)", "revokeRole(bytes32,address)")),
    (Demand(((),), "each account its own roles only"), ("renounceRole(bytes32,address)",)),
)
_TOKEN: Final[Entries] = (
    (
        Demand(((),), "each account its own tokens and allowances only"),
        ("approve(address,uint256)", "transfer(address,uint256)", "transferFrom(address,address,uint256)"),
    ),
)
_VERIFIER_ADMIN: Final = Choice("PAUSER_ROLE", _ADMIN, OWNER)
_METRICS: Final = "(uint256,uint256,uint256,uint256,uint256)"
_EVALUATION: Final = f"string,{_METRICS},{_METRICS}"

LIVE: Final[Table] = {
    "InfrastructureCostOracle": (
        (holder_of("GOV_ROLE"), ("setEstimatedCost(string,uint256,uint256)", "setGrossMarginBps(uint16)")),
        (_ADMIN, ("setEpochDuration(uint256)",)),
        (ANYONE, ("applyPendingUpdate(string)",)),
        *_ROLES,
    ),
    "PurchaserWhitelist": (
        (
            holder_of("WHITELIST_ADMIN_ROLE"),
            (
                "addToWhitelist(address)",
                "addBatch(address[])",
                "removeFromWhitelist(address)",
                "removeBatch(address[])",
            ),
        ),
        *_ROLES,
    ),
    "PendingClaimsEscrow": (
        (
            holder_of("RELEASER_ROLE"),
            ("release(address,address,uint256,bytes32)", "releaseBatch(address,address[],uint256[],bytes32[])"),
        ),
        (_ADMIN, ("rescue(address,address,uint256)", "unpause()")),
        (holder_of("PAUSER_ROLE"), ("pause()",)),
        (UNRECORDED, ("claimVested(address,uint256)", "claimVestedBatch(address,uint256[])")),
        *_ROLES,
    ),
    "RewardVestingVault": (
        (Demand(((),), "each beneficiary their own schedules only"), ("claim(uint256)",)),
        (named_by("tokenManager"), ("createSchedule(string,address,address,uint256,uint64,uint64)",)),
    ),
    "DeltaVerifier": (
        (Choice("PAUSER_ROLE", holder_of("PAUSER_ROLE"), OWNER), ("pause()",)),
        (
            _VERIFIER_ADMIN,
            ("unpause()", "setBaseRewardRate(uint256)", "setMaxReward(uint256)", "setMinImprovementBps(uint256)"),
        ),
        (
            _ADMIN,
            (
                "addAttester(address)",
                "removeAttester(address)",
                "setAttesterThreshold(uint256)",
                "setMintBudget(uint256,uint256)",
                "topUpMintBudget(uint256,uint256)",
                "resetModelHead(uint256,bytes32)",
                "disableLegacyMints()",
            ),
        ),
        (
            Choice("SUBMITTER_ROLE", holder_of("SUBMITTER_ROLE"), ANYONE),
            (
                f"submitEvaluation(uint256,({_EVALUATION},address,uint256,uint256,uint256))",
                f"submitEvaluation(uint256,({_EVALUATION},address,uint256,uint256,uint256,uint256,uint256))",
                (f"submitEvaluationWithContributorInfo(uint256,({_EVALUATION},(address,uint256,uint256,uint256)))"),
                (
                    "submitEvaluationWithContributorInfo"
                    f"(uint256,({_EVALUATION},(address,uint256,uint256,uint256),uint256,uint256))"
                ),
                f"submitEvaluationWithMultipleContributors(uint256,({_EVALUATION}),(address,uint256)[])",
                (
                    "submitEvaluationWithMultipleContributors"
                    f"(uint256,({_EVALUATION},uint256,uint256,uint256),(address,uint256)[])"
                ),
                (
                    "submitMintRequest(uint256,(string,uint256,uint256,uint256,uint256,uint256,"
                    "(bytes32,bytes32,bytes32,bytes32,string,string),bytes32,bytes32,uint256),"
                    "(address,uint256)[],bytes[])"
                ),
            ),
        ),
        (OWNER, ("transferOwnership(address)", "renounceOwnership()")),
        *_ROLES,
    ),
    "DataContributionRegistry": (
        (
            holder_of("RECORDER_ROLE"),
            (
                "recordContribution(string,address,bytes32,uint256,uint256,uint256,uint256,string)",
                ("recordContributionBatch(string,address[],bytes32[],uint256[],uint256[],uint256,uint256[],string)"),
            ),
        ),
        (holder_of("VERIFIER_ROLE"), ("verifyContribution(uint256)", "rejectContribution(uint256,string)")),
        (UNRECORDED, ("claimContribution(uint256)",)),
        *_ROLES,
    ),
    "FundingVault": (
        (
            holder_of("GRADUATOR_ROLE"),
            ("announceGraduation(string)", "cancelGraduation(string)", "graduate(string,uint256)"),
        ),
        (
            Demand(((),), "each account its own commitments only"),
            ("deposit(string,uint256)", "withdraw(string)", "claim(string)"),
        ),
        (UNRECORDED, ("registerProposal(string,address,uint256)", "sweepDust(string,address)")),
        *_ROLES,
    ),
    "TokenDeploymentFactory": (
        (
            UNRECORDED,
            (
                (
                    "deployTokenAndParams(string,string,address,uint256,uint256,uint256,uint256,address,"
                    "(uint256,uint16,uint256,bytes32,string,address,(bool,uint16,uint64,uint64)))"
                ),
            ),
        ),
    ),
    "HokusaiAMMPoolDeployer": (
        (
            named_by("factory"),
            (("deployPool(address,address,address,string,address,uint256,uint256,uint256,uint256,uint256)"),),
        ),
    ),
    "TimelockController": (
        (
            holder_of("PROPOSER_ROLE"),
            (
                "schedule(address,uint256,bytes,bytes32,bytes32,uint256)",
                "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
            ),
        ),
        (
            holder_of("EXECUTOR_ROLE"),
            (
                "execute(address,uint256,bytes,bytes32,bytes32)",
                "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)",
            ),
        ),
        (Choice("CANCELLER_ROLE", holder_of("CANCELLER_ROLE"), holder_of("PROPOSER_ROLE")), ("cancel(bytes32)",)),
        (ITSELF, ("updateDelay(uint256)",)),
        (
            Choice("TIMELOCK_ADMIN_ROLE", holder_of("TIMELOCK_ADMIN_ROLE"), _ADMIN),
            ("grantRole(bytes32,address)", "revokeRole(bytes32,address)"),
        ),
        (Demand(((),), "each account its own roles only"), ("renounceRole(bytes32,address)",)),
        (
            ANYONE,
            (
                "onERC721Received(address,address,uint256,bytes)",
                "onERC1155Received(address,address,uint256,uint256,bytes)",
                "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)",
            ),
        ),
    ),
    "USDC": _TOKEN,
    "MockUSDC": (*_TOKEN, (ANYONE, ("mint(address,uint256)", "burn(address,uint256)"))),
    "StrictMockUSDC": (
        *_TOKEN,
        (
            ANYONE,
            (
                "mint(address,uint256)",
                "burn(address,uint256)",
                "pause()",
                "unpause()",
                "blacklist(address)",
                "unBlacklist(address)",
            ),
        ),
    ),
}
