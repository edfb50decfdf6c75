"""RPC URLs: which ones hokctl takes, and how much of them may be shown."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from hokctl.chain.errors import InvalidRpcUrlError
from hokctl.chain.transport import IN_PROCESS

_SCHEMES = ("http", "https")
_STRANGE = re.compile(r"[\\\s\x00-\x1f\x7f]")


def shown_endpoint(rpc_url: str, *, network: str) -> str:
    """Return scheme, host and port of `rpc_url`; path, query and userinfo carry keys and stay out.

    Raises InvalidRpcUrlError for anything but an http or https URL.
    """
    try:
        parts = urlsplit(rpc_url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        # Not chained: the standard library's message repeats parts of the URL.
        raise InvalidRpcUrlError(network, "it is not a URL") from None
    if _STRANGE.search(rpc_url.strip()):
        raise InvalidRpcUrlError(network, "it holds a character that URLs do not have")
    if parts.scheme not in _SCHEMES:
        raise InvalidRpcUrlError(network, "hokctl speaks JSON-RPC over http and https only")
    if not host:
        raise InvalidRpcUrlError(network, "it names no host")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port is not None else "")


def is_local(endpoint: str) -> bool:
    """Tell whether an endpoint is this machine's loopback or this process."""
    if endpoint == IN_PROCESS:
        return True
    host = urlsplit(endpoint).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
