"""Where the canonical Safe contracts are: the same addresses on every chain that has them.

Source: safe-deployments, as safe-eth-py ships its table; a test compares all of them. Where safe-eth-py ships the
creation code too, a test derives the address from it (EIP-1014, salt 0): 1.4.1, 1.5.0 and SAFE_1_3_0_EIP155 through
Safe's singleton factory 0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7, SAFE_1_3_0 through the older deployer
0x4e59b44847b379578588920cA78FbF26c0B4956C.
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

SAFE_1_3_0_EIP155: Final = SafeDeployment(
    version="1.3.0",
    singleton=_at("0x69f4D1788e39c87893C980c06EdF4b7f686e2938"),
    singleton_l2=_at("0xfb1bffC9d739B8D520DaF37dF666da4C687191EA"),
    proxy_factory=_at("0xC22834581EbC8527d974F8a1c97E1bEA4EF910BC"),
    multi_send=_at("0x998739BFdAAdde7C933B942a68053933098f9EDa"),
    multi_send_call_only=_at("0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B"),
    fallback_handler=_at("0x017062a1dE2FE6b99BE3d9d37841FeD19F573804"),
    simulate_tx_accessor=_at("0x727a77a074D1E6c4530e814F89E618a3298FC044"),
    create_call=_at("0xB19D6FFc2182150F8Eb585b79D4ABcd7C5640A9d"),
    sign_message_lib=_at("0x98FFBBF51bb33A056B08ddf711f289936AafF717"),
)
"""The same code as SAFE_1_3_0, on chains that refused the older deployer's transaction. Known, but not created with."""

SAFE_1_5_0: Final = SafeDeployment(
    version="1.5.0",
    singleton=_at("0xFf51A5898e281Db6DfC7855790607438dF2ca44b"),
    singleton_l2=_at("0xEdd160fEBBD92E350D4D398fb636302fccd67C7e"),
    proxy_factory=_at("0x14F2982D601c9458F93bd70B218933A6f8165e7b"),
    multi_send=_at("0x218543288004CD07832472D464648173c77D7eB7"),
    multi_send_call_only=_at("0xA83c336B20401Af773B6219BA5027174338D1836"),
    fallback_handler=_at("0x3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4"),
    simulate_tx_accessor=_at("0x07EfA797c55B5DdE3698d876b277aBb6B893654C"),
    create_call=_at("0x2Ef5ECfbea521449E4De05EDB1ce63B75eDA90B4"),
    sign_message_lib=_at("0x4FfeF8222648872B3dE295Ba1e49110E61f5b5aa"),
)

SAFE_DEPLOYMENTS: Final = (SAFE_1_5_0, SAFE_1_4_1, SAFE_1_3_0, SAFE_1_3_0_EIP155)
"""The supported versions, newest first; of one version the first is what new Safes and batches use."""


def safe_labels() -> dict[ChecksumAddress, str]:
    """Return what stands at each canonical address of every supported version."""
    return {address: label for deployment in SAFE_DEPLOYMENTS for address, label in deployment.labels().items()}


def is_multi_send(address: ChecksumAddress) -> bool:
    """Tell whether a delegatecall to `address` runs a canonical MultiSend, of either kind."""
    return any(address in (item.multi_send, item.multi_send_call_only) for item in SAFE_DEPLOYMENTS)


def is_create_call(address: ChecksumAddress) -> bool:
    """Tell whether a delegatecall to `address` runs a canonical CreateCall, which creates contracts as the Safe."""
    return any(address == item.create_call for item in SAFE_DEPLOYMENTS)


def is_multi_send_call_only(address: ChecksumAddress) -> bool:
    """Tell whether a delegatecall to `address` runs a canonical MultiSendCallOnly, which makes plain calls only."""
    return any(address == item.multi_send_call_only for item in SAFE_DEPLOYMENTS)
