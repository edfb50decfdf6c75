"""The Safe versions whose hashes and signatures hokctl knows."""

import re
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.safe_deployments import SAFE_DEPLOYMENTS, SafeDeployment
from hokctl.errors import RefusedError

_VERSION: Final = re.compile(r"(?P<number>[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})(?:\+[A-Za-z0-9.-]{1,32})?", re.ASCII)
SUPPORTED_VERSIONS: Final = ("1.3.0", "1.4.1", "1.5.0")


class UnsupportedSafeVersionError(RefusedError):
    """A Safe of a version that hashes or checks signatures differently, or that hokctl does not know."""

    code = "unsupported-safe-version"

    def __init__(self, version: str, safe: str) -> None:
        """Name the version and the Safe."""
        super().__init__(
            f"The Safe {safe} is of version {version[:40]!r}, and hokctl knows {', '.join(SUPPORTED_VERSIONS)} only.",
            hint="A Safe before 1.3.0 does not bind its signatures to the chain: upgrade it with its own application.",
        )


def supported_version(version: str, safe: ChecksumAddress) -> str:
    """Return the plain version number, such as `1.3.0` for `1.3.0+L2`; raise UnsupportedSafeVersionError."""
    match = _VERSION.fullmatch(version)
    if match is None or match["number"] not in SUPPORTED_VERSIONS:
        raise UnsupportedSafeVersionError(version, safe)
    return match["number"]


def asks_owners_by_hash(version: str, safe: ChecksumAddress) -> bool:
    """Tell how a Safe of `version` asks owners that are contracts: from 1.5.0 on by the hash, before by its pre-image.

    Source: checkNSignatures of 1.3.0 and 1.4.1, checkContractSignature of 1.5.0.
    """
    return supported_version(version, safe) not in {"1.3.0", "1.4.1"}


def deployment_of(version: str, safe: ChecksumAddress) -> SafeDeployment:
    """Return the canonical contracts of a Safe of `version`; raise UnsupportedSafeVersionError."""
    number = supported_version(version, safe)
    return next(deployment for deployment in SAFE_DEPLOYMENTS if deployment.version == number)
