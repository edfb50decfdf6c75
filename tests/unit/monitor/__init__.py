"""The monitor: what it shows, and to whom."""
