"""The shapes of manifests; apart from what writes them, so that help stays instant."""

from enum import StrEnum


class ManifestShape(StrEnum):
    """Whose manifest it is."""

    HOKCTL = "hokctl"
    ADDRESSES = "addresses"
    LATEST = "latest"
    V2 = "v2"
