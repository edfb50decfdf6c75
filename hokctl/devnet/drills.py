"""Drills: harmless copies of known attacks against hokctl's own services, on a chain inside this process.

Every attack goes the real way: files in a folder, a Transaction Service on loopback, real signatures, the services
that `safe sign` and `safe execute` call. An attack is caught when it is refused under the code that it must be
refused under; each way in is also gone honestly, and must lead through.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hokctl.devnet import drill_attacks as forged
from hokctl.devnet import drill_lies as lies
from hokctl.devnet.drill_room import Room, build_room
from hokctl.devnet.drill_service import record_of
from hokctl.devnet.workplace import Workplace
from hokctl.errors import HokctlError, UsageError
from hokctl.ledger.book import Ledger
from hokctl.services.proposals import Carried, CarryState

if TYPE_CHECKING:
    from hokctl.chain.transport import Transport

Go = Callable[[Room], Carried]
_THROUGH: Final = frozenset({CarryState.PROPOSED, CarryState.CONFIRMED, CarryState.DONE})


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack, and the code that must catch it."""

    name: str
    code: str
    go: Go

    @property
    def detail(self) -> str:
        """What the attacker does."""
        return (self.go.__doc__ or "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """How an attack, or an honest way, came out."""

    name: str
    ok: bool
    """An attack was caught; an honest way led through."""
    code: str | None
    """What refused it."""
    detail: str


ATTACKS: Final = (
    Attack("delegatecall-flip", "delegatecall-unlisted", forged.delegatecall_flip),
    Attack("unlisted-multisend", "delegatecall-unlisted", forged.unlisted_multisend),
    Attack("delegatecall-in-batch", "delegatecall-inside", forged.delegatecall_in_batch),
    Attack("delegatecall-beside-creation", "delegatecall-inside", forged.delegatecall_beside_creation),
    Attack("replaced-library", "delegatecall-code", forged.replaced_library),
    Attack("gas-refund", "gas-refund", forged.gas_refund),
    Attack("wrong-chain", "proposal-chain", forged.wrong_chain),
    Attack("swapped-owner", "safe-change-bundled", forged.swapped_owner),
    Attack("enabled-module", "second-confirmation", forged.enabled_module),
    Attack("changed-fallback-handler", "effect-surplus-storage", forged.changed_fallback_handler),
    Attack("removed-guard", "second-confirmation", forged.removed_guard),
    Attack("lowered-threshold", "effect-surplus-storage", forged.lowered_threshold),
    Attack("drifted-threshold", "safe-drift", forged.drifted_threshold),
    Attack("drifted-before-proposing", "safe-drift", forged.drifted_before_proposing),
    Attack("look-alike-payee", "payee-look-alike", forged.look_alike_payee),
    Attack("look-alike-provider", "payee-look-alike", forged.look_alike_provider),
    Attack("payment-to-the-safe", "impossible-payee", forged.payment_to_the_safe),
    Attack("unlimited-approval", "unlimited-approval", forged.unlimited_approval),
    Attack("role-among-payments", "bundled-authority", forged.role_among_payments),
    Attack("hidden-bytes", "hidden-bytes", forged.hidden_bytes),
    Attack("stale-nonce", "stale-nonce", forged.stale_nonce),
    Attack("duplicate-invoice", "invoice-already-proposed", forged.duplicate_invoice),
    Attack("other-effect", "effect-surplus-event", forged.other_effect),
    Attack("false-label", "label-mismatch", forged.false_label),
    Attack("understated-plan", "plan-understates", forged.understated_plan),
    Attack("altered-amount", "proposal-tampered", lies.altered_amount),
    Attack("altered-file", "proposal-tampered", lies.altered_file),
    Attack("altered-hash", "proposal-tampered", lies.altered_hash),
    Attack("fake-signature", "proposal-tampered", lies.fake_signature),
    Attack("strangers-signature", "threshold-not-reached", lies.strangers_signature),
    Attack("service-changes-fields", "service-untrusted", lies.service_changes_fields),
    Attack("service-answers-another", "service-untrusted", lies.service_answers_another),
    Attack("service-invents-confirmation", "threshold-not-reached", lies.service_invents_confirmation),
    Attack("service-dresses-up", "second-confirmation", lies.service_dresses_up),
    Attack("lying-node", "second-node-disagrees", lies.lying_node),
)


class UnknownAttackError(UsageError):
    """A name that no drill has."""

    code = "unknown-attack"

    def __init__(self, name: str) -> None:
        """Name the name."""
        known = ", ".join(attack.name for attack in ATTACKS)
        super().__init__(f"There is no drill called {name[:40]!r}.", hint=f"The drills are: {known}.")


def choose_attacks(name: str | None) -> tuple[Attack, ...]:
    """Return the attack called `name`, all without a name; raises UnknownAttackError."""
    chosen = tuple(attack for attack in ATTACKS if name in {None, attack.name})
    if not chosen:
        raise UnknownAttackError(name or "")
    return chosen


def run_drills(
    transport: "Transport", directory: Path, *, clock: Callable[[], int], attacks: Sequence[Attack] = ATTACKS
) -> tuple[tuple[Drilled, ...], tuple[Drilled, ...]]:
    """Run the attacks and the honest ways on the fresh devnet behind `transport`; return how each came out."""
    with Ledger.at(directory / "hokctl.db") as ledger:
        place = Workplace.open(
            transport, ledger, manifest=directory / "devnet.json", proposals=directory / "proposals", clock=clock
        )
        room = build_room(place, directory)
        drilled = tuple(_judge(attack, *_alone(room, attack.name, attack.go)) for attack in attacks)
        return drilled, tuple(_judge_honest(name, *_alone(room, name, go)) for name, go in HONEST)


def _alone(room: Room, name: str, go: Go) -> tuple[Carried | None, HokctlError | None]:
    """Go one way in a room of its own: an empty folder, an empty book, and the chain put back afterwards."""
    chain = room.place.chain
    snapshot = chain.request("evm_snapshot", [])
    try:
        with Ledger.open("sqlite://") as ledger:
            own = replace(room, place=replace(room.place, ledger=ledger), folder=room.folder / name)
            return go(own), None
    except HokctlError as error:
        return None, error
    finally:
        chain.request("evm_revert", [snapshot])


def _judge(attack: Attack, carried: Carried | None, error: HokctlError | None) -> Drilled:
    codes = _codes(carried, error)
    caught = attack.code in codes
    code = attack.code if caught else next(iter(codes), None)
    detail = (
        attack.detail if caught else f"{attack.detail} Expected {attack.code}, found {', '.join(codes) or 'nothing'}."
    )
    return Drilled(name=attack.name, ok=caught, code=code, detail=detail)


def _codes(carried: Carried | None, error: HokctlError | None) -> Sequence[str]:
    """Return the codes under which it was refused; none when it led through."""
    if error is not None:
        return [error.code]
    if carried is None or carried.state is not CarryState.REFUSED:
        return []
    return [finding.code for finding in carried.findings if finding.blocks(frozenset({"effect-undeclared"}))]


def _judge_honest(name: str, carried: Carried | None, error: HokctlError | None) -> Drilled:
    codes = _codes(carried, error)
    through = carried is not None and carried.state in _THROUGH
    detail = "It leads through, as it must." if through else f"It was held up: {error or ', '.join(codes)}"
    return Drilled(name=name, ok=through, code=next(iter(codes), None), detail=detail)


def _honest_folder(room: Room) -> Carried:
    proposal = room.propose_honestly()
    room.sign(proposal.safe_tx_hash)
    return room.execute(proposal.safe_tx_hash)


def _honest_other_tool(room: Room) -> Carried:
    proposal = room.foreign(room.safe_tx(room.payment(room.address("together-ai"))))
    return room.sign(room.put(proposal), foreign=True)


def _honest_batch(room: Room) -> Carried:
    payee = room.address("together-ai")
    proposal = room.foreign(room.safe_tx(room.payment(payee), room.payment(payee, "INV-2")))
    return room.sign(room.put(proposal), foreign=True)


def _honest_service(room: Room) -> Carried:
    proposal = room.foreign(room.safe_tx(room.payment(room.address("together-ai"))))
    both = [room.signature(name, proposal.safe_tx) for name in ("alice", "bob")]
    with room.service({proposal.safe_tx_hash: record_of(proposal, both)}) as store:
        return room.execute(proposal.safe_tx_hash, store=store, foreign=True)


def _honest_proposal(room: Room) -> Carried:
    return room.propose()


HONEST: Final[tuple[tuple[str, Go], ...]] = (
    ("honest-payment", _honest_folder),
    ("honest-proposal", _honest_proposal),
    ("honest-other-tool", _honest_other_tool),
    ("honest-batch", _honest_batch),
    ("honest-service", _honest_service),
)
