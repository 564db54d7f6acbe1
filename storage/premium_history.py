"""The past of premiums and two-leg bots over a pool of the asking side's own loop."""

from datetime import datetime

from engine.domain.premium import Pair
from engine.domain.premium_past import Opportunity, PairDay, PastPosition, RateSeries, SpreadSeries
from engine.premium_history import MOST_POINTS
from storage.database import Database
from storage.past import opportunities, positions, spreads

#: Rows of a page, not counting the rest of its last instant.
MOST_ROWS = 2_000


class PostgresPremiumHistory:
    """`engine.premium_history.PremiumHistory`. Raises StorageUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spreads(
        self, pair: Pair, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> SpreadSeries:
        """A pair from `since` up to and without `until` in at most `most` places."""
        async with self._database.question() as connection:
            return await spreads.spreads(connection, pair, since, until, most)

    async def fx_rates(
        self, pair: str, source: str, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> RateSeries:
        """What one source said of a rate, thinned to at most `most` places."""
        async with self._database.question() as connection:
            return await spreads.fx_rates(connection, pair, source, since, until, most)

    async def two_leg_positions(
        self, bot_id: str | None, is_open: bool | None, before: datetime | None, limit: int
    ) -> list[PastPosition]:
        """Newest decision first."""
        async with self._database.question() as connection:
            return await positions.positions(connection, bot_id, is_open, before, _page(limit))

    async def opportunities(
        self, pair: Pair | None, since: datetime | None, until: datetime | None, limit: int
    ) -> list[Opportunity]:
        """Stretches that begin in a span, newest first."""
        async with self._database.question() as connection:
            return await opportunities.opportunities(connection, pair, since, until, _page(limit))

    async def daily_pnl(self, bot_id: str | None, zone: str, limit: int) -> list[PairDay]:
        """Days of a time zone on which positions were closed, newest first. Raises UsageError for no time zone."""
        async with self._database.question() as connection:
            return await positions.days(connection, bot_id, zone, _page(limit))


def _page(limit: int) -> int:
    return max(1, min(limit, MOST_ROWS))
