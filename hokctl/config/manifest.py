"""Deployment manifests: the addresses of a deployment, and no more: roles and state are read from the chain."""

import json
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from eth_typing import ChecksumAddress
from pydantic import Field, StringConstraints, ValidationError

from hokctl.config.errors import (
    InvalidManifestError,
    ManifestChainError,
    ManifestContractError,
    ManifestMissingError,
)
from hokctl.config.file_errors import UnreadableFileError
from hokctl.config.foreign_manifests import ContradictionError, from_foreign
from hokctl.config.strict import CheckedAddress, ModelKey, StrictModel, list_problems
from hokctl.config.writing import atomic_write_text
from hokctl.domain.nesting import nests_too_deep
from hokctl.domain.units import ModelId

MANIFEST_VERSION: Final = 1
CONTRACT_NAMES: Final = (
    "ModelRegistry",
    "TokenManager",
    "HokusaiAMMFactory",
    "InfrastructureReserve",
    "UsageFeeRouter",
    "USDC",
)
"""The contracts that hokctl works with; a manifest may name others, and lacks some while a deployment is under way."""

TxHashText = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")]
ContractName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
"""The name of a contract or an account."""


class ManifestModel(StrictModel):
    """One model of a deployment, as far as it is deployed."""

    model_id: ModelKey
    token: CheckedAddress | None = None
    params: CheckedAddress | None = None
    pool: CheckedAddress | None = None


class Manifest(StrictModel):
    """The contracts of one deployment on one chain."""

    hokctl_manifest_version: Literal[1] = MANIFEST_VERSION
    network: str
    chain_id: Annotated[int, Field(ge=1, lt=2**63)]
    deployed_at_block: Annotated[int, Field(ge=0)] | None = None
    """The block of the first contract; None in a manifest of another tool that does not say."""
    deployer: CheckedAddress | None = None
    contracts: dict[ContractName, CheckedAddress]
    accounts: dict[ContractName, CheckedAddress] = Field(default_factory=dict)
    """Accounts that a file names beside its contracts, such as `adminSafe`: who may hold a role, not who does."""
    transactions: dict[str, TxHashText] = Field(default_factory=dict)
    """What each step of the deployment was sent as: step to transaction hash."""
    models: Annotated[tuple[ManifestModel, ...], Field(strict=False)] = ()
    pending: dict[ContractName, CheckedAddress] | None = None
    """While a deployment is under way: where the contracts not yet created will be. None once it is done."""

    def contract(self, name: str) -> ChecksumAddress:
        """Return the address of the contract called `name`; raise ManifestContractError when there is none."""
        if name not in self.contracts:
            raise ManifestContractError(name, self.network)
        return self.contracts[name]

    def model(self, model_id: ModelId) -> ManifestModel | None:
        """Return the model with `model_id`, or None."""
        return next((model for model in self.models if model.model_id == model_id), None)


def read_manifest(path: Path) -> Manifest:
    """Return the manifest at `path`, hokctl's own or one of the protocol's earlier deployment scripts.

    Raises ManifestMissingError, UnreadableFileError and InvalidManifestError. Whether it is of the right chain
    is for check_manifest_chain to say.
    """
    if _is_device(path):
        raise ManifestMissingError(path)
    try:
        document = _load(path)
    except FileNotFoundError as error:
        raise ManifestMissingError(path) from error
    except OSError as error:
        raise UnreadableFileError(path, error, what="manifest") from error
    except ValueError as error:
        reason = str(error) if isinstance(error, _DuplicateKeyError) else "it is not a JSON document"
        raise InvalidManifestError(path, reason) from error
    return _parse(path, document)


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write `manifest` to `path`, whole or not at all; raise FileWriteError."""
    atomic_write_text(path, dump_manifest(manifest))


def dump_manifest(manifest: Manifest) -> str:
    """Return `manifest` as the text that hokctl writes."""
    document = manifest.model_dump(mode="json", exclude_none=True)
    if not manifest.accounts:
        del document["accounts"]
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def is_own_manifest(path: Path) -> bool:
    """Tell whether `path` is free for hokctl to write: nothing is there, or a manifest that hokctl wrote."""
    if _is_device(path):
        return True
    try:
        document = _load(path)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and "hokctl_manifest_version" in document


def check_manifest_chain(manifest: Manifest, path: Path, *, network: str, chain_id: int) -> None:
    """Raise ManifestChainError unless `manifest`, read from `path`, is of the chain `chain_id` of `network`."""
    if manifest.chain_id != chain_id:
        raise ManifestChainError(path, manifest_chain_id=manifest.chain_id, network=network, chain_id=chain_id)


def _is_device(path: Path) -> bool:
    """Tell whether `path` is a device or pipe, which holds no manifest and might be read without end."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _load(path: Path) -> Any:  # noqa: ANN401  # whatever the JSON holds
    content = path.read_bytes()
    if nests_too_deep(content):
        raise ValueError("it nests without end")
    return json.loads(content.decode(), object_pairs_hook=_no_duplicates)


class _DuplicateKeyError(ValueError):
    """A JSON object that says one thing twice."""


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            message = f"the key {key!r} stands twice in one object"
            raise _DuplicateKeyError(message)
        found[key] = value
    return found


def _parse(path: Path, document: Any) -> Manifest:  # noqa: ANN401  # whatever the JSON held
    if not isinstance(document, dict):
        raise InvalidManifestError(path, "it is not a JSON object")
    own = "hokctl_manifest_version" in document or "contracts" not in document
    try:
        table = document if own else from_foreign(document)
    except ContradictionError as error:
        raise InvalidManifestError(path, str(error)) from error
    try:
        manifest = Manifest.model_validate(table)
    except ValidationError as error:
        first = list_problems(error, table, lambda _: str(path))[0]
        raise InvalidManifestError(path, f"{first.key} {first.message}") from error
    ids = [model.model_id for model in manifest.models]
    if len(set(ids)) != len(ids):
        raise InvalidManifestError(path, "a model stands in it twice")
    return manifest
