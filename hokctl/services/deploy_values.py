"""What stands of a deployment against what the specification says: each difference one call, or one finding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.domain.roles import GOV_ROLE
from hokctl.domain.units import ModelId
from hokctl.services.deploy_steps import Step, StepKind
from hokctl.services.deploy_value_reads import CommonValues, ModelValues, read_common, read_values
from hokctl.services.model_creation import NewModel, default_license_hash
from hokctl.services.parameter_changes import plan_parameter
from hokctl.services.parameters import LICENSE_URI, TOKENS_PER_DELTA_ONE
from hokctl.services.planning import role_granted, view_is
from hokctl.services.pool_settings import (
    SETS_CURVE,
    SETS_MAX_TRADE,
    curve_step,
    factory_defaults_step,
    factory_has,
    factory_treasury_step,
    max_trade_step,
)
from hokctl.services.providers import plan_provider
from hokctl.services.splits import plan_split
from hokctl.services.treasuries import plan_treasury

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.clients.hokusai_params import LicenseRef
    from hokctl.config.spec import DeploymentSpec, ModelSpec
    from hokctl.services.deployments import Deployment
    from hokctl.services.model_facts import ModelFacts

_FIXED: Final = "It was decided when the contract was made, and nothing can change it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What is to be set, and what cannot be."""

    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()


def compare_values(
    snapshot: "Snapshot",
    deployment: "Deployment",
    spec: "DeploymentSpec",
    models: Sequence[NewModel],
    found: "dict[ModelId, ModelFacts]",
) -> Differences:
    """Return the steps that bring the standing values to what the specification says, and what nothing can change.

    Only complete deployments are compared: whatever is created now gets the right values at once.
    """
    common, there = read_common(snapshot, deployment.suite), [m for m in models if found[m.model_id].is_complete]
    values = read_values(snapshot, deployment.suite, there, found)
    steps = _common_steps(snapshot, deployment, spec, common)
    findings: list[Finding] = []
    by_id = {model.model_id: model for model in spec.models}
    for model in there:
        one = _Model(snapshot, deployment, by_id[model.model_id], model, found[model.model_id], values[model.model_id])
        steps.extend(one.governed())
        steps.extend(one.pool_steps(common.factory_code))
        findings.extend(one.fixed(spec.treasury, common.factory_code))
    return Differences(steps=tuple(steps), findings=tuple(findings))


def _common_steps(
    snapshot: "Snapshot", deployment: "Deployment", spec: "DeploymentSpec", common: CommonValues
) -> list[Step]:
    steps, suite = [], deployment.suite
    if common.reserve_treasury != spec.treasury:
        plan, _ = plan_treasury(snapshot, deployment, spec.treasury)
        steps.extend(_steps_of(plan, "InfrastructureReserve treasury"))
    if spec.scope == "full" and common.factory_treasury != spec.treasury:
        steps.append(factory_treasury_step(suite, spec.treasury, before=common.factory_treasury))
    wanted = spec.factory_defaults
    if wanted and common.factory_defaults != (wanted.crr_ppm, wanted.trade_fee_bps, wanted.ibr_seconds):
        steps.append(factory_defaults_step(suite, wanted))
    return steps


@dataclass(frozen=True, slots=True)
class _Model:
    """One model as it stands and as it is to be."""

    snapshot: "Snapshot"
    deployment: "Deployment"
    spec: "ModelSpec"
    wanted: NewModel
    facts: "ModelFacts"
    values: ModelValues

    def governed(self) -> list[Step]:
        """Return what changes of the parameters, their governor and the provider."""
        snapshot, deployment, model_id = self.snapshot, self.deployment, self.wanted.model_id
        params, values, plans = self.wanted.initial_params, self.values, list[tuple[str, Plan]]()
        if values.bps not in {None, params.infrastructure_accrual_bps}:
            plans.append(("split", plan_split(snapshot, deployment, model_id, params.infrastructure_accrual_bps)))
        if values.tokens_per_delta_one not in {None, params.tokens_per_delta_one}:
            rate = str(params.tokens_per_delta_one)
            plans.append(("rate", plan_parameter(snapshot, deployment, model_id, TOKENS_PER_DELTA_ONE, rate)))
        if values.license is not None and (license_hash := self._new_license_hash(values.license)) is not None:
            uri = params.license_uri
            plan = plan_parameter(snapshot, deployment, model_id, LICENSE_URI, uri, license_hash=license_hash)
            plans.append(("licence", plan))
        provider = self.wanted.provider
        if provider is not None and self.facts.provider not in {None, provider}:
            plans.append(("provider", plan_provider(snapshot, deployment, model_id, provider, name=None)))
        steps = [step for what, plan in plans for step in _steps_of(plan, f"model {model_id}: {what}")]
        return [*steps, *self._governor_steps()]

    def _new_license_hash(self, there: "LicenseRef") -> str | None:
        """Return the hash to be set beside the licence's address; None when nothing is to change."""
        wanted, uri = self.spec.license_hash, self.spec.license_uri
        if there.uri == uri and wanted in {None, there.hash}:
            return None
        return wanted or default_license_hash(uri)

    def _governor_steps(self) -> list[Step]:
        governor, model_id, address = self.wanted.initial_params.governor, self.wanted.model_id, self.facts.params
        if address is None or self.values.governs is not False:
            return []
        params = self.deployment.suite.params_at(address)
        call = params.grant_role(GOV_ROLE, governor, purpose=f"Let {governor} govern model {model_id}")
        held = view_is(params.has_role(GOV_ROLE, governor), expected=True, text=f"{governor} governs model {model_id}")
        after = (held, role_granted(params, GOV_ROLE, governor))
        name = f"model {model_id}: governor {governor}"
        return [Step(name=name, kind=StepKind.GRANT, call=call, after=after, moves_funds=True)]

    def pool_steps(self, factory_code: bytes) -> list[Step]:
        """Return what changes of the pool, as far as its factory can change it."""
        values, pool, model_id, suite = self.values, self.wanted.pool, self.wanted.model_id, self.deployment.suite
        address, steps = self.facts.pool, list[Step]()
        if address is None:
            return steps
        if self._curve_differs and factory_has(factory_code, SETS_CURVE):
            before = f"crr {values.crr_ppm} ppm and trade fee {values.trade_fee_bps} bps"
            curve = curve_step(
                suite, model_id, address, crr_ppm=pool.crr_ppm, trade_fee_bps=pool.trade_fee_bps, before=before
            )
            steps.append(curve)
        old, new = values.max_trade_bps, self.wanted.max_trade_bps
        if old is not None and new is not None and old != new and factory_has(factory_code, SETS_MAX_TRADE):
            steps.append(max_trade_step(suite, model_id, address, old_bps=old, new_bps=new))
        return steps

    @property
    def _curve_differs(self) -> bool:
        there = (self.values.crr_ppm, self.values.trade_fee_bps)
        return None not in there and there != (self.wanted.pool.crr_ppm, self.wanted.pool.trade_fee_bps)

    def fixed(self, treasury: ChecksumAddress, factory_code: bytes) -> list[Finding]:
        """Return what differs and cannot be changed, with the reason."""
        values, wanted, token = self.values, self.wanted, self.wanted.token
        pairs: list[tuple[str, object, object]] = [
            ("token name", values.name, token.name),
            ("symbol", values.symbol, token.symbol),
            ("metric", values.metric, wanted.metric),
            ("flat curve threshold", values.threshold_units, wanted.pool.flat_curve_threshold_units),
            ("flat curve price", values.price_units, wanted.pool.flat_curve_price_units),
            ("pool's treasury", values.pool_treasury, treasury),
        ]
        found = [self._cannot(what, old, new, _FIXED) for what, old, new in pairs if old not in {None, new}]
        stuck = "The pool's factory has no function for it: it is of version 2.0.0 or of the live one."
        if self._curve_differs and not factory_has(factory_code, SETS_CURVE):
            old = f"crr {values.crr_ppm}, fee {values.trade_fee_bps}"
            new = f"crr {wanted.pool.crr_ppm}, fee {wanted.pool.trade_fee_bps}"
            found.append(self._cannot("curve", old, new, stuck))
        old_bps, new_bps = values.max_trade_bps, wanted.max_trade_bps
        if None not in {old_bps, new_bps} and old_bps != new_bps and not factory_has(factory_code, SETS_MAX_TRADE):
            found.append(self._cannot("largest trade", old_bps, new_bps, stuck))
        return found

    def _cannot(self, what: str, found: object, wanted: object, reason: str) -> Finding:
        return Finding(
            code="cannot-be-changed",
            severity=Severity.WARNING,
            subject=self.wanted.model_id,
            message=f"The {what} of model {self.wanted.model_id} is {found}, and the specification says {wanted}."
            f" {reason}",
            evidence={"found": str(found), "specified": str(wanted)},
            remedy="Correct the specification, or make another model.",
        )


def _steps_of(plan: Plan, name: str) -> list[Step]:
    """Return the plan of a single call as a step; none when it has nothing to do."""
    return [
        Step(name=name, kind=StepKind.SET, call=call, after=plan.after, moves_funds=plan.moves_funds)
        for call in plan.calls
    ]
