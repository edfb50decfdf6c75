"""What the commands about a Safe share: which Safe is meant, and what is known beside the chain."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.domain.invoices import Invoice
    from hokctl.domain.units import InvoiceHash
    from hokctl.safe.proposals import ProposalStore
    from hokctl.safe.service_store import ServiceStore
    from hokctl.services.offline_signing import OfflineDesk
    from hokctl.services.safe_checks import Knowledge

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


def knowledge_of(context: AppContext) -> "Knowledge":
    """Return what is known beside the chain: the deployment and the address book."""
    from hokctl.config.policy import read_policy
    from hokctl.services.evidence import tool_facts
    from hokctl.services.safe_checks import Knowledge
    from hokctl.services.second_nodes import open_second_node

    settings, network = context.settings, context.network
    book = settings.addresses.get(network.name, {})
    return Knowledge(
        deployment=context.deployment_if_known,
        name_of=lambda address: settings.name_of(address, network),
        book={address: name for name, address in reversed(book.items())},
        policy=None if network.policy is None else read_policy(network.policy, context.address),
        second=lambda: open_second_node(network),
        tool=tool_facts(context.loaded_settings, network),
        declared_burn=settings.declared_burn,
        invoices_of=lambda invoice_hash: _book_of(context, invoice_hash),
    )


def offline_desk(context: AppContext, *, qr: bool) -> "OfflineDesk":
    """Return what a signer without a network works with; whatever asks for a node from here on is refused."""
    from hokctl.chain.offline import OfflineTransport
    from hokctl.services.offline_signing import OfflineDesk

    context.runtime.transport = OfflineTransport()
    book = context.settings.addresses.get(context.network.name, {})
    named = context.carry.safe
    return OfflineDesk(
        network=context.network,
        knowledge=knowledge_of(context),
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


def _book_of(context: AppContext, invoice_hash: "InvoiceHash") -> "tuple[Invoice, ...]":
    """Return the book's invoices under a hash; none where the book cannot be read, as on a signer's machine."""
    from hokctl.ledger.errors import LedgerError

    try:
        return context.ledger.invoices.find_by_hash(invoice_hash)
    except LedgerError:
        return ()
