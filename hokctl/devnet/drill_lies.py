"""Copies of known attacks on what travels: files that were changed after signing, false signatures, lying services."""

from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.chain.session import Chain
from hokctl.clients.safe import Safe
from hokctl.devnet.drill_room import ATTACKER, Room
from hokctl.devnet.drill_service import record_of
from hokctl.domain.documents import JsonObject
from hokctl.safe.proposals import Proposal

if TYPE_CHECKING:
    from hokctl.services.proposals import Carried


def altered_amount(room: Room) -> "Carried":
    """Change the amount, and every hash in the file, after alice has signed; her signature stays where it is."""
    honest, changed = _altered(room)
    room.put(changed)
    alice = next(one for one in room.store.confirmations(honest.safe_tx_hash) if one.owner == room.address("alice"))
    room.put_signature(changed, alice.owner, alice.signature)
    return room.sign(changed.safe_tx_hash, foreign=True)


def _altered(room: Room) -> tuple[Proposal, Proposal]:
    honest = room.propose_honestly()
    data = honest.safe_tx.data
    amount = honest.plan.calls[0].args[2].value
    if not isinstance(amount, int):
        raise TypeError("the third argument of a payment is its amount")
    changed = data.replace(amount.to_bytes(32, "big"), (amount * 2).to_bytes(32, "big"))
    return honest, room.foreign(replace(honest.safe_tx, data=changed))


def altered_file(room: Room) -> "Carried":
    """Change the recipient in the plan that owners read, and nothing else."""
    honest = room.propose_honestly()
    call = honest.plan.calls[0]
    args = tuple(replace(one, value=room.address(ATTACKER)) if one.name == "payee" else one for one in call.args)
    room.put(replace(honest, plan=replace(honest.plan, calls=(replace(call, args=args),))))
    return room.sign(honest.safe_tx_hash)


def altered_hash(room: Room) -> "Carried":
    """State a safeTxHash in the file that its fields do not give."""
    honest = room.propose_honestly()
    room.put(honest, safe_tx_hash="0x" + "11" * 32)
    return room.sign(honest.safe_tx_hash)


def fake_signature(room: Room) -> "Carried":
    """Put the attacker's own signature into the folder under bob's name."""
    honest = room.propose_honestly()
    room.put_signature(honest, room.address("bob"), room.signature(ATTACKER, honest.safe_tx).signature)
    return room.execute(honest.safe_tx_hash)


def strangers_signature(room: Room) -> "Carried":
    """Complete the threshold with the attacker's own, true signature."""
    honest = room.propose_honestly()
    room.put_signature(honest, room.address(ATTACKER), room.signature(ATTACKER, honest.safe_tx).signature)
    return room.execute(honest.safe_tx_hash)


def service_changes_fields(room: Room) -> "Carried":
    """Answer with the honest hash and other fields."""
    honest, changed = _altered(room)
    lie: JsonObject = {**record_of(changed), "safeTxHash": honest.safe_tx_hash}
    with room.service({honest.safe_tx_hash: lie}) as store:
        return room.sign(honest.safe_tx_hash, store=store, foreign=True)


def service_answers_another(room: Room) -> "Carried":
    """Answer with another Safe transaction than was asked for."""
    honest, changed = _altered(room)
    with room.service({honest.safe_tx_hash: record_of(changed)}) as store:
        return room.sign(honest.safe_tx_hash, store=store, foreign=True)


def service_invents_confirmation(room: Room) -> "Carried":
    """Show alice's signature a second time, as bob's."""
    honest = room.propose_honestly()
    alice = room.signature("alice", honest.safe_tx)
    record = record_of(honest, [alice, replace(alice, owner=room.address("bob"))])
    with room.service({honest.safe_tx_hash: record}) as store:
        return room.execute(honest.safe_tx_hash, store=store, foreign=True)


def service_dresses_up(room: Room) -> "Carried":
    """Call a transaction that gives the attacker a module a payment, in a note like hokctl's own."""
    proposal = room.foreign(room.safe_tx(Safe(room.safe).enable_module(room.address(ATTACKER), purpose="")))
    note = '{"name": "hokctl", "title": "Pay invoice INV-1 of together-ai: 50.00 USDC", "plan": "0x' + "11" * 32 + '"}'
    with room.service({proposal.safe_tx_hash: {**record_of(proposal), "origin": note}}) as store:
        return room.sign(proposal.safe_tx_hash, store=store, foreign=True)


def lying_node(room: Room) -> "Carried":
    """Let the node show a chain that the second node does not know."""
    from hokctl.chain.provider_transport import ProviderTransport
    from hokctl.devnet.node import start_node
    from hokctl.devnet.provider import EmbeddedProvider

    honest = room.propose_honestly()
    other = Chain(
        ProviderTransport(EmbeddedProvider(start_node())), network="devnet", chain_id=room.place.chain.chain_id
    )
    other.request("anvil_mine", [hex(room.place.snapshot().block.number)])
    return replace(room, second=lambda: other).sign(honest.safe_tx_hash)
