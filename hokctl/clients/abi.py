"""The build artifacts of the contract suite: found, read, linked, and turned into creation calls.

They lie in `hokctl/abis` of an installed package, else in `abis/` of a checkout. Artifacts that Hardhat or Foundry
wrote are read as well.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress

import hokctl
from hokctl.clients.artifact_files import find_artifact, read_artifact
from hokctl.clients.artifacts import Artifact, ArtifactInvalidError, ArtifactMissingError, LibraryLink
from hokctl.clients.codec import encode_exactly
from hokctl.domain.calls import CREATION_SIGNATURE, AbiValue, Argument, Call
from hokctl.errors import ConfigError

__all__ = [
    "Artifact",
    "ArtifactInvalidError",
    "ArtifactMissingError",
    "UnlinkedLibraryError",
    "artifact_names",
    "artifacts_directory",
    "creation_call",
    "linked_artifact",
    "load_artifact",
    "needed_libraries",
]

CODE_LIMIT: Final = 24_576
"""The most bytes of runtime code that a chain takes (EIP-170)."""
_NOT_ARTIFACTS: Final = frozenset({"standard-input"})


class UnlinkedLibraryError(ConfigError):
    """A contract that lacks the address of a library it calls."""

    code = "library-not-linked"

    def __init__(self, contract: str, library: str) -> None:
        """Name both."""
        super().__init__(
            f"{contract} calls the library {library}, of which there is neither an address nor a build artifact.",
            hint="Build the library into the same directory, or give its address under [libraries] in the spec.",
        )


def artifacts_directory() -> Path:
    """Return where the suite's artifacts are: inside the package when installed, else beside it in the checkout."""
    package = Path(hokctl.__file__).parent
    packaged = package / "abis"
    return packaged if packaged.is_dir() else package.parent / "abis"


def artifact_names() -> tuple[str, ...]:
    """Return the contracts of the suite that there are artifacts of, sorted."""
    return tuple(sorted(path.stem for path in artifacts_directory().glob("*.json") if path.stem not in _NOT_ARTIFACTS))


@cache
def load_artifact(name: str, directory: Path | None = None) -> Artifact:
    """Return the artifact of the contract `name`: the suite's, or the one found in `directory` or below it.

    Raises ArtifactMissingError or ArtifactInvalidError.
    """
    return read_artifact(name, _own_path(name) if directory is None else find_artifact(name, directory))


def linked_artifact(name: str, directory: Path | None, libraries: Mapping[str, ChecksumAddress]) -> Artifact:
    """Return the artifact of `name` with the addresses of `libraries`, by name or SOURCE:NAME, in their places."""
    return load_artifact(name, directory).linked(libraries)


def needed_libraries(
    names: tuple[str, ...], directory: Path | None, given: Mapping[str, ChecksumAddress]
) -> tuple[str, ...]:
    """Return the libraries that the contracts `names` call and `given` has no address of, each after those it calls.

    Raises UnlinkedLibraryError where there is no artifact of one, ArtifactInvalidError where two are of one name.
    """
    order: list[str] = []

    def visit(name: str, callers: tuple[str, ...]) -> None:
        for link in load_artifact(name, directory).linked(given).libraries:
            if link.name in callers:
                raise ArtifactInvalidError(link.name, "it calls itself through another library")
            _check_library(name, link, directory)
            visit(link.name, (*callers, link.name))
            if link.name not in order:
                order.append(link.name)

    for name in names:
        visit(name, ())
    return tuple(order)


def _check_library(contract: str, link: LibraryLink, directory: Path | None) -> None:
    """Raise unless the artifact of the library's name is of the library that `contract` calls."""
    try:
        found = load_artifact(link.name, directory)
    except ArtifactMissingError as error:
        raise UnlinkedLibraryError(contract, link.qualified_name) from error
    if found.source_name not in {"", link.source}:
        reason = f"it calls {link.qualified_name}, and the artifact found is of {found.source_name}:{link.name}"
        raise ArtifactInvalidError(contract, reason)


def creation_call(contract: str | Artifact, args: tuple[AbiValue, ...], *, purpose: str) -> Call:
    """Return the creation of `contract` with these constructor arguments. Anyone.

    Raises ArtifactInvalidError, and UnlinkedLibraryError where the address of a library is missing.
    """
    artifact = load_artifact(contract) if isinstance(contract, str) else contract
    parameters = artifact.constructor_parameters
    if not artifact.bytecode:
        raise ArtifactInvalidError(artifact.name, "it has no bytecode")
    if artifact.libraries:
        raise UnlinkedLibraryError(artifact.name, artifact.libraries[0].qualified_name)
    if len(artifact.deployed_bytecode) > CODE_LIMIT:
        size = len(artifact.deployed_bytecode)
        raise ArtifactInvalidError(artifact.name, f"its code has {size:,} bytes, and a chain takes {CODE_LIMIT:,}")
    if len(parameters) != len(args):
        raise ArtifactInvalidError(
            artifact.name, f"its constructor takes {len(parameters)} arguments, not the {len(args)} of v2.0.0"
        )
    types = tuple(parameter.type for parameter in parameters)
    return Call(
        to=None,
        label=artifact.name,
        signature=CREATION_SIGNATURE,
        args=tuple(Argument(name=p.name, type=p.type, value=value) for p, value in zip(parameters, args, strict=True)),
        data=artifact.bytecode + encode_exactly(types, args),
        value=0,
        purpose=purpose,
        requires=(),
    )


def _own_path(name: str) -> Path:
    directory = artifacts_directory()
    if name not in artifact_names():
        raise ArtifactMissingError(name, directory)
    return directory / f"{name}.json"
