"""The tables of demands against behaviour: a stranger is refused, and whoever hokctl says may is not."""

import pytest
from eth_typing import ChecksumAddress

from hokctl.chain.errors import RpcError
from hokctl.chain.reverts import revert_of
from hokctl.chain.wire import to_data
from hokctl.clients.abi import load_artifact
from hokctl.clients.errors import error_table
from hokctl.clients.fragments import fragments_from_abi
from hokctl.clients.inquiries import attempt
from hokctl.clients.requirements import FunctionRequirement, function_requirements
from hokctl.domain.units import ModelId
from hokctl.services.authorities import who_may
from tests.world import MALLORY, World

pytestmark = pytest.mark.integration

MODEL = ModelId("21")
CONTRACTS = (
    "HokusaiAMM",
    "HokusaiAMMFactory",
    "HokusaiParams",
    "HokusaiToken",
    "InfrastructureReserve",
    "ModelRegistry",
    "TokenManager",
    "UsageFeeRouter",
)
REFUSALS = {"AccessControlUnauthorizedAccount", "OwnableUnauthorizedAccount", "NotMinter", "NotController"}
"""The errors of the suite that say: not you."""
NOBODYS = {"acceptOwnership()", "initialize(address,uint256)", "initialize(uint256,uint256)", "renounceOwnership()"}
"""What nobody may do now: no hand-over is under way, clones are set up, owners stay."""


def functions(contract: str) -> list[FunctionRequirement]:
    """Return the functions of the suite's contract that the tables know, views in name only left out."""
    abi = [item for item in load_artifact(contract).abi if item["type"] == "function"]
    present = {fragment.signature for fragment in fragments_from_abi(contract, abi)}
    return [one for one in function_requirements() if one.contract == contract and one.signature in present]


def refusal(world: World, function: FunctionRequirement, where: ChecksumAddress, caller: ChecksumAddress) -> str | None:
    """Return the error with which the contract refuses the caller, None when it does not refuse for who it is."""
    read = attempt(where, function.contract, function.signature)
    request = {"from": caller, "to": where, "data": to_data(read.data)}
    try:
        world.chain.request("eth_call", [request, "latest"])
    except RpcError as error:
        revert = revert_of(error, error_table())
        assert revert is not None
        return revert.name if revert.name in REFUSALS else None
    return None


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_stranger_is_refused_and_who_may_is_not(world: World, contract: str) -> None:
    found = functions(contract)
    assert len(found) > 4
    restricted = 0
    for function in found:
        name = f"{contract}.{function.signature}"
        answer = who_may(world.chain.at(), world.deployment, name, MODEL)
        assert answer.address is not None
        assert "as the contract itself says" not in answer.note, f"the tables lack what {name} asks"
        refused = refusal(world, function, answer.address, MALLORY)
        if answer.is_open and answer.through is None:
            assert refused is None, name
            continue
        if function.signature in NOBODYS:
            continue
        restricted += 1
        assert refused is not None, name
        own = {holder.address for resolution in answer.resolutions for holder in resolution.holders}
        assert own, name
        for holder in own:
            assert refusal(world, function, answer.address, holder) is None, f"{name} by {holder}"
    assert restricted >= 3
