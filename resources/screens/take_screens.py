"""Pictures of the real window in its main states, written to build/screens. Run by `make screens`; look at all of them.

With words as arguments only pictures whose name contains one of them are taken: `make screens ARGS="full stale"`.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from PySide6.QtGui import QPainter, QPixmap  # noqa: E402
from PySide6.QtWidgets import QDialog  # noqa: E402

from engine.console.desk import DeskRow, LeaseRow  # noqa: E402
from engine.domain.messages import EquitySampled  # noqa: E402
from engine.domain.money import install_decimal_context  # noqa: E402
from engine.domain.phrases import (  # noqa: E402
    PRACTICE_UNREACHABLE,
    SIGN_IN_LOCKED,
    VAULT_TRY_LATER,
)
from engine.domain.secret import VaultState  # noqa: E402
from engine.domain.sentences import say  # noqa: E402
from engine.domain.views import EngineView  # noqa: E402
from gui.actions import Actions  # noqa: E402
from gui.app import Desktop, make_application  # noqa: E402
from gui.dialogs.practice_dialog import PracticeDialog  # noqa: E402
from gui.dialogs.sign_in_dialog import SignInDialog  # noqa: E402
from gui.dialogs.unlock_dialog import UnlockDialog  # noqa: E402
from gui.docks import Workspace  # noqa: E402
from gui.main_window import MainWindow  # noqa: E402
from gui.sentences import translate  # noqa: E402
from gui.theme import Scheme  # noqa: E402
from gui.window_settings import Language, WindowSettings  # noqa: E402
from resources.screens.arbitrage_scenes import ARBITRAGE_SCENES  # noqa: E402
from resources.screens.desk_views import desks, empty, full, halted, locked, normal, replay, stale, trouble  # noqa: E402
from resources.screens.live_scenes import LIVE_SCENES  # noqa: E402
from resources.screens.spread_scenes import SPREAD_SCENES  # noqa: E402
from tests.support.desk import PastInMemory, ScriptedEngine, ScriptedVault, StoppingEngine, no_recording  # noqa: E402
from tests.support.live_views import ScriptedTruth  # noqa: E402
from tests.support.premium_past import PremiumPast  # noqa: E402
from tests.support.views import (  # noqa: E402
    NOON,
    account_of,
    instrument_of,
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
    act: Callable[[MainWindow], None] | None = None
    vault: VaultState = VaultState.ABSENT
    truth: Callable[[], ScriptedTruth] = ScriptedTruth
    past: Callable[[], PremiumPast] = PremiumPast


class Town:
    """The desks of `desks`, as the window reads them."""

    async def desks(self) -> list[DeskRow]:
        return [
            DeskRow("1", "사무실", True, NOON),
            DeskRow("2", "서버", True, NOON),
            DeskRow("3", "노트북", False, NOON),
        ]

    async def leases(self) -> list[LeaseRow]:
        return [
            LeaseRow("practice:office", "사무실", NOON, 1, 7, "사무실", "", ""),
            LeaseRow("practice:night", "서버", NOON, 1, 9, "", "서버", ""),
            LeaseRow("practice:spare", "", None, 0, 3, "", "", "서버"),
        ]


def show_accounts(window: MainWindow) -> None:
    window.docks.bring_up("accounts")
    window.accounts.table.choose("practice:spare")


def choose_night(window: MainWindow) -> None:
    window.choose("xrpgrid1")


def unlock(window: MainWindow) -> None:
    window.vault_acts.open_dialog()
    dialog = window.findChild(UnlockDialog)
    assert isinstance(dialog, UnlockDialog)
    dialog.passphrase.setText("correct horse battery")
    dialog.row.set_refusal(translate(say(VAULT_TRY_LATER, count=4, seconds=2)))


def open_practice(window: MainWindow) -> None:
    window.openings.open_practice()
    dialog = window.findChild(PracticeDialog)
    assert isinstance(dialog, PracticeDialog)
    dialog.name.setText("alice")
    dialog.rows["host"].set_refusal(translate(say(PRACTICE_UNREACHABLE, address="127.0.0.1:7450")))


def sign_in(window: MainWindow) -> None:
    dialog = SignInDialog(window.theme(), "db.example.com:5432/gridwright", window)
    dialog.ask("alice", translate(say(SIGN_IN_LOCKED, name="alice", minutes=15)))


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
    for language, scheme in ((Language.KOREAN, Scheme.DARK), (Language.ENGLISH, Scheme.LIGHT)):
        look = f"{language}-{scheme}"
        yield Scene(f"desks-{look}", desks, language, scheme)
        yield Scene(f"desks-night-{look}", desks, language, scheme, act=choose_night)
        yield Scene(f"desks-accounts-{look}", desks, language, scheme, act=show_accounts)
        yield Scene(f"vault-locked-{look}", locked, language, scheme, act=show_accounts, vault=VaultState.LOCKED)
        yield Scene(f"vault-open-{look}", normal, language, scheme, vault=VaultState.OPEN)
        yield Scene(f"vault-unlock-{look}", locked, language, scheme, act=unlock, vault=VaultState.LOCKED)
        yield Scene(f"practice-{look}", normal, language, scheme, act=open_practice)
        yield Scene(f"sign-in-{look}", empty, language, scheme, act=sign_in)
    yield from live_scenes()
    yield from arbitrage_scenes()
    yield from documented()


def live_scenes() -> Iterator[Scene]:
    """Real money and the truth about it: dark, small and in Korean; light in English; dark and large."""
    for live in LIVE_SCENES:
        for language, scheme, size, look in (
            (Language.KOREAN, Scheme.DARK, SMALL, "ko-dark-small"),
            (Language.ENGLISH, Scheme.LIGHT, USUAL, "en-light"),
            (Language.ENGLISH, Scheme.DARK, LARGE, "en-dark-large"),
        ):
            yield Scene(f"{live.name}-{look}", live.view, language, scheme, size, act=live.act, truth=live.truth)


def arbitrage_scenes() -> Iterator[Scene]:
    """The arbitrage workspace: dark in Korean, light in English, small and large."""
    for state in (*ARBITRAGE_SCENES, *SPREAD_SCENES):
        for language, scheme, size, look in (
            (Language.KOREAN, Scheme.DARK, USUAL, "ko-dark"),
            (Language.ENGLISH, Scheme.LIGHT, SMALL, "en-light-small"),
            (Language.KOREAN, Scheme.LIGHT, LARGE, "ko-light-large"),
        ):
            name = f"{state.name}-{look}"
            yield Scene(name, state.view, language, scheme, size, Workspace.ARBITRAGE, act=state.act, past=state.past)


def documented() -> Iterator[Scene]:
    """The pictures of README and docs."""
    yield Scene("window", normal, Language.ENGLISH)
    state = next(state for state in ARBITRAGE_SCENES if state.name == "arb-normal")
    yield Scene(
        "arbitrage", state.view, Language.ENGLISH, workspace=Workspace.ARBITRAGE, act=state.act, past=state.past
    )


def past_of(view: EngineView) -> PastInMemory:
    """Candles, fills and an equity curve that belong to the picture."""
    candles = [candle for market in view.markets for candle in market.closed_candles]
    samples = [
        EquitySampled(
            shown.bot.account_id,
            shown.bot.bot_id,
            NOON - timedelta(minutes=5 * (500 - step)),
            shown.bot.grid.investment + shown.total_pnl * Decimal(step) / 500 + Decimal(math.sin(step / 9) * 900),
            shown.matched_profit * Decimal(step) / 500,
            shown.floating_pnl,
            shown.price or Decimal(0),
        )
        for shown in view.bots
        if shown.bot.is_grid
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
    if scene.act is not None:
        scene.act(window)
        await asyncio.sleep(SETTLE_S)
    desktop.bridge.aged.emit()
    await asyncio.sleep(SETTLE_S)
    file = folder / f"{scene.name}.png"
    picture(window).save(str(file))
    print(file)


def picture(window: MainWindow) -> QPixmap:
    """The window with the dialogs over it, as a person sees them."""
    pixmap = window.grab()
    painter = QPainter(pixmap)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            corner = window.rect().center() - dialog.rect().center()
            painter.fillRect(dialog.rect().translated(corner).adjusted(-1, -1, 1, 1), window.theme().strong_line)
            painter.drawPixmap(corner, dialog.grab())
    painter.end()
    return pixmap


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
            actions = Actions(
                lambda: account_of(instrument_of()),
                no_recording,
                stop,
                desks=Town(),
                desk_id="1",
                vault=ScriptedVault(scene.vault),
                truth=scene.truth(),
                premiums=scene.past(),
                book_exchanges=("binance", "binanceusdm", "bithumb", "bitget", "okx", "upbit"),
                live_exchanges=("binance", "binanceusdm", "bithumb", "upbit"),
            )
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
