"""The last recorded price, from candles and from equity marks, whichever is newer; and the window's late history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain.market import Candle
from engine.domain.messages import AccountRecorded, BotRecorded, EquitySampled, InstrumentRecorded
from storage.database import connect, migrate
from storage.journal import PostgresJournal
from storage.late_history import LateHistory
from storage.market_recorder import PostgresRecorder
from storage.prices import last_mark, last_price
from tests.storage.builders import make_bot
from tests.support.views import account_of, instrument_of

XRP = instrument_of()
AT = datetime(2025, 9, 1, tzinfo=UTC)


def sample(at: datetime, price: str) -> EquitySampled:
    return EquitySampled(XRP.venue, "", at, Decimal(1000), Decimal(0), Decimal(0), Decimal(price))


def candle(at: datetime, close: float, timeframe_s: int = 60) -> Candle:
    return Candle(XRP.venue, XRP.symbol, timeframe_s, at, close, close, close, close, 1.0)


async def test_the_mark_of_an_account_with_two_markets_is_no_price_of_either(empty_database_url: str) -> None:
    await migrate(empty_database_url)
    database = await connect(empty_database_url)
    journal = PostgresJournal(database, "desk")
    other = replace(XRP, symbol="BNB/KRW", base="BNB")
    account = account_of(XRP)
    bot = make_bot(account_id=account.account_id, venue=XRP.venue, symbol=XRP.symbol, desk_id="desk")
    try:
        await journal.commit(
            [AccountRecorded(account), InstrumentRecorded(XRP), InstrumentRecorded(other), BotRecorded(bot)]
        )
        await journal.commit([sample(AT, "600")])
        assert await last_price(database, *XRP.key) is None
        await journal.commit([replace(sample(AT, "811.5"), bot_id=bot.bot_id)])
        assert await last_price(database, *XRP.key) == Decimal("811.5")
        assert await last_price(database, *other.key) is None
    finally:
        await journal.close()
        await database.close()


async def test_the_newest_word_on_the_price_counts(empty_database_url: str) -> None:
    await migrate(empty_database_url)
    database = await connect(empty_database_url)
    journal = PostgresJournal(database, "desk")
    recorder = PostgresRecorder(database)
    try:
        await journal.commit([AccountRecorded(account_of(XRP)), InstrumentRecorded(XRP)])
        assert await last_price(database, *XRP.key) is None
        await journal.commit([sample(AT, "811.5")])
        assert await last_price(database, *XRP.key) == Decimal("811.5")
        recorder.record(candle(AT - timedelta(hours=1), 700.0))
        await recorder.flush()
        assert await last_price(database, *XRP.key) == Decimal("811.5"), "that candle is older than the mark"
        recorder.record(candle(AT, 812.25))
        await recorder.flush()
        assert await last_price(database, *XRP.key) == Decimal("812.25"), "it closed a minute after the mark"
        await journal.commit([sample(AT + timedelta(minutes=2), "813")])
        assert await last_mark(database, *XRP.key) == (Decimal(813), AT + timedelta(minutes=2))
        assert await last_price(database, XRP.venue, "BTC/KRW") is None
        assert await last_price(database, "elsewhere", "XRP/KRW") is None
    finally:
        await recorder.close()
        await journal.close()
        await database.close()


async def test_a_late_history_opens_when_it_is_first_asked_and_again_after_its_end(empty_database_url: str) -> None:
    await migrate(empty_database_url)
    history = LateHistory(empty_database_url)
    for _ in range(2):
        assert await history.candles(XRP.venue, XRP.symbol, 60, None, 10) == []
        assert await history.fills(None, None, 10) == []
        assert await history.orders(None, None, 10) == []
        assert await history.equity("", XRP.venue, None, 10) == []
        assert await history.log(None, None, 10) == []
        await history.close()
    await history.close()


async def test_a_late_history_lists_desks_and_who_runs_which_account(empty_database_url: str) -> None:
    await migrate(empty_database_url)
    database = await connect(empty_database_url)
    journal = PostgresJournal(database, "desk-1", "office")
    history = LateHistory(empty_database_url)
    try:
        await journal.commit([AccountRecorded(account_of(XRP)), InstrumentRecorded(XRP)])
        assert [(desk.desk_id, desk.is_running) for desk in await history.desks()] == [("desk-1", False)]
        assert [(lease.account_id, lease.desk) for lease in await history.leases()] == [(XRP.venue, "office")]
    finally:
        await history.close()
        await journal.close()
        await database.close()
