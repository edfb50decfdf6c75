"""Checks of the execution: gas, the executor's purse, the size of a batch, and the tool that looked."""

from collections.abc import Iterator
from typing import Final

from hokctl.checks.facts import ExecutorFacts, SafeTxFacts
from hokctl.checks.outcomes import Looked
from hokctl.domain.findings import Finding, Severity

MANY_CALLS: Final = 100
"""Beyond this, a hosted service refuses a batch that was signed (safe-react-apps, issue 749)."""
_TX_GAS: Final = 21_000
_BYTE_GAS: Final = 16
_ZERO_BYTE_GAS: Final = 4
_SAFE_GAS: Final = 50_000
"""What execTransaction takes at the least: signatures, nonce, events."""
_LARGE_SHARE: Final = 2
"""A transaction of more than half a block waits long, or for ever."""


def least_gas(data: bytes) -> int:
    """Return the gas that an execution with this calldata takes at the very least."""
    zeros = data.count(0)
    return _TX_GAS + zeros * _ZERO_BYTE_GAS + (len(data) - zeros) * _BYTE_GAS + _SAFE_GAS


def check_gas(facts: SafeTxFacts) -> Looked:
    """Look at the inner gas limit, the number of calls, the block's gas, and whether the executor can pay."""
    safe_tx, executor = facts.safe_tx, facts.executor
    gas = max(least_gas(safe_tx.data), safe_tx.safe_tx_gas * 64 // 63)
    at = [("calls", str(len(facts.calls))), ("safeTxGas", str(safe_tx.safe_tx_gas)), ("gas, at the least", f"{gas:,}")]
    if executor is not None:
        at.append(("executor", f"{executor.address} with {executor.balance_wei} wei"))
        at.append(("base fee", f"{executor.base_fee_wei} wei"))
        at.append(("block gas limit", f"{executor.block_gas_limit:,}"))
    findings = [*_judge_size(facts), *([] if executor is None else _judge_cost(executor, gas))]
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


def _judge_cost(executor: ExecutorFacts, gas: int) -> Iterator[Finding]:
    if gas * _LARGE_SHARE > executor.block_gas_limit:
        yield Finding(
            code="gas-over-block",
            severity=Severity.ERROR if gas > executor.block_gas_limit else Severity.WARNING,
            subject=executor.address,
            message=f"The execution takes at least {gas:,} of the {executor.block_gas_limit:,} gas of a block.",
            remedy="Have it proposed in parts.",
        )
    if executor.balance_wei < gas * executor.base_fee_wei:
        yield Finding(
            code="executor-short",
            severity=Severity.ERROR,
            subject=executor.address,
            message=f"{executor.address} holds {executor.balance_wei} wei, too little for the gas of the execution.",
            evidence={"gas, at the least": str(gas), "base fee": f"{executor.base_fee_wei} wei"},
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
