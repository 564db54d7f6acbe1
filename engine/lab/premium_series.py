"""The premium as a series over recorded candles of two venues: both closed in the same period, converted as of then."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from engine.lab.rates import RateHistory
from engine.venues.recording import CandleRecording

Doubles = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PremiumSeries:
    """One row a period in which both venues traded: `ts` is its beginning (UTC ms), prices are each venue's last close.

    `home_count` is how many candles of the home venue the period has; `premium_pct` in percent of the converted foreign
    price. `without_rate` periods had both prices and no fresh rate: they are counted and not guessed.
    """

    period_s: int
    ts: Whole
    home: Doubles
    foreign: Doubles
    rate: Doubles
    premium_pct: Doubles
    home_count: Whole
    without_rate: int

    def __len__(self) -> int:
        return len(self.ts)


@dataclass(frozen=True, slots=True)
class Closes:
    """The last candle with volume of each period: the number `at` of it, and how many the period has."""

    ts: Whole
    at: Whole
    count: Whole


def closes_of(recording: CandleRecording, period_s: int) -> Closes:
    """The candles of a recording by periods, which begin at multiples of their length since 1970.

    A candle without volume has no print and is none.
    """
    traded = np.flatnonzero(recording.volume > 0)
    period = recording.ts[traded] // (period_s * 1000) * (period_s * 1000)
    ts, first, count = np.unique(period, return_index=True, return_counts=True)
    return Closes(ts, traded[first + count - 1], count.astype(np.int64))


def common_period_s(home: CandleRecording, foreign: CandleRecording) -> int:
    """The period in which closes of both can be compared: the longer of the two timeframes.

    Raises ValueError where the shorter does not divide it.
    """
    longer = max(home.timeframe_s, foreign.timeframe_s)
    if longer % min(home.timeframe_s, foreign.timeframe_s):
        raise ValueError(f"{home.timeframe_s} s and {foreign.timeframe_s} s have no common period")
    return longer


def premium_series(
    home: CandleRecording,
    foreign: CandleRecording,
    rates: RateHistory | None,
    *,
    max_rate_age: timedelta = timedelta(days=5),
    is_rate_of_close: bool = True,
) -> PremiumSeries:
    """The series of two recordings; `rates` is None where both are quoted in the same.

    The rate is the one known when the period closes, or with `is_rate_of_close` False when it begins.
    """
    period_s = common_period_s(home, foreign)
    ours, theirs = closes_of(home, period_s), closes_of(foreign, period_s)
    ts, left, right = np.intersect1d(ours.ts, theirs.ts, assume_unique=True, return_indices=True)
    if rates is None:
        rate = np.ones(len(ts))
        is_fresh = np.ones(len(ts), np.bool_)
    else:
        asked = ts + (period_s * 1000 if is_rate_of_close else 0)
        place = rates.known_ms.searchsorted(asked, side="right") - 1
        age = asked - rates.known_ms[np.maximum(place, 0)]
        is_fresh = (place >= 0) & (age <= max_rate_age // timedelta(milliseconds=1))
        rate = rates.values[np.maximum(place, 0)]
    home_close = home.close[ours.at[left]][is_fresh]
    foreign_close = foreign.close[theirs.at[right]][is_fresh]
    rate = rate[is_fresh]
    return PremiumSeries(
        period_s,
        ts[is_fresh],
        home_close,
        foreign_close,
        rate,
        premiums(home_close, foreign_close, rate),
        ours.count[left][is_fresh],
        int((~is_fresh).sum()),
    )


def premiums(home: Doubles, foreign: Doubles, rate: Doubles) -> Doubles:
    """(home / (foreign x rate) - 1) x 100, elementwise, as `engine.domain.premium.premium_pct` has it exactly."""
    premium: Doubles = (home / (foreign * rate) - 1) * 100
    return premium
