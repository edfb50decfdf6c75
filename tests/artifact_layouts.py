"""The compiled suite laid out on disk as Hardhat 2, Hardhat 3 and Foundry lay out what they build.

The layouts are those of Hardhat 2.29, Hardhat 3.18 and forge 1.7, compared with real builds of these contracts.
Each takes artifacts as contracts/compile.mjs writes them, by the name that the build is to know them by.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from hokctl.clients.abi import artifacts_directory

STANDINS: Final = Path(__file__).parent / "contracts" / "standins"
LONG_VERSION: Final = "0.8.37+commit.f401782d"
BUILD_ID: Final = "9f39ea45eea5a3d4f5bbe0ef88ff8049"
BUILD_ID_3: Final = "solc-0_8_37-84d395e3612c284e6b7e4f97dcbba963f9a887ff"
SUITE: Final = (
    "HokusaiAMM",
    "HokusaiAMMFactory",
    "HokusaiParams",
    "HokusaiToken",
    "InfrastructureReserve",
    "ModelRegistry",
    "TokenManager",
    "UsageFeeRouter",
)

Built = Mapping[str, dict[str, Any]]


def suite() -> dict[str, dict[str, Any]]:
    """Return the suite's artifacts and the test token's."""
    return {name: _read(artifacts_directory() / f"{name}.json") for name in (*SUITE, "MockUSDC")}


def suite_with_libraries() -> dict[str, dict[str, Any]]:
    """Return the suite with a registry that calls a library, which calls another one."""
    linked = {name: _read(STANDINS / f"{name}.json") for name in ("LinkedBase", "LinkedLibrary", "LinkedRegistry")}
    registry = {**linked.pop("LinkedRegistry"), "contractName": "ModelRegistry"}
    return {**suite(), **linked, "ModelRegistry": registry}


def standard_input() -> dict[str, Any]:
    """Return what the compiler was given for the suite."""
    return _read(artifacts_directory() / "standard-input.json")


def hardhat2(directory: Path, built: Built) -> Path:
    """Write artifacts/ as Hardhat 2 does and return it."""
    root = directory / "artifacts"
    for name, one in built.items():
        place = root / one["sourceName"] / f"{name}.json"
        _write(
            place,
            {
                "_format": "hh-sol-artifact-1",
                "contractName": name,
                "sourceName": one["sourceName"],
                "abi": one["abi"],
                "bytecode": one["bytecode"],
                "deployedBytecode": one["deployedBytecode"],
                "linkReferences": one["linkReferences"],
                "deployedLinkReferences": one["linkReferences"],
            },
        )
        up = "../" * (one["sourceName"].count("/") + 1)
        debug = {"_format": "hh-sol-dbg-1", "buildInfo": f"{up}build-info/{BUILD_ID}.json"}
        _write(place.with_suffix(".dbg.json"), debug)
    info = {
        "id": BUILD_ID,
        "_format": "hh-sol-build-info-1",
        "solcVersion": "0.8.37",
        "solcLongVersion": LONG_VERSION,
        "input": standard_input(),
        "output": {"contracts": _output(built, metadata=True), "sources": {}, "errors": []},
    }
    _write(root / "build-info" / f"{BUILD_ID}.json", info)
    return root


def hardhat3(directory: Path, built: Built) -> Path:
    """Write artifacts/ as Hardhat 3 does and return it: sources are known to the compiler as project/SOURCE."""
    root = directory / "artifacts"
    for name, one in built.items():
        links = {f"project/{source}": places for source, places in one["linkReferences"].items()}
        marked = {"bytecode": one["bytecode"], "deployedBytecode": one["deployedBytecode"]}
        _write(
            root / one["sourceName"] / f"{name}.json",
            {
                "_format": "hh3-artifact-1",
                "contractName": name,
                "sourceName": one["sourceName"],
                "abi": one["abi"],
                **{key: _renamed(code, one["linkReferences"]) for key, code in marked.items()},
                "linkReferences": links,
                "deployedLinkReferences": links,
                "immutableReferences": one["immutableReferences"],
                "inputSourceName": f"project/{one['sourceName']}",
                "buildInfoId": BUILD_ID_3,
            },
        )
    given = standard_input()
    given["sources"] = {f"project/{source}": content for source, content in given["sources"].items()}
    _write(
        root / "build-info" / f"{BUILD_ID_3}.json",
        {
            "_format": "hh3-sol-build-info-1",
            "id": BUILD_ID_3,
            "solcVersion": "0.8.37",
            "solcLongVersion": LONG_VERSION,
            "compilerType": "solc",
            "userSourceNameMap": {one["sourceName"]: f"project/{one['sourceName']}" for one in built.values()},
            "input": given,
        },
    )
    output = {f"project/{source}": found for source, found in _output(built, metadata=False).items()}
    _write(
        root / "build-info" / f"{BUILD_ID_3}.output.json",
        {"_format": "hh3-sol-build-info-output-1", "id": BUILD_ID_3, "output": {"contracts": output, "sources": {}}},
    )
    return root


def foundry(directory: Path, built: Built, *, build_info: bool = True) -> Path:
    """Write out/ as forge does, with `--build-info` or without, and return it."""
    root = directory / "out"
    for number, (name, one) in enumerate(built.items()):
        metadata = one["metadata"]
        _write(
            root / Path(one["sourceName"]).name / f"{name}.json",
            {
                "abi": one["abi"],
                "bytecode": {"object": one["bytecode"], "sourceMap": "", "linkReferences": one["linkReferences"]},
                "deployedBytecode": {
                    "object": one["deployedBytecode"],
                    "sourceMap": "",
                    "linkReferences": one["linkReferences"],
                    "immutableReferences": one["immutableReferences"],
                },
                "methodIdentifiers": {},
                "rawMetadata": metadata,
                "metadata": json.loads(metadata),
                "id": number,
            },
        )
    info: dict[str, Any] = {"id": "4f4e077855c703a5", "source_id_to_path": {}, "language": "Solidity"}
    if build_info:
        info |= {
            "_format": "ethers-rs-sol-build-info-1",
            "input": {"version": "0.8.37", **standard_input()},
            "output": {"contracts": _output(built, metadata=True)},
            "solcLongVersion": "0.8.37",
            "solcVersion": "0.8.37",
        }
    _write(root / "build-info" / "4f4e077855c703a5.json", info)
    return root


LAYOUTS: Final[dict[str, Callable[[Path, Built], Path]]] = {
    "hardhat2": hardhat2,
    "hardhat3": hardhat3,
    "foundry": foundry,
}


def _output(built: Built, *, metadata: bool) -> dict[str, dict[str, Any]]:
    contracts: dict[str, dict[str, Any]] = {}
    for name, one in built.items():
        deployed = {
            "object": one["deployedBytecode"].removeprefix("0x"),
            "immutableReferences": one["immutableReferences"],
        }
        entry = {"abi": one["abi"], "evm": {"deployedBytecode": deployed}}
        contracts.setdefault(one["sourceName"], {})[name] = entry | ({"metadata": one["metadata"]} if metadata else {})
    return contracts


def _renamed(code: str, links: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a code with the placeholders that the compiler makes of sources called project/SOURCE."""
    from eth_utils.crypto import keccak

    for source, names in links.items():
        for name in names:
            old, new = (keccak(text=f"{prefix}{source}:{name}").hex()[:34] for prefix in ("", "project/"))
            code = code.replace(f"__${old}$__", f"__${new}$__")
    return code


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
