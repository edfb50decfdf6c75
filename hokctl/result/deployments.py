"""The result of planning and applying a deployment: what changes, where, at what cost, and who does it."""

from typing import TYPE_CHECKING

from hokctl.domain.amounts import format_units
from hokctl.domain.documents import JsonObject
from hokctl.result.values import Block, Facts, Heading, Table

if TYPE_CHECKING:
    from hokctl.domain.calls import Call
    from hokctl.services.deploy_costs import DeployCost
    from hokctl.services.deploy_steps import Step
    from hokctl.services.deploying import PlannedDeployment

ETHER_DECIMALS = 18
NO_ESTIMATE = "not known: the node can neither simulate nor trace these calls"


def deployment_to_json(
    planned: "PlannedDeployment", own: "tuple[Call, ...]", cost: "DeployCost | None", *, manifest: str, deployer: str
) -> JsonObject:
    """Return what scripts read of a deployment besides its plan; `own` are the calls of this run."""
    gas = _gas_of_each(own, cost)
    return {
        "manifest": manifest,
        "deployer": deployer,
        "contracts": dict(planned.contracts),
        "changes": [
            {
                "kind": step.kind.value,
                "name": step.name,
                "purpose": step.call.purpose,
                "creates": [*([step.call.creates] if step.call.creates else []), *step.creates],
                "carried": any(step.call is call for call in own),
                "gas": None if id(step.call) not in gas else str(gas[id(step.call)]),
            }
            for step in planned.steps
        ],
        "estimated_gas": None if cost is None else str(cost.gas),
        "estimated_cost": None
        if cost is None
        else {
            "gas_price_wei": str(cost.gas_price_wei),
            "wei": str(cost.wei),
            "display": f"{format_units(cost.wei, ETHER_DECIMALS)} ETH",
        },
    }


def deployment_blocks(
    planned: "PlannedDeployment",
    own: "tuple[Call, ...]",
    cost: "DeployCost | None",
    *,
    manifest: str,
    done: bool,
    estimates: bool,
) -> tuple[Block, ...]:
    """Return the same for people: each change a line, then the contracts, and what it costs."""
    to_come = () if done else planned.missing
    contracts = tuple(
        (name, f"{address} (to be created)" if name in to_come else address)
        for name, address in planned.contracts.items()
    )
    price = _price(cost) if estimates else ()
    changes: tuple[Block, ...] = ()
    if planned.steps and not done:
        gas = (
            {} if cost is None or cost.together is not None else dict(zip(map(id, own), cost.gas_of_each, strict=True))
        )
        rows = tuple(_row(step, own, gas) for step in planned.steps)
        columns = ("change", "what", "at", "gas", "by")
        changes = (Heading("Changes"), Table(columns=columns, rows=rows, right=frozenset({"gas"})))
    return (*changes, Heading("Deployment"), Facts((*contracts, ("manifest", manifest), *price)))


def _gas_of_each(own: "tuple[Call, ...]", cost: "DeployCost | None") -> dict[int, int]:
    """Return the gas by call; nothing where all calls travel in one transaction."""
    if cost is None or cost.together is not None:
        return {}
    return dict(zip(map(id, own), cost.gas_of_each, strict=True))


def _row(step: "Step", own: "tuple[Call, ...]", gas: dict[int, int]) -> tuple[str, ...]:
    created = step.call.creates or (step.creates[-1] if step.creates else step.call.to)
    known = gas.get(id(step.call))
    by = "this run" if any(step.call is call for call in own) else "others"
    return step.kind.value, step.call.purpose, str(created or ""), "" if known is None else f"{known:,}", by


def _price(cost: "DeployCost | None") -> tuple[tuple[str, str], ...]:
    if cost is None:
        return (("estimated gas", NO_ESTIMATE),)
    price = format_units(cost.gas_price_wei, 9)
    return (
        ("estimated gas", f"{cost.gas:,}"),
        ("estimated cost", f"{format_units(cost.wei, ETHER_DECIMALS)} ETH at {price} gwei per gas"),
    )
