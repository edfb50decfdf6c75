"""Manifests: hokctl's own, strictly, and those of the protocol's scripts, as far as they go."""

import errno
import json
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hokctl.config.errors import InvalidManifestError, ManifestChainError, ManifestContractError, ManifestMissingError
from hokctl.config.file_errors import FileWriteError, UnreadableFileError
from hokctl.config.manifest import (
    Manifest,
    check_manifest_chain,
    is_own_manifest,
    read_manifest,
    write_manifest,
)
from hokctl.domain.units import ModelId
from hokctl.exit_codes import ExitCode

from .conftest import ADMIN, BACKEND, PROVIDER, TREASURY

pytestmark = pytest.mark.unit

OWN: dict[str, Any] = {
    "hokctl_manifest_version": 1,
    "network": "devnet",
    "chain_id": 31337,
    "deployed_at_block": 7,
    "deployer": ADMIN,
    "contracts": {"InfrastructureReserve": TREASURY, "USDC": BACKEND},
    "transactions": {"InfrastructureReserve": "0x" + "ab" * 32},
    "models": [{"model_id": "21", "token": PROVIDER, "params": TREASURY, "pool": BACKEND}],
}
FLAT: dict[str, Any] = {
    "network": "sepolia",
    "chainId": "11155111",
    "deployer": ADMIN,
    "treasury": ADMIN,
    "contracts": {"UsageFeeRouter": TREASURY, "MockUSDC": BACKEND, "DeltaVerifier": PROVIDER},
    "tokens": [{"modelId": "25", "address": PROVIDER, "paramsAddress": TREASURY, "symbol": "HLEAD"}],
    "pools": [{"modelId": "25", "tokenAddress": PROVIDER, "ammAddress": BACKEND}],
    "roles": {"UsageFeeRouter_FEE_DEPOSITOR": ADMIN.lower()},
    "gasUsed": {},
}
MAINNET: dict[str, Any] = {
    "network": "mainnet",
    "chainId": 1,
    "contracts": {"TokenManager": TREASURY, "_tokenManagerImpl": "DeployableTokenManager", "$comment": "x"},
    "deploymentBlocks": {"$comment": "Where to start.", "TokenManager": 25440261, "ModelRegistry": 25440259},
    "reserveToken": {"symbol": "USDC", "address": BACKEND},
    "tokens": [{"modelId": "28", "token": PROVIDER, "params": TREASURY, "ammPool": BACKEND}],
}


FIELD = Path(__file__).parents[2] / "data" / "deployments"
TEAM = "0x3018Cf81729c932Bc3E733A264e5F4a0A08deD5B"
LAUNCHER = "0x56cA22006d67e14AA1b7820cE02c6B6205Df0c9e"
SAFE = "0x158B985CC667b4E022AD05B99E89007790da66E2"
TIMELOCK = "0xcd8076D7a15E97946fAD0baA32Bf358be3D927C8"
SETTLER = "0xc18D0B6eE049B2B113eE4671cB9C8109192e29E2"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the manifest is."""
    return tmp_path / "deployments" / "devnet.json"


def put(path: Path, document: object) -> Path:
    """Write a document to `path`."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def reason(path: Path) -> str:
    """Return what is wrong with the manifest at `path`."""
    with pytest.raises(InvalidManifestError) as caught:
        read_manifest(path)
    assert caught.value.exit_code is ExitCode.CONFIG
    return caught.value.message.removeprefix(f"The manifest {path} is wrong: ")


def test_manifest_is_read_back_as_it_was_written(path: Path) -> None:
    manifest = Manifest.model_validate(OWN)
    write_manifest(path, manifest)
    assert read_manifest(path) == manifest
    assert json.loads(path.read_text(encoding="utf-8")) == OWN


def test_unchanged_manifest_is_written_byte_for_byte(path: Path) -> None:
    write_manifest(path, Manifest.model_validate(OWN))
    before = path.read_bytes()
    write_manifest(path, read_manifest(path))
    assert path.read_bytes() == before


def test_manifest_of_a_deployment_under_way_leaves_out_what_is_missing(path: Path) -> None:
    write_manifest(path, Manifest(network="devnet", chain_id=31337, contracts={}))
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "hokctl_manifest_version": 1,
        "network": "devnet",
        "chain_id": 31337,
        "contracts": {},
        "transactions": {},
        "models": [],
    }


def test_contract_and_model_are_found_by_name() -> None:
    manifest = Manifest.model_validate(OWN)
    assert manifest.contract("USDC") == BACKEND
    model = manifest.model(ModelId("21"))
    assert model is not None
    assert model.pool == BACKEND
    assert manifest.model(ModelId("021")) is None


def test_contract_that_is_missing_is_named() -> None:
    with pytest.raises(ManifestContractError) as caught:
        Manifest.model_validate(OWN).contract("ModelRegistry")
    assert caught.value.exit_code is ExitCode.CONFIG
    assert caught.value.message == "The manifest of 'devnet' has no ModelRegistry."


def test_manifest_of_another_chain_is_refused(path: Path) -> None:
    manifest = Manifest.model_validate(OWN)
    check_manifest_chain(manifest, path, network="devnet", chain_id=31337)
    with pytest.raises(ManifestChainError, match="is of chain 31337, but the network 'sepolia' is chain 11155111"):
        check_manifest_chain(manifest, path, network="sepolia", chain_id=11155111)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"hokctl_manifest_version": 2}, "hokctl_manifest_version is wrong: it should be 1."),
        ({"chain_id": "31337"}, "chain_id is wrong: it should be a valid integer."),
        ({"chain": 1}, "chain is not a key hokctl knows."),
        ({"deployer": ADMIN.lower()}, "deployer is wrong"),
        ({"contracts": {"USDC": BACKEND.lower()}}, "contracts.USDC is wrong"),
        ({"contracts": {"USDC": BACKEND[:-1]}}, "contracts.USDC is wrong"),
        ({"contracts": {"USDC": "0x" + "0" * 40}}, "contracts.USDC is wrong: The zero address"),
        ({"contracts": {"a b": BACKEND}}, 'contracts."a b" is wrong'),
        ({"transactions": {"x": "0xAB"}}, "transactions.x is wrong"),
        ({"models": [{"model_id": 21}]}, "models[0].model_id is not a text."),
        ({"models": [{"model_id": "21"}, {"model_id": "21"}]}, "a model stands in it twice."),
    ],
)
def test_own_manifest_is_read_strictly(change: dict[str, Any], expected: str, path: Path) -> None:
    assert reason(put(path, {**OWN, **change})).startswith(expected.removesuffix("."))


def test_flat_manifest_of_version_two_is_understood(path: Path) -> None:
    assert read_manifest(put(path, FLAT)) == Manifest.model_validate(
        {
            "network": "sepolia",
            "chain_id": 11155111,
            "deployer": ADMIN,
            "contracts": {"USDC": BACKEND, "UsageFeeRouter": TREASURY, "DeltaVerifier": PROVIDER},
            "accounts": {"treasury": ADMIN},
            "models": [{"model_id": "25", "token": PROVIDER, "params": TREASURY, "pool": BACKEND}],
        }
    )


def test_address_export_of_mainnet_is_understood(path: Path) -> None:
    manifest = read_manifest(put(path, MAINNET))
    assert manifest.chain_id == 1
    assert manifest.deployed_at_block == 25440259
    assert manifest.contracts == {"USDC": BACKEND, "TokenManager": TREASURY}
    assert [model.model_dump() for model in manifest.models] == [
        {"model_id": "28", "token": PROVIDER, "params": TREASURY, "pool": BACKEND}
    ]


def test_reserve_token_among_the_configuration_is_found(path: Path) -> None:
    document = {**FLAT, "contracts": {}, "config": {"reserveToken": ADMIN}}
    assert read_manifest(put(path, document)).contracts == {"USDC": ADMIN}


@pytest.mark.parametrize(
    ("name", "chain_id", "block", "contracts", "accounts", "models"),
    [
        ("sepolia-latest", 11155111, None, 7, {"treasury": TEAM}, {"21": False}),
        ("sepolia-v2-latest", 11155111, None, 10, {"treasury": TEAM, "backendService": TEAM}, {"25": True}),
        (
            "mainnet-latest",
            1,
            25440259,
            14,
            {"treasury": LAUNCHER, "adminSafe": SAFE, "emergencySafe": SAFE},
            {"28": True, "27": True, "30": True},
        ),
        (
            "mainnet.addresses",
            1,
            25440259,
            15,
            {"backendSettler": SETTLER, "adminSafe": SAFE, "emergencySafe": SAFE},
            {"28": True, "27": True, "30": True},
        ),
    ],
)
def test_each_shape_in_the_field_is_understood(
    *,
    name: str,
    chain_id: int,
    block: int | None,
    contracts: int,
    accounts: dict[str, str],
    models: dict[str, bool],
) -> None:
    manifest = read_manifest(FIELD / f"{name}.json")
    assert (manifest.chain_id, manifest.deployed_at_block, manifest.accounts) == (chain_id, block, accounts)
    assert len(manifest.contracts) == contracts
    assert not {"MockUSDC", "_tokenManagerImpl", "$comment"} & set(manifest.contracts)
    assert {model.model_id: model.params is not None for model in manifest.models} == models
    assert all(model.token and model.pool for model in manifest.models)


def test_both_files_of_mainnet_agree_in_what_both_say() -> None:
    artifact, export = (read_manifest(FIELD / f"mainnet{end}.json") for end in ("-latest", ".addresses"))
    assert artifact.models == export.models
    assert artifact.contracts == {name: export.contracts[name] for name in artifact.contracts}
    assert set(export.contracts) - set(artifact.contracts) == {"PendingClaimsEscrow"}
    assert artifact.contracts["TimelockController"] == TIMELOCK


def test_manifest_with_only_the_infrastructure_is_understood(path: Path) -> None:
    document = {
        "network": "sepolia",
        "chainId": "11155111",
        "contracts": {"InfrastructureReserve": TREASURY, "UsageFeeRouter": PROVIDER},
        "roles": {"InfrastructureReserve_PAYER": "nobody"},
        "gasUsed": {"InfrastructureReserve": "2950000", "UsageFeeRouter": "1700000"},
    }
    manifest = read_manifest(put(path, document))
    assert manifest.contracts == {"InfrastructureReserve": TREASURY, "UsageFeeRouter": PROVIDER}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"config": {"reserveToken": ADMIN}}, "it gives two addresses for the USDC."),
        ({"pools": [{"modelId": "25", "tokenAddress": ADMIN}]}, "it gives two addresses for the token of model 25."),
        ({"settlement": {"DeltaVerifier": ADMIN}}, "it gives two addresses for the DeltaVerifier."),
        ({"treasury": ADMIN.lower()}, "accounts.treasury is wrong: "),
        ({"governance": {"timelock": "later"}}, "contracts.TimelockController is wrong: "),
        ({"settlement": {"backendSettler": 5}}, "accounts.backendSettler is not a text."),
    ],
)
def test_foreign_manifest_is_strict_about_addresses(change: dict[str, Any], expected: str, path: Path) -> None:
    assert reason(put(path, {**FLAT, **change})).startswith(expected)


def test_manifest_without_models_or_token_is_understood(path: Path) -> None:
    manifest = read_manifest(put(path, {"network": "x", "chainId": 5, "contracts": {}, "tokens": None, "pools": [1]}))
    assert (manifest.contracts, manifest.models) == ({}, ())


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], "it is not a JSON object"),
        ({}, "network is missing"),
        ({"contracts": {}, "network": "x", "chainId": "0x1"}, "chain_id is wrong"),
        ({"contracts": {}, "network": "x", "chainId": "9" * 5000}, "chain_id is wrong"),
        ({"contracts": {"USDC": "nowhere"}, "network": "x", "chainId": 1}, "contracts.USDC is wrong"),
        ({"contracts": {}, "network": "x", "chainId": 1, "tokens": [{}]}, "models[0].model_id is not a text"),
    ],
)
def test_document_that_is_no_manifest_is_refused(document: object, expected: str, path: Path) -> None:
    assert reason(put(path, document)).startswith(expected)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"chain_id": 1'])
def test_text_that_is_no_json_is_refused(content: bytes, path: Path) -> None:
    put(path, {}).write_bytes(content)
    assert reason(path).startswith("it is not a JSON document")


def test_document_that_would_crash_the_interpreter_is_refused_unread(path: Path) -> None:
    put(path, {}).write_text("[" * 200_000 + "]" * 200_000, encoding="utf-8")
    assert reason(path).startswith("it is not a JSON document")
    assert not is_own_manifest(path)


def test_key_that_stands_twice_is_refused(path: Path) -> None:
    put(path, {}).write_text('{"contracts": {"USDC": "a", "USDC": "b"}}', encoding="utf-8")
    assert reason(path).startswith("the key 'USDC' stands twice in one object")


def test_missing_manifest_says_how_to_get_one(path: Path) -> None:
    with pytest.raises(ManifestMissingError) as caught:
        read_manifest(path)
    assert caught.value.exit_code is ExitCode.CONFIG
    assert "hokctl deploy apply" in caught.value.hint


def test_manifest_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="it is a directory"):
        read_manifest(tmp_path)


def test_full_disk_leaves_the_old_manifest(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = Manifest.model_validate(OWN)
    write_manifest(path, manifest)

    def refuse(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(FileWriteError, match="the disk is full"):
        write_manifest(path, manifest.model_copy(update={"deployed_at_block": 8}))
    assert read_manifest(path) == manifest


@pytest.mark.parametrize("device", ["/dev/full", "/dev/zero"])
def test_device_is_not_read_without_end_but_may_be_written(device: str) -> None:
    if not Path(device).exists():
        pytest.skip(f"this system has no {device}")
    with pytest.raises(ManifestMissingError):
        read_manifest(Path(device))
    assert is_own_manifest(Path(device))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_device_says_that_the_disk_is_full() -> None:
    manifest = Manifest.model_validate(OWN)
    with pytest.raises(FileWriteError, match="the disk is full"):
        write_manifest(Path("/dev/full"), manifest)
