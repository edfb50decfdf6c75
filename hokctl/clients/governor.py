"""OpenZeppelin Governor, 4.x and 5: token holders vote, and what passes is executed, by itself or by a timelock."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, Values, as_address, as_bool, as_int, as_str
from hokctl.clients.codec import WORD_BYTES, argument_types, encode_exactly, word_from_hex
from hokctl.clients.timelock_controller import TimelockCall, batch_arguments
from hokctl.domain.calls import Call
from hokctl.domain.units import Bytes32

_PROPOSAL: Final = "address[],uint256[],bytes[],bytes32"
_NAMES: Final = ("targets", "values", "calldatas", "descriptionHash")


class ProposalState(IntEnum):
    """Where a proposal stands, as the contract numbers it."""

    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


class Governor(Client):
    """A governor. Points in time are block numbers or Unix seconds, by `clock_mode`."""

    contract_name = "Governor"

    def name(self) -> Read[str]:
        """The governor's name, part of what voters sign."""
        return self._read("name()", ("string",), (), as_str)

    def version(self) -> Read[str]:
        """The version that voters sign, `1` by default."""
        return self._read("version()", ("string",), (), as_str)

    def counting_mode(self) -> Read[str]:
        """How votes are counted, such as `support=bravo&quorum=for,abstain`."""
        return self._read("COUNTING_MODE()", ("string",), (), as_str)

    def voting_delay(self) -> Read[int]:
        """From the proposal to the vote's begin, in the governor's clock."""
        return self._read("votingDelay()", ("uint256",), (), as_int)

    def voting_period(self) -> Read[int]:
        """How long the vote is open, in the governor's clock."""
        return self._read("votingPeriod()", ("uint256",), (), as_int)

    def proposal_threshold(self) -> Read[int]:
        """The votes that a proposer needs, in the token's base units."""
        return self._read("proposalThreshold()", ("uint256",), (), as_int)

    def quorum(self, timepoint: int) -> Read[int]:
        """The votes that a proposal needs whose vote began at `timepoint`, in the token's base units."""
        return self._read("quorum(uint256)", ("uint256",), (timepoint,), as_int)

    def timelock(self) -> Read[ChecksumAddress]:
        """The timelock that executes what passes. A governor without one reverts."""
        return self._read("timelock()", ("address",), (), as_address)

    def token(self) -> Read[ChecksumAddress]:
        """The token whose holders vote. A governor that counts otherwise reverts."""
        return self._read("token()", ("address",), (), as_address)

    def clock(self) -> Read[int]:
        """Now, in the governor's clock (ERC-6372). A governor before 4.9 reverts: it counts blocks."""
        return self._read("clock()", ("uint48",), (), as_int)

    def clock_mode(self) -> Read[str]:
        """What the clock counts: `mode=timestamp`, or `mode=blocknumber…` (ERC-6372)."""
        return self._read("CLOCK_MODE()", ("string",), (), as_str)

    def get_votes(self, account: ChecksumAddress, timepoint: int) -> Read[int]:
        """The votes of `account` at a point that has passed, in the token's base units."""
        return self._read("getVotes(address,uint256)", ("uint256",), (account, timepoint), as_int)

    def state(self, proposal_id: int) -> Read[int]:
        """Where the proposal stands, a ProposalState; unknown proposals revert."""
        return self._read("state(uint256)", ("uint8",), (proposal_id,), as_int)

    def proposal_snapshot(self, proposal_id: int) -> Read[int]:
        """When votes are counted and the vote begins, in the governor's clock."""
        return self._read("proposalSnapshot(uint256)", ("uint256",), (proposal_id,), as_int)

    def proposal_deadline(self, proposal_id: int) -> Read[int]:
        """When the vote ends, in the governor's clock."""
        return self._read("proposalDeadline(uint256)", ("uint256",), (proposal_id,), as_int)

    def proposal_eta(self, proposal_id: int) -> Read[int]:
        """From when a queued proposal can be executed, in Unix seconds; 0 when it is not queued."""
        return self._read("proposalEta(uint256)", ("uint256",), (proposal_id,), as_int)

    def proposal_needs_queuing(self, proposal_id: int) -> Read[bool]:
        """Whether the proposal goes through a queue before it is executed. A governor of 4.x reverts."""
        return self._read("proposalNeedsQueuing(uint256)", ("bool",), (proposal_id,), as_bool)

    def hash_proposal(self, calls: Sequence[TimelockCall], description_hash: Bytes32) -> Read[int]:
        """The id of a proposal, by the hash of its content."""
        return self._read(f"hashProposal({_PROPOSAL})", ("uint256",), _proposal(calls, description_hash), as_int)

    def get_proposal_id(self, calls: Sequence[TimelockCall], description_hash: Bytes32) -> Read[int]:
        """The id of a proposal, whichever way the governor numbers them. Governors before 5.3 revert."""
        return self._read(f"getProposalId({_PROPOSAL})", ("uint256",), _proposal(calls, description_hash), as_int)

    def propose(self, calls: Sequence[TimelockCall], description: str, *, purpose: str) -> Call:
        """Put calls to the vote. Anyone with `proposal_threshold` votes, or whom the description's end names."""
        return self._call(
            "propose(address[],uint256[],bytes[],string)",
            ("targets", "values", "calldatas", "description"),
            (*batch_arguments(calls), description),
            purpose=purpose,
        )

    def queue(self, calls: Sequence[TimelockCall], description_hash: Bytes32, *, purpose: str) -> Call:
        """Hand what has passed to the timelock. Anyone."""
        return self._call(f"queue({_PROPOSAL})", _NAMES, _proposal(calls, description_hash), purpose=purpose)

    def execute(self, calls: Sequence[TimelockCall], description_hash: Bytes32, *, purpose: str) -> Call:
        """Execute what has passed, and has waited where there is a timelock. Anyone."""
        return self._call(f"execute({_PROPOSAL})", _NAMES, _proposal(calls, description_hash), purpose=purpose)


def compute_proposal_id(calls: Sequence[TimelockCall], description_hash: Bytes32) -> int:
    """Return the id of a proposal as hokctl computes it by itself: the hash of its content."""
    encoded = encode_exactly(argument_types(f"hash({_PROPOSAL})"), _proposal(calls, description_hash))
    return int.from_bytes(keccak(encoded), "big")


def description_hash_of(description: str) -> Bytes32:
    """Return the hash that stands for a description: keccak256 of its UTF-8 bytes."""
    return Bytes32("0x" + keccak(text=description).hex())


def timelock_salt(governor: ChecksumAddress, description_hash: Bytes32) -> Bytes32:
    """Return the salt that GovernorTimelockControl schedules with: the governor's address xor the hash."""
    address = bytes.fromhex(governor[2:]).ljust(WORD_BYTES, b"\0")
    mixed = bytes(a ^ b for a, b in zip(address, word_from_hex(description_hash), strict=True))
    return Bytes32("0x" + mixed.hex())


def _proposal(calls: Sequence[TimelockCall], description_hash: Bytes32) -> Values:
    return (*batch_arguments(calls), word_from_hex(description_hash))
