"""One deployment of the protocol: its contracts, and its reserve token as the chain describes it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.clients.suite import Suite
from hokctl.domain.amounts import Token
from hokctl.errors import ConfigError

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.settings import NetworkSettings


class NoManifestError(ConfigError):
    """The network has no deployment manifest, so hokctl does not know its contracts."""

    code = "no-manifest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The contracts of one deployment on one network."""

    network: str
    chain_id: int
    suite: Suite
    deployed_at_block: int
    """The block from which logs are read."""
    config_source: str | None
    """The configuration that names the deployment."""

    def token(self, snapshot: "Snapshot") -> Token:
        """Return the reserve token with decimals and symbol read at the snapshot's block."""
        with snapshot.batch() as batch:
            decimals = batch.add(self.suite.usdc.decimals())
            symbol = batch.add(self.suite.usdc.symbol())
        return Token(
            chain_id=self.chain_id, address=self.suite.usdc.address, decimals=decimals.value, symbol=symbol.value
        )


def open_deployment(network: "NetworkSettings") -> Deployment:
    """Return the deployment that the network's manifest names; the manifest's chain must be the network's."""
    from hokctl.config.manifest import read_manifest

    if network.manifest is None or not network.manifest.exists():
        raise NoManifestError(
            f"There is no deployment manifest for the network {network.name!r}.",
            hint="Deploy with `hokctl deploy apply`, or set the network's `manifest` in the configuration.",
        )
    manifest = read_manifest(network.manifest)
    manifest.require_chain(network.chain_id)
    return Deployment(
        network=network.name,
        chain_id=network.chain_id,
        suite=Suite.from_manifest(manifest),
        deployed_at_block=manifest.deployed_at_block,
        config_source=str(network.manifest),
    )
