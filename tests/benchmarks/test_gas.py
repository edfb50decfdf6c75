"""Gas of the suite against v2.0.0's, operation by operation, on py-evm: exact and repeatable.

Run with `pytest tests/benchmarks/test_gas.py -m benchmark -s` to see the table. The depositor's allowance is finite,
the dearer case: with an unlimited one, MockUSDC writes no allowance and a deposit costs some 3,000 gas less.
"""

import pytest
from eth_typing import ChecksumAddress
from web3.contract.contract import ContractFunction

from tests.contracts.chain import Chain, abi_of, artifact
from tests.contracts.engines import EthTesterEngine
from tests.contracts.harness import TOKEN, USD, Suite, invoice_hash

from .gas_table import ROWS, ratio_percent, render_table

pytestmark = pytest.mark.benchmark

MODELS = ("model-1", "model-2")
MEMO = "Infrastructure cost January 2026"
FINITE = 10**15


class Meter:
    """Measures operations on a fresh suite; `gas` holds the figures by row."""

    def __init__(self) -> None:
        self.suite = Suite(Chain(EthTesterEngine()))
        self.gas: dict[str, int] = {}

    def used(self, call: ContractFunction, sender: ChecksumAddress | None = None) -> int:
        """Return the gas of a transaction that must succeed."""
        receipt = self.suite.chain.try_send(call, sender or self.suite.people.admin)
        assert receipt["status"] == 1, call.fn_name
        return receipt["gasUsed"]

    def deployment(self, name: str, *args: object) -> int:
        """Return the gas of a deployment."""
        w3 = self.suite.chain.w3
        factory = w3.eth.contract(abi=abi_of(name), bytecode=artifact(name)["bytecode"])
        tx_hash = factory.constructor(*args).transact({"from": self.suite.people.admin})
        return w3.eth.wait_for_transaction_receipt(tx_hash)["gasUsed"]

    def deployments(self) -> None:
        """Deploy each contract once more."""
        suite, treasury = self.suite, self.suite.people.treasury
        registry, manager, usdc = suite.registry.address, suite.token_manager.address, suite.usdc.address
        arguments = {
            "InfrastructureReserve": (usdc, suite.factory.address, treasury),
            "UsageFeeRouter": (suite.factory.address, usdc, suite.reserve.address),
            "TokenManager": (registry,),
            "HokusaiAMMFactory": (registry, manager, usdc, treasury),
            "ModelRegistry": (),
        }
        for name, args in arguments.items():
            self.gas[f"deploy {name}"] = self.deployment(name, *args)

    def models(self) -> None:
        """Add two models and keep the dearer figure of each step."""
        suite, reserve = self.suite, self.suite.reserve.functions
        steps: dict[str, list[int]] = {"deployToken": [], "createPool": [], "setProvider, first": []}
        for model_id in MODELS:
            deploy = suite.token_manager.functions.deployToken(model_id, "Hokusai Model", "HMOD", 1000 * TOKEN)
            steps["deployToken"].append(self.used(deploy))
            token = suite.token_manager.functions.getTokenAddress(model_id).call()
            steps["createPool"].append(self.used(suite.factory.functions.createPool(model_id, token)))
            steps["setProvider, first"].append(self.used(reserve.setProvider(model_id, suite.people.provider)))
        self.gas.update({name: max(figures) for name, figures in steps.items()})
        params = suite.chain.at(
            "HokusaiParams", suite.token_manager.functions.getParamsAddress(MODELS[0]).call()
        ).functions
        self.gas["setInfrastructureAccrualBps"] = self.used(params.setInfrastructureAccrualBps(7000))
        self.used(params.setInfrastructureAccrualBps(8000))
        payer_role = reserve.PAYER_ROLE().call()
        self.gas["grantRole"] = self.used(reserve.grantRole(payer_role, suite.people.guardian))

    def deposits(self) -> None:
        """Deposit fees, first and later, single and in a batch."""
        suite, backend, router = self.suite, self.suite.people.backend, self.suite.router
        self.used(suite.usdc.functions.approve(router.address, FINITE), backend)
        fee = router.functions.depositFee(MODELS[0], 100 * USD)
        self.gas["depositFee, first for a model"] = self.used(fee, backend)
        self.gas["depositFee, later"] = self.used(fee, backend)
        self.used(router.functions.depositFee(MODELS[1], 100 * USD), backend)
        batch = router.functions.batchDepositFees(list(MODELS), [1000 * USD, 1000 * USD])
        self.gas["batchDepositFees, 2 models, warm"] = self.used(batch, backend)

    def payments(self) -> None:
        """Pay invoices of one provider, single and in batches."""
        suite, pay = self.suite, self.suite.reserve.functions.payInfrastructureCost
        treasury, provider = suite.people.treasury, suite.people.provider
        for row, number in (("first", "INV-2026-001"), ("later", "INV-2026-002")):
            call = pay(MODELS[0], provider, 50 * USD, invoice_hash(number), MEMO)
            self.gas[f"payInfrastructureCost, {row}"] = self.used(call, treasury)
        ten, eleven = self._batch(10, "A"), self._batch(11, "B")
        self.gas["batchPayInfrastructureCosts, 10 items"] = ten
        self.gas["batchPayInfrastructureCosts, further item"] = eleven - ten

    def _batch(self, count: int, series: str) -> int:
        provider = self.suite.people.provider
        items = [
            (MODELS[0], provider, USD, invoice_hash(f"INV-2026-{series}{number:02}"), MEMO) for number in range(count)
        ]
        call = self.suite.reserve.functions.batchPayInfrastructureCosts(items)
        return self.used(call, self.suite.people.treasury)


def test_every_operation_stays_under_its_bar() -> None:
    meter = Meter()
    meter.deployments()
    meter.models()
    meter.deposits()
    meter.payments()
    print(f"\n{render_table(meter.gas)}")  # noqa: T201 - the table is what a benchmark is run for
    above = {row.name: ratio_percent(row, meter.gas[row.name]) for row in ROWS}
    assert {name: ratio for name, ratio in above.items() if ratio > _bar(name)} == {}


def _bar(name: str) -> int:
    return next(row.bar_percent for row in ROWS if row.name == name)
