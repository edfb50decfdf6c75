"""The build artifacts of the contract suite: found, read, and turned into creation calls.

They lie in `hokctl/abis` of an installed package, else in `abis/` of a checkout. Artifacts that Hardhat or Foundry
wrote are read as well.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import hokctl
from hokctl.clients.codec import encode_exactly
from hokctl.clients.fragments import Parameter, parameters_from_abi
from hokctl.domain.calls import CREATION_SIGNATURE, AbiValue, Argument, Call
from hokctl.errors import ConfigError

_NOT_ARTIFACTS: Final = frozenset({"standard-input"})


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
class Artifact:
    """What a compiler made of one contract."""

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    """The creation code, without constructor arguments."""
    deployed_bytecode: bytes
    """The runtime code, with zeros in the place of immutables."""
    immutable_references: dict[str, tuple[tuple[int, int], ...]] | None = None
    """Per immutable the (start, length) of its places in the runtime code; None where unknown, as of Hardhat's."""
    source_name: str = ""
    metadata: str = ""
    """The compiler's metadata, as JSON text."""
    compiler: dict[str, Any] = field(default_factory=dict)

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

    def is_runtime(self, code: bytes) -> bool:
        """Tell whether `code`, as found on a chain, is this contract's, whatever its immutables hold."""
        expected = self.deployed_bytecode
        if len(code) != len(expected):
            return False
        if self.immutable_references is None:
            # Immutables can only be where the artifact has zeros; nothing stricter can be said.
            return all(mine in {0, theirs} for mine, theirs in zip(expected, code, strict=True))
        found = bytearray(code)
        for places in self.immutable_references.values():
            for start, length in places:
                found[start : start + length] = expected[start : start + length]
        return found == expected


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
    path = _own_path(name) if directory is None else _foreign_path(name, directory)
    try:
        return _parse(name, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactInvalidError(name, f"{path} is not an artifact of solc, Hardhat or Foundry") from error


def creation_call(contract: str | Artifact, args: tuple[AbiValue, ...], *, purpose: str) -> Call:
    """Return the creation of `contract` with these constructor arguments. Anyone."""
    artifact = load_artifact(contract) if isinstance(contract, str) else contract
    parameters = artifact.constructor_parameters
    if not artifact.bytecode:
        raise ArtifactInvalidError(artifact.name, "it has no bytecode")
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


def _foreign_path(name: str, directory: Path) -> Path:
    if (directory / f"{name}.json").is_file():
        return directory / f"{name}.json"
    found = sorted(directory.rglob(f"{name}.json"))
    if not found:
        raise ArtifactMissingError(name, directory)
    if len(found) > 1:
        raise ArtifactInvalidError(name, f"there are {len(found)} of them: {', '.join(str(path) for path in found)}")
    return found[0]


def _parse(name: str, document: Mapping[str, Any]) -> Artifact:
    deployed = document["deployedBytecode"]
    references = document.get("immutableReferences", _member(deployed, "immutableReferences"))
    metadata = document.get("metadata", "")
    return Artifact(
        name=name,
        abi=tuple(document["abi"]),
        bytecode=_code(document["bytecode"]),
        deployed_bytecode=_code(deployed),
        immutable_references=None if references is None else _places(references),
        source_name=document.get("sourceName", ""),
        metadata=metadata if isinstance(metadata, str) else json.dumps(metadata, sort_keys=True),
        compiler=dict(document.get("compiler", {})),
    )


def _places(references: Mapping[str, Any]) -> dict[str, tuple[tuple[int, int], ...]]:
    return {key: tuple((place["start"], place["length"]) for place in places) for key, places in references.items()}


def _code(value: str | Mapping[str, Any]) -> bytes:
    # Foundry nests the code; an unlinked library leaves a placeholder that is no hex, which is refused.
    text = value if isinstance(value, str) else value["object"]
    return bytes.fromhex(text.removeprefix("0x"))


def _member(value: str | Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - JSON
    return None if isinstance(value, str) else value.get(key)
