"""Results that come in parts: lines of text, or JSON Lines, each flushed at once."""

import json
from typing import TYPE_CHECKING

from hokctl.render.plain import write_stdout
from hokctl.runtime import Runtime

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonObject


class StdoutStream:
    """Writes parts of a result to stdout as the options of the run ask for them."""

    def __init__(self, runtime: Runtime) -> None:
        """Write within `runtime`."""
        self._runtime = runtime

    def __call__(self, text: str, data: "JsonObject") -> None:
        """Write one part: `text` for people, or `data` as one line of JSON for scripts."""
        options = self._runtime.options
        as_json = options is not None and options.output == "json"
        write_stdout((json.dumps(data, sort_keys=True, ensure_ascii=False) if as_json else text) + "\n")
