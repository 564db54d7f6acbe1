"""Every view says what the minutes say: before the first roll-up, after it, after late rows, and after all was dropped.

Each test runs on partitions, and where a server with TimescaleDB is named on hypertables under both licences.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from engine.domain.messages import OrderRecorded
from engine.domain.order import OrderState
from storage.database import Database
from storage.journal import PostgresJournal
from storage.series.layout import FRAMES, ROLLED, SPREAD_FRAMES
from storage.series.upkeep import SeriesUpkeep
from storage.series.views import continuous_name
from tests.storage.builders import BOT, DESK, D, book, foundation, make_bot, make_fill, make_order
from tests.storage.series.market import (
    MINUTE,
    bars,
    bars_of,
    floor,
    minutes,
    now_of,
    spread_buckets,
    spread_buckets_of,
    spreads,
    value_of,
    write,
)

DAY = timedelta(days=1)


async def keep(database: Database, **keep_days: int) -> None:
    report = await SeriesUpkeep(database, keep_days).run_once()
    assert (report.troubles, report.is_skipped) == ([], False)


async def refresh(database: Database, kind: str) -> None:
    """What a policy of TimescaleDB does in the background every ten minutes, done now; our own job else."""
    if kind != "continuous aggregates":
        await keep(database)
        return
    async with database.question() as connection:
        for view in ROLLED:
            window = "now() - interval '29 days', now() - interval '5 minutes'"
            await connection.execute(f"CALL refresh_continuous_aggregate('{continuous_name(view)}', {window})")


async def test_every_view_before_and_after_its_roll_up(kept: Database, kind: str) -> None:
    now = await now_of(kept)
    market = [
        *minutes(now - 16 * DAY, 3000),
        *minutes(now - 3000 * MINUTE, 3000, symbol="BTC/KRW", seed=8),
        *minutes(now - 500 * MINUTE, 500, venue="binance", seed=9),
    ]
    readings = [*spreads(now - 2 * DAY, 3000), *spreads(now - DAY, 900, symbol="BTC", seed=4)]
    await write(kept, [*market, *readings])
    for is_rolled in (False, True, True):
        for frame in FRAMES:
            assert await bars_of(kept, frame.view) == bars(market, frame.span), (frame.view, is_rolled)
        for each in SPREAD_FRAMES:
            assert await spread_buckets_of(kept, each) == spread_buckets(readings, each), (each.view, is_rolled)
        await keep(kept)


async def test_growing_bars_and_other_timeframes_are_in_no_view(kept: Database) -> None:
    now = await now_of(kept)
    [closed] = minutes(now - DAY, 1, seed=1)
    growing = replace(closed, opened_at=closed.opened_at + MINUTE, is_closed=False)
    await write(kept, [closed, growing, replace(closed, timeframe_s=300), replace(closed, timeframe_s=86400)])
    for _ in range(2):
        for frame in FRAMES:
            assert await bars_of(kept, frame.view) == bars([closed], frame.span)
        await keep(kept)


async def test_late_rows_are_rolled_up_again(kept: Database, kind: str) -> None:
    now = await now_of(kept)
    market = minutes(now - 9 * DAY, 4000)
    readings = spreads(now - 9 * DAY, 2000)
    late, late_readings = market[1000:1400], readings[700:900]
    await write(kept, [*market[:1000], *market[1400:], *readings[:700], *readings[900:]])
    await keep(kept)
    await write(kept, [*late, *late_readings])
    await refresh(kept, kind)
    for frame in FRAMES:
        assert await bars_of(kept, frame.view) == bars(market, frame.span), frame.view
    for each in SPREAD_FRAMES:
        assert await spread_buckets_of(kept, each) == spread_buckets(readings, each), each.view


async def test_a_bar_that_is_corrected_is_rolled_up_again(kept: Database, kind: str) -> None:
    now = await now_of(kept)
    market = minutes(now - 2 * DAY, 600)
    await write(kept, market)
    await keep(kept)
    better = [replace(bar, close=bar.close + 1, high=bar.high + 2) for bar in market[100:130]]
    await write(kept, better)
    await refresh(kept, kind)
    expected = [*market[:100], *better, *market[130:]]
    for frame in FRAMES:
        assert await bars_of(kept, frame.view) == bars(expected, frame.span), frame.view


async def test_a_volume_weighted_price_needs_every_minutes_own(kept: Database) -> None:
    now = await now_of(kept)
    start = floor(now - DAY, 5 * MINUTE)
    market = [bar for bar in minutes(start, 10, seed=5) if bar.volume]
    market[0] = replace(market[0], vwap=None)
    await write(kept, market)
    found = await bars_of(kept, "candles_5m")
    assert found == bars(market, 5 * MINUTE)
    assert [bar[5] is None for _, bar in sorted(found.items())] == [True, False]


async def test_a_volume_of_nothing_has_no_weighted_price(kept: Database) -> None:
    now = await now_of(kept)
    market = [replace(bar, volume=0.0) for bar in minutes(floor(now - DAY, 5 * MINUTE), 4, seed=6)]
    await write(kept, market)
    [bar] = (await bars_of(kept, "candles_5m")).values()
    assert bar[4:6] == (0.0, None)


async def test_a_row_from_the_far_future_hides_nothing(kept: Database, kind: str) -> None:
    now = await now_of(kept)
    market = minutes(now - 2 * DAY, 300)
    far = [replace(market[0], opened_at=floor(now + 4000 * DAY, DAY))]
    await write(kept, [*market, *far])
    await keep(kept)
    newer = minutes(now - DAY, 300, seed=11)
    await write(kept, newer)
    await refresh(kept, kind)
    for frame in FRAMES:
        assert await bars_of(kept, frame.view) == bars([*market, *far, *newer], frame.span), frame.view


async def test_what_is_dropped_stays_in_the_views(kept: Database, kind: str) -> None:
    now = await now_of(kept)
    market = minutes(floor(now - 45 * DAY, 7 * DAY), 5000) + minutes(now - 3 * DAY, 2000, seed=12)
    await write(kept, market)
    await keep(kept)
    if kind == "continuous aggregates":
        async with kept.question() as connection:
            job = await connection.fetchval(
                "SELECT job_id FROM timescaledb_information.jobs "
                "WHERE proc_name = 'policy_retention' AND hypertable_name = 'candles'"
            )
            await connection.execute(f"CALL run_job({job})")
    await keep(kept)
    oldest = await value_of(kept, "SELECT min(timestamp) FROM candles")
    assert oldest > now - 38 * DAY
    for frame in FRAMES:
        assert await bars_of(kept, frame.view) == bars(market, frame.span), frame.view


async def test_what_each_bot_earned_on_each_day(database: Database) -> None:
    journal = PostgresJournal(database, DESK)
    await journal.take_desk()
    await journal.commit(foundation(replace(make_bot(), fencing_token=0)))
    order = make_order(1, state=OrderState.OPEN, quantity=D(10))
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for number, (at, profit) in enumerate([(midnight - MINUTE, None), (midnight, D("1.5")), (midnight + MINUTE, D(2))]):
        order, fill = book(order, make_fill(order, f"t{number}", D(2), D(500), at), profit)
        await journal.commit([fill, OrderRecorded(order)])
    await journal.close()
    async with database.question() as connection:
        rows = await connection.fetch("SELECT * FROM daily_bot_pnl ORDER BY trade_date")
    assert [tuple(row)[1:] for row in rows] == [
        (BOT, date(2026, 3, 1), 1, D(1000), D(0)),
        (BOT, date(2026, 3, 2), 2, D(2000), D("3.5")),
    ]
