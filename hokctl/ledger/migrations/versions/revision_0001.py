"""Create the invoices and the journal, as the first hokctl did before Alembic."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

ROW_ID: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the four tables."""
    op.create_table("schema_version", sa.Column("version", sa.Integer, primary_key=True))
    _create_invoices()
    _create_lines()
    _create_journal()
    op.execute("INSERT INTO schema_version (version) VALUES (1)")


def _create_invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("payee", sa.String(42), nullable=False),
        sa.Column("invoice_hash", sa.String(66), nullable=False),
        sa.Column("hash_method", sa.Text, nullable=False),
        sa.Column("memo", sa.Text, nullable=False),
        sa.Column("period_start", sa.String(10)),
        sa.Column("period_end", sa.String(10)),
        sa.Column("due", sa.String(10)),
        sa.Column("document", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tx_hash", sa.String(66)),
        sa.Column("safe_tx_hash", sa.String(66)),
        sa.UniqueConstraint("provider", "number", name="one_invoice_per_provider_and_number"),
    )
    op.create_index("ix_invoices_invoice_hash", "invoices", ["invoice_hash"])


def _create_lines() -> None:
    op.create_table(
        "invoice_lines",
        sa.Column("invoice_id", ROW_ID, sa.ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("model_id", sa.Text, nullable=False),
        sa.Column("units", sa.Text, nullable=False),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("token_address", sa.String(42), nullable=False),
        sa.Column("token_decimals", sa.Integer, nullable=False),
        sa.Column("token_symbol", sa.Text, nullable=False),
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("tx_hash", sa.String(66), nullable=False),
        sa.Column("sender", sa.String(42), nullable=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("chain_id", "tx_hash", name="one_entry_per_transaction"),
    )
    op.create_index("journal_by_key", "journal", ["chain_id", "key"])
    op.create_index("journal_by_sender", "journal", ["chain_id", "sender", "state"])
