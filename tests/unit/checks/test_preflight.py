"""What speaks against a proposal, from facts alone."""

from dataclasses import replace
from typing import Any

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.checks.call_facts import Demanded, GasMeasure, ProposerVotes
from hokctl.checks.check_list import CHECKS
from hokctl.checks.facts import ExecutorFacts, SafeTxFacts, ScheduledOperation, SecondNode
from hokctl.checks.preflight import findings_of, run_checks
from hokctl.clients.abi import load_artifact
from hokctl.clients.access_control import AccessControl
from hokctl.clients.codec import encode_call
from hokctl.clients.erc20 import Erc20
from hokctl.clients.mock_usdc import MockUsdc
from hokctl.clients.multisend import MultiSend, MultiSendItem
from hokctl.clients.safe import Operation, Safe
from hokctl.clients.safe_delegates import DELEGATE_TARGETS
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.config.policy import AuditedContract, Policy, RegisteredSafe
from hokctl.domain.authority import RoleRequired
from hokctl.domain.calls import Call
from hokctl.domain.checks import Verdict
from hokctl.domain.roles import PAUSER_ROLE
from hokctl.safe.proposals import Proposal

from .samples import (
    AUTHORITY,
    CHAIN_ID,
    DETAILS,
    OTHER,
    OWNER,
    PAUSE,
    PAYEE,
    RESERVE,
    SAFE,
    codes,
    facts_of,
    with_tx,
)

pytestmark = pytest.mark.unit

TOKEN = Erc20(RESERVE, label="InfrastructureReserve")
LOOK_ALIKE = to_checksum_address(b"\x05\x05" + b"\x99" * 16 + b"\x05\x05")
CODE = bytes.fromhex("6001")
QUEUE = "queueParamUpdate(string,string,uint256)"
REGISTERED = RegisteredSafe(owners=(OWNER,), threshold=1)


def with_details(**changes: Any) -> SafeTxFacts:  # noqa: ANN401 - fields of several types
    return replace(facts_of(), details=replace(DETAILS, **changes))


def queueing(parameter: str) -> Call:
    return Call(
        to=OTHER,
        label="HokusaiParams",
        signature=QUEUE,
        args=(),
        data=encode_call(QUEUE, ("28", parameter, 9_000)),
        value=0,
        purpose="Queue",
        requires=(),
    )


def registered(**changes: Any) -> Policy:  # noqa: ANN401 - fields of several types
    return Policy(safes={SAFE: REGISTERED.model_copy(update=changes)})


def rival(nonce: int) -> Proposal:
    return replace(
        facts_of(nonce=nonce), proposal=facts_of(Safe(OTHER).change_threshold(1, purpose=""), nonce=nonce).proposal
    ).proposal


def executor(**changes: Any) -> SafeTxFacts:  # noqa: ANN401 - fields of several types
    rich = ExecutorFacts(address=OWNER, balance_wei=10**18, base_fee_wei=10**9, max_fee_wei=None)
    return replace(facts_of(), executor=replace(rich, **changes))


def second(**changes: Any) -> SafeTxFacts:  # noqa: ANN401 - fields of several types
    same = SecondNode(endpoint="http://other", chain_id=CHAIN_ID, block_hash=facts_of().block.hash)
    return replace(facts_of(), second=replace(same, **changes))


def with_codes(facts: SafeTxFacts, more: dict[ChecksumAddress, bytes]) -> SafeTxFacts:
    return replace(facts, codes={**facts.codes, **more})


def batch_with(*items: MultiSendItem, to: ChecksumAddress = SAFE_1_4_1.multi_send_call_only) -> SafeTxFacts:
    """Return the facts about a batch that no plan describes."""
    data = MultiSend(to).multi_send(items, purpose="").data
    return with_tx(facts_of(), to=to, data=data, operation=Operation.DELEGATECALL)


def created(init_code: bytes = b"\x60\x00", *, value: int = 0) -> bytes:
    """Return the call that has a contract created in the name of the Safe."""
    return encode_call("performCreate2(uint256,bytes,bytes32)", (value, init_code, bytes(32)))


CREATION = MultiSendItem(to=SAFE_1_4_1.create_call, value=0, data=created(), operation=Operation.DELEGATECALL)


def moving(*calls: Any) -> SafeTxFacts:  # noqa: ANN401 - calls
    return facts_of(*calls, moves_funds=True)


def with_gas(limit: int) -> SafeTxFacts:
    return replace(facts_of(), block_gas_limit=30_000_000, gas=GasMeasure(limit=limit, source="by the node"))


def answering(*, answer: bool) -> SafeTxFacts:
    """Return the facts about a Safe whose owner's code tells the opposite of its answer."""
    code = CODE if answer else bytes.fromhex("60631626ba7e14")
    return replace(with_codes(facts_of(), {OWNER: code}), answering={OWNER: answer})


def demanding(*, held: bool | None) -> SafeTxFacts:
    demand = Demanded(caller=SAFE, contract=RESERVE, text="PAUSER_ROLE", held=held)
    return replace(facts_of(), demands=(demand,))


VOTES = ProposerVotes(governor=OTHER, proposer=SAFE, needed=5, votes=5)
GRANT = AccessControl(RESERVE, label="InfrastructureReserve").grant_role(PAUSER_ROLE, PAYEE, purpose="Grant")
TRANSFER = TOKEN.transfer(PAYEE, 5, purpose="Transfer")


@pytest.mark.parametrize(
    "facts",
    [
        facts_of(),
        executor(),
        second(),
        replace(facts_of(), policy=registered()),
        replace(facts_of(), book={PAYEE: "together"}),
        replace(facts_of(), requirements=((RoleRequired(contract=RESERVE, role=PAUSER_ROLE), True),)),
        replace(facts_of(MockUsdc(OTHER).mint(OWNER, 1, purpose="Mint")), labels={OTHER: "USDC"}),
        replace(moving(TRANSFER), book={PAYEE: "together"}),
        with_gas(14_000_000),
        answering(answer=True),
        demanding(held=None),
        replace(facts_of(), votes=(VOTES, replace(VOTES, votes=None))),
        replace(executor(balance_wei=3 * 10**14), gas=GasMeasure(limit=100_000, source="")),
    ],
)
def test_a_sound_proposal_has_no_findings(facts: SafeTxFacts) -> None:
    assert codes(facts) == []


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (replace(facts_of(), chain_id=1), ("chain-differs", "error")),
        (second(block_hash="0x" + "11" * 32), ("second-node-disagrees", "error")),
        (second(chain_id=1), ("second-node-disagrees", "error")),
        (second(block_hash=None), ("second-node-behind", "warning")),
        (second(failure="It is down."), ("second-node-silent", "error")),
        (with_codes(facts_of(), {RESERVE: b""}), ("no-code", "error")),
        (
            replace(facts_of(), policy=Policy(audited={RESERVE: AuditedContract(code_hash="0x" + "ab" * 32)})),
            ("code-changed", "error"),
        ),
        (
            replace(
                facts_of(),
                implementations={RESERVE: OTHER},
                policy=Policy(audited={RESERVE: AuditedContract(implementation=PAYEE)}),
            ),
            ("implementation-changed", "error"),
        ),
        (replace(facts_of(), labels={RESERVE: "UsageFeeRouter"}), ("label-mismatch", "error")),
        (replace(facts_of(), labels={OTHER: "InfrastructureReserve"}), ("target-not-in-manifest", "warning")),
        (with_details(singleton=OTHER), ("unknown-singleton", "error")),
        (with_details(authority=replace(AUTHORITY, version="1.3.0")), ("safe-version-differs", "warning")),
        (with_details(modules=(OTHER,)), ("safe-has-modules", "warning")),
        (with_details(guard=OTHER), ("safe-has-guard", "info")),
        (replace(facts_of(), policy=registered(owners=(OWNER, OTHER))), ("safe-drift", "error")),
        (replace(facts_of(), policy=registered(threshold=2)), ("safe-drift", "error")),
        (replace(facts_of(), policy=registered(modules=(OTHER,))), ("safe-drift", "error")),
        (replace(facts_of(), policy=registered(guard=OTHER)), ("safe-drift", "error")),
        (replace(facts_of(), policy=registered(fallback_handler=OTHER)), ("safe-drift", "error")),
        (replace(facts_of(), policy=registered(version="1.3.0")), ("safe-drift", "error")),
        (with_tx(facts_of(), operation=Operation.DELEGATECALL), ("delegatecall-unlisted", "error")),
        (
            with_codes(
                batch_with(MultiSendItem(to=RESERVE, value=0, data=PAUSE.data)), {SAFE_1_4_1.multi_send_call_only: CODE}
            ),
            ("delegatecall-code", "error"),
        ),
        (
            batch_with(MultiSendItem(to=OTHER, value=0, data=b"", operation=Operation.DELEGATECALL)),
            ("delegatecall-inside", "error"),
        ),
        (
            batch_with(MultiSendItem(to=RESERVE, value=0, data=PAUSE.data), to=SAFE_1_4_1.multi_send),
            ("delegatecall-unlisted", "error"),
        ),
        (
            with_tx(
                facts_of(),
                to=SAFE_1_4_1.multi_send_call_only,
                data=b"\x8d\x80\xff\x0a",
                operation=Operation.DELEGATECALL,
            ),
            ("batch-unreadable", "error"),
        ),
        (with_tx(facts_of(), data=PAUSE.data + bytes(32)), ("hidden-bytes", "error")),
        (with_tx(facts_of(), data=bytes.fromhex("deadbeef")), ("unknown-call", "warning")),
        (with_tx(facts_of(), gas_price=1), ("gas-refund", "error")),
        (with_tx(facts_of(), refund_receiver=OTHER), ("gas-refund", "error")),
        (facts_of(nonce=3), ("stale-nonce", "error")),
        (replace(facts_of(nonce=6), queue=(rival(4), rival(5))), ("future-nonce", "info")),
        (facts_of(nonce=6), ("nonce-gap", "warning")),
        (replace(facts_of(), queue=(rival(4),)), ("nonce-conflict", "warning")),
        (facts_of(Safe(SAFE).change_threshold(1, purpose="")), ("safe-changes-itself", "error")),
        (facts_of(PAUSE, Safe(SAFE).change_threshold(1, purpose="")), ("safe-change-bundled", "error")),
        (facts_of(Safe(SAFE).enable_module(OTHER, purpose="")), ("safe-extension", "warning")),
        (facts_of(Safe(SAFE).set_guard(OTHER, purpose="")), ("safe-extension", "warning")),
        (facts_of(Safe(SAFE).set_fallback_handler(OTHER, purpose="")), ("safe-extension", "warning")),
        (moving(GRANT, TRANSFER), ("bundled-authority", "error")),
        (facts_of(GRANT), ("plan-understates", "error")),
        (facts_of(TRANSFER), ("plan-understates", "error")),
        (moving(TRANSFER), ("payee-unknown", "warning")),
        (moving(TOKEN.transfer(SAFE, 5, purpose="")), ("impossible-payee", "error")),
        (with_codes(moving(TRANSFER), {PAYEE: bytes.fromhex("ef0100") + b"\x07" * 20}), ("delegated-payee", "warning")),
        (replace(moving(TRANSFER), book={LOOK_ALIKE: "together"}), ("payee-look-alike", "error")),
        (facts_of(TOKEN.approve(OTHER, 2**256 - 1, purpose="")), ("unlimited-approval", "error")),
        (facts_of(queueing("infrastructureAccrualBps")), ("queued-split-without-effect", "error")),
        (facts_of(queueing("tokensPerDeltaOne")), ("queued-split-without-effect", "warning")),
        (facts_of(TOKEN.approve(RESERVE, 2**256 - 1, purpose="")), ("unlimited-approval", "warning")),
        (facts_of(TOKEN.approve(OTHER, 5, purpose="")), ("lingering-approval", "warning")),
        (
            replace(facts_of(), requirements=((RoleRequired(contract=RESERVE, role=PAUSER_ROLE), False),)),
            ("role-missing", "error"),
        ),
        (facts_of(*[PAUSE] * 101), ("batch-large", "warning")),
        (with_tx(facts_of(), safe_tx_gas=50_000), ("safe-tx-gas", "warning")),
        (executor(balance_wei=1), ("executor-short", "error")),
        (replace(facts_of(), block_gas_limit=50_000), ("gas-over-block", "error")),
        (with_gas(29_000_000), ("gas-over-cap", "warning")),
        (with_gas(16_000_000), ("gas-over-block", "warning")),
        (
            replace(executor(balance_wei=2 * 10**14), gas=GasMeasure(limit=100_000, source="")),
            ("executor-short", "error"),
        ),
        (executor(max_fee_wei=1), ("fee-cap-low", "warning")),
        (with_codes(facts_of(), {OWNER: CODE}), ("owner-cannot-sign", "warning")),
        (answering(answer=False), ("threshold-unreachable", "error")),
        (demanding(held=False), ("role-missing", "error")),
        (replace(facts_of(), votes=(replace(VOTES, votes=4),)), ("votes-below-threshold", "error")),
        (with_codes(facts_of(), {OWNER: CODE}), ("threshold-unreachable", "error")),
        (with_details(authority=replace(AUTHORITY, owners=(OWNER, SAFE))), ("owner-cannot-sign", "warning")),
    ],
)
def test_each_fact_that_speaks_against_it_is_named(facts: SafeTxFacts, found: tuple[str, str]) -> None:
    assert found in codes(facts)


@pytest.mark.parametrize(
    ("due_at", "nonce", "found"),
    [
        (0, 4, [("timelock-unknown", "error")]),
        (1, 4, [("timelock-done", "error")]),
        (2, 4, [("timelock-waiting", "error")]),
        (None, 4, []),
    ],
)
def test_a_timelocks_operation_must_be_due(due_at: int | None, nonce: int, found: list[tuple[str, str]]) -> None:
    operation = ScheduledOperation(timelock=OTHER, operation_id="0x" + "22" * 32, due_at=due_at)
    assert codes(replace(facts_of(nonce=nonce), operations=(operation,))) == found


def test_a_timelocks_operation_that_is_due_is_no_finding() -> None:
    later = replace(facts_of().block, timestamp=100)
    operation = ScheduledOperation(timelock=OTHER, operation_id="0x" + "22" * 32, due_at=100)
    assert codes(replace(facts_of(), block=later, operations=(operation,))) == []


def test_hashes_that_disagree_stop_and_cannot_be_allowed() -> None:
    facts = facts_of()
    for change in ({"contract": "0x" + "00" * 32}, {"eth_account": "0x" + "00" * 32}):
        wrong = replace(facts, hashes=(*facts.hashes[:-1], replace(facts.hashes[-1], **change)))
        (finding,) = findings_of(run_checks(wrong))
        assert finding.code == "hash-mismatch"
        assert finding.blocks(frozenset({finding.code}))


def test_owners_behind_keys_delegations_and_smart_wallets_can_sign() -> None:
    wallets = {b"", bytes.fromhex("ef0100") + b"\x07" * 20, bytes.fromhex("60631626ba7e14")}
    for code in wallets:
        assert codes(with_codes(facts_of(), {OWNER: code})) == []


def test_code_as_audited_is_no_finding() -> None:
    policy = Policy(audited={RESERVE: AuditedContract(code_hash="0x" + keccak(b"\x00").hex())})
    assert codes(replace(facts_of(), policy=policy)) == []


def test_modules_that_the_registry_names_are_no_finding() -> None:
    assert codes(replace(with_details(modules=(OTHER,)), policy=registered(modules=(OTHER,)))) == []


def test_a_rejection_is_no_change_of_the_safe() -> None:
    rejection = with_tx(facts_of(), to=SAFE, data=b"")
    assert "safe-changes-itself" not in dict(codes(rejection))


def test_an_approval_that_the_next_call_uses_does_not_linger() -> None:
    spender = MockUsdc(OTHER, label="Other").mint(OWNER, 1, purpose="")
    assert codes(facts_of(TOKEN.approve(OTHER, 5, purpose=""), spender)) == []


def test_the_known_contracts_of_safe_may_run_as_the_safe() -> None:
    for address, target in DELEGATE_TARGETS.items():
        if not target.batches and not target.creates:
            assert codes(with_tx(facts_of(), to=address, operation=Operation.DELEGATECALL)) == []


def test_a_batch_may_have_contracts_created_in_the_name_of_the_safe() -> None:
    known = replace(CREATION, data=created(load_artifact("ModelRegistry").bytecode))
    assert codes(batch_with(known, to=SAFE_1_4_1.multi_send)) == []
    assert codes(batch_with(CREATION, to=SAFE_1_4_1.multi_send)) == [("creation-unknown", "warning")]


@pytest.mark.parametrize(
    ("items", "to"),
    [
        ((CREATION, replace(CREATION, to=OTHER)), SAFE_1_4_1.multi_send),
        ((CREATION, replace(CREATION, value=1)), SAFE_1_4_1.multi_send),
        ((CREATION, replace(CREATION, data=created(value=1))), SAFE_1_4_1.multi_send),
        ((CREATION, replace(CREATION, data=created() + b"\0")), SAFE_1_4_1.multi_send),
        ((CREATION, replace(CREATION, to=SAFE_1_4_1.multi_send)), SAFE_1_4_1.multi_send),
        ((CREATION,), SAFE_1_4_1.multi_send_call_only),
    ],
    ids=["elsewhere", "value", "endowment", "hidden-bytes", "another-batch", "call-only"],
)
def test_no_other_delegatecall_passes_beside_a_creation(items: tuple[MultiSendItem, ...], to: ChecksumAddress) -> None:
    assert ("delegatecall-inside", "error") in codes(batch_with(*items, to=to))


def test_creating_without_the_batch_is_not_the_accepted_shape() -> None:
    facts = with_tx(facts_of(), to=SAFE_1_4_1.create_call, data=created(), operation=Operation.DELEGATECALL)
    assert ("delegatecall-unlisted", "error") in codes(facts)


def test_what_creates_must_have_its_very_code() -> None:
    facts = with_codes(batch_with(CREATION, to=SAFE_1_4_1.multi_send), {SAFE_1_4_1.create_call: CODE})
    assert ("delegatecall-code", "error") in codes(facts)


def test_a_role_that_an_earlier_call_may_give_only_warns() -> None:
    facts = replace(
        facts_of(GRANT, PAUSE, moves_funds=True),
        requirements=((RoleRequired(contract=RESERVE, role=PAUSER_ROLE), False),),
    )
    assert ("role-missing", "warning") in codes(facts)


def test_stops_come_first() -> None:
    facts = replace(with_details(modules=(OTHER,), singleton=OTHER), queue=(rival(4),))
    assert [severity for _, severity in codes(facts)] == ["error", "warning", "warning"]


def test_every_check_says_what_it_looked_at_or_that_it_does_not_apply() -> None:
    outcomes = run_checks(facts_of())
    assert [one.check for one in outcomes] == [check.id for check in CHECKS if check.run is not None]
    for one in outcomes:
        assert one.looked_at or one.verdict is Verdict.NOT_APPLICABLE or one.check == "code", one.check


def test_every_finding_is_one_that_the_list_promises() -> None:
    ids = {check.id: dict(check.codes) for check in CHECKS}
    assert len(ids) == len(CHECKS)
    for outcome in run_checks(with_tx(facts_of(), operation=Operation.DELEGATECALL, gas_price=1)):
        assert {finding.code for finding in outcome.findings} <= set(ids[outcome.check])
