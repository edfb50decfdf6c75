"""Fixtures for all tests, and the rule that nothing may be skipped where everything is installed."""

import os

import pytest
from hypothesis import settings

from tests.books import book_url, ledger_url, postgresql_book, postgresql_database, postgresql_url
from tests.example_month import built_month, month
from tests.months import lived, past
from tests.versions import leftovers_stage, live, live_leftovers, live_stage, shaped, v2, v2_stage
from tests.world import stage, world

__all__ = [
    "book_url",
    "built_month",
    "ledger_url",
    "leftovers_stage",
    "live",
    "live_leftovers",
    "live_stage",
    "lived",
    "month",
    "past",
    "postgresql_book",
    "postgresql_database",
    "postgresql_url",
    "pytest_sessionfinish",
    "shaped",
    "stage",
    "v2",
    "v2_stage",
    "world",
]

# A property says what holds, not how fast: a busy machine must not fail it.
settings.register_profile("hokctl", deadline=None)
settings.load_profile("hokctl")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that skipped a test when HOKCTL_TEST_NO_SKIPS is set: CI installs what every test needs."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if "HOKCTL_TEST_NO_SKIPS" in os.environ and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("a test was skipped although HOKCTL_TEST_NO_SKIPS is set", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
