"""What a deployment finds: the manifest, as far as the chain confirms it, and the contracts that are missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.abi import load_artifact, needed_libraries
from hokctl.clients.hokusai_amm_factory import HokusaiAmmFactory
from hokctl.clients.suite import Suite
from hokctl.config.errors import ManifestMissingError, NoManifestError
from hokctl.config.manifest import Manifest, ManifestModel, check_manifest_chain, read_manifest
from hokctl.domain.roles import RoleId
from hokctl.domain.units import ModelId
from hokctl.errors import ChainError, ConfigError
from hokctl.safe.account import SafeReads
from hokctl.services.deploy_leftovers import LeftoversProbe
from hokctl.services.deploy_steps import FULL, INFRASTRUCTURE, Grant, artifact_name
from hokctl.services.versions import Versions, VersionsProbe

if TYPE_CHECKING:
    from hokctl.chain.batch import Slot
    from hokctl.chain.session import Snapshot
    from hokctl.config.networks import NetworkSettings
    from hokctl.config.spec import DeploymentSpec
    from hokctl.domain.authority import SafeAuthority
    from hokctl.services.deploy_request import DeployRequest
    from hokctl.services.deployments import Deployment

_WIRED_BY_FACTORY: Final = ("ModelRegistry", "TokenManager", "USDC")


class WiringError(ChainError):
    """Contracts of the deployment that were built for others."""

    code = "wiring-differs"

    def __init__(self, what: str, *, expected: str, found: str) -> None:
        """Say what is wired to what."""
        super().__init__(
            f"{what} is {found} on the chain, not {expected} as manifest and specification say.",
            hint="This cannot be changed after creation: correct manifest or specification, or deploy anew.",
        )


class LibraryWithoutCodeError(ConfigError):
    """A library of the specification that is not deployed."""

    code = "library-without-code"

    def __init__(self, name: str, address: ChecksumAddress) -> None:
        """Name the library and its address."""
        super().__init__(
            f"There is no code at {address}, where the library {name} should be.",
            hint="Correct [libraries] in the specification, or leave the library out to have it deployed.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What is there already."""

    manifest: Manifest
    """The manifest with what the chain confirms, and no more."""
    missing: tuple[str, ...]
    """The contracts to be created, in order."""
    stale: tuple[tuple[str, ChecksumAddress], ...]
    """Contracts that the manifest names at addresses without code."""
    under_way: bool
    """Whether an earlier run began this deployment and did not end it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The accounts and the token that the deployment relies on."""

    safes: "dict[ChecksumAddress, SafeAuthority | None]"
    """Per account of the specification the Safe that it is, None for anything else."""
    contracts: frozenset[ChecksumAddress]
    """Those accounts that have code."""
    usdc_has_code: bool
    usdc_decimals: int | None
    held: frozenset[Grant]
    """The roles that the chain confirms."""
    admins: dict[Grant, RoleId]
    """The role whose holders give a role out, where the contract says."""
    unknown: frozenset[Grant]
    """Roles on contracts that the deployment does not have."""
    taken: tuple[ChecksumAddress, ...]
    """Predicted addresses where there is code already."""
    versions: Versions
    """The versions of the contracts that are there."""
    kept: dict[ChecksumAddress, tuple[str, ...]]
    """What those who deploy hold, or will, and the specification gives to others."""


def open_manifest(network: "NetworkSettings") -> tuple[Path, Manifest]:
    """Return the path of the network's manifest and what it says; nothing yet when there is no file."""
    if network.manifest is None:
        raise NoManifestError(network.name)
    try:
        manifest = read_manifest(network.manifest)
    except ManifestMissingError:
        return network.manifest, Manifest(network=network.name, chain_id=network.chain_id, contracts={})
    check_manifest_chain(manifest, network.manifest, network=network.name, chain_id=network.chain_id)
    return network.manifest, manifest


def adopt(snapshot: "Snapshot", manifest: Manifest, spec: "DeploymentSpec", artifacts: Path | None) -> Adopted:
    """Return which contracts the chain confirms: those named with code, and those announced with the right code."""
    pending = manifest.pending or {}
    with snapshot.batch() as batch:
        named = {name: (address, batch.add_code(address)) for name, address in manifest.contracts.items()}
        announced = {name: (address, batch.add_code(address)) for name, address in pending.items()}
        libraries = {name: (address, batch.add_code(address)) for name, address in spec.libraries.items()}
    for name, (address, code) in libraries.items():
        if not code.value:
            raise LibraryWithoutCodeError(name, address)
    contracts = {name: address for name, (address, code) in named.items() if code.value}
    for name, (address, code) in announced.items():
        if name not in contracts and load_artifact(artifact_name(name), artifacts).is_runtime(code.value):
            contracts[name] = address
    stale = tuple((name, address) for name, (address, code) in named.items() if not code.value)
    if spec.usdc is not None:
        _expect("The reserve token (USDC)", contracts.get("USDC", spec.usdc), spec.usdc)
        contracts["USDC"] = spec.usdc
    models = manifest.models if not stale else ()
    if spec.factory is not None:
        wired, models = _read_factory(snapshot, spec.factory)
        for name, address in wired.items():
            _expect(name, contracts.get(name, address), address)
        contracts.update(wired)
    wanted = FULL if spec.scope == "full" else INFRASTRUCTURE
    to_link = tuple(artifact_name(name) for name in wanted if name not in contracts)
    wanted = (*needed_libraries(to_link, artifacts, spec.libraries), *wanted)
    return Adopted(
        manifest=manifest.model_copy(update={"contracts": contracts, "models": models}),
        missing=tuple(name for name in wanted if name not in contracts),
        stale=tuple((name, address) for name, address in stale if name not in contracts),
        under_way=manifest.pending is not None,
    )


def check_wiring(snapshot: "Snapshot", suite: Suite, present: Sequence[str]) -> None:
    """Raise WiringError when contracts that are there were built for others than `suite` has."""
    factory, reserve, router = suite.factory, suite.reserve, suite.router
    reads = {
        "TokenManager": [(suite.token_manager.registry(), suite.registry_address)],
        "HokusaiAMMFactory": [
            (factory.model_registry(), suite.registry_address),
            (factory.token_manager(), suite.token_manager_address),
            (factory.reserve_token(), suite.usdc_address),
        ],
        "InfrastructureReserve": [
            (reserve.factory(), suite.factory_address),
            (reserve.reserve_token(), suite.usdc_address),
        ],
        "UsageFeeRouter": [
            (router.factory(), suite.factory_address),
            (router.infra_reserve(), suite.reserve_address),
            (router.reserve_token(), suite.usdc_address),
        ],
    }
    asked = [pair for name in present for pair in reads.get(name, [])]
    with snapshot.batch() as batch:
        slots = [(read, expected, batch.add(read)) for read, expected in asked]
    for read, expected, slot in slots:
        _expect(f"{read.label}.{read.signature}", slot.value, expected)


def look_around(
    snapshot: "Snapshot",
    deployment: "Deployment",
    grants: Sequence[Grant],
    *,
    request: "DeployRequest",
    missing: Mapping[str, ChecksumAddress],
) -> Surroundings:
    """Return what the deployment builds on, in one round trip; `missing` says where contracts will be created."""
    suite, contracts, spec = deployment.suite, deployment.contracts, request.spec
    accounts, predicted = (spec.treasury, spec.admin), tuple(missing.values())
    known = [(grant, grant.client(contracts)) for grant in grants if grant.contract in contracts]
    with snapshot.batch() as batch:
        safes = {account: SafeReads(batch, account) for account in accounts}
        codes = {account: batch.add_code(account) for account in (*accounts, suite.usdc_address, *predicted)}
        decimals: Slot[int] = batch.add(suite.usdc.decimals())
        held = {grant: batch.add(client.has_role(grant.role, grant.account)) for grant, client in known}
        admins = {grant: batch.add(client.get_role_admin(grant.role)) for grant, client in known}
        versions = VersionsProbe(batch, suite)
        leftovers = LeftoversProbe(batch, suite, spec, (request.deployer, request.manifest.deployer))
    return Surroundings(
        safes={account: reads.authority for account, reads in safes.items()},
        contracts=frozenset(account for account in accounts if codes[account].value),
        usdc_has_code=bool(codes[suite.usdc_address].value),
        usdc_decimals=None if decimals.failed else decimals.value,
        held=frozenset(grant for grant, slot in held.items() if slot.value_or(default=False)),
        admins={grant: slot.value for grant, slot in admins.items() if not slot.failed},
        unknown=frozenset(grant for grant in grants if grant.contract not in contracts),
        taken=tuple(address for address in predicted if codes[address].value),
        versions=versions.versions,
        kept=leftovers.kept(missing, request.deployer),
    )


def _read_factory(
    snapshot: "Snapshot", address: ChecksumAddress
) -> tuple[dict[str, ChecksumAddress], tuple[ManifestModel, ...]]:
    """Return the contracts and the models that an existing factory knows."""
    factory = HokusaiAmmFactory(address)
    with snapshot.batch() as batch:
        wired = [
            batch.add(read) for read in (factory.model_registry(), factory.token_manager(), factory.reserve_token())
        ]
        pools = batch.add(factory.get_all_pools())
    contracts = {name: slot.value for name, slot in zip(_WIRED_BY_FACTORY, wired, strict=True)}
    with snapshot.batch() as batch:
        names = [(pool, batch.add(factory.pool_to_model(pool))) for pool in pools.value]
    models = tuple(ManifestModel(model_id=ModelId(name.value), pool=pool) for pool, name in names)
    return {**contracts, "HokusaiAMMFactory": address}, models


def _expect(what: str, found: ChecksumAddress, expected: ChecksumAddress) -> None:
    if found != expected:
        raise WiringError(what, expected=expected, found=found)
