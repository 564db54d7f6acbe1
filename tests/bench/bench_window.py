"""How fast tables follow the engine: row updates a second and frame times at 10,000 rows, and the cost of a whole view.

Run by hand: `make bench`, or `python -m tests.bench.bench_window` on a screen. Times are this machine's.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.domain.money import install_decimal_context
from gui.actions import Actions
from gui.app import Desktop, make_application
from gui.models.table_model import TableModel
from gui.models.table_view import TableView
from gui.money import Money
from gui.panels.bot_rows import BotRow, bot_columns
from gui.theme import Convention, Scheme, apply_theme, make_theme
from gui.window_settings import WindowSettings
from tests.support.desk import PastInMemory, ScriptedEngine, StoppingEngine, no_recording
from tests.support.views import account_of, fills_of, grid_bot, instrument_of, log_of, market_of, view_of

ROWS = 10_000
FRAMES = 300
UPDATES_A_SECOND = 50_000
FRAMES_A_SECOND = 30


def percentile(sorted_ms: list[float], share: float) -> float:
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))]


def report(name: str, times: list[tuple[float, float]]) -> None:
    """Wall clock and processor time of frames: on a busy machine only the second one repeats."""
    sys.stdout.write(f"{name:<58}")
    for kind, values in zip(("wall", "cpu"), zip(*times, strict=True), strict=True):
        ordered = sorted(values)
        sys.stdout.write(f"   {kind} p50 {percentile(ordered, 0.5):5.1f} p99 {percentile(ordered, 0.99):5.1f} ms")
    sys.stdout.write("\n")


def frames(step: Callable[[int], None]) -> list[tuple[float, float]]:
    """Milliseconds (wall, processor) of each frame: the update, and all painting it causes."""
    times = []
    for number in range(FRAMES):
        started, used = time.perf_counter(), time.process_time()
        step(number)
        QApplication.processEvents()
        times.append(((time.perf_counter() - started) * 1000, (time.process_time() - used) * 1000))
    return times


def table(*, is_sorted: bool) -> None:
    """50,000 of 10,000 rows a second at 30 frames, sorted again once a second."""
    theme = make_theme(Scheme.DARK, Convention.KOREAN)
    market = market_of(instrument_of(), candles=2)
    model_bot = grid_bot(market)
    rows = [
        BotRow(
            replace(model_bot, bot=replace(model_bot.bot, bot_id=f"b{at:07}", name=f"Grid {at}")),
            market.instrument,
            Money.SIMULATED,
        )
        for at in range(ROWS)
    ]
    model: TableModel[BotRow] = TableModel(bot_columns(), lambda row: row.bot_id)
    view = TableView(model, theme)
    view.resize(1400, 1000)
    view.show()
    model.show_rows(rows)
    if is_sorted:
        model.sort(7, Qt.SortOrder.DescendingOrder)
    QApplication.processEvents()
    chance = random.Random(7)
    changed_each = UPDATES_A_SECOND // FRAMES_A_SECOND
    # What the engine would hand over is made before the clock starts.
    pictures = []
    for _ in range(FRAMES):
        rows = list(rows)
        for at in chance.sample(range(ROWS), changed_each):
            shown = rows[at].shown
            pnl = shown.floating_pnl + chance.randint(-500, 500)
            rows[at] = replace(rows[at], shown=replace(shown, floating_pnl=pnl, total_pnl=shown.matched_profit + pnl))
        pictures.append(rows)

    def step(number: int) -> None:
        model.show_rows(pictures[number])
        if is_sorted and number % FRAMES_A_SECOND == 0:
            model.resort()

    times = frames(step)
    report(f"table, {ROWS:,} rows, {changed_each:,} changed a frame{', sorted' if is_sorted else ''}", times)
    sys.stdout.write(
        f"{'':<58} {changed_each * FRAMES / (sum(wall for wall, _ in times) / 1000):,.0f} row updates a second\n"
    )
    view.close()


def window(app: QApplication) -> None:
    """The whole window with 30 bots, one of 200 rungs; the price moves and every bot's PnL with it."""
    market = market_of(instrument_of(), "3120", received_at_s=time.monotonic())
    bots = [grid_bot(market, "bot00000", "First", grid_count=200, investment="9000000")]
    bots += [grid_bot(market, f"bot{at:05}", f"Grid {at}", grid_count=20, investment="3000000") for at in range(1, 30)]
    fills, log = fills_of(bots[0], market.instrument, 400), log_of(bots, 400)
    engine = ScriptedEngine(view_of([market], bots, fills=fills, log=log))
    with tempfile.TemporaryDirectory() as folder:
        actions = Actions(lambda: account_of(market.instrument), no_recording, StoppingEngine())
        settings = WindowSettings(Path(folder) / "window.ini")
        desktop = Desktop(app, engine, PastInMemory(), actions, settings)
        desktop.window.resize(1900, 1150)
        desktop.window.show()
        for _ in range(20):
            QApplication.processEvents()
        chance = random.Random(7)

        def step(number: int) -> None:
            price = Decimal(3120 + chance.randint(-20, 20))
            now = replace(market, bid=price, ask=price + 1, last=price, received_at_s=time.monotonic())
            moved = [
                replace(
                    shown,
                    price=price,
                    floating_pnl=shown.base_held * (price - 3120),
                    total_pnl=shown.matched_profit + shown.base_held * (price - 3120),
                )
                for shown in bots
            ]
            base = engine.view()
            engine.show(replace(base, markets=(now,), bots=tuple(moved)))
            desktop.bridge.look()
            if number % FRAMES_A_SECOND == 0:
                desktop.bridge.aged.emit()

        report("whole window, 30 bots, 200 rungs, price moves each frame", frames(step))
        report("whole window, nothing changed", frames(lambda _number: desktop.bridge.look()))
        desktop.bridge.close()
        desktop.window.release()


def main() -> None:
    install_decimal_context()
    app = make_application()
    apply_theme(app, make_theme(Scheme.DARK, Convention.KOREAN))
    table(is_sorted=False)
    table(is_sorted=True)
    window(app)


if __name__ == "__main__":
    main()
