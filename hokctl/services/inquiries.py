"""Which version of a function stands at an address, and what it asks of its caller there."""

from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.reverts import ContractRevertedError
from hokctl.clients.access_control import AccessControl
from hokctl.clients.inquiries import ask_account, ask_view, attempt, lacking, may_have
from hokctl.clients.requirements import (
    ANYONE,
    UNRECORDED,
    Choice,
    Condition,
    Demand,
    FunctionRequirement,
    HasRole,
    IsNamedBy,
    Owns,
    Way,
    holder_of,
    id_of_role,
)
from hokctl.domain.roles import EXECUTOR_ROLE, RoleId, role_name
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.errors import HokctlError

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot


class Inquiry:
    """What a contract says of itself: which of some functions it has and whom they let pass."""

    def __init__(
        self, address: ChecksumAddress, functions: tuple[FunctionRequirement, ...], *, given: str | None = None
    ) -> None:
        """Prepare to ask the contract at `address` about overloads of one function, and about a role it hands out."""
        self._address = address
        self._given = given
        self._role_admin: Slot[RoleId] | None = None
        self._functions = functions
        self._attempts: dict[str, Slot[None]] = {}

    def ask(self, batch: "Batch") -> None:
        """Add the reads of its code and its views to `batch`."""
        address, label = self._address, self._functions[0].contract
        demands = [function.demand for function in self._functions]
        choices = sorted({demand.view for demand in demands if isinstance(demand, Choice)})
        names = sorted({view for demand in demands for one in _versions(demand) for view in one.views})
        self._code = batch.add_code(address)
        self._views = {view: batch.add(ask_view(address, label, view)) for view in choices}
        self._accounts = {view: batch.add(ask_account(address, label, view)) for view in names}
        if self._given is not None:
            self._role_admin = batch.add(AccessControl(address).get_role_admin(id_of_role(self._given)))
        self._open_execution = batch.add(AccessControl(address).has_role(EXECUTOR_ROLE, ZERO_ADDRESS))

    def attempt(self, batch: "Batch") -> None:
        """Add a stranger's calls of the functions to `batch`."""
        for one in self._functions:
            self._attempts[one.signature] = batch.add(attempt(self._address, one.contract, one.signature))

    def function(self) -> FunctionRequirement | None:
        """Return the overload that the contract has, or None."""
        here = [one for one in self._functions if may_have(self._code.value, one.selector)]
        return here[0] if here and self._code.value else None

    def accounts(self) -> dict[str, ChecksumAddress]:
        """Return the accounts that its views name, the zero address where it has no such view."""
        return {view: slot.value_or(ZERO_ADDRESS) for view, slot in self._accounts.items()}

    def is_open(self, demand: Demand) -> bool:
        """Tell whether everybody passes because the zero address holds EXECUTOR_ROLE, the timelock's way to say so."""
        asks = any(HasRole("EXECUTOR_ROLE") in way for way in demand.ways)
        return asks and self._open_execution.value_or(False)

    def demand(self, function: FunctionRequirement) -> Demand:
        """Return what the function asks in the version that stands here.

        The tables say it; where the contract itself refused a stranger for another reason, or let it pass, it is right.
        """
        if self._role_admin is not None and not self._role_admin.failed:
            return holder_of(role_name(self._role_admin.value))
        written = function.demand
        if isinstance(written, Choice):
            written = written.absent if self._views[written.view].failed else written.present
        if not written.ways and written != UNRECORDED:
            return written
        outcome = _failure(self._attempts[function.signature])
        if outcome is None:
            return written if written.is_open else Demand(ANYONE.ways, "the contract lets a stranger make this call")
        lacked = lacking(outcome.revert) if isinstance(outcome, ContractRevertedError) else None
        if lacked is None or _is_expected(lacked, written):
            return written
        return Demand(((lacked,),), "as the contract itself says when a stranger makes this call")

    def ways(self, demand: Demand) -> tuple[Way, ...]:
        """Return the ways of `demand` without those that lead to an account which is not set, if any is left."""
        unset = {view for view, account in self.accounts().items() if account == ZERO_ADDRESS}
        closed = {way for way in demand.ways for one in way if isinstance(one, IsNamedBy) and one.view in unset}
        return tuple(way for way in demand.ways if way not in closed) or demand.ways


def _versions(demand: Demand | Choice) -> tuple[Demand, ...]:
    return (demand.present, demand.absent) if isinstance(demand, Choice) else (demand,)


def _is_expected(lacked: Condition, written: Demand) -> bool:
    """Tell whether what a stranger lacked is what the tables say, or Ownable's error for an account a view names."""
    named = any(isinstance(one, IsNamedBy) for way in written.ways for one in way)
    return any(lacked in way for way in written.ways) or (named and isinstance(lacked, Owns))


def _failure(slot: "Slot[None]") -> HokctlError | None:
    try:
        slot.value  # noqa: B018 - reading it raises what went wrong
    except HokctlError as error:
        return error
    return None
