"""The book, on real SQLite files."""
