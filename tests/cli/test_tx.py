"""hokctl tx decode: what somebody wants signed, without a node."""

import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.multisend import MultiSend, MultiSendItem
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.domain.calls import Call
from hokctl.domain.roles import PAYER_ROLE
from hokctl.domain.units import ModelId
from hokctl.safe.transaction_builder import compute_checksum
from hokctl.safe.transactions import SafeTx
from tests.world import MALLORY, TOGETHER, World

pytestmark = pytest.mark.cli


@pytest.fixture(autouse=True)
def _nobody_listens(world: World) -> None:
    """Point the configuration at a port where no node is: decoding must not ask one."""
    world.write_config(rpc_url="http://127.0.0.1:9")


def grant(world: World) -> Call:
    """Return the grant of PAYER_ROLE to mallory."""
    return InfrastructureReserve(world.deployment.suite.reserve_address).grant_role(PAYER_ROLE, MALLORY, purpose="")


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def write(document: object, name: str = "file.json") -> str:
    Path(name).write_text(json.dumps(document), encoding="utf-8")
    return name


def builder_file(world: World) -> dict[str, Any]:
    call = grant(world)
    return {
        "version": "1.0",
        "chainId": "1",
        "createdAt": 1,
        "meta": {"name": "a batch", "createdFromSafeAddress": world.safe},
        "transactions": [{"to": call.to, "value": "0", "data": hexed(call.data)}],
    }


def found(ran: Any) -> list[str]:  # noqa: ANN401 - what World.run returns
    return [finding["code"] for finding in ran.json["findings"]]


def test_calldata_names_the_role_and_the_account(world: World) -> None:
    call = grant(world)
    data = world.ok("tx", "decode", hexed(call.data), "--to", str(call.to))
    (decoded,) = data["calls"]

    assert data["kind"] == "calldata"
    assert (decoded["label"], decoded["signature"]) == ("InfrastructureReserve", "grantRole(bytes32,address)")
    assert decoded["args"][0]["text"] == "PAYER_ROLE"
    assert decoded["description"] == (f"Grant PAYER_ROLE on InfrastructureReserve {call.to} to mallory {MALLORY}.")
    assert (decoded["exact"], decoded["inner"]) == (True, [])


def test_an_unknown_function_is_shown_as_such(world: World) -> None:
    ran = world.run("tx", "decode", "0xdeadbeef00", "-o", "json")

    assert (ran.exit_code, ran.json["status"], found(ran)) == (0, "ok", ["unknown-function"])
    assert ran.data["calls"][0]["description"] == "Call unknown function 0xdeadbeef of the target with 5 bytes."
    assert "unknown, selector 0xdeadbeef" in world.run("tx", "decode", "0xdeadbeef00").stdout


def test_bytes_behind_the_arguments_are_a_finding(world: World) -> None:
    ran = world.run("tx", "decode", hexed(grant(world).data + bytes(32)), "-o", "json")

    assert (ran.exit_code, found(ran), ran.data["calls"][0]["exact"]) == (0, ["unexplained-bytes"], False)


def test_a_batch_inside_an_execution_is_unpacked(world: World) -> None:
    call, reserve = grant(world), InfrastructureReserve(world.deployment.suite.reserve_address)
    other = reserve.set_provider(ModelId("21"), TOGETHER, purpose="")
    assert call.to is not None
    items = [MultiSendItem(to=call.to, value=0, data=call.data), MultiSendItem(to=call.to, value=0, data=other.data)]
    batch = MultiSend(SAFE_1_4_1.multi_send_call_only).multi_send(items, purpose="")
    ran = world.run("tx", "decode", hexed(batch.data), "--to", SAFE_1_4_1.multi_send_call_only)

    assert ran.exit_code == 0
    assert "1.1. Grant PAYER_ROLE" in ran.stdout
    assert "1.2. Set the infrastructure provider of model" in ran.stdout


@pytest.mark.parametrize("text", ["0xabc", "0xzz", "{", "[]", "{}", '{"transactions": [1], "chainId": "1"}'])
def test_what_is_nothing_is_refused(world: World, text: str) -> None:
    source = text
    if not text.startswith("0x"):
        Path("file.json").write_text(text, encoding="utf-8")
        source = "file.json"
    ran = world.run("tx", "decode", source, "-o", "json")

    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "unreadable-transaction")


def test_a_missing_file_and_one_that_is_no_text_are_refused(world: World) -> None:
    Path("binary").write_bytes(b"\xff\xfe\xfd")

    assert world.run("tx", "decode", "missing.json").exit_code == 3
    assert world.run("tx", "decode", "binary").exit_code == 2


def test_a_transaction_builder_file_of_any_chain_is_decoded(world: World) -> None:
    ran = world.run("tx", "decode", write(builder_file(world)), "-o", "json")

    assert (ran.exit_code, ran.json["status"], found(ran)) == (0, "ok", ["checksum-absent"])
    assert (ran.data["kind"], ran.data["chain_id"], ran.data["safe"]) == ("transaction-builder", 1, world.safe)
    assert ran.data["checksum"] == {
        "stated": None,
        "computed": compute_checksum(builder_file(world)),
        "matches": False,
    }
    assert ran.data["calls"][0]["args"][0]["text"] == "PAYER_ROLE"


def test_a_right_checksum_is_silent_and_a_wrong_one_a_finding(world: World) -> None:
    document = builder_file(world)
    document["meta"]["checksum"] = compute_checksum(document)
    right = world.run("tx", "decode", write(document), "-o", "json")
    wrong_document = copy.deepcopy(document)
    wrong_document["transactions"][0]["value"] = "1"
    wrong = world.run("tx", "decode", write(wrong_document), "-o", "json")

    assert (right.exit_code, found(right), right.data["checksum"]["matches"]) == (0, [], True)
    assert (wrong.exit_code, wrong.json["status"], found(wrong)) == (5, "findings", ["checksum-mismatch"])


def test_a_method_without_calldata_is_named(world: World) -> None:
    document = builder_file(world)
    document["transactions"].append({"to": MALLORY, "value": "0", "data": None, "contractMethod": {"name": "claim"}})
    ran = world.run("tx", "decode", write(document), "-o", "json")

    assert (ran.exit_code, ran.data["methods"]) == (0, ["claim"])
    assert "not-encoded" in found(ran)


def safe_tx(world: World, **values: Any) -> SafeTx:  # noqa: ANN401 - fields of several types
    call = grant(world)
    assert call.to is not None
    fields: dict[str, Any] = {
        "safe": world.safe,
        "chain_id": 1,
        "version": "1.4.1",
        "to": call.to,
        "value": 0,
        "data": call.data,
        "operation": Operation.CALL,
        "nonce": 7,
    }
    return SafeTx(**fields | values)


def test_an_eip712_document_gets_its_hashes_from_stdin(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    transaction = safe_tx(world)
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(transaction.typed_data())))
    data = world.ok("tx", "decode", "-")

    assert data["kind"] == "safe-tx"
    assert (data["safe_tx_hash"], data["domain_hash"], data["message_hash"]) == (
        transaction.safe_tx_hash,
        transaction.domain_hash,
        transaction.message_hash,
    )
    assert (data["safe"], data["chain_id"], data["nonce"]) == (world.safe, 1, 7)


def service_json(transaction: SafeTx) -> dict[str, Any]:
    return {
        "safe": transaction.safe,
        "chainId": str(transaction.chain_id),
        "to": transaction.to,
        "value": "0",
        "data": hexed(transaction.data),
        "operation": int(transaction.operation),
        "gasToken": transaction.gas_token,
        "safeTxGas": "0",
        "baseGas": 0,
        "gasPrice": str(transaction.gas_price),
        "refundReceiver": transaction.refund_receiver,
        "nonce": transaction.nonce,
        "safeTxHash": transaction.safe_tx_hash,
    }


def test_a_stated_hash_is_compared(world: World) -> None:
    document = service_json(safe_tx(world))
    right = world.run("tx", "decode", write(document), "-o", "json")
    wrong = world.run("tx", "decode", write({**document, "nonce": 8}), "-o", "json")

    assert (right.exit_code, found(right)) == (0, [])
    assert (wrong.exit_code, found(wrong)) == (5, ["hash-mismatch"])


def test_hidden_payments_and_delegatecalls_are_findings(world: World) -> None:
    document = service_json(safe_tx(world, operation=Operation.DELEGATECALL, gas_price=5))
    ran = world.run("tx", "decode", write(document), "-o", "json")

    assert (ran.exit_code, found(ran)) == (0, ["gas-refund", "delegatecall"])
    assert "acts as the Safe itself" in ran.data["calls"][0]["description"]


def test_without_a_chain_there_is_no_hash(world: World) -> None:
    document = service_json(safe_tx(world))
    del document["chainId"]

    assert world.ok("tx", "decode", write(document))["safe_tx_hash"] is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("to", "nowhere"),
        ("to", None),
        ("operation", 2),
        ("value", "1.5"),
        ("value", "-1"),
        ("data", "zz"),
        ("nonce", -1),
    ],
)
def test_a_safe_transaction_with_a_fault_is_refused(world: World, key: str, value: object) -> None:
    document = service_json(safe_tx(world)) | {key: value}

    assert world.run("tx", "decode", write(document)).exit_code == 2


def test_a_proposal_that_contradicts_itself_is_decoded_and_named(world: World) -> None:
    world.write_config()
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]
    world.write_config(rpc_url="http://127.0.0.1:9")
    path = Path(proposal["path"]) / "proposal.json"
    data = world.ok("tx", "decode", str(path))
    assert (data["kind"], data["safe_tx_hash"]) == ("proposal", proposal["safe_tx_hash"])

    document = json.loads(path.read_text(encoding="utf-8"))
    document["plan"]["calls"][0]["args"][2]["value"] = "1"
    ran = world.run("tx", "decode", write(document), "-o", "json")
    assert (ran.exit_code, found(ran)) == (5, ["invalid-proposal"])
