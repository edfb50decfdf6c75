"""Following chains of authority: from the accounts that may act to the keys behind them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.safe import Safe
from hokctl.clients.timelock_controller import TimelockController
from hokctl.domain.authority import Authority, ContractAuthority, EoaAuthority, TimelockAuthority
from hokctl.domain.roles import (
    CANCELLER_ROLE,
    DEFAULT_ADMIN_ROLE,
    EXECUTOR_ROLE,
    PROPOSER_ROLE,
    TIMELOCK_ADMIN_ROLE,
    RoleId,
)
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.routes.recognition import Probe

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.logs import LogSource
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Snapshot

ROLE_GRANTED_TOPIC: Final = "0x2f8788117e7eff1d82e926ec794901d17c78024a50270940304540a733656f0d"
"""RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)."""
MAX_STEPS: Final = 4
"""How many timelocks and Safes in a row are followed."""

_ROLES: Final = (PROPOSER_ROLE, EXECUTOR_ROLE, CANCELLER_ROLE, DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE)
_FAR: Final = f"further away than the {MAX_STEPS} steps that hokctl follows"


class _Timelock:
    """What the batch of one step says about who holds the roles of a timelock."""

    def __init__(self, batch: "Batch", address: ChecksumAddress, seen: set[tuple[RoleId, ChecksumAddress]]) -> None:
        """Add the reads that confirm the accounts `seen` in its logs to `batch`."""
        client = TimelockController(address)
        self.known_from_block: int | None = None
        self._held: dict[tuple[RoleId, ChecksumAddress], Slot[bool]] = {
            (role, account): batch.add(client.has_role(role, account)) for role, account in sorted(seen)
        }
        self._canceller_role = batch.add(client.canceller_role())

    def holders(self, *roles: RoleId) -> tuple[ChecksumAddress, ...]:
        """Return who holds one of `roles` at the snapshot, each once."""
        return tuple(dict.fromkeys(who for (role, who), slot in self._held.items() if role in roles and slot.value))

    def cancellers(self) -> tuple[ChecksumAddress, ...]:
        """Return who may cancel."""
        return self.holders(PROPOSER_ROLE if self._canceller_role.failed else CANCELLER_ROLE)


class Survey:
    """What is known about accounts at one block. Probe them, follow those that matter, then ask what each is."""

    def __init__(
        self,
        snapshot: "Snapshot",
        *,
        from_block: int,
        candidates: Iterable[ChecksumAddress] = (),
        owners: bool = False,
        logs: "LogSource | None" = None,
    ) -> None:
        """Start knowing nothing.

        Where the node does not give all the logs of a timelock at once they are read from `from_block`, or
        taken from `logs`, and `candidates` are tried as well. `owners` tells to look at what the owners of Safes are.
        """
        self._snapshot = snapshot
        self._from_block = from_block
        self._candidates = tuple(candidates)
        self._owners = owners
        self._logs = logs
        self._probes: dict[ChecksumAddress, Probe] = {}
        self._timelocks: dict[ChecksumAddress, _Timelock] = {}
        self._modules: dict[ChecksumAddress, Slot[tuple[tuple[ChecksumAddress, ...], ChecksumAddress]]] = {}

    def probe(self, batch: "Batch", addresses: Iterable[ChecksumAddress]) -> None:
        """Add what tells the kind of each of `addresses` to `batch`."""
        for address in addresses:
            if address not in self._probes and address != ZERO_ADDRESS:
                self._probes[address] = Probe(batch, address)

    def follow(self, addresses: Iterable[ChecksumAddress]) -> None:
        """Find out who acts for `addresses`, which were probed: two round trips a step, none without any to go."""
        front = tuple(dict.fromkeys(addresses))
        for _ in range(MAX_STEPS):
            timelocks = [one for one in front if self._probes[one].min_delay_s is not None]
            timelocks = [one for one in timelocks if one not in self._timelocks]
            safes = [one for one in front if self._owners and self._probes[one].safe is not None]
            front = self._step(timelocks, [one for one in safes if one not in self._modules])
            if not front:
                return

    def authority(self, address: ChecksumAddress, trail: tuple[ChecksumAddress, ...] = ()) -> Authority:
        """Return what is at `address`, with the chain behind it; `trail` is what was passed on the way to it."""
        probe = self._probes.get(address)
        if address in trail:
            return ContractAuthority(address=address, reason="leads back to itself")
        if probe is None:
            return ContractAuthority(address=address, reason=_FAR)
        if probe.is_key:
            return EoaAuthority(address=address, delegate=probe.delegate)
        if probe.safe is not None:
            behind = [one for one in probe.safe.owners if one in self._probes and not self._probes[one].is_key]
            owners = tuple(self.authority(one, (*trail, address)) for one in behind) if self._owners else ()
            return replace(probe.safe, contract_owners=owners, modules=self._modules_of(address))
        if probe.min_delay_s is not None:
            return self._timelock(probe, (*trail, address))
        return probe.governor or ContractAuthority(address=address)

    def _timelock(self, probe: Probe, trail: tuple[ChecksumAddress, ...]) -> Authority:
        found = self._timelocks.get(probe.address)
        if found is None or probe.min_delay_s is None:
            return ContractAuthority(address=probe.address, reason=f"a timelock {_FAR}")

        def each(accounts: tuple[ChecksumAddress, ...]) -> tuple[Authority, ...]:
            return tuple(self.authority(account, trail) for account in accounts)

        admins = found.holders(DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE)
        return TimelockAuthority(
            address=probe.address,
            min_delay_s=probe.min_delay_s,
            proposers=each(found.holders(PROPOSER_ROLE)),
            executors=() if probe.open_execution else each(found.holders(EXECUTOR_ROLE)),
            open_execution=probe.open_execution,
            cancellers=each(found.cancellers()),
            admins=each(tuple(admin for admin in admins if admin != probe.address)),
            known_from_block=found.known_from_block,
        )

    def _modules_of(self, safe: ChecksumAddress) -> tuple[ChecksumAddress, ...]:
        slot = self._modules.get(safe)
        return () if slot is None else slot.value_or(((), safe))[0]

    def _owners_of(self, safe: ChecksumAddress) -> tuple[ChecksumAddress, ...]:
        found = self._probes[safe].safe
        return () if found is None else found.owners

    def _step(self, timelocks: list[ChecksumAddress], safes: list[ChecksumAddress]) -> tuple[ChecksumAddress, ...]:
        """Look at who holds the roles of `timelocks`, and at owners and modules of `safes`; return these accounts."""
        if not timelocks and not safes:
            return ()
        behind: dict[ChecksumAddress, None] = {}
        logs, late = self._role_logs(timelocks)
        with self._snapshot.batch() as batch:
            for timelock in timelocks:
                seen = {(RoleId(log.topics[1]), _account(log)) for log in logs if log.address == timelock}
                if timelock in late:
                    seen |= {(role, account) for role in _ROLES for account in self._candidates}
                seen = {(role, account) for role, account in seen if account != ZERO_ADDRESS}
                self._timelocks[timelock] = _Timelock(batch, timelock, seen)
                behind |= dict.fromkeys(sorted(account for _, account in seen))
            for safe in safes:
                self._modules[safe] = batch.add(Safe(safe).get_modules_paginated())
                behind |= dict.fromkeys(self._owners_of(safe))
            self.probe(batch, behind)
        for timelock in late:
            self._timelocks[timelock].known_from_block = self._from_block
        return tuple(behind)

    def _role_logs(self, timelocks: list[ChecksumAddress]) -> tuple[list["Log"], set[ChecksumAddress]]:
        """Return every RoleGranted log of `timelocks`, and those of them whose first logs the node does not give."""
        from hokctl.chain.logs import get_logs, get_logs_at_once

        if not timelocks:
            return [], set()
        chain, last = self._snapshot.chain, self._snapshot.block.number
        topics = (ROLE_GRANTED_TOPIC, [str(role) for role in _ROLES])
        logs = get_logs_at_once(chain, timelocks, topics, 0, last)
        if logs is not None:
            return logs, set()
        first = min(self._from_block, last)
        if self._logs is not None:
            return self._logs.read(timelocks, topics), self._older(timelocks, first)
        return get_logs(chain, timelocks, topics, first, last), self._older(timelocks, first)

    def _older(self, timelocks: list[ChecksumAddress], block: int) -> set[ChecksumAddress]:
        """Return those of `timelocks` that had code before `block`, or of which the node does not say."""
        if block == 0:
            return set()
        answers = self._snapshot.chain.request_batch([("eth_getCode", [one, hex(block - 1)]) for one in timelocks])
        return {one for one, answer in zip(timelocks, answers, strict=True) if answer != "0x"}


def _account(log: "Log") -> ChecksumAddress:
    return to_checksum_address("0x" + log.topics[2][-40:])
