"""Choosing among the powers over a deployment: those over one contract, those of one account."""

from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.powers import Holding, Powers
from hokctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


class UnknownContractError(UsageError):
    """A contract that the deployment does not have."""

    code = "unknown-contract"

    def __init__(self, name: str, known: "Iterable[str]") -> None:
        """Name it, and those that there are."""
        super().__init__(f"This deployment has no contract {name!r}.", hint=f"It has: {', '.join(sorted(set(known)))}.")


def choose_holdings(powers: Powers, contract: str | None, holder: ChecksumAddress | None) -> tuple[Holding, ...]:
    """Return the powers over `contract`, a name or an address, that `holder` holds; None stands for any.

    Raises UnknownContractError.
    """
    wanted = None if contract is None else contract.lower()
    places = [one for one in powers.contracts if wanted in {None, one.name.lower(), one.address.lower()}]
    if not places and contract is not None:
        raise UnknownContractError(contract, (one.name for one in powers.contracts))
    where = {one.address for one in places}
    return tuple(one for one in powers.holdings if one.address in where and holder in {None, one.holder})
