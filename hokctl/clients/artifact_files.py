"""Artifacts as files: the suite's own, and those that Hardhat 2, Hardhat 3 and Foundry write.

Hardhat: `artifacts/SOURCE.sol/NAME.json`. Version 2 has `NAME.dbg.json` beside it, with the way to the build-info;
version 3 has the build-info's id in it. Foundry: `out/FILE.sol/NAME.json`, with nested code and its own metadata.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from hokctl.clients.artifacts import Artifact, ArtifactInvalidError, ArtifactMissingError, Places, read_code, read_links

_BUILD_INFO: Final = "build-info"
_HARDHAT_3: Final = "hh3-artifact-1"


def find_artifact(name: str, directory: Path) -> Path:
    """Return the file of the artifact of the contract `name` in `directory` or below it.

    Raises ArtifactMissingError, and ArtifactInvalidError where there are two: which is meant nobody can know.
    """
    found = [path for path in _index(directory).get(name, ()) if _may_be(name, path)]
    if not found:
        raise ArtifactMissingError(name, directory)
    if len(found) > 1:
        places = " and ".join(str(path) for path in found)
        raise ArtifactInvalidError(name, f"there are {len(found)} of them, {places}; name a directory with one")
    return found[0]


def read_artifact(name: str, path: Path) -> Artifact:
    """Return the artifact of the contract `name` in the file `path`. Raises ArtifactInvalidError."""
    try:
        return _parse(name, path, _load(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactInvalidError(name, f"{path} is not an artifact of solc, Hardhat or Foundry") from error


@cache
def _index(directory: Path) -> dict[str, tuple[Path, ...]]:
    """Return the files that may be artifacts, by the contract's name; what compilers were given is not among them."""
    found: dict[str, tuple[Path, ...]] = {}
    for path in sorted(directory.rglob("*.json")):
        if _BUILD_INFO not in path.parts and "node_modules" not in path.relative_to(directory).parts:
            found[path.stem] = (*found.get(path.stem, ()), path)
    return found


def _may_be(name: str, path: Path) -> bool:
    """Tell whether a file of the right name is an artifact of that name, and no manifest or list of the same name."""
    try:
        document = _load(path)
    except (OSError, ValueError):
        return True
    is_other = isinstance(document, dict) and document.get("contractName", name) != name
    return not is_other and not (isinstance(document, dict) and "abi" not in document and "bytecode" not in document)


def _load(path: Path) -> Any:  # noqa: ANN401 - JSON
    return json.loads(path.read_text(encoding="utf-8"))


def _parse(name: str, path: Path, document: Mapping[str, Any]) -> Artifact:
    creation, deployed = document["bytecode"], document["deployedBytecode"]
    bytecode, missing = read_code(_object(creation))
    runtime, missing_later = read_code(_object(deployed))
    references = document.get("linkReferences", _member(creation, "linkReferences")) or {}
    later = document.get("deployedLinkReferences", _member(deployed, "linkReferences")) or {}
    build_info = _build_info(path, document)
    immutables = document.get("immutableReferences", _member(deployed, "immutableReferences"))
    metadata = document.get("rawMetadata") or document.get("metadata", "")
    compiler = dict(document.get("compiler", {}))
    source = document.get("inputSourceName") or document.get("sourceName") or _target(metadata)
    if build_info is not None and (immutables is None or not metadata):
        output, version = _compiled(build_info, source, name)
        immutables = output.get("evm", {}).get("deployedBytecode", {}).get("immutableReferences", immutables)
        metadata = metadata or output.get("metadata", "")
        compiler = compiler or ({"version": version} if version else {})
    return Artifact(
        name=name,
        abi=tuple(document["abi"]),
        bytecode=bytecode,
        deployed_bytecode=runtime,
        immutable_references=None if immutables is None else _places(immutables),
        source_name=source,
        metadata=metadata if isinstance(metadata, str) else json.dumps(metadata, sort_keys=True),
        compiler=compiler,
        libraries=read_links({**later, **references}, missing, missing_later),
        path=path,
        build_info=build_info,
    )


def _build_info(path: Path, document: Mapping[str, Any]) -> Path | None:
    """Return the file with what the compiler was given and gave, where the artifact says which it is."""
    if document.get("_format") == _HARDHAT_3:
        identity = document.get("buildInfoId")
        places = (folder / _BUILD_INFO / f"{identity}.json" for folder in path.parents)
        return None if identity is None else next((place for place in places if place.is_file()), None)
    beside = path.with_suffix(".dbg.json")
    if not beside.is_file():
        return None
    place = (path.parent / _load(beside)["buildInfo"]).resolve()
    return place if place.is_file() else None


def _compiled(build_info: Path, source: str, name: str) -> tuple[Mapping[str, Any], str]:
    """Return what the compiler gave for one contract, and the compiler's long version; empty where it is not there."""
    document = load_build_info(build_info)
    output = document.get("output")
    if output is None:
        beside = build_info.with_suffix(".output.json")
        output = load_build_info(beside).get("output", {}) if beside.is_file() else {}
    return output.get("contracts", {}).get(source, {}).get(name, {}), document.get("solcLongVersion", "")


@cache
def load_build_info(path: Path) -> Mapping[str, Any]:
    """Return a build-info document. Raises OSError and ValueError."""
    document = _load(path)
    if not isinstance(document, Mapping):
        message = "it is no object"
        raise ValueError(message)  # noqa: TRY004 - what is wrong is the file
    return document


def build_infos(path: Path) -> Iterator[Path]:
    """Yield the build-info files of the directory that the artifact at `path` lies in."""
    folder = next((parent / _BUILD_INFO for parent in path.parents if (parent / _BUILD_INFO).is_dir()), None)
    yield from () if folder is None else sorted(folder.glob("*.json"))


def _target(metadata: str | Mapping[str, Any]) -> str:
    """Return the source that the compiler's metadata names, as Foundry's artifacts do not name it themselves."""
    document = json.loads(metadata) if isinstance(metadata, str) and metadata else metadata
    targets = document.get("settings", {}).get("compilationTarget", {}) if isinstance(document, Mapping) else {}
    return next(iter(targets), "")


def _places(references: Mapping[str, Any]) -> dict[str, Places]:
    return {key: tuple((place["start"], place["length"]) for place in places) for key, places in references.items()}


def _object(value: str | Mapping[str, Any]) -> str:
    """Return a code's text, which Foundry nests."""
    text = value if isinstance(value, str) else value["object"]
    if not isinstance(text, str):
        message = "a code is no text"
        raise ValueError(message)  # noqa: TRY004 - what is wrong is the file
    return text


def _member(value: str | Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - JSON
    return None if isinstance(value, str) else value.get(key)
