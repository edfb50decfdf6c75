"""Safe transactions, signatures, proposals and accounts."""
