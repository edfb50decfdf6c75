"""What a command works with: settings, clock, chain, signer, stores and user interface, each opened when first used."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hokctl.runtime import CarryOptions, Runtime, SharedOptions, Show

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.chain.session import Chain, Snapshot
    from hokctl.config.networks import NetworkSettings
    from hokctl.config.schema import Settings
    from hokctl.config.settings import LoadedSettings
    from hokctl.domain.documents import JsonObject
    from hokctl.domain.ports import Signer, Ui
    from hokctl.domain.units import ModelId
    from hokctl.ledger.book import Ledger
    from hokctl.safe.proposals import ProposalStore
    from hokctl.safe.service_store import ServiceStore
    from hokctl.safe.store import FolderStore
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carrier
    from hokctl.services.safe_checks import Knowledge

GWEI_DECIMALS = 9
DEFAULT_ORIGIN = "default"


class AppContext:
    """Opens what a command asks for, once, and closes it all at the end."""

    def __init__(self, runtime: Runtime, options: SharedOptions, carry: CarryOptions) -> None:
        """Remember the options; nothing is opened yet."""
        self.runtime = runtime
        self.options = options
        self.carry = carry
        self._open = ExitStack()
        runtime.options = options
        runtime.allowed = carry.allow

    def __enter__(self) -> Self:
        """Start the command."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close whatever was opened."""
        self._open.close()

    @property
    def ui(self) -> "Ui":
        """The user interface."""
        if self.runtime.ui is None:
            raise RuntimeError("hokctl.cli.main provides the user interface")
        return self.runtime.ui

    def stream(self, text: str, data: "JsonObject") -> None:
        """Write a part of the result at once, for commands that go on running; their result is `streamed`."""
        if self.runtime.stream is None:
            raise RuntimeError("hokctl.cli.main provides the stream")
        self.runtime.stream(text, data)

    def screen(self) -> "AbstractContextManager[Show]":
        """Return where a result that changes is shown: `show(blocks, data)` shows it in place of the last."""
        if self.runtime.screen is None:
            raise RuntimeError("hokctl.cli.main provides the screen")
        return self.runtime.screen()

    def now(self) -> int:
        """Return the time in seconds since the epoch."""
        return self.runtime.clock()

    @cached_property
    def loaded_settings(self) -> "LoadedSettings":
        """The configuration, with the origin of each value."""
        from hokctl.config.settings import load_settings

        loaded = load_settings(self.options.config)
        if self.options.verbose:
            self.ui.note(f"configuration: {', '.join(str(file) for file in loaded.files) or 'built in'}")
        return loaded

    @property
    def settings(self) -> "Settings":
        """The configuration in force."""
        return self.loaded_settings.settings

    @cached_property
    def network(self) -> "NetworkSettings":
        """The network that the command works on."""
        network = self.settings.network(self.options.network)
        self.runtime.network = (network.name, network.chain_id)
        book = self.settings.addresses.get(network.name, {})
        self.runtime.names |= {address: name for name, address in reversed(book.items())}
        return network

    @cached_property
    def chain(self) -> "Chain":
        """The connection to the network's node."""
        from hokctl.services.connecting import open_chain

        note = self.ui.note if self.options.verbose else None
        return open_chain(self.network, self.runtime.transport, note=note)

    @cached_property
    def snapshot(self) -> "Snapshot":
        """The chain at the one block that this command reads at."""
        return self.chain.at(self.options.block)

    @cached_property
    def deployment(self) -> "Deployment":
        """The protocol's contracts on this network, as the manifest names them."""
        from hokctl.services.deployments import open_deployment

        deployment = open_deployment(self.network, source=self.config_source)
        labels: dict[str, str] = dict(deployment.labels.items())
        self.runtime.names = {**labels, **self.runtime.names}
        return deployment

    @property
    def config_source(self) -> str | None:
        """The configuration file that defines the network; None for the built-in devnet."""
        source = self.loaded_settings.sources.get(f"networks.{self.network.name}.chain_id", DEFAULT_ORIGIN)
        return None if source == DEFAULT_ORIGIN else source

    @cached_property
    def ledger(self) -> "Ledger":
        """The book."""
        from hokctl.ledger.book import Ledger

        return self._open.enter_context(Ledger.open(self.settings.ledger_url(self.network)))

    @cached_property
    def folder(self) -> "FolderStore":
        """The shared folder of Safe transactions."""
        from hokctl.safe.store import FolderStore

        return FolderStore(self.network.proposals)

    @cached_property
    def proposals(self) -> "ProposalStore":
        """Where Safe transactions and their signatures meet."""
        from hokctl.services.proposal_stores import combine

        return combine(self.folder, self.service)

    @cached_property
    def service(self) -> "ServiceStore | None":
        """The Transaction Service as a store of Safe transactions; None where the network names none."""
        from hokctl.services.proposal_stores import open_service

        return open_service(self)

    @cached_property
    def signer(self) -> "Signer | None":
        """The signer named on the command line or by the network; None if neither names one."""
        if self.carry.signer is None and self.network.signer is None:
            return None
        from hokctl.services.signing import open_signer

        settings = self.settings.signer(self.carry.signer, self.network)
        return open_signer(settings, self.chain, self.network, self.ui)

    @cached_property
    def safe_address(self) -> "ChecksumAddress | None":
        """The Safe named on the command line or by the network; None if neither names one."""
        if self.carry.safe is not None:
            return self.settings.resolve_address(self.carry.safe, self.network)
        return self.network.safe

    @cached_property
    def max_fee_wei(self) -> int | None:
        """The most to pay per unit of gas, in wei; None when nobody said."""
        if self.carry.max_fee_gwei is None:
            return self.network.max_fee_wei
        from hokctl.domain.amounts import parse_units

        return parse_units(self.carry.max_fee_gwei, GWEI_DECIMALS, "gwei")

    def address(self, text: str) -> "ChecksumAddress":
        """Return the address that `text` means on this network: an address, or a name in its address book."""
        return self.settings.resolve_address(text, self.network)

    def actor(self, step: str) -> "ChecksumAddress":
        """Return the account that a plan acts from: the Safe with --via safe, else the signer. `step` is for errors."""
        if self.carry.via == "safe" and self.safe_address is not None:
            return self.safe_address
        if self.signer is None:
            from hokctl.routes.base import MissingSignerError

            raise MissingSignerError(step)
        return self.signer.address

    @cached_property
    def deployment_if_known(self) -> "Deployment | None":
        """The protocol's contracts; None where no manifest names them all, for commands that need only names."""
        from hokctl.config.errors import ManifestContractError, ManifestMissingError, NoManifestError

        try:
            return self.deployment
        except (ManifestMissingError, NoManifestError, ManifestContractError):
            return None

    def knowledge(self, deployment: "Deployment | None" = None) -> "Knowledge":
        """Return what is known beside the chain; `deployment` is one that no manifest names yet."""
        from hokctl.services.knowing import open_knowledge

        return open_knowledge(self, deployment or self.deployment_if_known)

    def carrier(self, *model_ids: "ModelId", deployment: "Deployment | None" = None) -> "Carrier":
        """Return what a plan needs to travel; `model_ids` are named in its events besides the manifest's."""
        where = deployment or self.deployment
        return replace(
            self.bare_carrier({}),
            from_block=where.deployed_at_block,
            candidates=where.accounts,
            decoder=where.decoder(*model_ids),
            token=where.token,
            knowledge=lambda: self.knowledge(where),
        )

    def bare_carrier(self, labels: "Mapping[ChecksumAddress, str]") -> "Carrier":
        """Return what a plan needs to travel where no deployment is known; `labels` say what stands where."""
        from hokctl.clients.events import decode_logs
        from hokctl.services.proposals import Carrier

        return Carrier(
            chain=self.chain,
            snapshot=self.snapshot,
            from_block=self.network.deployment_block,
            candidates=(),
            production=self.network.production,
            allow_lone_key=self.network.allow_lone_key,
            store=self.proposals,
            folder=self.network.proposals,
            journal=lambda: self.ledger.journal,
            signer=self.signer,
            safe=self.safe_address,
            safe_demanded=self.carry.safe is not None,
            out=self.carry.out,
            via=self.carry.via,
            nonce=self.carry.nonce,
            allow=self.carry.allow,
            dry_run=self.carry.dry_run,
            assume_yes=self.carry.yes,
            ui=self.ui,
            clock=self.now,
            max_fee_wei=self.max_fee_wei,
            decoder=lambda logs: decode_logs(logs, labels),
            knowledge=self.knowledge,
        )
