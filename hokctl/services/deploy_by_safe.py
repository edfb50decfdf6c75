"""Who creates a deployment's contracts, and where they come to stand: by nonce for a key, by content for a Safe.

A Safe creates with CREATE2: an address follows from the Safe, the creation code and a salt, so that neither other
transactions nor a second attempt move it, and who executes the Safe transaction does not matter.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.errors import RpcError
from hokctl.clients.abi import load_artifact
from hokctl.clients.create_call import CreateCall
from hokctl.config.manifest import CONTRACT_NAMES, Manifest
from hokctl.domain.addresses import created2_address
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.routes.base import MissingSignerError
from hokctl.safe.account import SafeReads
from hokctl.safe.versions import deployment_of as safe_contracts
from hokctl.services.deploy_request import DeployRequest
from hokctl.services.deploy_state import Adopted
from hokctl.services.deploy_steps import Step, artifact_name, build_creations, predict_contracts
from hokctl.services.deployments import deployment_of
from hokctl.services.planning import event_emitted

if TYPE_CHECKING:
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.config.spec import DeploymentSpec

_SALT_VERSION: Final = "hokctl deployment 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator:
    """The account that creates a deployment's contracts."""

    address: ChecksumAddress
    nonce: int
    """Of its next transaction."""
    is_contract: bool
    safe: SafeAuthority | None
    """The Safe that it is; None for a key, and for any other contract."""


def read_creator(snapshot: "Snapshot", account: ChecksumAddress) -> Creator:
    """Return what creates contracts when `account` deploys. One round trip."""
    with snapshot.batch() as batch:
        nonce, code = batch.add_nonce(account), batch.add_code(account)
        safe = SafeReads(batch, account)
    return Creator(address=account, nonce=nonce.value, is_contract=bool(code.value), safe=safe.authority)


def choose_deployer(
    snapshot: "Snapshot",
    manifest: Manifest,
    spec: "DeploymentSpec",
    signer: ChecksumAddress | None,
    *,
    by_key: bool = False,
) -> ChecksumAddress:
    """Return who deploys where nobody is named: the signer, or the Safe of the manifest that the signer owns.

    What a Safe has announced is the Safe's, whoever signs, unless the key is asked for in so many words (`by_key`).
    Without a signer it is the manifest's deployer, else the administrator.
    """
    before = manifest.deployer
    if signer is None or before is None or before == signer:
        return signer or before or spec.admin
    safe = None if by_key else read_creator(snapshot, before).safe
    return before if safe is not None and (manifest.pending is not None or signer in safe.owners) else signer


def place_contracts(
    snapshot: "Snapshot", request: DeployRequest, adopted: Adopted, creator: Creator
) -> tuple[Adopted, dict[str, ChecksumAddress]]:
    """Return what is there already, and where the contracts that are missing will be.

    What a Safe has created stands at an address that nothing else can take: it is adopted from there. Raises
    MissingSignerError for a contract that is no Safe.
    """
    if not adopted.missing:
        return adopted, {}
    if creator.safe is None:
        if creator.is_contract:
            raise MissingSignerError("create contracts, which a contract that is no Safe cannot do")
        return adopted, predict_contracts(adopted.missing, creator.address, creator.nonce)
    placed = _place(request, adopted, creator)
    with snapshot.batch() as batch:
        codes = {name: batch.add_code(address) for name, address in placed.items()}
    there = {
        name: placed[name]
        for name, code in codes.items()
        if load_artifact(artifact_name(name), request.artifacts).is_runtime(code.value)
    }
    if not there:
        return adopted, placed
    missing = {name: address for name, address in placed.items() if name not in there}
    return _with(snapshot, adopted, there, creator.address, tuple(missing)), missing


def perform_creations(steps: list[Step], spec: "DeploymentSpec", creator: Creator) -> list[Step]:
    """Return the steps with the creations as a Safe makes them, where a Safe does."""
    return steps if creator.safe is None else [_performed(step, spec, creator.safe) for step in steps]


def salt_of(spec: "DeploymentSpec", contract: str) -> bytes:
    """Return the salt of a contract's creation.

    Deployments that differ in what they are born with do not collide; the same one is found again. What can be
    changed later, such as models and roles, does not count.
    """
    born_with = [_SALT_VERSION, contract, spec.scope, spec.admin, spec.treasury, spec.usdc or "mock", spec.factory]
    return keccak(text=json.dumps(born_with))


def _place(request: DeployRequest, adopted: Adopted, creator: Creator) -> dict[str, ChecksumAddress]:
    """Return the addresses, each of which decides over the creation code of those after it."""
    placed: dict[str, ChecksumAddress] = {}
    for name in adopted.missing:
        known = {**dict.fromkeys((*CONTRACT_NAMES, name), ZERO_ADDRESS), **adopted.manifest.contracts, **placed}
        target = deployment_of(
            adopted.manifest.model_copy(update={"contracts": known}), network=request.network, source=None
        )
        (step,) = build_creations([name], target, request.spec, deployer=creator.address, artifacts=request.artifacts)
        placed[name] = created2_address(creator.address, salt_of(request.spec, name), step.call.data)
    return placed


def _performed(step: Step, spec: "DeploymentSpec", safe: SafeAuthority) -> Step:
    """Return the step as the Safe makes it: by CreateCall, which logs it in the name of the Safe."""
    if step.contract is None or step.call.to is not None:
        return step
    creator = CreateCall(safe_contracts(safe.version, safe.address).create_call)
    call = creator.perform_create2(
        safe.address,
        step.call.data,
        salt_of(spec, step.contract),
        purpose=step.call.purpose,
        requires=step.call.requires,
    )
    text = f"the Safe has created {step.call.label} at {call.creates}"
    created = event_emitted(
        safe.address, "Safe", "ContractCreation", {"newContract": ("address", str(call.creates))}, text
    )
    # The Safe owns and administers what it creates: power that its owners are to see as such.
    return replace(step, call=call, after=(*step.after, created), moves_funds=True)


def _with(
    snapshot: "Snapshot",
    adopted: Adopted,
    there: dict[str, ChecksumAddress],
    deployer: ChecksumAddress,
    missing: Sequence[str],
) -> Adopted:
    manifest: Manifest = adopted.manifest
    block = manifest.deployed_at_block
    if block is None:
        block = _first_block(snapshot.chain, next(iter(there.values())), snapshot.block.number)
    update = {
        "contracts": {**manifest.contracts, **there},
        "deployer": manifest.deployer or deployer,
        "deployed_at_block": block,
    }
    return replace(adopted, manifest=manifest.model_copy(update=update), missing=tuple(missing))


def _first_block(chain: "Chain", address: ChecksumAddress, head: int) -> int | None:
    """Return the first block with code at `address`, which has some at `head`; None where the node forgot it."""
    low, high = 0, head
    while low < high:
        middle = (low + high) // 2
        try:
            code = chain.request("eth_getCode", [address, hex(middle)])
        except RpcError:
            return None
        low, high = (low, middle) if code not in {"0x", None} else (middle + 1, high)
    return low
