"""Fixtures for all tests."""

from tests.world import stage, world

__all__ = ["stage", "world"]
