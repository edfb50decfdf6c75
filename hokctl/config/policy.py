"""The policy: what the people behind a treasury agreed on. Checks compare plans and role holders with it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

from eth_typing import ChecksumAddress
from pydantic import AfterValidator, Field

from hokctl.config.strict import Account, ModelKey, PositiveUsdcText, StrictModel, problem, read_table
from hokctl.config.suggestions import suggest
from hokctl.config.tables import read_toml
from hokctl.domain.roles import ROLE_NAMES

NAMED_POWERS: Final = (
    "owner",
    "pendingOwner",
    "treasury",
    "feeRecipient",
    "pauser",
    "deltaVerifier",
    "controller",
    "attester",
    "poolRegistrar",
)
"""What an account may be to a contract beside holding a role: `owner` is OpenZeppelin Ownable's."""
POLICED_CONTRACTS: Final = (
    "ModelRegistry",
    "TokenManager",
    "HokusaiAMMFactory",
    "InfrastructureReserve",
    "UsageFeeRouter",
    "HokusaiParams",
    "HokusaiToken",
    "HokusaiAMM",
    "InfrastructureCostOracle",
    "PurchaserWhitelist",
    "PendingClaimsEscrow",
    "RewardVestingVault",
    "DeltaVerifier",
    "DataContributionRegistry",
    "TokenDeploymentFactory",
    "HokusaiAMMPoolDeployer",
    "FundingVault",
    "TimelockController",
)
"""The contracts whose holders a policy can name. HokusaiParams, HokusaiToken and HokusaiAMM stand for those of every
model, or with `/` and an id for one model's; TimelockController for every timelock that holds something."""
DEFAULT_HOT_KEY_LIMIT: Final = 3

PER_MODEL: Final = ("HokusaiParams", "HokusaiToken", "HokusaiAMM")
"""The contracts of which each model has its own."""

_ROLE_ID: Final = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
_HINT: Final = "examples/policy.toml explains every key."


def _known(kind: str, names: tuple[str, ...]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in names:
            hint = f"Known are: {', '.join(names)}."
            raise problem(f"is no {kind} hokctl knows", hint=hint, suggestion=suggest(text, names))
        return text

    return check


_known_role = _known("role", (*NAMED_POWERS, *ROLE_NAMES))
_known_contract = _known("contract", POLICED_CONTRACTS)


def _checked_role(text: str) -> str:
    return text.lower() if _ROLE_ID.fullmatch(text) else _known_role(text)


def _checked_contract(text: str) -> str:
    name, slash, model_id = text.partition("/")
    _known_contract(name)
    if slash and (name not in PER_MODEL or not model_id):
        hint = f"A model's own contracts are {', '.join(PER_MODEL)}, such as HokusaiParams/21."
        raise problem("is no contract of a model", hint=hint)
    return text


def _checked_power(text: str) -> str:
    """Check `Contract.power`, or a power wherever it is."""
    contract, dot, power = text.rpartition(".")
    if dot:
        _checked_contract(contract)
    return f"{contract}{dot}{_checked_role(power)}"


Role = Annotated[str, AfterValidator(_checked_role)]
Contract = Annotated[str, AfterValidator(_checked_contract)]
Power = Annotated[str, AfterValidator(_checked_power)]
Holders = Annotated[tuple[Account, ...], Field(strict=False)]


Currency = Annotated[str, Field(pattern=r"^[A-Za-z0-9.$]{1,16}$")]
"""A currency as invoices state it, or a token's symbol."""


class Limits(StrictModel):
    """The table [limits]: amounts in token units of the reserve token; a limit that is left out does not bind."""

    per_payment: PositiveUsdcText | None = None
    per_payee_per_day: PositiveUsdcText | None = None
    per_day: PositiveUsdcText | None = None


Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
"""0x and 64 lower-case hex digits."""


class RegisteredSafe(StrictModel):
    """A table [safes.NAME]: how the Safe was when its owners last looked; anything else is drift."""

    owners: Annotated[tuple[Account, ...], Field(strict=False, min_length=1)]
    threshold: Annotated[int, Field(ge=1)]
    version: str | None = None
    """The version, such as `1.4.1`; None leaves it open."""
    modules: Annotated[tuple[Account, ...], Field(strict=False)] = ()
    guard: Account | None = None
    """The guard; None for no guard."""
    fallback_handler: Account | None = None
    """The fallback handler; None leaves it open."""


class AuditedContract(StrictModel):
    """A table [audited.NAME]: the code of a contract when it was last audited."""

    code_hash: Hash | None = None
    """The keccak hash of its runtime code."""
    implementation: Account | None = None
    """What a proxy points to (EIP-1967)."""


class AcceptedFinding(StrictModel):
    """A table [[audit.accepted]]: what an audit of roles finds and the people behind the treasury live with."""

    code: str
    """The finding's code, such as `hot-key`."""
    reason: Annotated[str, Field(min_length=1)]
    """Why it is accepted; the audit repeats it."""
    power: Power | None = None
    """Only for this power: `Contract.power`, or a power wherever it is; None for any."""
    holder: Account | None = None
    """Only for this account; None for any."""


class AuditRules(StrictModel):
    """The table [audit]: what an audit of roles asks beside the expected holders."""

    contracts_only: Annotated[tuple[Power, ...], Field(strict=False)] | None = None
    """Powers that no single key may hold, whatever [roles] says; None for the usual ones where [roles] is silent."""
    hot_key_limit: Annotated[int, Field(ge=0)] = DEFAULT_HOT_KEY_LIMIT
    """How many powers one key may hold, a power over the contracts of several models counted once."""
    deployers: Annotated[tuple[Account, ...], Field(strict=False)] = ()
    """Accounts that deployed, beside those that manifest and logs tell."""
    accepted: Annotated[tuple[AcceptedFinding, ...], Field(strict=False)] = ()


class Policy(StrictModel):
    """What may be paid, to whom, who is expected to hold which role, and how Safes and code are expected to be."""

    limits: Limits = Field(default_factory=Limits)
    first_time_payee: Literal["allow", "warn", "refuse"] = "warn"
    """What to make of a payee that the reserve never paid before."""
    allowed_models: Annotated[tuple[ModelKey, ...], Field(strict=False)] | None = None
    """The models that may be paid for; None allows all."""
    currencies: dict[Currency, Currency] = Field(default_factory=dict)
    """Currencies that invoices may state in place of a token, one for one: `USD = "USDC"`."""
    payees: dict[Account, Limits] = Field(default_factory=dict)
    """Limits of single payees, in place of the general ones."""
    roles: dict[Contract, dict[Role, Holders]] = Field(default_factory=dict)
    """The expected holders: contract, then power, then every account that holds it and no other."""
    audit: AuditRules = Field(default_factory=AuditRules)
    safes: dict[Account, RegisteredSafe] = Field(default_factory=dict)
    """The Safes, each as its owners agreed that it is."""
    audited: dict[Account, AuditedContract] = Field(default_factory=dict)
    """The contracts whose code must be what was audited."""


def read_policy(path: Path, resolve: Callable[[str], ChecksumAddress]) -> Policy:
    """Return the policy at `path`, with names resolved by `resolve`, as for read_spec.

    Raises UnreadableFileError, ConfigSyntaxError and InvalidConfigError.
    """
    return read_table(Policy, read_toml(path, what="policy"), path=path, hint=_HINT, context={"resolve": resolve})
