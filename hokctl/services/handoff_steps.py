"""The steps of a handoff that one account can take: accepted and given first, taken away last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.access_control import LastAdminGuard
from hokctl.clients.account_powers import RegistrarList
from hokctl.clients.ownable import Ownable2Step
from hokctl.clients.power_events import POOL_REGISTRAR
from hokctl.domain.powers import Holding, Powers
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE
from hokctl.services.handoff_wishes import Destiny, admin_holders, admin_role_of
from hokctl.services.planning import event_emitted, view_is
from hokctl.services.power_reads import PENDING_OWNER
from hokctl.services.power_steps import (
    Power,
    PowerStep,
    accept_step,
    grant_step,
    revoke_step,
    set_step,
    transfer_step,
)

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """How the contracts behave at hand, which differs by version."""

    two_steps: frozenset[ChecksumAddress]
    """Contracts whose ownership is offered and accepted."""
    quiet: frozenset[ChecksumAddress]
    """Contracts that do not log a new recipient of fees."""


def read_shapes(snapshot: "Snapshot", destinies: Sequence[Destiny]) -> Shapes:
    """Return how the contracts behave that the destinies are about. One round trip, none without any."""
    owned = [one.holding.address for one in destinies if one.holding.power == "owner"]
    paid = [one.holding.address for one in destinies if one.holding.power == "feeRecipient"]
    if not owned and not paid:
        return Shapes(two_steps=frozenset(), quiet=frozenset())
    with snapshot.batch() as batch:
        pending = {address: batch.add(Ownable2Step(address).pending_owner()) for address in owned}
        counts = {address: batch.add(LastAdminGuard(address).admin_count()) for address in paid}
    return Shapes(
        two_steps=frozenset(address for address, slot in pending.items() if not slot.failed),
        quiet=frozenset(address for address, slot in counts.items() if slot.failed),
    )


class HandoffSteps:
    """What `actor` can do so that the deployer holds nothing."""

    def __init__(self, powers: Powers, shapes: Shapes, *, deployer: ChecksumAddress, actor: ChecksumAddress) -> None:
        """Look at who holds what before."""
        self._powers = powers
        self._shapes = shapes
        self._deployer = deployer
        self._actor = actor

    def steps(self, destinies: Sequence[Destiny], pending: Sequence[Holding]) -> tuple[PowerStep, ...]:
        """Return the steps, in their order: whoever administers a contract stops doing so last."""
        mine = [one for one in pending if self._actor in self._powers.holders(one.address, PENDING_OWNER)]
        accepted = {one.address for one in mine}
        roles = [one for one in destinies if one.holding.role is not None and self._hands_out(one.holding)]
        return (
            *(accept_step(_power(one), self._deployer, self._actor) for one in mine),
            *self._settings(destinies, accepted),
            *self._grants(roles),
            *self._transfers(destinies),
            *self._revocations(roles),
        )

    def _hands_out(self, holding: Holding) -> bool:
        role = holding.role or DEFAULT_ADMIN_ROLE
        return self._actor in admin_holders(self._powers, holding.address, role)

    def _settings(self, destinies: Sequence[Destiny], accepted: set[ChecksumAddress]) -> Iterator[PowerStep]:
        for one in destinies:
            holding, address = one.holding, one.holding.address
            owns = address in accepted or self._actor in self._powers.holders(address, "owner")
            if holding.power == POOL_REGISTRAR and owns:
                yield _registrar_step(holding)
            if one.named is None:
                continue
            able = owns
            if one.named.by_admin:
                able = self._actor in self._powers.holders(address, "DEFAULT_ADMIN_ROLE")
            if able:
                logs = address not in self._shapes.quiet or holding.power != "feeRecipient"
                yield set_step(_power(holding), one.named, self._deployer, one.heirs[0], logs=logs)

    def _grants(self, roles: Sequence[Destiny]) -> Iterator[PowerStep]:
        for one in roles:
            holding = one.holding
            for heir in one.heirs:
                if holding.role is not None and heir not in self._powers.holders(holding.address, holding.power):
                    admin = admin_role_of(self._powers, holding)
                    yield grant_step(_power(holding), holding.role, heir, admin=admin)

    def _transfers(self, destinies: Sequence[Destiny]) -> Iterator[PowerStep]:
        if self._actor != self._deployer:
            return
        for one in destinies:
            holding = one.holding
            if holding.power == "owner":
                two_steps = holding.address in self._shapes.two_steps
                yield transfer_step(_power(holding), self._deployer, one.heirs[0], two_steps=two_steps)

    def _revocations(self, roles: Sequence[Destiny]) -> Iterator[PowerStep]:
        administering = {(one.holding.address, admin_role_of(self._powers, one.holding)) for one in roles}
        last = [one for one in roles if (one.holding.address, one.holding.role) in administering]
        for one in (*(other for other in roles if other not in last), *last):
            holding = one.holding
            if holding.role is not None:
                admin = admin_role_of(self._powers, holding)
                yield revoke_step(_power(holding), holding.role, self._deployer, admin=admin)


def _power(holding: Holding) -> Power:
    name = "owner" if holding.power == PENDING_OWNER else holding.power
    return Power(
        contract=holding.contract, address=holding.address, name=name, role=holding.role, model_id=holding.model_id
    )


def _registrar_step(holding: Holding) -> PowerStep:
    client = RegistrarList(holding.address)
    text = f"{holding.holder} no longer registers pools"
    call = client.set_registrar(holding.holder, authorized=False, purpose=f"Have it that {text}")
    logged = event_emitted(
        holding.address,
        client.label,
        "PoolRegistrarUpdated",
        {"registrar": ("address", holding.holder), "authorized": ("bool", False)},
        f"{text}: logged",
    )
    return PowerStep(call=call, after=(view_is(client.is_registrar(holding.holder), expected=False, text=text), logged))
