"""Books as the first hokctl left them behind, before Alembic: its own statements, and rows as it wrote them."""

from sqlalchemy import Connection, Engine, text

TABLES = """
CREATE TABLE schema_version (version INTEGER NOT NULL, PRIMARY KEY (version));
CREATE TABLE invoices (
  id INTEGER NOT NULL, provider TEXT NOT NULL, number TEXT NOT NULL, payee VARCHAR(42) NOT NULL,
  invoice_hash VARCHAR(66) NOT NULL, hash_method TEXT NOT NULL, memo TEXT NOT NULL, period_start VARCHAR(10),
  period_end VARCHAR(10), due VARCHAR(10), document TEXT, state TEXT NOT NULL, tx_hash VARCHAR(66),
  safe_tx_hash VARCHAR(66), PRIMARY KEY (id),
  CONSTRAINT one_invoice_per_provider_and_number UNIQUE (provider, number)
);
CREATE INDEX ix_invoices_invoice_hash ON invoices (invoice_hash);
CREATE TABLE journal (
  id INTEGER NOT NULL, chain_id BIGINT NOT NULL, tx_hash VARCHAR(66) NOT NULL, sender VARCHAR(42) NOT NULL,
  nonce BIGINT NOT NULL, purpose TEXT NOT NULL, "key" TEXT NOT NULL, raw BLOB NOT NULL, state TEXT NOT NULL,
  created_at BIGINT NOT NULL, PRIMARY KEY (id), CONSTRAINT one_entry_per_transaction UNIQUE (chain_id, tx_hash)
);
CREATE INDEX journal_by_key ON journal (chain_id, "key");
CREATE INDEX journal_by_sender ON journal (chain_id, sender, state);
CREATE TABLE invoice_lines (
  invoice_id INTEGER NOT NULL, position INTEGER NOT NULL, model_id TEXT NOT NULL, units TEXT NOT NULL,
  chain_id BIGINT NOT NULL, token_address VARCHAR(42) NOT NULL, token_decimals INTEGER NOT NULL,
  token_symbol TEXT NOT NULL, PRIMARY KEY (invoice_id, position),
  FOREIGN KEY(invoice_id) REFERENCES invoices (id) ON DELETE CASCADE
);
INSERT INTO schema_version VALUES (1);
"""
PAYEE = "0xA1a1A1a1A1a1A1A1A1a1A1a1A1A1A1A1a1A1A1A1"
TOKEN = "0x0505050505050505050505050505050505050505"  # noqa: S105  # an address
STATES = ("open", "proposed", "paid", "void")


def leave_first_book(engine: Engine, *, invoices: int = 4) -> None:
    """Make the tables of the first hokctl, with `invoices` of two lines each and as many journal entries."""
    with engine.begin() as connection:
        for statement in TABLES.split(";\n"):
            if statement.strip():
                connection.execute(text(_in_dialect(statement, connection)))
        for number in range(invoices):
            _enter(connection, number)
            _record(connection, number)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('invoices_id_seq', 1000), setval('journal_id_seq', 1000)"))


def _in_dialect(statement: str, connection: Connection) -> str:
    """Return the statement as SQLAlchemy wrote it for the database."""
    if connection.dialect.name == "postgresql":
        statement = statement.replace("invoice_id INTEGER", "invoice_id BIGINT").replace("BLOB", "BYTEA")
        return statement.replace(" id INTEGER", " id BIGSERIAL")
    return statement


def _enter(connection: Connection, number: int) -> None:
    state = STATES[number % len(STATES)]
    connection.execute(
        text(
            "INSERT INTO invoices VALUES (:id, 'together', :number, :payee, :hash, 'number', 'June', '2025-06-01',"
            " '2025-06-30', '2025-07-15', NULL, :state, :tx, :safe)"
        ),
        {
            "id": number + 1,
            "number": f"INV-{number}",
            "payee": PAYEE,
            "hash": f"0x{number:064x}",
            "state": state,
            "tx": "0x" + "cd" * 32 if state == "paid" else None,
            "safe": "0x" + "ef" * 32 if state in {"paid", "proposed"} else None,
        },
    )
    for position, model in enumerate(("21", "chat-v2")):
        connection.execute(
            text("INSERT INTO invoice_lines VALUES (:id, :position, :model, :units, 31337, :token, 6, 'USDC')"),
            {
                "id": number + 1,
                "position": position,
                "model": model,
                "units": str(2**256 - 1 - number),
                "token": TOKEN,
            },
        )


def _record(connection: Connection, number: int) -> None:
    connection.execute(
        text("INSERT INTO journal VALUES (:id, 31337, :hash, :sender, :nonce, 'Pay', 'plan:0', :raw, 'mined', 1)"),
        {"id": number + 1, "hash": f"0x{number:064x}", "sender": PAYEE, "nonce": number, "raw": bytes([2, number])},
    )
