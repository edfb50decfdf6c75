"""What the commands about a Safe share: which Safe is meant, and what is known beside the chain."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.safe.proposals import ProposalStore
    from hokctl.safe.service_store import ServiceStore
    from hokctl.services.offline_signing import OfflineDesk

SafeOption = Annotated[
    str | None, typer.Option("--safe", metavar="ADDRESS|NAME", help="The Safe; without it the network's own.")
]


class QueueSource(StrEnum):
    """Where proposals are looked for."""

    FOLDER = "folder"
    SERVICE = "service"
    BOTH = "both"


def store_for(context: AppContext, source: QueueSource) -> "ProposalStore":
    """Return the store that `source` names; NoServiceError for a service that the network does not name."""
    if source is QueueSource.FOLDER:
        return context.folder
    return service_of(context) if source is QueueSource.SERVICE else context.proposals


def service_of(context: AppContext) -> "ServiceStore":
    """Return the network's Transaction Service; NoServiceError without one."""
    from hokctl.services.safe_sync import NoServiceError

    if context.service is None:
        raise NoServiceError(context.network.name)
    return context.service


def choose(context: AppContext, safe: str | None) -> "ChecksumAddress":
    """Return the Safe that is meant: the one named, else the network's, else the only one with proposals."""
    from hokctl.services.safe_queue import choose_safe

    named = context.safe_address if safe is None else context.address(safe)
    return choose_safe(context.proposals, named, network=context.network.name, chain_id=context.network.chain_id)


def offline_desk(context: AppContext, *, qr: bool) -> "OfflineDesk":
    """Return what a signer without a network works with; whatever asks for a node from here on is refused."""
    from hokctl.chain.offline import OfflineTransport
    from hokctl.services.offline_signing import OfflineDesk

    context.runtime.transport = OfflineTransport()
    book = context.settings.addresses.get(context.network.name, {})
    named = context.carry.safe
    return OfflineDesk(
        network=context.network,
        knowledge=context.knowledge(),
        book={address: name for name, address in book.items()},
        signer=context.signer,
        safe=None if named is None else context.address(named),
        ui=context.ui,
        assume_yes=context.carry.yes,
        dry_run=context.carry.dry_run,
        allow=context.carry.allow,
        out=context.carry.out,
        qr=qr,
    )
