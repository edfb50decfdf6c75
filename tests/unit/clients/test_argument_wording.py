"""Arguments in words: amounts of the reserve token, and only of it."""

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.argument_wording import counts_money, word_arguments, word_event
from hokctl.domain.amounts import MAX_UNITS, Token
from hokctl.domain.calls import AbiValue, Argument, Call
from hokctl.domain.outcomes import Event

pytestmark = pytest.mark.unit

USDC = ChecksumAddress("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")  # type: ignore[arg-type]  # NewType over a NewType
OTHER = ChecksumAddress("0xdAC17F958D2ee523a2206206994597C13D831ec7")  # type: ignore[arg-type]  # NewType over a NewType
TOKEN = Token(chain_id=1, address=USDC, decimals=6, symbol="USDC")


def call(signature: str, *args: tuple[str, str, AbiValue], to: ChecksumAddress = USDC) -> Call:
    return Call(
        to=to,
        label="Contract",
        signature=signature,
        args=tuple(Argument(name=name, type=kind, value=value) for name, kind, value in args),
        data=b"",
        value=0,
        purpose="",
        requires=(),
    )


def approval(value: int, to: ChecksumAddress) -> Call:
    return call("approve(address,uint256)", ("spender", "address", OTHER), ("value", "uint256", value), to=to)


def test_an_approval_counts_in_its_own_token() -> None:
    assert word_arguments(approval(50_000_000, USDC), TOKEN)[1] == ("value", "50000000 = 50.00 USDC")
    assert word_arguments(approval(50_000_000, OTHER), TOKEN)[1] == ("value", "50000000")
    assert word_arguments(approval(50_000_000, USDC), None)[1] == ("value", "50000000")


def test_an_unlimited_approval_says_so() -> None:
    assert word_arguments(approval(MAX_UNITS, USDC), TOKEN)[1] == ("value", f"{MAX_UNITS} = any amount of USDC")


def test_arrays_are_given_item_by_item() -> None:
    batch = call(
        "batchDeposit(string[],uint256[])", ("modelIds", "string[]", ("21", "22")), ("amounts", "uint256[]", (5, 10**6))
    )
    assert word_arguments(batch, TOKEN) == (
        ("modelIds 1", '"21"'),
        ("modelIds 2", '"22"'),
        ("amounts 1", "5 = 0.000005 USDC"),
        ("amounts 2", "1000000 = 1.00 USDC"),
    )
    assert word_arguments(call("f(uint256[])", ("items", "uint256[]", ())), TOKEN) == (("items", "none"),)


def test_an_empty_text_can_be_seen_and_a_role_has_its_name() -> None:
    assert word_arguments(call("f(string)", ("memo", "string", "")), TOKEN) == (("memo", '""'),)
    role = bytes(32)
    grant = call("grantRole(bytes32,address)", ("role", "bytes32", role), ("account", "address", OTHER))
    assert word_arguments(grant, TOKEN)[0] == ("role", "DEFAULT_ADMIN_ROLE")


def test_only_calls_with_amounts_count_money() -> None:
    assert counts_money([approval(1, USDC)])
    assert not counts_money([call("pause()")])


def test_an_event_of_another_token_keeps_its_base_units() -> None:
    def transfer(address: ChecksumAddress) -> Event:
        args = (
            Argument(name="value", type="uint256", value=10**6),
            Argument(name="data", type="bytes", value=b"x" * 40),
        )
        return Event(address=address, label="USDC", name="Transfer", args=args)

    assert word_event(transfer(USDC), TOKEN) == "USDC.Transfer(value=1000000 (1.00 USDC), data=0x78787878… (40 bytes))"
    assert word_event(transfer(OTHER), TOKEN).startswith("USDC.Transfer(value=1000000, ")


def test_a_text_from_the_chain_cannot_pose_as_another_argument() -> None:
    event = Event(
        address=USDC,
        label="Reserve",
        name="Paid",
        args=(Argument(name="memo", type="string", value='x", payer="a'), Argument(name="n", type="uint8", value=1)),
    )
    assert word_event(event, TOKEN) == r'Reserve.Paid(memo="x\", payer=\"a", n=1)'
