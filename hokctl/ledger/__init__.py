"""The book: invoices, and the journal of everything hokctl signed for the chain. SQLAlchemy stays inside."""
