"""The embedded chain as its users see it."""
