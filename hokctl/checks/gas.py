"""Checks of the execution: gas, the executor's purse, the size of a batch, and the tool that looked."""

from collections.abc import Iterator
from typing import Final

from hokctl.checks.call_facts import GasMeasure
from hokctl.checks.facts import ExecutorFacts, SafeTxFacts
from hokctl.checks.outcomes import Looked
from hokctl.domain.effects import Simulation
from hokctl.domain.findings import Finding, Severity

MANY_CALLS: Final = 100
"""Beyond this, a hosted service refuses a batch that was signed (safe-react-apps, issue 749)."""
_TX_GAS: Final = 21_000
_BYTE_GAS: Final = 16
_ZERO_BYTE_GAS: Final = 4
_SAFE_GAS: Final = 50_000
"""What execTransaction takes at the least: signatures, nonce, events."""
TX_GAS_CAP: Final = 1 << 24
"""The most gas that one transaction may have where EIP-7825 is in force."""
_HEAD_ROOM: Final = (4, 60, 400_000)
"""What a transaction needs beyond what it uses: a quarter, and at most a sixtieth and 400,000. A call passes 63/64 of
its gas on, through proxy, Safe, batch and target; real signatures cost more than pretended ones; and the views that a
simulation asks first make what follows cheaper."""
_LARGE_SHARE: Final = 2
"""A transaction of more than half a block waits long, or for ever."""


def least_gas(data: bytes) -> int:
    """Return the gas that an execution with this calldata takes at the very least."""
    zeros = data.count(0)
    return _TX_GAS + zeros * _ZERO_BYTE_GAS + (len(data) - zeros) * _BYTE_GAS + _SAFE_GAS


def check_gas(facts: SafeTxFacts) -> Looked:
    """Look at the inner gas limit, the number of calls, the block's gas, and whether the executor can pay.

    Once the transaction was simulated, by what it really takes; before, by what it takes at the least.
    """
    safe_tx, executor = facts.safe_tx, facts.executor
    gas = max(least_gas(safe_tx.data), safe_tx.safe_tx_gas * 64 // 63)
    at = [("calls", str(len(facts.calls))), ("safeTxGas", str(safe_tx.safe_tx_gas)), ("gas, at the least", f"{gas:,}")]
    if facts.gas is not None:
        gas = max(gas, facts.gas.limit)
        at.append((f"gas, {facts.gas.source}", f"{facts.gas.limit:,}"))
    if facts.block_gas_limit is not None:
        at.append(("block gas limit", f"{facts.block_gas_limit:,}"))
    if executor is not None:
        at.append(("executor", f"{executor.address} with {executor.balance_wei} wei"))
        at.append(("base fee", f"{executor.base_fee_wei} wei"))
    findings = [*_judge_size(facts), *_judge_block(facts, gas)]
    findings += [] if executor is None else _judge_cost(executor, gas, measured=facts.gas is not None)
    return Looked(tuple(at), tuple(findings))


def _judge_size(facts: SafeTxFacts) -> Iterator[Finding]:
    if len(facts.calls) > MANY_CALLS:
        yield Finding(
            code="batch-large",
            severity=Severity.WARNING,
            subject=facts.safe_tx.safe_tx_hash,
            message=f"The batch has {len(facts.calls)} calls; services refuse more than about {MANY_CALLS}.",
            remedy="Have it proposed in parts, before anyone signs.",
        )
    if facts.safe_tx.safe_tx_gas:
        yield Finding(
            code="safe-tx-gas",
            severity=Severity.WARNING,
            subject=facts.safe_tx.safe_tx_hash,
            message="With safeTxGas set, a call that fails uses up the nonce all the same.",
            evidence={"safeTxGas": str(facts.safe_tx.safe_tx_gas)},
            remedy="Have it proposed again with safeTxGas zero.",
        )


def _judge_block(facts: SafeTxFacts, gas: int) -> Iterator[Finding]:
    subject, limit = facts.safe_tx.safe_tx_hash, facts.block_gas_limit
    if limit is not None and gas * _LARGE_SHARE > limit:
        yield Finding(
            code="gas-over-block",
            severity=Severity.ERROR if gas > limit else Severity.WARNING,
            subject=subject,
            message=f"The execution takes at least {gas:,} of the {limit:,} gas of a block.",
            remedy="Have it proposed in parts.",
        )
    if gas > TX_GAS_CAP:
        # A deployment is cut to size before it is signed, not when nobody can execute it.
        creates = bool(facts.plan.created_addresses)
        yield Finding(
            code="gas-over-cap",
            severity=Severity.ERROR if creates else Severity.WARNING,
            subject=subject,
            message=f"The execution takes at least {gas:,} gas; many chains stop a transaction at {TX_GAS_CAP:,}.",
            remedy="Deploy fewer models at a time: the rest follows with the next `hokctl deploy apply`."
            if creates
            else "Have it proposed in parts.",
        )


def _judge_cost(executor: ExecutorFacts, gas: int, *, measured: bool) -> Iterator[Finding]:
    needed_wei = gas * executor.base_fee_wei
    if measured:
        # What sending sets aside: a fifth more gas, at twice the base fee unless that is capped.
        offered_wei = min(2 * executor.base_fee_wei, executor.max_fee_wei or 2 * executor.base_fee_wei)
        needed_wei = -(-gas * 6 // 5) * max(offered_wei, executor.base_fee_wei)
    if executor.balance_wei < needed_wei:
        yield Finding(
            code="executor-short",
            severity=Severity.ERROR,
            subject=executor.address,
            message=f"{executor.address} holds {executor.balance_wei} wei, too little for the gas of the execution.",
            evidence={"gas": str(gas), "base fee": f"{executor.base_fee_wei} wei", "needed": f"{needed_wei} wei"},
            remedy="Fund the account, or have another one execute it: --signer.",
        )
    if executor.max_fee_wei is not None and executor.max_fee_wei < executor.base_fee_wei:
        yield Finding(
            code="fee-cap-low",
            severity=Severity.WARNING,
            subject=executor.address,
            message=f"Gas costs {executor.base_fee_wei} wei now, above the cap of {executor.max_fee_wei} wei.",
            remedy="Raise --max-fee, or wait.",
        )


def measured_gas(simulation: Simulation) -> GasMeasure | None:
    """Return the gas that an execution takes as it was simulated: the node's estimate, else what it used and head-room.

    None when the node told neither.
    """
    if simulation.gas_estimate is not None:
        return GasMeasure(limit=simulation.gas_estimate, source="estimated by the node")
    used = None if simulation.effect is None else simulation.effect.gas_used
    if used is None:
        return None
    quarter, sixtieth, more = _HEAD_ROOM
    room = min(-(-used // quarter), used // sixtieth + more)
    return GasMeasure(limit=used + room, source="used in the simulation, and head-room")


def check_tool(facts: SafeTxFacts) -> Looked:
    """Record what looked: hokctl's version, its libraries, the configuration and the policy, and the plan's hash."""
    tool = facts.tool
    at = [("plan hash", facts.plan.plan_hash), ("block", f"{facts.block.number} {facts.block.hash}")]
    if tool is None:
        return Looked(tuple(at))
    at += [
        ("hokctl", tool.version),
        ("Python", tool.python),
        ("libraries", tool.libraries_hash),
        ("configuration", tool.config_hash),
        ("policy", tool.policy_hash or "none"),
    ]
    return Looked(tuple(at))
