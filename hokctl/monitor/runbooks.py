"""The runbooks that come with hokctl: what each alert means, and what to do about it."""

from pathlib import Path
from typing import Final

import hokctl
from hokctl.config.suggestions import suggest
from hokctl.domain.alert_rules import RULES
from hokctl.errors import UsageError

_WAY_BACK: Final = "\nBack to ["


class UnknownRuleError(UsageError):
    """A rule that the monitor does not have."""

    code = "unknown-rule"

    def __init__(self, name: str) -> None:
        """Name it, and what was probably meant."""
        super().__init__(
            f"The monitor has no rule {name!r}.",
            hint=f"{suggest(name, RULES)}`hokctl monitor runbook` lists the rules.",
        )


def runbooks_directory() -> Path:
    """Return where the pages are: inside the package when installed, else in the checkout's documentation."""
    package = Path(hokctl.__file__).parent
    packaged = package / "runbooks"
    return packaged if packaged.is_dir() else package.parent / "docs" / "runbooks"


def read_runbook(rule: str) -> str:
    """Return the page of `rule`, in Markdown, without its link back to other pages; raise UnknownRuleError."""
    if rule not in RULES:
        raise UnknownRuleError(rule)
    text = (runbooks_directory() / f"{RULES[rule].runbook}.md").read_text(encoding="utf-8")
    return text.partition(_WAY_BACK)[0]
