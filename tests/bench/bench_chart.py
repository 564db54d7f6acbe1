"""Frame times of charts and ladders: `python -m tests.bench.bench_chart` on a screen or under xvfb-run.

Paints 100,000 candles while zooming and panning, one live update at a time, and a ladder of 200 rungs. Times are of a
change and the picture after it, software rendering: by the clock on the wall, and of the processor alone, which other
programs on the same machine lengthen less.
"""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from engine.domain.money import install_decimal_context
from gui.charts.bars import columns_of
from gui.charts.canvas import ChartCanvas
from gui.charts.price_panel import PricePanel
from gui.ladder.ladder_panel import LadderPanel
from gui.theme import Convention, Scheme, apply_theme, load_fonts, make_theme
from tests.support import views
from tests.support.chart_history import ChartHistory, wandering_candles
from tests.support.mouse import move_mouse

CANDLES = 100_000
SIZE = (1200, 700)


Spent = tuple[float, float]
"""Milliseconds on the wall, and of the processor."""


def now() -> Spent:
    return time.perf_counter() * 1000, time.thread_time() * 1000


def since(start: Spent) -> Spent:
    wall, processor = now()
    return wall - start[0], processor - start[1]


def paint_ms(widget: QWidget, target: QPixmap) -> Spent:
    """One paint event of a widget."""
    start = now()
    # A chart is a graphics view, whose own `render` is another.
    QWidget.render(widget, target)
    return since(start)


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")


def report(name: str, times_ms: list[Spent]) -> None:
    (p50, p99), (cpu50, cpu99) = (np.percentile(column, (50, 99)) for column in zip(*times_ms, strict=True))
    tell(f"{name:<52} wall p50 {p50:6.2f} p99 {p99:6.2f}   processor p50 {cpu50:6.2f} p99 {cpu99:6.2f} ms")


def frames(canvas: ChartCanvas, target: QPixmap, count: int, move: Callable[[int], None]) -> list[Spent]:
    """What a move and the picture after it cost together."""
    times = []
    for at in range(count):
        start = now()
        move(at)
        paint_ms(canvas, target)
        times.append(since(start))
    return times


def bench_chart(app: QApplication) -> None:
    market = views.market_of(views.instrument_of(tick="0.1"), "812", candles=500)
    bot = views.grid_bot(market, grid_count=40)
    view = views.view_of([market], [bot], fills=views.fills_of(bot, market.instrument, 200))
    panel = PricePanel(make_theme(Scheme.DARK, Convention.KOREAN), ChartHistory(), zone=UTC, clock=lambda: 0.0)
    panel.resize(*SIZE)
    panel.show_view(view, bot.bot.bot_id)
    candles = wandering_candles("simulated:1", "XRP/KRW", CANDLES - 500, market.closed_candles[0].opened_at)
    start = time.perf_counter()
    for at in range(0, len(candles), 2000):
        panel.take_page(candles[at : at + 2000])
    tell(f"{len(candles):,} candles in pages of 2,000: {(time.perf_counter() - start) * 1000:.0f} ms in all")
    panel.show()
    app.processEvents()
    canvas, target = panel.canvas, QPixmap(panel.canvas.size())
    whole_s = CANDLES * 60.0
    rng = random.Random(7)

    canvas.show_last(whole_s)
    report(
        "whole: 100,000 candles in view, panning",
        frames(canvas, target, 200, lambda at: canvas.pan(-600.0 * (at % 3 - 1))),
    )
    report(
        "zooming from 100,000 candles to 60 and back",
        frames(canvas, target, 400, lambda at: canvas.zoom(0.93 if at % 200 < 100 else 1 / 0.93)),
    )
    canvas.show_last(160 * 60.0)
    report("160 candles in view, panning", frames(canvas, target, 300, lambda _at: canvas.pan(rng.uniform(-9e5, 9e5))))
    canvas.show_last(1500 * 60.0)
    report(
        "1,500 candles in view, panning", frames(canvas, target, 300, lambda _at: canvas.pan(rng.uniform(-9e5, 9e5)))
    )
    report(
        "cross-hair alone",
        frames(canvas, target, 300, lambda at: move_mouse(canvas.viewport(), QPoint(100 + 3 * at, 80 + at))),
    )
    canvas.show_last(160 * 60.0)
    times, later = [], market
    for step in range(300):
        live = replace(market.closed_candles[-1], opened_at=market.at, close=800 + step % 9, is_closed=False)
        later = replace(market, candle=live, last=Decimal(800 + step % 9))
        begin = now()
        panel.show_view(replace(view, sequence=step + 2, markets=(later,)), bot.bot.bot_id)
        QWidget.render(canvas, target)
        times.append(since(begin))
    report("live update: new view taken in and painted", times)
    times = []
    for step in range(2000):
        same = replace(view, sequence=step + 2, markets=(later,))
        begin = now()
        panel.show_view(same, bot.bot.bot_id)
        times.append(since(begin))
    report("a view in which nothing of ours changed", times[1:])
    rows = columns_of(candles)
    tell(f"columns of {rows.shape[1]:,} candles: {rows.nbytes / 1e6:.1f} MB")
    panel.close()


def bench_ladder(app: QApplication, rungs: int) -> None:
    market = views.market_of(views.instrument_of(tick="0.1"), "812")
    bot = views.grid_bot(market, grid_count=rungs, investment="40000000")
    view = views.view_of([market], [bot])
    panel = LadderPanel(make_theme(Scheme.DARK, Convention.KOREAN), clock=lambda: 0.0)
    panel.resize(*SIZE)
    panel.show_view(view, bot.bot.bot_id)
    panel.show()
    app.processEvents()
    target = QPixmap(panel.ladder.size())
    times, both = [], []
    for step in range(200):
        at = rungs // 2 + step % 5
        changed = list(bot.rungs)
        changed[at] = replace(
            changed[at], cycle=changed[at].cycle + step, last_fill_at=market.at + timedelta(seconds=step)
        )
        new = replace(bot, rungs=tuple(changed))
        later = replace(market, last=market.last + Decimal(step % 7) / 10)
        begin = now()
        panel.show_view(replace(view, sequence=step + 2, bots=(new,), markets=(later,)), bot.bot.bot_id)
        both.append(since(begin))
        times.append(paint_ms(panel.ladder, target))
    report(f"ladder of {rungs} rungs: taking a view in (with its table)", both)
    report(f"ladder of {rungs} rungs: painting", times)
    panel.close()


if __name__ == "__main__":
    install_decimal_context()
    application = QApplication([])
    load_fonts()
    apply_theme(application, make_theme(Scheme.DARK, Convention.KOREAN))
    bench_chart(application)
    for count in (10, 40, 200, 1000):
        bench_ladder(application, count)
