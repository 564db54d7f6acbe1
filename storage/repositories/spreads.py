# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""What the won market cost above the foreign one, reading by reading. Facts of the market, which belong to nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.domain.market import Spread
from storage.database import Database
from storage.repositories.arguments import flag, instant, number, positive, words
from storage.repositories.rows import PAGE_ROWS, columns_of, count_of, page, turned, value_of


@dataclass(frozen=True, slots=True)
class SpreadHour:
    """One hour of a symbol between two venues, in percent."""

    hour: datetime
    symbol: str
    won_venue: str
    foreign_venue: str
    avg_spread_pct: float
    avg_net_spread_pct: float
    max_spread_pct: float
    min_spread_pct: float


COLUMNS = """
    symbol, won_venue, foreign_venue, won_price, foreign_price, foreign_price_krw, spread_pct, net_spread_pct,
    is_opportunity, timestamp
"""
LOG = f"""
    INSERT INTO spreads ({COLUMNS})
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::double precision[], $5::double precision[],
        $6::double precision[], $7::double precision[], $8::double precision[], $9::boolean[], $10::timestamptz[])
    ON CONFLICT (symbol, won_venue, foreign_venue, timestamp) DO NOTHING
"""
LATEST = f"""
    SELECT {COLUMNS} FROM spreads WHERE symbol = $1 AND timestamp < COALESCE($2, 'infinity'::timestamptz)
        AND (is_opportunity OR NOT $3) ORDER BY timestamp DESC, won_venue, foreign_venue LIMIT $4
"""
HOURS = f"""
    SELECT {columns_of(SpreadHour)} FROM hourly_spread_avg WHERE symbol = $1
    ORDER BY hour DESC, won_venue, foreign_venue LIMIT $2
"""


class SpreadRepository:
    """Readings by symbol and time, and their hourly averages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log_spreads(self, readings: Sequence[Spread]) -> int:
        """Write readings; how many were new: the first of an instant stays. Raises UsageError, then none is written."""
        rows = [_row(one) for one in readings]
        async with self._database.question() as connection:
            return count_of(await connection.execute(LOG, *turned(rows, 10)))

    async def latest(
        self, symbol: str, limit: int = PAGE_ROWS, before: datetime | None = None, *, only_opportunities: bool = False
    ) -> list[Spread]:
        """Readings before an instant, newest first."""
        until = None if before is None else instant("time", before)
        async with self._database.question() as connection:
            rows = await connection.fetch(LATEST, words("symbol", symbol), until, only_opportunities, page(limit))
        return [_spread(row) for row in rows]

    async def hourly_averages(self, symbol: str, hours: int = 24) -> list[SpreadHour]:
        """The last hours with readings, newest first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(HOURS, words("symbol", symbol), page(hours))
        return [value_of(SpreadHour, row) for row in rows]


def _row(one: Spread) -> tuple[object, ...]:
    return (
        words("symbol", one.symbol),
        words("venue", one.won_venue),
        words("venue", one.foreign_venue),
        float(positive("won price", one.won_price)),
        float(positive("foreign price", one.foreign_price)),
        float(positive("foreign price in won", one.foreign_price_krw)),
        float(number("spread", one.spread_pct)),
        float(number("net spread", one.net_spread_pct)),
        flag("opportunity", one.is_opportunity),
        instant("time", one.at),
    )


def _spread(row: Mapping[str, Any]) -> Spread:
    return Spread(
        row["symbol"],
        row["won_venue"],
        row["foreign_venue"],
        _exact(row["won_price"]),
        _exact(row["foreign_price"]),
        _exact(row["foreign_price_krw"]),
        _exact(row["spread_pct"]),
        _exact(row["net_spread_pct"]),
        row["is_opportunity"],
        row["timestamp"],
    )


def _exact(stored: float) -> Decimal:
    # The shortest decimal that is this double is what was written.
    return Decimal(repr(stored))
