"""A spread chart on a real database: readings, minutes, and what is left of readings that were dropped."""

from datetime import UTC, datetime, timedelta

import numpy as np

from engine.domain.market import Spread
from engine.domain.premium import Pair
from engine.domain.premium_past import SpreadSeries
from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_view import SpreadChart
from gui.charts.bars import seconds_of
from gui.charts.frame import TimeSpan
from gui.theme import Theme
from storage.database import Database
from storage.premium_history import PostgresPremiumHistory
from storage.series.upkeep import SeriesUpkeep
from tests.storage.builders import D
from tests.storage.conftest import database, migrated_url
from tests.storage.series.market import now_of, write
from tests.support.qt_waiting import wait_for_async
from tests.support.spread_charts import PAIR

__all__ = ["database", "migrated_url"]

HOUR_S, DAY_S = 3600.0, 86400.0


class CountingHistory(PostgresPremiumHistory):
    """How often it was asked for spreads."""

    asked = 0

    async def spreads(
        self, pair: Pair, since: datetime | None, until: datetime | None, most: int = 4_000
    ) -> SpreadSeries:
        self.asked += 1
        return await super().spreads(pair, since, until, most)


def readings(end: datetime, count: int) -> list[Spread]:
    """One every ten seconds up to `end`: a sawtooth from 0 to 0.9 %, net 0.25 less, the way back its mirror."""
    return [
        Spread(
            "XRP", "upbit", "binance", D(2860), D("2.05"), D("2838.225"), D(at % 10) / 10,
            D(at % 10) / 10 - D("0.25"), at % 10 == 9, end - timedelta(seconds=10 * (count - at)),
            back_spread_pct=D(at % 10) / 10, back_net_spread_pct=-D(at % 10) / 10 - D("0.25"),
        )
        for at in range(count)
    ]  # fmt: skip


async def test_readings_minutes_and_what_is_left_after_the_readings_were_dropped(
    theme: Theme, database: Database
) -> None:
    end = (await now_of(database)).replace(second=0, microsecond=0)
    old = end - timedelta(days=100)
    await write(database, [*readings(end, 1080), *readings(old, 360)])
    for _ in range(2):
        assert (await SeriesUpkeep(database, {"spreads": 90}).run_once()).troubles == []
    history = CountingHistory(database)
    end_s, old_s = seconds_of(end), seconds_of(old)
    chart = SpreadChart(theme, history, lambda *_: None, UTC, lambda: 1.0)
    chart.resize(900, 560)
    chart.show()

    chart.choose(PAIR)
    await wait_for_async(lambda: chart.series.count(rows.READING) >= 360, "the last hour")
    hour = chart.series.window(rows.READING, end_s - HOUR_S + 1, end_s)
    assert set(np.diff(hour[rows.TIME]).tolist()) == {10.0}
    assert hour[rows.PREMIUM, -3:].round(9).tolist() == [0.7, 0.8, 0.9]
    assert hour[rows.BACK_NET, -1].round(9) == -1.15
    assert hour[rows.RATE, -1] == 1384.5
    assert hour[rows.PAID, -3:].tolist() == [0, 0, 1]

    chart.show_range(2 * DAY_S)
    await wait_for_async(lambda: chart.series.count(rows.MINUTE) >= 180, "three hours of minutes")
    minutes = chart.series.window(rows.MINUTE, end_s - HOUR_S, end_s)
    assert set(np.diff(minutes[rows.TIME]).tolist()) == {60.0}
    # Six readings a minute: 0.4 to 0.9 in the last.
    assert minutes[[rows.PREMIUM_LOW, rows.PREMIUM, rows.PREMIUM_HIGH], -1].round(9).tolist() == [0.4, 0.65, 0.9]

    asked = history.asked
    chart.canvas.show_span(TimeSpan(old_s - HOUR_S, old_s))
    await wait_for_async(lambda: chart.series.missing(rows.READING, old_s - HOUR_S, old_s) is None, "the old hour")
    assert history.asked - asked <= 2
    left = chart.series.window(rows.READING, old_s - HOUR_S, old_s)
    inside = left[rows.TIME][(left[rows.TIME] >= old_s - HOUR_S) & (left[rows.TIME] < old_s)]
    assert np.diff(inside).tolist() == [60.0] * 59
    chart.stop()
    chart.hide()
    chart.deleteLater()
