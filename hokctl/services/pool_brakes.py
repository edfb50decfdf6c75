"""Pausing and unpausing pools, through the factory that owns them, as its version lets."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.authority import AccountRequired, OwnershipRequired, Requirement
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.domain.versions import Version
from hokctl.errors import RefusedError
from hokctl.services.models import ModelState, read_reserve
from hokctl.services.planning import build_plan, event_emitted, view_is
from hokctl.services.versions import VersionProbe

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch
    from hokctl.chain.session import Snapshot
    from hokctl.clients.live_hokusai_amm_factory import LiveHokusaiAmmFactory
    from hokctl.services.deployments import Deployment

_MOST_AT_ONCE: Final = 50
"""What the live factory takes in one call (MAX_PAUSE_BATCH)."""


class PoolsCannotBePausedError(RefusedError):
    """A brake on pools that their version does not have."""

    code = "pools-cannot-be-paused"

    def __init__(self) -> None:
        """Say why."""
        super().__init__(
            "Pools of v2.0.0 can be neither paused nor unpaused: the factory owns them and has no function for it.",
            hint="`hokctl emergency pause` stops the reserve, and with it fee deposits and payments.",
        )


def plan_pools(snapshot: "Snapshot", deployment: "Deployment", model_ids: Sequence[ModelId], *, pause: bool) -> Plan:
    """Return the plan that pauses or unpauses the pools of the models named, of all when none is.

    What already stands as wanted is left out. Raises PoolsCannotBePausedError, UnknownModelError.
    """
    probes: list[_FactoryProbe] = []
    models = read_reserve(
        snapshot, deployment, tuple(model_ids), ride=lambda batch: probes.append(_FactoryProbe(batch, deployment))
    ).models
    (factory,) = probes
    if factory.version is Version.V2:
        raise PoolsCannotBePausedError
    with snapshot.batch() as batch:
        states = [batch.add(deployment.suite.pool_at(model.pool).paused()) for model in models]
    changing = [model for model, state in zip(models, states, strict=True) if state.value is not pause]
    if factory.version is Version.LIVE:
        calls = list(_live_calls(deployment.suite.live_factory, changing, factory.pauser, pause=pause))
    else:
        calls = _calls(deployment, changing, pause=pause)
    after = [
        condition
        for model in changing
        for condition in _conditions(deployment, model, live=factory.version is Version.LIVE, pause=pause)
    ]
    pools = f"{len(changing)} pools" if len(changing) > 1 else "one pool"
    return build_plan(snapshot, deployment, f"{_word(pause=pause)} {pools}", calls, after=after, moves_funds=False)


class _FactoryProbe(VersionProbe):
    """The factory's version, and who may pause its pools."""

    def __init__(self, batch: "Batch", deployment: "Deployment") -> None:
        super().__init__(batch, deployment.suite.factory)
        self._pauser = batch.add(deployment.suite.live_factory.pauser())

    @property
    def pauser(self) -> ChecksumAddress | None:
        """Who may pause beside the owner; None where nobody."""
        address = self._pauser.value_or(ZERO_ADDRESS)
        return None if address == ZERO_ADDRESS else address


def _calls(deployment: "Deployment", models: Sequence[ModelState], *, pause: bool) -> list[Call]:
    factory = deployment.suite.factory
    change = factory.pause_pool if pause else factory.unpause_pool
    return [change(model.model_id, purpose=_purpose((model,), pause=pause)) for model in models]


def _live_calls(
    factory: "LiveHokusaiAmmFactory", models: Sequence[ModelState], pauser: ChecksumAddress | None, *, pause: bool
) -> Iterator[Call]:
    """Yield as few calls as the factory takes: the pauser pauses where there is one, the owner unpauses."""
    who: Requirement = OwnershipRequired(contract=factory.address)
    if pause and pauser is not None:
        who = AccountRequired(account=pauser)
    for start in range(0, len(models), _MOST_AT_ONCE):
        part = models[start : start + _MOST_AT_ONCE]
        purpose, ids = _purpose(part, pause=pause), [model.model_id for model in part]
        if len(part) == 1:
            change = factory.pause_pool if pause else factory.unpause_pool
            yield change(ids[0], purpose=purpose, who=who)
        else:
            change_all = factory.pause_pools if pause else factory.unpause_pools
            yield change_all(ids, purpose=purpose, who=who)


def _conditions(deployment: "Deployment", model: ModelState, *, live: bool, pause: bool) -> Iterator[Condition]:
    pool, factory = deployment.suite.pool_at(model.pool), deployment.suite.factory
    event = "Paused" if pause else "Unpaused"
    state = f"the pool of model {model.model_id} is {'paused' if pause else 'not paused'}"
    yield view_is(pool.paused(), pause, state)
    yield event_emitted(pool.address, pool.label, event, {}, f"{event} is logged")
    if live:
        args: dict[str, tuple[str, AbiValue]] = {
            "modelId": ("string", model.model_id),
            "pool": ("address", model.pool),
        }
        text = f"the factory logs it for model {model.model_id}"
        yield event_emitted(factory.address, factory.label, f"Pool{event}", args, text)


def _purpose(models: Sequence[ModelState], *, pause: bool) -> str:
    names = ", ".join(model.model_id for model in models)
    where = f"the pool of model {names}" if len(models) == 1 else f"the pools of models {names}"
    return f"{_word(pause=pause)} trading in {where}"


def _word(*, pause: bool) -> str:
    return "Pause" if pause else "Unpause"
