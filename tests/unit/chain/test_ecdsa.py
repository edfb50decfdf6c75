"""DER signatures and keys: what others write is read exactly, and nothing else is."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_account import Account
from hypothesis import example, given
from hypothesis import strategies as st

from hokctl.chain.ecdsa import (
    CURVE_ORDER,
    MalformedError,
    Rs,
    pack_signature,
    parse_der_signature,
    parse_public_key,
    recovery_id,
)

pytestmark = pytest.mark.unit

NUMBERS = st.integers(1, CURVE_ORDER - 1)
KEY = 0x4C0883A69102937D6231471B5DBB6204FE5129617082792AE468D01A3F362318


@given(r=NUMBERS, s=NUMBERS)
@example(r=1, s=1)
@example(r=127, s=128)
@example(r=CURVE_ORDER - 1, s=CURVE_ORDER - 1)
@example(r=2**248 - 1, s=2**255)
def test_what_a_library_encodes_is_read_back_with_the_lower_s(r: int, s: int) -> None:
    assert parse_der_signature(encode_dss_signature(r, s)) == Rs(r, min(s, CURVE_ORDER - s))


@given(data=st.binary(max_size=80))
def test_any_other_bytes_are_refused_or_are_the_one_encoding(data: bytes) -> None:
    try:
        r, s = parse_der_signature(data)
    except MalformedError:
        return
    assert data in {encode_dss_signature(r, s), encode_dss_signature(r, CURVE_ORDER - s)}


@given(r=NUMBERS, s=NUMBERS, where=st.integers(0, 71), flip=st.integers(1, 255))
def test_a_changed_byte_never_gives_the_same_signature(r: int, s: int, where: int, flip: int) -> None:
    der = bytearray(encode_dss_signature(r, min(s, CURVE_ORDER - s)))
    der[where % len(der)] ^= flip
    try:
        read = parse_der_signature(bytes(der))
    except MalformedError:
        return
    assert read != (r, min(s, CURVE_ORDER - s)) or read.s != int.from_bytes(der[-len(der) // 2 :], "big")


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        ("", "no DER sequence"),
        ("3106020101020101", "no DER sequence"),
        ("3007020101020101", "length"),
        ("308106020101020101", "length"),
        ("300602010102010100", "length"),
        ("3007020101020101ff", "something follows"),
        ("3006020101030101", "missing"),
        ("3003020101", "missing"),
        ("3006020101020201", "cut off"),
        ("3006020102000201", "cut off|missing|negative|surplus"),
        ("3006020181020101", "negative"),
        ("300702020001020101", "surplus zero"),
        ("3006020100020101", "not on the curve"),
        ("3006020101020100", "not on the curve"),
        (encode_dss_signature(CURVE_ORDER, 1).hex(), "not on the curve"),
        (encode_dss_signature(1, CURVE_ORDER).hex(), "not on the curve"),
    ],
)
def test_an_encoding_that_is_not_the_one_is_refused(der: str, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        parse_der_signature(bytes.fromhex(der))


def spki(curve: ec.EllipticCurve, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    return ec.derive_private_key(KEY, curve).public_key().public_bytes(Encoding.DER, form)


def test_a_public_key_gives_the_account_that_the_private_key_has() -> None:
    assert parse_public_key(spki(ec.SECP256K1())) == Account.from_key(KEY.to_bytes(32, "big")).address


@pytest.mark.parametrize("der", [b"", spki(ec.SECP256R1()), spki(ec.SECP256K1())[:-1], spki(ec.SECP256K1()) + b"\0"])
def test_a_key_of_another_curve_or_form_is_refused(der: bytes) -> None:
    with pytest.raises(MalformedError, match="secp256k1"):
        parse_public_key(der)


@given(digest=st.binary(min_size=32, max_size=32))
def test_the_recovery_id_is_found_and_only_for_the_right_account(digest: bytes) -> None:
    account = Account.from_key(KEY.to_bytes(32, "big"))
    signed = account.unsafe_sign_hash(digest)
    parity = recovery_id(digest, Rs(signed.r, signed.s), account.address)
    assert parity is not None
    assert parity == signed.v - 27
    assert pack_signature(Rs(signed.r, signed.s), parity) == bytes(signed.signature)
    assert recovery_id(digest, Rs(signed.r, signed.s), "0x0000000000000000000000000000000000000001") is None  # type: ignore[arg-type]
