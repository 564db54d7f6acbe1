"""Own entries and exits of a pair: positions of the engine and of the history, as marks on a chart."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.domain.arbitrage import Leg, Legs, TwoLegPosition
from engine.domain.order import Side
from engine.domain.premium import Direction, Pair
from engine.premium_history import PremiumHistory
from gui import numbers
from gui.arbitrage import pair_words
from gui.arbitrage.chart_numbers import amount
from gui.charts.bars import seconds_of
from gui.charts.frame import Floats
from gui.charts.pages import PendingTask

#: More triangles say nothing; older positions are in the table of positions.
MOST_POSITIONS = 10_000
PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class PositionMarks:
    """Entries and exits, oldest first: times in seconds, where they stand in percent, what they did at home.

    An entry stands at its net premium, an exit at the premium it was decided at, as the bot's own lines do.
    `joins` are pairs of places: the entry and the exit of one position.
    """

    times_s: Floats
    pcts: Floats
    sells_at_home: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    ids: tuple[tuple[str, bool], ...]
    joins: tuple[tuple[int, int], ...]


NO_MARKS = PositionMarks(np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_), (), ())


class PositionBook:
    """Positions by their id; the newest word of each counts."""

    def __init__(self) -> None:
        self._positions: dict[str, TwoLegPosition] = {}
        self._marks = NO_MARKS

    def clear(self) -> None:
        self._positions, self._marks = {}, NO_MARKS

    def add(self, positions: Iterable[TwoLegPosition]) -> bool:
        """Take positions in. Returns whether that changed anything."""
        changed = False
        for position in positions:
            if self._positions.get(position.position_id) != position:
                self._positions[position.position_id] = position
                changed = True
        if changed:
            self._marks = marks_of(self._positions.values())
        return changed

    @property
    def marks(self) -> PositionMarks:
        return self._marks

    def position(self, position_id: str) -> TwoLegPosition:
        return self._positions[position_id]


def marks_of(positions: Iterable[TwoLegPosition]) -> PositionMarks:
    """The marks of positions whose legs have traded anything."""
    found: list[tuple[float, float, bool, tuple[str, bool]]] = []
    for position in positions:
        is_selling = position.direction is Direction.SELL_HOME
        if position.entry.home.filled or position.entry.foreign.filled:
            at_s = seconds_of(position.entry.decided_at)
            found.append((at_s, float(position.entry.net_pct), is_selling, (position.position_id, True)))
        exit_ = position.exit
        if exit_ is not None and (exit_.home.filled or exit_.foreign.filled):
            at_s = seconds_of(exit_.decided_at)
            found.append((at_s, float(exit_.premium_pct), not is_selling, (position.position_id, False)))
    if not found:
        return NO_MARKS
    found.sort()
    place_of = {identity: at for at, (_, _, _, identity) in enumerate(found)}
    joins = [
        (at, place_of[position_id, False])
        for (position_id, is_entry), at in place_of.items()
        if is_entry and (position_id, False) in place_of
    ]
    return PositionMarks(
        np.array([each[0] for each in found]),
        np.array([each[1] for each in found]),
        np.array([each[2] for each in found], dtype=np.bool_),
        tuple(each[3] for each in found),
        tuple(joins),
    )


class PositionPages:
    """Reads the positions of all bots, newest first, and hands those of a pair over."""

    def __init__(self, history: PremiumHistory, on_page: Callable[[Sequence[TwoLegPosition]], None]) -> None:
        self._history = history
        self._on_page = on_page
        # What is open is in every snapshot; a chart without the older ones is still right.
        self._pending = PendingTask(lambda _sentence: None)

    def load(self, is_of_pair: Callable[[Pair], bool], *, only_newest: bool = False) -> None:
        """Read from the newest backwards."""
        self._pending.cancel()
        self._pending.start(lambda: self._load(is_of_pair, PAGE_ROWS if only_newest else MOST_POSITIONS))

    def cancel(self) -> None:
        self._pending.cancel()

    async def _load(self, is_of_pair: Callable[[Pair], bool], most: int) -> None:
        before: datetime | None = None
        for _page in range(most // PAGE_ROWS):
            page = await self._history.two_leg_positions(None, None, before, PAGE_ROWS)
            self._on_page([past.position for past in page if is_of_pair(past.pair)])
            if len(page) < PAGE_ROWS:
                return
            before = page[-1].position.entry.decided_at


def position_lines(position: TwoLegPosition, pair: Pair, *, is_entry: bool) -> tuple[str, ...]:
    """What a mark tells: what was done, both prices with their slippage, the premium, and of an exit the result."""
    translate = QCoreApplication.translate
    legs = position.entry if is_entry else position.exit
    assert legs is not None, "an exit is marked where there is one"
    direction = position.direction if is_entry else position.direction.opposite
    title = translate("SpreadChart", "Entry {number}: {what}") if is_entry else translate(
        "SpreadChart", "Exit {number}: {what}"
    )  # fmt: skip
    lines = [
        title.format(number=position.number, what=pair_words.direction_whole(direction)),
        numbers.instant(legs.decided_at),
        _leg_line(legs.home, pair.home_venue, pair.base, pair.home_quote),
        _leg_line(legs.foreign, pair.foreign_venue, pair.base, pair.foreign_quote),
        _premium_line(legs),
    ]
    if not is_entry and position.pnl is not None:
        result = numbers.money_with_asset(position.pnl, pair.home_quote, signed=True)
        percent = numbers.percent(position.pnl_pct, signed=True)
        lines.append(translate("SpreadChart", "Result {money} ({percent} %)").format(money=result, percent=percent))
    return tuple(lines)


def _leg_line(leg: Leg, venue: str, base: str, quote: str) -> str:
    translate = QCoreApplication.translate
    what = translate("SpreadChart", "bought") if leg.side is Side.BUY else translate("SpreadChart", "sold")
    price = leg.effective_price
    if price is None:
        return translate("SpreadChart", "{venue}: nothing {what} yet").format(
            venue=pair_words.exchange(venue), what=what
        )
    slippage = leg.slippage_bps
    return translate("SpreadChart", "{venue}: {what} {size} {base} at {price}, slippage {bps} bps").format(
        venue=pair_words.exchange(venue),
        what=what,
        size=numbers.exact(leg.filled),
        base=base,
        price=amount(float(price), quote),
        bps=numbers.NOTHING if slippage is None else numbers.fixed(slippage, 1, signed=True),
    )


def _premium_line(legs: Legs) -> str:
    translate = QCoreApplication.translate
    text = translate("SpreadChart", "Premium {premium} %, net {net} %").format(
        premium=numbers.percent(legs.premium_pct, signed=True), net=numbers.percent(legs.net_pct, signed=True)
    )
    if legs.rate is None:
        return text
    rate = numbers.fixed(legs.rate.rate, 2)
    return translate("SpreadChart", "{premium}; rate {rate} ({source})").format(
        premium=text, rate=rate, source=legs.rate.source
    )
