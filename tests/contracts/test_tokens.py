"""Tokens and parameters: deployment, supply, governance."""

from typing import Any

import pytest
from eth_utils.crypto import keccak
from web3.contract.contract import ContractFunction

from .chain import Event, Refusal
from .harness import ADMIN_ROLE, INITIAL_SUPPLY, TOKEN, ZERO_ADDRESS, Model, Suite, named, role, topic

pytestmark = pytest.mark.contracts

HASH = keccak(text="another licence")


def initial(suite: Suite, **changes: object) -> tuple[Any, ...]:
    """Return initial parameters with some of them changed."""
    values: dict[str, object] = {
        "rate": 1000,
        "bps": 8000,
        "hash": HASH,
        "uri": "u",
        "governor": suite.people.governor,
    } | changes
    return tuple(values.values())


def test_deployment_tells_of_token_and_params(suite: Suite) -> None:
    manager, admin = suite.token_manager, suite.people.admin
    events = suite.send(manager.functions.deployToken("beta", "Beta Token", "BETA", 5 * TOKEN))
    token = suite.chain.at("HokusaiToken", manager.functions.getTokenAddress("beta").call())
    params = suite.chain.at("HokusaiParams", manager.functions.getParamsAddress("beta").call())
    (deployed,) = named(events, "TokenDeployed")
    assert deployed.args == {
        "modelId": topic("beta"),
        "tokenAddress": token.address.lower(),
        "deployer": admin.lower(),
        "name": "Beta Token",
        "symbol": "BETA",
        "totalSupply": 5 * TOKEN,
    }
    (configured,) = named(events, "ParamsDeployed")
    assert configured.args == {
        "modelId": topic("beta"),
        "paramsAddress": params.address.lower(),
        "deployer": admin.lower(),
        "tokensPerDeltaOne": 1000,
        "infrastructureAccrualBps": 8000,
    }
    assert (token.functions.name().call(), token.functions.symbol().call()) == ("Beta Token", "BETA")
    assert token.functions.params().call() == params.address
    assert token.functions.controller().call() == token.functions.owner().call() == manager.address
    assert token.functions.balanceOf(manager.address).call() == token.functions.totalSupply().call() == 5 * TOKEN
    assert params.functions.hasRole(role("GOV_ROLE"), admin).call()
    licence = [keccak(text="default-license"), "https://hokusai.ai/licenses/default"]
    assert params.functions.licenseRef().call() == licence
    assert manager.functions.getModelId(token.address).call() == manager.functions.tokenToModel(token.address).call()
    assert manager.functions.hasToken("beta").call()
    assert manager.functions.hasParams("beta").call()


@pytest.mark.parametrize("args", [("", "N", "S"), ("beta", "", "S"), ("beta", "N", "")])
def test_deployment_refuses_empty_texts(suite: Suite, args: tuple[str, str, str]) -> None:
    assert suite.refusal(suite.token_manager.functions.deployToken(*args, 1)) == Refusal("EmptyString")


def test_deployment_refuses_a_taken_model_and_no_supply(suite: Suite, model: Model) -> None:
    deploy = suite.token_manager.functions.deployToken
    assert suite.refusal(deploy("alpha", "N", "S", 1)) == Refusal(
        "TokenAlreadyDeployed", (model.token.address.lower(),)
    )
    assert suite.refusal(deploy("beta", "N", "S", 0)) == Refusal("ZeroAmount")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"bps": 4999}, Refusal("ValueOutOfBounds", (4999, 5000, 10_000))),
        ({"bps": 10_001}, Refusal("ValueOutOfBounds", (10_001, 5000, 10_000))),
        ({"rate": 99}, Refusal("ValueOutOfBounds", (99, 100, 100_000))),
        ({"rate": 100_001}, Refusal("ValueOutOfBounds", (100_001, 100, 100_000))),
        ({"governor": ZERO_ADDRESS}, Refusal("ZeroAddress")),
    ],
)
def test_deployment_refuses_parameters_out_of_bounds(suite: Suite, changes: dict[str, Any], refusal: Refusal) -> None:
    call = suite.token_manager.functions.deployTokenWithParams("beta", "N", "S", 1, initial(suite, **changes))
    assert suite.refusal(call) == refusal


def test_deployment_fee_is_taken_and_the_rest_returned(suite: Suite) -> None:
    manager, people = suite.token_manager.functions, suite.people
    assert [e.args for e in suite.send(manager.setDeploymentFee(1000))] == [{"newFee": 1000}]
    changed = suite.send(manager.setFeeRecipient(people.guardian))
    assert changed == [
        Event(suite.token_manager.address, "FeeRecipientUpdated", {"newFeeRecipient": people.guardian.lower()})
    ]
    suite.send(manager.grantRole(role("DEPLOYER_ROLE"), people.stranger))
    get_balance = suite.chain.w3.eth.get_balance
    before = get_balance(people.guardian)
    call = manager.deployToken("beta", "N", "S", 1)
    assert suite.refusal(call, people.stranger, 999) == Refusal("InsufficientDeploymentFee", (1000, 999))
    suite.send(call, people.stranger, 5000)
    assert get_balance(people.guardian) == before + 1000
    assert get_balance(suite.token_manager.address) == 0
    assert suite.refusal(manager.setFeeRecipient(ZERO_ADDRESS)) == Refusal("ZeroAddress")


def test_minters_mint_and_burn(suite: Suite, model: Model) -> None:
    manager, people = suite.token_manager.functions, suite.people
    minted = suite.send(manager.mintTokens("alpha", people.trader, 7 * TOKEN))
    assert [event.name for event in minted] == ["TokensMinted", "Transfer", "Minted"]
    assert minted[0].args == {"modelId": topic("alpha"), "recipient": people.trader.lower(), "amount": 7 * TOKEN}
    assert minted[2].args == {"to": people.trader.lower(), "amount": 7 * TOKEN}
    suite.send(manager.setDeltaVerifier(people.guardian))
    burned = suite.send(manager.burnTokens("alpha", people.trader, 2 * TOKEN), people.guardian)
    assert burned[0].args == {"modelId": topic("alpha"), "account": people.trader.lower(), "amount": 2 * TOKEN}
    suite.send(model.token.functions.burn(TOKEN), people.trader)
    assert model.token.functions.balanceOf(people.trader).call() == 4 * TOKEN
    suite.send(manager.burnTokens("alpha", suite.token_manager.address, INITIAL_SUPPLY))
    assert model.token.functions.totalSupply().call() == 4 * TOKEN


def test_batch_mint_skips_zeros_and_tells_the_sum(suite: Suite, model: Model) -> None:
    people, batch = suite.people, suite.token_manager.functions.batchMintTokens
    events = suite.send(batch("alpha", [people.trader, people.stranger, people.guardian], [3, 0, 4]))
    (minted,) = named(events, "BatchMinted")
    assert minted.args["totalAmount"] == 7
    assert model.token.functions.balanceOf(people.guardian).call() == 4
    assert suite.refusal(batch("alpha", [], [])) == Refusal("ArrayEmpty")
    assert suite.refusal(batch("alpha", [people.trader], [1, 2])) == Refusal("ArrayLengthMismatch", (1, 2))
    assert suite.refusal(batch("alpha", [people.trader] * 101, [1] * 101)) == Refusal("ArrayTooLarge", (101, 100))


def test_minting_is_refused_to_others_and_for_nothing(suite: Suite, model: Model) -> None:
    manager, stranger = suite.token_manager.functions, suite.people.stranger
    not_minter = Refusal("NotMinter", (stranger.lower(),))
    assert suite.refusal(manager.mintTokens("alpha", stranger, 1), stranger) == not_minter
    assert suite.refusal(manager.batchMintTokens("alpha", [stranger], [1]), stranger) == not_minter
    assert suite.refusal(manager.burnTokens("alpha", stranger, 1), stranger) == not_minter
    assert suite.refusal(manager.mintTokens("unknown", stranger, 1)) == Refusal("TokenNotDeployed")
    assert suite.refusal(manager.mintTokens("alpha", stranger, 0)) == Refusal("ZeroAmount")
    assert suite.refusal(manager.burnTokens("alpha", stranger, 0)) == Refusal("ZeroAmount")
    not_controller = Refusal("NotController", (stranger.lower(),))
    assert suite.refusal(model.token.functions.mint(stranger, 1), stranger) == not_controller
    assert suite.refusal(model.token.functions.burnFrom(stranger, 1), stranger) == not_controller
    suite.send(manager.revokeAMM(model.pool.address))
    assert not manager.hasRole(role("MINTER_ROLE"), model.pool.address).call()
    assert suite.refusal(manager.authorizeAMM(ZERO_ADDRESS)) == Refusal("ZeroAddress")


def test_owner_without_the_admin_role_cannot_authorise_a_pool(suite: Suite) -> None:
    manager, people = suite.token_manager.functions, suite.people
    suite.send(manager.grantRole(ADMIN_ROLE, people.guardian))
    suite.send(manager.renounceRole(ADMIN_ROLE, people.admin))
    assert suite.refusal(manager.authorizeAMM(people.stranger)) == Refusal(
        "AccessControlUnauthorizedAccount", (people.admin.lower(), ADMIN_ROLE)
    )


def test_views_refuse_what_is_not_there(suite: Suite) -> None:
    manager = suite.token_manager.functions
    for call in (manager.getTokenAddress("x"), manager.getParamsAddress("x"), manager.getModelId(ZERO_ADDRESS)):
        assert suite.refusal(call) == Refusal("TokenNotDeployed")
    assert manager.modelTokens("x").call() == manager.modelParams("x").call() == ZERO_ADDRESS


def test_clone_and_implementation_cannot_be_set_up_again(suite: Suite, model: Model) -> None:
    implementation = suite.chain.at("HokusaiToken", suite.token_manager.functions.tokenImplementation().call())
    for token in (model.token, implementation):
        call = token.functions.initialize(suite.people.stranger, 1)
        assert suite.refusal(call, suite.people.stranger) == Refusal("AlreadyInitialized")


def test_governor_changes_parameters_and_events_tell(suite: Suite, model: Model) -> None:
    governor, params = suite.people.governor, model.params.functions
    changes: list[tuple[ContractFunction, dict[str, object]]] = [
        (params.setInfrastructureAccrualBps(7000), {"oldBps": 8000, "newBps": 7000}),
        (params.setTokensPerDeltaOne(500), {"oldValue": 1000, "newValue": 500}),
        (params.setLicenseRef(HASH, "v"), {"oldHash": keccak(text="licence"), "newHash": HASH, "newUri": "v"}),
    ]
    for call, expected in changes:
        (event,) = suite.send(call, governor)
        assert event.args == expected | {"updatedBy": governor.lower()}
    assert params.getProfitShareBps().call() == 3000
    assert params.tokensPerDeltaOne().call() == 500
    assert (params.licenseHash().call(), params.licenseURI().call()) == (HASH, "v")


@pytest.mark.parametrize("bps", [4999, 10_001])
def test_split_outside_its_range_is_refused(suite: Suite, model: Model, bps: int) -> None:
    call = model.params.functions.setInfrastructureAccrualBps(bps)
    assert suite.refusal(call, suite.people.governor) == Refusal("ValueOutOfBounds", (bps, 5000, 10_000))
