"""TOML tables: reading, flattening, and naming their keys."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hokctl.config.file_errors import ConfigSyntaxError, UnreadableFileError

Table = dict[str, Any]
Key = tuple[str, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def read_toml(path: Path, *, what: str) -> Table:
    """Return the tables in the TOML file at `path`; `what` says what the file is, for errors.

    Raises UnreadableFileError and ConfigSyntaxError.
    """
    try:
        # Editors on Windows put a byte order mark first, which TOML knows nothing of.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableFileError(path, error, what=what) from error
    except UnicodeDecodeError as error:
        raise ConfigSyntaxError(path, f"byte {error.start} is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigSyntaxError(path, str(error)) from error


def dotted(key: Sequence[str | int]) -> str:
    """Return a key as TOML writes it: dots between its parts, quotes where a part needs them, [n] for a list item."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE_KEY.fullmatch(part) else f'"{part}"')
    return text


def leaves(table: Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Yield (key, value) of everything in `table` that is not itself a table; lists are values."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*above, name))
        else:
            yield (*above, name), value


def holds(table: Mapping[str, Any], key: Key) -> bool:
    """Tell whether `table` has a value or a table at `key`."""
    here: Any = table
    for part in key:
        if not isinstance(here, Mapping) or part not in here:
            return False
        here = here[part]
    return True


def subtables(table: Mapping[str, Any], name: str) -> dict[str, Table]:
    """Return the tables below table `name`, leaving out whatever is not a table: validation reports that later."""
    here = table.get(name)
    return {key: value for key, value in here.items() if isinstance(value, dict)} if isinstance(here, dict) else {}
