"""What a bot looks like on a price chart: its rungs, average entry, trigger and stops as lines."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.domain.grid import GridConfig, Rung, RungStatus
from engine.domain.messages import FillRecorded
from engine.domain.order import Side
from engine.domain.views import BotView
from gui.charts.bars import seconds_of
from gui.charts.layers import NO_FILLS, FillMarks
from gui.charts.lines import PriceLine


def rung_lines(rungs: Sequence[Rung]) -> tuple[PriceLine, ...]:
    """Every line of a ladder once, coloured by what rests on it now."""
    meanings: dict[Decimal, str] = {}
    for rung in rungs:
        meanings.setdefault(rung.buy_price, "strong_line")
        meanings.setdefault(rung.sell_price, "strong_line")
        if rung.status is RungStatus.BUY_PLACED:
            meanings[rung.buy_price] = "up"
        if rung.status is RungStatus.SELL_PLACED:
            meanings[rung.sell_price] = "down"
    return tuple(PriceLine(f"rung {price}", float(price), meaning, is_rung=True) for price, meaning in meanings.items())


def planned_lines(lines: Sequence[Decimal], price: Decimal | None) -> tuple[PriceLine, ...]:
    """The lines of a ladder that is only planned: buys at or below the price, sells above it."""
    return tuple(
        PriceLine(
            f"rung {line}",
            float(line),
            "strong_line" if price is None else "up" if line <= price else "down",
            is_rung=True,
        )
        for line in lines
    )


def stop_lines(config: GridConfig, is_draggable: bool = False) -> tuple[PriceLine, ...]:
    """Trigger and stops, dashed; each named by its field of the configuration."""
    translate = QCoreApplication.translate
    named = (
        ("stop_upper", config.stop_upper, "danger", translate("charts", "Upper stop")),
        ("trigger_price", config.trigger_price, "amber", translate("charts", "Trigger")),
        ("stop_lower", config.stop_lower, "danger", translate("charts", "Lower stop")),
    )
    return tuple(
        PriceLine(name, float(price), meaning, label, is_dashed=True, is_draggable=is_draggable, has_tag=True)
        for name, price, meaning, label in named
        if price is not None and price.is_finite() and price > 0
    )


def bot_marks(shown: BotView) -> tuple[PriceLine, ...]:
    """Average entry, trigger and stops of a bot."""
    marks = stop_lines(shown.bot.grid) if shown.bot.is_grid else ()
    if shown.average_entry is None:
        return marks
    label = QCoreApplication.translate("charts", "Average entry")
    return (*marks, PriceLine("average_entry", float(shown.average_entry), "accent", label, is_dashed=True))


class FillBook:
    """The fills of one bot by their venue trade ids, as marks in order of time."""

    def __init__(self) -> None:
        self._fills: dict[tuple[str, str], FillRecorded] = {}
        self._marks: FillMarks | None = NO_FILLS

    def __len__(self) -> int:
        return len(self._fills)

    def clear(self) -> None:
        self._fills = {}
        self._marks = NO_FILLS

    def add(self, fills: Sequence[FillRecorded]) -> bool:
        """Take fills in, known or not. Returns whether one was new."""
        count = len(self._fills)
        for recorded in fills:
            self._fills.setdefault((recorded.fill.venue, recorded.fill.trade_id), recorded)
        if len(self._fills) == count:
            return False
        self._marks = None
        return True

    @property
    def marks(self) -> FillMarks:
        if self._marks is None:
            ordered = sorted((recorded.fill for recorded in self._fills.values()), key=lambda fill: fill.at)
            self._marks = FillMarks(
                np.array([seconds_of(fill.at) for fill in ordered]),
                np.array([float(fill.price) for fill in ordered]),
                np.array([fill.side is Side.BUY for fill in ordered], dtype=np.bool_),
            )
        return self._marks


def draggable(lines: Sequence[PriceLine], names: dict[float, str]) -> tuple[PriceLine, ...]:
    """The same lines, with those at the given prices renamed and made draggable."""
    return tuple(
        replace(line, name=names[line.price], is_draggable=True) if line.price in names else line for line in lines
    )
