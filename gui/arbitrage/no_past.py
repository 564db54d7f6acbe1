"""What a window shows of premiums where the program around it keeps none."""

from datetime import datetime

from engine.domain.premium import Pair
from engine.domain.premium_past import Opportunity, PairDay, PastPosition, RateSeries, SpreadSeries
from engine.premium_history import MOST_POINTS


class NoPremiumPast:
    """A PremiumHistory in which nothing ever happened."""

    async def spreads(
        self, _pair: Pair, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> SpreadSeries:
        return SpreadSeries(0)

    async def fx_rates(
        self, pair: str, source: str, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> RateSeries:
        return RateSeries(pair, source, 0)

    async def two_leg_positions(
        self, _bot_id: str | None, is_open: bool | None, before: datetime | None, limit: int
    ) -> list[PastPosition]:
        return []

    async def opportunities(
        self, _pair: Pair | None, since: datetime | None, until: datetime | None, limit: int
    ) -> list[Opportunity]:
        return []

    async def daily_pnl(self, _bot_id: str | None, zone: str, limit: int) -> list[PairDay]:
        return []
