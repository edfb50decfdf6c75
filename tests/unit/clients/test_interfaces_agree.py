"""The clients against the artifacts of the suite, the ABIs of Safe, and the selectors of v2.0.0."""

import re
from typing import Any

import pytest

from hokctl.chain.reads import Read
from hokctl.clients.abi import artifact_names, load_artifact
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import Client
from hokctl.clients.erc20 import Erc20
from hokctl.clients.fragments import parameters_from_abi
from hokctl.clients.governor import Governor
from hokctl.clients.hokusai_amm import HokusaiAmm
from hokctl.clients.hokusai_amm_factory import HokusaiAmmFactory
from hokctl.clients.hokusai_params import HokusaiParams
from hokctl.clients.hokusai_token import HokusaiToken
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.mock_usdc import MockUsdc, StrictMockUsdc
from hokctl.clients.model_registry import ModelRegistry
from hokctl.clients.multisend import MultiSend
from hokctl.clients.ownable import Ownable2Step
from hokctl.clients.pausable import Pausable
from hokctl.clients.safe import Safe
from hokctl.clients.safe_proxy_factory import SafeProxyFactory
from hokctl.clients.timelock_controller import TimelockController
from hokctl.clients.token_manager import TokenManager
from hokctl.clients.usage_fee_router import UsageFeeRouter
from hokctl.clients.usdc import Usdc
from hokctl.domain.calls import Call
from tests.unit.clients.samples import TARGET, every_result, safe_abi, standin_abi

pytestmark = pytest.mark.unit

SUITE: dict[str, type[Client]] = {
    "HokusaiAMM": HokusaiAmm,
    "HokusaiAMMFactory": HokusaiAmmFactory,
    "HokusaiParams": HokusaiParams,
    "HokusaiToken": HokusaiToken,
    "InfrastructureReserve": InfrastructureReserve,
    "MockUSDC": MockUsdc,
    "ModelRegistry": ModelRegistry,
    "StrictMockUSDC": StrictMockUsdc,
    "TokenManager": TokenManager,
    "UsageFeeRouter": UsageFeeRouter,
}

NOT_FOR_PEOPLE = re.compile(
    r"credit.*|receiveFees|initialize|(fee|accrual)Params|renounceOwnership|(token|pool)Implementation"
)
"""What only contracts call or read, and what the suite always refuses."""

SELECTORS = {
    AccessControl: {
        "hasRole": "91d14854",
        "grantRole": "2f2ff15d",
        "revokeRole": "d547741f",
        "renounceRole": "36568abe",
    },
    Ownable2Step: {"transferOwnership": "f2fde38b"},
    Pausable: {"paused": "5c975abb"},
    HokusaiParams: {
        "setInfrastructureAccrualBps": "7849ac54",
        "setLicenseRef": "c29e0029",
        "setTokensPerDeltaOne": "48dce4f7",
        "infrastructureAccrualBps": "db775f3e",
    },
    InfrastructureReserve: {
        "batchDeposit": "fb29d413",
        "batchPayInfrastructureCosts": "d72bf378",
        "deposit": "8e27d719",
        "emergencyWithdraw": "5312ea8e",
        "pause": "8456cb59",
        "payInfrastructureCost": "0ec32f3f",
        "setProvider": "4df79b0b",
        "setTreasury": "f0f44260",
        "unpause": "3f4ba83a",
        "accrued": "46827065",
        "getModelAccounting": "37f1af0c",
        "getAccrualRunway": "2cdaa54a",
    },
    UsageFeeRouter: {
        "batchDepositFees": "979357fe",
        "depositFee": "039ad6bf",
        "calculateFeeSplit": "e7599325",
        "getModelStats": "232aaae1",
    },
    TokenManager: {
        "authorizeAMM": "7fa82de4",
        "batchMintTokens": "d755b286",
        "burnTokens": "70944646",
        "deployToken": "a1c9973a",
        "deployTokenWithParams": "e14dfd01",
        "mintTokens": "643c1de6",
        "revokeAMM": "6f876a6e",
        "setDeltaVerifier": "b6a63bb0",
        "setDeploymentFee": "d002462b",
        "setFeeRecipient": "e74b981b",
    },
    HokusaiAmm: {
        "buy": "8945257c",
        "sell": "8a038a54",
        "depositFees": "ebdac090",
        "setMaxTradeBps": "ff3a24d4",
        "setParameters": "884870c7",
        "withdrawTreasury": "11f1fc99",
        "getPhaseInfo": "a6f8e722",
    },
    HokusaiAmmFactory: {"createPool": "dc52eba8", "createPoolWithParams": "eb514354", "setDefaults": "bc2cfb39"},
    HokusaiToken: {"burn": "42966c68", "burnFrom": "79cc6790", "mint": "40c10f19", "setController": "92eefe9b"},
    ModelRegistry: {
        "registerModel": "0a394c46",
        "registerModelAutoId": "99770c70",
        "registerPool": "a21b7830",
        "registerStringModel": "d57860d5",
        "deactivateModel": "1e10f86b",
        "updateMetric": "642981d2",
        "updateModel": "8be9b506",
    },
    Erc20: {"transfer": "a9059cbb", "approve": "095ea7b3", "transferFrom": "23b872dd", "balanceOf": "70a08231"},
    MultiSend: {"multiSend": "8d80ff0a"},
    Safe: {"execTransaction": "6a761202", "approveHash": "d4d9bdcd"},
}
"""Selectors as the interface of v2.0.0 and the standards publish them."""


@pytest.mark.parametrize("contract", SUITE)
def test_every_method_of_a_client_is_a_function_of_its_contract(contract: str) -> None:
    # The suite's pools belong to their factory for good: the function only reverts. Those of v2.0.0 don't.
    expected = ["transfer_ownership: view or not"] if contract == "HokusaiAMM" else []
    assert _disagreements(SUITE[contract], [*load_artifact(contract).abi]) == expected


@pytest.mark.parametrize("contract", SUITE)
def test_every_function_of_a_contract_has_a_method(contract: str) -> None:
    functions = {item["name"] for item in load_artifact(contract).abi if item["type"] == "function"}
    called = {result.signature.partition("(")[0] for _, result in every_result(SUITE[contract](TARGET))}
    assert [name for name in functions - called if not NOT_FOR_PEOPLE.fullmatch(name)] == []


def test_every_artifact_has_a_client() -> None:
    assert set(artifact_names()) == set(SUITE)


@pytest.mark.parametrize("client", [Usdc, Erc20, Pausable])
def test_what_stands_for_usdc_has_all_that_hokctl_asks_of_usdc(client: type[Client]) -> None:
    assert _disagreements(client, [*load_artifact("StrictMockUSDC").abi]) == []


@pytest.mark.parametrize(
    ("client", "abi"),
    [
        (Safe, "Safe_V1_4_1"),
        (Safe, "GnosisSafe_V1_3_0"),
        (SafeProxyFactory, "ProxyFactory_V1_4_1"),
        (SafeProxyFactory, "ProxyFactory_V1_3_0"),
        (MultiSend, "MultiSend_V1_4_1"),
        (MultiSend, "MultiSendCallOnly_V1_4_1"),
    ],
)
def test_the_safe_clients_speak_the_interface_of_the_real_contracts(client: type[Client], abi: str) -> None:
    # 1.3.0 declares its factory's views as state-changing.
    assert _disagreements(client, safe_abi(abi), check_views=False) == []


@pytest.mark.parametrize(("client", "abi"), [(TimelockController, "TimelockController"), (Governor, "TestGovernor")])
def test_the_governance_clients_speak_the_interface_of_openzeppelin(client: type[Client], abi: str) -> None:
    assert _disagreements(client, standin_abi(abi)) == []


@pytest.mark.parametrize("client", SELECTORS)
def test_selectors_are_the_published_ones(client: type[Client]) -> None:
    selectors = {
        result.signature.partition("(")[0]: result.data[:4].hex() for _, result in every_result(client(TARGET))
    }
    expected = SELECTORS[client]
    assert {name: selectors[name] for name in expected} == expected


def test_methods_are_named_after_their_functions() -> None:
    renamed = {"version": "VERSION"}
    for client in {*SUITE.values(), Safe, SafeProxyFactory, MultiSend, Usdc}:
        for name, result in every_result(client(TARGET)):
            function = renamed.get(name, result.signature.partition("(")[0])
            assert name.replace("_", "").lower() == function.replace("_", "").lower()


def _disagreements(client: type[Client], abi: list[dict[str, Any]], *, check_views: bool = True) -> list[str]:
    """Return in words where the methods of `client` and an ABI differ; every method must be in it."""
    functions = {_signature(item): item for item in abi if item["type"] == "function"}
    found = []
    for name, result in every_result(client(TARGET)):
        function = functions.get(result.signature)
        if function is None:
            found.append(f"{name}: there is no {result.signature}")
            continue
        is_view = function["stateMutability"] in ("view", "pure")
        if check_views and is_view != isinstance(result, Read):
            found.append(f"{name}: view or not")
        found += _argument_disagreements(name, result, function)
    return found


def _argument_disagreements(name: str, result: Read[Any] | Call, function: dict[str, Any]) -> list[str]:
    if isinstance(result, Read):
        returns = tuple(parameter.type for parameter in parameters_from_abi(function["outputs"]))
        return [] if result.returns == returns else [f"{name} returns {returns}, not {result.returns}"]
    found = []
    if result.value and function["stateMutability"] != "payable":
        found.append(f"{name} takes no value")
    for argument, parameter in zip(result.args, parameters_from_abi(function["inputs"]), strict=True):
        if parameter.name and argument.name != parameter.name:
            found.append(f"{name}: argument {argument.name} is called {parameter.name}")
    return found


def _signature(item: dict[str, Any]) -> str:
    types = ",".join(parameter.type for parameter in parameters_from_abi(item["inputs"]))
    return f"{item['name']}({types})"
