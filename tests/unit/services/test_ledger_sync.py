"""Bringing the index in step with the chain: whatever happens on the way, it ends with what the chain says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hokctl.chain.errors import NodeBusyError, NodeTimeoutError, RpcError, UnknownBlockError, WrongChainError
from hokctl.config.networks import NetworkSettings
from hokctl.domain.amounts import Token
from hokctl.domain.invoices import HashMethod, Invoice, InvoiceLine, InvoiceState, LinePayment
from hokctl.domain.protocol_events import PAYMENT, UNKNOWN_EVENT
from hokctl.domain.units import InvoiceHash, ModelId, TxHash
from hokctl.errors import HokctlError
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import IndexMovedError
from hokctl.services.deployments import Deployment
from hokctl.services.index_reorganisations import NodeBehindIndexError
from hokctl.services.ledger_sync import (
    IndexSync,
    NoFinalityError,
    SyncReport,
    UnconfirmedBlockError,
    confirmed_snapshot,
)
from tests.index_tables import read_tables
from tests.synthetic_chain import PAID, PAYEE, SyntheticChain, model_contract, timeout
from tests.synthetic_node import CONTRACTS

pytestmark = pytest.mark.unit

HEAD = 120
MODELS = {"21": 3, "22": 40}
Sync = Callable[..., SyncReport]


def sync(ledger: Ledger, chain: SyntheticChain, **options: Any) -> SyncReport:  # noqa: ANN401 - the sync's options
    """Bring the index of `ledger` in step with `chain`, ten blocks at a time."""
    return make(ledger, chain, **options).run()


def make(ledger: Ledger, chain: SyntheticChain, deployment: Deployment | None = None, **options: Any) -> IndexSync:  # noqa: ANN401 - the sync's options
    connection = chain.connect()
    usual: dict[str, Any] = {"target": lambda: connection.at("finalized"), "most_blocks": 10}
    return IndexSync(ledger, connection, deployment or chain.deployment(), **usual | options)


def chain_of(**other: Any) -> SyntheticChain:  # noqa: ANN401 - the chain's fields
    usual: dict[str, Any] = {"head": HEAD, "per_block": 2, "models": MODELS}
    return SyntheticChain(**usual | other)


@pytest.fixture
def place(book_url: str) -> str:
    return book_url


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    with Ledger.open(place) as book:
        yield book


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, list[tuple[object, ...]]]]:
    """Return what the tables hold after one undisturbed sync of a chain."""
    known: dict[str, dict[str, list[tuple[object, ...]]]] = {}

    def tables(**fields: Any) -> dict[str, list[tuple[object, ...]]]:  # noqa: ANN401 - the chain's fields
        key = str(sorted(fields.items()))
        if key not in known:
            path = tmp_path_factory.mktemp("undisturbed") / "ledger.db"
            with Ledger.at(path) as book:
                sync(book, chain_of(**fields), most_blocks=10_000)
            known[key] = read_tables(path)
        return known[key]

    return tables


def test_every_log_of_the_deployment_is_in_the_index(ledger: Ledger) -> None:
    chain = chain_of()
    report = sync(ledger, chain)
    index = make(ledger, chain).index
    logs = [log for number in range(1, HEAD + 1) for log in chain.block(number)]
    assert [event.place for event in index.events()] == [
        (int(log["blockNumber"], 16), int(log["logIndex"], 16)) for log in logs
    ]
    assert (report.first, report.events) == (1, len(logs))
    assert report.coverage is not None
    assert (report.coverage.first_block, report.coverage.last_block) == (1, HEAD)
    assert report.models == ("21", "22")
    assert not any(event.name == UNKNOWN_EVENT for event in index.events())
    assert {event.model_id for event in index.events(names={PAYMENT})} == {"21", "22"}
    paid = [log for log in logs if log["topics"][0] == PAID]
    assert report.transactions == len(paid)
    receipts = index.transactions([TxHash(log["transactionHash"]) for log in paid])
    assert len(receipts) == len(paid)
    assert all(one.succeeded and one.gas_price_wei == 10**9 for one in receipts.values())


def test_contracts_of_a_model_are_read_from_their_creation(ledger: Ledger) -> None:
    sync(ledger, chain_of())
    index = make(ledger, chain_of()).index
    found = {one.address: (one.name, one.first_block, one.model_id) for one in index.contracts}
    assert found[model_contract("22", "params")] == ("HokusaiParams", 40, "22")
    assert found[model_contract("22", "pool")] == ("HokusaiAMM", 40, "22")
    assert found[CONTRACTS["InfrastructureReserve"]] == ("InfrastructureReserve", 1, None)
    of_params = [event for event in index.events(from_block=40, to_block=40) if event.contract == "HokusaiParams"]
    assert [(event.name, event.model_id) for event in of_params] == [("InfrastructureAccrualBpsSet", "22")]


@pytest.mark.parametrize(
    "limits",
    [{"says_time": False}, {"longest": 3}, {"longest": 1, "says_time": False}],
    ids=["without times", "short ranges", "block by block"],
)
def test_a_node_with_limits_gives_the_same_index(
    ledger: Ledger, place: str, expected: Callable[..., object], limits: dict[str, Any]
) -> None:
    sync(ledger, chain_of(**limits), most_blocks=50)
    assert read_tables(place) == expected()


@pytest.mark.parametrize("trouble", [timeout(), NodeBusyError("in-process"), RpcError("eth_getLogs", -32000, "pruned")])
def test_what_was_read_before_trouble_is_kept_and_gone_on_from(
    ledger: Ledger, place: str, expected: Callable[..., object], trouble: HokctlError
) -> None:
    chain = chain_of()
    reached = []
    for calm in (0, 7, 20):
        chain.trouble, chain.ranges, chain.calm = trouble, 0, calm
        with pytest.raises((NodeTimeoutError, NodeBusyError, RpcError)) as caught:
            sync(ledger, chain)
        assert caught.value.exit_code == 4
        coverage = make(ledger, chain).index.coverage
        reached.append(0 if coverage is None else coverage.last_block)
    assert reached[0] == 0 < reached[1] < reached[2] < HEAD
    chain.trouble = None
    report = sync(ledger, chain)
    assert report.first == reached[2] + 1
    assert read_tables(place) == expected()


def test_another_sync_adds_what_is_new_and_nothing_else(
    ledger: Ledger, place: str, expected: Callable[..., object]
) -> None:
    sync(ledger, chain_of(head=50))
    assert sync(ledger, chain_of(head=50)).events == 0
    report = sync(ledger, chain_of())
    assert (report.first, report.undone) == (51, [])
    assert read_tables(place) == expected()
    again = sync(ledger, chain_of())
    assert (again.first, again.events, again.transactions) == (None, 0, 0)


@pytest.mark.parametrize("fork", [119, 100, 41, 39, 2, 0])
def test_a_reorganisation_ends_in_what_a_sync_of_the_new_branch_gives(
    ledger: Ledger, place: str, expected: Callable[..., object], fork: int
) -> None:
    sync(ledger, chain_of())
    other = {"fork": fork, "head": HEAD + 3, "models": MODELS if fork > 40 else {"21": 3, "22": 44, "23": 45}}
    report = sync(ledger, chain_of(**other))
    assert len(report.undone) == 1
    assert report.undone[0].from_block <= fork + 1
    assert report.undone[0].from_block > fork - 10
    assert read_tables(place) == expected(**other)


def test_a_reorganisation_to_a_shorter_chain_is_followed_too(
    ledger: Ledger, place: str, expected: Callable[..., object]
) -> None:
    sync(ledger, chain_of())
    sync(ledger, chain_of(fork=60, head=90))
    assert read_tables(place) == expected(fork=60, head=90)


def test_going_back_costs_few_round_trips(ledger: Ledger) -> None:
    sync(ledger, chain_of(head=600), most_blocks=20)
    chain = chain_of(head=600, fork=450)
    asked = chain.requests
    run = make(ledger, chain)
    run._undo_what_is_gone(chain.connect().at("latest"))
    assert chain.requests - asked <= 6


@pytest.mark.parametrize("ranges", [1, 5, 16])
def test_a_chain_that_changes_while_it_is_read_is_never_mixed(
    ledger: Ledger, place: str, expected: Callable[..., object], ranges: int
) -> None:
    chain = chain_of()
    answer = chain.answer

    def shifting(method: str, params: Any) -> Any:  # noqa: ANN401 - JSON
        if method == "eth_getLogs" and chain.ranges >= ranges:
            chain.fork = 20
        return answer(method, params)

    chain.answer = shifting  # type: ignore[method-assign]  # a node whose chain goes another way in the middle
    sync(ledger, chain)
    assert read_tables(place) == expected(fork=20)


def test_a_node_that_lags_behind_changes_nothing(ledger: Ledger, place: str) -> None:
    sync(ledger, chain_of())
    before = read_tables(place)
    with pytest.raises(NodeBehindIndexError, match=f"does not know block {HEAD} yet"):
        sync(ledger, chain_of(head=70))
    assert read_tables(place) == before


def test_a_node_of_another_chain_changes_nothing(ledger: Ledger, place: str) -> None:
    sync(ledger, chain_of(head=50))
    before = read_tables(place)
    with pytest.raises(WrongChainError):
        sync(ledger, chain_of(chain_id=1))
    assert read_tables(place) == before


def test_two_syncs_at_once_refuse_to_mix(ledger: Ledger, place: str, expected: Callable[..., object]) -> None:
    others: list[SyncReport] = []

    def meanwhile(*_: int) -> None:
        if not others:
            others.append(SyncReport())
            with Ledger.open(place) as own:
                others[0] = sync(own, chain_of())

    with pytest.raises(IndexMovedError):
        sync(ledger, chain_of(), progress=meanwhile)
    assert others[0].coverage is not None
    assert read_tables(place) == expected()
    assert sync(ledger, chain_of()).events == 0


def test_a_contract_that_the_manifest_names_later_is_read_from_the_start(
    ledger: Ledger, place: str, expected: Callable[..., object]
) -> None:
    whole = chain_of().deployment()
    named = {name: address for name, address in whole.contracts.items() if name != "UsageFeeRouter"}
    elsewhere = replace(whole.suite, router_address=PAYEE)
    chain = chain_of()
    sync(ledger, chain, deployment=replace(whole, contracts=named, suite=elsewhere))
    index = make(ledger, chain).index
    assert not list(index.events(names={"FeeDeposited"}))
    chain.trouble, chain.ranges, chain.calm = timeout(), 0, 3
    with pytest.raises(NodeTimeoutError):
        sync(ledger, chain)
    assert [one.next_block for one in index.contracts if one.name == "UsageFeeRouter" and one.address != PAYEE] == [31]
    chain.trouble = None
    sync(ledger, chain)
    found, wanted = read_tables(place), expected()
    assert isinstance(wanted, dict)
    found["index_contracts"] = [row for row in found["index_contracts"] if row[1] != PAYEE]
    assert found == wanted


def test_models_from_before_the_first_block_are_found_on_the_chain(ledger: Ledger) -> None:
    chain = chain_of(first=30)
    report = sync(ledger, chain)
    assert report.models == ("21", "22")
    index = make(ledger, chain).index
    assert {one.first_block for one in index.contracts} == {30, 40}
    assert all(one.next_block is None for one in index.contracts)


def test_a_deployment_that_is_not_certain_yet_leaves_an_empty_index(ledger: Ledger) -> None:
    report = sync(ledger, chain_of(first=200))
    assert (report.coverage, report.first, report.events) == (None, None, 0)


def test_a_dropped_index_is_read_anew(ledger: Ledger, place: str, expected: Callable[..., object]) -> None:
    sync(ledger, chain_of())
    report = make(ledger, chain_of()).run(drop=True)
    assert report.dropped is not None
    assert (report.first, report.events) == (1, report.dropped.events)
    assert read_tables(place) == expected()


def network(**other: object) -> NetworkSettings:
    return NetworkSettings.model_validate(
        {"name": "synthetic", "chain_id": 778, "proposals": Path("proposals")} | other
    )


def test_the_index_stops_where_blocks_are_certain() -> None:
    chain = chain_of(behind=64)
    connection = chain.connect()
    assert confirmed_snapshot(connection, network()).block.number == HEAD - 64
    assert confirmed_snapshot(connection, network(confirmations=5)).block.number == HEAD - 5
    assert confirmed_snapshot(connection, network(confirmations=0)).block.number == HEAD
    assert confirmed_snapshot(connection, network(confirmations=500)).block.number == 0
    assert confirmed_snapshot(connection, network(chain_id=31337)).block.number == HEAD
    assert confirmed_snapshot(connection, network(), to_block=7).block.number == 7
    with pytest.raises(UnconfirmedBlockError, match=f"Block 60 .* has number {HEAD - 64}"):
        confirmed_snapshot(connection, network(), to_block=60)


def test_a_node_without_finality_is_told_what_to_do() -> None:
    chain = chain_of(head=10, behind=64)
    with pytest.raises(NoFinalityError, match="does not say which block is finalized"):
        confirmed_snapshot(chain.connect(), network())


TOKEN = Token(chain_id=778, address=CONTRACTS["USDC"], decimals=6, symbol="USDC")


def paid_invoice(log: dict[str, Any], number: str, **other: Any) -> Invoice:  # noqa: ANN401 - the invoice's fields
    """Return an invoice that the payment in `log` paid."""
    payment = LinePayment(
        tx_hash=TxHash(log["transactionHash"]),
        block_number=int(log["blockNumber"], 16),
        log_index=int(log["logIndex"], 16),
        paid_at=1,
        safe_tx_hash=None,
        safe_nonce=None,
    )
    line = InvoiceLine(model_id=ModelId("21"), amount=TOKEN.amount(int(log["data"][2:66], 16)), payment=payment)
    fields = {
        "number": number,
        "provider": "together",
        "payee": PAYEE,
        "lines": (line,),
        "invoice_hash": InvoiceHash(log["topics"][3]),
        "hash_method": HashMethod.NUMBER,
        "currency": "USDC",
        "state": InvoiceState.PAID,
        "tx_hash": log["transactionHash"],
    }
    return Invoice(**fields | other)


def test_a_payment_that_is_gone_opens_its_invoice_again(ledger: Ledger) -> None:
    chain = chain_of()
    before, after = chain.payments(1, 60)[-1], chain.payments(100, HEAD)[-1]
    ledger.invoices.add(paid_invoice(before, "STAYS"))
    ledger.invoices.add(paid_invoice(after, "GOES"))
    ledger.invoices.add(replace(paid_invoice(chain.payments(100, HEAD)[-2], "WAITS"), safe_tx_hash="0x" + "5a" * 32))
    assert sync(ledger, chain).unpaid == []
    report = sync(ledger, chain_of(fork=80))
    assert sorted(one.number for one in report.unpaid) == ["GOES", "WAITS"]
    states = {number: ledger.invoices.get(number).state for number in ("STAYS", "GOES", "WAITS")}
    assert states == {"STAYS": InvoiceState.PAID, "GOES": InvoiceState.OPEN, "WAITS": InvoiceState.PROPOSED}
    assert ledger.invoices.get("GOES").lines[0].payment is None
    assert ledger.invoices.get("GOES").tx_hash is None
    assert sync(ledger, chain_of(fork=80)).unpaid == []


def test_a_payment_that_went_before_the_index_saw_it_opens_its_invoice_too(ledger: Ledger) -> None:
    sync(ledger, chain_of(head=90))
    ledger.invoices.add(paid_invoice(chain_of().payments(100, HEAD)[0], "GOES"))
    report = sync(ledger, chain_of(fork=95))
    assert report.undone == []
    assert [one.number for one in report.unpaid] == ["GOES"]
    assert ledger.invoices.get("GOES").state is InvoiceState.OPEN


def test_payments_of_another_deployment_on_the_chain_are_left_alone(ledger: Ledger) -> None:
    chain = chain_of()
    elsewhere = replace(chain.deployment(), suite=replace(chain.deployment().suite, reserve_address=PAYEE))
    ledger.invoices.add(paid_invoice(chain.payments(50, 60)[0], "OTHER"))
    report = sync(ledger, chain, deployment=elsewhere)
    assert report.unpaid == []
    assert ledger.invoices.get("OTHER").state is InvoiceState.PAID


def test_a_node_without_receipts_is_to_blame(ledger: Ledger) -> None:
    chain = chain_of()
    answer = chain.answer
    chain.answer = lambda method, params: (  # type: ignore[method-assign]  # a node that pruned receipts
        None if method == "eth_getTransactionReceipt" else answer(method, params)
    )
    with pytest.raises(UnknownBlockError):
        sync(ledger, chain)
