"""Where the canonical Safe contracts are: the same addresses on every chain that has them.

Source: safe-deployments, the canonical (singleton factory) variants; a test compares them with safe-eth-py.
"""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeDeployment:
    """The contracts of one Safe version."""

    version: str
    singleton: ChecksumAddress
    singleton_l2: ChecksumAddress
    """The singleton that logs every transaction in full; the one new Safes use."""
    proxy_factory: ChecksumAddress
    multi_send: ChecksumAddress
    multi_send_call_only: ChecksumAddress
    fallback_handler: ChecksumAddress
    """CompatibilityFallbackHandler."""
    simulate_tx_accessor: ChecksumAddress
    create_call: ChecksumAddress
    sign_message_lib: ChecksumAddress

    def labels(self) -> dict[ChecksumAddress, str]:
        """Return what stands at each address, by its contract's name and version."""
        return {
            self.singleton: f"Safe {self.version}",
            self.singleton_l2: f"SafeL2 {self.version}",
            self.proxy_factory: f"SafeProxyFactory {self.version}",
            self.multi_send: f"MultiSend {self.version}",
            self.multi_send_call_only: f"MultiSendCallOnly {self.version}",
            self.fallback_handler: f"CompatibilityFallbackHandler {self.version}",
            self.simulate_tx_accessor: f"SimulateTxAccessor {self.version}",
            self.create_call: f"CreateCall {self.version}",
            self.sign_message_lib: f"SignMessageLib {self.version}",
        }


def _at(text: str) -> ChecksumAddress:
    return ChecksumAddress(text)  # type: ignore[arg-type]  # NewType over a NewType


SAFE_1_4_1: Final = SafeDeployment(
    version="1.4.1",
    singleton=_at("0x41675C099F32341bf84BFc5382aF534df5C7461a"),
    singleton_l2=_at("0x29fcB43b46531BcA003ddC8FCB67FFE91900C762"),
    proxy_factory=_at("0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67"),
    multi_send=_at("0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526"),
    multi_send_call_only=_at("0x9641d764fc13c8B624c04430C7356C1C7C8102e2"),
    fallback_handler=_at("0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99"),
    simulate_tx_accessor=_at("0x3d4BA2E0884aa488718476ca2FB8Efc291A46199"),
    create_call=_at("0x9b35Af71d77eaf8d7e40252370304687390A1A52"),
    sign_message_lib=_at("0xd53cd0aB83D845Ac265BE939c57F53AD838012c9"),
)

SAFE_1_3_0: Final = SafeDeployment(
    version="1.3.0",
    singleton=_at("0xd9Db270c1B5E3Bd161E8c8503c55cEABeE709552"),
    singleton_l2=_at("0x3E5c63644E683549055b9Be8653de26E0B4CD36E"),
    proxy_factory=_at("0xa6B71E26C5e0845f74c812102Ca7114b6a896AB2"),
    multi_send=_at("0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761"),
    multi_send_call_only=_at("0x40A2aCCbd92BCA938b02010E17A5b8929b49130D"),
    fallback_handler=_at("0xf48f2B2d2a534e402487b3ee7C18c33Aec0Fe5e4"),
    simulate_tx_accessor=_at("0x59AD6735bCd8152B84860Cb256dD9e96b85F69Da"),
    create_call=_at("0x7cbB62EaA69F79e6873cD1ecB2392971036cFAa4"),
    sign_message_lib=_at("0xA65387F16B013cf2Af4605Ad8aA5ec25a2cbA3a2"),
)

SAFE_DEPLOYMENTS: Final = (SAFE_1_4_1, SAFE_1_3_0)
"""The supported versions, newest first."""


def safe_labels() -> dict[ChecksumAddress, str]:
    """Return what stands at each canonical address of every supported version."""
    return {address: label for deployment in SAFE_DEPLOYMENTS for address, label in deployment.labels().items()}


def is_multi_send(address: ChecksumAddress) -> bool:
    """Tell whether a delegatecall to `address` runs a canonical MultiSend, of either kind."""
    return any(address in (item.multi_send, item.multi_send_call_only) for item in SAFE_DEPLOYMENTS)


def is_multi_send_call_only(address: ChecksumAddress) -> bool:
    """Tell whether a delegatecall to `address` runs a canonical MultiSendCallOnly, which makes plain calls only."""
    return any(address == item.multi_send_call_only for item in SAFE_DEPLOYMENTS)
