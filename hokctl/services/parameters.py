"""The other governed parameters of a model: licence reference and reward rate."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.hokusai_params import HokusaiParams, LicenseRef
from hokctl.domain.plans import Plan
from hokctl.domain.units import ModelId
from hokctl.errors import UsageError
from hokctl.services.models import read_reserve
from hokctl.services.planning import build_plan, event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

TOKENS_PER_DELTA_ONE: Final = "tokens-per-delta-one"
LICENSE_URI: Final = "license-uri"
KEYS: Final = (TOKENS_PER_DELTA_ONE, LICENSE_URI)


class UnknownParameterError(UsageError):
    """A parameter that cannot be set."""

    code = "unknown-parameter"

    def __init__(self, key: str) -> None:
        """Name the key."""
        super().__init__(
            f"{key!r} is not a parameter that can be set.",
            hint=f"Choose {' or '.join(KEYS)}; the split is set with `hokctl split set`.",
        )


class InvalidParameterError(UsageError):
    """A value that the parameter cannot have."""

    code = "invalid-parameter"

    def __init__(self, key: str, value: str, reason: str) -> None:
        """Name key and value, and what is wrong with it."""
        super().__init__(f"{value!r} cannot be the {key}: {reason}.", hint="`hokctl params show` tells the bounds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterState:
    """The governed parameters of one model besides the split, at one block."""

    model_id: ModelId
    params: ChecksumAddress
    tokens_per_delta_one: int
    min_tokens_per_delta_one: int
    max_tokens_per_delta_one: int
    license: LicenseRef


def read_parameters(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId) -> ParameterState:
    """Return the parameters of the model at the snapshot's block; UnknownModelError."""
    (model,) = read_reserve(snapshot, deployment, (model_id,)).models
    params = deployment.suite.params_at(model.params)
    with snapshot.batch() as batch:
        rate = batch.add(params.tokens_per_delta_one())
        low, high = batch.add(params.min_tokens_per_delta_one()), batch.add(params.max_tokens_per_delta_one())
        licence = batch.add(params.license_ref())
    return ParameterState(
        model_id=model_id,
        params=model.params,
        tokens_per_delta_one=rate.value,
        min_tokens_per_delta_one=low.value,
        max_tokens_per_delta_one=high.value,
        license=licence.value,
    )


def plan_parameter(
    snapshot: "Snapshot",
    deployment: "Deployment",
    model_id: ModelId,
    key: str,
    value: str,
    *,
    license_hash: str | None = None,
) -> Plan:
    """Return the plan that sets one parameter; without calls when it has that value.

    A new licence address keeps the hash of the licence's text unless `license_hash` gives a new one.
    Raises UnknownParameterError, InvalidParameterError, UnknownModelError.
    """
    if key not in KEYS:
        raise UnknownParameterError(key)
    state = read_parameters(snapshot, deployment, model_id)
    params = deployment.suite.params_at(state.params)
    if key == TOKENS_PER_DELTA_ONE:
        return _plan_rate(snapshot, deployment, state, params, value)
    new = LicenseRef(hash=license_hash or state.license.hash, uri=_checked_uri(value))
    return _plan_license(snapshot, deployment, state, params, new)


def _plan_license(
    snapshot: "Snapshot", deployment: "Deployment", state: ParameterState, params: HokusaiParams, new: LicenseRef
) -> Plan:
    model_id = state.model_id
    purpose = f"Set the licence of {model_id} to {new.uri} (hash {new.hash})"
    return build_plan(
        snapshot,
        deployment,
        f"Set the licence of model {model_id}",
        () if new == state.license else (params.set_license_ref(new, purpose=purpose),),
        after=(
            view_is(params.license_uri(), new.uri, f"the licence of {model_id} is at {new.uri}"),
            view_is(params.license_hash(), bytes.fromhex(new.hash[2:]), f"its text hashes to {new.hash}"),
            event_emitted(
                params.address,
                params.label,
                "LicenseRefSet",
                {
                    "oldHash": ("bytes32", bytes.fromhex(state.license.hash[2:])),
                    "newHash": ("bytes32", bytes.fromhex(new.hash[2:])),
                },
                "the new licence is logged",
            ),
        ),
        moves_funds=False,
    )


def _plan_rate(
    snapshot: "Snapshot", deployment: "Deployment", state: ParameterState, params: HokusaiParams, value: str
) -> Plan:
    low, high = state.min_tokens_per_delta_one, state.max_tokens_per_delta_one
    if not (value.isascii() and value.isdigit()):
        raise InvalidParameterError(TOKENS_PER_DELTA_ONE, value, "it is not a whole number")
    if not low <= int(value) <= high:
        raise InvalidParameterError(TOKENS_PER_DELTA_ONE, value, f"the contract allows {low} to {high}")
    old, new = state.tokens_per_delta_one, int(value)
    purpose = f"Set the tokens per delta one of {state.model_id} from {old} to {new}"
    return build_plan(
        snapshot,
        deployment,
        f"Set the reward rate of model {state.model_id}",
        () if new == old else (params.set_tokens_per_delta_one(new, purpose=purpose),),
        after=(
            view_is(params.tokens_per_delta_one(), new, f"{state.model_id} rewards {new} tokens per delta one"),
            event_emitted(
                params.address,
                params.label,
                "TokensPerDeltaOneSet",
                {"oldValue": ("uint256", old), "newValue": ("uint256", new)},
                "the new reward rate is logged",
            ),
        ),
        moves_funds=False,
    )


def _checked_uri(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise InvalidParameterError(LICENSE_URI, value, "it is empty or cannot be printed")
    return value
