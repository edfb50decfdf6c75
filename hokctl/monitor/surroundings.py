"""What the monitor works with: parts of the context of a command."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.chain.session import Chain
    from hokctl.config.networks import NetworkSettings
    from hokctl.config.schema import Settings
    from hokctl.domain.ports import Ui
    from hokctl.ledger.book import Ledger
    from hokctl.safe.proposals import ProposalStore
    from hokctl.services.deployments import Deployment
    from hokctl.services.safe_checks import Knowledge


class Surroundings(Protocol):
    """The context of `hokctl monitor`."""

    @property
    def network(self) -> "NetworkSettings":
        """The network that is watched."""

    @property
    def settings(self) -> "Settings":
        """The configuration in force."""

    @property
    def chain(self) -> "Chain":
        """The connection to the node."""

    @property
    def deployment(self) -> "Deployment":
        """The protocol's contracts."""

    @property
    def ledger(self) -> "Ledger":
        """The book, opened when it is first asked."""

    @property
    def proposals(self) -> "ProposalStore":
        """Where Safe transactions and their signatures meet."""

    @property
    def safe_address(self) -> "ChecksumAddress | None":
        """The Safe, where one is named."""

    @property
    def ui(self) -> "Ui":
        """The user interface."""

    def knowledge(self, deployment: "Deployment | None" = None) -> "Knowledge":
        """Return what is known beside the chain."""

    def now(self) -> int:
        """Return the time in seconds since the epoch."""
