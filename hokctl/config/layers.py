"""The files that make up a configuration, which of them are trusted, and where each value comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hokctl.config.environment import CONFIG_VARIABLE, expand_home, get_variable, user_config_file
from hokctl.config.file_errors import ConfigFileMissingError, UnreadableFileError
from hokctl.config.tables import Key, Table, holds, read_toml, subtables

WORKING_FILE_NAME: Final = "hokctl.toml"
_NETWORK_PATHS: Final = ("manifest", "spec", "policy", "proposals")
_SQLITE_FILE: Final = "sqlite:///"
_SQLITE_MEMORY: Final = "sqlite:///:memory:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One configuration file, with relative paths in it made absolute."""

    path: Path
    trusted: bool
    """Whether the user owns or named it; a ./hokctl.toml that was merely found is not trusted."""
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place where hokctl looks for a configuration file."""

    path: Path
    trusted: bool
    named_by: str | None
    """What names the file, when something does: then it must exist."""


def find_candidates(explicit: Path | None, directory: Path) -> tuple[Candidate, ...]:
    """Return where configuration may stand, the strongest place first.

    A file that is named, by --config or HOKCTL_CONFIG, takes the place of the one in the working directory;
    the user's own file supplies what the other leaves out.
    """
    own = Candidate(path=user_config_file(), trusted=True, named_by=None)
    named, named_by = explicit, "--config"
    if named is None and (variable := get_variable(CONFIG_VARIABLE)) is not None:
        named, named_by = Path(variable), CONFIG_VARIABLE
    if named is not None:
        path = directory / expand_home(str(named))
        return Candidate(path=path, trusted=True, named_by=named_by), own
    return Candidate(path=directory / WORKING_FILE_NAME, trusted=False, named_by=None), own


def read_layers(candidates: Sequence[Candidate]) -> tuple[Layer, ...]:
    """Return the files that exist, the strongest first; raise ConfigFileMissingError for a named one that does not."""
    layers = []
    for candidate in candidates:
        if _exists(candidate.path):
            table = read_toml(candidate.path, what="configuration file")
            anchored = _anchor_paths(table, candidate.path.parent)
            layers.append(Layer(path=candidate.path, trusted=candidate.trusted, table=anchored))
        elif candidate.named_by is not None:
            raise ConfigFileMissingError(candidate.path, named_by=candidate.named_by)
    return tuple(layers)


def merge_layers(layers: Sequence[Layer]) -> Table:
    """Return one table in which, value by value, the stronger file wins.

    A signer is never mixed from two files, and a node given one way replaces a node given the other way.
    """
    merged: Table = {}
    for layer in reversed(layers):
        merged = _merge(merged, layer.table, ())
    return merged


def find_origin(layers: Sequence[Layer], key: Key) -> Layer | None:
    """Return the strongest file that has `key`, or failing that the nearest table around it."""
    for length in range(len(key), 0, -1):
        for layer in layers:
            if holds(layer.table, key[:length]):
                return layer
    return None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        # A directory on the way that may not be searched: the file may well be there.
        raise UnreadableFileError(path, error, what="configuration file") from error


def _merge(lower: Table, upper: Table, above: Key) -> Table:
    merged = dict(lower)
    if above[:1] == ("networks",):
        for url in ("rpc_url", "second_rpc_url", "transaction_service", "explorer_url"):
            for one, other in ((url, f"{url}_env"), (f"{url}_env", url)):
                if one in upper and other not in upper:
                    merged.pop(other, None)
    for name, value in upper.items():
        below = merged.get(name)
        mixes = isinstance(value, dict) and isinstance(below, dict) and above[:1] != ("signers",)
        merged[name] = _merge(below, value, (*above, name)) if mixes and isinstance(below, dict) else value
    return merged


def _anchor_paths(table: Table, base: Path) -> Table:
    """Return `table` with relative paths taken from the directory of the file that says them."""
    anchored = dict(table)
    for section, names in (("networks", _NETWORK_PATHS), ("signers", ("path",))):
        tables = {name: _anchor(entry, names, base) for name, entry in subtables(table, section).items()}
        if tables:
            anchored[section] = {**table[section], **tables}
    if isinstance(table.get("monitor"), dict):
        anchored["monitor"] = _anchor(table["monitor"], ("targets",), base)
    ledger = table.get("ledger")
    if isinstance(ledger, dict):
        anchored["ledger"] = {**ledger, "url": _anchor_sqlite(ledger["url"], base)} if "url" in ledger else ledger
    return anchored


def _anchor(entry: Table, names: Sequence[str], base: Path) -> Table:
    anchored = dict(entry)
    for name in names:
        if isinstance(entry.get(name), str):
            anchored[name] = str(base / expand_home(entry[name]))
    return anchored


def _anchor_sqlite(url: Any, base: Path) -> Any:  # noqa: ANN401  # whatever TOML held: validation judges it later
    if not isinstance(url, str) or not url.startswith(_SQLITE_FILE) or url == _SQLITE_MEMORY:
        return url
    return _SQLITE_FILE + str(base / expand_home(url.removeprefix(_SQLITE_FILE)))
