"""Measurements, not part of the default run: pytest -m benchmark."""
