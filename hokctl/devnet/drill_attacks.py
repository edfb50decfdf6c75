"""Copies of known attacks on Safe transactions that another tool made, or that a proposer dressed up."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.access_control import AccessControl
from hokctl.clients.create_call import CreateCall
from hokctl.clients.multisend import MultiSend, MultiSendItem
from hokctl.clients.safe import Operation, Safe
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.devnet.drill_room import ATTACKER, Room
from hokctl.domain.calls import Call
from hokctl.domain.plans import Plan
from hokctl.domain.roles import PAYER_ROLE
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.safe.proposals import Proposal
from hokctl.safe.transactions import SafeTx

if TYPE_CHECKING:
    from hokctl.services.proposals import Carried

_MAX: Final = 2**256 - 1
_THRESHOLD_SLOT: Final = 4


def look_alike(address: ChecksumAddress) -> ChecksumAddress:
    """Return an account of nobody's that begins and ends with the same four digits as `address`."""
    digits = address[2:].lower()
    return to_checksum_address("0x" + digits[:4] + "ba5e" * 8 + digits[-4:])


def _pay(room: Room) -> Call:
    return room.payment(room.address("together-ai"))


def _sign_foreign(room: Room, safe_tx: SafeTx, title: str | None = None) -> "Carried":
    """Have bob sign what another tool made; he accepts that nobody declared its effect, and nothing else."""
    return room.sign(room.put(room.foreign(safe_tx, title)), foreign=True)


def delegatecall_flip(room: Room) -> "Carried":
    """Turn the honest payment's operation from 0 to 1."""
    return _sign_foreign(room, room.safe_tx(_pay(room), operation=Operation.DELEGATECALL))


def unlisted_multisend(room: Room) -> "Carried":
    """Send the batch to the MultiSend that also makes delegatecalls."""
    call = _pay(room)
    items = (MultiSendItem(to=call.to or room.safe, value=0, data=call.data),)
    data = MultiSend(SAFE_1_4_1.multi_send).multi_send(items, purpose="").data
    fields = {"to": SAFE_1_4_1.multi_send, "data": data, "operation": Operation.DELEGATECALL}
    return _sign_foreign(room, room.safe_tx(call, **fields))


def delegatecall_in_batch(room: Room) -> "Carried":
    """Hide a delegatecall among the calls of an honest batch."""
    call = _pay(room)
    items = (
        MultiSendItem(to=call.to or room.safe, value=0, data=call.data),
        MultiSendItem(to=room.address(ATTACKER), value=0, data=b"", operation=Operation.DELEGATECALL),
    )
    to = SAFE_1_4_1.multi_send_call_only
    data = MultiSend(to).multi_send(items, purpose="").data
    return _sign_foreign(room, room.safe_tx(call, to=to, data=data, operation=Operation.DELEGATECALL))


def delegatecall_beside_creation(room: Room) -> "Carried":
    """Hide a delegatecall beside the creation of a contract, which the MultiSend that creates passes on as well."""
    creation = CreateCall(SAFE_1_4_1.create_call).perform_create2(room.safe, b"\0", bytes(32), purpose="")
    items = (
        MultiSendItem(to=creation.to or room.safe, value=0, data=creation.data, operation=Operation.DELEGATECALL),
        MultiSendItem(to=room.address(ATTACKER), value=0, data=b"", operation=Operation.DELEGATECALL),
    )
    data = MultiSend(SAFE_1_4_1.multi_send).multi_send(items, purpose="").data
    fields = {"to": SAFE_1_4_1.multi_send, "data": data, "operation": Operation.DELEGATECALL}
    return _sign_foreign(room, room.safe_tx(_pay(room), **fields), "Deploy the protocol")


def replaced_library(room: Room) -> "Carried":
    """Put other code where MultiSendCallOnly stands, as a chain without it allows."""
    code = "0x" + "5b" * 64 + "00"
    room.place.chain.request("anvil_setCode", [SAFE_1_4_1.multi_send_call_only, code])
    return _sign_foreign(room, room.safe_tx(_pay(room), room.payment(room.address("together-ai"), "INV-2")))


def gas_refund(room: Room) -> "Carried":
    """Let whoever executes be paid by the Safe."""
    stranger = room.address(ATTACKER)
    return _sign_foreign(room, room.safe_tx(_pay(room), base_gas=10**6, gas_price=10**12, refund_receiver=stranger))


def swapped_owner(room: Room) -> "Carried":
    """Hide the swap of an owner behind a payment."""
    sentinel = to_checksum_address("0x" + "00" * 19 + "01")
    owners = room.place.snapshot().get(Safe(room.safe).get_owners())
    swap = Safe(room.safe).swap_owner(sentinel, owners[0], room.address(ATTACKER), purpose="")
    return _sign_foreign(room, room.safe_tx(_pay(room), swap), "Pay invoice INV-1")


def enabled_module(room: Room) -> "Carried":
    """Let a contract of the attacker's act for the Safe."""
    call = Safe(room.safe).enable_module(room.address(ATTACKER), purpose="")
    return _sign_foreign(room, room.safe_tx(call), "Upgrade the treasury")


def changed_fallback_handler(room: Room) -> "Carried":
    """Put a contract of the attacker's behind the calls that the Safe does not know."""
    call = Safe(room.safe).set_fallback_handler(room.address(ATTACKER), purpose="")
    return _sign_foreign(room, room.safe_tx(call), "Upgrade the treasury")


def removed_guard(room: Room) -> "Carried":
    """Take the Safe's guard away."""
    call = Safe(room.safe).set_guard(ZERO_ADDRESS, purpose="")
    return _sign_foreign(room, room.safe_tx(call), "Clean up the treasury")


def lowered_threshold(room: Room) -> "Carried":
    """Make one confirmation enough."""
    call = Safe(room.safe).change_threshold(1, purpose="")
    return _sign_foreign(room, room.safe_tx(call), "Clean up the treasury")


def look_alike_payee(room: Room) -> "Carried":
    """Pay an account that looks like the provider's."""
    return _sign_foreign(room, room.safe_tx(room.payment(look_alike(room.address("together-ai")))))


def look_alike_provider(room: Room) -> "Carried":
    """Register an account as provider that looks like the provider's."""
    payee = look_alike(room.address("together-ai"))
    call = room.deployment.suite.reserve.set_provider(room.model_id, payee, purpose="Confirm the provider")
    return _sign_foreign(room, room.safe_tx(call))


def unlimited_approval(room: Room) -> "Carried":
    """Hide an unlimited approval behind a payment."""
    approve = room.deployment.suite.usdc.approve(room.address(ATTACKER), _MAX, purpose="")
    return _sign_foreign(room, room.safe_tx(_pay(room), approve), "Pay invoice INV-1")


def hidden_bytes(room: Room) -> "Carried":
    """Write bytes behind the arguments of an honest call."""
    call = _pay(room)
    return _sign_foreign(room, room.safe_tx(call, data=call.data + bytes.fromhex(room.safe[2:])))


def role_among_payments(room: Room) -> "Carried":
    """Grant the payer's role to the attacker in the batch that pays an invoice."""
    reserve = room.deployment.suite.reserve
    grant = AccessControl(reserve.address).grant_role(PAYER_ROLE, room.address(ATTACKER), purpose="")
    return _sign_foreign(room, room.safe_tx(_pay(room), grant), "Pay invoice INV-1")


def payment_to_the_safe(room: Room) -> "Carried":
    """Pay an invoice to the Safe itself, so that it counts as paid."""
    return _sign_foreign(room, room.safe_tx(room.payment(room.safe)))


def stale_nonce(room: Room) -> "Carried":
    """Have a proposal signed whose nonce is used up."""
    first = room.propose_honestly()
    room.sign(first.safe_tx_hash)
    room.execute(first.safe_tx_hash)
    return _sign_foreign(room, room.safe_tx(room.payment(room.address("together-ai"), "INV-2"), nonce=0))


def duplicate_invoice(room: Room) -> "Carried":
    """Propose the invoice that waits already once more, with the next nonce."""
    first = room.propose_honestly()
    again = room.safe_tx(room.payment(room.address("together-ai"), "INV-1"), nonce=first.safe_tx.nonce + 1)
    return _sign_foreign(room, again)


def drifted_threshold(room: Room) -> "Carried":
    """Have lowered the threshold to one beforehand, behind the owners' backs."""
    proposal = room.propose_honestly()
    _lower_threshold(room)
    return room.sign(proposal.safe_tx_hash)


def drifted_before_proposing(room: Room) -> "Carried":
    """Have lowered the threshold to one before anybody proposes: the first signature would be enough."""
    _lower_threshold(room)
    return room.propose()


def _lower_threshold(room: Room) -> None:
    word = "0x" + "00" * 31 + "01"
    room.place.chain.request("anvil_setStorageAt", [room.safe, hex(_THRESHOLD_SLOT), word])


def _dressed(room: Room, call: Call, *, after_of: Plan, moves_funds: bool = True) -> "Carried":
    """Have bob sign a proposal whose plan tells another story than its calls; all its hashes are right."""
    plan = replace(after_of, calls=(call,), moves_funds=moves_funds)
    proposal = Proposal(safe_tx=room.safe_tx(call), plan=plan, created_at=plan.block.timestamp)
    return room.sign(room.put(proposal))


def other_effect(room: Room) -> "Carried":
    """Declare the effect of a payment for a call that makes the attacker a payer."""
    honest = room.propose_honestly()
    reserve = room.deployment.suite.reserve
    grant = AccessControl(reserve.address, label=reserve.label).grant_role(
        PAYER_ROLE, room.address(ATTACKER), purpose="Pay invoice INV-1"
    )
    return _dressed(replace(room, folder=room.folder / "dressed"), grant, after_of=honest.plan)


def false_label(room: Room) -> "Carried":
    """Call another contract by the reserve's name."""
    honest = room.propose_honestly()
    router = room.deployment.suite.router
    call = replace(honest.plan.calls[0], to=router.address)
    return _dressed(replace(room, folder=room.folder / "dressed"), call, after_of=honest.plan)


def understated_plan(room: Room) -> "Carried":
    """Say that a payment moves no money."""
    honest = room.propose_honestly()
    dressed = replace(room, folder=room.folder / "dressed")
    return _dressed(dressed, honest.plan.calls[0], after_of=honest.plan, moves_funds=False)


def wrong_chain(room: Room) -> "Carried":
    """Have the owners sign for another chain, where the Safe has the same address."""
    safe_tx = room.safe_tx(_pay(room), chain_id=1)
    plan = replace(room.foreign(room.safe_tx(_pay(room))).plan, chain_id=1)
    return room.sign(room.put(Proposal(safe_tx=safe_tx, plan=plan, created_at=1)), foreign=True)
