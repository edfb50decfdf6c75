"""What calls that nobody planned demand of whoever makes them: by the tables of known contracts, asked on the chain."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.checks.call_facts import Demanded
from hokctl.clients.decoding import DecodedCall
from hokctl.clients.inquiries import ask_account, ask_view
from hokctl.clients.requirements import (
    Choice,
    Condition,
    Demand,
    IsNamedBy,
    function_requirements,
    requirements_for,
)
from hokctl.services.requirement_reads import add_requirement

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch

TIMELOCK: Final = "TimelockController"
TIMELOCK_FUNCTIONS: Final = frozenset({"schedule", "scheduleBatch", "execute", "executeBatch", "cancel"})
_ACTING: Final = frozenset({"schedule", "scheduleBatch", "execute", "executeBatch", "execTransaction"})
"""Functions whose contract makes the calls inside by itself."""

Answer = Callable[[], bool | None]
Judged = Callable[[], tuple[str, bool | None]]
"""A demand in words, and whether it is met; to be asked once the batch ran."""


class DemandReads:
    """The reads that tell whether callers have what the calls demand, placed in a batch among others."""

    def __init__(
        self,
        batch: "Batch",
        calls: Sequence[DecodedCall],
        caller: ChecksumAddress,
        labels: Mapping[ChecksumAddress, str],
        *,
        planned: frozenset[bytes] = frozenset(),
    ) -> None:
        """Add the reads to `batch`; ask for `demands` once it ran.

        Calls whose data is `planned` are left out: their plan says what they demand. A call inside of a timelock's, or
        of another Safe's, is that one's.
        """
        self._batch = batch
        self._found = dict(self._each(calls, caller, labels, planned))

    @property
    def demands(self) -> tuple[Demanded, ...]:
        """What is demanded, of whom, and whether they have it."""
        judged = ((caller, contract, found()) for (caller, contract, _), found in self._found.items())
        return tuple(
            Demanded(caller=caller, contract=contract, text=text, held=held)
            for caller, contract, (text, held) in judged
        )

    def _each(
        self,
        calls: Sequence[DecodedCall],
        caller: ChecksumAddress,
        labels: Mapping[ChecksumAddress, str],
        planned: frozenset[bytes],
    ) -> Iterator[tuple[tuple[ChecksumAddress, ChecksumAddress, str], Judged]]:
        for call in calls:
            if call.to is None or call.signature is None or call.operation:
                continue
            name = call.signature.partition("(")[0]
            contract = labels.get(call.to) or (TIMELOCK if name in TIMELOCK_FUNCTIONS else "")
            for demand in _demands(contract, call.signature) if call.data not in planned else ():
                yield (caller, call.to, call.signature), self._add(demand, contract, call.to, caller)
            if name in _ACTING:
                yield from self._each(call.inner, call.to, labels, planned)

    def _add(self, demand: Demand | Choice, name: str, contract: ChecksumAddress, caller: ChecksumAddress) -> Judged:
        if isinstance(demand, Choice):
            view = self._batch.add(ask_view(contract, name, demand.view))
            present, absent = (self._add(one, name, contract, caller) for one in (demand.present, demand.absent))
            return lambda: absent() if view.failed else present()
        ways = [[self._condition(one, name, contract, caller) for one in way] for way in demand.ways]
        text = " or ".join(" and ".join(text for text, _ in way) for way in ways)
        return lambda: (text, _any([[held() for _, held in way] for way in ways], sure=not demand.note))

    def _condition(
        self, condition: Condition, name: str, contract: ChecksumAddress, caller: ChecksumAddress
    ) -> tuple[str, Answer]:
        if isinstance(condition, IsNamedBy):
            slot = self._batch.add(ask_account(contract, name, condition.view))
            return f"being the {condition.view} of {contract}", lambda: None if slot.failed else slot.value == caller
        (requirement,) = requirements_for((condition,), contract, {})
        return str(requirement), add_requirement(self._batch, requirement, caller)


def _demands(contract: str, signature: str) -> tuple[Demand | Choice, ...]:
    """Return what the tables say of a function, if all that they say can be looked up."""
    found = [one.demand for one in function_requirements() if (one.contract, one.signature) == (contract, signature)]
    different = tuple(dict.fromkeys(found))
    if len(different) != 1 or (isinstance(different[0], Demand) and (different[0].is_open or not different[0].ways)):
        return ()  # anyone may, or versions differ in a way that only they know
    return different


def _any(ways: list[list[bool | None]], *, sure: bool) -> bool | None:
    """Return whether any way is met in whole; None where that cannot be told."""
    met = [False if False in way else None if None in way else True for way in ways]
    if True in met:
        return True
    return None if None in met or not sure else False
