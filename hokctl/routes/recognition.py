"""What an address is, told by how it answers: a Safe, a timelock, a governor, a key, or none of these."""

from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.governor import Governor
from hokctl.clients.timelock_controller import TimelockController
from hokctl.domain.authority import GovernorAuthority, SafeAuthority
from hokctl.domain.roles import EXECUTOR_ROLE, PROPOSER_ROLE
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.safe.account import SafeReads

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch

DELEGATION_PREFIX: Final = bytes.fromhex("ef0100")
"""What the code of an account begins with that runs another contract's code (EIP-7702); its address follows."""
_DELEGATION_BYTES: Final = 23


class Probe:
    """The reads that tell what an address is, placed in a batch among others; ask once the batch ran."""

    def __init__(self, batch: "Batch", address: ChecksumAddress) -> None:
        """Add the reads to `batch`."""
        timelock, governor = TimelockController(address), Governor(address)
        self.address = address
        self._code = batch.add_code(address)
        self._safe = SafeReads(batch, address)
        self._min_delay = batch.add(timelock.get_min_delay())
        self._proposer_role = batch.add(timelock.proposer_role())
        self._open_execution = batch.add(timelock.has_role(EXECUTOR_ROLE, ZERO_ADDRESS))
        self._name = batch.add(governor.name())
        self._counting_mode = batch.add(governor.counting_mode())
        self._voting_delay = batch.add(governor.voting_delay())
        self._voting_period = batch.add(governor.voting_period())
        self._threshold = batch.add(governor.proposal_threshold())
        self._timelock = batch.add(governor.timelock())
        self._clock_mode = batch.add(governor.clock_mode())
        self._token = batch.add(governor.token())

    @property
    def is_key(self) -> bool:
        """Whether a key acts for the address: it has no code, or only another contract's by delegation."""
        return not self._code.value or self.delegate is not None

    @property
    def delegate(self) -> ChecksumAddress | None:
        """The contract whose code the account runs (EIP-7702), or None."""
        code = self._code.value
        if len(code) != _DELEGATION_BYTES or not code.startswith(DELEGATION_PREFIX):
            return None
        return to_checksum_address(code[len(DELEGATION_PREFIX) :])

    @property
    def safe(self) -> SafeAuthority | None:
        """The Safe at the address, or None."""
        return None if self.is_key else self._safe.authority

    @property
    def min_delay_s(self) -> int | None:
        """The least delay of the timelock at the address, in seconds; None when it is no timelock."""
        answers = (self._min_delay, self._proposer_role, self._open_execution)
        if self.is_key or any(slot.failed for slot in answers) or self._proposer_role.value != PROPOSER_ROLE:
            return None
        return self._min_delay.value

    @property
    def open_execution(self) -> bool:
        """Whether anyone may execute what is due on the timelock at the address."""
        return self._open_execution.value

    @property
    def governor(self) -> GovernorAuthority | None:
        """The governor at the address, or None."""
        answers = (self._name, self._counting_mode, self._voting_delay, self._voting_period, self._threshold)
        if self.is_key or any(slot.failed for slot in answers):
            return None
        return GovernorAuthority(
            address=self.address,
            name=self._name.value,
            timelock=_named(self._timelock.value_or(ZERO_ADDRESS)),
            voting_delay=self._voting_delay.value,
            voting_period=self._voting_period.value,
            clock_is_time=self._clock_mode.value_or("").startswith("mode=timestamp"),
            proposal_threshold=self._threshold.value,
            token=_named(self._token.value_or(ZERO_ADDRESS)),
        )


def _named(address: ChecksumAddress) -> ChecksumAddress | None:
    return None if address == ZERO_ADDRESS else address
