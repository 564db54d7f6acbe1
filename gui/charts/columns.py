"""Values over time in columns: quick to append to and to cut a window from. The first row is the time."""

import numpy as np
from numpy.typing import NDArray

Columns = NDArray[np.float64]
"""Shape (rows, n); row 0 in seconds since 1970 UTC, oldest first."""

TIME = 0
FIRST_CAPACITY = 4096


class TimeColumns:
    """Growing columns. Appending is amortised constant time; a page of older values is one copy."""

    def __init__(self, row_count: int) -> None:
        self._rows: Columns = np.empty((row_count, FIRST_CAPACITY))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> Columns:
        """A view of everything; valid until the next change."""
        return self._rows[:, : self._count]

    @property
    def first_s(self) -> float | None:
        """Time of the oldest values."""
        return float(self._rows[TIME, 0]) if self._count else None

    @property
    def last_s(self) -> float | None:
        """Time of the newest values."""
        return float(self._rows[TIME, self._count - 1]) if self._count else None

    def put(self, values: Columns) -> None:
        """Take values in: they replace those of the same times, all others are kept in order of time."""
        if not values.shape[1]:
            return
        present = self.rows
        first, last = float(values[TIME, 0]), float(values[TIME, -1])
        from_at = int(np.searchsorted(present[TIME], first))
        to_at = int(np.searchsorted(present[TIME], last, side="right"))
        inside = present[:, from_at:to_at]
        if inside.shape[1] > values.shape[1] or not np.isin(inside[TIME], values[TIME]).all():
            kept = inside[:, ~np.isin(inside[TIME], values[TIME])]
            values = np.concatenate((kept, values), axis=1)
            values = values[:, np.argsort(values[TIME], kind="stable")]
        self._splice(from_at, to_at, values)

    def window(self, start_s: float, end_s: float) -> Columns:
        """A view of what lies inside [start_s, end_s], with one more on either side where there is one."""
        times = self._rows[TIME, : self._count]
        from_at = max(0, int(np.searchsorted(times, start_s)) - 1)
        to_at = min(self._count, int(np.searchsorted(times, end_s, side="right")) + 1)
        return self._rows[:, from_at:to_at]

    def replace_last(self, values: Columns) -> None:
        """Put values, of the same time or a later one, in the place of the newest."""
        self._rows[:, self._count - 1] = values[:, 0]

    def keep_last(self, most: int) -> float:
        """Forget all but the newest `most`; returns the time of the oldest kept."""
        kept = min(most, self._count)
        self._rows[:, :kept] = self._rows[:, self._count - kept : self._count].copy()
        self._count = kept
        return float(self._rows[TIME, 0])

    def clear(self) -> None:
        self._count = 0

    def _splice(self, from_at: int, to_at: int, values: Columns) -> None:
        added = values.shape[1]
        count = self._count - (to_at - from_at) + added
        tail = self._rows[:, to_at : self._count].copy()
        if count > self._rows.shape[1]:
            grown: Columns = np.empty((self._rows.shape[0], max(count, 2 * self._rows.shape[1])))
            grown[:, :from_at] = self._rows[:, :from_at]
            self._rows = grown
        self._rows[:, from_at : from_at + added] = values
        self._rows[:, from_at + added : count] = tail
        self._count = count
