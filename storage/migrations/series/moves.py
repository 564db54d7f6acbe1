# ruff: noqa: S608 - the statements are put together from constants of this file.
"""Rows of the first issue on their way into the series and back."""

from storage.series.layout import PARTS

#: Markets in their own time: the clock of a recording is not ours, so retention by our clock would take all of it.
OWN_TIME = "a.mode IN ('replay', 'simulated')"
BAR_COLUMNS = "venue, symbol, timeframe_s, timestamp, open_price, high_price, low_price, close_price, volume, is_closed"
QUOTE_COLUMNS = "venue, symbol, timestamp, bid_price, ask_price"

#: The old tables step aside into another schema, with the names of all that hangs on them.
ASIDE = (
    f"ALTER TABLE candles SET SCHEMA {PARTS}",
    f"ALTER TABLE tickers SET SCHEMA {PARTS}",
)


def prefixed(columns: str) -> str:
    return ", ".join(f"b.{name.strip()}" for name in columns.split(","))


UP = tuple(
    statement
    for table, columns in (("candles", BAR_COLUMNS), ("tickers", QUOTE_COLUMNS))
    for statement in (
        (
            f"INSERT INTO replayed_{table} (user_id, {columns}) SELECT a.user_id, {prefixed(columns)} "
            f"FROM {PARTS}.{table} b JOIN accounts a ON a.venue = b.venue AND {OWN_TIME}"
        ),
        (
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {PARTS}.{table} b "
            f"WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.venue = b.venue AND {OWN_TIME})"
        ),
        f"DROP TABLE {PARTS}.{table}",
    )
)

#: The tables of 0001, to which the rows go back that it can hold.
OLD_TABLES = (
    f"""
    CREATE TABLE {PARTS}.candles (
        venue text NOT NULL,
        symbol text NOT NULL,
        timeframe_s integer NOT NULL,
        timestamp timestamptz NOT NULL,
        open_price double precision NOT NULL,
        high_price double precision NOT NULL,
        low_price double precision NOT NULL,
        close_price double precision NOT NULL,
        volume double precision NOT NULL,
        is_closed boolean NOT NULL,
        CONSTRAINT pk_candles PRIMARY KEY (venue, symbol, timeframe_s, timestamp)
    )
    """,
    f"""
    CREATE TABLE {PARTS}.tickers (
        venue text NOT NULL,
        symbol text NOT NULL,
        timestamp timestamptz NOT NULL,
        bid_price double precision NOT NULL,
        ask_price double precision NOT NULL
    )
    """,
    f"CREATE INDEX idx_tickers_symbol_time ON {PARTS}.tickers (venue, symbol, timestamp)",
)
#: Two people may have replayed one recording under one name; the older program has room for one of them.
DOWN = (
    f"INSERT INTO {PARTS}.candles ({BAR_COLUMNS}) SELECT {BAR_COLUMNS} FROM candles",
    (
        f"INSERT INTO {PARTS}.candles ({BAR_COLUMNS}) SELECT DISTINCT ON (venue, symbol, timeframe_s, timestamp) "
        f"{BAR_COLUMNS} FROM replayed_candles r WHERE NOT EXISTS (SELECT 1 FROM candles c WHERE c.venue = r.venue "
        "AND c.symbol = r.symbol AND c.timeframe_s = r.timeframe_s AND c.timestamp = r.timestamp) "
        "ORDER BY venue, symbol, timeframe_s, timestamp, user_id"
    ),
    (
        f"INSERT INTO {PARTS}.tickers ({QUOTE_COLUMNS}) SELECT {QUOTE_COLUMNS} FROM tickers "
        "WHERE bid_price IS NOT NULL AND ask_price IS NOT NULL"
    ),
    f"INSERT INTO {PARTS}.tickers ({QUOTE_COLUMNS}) SELECT {QUOTE_COLUMNS} FROM replayed_tickers",
)
BACK = (
    f"ALTER TABLE {PARTS}.candles SET SCHEMA public",
    f"ALTER TABLE {PARTS}.tickers SET SCHEMA public",
)
