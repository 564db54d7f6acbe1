# ruff: noqa: S608 - the statements are put together from constants of this program and hold no values.
"""The views over the series, in two forms that answer alike: our own roll-up, and continuous aggregates.

Sums and averages are made in NUMERIC and given back as double precision: added in any order they come to the same, so
a view says the same whoever rolled it up, and however often.
"""

from collections.abc import Collection

from storage.series.layout import FRAMES, ORIGIN, ROLLED, SPREAD_FRAMES, Frame, SpreadFrame

ORIGIN_SQL = f"'{ORIGIN:%Y-%m-%d %H:%M:%S}+00'::timestamptz"
BAR_COLUMNS = "open_price, high_price, low_price, close_price, volume, vwap, bars"
#: The volume-weighted price is known where every minute told its own.
BAR_SUMS = """
    max(high_price) AS high_price,
    min(low_price) AS low_price,
    {close} AS close_price,
    sum(volume::numeric)::double precision AS volume,
    CASE WHEN bool_and(vwap IS NOT NULL) AND sum(volume::numeric) > 0
        THEN (sum(vwap::numeric * volume::numeric) / sum(volume::numeric))::double precision END AS vwap,
    count(*) AS bars
"""
#: The same by name for those who take single columns; `bars` is the number of minutes that traded.
OWN_BARS = (
    "(array_agg(open_price ORDER BY timestamp))[1] AS open_price,"
    + BAR_SUMS.format(close="(array_agg(close_price ORDER BY timestamp DESC))[1]")
)  # fmt: skip
TIMESCALE_BARS = "first(open_price, timestamp) AS open_price," + BAR_SUMS.format(close="last(close_price, timestamp)")
MINUTES = "timeframe_s = 60 AND is_closed"
#: Averages, the range and the last prices of a bucket; `opportunities` of its `readings` were one.
SPREAD_COLUMNS = (
    "avg_spread_pct, avg_net_spread_pct, max_spread_pct, min_spread_pct, max_net_spread_pct, min_net_spread_pct, "
    "avg_back_spread_pct, avg_back_net_spread_pct, won_price, foreign_price, foreign_price_krw, opportunities, readings"
)
SPREAD_SUMS = """
    avg(spread_pct::numeric)::double precision AS avg_spread_pct,
    avg(net_spread_pct::numeric)::double precision AS avg_net_spread_pct,
    max(spread_pct) AS max_spread_pct,
    min(spread_pct) AS min_spread_pct,
    max(net_spread_pct) AS max_net_spread_pct,
    min(net_spread_pct) AS min_net_spread_pct,
    avg(back_spread_pct::numeric)::double precision AS avg_back_spread_pct,
    avg(back_net_spread_pct::numeric)::double precision AS avg_back_net_spread_pct,
    {won_price} AS won_price,
    {foreign_price} AS foreign_price,
    {foreign_price_krw} AS foreign_price_krw,
    count(*) FILTER (WHERE is_opportunity) AS opportunities,
    count(*) AS readings
"""
#: The greatest of these is the last reading: one look at each row, where an ordered aggregate would sort them.
_NEWEST = "max(ARRAY[extract(epoch FROM timestamp)::float8, won_price, foreign_price, foreign_price_krw])"
_LAST = ("won_price", "foreign_price", "foreign_price_krw")
OWN_SPREADS = SPREAD_SUMS.format(**{name: f"({_NEWEST})[{at}]" for at, name in enumerate(_LAST, start=2)})
TIMESCALE_SPREADS = SPREAD_SUMS.format(**{name: f"last({name}, timestamp)" for name in _LAST})


def bucket(interval: str) -> str:
    """The bucket a row falls into, without TimescaleDB."""
    return f"date_bin('{interval}', timestamp, {ORIGIN_SQL})"


def _rolled_until(view: str) -> str:
    return f"(SELECT rolled_until FROM rollup_progress WHERE view_name = '{view}')"


def continuous_name(view: str) -> str:
    """The continuous aggregate under a view, where TimescaleDB keeps one."""
    return f"continuous_{view}"


def _candles_view(frame: Frame, live: str) -> str:
    return f"""
        CREATE VIEW {frame.view} WITH (security_invoker = true) AS
        SELECT venue, symbol, timestamp, {BAR_COLUMNS} FROM candle_rollups
        WHERE timeframe_s = {frame.timeframe_s} AND timestamp < {_rolled_until(frame.view)}
        UNION ALL
        {live}
    """


def _spreads_view(frame: SpreadFrame, live: str) -> str:
    return f"""
        CREATE VIEW {frame.view} WITH (security_invoker = true) AS
        SELECT timestamp AS {frame.time}, symbol, won_venue, foreign_venue, {SPREAD_COLUMNS} FROM spread_rollups
        WHERE bucket_s = {frame.bucket_s} AND timestamp < {_rolled_until(frame.view)}
        UNION ALL
        {live}
    """


def _own_candles_view(frame: Frame) -> str:
    start = bucket(frame.interval)
    return _candles_view(
        frame,
        f"""SELECT venue, symbol, {start} AS timestamp, {OWN_BARS} FROM candles
        WHERE {MINUTES} AND timestamp >= {_rolled_until(frame.view)}
        GROUP BY venue, symbol, {start}""",
    )


def _own_spreads_view(frame: SpreadFrame) -> str:
    start = bucket(frame.interval)
    return _spreads_view(
        frame,
        f"""SELECT {start} AS {frame.time}, symbol, won_venue, foreign_venue, {OWN_SPREADS} FROM spreads
        WHERE timestamp >= {_rolled_until(frame.view)}
        GROUP BY {start}, symbol, won_venue, foreign_venue""",
    )


def own_candle_views() -> list[str]:
    """Views of bars as our own job keeps them: rolled-up buckets, and behind them the rows themselves."""
    return [_own_candles_view(frame) for frame in FRAMES]


def own_spread_views() -> list[str]:
    """The same of spreads."""
    return [_own_spreads_view(frame) for frame in SPREAD_FRAMES]


def own_views() -> list[str]:
    """All rolled-up views as our own job keeps them."""
    return [*own_candle_views(), *own_spread_views()]


OPTIONS = "WITH (timescaledb.continuous, timescaledb.materialized_only = false)"


def continuous_candle_views() -> list[str]:
    """The same over continuous aggregates, which TimescaleDB keeps; what is not rolled up yet it reads live.

    Our own rolled-up buckets stay under them: those that were there before the series became hypertables.
    """
    made = []
    for frame in FRAMES:
        name, start = continuous_name(frame.view), f"time_bucket('{frame.interval}', timestamp)"
        made.append(
            f"""
            CREATE MATERIALIZED VIEW {name} {OPTIONS} AS
            SELECT venue, symbol, {start} AS timestamp, {TIMESCALE_BARS} FROM candles
            WHERE {MINUTES} GROUP BY venue, symbol, {start} WITH NO DATA
            """
        )
        live = f"SELECT venue, symbol, timestamp, {BAR_COLUMNS} FROM {name}"
        made.append(_candles_view(frame, f"{live} WHERE timestamp >= {_rolled_until(frame.view)}"))
    return made


def continuous_spread_views() -> list[str]:
    """The same of spreads."""
    made = []
    for frame in SPREAD_FRAMES:
        name, start = continuous_name(frame.view), f"time_bucket('{frame.interval}', timestamp)"
        made.append(
            f"""
            CREATE MATERIALIZED VIEW {name} {OPTIONS} AS
            SELECT {start} AS {frame.time}, symbol, won_venue, foreign_venue, {TIMESCALE_SPREADS} FROM spreads
            GROUP BY {start}, symbol, won_venue, foreign_venue WITH NO DATA
            """
        )
        live = f"SELECT {frame.time}, symbol, won_venue, foreign_venue, {SPREAD_COLUMNS} FROM {name}"
        made.append(_spreads_view(frame, f"{live} WHERE {frame.time} >= {_rolled_until(frame.view)}"))
    return made


def continuous_views() -> list[str]:
    """All of them."""
    return [*continuous_candle_views(), *continuous_spread_views()]


#: What each bot earned on each day, in quote: turnover before fees, matched profit of closed cycles after them. Plain,
#: and asked with the asker's own rights: a roll-up would be one table for everybody's money.
BOT_DAYS = """
    CREATE VIEW daily_bot_pnl WITH (security_invoker = true) AS
    SELECT user_id, bot_uid, (trade_time AT TIME ZONE 'UTC')::date AS trade_date, count(*) AS fills,
        sum(value) AS turnover, COALESCE(sum(profit), 0) AS matched_profit
    FROM trades GROUP BY 1, 2, 3
"""


def drop_views(continuous: Collection[str], names: Collection[str] = ROLLED) -> list[str]:
    """All of them or these, with the continuous aggregates that are there."""
    return [
        *(f"DROP VIEW {view}" for view in names),
        *(f"DROP MATERIALIZED VIEW {continuous_name(view)}" for view in names if view in continuous),
    ]


# What our own job needs to know of a change: where it lies. The note is written in the transaction of the change, so
# that whoever sees the rows sees the note, and a cut connection leaves both or none. The writer says where its rows lie
# before it sends them; of anybody else the trigger only knows that he wrote, and notes all of time. (A trigger that
# sees the rows would keep COPY into partitions from inserting more than one row at once, at half its speed.)
NOTES = (
    """
    CREATE FUNCTION note_span(series text, since timestamptz, until timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'note_insert_' || note_span.series) THEN
            INSERT INTO public.rollup_changes (series, since, until)
            SELECT note_span.series, note_span.since, note_span.until WHERE note_span.since IS NOT NULL;
            PERFORM set_config('gridwright.noted', note_span.series, true);
        END IF;
    END $$
    """,
    """
    CREATE FUNCTION note_write() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF current_setting('gridwright.noted', true) IS DISTINCT FROM TG_ARGV[0] THEN
            INSERT INTO public.rollup_changes (series, since, until) VALUES (TG_ARGV[0], '-infinity', 'infinity');
        END IF;
        RETURN NULL;
    END $$
    """,
)
NOTED = ("candles", "spreads")


def note_triggers() -> list[str]:
    """Notes of what is written into the series that our own job rolls up."""
    return [
        f"CREATE TRIGGER note_{what}_{series} AFTER {what.upper()} ON {series} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION note_write('{series}')"
        for series in NOTED
        for what in ("insert", "update")
    ]


def drop_note_triggers() -> list[str]:
    """For when TimescaleDB watches itself."""
    return [
        f"DROP TRIGGER IF EXISTS note_{what}_{series} ON {series}" for series in NOTED for what in ("insert", "update")
    ]


def first_progress(names: Collection[str]) -> str:
    """Rows of the progress table: nothing of these views is rolled up yet."""
    return (
        "INSERT INTO rollup_progress (view_name, rolled_until) SELECT unnest(ARRAY["
        + ", ".join(f"'{view}'" for view in names)
        + "]), '-infinity' ON CONFLICT (view_name) DO UPDATE SET rolled_until = '-infinity'"
    )


#: What was there before anybody noted anything.
FIRST_CANDLES = f"""
    INSERT INTO rollup_changes (series, since, until)
    SELECT 'candles', min(timestamp), max(timestamp) FROM candles WHERE {MINUTES} HAVING count(*) > 0
"""
FIRST_SPREADS = """
    INSERT INTO rollup_changes (series, since, until)
    SELECT 'spreads', min(timestamp), max(timestamp) FROM spreads HAVING count(*) > 0
"""
