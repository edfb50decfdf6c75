"""A Safe transaction that hokctl did not plan is retold call by call, and nothing can hide in the telling."""

from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from hokctl.clients.codec import encode_call
from hokctl.clients.multisend import MultiSendItem, pack_multi_send
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import SAFE_1_3_0, SAFE_1_4_1
from hokctl.domain.plans import plan_from_json, plan_to_json
from hokctl.domain.units import BlockRef
from hokctl.safe.proposals import PlanMismatchError, Proposal, proposal_from_json, verify_plan, verify_storable
from hokctl.safe.transactions import SafeTx
from hokctl.services.foreign_plans import plan_from_safe_tx

from .samples import CHAIN_ID, OTHER_SAFE, SAFE_ADDRESS, batch_proposal, plan_of, threshold_call

pytestmark = pytest.mark.unit

BLOCK = BlockRef(number=7, hash="0x" + "07" * 32, timestamp=1_750_000_000)
TOKEN = to_checksum_address("0x" + "70" * 20)
PAYEE = to_checksum_address("0x" + "12" * 20)
TRANSFER = encode_call("transfer(address,uint256)", (PAYEE, 5))
ITEMS = (
    MultiSendItem(to=TOKEN, value=0, data=TRANSFER),
    MultiSendItem(to=PAYEE, value=3, data=b""),
    MultiSendItem(to=TOKEN, value=0, data=b"\xde\xad\xbe\xef\x01"),
)


def foreign(to: str, data: bytes, operation: Operation = Operation.CALL, value: int = 0) -> SafeTx:
    return SafeTx(
        safe=SAFE_ADDRESS,
        chain_id=CHAIN_ID,
        version="1.4.1",
        to=to_checksum_address(to),
        value=value,
        data=data,
        operation=operation,
        nonce=7,
    )


def batch(items: tuple[MultiSendItem, ...], at: str = SAFE_1_4_1.multi_send_call_only) -> SafeTx:
    return foreign(at, encode_call("multiSend(bytes)", (pack_multi_send(items),)), Operation.DELEGATECALL)


def retold(safe_tx: SafeTx, title: str | None = None) -> Proposal:
    plan = plan_from_safe_tx(safe_tx, network="devnet", block=BLOCK, labels={TOKEN: "USDC"}, title=title)
    return Proposal(safe_tx=safe_tx, plan=plan, created_at=1)


def test_every_call_of_a_batch_is_retold_with_its_arguments() -> None:
    plan = retold(batch(ITEMS)).plan

    assert [(call.to, call.value, call.data) for call in plan.calls] == [(i.to, i.value, i.data) for i in ITEMS]
    assert [call.signature for call in plan.calls] == ["transfer(address,uint256)", "plain transfer", "raw"]
    assert [call.label for call in plan.calls] == ["USDC", "account or contract", "USDC"]
    assert [argument.value for argument in plan.calls[0].args] == [PAYEE, 5]
    assert plan.declared is False
    assert plan.title == f"{plan.calls[0].purpose}, and 2 more"
    assert plan_from_json(plan_to_json(plan)) == plan


@pytest.mark.parametrize(
    "safe_tx",
    [
        batch(ITEMS),
        batch(ITEMS[:1], at=SAFE_1_3_0.multi_send_call_only),
        batch((*ITEMS, MultiSendItem(to=OTHER_SAFE, value=0, data=b"", operation=Operation.DELEGATECALL))),
        foreign(TOKEN, TRANSFER),
        foreign(PAYEE, b"", value=10**18),
        foreign(OTHER_SAFE, b"\x01\x02", Operation.DELEGATECALL),
        foreign(SAFE_1_4_1.multi_send, b"\x8d\x80\xff\x0a", Operation.DELEGATECALL),
    ],
)
def test_a_retold_transaction_can_be_kept_and_is_what_it_says(safe_tx: SafeTx) -> None:
    proposal = retold(safe_tx)
    verify_plan(proposal.plan, safe_tx)

    assert proposal_from_json(verify_storable(proposal)) == proposal


@pytest.mark.parametrize(
    "safe_tx",
    [
        batch(ITEMS[:2]),
        batch((ITEMS[0], replace(ITEMS[1], value=4), ITEMS[2])),
        foreign(SAFE_1_4_1.multi_send_call_only, batch(ITEMS).data),
        foreign(OTHER_SAFE, batch(ITEMS).data, Operation.DELEGATECALL),
        replace(batch(ITEMS), data=batch(ITEMS).data + b"\0" * 32),
        replace(batch(ITEMS), value=1),
    ],
    ids=["one less", "another value", "no delegatecall", "another target", "bytes after it", "value of its own"],
)
def test_a_retelling_of_something_else_is_refused(safe_tx: SafeTx) -> None:
    with pytest.raises(PlanMismatchError, match="other calls"):
        verify_plan(retold(batch(ITEMS)).plan, safe_tx)


def test_shown_bytes_must_be_the_bytes() -> None:
    proposal = retold(foreign(TOKEN, b"\xde\xad\xbe\xef"))
    (call,) = proposal.plan.calls
    shown = replace(call, args=(replace(call.args[0], value=b"\xde\xad\xbe\xee"),))
    with pytest.raises(PlanMismatchError, match="not those shown"):
        verify_plan(replace(proposal.plan, calls=(shown,)), proposal.safe_tx)


def test_what_nobody_can_read_is_no_declared_plan() -> None:
    proposal = retold(foreign(TOKEN, b"\xde\xad\xbe\xef"))
    with pytest.raises(PlanMismatchError, match="nobody can read"):
        verify_plan(replace(proposal.plan, declared=True), proposal.safe_tx)


def test_a_declared_plan_may_be_packed_by_another_version() -> None:
    proposal = batch_proposal()
    verify_plan(proposal.plan, replace(proposal.safe_tx, to=SAFE_1_3_0.multi_send_call_only))
    with pytest.raises(PlanMismatchError, match="its to differs"):
        verify_plan(proposal.plan, replace(proposal.safe_tx, to=SAFE_1_3_0.multi_send))
    with pytest.raises(PlanMismatchError, match="its to differs"):
        verify_plan(plan_of(threshold_call(3)), proposal.safe_tx)


def test_a_title_from_elsewhere_cannot_disguise_itself() -> None:
    assert retold(batch(ITEMS), title="Pay\x1b[2J\n rent\u202e").plan.title == "Pay [2J rent"
    assert len(retold(batch(ITEMS), title="x" * 999).plan.title) == 160
    assert retold(foreign(TOKEN, TRANSFER), title="\n").plan.title.startswith("Transfer ")


@given(st.binary(max_size=300), st.sampled_from([Operation.CALL, Operation.DELEGATECALL]), st.booleans())
def test_any_bytes_are_retold_and_kept(data: bytes, operation: Operation, at_multi_send: bool) -> None:
    to = SAFE_1_4_1.multi_send_call_only if at_multi_send else TOKEN
    proposal = retold(foreign(to, data, operation))
    assert proposal_from_json(verify_storable(proposal)) == proposal
