"""The life of a proposal on genuine Safes 1.3.0, 1.4.1 and 1.5.0: all four kinds of confirmation, every command."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.safe import Safe
from hokctl.devnet.keys import dev_account
from hokctl.domain.units import SafeTxHash
from hokctl.safe.account import get_safe
from hokctl.safe.packing import pack_signatures, unpack_signatures
from hokctl.safe.signatures import Confirmation, approved_hash, head_of
from hokctl.safe.store import FolderStore
from hokctl.safe.tally import Tally, read_tally
from tests.safes import VERSIONS, add_safe_contracts
from tests.world import ALICE, BACKEND, BOB, CAROL, MALLORY, TOGETHER, World

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # safe-eth-py's own dependencies use old names
]

ALLOW = ("--allow", "safe-changes-itself")


def create(world: World, version: str, *owners: str, threshold: int) -> ChecksumAddress:
    """Create a Safe of `version`, with its contracts where the chain has none."""
    add_safe_contracts(world.chain, version)
    options = [option for owner in owners for option in ("--owner", owner)]
    made = world.ok(
        "safe", "create", "--version", version, *options, "--threshold", str(threshold), "--signer", "deployer", "-y"
    )
    return to_checksum_address(made["safe"])


def propose(world: World, safe: ChecksumAddress, *argv: str, signer: str = "alice") -> SafeTxHash:
    """Propose a change of the threshold, or what `argv` say."""
    what = argv or ("owners", "threshold", "1")
    done = world.ok("safe", *what, "--safe", safe, "--signer", signer, "-y", *ALLOW)
    return SafeTxHash(done["proposal"]["safe_tx_hash"])


def confirmed(world: World, safe_tx_hash: str) -> list[str]:
    found = world.ok("safe", "show", safe_tx_hash)["proposal"]["confirmations"]
    assert isinstance(found, list)
    return found


def store_of(world: World) -> FolderStore:
    return FolderStore(world.directory / "proposals")


def tally_of(world: World, safe_tx_hash: SafeTxHash) -> Tally:
    safe_tx = store_of(world).get(safe_tx_hash).safe_tx
    snapshot = world.chain.at()
    return read_tally(snapshot, safe_tx, get_safe(snapshot, safe_tx.safe), store_of(world).confirmations(safe_tx_hash))


def sign_personally(index: int, safe_tx_hash: str) -> Confirmation:
    """Return the eth_sign confirmation of one of the ten accounts."""
    account = Account.from_key(dev_account(index).key)
    signed = bytes(account.sign_message(encode_defunct(hexstr=safe_tx_hash)).signature)
    return Confirmation(owner=to_checksum_address(account.address), signature=signed[:-1] + bytes([signed[-1] + 4]))


def execute(world: World, safe_tx_hash: str) -> dict[str, Any]:
    """Execute as mallory, who owns nothing."""
    (done,) = world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")["outcome"]["transactions"]
    assert isinstance(done, dict)
    return done


@pytest.mark.parametrize("version", VERSIONS)
def test_four_owners_confirm_in_four_ways_and_a_stranger_executes(world: World, version: str) -> None:
    nested = create(world, "1.4.1" if version == "1.3.0" else version, "together", "backend", threshold=2)
    safe = create(world, version, "alice", "bob", "carol", nested, threshold=4)
    assert world.ok("safe", "info", "--safe", safe)["version"] == version
    safe_tx_hash = propose(world, safe)
    assert confirmed(world, safe_tx_hash) == [ALICE]

    store_of(world).add_confirmation(safe_tx_hash, sign_personally(2, safe_tx_hash))
    approved = world.ok("safe", "approve", safe_tx_hash, "--signer", "carol", "-y", *ALLOW)
    assert approved["owner"] == CAROL
    assert approved["outcome"]["transactions"][0]["events"][0]["name"] == "ApproveHash"
    world.ok("safe", "sign", safe_tx_hash, "--for", nested, "--signer", "together", "-y", *ALLOW)
    assert nested not in confirmed(world, safe_tx_hash)
    waiting = world.run("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y", "-o", "json")
    assert (waiting.exit_code, waiting.json["errors"][0]["code"]) == (8, "threshold-not-reached")
    last = world.ok("safe", "sign", safe_tx_hash, "--for", nested, "--signer", "backend", "-y", *ALLOW)

    everybody = sorted((ALICE, BOB, CAROL, nested), key=lambda owner: int(owner, 16))
    assert last["proposal"]["confirmations"] == everybody == confirmed(world, safe_tx_hash)
    kinds = [item.kind.value for item in tally_of(world, safe_tx_hash).counted]
    assert sorted(kinds) == ["approved_hash", "contract", "eip712", "eth_sign"]
    (waiting_entry,) = world.ok("safe", "queue", "--safe", safe)["proposals"]
    assert (waiting_entry["confirmations"], waiting_entry["executable"]) == (everybody, True)
    assert execute(world, safe_tx_hash)["status"] == "success"
    assert world.ok("safe", "info", "--safe", safe)["threshold"] == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_a_nested_safe_approves_through_a_proposal_of_its_own(world: World, version: str) -> None:
    nested = create(world, version, "together", "backend", threshold=2)
    safe = create(world, version, "alice", nested, threshold=2)
    safe_tx_hash = propose(world, safe)
    inner = world.ok("safe", "approve", safe_tx_hash, "--signer", "together", "-y", *ALLOW)
    assert (inner["owner"], inner["proposal"]["safe"]) == (nested, nested)
    assert inner["effects"] != []
    world.ok("safe", "sign", inner["proposal"]["safe_tx_hash"], "--signer", "backend", "-y", *ALLOW)
    assert confirmed(world, safe_tx_hash) == [ALICE]
    execute(world, inner["proposal"]["safe_tx_hash"])

    assert set(confirmed(world, safe_tx_hash)) == {ALICE, nested}
    again = world.ok("safe", "approve", safe_tx_hash, "--signer", "together", "-y", *ALLOW)
    assert (again["plan"]["calls"], again["outcome"]) == ([], None)
    assert execute(world, safe_tx_hash)["status"] == "success"


def test_a_signer_of_the_nested_safe_is_told_when_nobody_explains_the_hash(world: World) -> None:
    nested = create(world, "1.4.1", "together", "backend", threshold=2)
    safe = create(world, "1.4.1", "alice", nested, threshold=2)
    safe_tx_hash = propose(world, safe)
    inner = world.ok("safe", "approve", safe_tx_hash, "--signer", "together", "-y", *ALLOW)["proposal"]
    path = Path(store_of(world).location_of(store_of(world).get(safe_tx_hash)))
    (path / "proposal.json").unlink()
    ran = world.run("safe", "sign", inner["safe_tx_hash"], "--signer", "backend", "-y", "-o", "json")

    assert (ran.exit_code, "approval-unexplained" in [item["code"] for item in ran.json["findings"]]) == (6, True)


def test_a_signer_of_the_nested_safe_sees_what_is_behind_the_hash(world: World) -> None:
    nested = create(world, "1.4.1", "together", "backend", threshold=2)
    safe = create(world, "1.4.1", "alice", nested, threshold=2)
    safe_tx_hash = propose(world, safe)
    inner = world.ok("safe", "approve", safe_tx_hash, "--signer", "together", "-y", *ALLOW)["proposal"]
    ran = world.run("safe", "sign", inner["safe_tx_hash"], "--signer", "backend", "-y", *ALLOW)

    assert ran.exit_code == 0
    assert safe_tx_hash in ran.stderr
    assert "Set the threshold to 1" in ran.stderr
    unasked = world.run("safe", "sign", inner["safe_tx_hash"], "--signer", "backend", "-y", "-o", "json")
    assert (unasked.exit_code, unasked.json["errors"][0]["code"]) == (6, "second-confirmation")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_tally_and_the_safes_own_contract_agree_about_each_confirmation(world: World, version: str) -> None:
    nested = create(world, version, "together", threshold=1)
    safe = create(world, version, "alice", "bob", "carol", nested, threshold=2)
    safe_tx_hash, store = propose(world, safe), store_of(world)
    safe_tx = store.get(safe_tx_hash).safe_tx
    world.ok("safe", "sign", safe_tx_hash, "--for", nested, "--signer", "together", "-y", *ALLOW)
    good = {item.owner: item for item in store.confirmations(safe_tx_hash)}
    tampered = bytearray(good[nested].contract_signature or b"")
    tampered[3] ^= 1
    handed_in = [
        good[ALICE],
        good[nested],
        replace(good[nested], contract_signature=bytes(tampered)),
        replace(good[nested], contract_signature=b""),
        approved_hash(BOB),
        Confirmation(owner=CAROL, contract_signature=good[nested].contract_signature),
        approved_hash(MALLORY),
        sign_personally(2, safe_tx_hash),
    ]
    snapshot = world.chain.at()
    authority = get_safe(snapshot, safe)
    for confirmation in handed_in:
        tally = read_tally(snapshot, safe_tx, authority, [confirmation])
        batch = snapshot.batch()
        packed = pack_signatures([confirmation])
        theirs = batch.add(Safe(safe).check_n_signatures(safe_tx_hash, safe_tx.pre_image, packed, 1))
        batch.run()
        assert (tally.counted != ()) is not theirs.failed, confirmation
        assert (tally.uncounted != ()) is theirs.failed, confirmation


@pytest.mark.parametrize("version", VERSIONS)
def test_safe_eth_py_packs_and_reads_the_same_bytes(world: World, version: str) -> None:
    from eth_typing import URI
    from safe_eth.eth import EthereumClient
    from safe_eth.safe import Safe as PeerSafe
    from safe_eth.safe.safe_signature import SafeSignature

    nested = create(world, version, "together", threshold=1)
    safe = create(world, version, "alice", "bob", "carol", nested, threshold=4)
    safe_tx_hash = propose(world, safe)
    store_of(world).add_confirmation(safe_tx_hash, sign_personally(2, safe_tx_hash))
    world.ok("safe", "approve", safe_tx_hash, "--signer", "carol", "-y", *ALLOW)
    world.ok("safe", "sign", safe_tx_hash, "--for", nested, "--signer", "together", "-y", *ALLOW)
    counted = tally_of(world, safe_tx_hash).counted
    packed = pack_signatures(counted)
    safe_tx = store_of(world).get(safe_tx_hash).safe_tx

    peer = PeerSafe(safe, EthereumClient(URI(world.url)))  # type: ignore[abstract]  # it makes the fitting subclass
    theirs = peer.build_multisig_tx(safe_tx.to, safe_tx.value, safe_tx.data, safe_nonce=safe_tx.nonce)
    assert theirs.safe_tx_hash.to_0x_hex() == safe_tx_hash
    parsed = SafeSignature.parse_signature(packed, theirs.safe_tx_hash, safe_tx.pre_image)
    assert bytes(SafeSignature.export_signatures(parsed)) == packed
    assert [item.owner for item in parsed] == [item.owner for item in counted]
    client = EthereumClient(URI(world.url))
    assert all(item.is_valid(client, safe, version) for item in parsed)
    assert unpack_signatures(packed, safe_tx_hash) == counted
    theirs.signatures = packed
    theirs.call()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_batch_goes_through_the_multisend_of_the_safes_own_version(world: World, version: str) -> None:
    safe = create(world, version, "alice", threshold=1)
    usdc, snapshot = world.deployment.suite.usdc, world.chain.at()
    from hokctl.domain.plans import Plan
    from hokctl.safe.proposals import Proposal, build_safe_tx

    calls = tuple(usdc.approve(spender, 5, purpose=f"Approve {spender}") for spender in (BACKEND, TOGETHER))
    plan = Plan(title="Approve", network="devnet", chain_id=31337, block=snapshot.block, calls=calls, declared=False)
    safe_tx = build_safe_tx(plan, safe=get_safe(snapshot, safe))
    assert safe_tx.to == VERSIONS[version].multi_send_call_only
    store_of(world).add(Proposal(safe_tx=safe_tx, plan=plan, created_at=1_750_000_000, proposer=ALICE))
    signing = ("safe", "sign", safe_tx.safe_tx_hash, "--signer", "alice", "-y", "--allow", "effect-undeclared")
    if version == "1.3.0":
        # What stands in for the contract does as it does, but its code is not the one that hokctl knows.
        refused = world.run(*signing, "-o", "json")
        assert (refused.exit_code, refused.json["findings"][0]["code"]) == (6, "delegatecall-code")
        world.send(Safe(safe).exec_transaction(safe_tx.fields, head_of(ALICE, v=1), purpose="Execute"), ALICE)
    else:
        world.ok(*signing)
        executing = ("safe", "execute", safe_tx.safe_tx_hash, "--signer", "bob", "-y", "--allow", "effect-undeclared")
        assert world.ok(*executing)["outcome"]["transactions"][0]["status"] == "success"
    for spender in (BACKEND, TOGETHER):
        assert world.chain.at().get(usdc.allowance(safe, spender)) == 5
