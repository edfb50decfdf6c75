"""The list of everything that is checked before money moves; docs/checks.md is written from it."""

from typing import Final

from hokctl.checks.list_of_money import MONEY_CHECKS
from hokctl.checks.list_of_safe import SAFE_CHECKS

CHECKS: Final = (*SAFE_CHECKS, *MONEY_CHECKS)
"""In the order of the pre-flight list."""
