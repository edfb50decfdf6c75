"""Operations and governors' proposals: ids, salts and descriptions, computed from a plan alone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from hokctl.clients.codec import encode_call, word_from_hex
from hokctl.clients.governor import compute_proposal_id, description_hash_of, timelock_salt
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.timelock_controller import NO_PREDECESSOR, TimelockCall, compute_operation_id
from hokctl.domain.plans import EventCondition, Plan
from hokctl.domain.roles import FEE_DEPOSITOR_ROLE, PAYER_ROLE
from hokctl.domain.units import Bytes32
from hokctl.routes.governance_store import (
    GovernanceStore,
    OperationTamperedError,
    StoredOperation,
    StoredProposal,
)
from hokctl.routes.governor_proposals import compile_proposal, describe, propose_plan
from hokctl.routes.operation_plans import execute_plan, schedule_plan
from hokctl.routes.operations import OperationState, compile_operation, state_of
from hokctl.safe.multisend import CreationBySafeError
from tests.unit.clients.samples import TARGET
from tests.unit.domain.samples import ALICE, BLOCK, BOB, RESERVE

pytestmark = pytest.mark.unit

DEPLOYER = "0x56cA22006d67e14AA1b7820cE02c6B6205Df0c9e"
SAFE = "0x158B985CC667b4E022AD05B99E89007790da66E2"
RELAYER = "0xc18D0B6eE049B2B113eE4671cB9C8109192e29E2"
MAINNET_RESERVE = "0x2A15930649801398896e9b61BF36E555FA942c9D"
MAINNET_ROUTER = "0xa0f3461d594D181E817754eE57d618A95207185F"
"""Accounts and contracts of the live protocol."""


def role_call(function: str, contract: str, role: str, account: str) -> TimelockCall:
    data = encode_call(f"{function}(bytes32,address)", (word_from_hex(role), account))
    return TimelockCall(target=contract, data=data)  # type: ignore[arg-type]  # written as a literal


def plan_of() -> Plan:
    reserve = InfrastructureReserve(RESERVE)
    calls = (reserve.pause(purpose="Pause it"), reserve.unpause(purpose="Let it go on"))
    return Plan(title="Stop and go", network="devnet", chain_id=31337, block=BLOCK, calls=calls, moves_funds=True)


def test_the_id_is_that_of_an_operation_of_the_live_timelock() -> None:
    calls = (
        role_call("grantRole", MAINNET_RESERVE, PAYER_ROLE, SAFE),
        role_call("revokeRole", MAINNET_RESERVE, PAYER_ROLE, DEPLOYER),
        role_call("grantRole", MAINNET_ROUTER, FEE_DEPOSITOR_ROLE, RELAYER),
        role_call("revokeRole", MAINNET_ROUTER, FEE_DEPOSITOR_ROLE, DEPLOYER),
    )
    salt = Bytes32("0x6fc16a14a8fcd0d049ac0243eac55c323a5686476f087e3219a3463e536e1c14")
    computed = compute_operation_id(calls, predecessor=NO_PREDECESSOR, salt=salt, batch=True)
    assert computed == "0xd5f3cc979d474ea559e49d4cbd5e57914e78f0446388a7e462ab7d8ef9034941"


@given(st.lists(st.tuples(st.binary(max_size=80), st.integers(0, 2**256 - 1)), min_size=1, max_size=4), st.binary())
def test_ids_are_the_hashes_that_the_contracts_document(items: list[tuple[bytes, int]], seed: bytes) -> None:
    calls = [TimelockCall(target=TARGET, value=value, data=data) for data, value in items]
    salt = Bytes32("0x" + keccak(seed).hex())
    columns = [[TARGET] * len(items), [value for _, value in items], [data for data, _ in items]]
    words = [bytes(32), keccak(seed)]
    batch = keccak(encode(["address[]", "uint256[]", "bytes[]", "bytes32", "bytes32"], [*columns, *words]))
    assert compute_operation_id(calls, predecessor=NO_PREDECESSOR, salt=salt, batch=True) == "0x" + batch.hex()
    data, value = items[0]
    one = keccak(encode(["address", "uint256", "bytes", "bytes32", "bytes32"], [TARGET, value, data, *words]))
    first = compute_operation_id(calls[:1], predecessor=NO_PREDECESSOR, salt=salt, batch=False)
    assert first == "0x" + one.hex()
    proposal = keccak(encode(["address[]", "uint256[]", "bytes[]", "bytes32"], [*columns, keccak(seed)]))
    assert compute_proposal_id(calls, salt) == int.from_bytes(proposal, "big")


def test_the_same_plan_gives_the_same_operation_whatever_the_block() -> None:
    plan = plan_of()
    later = replace(plan, block=replace(BLOCK, number=99))
    first = compile_operation(plan, ALICE, delay_s=10)
    assert first == compile_operation(later, ALICE, delay_s=10)
    assert first.batch
    assert compile_operation(plan, ALICE, delay_s=10, counter=1).operation_id != first.operation_id
    assert compile_operation(replace(plan, title="Other"), ALICE, delay_s=10).operation_id != first.operation_id
    assert not compile_operation(replace(plan, calls=plan.calls[:1]), ALICE, delay_s=10).batch


def test_a_plan_that_creates_a_contract_cannot_be_scheduled() -> None:
    plan = plan_of()
    creating = replace(plan, calls=(replace(plan.calls[0], to=None),))
    with pytest.raises(CreationBySafeError):
        compile_operation(creating, ALICE, delay_s=10)


def test_scheduling_declares_a_log_per_call_and_the_salt_and_executing_the_plans_effect_besides() -> None:
    own = EventCondition(address=RESERVE, label="InfrastructureReserve", event="Paused", args=(), text="it is paused")
    plan = replace(plan_of(), after=(own,), touches=(BOB,))
    operation = compile_operation(plan, ALICE, delay_s=10)

    scheduling = schedule_plan(plan, operation)
    logs = [item.event for item in scheduling.after if isinstance(item, EventCondition)]
    assert logs == ["CallScheduled", "CallScheduled", "CallSalt"]
    assert (scheduling.touches, scheduling.moves_funds) == ((), True)

    executing = execute_plan(plan, operation, anyone=True, block=BLOCK)
    logs = [item.event for item in executing.after if isinstance(item, EventCondition)]
    assert logs == ["Paused", "CallExecuted", "CallExecuted"]
    assert (executing.touches, executing.moves_funds) == ((BOB,), False)
    assert executing.calls[0].requires == ()


@pytest.mark.parametrize(
    ("stamp", "state"),
    [
        (0, OperationState.UNSET),
        (1, OperationState.DONE),
        (1_000, OperationState.READY),
        (1_001, OperationState.WAITING),
    ],
)
def test_what_the_timelock_keeps_tells_the_state(stamp: int, state: OperationState) -> None:
    assert state_of(stamp, now=1_000) is state


def test_a_description_ends_with_its_proposer_in_exactly_52_bytes() -> None:
    text = describe(plan_of(), proposer=BOB)
    assert text == f"Stop and go\n\n- Pause it\n- Let it go on\n\n#proposer={BOB}"
    assert text.encode()[-52:] == f"#proposer={BOB}".encode()
    assert describe(plan_of(), proposer=BOB, counter=1).encode()[-52:] == f"#proposer={BOB}".encode()


def test_a_proposal_becomes_the_operation_that_its_timelock_schedules() -> None:
    proposal = compile_proposal(plan_of(), ALICE, timelock=BOB, proposer=BOB)
    operation = proposal.operation(delay_s=7)
    assert operation is not None
    salt = int.from_bytes(bytes.fromhex(ALICE[2:]) + bytes(12), "big") ^ int(proposal.description_hash, 16)
    assert operation.salt == f"0x{salt:064x}" == timelock_salt(ALICE, proposal.description_hash)
    assert (operation.timelock, operation.batch, operation.predecessor) == (BOB, True, NO_PREDECESSOR)
    assert proposal.description_hash == description_hash_of(proposal.description)
    assert compile_proposal(plan_of(), ALICE, timelock=None, proposer=BOB).operation() is None
    assert propose_plan(plan_of(), proposal, BOB).calls[0].args[3].value == proposal.description


def test_files_give_back_what_they_keep(tmp_path: Path) -> None:
    store, plan = GovernanceStore(tmp_path), plan_of()
    operation = StoredOperation(operation=compile_operation(plan, ALICE, delay_s=10), plan=plan, created_at=5)
    proposed = compile_proposal(plan, ALICE, timelock=None, proposer=BOB)
    proposal = StoredProposal(proposal=proposed, plan=plan, created_at=5)
    store.add_operation(operation)
    store.add_operation(replace(operation, created_at=6))
    store.add_proposal(proposal)

    assert store.operation(31337, ALICE, operation.operation.operation_id) == operation
    assert store.proposal(31337, ALICE, proposed.proposal_id) == proposal
    assert (list(store.operations(31337)), list(store.proposals(31337))) == ([operation], [proposal])
    assert store.operation(1, ALICE, operation.operation.operation_id) is None
    assert (list(store.operations(1)), list(store.proposals(1))) == ([], [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("salt", "0x" + "00" * 32),
        ("timelock", ALICE.lower()),
        ("operation_id", "0x" + "00" * 32),
        ("plan_hash", "0x" + "00" * 32),
        ("plan", {}),
        ("batch", False),
        ("created_at", "now"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(tmp_path: Path, field: str, value: object) -> None:
    store, plan = GovernanceStore(tmp_path), plan_of()
    stored = StoredOperation(operation=compile_operation(plan, ALICE, delay_s=10), plan=plan, created_at=5)
    path = store.add_operation(stored)
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, field: value}), encoding="utf-8")

    with pytest.raises(OperationTamperedError):
        store.operation(31337, ALICE, stored.operation.operation_id)
    assert list(store.operations(31337)) == []


def test_a_file_in_anothers_place_is_refused(tmp_path: Path) -> None:
    store, plan = GovernanceStore(tmp_path), plan_of()
    stored = StoredOperation(operation=compile_operation(plan, ALICE, delay_s=10), plan=plan, created_at=5)
    path = store.add_operation(stored)
    for chain_id, timelock in ((1, ALICE), (31337, BOB)):
        other = store.operation_path(chain_id, timelock, stored.operation.operation_id)
        other.parent.mkdir(parents=True)
        other.write_bytes(path.read_bytes())
        with pytest.raises(OperationTamperedError, match=f"belongs into 31337/timelocks/{ALICE}"):
            store.operation(chain_id, timelock, stored.operation.operation_id)
