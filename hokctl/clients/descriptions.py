"""A sentence for every call that hokctl can read, for the person who is asked to sign it."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.create_call import CREATIONS, PERFORM_CREATE2, recognise_creation
from hokctl.clients.decoding import DecodedCall
from hokctl.clients.more_sentences import COMMON_SENTENCES, LIVE_SENTENCES
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import is_create_call, is_multi_send
from hokctl.clients.wording import WordedValue, Wording, format_argument, format_memo, native, quote
from hokctl.domain.addresses import created2_address
from hokctl.domain.amounts import Token
from hokctl.domain.calls import Argument

TEMPLATES: Final = {
    # AccessControl, Ownable, Pausable
    "grantRole(bytes32,address)": "Grant {0:role} on {target} to {1}",
    "revokeRole(bytes32,address)": "Revoke {0:role} on {target} from {1}",
    "renounceRole(bytes32,address)": "Renounce {0:role} on {target}, held by {1}",
    "transferOwnership(address)": "Hand ownership of {target} to {0}",
    "acceptOwnership()": "Accept ownership of {target}",
    "renounceOwnership()": "Give up ownership of {target} for good",
    "pause()": "Pause {target}",
    "unpause()": "Unpause {target}",
    # ERC-20
    "approve(address,uint256)": "Let {0} spend up to {1:money} of {target}",
    "transfer(address,uint256)": "Transfer {1:money} of {target} to {0}",
    "transferFrom(address,address,uint256)": "Transfer {2:money} of {target} from {0} to {1}",
    "mint(address,uint256)": "Mint {1:money} of {target} to {0}",
    "burn(address,uint256)": "Burn {1:money} of {target} held by {0}",
    # InfrastructureReserve
    "payInfrastructureCost(string,address,uint256,bytes32,string)": (
        "Pay {2:money} to {1} for model {0}, invoice {3}{4:memo}, from {target}"
    ),
    "deposit(string,uint256)": "Set {1:money} aside for model {0} in {target}",
    "batchDeposit(string[],uint256[])": "Set money aside for {0:count} models in {target}: {0}, {1}",
    "setProvider(string,address)": "Set the infrastructure provider of model {0} to {1} on {target}",
    "setTreasury(address)": "Set the treasury of {target} to {0}",
    "emergencyWithdraw(uint256)": "Withdraw {0:money} from {target} to its treasury, leaving the accruals uncovered",
    # UsageFeeRouter
    "depositFee(string,uint256)": "Deposit a fee of {1:money} for model {0} through {target}",
    "batchDepositFees(string[],uint256[])": "Deposit fees for {0:count} models through {target}: {0}, {1}",
    # HokusaiParams
    "setInfrastructureAccrualBps(uint16)": "Set the infrastructure share on {target} to {0:bps}",
    "setLicenseRef(bytes32,string)": "Set the licence on {target} to {1}, hash {0}",
    "setTokensPerDeltaOne(uint256)": "Set the reward rate on {target} to {0:rate}",
    # TokenManager and HokusaiToken
    "deployToken(string,string,string,uint256)": "Deploy token {1} ({2}) of model {0} on {target}, supply {3:tokens}",
    "deployTokenWithParams(string,string,string,uint256,(uint256,uint16,bytes32,string,address))": (
        "Deploy token {1} ({2}) of model {0} on {target}, supply {3:tokens}, parameters {4}"
    ),
    "mintTokens(string,address,uint256)": "Mint {2:tokens} of model {0} to {1} on {target}",
    "batchMintTokens(string,address[],uint256[])": "Mint tokens of model {0} on {target}, for {1:count}: {1}, {2}",
    "burnTokens(string,address,uint256)": "Burn {2:tokens} of model {0} held by {1} on {target}",
    "authorizeAMM(address)": "Let pool {0} mint on {target}",
    "revokeAMM(address)": "Stop pool {0} from minting on {target}",
    "setDeltaVerifier(address)": "Let {0} mint and burn on {target}, as its delta verifier",
    "setDeploymentFee(uint256)": "Set the fee for deploying a token on {target} to {0:native}",
    "setFeeRecipient(address)": "Set the recipient of deployment fees on {target} to {0}",
    "setController(address)": "Hand control over the supply of {target} to {0}",
    "burn(uint256)": "Burn {0:tokens} of {target} held by the caller",
    "burnFrom(address,uint256)": "Burn {1:tokens} of {target} held by {0}",
    # HokusaiAMMFactory and HokusaiAMM
    "createPool(string,address)": "Create the pool of model {0} for token {1} on {target}",
    "createPoolWithParams(string,address,uint256,uint256,uint256,uint256,uint256)": (
        "Create the pool of model {0} for token {1} on {target}: reserve ratio {2} ppm, trade fee {3:bps}, "
        "{4} seconds buy-only, flat price {6:money} up to a reserve of {5:money}"
    ),
    "setDefaults(uint256,uint256,uint256)": (
        "Set the defaults of new pools on {target}: reserve ratio {0} ppm, trade fee {1:bps}, {2} seconds buy-only"
    ),
    "pausePool(string)": "Pause the pool of model {0} through {target}",
    "unpausePool(string)": "Unpause the pool of model {0} through {target}",
    "setPoolParameters(string,uint256,uint256)": (
        "Set the pool of model {0} to a reserve ratio of {1} ppm and a trade fee of {2:bps} through {target}"
    ),
    "setPoolMaxTradeBps(string,uint256)": "Set the largest trade of model {0}'s pool to {1:bps} through {target}",
    "withdrawPoolTreasury(string,uint256)": "Send {1:money} of model {0}'s pool to its treasury through {target}",
    "buy(uint256,uint256,address,uint256)": "Buy at least {1:tokens} for {0:money} from {target}, for {2}",
    "sell(uint256,uint256,address,uint256)": "Sell {0:tokens} for at least {1:money} to {target}, for {2}",
    "depositFees(uint256)": "Add {0:money} to the reserve of {target}",
    "setParameters(uint256,uint256)": "Set {target} to a reserve ratio of {0} ppm and a trade fee of {1:bps}",
    "setMaxTradeBps(uint256)": "Set the largest trade of {target} to {0:bps}",
    "withdrawTreasury(uint256)": "Send {0:money} of {target} to its treasury",
    # ModelRegistry
    "registerStringModel(string,address,string)": "Register model {0} with token {1} and metric {2} on {target}",
    "registerPool(string,address)": "Register pool {1} of model {0} on {target}",
    "registerModel(uint256,address,string)": "Register model number {0} with token {1} and metric {2} on {target}",
    "registerModelAutoId(address,string)": "Register token {0} as the next model, with metric {1}, on {target}",
    "deactivateModel(uint256)": "Deactivate model number {0} on {target}",
    "updateMetric(uint256,string)": "Set the metric of model number {0} to {1} on {target}",
    "updateModel(uint256,address)": "Set the token of model number {0} to {1} on {target}",
    # Safe
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)": (
        "Execute as {target}: {inner}"
    ),
    "execTransactionFromModule(address,uint256,bytes,uint8)": "Execute as {target}, without confirmations: {inner}",
    "multiSend(bytes)": "Make {size} calls in one: {inner}",
    "approveHash(bytes32)": "Confirm Safe transaction {0} on {target}",
    "addOwnerWithThreshold(address,uint256)": "Add owner {0} to {target}, threshold {1}",
    "removeOwner(address,address,uint256)": "Remove owner {1} from {target}, threshold {2}",
    "swapOwner(address,address,address)": "Replace owner {1} of {target} by {2}",
    "changeThreshold(uint256)": "Set the threshold of {target} to {0}",
    "enableModule(address)": "Let module {0} act for {target} without confirmations",
    "disableModule(address,address)": "Take module {1} from {target}",
    "setGuard(address)": "Set the guard of {target} to {0}",
    "setFallbackHandler(address)": "Set the fallback handler of {target} to {0}",
    "createProxyWithNonce(address,bytes,uint256)": "Create a Safe of {0} through {target}",
    "setup(address[],uint256,address,bytes,address,address,uint256,address)": (
        "Set {target} up with {0:count} owners {0} and threshold {1}"
    ),
    # TimelockController
    "schedule(address,uint256,bytes,bytes32,bytes32,uint256)": "Schedule on {target}, {5} seconds ahead: {inner}",
    "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)": (
        "Schedule {size} calls on {target}, {5} seconds ahead: {inner}"
    ),
    "execute(address,uint256,bytes,bytes32,bytes32)": "Execute what was scheduled on {target}: {inner}",
    "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)": (
        "Execute {size} calls scheduled on {target}: {inner}"
    ),
    "cancel(bytes32)": "Cancel operation {0} on {target}",
    # Governor
    "propose(address[],uint256[],bytes[],string)": "Put {size} calls to the vote of {target}: {inner}",
    "queue(address[],uint256[],bytes[],bytes32)": "Queue {size} calls that passed the vote of {target}: {inner}",
    "execute(address[],uint256[],bytes[],bytes32)": "Execute {size} calls that passed the vote of {target}: {inner}",
    "castVote(uint256,uint8)": "Vote on proposal {0} of {target}, with support {1}",
    "updateDelay(uint256)": "Set the delay of {target} to {0} seconds",
    **COMMON_SENTENCES,
    **LIVE_SENTENCES,
}
"""Per canonical signature the sentence, with arguments by position and the formats of `WordedValue`."""

_BATCH_PAY: Final = "batchPayInfrastructureCosts((string,address,uint256,bytes32,string)[])"
ERC20_AMOUNTS: Final = frozenset(
    {
        "approve(address,uint256)",
        "transfer(address,uint256)",
        "transferFrom(address,address,uint256)",
        "mint(address,uint256)",
        "burn(address,uint256)",
        "increaseAllowance(address,uint256)",
        "decreaseAllowance(address,uint256)",
        "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
    }
)
TOKEN_NAMED: Final = frozenset(
    {
        "release(address,address,uint256,bytes32)",
        "releaseBatch(address,address[],uint256[],bytes32[])",
        "rescue(address,address,uint256)",
    }
)
"""Functions whose first argument says of which token the amounts are."""
_UNLIMITED: Final = 2**256 - 1


def describe_call(
    decoded: DecodedCall,
    *,
    token: Token | None = None,
    names: Mapping[ChecksumAddress, str] | None = None,
    creator: ChecksumAddress | None = None,
) -> str:
    """Return one sentence that says what the call does.

    `token` is the reserve token, so that amounts can be given in it; `names` are those of the address book; `creator`
    is the Safe in whose name contracts are created, where it is known.
    """
    return _describe(decoded, Wording(names=names or {}, token=token, creator=creator)) + "."


def _describe(decoded: DecodedCall, wording: Wording) -> str:
    sentence = _main_clause(decoded, _scoped(decoded, wording))
    if decoded.value and decoded.data:
        sentence += f", sending {native(decoded.value)} along"
    known = decoded.to is not None and (is_multi_send(decoded.to) or is_create_call(decoded.to))
    if decoded.operation is Operation.DELEGATECALL and not known:
        sentence += ", by DELEGATECALL: the target's code acts as the Safe itself"
    if not decoded.exact:
        sentence += " (the calldata has bytes that these arguments do not explain)"
    return sentence


def _scoped(decoded: DecodedCall, wording: Wording) -> Wording:
    """Return the wording without its token where the amounts are another token's."""
    if wording.token is not None and counts_otherwise(decoded.signature, decoded.to, decoded.args, wording.token):
        return Wording(names=wording.names, creator=wording.creator)
    return wording


def counts_otherwise(signature: str | None, to: ChecksumAddress | None, args: Sequence[Argument], token: Token) -> bool:
    """Tell whether the amounts of a call are of another token than `token`: the target's own, or the one it names."""
    if signature in ERC20_AMOUNTS:
        return to != token.address
    return signature in TOKEN_NAMED and bool(args) and args[0].value != token.address


def _main_clause(decoded: DecodedCall, wording: Wording) -> str:
    target = _target(decoded, wording)
    if not decoded.data:
        return f"Send {native(decoded.value)} to {target}"
    if decoded.signature is None:
        return f"Call unknown function 0x{decoded.selector.hex()} of {target} with {len(decoded.data)} bytes"
    special = _SPECIAL.get(decoded.signature)
    if special is not None:
        return special(decoded, wording, target)
    template = TEMPLATES.get(decoded.signature)
    if template is None:
        return _generic(decoded, wording, target)
    if decoded.signature == "approve(address,uint256)" and decoded.args[1].value == _UNLIMITED:
        return f"Let {wording.value(decoded.args[0].value, 'address')} spend any amount of {target}"
    values = (WordedValue(argument.value, argument.type, wording) for argument in decoded.args)
    return template.format(*values, target=target, inner=_inner(decoded, wording), size=len(decoded.inner))


def _target(decoded: DecodedCall, wording: Wording) -> str:
    if decoded.to is None:
        return decoded.label or "the target"
    if decoded.to in wording.names or decoded.label is None:
        return wording.address(decoded.to)
    return f"{decoded.label} {decoded.to}"


def _inner(decoded: DecodedCall, wording: Wording) -> str:
    match [_describe(item, wording) for item in decoded.inner]:
        case []:
            return "what cannot be read"
        case [single]:
            return single
        case several:
            return "; ".join(f"({number}) {text}" for number, text in enumerate(several, start=1))


def _batch_payment(decoded: DecodedCall, wording: Wording, target: str) -> str:
    payments = cast("tuple[tuple[str, ChecksumAddress, int, bytes, str], ...]", decoded.args[0].value)
    lines = (
        f"{wording.money(amount)} to {wording.address(payee)} for model {quote(model_id)}, "
        f"invoice 0x{invoice_hash.hex()}{format_memo(memo)}"
        for model_id, payee, amount, invoice_hash, memo in payments
    )
    total = sum(payment[2] for payment in payments)
    return f"Pay {len(payments)} invoices, {wording.money(total)} in all, from {target}: {'; '.join(lines)}"


def _creation(decoded: DecodedCall, wording: Wording, target: str) -> str:
    """Return what is created: a contract of the suite by its creation code, with its arguments, and where."""
    init_code = cast("bytes", decoded.args[1].value)
    found = recognise_creation(init_code)
    if found is None:
        what = f"an unknown contract of {len(init_code)} bytes of creation code, hash 0x{keccak(init_code).hex()},"
    else:
        given = ", ".join(f"{argument.name} {format_argument(argument, wording)}" for argument in found.args)
        what = found.contract + (f" with {given}" if given else "")
    place = "" if decoded.operation is Operation.DELEGATECALL else f", owned by {target}"
    if decoded.signature == PERFORM_CREATE2 and wording.creator is not None and not place:
        place = f" at {created2_address(wording.creator, cast('bytes', decoded.args[2].value), init_code)}"
    value = cast("int", decoded.args[0].value)
    return f"Create {what}{place}" + (f", with {native(value)}" if value else "")


def _generic(decoded: DecodedCall, wording: Wording, target: str) -> str:
    name = cast("str", decoded.signature).partition("(")[0]
    arguments = ", ".join(
        f"{argument.name or 'argument'} {format_argument(argument, wording)}" for argument in decoded.args
    )
    return f"Call {name} of {target}" + (f" with {arguments}" if arguments else "")


_SPECIAL: Final = {_BATCH_PAY: _batch_payment, **dict.fromkeys(CREATIONS, _creation)}
"""Functions whose sentences no template can make."""
