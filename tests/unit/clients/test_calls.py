"""What calls carry: arguments, bytes, and what the caller must hold."""

from typing import Any

import pytest

from hokctl.chain.abi_values import decode_values
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import Client
from hokctl.clients.erc20 import Erc20
from hokctl.clients.hokusai_amm import HokusaiAmm
from hokctl.clients.hokusai_amm_factory import HokusaiAmmFactory
from hokctl.clients.hokusai_params import HokusaiParams, LicenseRef
from hokctl.clients.hokusai_token import HokusaiToken
from hokctl.clients.infrastructure_reserve import InfrastructureReserve, Payment
from hokctl.clients.model_registry import ModelRegistry
from hokctl.clients.ownable import Ownable2Step
from hokctl.clients.safe import Operation, Safe, SafeTxFields
from hokctl.clients.token_manager import TokenManager
from hokctl.clients.usage_fee_router import UsageFeeRouter
from hokctl.domain.authority import AccountRequired, OwnershipRequired, RoleRequired
from hokctl.domain.calls import Argument, Call
from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    DEPLOYER_ROLE,
    DEPOSITOR_ROLE,
    FEE_DEPOSITOR_ROLE,
    GOV_ROLE,
    MINTER_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
    RoleId,
)
from hokctl.domain.units import InvoiceHash, SafeTxHash
from tests.unit.clients.samples import (
    ALICE,
    BOB,
    HASH,
    INITIAL_PARAMS,
    MODEL,
    NEW_TOKEN,
    PAYMENT,
    SAFE,
    TARGET,
    TOKEN,
    every_result,
)

pytestmark = pytest.mark.unit

RESERVE = InfrastructureReserve(TARGET)
ALL_CLIENTS: list[type[Client]] = [
    AccessControl,
    Erc20,
    HokusaiAmm,
    HokusaiAmmFactory,
    HokusaiParams,
    HokusaiToken,
    InfrastructureReserve,
    ModelRegistry,
    Ownable2Step,
    Safe,
    TokenManager,
    UsageFeeRouter,
]


def test_a_payment_is_a_call_with_its_arguments_its_bytes_and_what_it_demands() -> None:
    call = RESERVE.pay_infrastructure_cost(PAYMENT, purpose="Pay INV-1")
    assert call == Call(
        to=TARGET,
        label="InfrastructureReserve",
        signature="payInfrastructureCost(string,address,uint256,bytes32,string)",
        args=(
            Argument(name="modelId", type="string", value="gpt-x"),
            Argument(name="payee", type="address", value=ALICE),
            Argument(name="amount", type="uint256", value=50_000_000),
            Argument(name="invoiceHash", type="bytes32", value=b"\xab" * 32),
            Argument(name="memo", type="string", value="December"),
        ),
        data=bytes.fromhex(
            f"0ec32f3f{0xA0:064x}"
            + "00" * 12
            + "a1" * 20
            + f"{50_000_000:064x}"
            + "ab" * 32
            + f"{0xE0:064x}"
            + f"{5:064x}"
            + b"gpt-x".hex().ljust(64, "0")
            + f"{8:064x}"
            + b"December".hex().ljust(64, "0")
        ),
        value=0,
        purpose="Pay INV-1",
        requires=(RoleRequired(contract=TARGET, role=PAYER_ROLE),),
    )


@pytest.mark.parametrize("client", ALL_CLIENTS)
def test_the_bytes_of_every_call_say_what_its_arguments_say(client: type[Client]) -> None:
    for name, result in every_result(client(TARGET)):
        if isinstance(result, Call):
            types = tuple(argument.type for argument in result.args)
            assert decode_values(types, result.data[4:]) == tuple(argument.value for argument in result.args), name
            assert result.to == TARGET
            assert result.purpose == "to test purpose"


ROLES: list[tuple[Call, RoleId]] = [
    (RESERVE.deposit(MODEL, 1, purpose="p"), DEPOSITOR_ROLE),
    (RESERVE.batch_deposit(((MODEL, 1),), purpose="p"), DEPOSITOR_ROLE),
    (RESERVE.pay_infrastructure_cost(PAYMENT, purpose="p"), PAYER_ROLE),
    (RESERVE.batch_pay_infrastructure_costs((PAYMENT,), purpose="p"), PAYER_ROLE),
    (RESERVE.set_provider(MODEL, ALICE, purpose="p"), DEFAULT_ADMIN_ROLE),
    (RESERVE.set_treasury(ALICE, purpose="p"), DEFAULT_ADMIN_ROLE),
    (RESERVE.emergency_withdraw(1, purpose="p"), DEFAULT_ADMIN_ROLE),
    (RESERVE.pause(purpose="p"), PAUSER_ROLE),
    (RESERVE.pause(purpose="p", role=DEFAULT_ADMIN_ROLE), DEFAULT_ADMIN_ROLE),
    (RESERVE.unpause(purpose="p"), DEFAULT_ADMIN_ROLE),
    (RESERVE.grant_role(PAYER_ROLE, ALICE, purpose="p"), DEFAULT_ADMIN_ROLE),
    (RESERVE.revoke_role(PAYER_ROLE, ALICE, purpose="p", admin=GOV_ROLE), GOV_ROLE),
    (UsageFeeRouter(TARGET).deposit_fee(MODEL, 1, purpose="p"), FEE_DEPOSITOR_ROLE),
    (UsageFeeRouter(TARGET).batch_deposit_fees(((MODEL, 1),), purpose="p"), FEE_DEPOSITOR_ROLE),
    (HokusaiParams(TARGET).set_infrastructure_accrual_bps(7000, purpose="p"), GOV_ROLE),
    (HokusaiParams(TARGET).set_license_ref(LicenseRef(hash=HASH, uri=""), purpose="p"), GOV_ROLE),
    (HokusaiParams(TARGET).set_tokens_per_delta_one(1000, purpose="p"), GOV_ROLE),
    (TokenManager(TARGET).deploy_token(NEW_TOKEN, purpose="p"), DEPLOYER_ROLE),
    (TokenManager(TARGET).deploy_token_with_params(NEW_TOKEN, INITIAL_PARAMS, purpose="p"), DEPLOYER_ROLE),
    (TokenManager(TARGET).mint_tokens(MODEL, ALICE, 1, purpose="p"), MINTER_ROLE),
    (TokenManager(TARGET).batch_mint_tokens(MODEL, ((ALICE, 1),), purpose="p"), MINTER_ROLE),
    (TokenManager(TARGET).burn_tokens(MODEL, ALICE, 1, purpose="p"), MINTER_ROLE),
]


@pytest.mark.parametrize(("call", "role"), ROLES)
def test_calls_behind_a_role_demand_it_on_their_target(call: Call, role: RoleId) -> None:
    assert call.requires == (RoleRequired(contract=TARGET, role=role),)


@pytest.mark.parametrize("client", [HokusaiAmm, HokusaiAmmFactory, ModelRegistry, Ownable2Step])
def test_the_owners_calls_demand_ownership(client: type[Client]) -> None:
    free = {"buy", "sell", "deposit_fees", "accept_ownership"}
    calls = {name: result for name, result in every_result(client(TARGET)) if isinstance(result, Call)}
    assert calls.keys() - free
    for name in calls.keys() - free:
        assert calls[name].requires == (OwnershipRequired(contract=TARGET),), name
    for name in calls.keys() & {"buy", "sell", "deposit_fees"}:
        assert calls[name].requires == (), name


def test_letting_a_pool_mint_takes_the_owner_who_is_also_admin() -> None:
    both = (OwnershipRequired(contract=TARGET), RoleRequired(contract=TARGET, role=DEFAULT_ADMIN_ROLE))
    manager = TokenManager(TARGET)
    assert manager.authorize_amm(ALICE, purpose="p").requires == both
    assert manager.revoke_amm(ALICE, purpose="p").requires == both


def test_some_calls_are_one_accounts_alone() -> None:
    by = (AccountRequired(account=BOB),)
    token = HokusaiToken(TARGET)
    assert RESERVE.renounce_role(PAYER_ROLE, BOB, purpose="p").requires == by
    assert Ownable2Step(TARGET).accept_ownership(BOB, purpose="p").requires == by
    assert token.approve(ALICE, 1, purpose="p", holder=BOB).requires == by
    assert token.transfer(ALICE, 1, purpose="p", holder=BOB).requires == by
    assert token.transfer_from(ALICE, TARGET, 1, purpose="p", spender=BOB).requires == by
    assert token.burn(1, purpose="p", holder=BOB).requires == by
    assert token.mint(ALICE, 1, purpose="p", controller=BOB).requires == by
    assert Safe(SAFE).approve_hash(SafeTxHash(HASH), purpose="p", owner=BOB).requires == by


def test_tokens_move_for_anyone_when_no_holder_is_named() -> None:
    token = HokusaiToken(TARGET)
    assert token.approve(ALICE, 1, purpose="p").requires == ()
    assert token.burn(1, purpose="p").requires == ()


def test_a_safe_changes_itself_only() -> None:
    own = (AccountRequired(account=SAFE),)
    calls = {name: result for name, result in every_result(Safe(SAFE)) if isinstance(result, Call)}
    for name in calls.keys() - {"exec_transaction", "approve_hash", "setup"}:
        assert calls[name].requires == own, name
    assert calls["exec_transaction"].requires == ()


def test_the_deployment_fee_is_sent_along() -> None:
    manager = TokenManager(TARGET)
    assert manager.deploy_token(NEW_TOKEN, purpose="p", fee_wei=5).value == 5
    assert manager.deploy_token_with_params(NEW_TOKEN, INITIAL_PARAMS, purpose="p", fee_wei=6).value == 6


def test_batches_become_columns() -> None:
    call = RESERVE.batch_deposit(((MODEL, 1), (MODEL, 2)), purpose="p")
    assert [argument.value for argument in call.args] == [("gpt-x", "gpt-x"), (1, 2)]


def test_a_safe_transaction_defaults_to_a_plain_call_without_refund() -> None:
    zero = "0x" + "00" * 20
    assert SafeTxFields(to=ALICE).values() == (ALICE, 0, b"", Operation.CALL, 0, 0, 0, zero, zero)


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ({"amount_units": -1}, Exception),
        ({"amount_units": "1"}, Exception),
        ({"payee": ALICE.lower()}, ValueError),
        ({"invoice_hash": "0xab"}, ValueError),
        ({"invoice_hash": "INV-1"}, ValueError),
    ],
)
def test_a_value_that_is_not_of_its_type_is_a_programming_error(broken: dict[str, Any], error: type[Exception]) -> None:
    given: dict[str, Any] = {"model_id": MODEL, "payee": ALICE, "amount_units": 1, "invoice_hash": InvoiceHash(HASH)}
    payment = Payment(**{**given, **broken})
    with pytest.raises(error):
        RESERVE.pay_infrastructure_cost(payment, purpose="p")


def test_clients_of_one_contract_at_one_address_are_equal() -> None:
    assert InfrastructureReserve(TARGET) == RESERVE
    assert len({InfrastructureReserve(TARGET), RESERVE}) == 1
    assert InfrastructureReserve(ALICE) != RESERVE
    assert UsageFeeRouter(TARGET) != RESERVE
    assert RESERVE != "InfrastructureReserve"


def test_a_client_can_be_called_by_another_name() -> None:
    treasury = Erc20(TOKEN, label="USDC")
    assert treasury.name().label == "USDC"
    assert repr(treasury) == f"Erc20({TOKEN!r}, label='USDC')"
    assert treasury.approve(ALICE, 1, purpose="p").label == "USDC"
