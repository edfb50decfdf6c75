"""The book, on real SQLite files and a real PostgreSQL."""
