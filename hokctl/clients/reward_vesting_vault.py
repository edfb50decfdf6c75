"""RewardVestingVault of the live protocol: rewards that become due over time. Source: the live interface.

Amounts are base units of each schedule's token (models' tokens: 18 decimals).
"""

from dataclasses import dataclass
from typing import Final, cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, Values, as_address, as_int
from hokctl.domain.calls import Call
from hokctl.domain.units import ModelId

_SCHEDULE: Final = "(address,address,string,uint256,uint256,uint64,uint64,uint64)"


@dataclass(frozen=True, slots=True, kw_only=True)
class VestingSchedule:
    """What one beneficiary gets over time."""

    token: ChecksumAddress
    beneficiary: ChecksumAddress
    model_id: ModelId
    total_units: int
    claimed_units: int
    start: int
    """In Unix seconds."""
    cliff_s: int
    duration_s: int

    @property
    def ends_at(self) -> int:
        """When everything is due, in Unix seconds."""
        return self.start + self.duration_s


class RewardVestingVault(Client):
    """The vault. Schedules are made by the token manager, and each beneficiary claims their own."""

    contract_name = "RewardVestingVault"

    def token_manager(self) -> Read[ChecksumAddress]:
        """Who makes schedules."""
        return self._read("tokenManager()", ("address",), (), as_address)

    def next_schedule_id(self) -> Read[int]:
        """The number of the next schedule."""
        return self._read("nextScheduleId()", ("uint256",), (), as_int)

    def get_schedules_by_beneficiary(self, beneficiary: ChecksumAddress) -> Read[tuple[int, ...]]:
        """The numbers of the schedules of `beneficiary`."""
        return self._read("getSchedulesByBeneficiary(address)", ("uint256[]",), (beneficiary,), _as_ids)

    def get_schedule(self, schedule_id: int) -> Read[VestingSchedule]:
        """One schedule."""
        return self._read("getSchedule(uint256)", (_SCHEDULE,), (schedule_id,), _as_schedule)

    def claimable(self, schedule_id: int) -> Read[int]:
        """What is due of a schedule and not yet claimed."""
        return self._read("claimable(uint256)", ("uint256",), (schedule_id,), as_int)

    def claim(self, schedule_id: int, *, purpose: str) -> Call:
        """Send the caller what is due of one of their own schedules."""
        return self._call("claim(uint256)", ("scheduleId",), (schedule_id,), purpose=purpose)


def _as_ids(values: Values) -> tuple[int, ...]:
    return cast("tuple[int, ...]", values[0])


def _as_schedule(values: Values) -> VestingSchedule:
    fields = cast("tuple[ChecksumAddress, ChecksumAddress, str, int, int, int, int, int]", values[0])
    token, beneficiary, model_id, total, claimed, start, cliff, duration = fields
    return VestingSchedule(
        token=token,
        beneficiary=beneficiary,
        model_id=ModelId(model_id),
        total_units=total,
        claimed_units=claimed,
        start=start,
        cliff_s=cliff,
        duration_s=duration,
    )
