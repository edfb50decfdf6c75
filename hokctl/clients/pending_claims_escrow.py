"""PendingClaimsEscrow of the live protocol: rewards of people who have no wallet yet. Source: the live interface.

Amounts are base units of each token. Nothing on the chain keeps a reference from being released twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import as_int
from hokctl.clients.codec import word_from_hex
from hokctl.clients.pausable import Pausable
from hokctl.domain.authority import Requirement
from hokctl.domain.calls import Call
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, PAUSER_ROLE, RELEASER_ROLE
from hokctl.domain.units import Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One claim to pay out."""

    to: ChecksumAddress
    amount_units: int
    reference: Bytes32


class PendingClaimsEscrow(AccessControl, Pausable):
    """The escrow. Its admin may take any token out, whatever is claimed."""

    contract_name = "PendingClaimsEscrow"

    def max_batch(self) -> Read[int]:
        """The most releases of one batch."""
        return self._read("MAX_BATCH()", ("uint256",), (), as_int)

    def token_balance(self, token: ChecksumAddress) -> Read[int]:
        """What the escrow holds of `token`."""
        return self._read("tokenBalance(address)", ("uint256",), (token,), as_int)

    def total_released(self, token: ChecksumAddress) -> Read[int]:
        """All that was ever released of `token`."""
        return self._read("totalReleased(address)", ("uint256",), (token,), as_int)

    def release(self, token: ChecksumAddress, release: Release, *, purpose: str) -> Call:
        """Pay one claim out; not while paused. RELEASER_ROLE."""
        return self._call(
            "release(address,address,uint256,bytes32)",
            ("token", "to", "amount", "referenceId"),
            (token, release.to, release.amount_units, word_from_hex(release.reference)),
            purpose=purpose,
            requires=(self._role(RELEASER_ROLE),),
        )

    def release_batch(self, token: ChecksumAddress, releases: Sequence[Release], *, purpose: str) -> Call:
        """Pay up to MAX_BATCH claims out, all or none; not while paused. RELEASER_ROLE."""
        return self._call(
            "releaseBatch(address,address[],uint256[],bytes32[])",
            ("token", "recipients", "amounts", "refs"),
            (
                token,
                tuple(release.to for release in releases),
                tuple(release.amount_units for release in releases),
                tuple(word_from_hex(release.reference) for release in releases),
            ),
            purpose=purpose,
            requires=(self._role(RELEASER_ROLE),),
        )

    def rescue(self, token: ChecksumAddress, to: ChecksumAddress, amount_units: int, *, purpose: str) -> Call:
        """Take any token out, paused or not. DEFAULT_ADMIN_ROLE."""
        return self._call(
            "rescue(address,address,uint256)",
            ("token", "to", "amount"),
            (token, to, amount_units),
            purpose=purpose,
            requires=(self._role(DEFAULT_ADMIN_ROLE),),
        )

    def claim_vested(
        self, vault: ChecksumAddress, schedule_id: int, *, purpose: str, requires: tuple[Requirement, ...] = ()
    ) -> Call:
        """Take in what is due of one of the escrow's schedules. No record says who may: `requires` is what it asks."""
        return self._call(
            "claimVested(address,uint256)",
            ("vault", "scheduleId"),
            (vault, schedule_id),
            purpose=purpose,
            requires=requires,
        )

    def claim_vested_batch(
        self,
        vault: ChecksumAddress,
        schedule_ids: Sequence[int],
        *,
        purpose: str,
        requires: tuple[Requirement, ...] = (),
    ) -> Call:
        """Take in what is due of several of the escrow's schedules. `requires` is what the contract asks."""
        return self._call(
            "claimVestedBatch(address,uint256[])",
            ("vault", "scheduleIds"),
            (vault, tuple(schedule_ids)),
            purpose=purpose,
            requires=requires,
        )

    def pause(self, *, purpose: str) -> Call:
        """Stop releases. PAUSER_ROLE."""
        return self._call("pause()", (), (), purpose=purpose, requires=(self._role(PAUSER_ROLE),))

    def unpause(self, *, purpose: str) -> Call:
        """Let releases go on. DEFAULT_ADMIN_ROLE."""
        return self._call("unpause()", (), (), purpose=purpose, requires=(self._role(DEFAULT_ADMIN_ROLE),))
