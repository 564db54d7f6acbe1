"""What charts show, as a picture and as values in a file. Values are written by a thread of their own."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtGui import QPixmap

from engine.domain import phrases
from engine.domain.premium import Pair
from engine.domain.sentences import say
from engine.errors import UsageError
from gui.arbitrage import chart_series as rows
from gui.charts.bars import instant_of
from gui.charts.columns import Columns

HEADER = (
    "base", "home_venue", "foreign_venue", "at", "step_s", "premium_low_pct", "premium_pct", "premium_high_pct",
    "net_low_pct", "net_pct", "net_high_pct", "back_premium_pct", "back_net_pct", "home_price", "foreign_price", "rate",
)  # fmt: skip
#: In the order of the header, behind the step.
VALUES = (
    rows.PREMIUM_LOW, rows.PREMIUM, rows.PREMIUM_HIGH, rows.NET_LOW, rows.NET, rows.NET_HIGH, rows.BACK, rows.BACK_NET,
    rows.HOME, rows.FOREIGN, rows.RATE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """What one chart shows: its pair, what a place stands for in seconds (0: one reading), and the places."""

    pair: Pair
    step_s: int
    places: Columns


def write_values(path: Path, charts: Sequence[Shown]) -> int:
    """Write the places of charts as CSV, oldest first; returns how many. Raises UsageError when it cannot be written.

    Times are in UTC; a value that was not recorded is empty.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for shown in charts:
                writer.writerows(_lines(shown))
    except OSError as problem:
        raise UsageError(
            say(phrases.SECRET_FILE_UNWRITABLE, file=str(path), cause=problem.strerror or str(problem))
        ) from problem
    return sum(shown.places.shape[1] for shown in charts)


def save_picture(path: Path, picture: QPixmap) -> None:
    """Write a picture as PNG. Raises UsageError when it cannot be written."""
    try:
        path.touch()
    except OSError as problem:
        raise UsageError(
            say(phrases.SECRET_FILE_UNWRITABLE, file=str(path), cause=problem.strerror or str(problem))
        ) from problem
    if not picture.save(str(path), "PNG"):
        raise UsageError(say(phrases.SECRET_FILE_UNWRITABLE, file=str(path), cause="PNG"))


def file_name(charts: Sequence[Pair], ending: str) -> str:
    """A name for a file of these pairs."""
    names = "_".join(f"{pair.base}-{pair.home_venue}-{pair.foreign_venue}" for pair in charts)
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in names)
    return f"spread_{safe[:80]}.{ending}"


def _lines(shown: Shown) -> Iterable[list[str]]:
    pair = shown.pair
    start = [pair.base, pair.home_venue, pair.foreign_venue]
    for place in shown.places.T:
        at = instant_of(float(place[rows.TIME])).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        values = ["" if np.isnan(place[row]) else repr(float(place[row])) for row in VALUES]
        yield [*start, at, str(shown.step_s), *values]
