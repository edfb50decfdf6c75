"""What a compiler made of a contract: code, interface, and the places that linking and creation fill in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.fragments import Parameter, parameters_from_abi
from hokctl.errors import ConfigError

Places = tuple[tuple[int, int], ...]
"""Parts of a code: (start, length) in bytes."""

ADDRESS_BYTES: Final = 20
_PLACEHOLDER = re.compile(r"__\$([0-9a-f]{34})\$__")
"""What solc writes where a library's address belongs: the start of the hash of its qualified name."""
_PLACEHOLDER_DIGITS: Final = 34


class ArtifactMissingError(ConfigError):
    """A build artifact that is not where it should be."""

    code = "artifact-missing"

    def __init__(self, name: str, place: Path) -> None:
        """Name the contract and where its artifact was looked for."""
        super().__init__(
            f"There is no build artifact of {name} in {place}.",
            hint="Install hokctl again; in a checkout, `node contracts/compile.mjs` writes abis/.",
        )


class ArtifactInvalidError(ConfigError):
    """A build artifact that cannot be used."""

    code = "artifact-invalid"

    def __init__(self, name: str, reason: str) -> None:
        """Name the contract and what is wrong with its artifact."""
        super().__init__(
            f"The build artifact of {name} cannot be used: {reason}.",
            hint="Build the contracts again, or deploy the suite that comes with hokctl (without --artifacts).",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryLink:
    """A library whose address is missing in a contract's code."""

    source: str
    name: str
    creation: Places
    """Where the address belongs in the creation code."""
    runtime: Places
    """Where it belongs in the runtime code."""

    @property
    def qualified_name(self) -> str:
        """The name that tells it from others of its name: SOURCE:NAME."""
        return f"{self.source}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """What a compiler made of one contract."""

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    """The creation code, without constructor arguments; zeros stand where the address of a library is missing."""
    deployed_bytecode: bytes
    """The runtime code, with zeros in the place of immutables and of missing libraries."""
    immutable_references: dict[str, Places] | None = None
    """Per immutable its places in the runtime code; None where unknown, as of Hardhat's without its build-info."""
    source_name: str = ""
    """The source as the compiler knew it."""
    metadata: str = ""
    """The compiler's metadata, as JSON text."""
    compiler: dict[str, Any] = field(default_factory=dict)
    libraries: tuple[LibraryLink, ...] = ()
    """The libraries that are still to be linked. Code with any is not deployed."""
    path: Path | None = field(default=None, compare=False)
    """The file it was read from."""
    build_info: Path | None = field(default=None, compare=False)
    """The file with what the compiler was given, where the artifact names one."""

    @property
    def constructor_parameters(self) -> tuple[Parameter, ...]:
        """What the constructor takes; empty where none is written."""
        for item in self.abi:
            if item["type"] == "constructor":
                return parameters_from_abi(item["inputs"])
        return ()

    def declares(self, function: str) -> bool:
        """Tell whether the interface has a function called `function`."""
        return any(item["type"] == "function" and item["name"] == function for item in self.abi)

    def linked(self, addresses: Mapping[str, ChecksumAddress]) -> "Artifact":
        """Return the artifact with the libraries in `addresses`, by name or by SOURCE:NAME, in their places."""
        creation, runtime = bytearray(self.bytecode), bytearray(self.deployed_bytecode)
        left = []
        for link in self.libraries:
            address = addresses.get(link.qualified_name, addresses.get(link.name))
            if address is None:
                left.append(link)
                continue
            for code, places in ((creation, link.creation), (runtime, link.runtime)):
                for start, length in places:
                    code[start : start + length] = bytes.fromhex(address[2:])
        return replace(self, bytecode=bytes(creation), deployed_bytecode=bytes(runtime), libraries=tuple(left))

    def is_runtime(self, code: bytes) -> bool:
        """Tell whether `code`, as found on a chain, is this contract's, whatever its immutables hold."""
        expected = self.deployed_bytecode
        if len(code) != len(expected):
            return False
        if self.immutable_references is None:
            # Immutables can only be where the artifact has zeros; nothing stricter can be said.
            return all(mine in {0, theirs} for mine, theirs in zip(expected, code, strict=True))
        found = bytearray(code)
        missing = tuple(place for link in self.libraries for place in link.runtime)
        for places in (*self.immutable_references.values(), missing):
            for start, length in places:
                found[start : start + length] = expected[start : start + length]
        return found == expected


def read_code(text: str) -> tuple[bytes, dict[str, Places]]:
    """Return a code as a compiler writes it, and per placeholder of a library the places where it stands.

    Zeros take the place of placeholders. Raises ValueError for anything else that is no hex.
    """
    digits = text.removeprefix("0x")
    found: dict[str, Places] = {}
    for match in _PLACEHOLDER.finditer(digits):
        start, odd = divmod(match.start(), 2)
        if odd:
            message = "a placeholder stands between bytes"
            raise ValueError(message)
        found[match[1]] = (*found.get(match[1], ()), (start, ADDRESS_BYTES))
    return bytes.fromhex(_PLACEHOLDER.sub("00" * ADDRESS_BYTES, digits)), found


def read_links(
    references: Mapping[str, Mapping[str, Any]], creation: Mapping[str, Places], runtime: Mapping[str, Places]
) -> tuple[LibraryLink, ...]:
    """Return the libraries that are missing, named by `references` (source, then name) and found as placeholders.

    Raises ValueError for a placeholder of a library that is not named.
    """
    links = []
    open_ = {*creation, *runtime}
    for source, names in references.items():
        for name in names:
            mark = keccak(text=f"{source}:{name}").hex()[:_PLACEHOLDER_DIGITS]
            open_.discard(mark)
            links.append(
                LibraryLink(source=source, name=name, creation=creation.get(mark, ()), runtime=runtime.get(mark, ()))
            )
    if open_:
        message = "it has placeholders of libraries that it does not name"
        raise ValueError(message)
    return tuple(link for link in links if link.creation or link.runtime)
