# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Spreads and rates over time in a bounded number of places, whatever the span.

A short span is read reading by reading, a longer one from minutes, hours or days that were put together before, never
from the readings of months. An answer is one row of arrays: that is decoded in a tenth of the time of its rows.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.domain.premium import Pair
from engine.domain.premium_past import RateSeries, SpreadSeries, series_symbol
from engine.premium_history import MOST_POINTS
from storage.database import Connection
from storage.series.layout import HOUR, HOURLY_SPREADS, MINUTE_SPREADS, ORIGIN, SPREAD_FRAMES, SpreadFrame

#: Beyond this the readings of a pair may be too many to look at in one question: at four a second, 86,400.
MOST_RAW = timedelta(hours=6)
#: Buckets that one question may look at.
MOST_BUCKETS = 30_000
#: Looks into the index for the rates of one question.
MOST_LOOKS = 2_000
LONG_AGO = timedelta(days=200 * 365)
#: The name that the customer's documents give a venue's futures; what is imported from there is kept under it.
IMPORTED_AS = {"binanceusdm": "binance_futures"}

OF_PAIR = "symbol = $1 AND won_venue = $2 AND foreign_venue = ANY($3::text[])"
SPAN = "{time} >= $4 AND {time} < $5"
COLUMNS = (
    "premium_pct", "premium_low", "premium_high", "net_pct", "net_low", "net_high", "back_pct", "back_net_pct",
    "home_price", "foreign_price", "rate",
)  # fmt: skip
ARRAYS = ", ".join(
    ["array_agg(at) AS times_s"]
    + [f"array_agg(COALESCE({name}, 'NaN')) AS {name}" for name in COLUMNS]
    + ["array_agg(is_opportunity) AS is_opportunity"]
)
SECONDS = "extract(epoch FROM {time})::float8 AS at"
READINGS = f"""
    SELECT {ARRAYS} FROM (
        SELECT {SECONDS.format(time="timestamp")}, spread_pct AS premium_pct, spread_pct AS premium_low,
            spread_pct AS premium_high, net_spread_pct AS net_pct, net_spread_pct AS net_low,
            net_spread_pct AS net_high, back_spread_pct AS back_pct, back_net_spread_pct AS back_net_pct,
            won_price AS home_price, foreign_price, foreign_price_krw / foreign_price AS rate, is_opportunity
        FROM spreads WHERE {OF_PAIR} AND {SPAN.format(time="timestamp")} ORDER BY timestamp LIMIT $6
    ) each
"""
#: The last of a bucket is the last that came, because the rows come in the order of their time.
LAST = "(array_agg({name}))[count(*)]"
THINNED_READINGS = f"""
    SELECT {ARRAYS} FROM (
        SELECT {SECONDS.format(time="date_bin($6, timestamp, $7)")}, avg(spread_pct) AS premium_pct,
            min(spread_pct) AS premium_low, max(spread_pct) AS premium_high, avg(net_spread_pct) AS net_pct,
            min(net_spread_pct) AS net_low, max(net_spread_pct) AS net_high, avg(back_spread_pct) AS back_pct,
            avg(back_net_spread_pct) AS back_net_pct, {LAST.format(name="won_price")} AS home_price,
            {LAST.format(name="foreign_price")} AS foreign_price,
            {LAST.format(name="foreign_price_krw / foreign_price")} AS rate, bool_or(is_opportunity) AS is_opportunity
        FROM (SELECT * FROM spreads WHERE {OF_PAIR} AND {SPAN.format(time="timestamp")} ORDER BY timestamp) each
        GROUP BY 1 ORDER BY 1
    ) bucket
"""
FIRST = f"""
    SELECT LEAST((SELECT min(timestamp) FROM spreads WHERE {OF_PAIR}),
        (SELECT min(hour) FROM hourly_spread_avg WHERE {OF_PAIR}))
"""


#: Old minutes are dropped, hours are not: whether the first hour of a span that was recorded has minutes still.
HAS_MINUTES = f"""
    SELECT EXISTS (SELECT 1 FROM {MINUTE_SPREADS} WHERE {OF_PAIR} AND timestamp >= first.hour
        AND timestamp < first.hour + interval '1 hour')
    FROM (SELECT min(hour) AS hour FROM {HOURLY_SPREADS} WHERE {OF_PAIR} AND {SPAN.format(time="hour")}) first
    WHERE first.hour IS NOT NULL
"""


def _weighted(name: str) -> str:
    return f"sum({name} * readings) / NULLIF(sum(readings) FILTER (WHERE {name} IS NOT NULL), 0)"


def _buckets(frame: SpreadFrame) -> str:
    time = frame.time
    return f"""
        SELECT {ARRAYS} FROM (
            SELECT {SECONDS.format(time=f"date_bin($6, {time}, $7)")}, {_weighted("avg_spread_pct")} AS premium_pct,
                min(min_spread_pct) AS premium_low, max(max_spread_pct) AS premium_high,
                {_weighted("avg_net_spread_pct")} AS net_pct, min(min_net_spread_pct) AS net_low,
                max(max_net_spread_pct) AS net_high, {_weighted("avg_back_spread_pct")} AS back_pct,
                {_weighted("avg_back_net_spread_pct")} AS back_net_pct, {LAST.format(name="won_price")} AS home_price,
                {LAST.format(name="foreign_price")} AS foreign_price,
                {LAST.format(name="foreign_price_krw / foreign_price")} AS rate,
                COALESCE(bool_or(opportunities > 0), false) AS is_opportunity
            FROM (SELECT * FROM {frame.view} WHERE {OF_PAIR} AND {SPAN.format(time=time)} ORDER BY {time}) each
            GROUP BY 1 ORDER BY 1
        ) bucket
    """


HOURS = next(each for each in SPREAD_FRAMES if each.view == HOURLY_SPREADS)
BUCKETS = {frame.view: _buckets(frame) for frame in SPREAD_FRAMES}

RATES = """
    SELECT array_agg(at) AS times_s, array_agg(rate) AS rates FROM (
        SELECT extract(epoch FROM timestamp)::float8 AS at, rate FROM fx_rates
        WHERE pair = $1 AND source = $2 AND timestamp >= $3 AND timestamp < $4 ORDER BY timestamp LIMIT $5
    ) each
"""
#: One look into the index for each step, so that a year of seconds costs no more than a day of them.
LAST_RATES = """
    SELECT array_agg(at) AS times_s, array_agg(rate) AS rates FROM (
        SELECT extract(epoch FROM step)::float8 AS at, found.rate
        FROM generate_series($3::timestamptz, $4::timestamptz, $5::interval) AS step CROSS JOIN LATERAL (
            SELECT rate FROM fx_rates WHERE pair = $1 AND source = $2 AND timestamp >= step
                AND timestamp < LEAST(step + $5::interval, $6) ORDER BY timestamp DESC LIMIT 1
        ) found ORDER BY step
    ) each
"""
FIRST_RATE = "SELECT min(timestamp) FROM fx_rates WHERE pair = $1 AND source = $2"


async def spreads(
    connection: Connection, pair: Pair, since: datetime | None, until: datetime | None, most: int
) -> SpreadSeries:
    """See `engine.premium_history.PremiumHistory.spreads`."""
    key = (series_symbol(pair), pair.home_venue, _names(pair.foreign_venue))
    begin, end = await _span(connection, FIRST, key, since, until)
    if begin is None or begin >= end:
        return SpreadSeries(0)
    most = max(2, min(most, MOST_POINTS))
    span = end - begin
    if span <= MOST_RAW:
        row = await connection.fetchrow(READINGS, *key, begin, end, most + 1)
        count = len(row["times_s"] or ())
        if 0 < count <= most:
            return _series(row, 0)
        if count:
            step = timedelta(seconds=max(1, math.ceil(span / most / timedelta(seconds=1))))
            return _series(await connection.fetchrow(THINNED_READINGS, *key, begin, end, step, ORIGIN), _whole_s(step))
    frame = next((each for each in SPREAD_FRAMES if span / each.span <= MOST_BUCKETS), SPREAD_FRAMES[-1])
    if frame.view == MINUTE_SPREADS:
        first_hour = ORIGIN + (begin - ORIGIN) // HOUR * HOUR
        if await connection.fetchval(HAS_MINUTES, *key, first_hour, end) is False:
            frame = HOURS
    # A bucket at each end may lie there only in part.
    step = frame.span * max(1, math.ceil(span / frame.span / (most - 1)))
    first = ORIGIN + (begin - ORIGIN) // frame.span * frame.span
    row = await connection.fetchrow(BUCKETS[frame.view], *key, first, end, step, ORIGIN)
    return _series(row, _whole_s(step))


async def fx_rates(
    connection: Connection, pair: str, source: str, since: datetime | None, until: datetime | None, most: int
) -> RateSeries:
    """See `engine.premium_history.PremiumHistory.fx_rates`."""
    begin, end = await _span(connection, FIRST_RATE, (pair, source), since, until)
    if begin is None or begin >= end:
        return RateSeries(pair, source, 0)
    most = max(2, min(most, MOST_POINTS))
    row = await connection.fetchrow(RATES, pair, source, begin, end, most + 1)
    times: Sequence[float] = row["times_s"] or ()
    if len(times) <= most:
        return RateSeries(pair, source, 0, times, row["rates"] or ())
    begin = datetime.fromtimestamp(math.floor(times[0]), UTC)
    step = timedelta(seconds=max(1, math.ceil((end - begin) / min(most, MOST_LOOKS) / timedelta(seconds=1))))
    row = await connection.fetchrow(LAST_RATES, pair, source, begin, end, step, end)
    return RateSeries(pair, source, _whole_s(step), row["times_s"] or (), row["rates"] or ())


async def _span(
    connection: Connection, first: str, key: tuple[Any, ...], since: datetime | None, until: datetime | None
) -> tuple[datetime | None, datetime]:
    end = until if until is not None else await connection.fetchval("SELECT now() + interval '1 minute'")
    if since is None:
        since = await connection.fetchval(first, *key)
    return (max(since, end - LONG_AGO) if since is not None else None), end


def _names(venue: str) -> list[str]:
    return [venue, IMPORTED_AS[venue]] if venue in IMPORTED_AS else [venue]


def _series(row: Any, step_s: int) -> SpreadSeries:
    if row["times_s"] is None:
        return SpreadSeries(step_s)
    return SpreadSeries(step_s, **{name: row[name] for name in ("times_s", *COLUMNS, "is_opportunity")})


def _whole_s(step: timedelta) -> int:
    return int(step / timedelta(seconds=1))
