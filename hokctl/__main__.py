"""The entry point of `hokctl` and `python -m hokctl`."""

import sys

from hokctl.cli import main


def entry_point() -> None:
    """Run hokctl with the process's arguments and exit with its code."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    entry_point()
