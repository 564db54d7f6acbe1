# ruff: noqa: S608 - the statement is put together from constants of this program; values travel as arguments.
"""The last price that was recorded of a market, for programs that do not see the market themselves."""

from datetime import datetime
from decimal import Decimal

from storage.database import Database
from storage.recovery import OWN

#: The timeframes recordings come in; each is one look into the index of the candles.
TIMEFRAMES_S = (1, 60, 180, 300, 900, 1800, 3600, 14400, 43200, 86400, 604800)

LAST_PRICE = f"""
    SELECT at, price, close_price FROM (
        SELECT e.at, e.price, NULL::double precision AS close_price FROM (
            SELECT at, price FROM equity_snapshots s JOIN accounts a USING (user_id, account_id)
            WHERE {OWN} AND a.venue = $1 AND s.bot_uid IS NULL
                AND ARRAY[$2] = ARRAY(SELECT symbol FROM instruments WHERE {OWN} AND venue = $1)
            ORDER BY at DESC LIMIT 1
        ) e
        UNION ALL
        SELECT e.at, e.price, NULL FROM (SELECT * FROM bot_instances WHERE {OWN} AND venue = $1 AND symbol = $2) b
        CROSS JOIN LATERAL (
            SELECT at, price FROM equity_snapshots s
            WHERE s.user_id = b.user_id AND s.account_id = b.account_id AND s.bot_uid = b.bot_uid
            ORDER BY at DESC LIMIT 1
        ) e
        UNION ALL
        SELECT c.timestamp + make_interval(secs => c.timeframe_s), NULL, c.close_price
        FROM unnest($3::integer[]) AS frame CROSS JOIN LATERAL (
            SELECT * FROM (
                SELECT timestamp, timeframe_s, close_price FROM candles
                WHERE venue = $1 AND symbol = $2 AND timeframe_s = frame AND is_closed
                UNION ALL
                SELECT timestamp, timeframe_s, close_price FROM replayed_candles
                WHERE {OWN} AND venue = $1 AND symbol = $2 AND timeframe_s = frame AND is_closed
            ) bars ORDER BY timestamp DESC LIMIT 1
        ) c
    ) seen ORDER BY at DESC LIMIT 1
"""


async def last_mark(database: Database, venue: str, symbol: str) -> tuple[Decimal, datetime] | None:
    """The newest of the bots' last equity marks and the last closed candle's close, with its market time.

    None when there is neither. The mark of an account that trades one instrument is that one's price, too.
    """
    async with database.question() as connection:
        row = await connection.fetchrow(LAST_PRICE, venue, symbol, list(TIMEFRAMES_S))
    if row is None:
        return None
    price: Decimal = row["price"] if row["price"] is not None else Decimal(repr(row["close_price"]))
    return price, row["at"]


async def last_price(database: Database, venue: str, symbol: str) -> Decimal | None:
    """The price of `last_mark` alone."""
    mark = await last_mark(database, venue, symbol)
    return None if mark is None else mark[0]
