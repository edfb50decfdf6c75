"""The policy: what the people behind a treasury agreed on. Checks compare plans and role holders with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

from eth_typing import ChecksumAddress
from pydantic import AfterValidator, Field

from hokctl.config.strict import Account, ModelKey, PositiveUsdcText, StrictModel, problem, read_table
from hokctl.config.suggestions import suggest
from hokctl.config.tables import read_toml
from hokctl.domain.roles import ROLE_NAMES

OWNER: Final = "owner"
"""Stands among the roles of a contract for its owner (OpenZeppelin Ownable)."""
POLICED_CONTRACTS: Final = (
    "ModelRegistry",
    "TokenManager",
    "HokusaiAMMFactory",
    "InfrastructureReserve",
    "UsageFeeRouter",
    "HokusaiParams",
    "HokusaiToken",
    "HokusaiAMM",
)
"""The contracts whose holders a policy can name; the last three stand for those of every model."""

_HINT: Final = "examples/policy.toml explains every key."


def _known(kind: str, names: tuple[str, ...]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in names:
            hint = f"Known are: {', '.join(names)}."
            raise problem(f"is no {kind} hokctl knows", hint=hint, suggestion=suggest(text, names))
        return text

    return check


Role = Annotated[str, AfterValidator(_known("role", (OWNER, *ROLE_NAMES)))]
Contract = Annotated[str, AfterValidator(_known("contract", POLICED_CONTRACTS))]
Holders = Annotated[tuple[Account, ...], Field(strict=False)]


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


class Policy(StrictModel):
    """What may be paid, to whom, who is expected to hold which role, and how Safes and code are expected to be."""

    limits: Limits = Field(default_factory=Limits)
    first_time_payee: Literal["allow", "warn", "refuse"] = "warn"
    """What to make of a payee that the reserve never paid before."""
    allowed_models: Annotated[tuple[ModelKey, ...], Field(strict=False)] | None = None
    """The models that may be paid for; None allows all."""
    payees: dict[Account, Limits] = Field(default_factory=dict)
    """Limits of single payees, in place of the general ones."""
    roles: dict[Contract, dict[Role, Holders]] = Field(default_factory=dict)
    """The expected holders: contract, then role, then every account that holds it and no other."""
    safes: dict[Account, RegisteredSafe] = Field(default_factory=dict)
    """The Safes, each as its owners agreed that it is."""
    audited: dict[Account, AuditedContract] = Field(default_factory=dict)
    """The contracts whose code must be what was audited."""


def read_policy(path: Path, resolve: Callable[[str], ChecksumAddress]) -> Policy:
    """Return the policy at `path`, with names resolved by `resolve`, as for read_spec.

    Raises UnreadableFileError, ConfigSyntaxError and InvalidConfigError.
    """
    return read_table(Policy, read_toml(path, what="policy"), path=path, hint=_HINT, context={"resolve": resolve})
