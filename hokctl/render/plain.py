"""Writing to the two streams: the result to stdout, everything else to stderr."""

import sys


def write_stdout(text: str) -> None:
    """Write `text` to stdout and flush it."""
    sys.stdout.write(text)
    sys.stdout.flush()


def write_stderr(text: str) -> None:
    """Write `text` to stderr and flush it."""
    sys.stderr.write(text)
    sys.stderr.flush()
