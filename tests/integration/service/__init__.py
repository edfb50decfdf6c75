"""A genuine Safe on the embedded chain."""
