"""Which models a deployment has, asked of its factory and its token manager instead of a file."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.hokusai_amm_factory import HokusaiAmmFactory
from hokctl.clients.token_manager import TokenManager
from hokctl.config.manifest import ManifestModel
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ZERO_ADDRESS, ModelId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hokctl.chain.batch import Slot
    from hokctl.chain.session import Snapshot


def read_known_models(
    snapshot: "Snapshot", contracts: "Mapping[str, ChecksumAddress]", asked: Iterable[ModelId] = ()
) -> dict[ModelId, ManifestModel]:
    """Return the models that the factory has pools of, and those of `asked` that the token manager knows.

    Takes three round trips. A model without parameters, as the first version had them, has None there.
    """
    factory = HokusaiAmmFactory(contracts["HokusaiAMMFactory"])
    manager = TokenManager(contracts["TokenManager"])
    with snapshot.batch() as batch:
        pools = batch.add(factory.get_all_pools())
    with snapshot.batch() as batch:
        names = [batch.add(factory.pool_to_model(pool)) for pool in pools.value]
    by_pool = {ModelId(name.value): pool for name, pool in zip(names, pools.value, strict=True)}
    ids = tuple(dict.fromkeys((*by_pool, *asked)))
    with snapshot.batch() as batch:
        slots = [(batch.add(manager.model_tokens(each)), batch.add(manager.model_params(each))) for each in ids]
    models = {
        model_id: ManifestModel(
            model_id=model_id, token=_there(token), params=_there(params), pool=by_pool.get(model_id)
        )
        for model_id, (token, params) in zip(ids, slots, strict=True)
    }
    return {model_id: model for model_id, model in models.items() if model.token or model.pool}


def compare_models(named: Iterable[ManifestModel], known: "Mapping[ModelId, ManifestModel]") -> list[Finding]:
    """Return where the models that a file names are others on the chain, and which it does not name."""
    findings = []
    for model in named:
        here = known.get(model.model_id)
        if here is None:
            findings.append(_unknown(model.model_id))
            continue
        parts = (
            ("token", model.token, here.token),
            ("params", model.params, here.params),
            ("pool", model.pool, here.pool),
        )
        findings += [
            _differs(model.model_id, part, said, found) for part, said, found in parts if said not in {None, found}
        ]
    ids = {model.model_id for model in named}
    return findings + [_added(model_id) for model_id in known if model_id not in ids]


def _there(slot: "Slot[ChecksumAddress]") -> ChecksumAddress | None:
    address = slot.value_or(ZERO_ADDRESS)
    return None if address == ZERO_ADDRESS else address


def _unknown(model_id: ModelId) -> Finding:
    return Finding(
        code="manifest-model",
        severity=Severity.ERROR,
        subject=model_id,
        message=f"The deployment has no model {model_id}: neither its factory nor its token manager knows it.",
        remedy="Correct the file; `hokctl model list` shows what the factory has.",
        allowable=False,
    )


def _differs(model_id: ModelId, part: str, said: ChecksumAddress | None, found: ChecksumAddress | None) -> Finding:
    return Finding(
        code="manifest-model",
        severity=Severity.ERROR,
        subject=model_id,
        message=f"The {part} of model {model_id} is {found or 'not there'} on the chain, not {said} as the file says.",
        remedy="Correct the file; `hokctl model list` shows what the factory has.",
        evidence={"part": part, "chain": str(found), "manifest": str(said)},
        allowable=False,
    )


def _added(model_id: ModelId) -> Finding:
    return Finding(
        code="manifest-model-added",
        severity=Severity.INFO,
        subject=model_id,
        message=f"The file does not name model {model_id}, which the factory has.",
        remedy="It is added from the chain.",
    )
