"""The tables of the book. Amounts are decimal texts: a uint256 fits no database integer."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION: Final = 1

_ROW_ID: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""

metadata: Final = MetaData()

schema_version: Final = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

invoices: Final = Table(
    "invoices",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("payee", String(42), nullable=False),
    Column("invoice_hash", String(66), nullable=False, index=True),
    Column("hash_method", Text, nullable=False),
    Column("memo", Text, nullable=False),
    Column("period_start", String(10)),
    Column("period_end", String(10)),
    Column("due", String(10)),
    Column("document", Text),
    Column("state", Text, nullable=False),
    Column("tx_hash", String(66)),
    Column("safe_tx_hash", String(66)),
    UniqueConstraint("provider", "number", name="one_invoice_per_provider_and_number"),
)

invoice_lines: Final = Table(
    "invoice_lines",
    metadata,
    Column("invoice_id", _ROW_ID, ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("model_id", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("token_address", String(42), nullable=False),
    Column("token_decimals", Integer, nullable=False),
    Column("token_symbol", Text, nullable=False),
)

journal: Final = Table(
    "journal",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("tx_hash", String(66), nullable=False),
    Column("sender", String(42), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("chain_id", "tx_hash", name="one_entry_per_transaction"),
    Index("journal_by_key", "chain_id", "key"),
    Index("journal_by_sender", "chain_id", "sender", "state"),
)
