"""The last price that was recorded of a market, for programs that do not see the market themselves."""

from decimal import Decimal

from storage.database import Database

#: The timeframes recordings come in; each is one look into the index of the candles.
TIMEFRAMES_S = (1, 60, 180, 300, 900, 1800, 3600, 14400, 43200, 86400, 604800)

LAST_PRICE = """
    SELECT price, close_price FROM (
        SELECT e.at, e.price, NULL::double precision AS close_price FROM (
            SELECT at, price FROM equity_snapshots s JOIN accounts a ON a.account_id = s.account_id
            WHERE a.venue = $1 AND s.bot_uid IS NULL AND $2 IN (SELECT symbol FROM instruments WHERE venue = $1)
            ORDER BY at DESC LIMIT 1
        ) e
        UNION ALL
        SELECT c.timestamp + make_interval(secs => c.timeframe_s), NULL, c.close_price
        FROM unnest($3::integer[]) AS frame CROSS JOIN LATERAL (
            SELECT timestamp, timeframe_s, close_price FROM candles
            WHERE venue = $1 AND symbol = $2 AND timeframe_s = frame AND is_closed ORDER BY timestamp DESC LIMIT 1
        ) c
    ) seen ORDER BY at DESC LIMIT 1
"""


async def last_price(database: Database, venue: str, symbol: str) -> Decimal | None:
    """The newest of the account's last equity mark and the last closed candle's close; None when there is neither.

    An account of this program trades one instrument, so its mark is that instrument's price.
    """
    async with database.question() as connection:
        row = await connection.fetchrow(LAST_PRICE, venue, symbol, list(TIMEFRAMES_S))
    if row is None:
        return None
    price: Decimal = row["price"] if row["price"] is not None else Decimal(repr(row["close_price"]))
    return price
