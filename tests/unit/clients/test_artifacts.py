"""Build artifacts: where they are found, which shapes are read, how they become creations."""

import json
from pathlib import Path

import pytest

import hokctl
from hokctl.clients import abi
from hokctl.clients.abi import (
    Artifact,
    ArtifactInvalidError,
    ArtifactMissingError,
    artifact_names,
    artifacts_directory,
    creation_call,
    load_artifact,
)
from hokctl.clients.fragments import Parameter
from hokctl.domain.calls import Argument
from hokctl.exit_codes import ExitCode
from tests.unit.clients.samples import ALICE, BOB, HASH, TARGET

pytestmark = pytest.mark.unit

ABI = [{"type": "constructor", "inputs": [{"name": "owner", "type": "address"}], "stateMutability": "nonpayable"}]


def write(path: Path, document: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def test_the_suite_comes_with_artifacts_of_all_its_contracts() -> None:
    assert artifact_names() == (
        "HokusaiAMM",
        "HokusaiAMMFactory",
        "HokusaiParams",
        "HokusaiToken",
        "InfrastructureReserve",
        "MockUSDC",
        "ModelRegistry",
        "StrictMockUSDC",
        "TokenManager",
        "UsageFeeRouter",
    )


@pytest.mark.parametrize("name", artifact_names())
def test_an_artifact_has_code_and_says_where_it_comes_from(name: str) -> None:
    artifact = load_artifact(name)
    assert artifact.name == name
    assert artifact.source_name.endswith(f"{name}.sol")
    assert 0 < len(artifact.deployed_bytecode) < 24_576
    assert len(artifact.bytecode) > len(artifact.deployed_bytecode)
    assert json.loads(artifact.metadata)["language"] == "Solidity"
    assert artifact.compiler["version"].startswith("0.8.")
    assert artifact.immutable_references is not None
    for places in artifact.immutable_references.values():
        for start, length in places:
            assert artifact.deployed_bytecode[start : start + length] == b"\x00" * length


def test_the_constructors_are_those_of_v2() -> None:
    expected = {
        "ModelRegistry": (),
        "TokenManager": ("address",),
        "HokusaiAMMFactory": ("address",) * 4,
        "InfrastructureReserve": ("address",) * 3,
        "UsageFeeRouter": ("address",) * 3,
        "HokusaiParams": ("uint256", "uint16", "bytes32", "string", "address"),
        "MockUSDC": (),
    }
    for name, types in expected.items():
        assert tuple(parameter.type for parameter in load_artifact(name).constructor_parameters) == types, name


def test_a_creation_is_the_code_and_the_encoded_arguments() -> None:
    call = creation_call("InfrastructureReserve", (ALICE, BOB, TARGET), purpose="Deploy the reserve")
    assert (call.to, call.label, call.signature) == (None, "InfrastructureReserve", "constructor")
    assert (call.value, call.requires, call.purpose, call.selector) == (0, (), "Deploy the reserve", b"")
    assert call.args == (
        Argument(name="_reserveToken", type="address", value=ALICE),
        Argument(name="_factory", type="address", value=BOB),
        Argument(name="_treasury", type="address", value=TARGET),
    )
    tail = "00" * 12 + "a1" * 20 + "00" * 12 + "b0" * 20 + "00" * 12 + "aa" * 20
    assert call.data == load_artifact("InfrastructureReserve").bytecode + bytes.fromhex(tail)


def test_a_creation_with_other_arguments_than_the_constructors_is_refused() -> None:
    with pytest.raises(ArtifactInvalidError, match="takes 3 arguments, not the 1"):
        creation_call("InfrastructureReserve", (ALICE,), purpose="p")
    with pytest.raises(ValueError, match="unchanged"):
        creation_call("HokusaiParams", (1000, 8000, b"short", "uri", ALICE), purpose="p")


def test_a_contract_without_an_artifact_is_named() -> None:
    with pytest.raises(ArtifactMissingError, match="no build artifact of Nothing") as caught:
        load_artifact("Nothing")
    assert caught.value.exit_code is ExitCode.CONFIG
    with pytest.raises(ArtifactMissingError):
        load_artifact("standard-input")


def test_an_installed_package_has_its_artifacts_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "hokctl"
    monkeypatch.setattr(hokctl, "__file__", str(package / "__init__.py"))
    assert artifacts_directory() == tmp_path / "abis"
    (package / "abis").mkdir(parents=True)
    assert artifacts_directory() == package / "abis"
    assert abi.artifact_names() == ()


@pytest.mark.parametrize("place", ["Box.json", "contracts/Box.sol/Box.json"])
def test_artifacts_of_hardhat_are_read_wherever_they_lie(tmp_path: Path, place: str) -> None:
    document = {"contractName": "Box", "sourceName": "contracts/Box.sol", "abi": ABI, "deployedBytecode": "0x01"}
    write(tmp_path / place, document | {"bytecode": "0x6001"})
    artifact = load_artifact("Box", tmp_path)
    assert artifact == Artifact(
        name="Box",
        abi=tuple(ABI),
        bytecode=b"\x60\x01",
        deployed_bytecode=b"\x01",
        source_name="contracts/Box.sol",
    )
    assert artifact.constructor_parameters == (Parameter("owner", "address"),)
    assert creation_call(artifact, (ALICE,), purpose="p").data == b"\x60\x01" + b"\x00" * 12 + b"\xa1" * 20


def test_artifacts_of_foundry_are_read(tmp_path: Path) -> None:
    references = {"7": [{"start": 1, "length": 32}]}
    document = {
        "abi": [],
        "bytecode": {"object": "0x6001"},
        "deployedBytecode": {"object": "0x02", "immutableReferences": references},
        "metadata": {"language": "Solidity"},
    }
    write(tmp_path / "Box.sol" / "Box.json", document)
    artifact = load_artifact("Box", tmp_path)
    assert (artifact.bytecode, artifact.deployed_bytecode) == (b"\x60\x01", b"\x02")
    assert artifact.immutable_references == {"7": ((1, 32),)}
    assert artifact.metadata == '{"language": "Solidity"}'
    assert artifact.constructor_parameters == ()


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"abi": []},
        {"abi": [], "bytecode": "0x60__$link$__", "deployedBytecode": "0x"},
        {"abi": [], "bytecode": {}, "deployedBytecode": "0x"},
        {"abi": 3, "bytecode": "0x", "deployedBytecode": "0x"},
    ],
)
def test_a_file_that_is_no_artifact_is_refused(tmp_path: Path, document: object) -> None:
    write(tmp_path / "Box.json", document)
    with pytest.raises(ArtifactInvalidError, match="not an artifact"):
        load_artifact("Box", tmp_path)


def test_an_interface_cannot_be_deployed(tmp_path: Path) -> None:
    write(tmp_path / "Box.json", {"abi": [], "bytecode": "0x", "deployedBytecode": "0x"})
    with pytest.raises(ArtifactInvalidError, match="no bytecode"):
        creation_call(load_artifact("Box", tmp_path), (), purpose="p")


def test_two_artifacts_of_one_name_are_not_guessed_between(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write(tmp_path / folder / "Box.json", {"abi": [], "bytecode": "0x", "deployedBytecode": "0x"})
    with pytest.raises(ArtifactInvalidError, match="there are 2 of them"):
        load_artifact("Box", tmp_path)
    with pytest.raises(ArtifactMissingError):
        load_artifact("Ball", tmp_path)


def test_a_governor_starts_with_the_parameters_given() -> None:
    call = creation_call(
        "HokusaiParams", (1000, 8000, bytes.fromhex(HASH[2:]), "ipfs://x", ALICE), purpose="Deploy parameters"
    )
    assert [argument.name for argument in call.args][-1] == "governor"


def test_code_on_a_chain_is_a_contracts_whatever_its_immutables_hold() -> None:
    artifact = load_artifact("InfrastructureReserve")
    code = bytearray(artifact.deployed_bytecode)
    assert artifact.immutable_references
    for places in artifact.immutable_references.values():
        for start, length in places:
            code[start : start + length] = b"\x77" * length
    assert artifact.is_runtime(bytes(code))
    assert not artifact.is_runtime(bytes(code) + b"\x00")
    code[0] ^= 1
    assert not artifact.is_runtime(bytes(code))


def test_zeros_in_code_without_immutables_are_not_free() -> None:
    artifact = load_artifact("HokusaiParams")
    assert artifact.immutable_references == {}
    code = bytearray(artifact.deployed_bytecode)
    assert artifact.is_runtime(bytes(code))
    code[code.index(0)] = 1
    assert not artifact.is_runtime(bytes(code))


def test_only_zeros_are_free_where_the_places_of_immutables_are_unknown() -> None:
    artifact = Artifact(name="Box", abi=(), bytecode=b"\x01", deployed_bytecode=b"\x01\x00")
    assert artifact.is_runtime(b"\x01\x05")
    assert not artifact.is_runtime(b"\x02\x05")


def test_an_artifact_tells_its_functions() -> None:
    artifact = load_artifact("TokenManager")
    assert artifact.declares("deployToken")
    assert not artifact.declares("TokenDeployed")
