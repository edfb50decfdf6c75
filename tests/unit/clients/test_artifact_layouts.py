"""Builds of the suite as Hardhat 2, Hardhat 3 and Foundry lay them out: read, linked, and traced to their sources."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hokctl.clients.abi import (
    Artifact,
    ArtifactInvalidError,
    UnlinkedLibraryError,
    creation_call,
    linked_artifact,
    load_artifact,
    needed_libraries,
)
from hokctl.clients.standard_inputs import NoStandardInputError, find_standard_input
from tests.artifact_layouts import (
    LAYOUTS,
    LONG_VERSION,
    SUITE,
    Built,
    foundry,
    hardhat2,
    standard_input,
    suite_with_libraries,
)
from tests.artifact_layouts import suite as suite_builds
from tests.unit.clients.samples import ALICE, BOB

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module", params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> str:
    """Return the name of each layout in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def plain(layout: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a build of the suite."""
    return LAYOUTS[layout](tmp_path_factory.mktemp(layout), suite_builds())


@pytest.fixture(scope="module")
def linking(layout: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a build of the suite whose registry calls libraries."""
    return LAYOUTS[layout](tmp_path_factory.mktemp(layout), suite_with_libraries())


@pytest.mark.parametrize("name", [*SUITE, "MockUSDC"])
def test_a_build_of_the_suite_is_the_suite(plain: Path, name: str) -> None:
    own, built = load_artifact(name), load_artifact(name, plain)
    assert (built.name, built.abi, built.bytecode) == (own.name, own.abi, own.bytecode)
    assert (built.deployed_bytecode, built.immutable_references) == (own.deployed_bytecode, own.immutable_references)
    assert built.source_name.removeprefix("project/") == own.source_name
    assert (built.libraries, built.constructor_parameters) == ((), own.constructor_parameters)


@pytest.mark.parametrize("name", SUITE)
def test_what_the_compiler_was_given_is_found(layout: str, plain: Path, name: str) -> None:
    found = find_standard_input(load_artifact(name, plain))
    prefix = "project/" if layout == "hardhat3" else ""
    assert (found.compiler_version, found.identifier) == (LONG_VERSION, f"{prefix}src/{name}.sol:{name}")
    given = standard_input()
    given["sources"] = {prefix + source: content for source, content in given["sources"].items()}
    assert json.loads(found.text) == given


def test_what_the_compiler_was_given_for_the_suites_own_is_found() -> None:
    found = find_standard_input(load_artifact("TokenManager"))
    assert (found.compiler_version, found.identifier) == (LONG_VERSION, "src/TokenManager.sol:TokenManager")
    assert found.document == standard_input()
    with pytest.raises(NoStandardInputError, match="sources of MockUSDC cannot be sent"):
        find_standard_input(load_artifact("MockUSDC"))


def test_code_is_never_created_with_an_unlinked_library(linking: Path) -> None:
    artifact = load_artifact("ModelRegistry", linking)
    (link,) = artifact.libraries
    assert (link.name, len(link.creation), len(link.runtime)) == ("LinkedLibrary", 1, 1)
    with pytest.raises(UnlinkedLibraryError, match=r"ModelRegistry calls the library .*LinkedLibrary"):
        creation_call(artifact, (), purpose="p")


def test_a_library_is_linked_into_creation_and_runtime_code(linking: Path) -> None:
    open_ = load_artifact("ModelRegistry", linking)
    by_name = linked_artifact("ModelRegistry", linking, {"LinkedLibrary": ALICE})
    assert by_name == linked_artifact("ModelRegistry", linking, {open_.libraries[0].qualified_name: ALICE})
    assert by_name.libraries == ()
    data = creation_call(by_name, (), purpose="p").data
    start, length = open_.libraries[0].creation[0]
    assert data[start : start + length] == bytes.fromhex(ALICE[2:])
    assert data[:start] + bytes(length) + data[start + length :] == open_.bytecode
    assert by_name.is_runtime(by_name.deployed_bytecode)
    other = linked_artifact("ModelRegistry", linking, {"LinkedLibrary": BOB})
    assert not by_name.is_runtime(other.deployed_bytecode)


def test_libraries_come_before_those_that_call_them(linking: Path) -> None:
    assert needed_libraries(SUITE, linking, {}) == ("LinkedBase", "LinkedLibrary")
    assert needed_libraries(SUITE, linking, {"LinkedBase": BOB}) == ("LinkedLibrary",)
    assert needed_libraries(SUITE, linking, {"LinkedLibrary": ALICE}) == ()
    assert needed_libraries(SUITE, None, {}) == ()


def test_a_library_without_artifact_or_address_is_named(layout: str, tmp_path: Path) -> None:
    builds = suite_with_libraries()
    del builds["LinkedBase"]
    directory = LAYOUTS[layout](tmp_path, builds)
    with pytest.raises(UnlinkedLibraryError, match=r"LinkedLibrary calls the library .*LinkedBase\.sol:LinkedBase"):
        needed_libraries(("ModelRegistry",), directory, {})
    assert needed_libraries(("ModelRegistry",), directory, {"LinkedBase": ALICE}) == ("LinkedLibrary",)


def test_a_library_of_another_source_is_not_taken_for_the_one_called(tmp_path: Path) -> None:
    builds = suite_with_libraries()
    builds["LinkedLibrary"] = {**builds["LinkedLibrary"], "sourceName": "other/LinkedLibrary.sol"}
    with pytest.raises(ArtifactInvalidError, match=r"the artifact found is of other/LinkedLibrary\.sol:LinkedLibrary"):
        needed_libraries(("ModelRegistry",), hardhat2(tmp_path, builds), {})


def test_two_artifacts_of_one_name_are_both_named(plain: Path, tmp_path: Path) -> None:
    directory = tmp_path / "two"
    shutil.copytree(plain, directory)
    first = next(directory.rglob("TokenManager.json"))
    second = directory / "old" / first.name
    second.parent.mkdir()
    shutil.copy(first, second)
    with pytest.raises(ArtifactInvalidError) as caught:
        load_artifact("TokenManager", directory)
    assert all(str(path) in caught.value.message for path in (first, second))


def test_files_that_only_have_the_name_are_passed_over(plain: Path, tmp_path: Path) -> None:
    directory = tmp_path / "more"
    shutil.copytree(plain, directory)
    for number, document in enumerate([{"contracts": {}}, {"contractName": "Other", "abi": [], "bytecode": "0x"}]):
        place = directory / "deployments" / str(number) / "TokenManager.json"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(document), encoding="utf-8")
    assert load_artifact("TokenManager", directory).bytecode == load_artifact("TokenManager").bytecode


@pytest.mark.parametrize("lay_out", [hardhat2, foundry])
def test_sources_that_changed_since_the_build_are_not_sent(
    lay_out: Callable[[Path, Built], Path], tmp_path: Path
) -> None:
    directory = lay_out(tmp_path, suite_builds())
    (info,) = (directory / "build-info").glob("*.json")
    document = json.loads(info.read_text(encoding="utf-8"))
    document["input"]["sources"]["src/TokenManager.sol"]["content"] += "\n"
    info.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(NoStandardInputError):
        find_standard_input(load_artifact("TokenManager", directory))
    assert find_standard_input(load_artifact("InfrastructureReserve", directory)).identifier


def test_foundry_without_build_info_is_deployed_but_not_sent(tmp_path: Path) -> None:
    artifact = load_artifact("TokenManager", foundry(tmp_path, suite_builds(), build_info=False))
    assert creation_call(artifact, (ALICE,), purpose="p").data
    with pytest.raises(NoStandardInputError) as caught:
        find_standard_input(artifact)
    assert "forge build --build-info" in caught.value.hint


def test_hardhat_without_build_info_is_deployed_but_not_sent(tmp_path: Path) -> None:
    directory = hardhat2(tmp_path, suite_builds())
    shutil.rmtree(directory / "build-info")
    artifact = load_artifact("TokenManager", directory)
    assert (artifact.immutable_references, artifact.metadata) == (None, "")
    assert creation_call(artifact, (ALICE,), purpose="p").data
    with pytest.raises(NoStandardInputError):
        find_standard_input(artifact)


def test_a_placeholder_of_nobody_is_refused(tmp_path: Path) -> None:
    builds = suite_with_libraries()
    builds["ModelRegistry"] = {**builds["ModelRegistry"], "linkReferences": {}}
    with pytest.raises(ArtifactInvalidError, match="is not an artifact"):
        load_artifact("ModelRegistry", hardhat2(tmp_path, builds))


def test_code_that_no_chain_takes_is_refused() -> None:
    artifact = Artifact(name="Big", abi=(), bytecode=b"\x00", deployed_bytecode=bytes(24_577))
    with pytest.raises(ArtifactInvalidError, match="24,577 bytes, and a chain takes 24,576"):
        creation_call(artifact, (), purpose="p")
