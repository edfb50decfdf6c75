"""Who holds roles on a deployment's contracts and should not."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.checks.expectations import handoff_pending
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.powers import Holding, Powers
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, MINTER_ROLE, RoleId
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.deploy_steps import Grant, desired_grants

if TYPE_CHECKING:
    from hokctl.config.spec import DeploymentSpec
    from hokctl.services.verification_wiring import Desired

_OF_SCOPE: Final = {
    "full": frozenset({"InfrastructureReserve", "UsageFeeRouter", "TokenManager"}),
    "infrastructure": frozenset({"InfrastructureReserve", "UsageFeeRouter"}),
}
_PARAMS: Final = "HokusaiParams"


def check_holders(
    powers: Powers, desired: "Desired", spec: "DeploymentSpec", pools: Iterable[ChecksumAddress]
) -> list[Finding]:
    """Return every role that somebody holds and the specification does not give; `pools` may mint."""
    given: set[tuple[str, RoleId | None, ChecksumAddress]] = {
        (grant.contract, grant.role, grant.account) for grant in desired_grants(spec, desired.suite.router_address)
    }
    given |= {("TokenManager", MINTER_ROLE, pool) for pool in pools}
    # On v2.0.0 the manager makes itself their administrator, which nobody can change and no function of its uses.
    given.add((_PARAMS, DEFAULT_ADMIN_ROLE, desired.suite.token_manager_address))
    governors: dict[str | None, ChecksumAddress] = {model.model_id: model.governor for model in spec.models}
    return [
        _unexpected(holding, desired)
        for holding in _roles_of(powers, spec)
        if (holding.contract, holding.role, holding.holder) not in given
        and (holding.contract != _PARAMS or governors.get(holding.model_id, holding.holder) != holding.holder)
    ]


def _roles_of(powers: Powers, spec: "DeploymentSpec") -> Iterator[Holding]:
    wanted = _OF_SCOPE[spec.scope] | {_PARAMS}
    yield from (one for one in powers.holdings if one.role is not None and one.contract in wanted)


def _unexpected(holding: Holding, desired: "Desired") -> Finding:
    subject = holding.contract if holding.model_id is None else f"model {holding.model_id}"
    if holding.holder == desired.waiting and _held_at_birth(holding):
        return handoff_pending(subject, holding.power, holding.holder)
    who = "Anybody" if holding.holder == ZERO_ADDRESS else holding.holder
    return Finding(
        code="role-unexpected",
        severity=Severity.ERROR,
        subject=subject,
        message=f"{who} holds {holding}, and the specification does not give it.",
        evidence={"contract": holding.address, "holder": holding.holder}
        | ({} if holding.since is None else {"granted in": holding.since.tx_hash}),
        remedy=f"Take it with `hokctl roles revoke`, or add {holding.holder} to the specification.",
    )


def _held_at_birth(holding: Holding) -> bool:
    role = holding.role
    if holding.contract == _PARAMS:
        return True  # whoever governs a model first gets its roles as it is made
    return role is not None and Grant(contract=holding.contract, role=role, account=holding.holder).held_at_birth
