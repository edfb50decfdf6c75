"""CreateCall, Safe's contract that creates contracts in the name of whoever runs it by delegatecall: 1.3.0 to 1.5.0.

And the reading of creation code: which contract of the suite it creates, and with which arguments.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.clients.abi import Artifact, artifact_names, load_artifact
from hokctl.clients.base import Client
from hokctl.clients.codec import encode_values
from hokctl.domain.addresses import created2_address
from hokctl.domain.authority import Requirement
from hokctl.domain.calls import Argument, Call

PERFORM_CREATE: Final = "performCreate(uint256,bytes)"
PERFORM_CREATE2: Final = "performCreate2(uint256,bytes,bytes32)"
CREATIONS: Final = frozenset({PERFORM_CREATE, PERFORM_CREATE2})


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """What creation code creates."""

    contract: str
    args: tuple[Argument, ...]
    """The constructor's arguments."""


class CreateCall(Client):
    """The contract. Only by delegatecall from a Safe: called plainly, it would own what it creates."""

    contract_name = "CreateCall"

    def perform_create2(
        self,
        creator: ChecksumAddress,
        init_code: bytes,
        salt: bytes,
        *,
        purpose: str,
        requires: tuple[Requirement, ...] = (),
    ) -> Call:
        """Create the contract of `init_code` in the name of `creator`, the Safe that runs it. Once for each salt."""
        from dataclasses import replace

        call = self._call(
            PERFORM_CREATE2,
            ("value", "deploymentData", "salt"),
            (0, init_code, salt),
            purpose=purpose,
            requires=requires,
        )
        return replace(call, creates=created2_address(creator, salt, init_code))


def recognise_creation(init_code: bytes) -> Creation | None:
    """Return which contract of the suite `init_code` creates; None where it is none of them, or not exactly."""
    for artifact in _artifacts():
        if init_code.startswith(artifact.bytecode):
            args = init_code[len(artifact.bytecode) :]
            parameters = artifact.constructor_parameters
            types = tuple(parameter.type for parameter in parameters)
            try:
                values = decode_values(types, args)
            except AbiMismatchError:
                return None
            if encode_values(types, values) != args:
                return None
            named = zip(parameters, values, strict=True)
            return Creation(
                contract=artifact.name,
                args=tuple(Argument(name=one.name, type=one.type, value=value) for one, value in named),
            )
    return None


@cache
def _artifacts() -> tuple[Artifact, ...]:
    return tuple(load_artifact(name) for name in artifact_names())
