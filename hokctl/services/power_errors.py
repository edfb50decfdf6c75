"""Why a power cannot change hands as somebody wants it."""

from collections.abc import Sequence

from eth_typing import ChecksumAddress

from hokctl.domain.authority import Authority
from hokctl.errors import RefusedError, UsageError
from hokctl.services.power_steps import Power


class LastAdminError(RefusedError):
    """A change after which nobody could hand out any power."""

    code = "last-admin"

    def __init__(self, power: Power, account: ChecksumAddress, rest: Sequence[Authority]) -> None:
        """Name the power, the account, and the others, through whom nobody can act."""
        others = f"the others, {', '.join(one.address for one in rest)}, cannot act" if rest else "there is no other"
        super().__init__(
            f"{account} is the last to hold {power} ({power.address}): {others}.",
            hint="Give it to another account first: `hokctl roles move` grants before it revokes.",
        )


class UnrotatablePowerError(RefusedError):
    """A power that can never change hands again."""

    code = "unrotatable-power"

    def __init__(self, power: Power, reason: str) -> None:
        """Name the power and why nobody can change it."""
        super().__init__(
            f"Nobody can ever grant or revoke {power} ({power.address}): {reason}.",
            hint="The deployed version gives no way to change this; hokctl roles who tells who holds what.",
        )


class NotHeldError(RefusedError):
    """A power to be moved from an account that does not have it."""

    code = "power-not-held"

    def __init__(self, power: Power, account: ChecksumAddress, holders: Sequence[ChecksumAddress]) -> None:
        """Name the power, the account and who has it."""
        held = f"It is held by {', '.join(holders)}." if holders else "Nobody holds it."
        super().__init__(f"{account} does not hold {power} ({power.address}), so it cannot be moved.", hint=held)


class NotRevocableError(RefusedError):
    """A power that somebody must have."""

    code = "power-not-revocable"

    def __init__(self, power: Power) -> None:
        """Name the power."""
        super().__init__(
            f"{power} ({power.address}) is never left to nobody.", hint="Hand it to another account: hokctl roles move."
        )


class SameAccountError(UsageError):
    """A move from an account to itself."""

    code = "same-account"

    def __init__(self, account: ChecksumAddress) -> None:
        """Name the account."""
        super().__init__(f"--from and --to are the same account, {account}.", hint="Name two accounts.")
