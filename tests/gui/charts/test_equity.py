"""The equity curve: samples and live values in one line, and what the panel says of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from engine.domain.messages import EquitySampled
from gui.charts.bars import seconds_of
from gui.charts.canvas import ChartCanvas
from gui.charts.curve import EquityCurve
from gui.charts.equity_panel import EQUITY, EquityPanel
from gui.charts.layers import CurveLayer
from gui.theme import Theme
from tests.support import views
from tests.support.chart_history import ChartHistory
from tests.support.qt_waiting import let_tasks_run

MARKET = views.market_of(views.instrument_of())
BOT = views.grid_bot(MARKET)
VIEW = views.view_of([MARKET], [BOT])


def samples(bot_id: str, count: int) -> Sequence[EquitySampled]:
    start = MARKET.at - timedelta(hours=count)
    return [
        EquitySampled(
            BOT.bot.account_id,
            bot_id,
            start + timedelta(hours=at),
            Decimal(4_000_000 + 1000 * at),
            Decimal(700 * at),
            Decimal(300 * at),
            Decimal(812),
        )
        for at in range(count)
    ]


def test_live_points_move_until_a_minute_is_over() -> None:
    curve = EquityCurve()

    assert curve.put_live(0, 100, 1)
    assert curve.put_live(10, 101, 2)
    assert curve.put_live(59, 102, 3)
    assert not curve.put_live(59, 102, 3)
    assert curve.put_live(60, 103, 4)

    times, equity, floating = curve.columns()
    assert (times.tolist(), equity.tolist(), floating.tolist()) == ([0, 60], [100, 103], [1, 4])


def test_time_that_goes_back_is_ignored() -> None:
    curve = EquityCurve()
    curve.put_live(100, 5, 0)

    assert not curve.put_live(99, 6, 0)


def test_stored_samples_replace_the_live_points_of_their_time() -> None:
    curve = EquityCurve()
    for at in (0, 3600, 10 * 3600):
        curve.put_live(seconds_of(MARKET.at) - 5 * 3600 + at, 1.0, 0.0)

    curve.put_samples(samples("b", 4))

    times, equity, _ = curve.columns()
    assert (np.diff(times) > 0).all()
    assert equity.tolist() == [4_000_000, 4_001_000, 4_002_000, 4_003_000, 1.0]


async def test_a_bots_profit_is_drawn_with_its_closed_part(theme: Theme) -> None:
    panel = EquityPanel(theme, ChartHistory(samples=samples(BOT.bot.bot_id, 48)), zone=UTC)
    panel.resize(700, 300)
    panel.show()
    panel.show_view(VIEW, BOT.bot.bot_id)
    await let_tasks_run()

    times, total, matched = panel.values
    assert len(times) == 49
    assert total[:3].tolist() == [0, 1000, 2000]
    assert matched[:3].tolist() == [0, 700, 1400]
    assert total[-1] == pytest.approx(float(BOT.total_pnl))
    assert matched[-1] == pytest.approx(float(BOT.matched_profit))
    assert [part.value for part in panel.canvas.readout(times[2] + 5)] == ["2,000", "1,400"]

    panel.set_mode(EQUITY)
    assert panel.values[1][:2].tolist() == [4_000_000, 4_001_000]
    panel.close()


async def test_the_account_is_shown_when_no_bot_is_chosen(theme: Theme) -> None:
    panel = EquityPanel(theme, ChartHistory(samples=samples("", 10)), zone=UTC)
    panel.show_view(VIEW, None)
    await let_tasks_run()

    assert panel.values[1][:2].tolist() == [0, 1000]
    assert panel.values[1][-1] == float(VIEW.accounts[0].equity) - 4_000_000
    panel.close()


async def test_nothing_changed_paints_nothing(theme: Theme) -> None:
    panel = EquityPanel(theme, ChartHistory(), zone=UTC)
    panel.resize(500, 300)
    panel.show()
    panel.show_view(VIEW, BOT.bot.bot_id)
    await let_tasks_run()
    panel.canvas.grab()
    before = panel.canvas.paint_count

    for sequence in range(2, 30):
        panel.show_view(replace(VIEW, sequence=sequence), BOT.bot.bot_id)
    assert not panel.canvas.is_dirty
    QApplication.processEvents()
    assert panel.canvas.paint_count <= before + 1
    panel.close()


def test_a_dense_curve_is_drawn_with_few_points_and_loses_no_spike(theme: Theme) -> None:
    times = np.linspace(0, 50_000, 50_000)
    values = np.sin(times / 500)
    values[31_111], values[7] = 9.0, -9.0
    curve = CurveLayer("accent")
    canvas = ChartCanvas(theme, (curve,), UTC)
    canvas.resize(500, 300)
    canvas.show()
    curve.show(times, values)
    canvas.set_edge(0.0, 50_000.0, 1.0)
    canvas.show_last(50_000 * 1.1)
    canvas.grab()

    drawn_times, drawn = curve.drawn

    assert len(drawn) < 10_000
    assert (drawn.max(), drawn.min()) == (9.0, -9.0)
    assert (np.diff(drawn_times) >= 0).all()
    assert canvas.frame.price.high > 9.0
    canvas.close()
