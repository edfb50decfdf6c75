"""The suite, deployed and wired as an operator would, with one account per part that people play."""

from dataclasses import dataclass, fields

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from web3.contract import Contract
from web3.contract.contract import ContractFunction

from .chain import Chain, Event, Refusal

USD = 10**6
TOKEN = 10**18
ZERO_ADDRESS = to_checksum_address("0x" + "00" * 20)
ADMIN_ROLE = b"\x00" * 32
INITIAL_SUPPLY = 1000 * TOKEN


def role(name: str) -> bytes:
    """Return the id of a role."""
    return keccak(text=name)


def topic(model_id: str) -> bytes:
    """Return what an indexed model id looks like in a log."""
    return keccak(text=model_id)


def invoice_hash(number: str) -> bytes:
    """Return the hash of an invoice number."""
    return keccak(text=number)


@dataclass(frozen=True)
class People:
    """Accounts by the part they play."""

    admin: ChecksumAddress
    treasury: ChecksumAddress
    backend: ChecksumAddress
    governor: ChecksumAddress
    provider: ChecksumAddress
    other_provider: ChecksumAddress
    guardian: ChecksumAddress
    trader: ChecksumAddress
    stranger: ChecksumAddress


@dataclass(frozen=True)
class Model:
    """One model's contracts."""

    model_id: str
    token: Contract
    params: Contract
    pool: Contract


PARTS = tuple(field.name for field in fields(People))


class Suite:
    """The deployed suite. The backend holds USDC and has approved the router without limit."""

    def __init__(self, chain: Chain, usdc_name: str = "MockUSDC") -> None:
        self.chain = chain
        self.people = people = People(**dict(zip(PARTS, chain.w3.eth.accounts, strict=False)))
        admin = people.admin
        self.registry = chain.deploy("ModelRegistry", sender=admin)
        self.token_manager = chain.deploy("TokenManager", self.registry.address, sender=admin)
        self.usdc = chain.deploy(usdc_name, sender=admin)
        self.factory = chain.deploy(
            "HokusaiAMMFactory",
            self.registry.address,
            self.token_manager.address,
            self.usdc.address,
            people.treasury,
            sender=admin,
        )
        self.reserve = chain.deploy(
            "InfrastructureReserve", self.usdc.address, self.factory.address, people.treasury, sender=admin
        )
        self.router = chain.deploy(
            "UsageFeeRouter", self.factory.address, self.usdc.address, self.reserve.address, sender=admin
        )
        self._wire()

    def _wire(self) -> None:
        grants = (
            (self.reserve, "DEPOSITOR_ROLE", self.router.address),
            (self.reserve, "PAYER_ROLE", self.people.treasury),
            (self.router, "FEE_DEPOSITOR_ROLE", self.people.backend),
        )
        for contract, name, account in grants:
            self.send(contract.functions.grantRole(role(name), account))
        self.send(self.usdc.functions.mint(self.people.backend, 1_000_000_000 * USD))
        self.send(self.usdc.functions.approve(self.router.address, 2**256 - 1), self.people.backend)

    def send(self, call: ContractFunction, sender: ChecksumAddress | None = None, value: int = 0) -> list[Event]:
        """Return the events of a transaction, by the admin unless said otherwise."""
        return self.chain.send(call, sender or self.people.admin, value)

    def refusal(self, call: ContractFunction, sender: ChecksumAddress | None = None, value: int = 0) -> Refusal:
        """Return why a call is refused, made by the admin unless said otherwise."""
        return self.chain.refusal(call, sender or self.people.admin, value)

    def add_model(self, model_id: str, bps: int = 8000) -> Model:
        """Return a new model with token, parameters under the governor, and a pool that may mint."""
        initial = (1000, bps, keccak(text="licence"), "https://example.org/licence", self.people.governor)
        deploy = self.token_manager.functions.deployTokenWithParams(
            model_id, f"Model {model_id}", "MDL", INITIAL_SUPPLY, initial
        )
        self.send(deploy)
        token = self.token_manager.functions.getTokenAddress(model_id).call()
        params = self.token_manager.functions.getParamsAddress(model_id).call()
        self.send(self.factory.functions.createPool(model_id, token))
        pool = self.factory.functions.getPool(model_id).call()
        self.send(self.token_manager.functions.authorizeAMM(pool))
        return Model(
            model_id,
            self.chain.at("HokusaiToken", token),
            self.chain.at("HokusaiParams", params),
            self.chain.at("HokusaiAMM", pool),
        )

    def fee(self, model_id: str, amount: int) -> list[Event]:
        """Return the events of a fee from the backend."""
        return self.send(self.router.functions.depositFee(model_id, amount), self.people.backend)

    def payment(
        self, model_id: str, amount: int, number: str, payee: ChecksumAddress | None = None
    ) -> ContractFunction:
        """Return the call that pays an invoice, to the provider unless said otherwise."""
        recipient = payee or self.people.provider
        return self.reserve.functions.payInfrastructureCost(
            model_id, recipient, amount, invoice_hash(number), f"invoice {number}"
        )

    def pay(self, model_id: str, amount: int, number: str, payee: ChecksumAddress | None = None) -> list[Event]:
        """Return the events of a payment by the treasury."""
        return self.send(self.payment(model_id, amount, number, payee), self.people.treasury)

    def balance(self, account: ChecksumAddress) -> int:
        """Return an account's USDC."""
        amount: int = self.usdc.functions.balanceOf(account).call()
        return amount

    def accrued(self, model_id: str) -> int:
        """Return a model's net accrual."""
        amount: int = self.reserve.functions.accrued(model_id).call()
        return amount

    def buy(self, model: Model, amount: int) -> list[Event]:
        """Return the events of a purchase by the trader, who is given the money first."""
        trader = self.people.trader
        self.send(self.usdc.functions.mint(trader, amount))
        self.send(self.usdc.functions.approve(model.pool.address, amount), trader)
        return self.send(model.pool.functions.buy(amount, 0, trader, 2**64), trader)


def named(events: list[Event], name: str) -> list[Event]:
    """Return the events of that name, in order."""
    return [event for event in events if event.name == name]
