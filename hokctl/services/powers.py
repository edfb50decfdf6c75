"""Who holds what over a deployment: rebuilt from logs, each confirmed on the chain at one block."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.power_events import POWER_TOPICS, LoggedPowers
from hokctl.domain.authority import Authority, ContractAuthority, EoaAuthority, TimelockAuthority
from hokctl.domain.powers import Holding, PoweredContract, Powers
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
from hokctl.routes.survey import MAX_STEPS
from hokctl.services.power_contracts import find_contracts, name_created
from hokctl.services.power_reads import Confirmation

if TYPE_CHECKING:
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

TIMELOCK: Final = "TimelockController"
LogReader = Callable[[Sequence[ChecksumAddress]], "list[Log]"]
"""Returns the logs with POWER_TOPICS of contracts, from the deployment's first block to the snapshot's, in order."""


def read_powers(
    snapshot: "Snapshot",
    deployment: "Deployment",
    *,
    candidates: Iterable[ChecksumAddress] = (),
    read_logs: LogReader | None = None,
) -> Powers:
    """Return every power over the deployment's contracts at the snapshot's block.

    Contracts are those that the manifest names and those that they name or created themselves; timelocks among the
    holders are followed. `candidates` are asked about besides the accounts that logs name: a constructor can give a
    role without a log. `read_logs` reads logs in another way than asking for all of them.
    """
    search = _Search(snapshot, deployment, candidates, read_logs or plain_reader(snapshot, deployment))
    contracts = find_contracts(snapshot, deployment)
    search.read_early([one for one in contracts.values() if TIMELOCK.lower() in one.name.lower()])
    search.look_at(contracts)
    search.look_at(name_created(snapshot, deployment, search.said.created, contracts))
    for _ in range(MAX_STEPS):
        timelocks = search.new_timelocks()
        if not timelocks:
            break
        search.read_early(list(timelocks.values()))
        search.look_at(timelocks)
    return search.powers()


def plain_reader(snapshot: "Snapshot", deployment: "Deployment") -> LogReader:
    """Return the reader that asks the node for all the logs."""
    from hokctl.chain.logs import get_logs

    last = snapshot.block.number
    first = min(deployment.deployed_at_block, last)
    return lambda addresses: get_logs(snapshot.chain, addresses, [POWER_TOPICS], first, last)


class _Search:
    """What was found so far."""

    def __init__(
        self,
        snapshot: "Snapshot",
        deployment: "Deployment",
        candidates: Iterable[ChecksumAddress],
        read_logs: LogReader,
    ) -> None:
        self.said = LoggedPowers()
        self._snapshot = snapshot
        self._deployment = deployment
        suite = deployment.suite
        self._candidates = dict.fromkeys(
            (*deployment.accounts, *candidates, suite.token_manager_address, suite.factory_address)
        )
        self._read_logs = read_logs
        self._contracts: dict[ChecksumAddress, PoweredContract] = {}
        self._confirmations: dict[ChecksumAddress, Confirmation] = {}
        self._probes: dict[ChecksumAddress, Probe] = {}
        self._late: list[PoweredContract] = []

    def look_at(self, contracts: Mapping[ChecksumAddress, PoweredContract]) -> None:
        """Read the logs of further contracts, and confirm what they say."""
        if not contracts:
            return
        self._contracts |= contracts
        self.said.read(self._read_logs(sorted(contracts)))
        with self._snapshot.batch() as batch:
            self._confirmations |= {
                address: Confirmation(batch, contract, self.said.of(address), self._candidates)
                for address, contract in contracts.items()
            }

    def read_early(self, timelocks: Sequence[PoweredContract]) -> None:
        """Read the logs of timelocks from before the deployment, where the node gives them at once."""
        from hokctl.chain.logs import get_logs_at_once

        first = min(self._deployment.deployed_at_block, self._snapshot.block.number)
        if first == 0 or not timelocks:
            return
        chain, addresses = self._snapshot.chain, [timelock.address for timelock in timelocks]
        logs = get_logs_at_once(chain, addresses, [POWER_TOPICS], 0, first - 1)
        if logs is None:
            codes = chain.request_batch([("eth_getCode", [one, hex(first - 1)]) for one in addresses])
            self._late += [one for one, code in zip(timelocks, codes, strict=True) if code != "0x"]
        self.said.read(logs or [])

    def new_timelocks(self) -> dict[ChecksumAddress, PoweredContract]:
        """Return the timelocks that hold something and were not looked at."""
        holders = dict.fromkeys(holding.holder for holding in self._holdings())
        with self._snapshot.batch() as batch:
            for holder in holders:
                if holder not in self._probes and holder != ZERO_ADDRESS:
                    self._probes[holder] = Probe(batch, holder)
        return {
            holder: PoweredContract(name=TIMELOCK, address=holder)
            for holder, probe in self._probes.items()
            if probe.min_delay_s is not None and holder not in self._contracts
        }

    def powers(self) -> Powers:
        """Return everything that was found."""
        holdings = tuple(sorted(self._holdings(), key=_order))
        found = self._confirmations.values()
        return Powers(
            block=self._snapshot.block,
            from_block=min(self._deployment.deployed_at_block, self._snapshot.block.number),
            contracts=tuple(replace(one.contract, has_code=one.has_code) for one in found),
            holdings=holdings,
            admins=tuple(admin for one in found for admin in one.admins()),
            denied=tuple(sorted((denied for one in found for denied in one.denied()), key=_order)),
            kinds={holder: self._kind(holder, holdings) for holder in self._probes},
            deployers=self._deployers(),
            late=tuple(self._late),
        )

    def _deployers(self) -> tuple[ChecksumAddress, ...]:
        """Return the keys that deployed and still hold something; contracts that create others are none."""
        founders = {
            founder
            for address, contract in self._contracts.items()
            if contract.model_id is None
            for founder in self.said.of(address).founders
        }
        named = {self._deployment.deployer} if self._deployment.deployer is not None else set()
        return tuple(sorted(one for one in founders | named if one in self._probes and self._probes[one].is_key))

    def _holdings(self) -> list[Holding]:
        return [holding for one in self._confirmations.values() for holding in one.holdings()]

    def _kind(self, address: ChecksumAddress, holdings: Sequence[Holding], trail: tuple[str, ...] = ()) -> Authority:
        probe = self._probes.get(address)
        if probe is None or address in trail:
            return ContractAuthority(address=address, reason="leads back to itself" if address in trail else "")
        if probe.is_key:
            return EoaAuthority(address=address, delegate=probe.delegate)
        if probe.min_delay_s is None:
            return probe.safe or probe.governor or ContractAuthority(address=address)

        def who(*roles: RoleId) -> tuple[Authority, ...]:
            found = dict.fromkeys(one.holder for one in holdings if one.address == address and one.role in roles)
            others = [one for one in found if one not in {address, ZERO_ADDRESS}]
            return tuple(self._kind(one, holdings, (*trail, address)) for one in others)

        return TimelockAuthority(
            address=address,
            min_delay_s=probe.min_delay_s,
            proposers=who(PROPOSER_ROLE),
            executors=() if probe.open_execution else who(EXECUTOR_ROLE),
            open_execution=probe.open_execution,
            cancellers=who(CANCELLER_ROLE),
            admins=who(DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE),
            known_from_block=self._deployment.deployed_at_block if address in {a.address for a in self._late} else None,
        )


def _order(holding: Holding) -> tuple[str, str, str, str]:
    return holding.contract, holding.model_id or "", holding.power, holding.holder
