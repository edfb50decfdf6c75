"""The smaller tables of a deployment specification: pools, the factory's defaults, attestations, further roles."""

from datetime import date
from typing import Annotated, Final

from eth_typing import ChecksumAddress
from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo

from hokctl.config.strict import Account, PositiveUsdcText, StrictModel, problem, resolve_account
from hokctl.config.suggestions import suggest
from hokctl.domain.amounts import parse_units
from hokctl.domain.roles import ROLE_NAMES, RoleId, role_id

SECONDS_PER_DAY: Final = 86_400
ROLE_CONTRACTS: Final = (
    "InfrastructureReserve",
    "UsageFeeRouter",
    "TokenManager",
    "DeltaVerifier",
    "DataContributionRegistry",
    "InfrastructureCostOracle",
    "PurchaserWhitelist",
    "PendingClaimsEscrow",
    "RewardVestingVault",
    "TimelockController",
)
"""The contracts of a manifest that keep roles."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
CrrPpm = Annotated[int, Field(ge=50_000, le=500_000)]
TradeFeeBps = Annotated[int, Field(ge=0, le=1_000)]
IbrDays = Annotated[int, Field(ge=1, le=30)]


class FactoryDefaults(StrictModel):
    """The table [factory_defaults]: what pools are made with that somebody makes without saying."""

    crr_ppm: CrrPpm = 100_000
    trade_fee_bps: TradeFeeBps = 30
    ibr_days: IbrDays = 7

    @property
    def ibr_seconds(self) -> int:
        """The initial bonding round in seconds, as the factory takes it."""
        return self.ibr_days * SECONDS_PER_DAY


class PoolSpec(StrictModel):
    """A table [models.pool]: the curve of a model's pool. The defaults are the protocol's own."""

    crr_ppm: CrrPpm = 100_000
    """The reserve ratio in parts per million: 100000 is 10 %."""
    trade_fee_bps: TradeFeeBps = 30
    ibr_days: IbrDays = 7
    """How long the initial bonding round, in which tokens can be bought and not sold, lasts."""
    flat_curve_threshold: PositiveUsdcText = "25000"
    """Up to this reserve, in USDC, a token has a fixed price."""
    flat_curve_price: PositiveUsdcText = "0.01"
    """The fixed price of a token in USDC."""
    max_trade_bps: Annotated[int, Field(ge=1, le=5_000)] | None = None
    """The largest trade as a share of the reserve; None leaves it as it is, 2000 in a new pool."""

    @property
    def ibr_seconds(self) -> int:
        """The initial bonding round in seconds, as the factory takes it."""
        return self.ibr_days * SECONDS_PER_DAY

    def threshold_units(self, decimals: int) -> int:
        """Return the threshold in base units of the reserve token, which has `decimals`."""
        return parse_units(self.flat_curve_threshold, decimals, "the reserve token")

    def price_units(self, decimals: int) -> int:
        """Return the fixed price in base units of the reserve token, which has `decimals`."""
        return parse_units(self.flat_curve_price, decimals, "the reserve token")


class Attestation(StrictModel):
    """What somebody vouches for that no chain can show."""

    who: Line
    when: date
    where: Line | None = None
    """The test network, the runbook, the ticket: what another person can look up."""


class Attestations(StrictModel):
    """The table [attestations]. On a production network a deployment needs all three."""

    backend_key_secured: Attestation | None = None
    """The backend's private key is in a vault, an HSM or a KMS."""
    monitoring_set_up: Attestation | None = None
    """Monitoring and alerts run and reach somebody."""
    tested_on_test_network: Attestation | None = None
    """The same specification was deployed and tried on a test network."""

    def named(self) -> dict[str, Attestation | None]:
        """Return each attestation by its key."""
        return {name: getattr(self, name) for name in type(self).model_fields}


def _checked_contract(value: object) -> object:
    if isinstance(value, str) and value not in ROLE_CONTRACTS:
        raise problem(
            f"names {value!r}, which is no contract with roles",
            hint=f"Choose among {', '.join(ROLE_CONTRACTS)}; a model's governor is `governor` of its table.",
            suggestion=suggest(value, ROLE_CONTRACTS),
        )
    return value


def _as_role(value: object) -> object:
    if isinstance(value, str) and value not in ROLE_NAMES:
        raise problem(
            f"names {value!r}, which is no role of the protocol",
            hint=f"The roles are {', '.join(ROLE_NAMES)}.",
            suggestion=suggest(value, ROLE_NAMES),
        )
    return role_id(value) if isinstance(value, str) else value


def _accounts(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, list):
        return value
    found = tuple(resolve_account(item, info) for item in value)
    if len(set(found)) != len(found):
        raise problem("names an account a second time")
    return found


RoleContract = Annotated[str, BeforeValidator(_checked_contract)]
RoleName = Annotated[RoleId, BeforeValidator(_as_role)]
Accounts = Annotated[tuple[Account, ...], BeforeValidator(_accounts)]
FurtherRoles = dict[RoleContract, dict[RoleName, Accounts]]
"""The tables [roles.Contract]: per role the accounts that are to hold it besides those that the rest names."""


def further_holders(roles: FurtherRoles) -> list[tuple[str, RoleId, ChecksumAddress]]:
    """Return (contract, role, account) of every desired holder, in the file's order."""
    return [
        (contract, role, account)
        for contract, table in roles.items()
        for role, accounts in table.items()
        for account in accounts
    ]
