"""Asking contracts of the worlds of tests/versions.py past hokctl: what they answer, refuse and log.

    probe = Probe(v2)
    assert probe.refusal("pool:21", "pause()", sender=v2.safe) == "Ownable: caller is not the owner"

A target is a name of the manifest, `token:`, `params:` or `pool:` with a model's id, or an address.
"""

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain.errors import RpcError
from hokctl.chain.wire import to_data
from hokctl.clients.codec import encode_call
from hokctl.domain.calls import AbiValue
from hokctl.domain.roles import RoleId
from hokctl.domain.units import ModelId
from tests.authorities import impersonated
from tests.standins import act, grant
from tests.versions import Shaped
from tests.world import BACKEND, MALLORY, receipt_of

ERROR = keccak(text="Error(string)")[:4]


@dataclass(frozen=True)
class Probe:
    """A world, asked directly."""

    shaped: Shaped

    def at(self, target: str) -> ChecksumAddress:
        """Return the address of a target."""
        deployment = self.shaped.world.deployment
        kind, colon, model_id = target.partition(":")
        if not colon:
            named = {**deployment.contracts, "USDC": deployment.suite.usdc_address}
            return to_checksum_address(named.get(target, target))
        manager, factory = deployment.suite.token_manager, deployment.suite.factory
        id_ = ModelId(model_id)
        reads = {
            "token": manager.get_token_address(id_),
            "params": manager.get_params_address(id_),
            "pool": factory.get_pool(id_),
        }
        return self.shaped.world.chain.at().get(reads[kind])

    def ask(self, target: str, signature: str, *args: AbiValue, returns: str = "uint256") -> Any:  # noqa: ANN401
        """Return the first value that a view answers."""
        return decode([returns], self._call(target, signature, args, MALLORY))[0]

    def refusal(self, target: str, signature: str, *args: AbiValue, sender: ChecksumAddress = BACKEND) -> str:
        """Return the reason with which a call is refused: its text, or the selector of its error."""
        try:
            self._call(target, signature, args, sender)
        except RpcError as error:
            data = bytes.fromhex(str(error.data).removeprefix("0x"))
            return str(decode(["string"], data[4:])[0]) if data[:4] == ERROR else data[:4].hex()
        message = f"{signature} of {target} was not refused"
        raise AssertionError(message)

    def send(self, target: str, signature: str, *args: AbiValue, sender: ChecksumAddress = BACKEND) -> list[str]:
        """Have a call made, also by Safe or timelock, and return the first topics of its logs."""
        world, keyless = self.shaped.world, {self.shaped.safe, self.shaped.timelock}
        if sender not in keyless:
            tx_hash = act(world, self.at(target), signature, *args, sender=sender)
        else:
            with impersonated(world, sender):
                tx_hash = act(world, self.at(target), signature, *args, sender=sender)
        return [log["topics"][0] for log in receipt_of(world.chain, tx_hash)["logs"]]

    def grant(self, target: str, role: RoleId, account: ChecksumAddress, *, sender: ChecksumAddress) -> None:
        """Give an account a role, as Safe or timelock."""
        with impersonated(self.shaped.world, sender):
            grant(self.shaped.world, self.at(target), role, account, sender=sender)

    def _call(self, target: str, signature: str, args: tuple[AbiValue, ...], sender: ChecksumAddress) -> bytes:
        request = {"from": sender, "to": self.at(target), "data": to_data(encode_call(signature, args))}
        answer = str(self.shaped.world.chain.request("eth_call", [request, "latest"]))
        return bytes.fromhex(answer.removeprefix("0x"))


def topic(signature: str) -> str:
    """Return the first topic of an event."""
    return "0x" + keccak(text=signature).hex().removeprefix("0x")


def error(signature: str) -> str:
    """Return the selector of an error, as `Probe.refusal` gives it."""
    return keccak(text=signature)[:4].hex()
