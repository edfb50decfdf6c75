"""Points of the list before a signature, each on a chain where it holds and where it does not."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.codec import encode_call
from hokctl.clients.governor import Governor, description_hash_of
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.timelock_controller import TimelockCall, TimelockController
from hokctl.devnet.keys import dev_account
from hokctl.domain.calls import Call
from hokctl.domain.roles import PAUSER_ROLE, PAYER_ROLE
from hokctl.domain.units import Bytes32, SafeTxHash
from hokctl.safe.signatures import Confirmation
from hokctl.safe.store import FolderStore
from hokctl.safe.transaction_builder import builder_document
from tests.authorities import VOTING_DELAY, VOTING_PERIOD, hand_roles, impersonated
from tests.standins import (
    TWO_DAYS_S,
    act,
    create_governor,
    create_safe,
    create_timelock,
    create_votes,
    grant,
    revoke,
)
from tests.world import ALICE, BOB, CAROL, MALLORY, World, receipt_of

pytestmark = pytest.mark.integration

SALT = Bytes32("0x" + "55" * 32)
STRANGE = to_checksum_address("0x" + "ab" * 20)


def foreign(world: World, *calls: Call, safe: ChecksumAddress | None = None) -> str:
    """Bring calls in that hokctl did not plan, and return their safe_tx_hash."""
    where = safe or world.safe
    document = builder_document(calls, chain_id=31337, safe=where, name="calls", created_at=1)
    Path("calls.json").write_text(json.dumps(document), encoding="utf-8")
    (item,) = world.ok("safe", "import", "calls.json", "--safe", where)["imported"]
    return str(item["safe_tx_hash"])


def propose(world: World, number: str, amount: str, *options: str) -> str:
    """Have alice propose to pay an invoice of model 21."""
    world.ok("invoice", "add", number, "--model", "21", "--amount", amount, *options)
    return str(world.ok("invoice", "pay", number, "--signer", "alice", "-y")["proposal"]["safe_tx_hash"])


def check(world: World, reference: str) -> dict[str, Mapping[str, Any]]:
    """Return every check's record by its id, with its findings."""
    document = world.run("safe", "check", reference, "-o", "json").json
    codes = {one["id"]: set(one["codes"]) for one in document["data"]["checks"]}
    return {
        one["id"]: {**one, "findings": [each for each in document["findings"] if each["code"] in codes[one["id"]]]}
        for one in document["data"]["checks"]
    }


def found(record: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["code"], one["severity"], one["subject"]) for one in record["findings"]]


def looked_at(record: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in record["looked_at"]}


def reserve_of(world: World) -> InfrastructureReserve:
    return InfrastructureReserve(world.deployment.suite.reserve_address)


def scheduling(world: World, timelock: ChecksumAddress) -> Call:
    """Return the scheduling of a pause."""
    inner = TimelockCall(target=reserve_of(world).address, data=reserve_of(world).pause(purpose="").data)
    return TimelockController(timelock).schedule(inner, salt=SALT, delay_s=TWO_DAYS_S, purpose="")


def test_a_foreign_call_demands_what_its_contract_is_known_to_demand(world: World) -> None:
    pause = foreign(world, reserve_of(world).pause(purpose=""))
    assert check(world, pause)["role"]["findings"] == []

    with impersonated(world, world.safe):
        revoke(world, reserve_of(world).address, PAUSER_ROLE, world.safe, sender=world.safe)
    assert found(check(world, pause)["role"]) == [("role-missing", "error", world.safe)]


def test_a_timelock_is_asked_for_the_safes_role_and_its_target_for_the_timelocks(world: World) -> None:
    timelock = create_timelock(world, proposers=[ALICE])
    hash_ = foreign(world, scheduling(world, timelock))
    assert found(check(world, hash_)["role"]) == [
        ("role-missing", "error", world.safe),
        ("role-missing", "warning", timelock),
    ]

    timelock = create_timelock(world, proposers=[world.safe])
    with impersonated(world, world.safe):
        grant(world, reserve_of(world).address, PAUSER_ROLE, timelock, sender=world.safe)
    record = check(world, foreign(world, scheduling(world, timelock)))["role"]
    assert record["findings"] == []
    assert looked_at(record)[f"PROPOSER_ROLE on {timelock}"] == "held by the Safe"
    assert looked_at(record)[f"PAUSER_ROLE on {reserve_of(world).address}"] == f"held by {timelock}"


@pytest.mark.parametrize("by_time", [False, True])
def test_a_safe_proposes_to_a_governor_with_enough_votes_only(world: World, by_time: bool) -> None:
    votes = create_votes(world, {world.safe: 99}, by_time=by_time)
    governor = create_governor(world, votes, None, threshold=100)
    with impersonated(world, world.safe):
        act(world, votes, "delegate(address)", world.safe, sender=world.safe)
    world.mine(2, seconds=5)
    inner = TimelockCall(target=STRANGE, data=b"")
    hash_ = foreign(world, Governor(governor).propose((inner,), "nothing", purpose=""))
    assert found(check(world, hash_)["role"]) == [("votes-below-threshold", "error", world.safe)]

    act(world, votes, "mint(address,uint256)", world.safe, 1, sender=ALICE)
    world.mine(2, seconds=5)
    record = check(world, hash_)["role"]
    assert (record["findings"], looked_at(record)[f"votes for governor {governor}"]) == ([], "100 of 100")


def test_a_vote_is_cast_queued_and_executed_in_its_time(world: World) -> None:
    votes = create_votes(world, {ALICE: 100})
    governor = create_governor(world, votes, None, delay=VOTING_DELAY, period=VOTING_PERIOD)
    client, inner, text = Governor(governor), (TimelockCall(target=STRANGE, data=b""),), "nothing"
    id_ = world.chain.at().get(client.hash_proposal(inner, description_hash_of(text)))
    data = encode_call("castVote(uint256,uint8)", (id_, 1))
    vote = Call(to=governor, label="", signature="castVote", args=(), data=data, value=0, purpose="", requires=())
    execute = client.execute(inner, description_hash_of(text), purpose="")
    hashes = [foreign(world, vote), *_next(world, execute)]

    def now() -> list[list[tuple[str, str, str]]]:
        return [found(check(world, hash_)["vote"]) for hash_ in hashes]

    # The second waits for the first, which may mend what it lacks.
    assert now() == [[("vote-unknown", "error", str(id_))], [("vote-unknown", "warning", str(id_))]]
    world.send(client.propose(inner, text, purpose=""), ALICE)
    assert now() == [[("vote-waiting", "error", str(id_))], [("vote-waiting", "warning", str(id_))]]
    world.mine(VOTING_DELAY + 1)
    assert now() == [[], [("vote-waiting", "warning", str(id_))]]
    record = check(world, hashes[0])["vote"]
    deadline = world.chain.at().get(client.proposal_deadline(id_))
    assert looked_at(record)[f"proposal {id_}"] == f"active; the vote ends at block {deadline}"
    act(world, governor, "castVote(uint256,uint8)", id_, 1, sender=ALICE)
    world.mine(VOTING_PERIOD)
    assert now() == [[("vote-over", "error", str(id_))], []]
    world.send(execute, ALICE)
    assert now()[1] == [("vote-over", "error", str(id_))]


def _next(world: World, call: Call) -> tuple[str]:
    return (foreign(world, call),)


def test_the_runway_is_told_before_and_after_with_the_queue_taken_off(world: World) -> None:
    unknown = propose(world, "INV-1", "50")
    record = check(world, unknown)["runway"]
    assert (record["findings"], looked_at(record)) == ([], {"runway of model 21": "unknown before, unknown after"})

    with Path("hokctl.toml").open("a", encoding="utf-8") as file:
        file.write('\n[models."21"]\ndaily_burn = "100"\n')
    record = check(world, unknown)["runway"]
    assert (record["findings"], looked_at(record)) == ([], {"runway of model 21": "8 days before, 7 days after"})
    record = check(world, propose(world, "INV-2", "51"))["runway"]
    assert found(record) == [("runway-short", "warning", "21")]
    assert looked_at(record) == {"runway of model 21": "7 days before, 6 days after"}


def test_an_invoice_that_waits_at_a_timelock_is_not_paid_by_the_safe_besides(world: World) -> None:
    hash_ = propose(world, "INV-1", "50")
    timelock = create_timelock(world, proposers=[CAROL])
    hand_roles(world, timelock)
    with impersonated(world, timelock):
        grant(world, reserve_of(world).address, PAYER_ROLE, world.safe, sender=timelock)
    assert check(world, hash_)["duplicate"]["findings"] == []

    again = ("--via", "timelock", "--signer", "carol", "-y", "--allow", "invoice-already-proposed")
    operation = world.ok("invoice", "pay", "INV-1", *again)["operation"]
    (finding,) = check(world, hash_)["duplicate"]["findings"]
    assert (finding["code"], finding["severity"]) == ("invoice-already-proposed", "error")
    assert f"in operation {operation['id']}" in finding["message"]


def test_an_overdue_invoice_is_told_and_a_void_one_stops(world: World) -> None:
    late = ("--due", "2020-02-28")
    hash_ = propose(world, "INV-1", "50", *late)
    record = check(world, hash_)["invoice"]
    assert found(record) == [("invoice-overdue", "info", "INV-1")]
    assert looked_at(record) == {"INV-1": "proposed in the book, due on 2020-02-28"}

    Path("hokctl.db").unlink()
    assert check(world, hash_)["invoice"]["verdict"] == "not-applicable"
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50", *late)
    world.ok("invoice", "void", "INV-1")
    assert found(check(world, hash_)["invoice"]) == [("invoice-void", "error", "INV-1")]
    assert world.run("safe", "sign", hash_, "--signer", "bob", "-y").exit_code == 6


def test_gas_is_what_the_execution_takes_and_the_executor_must_have_it(world: World) -> None:
    hash_ = propose(world, "INV-1", "50")
    before = looked_at(check(world, hash_)["gas"])
    world.ok("safe", "sign", hash_, "--signer", "bob", "-y")
    balance = world.chain.request("eth_getBalance", [MALLORY, "latest"])
    simulated = before["gas, used in the simulation, and head-room"].replace(",", "")
    base_wei = int(world.chain.request("eth_getBlockByNumber", ["latest", False])["baseFeePerGas"], 16)
    # Enough for the gas at today's price, too little for what a transaction offers.
    world.chain.request("anvil_setBalance", [MALLORY, hex(2 * base_wei * int(simulated))])
    ran = world.run("safe", "execute", hash_, "--signer", "mallory", "-y", "-o", "json")
    assert (ran.exit_code, [one["code"] for one in ran.json["findings"] if one["severity"] == "error"]) == (
        6,
        ["executor-short"],
    )

    world.chain.request("anvil_setBalance", [MALLORY, balance])
    done = world.ok("safe", "execute", hash_, "--signer", "mallory", "-y")
    (record,) = [one for one in done["checks"] if one["id"] == "gas"]
    used = int(receipt_of(world.chain, done["outcome"]["transactions"][0]["tx_hash"])["gasUsed"], 16)
    estimated = looked_at(record)["gas, estimated by the node"]
    for told in (simulated, estimated):
        assert used <= int(told.replace(",", "")) <= 1.3 * used


@pytest.mark.parametrize(
    ("code", "able"),
    [
        ("0x00", False),  # stops, and so answers nothing
        ("0x60006000fd", False),  # reverts without a word
        ("0x600160005260206000fd", True),  # reverts with 32 bytes
        ("0x600160005260206000f3", False),  # answers 1 to whatever it is asked
        ("0x63ffffffff60e01b60005260206000f3", True),  # answers that the signature is none
    ],
)
def test_an_owner_that_is_a_contract_must_answer_when_it_is_asked_to_sign(world: World, code: str, able: bool) -> None:
    world.chain.request("anvil_setCode", [STRANGE, code])
    world.chain.request("anvil_setCode", [CAROL, code])
    safe = create_safe(world, [ALICE, STRANGE], 2)
    for where, owner, locked in ((safe, STRANGE, True), (world.safe, CAROL, False)):
        call = Call(to=BOB, label="", signature="", args=(), data=b"", value=0, purpose="", requires=())
        record = check(world, foreign(world, call, safe=where))["threshold"]
        mute = [("owner-cannot-sign", "warning", owner)]
        stop = [("threshold-unreachable", "error", where)] if locked else []
        assert found(record) == ([] if able else [*stop, *mute])
    world.chain.request("anvil_setCode", [CAROL, "0x"])


def test_a_safe_as_owner_can_sign_and_one_without_its_handler_only_approves(world: World) -> None:
    inner = create_safe(world, [BOB], 1)
    outer = create_safe(world, [ALICE, inner], 2)
    call = Call(to=BOB, label="", signature="", args=(), data=b"", value=0, purpose="", requires=())
    hash_ = foreign(world, call, safe=outer)
    assert check(world, hash_)["threshold"]["findings"] == []

    slot = "0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5"  # the fallback handler's
    world.chain.request("anvil_setStorageAt", [inner, slot, "0x" + "00" * 32])
    assert found(check(world, hash_)["threshold"]) == [
        ("threshold-unreachable", "error", outer),
        ("owner-cannot-sign", "warning", inner),
    ]
    with impersonated(world, inner):
        act(world, outer, "approveHash(bytes32)", bytes.fromhex(hash_[2:]), sender=inner)
    assert check(world, hash_)["threshold"]["findings"] == []


def test_a_strangers_signature_is_shown_and_does_not_count(world: World) -> None:
    hash_ = SafeTxHash(propose(world, "INV-1", "50"))
    store = FolderStore(world.directory / "proposals")
    typed = store.get(hash_).safe_tx.typed_data()
    signature = bytes(dev_account(6).sign_message(encode_typed_data(full_message=typed)).signature)
    store.add_confirmation(hash_, Confirmation(owner=MALLORY, signature=signature))

    record = check(world, hash_)["signatures"]
    assert found(record) == [("confirmation-not-counted", "warning", MALLORY)]
    assert looked_at(record) == {ALICE: "eip712"}
