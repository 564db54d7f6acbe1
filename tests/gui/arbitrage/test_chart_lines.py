"""Entry and exit lines on a spread chart: what a moved one means, worked by hand, and that only a yes is sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.domain.arbitrage import ArbitrageConfig, PairStage, TwoLegPosition, Ways
from engine.domain.arbitrage_messages import EditArbitrage
from engine.domain.messages import Command
from engine.domain.premium import Direction
from engine.domain.views import EngineView
from gui.arbitrage import chart_series as rows
from gui.arbitrage.chart_difference import difference
from gui.arbitrage.chart_thresholds import Threshold, rounded_pct, thresholds_of
from gui.arbitrage.chart_view import SpreadChart
from gui.bridge import Done, Refused
from gui.charts.columns import Columns
from gui.theme import Theme
from tests.support.arbitrage_views import pair_of, position_of
from tests.support.mouse import LEFT, move_mouse
from tests.support.spread_charts import ENTRY_CONFIG, PAIR, SpreadPast, both_ways, ticked, trading_view

VIEW = trading_view()
ROW = VIEW.premiums.rows[0]
SELL = frozenset({Direction.SELL_HOME})


def places(nets: Sequence[float], backs: Sequence[float] | None = None) -> Columns:
    columns: Columns = np.full((rows.ROW_COUNT, len(nets)), 1.0)
    columns[rows.TIME] = np.arange(len(nets))
    columns[rows.NET] = nets
    columns[rows.BACK] = backs if backs is not None else nets
    return columns


def lines(view: EngineView, directions: frozenset[Direction] = SELL) -> list[Threshold]:
    return thresholds_of(list(view.bots), directions)


def test_an_entry_moved_up_says_what_is_left_of_a_round_trip_and_that_fewer_orders_go() -> None:
    # Both taker fees are 0.05 %: 1.20 in, 0.30 out leaves 0.80 of 1000 XRP at 2,860 won; 1.35 leaves 0.95.
    entry = lines(VIEW)[0]
    assert ROW.sell is not None
    assert Decimal("0.6") < ROW.sell.net_pct < Decimal("0.7")
    shown = places([0.9, 1.25, 1.3, 1.1, 1.4, 1.36, 1.0, 1.21])

    found = difference(VIEW, ROW, entry, Decimal("1.35"), shown)

    assert found.config == replace(ENTRY_CONFIG, entry_pct=Decimal("1.35"))
    assert (found.before.round_trip_pct, found.after.round_trip_pct) == (Decimal("0.80"), Decimal("0.95"))
    assert (found.before.money, found.after.money) == (Decimal(22_880), Decimal(27_170))
    assert (found.before.entries, found.after.entries) == (0, 0)
    # Five of eight places are at 1.2 or above, two at 1.35.
    assert (found.before.reached_pct, found.after.reached_pct) == (62.5, 25.0)
    assert not found.refusals


def test_an_entry_below_the_present_premium_counts_the_positions_it_opens_now_in_steps() -> None:
    config = replace(ENTRY_CONFIG, entry_step_pct=Decimal("0.1"), max_positions=5)
    view = trading_view(config=config)
    # Net is between 0.6 and 0.7: from 0.45 on, 0.45 and 0.55 are reached, 0.65 may not be.
    assert ROW.sell is not None
    wanted = sum(1 for step in range(5) if ROW.sell.net_pct >= Decimal("0.45") + step * Decimal("0.1"))
    found = difference(view, ROW, lines(view)[0], Decimal("0.45"), places([]))
    assert found.after.entries == wanted in (2, 3)
    held = trading_view(config=config, positions=[position_of(1)])
    assert difference(held, ROW, lines(held)[0], Decimal("0.45"), places([])).after.entries == wanted - 1
    opposite = trading_view(config=config, positions=[position_of(1, direction=Direction.BUY_HOME)])
    assert difference(opposite, ROW, lines(opposite)[0], Decimal("0.45"), places([])).after.entries == 0


def test_an_exit_moved_above_the_way_back_closes_what_is_open() -> None:
    positions = [position_of(1), position_of(2), position_of(3, stage=PairStage.EXITING)]
    view = trading_view(positions=positions)
    exit_ = lines(view)[1]
    assert ROW.buy is not None
    assert Decimal("0.7") < ROW.buy.premium_pct < Decimal("0.9")

    found = difference(view, ROW, exit_, Decimal("0.90"), places([], []))

    assert (found.before.exits, found.after.exits) == (0, 2)
    assert found.config == replace(ENTRY_CONFIG, exit_pct=Decimal("0.90"))
    # 1.20 in, 0.90 out, 0.10 fees.
    assert found.after.round_trip_pct == Decimal("0.20")


def test_a_line_that_makes_every_round_trip_lose_is_refused_before_anything_is_sent() -> None:
    found = difference(VIEW, ROW, lines(VIEW)[1], Decimal("1.15"), places([]))
    assert found.after.round_trip_pct == Decimal("-0.05")
    assert [refusal.field for refusal in found.refusals] == ["exit_pct"]


def test_the_other_direction_has_a_mirrored_exit() -> None:
    view = trading_view(config=both_ways())
    found = lines(view, frozenset(Direction))
    assert [(one.direction, one.is_entry, one.pct(one.config)) for one in found] == [
        (Direction.SELL_HOME, True, Decimal("1.20")),
        (Direction.SELL_HOME, False, Decimal("0.30")),
        (Direction.BUY_HOME, True, Decimal("1.20")),
        (Direction.BUY_HOME, False, Decimal("-0.30")),
    ]
    assert found[3].moved(Decimal("-0.45")) == replace(both_ways(), exit_pct=Decimal("0.45"))
    assert len(lines(trading_view(config=replace(ENTRY_CONFIG, ways=Ways.BUY_HOME)))) == 0


@pytest.mark.parametrize(("per_px", "value"), [(0.01, "1.24"), (0.001, "1.235")])
def test_a_dragged_line_stops_at_percentages_a_person_would_write(per_px: float, value: str) -> None:
    assert rounded_pct(1.2351, per_px) == Decimal(value)


@dataclass
class Sent:
    """What was sent to the engine, and its answers as the test gives them."""

    commands: list[Command] = field(default_factory=list)
    done: list[Done | None] = field(default_factory=list)
    refused: list[Refused | None] = field(default_factory=list)

    def __call__(self, command: Command, done: Done | None, refused: Refused | None) -> None:
        self.commands.append(command)
        self.done.append(done)
        self.refused.append(refused)


@contextmanager
def trading_chart(
    theme: Theme, sent: Sent, config: ArbitrageConfig = ENTRY_CONFIG, positions: Sequence[TwoLegPosition] = ()
) -> Iterator[SpreadChart]:
    chart = SpreadChart(theme, SpreadPast(), sent, UTC, lambda: 1.0)
    chart.resize(900, 560)
    chart.show()
    assert QTest.qWaitForWindowExposed(chart)
    view = trading_view(config=config, positions=positions)
    chart.choose(PAIR)
    for second in range(30):
        chart.show_view(ticked(view, second, "0.004" if second % 2 else "-0.004"))
    chart.canvas.grab()
    try:
        yield chart
    finally:
        chart.stop()
        chart.hide()
        chart.deleteLater()


def y_of(chart: SpreadChart, pct: float) -> int:
    return round(chart.canvas.frame.y(pct))


def drag_to(chart: SpreadChart, pct: float, target: float, *, is_let_go: bool = True) -> None:
    QApplication.processEvents()
    chart.canvas.grab()
    viewport, x = chart.canvas.viewport(), 400
    start, end = QPoint(x, y_of(chart, pct)), QPoint(x, y_of(chart, target))
    QTest.mousePress(viewport, LEFT, pos=start)
    move_mouse(viewport, QPoint(x, (start.y() + end.y()) // 2), LEFT)
    move_mouse(viewport, end, LEFT)
    if is_let_go:
        QTest.mouseRelease(viewport, LEFT, pos=end)


def is_held(chart: SpreadChart) -> bool:
    return chart.lines.held is not None


def hint_of(chart: SpreadChart) -> tuple[str, ...]:
    chart.canvas.grab()
    return chart.canvas.panes[0].overlay.hint


def entry_lines(chart: SpreadChart) -> dict[str, float]:
    return {line.name: line.price for line in chart.canvas.lines[1] if "entry" in line.name}


def test_dragging_the_entry_shows_old_and_new_and_enter_sends_exactly_that(theme: Theme) -> None:
    sent = Sent()
    with trading_chart(theme, sent) as chart:
        drag_to(chart, 1.2, 1.0)

        assert sent.commands == []
        held = chart.lines.held
        assert held is not None
        assert abs(held.pct - 1) <= Decimal("0.03")
        assert chart.strip.isVisible()
        assert f"XRP premium enters from a net premium of +{held.pct:.2f} % (now +1.20 %)" in chart.strip.words
        assert entry_lines(chart) == {
            "arbbot01/sell_home/entry": float(held.pct),
            "arbbot01/sell_home/entry/was": 1.2,
        }
        chart.canvas.setFocus()
        QTest.keyClick(chart.canvas, Qt.Key.Key_Return)

        wanted = replace(ENTRY_CONFIG, entry_pct=held.pct)
        assert sent.commands == [EditArbitrage("arbbot01", wanted, "XRP premium")]
        assert is_held(chart)
        assert not chart.strip.can_accept
        QTest.keyClick(chart.canvas, Qt.Key.Key_Return)
        assert len(sent.commands) == 1

        done = sent.done[0]
        assert done is not None
        done()
        chart.show_view(ticked(trading_view(config=wanted), 40))
        assert not is_held(chart)
        assert not chart.strip.isVisible()
        assert entry_lines(chart) == {"arbbot01/sell_home/entry": float(held.pct)}


def test_escape_takes_a_line_back_and_nothing_is_sent_even_while_the_hand_still_drags(theme: Theme) -> None:
    sent = Sent()
    with trading_chart(theme, sent) as chart:
        drag_to(chart, 1.2, 1.0)
        QTest.keyClick(chart.canvas, Qt.Key.Key_Escape)
        assert not is_held(chart)
        assert entry_lines(chart) == {"arbbot01/sell_home/entry": 1.2}

        drag_to(chart, 1.2, 0.9, is_let_go=False)
        assert is_held(chart)
        QTest.keyClick(chart.canvas, Qt.Key.Key_Escape)
        end = QPoint(400, y_of(chart, 0.8))
        move_mouse(chart.canvas.viewport(), end, LEFT)
        QTest.mouseRelease(chart.canvas.viewport(), LEFT, pos=end)
        assert not is_held(chart)
        chart.canvas.grab()
        assert entry_lines(chart) == {"arbbot01/sell_home/entry": 1.2}
        drag_to(chart, 1.2, 1.0)
        assert is_held(chart)
        assert sent.commands == []


def test_a_refusal_stands_in_the_strip_and_the_line_waits_for_another_try(theme: Theme) -> None:
    sent = Sent()
    with trading_chart(theme, sent) as chart:
        chart.lines.hold_next(is_entry=True)
        chart.lines.move_held(Decimal("0.05"))
        chart.lines.accept()
        refused = sent.refused[0]
        assert refused is not None
        refused([("entry_pct", "The account is halted.")])
        assert "The account is halted." in chart.strip.words
        assert is_held(chart)
        chart.lines.move_held(Decimal("0.05"))
        assert "The account is halted." not in chart.strip.words
        chart.lines.accept()
        assert [command.config.entry_pct for command in sent.commands if isinstance(command, EditArbitrage)] == [
            Decimal("1.25"),
            Decimal("1.30"),
        ]


def test_an_exit_that_loses_cannot_be_sent(theme: Theme) -> None:
    sent = Sent()
    with trading_chart(theme, sent) as chart:
        chart.lines.hold_next(is_entry=False)
        chart.lines.move_held(Decimal("0.9"))
        assert not chart.strip.can_accept
        chart.lines.accept()
        assert sent.commands == []


def test_somebody_else_who_changes_the_bot_meanwhile_changes_what_the_line_is_compared_with(theme: Theme) -> None:
    with trading_chart(theme, Sent()) as chart:
        chart.lines.hold_next(is_entry=True)
        chart.lines.move_held(Decimal("0.10"))
        chart.show_view(ticked(trading_view(config=replace(ENTRY_CONFIG, entry_pct=Decimal("1.50"))), 41))
        chart.lines.move_held(Decimal("0.01"))
        assert "+1.31 % (now +1.50 %)" in chart.strip.words


def test_times_in_which_an_entry_would_have_paid_are_shaded(theme: Theme) -> None:
    with trading_chart(theme, Sent()) as chart:
        net = float(chart.series.window(rows.READING, 0, 1e12)[rows.NET].max())
        assert chart.canvas.shade.rects == []
        low = replace(ENTRY_CONFIG, entry_pct=Decimal(repr(round(net - 0.001, 4))), exit_pct=Decimal(0))
        chart.show_view(ticked(trading_view(config=low), 42, "0.004"))
        chart.canvas.grab()
        assert chart.canvas.shade.rects
        frame = chart.canvas.frame
        for rect in chart.canvas.shade.rects:
            inside = chart.series.window(rows.READING, frame.time_at(rect.left()), frame.time_at(rect.right() + 1))
            assert (inside[rows.NET] >= net - 0.001).any()


def test_a_mark_under_the_mouse_tells_prices_slippage_and_premium(theme: Theme) -> None:
    view = ticked(VIEW, 15)
    assert view.premiums.rows[0].sell is not None
    held = position_of(7, home=("2860", "1", "2858"), foreign=("2.0500", "1", "2.0502"))
    entry = replace(held.entry, decided_at=view.premiums.rows[0].sell.home_at, net_pct=Decimal("0.64"))
    with trading_chart(theme, Sent(), positions=[replace(held, entry=entry)]) as chart:
        frame = chart.canvas.frame
        x = round(frame.x(entry.decided_at.timestamp()))
        move_mouse(chart.canvas.viewport(), QPoint(x, round(frame.y(0.64)) - 5))
        # 2 won of 2,860 are 7.0 bps, 0.0002 of 2.05 are 1.0.
        told = hint_of(chart)
        assert told[:1] + told[2:] == (
            "Entry 7: Sell home, buy abroad",
            "Upbit: sold 1000 XRP at 2,858 KRW, slippage +7.0 bps",
            "Binance: bought 1000 XRP at 2.05020 USDT, slippage +1.0 bps",
            "Premium +0.77 %, net +0.64 %; rate 1,384.50 (upbit)",
        )
        move_mouse(chart.canvas.viewport(), QPoint(x + 60, 60))
        assert hint_of(chart) == ()


def test_another_pair_has_no_lines_of_this_bot(theme: Theme) -> None:
    with trading_chart(theme, Sent()) as chart:
        chart.choose(pair_of("BTC"))
        QApplication.processEvents()
        assert chart.lines.thresholds == ()
        assert chart.canvas.lines[1] == ()
