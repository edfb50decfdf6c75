"""One run of hokctl: its options, and what the outermost rooms know about it."""

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from hokctl.chain.transport import Transport
    from hokctl.domain.documents import JsonObject
    from hokctl.domain.ports import Ui


Show = Callable[[Iterable[Any], "JsonObject"], None]
"""Shows the newest state of a result, given as blocks for people and as data for scripts, in place of the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOptions:
    """The options every command takes."""

    network: str | None = None
    config: Path | None = None
    output: str = "text"
    block: str = "latest"
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    no_color: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryOptions:
    """The options of every command that changes state."""

    dry_run: bool = False
    yes: bool = False
    via: str = "auto"
    signer: str | None = None
    safe: str | None = None
    nonce: int | None = None
    out: Path | None = None
    allow: frozenset[str] = frozenset()
    max_fee_gwei: str | None = None


@dataclass(kw_only=True)
class Runtime:
    """One run of hokctl: what the outermost room knows before and after the arguments are parsed."""

    argv: tuple[str, ...]
    ui: "Ui | None" = None
    stream: "Callable[[str, JsonObject], None] | None" = None
    """Writes a part of the result at once: as text, or the same as data."""
    screen: "Callable[[], AbstractContextManager[Show]] | None" = None
    """Opens where a result that changes is shown."""
    clock: Callable[[], int] = field(default=lambda: int(time.time()))
    options: SharedOptions | None = None
    command: str = ""
    """The command's name as in the JSON envelope, such as `split set`."""
    network: tuple[str, int] | None = None
    """Name and chain id, once the command settled on a network."""
    allowed: frozenset[str] = frozenset()
    """The codes of findings that --allow accepts; for texts only."""
    names: dict[str, str] = field(default_factory=dict)
    """What addresses are called, in the address book and by the deployment's contracts; for texts only."""
    markdown: "Path | None" = None
    """Where the result, or the error, is also to be written as Markdown."""
    transport: "Transport | None" = None
    """A node in this very process instead of the configured one."""
