"""The stand-ins for v2.0.0 and for mainnet have the interfaces that are on record, no more and no less.

`v2_interface.json` and `live_interface.json` list selectors, topics with indexed flags and constructor arguments.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from .test_interface import entries, events, functions, loosened, types

pytestmark = pytest.mark.contracts

FOLDER = Path(__file__).parent
LISTS = {"V2": "v2_interface.json", "Live": "live_interface.json"}
SMALL = {"DeltaVerifier", "DataContributionRegistry"}
"""Only what hokctl touches; still nothing that is not on record."""
PLAIN = {"PurchaserWhitelist", "PendingClaimsEscrow", "RewardVestingVault", "InfrastructureCostOracle"} | SMALL
"""Contracts that v2.0.0 does not have, or has in another shape; the stand-ins bear their names."""
OF_OPENZEPPELIN_4 = {"increaseAllowance(address,uint256)", "decreaseAllowance(address,uint256)"}
"""Every ERC-20 of its time has them; no record lists them."""


def stand_ins(prefix: str) -> dict[str, dict[str, Any]]:
    """Return the record of every contract that there is a stand-in of, by the stand-in's name."""
    recorded = json.loads((FOLDER / LISTS[prefix]).read_text(encoding="utf-8"))
    shapes = {}
    for name, own in recorded["contracts"].items():
        called = name if name in PLAIN or name.startswith("HokusaiTimelock") else f"{prefix}{name}"
        if not (FOLDER / "standins" / f"{called}.json").exists():
            continue
        bases = [shape for shape in recorded["inherited"].values() if name in shape["of"]]
        shapes[called] = {
            "constructor": own["constructor"],
            **{
                kind: {key: text for shape in (own, *bases) for key, text in shape[kind].items()}
                for kind in ("functions", "events")
            },
        }
    return shapes


SHAPES = {name: shape for prefix in LISTS for name, shape in stand_ins(prefix).items()}


def test_both_versions_have_all_their_contracts() -> None:
    assert len(SHAPES) >= 22


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_stand_in_has_the_functions_on_record(name: str) -> None:
    recorded = {selector: loosened(text) for selector, text in SHAPES[name]["functions"].items()}
    present = {
        selector: loosened(text)
        for selector, text in functions(name).items()
        if text.split()[0] not in OF_OPENZEPPELIN_4
    }
    if name in SMALL:
        recorded = {selector: text for selector, text in recorded.items() if selector in present}
    assert present == recorded


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_stand_in_has_the_events_on_record(name: str) -> None:
    present, recorded = events(name), SHAPES[name]["events"]
    if name in SMALL:
        recorded = {topic: text for topic, text in recorded.items() if topic in present}
    assert present == recorded


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_stand_in_is_constructed_as_on_record(name: str) -> None:
    constructors = entries(name, "constructor")
    assert types(constructors[0]["inputs"] if constructors else []) == SHAPES[name]["constructor"]
