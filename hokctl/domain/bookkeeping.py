"""What the book can be handed over as."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """A format of exports."""

    CSV = "csv"
    JSON = "json"
    BEANCOUNT = "beancount"
    HLEDGER = "hledger"
