"""What the spread desk knows, as changes of the cache: rates, the last premium of each symbol, the present hour."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.domain.arbitrage_views import PremiumsView, PremiumView
from engine.domain.market import FxRate
from engine.domain.money import ZERO
from engine.domain.premium_past import series_symbol
from storage import cache_keys
from storage.cache_operations import Change, Put
from storage.cached.market import FxRate as CachedRate
from storage.cached.market import HourlySpread, SpreadSnapshot
from storage.cached.values import packed

#: A rate lives 3 s, and a symbol's last premium 60.
RATE_AGAIN_S, SPREAD_AGAIN_S = 1.0, 5.0
#: Symbols told in one round; with more of them they take turns.
MOST_SYMBOLS = 60
HOUR_AGAIN_S = 30.0
#: A row that no book moved for so long says nothing of now.
FRESH_S = 10.0


@dataclass(slots=True)
class _Hour:
    """Sums of one hour over all pairs, one sample a round each."""

    begun: datetime
    samples: int = 0
    premium: Decimal = ZERO
    net: Decimal = ZERO
    highest: Decimal = ZERO
    lowest: Decimal = ZERO

    def add(self, premium_pct: Decimal, net_pct: Decimal) -> None:
        self.highest = max(self.highest, premium_pct) if self.samples else premium_pct
        self.lowest = min(self.lowest, premium_pct) if self.samples else premium_pct
        self.samples += 1
        self.premium += premium_pct
        self.net += net_pct


class SpreadLists:
    """Of one desk. `now` is the wall clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._rates: dict[str, tuple[FxRate, float]] = {}
        self._spreads: dict[str, float] = {}
        self._hour: _Hour | None = None
        self._hour_s = 0.0

    def forget(self) -> None:
        """What the cache holds is not known."""
        self._rates.clear()
        self._spreads.clear()
        self._hour_s = 0.0

    def is_hearing(self, view: PremiumsView) -> bool:
        """Whether any book of it moved lately."""
        return any(time.monotonic() - row.received_at_s < FRESH_S for row in view.rows)

    def changes(self, view: PremiumsView, now_s: float) -> list[Change]:
        rows = [row for row in view.rows if row.best is not None]
        return [*self._rate_changes(view, now_s), *self._spread_changes(rows, now_s), *self._hourly(rows, now_s)]

    def _rate_changes(self, view: PremiumsView, now_s: float) -> Iterator[Change]:
        told = set()
        for shown in view.rates:
            rate = shown.rate
            # One rate a pair: the first source that tells it is the one that is reckoned with.
            if rate is None or rate.pair in told:
                continue
            told.add(rate.pair)
            before = self._rates.get(rate.pair)
            if before is None or before[0] != rate or now_s - before[1] >= RATE_AGAIN_S:
                self._rates[rate.pair] = (rate, now_s)
                key = cache_keys.FX_RATE.of(pair=rate.pair.lower())
                yield Put(key, packed(CachedRate(rate.rate, rate.source, rate.at)))

    def _spread_changes(self, rows: list[PremiumView], now_s: float) -> Iterator[Change]:
        best: dict[str, PremiumView] = {}
        for row in rows:
            symbol = series_symbol(row.pair)
            if symbol not in best or _net(row) > _net(best[symbol]):
                best[symbol] = row
        due = [symbol for symbol in best if now_s - self._spreads.get(symbol, -SPREAD_AGAIN_S) >= SPREAD_AGAIN_S]
        for symbol in sorted(due, key=lambda each: self._spreads.get(each, 0.0))[:MOST_SYMBOLS]:
            row = best[symbol]
            assert row.best is not None
            self._spreads[symbol] = now_s
            told = SpreadSnapshot(row.best.premium_pct, row.best.net_pct, row.is_opportunity, row.best.at)
            yield Put(cache_keys.SPREAD_LAST.of(symbol=symbol), packed(told))

    def _hourly(self, rows: list[PremiumView], now_s: float) -> Iterator[Change]:
        begun = self._now().replace(minute=0, second=0, microsecond=0)
        if self._hour is None or self._hour.begun != begun:
            self._hour = _Hour(begun)
        hour = self._hour
        for row in rows:
            assert row.best is not None
            hour.add(row.best.premium_pct, row.best.net_pct)
        if not hour.samples or now_s - self._hour_s < HOUR_AGAIN_S:
            return
        self._hour_s = now_s
        told = HourlySpread(hour.premium / hour.samples, hour.net / hour.samples, hour.highest, hour.lowest)
        yield Put(cache_keys.HOURLY_SPREAD.of(hour=cache_keys.hour_part(begun)), packed(told))


def _net(row: PremiumView) -> Decimal:
    return ZERO if row.best is None else row.best.net_pct
