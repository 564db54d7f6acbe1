"""Pages of the past: in order, complete at their seams, bounded."""

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.market import Candle
from engine.domain.messages import (
    BotRecorded,
    DecisionLogged,
    EquitySampled,
    LedgerRecorded,
    Level,
    OrderRecorded,
    Record,
    RungRecorded,
)
from engine.domain.order import OrderState, Side
from engine.domain.sentences import say
from engine.errors import StorageUnavailable
from storage.database import Database
from storage.history import MOST_ROWS, PostgresHistory
from storage.journal import PostgresJournal
from storage.market_recorder import PostgresRecorder
from storage.pages import BotWithRungs, LedgerSum
from tests.storage.builders import (
    BOT,
    DESK,
    SYMBOL,
    T0,
    VENUE,
    D,
    book,
    foundation,
    make_bot,
    make_fill,
    make_order,
    make_rung,
)


@pytest.fixture
def history(database: Database) -> PostgresHistory:
    return PostgresHistory(database)


def candle(minute: int, **changes: Any) -> Candle:
    opened = T0 + timedelta(minutes=minute)
    return replace(Candle(VENUE, SYMBOL, 60, opened, 1.5, 2.5, 0.5, 1.0 + minute, 1e-8), **changes)


async def test_candles_before_an_instant_oldest_first(history: PostgresHistory, database: Database) -> None:
    recorder = PostgresRecorder(database)
    for minute in range(10):
        recorder.record(candle(minute))
    recorder.record(candle(10, is_closed=False))
    recorder.record(candle(3, timeframe_s=300))
    recorder.record(candle(3, symbol="BTC/KRW"))
    await recorder.flush()
    assert await history.candles(VENUE, SYMBOL, 60, None, 4) == [candle(minute) for minute in (6, 7, 8, 9)]
    before = T0 + timedelta(minutes=4)
    assert await history.candles(VENUE, SYMBOL, 60, before, 100) == [candle(minute) for minute in range(4)]
    assert await history.candles(VENUE, SYMBOL, 300, None, 100) == [candle(3, timeframe_s=300)]


async def fill_history(journal: PostgresJournal, count: int, per_instant: int) -> list[Record]:
    """So many fills of two bots, some of them in one instant, oldest first."""
    made: list[Record] = []
    orders: list[Record] = []
    for number in range(count):
        at = T0 + timedelta(seconds=number // per_instant)
        order = make_order(number, ("abcd1234", "bbbbbbbb")[number % 2], state=OrderState.OPEN, created_at=at)
        filled, fill = book(
            order, make_fill(order, f"t{number}", D(10), at=at), profit=D(number) if number % 3 else None
        )
        orders.append(OrderRecorded(filled))
        made.append(fill)
    await journal.commit([*foundation(make_bot(), make_bot("bbbbbbbb")), *orders, *made])
    return made


@pytest.mark.parametrize("per_instant", [1, 4])
async def test_pages_of_fills_miss_and_repeat_nothing(
    history: PostgresHistory, journal: PostgresJournal, per_instant: int
) -> None:
    made = await fill_history(journal, 50, per_instant)
    read: list[object] = []
    before: datetime | None = None
    while page := await history.fills(None, before, 7):
        assert 7 <= len(page) < 7 + per_instant or len(page) + len(read) == 50
        read += page
        before = page[-1].fill.at
    assert list(reversed(read)) == made


async def test_fills_and_orders_of_one_bot(history: PostgresHistory, journal: PostgresJournal) -> None:
    made = await fill_history(journal, 10, 1)
    fills = await history.fills(BOT, None, 100)
    assert list(reversed(fills)) == made[::2]
    assert await history.orders(BOT, None, 100) == [fill.order for fill in fills]
    assert await history.orders(BOT, fills[1].order.created_at, 2) == [fill.order for fill in fills[2:4]]
    assert await history.fills("nobody", None, 10) == []


async def test_the_log_newest_first(history: PostgresHistory, journal: PostgresJournal) -> None:
    lines = [
        DecisionLogged(BOT if at % 2 else "", Level.INFO, say("line {n}", n=at), T0 + timedelta(seconds=at))
        for at in range(6)
    ]
    await journal.commit([*foundation(), *lines])
    assert await history.log(None, None, 4) == list(reversed(lines))[:4]
    assert await history.log(BOT, None, 10) == [lines[5], lines[3], lines[1]]
    assert await history.log(None, lines[2].at, 10) == [lines[1], lines[0]]


def point(at: int, bot_id: str = BOT) -> EquitySampled:
    return EquitySampled(VENUE, bot_id, T0 + timedelta(minutes=at), D(at), D(at) / 7, D(-at), D(500))


@pytest.mark.parametrize(("points", "limit"), [(0, 10), (1, 10), (9, 10), (10, 10), (11, 10), (1000, 10), (1000, 2)])
async def test_a_curve_is_thinned_evenly(
    history: PostgresHistory, journal: PostgresJournal, points: int, limit: int
) -> None:
    await journal.commit([*foundation(), point(3, ""), *(point(at) for at in range(points))])
    curve = await history.equity(BOT, VENUE, None, limit)
    assert len(curve) == min(points, limit)
    if points <= limit:
        assert curve == [point(at) for at in range(points)]
    else:
        assert (curve[0], curve[-1]) == (point(0), point(points - 1))
        gaps = [(b.at - a.at).total_seconds() / 60 for a, b in itertools.pairwise(curve)]
        assert max(gaps) - min(gaps) <= 1


async def test_a_curve_since_an_instant_and_of_the_account(history: PostgresHistory, journal: PostgresJournal) -> None:
    await journal.commit([*foundation(), *(point(at) for at in range(5)), point(9, "")])
    assert await history.equity(BOT, VENUE, T0 + timedelta(minutes=3), 10) == [point(3), point(4)]
    assert await history.equity("", VENUE, None, 10) == [point(9, "")]


async def test_no_page_is_larger_than_the_most(history: PostgresHistory, journal: PostgresJournal) -> None:
    await journal.commit([*foundation(), *(point(at) for at in range(MOST_ROWS + 5))])
    assert len(await history.equity(BOT, VENUE, None, 10**9)) == MOST_ROWS
    lines = [DecisionLogged("", Level.INFO, say("x"), T0 + timedelta(seconds=at)) for at in range(MOST_ROWS + 5)]
    await journal.commit(lines)
    assert len(await history.log(None, None, 10**9)) == MOST_ROWS
    assert len(await history.log(None, None, -1)) == 1


async def test_bots_with_their_present_rungs(history: PostgresHistory, journal: PostgresJournal) -> None:
    gone = make_bot("bbbbbbbb", is_removed=True, created_at=T0 + timedelta(seconds=1))
    await journal.commit([*foundation(make_bot(), gone), RungRecorded(BOT, 1, make_rung(0))])
    await journal.commit([BotRecorded(make_bot(generation=2)), RungRecorded(BOT, 2, make_rung(4))])
    shown = BotWithRungs(make_bot(generation=2), (make_rung(4),))
    assert await history.bots() == [shown]
    assert await history.bots(DESK, with_removed=True) == [shown, BotWithRungs(gone, ())]
    assert await history.bots("another-desk") == []


async def test_pnl_by_day_in_the_traders_zone(history: PostgresHistory, journal: PostgresJournal) -> None:
    """23:30 UTC is the next day in Seoul."""
    late = datetime.fromisoformat("2026-03-01T23:30:00+00:00")
    records: list[Record] = []
    for number, (at, profit) in enumerate([(T0, None), (late, D("1.5")), (late, D("2.25"))]):
        order = make_order(number, state=OrderState.OPEN, side=Side.SELL if profit else Side.BUY)
        records.append(book(order, make_fill(order, f"t{number}", D(2), at=at), profit)[1])
    await journal.commit([*foundation(), *records])
    fee = D("0.5005")
    one = [(day.day, day.fills, day.turnover, day.matched_profit, day.fees) for day in await history.pnl_by_day(BOT)]
    assert one == [(date(2026, 3, 1), 3, D(3003), D("3.75"), (("KRW", 3 * fee),))]
    two = await history.pnl_by_day(None, "Asia/Seoul")
    assert [(day.bot_id, day.day, day.fills, day.matched_profit, day.fees) for day in two] == [
        (BOT, date(2026, 3, 2), 2, D("3.75"), (("KRW", 2 * fee),)),
        (BOT, date(2026, 3, 1), 1, D(0), (("KRW", fee),)),
    ]
    assert await history.pnl_by_day("nobody") == []


async def test_ledger_sums(history: PostgresHistory, journal: PostgresJournal) -> None:
    deposit = LedgerEntry(VENUE, "", "KRW", D(10**6), EntryKind.DEPOSIT, "d", T0)
    order = make_order(0, state=OrderState.OPEN)
    _, fill = book(order, make_fill(order, "t1", D(10)))
    await journal.commit([*foundation(), LedgerRecorded((deposit,)), fill])
    assert await history.ledger_sums(VENUE) == [
        LedgerSum(VENUE, "KRW", "deposit", D(10**6), 1), LedgerSum(VENUE, "KRW", "fee", D("-2.5025"), 1),
        LedgerSum(VENUE, "KRW", "trade", D(-5005), 1), LedgerSum(VENUE, "XRP", "trade", D(10), 1),
    ]  # fmt: skip
    assert await history.ledger_sums("none") == []


async def test_pages_use_an_index(database: Database, journal: PostgresJournal) -> None:
    """A page of a bot among many must not read the whole table."""
    await fill_history(journal, 2000, 1)
    async with database.question() as connection:
        await connection.execute("ANALYZE")
        plan = await connection.fetch(
            "EXPLAIN SELECT * FROM trades WHERE trade_time < now() AND bot_uid = 'abcd1234' "
            "ORDER BY trade_time DESC FETCH FIRST (20) ROWS WITH TIES"
        )
    assert any("idx_trades_" in row[0] for row in plan), plan


async def test_a_database_that_is_away_is_a_sentence(history: PostgresHistory, database: Database) -> None:
    async with database.question() as connection:
        await connection.execute("ALTER TABLE trades RENAME TO gone")
    with pytest.raises(Exception, match="has not been prepared"):
        await history.fills(None, None, 1)
    async with database.question() as connection:
        await connection.execute("ALTER TABLE gone RENAME TO trades")
        with pytest.raises(StorageUnavailable):
            async with database.question() as other:
                await other.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert await history.fills(None, None, 1) == []
