"""The suite speaks the v2.0.0 external interface, as listed in `v2_interface.json`.

That list is a record of the protocol: selectors, topics with indexed flags, role ids, constructor arguments. Where a
contract is a clone, its constructor arguments are initialiser arguments and immutable ones instead.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_utils.abi import abi_to_signature, collapse_if_tuple
from eth_utils.crypto import keccak

from .chain import abi_of, artifact
from .harness import Model, Suite

pytestmark = pytest.mark.contracts

V2: dict[str, Any] = json.loads((Path(__file__).parent / "v2_interface.json").read_text(encoding="utf-8"))
CONTRACTS: dict[str, dict[str, Any]] = V2["contracts"]
CLONES = {"HokusaiAMM", "HokusaiToken"}
MEMBERS = [(name, "own", name) for name in CONTRACTS] + [
    (contract, "inherited", base) for base, shape in V2["inherited"].items() for contract in shape["of"]
]


def entries(name: str, kind: str) -> list[Any]:
    """Return the ABI entries of that kind."""
    return [entry for entry in abi_of(name) if entry["type"] == kind]


def types(arguments: list[Any]) -> str:
    """Return the canonical types, with indexed flags where there are any."""
    return ",".join(collapse_if_tuple(arg) + (" indexed" if arg.get("indexed") else "") for arg in arguments)


def functions(name: str) -> dict[str, str]:
    """Return every function of a contract by its selector, written as in the list."""
    described = {}
    for entry in entries(name, "function"):
        text = f"{abi_to_signature(entry)} {entry['stateMutability']}"
        if entry["outputs"]:
            text += f" returns ({types(entry['outputs'])})"
        described[keccak(text=abi_to_signature(entry))[:4].hex()] = text
    return described


def events(name: str) -> dict[str, str]:
    """Return every event of a contract by its topic, written as in the list."""
    return {
        keccak(text=abi_to_signature(entry)).hex(): f"{entry['name']}({types(entry['inputs'])})"
        for entry in entries(name, "event")
    }


def loosened(text: str) -> str:
    """Return a function's description with pure and always-refusing ones counted as their v2.0.0 kinds."""
    if text.startswith(("renounceOwnership()", "transferOwnership(address)")):
        return text.replace(" view", " nonpayable")
    return text.replace(" pure", " view")


@pytest.mark.parametrize(("contract", "source", "base"), MEMBERS)
def test_contract_has_every_function_of_v2(contract: str, source: str, base: str) -> None:
    shape = CONTRACTS[base] if source == "own" else V2["inherited"][base]
    present = {selector: loosened(text) for selector, text in functions(contract).items()}
    assert {selector: present.get(selector) for selector in shape["functions"]} == {
        selector: loosened(text) for selector, text in shape["functions"].items()
    }


@pytest.mark.parametrize(("contract", "source", "base"), MEMBERS)
def test_contract_has_every_event_of_v2(contract: str, source: str, base: str) -> None:
    shape = CONTRACTS[base] if source == "own" else V2["inherited"][base]
    present = events(contract)
    assert {topic: present.get(topic) for topic in shape["events"]} == shape["events"]


@pytest.mark.parametrize("name", sorted(set(CONTRACTS) - CLONES))
def test_constructor_takes_what_v2_takes(name: str) -> None:
    constructors = entries(name, "constructor")
    assert types(constructors[0]["inputs"] if constructors else []) == CONTRACTS[name]["constructor"]


@pytest.mark.parametrize("name", sorted(V2["roles"]))
def test_role_ids_are_hashes_of_their_names(suite: Suite, model: Model, name: str) -> None:
    holders = [
        contract
        for contract in (suite.reserve, suite.router, suite.token_manager, model.params)
        if any(entry.get("name") == name for entry in contract.abi)
    ]
    assert holders, f"no contract knows {name}"
    assert {contract.functions[name]().call().hex() for contract in holders} == {V2["roles"][name]}


def test_constants_are_those_of_v2(suite: Suite, model: Model) -> None:
    pool, params, factory = model.pool.functions, model.params.functions, suite.factory.functions
    expected = {
        pool.PRECISION: 10**18,
        pool.PPM: 10**6,
        pool.MIN_CRR: 50_000,
        pool.MAX_CRR: 500_000,
        pool.MAX_TRADE_FEE: 1000,
        pool.MAX_TRADE_BPS_LIMIT: 5000,
        pool.maxTradeBps: 2000,
        pool.FLAT_CURVE_THRESHOLD: 25_000 * 10**6,
        pool.FLAT_CURVE_PRICE: 10_000,
        params.MIN_TOKENS_PER_DELTA_ONE: 100,
        params.MAX_TOKENS_PER_DELTA_ONE: 100_000,
        params.MIN_INFRASTRUCTURE_ACCRUAL_BPS: 5000,
        params.MAX_INFRASTRUCTURE_ACCRUAL_BPS: 10_000,
        factory.MIN_CRR: 50_000,
        factory.MAX_CRR: 500_000,
        factory.MAX_TRADE_FEE: 1000,
        factory.MIN_IBR_DURATION: 86_400,
        factory.MAX_IBR_DURATION: 30 * 86_400,
        factory.defaultCrr: 100_000,
        factory.defaultTradeFee: 30,
        factory.defaultIbrDuration: 7 * 86_400,
        factory.defaultFlatCurveThreshold: 25_000 * 10**6,
        factory.defaultFlatCurvePrice: 10_000,
    }
    assert {getter.fn_name: getter().call() for getter in expected} == {
        getter.fn_name: value for getter, value in expected.items()
    }
    assert suite.usdc.functions.decimals().call() == 6
    assert model.token.functions.decimals().call() == 18


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_runtime_fits_the_limit(name: str) -> None:
    assert len(artifact(name)["deployedBytecode"]) // 2 - 1 < 24_576
