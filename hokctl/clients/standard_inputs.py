"""What the compiler was given for an artifact, as explorers take it to compile it again."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eth_utils.crypto import keccak

from hokctl.clients.abi import artifacts_directory
from hokctl.clients.artifact_files import build_infos, load_build_info
from hokctl.clients.artifacts import Artifact
from hokctl.errors import ConfigError

_LONG_VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[\w.]+)?\+commit\.[0-9a-f]{8}", re.ASCII)
_STANDARD_KEYS: Final = ("language", "settings", "sources")


class NoStandardInputError(ConfigError):
    """A build artifact of which nothing says what the compiler was given."""

    code = "no-standard-input"

    def __init__(self, name: str, reason: str) -> None:
        """Name the contract and say what is missing."""
        super().__init__(
            f"The sources of {name} cannot be sent: {reason}.",
            hint="Build with build-info: Hardhat writes it by default, Foundry with `forge build --build-info`.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardInput:
    """The compiler's input, and which compiler and contract it is about."""

    document: dict[str, Any]
    """The standard JSON input."""
    compiler_version: str
    """The long version without a leading v: 0.8.37+commit.f401782d."""
    identifier: str
    """The contract among the sources: SOURCE:NAME."""

    @property
    def text(self) -> str:
        """The input as the text that is sent."""
        return json.dumps(self.document, sort_keys=True, separators=(",", ":"))


def find_standard_input(artifact: Artifact) -> StandardInput:
    """Return what the compiler was given for `artifact`, proven by the hashes of the sources where it has them.

    Raises NoStandardInputError: sources that may be others than those deployed are not sent.
    """
    hashes = _source_hashes(artifact.metadata)
    for path in _places(artifact):
        try:
            document = load_build_info(path)
        except (OSError, ValueError):
            continue
        given = document.get("input", document)
        sources = given.get("sources") if isinstance(given, Mapping) else None
        if not isinstance(sources, Mapping) or artifact.source_name not in sources:
            continue
        if _agrees(sources, hashes):
            return StandardInput(
                document={key: given[key] for key in _STANDARD_KEYS if key in given},
                compiler_version=_compiler_version(artifact, document),
                identifier=f"{artifact.source_name}:{_compiled_name(artifact)}",
            )
    raise NoStandardInputError(artifact.name, "no build-info beside its artifact has just these sources")


def _places(artifact: Artifact) -> Iterator[Path]:
    """Yield the files that may say what the compiler was given."""
    path = artifact.path
    if artifact.build_info is not None:
        yield artifact.build_info
    elif path is not None and path.parent == artifacts_directory():
        yield path.parent / "standard-input.json"
    elif path is not None and artifact.metadata:
        yield from build_infos(path)


def _agrees(sources: Mapping[str, Any], hashes: Mapping[str, str]) -> bool:
    """Tell whether the sources are those whose hashes the compiler wrote down."""
    return all(
        name in sources and "0x" + keccak(text=sources[name].get("content", "")).hex() == wanted
        for name, wanted in hashes.items()
    )


def _source_hashes(metadata: str) -> dict[str, str]:
    document = json.loads(metadata) if metadata else {}
    return {name: source["keccak256"] for name, source in document.get("sources", {}).items()}


def _compiler_version(artifact: Artifact, document: Mapping[str, Any]) -> str:
    told = json.loads(artifact.metadata).get("compiler", {}) if artifact.metadata else {}
    for text in (told.get("version"), document.get("solcLongVersion"), artifact.compiler.get("version")):
        found = _LONG_VERSION.match(text or "")
        if found:
            return found[0]
    raise NoStandardInputError(artifact.name, "nothing says the exact version of the compiler")


def _compiled_name(artifact: Artifact) -> str:
    """Return the contract's name among the sources."""
    settings = json.loads(artifact.metadata).get("settings", {}) if artifact.metadata else {}
    return str(settings.get("compilationTarget", {}).get(artifact.source_name, artifact.name))
