"""Whether owners that are contracts can sign at all: each is asked for a signature, with nothing to verify."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.reverts import ContractRevertedError
from hokctl.errors import HokctlError
from hokctl.safe.signatures import Confirmation
from hokctl.safe.tally import owner_is_asked
from hokctl.safe.transactions import SafeTx

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot


class OwnerProbes:
    """The questions to owners, placed in a batch among other reads; in the form that a Safe of `version` asks in."""

    def __init__(self, batch: "Batch", safe_tx: SafeTx, owners: Iterable[ChecksumAddress], *, version: str) -> None:
        """Ask each owner whether it stands by an empty signature, which none should: that it answers is enough."""
        asked = (Confirmation(owner=owner, contract_signature=b"") for owner in owners)
        self._slots = {one.owner: batch.add(owner_is_asked(safe_tx, one, version=version)) for one in asked}

    def answering(self, codes: Mapping[ChecksumAddress, bytes]) -> dict[ChecksumAddress, bool | None]:
        """Return whether each owner that is a contract answers; None where it reverts without saying why."""
        return {owner: _answers(slot) for owner, slot in self._slots.items() if codes.get(owner)}


def _answers(slot: "Slot[bool]") -> bool | None:
    """Tell whether a contract has the function: it answers, or it says what is wrong with the signature.

    One without the function either answers nothing, by its fallback, or reverts without a word. So do some that have
    it, when they cannot even read what they are shown.
    """
    try:
        slot.value  # noqa: B018 - reading it raises what went wrong
    except ContractRevertedError as error:
        return True if error.revert.data else None
    except HokctlError:
        return False
    return True
