"""Adding one model to a deployment that stands."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.checks.deployments import provider_missing
from hokctl.clients.token_manager import InitialParams, NewToken
from hokctl.config.manifest import ManifestModel
from hokctl.config.spec import MAX_ACCRUAL_BPS, MIN_ACCRUAL_BPS
from hokctl.config.spec_parts import PoolSpec
from hokctl.domain.amounts import InvalidAmountError, parse_units
from hokctl.domain.findings import Finding
from hokctl.domain.plans import Plan
from hokctl.domain.splits import check_bounds, parse_bps
from hokctl.domain.units import ModelId, parse_model_id
from hokctl.domain.versions import Version
from hokctl.errors import RefusedError, UsageError, shown
from hokctl.services.deploy_steps import Step
from hokctl.services.model_creation import (
    TOKEN_DECIMALS,
    ModelExistsError,
    NewModel,
    default_license_hash,
    plan_models,
    pool_from_spec,
)
from hokctl.services.model_facts import Creators, read_creators, read_models
from hokctl.services.planning import build_plan
from hokctl.services.versions import Versions, read_versions

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

_SYMBOL: Final = re.compile(r"[A-Za-z0-9]{1,16}", re.ASCII)
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_MAX_TEXT: Final = 200
_AT_BIRTH: Final = Creators(token_manager_nonce=1, factory_nonce=1)


class InvalidModelTextError(UsageError):
    """A name, symbol or other text that a model cannot have."""

    code = "invalid-model-text"

    def __init__(self, what: str, text: str, rule: str) -> None:
        """Name the text and the rule that it breaks."""
        super().__init__(
            f"{shown(text)!r} cannot be the {what} of a model: it needs {rule}.",
            hint="It can never be changed once the model is deployed.",
        )


class DecimalModelIdError(UsageError):
    """A model id that the live registry does not take."""

    code = "decimal-model-id"

    def __init__(self, model_id: ModelId) -> None:
        """Name the id."""
        super().__init__(
            f"{model_id!r} cannot be the id of a model here: the live registry takes decimal numbers alone.",
            hint="Give a number without leading zeros, such as 31.",
        )


class ModelAddUnsupportedError(RefusedError):
    """A new model for a version whose models hokctl does not make."""

    code = "model-add-unsupported"

    def __init__(self) -> None:
        """Say why."""
        super().__init__(
            "hokctl does not add models to the live protocol: there a model is registered before its pool, and its "
            "supply is shared out between supplier and investors, which this command does not ask about.",
            hint="Have TokenManager, registry and factory called by their owner, and check the calls with "
            "`hokctl tx decode`.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTexts:
    """What a person says about a new model, as text."""

    model_id: str
    name: str
    symbol: str
    supply: str
    split: str
    metric: str
    license_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedModel:
    """A model that can be added: the plan, and what the manifest will say."""

    plan: Plan
    steps: tuple[Step, ...]
    """The steps behind the plan's calls, one each."""
    entry: ManifestModel
    findings: tuple[Finding, ...]


def with_model(deployment: "Deployment", entry: ManifestModel) -> "Deployment":
    """Return the deployment as it will be with the model, so that its events can be named."""
    named = {entry.token: "HokusaiToken", entry.params: "HokusaiParams", entry.pool: "HokusaiAMM"}
    labels = {address: label for address, label in named.items() if address is not None}
    return replace(deployment, labels={**deployment.labels, **labels})


def read_default_governor(snapshot: "Snapshot", deployment: "Deployment") -> ChecksumAddress:
    """Return who governs a model when nobody is named, as the protocol has it: the owner of TokenManager."""
    return snapshot.get(deployment.suite.token_manager.owner())


def build_model(
    texts: ModelTexts, *, tokens_per_delta_one: int, governor: ChecksumAddress, provider: ChecksumAddress | None
) -> NewModel:
    """Return the model that `texts` describe, with the protocol's default curve.

    Raises InvalidModelIdError, InvalidSplitError, SplitOutOfBoundsError, InvalidAmountError, InvalidModelTextError.
    """
    if not _SYMBOL.fullmatch(texts.symbol):
        raise InvalidModelTextError("symbol", texts.symbol, "1 to 16 letters and digits")
    for what, text in (("name", texts.name), ("metric", texts.metric), ("licence", texts.license_uri)):
        if not (0 < len(text) <= _MAX_TEXT and text.isprintable() and text.strip()):
            raise InvalidModelTextError(what, text, f"1 to {_MAX_TEXT} printable characters")
    bps = parse_bps(texts.split)
    check_bounds(bps, min_bps=MIN_ACCRUAL_BPS, max_bps=MAX_ACCRUAL_BPS)
    supply_units = parse_units(texts.supply, TOKEN_DECIMALS, texts.symbol)
    if supply_units == 0:
        raise InvalidAmountError(texts.supply, "a token needs an initial supply above zero")
    return NewModel(
        token=NewToken(
            model_id=parse_model_id(texts.model_id),
            name=texts.name,
            symbol=texts.symbol,
            total_supply_units=supply_units,
        ),
        initial_params=InitialParams(
            tokens_per_delta_one=tokens_per_delta_one,
            infrastructure_accrual_bps=bps,
            license_hash=default_license_hash(texts.license_uri),
            license_uri=texts.license_uri,
            governor=governor,
        ),
        metric=texts.metric,
        pool=pool_from_spec(PoolSpec()),
        provider=provider,
    )


def plan_model(snapshot: "Snapshot", deployment: "Deployment", model: NewModel) -> PlannedModel:
    """Return what is missing of the model as one plan; one that was begun is completed.

    Raises ModelExistsError, ModelIncompleteError, DecimalModelIdError, ModelAddUnsupportedError.
    """
    suite, model_id = deployment.suite, model.model_id
    _check_version(read_versions(snapshot, deployment), model_id)
    found = read_models(snapshot, suite, (model_id,))
    if found[model_id].is_complete:
        raise ModelExistsError(model_id, found[model_id])
    steps, (entry,) = plan_models(suite, [model], found, read_creators(snapshot, suite, _AT_BIRTH))
    plan = build_plan(
        snapshot,
        deployment,
        f"Add model {model_id} ({model.token.symbol})",
        [step.call for step in steps],
        after=[condition for step in steps for condition in step.after],
        creates=[address for step in steps for address in step.creates],
        moves_funds=False,
    )
    lacks_provider = model.provider is None and found[model_id].provider is None
    findings = (provider_missing(model_id),) if lacks_provider else ()
    return PlannedModel(plan=plan, steps=tuple(steps), entry=entry, findings=findings)


def _check_version(versions: Versions, model_id: ModelId) -> None:
    if versions.registry is Version.LIVE and not _DECIMAL.fullmatch(model_id):
        raise DecimalModelIdError(model_id)
    if Version.LIVE in {versions.registry, versions.token_manager, versions.factory}:
        raise ModelAddUnsupportedError
