"""Who holds what over the deployment, as logs and chain have it."""

from dataclasses import replace

import pytest
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.wire import to_data
from hokctl.clients.access_control import AccessControl
from hokctl.clients.codec import encode_values
from hokctl.domain.authority import TimelockAuthority
from hokctl.domain.powers import Holding, Powers
from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    DEPLOYER_ROLE,
    EXECUTOR_ROLE,
    MINTER_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
    PROPOSER_ROLE,
    RoleId,
    role_id,
)
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.services.powers import read_powers
from tests.counting import counting_proxy
from tests.standins import create_timelock, grant, revoke
from tests.world import BACKEND, DEPLOYER, MALLORY, World

pytestmark = pytest.mark.integration

MOST_ROUND_TRIPS = 7
"""The block, three for the contracts, logs, confirmation, and what each holder is."""


def read(world: World, *candidates: ChecksumAddress) -> Powers:
    """Return all the powers at the head."""
    return read_powers(world.chain.at(), world.deployment, candidates=candidates)


def of_model(powers: Powers, model_id: str | None) -> set[tuple[str, str, str]]:
    """Return contract, power and holder of one model's contracts, or of those that belong to none."""
    return {(one.contract, one.power, one.holder) for one in powers.holdings if one.model_id == model_id}


def test_every_power_of_the_world_is_found_and_no_other(world: World) -> None:
    powers, suite, safe = read(world), world.deployment.suite, world.safe
    manager, factory = suite.token_manager_address, suite.factory_address
    pools = {one.model_id: one.address for one in powers.contracts if one.name == "HokusaiAMM"}
    assert of_model(powers, None) == {
        ("HokusaiAMMFactory", "owner", DEPLOYER),
        ("HokusaiAMMFactory", "treasury", safe),
        ("InfrastructureReserve", "DEFAULT_ADMIN_ROLE", DEPLOYER),
        ("InfrastructureReserve", "DEFAULT_ADMIN_ROLE", safe),
        ("InfrastructureReserve", "DEPOSITOR_ROLE", suite.router_address),
        ("InfrastructureReserve", "PAUSER_ROLE", DEPLOYER),
        ("InfrastructureReserve", "PAUSER_ROLE", safe),
        ("InfrastructureReserve", "PAYER_ROLE", safe),
        ("InfrastructureReserve", "treasury", safe),
        ("ModelRegistry", "owner", DEPLOYER),
        ("TokenManager", "DEFAULT_ADMIN_ROLE", DEPLOYER),
        ("TokenManager", "DEFAULT_ADMIN_ROLE", safe),
        ("TokenManager", "DEPLOYER_ROLE", DEPLOYER),
        ("TokenManager", "DEPLOYER_ROLE", safe),
        *(("TokenManager", "MINTER_ROLE", pool) for pool in pools.values()),
        ("TokenManager", "feeRecipient", DEPLOYER),
        ("TokenManager", "owner", DEPLOYER),
        ("UsageFeeRouter", "DEFAULT_ADMIN_ROLE", DEPLOYER),
        ("UsageFeeRouter", "DEFAULT_ADMIN_ROLE", safe),
        ("UsageFeeRouter", "FEE_DEPOSITOR_ROLE", BACKEND),
    }
    for model_id, governor in (("21", safe), ("22", safe), ("23", DEPLOYER)):
        assert of_model(powers, model_id) == {
            ("HokusaiAMM", "owner", factory),
            ("HokusaiAMM", "treasury", safe),
            ("HokusaiParams", "DEFAULT_ADMIN_ROLE", governor),
            ("HokusaiParams", "GOV_ROLE", governor),
            ("HokusaiToken", "controller", manager),
            ("HokusaiToken", "owner", manager),
        }
    assert (powers.denied, powers.unlogged, powers.late) == ((), (), ())
    assert {kind.kind for kind in powers.kinds.values()} == {"eoa", "safe", "contract"}
    assert {admin.admin for admin in powers.admins} == {DEFAULT_ADMIN_ROLE}
    assert all(contract.has_code for contract in powers.contracts)


def test_a_role_given_taken_and_given_again_counts_from_the_last_time(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    for step in (grant, revoke, grant):
        step(world, reserve, PAYER_ROLE, MALLORY)
    last = world.chain.at().block.number
    grant(world, reserve, PAUSER_ROLE, MALLORY)
    revoke(world, reserve, PAUSER_ROLE, MALLORY)
    (held,) = read(world).of(MALLORY)
    assert (held.power, held.since.block_number if held.since else None) == ("PAYER_ROLE", last)


def test_a_role_without_a_known_name_is_found_by_its_id(world: World) -> None:
    odd = RoleId("0x" + keccak(text="SOMETHING_ROLE").hex())
    grant(world, world.deployment.suite.router_address, odd, MALLORY)
    (held,) = read(world).of(MALLORY)
    assert (str(held), held.role) == (f"{odd} on UsageFeeRouter", odd)


def test_timelocks_behind_are_followed_to_their_proposers(world: World) -> None:
    inner = create_timelock(world, proposers=[world.safe], executors=[ZERO_ADDRESS])
    outer = create_timelock(world, proposers=[inner], executors=[MALLORY], admin=DEPLOYER)
    grant(world, world.deployment.suite.reserve_address, DEFAULT_ADMIN_ROLE, outer)
    powers = read(world)
    assert powers.holders(outer, "PROPOSER_ROLE") == (inner,)
    assert powers.holders(outer, "EXECUTOR_ROLE") == (MALLORY,)
    assert set(powers.holders(outer, "DEFAULT_ADMIN_ROLE")) == {outer, DEPLOYER}
    assert powers.holders(inner, "EXECUTOR_ROLE") == (ZERO_ADDRESS,)
    assert powers.holders(inner, "CANCELLER_ROLE") == (world.safe,)
    kind = powers.kinds[outer]
    assert isinstance(kind, TimelockAuthority)
    assert [admin.address for admin in kind.admins] == [DEPLOYER]
    assert isinstance(kind.proposers[0], TimelockAuthority)
    assert kind.proposers[0].proposers[0].kind == "safe"
    assert powers.denied == ()


def test_a_timelock_older_than_the_deployment_is_read_from_its_first_block(world: World) -> None:
    timelock = create_timelock(world, proposers=[world.safe], executors=[MALLORY])
    grant(world, world.deployment.suite.reserve_address, PAUSER_ROLE, timelock)
    late = replace(world.deployment, deployed_at_block=world.chain.at().block.number, accounts=())
    powers = read_powers(world.chain.at(), late)
    assert powers.holders(timelock, "EXECUTOR_ROLE") == (MALLORY,)
    assert powers.late == ()


def storage_of(role: RoleId, account: ChecksumAddress) -> int:
    """Return the storage slot of OpenZeppelin's AccessControl for one account, with its roles in slot 0."""
    roles = keccak(encode_values(("bytes32", "uint256"), (bytes.fromhex(role[2:]), 0)))
    return int.from_bytes(keccak(encode_values(("address", "bytes32"), (account, roles))), "big")


def set_role(world: World, contract: ChecksumAddress, role: RoleId, account: ChecksumAddress, *, held: bool) -> None:
    """Give or take a role without a log."""
    value = to_data(int(held).to_bytes(32, "big"))
    world.chain.request("anvil_setStorageAt", [contract, f"0x{storage_of(role, account):064x}", value])
    world.mine()
    assert world.chain.at().get(AccessControl(contract).has_role(role, account)) is held


def test_a_role_that_no_log_gave_is_found_with_those_asked_about(world: World) -> None:
    router = world.deployment.suite.router_address
    set_role(world, router, role_id("FEE_DEPOSITOR_ROLE"), MALLORY, held=True)
    assert read(world).of(MALLORY) == ()
    powers = read(world, MALLORY)
    assert [str(one) for one in powers.unlogged] == ["FEE_DEPOSITOR_ROLE on UsageFeeRouter"]
    assert [one.holder for one in powers.unlogged] == [MALLORY]


def test_a_role_that_the_logs_give_and_the_chain_denies_is_told_apart(world: World) -> None:
    set_role(world, world.deployment.suite.reserve_address, PAYER_ROLE, world.safe, held=False)
    powers = read(world)
    assert [(str(one), one.holder) for one in powers.denied] == [("PAYER_ROLE on InfrastructureReserve", world.safe)]
    assert not [one for one in powers.holdings if one.power == "PAYER_ROLE"]


def test_contracts_are_found_from_the_chain_where_the_manifest_names_none_of_the_models(world: World) -> None:
    bare = replace(world.deployment, model_ids=(), labels={}, accounts=())
    assert set(read_powers(world.chain.at(), bare).holdings) == set(read(world).holdings)


def test_the_powers_take_few_round_trips(world: World) -> None:
    with counting_proxy(world.url) as proxy:
        chain = type(world.chain).connect(proxy.url, network="devnet", chain_id=31337)
        powers = read_powers(chain.at(), world.deployment)
        assert powers.holdings
        assert proxy.round_trips <= MOST_ROUND_TRIPS


def test_the_deployers_own_roles_are_told(world: World) -> None:
    held: set[Holding] = set(read(world).of(DEPLOYER))
    assert {one.role for one in held if one.contract == "TokenManager"} == {DEFAULT_ADMIN_ROLE, DEPLOYER_ROLE, None}
    assert not [one for one in held if one.role in {MINTER_ROLE, PROPOSER_ROLE, EXECUTOR_ROLE}]
    assert {one.model_id for one in held} == {None, ModelId("23")}
