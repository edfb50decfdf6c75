"""What functions ask of their callers: the tables against the ABIs, the clients and the list of v2.0.0."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.chain.reverts import decode_revert
from hokctl.clients.abi import artifact_names, load_artifact
from hokctl.clients.errors import error_table
from hokctl.clients.fragments import fragments_from_abi
from hokctl.clients.inquiries import lacking, may_have
from hokctl.clients.requirements import (
    Choice,
    Demand,
    HasRole,
    Owns,
    contracts_with_role,
    function_requirements,
    requirements_for,
)
from hokctl.domain.authority import AccountRequired
from hokctl.domain.calls import Call
from hokctl.domain.roles import ROLE_NAMES
from tests.unit.clients.samples import ALICE, HASH, TARGET, every_result
from tests.unit.clients.test_interfaces_agree import SUITE

pytestmark = pytest.mark.unit

KNOWN = {(one.contract, one.signature): one for one in function_requirements()}
LIVE = Path(__file__).with_name("live_functions.json")
"""What the live protocol added to v2.0.0, function by function."""
V2 = Path(__file__).parents[2] / "contracts" / "v2_interface.json"


def changing(abi: list[dict[str, Any]]) -> set[str]:
    """Return the signatures of the functions that change state."""
    acting = [item for item in abi if item["type"] == "function" and item["stateMutability"] not in ("view", "pure")]
    return {fragment.signature for fragment in fragments_from_abi("", acting)}


def demands(demand: Demand | Choice) -> tuple[Demand, ...]:
    return (demand.present, demand.absent) if isinstance(demand, Choice) else (demand,)


@pytest.mark.parametrize("contract", artifact_names())
def test_every_function_of_the_suite_that_changes_state_has_its_demand(contract: str) -> None:
    missing = [one for one in changing([*load_artifact(contract).abi]) if (contract, one) not in KNOWN]
    assert missing == []


def test_every_function_of_v2_that_changes_state_has_its_demand() -> None:
    interface = json.loads(V2.read_text(encoding="utf-8"))
    missing = []
    for contract, shape in interface["contracts"].items():
        for text in shape["functions"].values():
            signature, mutability = text.split(" ")[0], text.split(" ")[1]
            if mutability not in ("view", "pure") and (contract, signature) not in KNOWN:
                missing.append(f"{contract}.{signature}")
    assert missing == []


def test_every_function_of_the_live_protocol_that_changes_state_has_its_demand() -> None:
    live = json.loads(LIVE.read_text(encoding="utf-8"))
    assert sum(len(signatures) for signatures in live.values()) > 100
    assert [(contract, one) for contract, found in live.items() for one in found if (contract, one) not in KNOWN] == []


def test_no_function_stands_twice() -> None:
    assert len(KNOWN) == len(function_requirements())


def test_every_role_that_is_asked_for_is_a_role_of_the_protocol() -> None:
    roles = {
        condition.role
        for one in function_requirements()
        for demand in demands(one.demand)
        for way in demand.ways
        for condition in way
        if isinstance(condition, HasRole)
    }
    assert roles <= set(ROLE_NAMES)


@pytest.mark.parametrize("contract", SUITE)
def test_the_clients_demand_what_the_tables_say(contract: str) -> None:
    for name, call in every_result(SUITE[contract](TARGET)):
        # A role's admin, a pauser's role and the holders of tokens come into a client's call as arguments.
        if not isinstance(call, Call) or name in {"grant_role", "revoke_role"} or HASH in str(call.requires):
            continue
        entry = KNOWN[contract, call.signature]
        accounts = {view: ALICE for demand in demands(entry.demand) for view in demand.views}
        ways = {requirements_for(way, TARGET, accounts) for demand in demands(entry.demand) for way in demand.ways}
        own = bool(call.requires) and all(isinstance(one, AccountRequired) for one in call.requires)
        assert call.requires in ways or (own and () in ways), f"{contract}.{name}"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            "e2517d3f" + "00" * 12 + "11" * 20 + "8ec07e268e32cae7f300b49ad34f20106d088445cb9d9b2d62cbd864638308b2",
            HasRole("PAYER_ROLE"),
        ),
        ("e2517d3f" + "00" * 12 + "11" * 20 + "77" * 32, HasRole("0x" + "77" * 32)),
        ("118cdaa7" + "00" * 12 + "11" * 20, Owns()),
        ("d93c0665", None),
    ],
)
def test_the_errors_of_openzeppelin_5_tell_what_a_caller_lacks(data: str, expected: object) -> None:
    assert lacking(decode_revert(bytes.fromhex(data), error_table())) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "AccessControl: account 0x" + "11" * 20 + " is missing role 0x" + "00" * 32,
            HasRole("DEFAULT_ADMIN_ROLE"),
        ),
        ("Ownable: caller is not the owner", Owns()),
        ("Pausable: paused", None),
    ],
)
def test_the_words_of_openzeppelin_4_tell_it_too(text: str, expected: object) -> None:
    length = len(text).to_bytes(32, "big")
    padded = text.encode() + bytes(-len(text) % 32)
    data = bytes.fromhex("08c379a0") + (32).to_bytes(32, "big") + length + padded
    assert lacking(decode_revert(data, error_table())) == expected


def test_code_tells_which_functions_a_contract_has_unless_it_is_a_proxys() -> None:
    reserve = load_artifact("InfrastructureReserve").deployed_bytecode
    assert may_have(reserve, KNOWN["InfrastructureReserve", "pause()"].selector)
    assert not may_have(reserve, KNOWN["InfrastructureReserve", "advancePeriod(string)"].selector)
    assert may_have(b"\x36\x3d", KNOWN["InfrastructureReserve", "advancePeriod(string)"].selector)


def test_roles_know_their_contracts() -> None:
    assert contracts_with_role("PAYER_ROLE") == ("InfrastructureReserve",)
    assert contracts_with_role("GOV_ROLE") == ("HokusaiParams", "InfrastructureCostOracle")
    assert contracts_with_role("NO_SUCH_ROLE") == ()
