# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Positions with a leg on each of two venues: opened once and closed once.

Those of bots are here once they came together; an entry that is under way, or that was taken back, is none of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from asyncpg import InvalidParameterValueError

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import (
    checked,
    instant,
    number,
    optional_words,
    positive,
    row_id,
    words,
)
from storage.repositories.rows import PAGE_ROWS, columns_of, insert_of, page, refusing, value_of

OPEN, CLOSED = "OPEN", "CLOSED"


@dataclass(frozen=True, slots=True)
class TwoLegPosition:
    """A position. `size` is in base, won prices in won, foreign ones in the foreign quote, spreads in percent.

    `pnl_krw` is signed, in won after all costs, `pnl_pct` the same in percent; what is of the exit is None while open.
    """

    id: int
    user_id: int
    bot_uid: str | None
    reference: str | None
    symbol: str
    direction: str
    size: Decimal
    won_venue: str
    foreign_venue: str
    entry_won_price: Decimal
    entry_foreign_price: Decimal
    entry_spread_pct: Decimal
    exit_won_price: Decimal | None
    exit_foreign_price: Decimal | None
    exit_spread_pct: Decimal | None
    pnl_krw: Decimal | None
    pnl_pct: Decimal | None
    status: str
    opened_at: datetime
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TwoLegTrade:
    """The opening ("OPEN") or the closing ("CLOSE") of a position."""

    id: int
    user_id: int
    position_id: int | None
    symbol: str
    direction: str
    size: Decimal
    side: str
    won_price: Decimal | None
    foreign_price: Decimal | None
    pnl_krw: Decimal | None
    pnl_pct: Decimal | None
    traded_at: datetime


ENTRY: Mapping[str, Callable[[Any], Any]] = {
    "bot_uid": partial(optional_words, "bot"),
    "reference": partial(optional_words, "reference"),
    "symbol": partial(words, "symbol"),
    "direction": partial(words, "direction"),
    "size": partial(positive, "size"),
    "won_venue": partial(words, "won venue"),
    "foreign_venue": partial(words, "foreign venue"),
    "entry_won_price": partial(positive, "won price"),
    "entry_foreign_price": partial(positive, "foreign price"),
    "entry_spread_pct": partial(number, "spread"),
    "opened_at": partial(instant, "time of opening"),
}
NEEDED = (
    "symbol", "direction", "size", "entry_won_price", "entry_foreign_price", "entry_spread_pct", "opened_at"
)  # fmt: skip

POSITION, TRADE = columns_of(TwoLegPosition), columns_of(TwoLegTrade)
WHOLE = "num_nulls(entry_won_price, entry_foreign_price, opened_at) = 0"
OPENED = """
    INSERT INTO two_leg_trades (
        user_id, position_id, symbol, direction, size, side, won_price, foreign_price, traded_at
    )
    SELECT user_id, id, symbol, direction, size, 'OPEN', entry_won_price, entry_foreign_price, opened_at
    FROM two_leg_positions WHERE user_id = $1 AND id = $2
"""
BY_REFERENCE = f"SELECT {POSITION} FROM two_leg_positions WHERE user_id = $1 AND reference = $2"
#: What a bot does with its position is the journal's business.
LOCKED = f"""
    SELECT {POSITION} FROM two_leg_positions WHERE user_id = $1 AND id = $2 AND stage IS NULL FOR UPDATE
"""
CLOSE = f"""
    UPDATE two_leg_positions SET exit_won_price = $3, exit_foreign_price = $4, exit_spread_pct = $5, pnl_krw = $6,
        pnl_pct = $7, closed_at = $8, status = 'CLOSED', updated_at = now()
    WHERE user_id = $1 AND id = $2 RETURNING {POSITION}
"""
CLOSED_TRADE = """
    INSERT INTO two_leg_trades (
        user_id, position_id, symbol, direction, size, side, won_price, foreign_price, pnl_krw, pnl_pct, traded_at
    )
    SELECT user_id, id, symbol, direction, size, 'CLOSE', exit_won_price, exit_foreign_price, pnl_krw, pnl_pct,
        closed_at
    FROM two_leg_positions WHERE user_id = $1 AND id = $2
"""
GET = f"SELECT {POSITION} FROM two_leg_positions WHERE user_id = $1 AND id = $2 AND {WHOLE}"
OPEN_ONES = f"""
    SELECT {POSITION} FROM two_leg_positions
    WHERE user_id = $1 AND status = 'OPEN' AND {WHOLE} AND ($2::text IS NULL OR symbol = $2)
    ORDER BY opened_at, id LIMIT $3
"""
CLOSED_ONES = f"""
    SELECT {POSITION} FROM two_leg_positions
    WHERE user_id = $1 AND status = 'CLOSED' AND {WHOLE} AND ($2::text IS NULL OR symbol = $2)
        AND closed_at < COALESCE($3, 'infinity'::timestamptz) ORDER BY closed_at DESC, id DESC LIMIT $4
"""
TRADES = f"SELECT {TRADE} FROM two_leg_trades WHERE user_id = $1 AND position_id = $2 ORDER BY traded_at, id"
DAILY = """
    SELECT (closed_at AT TIME ZONE $2)::date AS day, symbol, count(*) AS trades, sum(pnl_krw) AS total_pnl_krw,
        avg(pnl_pct) AS avg_pnl_pct, max(pnl_krw) AS max_pnl_krw, min(pnl_krw) AS min_pnl_krw
    FROM two_leg_positions WHERE user_id = $1 AND status = 'CLOSED' GROUP BY day, symbol
    ORDER BY day DESC, symbol LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class TwoLegDay:
    """Positions of a symbol that were closed on a day of a time zone."""

    day: date
    symbol: str
    trades: int
    total_pnl_krw: Decimal | None
    avg_pnl_pct: Decimal | None
    max_pnl_krw: Decimal | None
    min_pnl_krw: Decimal | None


class TwoLegPositionRepository:
    """Positions and their trades, of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log_position_open(self, user_id: int, entry: Mapping[str, Any]) -> TwoLegPosition:
        """Write a position that was opened, and its opening trade.

        A `reference` that is there already answers the position that has it. Raises UsageError.
        """
        for name in NEEDED:
            if entry.get(name) is None:
                raise UsageError(f"A position needs its {name.replace('_', ' ')}.")
        columns = {"user_id": row_id("user", user_id)} | checked("position", entry, ENTRY)
        insert = insert_of("two_leg_positions", columns)
        sql = f"{insert} ON CONFLICT (user_id, reference) DO NOTHING RETURNING {POSITION}"
        async with self._database.question() as connection, connection.transaction():
            with refusing(_sentences(user_id)):
                row = await connection.fetchrow(sql, *columns.values())
            if row is None:
                return _same_entry(await connection.fetchrow(BY_REFERENCE, user_id, columns["reference"]), columns)
            await connection.execute(OPENED, user_id, row["id"])
        return value_of(TwoLegPosition, row)

    async def log_position_close(
        self,
        user_id: int,
        position_id: int,
        *,
        exit_won_price: Decimal,
        exit_foreign_price: Decimal,
        exit_spread_pct: Decimal,
        pnl_krw: Decimal,
        pnl_pct: Decimal,
        closed_at: datetime,
    ) -> TwoLegPosition:
        """Write that a position was closed, and its closing trade; the same again answers what is there.

        Raises UsageError for an unknown position, one closed otherwise, or a close before the opening.
        """
        values = (
            positive("won price", exit_won_price),
            positive("foreign price", exit_foreign_price),
            number("spread", exit_spread_pct),
            number("PnL", pnl_krw),
            number("PnL in percent", pnl_pct),
            instant("time of closing", closed_at),
        )
        key = row_id("user", user_id), row_id("position", position_id)
        async with self._database.question() as connection, connection.transaction():
            row = await connection.fetchrow(LOCKED, *key)
            if row is None:
                raise UsageError(f"There is no position {position_id}.")
            before = value_of(TwoLegPosition, row)
            if before.status == CLOSED:
                return _same_exit(before, values)
            with refusing(_sentences(user_id)):
                closed = await connection.fetchrow(CLOSE, *key, *values)
            await connection.execute(CLOSED_TRADE, *key)
        return value_of(TwoLegPosition, closed)

    async def get(self, user_id: int, position_id: int) -> TwoLegPosition | None:
        """One position, None when the user has none with this number."""
        async with self._database.question() as connection:
            row = await connection.fetchrow(GET, row_id("user", user_id), row_id("position", position_id))
        return None if row is None else value_of(TwoLegPosition, row)

    async def open_positions(
        self, user_id: int, symbol: str | None = None, limit: int = PAGE_ROWS
    ) -> list[TwoLegPosition]:
        """Open positions, all or of a symbol, oldest first."""
        asked = row_id("user", user_id), optional_words("symbol", symbol), page(limit)
        async with self._database.question() as connection:
            return [value_of(TwoLegPosition, row) for row in await connection.fetch(OPEN_ONES, *asked)]

    async def closed_positions(
        self, user_id: int, symbol: str | None = None, before: datetime | None = None, limit: int = PAGE_ROWS
    ) -> list[TwoLegPosition]:
        """Positions closed before an instant, all or of a symbol, the last one first."""
        until = None if before is None else instant("time", before)
        asked = row_id("user", user_id), optional_words("symbol", symbol), until, page(limit)
        async with self._database.question() as connection:
            return [value_of(TwoLegPosition, row) for row in await connection.fetch(CLOSED_ONES, *asked)]

    async def trades(self, user_id: int, position_id: int) -> list[TwoLegTrade]:
        """The opening and the closing of a position."""
        async with self._database.question() as connection:
            rows = await connection.fetch(TRADES, row_id("user", user_id), row_id("position", position_id))
        return [value_of(TwoLegTrade, row) for row in rows]

    async def pnl_by_day(self, user_id: int, zone: str = "UTC", limit: int = PAGE_ROWS) -> list[TwoLegDay]:
        """What closed positions brought on each day of a time zone ("Asia/Seoul"), newest day first."""
        asked = row_id("user", user_id), words("time zone", zone), page(limit)
        async with self._database.question() as connection:
            try:
                rows = await connection.fetch(DAILY, *asked)
            except InvalidParameterValueError:
                raise UsageError(f"There is no time zone {zone!r}.") from None
        return [value_of(TwoLegDay, row) for row in rows]


def _same_entry(row: Mapping[str, Any], asked: Mapping[str, Any]) -> TwoLegPosition:
    if any(row[name] != value for name, value in asked.items()):
        raise UsageError(f"The reference {asked['reference']!r} stands for another position already.")
    return value_of(TwoLegPosition, row)


def _same_exit(closed: TwoLegPosition, asked: tuple[Any, ...]) -> TwoLegPosition:
    known = (
        closed.exit_won_price, closed.exit_foreign_price, closed.exit_spread_pct, closed.pnl_krw, closed.pnl_pct,
        closed.closed_at,
    )  # fmt: skip
    if known != asked:
        raise UsageError(f"The position {closed.id} was closed otherwise already.")
    return closed


def _sentences(user_id: int) -> dict[str, str]:
    return {
        "fk_two_leg_positions_user_id": f"There is no user {user_id}.",
        "fk_two_leg_positions_user_id_bot_uid": "There is no such bot to have opened the position.",
        "check_two_leg_positions_times": "A position cannot be closed before it was opened.",
    }
