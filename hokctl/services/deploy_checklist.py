"""What the checklist before a deployment looks at: the specification against the accounts and the token."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hokctl.checks.deployments import DeploymentFacts
from hokctl.domain.versions import Version
from hokctl.services.deploy_request import DeployRequest
from hokctl.services.deploy_state import Adopted, Surroundings

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


def facts_of(snapshot: "Snapshot", request: DeployRequest, adopted: Adopted, around: Surroundings) -> DeploymentFacts:
    """Return what the checklist looks at."""
    spec = request.spec
    return DeploymentFacts(
        chain_id=request.network.chain_id,
        production=request.network.production,
        treasury=spec.treasury,
        treasury_safe=around.safes[spec.treasury],
        treasury_has_code=spec.treasury in around.contracts,
        usdc=spec.usdc,
        usdc_has_code=around.usdc_has_code,
        usdc_decimals=around.usdc_decimals,
        models_without_provider=tuple(model.model_id for model in spec.models if model.provider is None),
        backend=spec.backend,
        powerful=frozenset({request.deployer, spec.admin, spec.payer, spec.pauser, spec.treasury}),
        attested={name: None if one is None else one.when for name, one in spec.attestations.named().items()},
        today=datetime.fromtimestamp(snapshot.block.timestamp, UTC).date(),
        other_admin=None if spec.admin == request.deployer else spec.admin,
        stale=adopted.stale,
        router_behind="UsageFeeRouter" in adopted.missing and around.versions.factory is Version.LIVE,
        taken=around.taken,
        roles_without_contract=tuple(sorted({grant.contract for grant in around.unknown})),
    )
