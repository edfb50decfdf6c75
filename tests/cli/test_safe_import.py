"""hokctl safe import: what others hand over, proven before anything is written."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.domain.roles import PAYER_ROLE
from hokctl.domain.units import ModelId
from hokctl.safe.transaction_builder import builder_document, compute_checksum
from tests.world import ALICE, BOB, CAROL, MALLORY, TOGETHER, Ran, World

pytestmark = pytest.mark.cli

DATA = Path(__file__).parent.parent / "data" / "transaction-builder"


def write(name: str, document: object) -> str:
    Path(name).write_text(json.dumps(document), encoding="utf-8")
    return name


def propose(world: World, split: str = "75%") -> str:
    """Have alice propose and sign another split of model 21; return the safe_tx_hash."""
    return str(world.ok("split", "set", "21", split, "--signer", "alice", "-y")["proposal"]["safe_tx_hash"])


def export(world: World, hash_: str, format_: str = "bundle") -> Any:  # noqa: ANN401 - a test says what it expects
    return world.ok("safe", "export", hash_, "--format", format_)["document"]


def forget() -> None:
    """Lose the shared folder, as another clone has never had it."""
    shutil.rmtree("proposals")


def error(ran: Ran) -> tuple[int, str]:
    return ran.exit_code, ran.json["errors"][0]["code"]


def files() -> set[str]:
    return {str(path) for path in Path("proposals").rglob("*.json")}


@pytest.mark.parametrize("format_", ["bundle", "service", "jarvis"])
def test_a_safe_transaction_comes_in_with_its_signatures(world: World, format_: str) -> None:
    hash_ = propose(world)
    write("file.json", export(world, hash_, format_))
    forget()
    ran = world.run("safe", "import", "file.json", "-o", "json")
    (item,) = ran.data["imported"]
    shown = world.ok("safe", "show", hash_)

    assert (ran.exit_code, ran.json["status"]) == (0, "pending")
    assert (item["kind"], item["state"], item["safe_tx_hash"]) == (format_, "added", hash_)
    assert (item["new_confirmations"], item["known_confirmations"]) == ([ALICE], [])
    assert shown["proposal"]["confirmations"] == [ALICE]
    assert "7500" in json.dumps(shown["plan"]["calls"])


def test_a_second_import_changes_nothing(world: World) -> None:
    hash_ = propose(world)
    write("file.json", export(world, hash_))
    before = {path: Path(path).read_bytes() for path in files()}
    (item,) = world.ok("safe", "import", "file.json")["imported"]

    assert (item["state"], item["new_confirmations"], item["known_confirmations"]) == ("known", [], [ALICE])
    assert {path: Path(path).read_bytes() for path in files()} == before


def test_a_dry_run_writes_nothing(world: World) -> None:
    write("file.json", export(world, propose(world)))
    forget()
    ran = world.run("safe", "import", "file.json", "--dry-run")

    assert ran.exit_code == 0
    assert "nothing was taken in" in ran.stdout
    assert files() == set()


def test_signatures_of_two_offline_owners_make_it_executable(world: World) -> None:
    hash_ = str(world.ok("split", "set", "21", "75%", "-y", "--via", "safe")["proposal"]["safe_tx_hash"])
    write("bundle.json", export(world, hash_))
    for signer in ("alice", "bob"):
        world.ok("safe", "sign", "--offline", "bundle.json", "--signer", signer, "-y")
    (item,) = world.ok("safe", "import", f"{ALICE}.signature.json", f"{BOB}.signature.json")["imported"]
    executed = world.ok("safe", "execute", hash_, "--signer", "mallory", "-y")

    assert item["new_confirmations"] == [ALICE, BOB]
    assert executed["outcome"]["transactions"][0]["status"] == "success"


def test_a_bare_signature_finds_its_owner_and_its_transaction(world: World) -> None:
    hashes = [propose(world, "75%"), propose(world, "65%")]
    write("bundle.json", export(world, hashes[1]))
    world.ok("safe", "sign", "--offline", "bundle.json", "--signer", "bob", "-y")
    signature = json.loads(Path(f"{BOB}.signature.json").read_text(encoding="utf-8"))["signature"]
    Path("bare.txt").write_text(signature + "\n", encoding="utf-8")
    (item,) = world.ok("safe", "import", "bare.txt")["imported"]
    (again,) = world.ok("safe", "import", signature)["imported"]

    assert (item["safe_tx_hash"], item["new_confirmations"]) == (hashes[1], [BOB])
    assert again["known_confirmations"] == [BOB]


def test_scanned_qr_codes_are_a_file_too(world: World) -> None:
    hash_ = propose(world)
    parts = world.ok("safe", "export", hash_, "--qr")["qr_parts"]
    Path("scanned.txt").write_text("\n".join(parts), encoding="utf-8")
    forget()

    assert world.ok("safe", "import", "scanned.txt")["imported"][0]["state"] == "added"


def test_a_page_of_the_transaction_service_comes_in_as_a_whole(world: World) -> None:
    hashes = [propose(world, "75%"), propose(world, "65%")]
    results = [export(world, hash_, "service") for hash_ in hashes]
    page = {"count": 2, "next": None, "previous": None, "results": results, "countUniqueNonce": 2}
    forget()

    assert [item["state"] for item in world.ok("safe", "import", write("page.json", page))["imported"]] == ["added"] * 2
    assert world.ok("safe", "queue")["nonce"] == 0
    assert len(world.ok("safe", "queue")["proposals"]) == 2


def test_one_fault_in_one_file_and_nothing_is_taken_in(world: World) -> None:
    good = write("good.json", export(world, propose(world, "75%")))
    document = export(world, propose(world, "65%"))
    document["proposal"]["safe_tx"]["nonce"] = "9"
    bad = write("bad.json", document)
    forget()
    ran = world.run("safe", "import", good, bad, "-o", "json")

    assert error(ran) == (6, "file-refused")
    assert files() == set()


Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("format_", "edit", "code"),
    [
        ("service", lambda file: file.update(nonce="7"), "hash-mismatch"),
        ("service", lambda file: file.update(safeTxHash="0x" + "22" * 32), "hash-mismatch"),
        ("service", lambda file: file.update(to=MALLORY), "hash-mismatch"),
        ("service", lambda file: file.update(to=MALLORY.replace("9", "9", 1).swapcase()), "file-refused"),
        ("service", lambda file: file["confirmations"][0].update(owner=BOB), "invalid-signature"),
        (
            "service",
            lambda file: file["confirmations"][0].update(signature="0x" + "11" * 64 + "1d"),
            "invalid-signature",
        ),
        ("jarvis", lambda file: file.update(chain_id=1), "hash-mismatch"),
        ("jarvis", lambda file: file["tx"].update(value="1"), "hash-mismatch"),
        ("jarvis", lambda file: file["signatures"][0].update(owner=CAROL), "invalid-signature"),
        ("typed-data", lambda file: file["domain"].update(chainId=1), "proposal-chain"),
        ("typed-data", lambda file: file["domain"].update(verifyingContract=MALLORY), "file-refused"),
        ("bundle", lambda file: file["proposal"].update(message_hash="0x" + "33" * 32), "file-refused"),
        ("bundle", lambda file: file["confirmations"].append(file["confirmations"][0]), "file-refused"),
    ],
)
def test_what_does_not_match_is_refused(world: World, format_: str, edit: Edit, code: str) -> None:
    document = export(world, propose(world), format_)
    forget()
    edit(document)
    ran = world.run("safe", "import", write("file.json", document), "-o", "json")

    assert error(ran) == (6, code)
    assert files() == set()


def test_a_strangers_signature_is_refused(world: World) -> None:
    write("bundle.json", export(world, propose(world)))
    world.ok("safe", "sign", "--offline", "bundle.json", "--signer", "mallory", "-y", "--allow", "signer-not-stated")
    document = world.run("safe", "import", f"{MALLORY}.signature.json", "-o", "json")
    signature = json.loads(Path(f"{MALLORY}.signature.json").read_text(encoding="utf-8"))["signature"]
    bare = world.run("safe", "import", signature, "-o", "json")

    assert error(document) == (6, "not-an-owner")
    assert error(bare) == (6, "file-refused")


def test_a_signature_without_its_transaction_is_refused(world: World) -> None:
    write("bundle.json", export(world, propose(world)))
    world.ok("safe", "sign", "--offline", "bundle.json", "--signer", "bob", "-y")
    forget()
    alone = world.run("safe", "import", f"{BOB}.signature.json", "-o", "json")
    together = world.ok("safe", "import", f"{BOB}.signature.json", "bundle.json")["imported"]

    assert error(alone) == (6, "file-refused")
    assert together[0]["new_confirmations"] == [ALICE, BOB]


def test_a_safe_transaction_of_the_past_is_passed_over(world: World) -> None:
    hash_ = propose(world)
    document = export(world, hash_)
    world.ok("safe", "sign", hash_, "--signer", "bob", "-y")
    world.ok("safe", "execute", hash_, "--signer", "bob", "-y")
    forget()
    ran = world.run("safe", "import", write("file.json", document), "-o", "json")

    assert (ran.exit_code, ran.json["status"], ran.data["imported"][0]["state"]) == (0, "ok", "past")
    assert [finding["code"] for finding in ran.json["findings"]] == ["stale-proposal"]
    assert files() == set()


@pytest.mark.parametrize("digits", ["ab" * 32, "ab" * 32 + "c", "ab" * 65])
def test_hex_that_may_be_a_key_is_never_repeated(world: World, digits: str) -> None:
    for arguments in (("safe", "import", "0x" + digits), ("safe", "sign", "--offline", "0x" + digits, "-y")):
        ran = world.run(*arguments)
        assert ran.exit_code in {2, 6}
        assert "abab" not in ran.stdout + ran.stderr


def test_what_is_no_known_file_is_a_usage_error(world: World) -> None:
    assert error(world.run("safe", "import", write("x.json", {"a": 1}), "-o", "json")) == (2, "unknown-file")
    assert error(world.run("safe", "import", "missing.json", "-o", "json")) == (3, "unreadable-file")


def batch(world: World, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - a file may hold anything
    """Return a Transaction Builder file of two calls."""
    reserve = InfrastructureReserve(world.deployment.suite.reserve_address)
    calls = (
        reserve.grant_role(PAYER_ROLE, MALLORY, purpose=""),
        reserve.set_provider(ModelId("23"), TOGETHER, purpose=""),
    )
    document = builder_document(calls, chain_id=31337, safe=world.safe, name="two calls", created_at=1)
    document |= values
    document["meta"]["checksum"] = compute_checksum(document)  # type: ignore[index, call-overload]  # JSON
    return copy.deepcopy(document)


def test_a_transaction_builder_file_becomes_a_proposal_that_executes(world: World) -> None:
    ran = world.run("safe", "import", write("batch.json", batch(world)), "-o", "json")
    (item,) = ran.data["imported"]
    hash_ = item["safe_tx_hash"]
    shown = world.ok("safe", "show", hash_)
    for signer in ("alice", "bob"):
        world.ok("safe", "sign", hash_, "--signer", signer, "-y", "--allow", "effect-undeclared")
    world.ok("safe", "execute", hash_, "--signer", "alice", "-y", "--allow", "effect-undeclared")

    assert (item["kind"], item["title"], item["nonce"]) == ("transaction-builder", "two calls", 0)
    assert [call["signature"] for call in shown["plan"]["calls"]] == [
        "grantRole(bytes32,address)",
        "setProvider(string,address)",
    ]
    reserve = InfrastructureReserve(world.deployment.suite.reserve_address)
    assert world.chain.at().get(reserve.has_role(PAYER_ROLE, MALLORY))


def test_the_same_batch_is_the_same_proposal_and_another_takes_the_next_nonce(world: World) -> None:
    first = write("batch.json", batch(world))
    other = write(
        "other.json", {**batch(world), "meta": {"name": "alone"}, "transactions": batch(world)["transactions"][:1]}
    )
    (one,) = world.ok("safe", "import", first)["imported"]
    (again,) = world.ok("safe", "import", first)["imported"]
    items = world.ok("safe", "import", first, other)["imported"]

    assert (again["state"], again["safe_tx_hash"]) == ("known", one["safe_tx_hash"])
    assert [(item["state"], item["nonce"]) for item in items] == [("known", 0), ("added", 1)]


def test_two_new_batches_get_two_nonces_and_a_nonce_can_be_chosen(world: World) -> None:
    document = batch(world)
    names = [
        write(f"{index}.json", {**document, "meta": {}, "transactions": [transaction]})
        for index, transaction in enumerate(document["transactions"])
    ]
    items = world.ok("safe", "import", *names)["imported"]
    (chosen,) = world.ok("safe", "import", write("batch.json", document), "--nonce", "7")["imported"]

    assert [item["nonce"] for item in items] == [0, 1]
    assert chosen["nonce"] == 7


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda file: file.update(chainId="1"), "it is for chain 1"),
        (lambda file: file["meta"].update(createdFromSafeAddress=MALLORY), "it is of the Safe"),
        (lambda file: file["meta"].update(checksum="0x" + "44" * 32), "after its checksum was made"),
        (lambda file: file["transactions"][0].update(value="1"), "after its checksum was made"),
        (lambda file: file.update(extra=1), "after its checksum was made"),
        (lambda file: file["transactions"][0].update(to=MALLORY.lower().replace("a", "A", 1)), "broken checksum"),
        (lambda file: file.update(safe=MALLORY, meta={**file["meta"], "checksum": None}), "several Safes"),
        (
            lambda file: file.update(
                transactions=[], meta={"createdFromSafeAddress": file["meta"]["createdFromSafeAddress"]}
            ),
            "no calls",
        ),
    ],
)
def test_a_batch_that_does_not_match_is_refused(world: World, edit: Edit, reason: str) -> None:
    document = batch(world)
    edit(document)
    ran = world.run("safe", "import", write("batch.json", document), "-o", "json")

    assert error(ran) == (6, "file-refused")
    assert reason in ran.json["errors"][0]["message"]
    assert files() == set()


def test_a_method_that_the_calldata_belies_is_refused(world: World) -> None:
    document = batch(world)
    document["transactions"][1]["contractInputsValues"]["modelId"] = "21"
    document["meta"]["checksum"] = compute_checksum(document)
    ran = world.run("safe", "import", write("batch.json", document), "-o", "json")

    assert error(ran) == (6, "file-refused")
    assert "setProvider: its calldata is not what" in ran.json["errors"][0]["message"]


def test_calls_that_only_name_their_method_are_encoded(world: World) -> None:
    document = batch(world)
    expected = world.ok("safe", "import", write("full.json", document), "--dry-run")["imported"]
    for transaction in document["transactions"]:
        transaction["data"] = None
    document["meta"]["checksum"] = compute_checksum(document)

    assert world.ok("safe", "import", write("methods.json", document), "--dry-run")["imported"] == expected


def test_signer_signs_the_one_proposal_that_came_in(world: World) -> None:
    arguments = ("safe", "import", write("batch.json", batch(world)), "--signer", "alice", "-y")
    stopped = world.run(*arguments, "-o", "json")
    data = world.ok(*arguments, "--allow", "effect-undeclared")

    assert stopped.exit_code == 6
    assert "effect-undeclared" in [finding["code"] for finding in stopped.json["findings"]]
    assert data["proposal"]["confirmations"] == [ALICE]
    assert (stopped.data["imported"][0]["state"], data["imported"][0]["state"]) == ("added", "known")


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda path: path.stem)
def test_real_files_give_the_same_transactions_again(world: World, path: Path) -> None:
    real = json.loads(path.read_text(encoding="utf-8"))
    refused = world.run("safe", "import", str(path), "-o", "json")
    adapted = json.loads(json.dumps(real).replace(real["meta"].get("createdFromSafeAddress", "none"), world.safe))
    adapted |= {"chainId": "31337"}
    if "createdFromSafeAddress" in adapted:
        adapted["createdFromSafeAddress"] = world.safe
    (item,) = world.ok("safe", "import", write("adapted.json", adapted))["imported"]
    again = export(world, item["safe_tx_hash"], "transaction-builder")

    assert error(refused) == (6, "file-refused")
    assert [(call["to"], call["value"], call["data"]) for call in again["transactions"]] == [
        (call["to"], call["value"], call["data"]) for call in real["transactions"]
    ]
    assert {call["contractMethod"]["name"] for call in again["transactions"]} <= {"grantRole", "revokeRole"}
