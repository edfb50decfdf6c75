"""The revisions of the book's format, oldest first: Alembic applies those that a book lacks, all or none."""
