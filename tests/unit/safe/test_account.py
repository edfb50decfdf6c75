"""An address is a Safe only if it answers as one, and a new Safe is only built from sound owners."""

from collections.abc import Sequence
from typing import Any

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain.errors import RpcError
from hokctl.chain.reads import Read
from hokctl.chain.session import Snapshot
from hokctl.chain.wire import Json
from hokctl.clients.codec import encode_values
from hokctl.clients.safe import FALLBACK_HANDLER_SLOT, GUARD_SLOT, SENTINEL, SINGLETON_SLOT, Safe, SafeSetup
from hokctl.clients.safe_deployments import SAFE_1_3_0, SAFE_1_4_1
from hokctl.domain.calls import AbiValue
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.safe.account import (
    InvalidSafeSetupError,
    NotASafeError,
    build_safe_creation,
    get_safe,
    get_safe_details,
    read_safe,
    safe_factory,
)
from hokctl.safe.multisend import verify_call_data
from hokctl.safe.versions import UnsupportedSafeVersionError
from tests.unit.chain.fakes import make_chain

from .samples import OTHER_SAFE, OWNERS, SAFE, SAFE_ADDRESS

pytestmark = pytest.mark.unit

CLIENT = Safe(SAFE_ADDRESS)
GUARD = to_checksum_address("0x" + "99" * 20)
MODULE = to_checksum_address("0x" + "88" * 20)
CREATION_CODE = b"\x60\x80"

Answers = dict[bytes, bytes]


def answer(read: Read[Any], *values: AbiValue) -> Answers:
    """Return the encoded answer of a view."""
    return {read.data: encode_values(read.returns, values)}


def slot(number: int, address: ChecksumAddress) -> Answers:
    """Return the answer for a storage slot that holds an address."""
    return answer(CLIENT.get_storage_at(number), bytes.fromhex(address[2:]).rjust(32, b"\0"))


def safe_answers(owners: tuple[ChecksumAddress, ...] = OWNERS, threshold: int = 2) -> Answers:
    """Return what a Safe answers."""
    return {
        **answer(CLIENT.version(), "1.4.1"),
        **answer(CLIENT.get_threshold(), threshold),
        **answer(CLIENT.get_owners(), owners),
        **answer(CLIENT.nonce(), 7),
        **answer(CLIENT.get_modules_paginated(SENTINEL, 100), (), SENTINEL),
        **slot(SINGLETON_SLOT, SAFE_1_4_1.singleton_l2),
        **slot(FALLBACK_HANDLER_SLOT, SAFE_1_4_1.fallback_handler),
        **slot(GUARD_SLOT, ZERO_ADDRESS),
    }


def snapshot(answers: Answers) -> Snapshot:
    """Return a block in which only SAFE_ADDRESS answers, and only this; other calls of it revert."""

    def call(params: Sequence[Json]) -> Json:
        target, data = params[0]["to"], bytes.fromhex(params[0]["data"][2:])
        if target != SAFE_ADDRESS:
            return "0x"
        if data not in answers:
            return RpcError("eth_call", 3, "execution reverted", data="0x")
        return "0x" + answers[data].hex()

    chain, _ = make_chain(eth_call=call)
    chain.has_multicall = False
    return chain.at()


def test_a_safe_is_read_with_owners_threshold_nonce_and_version() -> None:
    assert read_safe(snapshot(safe_answers()), SAFE_ADDRESS) == SAFE
    assert get_safe(snapshot(safe_answers()), SAFE_ADDRESS) == SAFE


@pytest.mark.parametrize("missing", [CLIENT.version(), CLIENT.get_threshold(), CLIENT.get_owners(), CLIENT.nonce()])
def test_a_contract_that_lacks_one_of_a_safes_views_is_none(missing: Read[Any]) -> None:
    answers = safe_answers()
    del answers[missing.data]
    assert read_safe(snapshot(answers), SAFE_ADDRESS) is None


@pytest.mark.parametrize(("owners", "threshold"), [((), 1), ((), 0), (OWNERS, 0), (OWNERS, 4)])
def test_a_safe_that_nobody_could_act_through_is_none(owners: tuple[ChecksumAddress, ...], threshold: int) -> None:
    assert read_safe(snapshot(safe_answers(owners, threshold)), SAFE_ADDRESS) is None


def test_an_address_without_code_is_not_a_safe() -> None:
    there = snapshot(safe_answers())
    assert read_safe(there, OTHER_SAFE) is None
    for read in (get_safe, get_safe_details):
        with pytest.raises(NotASafeError, match=OTHER_SAFE) as caught:
            read(there, OTHER_SAFE)
        assert (caught.value.code, caught.value.exit_code) == ("not-a-safe", 2)


def test_the_details_of_a_plain_safe_name_its_code_and_handler() -> None:
    details = get_safe_details(snapshot(safe_answers()), SAFE_ADDRESS)
    assert details.authority == SAFE
    assert details.singleton == SAFE_1_4_1.singleton_l2
    assert details.fallback_handler == SAFE_1_4_1.fallback_handler
    assert (details.guard, details.modules, details.more_modules) == (None, (), False)


def test_the_details_of_a_guarded_safe_name_its_guard_and_modules() -> None:
    modules = answer(CLIENT.get_modules_paginated(SENTINEL, 100), (MODULE,), SENTINEL)
    there = snapshot({**safe_answers(), **slot(GUARD_SLOT, GUARD), **modules})
    details = get_safe_details(there, SAFE_ADDRESS)
    assert (details.guard, details.modules, details.more_modules) == (GUARD, (MODULE,), False)


def test_every_page_of_modules_is_read() -> None:
    first = answer(CLIENT.get_modules_paginated(SENTINEL, 100), (MODULE,), OTHER_SAFE)
    second = answer(CLIENT.get_modules_paginated(MODULE, 100), (OTHER_SAFE, GUARD), SENTINEL)
    details = get_safe_details(snapshot({**safe_answers(), **first, **second}), SAFE_ADDRESS)
    assert (details.modules, details.more_modules) == ((MODULE, OTHER_SAFE, GUARD), False)


@pytest.mark.parametrize("shown", [(), (MODULE,)])
def test_a_list_of_modules_that_never_ends_is_left(shown: tuple[ChecksumAddress, ...]) -> None:
    first = answer(CLIENT.get_modules_paginated(SENTINEL, 100), shown, MODULE)
    again = answer(CLIENT.get_modules_paginated(MODULE, 100), shown, MODULE)
    details = get_safe_details(snapshot({**safe_answers(), **first, **again}), SAFE_ADDRESS)
    assert details.modules == shown


def test_a_new_safe_gets_the_canonical_contracts_and_a_known_address() -> None:
    creation = build_safe_creation(OWNERS, 2, salt_nonce=5, creation_code=CREATION_CODE)
    setup = SafeSetup(owners=OWNERS, threshold=2, fallback_handler=SAFE_1_4_1.fallback_handler)
    initializer = Safe(SAFE_1_4_1.singleton_l2).setup(setup, purpose="").data
    salt = keccak(keccak(initializer) + (5).to_bytes(32, "big"))
    code = CREATION_CODE + bytes.fromhex(SAFE_1_4_1.singleton_l2[2:]).rjust(32, b"\0")
    digest = keccak(b"\xff" + bytes.fromhex(SAFE_1_4_1.proxy_factory[2:]) + salt + keccak(code))
    assert creation.address == to_checksum_address(digest[12:])
    assert creation.call.to == SAFE_1_4_1.proxy_factory == safe_factory().address
    assert [argument.value for argument in creation.call.args] == [SAFE_1_4_1.singleton_l2, initializer, 5]
    assert creation.call.purpose == f"Create the 2-of-3 Safe {creation.address}"
    assert verify_call_data(creation.call) is None


def test_owners_threshold_salt_and_version_each_give_another_address() -> None:
    def at(owners: tuple[ChecksumAddress, ...], threshold: int, salt: int, version: str) -> ChecksumAddress:
        creation = build_safe_creation(owners, threshold, salt_nonce=salt, creation_code=CREATION_CODE, version=version)
        return creation.address

    addresses = {
        at(OWNERS, 2, 5, "1.4.1"),
        at(OWNERS[:2], 2, 5, "1.4.1"),
        at(OWNERS, 1, 5, "1.4.1"),
        at(OWNERS, 2, 6, "1.4.1"),
        at(OWNERS, 2, 5, "1.3.0"),
        at(OWNERS, 2, 5, "1.5.0"),
    }
    assert len(addresses) == 6


def test_an_older_version_uses_its_own_factory() -> None:
    creation = build_safe_creation(OWNERS, 2, salt_nonce=0, creation_code=CREATION_CODE, version="1.3.0")
    assert creation.call.to == SAFE_1_3_0.proxy_factory


@pytest.mark.parametrize("version", ["1.1.1", "1.6.0", "x"])
def test_a_version_without_known_contracts_cannot_be_created(version: str) -> None:
    with pytest.raises(UnsupportedSafeVersionError):
        build_safe_creation(OWNERS, 2, salt_nonce=0, creation_code=CREATION_CODE, version=version)


@pytest.mark.parametrize(
    ("owners", "threshold", "reason"),
    [
        (OWNERS, 0, "the threshold is 0 with 3 owners"),
        (OWNERS, 4, "the threshold is 4 with 3 owners"),
        (OWNERS, -1, "the threshold is -1 with 3 owners"),
        ((), 0, "the threshold is 0 with 0 owners"),
        ((), 1, "the threshold is 1 with 0 owners"),
        ((*OWNERS, OWNERS[0]), 2, f"{OWNERS[0]} is given twice"),
        ((*OWNERS, ZERO_ADDRESS), 2, f"{ZERO_ADDRESS} is nobody's account"),
        ((*OWNERS, SENTINEL), 2, f"{SENTINEL} is nobody's account"),
        ((*OWNERS, SAFE_1_4_1.proxy_factory), 2, f"{SAFE_1_4_1.proxy_factory} is a contract of Safe itself"),
        ((*OWNERS, OWNERS[0].lower()), 2, "is not a checksummed address"),
    ],
)
def test_owners_or_a_threshold_that_no_safe_accepts_are_refused(
    owners: tuple[ChecksumAddress, ...], threshold: int, reason: str
) -> None:
    with pytest.raises(InvalidSafeSetupError, match=reason) as caught:
        build_safe_creation(owners, threshold, salt_nonce=0, creation_code=CREATION_CODE)
    assert (caught.value.code, caught.value.exit_code) == ("invalid-safe-setup", 2)
