"""hokctl deploy publish against explorers on loopback: every answer that their documents know, and some they do not."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.abi import load_artifact
from hokctl.config.manifest import read_manifest, write_manifest
from hokctl.services import publishing
from tests.artifact_layouts import LONG_VERSION, foundry, hardhat3, standard_input, suite
from tests.explorers import FakeExplorer, fake_etherscan, fake_sourcify, form_of, sent_input
from tests.world import MALLORY, Ran, World

pytestmark = pytest.mark.cli

MANIFEST = Path("deployments/devnet.json")
CONTRACTS = ["ModelRegistry", "TokenManager", "HokusaiAMMFactory", "InfrastructureReserve", "UsageFeeRouter"]
CLONED = ["HokusaiToken (cloned)", "HokusaiAMM (cloned)"]
PARAMS = [f"HokusaiParams of model {model_id}" for model_id in ("21", "22", "23")]
KEY = "E7H3RSC4NKEY"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have nobody wait, and return how long each wait would have been."""
    slept: list[float] = []
    monkeypatch.setattr(publishing, "_sleep", slept.append)
    monkeypatch.setattr(publishing, "_PAUSE_S", 0.01)
    return slept


@pytest.fixture
def sourcify(world: World) -> Iterator[FakeExplorer]:
    """Return a Sourcify that the world's network names."""
    with fake_sourcify() as explorer:
        world.write_config(explorer_url=explorer.url)
        yield explorer


def publish(world: World, *arguments: str) -> Ran:
    """Run deploy publish with JSON output."""
    return world.run("deploy", "publish", "--yes", "-o", "json", *arguments)


def verdicts(ran: Ran) -> dict[str, str]:
    """Return per contract what the explorer says."""
    return {one["name"]: one["verdict"] for one in ran.data["contracts"]}


def codes(ran: Ran) -> list[str]:
    """Return the codes of the findings."""
    return [finding["code"] for finding in ran.json["findings"]]


def test_sources_of_every_contract_are_sent_as_the_compiler_got_them(world: World, sourcify: FakeExplorer) -> None:
    ran = publish(world)
    assert (ran.exit_code, ran.stderr, ran.json["status"]) == (0, "", "ok")
    assert verdicts(ran) == dict.fromkeys([*CONTRACTS, *CLONED, *PARAMS], "exact")
    assert codes(ran) == ["no-standard-input"]
    manifest = read_manifest(MANIFEST)
    by_path = {seen.path: seen.json for seen in sourcify.submissions}
    document = by_path[f"/v2/verify/31337/{manifest.contracts['InfrastructureReserve']}"]
    assert document == {
        "stdJsonInput": standard_input(),
        "compilerVersion": LONG_VERSION,
        "contractIdentifier": "src/InfrastructureReserve.sol:InfrastructureReserve",
        "creationTransactionHash": manifest.transactions["InfrastructureReserve"],
    }
    model = manifest.models[0]
    assert "creationTransactionHash" not in by_path[f"/v2/verify/31337/{model.params}"]
    assert manifest.contracts["USDC"] not in str(by_path)


def test_what_is_verified_already_is_not_sent_again(world: World, sourcify: FakeExplorer) -> None:
    first = publish(world)
    sent = len(sourcify.submissions)
    second = publish(world)
    assert (second.exit_code, verdicts(second)) == (0, verdicts(first))
    assert len(sourcify.submissions) == sent == len(CONTRACTS + CLONED + PARAMS)
    text = world.run("deploy", "publish").stdout
    assert "verified, exactly before" in text
    assert "Tokens and pools are clones: explorers recognise them by what they are clones of." in text


def test_an_explorer_at_work_is_asked_again_and_again(
    world: World, sourcify: FakeExplorer, pauses: list[float]
) -> None:
    sourcify.looks_pending = 2
    ran = publish(world, "--wait", "1")
    assert (ran.exit_code, set(verdicts(ran).values()), len(pauses)) == (0, {"exact"}, 2)


def test_a_verdict_that_takes_too_long_is_left_for_the_next_run(world: World, sourcify: FakeExplorer) -> None:
    sourcify.looks_pending = 1
    ran = publish(world, "--wait", "0")
    assert (ran.exit_code, ran.json["status"], set(verdicts(ran).values())) == (0, "pending", {"pending"})
    sourcify.looks_pending, before = 0, len(sourcify.submissions)
    job = next(iter(sourcify.jobs))
    assert sourcify.is_done(job)
    again = publish(world, "--wait", "0")
    assert set(verdicts(again).values()) == {"exact"}
    assert len(sourcify.submissions) == 2 * before - 1
    assert "run the same command again" not in world.run("deploy", "publish").stdout


def test_sources_that_it_is_working_on_already_are_pending(world: World, sourcify: FakeExplorer) -> None:
    busy = {"customCode": "duplicate_verification_request", "message": "Already being verified", "errorId": "1"}
    sourcify.answers_to_writes = [{"status": 429, "json": busy}]
    ran = publish(world)
    assert (ran.exit_code, ran.json["status"], verdicts(ran)["ModelRegistry"]) == (0, "pending", "pending")


def test_a_verification_by_somebody_else_meanwhile_is_as_good(world: World, sourcify: FakeExplorer) -> None:
    registry = world.deployment.suite.registry_address

    def overtaken(found: dict[str, Any]) -> dict[str, Any]:
        sourcify.verified[registry.lower()] = "match"
        return found

    sourcify.tamper = overtaken
    ran = publish(world)
    assert (ran.exit_code, verdicts(ran)["ModelRegistry"]) == (0, "match")


def test_a_refusal_is_a_finding_in_the_explorers_own_words(world: World, sourcify: FakeExplorer) -> None:
    sourcify.refuses = "The onchain and recompiled bytecodes don't match."
    ran = publish(world)
    assert (ran.exit_code, ran.json["status"], set(verdicts(ran).values())) == (5, "findings", {"failed"})
    finding = next(one for one in ran.json["findings"] if one["code"] == "publish-refused")
    assert "does not verify ModelRegistry: The onchain and recompiled bytecodes don't match." in finding["message"]


def test_a_chain_that_the_explorer_does_not_know_is_a_finding(world: World, sourcify: FakeExplorer) -> None:
    refusal = {"customCode": "unsupported_chain", "message": "The chain with chainId 31337 is not supported"}
    sourcify.answers_to_writes = [{"status": 404, "json": refusal} for _ in range(20)]
    ran = publish(world)
    assert (ran.exit_code, set(verdicts(ran).values())) == (5, {"failed"})


@pytest.mark.parametrize(
    ("answers", "exit_code", "code"),
    [
        ([{"status": 429, "headers": {"Retry-After": "600"}}], 4, "explorer-busy"),
        ([{"status": 502, "text": "<h1>Bad gateway</h1>"}] * 3, 4, "explorer-failing"),
        ([{"status": 200, "text": "{"}], 4, "bad-explorer-answer"),
        ([{"status": 200, "json": []}], 4, "bad-explorer-answer"),
        ([{"status": 200, "text": "[" * 100_000}], 4, "bad-explorer-answer"),
        ([{"status": 301, "headers": {"Location": "http://127.0.0.1:1/"}}], 4, "bad-explorer-answer"),
        ([{"drop": True}] * 3, 4, "explorer-unreachable"),
    ],
)
@pytest.mark.usefixtures("pauses")
def test_trouble_with_the_explorer_is_said_and_can_be_tried_again(
    world: World, sourcify: FakeExplorer, answers: list[dict[str, Any]], exit_code: int, code: str
) -> None:
    sourcify.answers = list(answers)
    ran = publish(world)
    assert (ran.exit_code, [error["code"] for error in ran.json["errors"]]) == (exit_code, [code])
    assert sourcify.submissions == []
    assert publish(world).exit_code == 0


@pytest.mark.usefixtures("pauses")
def test_a_short_rate_limit_is_waited_for(world: World, sourcify: FakeExplorer, pauses: list[float]) -> None:
    sourcify.answers = [{"status": 429, "headers": {"Retry-After": "2"}}]
    assert publish(world).exit_code == 0
    assert 2.0 in pauses


def test_sources_are_never_sent_twice_for_a_lost_answer(world: World, sourcify: FakeExplorer) -> None:
    sourcify.answers_to_writes = [{"drop": True}]
    ran = publish(world)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (4, "explorer-unreachable")
    assert len(sourcify.submissions) == 1


@pytest.mark.parametrize(("key", "value"), [("address", MALLORY), ("chainId", "1"), ("address", None)])
def test_an_answer_about_something_else_is_not_believed(
    world: World, sourcify: FakeExplorer, key: str, value: str | None
) -> None:
    sourcify.tamper = lambda found: {**found, key: value}
    ran = publish(world)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (4, "bad-explorer-answer")


def test_nothing_is_sent_without_a_yes(world: World, sourcify: FakeExplorer) -> None:
    dry = world.run("deploy", "publish", "--dry-run", "-o", "json")
    assert (dry.exit_code, set(verdicts(dry).values())) == (0, {"unknown"})
    asked = world.run("deploy", "publish", "-o", "json")
    assert (asked.exit_code, asked.json["errors"][0]["code"]) == (2, "no-terminal")
    assert sourcify.submissions == []


def test_other_code_than_the_artifacts_is_not_sent(world: World, sourcify: FakeExplorer) -> None:
    manifest = read_manifest(MANIFEST)
    swapped = {**manifest.contracts, "ModelRegistry": manifest.contracts["UsageFeeRouter"]}
    write_manifest(MANIFEST, manifest.model_copy(update={"contracts": swapped}))
    ran = publish(world)
    assert (ran.exit_code, codes(ran)[0]) == (5, "publish-other-code")
    assert "ModelRegistry" not in verdicts(ran)
    assert all("ModelRegistry" not in seen.json["contractIdentifier"] for seen in sourcify.submissions)


def test_sources_of_another_build_are_its_own(world: World, sourcify: FakeExplorer) -> None:
    ran = publish(world, "--artifacts", str(hardhat3(world.directory, suite())))
    assert ran.exit_code == 0
    assert all(seen.json["contractIdentifier"].startswith("project/src/") for seen in sourcify.submissions)
    assert "project/src/TokenManager.sol" in sent_input(sourcify.submissions[0])["sources"]


def test_another_build_without_build_info_is_not_sent(world: World, sourcify: FakeExplorer) -> None:
    ran = publish(world, "--artifacts", str(foundry(world.directory, suite(), build_info=False)))
    assert (ran.exit_code, set(codes(ran)), ran.data["contracts"]) == (5, {"no-standard-input"}, [])
    assert sourcify.seen == []


def test_creations_that_nobody_noted_are_found_on_the_chain(world: World, sourcify: FakeExplorer) -> None:
    manifest = read_manifest(MANIFEST)
    write_manifest(MANIFEST, manifest.model_copy(update={"transactions": {}}))
    ran = publish(world)
    found = {one["name"]: one["creation_tx_hash"] for one in ran.data["contracts"]}
    assert {name: found[name] for name in CONTRACTS} == {name: manifest.transactions[name] for name in CONTRACTS}
    assert [found[name] for name in PARAMS] == [None] * 3
    assert len(sourcify.submissions) == len(found)


@pytest.mark.parametrize("kind", ["etherscan", "blockscout"])
def test_etherscan_and_blockscout_get_a_form_with_the_arguments(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with fake_etherscan(blockscout=kind == "blockscout") as explorer:
        explorer.key = KEY
        monkeypatch.setenv("EXPLORER_KEY", KEY)
        config = own_config(world, tmp_path, explorer=kind, explorer_url=explorer.url, explorer_key_env="EXPLORER_KEY")
        ran = publish(world, "--config", config)
        assert KEY not in ran.stdout + ran.stderr
        assert {name: verdicts(ran)[name] for name in CONTRACTS} == dict.fromkeys(CONTRACTS, "match")
        # What TokenManager and factory created has arguments that no transaction shows.
        assert (ran.exit_code, codes(ran)[1:]) == (5, ["publish-unknown-args"] * 4)
        suite_, sent = world.deployment.suite, {form_of(one)["contractaddress"]: one for one in explorer.submissions}
        form = form_of(sent[suite_.reserve_address])
        assert json.loads(form.pop("sourceCode")) == standard_input()
        arguments = "".join(
            address[2:].lower().rjust(64, "0") for address in (suite_.usdc_address, suite_.factory_address, world.safe)
        )
        assert form == {
            "contractaddress": suite_.reserve_address,
            "codeformat": "solidity-standard-json-input",
            "contractname": "src/InfrastructureReserve.sol:InfrastructureReserve",
            "compilerversion": f"v{LONG_VERSION}",
            "constructorArguments": arguments,
            "constructorArguements": arguments,
        }
        assert dict(sent[suite_.reserve_address].query).get("chainid") == ("31337" if kind == "etherscan" else None)
        assert form_of(sent[suite_.registry_address])["constructorArguments"] == ""
        assert load_artifact("ModelRegistry").constructor_parameters == ()


def test_etherscan_pending_verified_already_and_refusing(world: World, pauses: list[float]) -> None:
    with ExitStack() as stack:
        explorer = stack.enter_context(fake_etherscan())
        world.write_config(explorer="etherscan", explorer_url=explorer.url)
        explorer.looks_pending = 1
        explorer.answers_to_writes = [
            {
                "status": 200,
                "json": {"status": "0", "message": "NOTOK", "result": "Contract source code already verified"},
            }
        ]
        ran = publish(world, "--wait", "1")
        # It says verified, and shows no sources yet: that is not believed before they are there.
        assert (verdicts(ran)["ModelRegistry"], verdicts(ran)["TokenManager"]) == ("pending", "match")
        assert len(pauses) == 1
        explorer.refuses = "Fail - Unable to verify. Compiled contract deployment bytecode does NOT match"
        refused = publish(world)
        assert (refused.exit_code, verdicts(refused)["ModelRegistry"]) == (5, "failed")
        assert any("Fail - Unable to verify" in finding["message"] for finding in refused.json["findings"])


@pytest.mark.parametrize(
    ("answer", "exit_code", "code"),
    [
        ({"status": "0", "message": "NOTOK", "result": "Missing/Invalid API Key"}, 3, "explorer-access-denied"),
        ({"status": "0", "message": "NOTOK", "result": "Max rate limit reached"}, 4, "explorer-busy"),
        ({"status": "0", "message": "NOTOK", "result": "Error! Missing chainid"}, 4, "bad-explorer-answer"),
        (
            {"status": "1", "message": "OK", "result": [{"SourceCode": "", "Address": MALLORY}]},
            4,
            "bad-explorer-answer",
        ),
    ],
)
def test_etherscans_complaints_are_told_apart(world: World, answer: dict[str, Any], exit_code: int, code: str) -> None:
    with fake_etherscan() as explorer:
        world.write_config(explorer="etherscan", explorer_url=explorer.url)
        explorer.answers = [{"status": 200, "json": answer}]
        ran = publish(world)
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (exit_code, code)


def test_a_key_that_is_not_set_or_would_travel_in_the_open_is_an_error(world: World, tmp_path: Path) -> None:
    config = own_config(world, tmp_path, explorer_url="http://127.0.0.1:1", explorer_key_env="NO_SUCH_KEY")
    ran = publish(world, "--config", config)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "missing-secret")


def test_a_found_configuration_may_not_choose_which_secret_leaves(world: World) -> None:
    world.write_config(explorer_url="http://127.0.0.1:1", explorer_key_env="HOME")
    ran = publish(world)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "untrusted-config")


def test_a_devnet_without_an_explorer_has_none(world: World) -> None:
    for kind in ("sourcify", "etherscan", "blockscout"):
        ran = publish(world, "--explorer", kind)
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "no-explorer")


def own_config(world: World, directory: Path, **network: object) -> str:
    """Write a configuration that the user names, and so trusts, and return its path."""
    world.write_config(**network)
    path = directory / "own.toml"
    text = (world.directory / "hokctl.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('"deployments/', f'"{world.directory}/deployments/'), encoding="utf-8")
    (world.directory / "hokctl.toml").unlink()
    return str(path)
