"""Confirming powers on the chain: each that logs name, and what contracts say of themselves."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import as_bool
from hokctl.clients.codec import encode_call
from hokctl.clients.inquiries import ask_account
from hokctl.clients.power_events import ATTESTER, LoggedContract
from hokctl.clients.requirements import function_requirements, roles_in
from hokctl.domain.powers import Holding, PoweredContract, RoleAdmin
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, RoleId, role_name
from hokctl.domain.units import ZERO_ADDRESS

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch

PENDING_OWNER: Final = "pendingOwner"

_OWNED: Final = ("owner", PENDING_OWNER)
_VIEWS: Final = {
    "HokusaiParams": (),
    "HokusaiToken": (*_OWNED, "controller"),
    "HokusaiAMM": ("owner", "treasury"),
    "TimelockController": (),
    "TokenManager": (*_OWNED, "feeRecipient", "deltaVerifier"),
    "InfrastructureReserve": (*_OWNED, "treasury"),
    "HokusaiAMMFactory": (*_OWNED, "treasury", "pauser"),
}
_ANY: Final = (*_OWNED, "treasury", "pauser", "feeRecipient")
"""What a contract of any other kind is asked: it answers what it knows."""


def known_roles(contract: str) -> frozenset[RoleId]:
    """Return the roles that contracts of this name are known to have, DEFAULT_ADMIN_ROLE among them."""
    own = (roles_in(one.demand) for one in function_requirements() if one.contract == contract)
    return frozenset({DEFAULT_ADMIN_ROLE}).union(*own)


class Confirmation:
    """The reads that tell who holds what over one contract, placed in a batch; ask once the batch ran."""

    def __init__(
        self,
        batch: "Batch",
        contract: PoweredContract,
        said: LoggedContract,
        candidates: Iterable[ChecksumAddress],
    ) -> None:
        """Ask about every account that the logs in `said` name, and about `candidates`, which none may name."""
        self.contract = contract
        self._said = said
        client = AccessControl(contract.address, label=contract.name)
        roles = sorted(known_roles(contract.name) | said.role_ids)
        pairs = dict.fromkeys((*said.roles, *((role, account) for account in candidates for role in roles)))
        self._held = {pair: batch.add(client.has_role(*pair)) for pair in pairs if pair[1] != ZERO_ADDRESS}
        self._open = {role: batch.add(client.has_role(role, ZERO_ADDRESS)) for role in roles}
        self._admins = {role: batch.add(client.get_role_admin(role)) for role in roles}
        views = _VIEWS.get(contract.name, _ANY)
        self._views = {view: batch.add(ask_account(contract.address, contract.name, view)) for view in views}
        self._listed = {one: batch.add(_ask_listed(contract, *one)) for one in said.listed}
        self._code = batch.add_code(contract.address) if contract.model_id is None else None

    @property
    def has_code(self) -> bool:
        """Whether anything is at the address; contracts of models are not asked, since a factory names them."""
        return self._code is None or bool(self._code.value)

    def holdings(self) -> list[Holding]:
        """Return what the chain confirms."""
        held = [given for given, slot in self._held.items() if slot.value_or(default=False)]
        open_roles = [(role, ZERO_ADDRESS) for role, slot in self._open.items() if slot.value_or(default=False)]
        listed = [one for one, slot in self._listed.items() if slot.value_or(default=False)]
        return [
            *(self._of_role(role, account) for role, account in (*held, *open_roles)),
            *(self._named(view, account) for view, account in self._answered() if account != ZERO_ADDRESS),
            *(self._named(power, account) for power, account in listed),
        ]

    def denied(self) -> list[Holding]:
        """Return what the logs say and the chain denies."""
        roles = [given for given, held in self._said.roles.items() if held and given[1] != ZERO_ADDRESS]
        listed = [one for one, held in self._said.listed.items() if held]
        answered = dict(self._answered())
        named = [
            (power, account)
            for power, account in self._said.named.items()
            if power != PENDING_OWNER and power in answered and answered[power] != account
        ]
        return [
            *(self._of_role(*given) for given in roles if not self._held[given].value_or(default=False)),
            *(self._named(*one) for one in listed if not self._listed[one].value_or(default=False)),
            *(self._named(*one) for one in named if one[1] != ZERO_ADDRESS),
        ]

    def admins(self) -> list[RoleAdmin]:
        """Return which role hands out each role that the contract has."""
        held = {given[0] for given, slot in self._held.items() if slot.value_or(default=False)}
        return [
            RoleAdmin(
                contract=self.contract.name,
                address=self.contract.address,
                model_id=self.contract.model_id,
                role=role,
                admin=slot.value,
                changed=self._said.admins.get(role),
            )
            for role, slot in self._admins.items()
            if not slot.failed and (role in held or role in self._said.role_ids)
        ]

    def _answered(self) -> list[tuple[str, ChecksumAddress]]:
        return [(view, slot.value) for view, slot in self._views.items() if not slot.failed]

    def _of_role(self, role: RoleId, account: ChecksumAddress) -> Holding:
        return self._holding(role_name(role), role, account)

    def _named(self, power: str, account: ChecksumAddress) -> Holding:
        return self._holding(power, None, account)

    def _holding(self, power: str, role: RoleId | None, account: ChecksumAddress) -> Holding:
        return Holding(
            contract=self.contract.name,
            address=self.contract.address,
            power=power,
            role=role,
            model_id=self.contract.model_id,
            holder=account,
            since=self._said.origins.get((power if role is None else role, account)),
        )


def _ask_listed(contract: PoweredContract, power: str, account: ChecksumAddress) -> Read[bool]:
    """Return the read that tells whether `account` is an attester, or a pool registrar, of a contract."""
    signature = "isAttester(address)" if power == ATTESTER else "poolRegistrars(address)"
    data = encode_call(signature, (account,))
    return Read(
        to=contract.address, label=contract.name, signature=signature, data=data, returns=("bool",), decode=as_bool
    )
