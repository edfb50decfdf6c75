"""One deployment of the protocol: its contracts, and its reserve token as the chain describes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.suite import Suite
from hokctl.config.errors import NoManifestError
from hokctl.domain.amounts import Token
from hokctl.domain.units import ModelId
from hokctl.errors import RefusedError

if TYPE_CHECKING:
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Snapshot
    from hokctl.config.manifest import Manifest
    from hokctl.config.networks import NetworkSettings
    from hokctl.domain.outcomes import Event


class MissingContractError(RefusedError):
    """A contract that the deployment does not have, such as one of the live protocol's."""

    code = "missing-contract"

    def __init__(self, name: str, network: str) -> None:
        """Name the contract and the network."""
        super().__init__(
            f"The deployment on {network} has no {name}: its manifest names none.",
            hint="Only the live protocol has it; where it does, name it under `contracts` in the manifest.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The contracts of one deployment on one network."""

    network: str
    chain_id: int
    suite: Suite
    deployed_at_block: int
    """The block from which logs are read."""
    accounts: tuple[ChecksumAddress, ...]
    """Accounts that the manifest names, which may turn out to hold roles."""
    labels: dict[ChecksumAddress, str]
    """What stands at each address, for decoding calls and events."""
    model_ids: tuple[ModelId, ...]
    """Models that the manifest names, for naming indexed strings in events."""
    config_source: str | None
    """The files that the deployment is known from: the configuration and the manifest."""
    contracts: dict[str, ChecksumAddress] = field(default_factory=dict)
    """Every contract that the manifest names, also those that hokctl does not work with."""
    deployer: ChecksumAddress | None = None
    """The account that the manifest names as the deployer."""

    def contract(self, name: str) -> ChecksumAddress:
        """Return where the contract called `name` stands; raise MissingContractError where the manifest has none."""
        if name not in self.contracts:
            raise MissingContractError(name, self.network)
        return self.contracts[name]

    def token(self, snapshot: "Snapshot") -> Token:
        """Return the reserve token with decimals and symbol read at the snapshot's block."""
        with snapshot.batch() as batch:
            decimals = batch.add(self.suite.usdc.decimals())
            symbol = batch.add(self.suite.usdc.symbol())
        return Token(
            chain_id=self.chain_id, address=self.suite.usdc.address, decimals=decimals.value, symbol=symbol.value
        )

    def decoder(self, *model_ids: ModelId) -> "Callable[[Sequence[Log]], tuple[Event, ...]]":
        """Return a decoder of logs that knows this deployment's contracts, its models, and `model_ids`."""
        from hokctl.clients.events import decode_logs

        names = (*self.model_ids, *model_ids)
        return lambda logs: decode_logs(logs, self.labels, names)


def open_deployment(network: "NetworkSettings", *, source: str | None = None) -> Deployment:
    """Return the deployment that the network's manifest names; the manifest's chain must be the network's.

    `source` is the configuration file that defines the network.
    """
    from hokctl.config.manifest import check_manifest_chain, read_manifest

    if network.manifest is None:
        raise NoManifestError(network.name)
    manifest = read_manifest(network.manifest)
    check_manifest_chain(manifest, network.manifest, network=network.name, chain_id=network.chain_id)
    files = [str(network.manifest)] if source is None else [source, str(network.manifest)]
    return deployment_of(manifest, network=network, source=", ".join(files))


def deployment_of(manifest: "Manifest", *, network: "NetworkSettings", source: str | None) -> Deployment:
    """Return the deployment that `manifest` describes on `network`."""
    suite = Suite(
        registry_address=manifest.contract("ModelRegistry"),
        token_manager_address=manifest.contract("TokenManager"),
        factory_address=manifest.contract("HokusaiAMMFactory"),
        reserve_address=manifest.contract("InfrastructureReserve"),
        router_address=manifest.contract("UsageFeeRouter"),
        usdc_address=manifest.contract("USDC"),
    )
    accounts = dict.fromkeys((manifest.deployer, network.safe, *manifest.accounts.values()))
    return Deployment(
        network=network.name,
        chain_id=network.chain_id,
        suite=suite,
        deployed_at_block=network.deployment_block or manifest.deployed_at_block or 0,
        accounts=tuple(account for account in accounts if account is not None),
        labels={**_other_labels(manifest), **_model_labels(manifest), **suite.labels()},
        model_ids=tuple(ModelId(model.model_id) for model in manifest.models),
        config_source=source,
        contracts=dict(manifest.contracts),
        deployer=manifest.deployer,
    )


def _other_labels(manifest: "Manifest") -> dict[ChecksumAddress, str]:
    """Return what stands where of the contracts that hokctl does not work with: the live protocol has more of them."""
    return {address: name for name, address in manifest.contracts.items() if not name.startswith("_")}


def _model_labels(manifest: "Manifest") -> dict[ChecksumAddress, str]:
    named = [
        (address, label)
        for model in manifest.models
        for address, label in (
            (model.token, "HokusaiToken"),
            (model.params, "HokusaiParams"),
            (model.pool, "HokusaiAMM"),
        )
    ]
    return {address: label for address, label in named if address is not None}
