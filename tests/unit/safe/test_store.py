"""The shared folder keeps proposals and signatures, and believes no file in it."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address

from hokctl.config.file_errors import FileWriteError
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.safe.proposals import PlanMismatchError, Proposal, ProposalStore, proposal_to_json
from hokctl.safe.references import ProposalReferenceError
from hokctl.safe.signatures import Confirmation, InvalidSignatureError, approved_hash
from hokctl.safe.store import FolderStore, ProposalStoreError, ProposalTamperedError

from .samples import (
    CHAIN_ID,
    CREATED_AT,
    OTHER_SAFE,
    OWNER_KEYS,
    OWNERS,
    SAFE_ADDRESS,
    STRANGER,
    batch_proposal,
    plan_of,
    sample_proposal,
    sign,
    sign_personally,
    threshold_call,
)

pytestmark = pytest.mark.unit

PROPOSAL = sample_proposal()
HASH = PROPOSAL.safe_tx_hash
TX_HASH = TxHash("0x" + "cd" * 32)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """An empty shared folder that does not exist yet."""
    return FolderStore(tmp_path / "proposals")


@pytest.fixture
def directory(store: FolderStore) -> Path:
    """The directory of PROPOSAL, signed by the first owner."""
    store.add(PROPOSAL)
    store.add_confirmation(HASH, sign(PROPOSAL.safe_tx, OWNER_KEYS[0]))
    return store.path_of(PROPOSAL)


def edit(path: Path, change: Callable[[Any], object]) -> None:
    """Change a JSON file the way a stranger would."""
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def test_a_proposal_is_one_file_named_after_chain_safe_nonce_and_hash(store: FolderStore) -> None:
    kept: ProposalStore = store
    assert kept.add(PROPOSAL) == PROPOSAL
    files = [path.relative_to(store.folder).as_posix() for path in store.folder.rglob("*") if path.is_file()]
    assert files == [f"{CHAIN_ID}/{SAFE_ADDRESS}/7-{HASH}/proposal.json"]
    text = (store.folder / files[0]).read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


def test_what_was_added_is_found_again(store: FolderStore) -> None:
    proposals = [PROPOSAL, replace(batch_proposal(), created_at=CREATED_AT + 1)]
    for proposal in proposals:
        store.add(proposal)
    assert [store.get(proposal.safe_tx_hash) for proposal in proposals] == proposals
    assert list(store.list(CHAIN_ID, SAFE_ADDRESS)) == proposals


def test_an_empty_folder_has_nothing(store: FolderStore) -> None:
    assert store.list(CHAIN_ID, SAFE_ADDRESS) == ()
    with pytest.raises(ProposalReferenceError, match="No proposal"):
        store.get(HASH)


def test_proposals_are_listed_by_nonce_and_then_by_age(store: FolderStore) -> None:
    late = sample_proposal(nonce=7, created_at=CREATED_AT + 9)
    late = replace(late, safe_tx=replace(late.safe_tx, data=threshold_call(2).data), plan=plan_of(threshold_call(2)))
    proposals = [sample_proposal(nonce=2), sample_proposal(nonce=7), late, sample_proposal(nonce=10)]
    for proposal in reversed(proposals):
        store.add(proposal)
    assert list(store.list(CHAIN_ID, SAFE_ADDRESS)) == proposals


def test_other_safes_and_chains_are_not_listed(store: FolderStore) -> None:
    store.add(PROPOSAL)
    assert store.list(CHAIN_ID, OTHER_SAFE) == ()
    assert store.list(1, SAFE_ADDRESS) == ()


def test_proposing_twice_keeps_the_first(store: FolderStore) -> None:
    store.add(PROPOSAL)
    before = (store.path_of(PROPOSAL) / "proposal.json").read_bytes()
    again = replace(PROPOSAL, created_at=CREATED_AT + 60, proposer=OWNERS[1])
    assert store.add(again) == PROPOSAL
    assert (store.path_of(PROPOSAL) / "proposal.json").read_bytes() == before


def test_a_proposal_whose_plan_is_something_else_is_not_kept(store: FolderStore) -> None:
    with pytest.raises(PlanMismatchError):
        store.add(replace(PROPOSAL, plan=plan_of(threshold_call(1))))
    assert not store.folder.exists()


@pytest.mark.parametrize(
    "reference", [HASH, HASH[2:], HASH[:10], HASH[2:10], HASH.upper().replace("0X", "0x"), HASH[:20]]
)
def test_a_proposal_is_found_by_any_unique_beginning_of_its_hash(store: FolderStore, reference: str) -> None:
    store.add(PROPOSAL)
    store.add(batch_proposal())
    assert store.get(reference) == PROPOSAL


@pytest.mark.parametrize(
    "reference", ["", "0x", HASH[:9], "INV-1", HASH + "0", HASH[:8] + "zz", "../" + HASH, HASH + "\n"]
)
def test_what_is_no_beginning_of_a_hash_is_refused(store: FolderStore, reference: str) -> None:
    store.add(PROPOSAL)
    with pytest.raises(ProposalReferenceError) as caught:
        store.get(reference)
    assert (caught.value.code, caught.value.exit_code) == ("unknown-proposal", 2)


def test_an_ambiguous_beginning_is_refused(store: FolderStore) -> None:
    store.add(PROPOSAL)
    twin = store.path_of(PROPOSAL).with_name(f"8-{HASH[:-1]}{'0' if HASH[-1] != '0' else '1'}")
    twin.mkdir()
    (twin / "proposal.json").write_text("{}")
    with pytest.raises(ProposalReferenceError, match="2 proposals"):
        store.get(HASH[:12])
    assert store.get(HASH) == PROPOSAL


def test_every_signature_is_a_file_of_its_own_named_after_its_owner(store: FolderStore, directory: Path) -> None:
    store.add_confirmation(HASH, sign_personally(PROPOSAL.safe_tx, OWNER_KEYS[2]))
    assert sorted(path.name for path in directory.iterdir()) == sorted(
        [f"{OWNERS[0]}.signature.json", f"{OWNERS[2]}.signature.json", "proposal.json"]
    )
    assert [item.owner for item in store.confirmations(HASH)] == [OWNERS[0], OWNERS[2]]
    assert [item.kind.value for item in store.confirmations(HASH)] == ["eip712", "eth_sign"]


def test_signatures_are_listed_by_owner(store: FolderStore) -> None:
    store.add(PROPOSAL)
    for account in reversed(OWNER_KEYS):
        store.add_confirmation(HASH, sign(PROPOSAL.safe_tx, account))
    assert [item.owner for item in store.confirmations(HASH)] == list(OWNERS)


def test_signing_twice_changes_nothing(store: FolderStore, directory: Path) -> None:
    before = (directory / f"{OWNERS[0]}.signature.json").read_bytes()
    store.add_confirmation(HASH, sign_personally(PROPOSAL.safe_tx, OWNER_KEYS[0]))
    assert (directory / f"{OWNERS[0]}.signature.json").read_bytes() == before


def test_confirmations_of_all_four_kinds_are_kept_and_read(store: FolderStore) -> None:
    store.add(PROPOSAL)
    contract = Confirmation(owner=OTHER_SAFE, contract_signature=b"\x01\x02")
    given = [
        sign(PROPOSAL.safe_tx, OWNER_KEYS[0]),
        sign_personally(PROPOSAL.safe_tx, OWNER_KEYS[1]),
        approved_hash(OWNERS[2]),
        contract,
    ]
    for confirmation in given:
        store.add_confirmation(HASH, confirmation)
    found = store.confirmations(HASH)
    assert sorted(given, key=lambda item: int(item.owner, 16)) == list(found)
    assert {item.kind.value for item in found} == {"eip712", "eth_sign", "approved_hash", "contract"}


def test_what_only_the_chain_could_prove_makes_way_for_a_signature(store: FolderStore) -> None:
    store.add(PROPOSAL)
    store.add_confirmation(HASH, approved_hash(OWNERS[0]))
    store.add_confirmation(HASH, sign(PROPOSAL.safe_tx, OWNER_KEYS[0]))
    store.add_confirmation(HASH, Confirmation(owner=OWNERS[0], contract_signature=b"\x01"))
    assert store.confirmations(HASH) == (sign(PROPOSAL.safe_tx, OWNER_KEYS[0]),)


def test_a_signature_that_is_not_its_owners_is_not_kept(store: FolderStore, directory: Path) -> None:
    forged = replace(sign(PROPOSAL.safe_tx, STRANGER), owner=OWNERS[1])
    with pytest.raises(InvalidSignatureError):
        store.add_confirmation(HASH, forged)
    assert not (directory / f"{OWNERS[1]}.signature.json").exists()


def test_a_signature_for_an_unknown_proposal_is_refused(store: FolderStore) -> None:
    with pytest.raises(ProposalReferenceError):
        store.add_confirmation(SafeTxHash(HASH), sign(PROPOSAL.safe_tx, OWNER_KEYS[0]))


def test_an_execution_is_noted_once_and_remembered(store: FolderStore, directory: Path) -> None:
    assert store.executed_by(HASH) is None
    store.mark_executed(HASH, TX_HASH)
    store.mark_executed(HASH, TX_HASH)
    assert store.executed_by(HASH) == TX_HASH
    assert (directory / "executed.json").is_file()
    assert list(store.list(CHAIN_ID, SAFE_ADDRESS)) == [PROPOSAL]


def test_files_of_others_are_passed_over(store: FolderStore, directory: Path) -> None:
    (store.folder / "README.md").write_text("what this is")
    (store.folder / ".git").mkdir()
    (store.folder / "0").mkdir()
    (store.folder / str(CHAIN_ID) / "notes").mkdir()
    (directory.parent / "7-0xabc").mkdir()
    (directory.parent / f"8-0x{'0' * 64}").mkdir()
    (directory / ".proposal.json.abc.tmp").write_text("{")
    (directory / "notes.txt").write_text("looks right")
    (directory / "0xabc.signature.json").write_text("{")
    assert list(store.list(CHAIN_ID, SAFE_ADDRESS)) == [PROPOSAL]
    assert [item.owner for item in store.confirmations(HASH)] == [OWNERS[0]]


TAMPERED: list[tuple[str, Callable[[Any], object]]] = [
    ("another target", lambda it: it["safe_tx"].update(to=OTHER_SAFE)),
    ("a delegatecall", lambda it: it["safe_tx"].update(operation=1)),
    ("another nonce", lambda it: it["safe_tx"].update(nonce="8")),
    ("another chain", lambda it: it["safe_tx"].update(chain_id=1)),
    ("another Safe", lambda it: it["safe_tx"].update(safe=OTHER_SAFE)),
    ("a gas refund", lambda it: it["safe_tx"].update(gas_price="1", refund_receiver=OTHER_SAFE)),
    ("an old version", lambda it: it["safe_tx"].update(version="1.1.1")),
    ("other bytes", lambda it: it["safe_tx"].update(data="0x")),
    ("another plan", lambda it: it["plan"].update(title="Harmless")),
    ("no plan", lambda it: it.pop("plan")),
    ("another hash", lambda it: it.update(safe_tx_hash="0x" + "00" * 32)),
    ("another format", lambda it: it.update(version=2)),
    ("an escape sequence", lambda it: it["plan"].update(title="\x1b[2J")),
]


@pytest.mark.parametrize(("name", "change"), TAMPERED, ids=[name for name, _ in TAMPERED])
def test_a_proposal_edited_by_hand_is_refused(
    store: FolderStore, directory: Path, name: str, change: Callable[[Any], object]
) -> None:
    edit(directory / "proposal.json", change)
    for attempt in (
        lambda: store.get(HASH),
        lambda: store.list(CHAIN_ID, SAFE_ADDRESS),
        lambda: store.add(PROPOSAL),
        lambda: store.confirmations(HASH),
        lambda: store.add_confirmation(HASH, sign(PROPOSAL.safe_tx, OWNER_KEYS[1])),
    ):
        with pytest.raises(ProposalTamperedError) as caught:
            attempt()
        assert str(directory) in caught.value.message, name
        assert (caught.value.code, caught.value.exit_code) == ("proposal-tampered", 6)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"version": 1, "version": 1}', b"\xff\xfe", b"<<<<<<< HEAD\n"])
@pytest.mark.parametrize("name", ["proposal.json", f"{OWNERS[0]}.signature.json"])
def test_a_file_that_is_not_json_is_refused(store: FolderStore, directory: Path, name: str, content: bytes) -> None:
    (directory / name).write_bytes(content)
    with pytest.raises(ProposalTamperedError, match=name.replace(".", r"\.")):
        store.confirmations(HASH)


def test_a_whole_other_proposal_under_this_name_is_refused(store: FolderStore, directory: Path) -> None:
    other = replace(
        PROPOSAL, safe_tx=replace(PROPOSAL.safe_tx, data=threshold_call(1).data), plan=plan_of(threshold_call(1))
    )
    (directory / "proposal.json").write_text(json.dumps(proposal_to_json(other)))
    with pytest.raises(ProposalTamperedError, match="it belongs into"):
        store.get(HASH)


@pytest.mark.parametrize("level", ["chain", "safe", "nonce"])
def test_a_directory_moved_elsewhere_is_refused(store: FolderStore, directory: Path, level: str) -> None:
    target = {
        "chain": store.folder / "1" / SAFE_ADDRESS / directory.name,
        "safe": store.folder / str(CHAIN_ID) / OTHER_SAFE / directory.name,
        "nonce": directory.with_name(directory.name.replace("7-", "6-")),
    }[level]
    target.parent.mkdir(parents=True, exist_ok=True)
    directory.rename(target)
    with pytest.raises(ProposalTamperedError, match="it belongs into"):
        store.get(HASH)


def test_one_tampered_proposal_does_not_hide_the_others(store: FolderStore, directory: Path) -> None:
    other = sample_proposal(nonce=8)
    store.add(other)
    edit(directory / "proposal.json", lambda it: it["plan"].update(title="Harmless"))
    scan = store.scan(CHAIN_ID, SAFE_ADDRESS)
    assert scan.proposals == (other,)
    assert [error.code for error in scan.errors] == ["proposal-tampered"]


SIGNATURE_EDITS: list[Callable[[Any], object]] = [
    lambda it: it.update(signature=it["signature"][:-2] + "05"),
    lambda it: it.update(signature=it["signature"][:-4]),
    lambda it: it.update(signature="0x" + "11" * 64 + "1b"),
    lambda it: it.update(signature=5),
    lambda it: it.update(owner=OWNERS[1]),
    lambda it: it.update(owner=OWNERS[0].lower()),
    lambda it: it.update(safe_tx_hash="0x" + "00" * 32),
    lambda it: it.pop("safe_tx_hash"),
    lambda it: it.update(version=2),
    lambda it: it.update(kind="eth_sign"),
    lambda it: it.pop("kind"),
    lambda it: it.update(contract_signature="0x"),
]


@pytest.mark.parametrize("change", SIGNATURE_EDITS)
def test_a_signature_edited_by_hand_is_refused(
    store: FolderStore, directory: Path, change: Callable[[Any], object]
) -> None:
    edit(directory / f"{OWNERS[0]}.signature.json", change)
    with pytest.raises(ProposalTamperedError):
        store.confirmations(HASH)
    with pytest.raises(ProposalTamperedError):
        store.add_confirmation(HASH, sign(PROPOSAL.safe_tx, OWNER_KEYS[0]))


def test_a_signature_under_anothers_name_is_refused(store: FolderStore, directory: Path) -> None:
    (directory / f"{OWNERS[0]}.signature.json").rename(directory / f"{OWNERS[1]}.signature.json")
    with pytest.raises(ProposalTamperedError, match=f"holds the signature of {OWNERS[0]}"):
        store.confirmations(HASH)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(tx_hash="0x"),
        lambda it: it.pop("tx_hash"),
        lambda it: it.update(safe_tx_hash="0x" + "0" * 64),
    ],
)
def test_an_execution_edited_by_hand_is_refused(
    store: FolderStore, directory: Path, change: Callable[[Any], object]
) -> None:
    store.mark_executed(HASH, TX_HASH)
    edit(directory / "executed.json", change)
    with pytest.raises(ProposalTamperedError):
        store.executed_by(HASH)


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FileWriteError) as caught:
        FolderStore(tmp_path / "file").add(PROPOSAL)
    assert caught.value.exit_code == 1


def test_a_directory_in_place_of_a_signature_is_reported(store: FolderStore, directory: Path) -> None:
    (directory / f"{OWNERS[1]}.signature.json").mkdir()
    with pytest.raises(ProposalStoreError) as caught:
        store.confirmations(HASH)
    assert (caught.value.code, caught.value.exit_code) == ("proposal-store", 1)


def test_a_folder_that_cannot_be_listed_is_reported(
    store: FolderStore, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(ProposalStoreError, match="Permission denied"):
        store.get(HASH)
    assert directory.exists()


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as a team would."""
    identity = ("-c", "user.name=ops", "-c", "user.email=ops@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_two_owners_who_sign_in_their_own_clones_merge_without_conflict(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    git(first, "init", "-b", "main")
    FolderStore(first).add(PROPOSAL)
    git(first, "add", ".")
    git(first, "commit", "-m", "propose")
    git(tmp_path, "clone", "first", "second")
    second = tmp_path / "second"
    for folder, account in ((first, OWNER_KEYS[0]), (second, OWNER_KEYS[1])):
        FolderStore(folder).add_confirmation(HASH, sign(PROPOSAL.safe_tx, account))
        FolderStore(folder).mark_executed(HASH, TX_HASH)
        git(folder, "add", ".")
        git(folder, "commit", "-m", "sign")
    git(first, "pull", "--no-rebase", "--no-edit", str(second), "main")
    assert [item.owner for item in FolderStore(first).confirmations(HASH)] == list(OWNERS[:2])


def test_proposals_of_different_safes_live_side_by_side(store: FolderStore) -> None:
    other: Proposal = replace(PROPOSAL, safe_tx=replace(PROPOSAL.safe_tx, safe=to_checksum_address("0x" + "77" * 20)))
    store.add(PROPOSAL)
    store.add(other)
    assert list(store.list(CHAIN_ID, other.safe_tx.safe)) == [other]
    assert {proposal.safe_tx.safe for proposal in store.scan(CHAIN_ID).proposals} == {SAFE_ADDRESS, other.safe_tx.safe}
    assert store.scan(1).proposals == ()
