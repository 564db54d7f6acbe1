"""Every kind of market data reaches its table, twice is once, and a row that no table takes holds nobody up."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.market import (
    Candle,
    FundingRate,
    FxRate,
    IndicatorValues,
    OrderBook,
    PublicTrade,
    Quote,
    Spread,
)
from engine.domain.messages import AccountRecorded
from engine.domain.order import Side
from engine.errors import StorageError
from storage.database import Database, connect
from storage.history import PostgresHistory
from storage.journal import PostgresJournal
from storage.market_recorder import PostgresRecorder
from storage.prices import last_price
from storage.recording import targets
from storage.recording.targets import Target
from tests.security.conftest import shared
from tests.storage.builders import ACCOUNT, SYMBOL, T0, VENUE, D
from tests.storage.series.market import minutes, value_of, write
from tests.support.shared import SharedDatabase

__all__ = ["shared"]

ALL_TARGETS = [one for one in vars(targets).values() if isinstance(one, Target)]
BOOK = OrderBook("upbit", SYMBOL, ((D(100), D(2)), (D(99), D("0.5"))), ((D(102), D(3)),), T0)
PRINT = PublicTrade("upbit", SYMBOL, D("101.5"), D(4), Side.SELL, T0, "t1")
SPREAD = Spread("XRP", "upbit", "binance", D(800), D("0.57"), D(790), D("1.27"), D("1.02"), is_opportunity=True, at=T0,
                back_spread_pct=D("1.31"), back_net_spread_pct=D("-1.56"), size=D(100), slippage_pct=D("0.02"),
                funding_pct=D("-0.03"), fx_source="upbit", fx_age_s=D("0.4"))  # fmt: skip
RATE = FxRate("USDKRW", D("1387.25"), "ecb", T0)
FUNDING = FundingRate("binanceusdm", "BTC/USDT", D("-0.0001"), T0, D(61000))
BAR = Candle("upbit", SYMBOL, 60, T0, 1.0, 3.0, 0.5, 2.0, 7.25, vwap=1.75)
INDICATORS = IndicatorValues("upbit", SYMBOL, 60, T0, (("rsi_14", 61.5), ("vwap", 1.75)))
EVERYTHING = (BOOK, PRINT, SPREAD, RATE, FUNDING, BAR, INDICATORS, Quote("upbit", SYMBOL, D(100), D(102), T0))


async def row_of(database: Database, table: str) -> dict[str, Any]:
    async with database.question() as connection:
        [row] = await connection.fetch(f"SELECT * FROM {table}")
    return {name: value for name, value in row.items() if name != "created_at"}


async def test_every_kind_reaches_its_table(database: Database) -> None:
    await write(database, EVERYTHING)
    place = {"venue": "upbit", "symbol": SYMBOL, "timestamp": T0}
    assert await row_of(database, "orderbooks") == place | {
        "bids": [[100.0, 2.0], [99.0, 0.5]], "asks": [[102.0, 3.0]], "bid_volume": 2.5, "ask_volume": 3.0,
        "spread": 2.0, "mid_price": 101.0,
    }  # fmt: skip
    assert await row_of(database, "transactions") == place | {
        "price": 101.5, "quantity": 4.0, "value": 406.0, "side": "sell", "venue_trade_id": "t1"
    }  # fmt: skip
    assert await row_of(database, "spreads") == {
        "symbol": "XRP", "won_venue": "upbit", "foreign_venue": "binance", "timestamp": T0, "won_price": 800.0,
        "foreign_price": 0.57, "foreign_price_krw": 790.0, "spread_pct": 1.27, "net_spread_pct": 1.02,
        "is_opportunity": True, "back_spread_pct": 1.31, "back_net_spread_pct": -1.56, "size": 100.0,
        "slippage_pct": 0.02, "funding_pct": -0.03, "fx_source": "upbit", "fx_age_s": 0.4,
    }  # fmt: skip
    assert await row_of(database, "fx_rates") == {"pair": "USDKRW", "source": "ecb", "timestamp": T0, "rate": 1387.25}
    assert await row_of(database, "funding_rates") == {
        "venue": "binanceusdm", "symbol": "BTC/USDT", "timestamp": T0, "rate": -0.0001, "mark_price": 61000.0
    }  # fmt: skip
    assert (await row_of(database, "candles"))["vwap"] == 1.75
    found = await row_of(database, "technical_indicators")
    assert {name: value for name, value in found.items() if value is not None} == place | {
        "timeframe_s": 60, "rsi_14": 61.5, "vwap": 1.75
    }  # fmt: skip
    assert (await row_of(database, "tickers"))["ask_price"] == 102.0


@pytest.mark.parametrize("side", ["bids", "asks"])
async def test_a_book_may_have_one_side(database: Database, side: str) -> None:
    await write(database, [replace(BOOK, bids=()) if side == "bids" else replace(BOOK, asks=())])
    row = await row_of(database, "orderbooks")
    assert (row[side], row["spread"], row["mid_price"]) == ([], None, None)


async def test_twice_is_once(database: Database) -> None:
    facts = [PRINT, SPREAD, RATE, FUNDING, BAR, INDICATORS]
    for _ in range(2):
        await write(database, [*facts, *facts])
    for table in ("transactions", "spreads", "fx_rates", "funding_rates", "candles", "technical_indicators"):
        assert await value_of(database, f"SELECT count(*) FROM {table}") == 1, table


async def test_prints_without_a_number_are_kept_as_they_come(database: Database) -> None:
    await write(database, [replace(PRINT, trade_id="")] * 3)
    assert await value_of(database, "SELECT count(*) FROM transactions WHERE venue_trade_id IS NULL") == 3


async def test_a_row_that_no_table_takes_holds_nobody_up(database: Database) -> None:
    recorder = PostgresRecorder(database)
    market = minutes(T0, 300)
    for bar in market:
        recorder.record(bar)
    recorder.record(replace(BAR, symbol="a\x00b"))
    recorder.record(replace(BAR, timeframe_s=2**40))
    recorder.record(replace(BAR, symbol="BTC/KRW", open="one"))  # type: ignore[arg-type]  # what a broken feed might say
    recorder.record(replace(RATE, pair="\ud800"))
    recorder.record(RATE)
    await recorder.flush()
    assert (recorder.waiting, recorder.refused_rows) == (0, 4)
    assert await value_of(database, "SELECT count(*) FROM candles") == len(market)
    assert await value_of(database, "SELECT count(*) FROM fx_rates") == 1


async def test_what_is_wrong_with_all_rows_drops_none(database: Database) -> None:
    recorder = PostgresRecorder(database)
    recorder.record(RATE)
    async with database.question() as connection:
        await connection.execute("ALTER TABLE fx_rates RENAME TO elsewhere")
        with pytest.raises(StorageError, match="has not been prepared"):
            await recorder.flush()
        await connection.execute("ALTER TABLE elsewhere RENAME TO fx_rates")
    assert (recorder.waiting, recorder.refused_rows) == (1, 0)
    await recorder.flush()
    assert await value_of(database, "SELECT count(*) FROM fx_rates") == 1


async def test_quotes_and_books_give_way_to_facts(database: Database) -> None:
    recorder = PostgresRecorder(database, most_quotes=5, most_books=3, many_facts=10)
    quote = Quote("upbit", SYMBOL, D(1), D(2), T0)
    for number in range(8):
        recorder.record(replace(quote, at=T0 + timedelta(seconds=number)))
        recorder.record(replace(BOOK, at=T0 + timedelta(seconds=number)))
    assert (recorder.waiting, recorder.dropped_quotes) == (8, 8)
    for number in range(10):
        recorder.record(replace(PRINT, trade_id=str(number)))
    assert (recorder.waiting, recorder.dropped_quotes) == (18, 8), "nobody pushes yet"
    recorder.record(quote)
    assert (recorder.waiting, recorder.dropped_quotes) == (10, 17)
    await recorder.flush()
    recorder.record(quote)
    assert recorder.waiting == 1
    await recorder.close()
    assert await value_of(database, "SELECT count(*) FROM transactions") == 10


@pytest.fixture
async def own_market(database: Database) -> Database:
    """An account whose venue has a time of its own."""
    journal = PostgresJournal(database, "desk")
    await journal.commit([AccountRecorded(ACCOUNT)])
    await journal.close()
    return database


async def test_a_market_in_its_own_time_has_its_own_tables(own_market: Database) -> None:
    bar = Candle(VENUE, SYMBOL, 60, T0, 1.0, 3.0, 0.5, 2.0, 7.25)
    recorder = PostgresRecorder(own_market)
    for _ in range(2):
        recorder.record(bar, in_own_time=True)
        recorder.record(replace(bar, is_closed=False, close=9.0), in_own_time=True)
        recorder.record(Quote(VENUE, SYMBOL, D(1), D(2), T0), in_own_time=True)
        recorder.record(PRINT, in_own_time=True)
        await recorder.flush()
    for table, count in (("candles", 0), ("tickers", 0), ("transactions", 0), ("replayed_candles", 1)):
        assert await value_of(own_market, f"SELECT count(*) FROM {table}") == count, table
    assert await value_of(own_market, "SELECT count(*) FROM replayed_tickers") == 2
    assert await PostgresHistory(own_market).candles(VENUE, SYMBOL, 60, None, 10) == [bar]
    assert await last_price(own_market, VENUE, SYMBOL) == Decimal("2.0")
    async with own_market.question() as connection:
        await connection.execute("DELETE FROM leases")
        await connection.execute("DELETE FROM accounts")
    assert await value_of(own_market, "SELECT count(*) FROM replayed_candles") == 0
    assert await value_of(own_market, "SELECT count(*) FROM replayed_tickers") == 0


async def test_a_market_of_no_account_holds_nobody_up(database: Database) -> None:
    recorder = PostgresRecorder(database)
    recorder.record(replace(BAR, venue="replay:gone"), in_own_time=True)
    recorder.record(BAR)
    await recorder.flush()
    assert (recorder.waiting, recorder.refused_rows) == (0, 1)


async def test_a_trader_records_with_his_own_role(shared: SharedDatabase) -> None:
    alice = await connect(shared.url("alice"))
    try:
        for _ in range(2):
            await write(alice, EVERYTHING)
        assert await value_of(alice, "SELECT count(*) FROM candles_5m") == 1
        assert await value_of(alice, "SELECT count(*) FROM hourly_spread_avg") == 1
    finally:
        await alice.close()


@pytest.mark.parametrize("target", ALL_TARGETS, ids=lambda target: target.table)
async def test_every_column_of_a_target_is_there(database: Database, target: Target) -> None:
    """And a statement for rows that are there already can be prepared, where there is one."""
    async with database.question() as connection:
        await connection.fetch(f"SELECT {', '.join(target.names)} FROM {target.table}")
        if target is not targets.ORDERBOOKS:
            await connection.prepare(target.insert)


def test_all_targets_are_tested() -> None:
    assert len(ALL_TARGETS) == 10
