"""hokctl tx decode and tx hash: the protocol team's real files, the live protocol, and everything that is nested."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from hokctl.clients.codec import encode_call
from hokctl.clients.multisend import MultiSend, MultiSendItem
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.clients.usage_fee_router import UsageFeeRouter
from hokctl.config.writing import render_toml
from hokctl.domain.units import ModelId
from tests.world import BOB, MALLORY, World

pytestmark = pytest.mark.cli

DATA = Path(__file__).parent.parent / "data"
RESERVE = "0x2A15930649801398896e9b61BF36E555FA942c9D"
VERIFIER = "0xE9D40B96703391464bc6b0ea0b4F0404399AaCE7"
REGISTRY = "0x7eeC766aF367a4F7B8C38FD2a4bAFDA81df123d3"
USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
DEPLOYER = "0x56cA22006d67e14AA1b7820cE02c6B6205Df0c9e"
RELAYER = "0xc18D0B6eE049B2B113eE4671cB9C8109192e29E2"


@pytest.fixture
def mainnet(world: World) -> tuple[str, ...]:
    """Return the options of a configuration for mainnet, with its manifest and nobody's node."""
    book = {"deployer": DEPLOYER, "relayer": RELAYER}
    config = {
        "network": "mainnet",
        "networks": {"mainnet": {"chain_id": 1, "manifest": str(DATA / "deployments" / "mainnet-latest.json")}},
        "addresses": {"mainnet": book},
    }
    path = world.directory / "mainnet.toml"
    path.write_text(render_toml(config), encoding="utf-8")
    return ("--config", str(path))


def decode(world: World, mainnet: tuple[str, ...], source: str, *options: str) -> Any:  # noqa: ANN401 - see tests
    ran = world.run("tx", "decode", source, *options, *mainnet, "-o", "json")
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    return ran


def sentences(world: World, mainnet: tuple[str, ...], source: str, *options: str) -> list[str]:
    return [call["description"] for call in decode(world, mainnet, source, *options).data["calls"]]


def call(signature: str, *values: Any) -> str:  # noqa: ANN401 - ABI values of several types
    return "0x" + encode_call(signature, values).hex()


def test_the_role_cleanup_reads_as_what_it_is(world: World, mainnet: tuple[str, ...]) -> None:
    path = str(DATA / "transaction-builder" / "mainnet-deployer-role-cleanup-safe.json")
    ran = decode(world, mainnet, path)

    assert [item["description"] for item in ran.data["calls"]] == [
        f"Revoke SUBMITTER_ROLE on DeltaVerifier {VERIFIER} from deployer {DEPLOYER}.",
        f"Revoke RECORDER_ROLE on DataContributionRegistry {REGISTRY} from deployer {DEPLOYER}.",
    ]
    assert [finding["code"] for finding in ran.json["findings"]] == ["checksum-absent"]
    assert ran.data["safe"] == "0x158B985CC667b4E022AD05B99E89007790da66E2"


def test_the_verifier_handover_reads_as_what_it_is(world: World, mainnet: tuple[str, ...]) -> None:
    path = str(DATA / "transaction-builder" / "mainnet-rolecleanup-B-verifier-safe.json")

    assert sentences(world, mainnet, path) == [
        f"Grant VERIFIER_ROLE on DataContributionRegistry {REGISTRY} to relayer {RELAYER}.",
        f"Revoke VERIFIER_ROLE on DataContributionRegistry {REGISTRY} from deployer {DEPLOYER}.",
    ]


def test_without_a_manifest_they_read_the_same_without_names(world: World) -> None:
    path = str(DATA / "transaction-builder" / "mainnet-deployer-role-cleanup-safe.json")

    assert world.ok("tx", "decode", path)["calls"][0]["description"] == (
        f"Revoke SUBMITTER_ROLE on {VERIFIER} from {DEPLOYER}."
    )


@pytest.mark.parametrize(
    ("signature", "values", "to", "sentence"),
    [
        (
            "setEstimatedCost(string,uint256,uint256)",
            ("28", 5_000_000, 1_800_000_000),
            "0x75c6Ae951b734cd0abf89e5C16941F77576239DC",
            (
                'Queue a cost of 5.00 USDC per thousand calls of model "28" on InfrastructureCostOracle '
                "0x75c6Ae951b734cd0abf89e5C16941F77576239DC, effective at 2027-01-15 08:00:00 UTC."
            ),
        ),
        (
            "depositFee(string,uint256,uint256)",
            ("28", 100_000_000, 7),
            "0xa0f3461d594D181E817754eE57d618A95207185F",
            (
                'Deposit a fee of 100.00 USDC for 7 calls of model "28" through UsageFeeRouter '
                "0xa0f3461d594D181E817754eE57d618A95207185F."
            ),
        ),
        (
            "transfer(address,uint256)",
            (RELAYER, 1_500_000),
            USDC,
            f"Transfer 1.50 USDC of USDC {USDC} to relayer {RELAYER}.",
        ),
        (
            "transfer(address,uint256)",
            (RELAYER, 1_500_000),
            REGISTRY,
            f"Transfer 1500000 base units of DataContributionRegistry {REGISTRY} to relayer {RELAYER}.",
        ),
        (
            "upgradeTo(address)",
            (MALLORY,),
            RESERVE,
            f"Replace the code of InfrastructureReserve {RESERVE} by that at {MALLORY}.",
        ),
        (
            "disableLegacyMints()",
            (),
            VERIFIER,
            f"Switch the old way of minting off on DeltaVerifier {VERIFIER}, for good.",
        ),
    ],
)
def test_the_live_protocol_and_tokens_are_known(
    world: World, mainnet: tuple[str, ...], *, signature: str, values: tuple[Any, ...], to: str, sentence: str
) -> None:
    assert sentences(world, mainnet, call(signature, *values), "--to", to) == [sentence]


def test_the_pending_timelock_batch_is_opened(world: World, mainnet: tuple[str, ...]) -> None:
    grant = encode_call("setGrossMarginBps(uint16)", (1_500,))
    data = call(
        "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
        (RESERVE, RESERVE),
        (0, 0),
        (grant, encode_call("unpause()", ())),
        bytes(32),
        bytes(32),
        172_800,
    )
    (sentence,) = sentences(world, mainnet, data)

    assert "Schedule 2 calls on the target, 172800 seconds ahead: (1) Set the gross margin" in sentence
    assert f"(2) Unpause InfrastructureReserve {RESERVE}" in sentence


def test_bundling_contracts_are_opened_at_any_depth(world: World, mainnet: tuple[str, ...]) -> None:
    pause = encode_call("pause()", ())
    rows = ((RESERVE, True, pause), (RESERVE, False, encode_call("multicall(bytes[])", ((pause, pause),))))
    inner = encode_call("aggregate3((address,bool,bytes)[])", (rows,))
    batch = MultiSend(SAFE_1_4_1.multi_send_call_only).multi_send(
        [MultiSendItem(to=SAFE_1_4_1.multi_send, value=0, data=inner)], purpose=""
    )
    (outer,) = decode(world, mainnet, "0x" + batch.data.hex()).data["calls"]
    (aggregate,) = outer["inner"]

    assert [item["signature"] for item in aggregate["inner"]] == ["pause()", "multicall(bytes[])"]
    assert [item["to"] for item in aggregate["inner"][1]["inner"]] == [RESERVE, RESERVE]


def test_every_function_of_the_live_protocol_is_known_by_its_selector() -> None:
    from hokctl.clients.decoding import functions_by_selector

    path = Path(__file__).parent.parent / "unit" / "clients" / "live_functions.json"
    live = json.loads(path.read_text(encoding="utf-8"))
    known = {fragment.signature for fragments in functions_by_selector().values() for fragment in fragments}
    unknown = {signature for signatures in live.values() for signature in signatures} - known

    assert {name for name in unknown if not name.startswith("onERC")} == set()
    assert functions_by_selector()[bytes.fromhex("cbb1036c")][0].name == "deployTokenWithAllocations"
    assert functions_by_selector()[bytes.fromhex("2512a63d")][0].signature == "depositFee(string,uint256,uint256)"


def test_an_approval_is_explained_by_the_folder(world: World) -> None:
    proposal = world.ok("split", "set", "21", "75%", "--signer", "alice", "-y")["proposal"]
    known = world.run(
        "tx", "decode", call("approveHash(bytes32)", bytes.fromhex(proposal["safe_tx_hash"][2:])), "-o", "json"
    )
    other = world.run("tx", "decode", call("approveHash(bytes32)", b"\1" * 32), "-o", "json")
    elsewhere = world.run(
        "tx",
        "decode",
        call("approveHash(bytes32)", bytes.fromhex(proposal["safe_tx_hash"][2:])),
        "--to",
        MALLORY,
        "-o",
        "json",
    )

    assert [finding["code"] for finding in known.json["findings"]] == ["approves-known"]
    assert "nonce 0" in known.json["findings"][0]["message"]
    assert [finding["code"] for finding in other.json["findings"]] == ["approves-unknown"]
    assert [finding["code"] for finding in elsewhere.json["findings"]] == ["approves-for-another"]


def signed(**values: Any) -> Any:  # noqa: ANN401 - fields of several types
    fields: dict[str, Any] = {"nonce": 3, "gas": 100_000, "to": USDC, "value": 0, "chainId": 1}
    fields |= {"maxFeePerGas": 5, "maxPriorityFeePerGas": 1, "data": call("transfer(address,uint256)", BOB, 1_000_000)}
    account = Account.create()
    return account, account.sign_transaction({name: one for name, one in (fields | values).items() if one is not None})


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"maxFeePerGas": None, "maxPriorityFeePerGas": None, "gasPrice": 7},
        {"maxFeePerGas": None, "maxPriorityFeePerGas": None, "gasPrice": 7, "accessList": []},
    ],
)
def test_a_signed_transaction_names_its_signer(world: World, values: dict[str, Any]) -> None:
    account, transaction = signed(**values)
    raw = "0x" + bytes(transaction.raw_transaction).hex()
    data = world.ok("tx", "decode", raw)
    hashes = world.ok("tx", "hash", raw)

    assert (data["kind"], data["chain_id"]) == ("signed-transaction", 1)
    assert data["transaction"]["sender"] == account.address
    assert data["calls"][0]["description"] == f"Transfer 1.00 USDC of {USDC} to bob {BOB}."
    assert hashes["tx_hash"] == data["transaction"]["tx_hash"] == "0x" + bytes(transaction.hash).hex()


def test_a_signed_creation_has_no_call(world: World) -> None:
    _, transaction = signed(to=None, data="0x6000")
    ran = world.run("tx", "decode", "0x" + bytes(transaction.raw_transaction).hex())

    assert ran.exit_code == 0
    assert "a contract, from 2 bytes" in ran.stdout


def test_calldata_that_begins_like_a_transaction_stays_calldata(world: World) -> None:
    assert world.ok("tx", "decode", "0x02f8deadbeef")["kind"] == "calldata"


@pytest.mark.parametrize("format_", ["bundle", "typed-data", "service", "jarvis"])
def test_every_exported_file_is_read_and_has_the_same_hashes(world: World, format_: str) -> None:
    proposal = world.ok("split", "set", "21", "75%", "--signer", "alice", "-y")["proposal"]
    document = world.ok("safe", "export", proposal["safe_tx_hash"], "--format", format_)["document"]
    Path("file.json").write_text(json.dumps(document), encoding="utf-8")
    data = world.ok("tx", "decode", "file.json")
    hashes = world.ok("tx", "hash", "file.json")

    assert data["kind"] == ("bundle" if format_ == "bundle" else "safe-tx")
    assert data["calls"][0]["description"].startswith("Set the infrastructure share on ")
    assert {name: hashes[name] for name in ("safe_tx_hash", "domain_hash", "message_hash")} == {
        name: proposal[name] for name in ("safe_tx_hash", "domain_hash", "message_hash")
    }


def test_a_page_of_the_service_is_read_and_has_no_one_hash(world: World) -> None:
    hashes = [
        world.ok("split", "set", "21", split, "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
        for split in ("75%", "65%")
    ]
    page = {"results": [world.ok("safe", "export", hash_, "--format", "service")["document"] for hash_ in hashes]}
    Path("page.json").write_text(json.dumps(page), encoding="utf-8")
    data = world.ok("tx", "decode", "page.json")
    ran = world.run("tx", "hash", "page.json", "-o", "json")

    assert (data["kind"], len(data["calls"]), data["safe"]) == ("safe-txs", 2, world.safe)
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "nothing-to-hash")


def test_an_altered_bundle_is_read_and_named(world: World) -> None:
    proposal = world.ok("split", "set", "21", "75%", "--signer", "alice", "-y")["proposal"]
    document = world.ok("safe", "export", proposal["safe_tx_hash"])["document"]
    document["proposal"]["plan"]["title"] = "harmless"
    Path("file.json").write_text(json.dumps(document), encoding="utf-8")
    ran = world.run("tx", "decode", "file.json", "-o", "json")

    assert (ran.exit_code, [finding["code"] for finding in ran.json["findings"]]) == (5, ["invalid-proposal"])


def test_the_golden_vector_of_sepolia_has_its_hashes(world: World) -> None:
    document = {
        "safe": "0x657ff0D4eC65D82b2bC1247b0a558bcd2f80A0f1",
        "chainId": 11155111,
        "to": "0x255C3912f91eF11bFDadd405F13144a823Da8cc5",
        "value": str(10**17),
        "data": None,
        "operation": 0,
        "nonce": 4,
    }
    Path("file.json").write_text(json.dumps(document), encoding="utf-8")
    hashes = world.ok("tx", "hash", "file.json")

    assert hashes["domain_hash"] == "0x611379c19940caee095cdb12bebe6a9fa9abb74cdb1fbd7377c49a1f198dc24f"
    assert hashes["message_hash"] == "0x565bba8b51924ffa64953596d0a2dd5c2cad39649f7de0bf2c8dbc903bd03258"
    assert hashes["safe_tx_hash"] == "0xcb8bbe7bf8f8a1f3f57658e450d07d4422356ac042d96a87ba425b19e67a78a1"


def test_calldata_has_no_hash(world: World) -> None:
    data = UsageFeeRouter(world.deployment.suite.router_address).deposit_fee(ModelId("21"), 1, purpose="").data

    assert world.run("tx", "hash", "0x" + data.hex()).exit_code == 2
