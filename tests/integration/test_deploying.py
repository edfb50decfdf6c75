"""Deploying: what is planned, what survives an interruption, and what stops before anything is sent."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from eth_typing import ChecksumAddress

from hokctl.chain import broadcasting
from hokctl.chain.reads import Read
from hokctl.config.manifest import Manifest, read_manifest, write_manifest
from hokctl.domain.roles import PAYER_ROLE
from hokctl.services import deploy_progress
from hokctl.services.models import read_reserve
from tests.world import ALICE, DEPLOYER, MALLORY, Ran, World, write_spec

pytestmark = pytest.mark.integration

MANIFEST = Path("deployments/devnet.json")
STEPS = 31


def nonce(world: World) -> int:
    return int(str(world.chain.request("eth_getTransactionCount", [DEPLOYER, "latest"])), 16)


def deploy_anew(world: World) -> Ran:
    return world.run("deploy", "apply", "--signer", "deployer", "--yes", "-o", "json")


@pytest.fixture
def blank(world: World) -> World:
    """Return the world without its manifest: everything would be deployed anew."""
    MANIFEST.unlink()
    return world


class Interruption:
    """Ends the process, as far as the run can tell, at the n-th time something is done."""

    def __init__(self, original: Any, number: int, *, after: bool = False) -> None:  # noqa: ANN401 - any function
        self._original = original
        self._left = number
        self._after = after

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any function
        """Do it, unless this is the time."""
        self._left -= 1
        if self._left == 0 and not self._after:
            raise KeyboardInterrupt
        result = self._original(*args, **kwargs)
        if self._left == 0:
            raise KeyboardInterrupt
        return result


def test_apply_deploys_everything_and_plan_finds_nothing_left(blank: World) -> None:
    before = nonce(blank)
    ran = deploy_anew(blank)
    assert (ran.exit_code, ran.json["status"]) == (0, "ok")
    assert nonce(blank) == before + STEPS
    again = blank.ok("deploy", "plan")
    assert again["plan"]["calls"] == []
    manifest = read_manifest(MANIFEST)
    assert manifest.contracts == ran.data["contracts"]
    assert (manifest.pending, manifest.deployer, len(manifest.transactions)) == (None, DEPLOYER, STEPS)
    assert [model.model_id for model in manifest.models] == ["21", "22", "23"]


def test_deployed_contracts_stand_where_the_plan_said(blank: World) -> None:
    planned = blank.ok("deploy", "plan", "--signer", "deployer")
    deployed = deploy_anew(blank).data
    assert deployed["contracts"] == planned["contracts"]
    assert deployed["plan"]["plan_hash"] == planned["plan"]["plan_hash"]


def test_estimated_gas_is_what_the_deployment_costs(blank: World) -> None:
    estimated = int(blank.ok("deploy", "plan", "--signer", "deployer")["estimated_gas"])
    used = sum(transaction["gas_used"] for transaction in deploy_anew(blank).data["outcome"]["transactions"])
    assert estimated == pytest.approx(used, rel=0.02)


@pytest.mark.parametrize("number", [1, 2, 7, 8, 20, 32])
def test_a_run_killed_before_it_wrote_the_manifest_is_taken_up(
    blank: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = nonce(blank)
    with monkeypatch.context() as patch:
        patch.setattr(deploy_progress, "write_manifest", Interruption(write_manifest, number))
        assert deploy_anew(blank).exit_code == 130
    assert nonce(blank) == before + number - 1
    ran = deploy_anew(blank)
    assert (ran.exit_code, nonce(blank)) == (0, before + STEPS)
    assert_complete(blank)


@pytest.mark.parametrize("number", [2, 8, 20])
def test_a_run_whose_manifest_is_lost_as_well_is_taken_up_from_the_journal(
    blank: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = nonce(blank)
    with monkeypatch.context() as patch:
        patch.setattr(deploy_progress, "write_manifest", Interruption(write_manifest, number))
        assert deploy_anew(blank).exit_code == 130
    MANIFEST.unlink()
    assert deploy_anew(blank).exit_code == 0
    assert nonce(blank) == before + STEPS
    assert_complete(blank)
    assert len(read_manifest(MANIFEST).transactions) == STEPS, "also what the lost manifest had noted"


@pytest.mark.parametrize("number", [1, 9, 16])
def test_a_run_killed_between_broadcast_and_receipt_is_taken_up(
    blank: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = nonce(blank)
    with monkeypatch.context() as patch:
        patch.setattr(
            broadcasting.Broadcaster, "_broadcast", interrupted(broadcasting.Broadcaster._broadcast, number, after=True)
        )
        assert deploy_anew(blank).exit_code == 130
    ran = deploy_anew(blank)
    assert (ran.exit_code, nonce(blank)) == (0, before + STEPS)
    assert_complete(blank)


@pytest.mark.parametrize("number", [1, 9, 16])
def test_a_run_killed_before_the_broadcast_sends_the_very_same_transaction(
    blank: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = nonce(blank)
    with monkeypatch.context() as patch:
        patch.setattr(broadcasting.Broadcaster, "_broadcast", interrupted(broadcasting.Broadcaster._broadcast, number))
        assert deploy_anew(blank).exit_code == 130
    assert nonce(blank) == before + number - 1
    ran = deploy_anew(blank)
    assert (ran.exit_code, nonce(blank)) == (0, before + STEPS)
    assert_complete(blank)


def interrupted(method: Any, number: int, *, after: bool = False) -> Any:  # noqa: ANN401 - any method
    stop = Interruption(method, number, after=after)

    def wrapper(self: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - any method
        return stop(self, *args, **kwargs)

    return wrapper


def assert_complete(world: World) -> None:
    from hokctl.config.settings import load_settings
    from hokctl.services.deployments import open_deployment

    deployment = open_deployment(load_settings(Path("hokctl.toml")).settings.network("devnet"))
    state = read_reserve(world.chain.at(), deployment)
    assert [(model.model_id, model.infrastructure_accrual_bps) for model in state.models] == [
        ("21", 8000),
        ("22", 7000),
        ("23", 9000),
    ]
    assert read_manifest(MANIFEST).pending is None
    assert world.ok("deploy", "plan")["plan"]["calls"] == []


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_stops_before_the_first_transaction(blank: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = nonce(blank)
    monkeypatch.setattr("hokctl.config.writing._replace", no_room)
    ran = deploy_anew(blank)
    assert ran.exit_code == 1
    assert ran.json["errors"][0]["code"] == "file-write"
    assert "the disk is full" in ran.json["errors"][0]["message"]
    assert (nonce(blank), MANIFEST.exists()) == (before, False)


def test_a_disk_that_fills_up_stops_before_the_next_transaction_and_loses_nothing(
    blank: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hokctl.config import writing

    before, replace, written = nonce(blank), writing._replace, []

    def room_for_two(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) > 2:
            no_room()
        replace(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_replace", room_for_two)
        ran = deploy_anew(blank)
    assert nonce(blank) == before + 2
    (error,) = ran.json["errors"]
    manifest = read_manifest(MANIFEST)
    assert manifest.pending is not None
    assert (ran.exit_code, error["code"]) == (1, "manifest-unwritable")
    assert manifest.pending["TokenManager"] in error["message"]
    assert "mined in transaction 0x" in error["message"]
    assert deploy_anew(blank).exit_code == 0
    assert nonce(blank) == before + STEPS


def test_a_manifest_of_another_tool_is_not_overwritten(world: World) -> None:
    document = {"network": "devnet", "chainId": "31337", "contracts": {}}
    MANIFEST.write_text(json.dumps(document), encoding="utf-8")
    before = nonce(world)
    ran = deploy_anew(world)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "foreign-manifest")
    assert (nonce(world), json.loads(MANIFEST.read_text(encoding="utf-8"))) == (before, document)


def test_contracts_that_vanished_are_told_and_deployed_anew(world: World) -> None:
    manifest = read_manifest(MANIFEST)
    contracts = {**manifest.contracts, "UsageFeeRouter": MALLORY}
    write(manifest.model_copy(update={"contracts": contracts}))
    ran = world.run("deploy", "plan", "--signer", "deployer", "-o", "json")
    assert ran.exit_code == 0
    assert [(f["code"], f["subject"]) for f in ran.json["findings"] if f["code"] == "manifest-stale"] == [
        ("manifest-stale", MALLORY)
    ]
    assert ran.data["plan"]["calls"][0]["label"] == "UsageFeeRouter"


def test_contracts_wired_to_others_are_refused(world: World) -> None:
    manifest = read_manifest(MANIFEST)
    reserve = manifest.contracts["InfrastructureReserve"]
    write(manifest.model_copy(update={"contracts": {**manifest.contracts, "ModelRegistry": reserve}}))
    ran = world.run("deploy", "plan", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (7, "wiring-differs")


def test_announced_contracts_are_adopted_only_with_the_right_code(world: World) -> None:
    manifest = read_manifest(MANIFEST)
    contracts = dict(manifest.contracts)
    router, reserve = contracts.pop("UsageFeeRouter"), contracts["InfrastructureReserve"]
    write(manifest.model_copy(update={"contracts": contracts, "pending": {"UsageFeeRouter": router}}))
    assert world.ok("deploy", "plan")["plan"]["calls"] == []
    write(manifest.model_copy(update={"contracts": contracts, "pending": {"UsageFeeRouter": reserve}}))
    calls = world.ok("deploy", "plan", "--signer", "deployer")["plan"]["calls"]
    assert calls[0]["label"] == "UsageFeeRouter"


def test_scope_infrastructure_adds_to_an_existing_factory(world: World) -> None:
    suite = world.deployment.suite
    world.write_config(manifest="deployments/infrastructure.json")
    write_spec(
        world.directory,
        models=False,
        scope="infrastructure",
        usdc=suite.usdc_address,
        factory=suite.factory_address,
    )
    ran = world.run("deploy", "apply", "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (0, "ok")
    created = [call["label"] for call in ran.data["plan"]["calls"] if call["to"] is None]
    assert created == ["InfrastructureReserve", "UsageFeeRouter"]
    manifest = read_manifest(Path("deployments/infrastructure.json"))
    assert manifest.contracts["TokenManager"] == suite.token_manager_address
    assert manifest.contracts["InfrastructureReserve"] != suite.reserve_address
    assert [model.model_id for model in manifest.models] == ["21", "22", "23"]
    assert world.ok("deploy", "plan")["plan"]["calls"] == []


def test_scope_on_the_command_line_overrides_the_specification(world: World) -> None:
    ran = world.run("deploy", "plan", "--scope", "infrastructure", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "invalid-config")
    assert "mock" in ran.json["errors"][0]["message"]


def test_other_builds_of_the_protocol_can_be_deployed(blank: World, tmp_path: Path) -> None:
    from hokctl.clients.abi import artifacts_directory

    builds = tmp_path / "out"
    for path in artifacts_directory().glob("*.json"):
        if path.stem == "standard-input":
            continue
        document = json.loads(path.read_text(encoding="utf-8"))
        folder = builds / f"{path.stem}.sol"
        folder.mkdir(parents=True)
        keys = ("abi", "bytecode", "deployedBytecode")
        (folder / path.name).write_text(json.dumps({key: document[key] for key in keys}), encoding="utf-8")
    ran = blank.run("deploy", "apply", "--artifacts", str(builds), "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (0, "ok")
    assert blank.ok("deploy", "plan", "--artifacts", str(builds))["plan"]["calls"] == []


def test_a_role_that_is_missing_later_goes_through_the_safe(world: World) -> None:
    write_spec(world.directory, backend="mallory")
    ran = world.run("deploy", "apply", "--signer", "alice", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (0, "pending")
    (call,) = ran.data["plan"]["calls"]
    assert (call["signature"], call["args"][1]["value"]) == ("grantRole(bytes32,address)", MALLORY)
    assert ran.data["proposal"]["safe"] == world.safe


def test_transactions_that_wait_for_a_block_make_the_deployer_wait(
    blank: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hokctl.devnet import methods_state
    from hokctl.devnet.node import METHODS

    count = methods_state.METHODS["eth_getTransactionCount"]

    def one_more_waits(backend: Any, address: Any, block: Any = "latest") -> str:  # noqa: ANN401 - JSON
        return hex(int(str(count(backend, address, "latest")), 16) + (1 if block == "pending" else 0))

    monkeypatch.setitem(METHODS, "eth_getTransactionCount", one_more_waits)
    before = nonce(blank)
    ran = deploy_anew(blank)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (4, "account-busy")
    assert (nonce(blank), MANIFEST.exists()) == (before, False)


def test_someone_elses_transactions_in_between_are_noticed(blank: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process uses the deployer's account after the plan was made, so addresses differ."""
    begin = deploy_progress.ManifestProgress.begin

    def disturbed(self: deploy_progress.ManifestProgress) -> None:
        begin(self)
        blank.chain.request("eth_sendTransaction", [{"from": DEPLOYER, "to": ALICE, "value": "0x1"}])

    with monkeypatch.context() as patch:
        patch.setattr(deploy_progress.ManifestProgress, "begin", disturbed)
        ran = deploy_anew(blank)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (7, "address-drift")
    registry = read_manifest(MANIFEST).contracts["ModelRegistry"]
    assert registry in ran.json["errors"][0]["message"]
    before = nonce(blank)
    assert deploy_anew(blank).exit_code == 0
    assert read_manifest(MANIFEST).contracts["ModelRegistry"] == registry
    assert nonce(blank) == before + STEPS - 1, "what was planned is planned anew, and nothing is made twice"


def test_a_deployment_with_roles_of_its_own_gives_them_at_birth(blank: World) -> None:
    write_spec(blank.directory, treasury="treasury", admin="deployer", payer="alice", pauser="bob", models=False)
    ran = deploy_anew(blank)
    assert ran.exit_code == 0
    granted = [call["purpose"] for call in ran.data["plan"]["calls"] if call["to"] is not None]
    assert granted == [
        "Grant DEPOSITOR_ROLE on InfrastructureReserve",
        "Grant PAYER_ROLE on InfrastructureReserve",
        "Grant FEE_DEPOSITOR_ROLE on UsageFeeRouter",
        "Grant PAUSER_ROLE on InfrastructureReserve",
    ]
    reserve = ran.data["contracts"]["InfrastructureReserve"]
    assert blank.chain.at().get(has_role(reserve, PAYER_ROLE, ALICE))


def has_role(contract: str, role: str, account: ChecksumAddress) -> Read[bool]:
    from eth_utils.address import to_checksum_address

    from hokctl.clients.access_control import AccessControl
    from hokctl.domain.roles import RoleId

    return AccessControl(to_checksum_address(contract)).has_role(RoleId(role), account)


def write(manifest: Manifest) -> None:
    write_manifest(MANIFEST, manifest)
