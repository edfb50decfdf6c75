"""Checks of what changes hands besides money: the Safe itself, roles, ownership, and approvals."""

from collections.abc import Iterator
from typing import Final, cast

from eth_typing import ChecksumAddress

from hokctl.checks.facts import SafeTxFacts, every_call
from hokctl.checks.governors import judge_votes
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.checks.self_changes import check_self_changes
from hokctl.clients.decoding import DecodedCall
from hokctl.domain.findings import Finding, Severity

OWNER_CHANGES: Final = frozenset({"addOwnerWithThreshold", "removeOwner", "swapOwner", "changeThreshold"})
"""The Safe's own functions that change who confirms; its others hand power to a contract."""
HARMLESS: Final = frozenset({"disableModule", "approveHash"})
"""The Safe's own functions that give nobody any power."""
POWER: Final = frozenset(
    {
        "grantRole",
        "revokeRole",
        "renounceRole",
        "transferOwnership",
        "acceptOwnership",
        "renounceOwnership",
        "beginDefaultAdminTransfer",
        "setTreasury",
        "setPauser",
        "setFeeRecipient",
        "setDeltaVerifier",
        "upgradeTo",
        "upgradeToAndCall",
        "updateDelay",
    }
)
"""Functions that change who has power over a contract."""
PAYING: Final = frozenset(
    {
        "payInfrastructureCost",
        "batchPayInfrastructureCosts",
        "transfer",
        "transferFrom",
        "emergencyWithdraw",
        "withdraw",
        "release",
    }
)
"""Functions that move money."""
_APPROVING: Final = frozenset({"approve", "increaseAllowance", "setApprovalForAll"})
_UNLIMITED: Final = 2**160
"""No treasury holds as many base units: from here on an approval is without a limit."""


def function_of(call: DecodedCall) -> str:
    """Return the name of the called function; empty when it is unknown."""
    return (call.signature or "").partition("(")[0]


def check_self_calls(facts: SafeTxFacts) -> Looked:
    """Look for calls of the Safe to itself: its owners, threshold, modules, guard, fallback handler and code."""
    own = [call for call in facts.calls if call.to == facts.safe_tx.safe and call.data]
    if not own:
        return NOTHING_TO_SEE
    at = tuple((facts.safe_tx.safe, call.signature or f"0x{call.selector.hex()}") for call in own)
    return Looked(at, tuple(_judge_self_calls(facts, own)))


def _judge_self_calls(facts: SafeTxFacts, own: list[DecodedCall]) -> Iterator[Finding]:
    safe = facts.safe_tx.safe
    names = ", ".join(function_of(call) or f"0x{call.selector.hex()}" for call in own)
    yield from check_self_changes(safe, own)
    if len(own) < len(facts.calls):
        yield Finding(
            code="safe-change-bundled",
            severity=Severity.ERROR,
            subject=safe,
            message=f"Among other calls, the batch changes the Safe itself: {names}.",
            remedy="Have the change proposed on its own: hokctl safe owners. Nobody should sign it as a by-product.",
        )
    handed = [call for call in own if function_of(call) not in OWNER_CHANGES | HARMLESS]
    if handed:
        yield Finding(
            code="safe-extension",
            severity=Severity.WARNING,
            subject=safe,
            message=f"The Safe hands power over itself to a contract, or gives up its protection: {names}.",
            evidence={f"{function_of(call) or 'unknown'}": _words(call) for call in handed},
            remedy="Every owner checks the contract's code first: it will be as mighty as all of them together.",
        )


def _words(call: DecodedCall) -> str:
    return ", ".join(f"{argument.name} {argument.value!s}" for argument in call.args) or "no arguments"


def check_bundle(facts: SafeTxFacts) -> Looked:
    """Look for changes of power that travel with payments: nobody should sign one as a by-product of the other."""
    power = [call for call in facts.calls if call.to != facts.safe_tx.safe and function_of(call) in POWER]
    paying = [call for call in facts.calls if function_of(call) in PAYING or (call.value and not call.data)]
    at = (
        ("calls that change power", ", ".join(function_of(call) for call in power) or "none"),
        ("calls that move money", ", ".join(function_of(call) or "value" for call in paying) or "none"),
    )
    if not power or not paying:
        return Looked(at)
    finding = Finding(
        code="bundled-authority",
        severity=Severity.ERROR,
        subject=str(power[0].to),
        message="One batch both moves money and changes who has power.",
        evidence=dict(at),
        remedy="Have the two proposed one by one, so that each is seen for what it is.",
    )
    return Looked(at, (finding,))


def check_understated(facts: SafeTxFacts) -> Looked:
    """Compare what the plan says about itself with its bytes: a plan that moves money or power must say so."""
    moving = [call for call in facts.calls if function_of(call) in POWER | PAYING or call.value]
    at = (("the plan says", "it moves funds or power" if facts.plan.moves_funds else "it moves neither"),)
    if facts.plan.moves_funds or not moving:
        return Looked(at)
    finding = Finding(
        code="plan-understates",
        severity=Severity.ERROR,
        subject=facts.safe_tx.safe_tx_hash,
        message="The plan says that it moves neither money nor power, but its calls do.",
        evidence={str(call.to): call.signature or f"{call.value} wei" for call in moving},
        remedy="Sign nothing, and ask the proposer: no plan of hokctl says that.",
    )
    return Looked(at, (finding,))


def check_approvals(facts: SafeTxFacts) -> Looked:
    """Look for approvals without a limit, and for those that outlive the transaction."""
    calls = list(every_call(facts.decoded))
    approving = [(index, call) for index, call in enumerate(calls) if function_of(call) in _APPROVING]
    if not approving:
        return NOTHING_TO_SEE
    at = tuple((str(call.to), f"{function_of(call)}: {_words(call)}") for _, call in approving)
    findings = [
        finding for index, call in approving for finding in _judge_approval(facts, call, later=calls[index + 1 :])
    ]
    return Looked(at, tuple(findings))


def _judge_approval(facts: SafeTxFacts, call: DecodedCall, *, later: list[DecodedCall]) -> Iterator[Finding]:
    spender, value = cast("tuple[ChecksumAddress, int]", tuple(argument.value for argument in call.args[:2]))
    known = facts.name_of(spender)
    if value is True or (value is not False and value >= _UNLIMITED):
        yield Finding(
            code="unlimited-approval",
            # Only a contract of the deployment may need one; a person never does, known or not.
            severity=Severity.WARNING if spender in (facts.labels or {}) else Severity.ERROR,
            subject=spender,
            message=f"{known or spender} could take all of the Safe's tokens of {call.to}, for ever.",
            evidence={"token": str(call.to), "spender": spender, "name": known or "not known by any name"},
            remedy="Approve what the next call needs, and no more.",
        )
    elif value and not any(other.to == spender for other in later):
        yield Finding(
            code="lingering-approval",
            severity=Severity.WARNING,
            subject=spender,
            message=f"{known or spender} may take {value} base units of {call.to} later on: nothing here uses them up.",
            evidence={"token": str(call.to), "spender": spender},
            remedy="Revoke it as soon as it is not needed: approve zero.",
        )


def check_roles(facts: SafeTxFacts) -> Looked:
    """Look whether the Safe holds what the calls demand, at the block of the simulation; and its votes, to propose."""
    safe = facts.safe_tx.safe
    planned = [(str(requirement), safe, held) for requirement, held in facts.requirements]
    demanded = [(one.text, one.caller, one.held) for one in facts.demands]
    if not (planned or demanded or facts.votes):
        return NOTHING_TO_SEE
    words = {True: "held by {}", False: "not held by {}", None: "the contract does not say"}
    at = [
        (text, words[held].format("the Safe" if caller == safe else caller))
        for text, caller, held in (*planned, *demanded)
    ]
    at += [(f"votes for governor {one.governor}", f"{one.votes} of {one.needed}") for one in facts.votes]
    findings = [_lacking(facts, text, caller) for text, caller, held in (*planned, *demanded) if held is False]
    findings += [finding for one in facts.votes for finding in judge_votes(one)]
    return Looked(tuple(at), tuple(findings))


def _lacking(facts: SafeTxFacts, text: str, caller: ChecksumAddress) -> Finding:
    own = caller == facts.safe_tx.safe
    waits = facts.safe_tx.nonce > facts.details.authority.nonce or len(facts.calls) > 1 or not own
    return Finding(
        code="role-missing",
        # What comes before it, in the queue or in the batch, may still give the role; so may a timelock's delay.
        severity=Severity.WARNING if waits else Severity.ERROR,
        subject=caller,
        message=f"{'The Safe' if own else caller} lacks what a call needs: {text}.",
        remedy="hokctl roles who tells who has it; have it proposed to that one.",
    )
