"""From two books and a rate to a row of the board. Pure; whatever is missing is said, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal

from engine.domain import premium_phrases
from engine.domain.market import FxRate
from engine.domain.money import HUNDRED, ONE
from engine.domain.premium import (
    Costs,
    Direction,
    Executable,
    Levels,
    Pair,
    Premium,
    executable,
    net_pct,
    premium_pct,
)
from engine.domain.sentences import Sentence, say
from engine.domain.watching import WatchedPair

#: A size that comes from a value has so many digits: finer than any venue's increment, short enough to read.
SIZE_DIGITS = Context(prec=8)


@dataclass(frozen=True, slots=True)
class LegBook:
    """Both sides of one leg, best first, and when they were heard, by the wall clock."""

    exchange: str
    symbol: str
    bids: Levels
    asks: Levels
    heard_at: datetime

    @property
    def middle(self) -> Decimal:
        return (self.bids[0][0] + self.asks[0][0]) / 2


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Both directions, where a book is thick enough for them; `trouble` says what is not."""

    sell: Premium | None
    buy: Premium | None
    trouble: Sentence | None = None


def wanted_size(watched: WatchedPair, home: LegBook) -> Decimal | None:
    """The size in base for which the premium is worked out; None where neither size nor value is said."""
    if watched.size is not None:
        return watched.size
    return None if watched.value is None else SIZE_DIGITS.divide(watched.value, home.middle)


def reckon(watched: WatchedPair, home: LegBook, foreign: LegBook, rate: FxRate | None, costs: Costs) -> Reckoned:
    """Both directions at the wanted size. `rate` None: both quotes are the same."""
    size = wanted_size(watched, home)
    if size is None:
        return Reckoned(None, None, say(premium_phrases.SIZE_MISSING))
    troubles: list[Sentence] = []

    def reached(leg: LegBook, levels: Levels) -> Executable | None:
        found = executable(levels, size)
        if found is None:
            base = watched.pair.base
            troubles.append(
                say(premium_phrases.BOOK_THIN, symbol=leg.symbol, exchange=leg.exchange, size=size, base=base)
            )  # fmt: skip
        return found

    sold, bought = reached(home, home.bids), reached(foreign, foreign.asks)
    back_bought, back_sold = reached(home, home.asks), reached(foreign, foreign.bids)
    times = (home.heard_at, foreign.heard_at)
    return Reckoned(
        _premium(watched.pair, Direction.SELL_HOME, size, sold, bought, rate, costs, times),
        _premium(watched.pair, Direction.BUY_HOME, size, back_bought, back_sold, rate, costs, times),
        troubles[0] if troubles else None,
    )


def _premium(
    pair: Pair,
    direction: Direction,
    size: Decimal,
    home: Executable | None,
    foreign: Executable | None,
    rate: FxRate | None,
    costs: Costs,
    times: Sequence[datetime],
) -> Premium | None:
    if home is None or foreign is None:
        return None
    factor = ONE if rate is None else rate.rate
    converted = foreign.price * factor
    return Premium(
        pair=pair,
        direction=direction,
        size=size,
        home=home,
        foreign=foreign,
        foreign_price_home=converted,
        rate=rate,
        premium_pct=premium_pct(home.price, foreign.price, factor),
        net_pct=net_pct(direction, home.price, foreign.price, factor, costs),
        fees_pct=(costs.home_fee * home.price / converted + costs.foreign_fee) * HUNDRED,
        slippage_pct=home.slippage_pct + foreign.slippage_pct,
        funding_pct=costs.funding_pct(direction),
        home_at=times[0],
        foreign_at=times[1],
    )
