"""Fixtures for all tests."""

from hypothesis import settings

from tests.world import stage, world

__all__ = ["stage", "world"]

# A property says what holds, not how fast: a busy machine must not fail it.
settings.register_profile("hokctl", deadline=None)
settings.load_profile("hokctl")
