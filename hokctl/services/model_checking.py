"""Who governs each model, and whether its contracts belong together: squatted ids, foreign pools and factories."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.powers import Holding, Powers
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, GOV_ROLE, PROPOSER_ROLE
from hokctl.domain.units import BlockRef, ModelId
from hokctl.services.audit_policy import TIMELOCK, Agreement
from hokctl.services.model_facts import ModelFacts, read_models
from hokctl.services.model_findings import model_findings
from hokctl.services.models import UnknownModelError

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.config.policy import Policy
    from hokctl.services.deployments import Deployment

_OWNED: Final = ("ModelRegistry", "TokenManager", "HokusaiAMMFactory")
_ADMINISTERED: Final = ("TokenManager", "InfrastructureReserve", "UsageFeeRouter")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedModel:
    """One model: what there is of it, who holds power over it, and what of that nobody agreed to."""

    model_id: ModelId
    facts: ModelFacts
    holdings: tuple[Holding, ...]
    """Every power over its params, token and pool."""
    foreign: tuple[Holding, ...]
    """Those over params and token in hands that neither policy nor deployment knows."""
    pool_token: ChecksumAddress | None = None
    """The token that the pool trades."""
    token_params: ChecksumAddress | None = None
    """The params that the token names, which the router reads the split from."""

    def holders(self, contract: ChecksumAddress | None, power: str) -> tuple[ChecksumAddress, ...]:
        """Return who holds `power` on one of the model's contracts; nobody where there is no such contract."""
        return tuple(one.holder for one in self.holdings if (one.address, one.power) == (contract, power))

    @property
    def governors(self) -> tuple[ChecksumAddress, ...]:
        """Who holds GOV_ROLE, and with it sets the split."""
        return self.holders(self.facts.params, "GOV_ROLE")

    @property
    def is_squatted(self) -> bool:
        """Whether nobody governs it but strangers: on v2.0.0 and the live version anyone may take a free id."""
        strangers = {one.holder for one in self.foreign if one.role == GOV_ROLE}
        return bool(self.governors) and strangers.issuperset(self.governors)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCheck:
    """Every model asked about, and what is wrong with them."""

    block: BlockRef
    models: tuple[CheckedModel, ...]
    findings: tuple[Finding, ...]
    trusted: tuple[ChecksumAddress, ...]
    """Who may govern a model that no policy speaks of: the deployment's own Safe, owners and administrators."""
    silent: bool
    """Whether powers were compared with those trusted, because no policy speaks of them."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found that asks for anything to be done."""
        return all(finding.severity is Severity.INFO for finding in self.findings)


def check_models(
    snapshot: "Snapshot",
    deployment: "Deployment",
    powers: Powers,
    policy: "Policy | None",
    *,
    model_ids: Sequence[ModelId] = (),
    safe: ChecksumAddress | None = None,
) -> ModelCheck:
    """Return what is wrong with the models named, with all that manifest and logs know of when none is.

    `powers` are of the same block. Models are compared with the policy's [roles.HokusaiParams] and
    [roles.HokusaiToken]; where it is silent, with who administers the deployment and with its `safe`.
    Raises UnknownModelError. Takes three round trips however many models there are.
    """
    known = {**dict.fromkeys(deployment.model_ids), **{one.model_id: None for one in powers.contracts if one.model_id}}
    facts = read_models(snapshot, deployment.suite, model_ids or tuple(model for model in known if model is not None))
    for model_id in model_ids:
        if not facts[model_id].exists:
            raise UnknownModelError(model_id, deployment.network)
    trusted = _trusted(powers, safe)
    agreement = Agreement(powers, policy)
    models, factories = _read(snapshot, deployment, powers, facts)
    checked = tuple(_with_foreign(model, agreement, trusted) for model in models)
    findings = [finding for model in checked for finding in model_findings(model, deployment.suite.factory_address)]
    return ModelCheck(
        block=snapshot.block,
        models=checked,
        findings=(*_foreign_factories(deployment, factories), *findings),
        trusted=trusted,
        silent=any(agreement.expected(one) is None for model in checked for one in _compared(model, agreement)),
    )


def _trusted(powers: Powers, safe: ChecksumAddress | None) -> tuple[ChecksumAddress, ...]:
    """Return who administers the deployment, with who proposes to its timelocks."""
    first = [
        one.holder
        for one in powers.holdings
        if (one.power == "owner" and one.contract in _OWNED)
        or (one.role == DEFAULT_ADMIN_ROLE and one.contract in _ADMINISTERED)
    ]
    proposers = [
        one.holder
        for one in powers.holdings
        if one.contract == TIMELOCK and one.role == PROPOSER_ROLE and one.address in first
    ]
    return tuple(dict.fromkeys((*([safe] if safe else []), *first, *proposers)))


def _read(
    snapshot: "Snapshot", deployment: "Deployment", powers: Powers, facts: dict[ModelId, ModelFacts]
) -> tuple[list[CheckedModel], dict[str, ChecksumAddress]]:
    """Return the models as they hang together, and the factories that router and reserve ask."""
    suite = deployment.suite
    with snapshot.batch() as batch:
        asked = {"UsageFeeRouter": suite.router.factory(), "InfrastructureReserve": suite.reserve.factory()}
        factories = {name: batch.add(read) for name, read in asked.items()}
        slots = {
            model_id: (
                batch.add(suite.pool_at(there.pool).hokusai_token()) if there.pool else None,
                batch.add(suite.token_at(there.token).params()) if there.token else None,
            )
            for model_id, there in facts.items()
        }
    over: dict[ChecksumAddress, list[Holding]] = {}
    for holding in powers.holdings:
        over.setdefault(holding.address, []).append(holding)
    models = []
    for model_id, (pool_token, token_params) in slots.items():
        there = facts[model_id]
        contracts = [address for address in (there.token, there.params, there.pool) if address is not None]
        models.append(
            CheckedModel(
                model_id=model_id,
                facts=there,
                holdings=tuple(one for address in contracts for one in over.get(address, ())),
                foreign=(),
                pool_token=None if pool_token is None or pool_token.failed else pool_token.value,
                token_params=None if token_params is None or token_params.failed else token_params.value,
            )
        )
    return models, {name: slot.value for name, slot in factories.items() if not slot.failed}


def _compared(model: CheckedModel, agreement: Agreement) -> list[Holding]:
    """Return the powers over params and token that the protocol does not give by design."""
    places = {model.facts.params, model.facts.token}
    return [one for one in model.holdings if one.address in places and not agreement.is_by_design(one)]


def _with_foreign(model: CheckedModel, agreement: Agreement, trusted: Iterable[ChecksumAddress]) -> CheckedModel:
    foreign = []
    for holding in _compared(model, agreement):
        agreed = agreement.expected(holding)
        if holding.holder not in (trusted if agreed is None else agreed):
            foreign.append(holding)
    return CheckedModel(
        model_id=model.model_id,
        facts=model.facts,
        holdings=model.holdings,
        foreign=tuple(foreign),
        pool_token=model.pool_token,
        token_params=model.token_params,
    )


def _foreign_factories(deployment: "Deployment", asked: dict[str, ChecksumAddress]) -> Iterable[Finding]:
    """Yield who asks another factory for pools than the one that the manifest names."""
    named = deployment.suite.factory_address
    for contract, factory in asked.items():
        if factory != named:
            yield Finding(
                code="foreign-factory",
                severity=Severity.ERROR,
                subject=contract,
                message=f"{contract} asks factory {factory} for pools, not the deployment's {named}.",
                evidence={"asks": factory, "deployment": named},
                remedy="Fees go to the pools of another factory: name the factory and router that belong together.",
            )
