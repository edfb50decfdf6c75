"""Opening what is known beside the chain: the deployment, the address book, the policy, and a second node."""

from typing import TYPE_CHECKING, Protocol

from hokctl.config.policy import read_policy
from hokctl.domain.invoices import Invoice
from hokctl.domain.units import InvoiceHash
from hokctl.ledger.errors import LedgerError
from hokctl.routes.governance_store import GovernanceStore
from hokctl.services.evidence import tool_facts
from hokctl.services.safe_checks import Knowledge
from hokctl.services.second_nodes import open_second_node

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.config.networks import NetworkSettings
    from hokctl.config.settings import LoadedSettings
    from hokctl.ledger.book import Ledger
    from hokctl.services.deployments import Deployment


class Surroundings(Protocol):
    """What it is read from: parts of the context of a command."""

    @property
    def network(self) -> "NetworkSettings":
        """The network that the command works on."""

    @property
    def loaded_settings(self) -> "LoadedSettings":
        """The configuration, with the origin of each value."""

    @property
    def ledger(self) -> "Ledger":
        """The book, opened when it is first asked."""

    def address(self, text: str) -> "ChecksumAddress":
        """Return the address that `text` means."""


def open_knowledge(around: Surroundings, deployment: "Deployment | None") -> Knowledge:
    """Return what is known where `deployment` stands; the second node is opened when it is first asked.

    Raises what reading the policy raises.
    """
    network, settings = around.network, around.loaded_settings.settings
    book = settings.addresses.get(network.name, {})
    return Knowledge(
        deployment=deployment,
        name_of=lambda address: settings.name_of(address, network),
        book={address: name for name, address in reversed(book.items())},
        policy=None if network.policy is None else read_policy(network.policy, around.address),
        second=lambda: open_second_node(network),
        tool=tool_facts(around.loaded_settings, network),
        governance=GovernanceStore(network.proposals),
        declared_burn=settings.declared_burn,
        invoices_of=lambda invoice_hash: _book_of(around, invoice_hash),
    )


def _book_of(around: Surroundings, invoice_hash: InvoiceHash) -> tuple[Invoice, ...]:
    """Return the book's invoices under a hash; none where the book cannot be read, as on a signer's machine."""
    try:
        return around.ledger.invoices.find_by_hash(invoice_hash)
    except LedgerError:
        return ()
