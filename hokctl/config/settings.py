"""Loading: files and environment become settings, and every value keeps its origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from hokctl.config.environment import (
    check_environment,
    get_variable,
    refuse_misspelt_variables,
    user_data_directory,
)
from hokctl.config.errors import InvalidConfigError
from hokctl.config.layers import Layer, find_candidates, find_origin, merge_layers, read_layers
from hokctl.config.networks import DEVNET, DEVNET_CHAIN_ID, DEVNET_RPC_URL
from hokctl.config.schema import ENVIRONMENT_KEYS, Settings
from hokctl.config.strict import list_problems
from hokctl.config.tables import Key, Table, dotted, leaves
from hokctl.config.trust import check_trust, is_production, working_keys

__all__ = ["Entry", "LoadedSettings", "Settings", "load_settings", "search_path"]

DEFAULT_ORIGIN: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One value in force, fit to be shown."""

    key: str
    """The dotted key."""
    value: object
    """A text, number, boolean or list of texts; of a URL that may hold a secret, scheme and host only."""
    source: str
    """The file, `environment NAME`, or `default`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """The settings and where they come from."""

    settings: Settings
    files: tuple[Path, ...]
    """The files that were read, the strongest first."""
    sources: Mapping[str, str]
    """Dotted key to file, `environment NAME`, or `default`."""
    warnings: tuple[str, ...]
    """Environment variables that look like hokctl's own and are not."""

    def entries(self) -> tuple[Entry, ...]:
        """Return every value in force with its origin, without secrets, for `config show`."""
        return tuple(
            Entry(key=dotted(key), value=value, source=self.sources[dotted(key)])
            for key, value in _values(self.settings)
        )


def search_path(explicit: Path | None = None) -> tuple[Path, ...]:
    """Return the files that configuration is read from, the strongest first, whether or not they exist."""
    return tuple(candidate.path for candidate in find_candidates(explicit, Path.cwd()))


def load_settings(explicit: Path | None = None, *, refuse_misspelt: bool = True) -> LoadedSettings:
    """Return the settings in force: environment over the explicit file or ./hokctl.toml over the user's own file.

    `explicit` is what --config named. Without `refuse_misspelt`, variables that are nearly one of hokctl's own are
    among the warnings only. Raises ConfigFileMissingError, UnreadableFileError, ConfigSyntaxError,
    UntrustedConfigError, InvalidConfigError and MisspeltVariableError.
    """
    directory = Path.cwd()
    layers = read_layers(find_candidates(explicit, directory))
    check_trust(layers)
    settings = _build(layers, directory)
    named = settings.environment_variables()
    if refuse_misspelt:
        refuse_misspelt_variables(named=named)
    return LoadedSettings(
        settings=settings,
        files=tuple(layer.path for layer in layers),
        sources=MappingProxyType({dotted(key): _origin(layers, key) for key, _ in _values(settings)}),
        warnings=tuple(check_environment(named=named)),
    )


def _build(layers: Sequence[Layer], directory: Path) -> Settings:
    table = _with_defaults(merge_layers(layers), directory)
    try:
        # What the environment says is the user's own, whatever a file said.
        from_working_file = working_keys(layers) - {dotted(key) for key in _overridden()}
        settings = Settings.from_table(table, working_keys=from_working_file)
    except ValidationError as error:
        problems = list_problems(error, table, lambda key: _file_of(layers, tuple(key)))
        raise InvalidConfigError(problems) from error
    return settings


def _with_defaults(table: Table, directory: Path) -> Table:
    """Return `table` with what hokctl supplies: the devnet, the ledger in the user's directory, usual paths."""
    filled = {"network": DEVNET, **table}
    networks = table.get("networks", {})
    if isinstance(networks, dict):
        networks = {**networks, DEVNET: _devnet(networks.get(DEVNET, {}))}
        filled["networks"] = {name: _filled(name, network, directory) for name, network in networks.items()}
    filled.setdefault("ledger", {})
    if isinstance(filled["ledger"], dict):
        default = f"sqlite:///{user_data_directory() / 'ledger.db'}"
        filled["ledger"] = {"url": default, **filled["ledger"]}
    return filled


def _devnet(table: Any) -> Any:  # noqa: ANN401  # whatever TOML held: validation judges it later
    if not isinstance(table, dict):
        return table
    node = {} if "rpc_url_env" in table else {"rpc_url": DEVNET_RPC_URL}
    return {"chain_id": DEVNET_CHAIN_ID, **node, **table}


def _filled(name: str, table: Any, directory: Path) -> Any:  # noqa: ANN401  # as above
    if not isinstance(table, dict):
        return table
    production = is_production(table)
    defaults: Table = {"production": production, "proposals": str(directory / "proposals")}
    if not production:
        # Not in production: a deployments/ folder may come with a cloned repository.
        defaults["manifest"] = str(directory / "deployments" / f"{name}.json")
    return {**defaults, **table}


def _values(settings: Settings) -> list[tuple[Key, Any]]:
    table = settings.model_dump(mode="json", by_alias=True, exclude_none=True)
    for section in ("networks", "signers"):
        for entry in table[section].values():
            del entry["name"]
    return list(leaves(table))


def _overridden() -> dict[Key, str]:
    """Return the settings that the environment overrides, each with the variable that does."""
    return {key: variable for variable, key in ENVIRONMENT_KEYS.items() if get_variable(variable) is not None}


def _origin(layers: Sequence[Layer], key: Key) -> str:
    if key in _overridden():
        return f"environment {_overridden()[key]}"
    for layer in layers:
        if key in dict(leaves(layer.table)):
            return str(layer.path)
    return DEFAULT_ORIGIN


def _file_of(layers: Sequence[Layer], key: Key) -> str:
    if key in _overridden():
        return f"the environment ({_overridden()[key]})"
    layer = find_origin(layers, key)
    return "the configuration" if layer is None else str(layer.path)
