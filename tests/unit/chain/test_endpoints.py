"""Which RPC URLs are taken, and what of them is shown."""

import pytest

from hokctl.chain.endpoints import is_local, shown_endpoint
from hokctl.chain.errors import InvalidRpcUrlError
from hokctl.chain.transport import IN_PROCESS

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        (" https://eth.example/v2/SECRET?key=SECRET#SECRET ", "https://eth.example"),
        ("https://user:SECRET@eth.example:8443/SECRET", "https://eth.example:8443"),
        ("http://[::1]:8545/SECRET", "http://[::1]:8545"),
    ],
)
def test_only_scheme_host_and_port_are_shown(url: str, shown: str) -> None:
    assert shown_endpoint(url, network="mainnet") == shown


@pytest.mark.parametrize(
    "url",
    [
        "ws://SECRET.example",
        "SECRET.example:8545",
        "https:///SECRET",
        "http://host:SECRET",
        "http://[SECRET",
        "http://host/SEC RET",
        "http://127.0.0.1\\@host/SECRET",
        "",
    ],
)
def test_another_url_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(InvalidRpcUrlError, match="rpc_url of network mainnet") as caught:
        shown_endpoint(url, network="mainnet")
    assert "SECRET" not in f"{caught.value.message}{caught.value.hint}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8545", "http://127.9.9.9", "http://[::1]:1", "http://localhost", IN_PROCESS]
)
def test_loopback_and_this_process_are_local(endpoint: str) -> None:
    assert is_local(endpoint)


@pytest.mark.parametrize(
    "endpoint", ["http://10.0.0.1", "http://localhost.example", "https://node.example", "http://0.0.0.0"]
)
def test_every_other_host_is_not_local(endpoint: str) -> None:
    assert not is_local(endpoint)
