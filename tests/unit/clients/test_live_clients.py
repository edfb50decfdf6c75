"""The clients of the live protocol's further contracts against the stand-ins, which have the published interface."""

from typing import Any

import pytest
from eth_typing import ChecksumAddress

from hokctl.chain.abi_values import decode_values
from hokctl.chain.reads import Read
from hokctl.clients.argument_wording import word_arguments, word_event
from hokctl.clients.base import Client
from hokctl.clients.codec import encode_call
from hokctl.clients.decoding import decode_calldata
from hokctl.clients.descriptions import describe_call
from hokctl.clients.fragments import fragments_from_abi, parameters_from_abi
from hokctl.clients.infrastructure_cost_oracle import InfrastructureCostOracle
from hokctl.clients.inquiries import attempt
from hokctl.clients.pending_claims_escrow import PendingClaimsEscrow, Release
from hokctl.clients.purchaser_whitelist import PurchaserWhitelist
from hokctl.clients.reward_vesting_vault import RewardVestingVault
from hokctl.domain.amounts import Token
from hokctl.domain.calls import Argument, Call
from hokctl.domain.outcomes import Event
from hokctl.domain.units import Bytes32
from tests.unit.clients.samples import ALICE, BOB, HASH, MODEL, TARGET, TOKEN, standin_abi

pytestmark = pytest.mark.unit

USDC = Token(chain_id=1, address=TOKEN, decimals=6, symbol="USDC")
RELEASE = Release(to=ALICE, amount_units=5, reference=Bytes32(HASH))
ORACLE, LIST = InfrastructureCostOracle(TARGET), PurchaserWhitelist(TARGET)
ESCROW, VAULT = PendingClaimsEscrow(TARGET), RewardVestingVault(TARGET)
RESULTS: list[tuple[str, Read[Any] | Call]] = [
    *(
        ("InfrastructureCostOracle", item)
        for item in (
            ORACLE.epoch_duration(),
            ORACLE.min_epoch_duration(),
            ORACLE.max_epoch_duration(),
            ORACLE.gross_margin_bps(),
            ORACLE.max_gross_margin_bps(),
            ORACLE.max_cost_per_thousand_calls(),
            ORACLE.get_estimated_cost(MODEL),
            ORACLE.has_cost(MODEL),
            ORACLE.get_end_user_price(MODEL),
            ORACLE.get_last_updated(MODEL),
            ORACLE.get_pending_update(MODEL),
            ORACLE.set_estimated_cost(MODEL, 5, 0, purpose="p"),
            ORACLE.apply_pending_update(MODEL, purpose="p"),
            ORACLE.set_gross_margin_bps(5, purpose="p"),
            ORACLE.set_epoch_duration(5, purpose="p"),
        )
    ),
    *(
        ("PurchaserWhitelist", item)
        for item in (
            LIST.max_batch(),
            LIST.is_whitelisted(ALICE),
            LIST.add_to_whitelist(ALICE, purpose="p"),
            LIST.remove_from_whitelist(ALICE, purpose="p"),
            LIST.add_batch((ALICE,), purpose="p"),
            LIST.remove_batch((ALICE,), purpose="p"),
        )
    ),
    *(
        ("RewardVestingVault", item)
        for item in (
            VAULT.token_manager(),
            VAULT.next_schedule_id(),
            VAULT.get_schedules_by_beneficiary(ALICE),
            VAULT.get_schedule(1),
            VAULT.claimable(1),
            VAULT.claim(1, purpose="p"),
        )
    ),
    *(
        ("PendingClaimsEscrow", item)
        for item in (
            ESCROW.max_batch(),
            ESCROW.paused(),
            ESCROW.token_balance(TOKEN),
            ESCROW.total_released(TOKEN),
            ESCROW.release(TOKEN, RELEASE, purpose="p"),
            ESCROW.release_batch(TOKEN, (RELEASE,), purpose="p"),
            ESCROW.rescue(TOKEN, ALICE, 5, purpose="p"),
            ESCROW.claim_vested(BOB, 1, purpose="p"),
            ESCROW.claim_vested_batch(BOB, (1,), purpose="p"),
            ESCROW.pause(purpose="p"),
            ESCROW.unpause(purpose="p"),
        )
    ),
]


@pytest.mark.parametrize(("contract", "result"), RESULTS)
def test_every_method_is_a_function_of_its_contract(contract: str, result: Read[Any] | Call) -> None:
    abi = standin_abi(contract)
    functions = {one.signature: one for one in fragments_from_abi(contract, abi) if one.kind == "function"}
    item = next(i for i in abi if i.get("name") == functions[result.signature].name)
    if isinstance(result, Read):
        types = tuple(parameter.type for parameter in parameters_from_abi(item["outputs"]))
        assert (item["stateMutability"], types) == ("view", result.returns)
        return
    names = tuple(parameter["name"] for parameter in item["inputs"])
    assert (item["stateMutability"], names) == ("nonpayable", tuple(argument.name for argument in result.args))
    decoded = decode_calldata(result.data, contract, to=TARGET)
    assert decoded.args == result.args
    assert not describe_call(decoded).startswith("Call ")


@pytest.mark.parametrize("client", [ORACLE, LIST, ESCROW, VAULT])
def test_every_function_that_changes_state_is_read_back_as_a_sentence(client: Client) -> None:
    name = client.contract_name
    items = [i for i in standin_abi(name) if i["type"] == "function" and i["stateMutability"] == "nonpayable"]
    for fragment in fragments_from_abi(name, items):
        data = attempt(TARGET, name, fragment.signature).data
        sentence = describe_call(decode_calldata(data, name, to=TARGET))
        assert not sentence.startswith("Call "), sentence


def test_a_schedule_and_a_pending_cost_are_decoded() -> None:
    values = (TOKEN, ALICE, "21", 100, 10, 1_000, 5, 50)
    data = encode_call("f((address,address,string,uint256,uint256,uint64,uint64,uint64))", (values,))[4:]
    read = VAULT.get_schedule(1)
    schedule = read.decode(decode_values(read.returns, data))
    assert (schedule.token, schedule.claimed_units, schedule.ends_at) == (TOKEN, 10, 1_050)
    pending = ORACLE.get_pending_update(MODEL).decode((True, 5, 7, 9))
    assert (pending.exists, pending.cost_units, pending.effective_after) == (True, 5, 9)


def test_times_are_worded_for_the_signer() -> None:
    def told(effective: int) -> str:
        call = ORACLE.set_estimated_cost(MODEL, 5_000_000, effective, purpose="p")
        return describe_call(decode_calldata(call.data, "InfrastructureCostOracle", to=TARGET), token=USDC)

    assert told(0).endswith("effective as soon as the contract lets it.")
    assert told(1_750_000_000).endswith("effective at 2025-06-15 15:06:40 UTC.")
    assert told(2**255).endswith(f"effective at second {2**255}.")


def test_amounts_of_a_named_token_are_money_only_where_it_is_the_reserve_token() -> None:
    def told(token: ChecksumAddress) -> str:
        call = ESCROW.rescue(token, ALICE, 5_000_000, purpose="p")
        return describe_call(decode_calldata(call.data, "PendingClaimsEscrow", to=TARGET), token=USDC)

    assert told(TOKEN).startswith(f"Take 5.00 USDC of token {TOKEN} out of PendingClaimsEscrow")
    assert told(BOB).startswith(f"Take 5000000 base units of token {BOB} out of")
    batch = ESCROW.release_batch(TOKEN, (RELEASE,), purpose="p")
    assert ("amounts 1", "5 = 0.000005 USDC") in word_arguments(batch, USDC)
    assert ("amounts 1", "5") in word_arguments(ESCROW.release_batch(BOB, (RELEASE,), purpose="p"), USDC)
    args = (Argument(name="token", type="address", value=BOB), Argument(name="amount", type="uint256", value=5))
    event = Event(address=TARGET, label="PendingClaimsEscrow", name="Rescued", args=args)
    assert word_event(event, USDC).endswith("amount=5)")
