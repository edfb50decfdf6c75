"""Strict models: no unknown key, no guessed type, no input in an error."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from eth_typing import ChecksumAddress
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from hokctl.config.errors import InvalidConfigError, Problem
from hokctl.config.suggestions import suggest
from hokctl.config.tables import Table, dotted
from hokctl.domain.addresses import parse_address
from hokctl.domain.amounts import parse_units
from hokctl.domain.units import ModelId, parse_model_id
from hokctl.errors import HokctlError, redact

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)

USDC_DECIMALS: Final = 6
ETHER_DECIMALS: Final = 18
GWEI_DECIMALS: Final = 9
_OWN_PROBLEM: Final = "hokctl"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)


def problem(message: str, *, hint: str = "", key: tuple[str, ...] = (), suggestion: str = "") -> PydanticCustomError:
    """Return the error for a validator to raise; `message` goes on after the key's name, such as `is too large`.

    `key` is the rest of the key below the validated one; `suggestion` is what `suggest` returned.
    """
    context = {"message": message, "hint": f"{suggestion}{hint}".strip(), "key": key}
    return PydanticCustomError(_OWN_PROBLEM, "{message}", context)


def translated(parse: Callable[[], T], *, key: tuple[str, ...] = ()) -> T:
    """Return what `parse` returns, with hokctl's errors turned into problems of the key that is validated."""
    try:
        return parse()
    except HokctlError as error:
        raise problem(f"is wrong: {error.message.rstrip('.')}", hint=error.hint, key=key) from error


def refuse_unknown_keys(model: type[BaseModel], data: object) -> None:
    """Raise a problem for the first key of the table `data` that `model` does not have."""
    if not isinstance(data, Mapping):
        return
    known = [field.alias or name for name, field in model.model_fields.items()]
    for key in data:
        if key not in known:
            hint = f"The keys here are: {', '.join(known)}."
            raise problem("is not a key hokctl knows", hint=hint, key=(key,), suggestion=suggest(key, known))


class StrictModel(BaseModel):
    """The base of every table: frozen, strict about types and keys, silent about input."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: object) -> object:
        refuse_unknown_keys(cls, data)
        return data


def read_table(model: type[ModelT], table: Table, *, path: Path, hint: str, context: Mapping[str, Any]) -> ModelT:
    """Return `table`, read from `path`, as `model`; raise InvalidConfigError listing every problem."""
    try:
        return model.model_validate(table, context=dict(context))
    except ValidationError as error:
        raise InvalidConfigError(list_problems(error, table, lambda _: str(path)), hint=hint) from error


def list_problems(error: ValidationError, table: Table, origin_of: Callable[[list[str]], str]) -> list[Problem]:
    """Return what is wrong with `table`, in words and without a single value hokctl was not sure of."""
    problems = []
    for detail in error.errors(include_input=False, include_url=False):
        context = detail.get("ctx", {})
        own = detail["type"] == _OWN_PROBLEM
        key = [*_visible(detail, table), *(context["key"] if own else ())]
        message, hint = (context["message"], context["hint"]) if own else _describe(detail)
        origin = origin_of([part for part in key if isinstance(part, str)])
        problems.append(Problem(key=dotted(key) or "the file", origin=origin, message=message, hint=hint))
    return problems


def _visible(detail: ErrorDetails, table: Table) -> list[str | int]:
    """Return the location without what pydantic adds: the tag of a union, and `[key]`."""
    here: Any = table
    visible: list[str | int] = []
    for part in detail["loc"]:
        inside = part in here if isinstance(here, Mapping) else isinstance(here, list) and isinstance(part, int)
        if inside:
            here = here[part]
            visible.append(part)
    return visible + list(detail["loc"][-1:] if detail["type"] == "missing" else ())


def _describe(detail: ErrorDetails) -> tuple[str, str]:
    match detail["type"]:
        case "missing":
            return "is missing", ""
        case "string_type":
            return "is not a text", "Put the value in double quotes; amounts too, so that they stay exact."
        case _:
            # pydantic's own sentences name the expectation, never the input.
            return "is wrong: " + re.sub(r"^(Input|String) should", "it should", detail["msg"]).rstrip("."), ""


def _checked_variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text):
        # The text is not repeated: it may be the secret itself.
        raise problem("is not the name of an environment variable", hint="Name the variable; never put a secret here.")
    return text


def _checked_address(text: str) -> ChecksumAddress:
    # Where no network is given, no chain's prefix can be right: 0 is the id of none.
    return translated(lambda: parse_address(text, 0))


def _checked_model_id(text: str) -> ModelId:
    return translated(lambda: parse_model_id(text))


def _decimal(decimals: int, symbol: str, *, positive: bool = False) -> Callable[[str], str]:
    def check(text: str) -> str:
        units = translated(lambda: parse_units(text, decimals, symbol))
        if positive and units == 0:
            raise problem("must not be zero")
        return text

    return check


def resolve_account(value: object, info: ValidationInfo) -> object:
    """Return the address that a text means, by the resolver that the reader of the file was given."""
    if not isinstance(value, str) or info.context is None:
        return value
    resolve: Callable[[str], ChecksumAddress] = info.context["resolve"]
    return translated(lambda: resolve(value))


def display_secret_url(url: SecretStr) -> str:
    """Return scheme and host of a URL; the rest may hold a key."""
    return redact(url.get_secret_value())


VariableName = Annotated[str, AfterValidator(_checked_variable)]
"""The name of an environment variable."""
CheckedAddress = Annotated[ChecksumAddress, AfterValidator(_checked_address)]
"""A checksummed address, independent of a chain."""
Account = Annotated[ChecksumAddress, BeforeValidator(resolve_account)]
"""A checksummed address or a name from the address book; needs `resolve` in the validation context."""
ModelKey = Annotated[ModelId, AfterValidator(_checked_model_id)]
"""The id of a model."""
UsdcText = Annotated[str, AfterValidator(_decimal(USDC_DECIMALS, "USDC"))]
"""A plain decimal amount of the reserve token, in token units, of at most six fraction digits."""
PositiveUsdcText = Annotated[str, AfterValidator(_decimal(USDC_DECIMALS, "USDC", positive=True))]
"""The same, above zero."""
TokenText = Annotated[str, AfterValidator(_decimal(ETHER_DECIMALS, "a model token"))]
"""A plain decimal amount of a model's token, in token units."""
GweiText = Annotated[str, AfterValidator(_decimal(GWEI_DECIMALS, "gwei"))]
"""A plain decimal number of gwei."""
LaxPath = Annotated[Path, Field(strict=False)]
"""A path, written as text."""
SecretUrl = Annotated[SecretStr, PlainSerializer(display_secret_url, return_type=str)]
"""A URL that may hold a key: its printed form and its dump show scheme and host only."""
