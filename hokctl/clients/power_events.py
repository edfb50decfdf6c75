"""The logs that say who gained or lost a power, and which contracts the deployment's own contracts created."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.receipts import Log
from hokctl.chain.wire import parse_address
from hokctl.domain.powers import Origin
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, RoleId
from hokctl.domain.units import ZERO_ADDRESS

ATTESTER: Final = "attester"
POOL_REGISTRAR: Final = "poolRegistrar"


def _topic(signature: str) -> str:
    return "0x" + keccak(text=signature).hex()


ROLE_GRANTED: Final = _topic("RoleGranted(bytes32,address,address)")
ROLE_REVOKED: Final = _topic("RoleRevoked(bytes32,address,address)")
ROLE_ADMIN_CHANGED: Final = _topic("RoleAdminChanged(bytes32,bytes32,bytes32)")
_OWNERSHIP_TRANSFERRED: Final = _topic("OwnershipTransferred(address,address)")
_ATTESTER_ADDED: Final = _topic("AttesterAdded(address,uint256)")
_ATTESTER_REMOVED: Final = _topic("AttesterRemoved(address,uint256)")
_REGISTRAR_UPDATED: Final = _topic("PoolRegistrarUpdated(address,bool)")

_NAMED: Final = {
    _OWNERSHIP_TRANSFERRED: "owner",
    _topic("OwnershipTransferStarted(address,address)"): "pendingOwner",
    _topic("TreasuryUpdated(address,address)"): "treasury",
    _topic("TreasuryUpdated(address)"): "treasury",
    _topic("FeeRecipientUpdated(address)"): "feeRecipient",
    _topic("PauserUpdated(address,address)"): "pauser",
    _topic("DeltaVerifierUpdated(address)"): "deltaVerifier",
    _topic("ControllerUpdated(address)"): "controller",
}
"""Events whose last indexed address is the account that the contract names from then on."""

_CREATED: Final = {
    _topic("ParamsDeployed(string,address,address,uint256,uint16)"): "HokusaiParams",
    _topic("ParamsDeployed(string,address,address,uint256,uint16,uint256)"): "HokusaiParams",
    _topic("TokenDeployed(string,address,address,string,string,uint256)"): "HokusaiToken",
    _topic("PoolCreated(string,address,address,uint256,uint256,uint256)"): "HokusaiAMM",
}
"""Events of TokenManager and factory whose first two indexed values are a model's id, hashed, and a new contract."""

_LISTED: Final = {_ATTESTER_ADDED: ATTESTER, _ATTESTER_REMOVED: ATTESTER, _REGISTRAR_UPDATED: POOL_REGISTRAR}
_TAKEN: Final = (ROLE_REVOKED, _ATTESTER_REMOVED)
_TOPICS: Final = {ROLE_GRANTED: 4, ROLE_REVOKED: 4, ROLE_ADMIN_CHANGED: 4, **dict.fromkeys(_CREATED, 4)}
"""How many topics a log of each has, where it is always the same."""

POWER_TOPICS: Final = (ROLE_GRANTED, ROLE_REVOKED, ROLE_ADMIN_CHANGED, *_LISTED, *_NAMED, *_CREATED)
"""The first topics of all logs that tell of powers."""

Given = tuple[RoleId, ChecksumAddress]
"""Role and account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedContract:
    """A contract that TokenManager or the factory created."""

    name: str
    address: ChecksumAddress
    model_topic: str
    """The hash of the model's id."""
    creator: ChecksumAddress
    block_number: int


@dataclass(slots=True)
class LoggedContract:
    """What the logs of one contract say, in their order: the last word counts."""

    roles: dict[Given, bool] = field(default_factory=dict)
    """Every account that ever held a role, and whether the logs say that it still does."""
    listed: dict[tuple[str, ChecksumAddress], bool] = field(default_factory=dict)
    """The same for attesters and pool registrars."""
    named: dict[str, ChecksumAddress] = field(default_factory=dict)
    """By power the account that was named last, such as the owner; the zero address for none."""
    origins: dict[Given | tuple[str, ChecksumAddress], Origin] = field(default_factory=dict)
    """The latest log that gave each of these."""
    admins: dict[RoleId, Origin] = field(default_factory=dict)
    """The roles whose admin was changed, with the latest log that did."""
    founders: set[ChecksumAddress] = field(default_factory=set)
    """Who was the first owner, or gave itself DEFAULT_ADMIN_ROLE, which only a constructor makes possible."""

    @property
    def role_ids(self) -> set[RoleId]:
        """Every role that the logs name."""
        return {role for role, _ in self.roles} | set(self.admins)

    def _read(self, log: Log) -> None:
        topic, origin = log.topics[0], Origin(block_number=log.block_number, tx_hash=log.tx_hash)
        held = topic not in _TAKEN and (topic != _REGISTRAR_UPDATED or any(log.data))
        if topic in {ROLE_GRANTED, ROLE_REVOKED}:
            given = RoleId(log.topics[1]), _address(log.topics[2])
            self.roles[given] = held
            self.origins |= {given: origin} if held else {}
            if held and given[0] == DEFAULT_ADMIN_ROLE and log.topics[2] == log.topics[3]:
                self.founders.add(given[1])
        elif topic == ROLE_ADMIN_CHANGED:
            self.admins[RoleId(log.topics[1])] = origin
        elif topic in _LISTED:
            listed = _LISTED[topic], _address(log.topics[1])
            self.listed[listed] = held
            self.origins |= {listed: origin} if held else {}
        elif topic in _NAMED:
            named = _NAMED[topic], _address(log.topics[-1])
            self.named[named[0]] = named[1]
            self.origins[named] = origin
            if topic == _OWNERSHIP_TRANSFERRED and _address(log.topics[1]) == ZERO_ADDRESS:
                self.founders.add(named[1])


@dataclass(slots=True)
class LoggedPowers:
    """What the logs of many contracts say."""

    contracts: dict[ChecksumAddress, LoggedContract] = field(default_factory=dict)
    created: list[CreatedContract] = field(default_factory=list)

    def read(self, logs: Iterable[Log]) -> None:
        """Take in `logs`, of any of POWER_TOPICS and in order. Logs that are not as their topic promises are passed."""
        for log in logs:
            if not log.topics or len(log.topics) != _TOPICS.get(log.topics[0], len(log.topics)):
                continue
            if log.topics[0] in _CREATED:
                self.created.append(_created(log))
            elif len(log.topics) > 1:
                self.of(log.address)._read(log)  # noqa: SLF001 - of this module

    def of(self, contract: ChecksumAddress) -> LoggedContract:
        """Return what the logs of `contract` say."""
        return self.contracts.setdefault(contract, LoggedContract())


CREATION_TOPICS: Final = frozenset(_CREATED)
"""The first topics of the logs that tell of a new contract of a model."""


def read_creation(log: Log) -> CreatedContract | None:
    """Return the contract that a log says was created; None for every other log. Mind whose log it is."""
    if not log.topics or log.topics[0] not in _CREATED or len(log.topics) != _TOPICS[log.topics[0]]:
        return None
    return _created(log)


def _created(log: Log) -> CreatedContract:
    return CreatedContract(
        name=_CREATED[log.topics[0]],
        address=_address(log.topics[2]),
        model_topic=log.topics[1],
        creator=log.address,
        block_number=log.block_number,
    )


def _address(topic: str) -> ChecksumAddress:
    return parse_address("0x" + topic[-40:], "an address in a topic")
