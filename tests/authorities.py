"""The same world under each kind of authority: the Safe's roles handed to a key, a timelock or a governor.

    @pytest.mark.parametrize("kind", KINDS)
    def test_something(world: World, kind: str) -> None:
        authority = hand_over(world, kind)
        world.ok("emergency", "pause", *authority.options)
        authority.finish()

Whatever the authority, commands are the same; `finish` does what people do afterwards until the calls are made.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from eth_typing import ChecksumAddress

from hokctl.clients.access_control import AccessControl
from hokctl.clients.ownable import Ownable
from hokctl.domain.roles import (
    CANCELLER_ROLE,
    DEFAULT_ADMIN_ROLE,
    GOV_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
    PROPOSER_ROLE,
)
from hokctl.domain.units import ModelId
from hokctl.services.models import read_reserve
from tests.standins import act, create_governor, create_timelock, create_votes, grant, revoke
from tests.world import ALICE, BOB, CAROL, DEPLOYER, MALLORY, World

KINDS: Final = ("eoa", "safe", "timelock", "governor")
DELAY_S: Final = 172_800
SLACK_S: Final = 600
"""Blocks of the tests may be ahead of the clock, since each takes a second at least."""
VOTING_DELAY: Final = 1
VOTING_PERIOD: Final = 5
VOTES: Final = 1_000
THRESHOLD: Final = 100
AGAINST: Final = 0
FOR: Final = 1
ETHER: Final = 10**18
MODEL: Final = ModelId("21")


@dataclass(frozen=True, kw_only=True)
class Handed:
    """The world's reserve and model 21, in the hands of one kind of authority."""

    world: World
    kind: str
    holder: ChecksumAddress
    """Who makes the calls now: the key, the Safe, or the timelock."""
    governor: ChecksumAddress | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """Who signs, and that nobody is asked."""
        return ("--signer", "carol" if self.kind == "eoa" else "alice", "-y")

    def finish(self, data: Any) -> Any:  # noqa: ANN401 - JSON
        """Bring what a command began to its end, as people do; return the last command's data."""
        if self.kind == "eoa":
            return data
        if self.kind == "safe":
            return self.execute_safe_tx(data)
        if self.kind == "timelock":
            self.execute_safe_tx(data)
            id_ = data["operation"]["id"]
            self.world.mine(seconds=DELAY_S + SLACK_S)
            return self.execute_safe_tx(self.world.ok("timelock", "execute", id_, *self.options))
        return self._pass(data["governor_proposal"]["id"])

    def execute_safe_tx(self, data: Any) -> Any:  # noqa: ANN401 - JSON
        """Have bob confirm what was proposed, and mallory pay for its execution."""
        safe_tx_hash = data["proposal"]["safe_tx_hash"]
        self.world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
        return self.world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")

    def vote(self, id_: str, support: int = FOR) -> None:
        """Have the voters vote, and the vote end."""
        assert self.governor is not None
        self.world.mine(VOTING_DELAY + 1)
        for voter in (ALICE, BOB):
            act(self.world, self.governor, "castVote(uint256,uint8)", int(id_), support, sender=voter)
        self.world.mine(VOTING_PERIOD)

    def _pass(self, id_: str) -> Any:  # noqa: ANN401 - JSON
        self.vote(id_)
        self.world.ok("governor", "queue", id_, "--signer", "mallory", "-y")
        self.world.mine(seconds=DELAY_S + SLACK_S)
        return self.world.ok("governor", "execute", id_, "--signer", "mallory", "-y")


def hand_over(world: World, kind: str) -> Handed:
    """Give what the Safe may to one kind of authority, and take it from everybody else."""
    if kind == "safe":
        return Handed(world=world, kind=kind, holder=world.safe)
    governor = None
    if kind == "eoa":
        holder = CAROL
    elif kind == "timelock":
        holder = create_timelock(world, proposers=[world.safe], executors=[world.safe], delay_s=DELAY_S)
    else:
        holder, governor = create_governed(world)
    hand_roles(world, holder)
    return Handed(world=world, kind=kind, holder=holder, governor=governor)


def create_governed(world: World, *, by_time: bool = False) -> tuple[ChecksumAddress, ChecksumAddress]:
    """Create a timelock that only a governor schedules on, whose voters are alice, bob and mallory; return both."""
    votes = create_votes(world, {ALICE: VOTES, BOB: VOTES, MALLORY: THRESHOLD - 1}, by_time=by_time)
    timelock = create_timelock(world, proposers=[], delay_s=DELAY_S, admin=DEPLOYER)
    governor = create_governor(world, votes, timelock, delay=VOTING_DELAY, period=VOTING_PERIOD, threshold=THRESHOLD)
    client = AccessControl(timelock)
    for role in (PROPOSER_ROLE, CANCELLER_ROLE):
        grant(world, timelock, role, governor)
    world.send(client.renounce_role(DEFAULT_ADMIN_ROLE, DEPLOYER, purpose="leave"), DEPLOYER)
    return timelock, governor


@contextmanager
def impersonated(world: World, account: ChecksumAddress) -> Iterator[ChecksumAddress]:
    """Let `account`, which has no key, send transactions."""
    world.chain.request("anvil_impersonateAccount", [account])
    world.chain.request("anvil_setBalance", [account, hex(ETHER)])
    yield account
    world.chain.request("anvil_stopImpersonatingAccount", [account])


def hand_pools(world: World, holder: ChecksumAddress) -> None:
    """Give `holder` the factory of the pools."""
    factory = world.deployment.suite.factory.address
    owner = world.chain.at().get(Ownable(factory).owner())
    with impersonated(world, owner):
        act(world, factory, "transferOwnership(address)", holder, sender=owner)
    with impersonated(world, holder):
        act(world, factory, "acceptOwnership()", sender=holder)


def hand_roles(world: World, holder: ChecksumAddress) -> None:
    """Give `holder` the roles of the Safe on the reserve and on model 21's parameters, and take them from the rest."""
    reserve = world.deployment.suite.reserve_address
    (model,) = read_reserve(world.chain.at(), world.deployment, (MODEL,)).models
    with impersonated(world, world.safe):
        for contract, roles in ((reserve, (PAYER_ROLE, PAUSER_ROLE, DEFAULT_ADMIN_ROLE)), (model.params, (GOV_ROLE,))):
            for role in roles:
                grant(world, contract, role, holder, sender=world.safe)
                for other in (DEPLOYER, world.safe):
                    revoke(world, contract, role, other, sender=world.safe)
