"""What hokctl itself is, for the evidence record: its version, its libraries, and the configuration in force."""

import json
import platform
import re
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from hokctl import __version__
from hokctl.domain.checks import ToolFacts

if TYPE_CHECKING:
    from hokctl.config.networks import NetworkSettings
    from hokctl.config.settings import LoadedSettings

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def tool_facts(loaded: "LoadedSettings", network: "NetworkSettings") -> ToolFacts:
    """Return versions and hashes; of the configuration only what `config show` shows, so no secret is hashed."""
    values = {entry.key: str(entry.value) for entry in loaded.entries()}
    policy = network.policy
    return ToolFacts(
        version=__version__,
        python=platform.python_version(),
        libraries_hash=_digest(json.dumps(libraries(), sort_keys=True).encode()),
        config_hash=_digest(json.dumps(values, sort_keys=True).encode()),
        policy_hash=None if policy is None or not policy.is_file() else _digest(policy.read_bytes()),
    )


def libraries() -> dict[str, str]:
    """Return the version of every library that hokctl asks for and that is there, by name."""
    try:
        wanted = requires("hokctl") or []
    except PackageNotFoundError:
        return {}
    found = {}
    for requirement in wanted:
        match = _NAME.match(requirement)
        if match is not None:
            try:
                found[match.group()] = version(match.group())
            except PackageNotFoundError:
                continue  # belongs to an extra that is not installed
    return found


def _digest(content: bytes) -> str:
    return "0x" + sha256(content).hexdigest()
