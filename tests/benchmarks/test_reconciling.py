"""Following the money of 200,000 indexed events beside a book of 2,000 invoices: events per second, and the memory."""

import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from eth_utils.address import to_checksum_address

from hokctl.domain.calls import AbiValue
from hokctl.domain.invoices import Invoice, hash_number
from hokctl.domain.protocol_events import ProtocolEvent
from hokctl.domain.reconciliation import Period
from hokctl.domain.units import BlockRef, ModelId, TxHash, model_topic
from hokctl.ledger.book import Ledger
from hokctl.ledger.events import EventIndex
from hokctl.services.reconciliation_matching import Obligations
from hokctl.services.reconciliation_movements import EVENT_NAMES, Movements
from tests.unit.services.reconciliation_samples import PAYEE, START, owed

pytestmark = pytest.mark.benchmark

EVENTS: Final = 200_000
FEW: Final = EVENTS // 20
MANY: Final = EVENTS // 2
"""How many of the events are followed to measure memory, which takes its time."""
INVOICES: Final = 2_000
MOST_BYTES: Final = 48 * 2**20
LEAST_A_SECOND: Final = 5_000
CHAIN_ID: Final = 31337
RESERVE, TOKEN, BACKEND = (to_checksum_address("0x" + byte * 20) for byte in ("4e", "05", "be"))
M21: Final = model_topic(ModelId("21"))
SHARE: Final = 80
"""Of each fee of 100 units; each payment takes 50."""


def block_at(number: int) -> BlockRef:
    return BlockRef(number=number, hash=f"0x{number:064x}", timestamp=START + number)


def history(events: int) -> Iterator[ProtocolEvent]:
    """Yield fees of three events each, and a payment of two for each of the first invoices, one a block."""
    block = number = 0
    while number + 3 <= events:
        block += 1
        paid = block % 30 == 0 and block // 30 <= INVOICES
        for position, one in enumerate(_payment(block // 30) if paid else _fee()):
            yield _event(block, position, one)
            number += 1


Said = tuple[str, str, str | None, dict[str, AbiValue]]


def _fee() -> list[Said]:
    return [
        ("Transfer", TOKEN, None, {"from": BACKEND, "to": RESERVE, "value": SHARE}),
        ("InfrastructureDeposited", RESERVE, M21, {"amount": SHARE, "newBalance": 0}),
        ("FeeDeposited", RESERVE, M21, {"totalAmount": 100, "infrastructureAmount": SHARE, "profitAmount": 20}),
    ]


def _payment(number: int) -> list[Said]:
    hash_ = bytes.fromhex(hash_number(f"INV-{number}")[2:])
    return [
        ("InfrastructureCostPaid", RESERVE, M21, {"payee": PAYEE, "amount": 50, "invoiceHash": hash_, "memo": ""}),
        ("Transfer", TOKEN, None, {"from": RESERVE, "to": PAYEE, "value": 50}),
    ]


def _event(block: int, position: int, said: Said) -> ProtocolEvent:
    name, address, topic, args = said
    return ProtocolEvent(
        block_number=block,
        block_hash=block_at(block).hash,
        timestamp=block_at(block).timestamp,
        tx_hash=TxHash(f"0x{block:064x}"),
        log_index=position,
        contract="InfrastructureReserve",
        address=to_checksum_address(address),
        name=name,
        args=args,
        model_id=None,
        model_topic=topic,
    )


def follow(index: EventIndex, invoices: list[Invoice], last: int | None = None) -> tuple[Movements, Obligations]:
    obligations = Obligations(invoices)
    moved = Movements(
        reserve=RESERVE,
        token=TOKEN,
        period=Period(),
        splits={M21: 8_000},
        dust_units=1,
        on_payment=obligations.offer,
    )
    for event in index.events(names=EVENT_NAMES, to_block=last):
        moved.take(event)
    moved.finish()
    return moved, obligations


def peak(index: EventIndex, invoices: list[Invoice], events: int) -> int:
    tracemalloc.start()
    follow(index, invoices, events // 3)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_two_hundred_thousand_events_are_followed_in_bounded_memory(tmp_path: Path) -> None:
    invoices = [owed(f"INV-{number}") for number in range(1, INVOICES + 1)]
    with Ledger.at(tmp_path / "ledger.db") as ledger:
        index = ledger.index(CHAIN_ID, RESERVE)
        index.put(history(EVENTS), first=1, last=block_at(EVENTS))
        began = time.perf_counter()
        moved, obligations = follow(index, invoices)
        seconds = time.perf_counter() - began
        assert moved.oddities == []
        assert moved.statement.adds_up
        assert sum(line.made is not None for line in obligations.lines) == min(INVOICES, moved.statement.payment_count)
        assert moved.statement.payment_count == INVOICES
        assert list(obligations.surplus()) == []
        memory = peak(index, invoices, FEW), peak(index, invoices, MANY)
    rate = EVENTS / seconds
    sys.stdout.write(
        f"\n{EVENTS:,} events in {seconds:.1f} s ({rate:,.0f} a second); memory {memory[0] / 2**20:.1f} MiB for "
        f"{FEW:,}, {memory[1] / 2**20:.1f} MiB for {MANY:,} events\n"
    )
    assert rate > LEAST_A_SECOND
    assert memory[1] < MOST_BYTES
    assert memory[1] < memory[0] * 2
