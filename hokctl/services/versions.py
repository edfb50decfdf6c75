"""Which version of the protocol each contract of a deployment is of. Nothing tells but the contract's own answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.clients.base import Client
from hokctl.clients.versions import version_tells
from hokctl.domain.versions import Version, version_told

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch
    from hokctl.chain.session import Snapshot
    from hokctl.clients.suite import Suite
    from hokctl.services.deployments import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The version of each contract; None where it does not answer as a contract of its kind since v2.0.0."""

    router: Version | None
    reserve: Version | None
    factory: Version | None
    token_manager: Version | None
    registry: Version | None

    def by_contract(self) -> dict[str, Version | None]:
        """Return the versions by the names of the contracts."""
        return {
            "ModelRegistry": self.registry,
            "TokenManager": self.token_manager,
            "HokusaiAMMFactory": self.factory,
            "InfrastructureReserve": self.reserve,
            "UsageFeeRouter": self.router,
        }


class VersionProbe:
    """The questions that tell one contract's version, riding in a batch that is made anyhow."""

    def __init__(self, batch: "Batch", client: Client) -> None:
        """Ask the contract of `client`: router, reserve, params, factory, token manager or registry."""
        tells = version_tells(client)
        self._live, self._suite, self._v2 = (batch.add(read) for read in (tells.live, tells.suite, tells.v2))

    @property
    def version(self) -> Version | None:
        """The version, once the batch has run; None where the contract answers as none does since v2.0.0."""
        return version_told(live=not self._live.failed, suite=not self._suite.failed, v2=not self._v2.failed)


class VersionsProbe:
    """The questions that tell the versions of a deployment's five contracts, riding in a batch."""

    def __init__(self, batch: "Batch", suite: "Suite") -> None:
        """Ask all five."""
        self._router = VersionProbe(batch, suite.router)
        self._reserve = VersionProbe(batch, suite.reserve)
        self._factory = VersionProbe(batch, suite.factory)
        self._token_manager = VersionProbe(batch, suite.token_manager)
        self._registry = VersionProbe(batch, suite.registry)

    @property
    def versions(self) -> Versions:
        """The versions, once the batch has run."""
        return Versions(
            router=self._router.version,
            reserve=self._reserve.version,
            factory=self._factory.version,
            token_manager=self._token_manager.version,
            registry=self._registry.version,
        )


def read_versions(snapshot: "Snapshot", deployment: "Deployment") -> Versions:
    """Return the versions of the deployment's contracts, in one round trip."""
    with snapshot.batch() as batch:
        probe = VersionsProbe(batch, deployment.suite)
    return probe.versions
