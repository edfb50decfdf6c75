"""The formats that a Safe transaction is exported in; light, so that help stays instant."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """What a Safe transaction is written as."""

    BUNDLE = "bundle"
    TYPED_DATA = "typed-data"
    TRANSACTION_BUILDER = "transaction-builder"
    SERVICE = "service"
    JARVIS = "jarvis"
