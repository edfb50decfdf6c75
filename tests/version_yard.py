"""Deployments of v2.0.0 and of the live version, made step by step as their own scripts do, past hokctl.

    yard = Yard(chain, safe)
    built = build_v2(yard)

Each is left as its scripts leave it, or as its documents say it should be: what hokctl finds is not what it made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from eth_abi.abi import decode
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.session import Chain
from hokctl.chain.wire import to_data
from hokctl.clients.abi import creation_call, load_artifact
from hokctl.clients.codec import encode_call, word_from_hex
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.roles import RoleId
from tests.standins import STAND_INS
from tests.world import BACKEND, BACKEND_USDC, DEPLOYER, receipt_of, send_call
from tests.world import USDC as UNITS

INITIAL_RESERVE = 10 * UNITS
SUPPLY = 10**21
LICENSE = (b"\x11" * 32, "https://hokusai.ai/licenses/default")
WEEK_S = 604_800


@dataclass(frozen=True, kw_only=True)
class ShapedModel:
    """A model as it is to be made, and what has come in for it."""

    model_id: str
    symbol: str
    split_bps: int
    crr_ppm: int
    provider: ChecksumAddress | None
    fees: int
    """Units of the reserve token, deposited by the backend."""


@dataclass
class Yard:
    """A chain to build on; the deployer does everything unless told otherwise."""

    chain: Chain
    safe: ChecksumAddress
    contracts: dict[str, ChecksumAddress] = field(default_factory=dict)
    blocks: dict[str, int] = field(default_factory=dict)
    models: dict[str, dict[str, ChecksumAddress]] = field(default_factory=dict)
    """Token, params and pool of each model."""

    def create(self, name: str, stand_in: str, *args: AbiValue) -> ChecksumAddress:
        """Create a stand-in, and remember where it is under the `name` that manifests give it."""
        call = creation_call(load_artifact(stand_in, STAND_INS), args, purpose=f"create {name}")
        receipt = receipt_of(self.chain, send_call(self.chain, call, DEPLOYER))
        self.contracts[name] = to_checksum_address(receipt["contractAddress"])
        self.blocks[name] = int(receipt["blockNumber"], 16)
        return self.contracts[name]

    def act(
        self, target: str, signature: str, *args: AbiValue, sender: ChecksumAddress = DEPLOYER, value: int = 0
    ) -> str:
        """Send a call to a contract, by its name or address; return the transaction's hash."""
        to = self.contracts[target] if target in self.contracts else to_checksum_address(target)
        data = encode_call(signature, args)
        call = Call(
            to=to, label="", signature=signature, args=(), data=data, value=value, purpose=signature, requires=()
        )
        return send_call(self.chain, call, sender)

    def ask(self, target: str, signature: str, *args: AbiValue) -> ChecksumAddress:
        """Return the address that a view of a contract answers."""
        request = {"to": self.contracts[target], "data": to_data(encode_call(signature, args))}
        answer = str(self.chain.request("eth_call", [request, "latest"]))
        (address,) = decode(["address"], bytes.fromhex(answer.removeprefix("0x")))
        return to_checksum_address(address)

    def grant(self, target: str, role: RoleId, *accounts: ChecksumAddress) -> None:
        """Give a role to accounts, as the deployer."""
        for account in accounts:
            self.act(target, "grantRole(bytes32,address)", word_from_hex(role), account)

    def revoke(self, target: str, *roles: RoleId) -> None:
        """Take roles from the deployer, by itself."""
        for role in roles:
            self.act(target, "renounceRole(bytes32,address)", word_from_hex(role), DEPLOYER)

    def own(self, owner: ChecksumAddress, *targets: str) -> None:
        """Give contracts that the deployer owns to another owner."""
        for target in targets:
            self.act(target, "transferOwnership(address)", owner)

    def note_model(self, model_id: str) -> None:
        """Remember where token, params and pool of a model are."""
        self.models[model_id] = {
            "token": self.ask("TokenManager", "getTokenAddress(string)", model_id),
            "params": self.ask("TokenManager", "getParamsAddress(string)", model_id),
            "pool": self.ask("HokusaiAMMFactory", "getPool(string)", model_id),
        }

    def fill(self, models: Sequence[ShapedModel], *trailing: int) -> None:
        """Set providers, give each pool a little, the backend money and an approval, and deposit its fees.

        `trailing` are the arguments after model and amount, which depend on the version.
        """
        total = BACKEND_USDC + sum(model.fees for model in models)
        self.act("USDC", "mint(address,uint256)", BACKEND, total)
        self.act("USDC", "mint(address,uint256)", DEPLOYER, INITIAL_RESERVE * len(models))
        self.act("USDC", "approve(address,uint256)", self.contracts["UsageFeeRouter"], 2**256 - 1, sender=BACKEND)
        for model in models:
            pool = self.models[model.model_id]["pool"]
            self.act("USDC", "approve(address,uint256)", pool, INITIAL_RESERVE)
            self.act(pool, "depositFees(uint256)", INITIAL_RESERVE)
            if model.provider is not None:
                self.act("InfrastructureReserve", "setProvider(string,address)", model.model_id, model.provider)
            if model.fees:
                signature = f"depositFee(string,uint256{',uint256' * len(trailing)})"
                self.act("UsageFeeRouter", signature, model.model_id, model.fees, *trailing, sender=BACKEND)
