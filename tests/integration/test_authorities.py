"""Who may, on the embedded chain and on anvil: what an account is, and the chain of authority behind it."""

from collections.abc import Sequence

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.errors import RpcError
from hokctl.chain.session import Chain
from hokctl.chain.transport import RpcCall, Transport
from hokctl.chain.wire import Json
from hokctl.domain.authority import (
    AccountRequired,
    ContractAuthority,
    EoaAuthority,
    GovernorAuthority,
    OwnershipRequired,
    Requirement,
    RoleRequired,
    SafeAuthority,
    TimelockAuthority,
)
from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    GOV_ROLE,
    PAUSER_ROLE,
    PROPOSER_ROLE,
    RoleId,
    role_id,
)
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.routes.resolve import Resolution, find_role_holders, resolve_requirements
from hokctl.services.models import read_reserve
from tests.counting import counting_proxy
from tests.standins import (
    TWO_DAYS_S,
    act,
    create_governor,
    create_safe,
    create_timelock,
    create_votes,
    grant,
    revoke,
)
from tests.world import ALICE, BOB, CAROL, DEPLOYER, MALLORY, OWNERS, World

pytestmark = pytest.mark.integration

TEST_ROLE = role_id("OPERATOR_ROLE")


def resolved(world: World, *requirements: Requirement, owners: bool = False) -> Resolution:
    return resolve_requirements(world.chain.at(), requirements, candidates=(), from_block=0, owners=owners)


def role(world: World, role: RoleId = PAUSER_ROLE) -> RoleRequired:
    return RoleRequired(contract=world.deployment.suite.reserve_address, role=role)


def give(world: World, account: ChecksumAddress) -> RoleRequired:
    """Make `account` the only holder of a role on the reserve."""
    grant(world, world.deployment.suite.reserve_address, TEST_ROLE, account)
    return role(world, TEST_ROLE)


def test_a_safe_is_found_with_its_owners_and_acts_at_once(world: World) -> None:
    found = resolved(world, give(world, world.safe))
    (holder,) = found.holders
    assert isinstance(holder, SafeAuthority)
    assert (holder.address, set(holder.owners), holder.threshold) == (world.safe, set(OWNERS), 2)
    (path,) = found.paths
    assert (path.delay_s, path.delay_blocks, path.time) == (0, 0, "at once")
    assert str(path) == f"2-of-3 Safe {world.safe}"


def test_a_timelock_is_found_with_the_safe_behind_it(world: World) -> None:
    timelock = create_timelock(world, proposers=[world.safe])
    found = resolved(world, give(world, timelock))
    (holder,) = found.holders
    assert isinstance(holder, TimelockAuthority)
    assert (holder.address, holder.min_delay_s, holder.open_execution) == (timelock, TWO_DAYS_S, True)
    assert [one.address for one in holder.proposers] == [world.safe]
    assert [one.address for one in holder.cancellers] == [world.safe]
    assert isinstance(holder.proposers[0], SafeAuthority)
    assert (holder.executors, holder.admins, holder.known_from_block) == ((), (), None)
    (path,) = found.paths
    assert [hop.authority.address for hop in path.hops] == [world.safe, timelock]
    assert (path.delay_s, path.time) == (TWO_DAYS_S, "2 days")
    assert str(holder) == f"timelock {timelock} (2 days) behind 2-of-3 Safe {world.safe}"


def test_a_key_may_stand_behind_a_timelock_too(world: World) -> None:
    timelock = create_timelock(world, proposers=[ALICE], executors=[BOB], delay_s=90)
    found = resolved(world, give(world, timelock))
    (holder,) = found.holders
    assert isinstance(holder, TimelockAuthority)
    assert holder.proposers == (EoaAuthority(address=ALICE),)
    assert (holder.executors, holder.open_execution) == ((EoaAuthority(address=BOB),), False)
    (path,) = found.paths
    assert str(path) == (
        f"account {ALICE}, then timelock {timelock} waits 1 minute 30 seconds, then account {BOB} executes"
    )


def test_whoever_can_change_a_timelocks_roles_without_its_delay_is_named(world: World) -> None:
    timelock = create_timelock(world, proposers=[ALICE], admin=MALLORY)
    (holder,) = resolved(world, give(world, timelock)).holders
    assert isinstance(holder, TimelockAuthority)
    assert holder.admins == (EoaAuthority(address=MALLORY),)


def test_a_governor_is_followed_through_its_timelock(world: World) -> None:
    votes = create_votes(world, {ALICE: 10**18})
    timelock = create_timelock(world, proposers=[], admin=DEPLOYER)
    governor = create_governor(world, votes, timelock, delay=5, period=100, threshold=7)
    grant(world, timelock, PROPOSER_ROLE, governor)
    found = resolved(world, give(world, timelock))
    (holder,) = found.holders
    assert isinstance(holder, TimelockAuthority)
    assert holder.proposers == (
        GovernorAuthority(
            address=governor,
            name="TestGovernor",
            timelock=timelock,
            voting_delay=5,
            voting_period=100,
            clock_is_time=False,
            proposal_threshold=7,
            token=votes,
        ),
    )
    (path,) = found.paths
    assert [hop.authority.address for hop in path.hops] == [governor, timelock]
    assert (path.delay_blocks, path.delay_s, path.time) == (105, TWO_DAYS_S, "105 blocks and 2 days")


def test_a_governor_without_a_timelock_acts_itself_and_may_count_seconds(world: World) -> None:
    votes = create_votes(world, {ALICE: 10**18}, by_time=True)
    governor = create_governor(world, votes, None, delay=3_600, period=86_400)
    found = resolved(world, give(world, governor))
    (path,) = found.paths
    assert (path.delay_s, path.delay_blocks) == (90_000, 0)
    assert path.time == "1 day 1 hour"
    assert found.holders[0].kind == "governor"


def test_a_governor_cannot_act_as_itself_when_it_acts_as_its_timelock(world: World) -> None:
    votes = create_votes(world, {ALICE: 10**18})
    timelock = create_timelock(world, proposers=[ALICE])
    governor = create_governor(world, votes, timelock)
    found = resolved(world, give(world, governor))
    assert found.paths == ()
    assert found.reason == f"the governor {governor} acts as its timelock {timelock}, not as itself"


def test_chains_of_timelocks_add_up(world: World) -> None:
    inner = create_timelock(world, proposers=[world.safe], delay_s=60)
    outer = create_timelock(world, proposers=[inner], delay_s=3_600)
    found = resolved(world, give(world, outer))
    (path,) = found.paths
    assert [hop.authority.address for hop in path.hops] == [world.safe, inner, outer]
    assert path.delay_s == 3_660


def test_a_loop_of_two_timelocks_leads_nowhere_and_ends(world: World) -> None:
    one = create_timelock(world, proposers=[], admin=DEPLOYER)
    other = create_timelock(world, proposers=[one])
    grant(world, one, PROPOSER_ROLE, other)
    found = resolved(world, give(world, one))
    (holder,) = found.holders
    assert isinstance(holder, TimelockAuthority)
    (between,) = holder.proposers
    assert isinstance(between, TimelockAuthority)
    assert between.proposers == (ContractAuthority(address=one, reason="leads back to itself"),)
    assert found.paths == ()
    assert found.reason == f"{one} leads back to itself"


def test_a_chain_longer_than_hokctl_follows_says_so(world: World) -> None:
    account = world.safe
    for _ in range(6):
        account = create_timelock(world, proposers=[account], delay_s=1)
    found = resolved(world, give(world, account))
    assert found.paths == ()
    assert "further away than the 4 steps" in found.reason


def test_a_timelock_without_proposers_or_without_executors_leads_nowhere(world: World) -> None:
    silent = create_timelock(world, proposers=[])
    assert resolved(world, give(world, silent)).reason == f"nobody may propose to the timelock {silent}"
    stuck = create_timelock(world, proposers=[ALICE], executors=[])
    revoke(world, world.deployment.suite.reserve_address, TEST_ROLE, silent)
    assert resolved(world, give(world, stuck)).reason == f"nobody can execute what is due on the timelock {stuck}"


def test_the_quickest_path_comes_first(world: World) -> None:
    slow = create_timelock(world, proposers=[world.safe], delay_s=100)
    grant(world, world.deployment.suite.reserve_address, TEST_ROLE, slow)
    found = resolved(world, give(world, world.safe))
    assert [path.delay_s for path in found.paths] == [0, 100]


def test_a_safe_owned_by_a_safe_is_seen_when_owners_are_asked_for(world: World) -> None:
    outer = create_safe(world, [world.safe, ALICE], 2)
    found = resolved(world, give(world, outer), owners=True)
    (holder,) = found.holders
    assert isinstance(holder, SafeAuthority)
    (owner,) = holder.contract_owners
    assert isinstance(owner, SafeAuthority)
    assert (owner.address, owner.threshold) == (world.safe, 2)
    assert found.reason == ""


def test_a_safe_whose_owners_cannot_sign_leads_nowhere(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    stuck = create_safe(world, [reserve, ALICE], 2)
    found = resolved(world, give(world, stuck), owners=True)
    assert found.reason == (
        f"1 of the 2 owners that must sign for the Safe {stuck} can: "
        f"{reserve} is a contract that hokctl cannot act through"
    )


def test_two_safes_that_own_each_other_lead_nowhere_and_end(world: World) -> None:
    one = create_safe(world, [ALICE], 1)
    other = create_safe(world, [one], 1)
    act(world, one, "swapOwner(address,address,address)", _sentinel(), ALICE, other, sender=impersonated(world, one))
    found = resolved(world, give(world, one), owners=True)
    assert found.paths == ()
    assert "leads back to itself" in found.reason


def test_a_contract_of_no_known_kind_is_called_one(world: World) -> None:
    factory = world.deployment.suite.factory_address
    found = resolved(world, give(world, factory))
    assert found.holders == (ContractAuthority(address=factory),)
    assert found.reason == f"{factory} is a contract that hokctl cannot act through"


def test_an_account_that_delegates_its_code_stays_one_key(world: World) -> None:
    singleton = world.deployment.suite.reserve_address
    account = to_checksum_address("0x" + "77" * 20)
    world.chain.request("anvil_setCode", [account, "0xef0100" + singleton[2:].lower()])
    found = resolved(world, give(world, account))
    assert found.holders == (EoaAuthority(address=account, delegate=singleton),)
    assert str(found.holders[0]) == f"account {account} (runs the code of {singleton})"
    assert len(found.paths) == 1


def test_a_role_that_came_and_went_and_came_is_held_once(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    for change in (grant, revoke, grant):
        change(world, reserve, TEST_ROLE, CAROL)
    assert resolved(world, role(world, TEST_ROLE)).holders == (EoaAuthority(address=CAROL),)
    revoke(world, reserve, TEST_ROLE, CAROL)
    found = resolved(world, role(world, TEST_ROLE))
    assert found.holders == ()
    assert found.reason == f"nobody that the logs name holds {role_id('OPERATOR_ROLE')} on {reserve}"


def test_renounced_ownership_is_nobodys(world: World) -> None:
    ownable = _ownable(world, ZERO_ADDRESS)
    found = resolved(world, OwnershipRequired(contract=ownable))
    assert (found.holders, found.paths) == ((), ())
    assert found.reason == f"{ownable} has no owner: its ownership was renounced"


def test_owner_and_admin_in_two_hands_are_nobodys(world: World) -> None:
    reserve, registry = world.deployment.suite.reserve_address, world.deployment.suite.registry_address
    revoke(world, reserve, DEFAULT_ADMIN_ROLE, DEPLOYER)
    found = resolved(world, OwnershipRequired(contract=registry), role(world, DEFAULT_ADMIN_ROLE))
    owner = world.chain.at().get(world.deployment.suite.registry.owner())
    assert owner != world.safe
    assert found.holders == ()
    assert f"DEFAULT_ADMIN_ROLE on {reserve} is held by {world.safe}" in found.reason
    assert f"ownership of {registry} is with {owner}" in found.reason


def test_a_timelock_that_held_the_role_before_is_followed_where_it_stands_now(world: World) -> None:
    inner = create_timelock(world, proposers=[world.safe], delay_s=60)
    give(world, inner)
    revoke(world, world.deployment.suite.reserve_address, TEST_ROLE, inner)
    outer = create_timelock(world, proposers=[inner], delay_s=3_600)
    found = resolved(world, give(world, outer))
    (path,) = found.paths
    assert [hop.authority.address for hop in path.hops] == [world.safe, inner, outer]


def test_the_modules_of_a_safe_are_named_when_owners_are_asked_for(world: World) -> None:
    act(world, world.safe, "enableModule(address)", MALLORY, sender=impersonated(world, world.safe))
    found = resolved(world, give(world, world.safe), owners=True)
    (holder,) = found.holders
    assert isinstance(holder, SafeAuthority)
    assert holder.modules == (MALLORY,)


def test_an_exact_account_is_followed_too(world: World) -> None:
    timelock = create_timelock(world, proposers=[world.safe])
    found = resolved(world, AccountRequired(account=timelock))
    assert [path.delay_s for path in found.paths] == [TWO_DAYS_S]


def test_the_common_authorities_cost_no_more_round_trips_than_before(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    timelock = create_timelock(world, proposers=[world.safe])
    grant(world, reserve, TEST_ROLE, timelock)
    with counting_proxy(world.url) as proxy:
        chain = Chain.connect(proxy.url, network="devnet", chain_id=31337)
        snapshot = chain.at()
        before = proxy.round_trips
        resolve_requirements(snapshot, (role(world),), candidates=(ALICE,), from_block=0)
        plain = proxy.round_trips
        resolve_requirements(snapshot, (role(world, TEST_ROLE),), candidates=(ALICE,), from_block=0)
        assert (plain - before, proxy.round_trips - plain) == (2, 4)


def test_holders_of_a_role_on_many_contracts_are_followed_too(world: World) -> None:
    params = {str(one.model_id): one.params for one in read_reserve(world.chain.at(), world.deployment).models}
    timelock = create_timelock(world, proposers=[world.safe])
    governed = params[str(ModelId("23"))]
    grant(world, governed, GOV_ROLE, timelock)
    found = find_role_holders(world.chain.at(), GOV_ROLE, [*params.values()], from_block=0)
    assert {holder.kind for holder in found[governed]} == {"eoa", "timelock"}
    assert [holder.kind for holder in found[params["21"]]] == ["safe"]


def test_a_role_of_the_zero_address_is_nobodys(world: World) -> None:
    timelock = create_timelock(world, proposers=[ALICE])
    grant(world, world.deployment.suite.reserve_address, TEST_ROLE, ZERO_ADDRESS)
    found = resolved(world, give(world, timelock))
    assert [holder.address for holder in found.holders] == [timelock]


def _ownable(world: World, owner: ChecksumAddress) -> ChecksumAddress:
    """Put a contract on the chain that says of its owner just this."""
    account = to_checksum_address("0x" + "99" * 20)
    # PUSH20 owner, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
    world.chain.request("anvil_setCode", [account, "0x73" + owner[2:].lower() + "60005260206000f3"])
    return account


def _sentinel() -> ChecksumAddress:
    return to_checksum_address("0x" + "00" * 19 + "01")


class ShortRanges:
    """A node that gives the logs of a few blocks at a time, and no state of the past."""

    def __init__(self, transport: Transport, longest: int) -> None:
        self._transport = transport
        self._longest = longest
        self.endpoint = transport.endpoint

    @property
    def round_trips(self) -> int:
        """How often the node was asked."""
        return self._transport.round_trips

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Pass the request on."""
        return self._transport.request(method, params)

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Pass the batch on, and refuse long ranges of logs."""
        answers = self._transport.request_batch(calls)
        return [self._limited(*pair) for pair in zip(calls, answers, strict=True)]

    def _limited(self, call: RpcCall, answer: Json) -> Json:
        method, params = call
        if method == "eth_getLogs":
            start, end = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
            return answer if end - start < self._longest else RpcError(method, -32005, "block range too large")
        return answer


def test_a_timelock_whose_first_logs_the_node_withholds_is_said_to_be_half_known(world: World) -> None:
    timelock = create_timelock(world, proposers=[ALICE, world.safe])
    world.mine(30)
    demand = give(world, timelock)
    later = world.chain.at().block.number - 10
    grant(world, timelock, PROPOSER_ROLE, BOB, sender=impersonated(world, timelock))
    chain = Chain(ShortRanges(world.chain.transport, 16), network="devnet", chain_id=31337)
    chain.errors = world.chain.errors
    found = resolve_requirements(chain.at(), (demand,), candidates=(world.safe,), from_block=later)
    (holder,) = found.holders
    assert isinstance(holder, TimelockAuthority)
    # The candidates are tried, and the logs from that block on are read; who came before is not known.
    assert {one.address for one in holder.proposers} == {world.safe, BOB}
    assert holder.known_from_block == later
    whole = resolve_requirements(chain.at(), (demand,), candidates=(), from_block=0)
    assert isinstance(whole.holders[0], TimelockAuthority)
    assert len(whole.holders[0].proposers) == 3
    assert whole.holders[0].known_from_block is None


def impersonated(world: World, account: ChecksumAddress) -> ChecksumAddress:
    """Let the node send for `account`, and return it."""
    world.chain.request("anvil_setBalance", [account, hex(10**20)])
    world.chain.request("anvil_impersonateAccount", [account])
    return account
