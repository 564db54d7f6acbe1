"""States of the window that have to do with real money and with the truth about it, for `take_screens`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from engine.console.desk import KeyRow
from engine.domain import live_phrases
from engine.domain.bot import BotState
from engine.domain.sentences import say
from engine.domain.views import EngineView
from gui.live.go_live_dialog import GoLiveDialog
from gui.live.open_live_dialog import OpenLiveDialog
from gui.main_window import MainWindow
from gui.sentences import translate
from tests.support.live_views import (
    ACCOUNT,
    FACTS,
    FOREIGN,
    ScriptedTruth,
    live_account,
    live_view,
    perpetual_view,
    report_of,
)


@dataclass(frozen=True)
class LiveScene:
    """What the engine shows, what the venue has, and what is done in the window."""

    name: str
    view: Callable[[float], EngineView]
    act: Callable[[MainWindow], None] | None = None
    truth: Callable[[], ScriptedTruth] = ScriptedTruth


def on(now_s: float) -> EngineView:
    return live_view(now_s, foreign=FOREIGN)


def off(now_s: float) -> EngineView:
    return live_view(now_s, is_on=False)


def rehearsing(now_s: float) -> EngineView:
    """Switched off, while its grid has been tried on paper for less than the hour that is asked for."""
    view = off(now_s)
    settings = (("feed", "ccxt:upbit"),)
    paper = replace(view.accounts[1], account=replace(view.accounts[1].account, settings=settings))
    begun = datetime.now(UTC) - timedelta(minutes=42)
    bot = replace(view.bots[1].bot, symbol="XRP/KRW", closed_cycles=2, started_at=begun, stopped_at=None)
    return replace(view, accounts=(view.accounts[0], paper), bots=(view.bots[0], replace(view.bots[1], bot=bot)))


def waiting(now_s: float) -> EngineView:
    return live_view(now_s, state=BotState.WAITING)


def changed(now_s: float) -> EngineView:
    """The fees went up, and the key is about to expire."""
    view = live_view(now_s)
    account = live_account(
        view.accounts[0],
        is_on=True,
        facts=replace(FACTS, is_ip_bound=False),
        changes=(say(live_phrases.FACT_CHANGED, fact=say(live_phrases.FACT_MAKER_FEE), old="0.05 %", new="0.25 %"),),
        warnings=(say(live_phrases.KEY_EXPIRES_SOON, days=9, day="2026-12-08"),),
    )
    return replace(view, accounts=(account, view.accounts[1]))


def truthful() -> ScriptedTruth:
    return ScriptedTruth(report_of(live_view(), is_meddled=False))


def meddled() -> ScriptedTruth:
    return ScriptedTruth(report_of(live_view(), is_meddled=True))


def show_truth(window: MainWindow) -> None:
    window.docks.bring_up("truth")


def look(window: MainWindow) -> None:
    window.docks.bring_up("truth")
    window.truth.look()


def look_at_all(window: MainWindow) -> None:
    look(window)
    window.truth.only_differences.setChecked(False)


def repair(window: MainWindow) -> None:
    look(window)
    window.truth_acts.open_repair(ACCOUNT, ())


def show_orders(window: MainWindow) -> None:
    window.docks.bring_up("orders")


def show_accounts(window: MainWindow) -> None:
    window.docks.bring_up("accounts")
    window.accounts.table.choose(ACCOUNT)


def show_positions(window: MainWindow) -> None:
    window.docks.bring_up("positions")


def go_live(window: MainWindow) -> None:
    window.live_acts.open_go_live(ACCOUNT)
    dialog = window.findChild(GoLiveDialog)
    assert isinstance(dialog, GoLiveDialog)
    dialog.name.setText("upbit")
    sentence = say(live_phrases.NOT_REHEARSED, symbol="XRP/KRW", exchange="upbit", account=ACCOUNT)
    dialog.show_refusals([("without_rehearsal", translate(sentence))])


def first_orders(window: MainWindow) -> None:
    window.live_acts.open_first_orders("xrpgrid1")


def add_symbols(window: MainWindow) -> None:
    window.live_acts.open_symbols(ACCOUNT)


def open_live(window: MainWindow) -> None:
    window.live_acts.show_opening([KeyRow("c1", "upbit", "upbit-grid", "9xQz")])
    dialog = window.findChild(OpenLiveDialog)
    assert isinstance(dialog, OpenLiveDialog)
    dialog.exchange.setCurrentText("upbit")
    dialog.symbols.setText("BTC/KRW, XRP/USDT")


LIVE_SCENES = (
    LiveScene("truth-empty", on, show_truth),
    LiveScene("truth-same", on, look, truthful),
    LiveScene("truth-differences", on, look, meddled),
    LiveScene("truth-all", on, look_at_all, meddled),
    LiveScene("truth-repair", on, repair, meddled),
    LiveScene("live-on", on),
    LiveScene("live-off", off),
    LiveScene("live-orders", on, show_orders),
    LiveScene("live-accounts", changed, show_accounts),
    LiveScene("live-go", rehearsing, go_live),
    LiveScene("live-first-orders", waiting, first_orders),
    LiveScene("live-open", off, open_live),
    LiveScene("live-symbols", on, add_symbols),
    LiveScene("live-positions", perpetual_view, show_positions),
)
