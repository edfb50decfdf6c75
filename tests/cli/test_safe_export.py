"""hokctl safe export: a proposed Safe transaction for other hands."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.domain.documents import parse_document
from hokctl.safe.bundles import bundle_from_json
from hokctl.safe.exchange import read_content
from hokctl.safe.qr_parts import join_parts
from hokctl.safe.transaction_builder import compute_checksum
from tests.world import ALICE, BOB, CAROL, World

pytestmark = pytest.mark.cli


def propose(world: World, *options: str) -> Any:  # noqa: ANN401 - a test says what it expects
    """Have alice propose another split of model 21, and return the proposal."""
    return world.ok("split", "set", "21", "75%", "--signer", "alice", "-y", *options)["proposal"]


def test_the_bundle_holds_proposal_signatures_and_evidence_and_is_what_stdout_gets(world: World) -> None:
    proposal = propose(world)
    ran = world.run("safe", "export", proposal["safe_tx_hash"])
    bundle = bundle_from_json(parse_document(ran.stdout))

    assert ran.exit_code == 0
    assert bundle.proposal.safe_tx_hash == proposal["safe_tx_hash"]
    assert [confirmation.owner for confirmation in bundle.confirmations] == [ALICE]
    assert set(bundle.stated.owners) == {ALICE, BOB, CAROL}
    assert (bundle.stated.threshold, bundle.stated.nonce, bundle.evidence.simulation) == (2, 0, "matches")
    assert bundle.evidence.block.number > 0
    assert bundle.evidence.effect_hash is not None


def test_the_bundle_names_neither_persons_nor_paths(world: World) -> None:
    stdout = world.run("safe", "export", propose(world)["safe_tx_hash"]).stdout

    assert "hokctl.toml" not in stdout
    assert str(world.directory.parent) not in stdout
    assert json.loads(stdout)["proposal"]["plan"]["config_source"] is None


def test_typed_data_gives_the_same_hash_to_a_wallet(world: World) -> None:
    from eth_account.messages import encode_typed_data
    from eth_utils.crypto import keccak

    proposal = propose(world)
    document = world.ok("safe", "export", proposal["safe_tx_hash"], "--format", "typed-data")["document"]
    message = encode_typed_data(full_message=document)

    assert list(document) == ["domain", "message", "primaryType", "types"]
    assert document["types"]["EIP712Domain"] == [
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ]
    assert "0x" + keccak(b"\x19" + message.version + message.header + message.body).hex() == proposal["safe_tx_hash"]


@pytest.mark.parametrize("format_", ["bundle", "typed-data", "service", "jarvis"])
def test_every_format_comes_back_as_the_same_transaction(world: World, format_: str) -> None:
    proposal = propose(world)
    ran = world.run("safe", "export", proposal["safe_tx_hash"], "--format", format_)
    (offer,) = read_content(ran.stdout, chain_id=31337).offers

    assert (offer.kind, offer.safe_tx_hash) == (format_, proposal["safe_tx_hash"])
    assert [item.owner for item in offer.confirmations] == ([] if format_ == "typed-data" else [ALICE])


def test_formats_without_evidence_ask_no_node(world: World) -> None:
    hash_ = propose(world)["safe_tx_hash"]
    world.write_config(rpc_url="http://127.0.0.1:9")

    for format_ in ("typed-data", "service", "jarvis", "transaction-builder"):
        assert world.run("safe", "export", hash_, "--format", format_).exit_code == 0
    assert world.run("safe", "export", hash_).exit_code == 4


def test_the_transaction_builder_gets_calls_by_name_and_a_right_checksum(world: World) -> None:
    proposal = propose(world)
    ran = world.run("safe", "export", proposal["safe_tx_hash"], "--format", "transaction-builder", "-o", "json")
    document = ran.data["document"]

    assert [finding["code"] for finding in ran.json["findings"]] == ["calls-only"]
    assert document["meta"]["checksum"] == compute_checksum(document)
    assert document["meta"]["createdFromSafeAddress"] == world.safe
    assert document["transactions"][0]["contractMethod"]["name"] == "setInfrastructureAccrualBps"
    assert document["transactions"][0]["contractInputsValues"] == {"newBps": "7500"}


def test_out_writes_once_and_never_over_something_else(world: World) -> None:
    hash_ = propose(world)["safe_tx_hash"]
    arguments = ("safe", "export", hash_, "--format", "typed-data", "--out", "typed.json")
    first = world.run(*arguments)
    text = Path("typed.json").read_text(encoding="utf-8")
    again = world.run(*arguments)
    Path("typed.json").write_text("mine", encoding="utf-8")
    taken = world.run(*arguments, "-o", "json")

    assert (first.exit_code, again.exit_code, taken.exit_code) == (0, 0, 6)
    assert json.loads(text)["primaryType"] == "SafeTx"
    assert taken.json["errors"][0]["code"] == "out-taken"
    assert Path("typed.json").read_text(encoding="utf-8") == "mine"


def test_out_names_the_file_in_a_directory(world: World) -> None:
    hash_ = propose(world)["safe_tx_hash"]
    Path("stick").mkdir()
    data = world.ok("safe", "export", hash_, "--out", "stick")

    assert data["paths"] == [f"stick/0-{hash_[:10]}.bundle.json"]
    assert read_content(Path(data["paths"][0]).read_text(encoding="utf-8"), chain_id=31337).offers


def test_qr_codes_are_drawn_in_the_terminal(world: World) -> None:
    hash_ = propose(world)["safe_tx_hash"]
    ran = world.run("safe", "export", hash_, "--qr")
    lines = ran.stdout.splitlines()
    data = world.ok("safe", "export", hash_, "--qr")

    assert ran.exit_code == 0
    assert lines[0] == f"QR code 1 of {len(data['qr_parts'])}"
    assert max(len(line) for line in lines) <= 81
    assert set("".join(line for line in lines if not line.startswith("QR"))) <= set(" █▀▄")
    assert (
        join_parts("\n".join(reversed(data["qr_parts"])))
        == json.dumps(data["document"], sort_keys=True, indent=2) + "\n"
    )


@pytest.mark.parametrize(("suffix", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_qr_codes_become_numbered_images(world: World, suffix: str, magic: bytes) -> None:
    hash_ = propose(world)["safe_tx_hash"]
    data = world.ok("safe", "export", hash_, "--qr", "--out", f"code.{suffix}")

    assert len(data["paths"]) > 1
    assert data["paths"] == [f"code-{n}.{suffix}" for n in range(1, len(data["paths"]) + 1)]
    assert all(Path(path).read_bytes().startswith(magic) for path in data["paths"])


def test_a_qr_code_is_no_text_file(world: World) -> None:
    hash_ = propose(world)["safe_tx_hash"]
    ran = world.run("safe", "export", hash_, "--qr", "--out", "code.txt", "-o", "json")

    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "qr-format")
    assert not list(Path.cwd().glob("code*"))
