"""States of the spread charts, for `take_screens`."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QPoint, QTimer

from engine.domain.arbitrage import PairStage, TwoLegPosition
from engine.domain.phrases import VENUE_CLOSED
from engine.domain.premium import Direction
from engine.domain.premium_past import PastPosition
from engine.domain.sentences import say
from engine.domain.views import EngineView
from gui.main_window import MainWindow
from resources.screens.arbitrage_scenes import ArbitrageScene, empty
from tests.support.arbitrage_views import board_of
from tests.support.mouse import move_mouse
from tests.support.premium_past import PremiumPast
from tests.support.spread_charts import (
    PAIR,
    Recording,
    SpreadPast,
    both_ways,
    closed_positions,
    recording_to,
    trading_view,
)

SOON_MS = 500
BOARD = board_of(30)
RECORDING = Recording(100_000)
POSITIONS = closed_positions(RECORDING)


def open_position() -> TwoLegPosition:
    """The last of them as it was before its exit."""
    last = POSITIONS[-1]
    return replace(last, stage=PairStage.OPEN, exit=None, closed_at=None, pnl=None, pnl_pct=None)


def trading(now_s: float) -> EngineView:
    """A two-leg bot that holds a position, its pair first among thirty."""
    view = trading_view(now_s=now_s, positions=[open_position()])
    rows = tuple(replace(row, received_at_s=now_s) for row in BOARD.rows if row.pair != PAIR)
    return replace(view, premiums=replace(view.premiums, rows=(view.premiums.rows[0], *rows)))


def both(now_s: float) -> EngineView:
    return trading_view(now_s=now_s, config=both_ways())


def silent(now_s: float) -> EngineView:
    """The books have been silent for a minute and a half."""
    return trading(now_s - 95)


def closed(now_s: float) -> EngineView:
    """An exchange says that it is closed."""
    view = trading(now_s)
    row = replace(view.premiums.rows[0], sell=None, buy=None, trouble=say(VENUE_CLOSED, venue="binance"))
    return replace(view, premiums=replace(view.premiums, rows=(row, *view.premiums.rows[1:])))


def past() -> SpreadPast:
    """Of the bot's pair a day of readings and its positions, of the others some hours."""
    recordings = {row.pair: recording_to(row, 30_000, at) for at, row in enumerate(BOARD.rows) if row.pair != PAIR}
    recordings[PAIR] = RECORDING
    return SpreadPast(recordings, [PastPosition(one, PAIR) for one in POSITIONS[:-1]])


def alone(window: MainWindow) -> None:
    """The charts over the whole window, as on a screen of their own."""
    for dock in window.docks.all():
        dock.frame.setVisible(dock.name == "spread_charts")
    window.arbitrage.charts.show_pair(PAIR)


def in_place(window: MainWindow) -> None:
    window.arbitrage.charts.show_pair(PAIR)


def six_hours(window: MainWindow) -> None:
    alone(window)
    window.arbitrage.charts.active.show_range(6 * 3600.0)


def day(window: MainWindow) -> None:
    alone(window)
    window.arbitrage.charts.active.show_range(86400.0)


def both_directions(window: MainWindow) -> None:
    six_hours(window)
    window.arbitrage.charts.set_directions(frozenset(Direction))


def drag(window: MainWindow) -> None:
    six_hours(window)
    lines = window.arbitrage.charts.active.lines
    lines.hold_next(is_entry=True)
    lines.move_held(Decimal("-0.65"))


def refuse(window: MainWindow) -> None:
    six_hours(window)
    lines = window.arbitrage.charts.active.lines
    lines.hold_next(is_entry=False)
    lines.move_held(Decimal("0.85"))


def four(window: MainWindow) -> None:
    alone(window)
    window.arbitrage.charts.set_count(4)
    window.arbitrage.charts.set_linked(linked=True)


def point(window: MainWindow) -> None:
    """At the exit of the last closed position, as soon as it is drawn."""
    day(window)
    QTimer.singleShot(SOON_MS, window, partial(_point, window))


def _point(window: MainWindow) -> None:
    canvas, exit_ = window.arbitrage.charts.active.canvas, POSITIONS[-2].exit
    assert exit_ is not None, "it is closed"
    frame = canvas.frame
    place = frame.x(exit_.decided_at.timestamp()), frame.y(float(exit_.premium_pct))
    move_mouse(canvas.viewport(), QPoint(round(place[0]), round(place[1]) + 4))


SPREAD_SCENES = (
    ArbitrageScene("spread-empty", empty, past=PremiumPast),
    ArbitrageScene("spread-normal", trading, in_place, past),
    ArbitrageScene("spread-hours", trading, six_hours, past),
    ArbitrageScene("spread-day", trading, day, past),
    ArbitrageScene("spread-hover", trading, point, past),
    ArbitrageScene("spread-both", both, both_directions, past),
    ArbitrageScene("spread-drag", trading, drag, past),
    ArbitrageScene("spread-refused", trading, refuse, past),
    ArbitrageScene("spread-full", trading, four, past),
    ArbitrageScene("spread-stale", silent, alone, past),
    ArbitrageScene("spread-closed", closed, alone, past),
)
