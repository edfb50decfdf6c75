"""What a deployment's own contracts must answer: wiring, owners, roles and parameters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eth_typing import ChecksumAddress

from hokctl.checks.expectations import Expected, expect
from hokctl.clients.ownable import Ownable2Step
from hokctl.clients.suite import Suite
from hokctl.config.spec_parts import FactoryDefaults
from hokctl.domain.findings import Severity
from hokctl.domain.roles import role_name
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.deploy_steps import desired_grants

if TYPE_CHECKING:
    from hokctl.chain.reads import Read
    from hokctl.config.spec import DeploymentSpec
    from hokctl.services.versions import Versions

OWNED: Final = ("ModelRegistry", "TokenManager", "HokusaiAMMFactory")
"""The contracts with an owner, by their names in the manifest."""
ANEW: Final = "This cannot be changed after creation: correct manifest or specification, or deploy anew."
_DEFAULTS: Final = FactoryDefaults()
"""What the factory makes pools with when the specification does not say: the protocol's own values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What a deployment is compared with."""

    suite: Suite
    spec: "DeploymentSpec | None"
    """None where nobody says what it is to look like; then only what follows from the manifest is compared."""
    deployer: ChecksumAddress | None
    """Who deployed it, by the manifest's account: its power is not foreign, but is to be handed over."""
    delta_verifier: ChecksumAddress | None = None
    """The contract of the manifest that may have models' tokens minted as rewards."""

    @property
    def waiting(self) -> ChecksumAddress | None:
        """The deployer, where it is not to keep what it has."""
        return None if self.spec is None or self.spec.admin == self.deployer else self.deployer


def owned_clients(suite: Suite) -> dict[str, Ownable2Step]:
    """Return the contracts with an owner, by their names in the manifest."""
    return dict(zip(OWNED, (suite.registry, suite.token_manager, suite.factory), strict=True))


def wiring_expectations(suite: Suite) -> Iterator[Expected]:
    """Yield that every contract knows the right others."""
    manager, factory, reserve, router = suite.token_manager, suite.factory, suite.reserve, suite.router
    registry, usdc = suite.registry_address, suite.usdc_address
    for name, read, wanted, text in (
        ("TokenManager", manager.registry(), registry, "registry that TokenManager knows"),
        ("HokusaiAMMFactory", factory.model_registry(), registry, "registry that the factory knows"),
        ("HokusaiAMMFactory", factory.token_manager(), manager.address, "TokenManager that the factory knows"),
        ("HokusaiAMMFactory", factory.reserve_token(), usdc, "token that pools hold in reserve"),
        ("InfrastructureReserve", reserve.factory(), factory.address, "factory that the reserve knows"),
        ("InfrastructureReserve", reserve.reserve_token(), usdc, "token that the reserve holds"),
        ("UsageFeeRouter", router.factory(), factory.address, "factory that the router knows"),
        ("UsageFeeRouter", router.infra_reserve(), reserve.address, "reserve that the router knows"),
        ("UsageFeeRouter", router.reserve_token(), usdc, "token that the router takes fees in"),
    ):
        yield expect("contract-miswired", name, read, wanted, text=text, remedy=ANEW)


def spec_expectations(desired: Desired) -> Iterator[Expected]:
    """Yield what the specification demands of owners, roles, treasury and defaults; nothing without one."""
    spec = desired.spec
    if spec is None:
        return
    yield from _role_expectations(desired, spec)
    yield from _treasury_expectations(desired.suite, spec)
    if spec.scope == "full":
        yield from _owner_expectations(desired, spec)
        yield from _default_expectations(desired.suite, spec.factory_defaults or _DEFAULTS)
        yield from _minter_expectations(desired, spec)


def _role_expectations(desired: Desired, spec: "DeploymentSpec") -> Iterator[Expected]:
    contracts = {name: address for address, name in desired.suite.labels().items()}
    for grant in desired_grants(spec, desired.suite.router_address):
        if grant.contract not in contracts:
            continue
        role = role_name(grant.role)
        yield expect(
            "role-missing",
            grant.contract,
            grant.client(contracts).has_role(grant.role, grant.account),
            True,
            text=f"holder of {role}",
            message=f"{grant.account} does not hold {role} on {grant.contract}.",
            remedy="Grant it with `hokctl deploy apply`, or correct the specification.",
        )


def idle_reads(desired: Desired, versions: "Versions") -> "frozenset[Read[Any]]":
    """Return the questions about roles that contracts of their version never ask for: nobody misses those."""
    spec, by_contract = desired.spec, versions.by_contract()
    if spec is None:
        return frozenset()
    contracts = {name: address for address, name in desired.suite.labels().items()}
    return frozenset(
        grant.client(contracts).has_role(grant.role, grant.account)
        for grant in desired_grants(spec, desired.suite.router_address)
        if grant.contract in contracts and grant.is_idle(by_contract.get(grant.contract))
    )


def _owner_expectations(desired: Desired, spec: "DeploymentSpec") -> Iterator[Expected]:
    for name, client in owned_clients(desired.suite).items():
        yield expect(
            "owner-differs",
            name,
            client.owner(),
            spec.admin,
            text=f"owner of {name}",
            until_handoff=desired.waiting,
            remedy="Find out who took it; its owner alone can give it back.",
        )


def _treasury_expectations(suite: Suite, spec: "DeploymentSpec") -> Iterator[Expected]:
    places = [("InfrastructureReserve", suite.reserve.treasury(), "treasury of the reserve")]
    if spec.scope == "full":
        places.append(("HokusaiAMMFactory", suite.factory.treasury(), "treasury of pools to come"))
    for name, read, text in places:
        yield expect(
            "treasury-differs",
            name,
            read,
            spec.treasury,
            text=text,
            remedy="Set it with setTreasury, or correct the specification.",
        )


def _default_expectations(suite: Suite, wanted_defaults: FactoryDefaults) -> Iterator[Expected]:
    factory = suite.factory
    for read, wanted, text in (
        (factory.default_crr(), wanted_defaults.crr_ppm, "reserve ratio of pools to come"),
        (factory.default_trade_fee(), wanted_defaults.trade_fee_bps, "trade fee of pools to come"),
        (factory.default_ibr_duration(), wanted_defaults.ibr_seconds, "initial bonding round of pools to come"),
    ):
        yield expect(
            "defaults-differ",
            "HokusaiAMMFactory",
            read,
            wanted,
            text=text,
            severity=Severity.WARNING,
            remedy="Set them back with setDefaults, unless they were changed on purpose.",
            required=False,
        )


def _minter_expectations(desired: Desired, spec: "DeploymentSpec") -> Iterator[Expected]:
    """Yield who may have tokens minted or receives fees, besides those who hold roles."""
    manager = desired.suite.token_manager
    yield expect(
        "delta-verifier-differs",
        "TokenManager",
        manager.delta_verifier(),
        desired.delta_verifier or ZERO_ADDRESS,
        text="verifier that may have tokens minted",
        remedy="Take it away with setDeltaVerifier, or name it as DeltaVerifier in the manifest.",
        required=False,
    )
    yield expect(
        "fee-recipient-differs",
        "TokenManager",
        manager.fee_recipient(),
        spec.treasury,
        also=(spec.admin,),
        text="recipient of deployment fees",
        until_handoff=desired.waiting,
        remedy="Set it with setFeeRecipient, or correct the specification.",
        severity=Severity.WARNING,
        required=False,
    )
