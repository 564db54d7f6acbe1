"""Pictures of the real window in its main states, written to build/screens. Run by `make screens`; look at all of them.

With words as arguments only pictures whose name contains one of them are taken: `make screens ARGS="full stale"`.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import asyncio  # noqa: E402
import math  # noqa: E402
import tempfile  # noqa: E402

import qasync  # noqa: E402
from PySide6.QtCore import QSize  # noqa: E402

from engine.domain.bot import AccountMode, BotState  # noqa: E402
from engine.domain.messages import DecisionLogged, EquitySampled, Level  # noqa: E402
from engine.domain.money import install_decimal_context  # noqa: E402
from engine.domain.phrases import HALTED  # noqa: E402
from engine.domain.sentences import say  # noqa: E402
from engine.domain.views import EngineState, EngineView  # noqa: E402
from gui.actions import Actions  # noqa: E402
from gui.app import Desktop, make_application  # noqa: E402
from gui.docks import Workspace  # noqa: E402
from gui.theme import Scheme  # noqa: E402
from gui.window_settings import Language, WindowSettings  # noqa: E402
from tests.support.desk import PastInMemory, ScriptedEngine, StoppingEngine, no_recording  # noqa: E402
from tests.support.views import (  # noqa: E402
    NOON,
    account_of,
    fills_of,
    grid_bot,
    instrument_of,
    log_of,
    market_of,
    view_of,
)

SMALL = QSize(1280, 720)
LARGE = QSize(2560, 1440)
USUAL = QSize(1600, 1000)
SETTLE_S = 0.35


@dataclass(frozen=True)
class Scene:
    """What the engine shows, and how the window is looked at."""

    name: str
    view: Callable[[float], EngineView]
    language: Language = Language.KOREAN
    scheme: Scheme = Scheme.DARK
    size: QSize = USUAL
    workspace: Workspace = Workspace.GRID


def empty(_now_s: float) -> EngineView:
    return view_of()


def normal(now_s: float, mode: AccountMode = AccountMode.SIMULATED) -> EngineView:
    """Three bots on two markets."""
    won = market_of(instrument_of(f"{mode}:1"), "812", received_at_s=now_s)
    coin = market_of(instrument_of(f"{mode}:2", "BTC/USDT", "0.01"), "97412.35", received_at_s=now_s)
    bots = [
        grid_bot(won),
        grid_bot(won, "xrpgrid2", "XRP wide", grid_count=40, investment="2500000", allocation="25"),
        grid_bot(coin, "btcgrid1", "BTC night", state=BotState.PAUSED, investment="4000", allocation="30"),
        grid_bot(coin, "btcgrid2", "BTC trial", state=BotState.STOPPED, investment="1000", allocation="5"),
    ]
    fills = [*fills_of(bots[0], won.instrument, 60), *fills_of(bots[2], coin.instrument, 12)]
    return view_of([won, coin], bots, modes=[mode, mode], fills=fills, log=log_of(bots, 80))


def full(now_s: float) -> EngineView:
    """Thirty bots, two hundred rungs in the first."""
    markets = [
        market_of(instrument_of(f"paper:{at}", symbol, tick), last, received_at_s=now_s)
        for at, (symbol, tick, last) in enumerate(
            [("XRP/KRW", "1", "3120"), ("BTC/KRW", "1000", "143250000"), ("ETH/USDT", "0.01", "3412.55")]
        )
    ]
    states = (BotState.RUNNING, BotState.RUNNING, BotState.RUNNING, BotState.PAUSED, BotState.ERROR, BotState.STOPPED)
    bots = [grid_bot(markets[0], "bot00000", "XRP 200", grid_count=200, investment="9000000")]
    bots += [
        grid_bot(
            markets[at % 3],
            f"bot{at:05}",
            f"Grid {at}",
            state=states[at % len(states)],
            grid_count=10 + at,
            investment="3000000" if at % 3 < 2 else "2500",
            allocation="3",
        )
        for at in range(1, 30)
    ]
    fills = [item for shown in bots[:3] for item in fills_of(shown, markets[0].instrument, 120)]
    return view_of(markets, bots, modes=[AccountMode.PAPER] * 3, fills=fills, log=log_of(bots, 400))


def stale(now_s: float) -> EngineView:
    """The feed has been silent for a minute and a half."""
    view = normal(now_s, AccountMode.PAPER)
    markets = tuple(replace(market, received_at_s=now_s - 95) for market in view.markets)
    return replace(view, markets=markets, is_cache_up=False)


def trouble(now_s: float) -> EngineView:
    """The database cannot be written."""
    view = normal(now_s, AccountMode.LIVE)
    sentence = say(HALTED)
    log = (*view.log, DecisionLogged("", Level.ERROR, sentence, NOON))
    return replace(
        view, state=EngineState.DEGRADED, trouble=sentence, is_database_up=False, pending_records=42, log=log
    )


def halted(now_s: float) -> EngineView:
    return replace(normal(now_s, AccountMode.LIVE), state=EngineState.HALTED)


def replay(now_s: float) -> EngineView:
    return normal(now_s, AccountMode.REPLAY)


def scenes() -> Iterator[Scene]:
    """Every state, and the usual one in both languages, schemes and sizes."""
    yield Scene("empty-ko-dark", empty)
    yield Scene("empty-en-light", empty, Language.ENGLISH, Scheme.LIGHT, SMALL)
    for language in Language:
        for scheme in Scheme:
            yield Scene(f"normal-{language}-{scheme}", normal, language, scheme)
    yield Scene("normal-ko-small", normal, size=SMALL)
    yield Scene("normal-en-large", normal, Language.ENGLISH, size=LARGE)
    yield Scene("monitor-ko-dark", normal, workspace=Workspace.MONITOR)
    yield Scene("full-ko-large", full, size=LARGE)
    yield Scene("full-en-light", full, Language.ENGLISH, Scheme.LIGHT, workspace=Workspace.MONITOR)
    yield Scene("full-ko-small", full, size=SMALL)
    yield Scene("stale-ko-dark", stale)
    yield Scene("error-ko-dark", trouble)
    yield Scene("error-en-light", trouble, Language.ENGLISH, Scheme.LIGHT)
    yield Scene("halted-ko-dark", halted)
    yield Scene("replay-en-dark", replay, Language.ENGLISH)


def past_of(view: EngineView) -> PastInMemory:
    """Candles, fills and an equity curve that belong to the picture."""
    candles = [candle for market in view.markets for candle in market.closed_candles]
    samples = [
        EquitySampled(
            shown.bot.account_id,
            shown.bot.bot_id,
            NOON - timedelta(minutes=5 * (500 - step)),
            shown.bot.config.investment + shown.total_pnl * Decimal(step) / 500 + Decimal(math.sin(step / 9) * 900),
            shown.matched_profit * Decimal(step) / 500,
            shown.floating_pnl,
            shown.price or Decimal(0),
        )
        for shown in view.bots
        for step in range(500)
    ]
    return PastInMemory(candles, list(view.fills), equity=samples, log=list(view.log))


async def take(scene: Scene, desktop: Desktop, engine: ScriptedEngine, folder: Path) -> None:
    """Show, let it settle, save."""
    window = desktop.window
    window.resize(scene.size)
    desktop.show()
    if scene.workspace is not Workspace.GRID:
        window.show_workspace(scene.workspace)
    await asyncio.sleep(SETTLE_S)
    # The arrangement is made for the size the window has now.
    window.docks.arrange(scene.workspace)
    engine.show(scene.view(desktop.bridge.now_s()))
    await asyncio.sleep(SETTLE_S)
    desktop.bridge.aged.emit()
    await asyncio.sleep(SETTLE_S)
    file = folder / f"{scene.name}.png"
    window.grab().save(str(file))
    print(file)


def main(wanted: list[str]) -> None:
    install_decimal_context()
    folder = ROOT / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    for scene in scenes():
        if wanted and not any(word in scene.name for word in wanted):
            continue
        loop = qasync.QEventLoop(app)
        with loop, tempfile.TemporaryDirectory() as layouts:
            engine = ScriptedEngine(scene.view(0.0))
            settings = WindowSettings(Path(layouts) / "window.ini")
            settings.language, settings.scheme = scene.language, scene.scheme
            stop = StoppingEngine()
            actions = Actions(lambda: account_of(instrument_of()), no_recording, stop)
            desktop = Desktop(app, engine, past_of(engine.view()), actions, settings)
            loop.run_until_complete(take(scene, desktop, engine, folder))
            loop.run_until_complete(end(desktop, stop))


async def end(desktop: Desktop, stop: StoppingEngine) -> None:
    """Close the window as a person would."""
    ended = asyncio.Event()
    desktop.ended.connect(ended.set)
    desktop.request_stop()
    stop.done.set_result(None)
    await ended.wait()
    desktop.window.deleteLater()
    desktop.deleteLater()
    await asyncio.sleep(0)


if __name__ == "__main__":
    main(sys.argv[1:])
