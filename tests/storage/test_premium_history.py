"""What a window reads of premiums: few places for any span, averages that are right, nothing read twice."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import isnan

import pytest

from engine.domain.arbitrage import PairStage, TwoLegPosition
from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.market import FxRate, Spread
from engine.domain.messages import DecisionLogged, Level
from engine.domain.premium import Direction, Pair
from engine.domain.premium_past import Opportunity, PastPosition, SpreadSeries
from engine.domain.sentences import say
from engine.errors import UsageError
from engine.lab.arbitrage.parts import parts_of
from engine.premium_history import PremiumHistory
from storage.database import Database
from storage.journal import PostgresJournal
from storage.late_history import LateHistory
from storage.past.positions import direction_of
from storage.premium_history import PostgresPremiumHistory
from storage.repositories.two_leg_positions import TwoLegPositionRepository
from storage.series.upkeep import SeriesUpkeep
from tests.storage.builders import T0, VENUE, D
from tests.storage.pair_builders import ABROAD, EXIT, PAIR, make_position, pair_foundation, rate
from tests.storage.series.market import now_of, write

BTC = Pair("upbit", "BTC/KRW", "binance", "BTC/USDT", "USDTKRW")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def reading(at: datetime, premium: str | int, pair: Pair = BTC, **changes: object) -> Spread:
    """Won 1,000 above what a premium says; net is 0.25 less, the way back a tenth more than minus it."""
    value = D(premium)
    spread = Spread(
        "BTC", pair.home_venue, pair.foreign_venue, D(150_000_000) + value, D(100_000), D(140_000_000), value,
        value - D("0.25"), value > 3, at, back_spread_pct=value + D("0.1"), back_net_spread_pct=-value - D("0.35"),
    )  # fmt: skip
    return replace(spread, **changes)  # type: ignore[arg-type]


@pytest.fixture
def history(database: Database) -> PremiumHistory:
    return PostgresPremiumHistory(database)


def column(series: SpreadSeries, name: str) -> list[float]:
    return [round(value, 9) for value in getattr(series, name)]


async def test_readings_near_by_and_buckets_far_away(history: PremiumHistory, database: Database) -> None:
    now = await now_of(database)
    start = now.replace(minute=0) - 3 * HOUR
    # Every ten seconds of an hour: 0, 1, 2, 3, 4, 5 in each minute, 1 more in each next one.
    await write(
        database,
        [reading(start + n * timedelta(seconds=10), n % 6 + n // 6) for n in range(360)]
        + [reading(start - 400 * DAY, 7, back_spread_pct=None, back_net_spread_pct=None)]
        + [reading(start, 99, replace(BTC, foreign_venue="okx"))],
    )
    for is_rolled in (False, True):
        near = await history.spreads(BTC, start, start + HOUR)
        assert (near.step_s, len(near)) == (0, 360)
        assert near.times_s[1] - near.times_s[0] == 10
        assert column(near, "premium_pct")[:8] == [0, 1, 2, 3, 4, 5, 1, 2]
        assert near.premium_low == near.premium_high == near.premium_pct
        assert column(near, "net_pct")[:2] == [-0.25, 0.75]
        assert column(near, "back_net_pct")[:2] == [-0.35, -1.35]
        assert near.is_opportunity[:6] == [False, False, False, False, True, True]
        assert set(near.rate) == {1400.0}
        thinned = await history.spreads(BTC, start, start + HOUR, 60)
        assert (thinned.step_s, len(thinned)) == (60, 60)
        assert column(thinned, "premium_pct")[:3] == [2.5, 3.5, 4.5]
        assert (thinned.premium_low[1], thinned.premium_high[1]) == (1, 6)
        assert thinned.home_price[0] == 150_000_005, "the last of the minute"
        day = await history.spreads(BTC, start - 10 * HOUR, start + 2 * HOUR)
        assert (day.step_s, len(day), day.times_s[0]) == (60, 60, start.timestamp())
        for name in ("premium_pct", "premium_low", "net_high", "back_pct", "home_price", "rate", "is_opportunity"):
            assert getattr(day, name) == pytest.approx(getattr(thinned, name)), (name, is_rolled)
        # 1,000 places of a year and more: hours, nine of them in a place.
        year = await history.spreads(BTC, None, start + 2 * HOUR, 1_100)
        assert (year.step_s, len(year)) == (9 * 3600, 2)
        assert column(year, "premium_pct") == [7, 32]
        assert (year.premium_low[1], year.premium_high[1]) == (0, 64)
        assert isnan(year.back_pct[0])
        assert year.back_pct[1] == pytest.approx(32.1)
        decades = await history.spreads(BTC, start - 9_000 * DAY, start + 2 * HOUR, 4_000)
        assert (decades.step_s, column(decades, "premium_pct")) == (3 * 86_400, [7, 32])
        if not is_rolled:
            assert (await SeriesUpkeep(database, {"spreads": 0}).run_once()).troubles == []
    assert len(await history.spreads(replace(BTC, home_symbol="BTC/USDT"), None, None)) == 0
    assert len(await history.spreads(BTC, now, now)) == 0


async def test_what_was_dropped_is_read_from_its_minutes(history: PremiumHistory, database: Database) -> None:
    now = await now_of(database)
    old = now - 100 * DAY
    await write(database, [reading(old + n * timedelta(seconds=10), n) for n in range(6)])
    upkeep = SeriesUpkeep(database, {"spreads": 90})
    for _ in range(2):
        assert (await upkeep.run_once()).troubles == []
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM spreads") == 0
    found = await history.spreads(BTC, old - MINUTE, old + MINUTE)
    assert (found.step_s, column(found, "premium_pct")) == (60, [2.5])


async def test_where_minutes_were_dropped_hours_are_shown(history: PremiumHistory, database: Database) -> None:
    now = (await now_of(database)).replace(minute=0, second=0, microsecond=0)
    old, young = now - 500 * DAY, now - 200 * DAY
    await write(database, [reading(at + n * 20 * MINUTE, n) for at in (old, young) for n in range(6)])
    report = await SeriesUpkeep(database).run_once()
    assert (report.minutes, report.troubles) == (6, [])
    for since, until in ((old, old + 2 * HOUR), (old - 5 * DAY, old + 5 * DAY)):
        found = await history.spreads(BTC, since, until)
        assert (found.step_s, column(found, "premium_pct")) == (3600, [1, 4])
        assert (found.times_s[0], found.premium_high[1], found.home_price[1]) == (old.timestamp(), 5, 150_000_005)
    found = await history.spreads(BTC, young - HOUR, young + 2 * HOUR)
    assert (found.step_s, column(found, "premium_pct")) == (60, [0, 1, 2, 3, 4, 5])
    assert len(await history.spreads(BTC, old - 50 * DAY, old - 49 * DAY)) == 0


async def test_rates_as_they_were_said_and_the_last_of_each_step(history: PremiumHistory, database: Database) -> None:
    start = (await now_of(database)) - DAY
    said = [FxRate("USDTKRW", D(1400 + n), "upbit", start + n * timedelta(seconds=2)) for n in range(300)]
    await write(database, [*said, replace(said[0], source="bithumb", rate=D(1))])
    whole = await history.fx_rates("USDTKRW", "upbit", start, None)
    assert (whole.step_s, whole.rates) == (0, [1400.0 + n for n in range(300)])
    few = await history.fx_rates("USDTKRW", "upbit", start, start + 600 * timedelta(seconds=1), 10)
    assert (few.step_s, len(few)) == (60, 10)
    assert list(few.rates) == [1429.0 + 30 * n for n in range(10)]
    assert few.times_s[1] - few.times_s[0] == 60
    assert (await history.fx_rates("USDTKRW", "bithumb", None, None)).rates == [1.0]
    assert len(await history.fx_rates("EURKRW", "upbit", None, None)) == 0


def closed(number: int, at: datetime, **changes: object) -> TwoLegPosition:
    position = make_position(
        number, stage=PairStage.CLOSED, exit=EXIT, closed_at=at, pnl=D(1000 + number), pnl_pct=D(1)
    )
    return replace(position, **changes)  # type: ignore[arg-type]


def decided(position: TwoLegPosition, at: datetime) -> TwoLegPosition:
    return replace(position, entry=replace(position.entry, decided_at=at))


async def test_positions_page_by_page(history: PremiumHistory, journal: PostgresJournal, database: Database) -> None:
    ours = [
        decided(make_position(n, stage=PairStage.ENTERING, opened_at=None), T0 + n * MINUTE) if n == 4 else
        decided(closed(n, T0 + n * HOUR), T0 + n * MINUTE) for n in range(5)
    ]  # fmt: skip
    await journal.commit([*pair_foundation(), *(TwoLegRecorded(each) for each in ours)])
    repository = TwoLegPositionRepository(database)
    entry = {
        "symbol": "BTC", "direction": "upbit_long_binance_short", "size": D("0.5"), "entry_won_price": D(100),
        "entry_foreign_price": D(2), "entry_spread_pct": D("0.5"), "opened_at": T0 + HOUR, "reference": "theirs",
    }  # fmt: skip
    row = await repository.log_position_open(1, entry)
    await repository.log_position_close(
        1, row.id, exit_won_price=D(90), exit_foreign_price=D(3), exit_spread_pct=D("0.1"), pnl_krw=D(7), pnl_pct=D(2),
        closed_at=T0 + DAY,
    )  # fmt: skip
    pair = Pair(VENUE, "XRP/KRW", ABROAD, "XRP/USDT", "USDTKRW")
    found = await history.two_leg_positions(None, None, None, 10)
    assert [each.is_imported for each in found] == [True, False, False, False, False, False]
    assert found[1:] == [PastPosition(each, pair) for each in reversed(ours)]
    assert [each.position.number for each in await history.two_leg_positions(PAIR, True, None, 10)] == [4]
    assert len(await history.two_leg_positions(PAIR, False, None, 10)) == 4
    page = await history.two_leg_positions(None, None, T0 + 3 * MINUTE, 2)
    assert [each.position.number for each in page] == [2, 1]
    [theirs] = await history.two_leg_positions("", None, None, 10)
    position = theirs.position
    assert theirs.pair == Pair("upbit", "BTC/KRW", "binance_futures", "BTC/USDT", "")
    assert (position.position_id, position.bot_id, position.direction) == ("theirs", "", Direction.BUY_HOME)
    assert (position.entry.home.value, position.entry.foreign.effective_price) == (D(50), D(2))
    assert position.exit is not None
    assert (position.exit.home.effective_price, position.pnl, position.stage) == (D(90), D(7), PairStage.CLOSED)
    # What the customer's own methods answer are positions that came together.
    assert [each.reference for each in await repository.open_positions(1)] == []
    assert len(await repository.closed_positions(1)) == 5


def test_directions_in_the_words_of_others() -> None:
    meant = {
        "upbit_short_binance_long": "sell_home",
        "upbit_long_binance_short": "buy_home",
        "binance_long_upbit_short": "sell_home",
        "buy_home": "buy_home",
        "x": "sell_home",
    }
    assert {text: direction_of(text, "binance_futures").value for text in meant} == meant


@pytest.mark.parametrize("is_perp", [True, False])
async def test_days_taken_apart(
    history: PremiumHistory, journal: PostgresJournal, database: Database, *, is_perp: bool
) -> None:
    midnight = datetime(2026, 3, 2, 15, tzinfo=UTC)  # in Seoul
    bare = closed(8, midnight + HOUR, entry=replace(make_position().entry, rate=None), exit=replace(EXIT, rate=None))
    nothing = closed(9, midnight + HOUR, exit=None, pnl=D(-3), funding=D(0))
    each = [closed(1, midnight - MINUTE), closed(2, midnight), closed(3, midnight + HOUR, exit=replace(
        EXIT, rate=rate("1500"))), bare, nothing]  # fmt: skip
    await journal.commit([*pair_foundation(), *(TwoLegRecorded(position) for position in each)])
    if not is_perp:
        async with database.question() as connection:
            await connection.execute("UPDATE instruments SET kind = 'spot'")
    days = await history.daily_pnl(None, "Asia/Seoul", 10)
    assert [(day.day, day.positions, day.home_quote, day.bot_id) for day in days] == [
        (date(2026, 3, 3), 4, "KRW", PAIR), (date(2026, 3, 2), 1, "KRW", PAIR)
    ]  # fmt: skip
    for day, inside in ((days[0], each[1:]), (days[1], each[:1])):
        parts = [parts_of(position, is_perp=is_perp) for position in inside]
        assert day.pnl == sum(position.pnl or 0 for position in inside)
        assert day.fees == -sum(part.fees for part in parts)
        assert day.funding == sum(part.funding for part in parts)
        assert day.fx == sum(part.fx for part in parts)
        assert day.premium == sum(part.premium + part.other for part in parts)
        assert day.premium - day.fees + day.funding + day.fx == day.pnl
    assert await history.daily_pnl("else", "Asia/Seoul", 10) == []
    assert [day.day for day in await history.daily_pnl(PAIR, "UTC", 1)] == [date(2026, 3, 2)]
    with pytest.raises(UsageError, match=r"^There is no time zone 'Seoul'\.$"):
        await history.daily_pnl(None, "Seoul", 10)


def stretch(start: datetime, premiums: Iterable[int]) -> list[Spread]:
    return [reading(start + n * timedelta(seconds=1), premium) for n, premium in enumerate(premiums)]


async def test_stretches_of_opportunities(
    history: PremiumHistory, journal: PostgresJournal, database: Database
) -> None:
    start = (await now_of(database)) - 2 * HOUR
    second = timedelta(seconds=1)
    # Above 3 is one. The second reading of 1 parts them; a hole of two seconds in which nothing was kept does not.
    await write(database, stretch(start, [1, 4, 5, 4, 1, 1, 6, 1]) + stretch(start + 10 * second, [7]))
    await write(database, [reading(start + 12 * second, 8), reading(start + 300 * second, 9)])
    await write(database, [reading(start + 2 * second, 9, replace(BTC, foreign_venue="okx"))])
    found = await history.opportunities(BTC, None, None, 100)
    assert [(each.begun_at - start, each.ended_at - start, each.readings, each.best_net_pct) for each in found] == [
        (300 * second, 300 * second, 1, 8.75),
        (10 * second, 12 * second, 2, 7.75),
        (6 * second, 6 * second, 1, 5.75),
        (second, 3 * second, 3, 4.75),
    ]
    assert found[3].best_at - start == 2 * second
    assert {(each.symbol, each.home_venue, each.foreign_venue) for each in found} == {("BTC", "upbit", "binance")}
    assert len(await history.opportunities(None, None, None, 100)) == 5
    assert await history.opportunities(BTC, start + HOUR, None, 100) == []
    assert [each.readings for each in await history.opportunities(BTC, start, start + 11 * second, 1)] == [1]


async def test_what_was_entered_and_what_was_said_in_a_stretch(
    history: PremiumHistory, journal: PostgresJournal, database: Database
) -> None:
    pair = Pair(VENUE, "XRP/KRW", ABROAD, "XRP/USDT", "USDTKRW")
    start = (await now_of(database)) - 2 * HOUR
    second = timedelta(seconds=1)
    xrp = [replace(each, symbol="XRP") for each in (reading(start + n * second, 4, pair) for n in range(5))]
    lines = [
        DecisionLogged(PAIR, Level.INFO, say("It waits {n}.", n=n), start + n * second) for n in (1, 2, 30)
    ]  # fmt: skip
    entered = [decided(make_position(n), start + n * second) for n in (2, 3, 40)]
    await write(database, xrp)
    await journal.commit([*pair_foundation(), *(TwoLegRecorded(each) for each in entered), *lines])
    assert await history.opportunities(pair, None, None, 10) == [
        Opportunity("XRP", VENUE, ABROAD, start, start + 4 * second, 3.75, start, 5, 2, (say("It waits {n}.", n=1),))
    ]


async def test_a_window_reads_the_same(history: PremiumHistory, journal: PostgresJournal, migrated_url: str) -> None:
    await journal.commit([*pair_foundation(), TwoLegRecorded(closed(1, T0 + HOUR))])
    late = LateHistory(migrated_url)
    questions: list[Callable[[PremiumHistory], Awaitable[object]]] = [
        lambda past: past.two_leg_positions(None, None, None, 5),
        lambda past: past.daily_pnl(None, "UTC", 5),
        lambda past: past.opportunities(None, None, None, 5),
        lambda past: past.spreads(BTC, None, None),
        lambda past: past.fx_rates("USDTKRW", "upbit", None, None),
    ]
    try:
        for ask in questions:
            assert await ask(late) == await ask(history)
    finally:
        await late.close()
