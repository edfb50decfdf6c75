"""The build artifacts describe what is really deployed. That they match the sources is `compile.mjs --check`'s job."""

import json
from typing import Any

import pytest
from web3.contract import Contract

from .chain import ABIS, SUITE_NAMES, TEST_TOKEN_NAMES, artifact
from .harness import Model, Suite

pytestmark = pytest.mark.contracts

PROXY_SIZE = 45


def deployed_code(suite: Suite, model: Model) -> dict[str, tuple[Contract, bytes]]:
    """Return contract and runtime code by artifact name; for clones, the code they delegate to."""
    chain = suite.chain
    implementations = {
        "HokusaiAMM": suite.factory.functions.poolImplementation().call(),
        "HokusaiToken": suite.token_manager.functions.tokenImplementation().call(),
    }
    contracts = {
        "HokusaiAMM": chain.at("HokusaiAMM", implementations["HokusaiAMM"]),
        "HokusaiAMMFactory": suite.factory,
        "HokusaiParams": model.params,
        "HokusaiToken": chain.at("HokusaiToken", implementations["HokusaiToken"]),
        "InfrastructureReserve": suite.reserve,
        "MockUSDC": suite.usdc,
        "ModelRegistry": suite.registry,
        "TokenManager": suite.token_manager,
        "UsageFeeRouter": suite.router,
    }
    return {name: (contract, bytes(chain.w3.eth.get_code(contract.address))) for name, contract in contracts.items()}


def without_immutables(code: bytes, references: dict[str, list[dict[str, int]]]) -> bytes:
    """Return the code with zeros where the constructor wrote immutables."""
    blank = bytearray(code)
    for places in references.values():
        for place in places:
            start, length = place["start"], place["length"]
            blank[start : start + length] = bytes(length)
    return bytes(blank)


@pytest.mark.parametrize("name", [*SUITE_NAMES, "MockUSDC"])
def test_deployed_code_is_the_artifacts(suite: Suite, model: Model, name: str) -> None:
    built = artifact(name)
    _, code = deployed_code(suite, model)[name]
    assert without_immutables(code, built["immutableReferences"]).hex() == built["deployedBytecode"][2:]


def test_clones_are_minimal_proxies_with_their_arguments_behind(suite: Suite, model: Model) -> None:
    pool_implementation = suite.factory.functions.poolImplementation().call()
    code = bytes(suite.chain.w3.eth.get_code(model.pool.address))
    assert bytes.fromhex(pool_implementation[2:]) in code[:PROXY_SIZE]
    assert code[PROXY_SIZE : PROXY_SIZE + 20].hex() == model.token.address[2:].lower()
    assert code.endswith(b"alpha")


@pytest.mark.parametrize("name", [*SUITE_NAMES, *TEST_TOKEN_NAMES])
def test_artifact_carries_what_tools_need(name: str) -> None:
    path = ABIS / f"{name}.json"
    text = path.read_text(encoding="utf-8")
    built: dict[str, Any] = json.loads(text)
    assert text == json.dumps(built, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert set(built) == {
        "abi",
        "bytecode",
        "compiler",
        "contractName",
        "deployedBytecode",
        "immutableReferences",
        "linkReferences",
        "metadata",
        "sourceName",
    }
    assert built["contractName"] == name
    assert built["sourceName"].endswith(f"/{name}.sol")
    assert built["linkReferences"] == {}
    metadata = json.loads(built["metadata"])
    assert metadata["settings"] == built["compiler"]["settings"]
    assert metadata["settings"]["evmVersion"] == "cancun"
    assert metadata["settings"]["viaIR"] is True
    assert metadata["settings"]["optimizer"] == {"enabled": True, "runs": 200}


def test_explorers_input_holds_every_production_source() -> None:
    standard_input = json.loads((ABIS / "standard-input.json").read_text(encoding="utf-8"))
    sources = standard_input["sources"]
    for name in SUITE_NAMES:
        built = artifact(name)
        assert built["sourceName"] in sources
        assert set(json.loads(built["metadata"])["sources"]) <= set(sources)
    assert not any(source.startswith("test/") for source in sources)
