# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Rates of currency pairs as their sources said them. Facts of the market, which belong to nobody."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.domain.market import FxRate
from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import instant, optional_words, positive, words
from storage.repositories.rows import PAGE_ROWS, count_of, page, turned

#: The newest reading is looked for so far back.
LATEST = timedelta(days=31)
COLUMNS = "pair, rate, source, timestamp"
#: The first reading of a source at an instant stays: a series is never rewritten.
LOG = f"""
    INSERT INTO fx_rates ({COLUMNS})
    SELECT * FROM unnest($1::text[], $2::double precision[], $3::text[], $4::timestamptz[])
    ON CONFLICT (pair, source, timestamp) DO NOTHING
"""
LAST = f"""
    SELECT {COLUMNS} FROM fx_rates
    WHERE pair = $1 AND timestamp <= $2 AND timestamp >= $3 AND ($4::text IS NULL OR source = $4)
    ORDER BY timestamp DESC, source LIMIT 1
"""
BETWEEN = f"""
    SELECT {COLUMNS} FROM fx_rates WHERE pair = $1 AND timestamp >= $2 AND timestamp < $3
    ORDER BY timestamp, source LIMIT $4
"""


class FxRateRepository:
    """Rates by pair and time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log_rates(self, rates: Sequence[FxRate]) -> int:
        """Write readings; how many were new. Raises UsageError, and then none is written."""
        rows = [
            (
                words("pair", one.pair, 20),
                float(positive("rate", one.rate)),
                words("source", one.source, 50),
                instant("time", one.at),
            )
            for one in rates
        ]
        async with self._database.question() as connection:
            return count_of(await connection.execute(LOG, *turned(rows, 4)))

    async def rate_at(self, pair: str, at: datetime, most_age: timedelta, source: str | None = None) -> FxRate | None:
        """The last reading at or before an instant, None when there is none of at most that age."""
        if most_age < timedelta(0):
            raise UsageError("The greatest age of a rate must not be negative.")
        until = instant("time", at)
        async with self._database.question() as connection:
            row = await connection.fetchrow(
                LAST, words("pair", pair, 20), until, until - most_age, optional_words("source", source, 50)
            )
        return None if row is None else _rate(row)

    async def latest(self, pair: str) -> FxRate | None:
        """The newest reading of a pair, whoever said it, of the last month. Raises StorageError."""
        return await self.rate_at(pair, datetime.now(UTC), LATEST)

    async def between(self, pair: str, since: datetime, until: datetime, limit: int = PAGE_ROWS) -> list[FxRate]:
        """Readings from an instant up to and without another, oldest first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(
                BETWEEN, words("pair", pair, 20), instant("start", since), instant("end", until), page(limit)
            )
        return [_rate(row) for row in rows]


def _rate(row: Mapping[str, Any]) -> FxRate:
    # The shortest decimal that is this double is what was written.
    return FxRate(row["pair"], Decimal(repr(row["rate"])), row["source"], row["timestamp"])
