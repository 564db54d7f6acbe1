"""The program around the window: its loop, its end, and what it opens."""

import os
import signal
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engine.domain.bot import Account, AccountMode
from engine.domain.messages import OpenAccount, SetMarketSpeed
from engine.errors import RecordingError
from engine.new_ids import new_bot_id
from gui.actions import Actions
from gui.app import run_window
from gui.dialogs.grid_dialog import GridDialog
from gui.dialogs.recording_dialog import RecordingChoice, RecordingDialog
from gui.main_window import MainWindow
from gui.theme import Convention, Scheme
from gui.window_settings import Language, WindowSettings
from tests.gui.conftest import MakeDesk
from tests.support.desk import PastInMemory, ScriptedEngine, StoppingEngine, no_recording
from tests.support.qt_waiting import wait_for_async
from tests.support.views import account_of, grid_bot, instrument_of, market_of, view_of

CHOICE = RecordingChoice(Path("upbit_XRP-KRW_1m.parquet"), Decimal(60), "upbit", "", "XRP/KRW", None)


def window_of(qapp: QApplication) -> MainWindow:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible())


def run(layout: Path, act: Callable[[], None]) -> tuple[int, StoppingEngine, list[str]]:
    """Run the whole program; `act` is called once its window is there."""
    stop = StoppingEngine()
    stop.done.set_result(None)
    closed: list[str] = []

    async def close_history() -> None:
        closed.append("history")

    actions = Actions(lambda: account_of(instrument_of()), no_recording, stop)
    timer = QTimer()
    timer.setInterval(0)

    def act_once_shown() -> None:
        if any(isinstance(widget, MainWindow) and widget.isVisible() for widget in QApplication.topLevelWidgets()):
            timer.stop()
            act()

    timer.timeout.connect(act_once_shown)
    timer.start()
    code = run_window(
        ScriptedEngine(),
        PastInMemory(),
        actions,
        layout,
        language=Language.KOREAN,
        scheme=Scheme.LIGHT,
        close_history=close_history,
    )
    return code, stop, closed


def test_closing_the_window_stops_the_engine_and_ends_the_program(qapp: QApplication, tmp_path: Path) -> None:
    def close() -> None:
        window_of(qapp).close()

    code, stop, closed = run(tmp_path / "window.ini", close)
    assert (code, stop.calls, closed) == (0, 1, ["history"])
    kept = WindowSettings(tmp_path / "window.ini")
    assert (kept.language, kept.scheme) == (Language.KOREAN, Scheme.LIGHT)
    assert not kept.layout("geometry").isEmpty()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_window_like_a_click(qapp: QApplication, tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    code, stop, closed = run(tmp_path / "window.ini", lambda: os.kill(os.getpid(), number))
    assert (code, stop.calls, closed) == (0, 1, ["history"])
    assert signal.getsignal(number) is before


def test_a_signal_before_the_first_turn_of_the_loop_is_obeyed(qapp: QApplication, tmp_path: Path) -> None:
    stop = StoppingEngine()
    stop.done.set_result(None)
    actions = Actions(lambda: account_of(instrument_of()), no_recording, stop)
    QTimer.singleShot(0, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert run_window(ScriptedEngine(), PastInMemory(), actions, tmp_path / "window.ini") == 0
    assert stop.calls == 1


def test_settings_that_cannot_be_read_are_the_defaults(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "window.ini"
    file.write_text("[General]\nlanguage=klingon\nscheme=7\nconvention=\nworkspace=@Invalid()\n", encoding="utf-8")
    settings = WindowSettings(file)
    assert settings.language in tuple(Language)
    assert settings.scheme is Scheme.DARK
    settings.language = Language.KOREAN
    assert settings.convention is Convention.KOREAN, "follows the language until somebody chose"
    assert settings.layout("grid").isEmpty()


def test_bot_ids_are_eight_of_the_allowed_characters() -> None:
    made = {new_bot_id() for _ in range(500)}
    assert len(made) == 500
    assert all(len(bot_id) == 8 and bot_id.isalnum() and bot_id == bot_id.lower() for bot_id in made)


async def test_a_recorded_file_is_read_opened_and_played(make_desk: MakeDesk) -> None:
    account = Account("replay:1", "replay:1", "XRP 2 weeks", AccountMode.REPLAY, "KRW")
    desk = make_desk(make_replay_account=lambda choice: account)
    desk.window.acts.recording.trigger()
    dialog = desk.window.findChild(RecordingDialog)
    assert isinstance(dialog, RecordingDialog)
    dialog.submitted.emit(CHOICE)
    await wait_for_async(lambda: len(desk.engine.commands) == 2, "the account and its speed")
    assert desk.engine.commands == [OpenAccount(account), SetMarketSpeed("replay:1", Decimal(60))]
    assert desk.message is not None
    assert desk.message.text == "XRP 2 weeks is playing. Add a grid to trade on it."
    dialog.close()


async def test_a_broken_recording_is_one_sentence(make_desk: MakeDesk) -> None:
    def broken(_choice: object) -> Account:
        raise RecordingError("The file x.parquet is not a complete Parquet file (no footer).")

    desk = make_desk(make_replay_account=broken)
    desk.window.openings.read_recording(CHOICE)
    await wait_for_async(lambda: desk.message is not None and "Parquet" in desk.message.text, "the sentence")
    assert desk.engine.commands == []


def test_new_edit_and_clone_open_their_dialog(make_desk: MakeDesk) -> None:
    market = market_of(instrument_of())
    desk = make_desk(view_of([market], [grid_bot(market)]))
    for act in (desk.window.bot_acts.new, desk.window.bot_acts.edit, desk.window.bot_acts.clone):
        act.trigger()
        desk.tick()
        dialog = next(d for d in desk.window.findChildren(GridDialog) if d.isVisible())
        dialog.close()
        desk.tick()
