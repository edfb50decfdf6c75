"""The tables behind `requirements`: contract by contract, what is asked, and of which functions.

Sources: the suite's own, the interface of v2.0.0, and the record of what runs on mainnet. Overloads stand beside
each other; a function that a deployment lacks is found out on the chain.
"""

from typing import Final

from hokctl.clients.requirements import (
    ANYONE,
    OWNER,
    Choice,
    Demand,
    Entries,
    HasRole,
    IsNamedBy,
    Owns,
    Table,
    holder_of,
    named_by,
    nobody,
)

ADMIN: Final = holder_of("DEFAULT_ADMIN_ROLE")
_OWNER_AND_ADMIN: Final = Demand(((Owns(), HasRole("DEFAULT_ADMIN_ROLE")),))
_MINTER: Final = Demand(((HasRole("MINTER_ROLE"),), (Owns(),), (IsNamedBy("deltaVerifier"),)))
_ADMIN_OF_THE_ROLE: Final = Demand(
    ((HasRole("DEFAULT_ADMIN_ROLE"),),), "a role whose admin is another role is handed out by the holders of that one"
)
_OWN_ROLES: Final = Demand(((),), "each account its own roles only")
_OWN_TOKENS: Final = Demand(((),), "each account its own tokens and allowances only")

_ROLES: Final[Entries] = (
    (_ADMIN_OF_THE_ROLE, ("grantRole(bytes32,address)", "revokeRole(bytes32,address)")),
    (_OWN_ROLES, ("renounceRole(bytes32,address)",)),
)
_OWNED: Final[Entries] = (
    (OWNER, ("transferOwnership(address)",)),
    (named_by("pendingOwner"), ("acceptOwnership()",)),
    (
        Choice("pendingOwner", nobody("the suite refuses to leave a contract without owner"), OWNER),
        ("renounceOwnership()",),
    ),
)
_TOKEN: Final[Entries] = (
    (_OWN_TOKENS, ("approve(address,uint256)", "transfer(address,uint256)", "transferFrom(address,address,uint256)")),
)
_PARAMS_V2: Final = "(uint256,uint16,bytes32,string,address)"
_PARAMS_LIVE: Final = "(uint256,uint16,uint256,bytes32,string,address,(bool,uint16,uint64,uint64))"

PROTOCOL: Final[Table] = {
    "InfrastructureReserve": (
        (
            holder_of("PAYER_ROLE"),
            (
                "payInfrastructureCost(string,address,uint256,bytes32,string)",
                "batchPayInfrastructureCosts((string,address,uint256,bytes32,string)[])",
                "recordActualCosts(string,uint256,uint256,bytes32)",
                "snapshotEstimatedCosts(string,uint256)",
                "advancePeriod(string)",
            ),
        ),
        (
            holder_of("DEPOSITOR_ROLE"),
            (
                "deposit(string,uint256)",
                "batchDeposit(string[],uint256[])",
                "creditAccrual(string,uint256)",
                "creditAccruals(string[],uint256[])",
            ),
        ),
        (Choice("PAUSER_ROLE", holder_of("PAUSER_ROLE"), ADMIN), ("pause()",)),
        (
            ADMIN,
            (
                "unpause()",
                "emergencyWithdraw(uint256)",
                "setProvider(string,address)",
                "setTreasury(address)",
                "setReconciliationPeriod(uint256)",
            ),
        ),
        (ANYONE, ("suggestCostAdjustment(string)",)),
        *_ROLES,
    ),
    "UsageFeeRouter": (
        (
            holder_of("FEE_DEPOSITOR_ROLE"),
            (
                "depositFee(string,uint256)",
                "depositFee(string,uint256,uint256)",
                "batchDepositFees(string[],uint256[])",
                "batchDepositFees(string[],uint256[],uint256[])",
            ),
        ),
        (ADMIN, ("setMaxCostAge(uint256)", "setMaxInfraShareBps(uint16)")),
        *_ROLES,
    ),
    "HokusaiParams": (
        (
            holder_of("GOV_ROLE"),
            (
                "setInfrastructureAccrualBps(uint16)",
                "setTokensPerDeltaOne(uint256)",
                "setLicenseRef(bytes32,string)",
                "setMetricType(uint8)",
                "setOraclePricePerThousandUsd(uint256)",
                "setVestingConfig((bool,uint16,uint64,uint64))",
                "queueParamUpdate(string,string,uint256)",
                "cancelPendingUpdate(string,string)",
            ),
        ),
        (ADMIN, ("emergencySetParam(string,string,uint256,string)",)),
        (ANYONE, ("applyPendingUpdates(string)",)),
        *_ROLES,
    ),
    "TokenManager": (
        (
            _MINTER,
            (
                "mintTokens(string,address,uint256)",
                "batchMintTokens(string,address[],uint256[])",
                "burnTokens(string,address,uint256)",
                "mintReward(string,address,uint256)",
                "batchMintReward(string,address[],uint256[])",
                "burnAMMTokens(string,address,uint256)",
                "burnInvestorTokens(string,address,uint256)",
            ),
        ),
        (
            Choice("adminCount", holder_of("DEPLOYER_ROLE"), Demand(((),), "model ids can be squatted")),
            (
                "deployToken(string,string,string,uint256)",
                f"deployTokenWithParams(string,string,string,uint256,{_PARAMS_V2})",
                f"deployTokenWithParams(string,string,string,uint256,{_PARAMS_LIVE})",
                f"deployTokenWithAllocations(string,string,string,uint256,address,uint256,{_PARAMS_LIVE})",
            ),
        ),
        (_OWNER_AND_ADMIN, ("authorizeAMM(address)", "revokeAMM(address)")),
        (
            OWNER,
            (
                "setDeltaVerifier(address)",
                "setDeploymentFee(uint256)",
                "setFeeRecipient(address)",
                "setVestingVault(address)",
                "distributeModelSupplierAllocation(string)",
                "withdrawDeploymentFees()",
            ),
        ),
        *_ROLES,
        *_OWNED,
    ),
    "HokusaiAMMFactory": (
        (
            Choice("pauser", Demand(((IsNamedBy("pauser"),), (Owns(),))), OWNER),
            ("pausePool(string)", "pausePools(string[])", "pauseAllPools(uint256,uint256)"),
        ),
        (
            OWNER,
            (
                "createPool(string,address)",
                "createPoolWithParams(string,address,uint256,uint256,uint256,uint256,uint256)",
                "createPoolWithWhitelist(string,address,address)",
                ("createPoolWithParamsAndWhitelist(string,address,uint256,uint256,uint256,uint256,uint256,address)"),
                "setDefaults(uint256,uint256,uint256)",
                "setTreasury(address)",
                "setPauser(address)",
                "setPoolDeployer(address)",
                "unpausePool(string)",
                "unpausePools(string[])",
                "setPoolParameters(string,uint256,uint256)",
                "setPoolMaxTradeBps(string,uint256)",
                "withdrawPoolTreasury(string,uint256)",
            ),
        ),
        *_OWNED,
    ),
    "HokusaiAMM": (
        (
            OWNER,
            (
                "pause()",
                "unpause()",
                "setParameters(uint256,uint256)",
                "setMaxTradeBps(uint256)",
                "withdrawTreasury(uint256)",
                "setPurchaserWhitelist(address)",
                "initialize(uint256,uint256)",
                "transferOwnership(address)",
                "renounceOwnership()",
            ),
        ),
        (
            ANYONE,
            (
                "buy(uint256,uint256,address,uint256)",
                "sell(uint256,uint256,address,uint256)",
                "depositFees(uint256)",
                "receiveFees(uint256)",
            ),
        ),
    ),
    "HokusaiToken": (
        (
            named_by("controller"),
            (
                "mint(address,uint256)",
                "burnFrom(address,uint256)",
                "mintInvestor(address,uint256)",
                "mintReward(address,uint256)",
                "burnAMM(address,uint256)",
                "burnInvestor(address,uint256)",
                "distributeModelSupplierAllocation(address,uint256)",
            ),
        ),
        (OWNER, ("setController(address)",)),
        (nobody("a token is set up once, when it is created"), ("initialize(address,uint256)",)),
        (_OWN_TOKENS, ("burn(uint256)",)),
        *_TOKEN,
        *_OWNED,
    ),
    "ModelRegistry": (
        (Demand(((Owns(),),), "on the live version its pool registrars too"), ("registerPool(string,address)",)),
        (
            OWNER,
            (
                "registerModel(uint256,address,string)",
                "registerModelAutoId(address,string)",
                "registerStringModel(string,address,string)",
                "deactivateModel(uint256)",
                "deactivateStringModel(string)",
                "reactivateModel(uint256)",
                "reactivateStringModel(string)",
                "updateMetric(uint256,string)",
                "updateModel(uint256,address)",
                "updateStringMetric(string,string)",
                "updateStringModel(string,address)",
                "setModelUpdatesEnabled(bool)",
                "setPoolRegistrar(address,bool)",
                "setStringModelTokenManager(address)",
                "setWeightGenesis(uint256,bytes32)",
            ),
        ),
        *_OWNED,
    ),
}

FORWARDED: Final = {
    ("HokusaiAMM", "pause"): ("HokusaiAMMFactory", "pausePool"),
    ("HokusaiAMM", "unpause"): ("HokusaiAMMFactory", "unpausePool"),
    ("HokusaiAMM", "setParameters"): ("HokusaiAMMFactory", "setPoolParameters"),
    ("HokusaiAMM", "setMaxTradeBps"): ("HokusaiAMMFactory", "setPoolMaxTradeBps"),
    ("HokusaiAMM", "withdrawTreasury"): ("HokusaiAMMFactory", "withdrawPoolTreasury"),
    ("HokusaiToken", "mint"): ("TokenManager", "mintTokens"),
    ("HokusaiToken", "burnFrom"): ("TokenManager", "burnTokens"),
    ("HokusaiToken", "mintReward"): ("TokenManager", "mintReward"),
    ("HokusaiToken", "burnAMM"): ("TokenManager", "burnAMMTokens"),
    ("HokusaiToken", "burnInvestor"): ("TokenManager", "burnInvestorTokens"),
    ("HokusaiToken", "distributeModelSupplierAllocation"): ("TokenManager", "distributeModelSupplierAllocation"),
}
"""Functions that a contract of the protocol calls for those who may ask it to: by contract and name, both times."""
