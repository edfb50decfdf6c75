"""The contracts of Safe that a Safe may run as itself, and the hash of the code that must stand there.

Source: safe-deployments (canonical and EIP-155 variants, `codeHash`); tests compute the hashes on a fresh EVM, from
safe-eth-py's creation code where it has it.
"""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress


@dataclass(frozen=True, slots=True)
class DelegateTarget:
    """A contract that a delegatecall may go to."""

    name: str
    version: str
    code_hash: str
    """The keccak hash of its runtime code."""

    @property
    def batches(self) -> bool:
        """Whether it makes the calls of a batch."""
        return self.name in {"MultiSendCallOnly", "MultiSend"}

    @property
    def passes_on(self) -> bool:
        """Whether it makes delegatecalls too: then it is for creating contracts, and for nothing else."""
        return self.name == "MultiSend"

    @property
    def creates(self) -> bool:
        """Whether it creates contracts in the name of the Safe."""
        return self.name == "CreateCall"


def _at(text: str) -> ChecksumAddress:
    return ChecksumAddress(text)  # type: ignore[arg-type]  # NewType over a NewType


_CALL_ONLY_1_3_0: Final = DelegateTarget(
    "MultiSendCallOnly", "1.3.0", "0xa9865ac2d9c7a1591619b188c4d88167b50df6cc0c5327fcbd1c8c75f7c066ad"
)
_SIGN_1_3_0: Final = DelegateTarget(
    "SignMessageLib", "1.3.0", "0x3ac65dea3cc9dd0d7b7b800f834e3d73415b4e944bb94555c3e4a08fb137e918"
)
_CREATE_1_3_0: Final = DelegateTarget(
    "CreateCall", "1.3.0", "0x8155d988823a4f6f1bcbc76a64af8e510c4ce68819290d43cf24956bd24dee82"
)
DELEGATE_TARGETS: Final = {
    _at("0x40A2aCCbd92BCA938b02010E17A5b8929b49130D"): _CALL_ONLY_1_3_0,
    _at("0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B"): _CALL_ONLY_1_3_0,
    _at("0x9641d764fc13c8B624c04430C7356C1C7C8102e2"): DelegateTarget(
        "MultiSendCallOnly", "1.4.1", "0xecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939"
    ),
    _at("0xA83c336B20401Af773B6219BA5027174338D1836"): DelegateTarget(
        "MultiSendCallOnly", "1.5.0", "0xcdbdcec38d2f1c7d961b0029ff8416b7e86e9974d6f0e9c9580c7d17fcfb6663"
    ),
    _at("0xA65387F16B013cf2Af4605Ad8aA5ec25a2cbA3a2"): _SIGN_1_3_0,
    _at("0x98FFBBF51bb33A056B08ddf711f289936AafF717"): _SIGN_1_3_0,
    _at("0xd53cd0aB83D845Ac265BE939c57F53AD838012c9"): DelegateTarget(
        "SignMessageLib", "1.4.1", "0x525c754a46b79e05543a59bb61e8de3c9eee0d955a59352409cbe67ea1077528"
    ),
    _at("0x4FfeF8222648872B3dE295Ba1e49110E61f5b5aa"): DelegateTarget(
        "SignMessageLib", "1.5.0", "0xd61840855da008da59a00fc03fb71455b4f70bdca1f56f9504f072ed8d90c50e"
    ),
    _at("0x526643F69b81B008F46d95CD5ced5eC0edFFDaC6"): DelegateTarget(
        "SafeMigration", "1.4.1", "0xc00d7921460cd5a05393e7772e634bd7d212f356356aa3a77f0120a9b8e25e99"
    ),
    _at("0x6439e7ABD8Bb915A5263094784C5CF561c4172AC"): DelegateTarget(
        "SafeMigration", "1.5.0", "0x52d7472fa02c3a574544f9b5a4ed4c7777e4e3315217e368926b51e1cc6014ea"
    ),
    # What creates contracts: this MultiSend alone passes delegatecalls on, and only those to CreateCall are accepted.
    _at("0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761"): DelegateTarget(
        "MultiSend", "1.3.0", "0x0208282bd262360d0320862c5ac70f375f5ed3b9d89a83a615b4d398415bdc83"
    ),
    _at("0x998739BFdAAdde7C933B942a68053933098f9EDa"): DelegateTarget(
        "MultiSend", "1.3.0", "0x81db0e4afdf5178583537b58c5ad403bd47a4ac7f9bde2442ef3e341d433126a"
    ),
    _at("0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526"): DelegateTarget(
        "MultiSend", "1.4.1", "0x0e4f7fc66550a322d1e7688e181b75e217e662a4f3f4d6a29b22bc61217c4b77"
    ),
    _at("0x218543288004CD07832472D464648173c77D7eB7"): DelegateTarget(
        "MultiSend", "1.5.0", "0xca1147a12963172a93910c5cb2bfa5ad0e941c7f03fc7eb017dd06a8ea4e5604"
    ),
    _at("0x7cbB62EaA69F79e6873cD1ecB2392971036cFAa4"): _CREATE_1_3_0,
    _at("0xB19D6FFc2182150F8Eb585b79D4ABcd7C5640A9d"): _CREATE_1_3_0,
    _at("0x9b35Af71d77eaf8d7e40252370304687390A1A52"): DelegateTarget(
        "CreateCall", "1.4.1", "0x2b3060c55fcb8275653e99ad511a71f67ba76934ed66a7d74d6e68b52afff889"
    ),
    _at("0x2Ef5ECfbea521449E4De05EDB1ce63B75eDA90B4"): DelegateTarget(
        "CreateCall", "1.5.0", "0x6b7d8d29bdf7004c4617d95041923774f3f7e74b056bff55c1861c9ec92ce54f"
    ),
}
"""By address; a delegatecall to anything else could do everything to the Safe."""
