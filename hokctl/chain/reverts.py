"""Why a call failed: revert data as a kind, a name, arguments and words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from eth_utils.crypto import keccak

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.chain.errors import RpcError
from hokctl.chain.wire import plain_text
from hokctl.domain.abi_values import split_types
from hokctl.domain.calls import AbiValue, Argument
from hokctl.errors import ChainError

RevertKind = Literal["string", "custom", "panic", "empty", "unknown"]

ERROR_SELECTOR: Final = bytes.fromhex("08c379a0")
"""`Error(string)`: what `require` and `revert` with a reason produce."""
PANIC_SELECTOR: Final = bytes.fromhex("4e487b71")
"""`Panic(uint256)`: what the compiler's own checks produce."""
_SELECTOR_BYTES: Final = 4

_PANICS: Final = {
    0x00: "a generic panic",
    0x01: "a failed assertion",
    0x11: "an arithmetic overflow or underflow",
    0x12: "a division by zero",
    0x21: "a value outside its enum",
    0x22: "a corrupt byte array in storage",
    0x31: "taking from an empty array",
    0x32: "an index outside its array",
    0x41: "too much memory",
    0x51: "a call through an unset function pointer",
}
"""Panic codes of Solidity (docs.soliditylang.org, control structures)."""

_REVERT_CODES: Final = frozenset({3, -32015})
_FAILURES: Final = (
    "revert",
    "vm execution error",
    "invalid opcode",
    "out of gas",
    "stack underflow",
    "stack limit reached",
    "invalid jump destination",
    "bad jump destination",
    "write protection",
    "max code size exceeded",
    "contract address collision",
    "gas required exceeds",
)
"""How nodes word that the EVM, and not the node, stopped a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """A decoded failure of a call."""

    kind: RevertKind
    name: str
    """The name of the custom error; `Error`, `Panic` or nothing otherwise."""
    args: tuple[Argument, ...]
    text: str
    """The reason in words: the string, `Name(arg=value)`, or what the panic means. Safe to show."""
    data: bytes
    """The revert data as the contract gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEntry:
    """The declaration of a custom error."""

    name: str
    types: tuple[str, ...]
    arg_names: tuple[str, ...]

    @classmethod
    def parse(cls, declaration: str) -> "ErrorEntry":
        """Return the entry for `Name(type name, …)` with canonical types; names may be left out."""
        name, _, rest = declaration.strip().partition("(")
        parts = [part.strip().rpartition(" ") for part in split_types(rest.removesuffix(")"))]
        return cls(
            name=name,
            types=tuple(before.strip() or last for before, _, last in parts),
            arg_names=tuple(last if before else f"arg{index}" for index, (before, _, last) in enumerate(parts)),
        )

    @property
    def signature(self) -> str:
        """The canonical signature, such as `EnforcedPause()`."""
        return f"{self.name}({','.join(self.types)})"

    @property
    def selector(self) -> bytes:
        """The four bytes with which its data begins."""
        return bytes(keccak(text=self.signature)[:_SELECTOR_BYTES])


class ErrorTable:
    """Custom errors by selector. `Error(string)` and `Panic(uint256)` are always understood."""

    def __init__(self, entries: Iterable[ErrorEntry] = ()) -> None:
        """Hold `entries`; of two with one selector the first counts."""
        self._entries: dict[bytes, ErrorEntry] = {}
        for entry in entries:
            self._entries.setdefault(entry.selector, entry)

    @classmethod
    def parse(cls, declarations: Iterable[str]) -> "ErrorTable":
        """Return the table of declarations such as `EnforcedPause()` or `TooMuch(uint256 amount)`."""
        return cls(ErrorEntry.parse(declaration) for declaration in declarations)

    def find(self, selector: bytes) -> ErrorEntry | None:
        """Return the error with this selector, if it is known."""
        return self._entries.get(selector)

    def __len__(self) -> int:
        """Return how many custom errors the table knows."""
        return len(self._entries)


class ContractRevertedError(ChainError):
    """A contract refused a call, in a read or a simulation; or a sent call failed."""

    code = "contract-reverted"

    def __init__(self, revert: Revert, *, label: str, signature: str) -> None:
        """Name the contract, the call and the reason."""
        self.revert = revert
        self.label = label
        self.signature = signature
        super().__init__(
            f"{label} refused {signature}: {revert.text}.",
            hint="The contract's state or the caller's rights do not allow it; nothing was changed by this call.",
        )


def decode_revert(data: bytes, table: ErrorTable) -> Revert:
    """Return what revert `data` says; never raises, whatever the bytes."""
    if not data:
        return Revert(kind="empty", name="", args=(), text="it gave no reason", data=data)
    try:
        return _decode_known(data, table)
    except AbiMismatchError:
        return _unknown(data)


def revert_of(error: RpcError, table: ErrorTable) -> Revert | None:
    """Return why the EVM stopped a call that the node answered with `error`; None when the node itself failed."""
    message = error.rpc_message
    if error.rpc_code not in _REVERT_CODES and not any(phrase in message.lower() for phrase in _FAILURES):
        return None
    data = _find_data(error.data)
    if data:
        return decode_revert(data, table)
    reason = message.partition("reverted:")[2].strip() or message
    if not reason or reason.lower() in {"execution reverted", "vm execution error.", "revert", "reverted"}:
        return decode_revert(b"", table)
    return Revert(kind="empty", name="", args=(), text=plain_text(reason), data=b"")


def _decode_known(data: bytes, table: ErrorTable) -> Revert:
    selector, payload = data[:_SELECTOR_BYTES], data[_SELECTOR_BYTES:]
    if selector == ERROR_SELECTOR:
        (reason,) = decode_values(["string"], payload)
        text = plain_text(str(reason)) or "it gave no reason"
        argument = Argument(name="message", type="string", value=reason)
        return Revert(kind="string", name="Error", args=(argument,), text=text, data=data)
    if selector == PANIC_SELECTOR:
        (code,) = decode_values(["uint256"], payload)
        return _panic(code, data)
    entry = table.find(selector)
    if entry is None:
        return _unknown(data)
    values = decode_values(entry.types, payload)
    args = tuple(
        Argument(name=name, type=abi_type, value=value)
        for name, abi_type, value in zip(entry.arg_names, entry.types, values, strict=True)
    )
    shown = ", ".join(f"{argument.name}={_show(argument.value)}" for argument in args)
    return Revert(kind="custom", name=entry.name, args=args, text=plain_text(f"{entry.name}({shown})"), data=data)


def _panic(code: AbiValue, data: bytes) -> Revert:
    number = code if isinstance(code, int) else -1
    meaning = _PANICS.get(number, "an unknown panic")
    argument = Argument(name="code", type="uint256", value=code)
    return Revert(kind="panic", name="Panic", args=(argument,), text=f"{meaning} (panic {number:#04x})", data=data)


def _unknown(data: bytes) -> Revert:
    text = f"an error hokctl does not know (0x{data[:_SELECTOR_BYTES].hex()})"
    return Revert(kind="unknown", name="", args=(), text=text, data=data)


def _show(value: AbiValue) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return "(" + ", ".join(_show(item) for item in value) + ")"
    return str(value)


def _find_data(value: object) -> bytes:
    """Return the revert data in an error's `data`, in any of the shapes nodes use."""
    if isinstance(value, dict):
        return _find_data(value.get("data", value.get("result")))
    if not isinstance(value, str):
        return b""
    text = value.removeprefix("Reverted ").removeprefix("0x")
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
