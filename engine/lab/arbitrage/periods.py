"""The tape of two venues' candles: the instants at which both have closed a candle of the same period, and the gaps."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.errors import UsageError
from engine.lab.premium_series import closes_of, common_period_s
from engine.venues.recording import CandleRecording

Whole = npt.NDArray[np.int64]
FOREVER_MS = 2**62


@dataclass(frozen=True, slots=True)
class Moment:
    """A period closed at `at_ms` in which both venues traded; `home` and `foreign` are the places of their candles."""

    at_ms: int
    home: int
    foreign: int


@dataclass(frozen=True, slots=True)
class Periods:
    """All such instants of two recordings, oldest first.

    Of the `span` periods from the first to the last, `home_alone` had a print at home only, `foreign_alone` abroad
    only, `neither` none at all: a venue's maintenance, an hour that nobody recorded. Nothing is decided on them.
    """

    period_s: int
    closes_ms: Whole
    home: Whole
    foreign: Whole
    span: int
    home_alone: int
    foreign_alone: int

    def __len__(self) -> int:
        return len(self.closes_ms)

    def __getitem__(self, at: int) -> Moment:
        return Moment(self.closes_ms.item(at), self.home.item(at), self.foreign.item(at))

    @property
    def longest_gap_s(self) -> int:
        """The longest time between two closes beyond a period: what is open then stays as it is."""
        if len(self) < 2:
            return 0
        return int(np.diff(self.closes_ms).max()) // 1000 - self.period_s

    @property
    def neither(self) -> int:
        return self.span - len(self) - self.home_alone - self.foreign_alone


def periods_of(
    home: CandleRecording, foreign: CandleRecording, from_ms: int | None = None, to_ms: int | None = None
) -> Periods:
    """The common periods that begin from `from_ms` on and before `to_ms`. Raises UsageError where there are none."""
    try:
        period_s = common_period_s(home, foreign)
    except ValueError as error:
        raise UsageError(f"The candles of the two files cannot be compared: {error}.") from None
    ours, theirs = closes_of(home, period_s), closes_of(foreign, period_s)
    common, left, right = np.intersect1d(ours.ts, theirs.ts, assume_unique=True, return_indices=True)
    asked = (from_ms if from_ms is not None else 0, to_ms if to_ms is not None else FOREVER_MS)
    is_in = (common >= asked[0]) & (common < asked[1])
    if not is_in.any():
        raise UsageError("The two files have no period in common in which both venues traded.")
    # Before the later beginning and after the earlier end one of the venues is not recorded, which is no gap.
    first = max(asked[0], ours.ts.item(0), theirs.ts.item(0))
    last = min(asked[1] - 1, ours.ts.item(-1), theirs.ts.item(-1))
    alone = [int(((ts >= first) & (ts <= last)).sum() - is_in.sum()) for ts in (ours.ts, theirs.ts)]
    span = last // (period_s * 1000) - -(-first // (period_s * 1000)) + 1
    return Periods(
        period_s,
        common[is_in] + period_s * 1000,
        ours.at[left[is_in]],
        theirs.at[right[is_in]],
        span,
        alone[0],
        alone[1],
    )
