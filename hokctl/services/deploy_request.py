"""What is asked of a deployment, and where it is refused before anything is read."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.config.manifest import Manifest
from hokctl.errors import ConfigError, RefusedError

if TYPE_CHECKING:
    from hokctl.config.networks import NetworkSettings
    from hokctl.config.spec import DeploymentSpec, Resolve


class NoSpecError(ConfigError):
    """A deployment without a specification."""

    code = "no-spec"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"Nothing says what a deployment on {network!r} is to look like.",
            hint=f"Name a specification with --spec, or as `spec` in [networks.{network}] of the configuration.",
        )


class MockOnProductionError(RefusedError):
    """A test token where real money moves."""

    code = "mock-on-production"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f'The specification asks for usdc = "mock", and {network!r} is a production network.',
            hint="Give the address of the real reserve token in the specification.",
        )


class SpecNetworkError(RefusedError):
    """A specification that is not for this network."""

    code = "spec-network"

    def __init__(self, network: str, meant: "tuple[str, ...]") -> None:
        """Name the network and those that the specification is for."""
        super().__init__(
            f"The specification is for {', '.join(meant)}, not for {network}.",
            hint="Choose the network with --network, or add its name to `networks` of the specification.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRequest:
    """What is to be deployed, where, and by whom."""

    spec: "DeploymentSpec"
    network: "NetworkSettings"
    manifest: Manifest
    deployer: ChecksumAddress
    artifacts: Path | None = None
    """Build artifacts in place of the suite's own."""
    source: str | None = None
    """The specification's file."""

    def check_place(self) -> None:
        """Raise SpecNetworkError or MockOnProductionError where the specification is not for the network."""
        spec, network = self.spec, self.network
        _check_network(spec, network)
        if spec.usdc is None and network.production:
            raise MockOnProductionError(network.name)


def read_spec_for(
    network: "NetworkSettings", path: Path | None, resolve: "Resolve", *, scope: str | None = None
) -> "tuple[DeploymentSpec, Path]":
    """Return the specification at `path`, else the network's own, and where it is; it must be for the network.

    Raises NoSpecError and SpecNetworkError beside what `read_spec` raises.
    """
    from hokctl.config.spec import read_spec

    found = path or network.spec
    if found is None:
        raise NoSpecError(network.name)
    spec = read_spec(found, resolve, scope=scope)
    _check_network(spec, network)
    return spec, found


def _check_network(spec: "DeploymentSpec", network: "NetworkSettings") -> None:
    if spec.networks is not None and network.name not in spec.networks:
        raise SpecNetworkError(network.name, spec.networks)
