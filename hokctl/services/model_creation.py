"""Bringing a model to life: token and parameters, registration, pool, permission to mint, provider."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.hokusai_amm_factory import PoolParams
from hokctl.clients.suite import Suite
from hokctl.clients.token_manager import InitialParams, NewToken
from hokctl.config.manifest import ManifestModel
from hokctl.domain.addresses import created_address
from hokctl.domain.calls import AbiValue
from hokctl.domain.plans import BalanceCondition, Condition
from hokctl.domain.roles import MINTER_ROLE
from hokctl.domain.units import ZERO_HASH, ModelId
from hokctl.errors import RefusedError
from hokctl.services.deploy_steps import Step, StepKind
from hokctl.services.model_facts import Creators, ModelFacts
from hokctl.services.planning import event_emitted, role_granted, view_is
from hokctl.services.pool_settings import NEW_MAX_TRADE_BPS, max_trade_step

if TYPE_CHECKING:
    from hokctl.config.spec import ModelSpec
    from hokctl.config.spec_parts import PoolSpec

USDC_DECIMALS: Final = 6
"""The protocol fixes the reserve token's decimals: its defaults are written in base units."""
TOKEN_DECIMALS: Final = 18
"""Decimals of every model's token."""
DEFAULT_LICENSE_URI: Final = "https://hokusai.ai/licenses/default"
DEFAULT_LICENSE_HASH: Final = "0x" + keccak(text="default-license").hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """What a model is to be."""

    token: NewToken
    initial_params: InitialParams
    metric: str
    pool: PoolParams
    provider: ChecksumAddress | None
    max_trade_bps: int | None = None
    """The largest trade of its pool; None takes what the factory gives."""

    @property
    def model_id(self) -> ModelId:
        """The id of the model."""
        return self.token.model_id


class ModelExistsError(RefusedError):
    """A model that is to be added and is there already."""

    code = "model-exists"

    def __init__(self, model_id: ModelId, facts: ModelFacts) -> None:
        """Name the model and its contracts."""
        parts = [("token", facts.token), ("params", facts.params), ("pool", facts.pool)]
        state = ", ".join(f"{name} {address}" for name, address in parts if address is not None)
        super().__init__(
            f"Model {model_id} exists already: {state}.",
            hint=f"`hokctl model show {model_id}` shows all of it; choose another id for another model.",
        )


class ModelIncompleteError(RefusedError):
    """A model that somebody began to deploy with other contracts than hokctl can go on from."""

    code = "model-incomplete"

    def __init__(self, model_id: ModelId) -> None:
        """Name the model."""
        super().__init__(
            f"Model {model_id} is registered with a token that TokenManager does not know.",
            hint="Look at it with `hokctl model show`; a registration cannot be taken back, so choose another id.",
        )


def model_from_spec(spec: "ModelSpec") -> NewModel:
    """Return the model that a specification describes."""
    return NewModel(
        token=NewToken(
            model_id=spec.model_id, name=spec.name, symbol=spec.symbol, total_supply_units=spec.initial_supply_units
        ),
        initial_params=InitialParams(
            tokens_per_delta_one=spec.tokens_per_delta_one,
            infrastructure_accrual_bps=spec.infrastructure_accrual_bps,
            license_hash=spec.license_hash or default_license_hash(spec.license_uri),
            license_uri=spec.license_uri,
            governor=spec.governor,
        ),
        metric=spec.metric,
        pool=pool_from_spec(spec.pool),
        provider=spec.provider,
        max_trade_bps=spec.pool.max_trade_bps,
    )


def pool_from_spec(spec: "PoolSpec") -> PoolParams:
    """Return the curve that a specification describes, as the factory takes it."""
    return PoolParams(
        crr_ppm=spec.crr_ppm,
        trade_fee_bps=spec.trade_fee_bps,
        ibr_duration_s=spec.ibr_seconds,
        flat_curve_threshold_units=spec.threshold_units(USDC_DECIMALS),
        flat_curve_price_units=spec.price_units(USDC_DECIMALS),
    )


def default_license_hash(uri: str) -> str:
    """Return the hash of a licence of which only the URI is known: the protocol's own for its default, else zero."""
    return DEFAULT_LICENSE_HASH if uri == DEFAULT_LICENSE_URI else ZERO_HASH


def plan_models(
    suite: Suite, models: Sequence[NewModel], found: dict[ModelId, ModelFacts], creators: Creators
) -> tuple[list[Step], list[ManifestModel]]:
    """Return the steps that are missing for `models`, in order, and the models as they will be."""
    steps: list[Step] = []
    entries: list[ManifestModel] = []
    token_nonce, pool_nonce = creators.token_manager_nonce, creators.factory_nonce
    for model in models:
        facts = found.get(model.model_id, ModelFacts())
        token, params, pool = facts.token, facts.params, facts.pool
        if facts.registered_token is not None and facts.registered_token != token:
            raise ModelIncompleteError(model.model_id)
        if token is None:
            params = created_address(suite.token_manager_address, token_nonce)
            token = created_address(suite.token_manager_address, token_nonce + 1)
            token_nonce += 2
        if pool is None:
            pool = created_address(suite.factory_address, pool_nonce)
            pool_nonce += 1
        entry = ManifestModel(model_id=model.model_id, token=token, params=params, pool=pool)
        own = [] if facts.token is not None else [_token_step(suite, model, entry, token, creators)]
        own.extend(_model_steps(suite, model, facts, entry, token=token, pool=pool))
        steps.extend(replace(step, chain=f"model {model.model_id}") for step in own)
        entries.append(entry)
    return steps, entries


def _model_steps(
    suite: Suite,
    model: NewModel,
    facts: ModelFacts,
    entry: ManifestModel,
    *,
    token: ChecksumAddress,
    pool: ChecksumAddress,
) -> list[Step]:
    steps = []
    if facts.registered_token is None:
        steps.append(_registration_step(suite, model, token))
    if facts.pool is None:
        steps.append(_pool_step(suite, model, entry, token, pool))
        new_bps = model.max_trade_bps or NEW_MAX_TRADE_BPS
        if new_bps != NEW_MAX_TRADE_BPS:
            steps.append(max_trade_step(suite, model.model_id, pool, old_bps=NEW_MAX_TRADE_BPS, new_bps=new_bps))
    if not facts.may_mint:
        steps.append(_mint_step(suite, model.model_id, pool))
    if facts.registered_pool is None:
        steps.append(_listing_step(suite, model.model_id, pool))
    if model.provider is not None and facts.provider is None:
        steps.append(_provider_step(suite, model.model_id, model.provider))
    return steps


def _token_step(
    suite: Suite, model: NewModel, entry: ManifestModel, token: ChecksumAddress, creators: Creators
) -> Step:
    manager, model_id = suite.token_manager, model.model_id
    call = manager.deploy_token_with_params(
        model.token,
        model.initial_params,
        purpose=f"Deploy token and parameters of model {model_id}",
        fee_wei=creators.fee_wei,
    )
    after: list[Condition] = [view_is(manager.model_tokens(model_id), token, f"model {model_id} has the token {token}")]
    if entry.params is not None:
        params, bps = suite.params_at(entry.params), model.initial_params.infrastructure_accrual_bps
        after.append(view_is(manager.model_params(model_id), entry.params, f"its parameters are at {entry.params}"))
        after.append(view_is(params.infrastructure_accrual_bps(), bps, f"{bps} bps of its fees are set aside"))
    after.extend(_token_events(suite, model, entry, token, creators))
    partial = ManifestModel(model_id=model_id, token=token, params=entry.params)
    if creators.is_open:
        call = replace(call, requires=())
    creates = tuple(address for address in (entry.params, token) if address is not None)
    return Step(
        name=f"model {model_id}: token",
        kind=StepKind.CREATE,
        call=call,
        after=tuple(after),
        creates=creates,
        model=partial,
    )


def _token_events(
    suite: Suite, model: NewModel, entry: ManifestModel, token: ChecksumAddress, creators: Creators
) -> list[Condition]:
    """Return what TokenManager logs, and who receives its fee; what the new contracts log is their own."""
    manager, model_id = suite.token_manager, model.model_id
    named: dict[str, tuple[str, AbiValue]] = {"modelId": ("string", model_id)}
    deployed = {
        **named,
        "tokenAddress": ("address", token),
        "name": ("string", model.token.name),
        "symbol": ("string", model.token.symbol),
        "totalSupply": ("uint256", model.token.total_supply_units),
    }
    text = f"the token of model {model_id} is logged"
    events: list[Condition] = [event_emitted(manager.address, manager.label, "TokenDeployed", deployed, text)]
    if entry.params is not None:
        found = {**named, "paramsAddress": ("address", entry.params)}
        text = f"the parameters of model {model_id} are logged"
        events.append(event_emitted(manager.address, manager.label, "ParamsDeployed", found, text))
    if creators.fee_wei and creators.fee_recipient is not None:
        text = f"{creators.fee_recipient} receives the fee of {creators.fee_wei} wei for the token"
        events.append(BalanceCondition(token=None, account=creators.fee_recipient, change=creators.fee_wei, text=text))
    return events


def _registration_step(suite: Suite, model: NewModel, token: ChecksumAddress) -> Step:
    registry, model_id = suite.registry, model.model_id
    call = registry.register_string_model(model_id, token, model.metric, purpose=f"Register model {model_id}")
    proof = view_is(registry.get_string_token(model_id), token, f"model {model_id} is registered with its token")
    args: dict[str, tuple[str, AbiValue]] = {
        "modelId": ("string", model_id),
        "tokenAddress": ("address", token),
        "performanceMetric": ("string", model.metric),
    }
    text = f"the registration of model {model_id} is logged"
    logged = event_emitted(registry.address, registry.label, "StringModelRegistered", args, text)
    return Step(name=f"model {model_id}: registration", kind=StepKind.WIRE, call=call, after=(proof, logged))


def _pool_step(
    suite: Suite, model: NewModel, entry: ManifestModel, token: ChecksumAddress, pool: ChecksumAddress
) -> Step:
    factory, model_id = suite.factory, model.model_id
    call = factory.create_pool_with_params(model_id, token, model.pool, purpose=f"Create the pool of model {model_id}")
    proof = view_is(factory.pools(model_id), pool, f"model {model_id} has the pool {pool}")
    args: dict[str, tuple[str, AbiValue]] = {
        "modelId": ("string", model_id),
        "poolAddress": ("address", pool),
        "tokenAddress": ("address", token),
    }
    logged = event_emitted(
        factory.address, factory.label, "PoolCreated", args, f"the pool of model {model_id} is logged"
    )
    return Step(
        name=f"model {model_id}: pool",
        kind=StepKind.CREATE,
        call=call,
        after=(proof, logged),
        creates=(pool,),
        model=entry,
    )


def _mint_step(suite: Suite, model_id: ModelId, pool: ChecksumAddress) -> Step:
    manager = suite.token_manager
    call = manager.authorize_amm(pool, purpose=f"Let the pool of model {model_id} mint its token")
    proof = view_is(manager.has_role(MINTER_ROLE, pool), expected=True, text=f"the pool of model {model_id} may mint")
    logged = role_granted(manager, MINTER_ROLE, pool)
    return Step(name=f"model {model_id}: minter", kind=StepKind.WIRE, call=call, after=(proof, logged))


def _listing_step(suite: Suite, model_id: ModelId, pool: ChecksumAddress) -> Step:
    registry = suite.registry
    call = registry.register_pool(model_id, pool, purpose=f"List the pool of model {model_id}")
    proof = view_is(registry.model_pools(model_id), pool, f"the registry lists the pool of model {model_id}")
    args: dict[str, tuple[str, AbiValue]] = {"modelId": ("string", model_id), "poolAddress": ("address", pool)}
    text = f"the listing of model {model_id} is logged"
    logged = event_emitted(registry.address, registry.label, "PoolRegistered", args, text)
    return Step(name=f"model {model_id}: listing", kind=StepKind.WIRE, call=call, after=(proof, logged))


def _provider_step(suite: Suite, model_id: ModelId, provider: ChecksumAddress) -> Step:
    reserve = suite.reserve
    call = reserve.set_provider(model_id, provider, purpose=f"Set the provider of model {model_id}")
    proof = view_is(reserve.provider(model_id), provider, f"{provider} provides for model {model_id}")
    args: dict[str, tuple[str, AbiValue]] = {"modelId": ("string", model_id), "provider": ("address", provider)}
    text = f"the registration of {provider} is logged"
    logged = event_emitted(reserve.address, reserve.label, "ProviderSet", args, text)
    return Step(name=f"model {model_id}: provider", kind=StepKind.SET, call=call, after=(proof, logged))
