"""Sentences for the functions of the live protocol, and for those that treasuries meet everywhere."""

from typing import Final

COMMON_SENTENCES: Final = {
    "increaseAllowance(address,uint256)": "Let {0} spend {1:money} more of {target}",
    "decreaseAllowance(address,uint256)": "Let {0} spend {1:money} less of {target}",
    "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": (
        "Let {1} spend up to {2:money} of {target} held by {0}, by {0}'s signature"
    ),
    "blacklist(address)": "Keep {0} from sending and receiving {target}",
    "unBlacklist(address)": "Let {0} send and receive {target} again",
    "deposit()": "Wrap the native currency sent along in {target}",
    "withdraw(uint256)": "Unwrap {0:native} from {target}",
    "setApprovalForAll(address,bool)": "Set whether {0} may move every token of {target}: {1}",
    "upgradeTo(address)": "Replace the code of {target} by that at {0}",
    "upgradeToAndCall(address,bytes)": "Replace the code of {target} by that at {0}, then: {inner}",
    "upgrade(address,address)": "Replace the code of {0} by that at {1}, through {target}",
    "upgradeAndCall(address,address,bytes)": "Replace the code of {0} by that at {1}, through {target}, then: {inner}",
    "changeAdmin(address)": "Let {0} replace the code of {target}",
    "changeProxyAdmin(address,address)": "Let {1} replace the code of {0}, through {target}",
    "beginDefaultAdminTransfer(address)": "Begin to hand the administration of {target} to {0}",
    "cancelDefaultAdminTransfer()": "Stop handing over the administration of {target}",
    "acceptDefaultAdminTransfer()": "Take over the administration of {target}",
    "cancel(address[],uint256[],bytes[],bytes32)": "Cancel a proposal of {size} calls on {target}: {inner}",
    "queue(uint256)": "Queue proposal {0} of {target}",
    "execute(uint256)": "Execute proposal {0} of {target}",
    "cancel(uint256)": "Cancel proposal {0} of {target}",
    "castVoteWithReason(uint256,uint8,string)": "Vote on proposal {0} of {target}, with support {1}: {2}",
    "relay(address,uint256,bytes)": "Have {target} itself call: {inner}",
    "delegate(address)": "Let {0} vote with the caller's tokens of {target}",
    "multicall(bytes[])": "Make {size} calls of {target} in one: {inner}",
    "aggregate((address,bytes)[])": "Make {size} calls through {target}: {inner}",
    "tryAggregate(bool,(address,bytes)[])": "Make {size} calls through {target}, all of them needed: {0}: {inner}",
    "aggregate3((address,bool,bytes)[])": "Make {size} calls through {target}: {inner}",
    "aggregate3Value((address,bool,uint256,bytes)[])": "Make {size} calls through {target}: {inner}",
    "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)": (
        "Execute as {target}, without confirmations: {inner}"
    ),
    "setModuleGuard(address)": "Set the guard of the modules of {target} to {0}",
    "changeMasterCopy(address)": "Replace the code of {target} by that at {0}",
    "signMessage(bytes)": "Sign the message {0} in the name of the Safe, through {target}",
    "migrateSingleton()": "Replace the Safe's code by the one that {target} names",
    "migrateWithFallbackHandler()": "Replace the Safe's code and fallback handler by those that {target} names",
    "migrateL2Singleton()": "Replace the Safe's code by the one for layer 2 that {target} names",
    "migrateL2WithFallbackHandler()": (
        "Replace the Safe's code by the one for layer 2, and its fallback handler, as {target} names them"
    ),
}

LIVE_SENTENCES: Final = {
    "depositFee(string,uint256,uint256)": "Deposit a fee of {1:money} for {2} calls of model {0} through {target}",
    "batchDepositFees(string[],uint256[],uint256[])": (
        "Deposit fees for {0:count} models through {target}: {0}, {1}, calls {2}"
    ),
    "setMaxCostAge(uint256)": "Let {target} use costs up to {0} seconds old",
    "setMaxInfraShareBps(uint16)": "Limit the infrastructure share of {target} to {0:bps}",
    "setEstimatedCost(string,uint256,uint256)": (
        "Queue a cost of {1:money} per thousand calls of model {0} on {target}, effective {2:when}"
    ),
    "applyPendingUpdate(string)": "Put the queued cost of model {0} into effect on {target}",
    "setEpochDuration(uint256)": "Set the least time between costs on {target} to {0} seconds",
    "setGrossMarginBps(uint16)": "Set the gross margin on {target} to {0:bps}",
    "recordActualCosts(string,uint256,uint256,bytes32)": (
        "Record actual costs of {2:money} for period {1} of model {0} on {target}, invoice {3}"
    ),
    "snapshotEstimatedCosts(string,uint256)": "Record estimated costs of {1:money} for model {0} on {target}",
    "advancePeriod(string)": "Begin the next reconciliation period of model {0} on {target}",
    "setReconciliationPeriod(uint256)": "Set the reconciliation period of {target} to {0} seconds",
    "setOraclePricePerThousandUsd(uint256)": "Set the oracle price per thousand calls on {target} to {0}",
    "setMetricType(uint8)": "Set the metric of {target} to kind {0}",
    "queueParamUpdate(string,string,uint256)": "Queue {1} = {2} of model {0} on {target}, which nothing reads",
    "emergencySetParam(string,string,uint256,string)": (
        "Set {1} = {2} of model {0} on {target}, which nothing reads, because {3}"
    ),
    "applyPendingUpdates(string)": "Put the queued parameters of model {0} into effect on {target}",
    "cancelPendingUpdate(string,string)": "Drop the queued {1} of model {0} on {target}",
    "distributeModelSupplierAllocation(string)": "Hand out the model supplier's tokens of model {0} through {target}",
    "withdrawDeploymentFees()": "Send the deployment fees that {target} holds to its fee recipient",
    "setVestingVault(address)": "Set the vesting vault of {target} to {0}",
    "mintReward(string,address,uint256)": "Mint a reward of {2:tokens} of model {0} to {1} on {target}",
    "pausePools(string[])": "Pause the pools of {0:count} models through {target}: {0}",
    "unpausePools(string[])": "Unpause the pools of {0:count} models through {target}: {0}",
    "pauseAllPools(uint256,uint256)": "Pause up to {1} pools from number {0} on, through {target}",
    "setPauser(address)": "Let {0} pause the pools of {target}",
    "setPurchaserWhitelist(address)": "Let only accounts on the list {0} buy from {target}",
    "setWeightGenesis(uint256,bytes32)": "Set the first weights of model number {0} to {1} on {target}, for good",
    "deactivateStringModel(string)": "Deactivate model {0} on {target}",
    "reactivateStringModel(string)": "Activate model {0} on {target} again",
    "reactivateModel(uint256)": "Activate model number {0} on {target} again",
    "setPoolRegistrar(address,bool)": "Set whether {0} may register pools on {target}: {1}",
    "verifyContribution(uint256)": "Accept contribution {0} on {target}",
    "rejectContribution(uint256,string)": "Reject contribution {0} on {target}, because {1}",
    "addAttester(address)": "Let {0} attest for {target}",
    "removeAttester(address)": "Let {0} attest for {target} no longer",
    "setAttesterThreshold(uint256)": "Demand {0} attesters on {target}",
    "setMintBudget(uint256,uint256)": "Set the mint budget of model number {0} on {target} to {1:tokens}",
    "topUpMintBudget(uint256,uint256)": "Raise the mint budget of model number {0} on {target} by {1:tokens}",
    "resetModelHead(uint256,bytes32)": "Set the head of model number {0} on {target} to {1}",
    "disableLegacyMints()": "Switch the old way of minting off on {target}, for good",
    "release(address,address,uint256,bytes32)": ("Release {2:money} of token {0} to {1} from {target}, reference {3}"),
    "releaseBatch(address,address[],uint256[],bytes32[])": (
        "Release token {0} to {1:count} accounts from {target}: {1}, base units {2}, references {3}"
    ),
    "rescue(address,address,uint256)": (
        "Take {2:money} of token {0} out of {target} for {1}, whatever claims they are for"
    ),
    "claimVested(address,uint256)": "Take in what is due of schedule {1} of vault {0} for {target}",
    "claimVestedBatch(address,uint256[])": (
        "Take in what is due of {1:count} schedules of vault {0} for {target}: {1}"
    ),
    "claim(uint256)": "Claim what is due of schedule {0} of {target} for the caller",
    "createSchedule(string,address,address,uint256,uint64,uint64)": (
        "Let {3} base units of token {1} of model {0} become due to {2} over {5} seconds, none in the first {4}, "
        "in {target}"
    ),
    "suggestCostAdjustment(string)": "Have {target} suggest another estimate for model {0}",
    "addToWhitelist(address)": "Let {0} buy, on the list {target}",
    "removeFromWhitelist(address)": "Let {0} buy no longer, on the list {target}",
    "addBatch(address[])": "Let {0:count} accounts buy, on the list {target}: {0}",
    "removeBatch(address[])": "Let {0:count} accounts buy no longer, on the list {target}: {0}",
}
