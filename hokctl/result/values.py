"""What a command returns: data for scripts, and the same facts as blocks for people."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from hokctl.exit_codes import ExitCode

if TYPE_CHECKING:
    from hokctl.domain.amounts import TokenAmount
    from hokctl.domain.documents import JsonObject
    from hokctl.domain.findings import Finding
    from hokctl.domain.reviews import Review
    from hokctl.domain.units import BlockRef


class Status(StrEnum):
    """The one word that sums a result up in the JSON envelope."""

    OK = "ok"
    PENDING = "pending"
    FINDINGS = "findings"
    REFUSED = "refused"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRef:
    """The network that a result speaks of."""

    name: str
    chain_id: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A title above what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one pair a line."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column titles. Columns in `right` are aligned to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[str] = frozenset()
    empty: str = "Nothing to show."
    """What stands in place of a table without rows."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Text for another program, such as a completion script or a configuration: printed as it is."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a plot."""

    marker: str
    """The character it is drawn with."""
    label: str
    points: tuple[tuple[int, int], ...]
    """Exact positions; drawing them is the only place where they are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Lines over two axes with units, drawn in characters as wide as the terminal."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    x_ticks: tuple[tuple[int, str], ...]
    y_ticks: tuple[tuple[int, str], ...]
    """From 0 to at least the highest point."""


@dataclass(frozen=True, slots=True)
class ReviewBlock:
    """A plan with its findings, route and hashes."""

    review: "Review"


Block = Line | Heading | Facts | Table | Plot | Raw | ReviewBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What one command found or did. Rendering it is not the command's business."""

    data: "JsonObject"
    blocks: tuple[Block, ...]
    status: Status = Status.OK
    exit_code: ExitCode = ExitCode.OK
    network: NetworkRef | None = None
    block: "BlockRef | None" = None
    findings: "tuple[Finding, ...]" = field(default=())
    streamed: bool = False
    """Whether the command wrote its result as it came about, so that nothing is left to render."""
    folded: bool = False
    """Whether people are told the first few findings of one code only, and of which subjects the others are."""


def amount_to_json(amount: "TokenAmount") -> "JsonObject":
    """Return an amount as scripts read it: base units as a string, and the exact decimal value."""
    token = amount.token
    return {"units": str(amount.units), "decimals": token.decimals, "symbol": token.symbol, "display": amount.display}
