"""Opening the stores of proposals that the configuration names: the shared folder, and the Transaction Service."""

from typing import TYPE_CHECKING, Protocol

from eth_typing import ChecksumAddress

from hokctl.config.networks import NetworkSettings
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.plans import Plan
from hokctl.safe.account import get_safe
from hokctl.safe.combined_store import CombinedStore
from hokctl.safe.proposals import ProposalStore
from hokctl.safe.service_http import ServiceHttp
from hokctl.safe.service_store import ServiceStore
from hokctl.safe.store import FolderStore
from hokctl.safe.transaction_service import TransactionService
from hokctl.safe.transactions import SafeTx
from hokctl.services.foreign_plans import plan_from_safe_tx

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class Surroundings(Protocol):
    """What a store asks for when it needs it: parts of the context of a command."""

    @property
    def network(self) -> NetworkSettings:
        """The network that the command works on."""

    @property
    def safe_address(self) -> ChecksumAddress | None:
        """The Safe that is meant where none is named."""

    @property
    def snapshot(self) -> "Snapshot":
        """The chain at one block."""

    @property
    def deployment_if_known(self) -> "Deployment | None":
        """What stands where."""

    @property
    def config_source(self) -> str | None:
        """The file that defines the network."""


def open_service(around: Surroundings) -> ServiceStore | None:
    """Return the network's Transaction Service as a store, None without one; nothing is asked yet.

    Raises MissingSecretError, InvalidNodeUrlError and InvalidServiceUrlError.
    """
    network = around.network
    url = network.service_url()
    if url is None:
        return None
    known: dict[ChecksumAddress, SafeAuthority] = {}

    def read_safe(address: ChecksumAddress) -> SafeAuthority:
        if address not in known:
            known[address] = get_safe(around.snapshot, address)
        return known[address]

    def build_plan(safe_tx: SafeTx, title: str | None) -> Plan:
        deployment = around.deployment_if_known
        return plan_from_safe_tx(
            safe_tx,
            network=network.name,
            block=around.snapshot.block,
            labels={} if deployment is None else deployment.labels,
            title=title,
            config_source=around.config_source,
        )

    service = TransactionService(
        ServiceHttp(url, network=network.name, key=network.service_key()),
        chain_id=network.chain_id,
        version_of=lambda address: read_safe(address).version,
    )
    return ServiceStore(
        service, chain_id=network.chain_id, safe=around.safe_address, read_safe=read_safe, build_plan=build_plan
    )


def combine(folder: FolderStore, service: ServiceStore | None) -> ProposalStore:
    """Return the folder alone, or the folder and the service as one store."""
    return folder if service is None else CombinedStore(folder, service)
