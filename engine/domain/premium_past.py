"""What is remembered of premiums and two-leg positions, as a window or the command line reads it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from engine.domain.arbitrage import TwoLegPosition
from engine.domain.money import ZERO
from engine.domain.premium import Pair
from engine.domain.sentences import Sentence

#: Quotes of the pair that the customer's documents know; its readings go by the name of the base alone.
USUAL_QUOTES = ("KRW", "USDT")


def series_symbol(pair: Pair) -> str:
    """The name under which a pair's readings are kept beside its venues: "BTC", or "BTC/KRW:USDC" for other quotes."""
    if (pair.home_quote, pair.foreign_quote) == USUAL_QUOTES:
        return pair.base
    return f"{pair.home_symbol}:{pair.foreign_quote}"


def symbols_of(series: str) -> tuple[str, str]:
    """The home and the foreign symbol of the pair that is kept under a name; ("BTC/KRW", "BTC/USDT") for "BTC"."""
    home, _, foreign_quote = series.partition(":")
    base = home.partition("/")[0]
    return (home, f"{base}/{foreign_quote}") if foreign_quote else (f"{base}/KRW", f"{base}/USDT")


@dataclass(frozen=True, slots=True)
class SpreadSeries:
    """A pair over time in columns of one length, oldest first. All in double precision: looked at, never booked.

    `step_s` is 0 where each place is one reading, else the seconds from its `times_s` (Unix time) that it sums up.
    `premium_pct` and `net_pct` are averages of the direction SELL_HOME with their `_low` and `_high`; `back_pct` and
    `back_net_pct` the same of BUY_HOME. NaN where it was not recorded. Prices and `rate` (home for one foreign) are the
    last ones of a step. `is_opportunity` where any reading was one.
    """

    step_s: int
    times_s: Sequence[float] = ()
    premium_pct: Sequence[float] = ()
    premium_low: Sequence[float] = ()
    premium_high: Sequence[float] = ()
    net_pct: Sequence[float] = ()
    net_low: Sequence[float] = ()
    net_high: Sequence[float] = ()
    back_pct: Sequence[float] = ()
    back_net_pct: Sequence[float] = ()
    home_price: Sequence[float] = ()
    foreign_price: Sequence[float] = ()
    rate: Sequence[float] = ()
    is_opportunity: Sequence[bool] = ()

    def __len__(self) -> int:
        return len(self.times_s)


@dataclass(frozen=True, slots=True)
class RateSeries:
    """A rate over time, oldest first: as it was said, or the last one of each `step_s` seconds (then that is not 0)."""

    pair: str
    source: str
    step_s: int
    times_s: Sequence[float] = ()
    rates: Sequence[float] = ()

    def __len__(self) -> int:
        return len(self.times_s)


@dataclass(frozen=True, slots=True)
class PastPosition:
    """A two-leg position with where it traded. Venues are those of the accounts, or the exchanges' names.

    Of one that no bot of ours opened (`is_imported`) the bot is "", and costs before its entry are not known: its net
    premium is the premium.
    """

    position: TwoLegPosition
    pair: Pair
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A stretch of readings that all said that an entry would have brought something.

    `best_net_pct` is the highest net premium in it, at `best_at`. `entries` is how many positions were decided in it;
    `reasons` is what two-leg bots of the pair wrote into the log meanwhile, oldest first, each once.
    """

    symbol: str
    home_venue: str
    foreign_venue: str
    begun_at: datetime
    ended_at: datetime
    best_net_pct: float
    best_at: datetime
    readings: int
    entries: int = 0
    reasons: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class PairDay:
    """What the positions that one bot closed on one day brought, in the home quote; the four parts come to `pnl`.

    `premium` is what the prices brought before costs at the rates of entry, `fx` what the change of the rate did to
    what came back from abroad. `fees` are paid (positive), `funding` came in (positive). Parts are None where a
    position of that day was imported and tells its sum only. bot_id "" are positions of no bot.
    """

    bot_id: str
    day: date
    home_quote: str
    positions: int
    pnl: Decimal
    premium: Decimal | None = ZERO
    fees: Decimal | None = ZERO
    funding: Decimal | None = ZERO
    fx: Decimal | None = ZERO
