"""Authorities to test with, put on the world's chain: timelocks, governors, votes, and further Safes.

timelock = create_timelock(world, delay_s=172_800, proposers=[world.safe], executors=[ZERO_ADDRESS])
grant(world, reserve, PAUSER_ROLE, timelock)
"""

import itertools
from collections.abc import Sequence
from pathlib import Path

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.abi import creation_call, load_artifact
from hokctl.clients.access_control import AccessControl
from hokctl.clients.codec import encode_call
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.roles import RoleId
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.safe.account import build_safe_creation, safe_factory
from tests.world import DEPLOYER, World, receipt_of

STAND_INS = Path(__file__).parent / "contracts" / "standins"
TWO_DAYS_S = 172_800
_salts = itertools.count(1_000)


def create(world: World, name: str, *args: AbiValue) -> ChecksumAddress:
    """Create one of the stand-ins with constructor arguments, and return its address."""
    call = creation_call(load_artifact(name, STAND_INS), args, purpose=f"create {name}")
    receipt = receipt_of(world.chain, world.send(call, DEPLOYER))
    return to_checksum_address(receipt["contractAddress"])


def create_timelock(
    world: World,
    *,
    proposers: Sequence[ChecksumAddress],
    executors: Sequence[ChecksumAddress] = (ZERO_ADDRESS,),
    delay_s: int = TWO_DAYS_S,
    admin: ChecksumAddress = ZERO_ADDRESS,
) -> ChecksumAddress:
    """Create OpenZeppelin's TimelockController; the zero address among the executors lets anyone execute."""
    return create(world, "TimelockController", delay_s, tuple(proposers), tuple(executors), admin)


def create_votes(world: World, voters: dict[ChecksumAddress, int], *, by_time: bool = False) -> ChecksumAddress:
    """Create a votes token and mint to `voters`, who then vote for themselves."""
    votes = create(world, "TestVotes", by_time)
    for voter, units in voters.items():
        act(world, votes, "mint(address,uint256)", voter, units, sender=DEPLOYER)
    return votes


def create_governor(
    world: World,
    votes: ChecksumAddress,
    timelock: ChecksumAddress | None,
    *,
    delay: int = 1,
    period: int = 10,
    threshold: int = 0,
) -> ChecksumAddress:
    """Create a governor that acts through `timelock`, or by itself; delay and period are in the token's clock."""
    if timelock is None:
        return create(world, "TestPlainGovernor", votes, delay, period, threshold)
    return create(world, "TestGovernor", votes, timelock, delay, period, threshold)


def create_safe(world: World, owners: Sequence[ChecksumAddress], threshold: int) -> ChecksumAddress:
    """Create another Safe 1.4.1."""
    code = world.chain.at().get(safe_factory().proxy_creation_code())
    creation = build_safe_creation(owners, threshold, salt_nonce=next(_salts), creation_code=code)
    world.send(creation.call, DEPLOYER)
    return creation.address


def act(world: World, target: ChecksumAddress, signature: str, *args: AbiValue, sender: ChecksumAddress) -> str:
    """Send any call from one of the ten accounts; return the transaction's hash."""
    data = encode_call(signature, args)
    call = Call(to=target, label="", signature=signature, args=(), data=data, value=0, purpose=signature, requires=())
    return world.send(call, sender)


def grant(
    world: World,
    contract: ChecksumAddress,
    role: RoleId,
    account: ChecksumAddress,
    *,
    sender: ChecksumAddress = DEPLOYER,
) -> None:
    """Give `account` a role, as one who may."""
    world.send(AccessControl(contract).grant_role(role, account, purpose="grant"), sender)


def revoke(
    world: World,
    contract: ChecksumAddress,
    role: RoleId,
    account: ChecksumAddress,
    *,
    sender: ChecksumAddress = DEPLOYER,
) -> None:
    """Take a role from `account`, as one who may."""
    world.send(AccessControl(contract).revoke_role(role, account, purpose="revoke"), sender)
