"""SafeProxyFactory, versions 1.3.0 to 1.5.0: creates Safes at addresses known beforehand."""

from dataclasses import dataclass

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_bytes
from hokctl.clients.codec import encode_values
from hokctl.domain.calls import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSafe:
    """A Safe to be created: its singleton, the calldata of its `setup`, and a salt of one's choice."""

    singleton: ChecksumAddress
    initializer: bytes
    salt_nonce: int


class SafeProxyFactory(Client):
    """The factory."""

    contract_name = "SafeProxyFactory"

    def proxy_creation_code(self) -> Read[bytes]:
        """The code that creates a proxy, needed to predict its address."""
        return self._read("proxyCreationCode()", ("bytes",), (), as_bytes)

    def create_proxy_with_nonce(self, new_safe: NewSafe, *, purpose: str) -> Call:
        """Create the Safe. Anyone, and once: the same call again reverts."""
        return self._call(
            "createProxyWithNonce(address,bytes,uint256)",
            ("_singleton", "initializer", "saltNonce"),
            (new_safe.singleton, new_safe.initializer, new_safe.salt_nonce),
            purpose=purpose,
        )

    def predict_address(self, new_safe: NewSafe, creation_code: bytes) -> ChecksumAddress:
        """Return where `create_proxy_with_nonce` puts the Safe (EIP-1014); `creation_code` is the factory's answer."""
        salt = keccak(keccak(new_safe.initializer) + new_safe.salt_nonce.to_bytes(32, "big"))
        init_code = creation_code + encode_values(("address",), (new_safe.singleton,))
        digest = keccak(b"\xff" + bytes.fromhex(self.address[2:]) + salt + keccak(init_code))
        return to_checksum_address(digest[12:])
