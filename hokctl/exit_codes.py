"""The exit codes of hokctl: a contract with scripts, documented in docs/exit-codes.md."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script may conclude from the way hokctl ended."""

    OK = 0
    """Done, and every check passed."""
    FAILURE = 1
    """Something unforeseen happened, or the answer at the prompt was no."""
    USAGE = 2
    """The arguments are wrong."""
    CONFIG = 3
    """The configuration is wrong: fix it, do not retry."""
    UNAVAILABLE = 4
    """A node or a service could not be reached: retry."""
    FINDINGS = 5
    """The command ran fully and found something."""
    REFUSED = 6
    """A guard of hokctl said no, and nothing was sent."""
    CHAIN = 7
    """The contract or the Safe reverted or disagreed."""
    PENDING = 8
    """Not executable yet: the threshold or the timelock is not reached."""
    INTERRUPTED = 130
    """The user interrupted the command."""
