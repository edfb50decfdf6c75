"""Carrying a deployment: by one key or through a Safe, with the manifest in step, and never twice."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.wire import parse_quantity
from hokctl.config.manifest import is_own_manifest, write_manifest
from hokctl.errors import UnavailableError
from hokctl.services.deploy_division import divide
from hokctl.services.deploy_progress import follow_deployment
from hokctl.services.deploy_recovery import recover_transactions
from hokctl.services.deploying import PlannedDeployment
from hokctl.services.proposals import Carried, Carrier, CarryState, carry

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
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
    """Carry what one authority can do of the deployment, with the manifest at `path` in step with it.

    What others have to do is among the findings, with the way to have it done.
    Raises NobodyMayError, AccountBusyError, ManifestUnwritableError, AddressDriftError besides what sending raises.
    """
    if not carrier.dry_run:
        check_idle(carrier.chain, carrier.journal(), planned, deployer)
        confirmed = recover_transactions(carrier.chain, carrier.journal(), planned, deployer)
        planned = replace(planned, confirmed=confirmed)
    division = divide(planned.steps, carrier, deployer=deployer, creates=bool(planned.missing))
    own = planned.restricted(division.own)
    progress = follow_deployment(path, own, deployer=deployer)
    # A Safe's contracts come with the execution of its transaction, whoever makes it: the next run finds them there.
    announce = progress.begin if planned.missing else None
    followed = replace(carrier, progress=progress, announce=announce)
    carried = carry(own.plan, followed, findings=(*own.findings, *division.findings))
    news = planned.confirmed != planned.recorded
    if carried.state is CarryState.NOTHING_TO_DO and news and not carrier.dry_run and is_own_manifest(path):
        write_manifest(path, planned.confirmed)
    return carried


def check_idle(chain: "Chain", journal: "Journal", planned: PlannedDeployment, deployer: ChecksumAddress) -> None:
    """Raise AccountBusyError when transactions wait that are not this deployment's own."""
    if not planned.missing or not planned.steps:
        return
    counts = chain.request_batch([("eth_getTransactionCount", [deployer, tag]) for tag in ("latest", "pending")])
    latest, pending = (parse_quantity(count, "a transaction count") for count in counts)
    own = journal.find(chain.chain_id, planned.steps[0].key)
    if pending > latest and not any(entry.nonce == latest for entry in own):
        raise AccountBusyError(deployer, pending - latest)
