"""What the history keeps of premiums and rates: a reading of each pair every so often, opportunities at once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from engine.domain.arbitrage_views import FxView, PremiumView
from engine.domain.market import FxRate, Spread
from engine.domain.money import HUNDRED
from engine.domain.premium import Pair, Premium
from engine.domain.premium_past import series_symbol
from engine.domain.watching import WatchedPair
from engine.recorder_port import MarketRecorder
from engine.venues.tape import instant, milliseconds

#: A rate is kept when it is another one, at most so often, and after so long also when it is the same.
RATE_EVERY_S, RATE_AGAIN_S = 1.0, 10.0


class Keeping:
    """Hands readings to the recorder. Times of regular ones are whole steps of their pace, so that two desks with one
    list keep one reading between them.
    """

    def __init__(self, recorder: MarketRecorder, funding_of: Callable[[str, str], Decimal | None]) -> None:
        """`funding_of` says what a long pays a day on an exchange's market, as a fraction."""
        self._recorder = recorder
        self._funding_of = funding_of
        self._last_ms: dict[Pair, int] = {}
        self._were_opportunities: set[Pair] = set()
        self._rates: dict[tuple[str, str], FxRate] = {}

    def keep(self, rows: Iterable[PremiumView], watched: dict[Pair, WatchedPair], now: datetime) -> None:
        """To be called often; writes what is due."""
        now_ms = milliseconds(now)
        for row in rows:
            wanted = watched.get(row.pair)
            if wanted is None or row.sell is None or row.buy is None:
                self._were_opportunities.discard(row.pair)
                continue
            is_new = row.is_opportunity and row.pair not in self._were_opportunities
            if row.is_opportunity:
                self._were_opportunities.add(row.pair)
            else:
                self._were_opportunities.discard(row.pair)
            if is_new:
                self._recorder.record(spread_of(row, row.sell, row.buy, now, self._funding_pct(row.pair)))
            if wanted.record_every_s is None:
                continue
            step_ms = max(1, int(wanted.record_every_s * 1000))
            due_ms = now_ms - now_ms % step_ms
            if self._last_ms.get(row.pair, 0) < due_ms:
                self._last_ms[row.pair] = due_ms
                self._recorder.record(spread_of(row, row.sell, row.buy, instant(due_ms), self._funding_pct(row.pair)))

    def keep_rates(self, views: Sequence[FxView]) -> None:
        """The same of rates, by their own times."""
        for view in views:
            rate = view.rate
            if rate is None:
                continue
            key = (rate.pair, rate.source)
            before = self._rates.get(key)
            if before is not None:
                passed_s = (rate.at - before.at).total_seconds()
                if passed_s < (RATE_EVERY_S if rate.rate != before.rate else RATE_AGAIN_S):
                    continue
            self._rates[key] = rate
            # What came from the database is there.
            if rate.source != "database":
                self._recorder.record(rate)

    def _funding_pct(self, pair: Pair) -> Decimal | None:
        a_day = self._funding_of(pair.foreign_venue, pair.foreign_symbol)
        return None if a_day is None else a_day * HUNDRED

    def forget(self, watched: Iterable[Pair]) -> None:
        """Only these pairs are watched now."""
        kept = set(watched)
        self._last_ms = {pair: at for pair, at in self._last_ms.items() if pair in kept}
        self._were_opportunities &= kept


def spread_of(row: PremiumView, sell: Premium, buy: Premium, at: datetime, funding_pct: Decimal | None) -> Spread:
    """A reading: the premium of selling at home, and of the way back."""
    return Spread(
        symbol=series_symbol(row.pair),
        won_venue=row.pair.home_venue,
        foreign_venue=row.pair.foreign_venue,
        won_price=sell.home.price,
        foreign_price=sell.foreign.price,
        foreign_price_krw=sell.foreign_price_home,
        spread_pct=sell.premium_pct,
        net_spread_pct=sell.net_pct,
        is_opportunity=row.is_opportunity,
        at=at,
        back_spread_pct=buy.premium_pct,
        back_net_spread_pct=buy.net_pct,
        size=sell.size,
        slippage_pct=sell.slippage_pct,
        funding_pct=funding_pct,
        fx_source=None if sell.rate is None else sell.rate.source,
        fx_age_s=None if sell.rate is None else age_s(sell.rate, at),
    )


def age_s(rate: FxRate, at: datetime) -> Decimal:
    """Seconds since it was said, to the millisecond."""
    return Decimal(max(0, milliseconds(at) - milliseconds(rate.at))) / 1000
