"""Pictures of charts, ladders and dialogs in their states, under Xvfb: `python resources/screens/chart_screens.py`.

Writes PNGs to build/screens. Uses recorded candles from GRIDWRIGHT_DATA (or ../shared/data) where there are any,
made-up ones otherwise. Arguments are the first letters of the pictures wanted; none means all.
"""

import asyncio
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QEvent, QPointF, Qt  # noqa: E402 - the path comes first
from PySide6.QtGui import QMouseEvent  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from engine.domain.grid import GridMode  # noqa: E402
from engine.domain.messages import EquitySampled  # noqa: E402
from engine.domain.money import install_decimal_context  # noqa: E402
from engine.domain.order import OrderState, Side  # noqa: E402
from engine.domain.views import EngineView  # noqa: E402
from gui.charts.equity_panel import EquityPanel  # noqa: E402
from gui.charts.price_panel import PricePanel  # noqa: E402
from gui.dialogs.grid_dialog import GridDialog  # noqa: E402
from gui.dialogs.recording_dialog import RecordingDialog  # noqa: E402
from gui.ladder.ladder_panel import LadderPanel  # noqa: E402
from gui.theme import Convention, Scheme, Theme, apply_theme, load_fonts, make_theme  # noqa: E402
from tests.support import views  # noqa: E402
from tests.support.chart_history import ChartHistory, recorded_candles, wandering_candles  # noqa: E402

OUT = ROOT / "build" / "screens"
NOW_S = 1000.0


def clock() -> float:
    return NOW_S


def view_with(rungs: int, mode: GridMode = GridMode.ARITHMETIC, age_s: float = 0.0) -> EngineView:
    """A running grid in the middle of its life, with fills, stops, and an order nobody is sure of."""
    market = views.market_of(views.instrument_of(tick="0.1"), "812", candles=500, received_at_s=NOW_S - age_s)
    bot = views.grid_bot(market, grid_count=rungs, investment="40000000")
    config = replace(bot.bot.grid, stop_lower=Decimal(752), stop_upper=Decimal(868), mode=mode)
    orders = list(bot.open_orders)
    orders[len(orders) // 3] = replace(orders[len(orders) // 3], state=OrderState.UNKNOWN)
    bot = replace(bot, bot=replace(bot.bot, config=config), open_orders=tuple(orders))
    fills = views.fills_of(bot, market.instrument, 60)
    return views.view_of([market], [bot], fills=fills)


def with_fills_now(view: EngineView) -> EngineView:
    """The same view a moment later, after two fills."""
    bot = view.bots[0]
    rungs = list(bot.rungs)
    for index in (len(rungs) // 2 - 1, len(rungs) // 2 + 1):
        side = Side.BUY if index < len(rungs) // 2 else Side.SELL
        rungs[index] = replace(rungs[index], last_fill_side=side, last_fill_at=views.NOON)
    return replace(view, sequence=2, bots=(replace(bot, rungs=tuple(rungs)),))


async def settle(app: QApplication, rounds: int = 200) -> None:
    """Let tasks and paint timers come to rest."""
    for _ in range(rounds):
        await asyncio.sleep(0.001)
        app.processEvents()


async def shoot(
    app: QApplication, widget: QWidget, name: str, size: tuple[int, int], hovered: QWidget | None = None
) -> None:
    widget.resize(*size)
    widget.show()
    await settle(app)
    if hovered is not None:
        place = QPointF(500, 240)
        move = QMouseEvent(
            QEvent.Type.MouseMove, place, hovered.mapToGlobal(place), Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(hovered, move)
    OUT.mkdir(parents=True, exist_ok=True)
    widget.grab().save(str(OUT / f"{name}.png"))
    widget.close()


async def price_screens(app: QApplication, theme: Theme, suffix: str) -> None:
    history_candles = wandering_candles("simulated:1", "XRP/KRW", 100_000, views.NOON - timedelta(minutes=500))
    for rungs in (10, 40, 200):
        panel = PricePanel(theme, ChartHistory(history_candles), clock=clock)
        panel.resize(1100, 620)
        panel.show_view(view_with(rungs), "xrpgrid1")
        panel.show()
        await settle(app)
        await shoot(app, panel, f"chart_{rungs}_{suffix}", (1100, 620), panel.canvas.viewport())
    panel = PricePanel(theme, ChartHistory(history_candles), clock=clock)
    panel.resize(1100, 620)
    panel.show_view(view_with(40, age_s=42), "xrpgrid1")
    await shoot(app, panel, f"chart_stale_{suffix}", (1100, 620))
    panel = PricePanel(theme, ChartHistory(), clock=clock)
    await shoot(app, panel, f"chart_empty_{suffix}", (700, 400))


async def real_screens(app: QApplication, theme: Theme, suffix: str) -> None:
    venue, symbol = "replay:upbit", "BTC/KRW"
    candles = recorded_candles("upbit_BTC-KRW_1m", venue, symbol, 100_000)
    if not candles:
        candles = wandering_candles(venue, symbol, 100_000, views.NOON, 150_000_000.0)
    market = views.market_of(views.instrument_of(venue, symbol, "1000"), "150000000", received_at_s=NOW_S)
    last = Decimal(repr(candles[-1].close))
    live = replace(candles[-1], is_closed=False)
    market = replace(market, last=last, bid=last, ask=last, at=live.opened_at, candle=live, closed_candles=())
    for timeframe_s in (60, 3600):
        panel = PricePanel(theme, ChartHistory(candles), clock=clock)
        panel.resize(1100, 620)
        panel.show_view(views.view_of([market]), None)
        panel.show()
        await settle(app)
        if timeframe_s != 60:
            panel.set_timeframe(timeframe_s)
            await settle(app)
        await shoot(app, panel, f"chart_real_{timeframe_s}_{suffix}", (1100, 620))
    panel = PricePanel(theme, ChartHistory(candles), clock=clock)
    panel.resize(1100, 620)
    panel.show_view(views.view_of([market]), None)
    panel.show()
    await settle(app)
    panel.canvas.show_last((candles[-1].opened_at - candles[0].opened_at).total_seconds())
    await settle(app, 1500)
    await shoot(app, panel, f"chart_real_whole_{suffix}", (1100, 620))


async def equity_screens(app: QApplication, theme: Theme, suffix: str) -> None:
    view = view_with(40)
    bot = view.bots[0]
    samples = [
        EquitySampled(
            bot.bot.account_id,
            bot.bot.bot_id,
            views.NOON - timedelta(minutes=5 * (1500 - at)),
            bot.bot.grid.investment
            + at // 9 * 4_200
            + Decimal(round(60_000 * math.sin(at / 60) - 40_000 * math.cos(at / 17))),
            Decimal(at // 9 * 4_200),
            Decimal(round(60_000 * math.sin(at / 60) - 40_000 * math.cos(at / 17))),
            Decimal(812),
        )
        for at in range(1500)
    ]
    panel = EquityPanel(theme, ChartHistory(samples=samples))
    panel.resize(900, 380)
    panel.show_view(view, "xrpgrid1")
    await shoot(app, panel, f"equity_{suffix}", (900, 380))
    panel = EquityPanel(theme, ChartHistory())
    await shoot(app, panel, f"equity_empty_{suffix}", (700, 300))


async def ladder_screens(app: QApplication, theme: Theme, suffix: str) -> None:
    for rungs in (10, 40, 200):
        panel = LadderPanel(theme, clock=clock)
        panel.resize(1180, 680)
        view = view_with(rungs)
        panel.show_view(view, "xrpgrid1")
        panel.show_view(with_fills_now(view), "xrpgrid1")
        await shoot(app, panel, f"ladder_{rungs}_{suffix}", (1180, 680))
    panel = LadderPanel(theme, clock=clock)
    panel.show_view(view_with(40), "xrpgrid1")
    panel.resize(1180, 680)
    panel.show()
    await settle(app)
    drag_upper_edge(panel)
    await shoot(app, panel, f"ladder_drag_{suffix}", (1180, 680))
    panel = LadderPanel(theme, clock=clock)
    panel.resize(900, 600)
    panel.show_view(view_with(200), "xrpgrid1")
    panel.show()
    await settle(app)
    panel.ladder.zoom(0.12)
    await shoot(app, panel, f"ladder_zoom_{suffix}", (900, 600))
    panel = LadderPanel(theme, clock=clock)
    await shoot(app, panel, f"ladder_empty_{suffix}", (700, 400))


async def dialog_screens(app: QApplication, theme: Theme, suffix: str) -> None:
    view = view_with(40)
    free = replace(view.accounts[0], balances=(("KRW", Decimal(50_000_000), Decimal(9_000_000)),))
    view = replace(view, accounts=(free,))
    candles = wandering_candles("simulated:1", "XRP/KRW", 30_000, views.NOON - timedelta(minutes=500))
    history = ChartHistory(candles)

    def provider() -> EngineView:
        return view

    fresh = GridDialog(theme, lambda: replace(view, bots=()), history)
    fresh.show()
    await settle(app)
    await shoot(app, fresh, f"dialog_fresh_{suffix}", (1120, 720))
    suggested = GridDialog(theme, lambda: replace(view, bots=()), history)
    suggested.form.set_number("investment", Decimal(10_000_000))
    suggested.show()
    await settle(app)
    suggested.show_suggestion()
    await shoot(app, suggested, f"dialog_suggested_{suffix}", (1120, 720))
    refused = GridDialog(theme, provider, history)
    refused.form.set_number("grid_count", Decimal(400))
    refused.form.set_number("stop_lower", Decimal(800))
    refused.show()
    await settle(app)
    await shoot(app, refused, f"dialog_refused_{suffix}", (1120, 860))
    proposed = replace(view.bots[0].bot.grid, upper=Decimal("860.0"))
    edit = GridDialog(theme, provider, history, bot=view.bots[0], proposed=proposed)
    edit.show()
    await settle(app)
    await shoot(app, edit, f"dialog_edit_{suffix}", (1120, 720))
    recording = RecordingDialog(theme, ("upbit", "binance", "plain"))
    recording.path.setText("/nowhere/upbit_XRP-KRW_1m.parquet")
    await shoot(app, recording, f"dialog_recording_{suffix}", (560, 400))


def drag_upper_edge(panel: LadderPanel) -> None:
    """Hold the upper edge some way above where it was."""
    scale, ladder = panel.ladder.scale, panel.ladder
    assert scale is not None, "the ladder is on show"
    y = round(scale.y(852.6))
    at = QPointF(ladder.columns.spine, y).toPoint()
    QTest.mousePress(ladder, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseMove(ladder, QPointF(at.x(), y - 30).toPoint())


SCREENS: dict[str, Callable[[QApplication, Theme, str], object]] = {
    "price": price_screens,
    "real": real_screens,
    "equity": equity_screens,
    "ladder": ladder_screens,
    "dialog": dialog_screens,
}


async def main(app: QApplication, wanted: list[str]) -> None:
    for scheme in (Scheme.DARK, Scheme.LIGHT):
        theme = make_theme(scheme, Convention.KOREAN if scheme is Scheme.DARK else Convention.WESTERN)
        apply_theme(app, theme)
        for name, take in SCREENS.items():
            if not wanted or any(name.startswith(letters) for letters in wanted):
                await take(app, theme, scheme.value)  # type: ignore[misc]


if __name__ == "__main__":
    install_decimal_context()
    application = QApplication(sys.argv[:1])
    load_fonts()
    asyncio.run(main(application, sys.argv[1:]))
