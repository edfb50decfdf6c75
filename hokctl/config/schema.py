"""The settings as validated tables, and the ways to look things up in them. Load them with settings.load_settings."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self

from eth_typing import ChecksumAddress
from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hokctl.config.environment import LEDGER_URL_VARIABLE, NETWORK_VARIABLE, get_variable, user_config_file
from hokctl.config.errors import (
    NoSignerError,
    UnknownNameError,
    UnknownNetworkError,
    UnknownSignerError,
    UntrustedConfigError,
)
from hokctl.config.layers import WORKING_FILE_NAME
from hokctl.config.monitoring import MonitorSettings
from hokctl.config.networks import NetworkSettings
from hokctl.config.signers import SIGNER_KINDS, EnvironmentSignerSettings, KeystoreSignerSettings, SignerSettings
from hokctl.config.strict import ModelKey, SecretUrl, StrictModel, UsdcText, problem, refuse_unknown_keys, translated
from hokctl.config.suggestions import suggest
from hokctl.config.tables import Table
from hokctl.domain.addresses import looks_like_address, parse_address
from hokctl.domain.units import ModelId
from hokctl.errors import remember_url

ENVIRONMENT_KEYS: Final = {NETWORK_VARIABLE: ("network",), LEDGER_URL_VARIABLE: ("ledger", "url")}
"""The settings that an environment variable overrides."""

_NAME = re.compile(r"(?!0[xX])[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_LEDGER_URL = re.compile(r"(?:sqlite|postgresql)(?:\+[a-z0-9]+)?:(?://(?:[^\s/@?#]*@)?[^\s@?#]*)(?:\?\S*)?", re.ASCII)


def _checked_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise problem("is not a name hokctl can use", hint="Use letters, digits, '-', '_' and '.', and no 0x in front.")
    return text


def _checked_ledger_url(url: SecretStr) -> SecretStr:
    if not _LEDGER_URL.fullmatch(url.get_secret_value()):
        # Without "://" before the host: as the URL of a server, the hint itself would be redacted.
        hint = (
            "Give sqlite:///FILE, or for PostgreSQL a URL as docs/ledger.md has it; / and @ in a password as %2F, %40."
        )
        raise problem("is not the URL of an SQLite or PostgreSQL database", hint=hint)
    return url


Name = Annotated[str, AfterValidator(_checked_name)]


class ModelSettings(StrictModel):
    """A table [models."ID"]."""

    daily_burn: UsdcText | None = None
    """The declared burn, in token units a day."""


class LedgerSettings(StrictModel):
    """The table [ledger]."""

    url: Annotated[SecretUrl, AfterValidator(_checked_ledger_url)]


class Settings(BaseSettings):
    """Everything the configuration says, over all its files and the environment. Built by load_settings."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    default_network: Name = Field(alias="network")
    networks: dict[Name, NetworkSettings]
    signers: dict[Name, Annotated[SignerSettings, Field(discriminator="kind")]] = Field(default_factory=dict)
    addresses: dict[str, dict[Name, ChecksumAddress]] = Field(default_factory=dict)
    """The address book: network, then name, then address."""
    models: dict[ModelKey, ModelSettings] = Field(default_factory=dict)
    ledger: LedgerSettings
    monitor: MonitorSettings = Field(default_factory=MonitorSettings)

    _working_keys: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources, the strongest first: the variables of ENVIRONMENT_KEYS, then the files."""
        del env_settings, dotenv_settings, file_secret_settings  # they would read any HOKCTL_ variable, and .env
        return _EnvironmentSource(settings_cls), init_settings

    @classmethod
    def from_table(cls, table: Table, *, working_keys: frozenset[str] = frozenset()) -> Self:
        """Return the settings in `table`, under the environment; raise pydantic's ValidationError.

        `working_keys` are the keys that the working directory's file said: trust.working_keys.
        """
        try:
            # Before construction: the constructor has underscored parameters of its own, such as _env_file.
            refuse_unknown_keys(cls, table)
        except PydanticCustomError as error:
            detail = InitErrorDetails(type=error, loc=(), input=None)
            raise ValidationError.from_exception_data(cls.__name__, [detail], hide_input=True) from error
        settings = cls(**table)
        settings._working_keys = working_keys
        return settings

    @field_validator("networks", "signers", mode="before")
    @classmethod
    def _give_names(cls, tables: object) -> object:
        if not isinstance(tables, Mapping):
            return tables
        for name, table in tables.items():
            if isinstance(table, Mapping) and "name" in table:
                raise problem("is not a key hokctl knows", hint="The name is the table's own.", key=(name, "name"))
        return {
            name: {**table, "name": name} if isinstance(table, Mapping) else table for name, table in tables.items()
        }

    @field_validator("signers", mode="before")
    @classmethod
    def _known_kinds(cls, tables: object) -> object:
        # Before pydantic tells the kinds apart, since its error would repeat whatever stands there.
        for name, table in tables.items() if isinstance(tables, Mapping) else ():
            if isinstance(table, Mapping) and table.get("kind") not in SIGNER_KINDS:
                hint = f"The kinds are: {', '.join(SIGNER_KINDS)}."
                raise problem("is none of the kinds of signer", hint=hint, key=(name, "kind"))
        return tables

    @field_validator("addresses")
    @classmethod
    def _addresses_of_their_chains(
        cls, books: dict[str, dict[str, ChecksumAddress]], info: ValidationInfo
    ) -> dict[str, dict[str, ChecksumAddress]]:
        networks: dict[str, NetworkSettings] = info.data.get("networks", {})
        return {network: _check_book(book, network, networks) for network, book in books.items() if networks}

    def network(self, name: str | None = None) -> NetworkSettings:
        """Return the network called `name`, the default one without a name; raise UnknownNetworkError."""
        wanted = name or self.default_network
        if wanted not in self.networks:
            raise UnknownNetworkError(wanted, self.networks, suggestion=suggest(wanted, self.networks))
        return self.networks[wanted]

    def signer(self, name: str | None, network: NetworkSettings) -> SignerSettings:
        """Return the signer called `name`, without a name the one that `network` uses.

        Raises NoSignerError, UnknownSignerError, and UntrustedConfigError when a production network is to be
        signed for by a signer that the working directory's file defines.
        """
        wanted = name or network.signer
        if wanted is None:
            raise NoSignerError(network.name)
        if wanted not in self.signers:
            raise UnknownSignerError(wanted, self.signers, suggestion=suggest(wanted, self.signers))
        self._check_production(network, f"signers.{wanted}", f"defines the signer {wanted!r}")
        return self.signers[wanted]

    def ledger_url(self, network: NetworkSettings | None = None) -> str:
        """Return the URL of the ledger, for work on `network`. It may hold a password: open it, never show it.

        The ledger holds payees, so that of the working directory's file is refused for a production network.
        """
        if network is not None:
            self._check_production(network, "ledger.url", "chooses the ledger")
        url = self.ledger.url.get_secret_value()
        remember_url(url)
        return url

    def monitor_of(self, network: NetworkSettings) -> MonitorSettings:
        """Return what the monitor is to warn of on `network`.

        The working directory's file could silence it, so it is refused for a production network.
        """
        self._check_production(network, "monitor", "says what the monitor warns of")
        return self.monitor

    def resolve_address(self, text: str, network: NetworkSettings) -> ChecksumAddress:
        """Return the address that `text` means on `network`: an address, or a name in its address book.

        Raises InvalidAddressError and UnknownNameError.
        """
        if looks_like_address(text):
            return parse_address(text, network.chain_id)
        book = self.addresses.get(network.name, {})
        if text not in book:
            raise UnknownNameError(text, network.name, suggestion=suggest(text, book))
        return book[text]

    def name_of(self, address: ChecksumAddress, network: NetworkSettings) -> str | None:
        """Return the first name of `address` in the address book of `network`, or None."""
        book = self.addresses.get(network.name, {})
        return next((name for name, known in book.items() if known == address), None)

    def declared_burn(self, model_id: ModelId) -> str | None:
        """Return the declared daily burn of a model in token units, or None when nobody declared one."""
        model = self.models.get(model_id)
        return None if model is None else model.daily_burn

    def environment_variables(self) -> frozenset[str]:
        """Return the environment variables that the configuration names."""
        named = {network.rpc_url_env for network in self.networks.values()}
        for network in self.networks.values():
            named |= {network.second_rpc_url_env, network.transaction_service_env, network.transaction_service_key_env}
            named.add(network.explorer_key_env)
        for signer in self.signers.values():
            if isinstance(signer, EnvironmentSignerSettings):
                named.add(signer.variable)
            if isinstance(signer, KeystoreSignerSettings):
                named.add(signer.password_env)
        return frozenset(variable for variable in named if variable is not None)

    def _check_production(self, network: NetworkSettings, key: str, what: str) -> None:
        if network.production and key in self._working_keys:
            claim = f"{what}, and {network.name!r} is a production network"
            raise UntrustedConfigError(Path(WORKING_FILE_NAME), claim, own_file=user_config_file())


class _EnvironmentSource(PydanticBaseSettingsSource):
    """The few settings that a variable may override."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return nothing: this source answers as a whole."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for variable, (section, *rest) in ENVIRONMENT_KEYS.items():
            value = get_variable(variable)
            if value is not None:
                values[section] = {rest[0]: value} if rest else value
        return values


def _check_book(
    book: dict[str, ChecksumAddress], network: str, networks: Mapping[str, NetworkSettings]
) -> dict[str, ChecksumAddress]:
    if network not in networks:
        hint = f"Add a table [networks.{network}], or correct the name."
        message, guess = "is for a network that the configuration lacks", suggest(network, networks)
        raise problem(message, hint=hint, key=(network,), suggestion=guess)
    chain_id = networks[network].chain_id

    def parse(name: str, text: str) -> ChecksumAddress:
        return translated(lambda: parse_address(text, chain_id), key=(network, name))

    return {name: parse(name, text) for name, text in book.items()}
