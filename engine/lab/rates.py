"""A recorded rate of exchange as it was known at the time: daily, carried over weekends, and never from the future."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.domain.market import FxRate
from engine.errors import RecordingError
from engine.venues.recording_columns import read_columns
from engine.venues.tape import instant

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
#: Columns that are no rate.
NO_RATES = frozenset({"ts", "date", "volume", "value"})
#: The weekday of 1970-01-01, counted from Monday.
FIRST_WEEKDAY = 3
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class RateHistory:
    """What a source said, oldest first: `known_ms` is when each value was known to everybody (UTC ms)."""

    pair: str
    source: str
    known_ms: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]

    def place_at(self, at_ms: int) -> int:
        """The number of the last value known at an instant, -1 before the first."""
        return int(self.known_ms.searchsorted(at_ms, side="right")) - 1

    def rate(self, place: int) -> FxRate:
        """One value, as the shortest decimal that gives the recorded double."""
        value = Decimal(repr(self.values.item(place)))
        return FxRate(self.pair, value, self.source, instant(self.known_ms.item(place)))

    def known(self, at_ms: int, max_age: timedelta) -> FxRate | None:
        """The rate to convert with at an instant; None where there was none yet or the last one is older than that."""
        place = self.place_at(at_ms)
        if place < 0 or at_ms - self.known_ms.item(place) > max_age // timedelta(milliseconds=1):
            return None
        return self.rate(place)


def read_rates(
    path: Path, pair: str, *, column: str = "", known_after_h: Decimal = Decimal(0), has_weekends: bool = True
) -> RateHistory:
    """Rates from a file with ts and a column of them; rows without a value are passed over.

    A row of `ts` was known `known_after_h` hours later: the ECB sets a day's rate at 16:00 in Frankfurt, a daily close
    is known when the day is over. Without `has_weekends` rows of Saturdays and Sundays (UTC) are Friday's carried on,
    and are left out, so that the age of a rate is its true one. Raises RecordingError.
    """
    columns = read_columns(path)
    name = (column or _only_rate(path, columns.names)).lower()
    values = columns.numbers(name, may_lack=True)
    ts = columns.times()
    if (np.diff(ts) <= 0).any():
        at = int((np.diff(ts) <= 0).argmax()) + 1 + columns.first_row
        raise RecordingError(f"Row {at} of {path} is not newer than the row before it.")
    is_there = ~np.isnan(values)
    if not has_weekends:
        is_there &= (ts // DAY_MS + FIRST_WEEKDAY) % 7 < SATURDAY
    bad = is_there & ~(np.isfinite(values) & (values > 0))
    if bad.any():
        at = int(bad.argmax())
        raise RecordingError(f"Row {at + columns.first_row} of {path}: {name} is {values[at]}; it must be above 0.")
    if not is_there.any():
        raise RecordingError(f"The file {path} has no value in its column {name}.")
    known_ms = ts[is_there] + int(known_after_h * HOUR_MS)
    return RateHistory(pair, f"{path.name}:{name}", known_ms, values[is_there])


def _only_rate(path: Path, names: list[str]) -> str:
    """The column that must be meant where none is named."""
    for name in ("rate", "close"):
        if name in names:
            return name
    candidates = [name for name in names if name not in NO_RATES]
    if len(candidates) == 1:
        return candidates[0]
    shown = ", ".join(candidates) or "none"
    raise RecordingError(f"Say with --fx-column which column of {path} is the rate; it has {shown}.")
