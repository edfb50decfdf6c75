"""Whatever names, memos and amounts a history has: beancount and hledger take its journal and reach its balances."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from beancount import loader
from beancount.core.data import Transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hokctl.domain.amounts import Token
from hokctl.domain.bookkeeping import ExportFormat
from hokctl.domain.units import ModelId, TxHash, model_topic
from hokctl.services.ledger_export import Export, Scope, build_export
from hokctl.services.ledger_export_formats import render_export
from hokctl.services.ledger_movements import ModelRef, Movement, MovementKind
from tests.programs import hledger_check, needs_hledger

from .export_samples import PAYEE, USDC, two_months

pytestmark = pytest.mark.unit

START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        [
            '"',
            "\\",
            '\\"',
            ";",
            "a ; date:2025-13-45",
            "[2025-99-99]",
            "(code) *!",
            "a|b",
            "x: y, z:w",
            "  two  spaces",
            "\n2025-01-01 open Assets:Evil",
            "\r\n    Assets:Evil  1 USDC",
            "\u202e\u2028\x00\x85",
            "é" * 200,
            "{=%s}",
            "$1",
        ]
    ),
)
AMOUNTS = st.one_of(st.integers(1, 3), st.integers(1, 10**22), st.sampled_from([10**6, 10**18, 2**64]))


@st.composite
def movements(draw: st.DrawFn) -> Movement:
    """Return a movement of any kind, at any time of a quarter."""
    kind = draw(st.sampled_from(MovementKind))
    units = draw(AMOUNTS)
    share = draw(st.integers(0, units))
    model_id = ModelId(draw(TEXTS))
    named = draw(st.booleans())
    block = None if kind is MovementKind.INVOICE else draw(st.integers(1, 2**40))
    return Movement(
        kind=kind,
        timestamp=START + draw(st.integers(0, 90 * 86_400)),
        units=-units if kind is MovementKind.UNEXPLAINED and draw(st.booleans()) else units,
        block_number=block,
        log_index=draw(st.integers(0, 9)),
        tx_hash=None if block is None else TxHash(f"0x{block:064x}"),
        model=ModelRef(topic=model_topic(model_id), model_id=model_id if named else None),
        provider=draw(TEXTS),
        account=PAYEE,
        infrastructure_units=share,
        profit_units=units - share,
        invoice=draw(TEXTS),
        settles=draw(st.booleans()),
        memo=draw(TEXTS),
        safe_nonce=draw(st.none() | st.integers(0, 2**40)),
    )


@st.composite
def exports(draw: st.DrawFn) -> Export:
    """Return the export of any movements, of all time or of a month."""
    found = sorted(draw(st.lists(movements(), max_size=8)), key=lambda movement: movement.order)
    token = draw(
        st.builds(
            lambda symbol, decimals: replace(USDC, symbol=symbol, decimals=decimals),
            TEXTS,
            st.sampled_from([0, 2, 6, 18]),
        )
    )
    month = Scope(first=date(2025, 2, 1), last=date(2025, 2, 28))
    scope = draw(st.sampled_from([Scope(), month, Scope(first=date(2025, 3, 1)), replace(month, provider="x")]))
    return build_export(found, token, scope, two_months()[0].coverage)


def usual() -> Export:
    """Return the export of the two months."""
    history, found = two_months()
    return build_export(found, Token(chain_id=1, address=PAYEE, decimals=6, symbol="USDC"), Scope(), history.coverage)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(exports())
@example(usual())
def test_beancount_takes_any_history_and_reads_every_entry(export: Export) -> None:
    journal = render_export(export, ExportFormat.BEANCOUNT)
    read, errors, _ = loader.load_string(journal)
    assert errors == [], journal
    entries = [entry for entry in read if isinstance(entry, Transaction)]
    assert len(entries) == len(export.entries)
    for entry, meant in zip(entries, sorted(export.entries, key=lambda one: one.day), strict=True):
        assert [(one.account, str(one.units)) for one in entry.postings] == [
            (one.account, f"{one.unit.text(one.units)} {one.unit.commodity}") for one in meant.postings
        ]


class TestHledger:
    """The same for hledger."""

    pytestmark = needs_hledger

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(exports())
    @example(usual())
    def test_hledger_takes_any_history(self, export: Export) -> None:
        """Its strict check has nothing to say."""
        assert hledger_check(render_export(export, ExportFormat.HLEDGER)) == ""


def test_a_balance_that_is_wrong_by_the_least_unit_is_noticed() -> None:
    export = usual()
    wrong = replace(export, closing=tuple(replace(one, units=one.units + 1) for one in export.closing[:1]))
    _, errors, _ = loader.load_string(render_export(wrong, ExportFormat.BEANCOUNT))
    assert errors
    with pytest.raises(AssertionError, match="balance assertion"):
        hledger_check(render_export(wrong, ExportFormat.HLEDGER))
    assert export.closing_day - export.entries[-1].day == timedelta(days=1)
