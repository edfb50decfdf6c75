"""The stand-ins for oracle, whitelist, escrow and vault have the interface of the live contracts."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.abi import load_artifact
from hokctl.clients.fragments import Fragment, fragments_from_abi

from .chain import STANDINS

pytestmark = pytest.mark.contracts

INTERFACE: dict[str, Any] = json.loads(Path(__file__).with_name("live_operations_interface.json").read_text())
INHERITED = {
    *("DEFAULT_ADMIN_ROLE", "getRoleAdmin", "grantRole", "hasRole", "renounceRole", "revokeRole", "supportsInterface"),
}
INHERITED_EVENTS = {"Paused", "Unpaused", "RoleAdminChanged", "RoleGranted", "RoleRevoked"}


def fragments(name: str, kind: str) -> list[Fragment]:
    """Return what a stand-in has of one kind."""
    return [one for one in fragments_from_abi(name, load_artifact(name, STANDINS).abi) if one.kind == kind]


@pytest.mark.parametrize("name", sorted(INTERFACE))
def test_a_stand_in_has_the_functions_events_and_errors_of_the_live_contract(name: str) -> None:
    expected = INTERFACE[name]
    functions = [one.signature for one in fragments(name, "function") if one.name not in INHERITED]
    events = {one.name: "0x" + one.hash.hex() for one in fragments(name, "event") if one.name not in INHERITED_EVENTS}
    assert sorted(functions) == expected["functions"]
    assert sorted(one.signature for one in fragments(name, "error")) == expected["errors"]
    assert events == expected["topics"]
