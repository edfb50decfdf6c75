"""Failed calls in the words clients know."""

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from hokctl.devnet.engine import EXECUTION_REVERTED, CallResult
from hokctl.devnet.reverts import failure, revert_reason

pytestmark = pytest.mark.unit

_ERROR = bytes.fromhex("08c379a0")
_PANIC = bytes.fromhex("4e487b71")


def _failed(error: str, output: bytes = b"") -> CallResult:
    return CallResult(output=output, error=error, gas_used=0, gas_peak=0, created=None)


@given(st.text())
def test_reason_is_what_solidity_encoded(reason: str) -> None:
    assert revert_reason(_ERROR + encode(["string"], [reason])) == reason


@given(st.binary())
def test_any_bytes_are_survived(data: bytes) -> None:
    for prefix in (b"", _ERROR, _PANIC):
        reason = revert_reason(prefix + data)
        assert reason is None or isinstance(reason, str)


def test_truncated_reason_is_none() -> None:
    assert revert_reason((_ERROR + encode(["string"], ["a reason of some length, more than a word"]))[:-32]) is None


def test_unknown_panic_keeps_its_number() -> None:
    assert revert_reason(_PANIC + encode(["uint256"], [0x99])) == "panic: unknown panic code (0x99)"


def test_revert_has_code_3_and_its_data() -> None:
    error = failure(_failed(EXECUTION_REVERTED, b"\x12"))
    assert error.to_json() == {"code": 3, "message": "execution reverted", "data": "0x12"}


def test_other_failure_has_no_data() -> None:
    assert failure(_failed("out of gas")).to_json() == {"code": -32000, "message": "out of gas"}
