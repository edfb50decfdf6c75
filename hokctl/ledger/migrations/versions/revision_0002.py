"""Add payees, payments of single lines, the index of events, snapshots and alerts.

The columns are added, never copied over: SQLite's usual way, a new table in place of the old one, would take the
lines of every invoice with it.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"

ROW_ID: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Widen the invoices and their lines, and create the other tables."""
    _widen_invoices()
    _widen_lines()
    _create_payees()
    _create_deployments()
    _create_events()
    _create_index()
    _create_transactions()
    _create_snapshots()
    _create_alerts()
    _create_notices()
    op.execute("UPDATE schema_version SET version = 2")


def _widen_invoices() -> None:
    """Add what the invoice states itself; the currency of an old one was the token's, for there was no other."""
    op.add_column("invoices", sa.Column("currency", sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column("invoices", sa.Column("digest", sa.String(66)))
    op.add_column("invoices", sa.Column("document_hash", sa.String(66)))
    op.create_index("ix_invoices_document_hash", "invoices", ["document_hash"])
    op.add_column("invoices", sa.Column("entered_at", sa.BigInteger))
    op.execute(
        "UPDATE invoices SET currency = COALESCE((SELECT MIN(token_symbol) FROM invoice_lines"
        " WHERE invoice_lines.invoice_id = invoices.id), '')"
    )


def _widen_lines() -> None:
    op.add_column("invoice_lines", sa.Column("paid_tx_hash", sa.String(66)))
    op.add_column("invoice_lines", sa.Column("paid_block", sa.BigInteger))
    op.add_column("invoice_lines", sa.Column("paid_log_index", sa.BigInteger))
    op.add_column("invoice_lines", sa.Column("paid_at", sa.BigInteger))
    op.add_column("invoice_lines", sa.Column("safe_tx_hash", sa.String(66)))
    op.add_column("invoice_lines", sa.Column("safe_nonce", sa.BigInteger))


def _create_payees() -> None:
    """Create the table, and note whom the invoices named so far, each with the first of them."""
    op.create_table(
        "payees",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("address", sa.String(42), nullable=False),
        sa.Column("first_invoice", sa.Text),
        sa.Column("noted_at", sa.BigInteger),
        sa.UniqueConstraint("provider", "chain_id", "address", name="one_payee_per_provider_chain_and_address"),
    )
    op.execute(
        "INSERT INTO payees (provider, chain_id, address, first_invoice)"
        " SELECT invoices.provider, named.chain_id, invoices.payee, invoices.number FROM invoices JOIN"
        " (SELECT MIN(i.id) AS id, l.chain_id AS chain_id FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id"
        " GROUP BY i.provider, l.chain_id, i.payee) AS named ON named.id = invoices.id ORDER BY invoices.id"
    )


def _create_deployments() -> None:
    op.create_table(
        "deployments",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("reserve_address", sa.String(42), nullable=False),
        sa.UniqueConstraint("chain_id", "reserve_address", name="one_deployment_per_chain_and_reserve"),
    )


def _of_deployment() -> sa.Column[int]:
    return sa.Column("deployment_id", ROW_ID, sa.ForeignKey("deployments.id"), primary_key=True)


def _create_events() -> None:
    op.create_table(
        "events",
        _of_deployment(),
        sa.Column("block_number", sa.BigInteger, primary_key=True),
        sa.Column("log_index", sa.BigInteger, primary_key=True),
        sa.Column("block_hash", sa.String(66), nullable=False),
        sa.Column("tx_hash", sa.String(66), nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("contract", sa.Text, nullable=False),
        sa.Column("address", sa.String(42), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("model_topic", sa.String(66)),
        sa.Column("payee", sa.String(42)),
        sa.Column("invoice_hash", sa.String(66)),
        sa.Column("units", sa.Text),
        sa.Column("args", sa.Text, nullable=False),
    )
    op.create_index("events_by_model", "events", ["deployment_id", "model_topic", "block_number"])
    op.create_index(
        "events_by_invoice",
        "events",
        ["deployment_id", "invoice_hash"],
        sqlite_where=sa.text("invoice_hash IS NOT NULL"),
        postgresql_where=sa.text("invoice_hash IS NOT NULL"),
    )


def _create_index() -> None:
    op.create_table(
        "blocks",
        _of_deployment(),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("hash", sa.String(66), nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "index_state",
        _of_deployment(),
        sa.Column("first_block", sa.BigInteger, nullable=False),
        sa.Column("next_block", sa.BigInteger, nullable=False),
        sa.Column("next_receipt_block", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "index_contracts",
        _of_deployment(),
        sa.Column("address", sa.String(42), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("first_block", sa.BigInteger, nullable=False),
        sa.Column("model_topic", sa.String(66)),
        sa.Column("model_id", sa.Text),
        sa.Column("next_block", sa.BigInteger),
    )


def _create_transactions() -> None:
    op.create_table(
        "transactions",
        sa.Column("chain_id", sa.BigInteger, primary_key=True),
        sa.Column("tx_hash", sa.String(66), primary_key=True),
        sa.Column("block_number", sa.BigInteger, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("sender", sa.String(42), nullable=False),
        sa.Column("to", sa.String(42)),
        sa.Column("gas_used", sa.BigInteger, nullable=False),
        sa.Column("gas_price_wei", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("safe_tx_hash", sa.String(66)),
        sa.Column("safe_nonce", sa.BigInteger),
    )


def _create_snapshots() -> None:
    op.create_table(
        "snapshots",
        _of_deployment(),
        sa.Column("block_number", sa.BigInteger, primary_key=True),
        sa.Column("model_id", sa.Text, primary_key=True),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("accrued", sa.Text, nullable=False),
        sa.Column("paid", sa.Text, nullable=False),
        sa.Column("balance", sa.Text),
        sa.Column("provider", sa.String(42)),
        sa.Column("infrastructure_accrual_bps", sa.Integer),
        sa.Column("daily_burn", sa.Text),
        sa.Column("runway_days", sa.Text),
    )
    op.create_index("snapshots_by_model", "snapshots", ["deployment_id", "model_id", "timestamp"])


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        _of_deployment(),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("happened_at", sa.BigInteger),
        sa.Column("block_number", sa.BigInteger),
        sa.Column("tx_hash", sa.String(66)),
        sa.Column("occurrence", sa.Integer, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.Column("notified_at", sa.BigInteger),
        sa.Column("notified_severity", sa.Text),
        sa.Column("recovered_at", sa.BigInteger),
        sa.Column("recovery_notified_at", sa.BigInteger),
    )


def _create_notices() -> None:
    op.create_table(
        "notices",
        _of_deployment(),
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "deliveries",
        _of_deployment(),
        sa.Column("notice_id", sa.String(16), primary_key=True),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "monitor_state",
        _of_deployment(),
        sa.Column("next_block", sa.BigInteger, nullable=False),
        sa.Column("head_block", sa.BigInteger, nullable=False),
        sa.Column("head_hash", sa.String(66), nullable=False),
        sa.Column("head_seen_at", sa.BigInteger, nullable=False),
    )
