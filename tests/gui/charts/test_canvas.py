"""The chart widget under hand: mouse, keyboard, lines that are held, and what is painted of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.charts.bars import BarColumns
from gui.charts.canvas import ChartCanvas
from gui.charts.layers import CandleItem, FillLayer, FillMarks
from gui.charts.lines import PriceLine
from gui.theme import Theme
from tests.support.mouse import LEFT, drag_mouse, move_mouse

RIGHT = Qt.MouseButton.RightButton
BARS = 400
EDGE_S = BARS * 60.0


def bars() -> BarColumns:
    times = np.arange(BARS) * 60.0
    closes = 100 + 5 * np.sin(times / 3000)
    rows = np.stack((times, closes - 0.2, closes + 0.5, closes - 0.5, closes, np.ones(BARS)))
    columns = BarColumns()
    columns.put(rows)
    return columns


@contextmanager
def shown_canvas(theme: Theme, *more: FillLayer) -> Iterator[ChartCanvas]:
    candles = CandleItem()
    candles.show_bars(bars(), 60)
    canvas = ChartCanvas(theme, (candles, *more), UTC)
    canvas.resize(600, 400)
    canvas.show()
    # Later the screen itself would say where its mouse is.
    assert QTest.qWaitForWindowExposed(canvas)
    canvas.set_edge(0.0, EDGE_S, 60.0)
    canvas.show_last(200 * 60.0)
    canvas.set_lines((), (), PriceLine("price", 100.0, "up", has_tag=True))
    canvas.grab()
    try:
        yield canvas
    finally:
        canvas.hide()
        canvas.deleteLater()


def image_of(canvas: ChartCanvas) -> QImage:
    return canvas.grab().toImage()


def differing(one: QImage, other: QImage) -> set[tuple[int, int]]:
    """The places at which two pictures of the same size differ."""
    return {(x, y) for x in range(one.width()) for y in range(one.height()) if one.pixel(x, y) != other.pixel(x, y)}


def test_dragging_moves_time_by_what_the_hand_moved_and_leaves_the_other_buttons_alone(theme: Theme) -> None:
    with shown_canvas(theme) as canvas:
        before, per_px = canvas.time_span, 1 / canvas.frame.px_per_s

        drag_mouse(canvas.viewport(), QPoint(200, 150), QPoint(230, 170), QPoint(260, 120))
        assert canvas.time_span.start_s == pytest.approx(before.start_s - 60 * per_px, abs=0.01)
        assert canvas.time_span.length_s == pytest.approx(before.length_s)
        assert not canvas.is_following

        held = canvas.time_span
        drag_mouse(canvas.viewport(), QPoint(200, 150), QPoint(260, 190), button=RIGHT)
        assert canvas.time_span == held


def test_no_drag_loses_the_content(theme: Theme) -> None:
    with shown_canvas(theme) as canvas:
        for by_s in (-1e9, 1e9):
            canvas.pan(by_s)
            span = canvas.time_span
            assert span.start_s <= EDGE_S - 0.1 * span.length_s + 0.01
            assert span.end_s >= 0.1 * span.length_s - 0.01


def test_with_a_scale_of_ones_own_dragging_moves_prices_too_until_escape(theme: Theme) -> None:
    with shown_canvas(theme) as canvas:
        fitted = canvas.frame.price
        axis = canvas.width() - 10
        drag_mouse(canvas.viewport(), QPoint(axis, 100), QPoint(axis, 150))
        scaled = canvas.frame.price
        assert scaled.height > fitted.height

        drag_mouse(canvas.viewport(), QPoint(200, 150), QPoint(200, 190))
        assert canvas.frame.price.height == pytest.approx(scaled.height)
        assert canvas.frame.price.low > scaled.low

        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        assert canvas.frame.price == fitted


def test_an_escape_the_chart_has_no_use_for_reaches_the_dialog(theme: Theme) -> None:
    with shown_canvas(theme) as canvas:
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(canvas, event)

        assert not event.isAccepted()


def test_a_line_is_held_by_its_name_while_its_price_makes_no_ladder(theme: Theme) -> None:
    moved: list[tuple[str, float]] = []
    dropped: list[tuple[str, float]] = []
    with shown_canvas(theme) as canvas:
        rungs = tuple(
            PriceLine(name, price, "up", is_rung=True, is_draggable=True)
            for name, price in (("lower", 96.0), ("upper", 104.0))
        )
        canvas.set_lines(rungs, (), None)
        canvas.grab()
        canvas.line_moved.connect(lambda name, price: moved.append((name, price)))
        canvas.line_dropped.connect(lambda name, price: dropped.append((name, price)))
        canvas.line_moved.connect(lambda _name, _price: canvas.set_lines((), (), None))
        span, frame = canvas.time_span, canvas.frame
        y = round(frame.y(104.0))

        QTest.mousePress(canvas.viewport(), LEFT, pos=QPoint(300, y + 4))
        move_mouse(canvas.viewport(), QPoint(300, y - 20), LEFT)
        canvas.grab()
        per_px = canvas.frame.price.height / canvas.frame.plot.height()
        move_mouse(canvas.viewport(), QPoint(300, y - 30), LEFT)
        QTest.mouseRelease(canvas.viewport(), LEFT, pos=QPoint(300, y - 30))

        assert {name for name, _ in moved} == {"upper"}
        assert moved[0][1] == pytest.approx(104.0 + 24 * frame.price.height / frame.plot.height(), abs=0.1)
        assert moved[-1][1] > moved[0][1] + 5 * per_px
        assert dropped == [("upper", moved[-1][1])]
        assert canvas.time_span == span
        assert canvas.lines == ((), (), None)


def test_the_mouse_shows_a_cross_with_its_price_and_time_and_takes_it_along_when_it_leaves(theme: Theme) -> None:
    with shown_canvas(theme) as canvas:
        plain, plot = image_of(canvas), canvas.frame.plot
        move_mouse(canvas.viewport(), QPoint(210, 130))
        crossed = differing(plain, image_of(canvas))

        inside = {place for place in crossed if plot.contains(QPoint(*place)) and place[1] > 30}
        assert inside
        assert all(x == 210 or y == 130 for x, y in inside)
        assert any(x > plot.right() for x, _ in crossed)
        assert any(y > plot.bottom() for _, y in crossed)

        QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
        assert not differing(plain, image_of(canvas))


def test_a_stale_price_dims_the_chart_and_turns_its_tag_grey(theme: Theme) -> None:
    with shown_canvas(theme) as canvas:
        place = QPoint(canvas.width() - 4, round(canvas.frame.y(100.0)))
        assert image_of(canvas).pixelColor(place) == theme.up

        canvas.set_notice("The last price is 42 s old.", is_stale=True)
        image = image_of(canvas)

        assert image.pixelColor(place) == theme.stale
        assert theme.up.name() not in {
            image.pixelColor(x, y).name() for x in range(0, 500, 2) for y in range(0, canvas.frame.plot.bottom(), 2)
        }


@pytest.mark.parametrize(("count", "is_dot"), [(250, False), (251, True)])
def test_many_fills_are_dots_and_few_are_triangles_with_their_tip_at_the_price(
    theme: Theme, count: int, is_dot: bool
) -> None:
    fills = FillLayer()
    with shown_canvas(theme, fills) as canvas:
        plain = image_of(canvas)
        at_s, price = EDGE_S - 6000.0, 104.0
        fills.show(FillMarks(np.full(count, at_s), np.full(count, price), np.full(count, True)))
        canvas.content_changed()
        frame = canvas.frame
        x, y = round(frame.x(at_s)), round(frame.y(price))
        ys = [place[1] for place in differing(plain, image_of(canvas)) if abs(place[0] - x) < 12]

        # A buy stands below its price, a dot about it.
        assert min(ys) == pytest.approx(y + (-2 if is_dot else 1), abs=1.5)
        assert max(ys) == pytest.approx(y + (1 if is_dot else 8), abs=1.5)


def test_what_stands_still_is_not_painted_again(theme: Theme) -> None:
    with shown_canvas(theme) as canvas:
        while canvas.is_waiting:
            QApplication.processEvents()
        QApplication.processEvents()
        painted = canvas.paint_count
        line = PriceLine("price", 100.0, "up", has_tag=True)

        canvas.set_lines((), (), line)
        canvas.set_notice("")
        canvas.set_room(())
        canvas.set_edge(0.0, EDGE_S, 60.0)
        QApplication.processEvents()

        assert not canvas.is_waiting
        assert canvas.paint_count == painted
