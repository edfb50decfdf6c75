"""All models of a deployment, and what of it the fee router does not serve: the coexistence with the old system."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Finding, Severity
from hokctl.services.models import ModelState, read_reserve

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

_POOL = "HokusaiAMM"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelListing:
    """The models, and the findings about their factories."""

    models: tuple[ModelState, ...]
    findings: tuple[Finding, ...]


def read_listing(snapshot: "Snapshot", deployment: "Deployment") -> ModelListing:
    """Return all models, in no more round trips than they take, and the pools that the fee router does not know."""
    probes: list[_FactoryReads] = []
    state = read_reserve(snapshot, deployment, ride=lambda batch: probes.append(_FactoryReads(batch, deployment)))
    return ModelListing(models=state.models, findings=tuple(probes[0].findings()))


class _FactoryReads:
    """Which factory the router asks, and whether the deployment's factory knows the pools of the manifest."""

    def __init__(self, batch: "Batch", deployment: "Deployment") -> None:
        self._own = deployment.suite.factory_address
        self._routers = batch.add(deployment.suite.router.factory())
        pools = [address for address, label in deployment.labels.items() if label == _POOL]
        self._known = {pool: batch.add(deployment.suite.factory.is_pool(pool)) for pool in pools}

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for a factory that is not the router's, and for every pool that is not of it."""
        if not self._routers.failed and self._routers.value != self._own:
            yield _foreign_factory(self._own, self._routers.value)
        for pool, known in self._known.items():
            if not known.value_or(default=True):
                yield _foreign_pool(pool, self._own)


def _foreign_factory(own: ChecksumAddress, routers: ChecksumAddress) -> Finding:
    return Finding(
        code="foreign-factory",
        severity=Severity.WARNING,
        subject=own,
        message=f"The pools are of factory {own}, and the fee router knows only those of {routers}.",
        evidence={"factory": own, "factory of the router": routers},
        remedy="Fees for these models revert: use the manifest of one system (docs/runbooks/migration.md).",
    )


def _foreign_pool(pool: ChecksumAddress, factory: ChecksumAddress) -> Finding:
    return Finding(
        code="foreign-pool",
        severity=Severity.WARNING,
        subject=pool,
        message=f"The manifest's pool {pool} is not of the factory {factory} that the fee router knows.",
        evidence={"pool": pool, "factory": factory},
        remedy="Its model stays with the old router, or gets a pool of this factory (docs/runbooks/migration.md).",
    )
