"""The contracts over which somebody may hold power: those of a deployment, and those that they created or rely on."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.inquiries import ask_account
from hokctl.clients.power_events import CreatedContract
from hokctl.domain.powers import PoweredContract
from hokctl.domain.units import ZERO_ADDRESS, ModelId, model_topic

if TYPE_CHECKING:
    from hokctl.chain.batch import Slot
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

USDC_NAMES: Final = frozenset({"USDC", "MockUSDC", "StrictMockUSDC"})
"""The reserve token is not the deployment's own: who holds power over it is for others to say."""

_RELIES_ON: Final = (
    ("UsageFeeRouter", "costOracle", "InfrastructureCostOracle"),
    ("TokenManager", "deltaVerifier", "DeltaVerifier"),
    ("TokenManager", "vestingVault", "RewardVestingVault"),
    ("TokenManager", "tokenDeploymentFactory", "TokenDeploymentFactory"),
    ("HokusaiAMMFactory", "poolDeployer", "HokusaiAMMPoolDeployer"),
)
"""What contracts of the deployment name, and what stands there."""


def find_contracts(snapshot: "Snapshot", deployment: "Deployment") -> dict[ChecksumAddress, PoweredContract]:
    """Return the contracts of `deployment` at the snapshot's block, by address, without the reserve token.

    The manifest names some, the contracts themselves the rest: what they rely on, and the contracts of each model
    that the factory has a pool of or the manifest names. At most four round trips.
    """
    suite, found = deployment.suite, named_contracts(deployment)
    where = {contract.name: contract.address for contract in found.values()}
    asked = [(view, name, where[on]) for on, view, name in _RELIES_ON]
    with snapshot.batch() as batch:
        pools = batch.add(suite.factory.get_all_pools())
        slots = [(name, batch.add(ask_account(on, name, view))) for view, name, on in asked]
    _put(found, slots)
    verifier = next((one.address for one in found.values() if one.name == "DeltaVerifier"), None)
    with snapshot.batch() as batch:
        names = [(pool, batch.add(suite.factory.pool_to_model(pool))) for pool in pools.value]
        lists = [batch.add(ask_account(pool, "HokusaiAMM", "purchaserWhitelist")) for pool in pools.value]
        records = (
            [] if verifier is None else [batch.add(ask_account(verifier, "DeltaVerifier", "contributionRegistry"))]
        )
    _put(found, [("PurchaserWhitelist", slot) for slot in lists])
    _put(found, [("DataContributionRegistry", slot) for slot in records])
    models = {pool: ModelId(slot.value) for pool, slot in names if not slot.failed}
    found |= {pool: PoweredContract(name="HokusaiAMM", address=pool, model_id=model) for pool, model in models.items()}
    return _with_models(snapshot, deployment, found, (*models.values(), *deployment.model_ids))


def name_created(
    snapshot: "Snapshot",
    deployment: "Deployment",
    created: Iterable[CreatedContract],
    known: Mapping[ChecksumAddress, PoweredContract],
) -> dict[ChecksumAddress, PoweredContract]:
    """Return the contracts that logs tell of and that are not `known`, each with its model's id where it has one.

    Only logs of the deployment's own TokenManager and factory count. At most one round trip.
    """
    creators = {deployment.suite.token_manager_address, deployment.suite.factory_address}
    new = {one.address: one for one in created if one.creator in creators and one.address not in known}
    if not new:
        return {}
    ids = {*deployment.model_ids, *(one.model_id for one in known.values() if one.model_id is not None)}
    topics = {model_topic(model_id): model_id for model_id in ids}
    tokens = [one for one in new.values() if one.name == "HokusaiToken" and one.model_topic not in topics]
    with snapshot.batch() as batch:
        slots = [batch.add(deployment.suite.token_manager.get_model_id(one.address)) for one in tokens]
    for slot in slots:
        if not slot.failed:
            topics[model_topic(ModelId(slot.value))] = ModelId(slot.value)
    return {
        address: PoweredContract(name=one.name, address=address, model_id=topics.get(one.model_topic))
        for address, one in new.items()
    }


def named_contracts(deployment: "Deployment") -> dict[ChecksumAddress, PoweredContract]:
    """Return the contracts that the manifest names, by address, without the reserve token."""
    token = deployment.suite.usdc_address
    named = {**{name: address for address, name in deployment.suite.labels().items()}, **deployment.contracts}
    return {
        address: PoweredContract(name=name, address=address)
        for name, address in named.items()
        if address != token and name not in USDC_NAMES
    }


def _put(found: dict[ChecksumAddress, PoweredContract], slots: "Iterable[tuple[str, Slot[ChecksumAddress]]]") -> None:
    """Add what views answered, unless it is known already."""
    for name, slot in slots:
        address = slot.value_or(ZERO_ADDRESS)
        if address != ZERO_ADDRESS:
            found.setdefault(address, PoweredContract(name=name, address=address))


def _with_models(
    snapshot: "Snapshot",
    deployment: "Deployment",
    found: dict[ChecksumAddress, PoweredContract],
    model_ids: Iterable[ModelId],
) -> dict[ChecksumAddress, PoweredContract]:
    """Return `found` with the contracts of each model."""
    manager, factory = deployment.suite.token_manager, deployment.suite.factory
    with snapshot.batch() as batch:
        asked = [
            (model_id, name, batch.add(read))
            for model_id in dict.fromkeys(model_ids)
            for name, read in (
                ("HokusaiToken", manager.get_token_address(model_id)),
                ("HokusaiParams", manager.get_params_address(model_id)),
                ("HokusaiAMM", factory.get_pool(model_id)),
            )
        ]
    for model_id, name, slot in asked:
        address = slot.value_or(ZERO_ADDRESS)
        if address != ZERO_ADDRESS:
            found.setdefault(address, PoweredContract(name=name, address=address, model_id=model_id))
    return found
