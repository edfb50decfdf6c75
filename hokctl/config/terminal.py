"""What the environment says about output, readable before any settings are loaded."""

import os


def json_by_environment() -> bool:
    """Tell whether HOKCTL_OUTPUT asks for JSON."""
    return os.environ.get("HOKCTL_OUTPUT", "").lower() == "json"


def colour_forbidden() -> bool:
    """Tell whether NO_COLOR is set, whatever its value (https://no-color.org)."""
    return "NO_COLOR" in os.environ
