"""A Safe is created, proposed to, signed for and executed on the embedded chain, through the folder and the book."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.provider_transport import ProviderTransport
from hokctl.chain.reverts import ContractRevertedError
from hokctl.chain.sending import Sender
from hokctl.chain.session import Chain
from hokctl.chain.signers import DevnetSigner
from hokctl.clients.safe import Safe
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.devnet.node import start_node
from hokctl.devnet.provider import EmbeddedProvider
from hokctl.domain.calls import Call
from hokctl.domain.plans import Plan
from hokctl.ledger.book import Ledger
from hokctl.safe.account import build_safe_creation, get_safe, get_safe_details, read_safe, safe_factory
from hokctl.safe.packing import pack_signatures
from hokctl.safe.proposals import Proposal, build_safe_tx
from hokctl.safe.signatures import Confirmation, verify_confirmations
from hokctl.safe.store import FolderStore
from hokctl.safe.transactions import verify_hashes

pytestmark = pytest.mark.integration

CHAIN_ID = 31337
NEWCOMER = Account.from_key(b"\x07" * 32)


class Team:
    """Three owners of a 2-of-3 Safe, one of whom pays the gas; a shared folder and a book."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.chain = Chain(ProviderTransport(EmbeddedProvider(start_node())), network="devnet", chain_id=CHAIN_ID)
        self.signers = [DevnetSigner(f"owner-{index}", index, CHAIN_ID, self.chain.endpoint) for index in range(3)]
        ticks = count(1_750_000_000)
        self.sender = Sender(
            self.chain,
            self.signers[0],
            ledger.journal,
            clock=lambda: next(ticks),
            max_fee_wei=None,
            timeout_s=10,
        )
        self.store = FolderStore(folder)
        self.address = self._create()

    def _create(self) -> ChecksumAddress:
        snapshot = self.chain.at()
        code = snapshot.get(safe_factory().proxy_creation_code())
        owners = [signer.address for signer in self.signers]
        creation = build_safe_creation(owners, 2, salt_nonce=1, creation_code=code)
        assert read_safe(snapshot, creation.address) is None
        assert self.sender.send(creation.call, key="create").succeeded
        return creation.address

    @property
    def safe(self) -> Safe:
        """The Safe's client."""
        return Safe(self.address)

    def propose(self, *calls: Call) -> Proposal:
        """Propose calls, and check the hash with the Safe itself."""
        snapshot = self.chain.at()
        plan = Plan(title="Change the owners", network="devnet", chain_id=CHAIN_ID, block=snapshot.block, calls=calls)
        safe_tx = build_safe_tx(plan, safe=get_safe(snapshot, self.safe.address))
        verify_hashes(safe_tx)
        theirs = snapshot.get(self.safe.get_transaction_hash(safe_tx.fields, safe_tx.nonce))
        assert theirs == safe_tx.safe_tx_hash
        assert snapshot.get(self.safe.domain_separator()) == safe_tx.domain_hash
        return self.store.add(Proposal(safe_tx=safe_tx, plan=plan, created_at=snapshot.block.timestamp))

    def sign(self, proposal: Proposal, index: int) -> None:
        """Let an owner sign the proposal's typed data."""
        signer = self.signers[index]
        signature = signer.sign_typed_data(proposal.safe_tx.typed_data())
        self.store.add_confirmation(proposal.safe_tx_hash, Confirmation(owner=signer.address, signature=signature))

    def execution(self, proposal: Proposal) -> Call:
        """Return the call that executes the proposal with the signatures in the folder."""
        owners = get_safe(self.chain.at(), self.safe.address).owners
        confirmations = self.store.confirmations(proposal.safe_tx_hash)
        verify_confirmations(confirmations, proposal.safe_tx_hash, safe=self.safe.address, owners=owners)
        return self.safe.exec_transaction(proposal.safe_tx.fields, pack_signatures(confirmations), purpose="Execute")

    def execute(self, proposal: Proposal) -> None:
        """Execute the proposal and note it."""
        receipt = self.sender.send(self.execution(proposal), key=proposal.safe_tx_hash)
        assert receipt.succeeded
        self.store.mark_executed(proposal.safe_tx_hash, receipt.tx_hash)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """A team with a new Safe."""
    with Ledger.at(tmp_path / "ledger.db") as ledger:
        yield Team(tmp_path / "proposals", ledger)


def test_a_new_safe_is_where_and_what_it_was_said_to_be(team: Team) -> None:
    details = get_safe_details(team.chain.at(), team.safe.address)
    assert set(details.authority.owners) == {signer.address for signer in team.signers}
    assert (details.authority.threshold, details.authority.nonce, details.authority.version) == (2, 0, "1.4.1")
    assert (details.singleton, details.fallback_handler) == (SAFE_1_4_1.singleton_l2, SAFE_1_4_1.fallback_handler)
    assert (details.guard, details.modules, details.more_modules) == (None, (), False)


def test_no_other_account_is_taken_for_a_safe(team: Team) -> None:
    snapshot = team.chain.at()
    for address in (team.signers[0].address, SAFE_1_4_1.multi_send, SAFE_1_4_1.singleton_l2, SAFE_1_4_1.proxy_factory):
        assert read_safe(snapshot, address) is None


def test_two_owners_sign_and_the_safe_does_what_the_plan_says(team: Team) -> None:
    proposal = team.propose(team.safe.change_threshold(1, purpose="One owner is enough"))
    for index in (1, 2):
        team.sign(proposal, index)
    team.execute(proposal)
    after = get_safe(team.chain.at(), team.safe.address)
    assert (after.threshold, after.nonce) == (1, 1)
    assert team.store.executed_by(proposal.safe_tx_hash) is not None


def test_a_batch_is_carried_out_as_a_whole(team: Team) -> None:
    newcomer = to_checksum_address(NEWCOMER.address)
    proposal = team.propose(
        team.safe.add_owner_with_threshold(newcomer, 3, purpose="Add an owner"),
        team.safe.change_threshold(2, purpose="Two owners are enough"),
    )
    assert proposal.safe_tx.to == SAFE_1_4_1.multi_send_call_only
    for index in (0, 2):
        team.sign(proposal, index)
    team.execute(proposal)
    after = get_safe(team.chain.at(), team.safe.address)
    assert (newcomer in after.owners, len(after.owners), after.threshold) == (True, 4, 2)


def test_both_kinds_of_signature_are_accepted_by_the_safe(team: Team) -> None:
    first = team.propose(team.safe.add_owner_with_threshold(to_checksum_address(NEWCOMER.address), 2, purpose="Add"))
    team.sign(first, 0)
    team.sign(first, 1)
    team.execute(first)
    second = team.propose(team.safe.change_threshold(1, purpose="Change"))
    personal = bytes(NEWCOMER.sign_message(encode_defunct(hexstr=second.safe_tx_hash)).signature)
    confirmation = Confirmation(
        owner=to_checksum_address(NEWCOMER.address), signature=personal[:-1] + bytes([personal[-1] + 4])
    )
    team.store.add_confirmation(second.safe_tx_hash, confirmation)
    team.sign(second, 2)
    team.execute(second)
    assert get_safe(team.chain.at(), team.safe.address).threshold == 1


def test_one_signature_of_two_is_not_enough_for_the_safe(team: Team) -> None:
    proposal = team.propose(team.safe.change_threshold(1, purpose="Change"))
    team.sign(proposal, 0)
    with pytest.raises(ContractRevertedError, match="GS020"):
        team.sender.send(team.execution(proposal), key=proposal.safe_tx_hash)
    assert get_safe(team.chain.at(), team.safe.address).nonce == 0


def test_executing_twice_under_one_key_sends_once(team: Team) -> None:
    proposal = team.propose(team.safe.change_threshold(1, purpose="Change"))
    team.sign(proposal, 0)
    team.sign(proposal, 1)
    call = team.execution(proposal)
    first = team.sender.send(call, key=proposal.safe_tx_hash)
    assert team.sender.send(call, key=proposal.safe_tx_hash) == first
    assert get_safe(team.chain.at(), team.safe.address).nonce == 1
