"""The deployment specification: what a deployment is to look like. `deploy plan` compares it with the chain."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from eth_typing import ChecksumAddress
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hokctl.config.manifest import ContractName
from hokctl.config.spec_parts import Attestations, FactoryDefaults, FurtherRoles, Line, PoolSpec
from hokctl.config.strict import (
    ETHER_DECIMALS,
    Account,
    ModelKey,
    StrictModel,
    TokenText,
    problem,
    read_table,
    resolve_account,
    translated,
)
from hokctl.config.tables import read_toml
from hokctl.domain.amounts import parse_units
from hokctl.domain.splits import check_bounds, parse_bps

MIN_ACCRUAL_BPS: Final = 5_000
MAX_ACCRUAL_BPS: Final = 10_000
DEFAULT_ACCRUAL_BPS: Final = 8_000

Resolve = Callable[[str], ChecksumAddress]
"""Turns an address or a name from the address book into an address: Settings.resolve_address for one network."""


_HINT: Final = "examples/deployment.toml explains every key."


def _checked_bps(bps: int) -> int:
    translated(lambda: check_bounds(bps, min_bps=MIN_ACCRUAL_BPS, max_bps=MAX_ACCRUAL_BPS))
    return bps


def _usdc(value: object, info: ValidationInfo) -> object:
    return None if value == "mock" else resolve_account(value, info)


class ModelSpec(StrictModel):
    """A table [[models]]: one model with its token, parameters and pool."""

    model_id: ModelKey
    name: Line
    symbol: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,16}$")]
    initial_supply: TokenText
    """In whole tokens."""
    metric: Line = "accuracy"
    infrastructure_accrual_bps: Annotated[int, AfterValidator(_checked_bps)] = DEFAULT_ACCRUAL_BPS
    split: str | None = None
    """The same as text, `8000` or `80%`; reading moves its value to infrastructure_accrual_bps."""
    tokens_per_delta_one: Annotated[int, Field(ge=100, le=100_000)] = 1_000
    governor: Account
    """Who governs the parameters, GOV_ROLE: the admin when nobody is named."""
    provider: Account | None = None
    license_uri: Line
    license_hash: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{64}$")] | None = None
    pool: PoolSpec = Field(default_factory=PoolSpec)

    @model_validator(mode="before")
    @classmethod
    def _split_as_bps(cls, data: object) -> object:
        if not isinstance(data, dict) or not isinstance(data.get("split"), str):
            return data
        if "infrastructure_accrual_bps" in data:
            raise problem("contradicts infrastructure_accrual_bps", hint="Keep one of the two.", key=("split",))
        bps = translated(lambda: parse_bps(data["split"]), key=("split",))
        others = {key: value for key, value in data.items() if key != "split"}
        return {**others, "infrastructure_accrual_bps": bps}

    @property
    def initial_supply_units(self) -> int:
        """The initial supply in base units of the model's token."""
        return parse_units(self.initial_supply, ETHER_DECIMALS, self.symbol)


class DeploymentSpec(StrictModel):
    """The desired state of a deployment, with every name resolved to an address."""

    scope: Literal["full", "infrastructure"] = "full"
    """`full` deploys everything; `infrastructure` adds reserve and router to an existing factory."""
    networks: Annotated[tuple[Line, ...], Field(strict=False, min_length=1)] | None = None
    """The networks, by their names in the configuration, that it may be applied on; None for any."""
    treasury: Account
    """Where emergency withdrawals and trading fees go."""
    admin: Account
    """Who administers every contract."""
    backend: Account
    """Who deposits usage fees: FEE_DEPOSITOR_ROLE."""
    payer: Account
    """Who pays providers, PAYER_ROLE: the treasury when nobody is named."""
    pauser: Account
    """Who can pull the brake, PAUSER_ROLE: the admin when nobody is named."""
    usdc: Annotated[ChecksumAddress | None, BeforeValidator(_usdc)]
    """The reserve token; None, in the file "mock", deploys MockUSDC, on test networks only."""
    factory: Account | None = None
    """The existing factory of scope infrastructure."""
    factory_defaults: FactoryDefaults | None = None
    """None leaves the factory's defaults for new pools as they are."""
    roles: FurtherRoles = Field(default_factory=dict)
    libraries: dict[ContractName, Account] = Field(default_factory=dict)
    """Libraries of other builds that are deployed already, by name; the others are deployed first."""
    attestations: Attestations = Field(default_factory=Attestations)
    models: Annotated[tuple[ModelSpec, ...], Field(strict=False)] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: dict[str, Any]) -> dict[str, Any]:
        filled = dict(data)
        for name, stand_in in (("payer", "treasury"), ("pauser", "admin")):
            if name not in data and stand_in in data:
                filled[name] = data[stand_in]
        if isinstance(data.get("models"), list) and "admin" in data:
            filled["models"] = [
                {"governor": data["admin"], **model} if isinstance(model, dict) else model for model in data["models"]
            ]
        return filled

    @field_validator("usdc", "factory", "factory_defaults", "models")
    @classmethod
    def _as_scope_demands(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401  # each field of its own type
        if info.data.get("scope") == "infrastructure":
            if info.field_name == "usdc" and value is None:
                raise problem(
                    'cannot be "mock" in scope infrastructure', hint="Give the address of the factory's token."
                )
            if info.field_name == "factory_defaults" and value is not None:
                raise problem("cannot be set in scope infrastructure: they belong to the existing factory")
            if info.field_name == "models" and value:
                raise problem(
                    "cannot be deployed in scope infrastructure: they belong to the existing factory",
                    hint="Leave them out; set their providers with `hokctl provider set`.",
                )
        elif info.field_name == "factory" and value is not None:
            raise problem("is for scope infrastructure; scope full deploys its own", hint="Leave the key out.")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.scope == "infrastructure" and self.factory is None:
            raise problem("is missing: scope infrastructure adds to an existing factory", key=("factory",))
        for position, model in enumerate(self.models):
            if any(other.model_id == model.model_id for other in self.models[:position]):
                raise problem(f"names the model {model.model_id!r} a second time", key=("models",))
        return self


def read_spec(path: Path, resolve: Resolve, *, scope: str | None = None) -> DeploymentSpec:
    """Return the deployment specification at `path`, with names resolved by `resolve`.

    `scope` overrides the file's own. Raises UnreadableFileError, ConfigSyntaxError and InvalidConfigError.
    """
    table = read_toml(path, what="deployment specification")
    if scope is not None:
        table = {**table, "scope": scope}
    return read_table(DeploymentSpec, table, path=path, hint=_HINT, context={"resolve": resolve})
