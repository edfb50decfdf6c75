"""What the checklist before a deployment looks at: the specification against the accounts and the token."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hokctl.checks.deployments import DeploymentFacts
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.roles import role_name
from hokctl.domain.versions import Version
from hokctl.routes.resolve import find_role_holders
from hokctl.services.deploy_request import DeployRequest
from hokctl.services.deploy_state import Adopted, Surroundings

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.spec import DeploymentSpec
    from hokctl.services.deploy_steps import Grant
    from hokctl.services.deployments import Deployment


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
        kept=around.kept,
        stale=adopted.stale,
        router_behind="UsageFeeRouter" in adopted.missing and around.versions.factory is Version.LIVE,
        taken=around.taken,
        roles_without_contract=tuple(sorted({grant.contract for grant in around.unknown})),
    )


def check_holders(
    snapshot: "Snapshot", spec: "DeploymentSpec", grants: "Sequence[Grant]", adopted: Adopted, target: "Deployment"
) -> Iterator[Finding]:
    """Yield who holds a role of the specification's [roles] and is not named: a deployment takes nothing away."""
    for contract, table in spec.roles.items():
        address = adopted.manifest.contracts.get(contract)
        if address is None:
            continue
        for role in table:
            holders = find_role_holders(snapshot, role, [address], from_block=target.deployed_at_block)[address]
            meant = {grant.account for grant in grants if (grant.contract, grant.role) == (contract, role)}
            for holder in holders:
                if holder.address not in meant:
                    yield _beyond(contract, role_name(role), holder.address)


def _beyond(contract: str, role: str, account: str) -> Finding:
    return Finding(
        code="role-beyond-specification",
        severity=Severity.INFO,
        subject=account,
        message=f"{account} holds {role} on {contract}, which the specification does not say; it is left as it is.",
        remedy=f"Name the account in [roles.{contract}], or take the role away with `hokctl roles revoke`.",
    )
