"""The tables of the book. Amounts are decimal texts: a uint256 fits no database integer.

Invoices, payees, journal, snapshots and alerts are the truth; deployments, events, blocks, the index's state and
contracts, and transactions are an index that `hokctl ledger sync` makes again. A change here needs a revision under
`migrations/`.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

REVISION: Final = "0002"
"""The format of the book that this hokctl reads and writes: the last revision under `migrations/`."""
REFUSED_BY_FIRST_RELEASE: Final = 2
"""What `schema_version` holds since revision 0002, so that a hokctl from before Alembic refuses the book."""

_ROW_ID: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""

metadata: Final = MetaData()

revision: Final = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, which it creates and which is therefore not among `metadata`."""

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
    Column("currency", Text, nullable=False, server_default=text("''")),
    Column("digest", String(66)),
    Column("document_hash", String(66), index=True),
    Column("entered_at", BigInteger),
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
    Column("paid_tx_hash", String(66)),
    Column("paid_block", BigInteger),
    Column("paid_log_index", BigInteger),
    Column("paid_at", BigInteger),
    Column("safe_tx_hash", String(66)),
    Column("safe_nonce", BigInteger),
)

payees: Final = Table(
    "payees",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("address", String(42), nullable=False),
    Column("first_invoice", Text),
    Column("noted_at", BigInteger),
    UniqueConstraint("provider", "chain_id", "address", name="one_payee_per_provider_chain_and_address"),
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

deployments: Final = Table(
    "deployments",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("reserve_address", String(42), nullable=False),
    UniqueConstraint("chain_id", "reserve_address", name="one_deployment_per_chain_and_reserve"),
)


def _of_deployment() -> Column[int]:
    """Return the column of a table about one deployment, whose row therefore stays for good: it has no cascade."""
    return Column("deployment_id", _ROW_ID, ForeignKey("deployments.id"), primary_key=True)


events: Final = Table(
    "events",
    metadata,
    _of_deployment(),
    Column("block_number", BigInteger, primary_key=True),
    Column("log_index", BigInteger, primary_key=True),
    Column("block_hash", String(66), nullable=False),
    Column("tx_hash", String(66), nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("contract", Text, nullable=False),
    Column("address", String(42), nullable=False),
    Column("name", Text, nullable=False),
    Column("model_topic", String(66)),
    Column("payee", String(42)),
    Column("invoice_hash", String(66)),
    Column("units", Text),
    Column("args", Text, nullable=False),
    Index("events_by_model", "deployment_id", "model_topic", "block_number"),
    Index(
        "events_by_invoice",
        "deployment_id",
        "invoice_hash",
        sqlite_where=text("invoice_hash IS NOT NULL"),
        postgresql_where=text("invoice_hash IS NOT NULL"),
    ),
)

blocks: Final = Table(
    "blocks",
    metadata,
    _of_deployment(),
    Column("number", BigInteger, primary_key=True),
    Column("hash", String(66), nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)

index_state: Final = Table(
    "index_state",
    metadata,
    _of_deployment(),
    Column("first_block", BigInteger, nullable=False),
    Column("next_block", BigInteger, nullable=False),
    Column("next_receipt_block", BigInteger, nullable=False),
)

index_contracts: Final = Table(
    "index_contracts",
    metadata,
    _of_deployment(),
    Column("address", String(42), primary_key=True),
    Column("name", Text, nullable=False),
    Column("first_block", BigInteger, nullable=False),
    Column("model_topic", String(66)),
    Column("model_id", Text),
    Column("next_block", BigInteger),
)
"""The contracts whose events are in the index; one with a `next_block` came late and is not read to its end yet."""

transactions: Final = Table(
    "transactions",
    metadata,
    Column("chain_id", BigInteger, primary_key=True),
    Column("tx_hash", String(66), primary_key=True),
    Column("block_number", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("sender", String(42), nullable=False),
    Column("to", String(42)),
    Column("gas_used", BigInteger, nullable=False),
    Column("gas_price_wei", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("safe_tx_hash", String(66)),
    Column("safe_nonce", BigInteger),
)

snapshots: Final = Table(
    "snapshots",
    metadata,
    _of_deployment(),
    Column("block_number", BigInteger, primary_key=True),
    Column("model_id", Text, primary_key=True),
    Column("timestamp", BigInteger, nullable=False),
    Column("accrued", Text, nullable=False),
    Column("paid", Text, nullable=False),
    Column("balance", Text),
    Column("provider", String(42)),
    Column("infrastructure_accrual_bps", Integer),
    Column("daily_burn", Text),
    Column("runway_days", Text),
    Index("snapshots_by_model", "deployment_id", "model_id", "timestamp"),
)

alerts: Final = Table(
    "alerts",
    metadata,
    _of_deployment(),
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("happened_at", BigInteger),
    Column("block_number", BigInteger),
    Column("tx_hash", String(66)),
    Column("occurrence", Integer, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("notified_at", BigInteger),
    Column("notified_severity", Text),
    Column("recovered_at", BigInteger),
    Column("recovery_notified_at", BigInteger),
)

notices: Final = Table(
    "notices",
    metadata,
    _of_deployment(),
    Column("id", String(16), primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    _of_deployment(),
    Column("notice_id", String(16), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
)

monitor_state: Final = Table(
    "monitor_state",
    metadata,
    _of_deployment(),
    Column("next_block", BigInteger, nullable=False),
    Column("head_block", BigInteger, nullable=False),
    Column("head_hash", String(66), nullable=False),
    Column("head_seen_at", BigInteger, nullable=False),
)
