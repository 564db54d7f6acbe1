"""A past of premiums in memory, for tests and screenshots of the window."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

from engine.domain.phrases import VENUE_CLOSED
from engine.domain.premium import Pair
from engine.domain.premium_past import Opportunity, PairDay, PastPosition, RateSeries, SpreadSeries
from engine.domain.sentences import say
from engine.errors import GridwrightError
from engine.premium_history import MOST_POINTS
from tests.support.views import NOON


def days_of(count: int, bot_id: str = "arbbot01") -> list[PairDay]:
    """The last days of a bot, newest first; the parts of each come to its sum."""
    days = []
    for back in range(count):
        premium = Decimal(90_000 + (back * 7919) % 140_000)
        fees = Decimal(31_000 + (back * 131) % 9_000)
        funding = Decimal((back * 577) % 12_000 - 5_000)
        fx = Decimal((back * 3571) % 160_000 - 95_000)
        pnl = premium - fees + funding + fx
        day = date(2026, 11, 20) - timedelta(days=back)
        days.append(PairDay(bot_id, day, "KRW", 3 + back % 4, pnl, premium, fees, funding, fx))
    return days


def opportunities_of(count: int) -> list[Opportunity]:
    """Newest first: some were taken, the others say why not."""
    found = []
    for back in range(count):
        begun = NOON - timedelta(minutes=17 * (back + 1))
        is_taken = back % 3 == 0
        reasons = () if is_taken else (say(VENUE_CLOSED, venue="binance"),)
        found.append(
            Opportunity(
                ("XRP", "BTC", "ETH", "SOL")[back % 4],
                "upbit",
                "binance",
                begun,
                begun + timedelta(seconds=8 + back * 3),
                0.12 + back % 7 * 0.08,
                begun + timedelta(seconds=4),
                40 + back * 6,
                1 if is_taken else 0,
                reasons,
            )
        )
    return found


def day_of_spreads(until: datetime, step_s: int = 60) -> SpreadSeries:
    """The last day of a pair whose premium swings between half and three percent."""
    count = 86_400 // step_s
    times = [until.timestamp() - step_s * (count - at) for at in range(count)]
    waves = ((0.9, 140), (0.3, 23), (0.08, 4.1), (0.03, 1.3))
    swing = [1.7 + sum(high * math.sin(at / slow) for high, slow in waves) for at in range(count)]
    net, back = [value - 0.1 for value in swing], [value + 0.09 for value in swing]
    home = [2838.7 * (1 + value / 100) for value in swing]
    return SpreadSeries(
        step_s, times, swing, swing, swing, net, net, net, back, [-value - 0.1 for value in back], home,
        [2.0503] * count, [1384.5] * count, [value > 2.2 for value in net],
    )  # fmt: skip


class PremiumPast:
    """A PremiumHistory over lists; `problem` makes every question fail, `asked` counts them."""

    def __init__(
        self,
        days: list[PairDay] | None = None,
        opportunities: list[Opportunity] | None = None,
        series: SpreadSeries | None = None,
    ) -> None:
        self.days = days or []
        self.series = series or SpreadSeries(0)
        self.found = opportunities or []
        self.problem: GridwrightError | None = None
        self.asked = 0

    async def spreads(
        self, _pair: Pair, since: datetime | None, until: datetime | None, most: int = MOST_POINTS
    ) -> SpreadSeries:
        return self.series

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
        self._ask()
        return self.found[:limit]

    async def daily_pnl(self, bot_id: str | None, zone: str, limit: int) -> list[PairDay]:
        self._ask()
        return [day for day in self.days if bot_id in (None, day.bot_id)][:limit]

    def _ask(self) -> None:
        self.asked += 1
        if self.problem is not None:
            raise self.problem
