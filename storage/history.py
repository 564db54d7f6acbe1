# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""The past, in pages: what a window or the command line reads, never the engine.

A page is found by time from an index. Several rows may share an instant, so a page takes in the whole of its last
instant; whoever then asks for what was before it misses nothing.
"""

from datetime import date, datetime
from typing import Any

from engine.domain.grid import Rung
from engine.domain.market import Candle
from engine.domain.messages import DecisionLogged, EquitySampled, FillRecorded
from engine.domain.order import Order
from storage.database import Connection, Database
from storage.pages import BotWithRungs, DayPnl, LedgerSum
from storage.records import bots, control, orders, rungs
from storage.recovery import BOT_COLUMNS, BOT_TABLES, OWN, RUN_HERE, complete_fills

#: Rows of a page, not counting the rest of its last instant. More would hold the interpreter while a window paints.
MOST_ROWS = 2_000

CANDLE_COLUMNS = (
    "venue, symbol, timeframe_s, timestamp, open_price, high_price, low_price, close_price, volume, is_closed, vwap"
)

#: A venue's bars are either facts of the market or somebody's own; one half of this is always empty.
CANDLES = f"""
    SELECT * FROM (
        SELECT {CANDLE_COLUMNS} FROM candles
        WHERE venue = $1 AND symbol = $2 AND timeframe_s = $3 AND is_closed
            AND timestamp < COALESCE($4, 'infinity'::timestamptz)
        UNION ALL
        SELECT {CANDLE_COLUMNS} FROM replayed_candles
        WHERE {OWN} AND venue = $1 AND symbol = $2 AND timeframe_s = $3 AND is_closed
            AND timestamp < COALESCE($4, 'infinity'::timestamptz)
    ) bars ORDER BY timestamp DESC LIMIT $5
"""
#: Points at equal distances by count: the first, the last, and between them at most `limit` - 2.
EQUITY = f"""
    WITH points AS (
        SELECT *, (row_number() OVER (ORDER BY at) - 1) * ($4 - 1) / GREATEST(count(*) OVER () - 1, $4 - 1) AS bucket
        FROM equity_snapshots
        WHERE {OWN} AND account_id = $1 AND bot_uid IS NOT DISTINCT FROM $2
            AND at >= COALESCE($3, '-infinity'::timestamptz)
    ), marked AS (SELECT *, lag(bucket) OVER (ORDER BY at) AS before FROM points)
    SELECT * FROM marked WHERE before IS DISTINCT FROM bucket ORDER BY at
"""
PNL_BY_DAY = f"""
    SELECT bot_uid, day, count(*) AS fills, sum(value) AS turnover, COALESCE(sum(profit), 0) AS matched_profit
    FROM (
        SELECT *, (trade_time AT TIME ZONE $2)::date AS day FROM trades
        WHERE {OWN} AND ($1::text IS NULL OR bot_uid = $1)
    ) t
    GROUP BY bot_uid, day ORDER BY day DESC, bot_uid LIMIT $3
"""
FEES_BY_DAY = f"""
    SELECT bot_uid, (trade_time AT TIME ZONE $2)::date AS day, fee_currency, sum(fee) AS fee FROM trades
    WHERE {OWN} AND ($1::text IS NULL OR bot_uid = $1) AND fee <> 0 AND (trade_time AT TIME ZONE $2)::date >= $3
    GROUP BY bot_uid, day, fee_currency ORDER BY fee_currency
"""
LEDGER_SUMS = f"""
    SELECT account_id, asset, kind, sum(amount) AS amount, count(*) AS entries FROM ledger_entries
    WHERE {OWN} AND ($1::text IS NULL OR account_id = $1)
    GROUP BY account_id, asset, kind ORDER BY account_id, asset, kind
"""
BOTS = f"""
    SELECT {BOT_COLUMNS} FROM {BOT_TABLES}
    WHERE b.{OWN} AND {RUN_HERE} AND ($1::text IS NULL OR b.desk_id = $1) AND (b.is_active OR $2)
    ORDER BY b.created_at, b.bot_uid
"""
RUNGS = f"""
    SELECT g.* FROM grid_orders g JOIN bot_instances b USING (user_id, bot_uid, generation)
    WHERE {OWN} AND g.bot_uid = ANY($1::text[]) ORDER BY g.bot_uid, g.grid_index
"""


class PostgresHistory:
    """`engine.ports.History` over a small pool of the asking side's own loop. Raises StorageUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def candles(
        self, venue: str, symbol: str, timeframe_s: int, before: datetime | None, limit: int
    ) -> list[Candle]:
        """The last `limit` closed candles before an instant, oldest first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(CANDLES, venue, symbol, timeframe_s, before, _page(limit))
        return [candle_of(row) for row in reversed(rows)]

    async def fills(self, bot_id: str | None, before: datetime | None, limit: int) -> list[FillRecorded]:
        """Newest first, each with its order as it stands now and its money entries."""
        async with self._database.question() as connection:
            rows = await _newest(connection, "trades", "trade_time", bot_id, before, limit)
            return await complete_fills(connection, rows)

    async def orders(self, bot_id: str | None, before: datetime | None, limit: int) -> list[Order]:
        """Newest first, by the time they were decided."""
        async with self._database.question() as connection:
            rows = await _newest(connection, "orders", "created_at", bot_id, before, limit)
        return [orders.order_of(row) for row in rows]

    async def equity(self, bot_id: str, account_id: str, since: datetime | None, limit: int) -> list[EquitySampled]:
        """Oldest first, thinned to at most `limit` (2 to 2,000) points; the first and the last are always there."""
        async with self._database.question() as connection:
            rows = await connection.fetch(EQUITY, account_id, bot_id or None, since, max(_page(limit), 2))
        return [control.equity_of(row) for row in rows]

    async def log(self, bot_id: str | None, before: datetime | None, limit: int) -> list[DecisionLogged]:
        """Newest first."""
        async with self._database.question() as connection:
            rows = await _newest(connection, "decisions", "at", bot_id, before, limit)
        return [control.decision_of(row) for row in rows]

    async def bots(self, desk_id: str | None = None, with_removed: bool = False) -> list[BotWithRungs]:
        """All bots of a desk (None: of every desk), oldest first, each with the rungs of its present ladder."""
        async with self._database.question() as connection:
            found = [bots.bot_of(row) for row in await connection.fetch(BOTS, desk_id, with_removed)]
            ladders: dict[str, list[Rung]] = {bot.bot_id: [] for bot in found}
            for row in await connection.fetch(RUNGS, list(ladders)):
                ladders[row["bot_uid"]].append(rungs.rung_of(row))
        return [BotWithRungs(bot, tuple(ladders[bot.bot_id])) for bot in found]

    async def pnl_by_day(self, bot_id: str | None, zone: str = "UTC", limit: int = 366) -> list[DayPnl]:
        """What each bot earned on each day of a time zone ("Asia/Seoul"), newest day first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(PNL_BY_DAY, bot_id, zone, _page(limit))
            fees: dict[tuple[str, date], list[Any]] = {(row["bot_uid"], row["day"]): [] for row in rows}
            if rows:
                for row in await connection.fetch(FEES_BY_DAY, bot_id, zone, rows[-1]["day"]):
                    fees.setdefault((row["bot_uid"], row["day"]), []).append((row["fee_currency"], row["fee"]))
        return [
            DayPnl(
                row["bot_uid"], row["day"], row["fills"], row["turnover"], row["matched_profit"],
                tuple(fees[(row["bot_uid"], row["day"])]),
            )
            for row in rows
        ]  # fmt: skip

    async def ledger_sums(self, account_id: str | None = None) -> list[LedgerSum]:
        """The sum of all money entries by account, asset and kind."""
        async with self._database.question() as connection:
            rows = await connection.fetch(LEDGER_SUMS, account_id)
        return [LedgerSum(row["account_id"], row["asset"], row["kind"], row["amount"], row["entries"]) for row in rows]


def candle_of(row: Any) -> Candle:
    """A candle from its row."""
    return Candle(
        row["venue"], row["symbol"], row["timeframe_s"], row["timestamp"], row["open_price"], row["high_price"],
        row["low_price"], row["close_price"], row["volume"], row["is_closed"], row["vwap"],
    )  # fmt: skip


def _page(limit: int) -> int:
    return max(1, min(limit, MOST_ROWS))


async def _newest(
    connection: Connection, table: str, time: str, bot_id: str | None, before: datetime | None, limit: int
) -> list[Any]:
    """The newest rows of a table before an instant, and the rest of the instant in which the page ends."""
    # A condition that is sometimes none ($1 IS NULL OR ...) would hide the index from the planner.
    asked = [(text, value) for text, value in ((f"{time} < ", before), ("bot_uid = ", bot_id)) if value is not None]
    where = " AND ".join([OWN, *(f"{text}${at}" for at, (text, _) in enumerate(asked, start=2))])
    sql = (
        f"SELECT * FROM (SELECT * FROM {table} WHERE {where} ORDER BY {time} DESC "
        f"FETCH FIRST ($1::bigint) ROWS WITH TIES) page ORDER BY {time} DESC, id DESC"
    )
    rows: list[Any] = await connection.fetch(sql, _page(limit), *(value for _, value in asked))
    return rows
