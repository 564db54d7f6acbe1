"""The past of premiums and two-leg positions, and the list of watched pairs, as protocols beside those of `ports`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from engine.domain.premium import Pair
from engine.domain.premium_past import Opportunity, PairDay, PastPosition, RateSeries, SpreadSeries
from engine.domain.watching import WatchedPair

#: Places of a series that one question may ask for.
MOST_POINTS = 4_000


class PremiumHistory(Protocol):
    """Answers of a bounded size, whatever the span: at most 2,000 rows or MOST_POINTS places. Raise StorageError."""

    async def spreads(
        self, pair: Pair, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> SpreadSeries:
        """A pair from `since` up to and without `until` (None: all there is) in at most `most` places.

        Readings as they were recorded when the span is short, else minutes, hours or days put together.
        """
        ...

    async def fx_rates(
        self, pair: str, source: str, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> RateSeries:
        """What one source said of a rate, thinned to at most `most` places."""
        ...

    async def two_leg_positions(
        self, bot_id: str | None, is_open: bool | None, before: datetime | None, limit: int
    ) -> list[PastPosition]:
        """Newest decision first; None asks for all bots, for open and closed ones, up to now. bot_id "" is no bot."""
        ...

    async def opportunities(
        self, pair: Pair | None, since: datetime | None, until: datetime | None, limit: int
    ) -> list[Opportunity]:
        """Stretches that begin in a span, newest first. None asks for all pairs, and for the last day."""
        ...

    async def daily_pnl(self, bot_id: str | None, zone: str, limit: int) -> list[PairDay]:
        """Days of a time zone ("Asia/Seoul") on which positions were closed, newest first."""
        ...


class WatchedPairs(Protocol):
    """The user's list of pairs. Raise StorageError; what is asked wrongly is a UsageError."""

    async def watched(self) -> Sequence[WatchedPair]:
        """All of them, by base and venues."""
        ...

    async def watch(self, watched: WatchedPair) -> None:
        """Put a pair on the list, or change what is said of it."""
        ...

    async def unwatch(self, pair: Pair) -> bool:
        """Take a pair off the list. False when it was not on it. What was recorded stays."""
        ...
