"""Distinct types for identifiers and hashes, so that one never stands in for another."""

import re
from dataclasses import dataclass
from typing import Final, NewType

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.errors import UsageError

ModelId = NewType("ModelId", str)
"""The id of a model: compared byte for byte by the protocol."""
SafeTxHash = NewType("SafeTxHash", str)
"""The EIP-712 hash of a Safe transaction, 0x and 64 lower-case hex digits."""
InvoiceHash = NewType("InvoiceHash", str)
"""The hash that stands for an invoice on the chain, 0x and 64 lower-case hex digits."""
TxHash = NewType("TxHash", str)
"""The hash of a chain transaction, 0x and 64 lower-case hex digits."""
PlanHash = NewType("PlanHash", str)
"""The content hash of a plan, 0x and 64 lower-case hex digits."""
OperationId = NewType("OperationId", str)
"""The id of a timelock's operation, the hash of all that it does, 0x and 64 lower-case hex digits."""
Bytes32 = NewType("Bytes32", str)
"""Any other 32 bytes, such as a salt or a description's hash, 0x and 64 lower-case hex digits."""

ZERO_ADDRESS: Final = ChecksumAddress("0x0000000000000000000000000000000000000000")  # type: ignore[arg-type]  # NewType over a NewType
ZERO_HASH: Final = "0x" + "00" * 32
MAX_MODEL_ID_BYTES: Final = 64

_PRINTABLE_WITHOUT_SPACE = re.compile(r"[!-~]+")


class InvalidModelIdError(UsageError):
    """A model id that the protocol could not tell from another at a glance."""

    code = "invalid-model-id"

    def __init__(self, text: str) -> None:
        """Name the offending id."""
        super().__init__(
            f"{text!r} is not a model id: an id has 1 to {MAX_MODEL_ID_BYTES} printable ASCII characters and no space.",
            hint="Model ids are compared byte for byte; `hokctl model list` shows the known ones.",
        )


def parse_model_id(text: str) -> ModelId:
    """Return the model id in `text`; raise InvalidModelIdError for white space or unprintable characters."""
    if len(text) > MAX_MODEL_ID_BYTES or not _PRINTABLE_WITHOUT_SPACE.fullmatch(text):
        raise InvalidModelIdError(text)
    return ModelId(text)


def model_topic(model_id: ModelId) -> str:
    """Return the event topic of an indexed `string modelId`: the keccak hash of its bytes."""
    return "0x" + keccak(text=model_id).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRef:
    """The block that a report was read at."""

    number: int
    hash: str
    timestamp: int
    """Seconds since the epoch."""
