"""What a command returns: data for scripts, and the same facts as blocks for people."""

from hokctl.result.values import (
    Block,
    CommandResult,
    Facts,
    Heading,
    Line,
    NetworkRef,
    Plot,
    Raw,
    ReviewBlock,
    Series,
    Status,
    Table,
    amount_to_json,
)

__all__ = [
    "Block",
    "CommandResult",
    "Facts",
    "Heading",
    "Line",
    "NetworkRef",
    "Plot",
    "Raw",
    "ReviewBlock",
    "Series",
    "Status",
    "Table",
    "amount_to_json",
]
