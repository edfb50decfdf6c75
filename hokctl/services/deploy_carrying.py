"""Carrying a deployment: by one key, with the manifest in step, and never twice."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.simulation import simulate_sequence
from hokctl.chain.wire import parse_quantity
from hokctl.config.manifest import write_manifest
from hokctl.domain.plans import Plan
from hokctl.errors import UnavailableError
from hokctl.services.deploy_progress import follow_deployment
from hokctl.services.deploying import PlannedDeployment
from hokctl.services.proposals import Carried, Carrier, CarryState, carry

if TYPE_CHECKING:
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.domain.ports import Journal


class AccountBusyError(UnavailableError):
    """An account whose transactions wait for a block, so that the addresses of its contracts cannot be predicted."""

    code = "account-busy"

    def __init__(self, account: ChecksumAddress, waiting: int) -> None:
        """Name the account and how many transactions wait."""
        noun = "transaction that waits" if waiting == 1 else "transactions that wait"
        super().__init__(
            f"The deployer {account} has {waiting} {noun} for a block; nothing was sent.",
            hint="Try again when they are mined.",
        )


def carry_deployment(planned: PlannedDeployment, carrier: Carrier, path: Path, deployer: ChecksumAddress) -> Carried:
    """Carry the deployment with the manifest at `path` in step with it.

    Raises AccountBusyError, ManifestUnwritableError, AddressDriftError besides what sending raises.
    """
    if planned.steps and not carrier.dry_run:
        check_idle(carrier.chain, carrier.journal(), planned, deployer)
    progress = follow_deployment(path, planned, deployer=deployer)
    carried = carry(planned.plan, replace(carrier, progress=progress), findings=planned.findings)
    news = planned.confirmed != planned.recorded
    if carried.state is CarryState.NOTHING_TO_DO and news and not carrier.dry_run:
        write_manifest(path, planned.confirmed)
    return carried


def check_idle(chain: "Chain", journal: "Journal", planned: PlannedDeployment, deployer: ChecksumAddress) -> None:
    """Raise AccountBusyError when transactions wait that are not this deployment's own."""
    if not planned.missing:
        return
    counts = chain.request_batch([("eth_getTransactionCount", [deployer, tag]) for tag in ("latest", "pending")])
    latest, pending = (parse_quantity(count, "a transaction count") for count in counts)
    own = journal.find(chain.chain_id, planned.steps[0].key)
    if pending > latest and not any(entry.nonce == latest for entry in own):
        raise AccountBusyError(deployer, pending - latest)


def estimate_gas(snapshot: "Snapshot", plan: Plan, sender: ChecksumAddress) -> int | None:
    """Return the gas of all the plan's calls one after the other; None where the node cannot tell."""
    outcome = simulate_sequence(snapshot.chain, plan.calls, sender=sender, block=snapshot.block.number)
    used = [result.gas_used for result in outcome.results if result.ok]
    known = [gas for gas in used if gas is not None]
    return sum(known) if outcome.complete and len(known) == len(plan.calls) else None
