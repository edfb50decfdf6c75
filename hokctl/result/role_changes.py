"""The result of changing who holds a power: what carried it, and who had it before."""

from hokctl.domain.documents import JsonObject
from hokctl.result.carried import carried_result
from hokctl.result.values import CommandResult, Facts, Heading
from hokctl.services.power_steps import Power
from hokctl.services.proposals import Carried
from hokctl.services.role_changes import PowerChange


def change_result(change: PowerChange, carried: Carried) -> CommandResult:
    """Return what became of a change of power."""
    wish = change.wish
    before = ", ".join(change.holders) or "nobody"
    pairs = [("power", str(wish.power)), ("contract", wish.power.address), ("held before by", before)]
    pairs += [("from", wish.old)] if wish.old is not None else []
    pairs += [("to", wish.new)] if wish.new is not None else []
    pairs += [("note", change.note)] if change.note else []
    data: JsonObject = {
        "change": {
            "action": wish.action.value,
            **power_to_json(wish.power),
            "from": wish.old,
            "to": wish.new,
            "holders_before": list(change.holders),
            "note": change.note or None,
        }
    }
    return carried_result(carried, data=data, blocks=(Heading("Change of power"), Facts(tuple(pairs))))


def power_to_json(power: Power) -> JsonObject:
    """Return a power as scripts read it."""
    return {"power": power.name, "contract": power.contract, "address": power.address, "model_id": power.model_id}
