"""What can be done with the chosen bots: each act with its shortcut, its question and its command."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.lease_requests import HandOver
from engine.domain.messages import Command, Level, PauseBot, RemoveBot, RestoreBot, StartBot, StopBot
from engine.domain.views import BotView
from gui.arbitrage.pair_questions import pair_pause_question, pair_start_question, pair_stop_question
from gui.bot_list import bot_names, halves
from gui.bot_questions import Question, pause_question, start_question, stop_question
from gui.bridge import Bridge
from gui.strip import Notice

STARTABLE = frozenset({BotState.STOPPED, BotState.PAUSED, BotState.ERROR})
PAUSABLE = frozenset({BotState.WAITING, BotState.STARTING, BotState.RUNNING, BotState.REBALANCING})
STOPPABLE = PAUSABLE | {BotState.PAUSED, BotState.ERROR}
EDITABLE = frozenset({BotState.STOPPED, BotState.WAITING, BotState.RUNNING, BotState.PAUSED, BotState.ERROR})

Tell = Callable[[Notice], None]


def make_act(parent: QObject, text: str, keys: str, act: Callable[[], None]) -> QAction:
    """An action that works in every window of the program, floating docks too."""
    action = QAction(text, parent)
    action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
    if keys:
        action.setShortcut(QKeySequence(keys))
        hint = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({hint})")
    action.triggered.connect(lambda _checked=False: act())
    return action


class BotActs(QObject):
    """`new_wanted`, `edit_wanted(bot_id)`, `clone_wanted(bot_id)` ask for the dialog; the rest is sent here."""

    new_wanted = Signal()
    edit_wanted = Signal(str)
    clone_wanted = Signal(str)

    def __init__(self, bridge: Bridge, ask: Tell, tell: Tell, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._ask = ask
        self._tell = tell
        self._chosen: tuple[str, ...] = ()
        self.new = make_act(self, self.tr("New grid…"), "Ctrl+N", self.new_wanted.emit)
        self.start = make_act(self, self.tr("Start"), "Ctrl+Return", self._ask_start)
        self.pause = make_act(self, self.tr("Pause"), "Ctrl+P", self._ask_pause)
        self.stop_keep = make_act(self, self.tr("Stop and keep"), "Ctrl+.", lambda: self._ask_stop(Inventory.KEEP))
        self.stop_sell = make_act(
            self, self.tr("Stop and sell"), "Ctrl+Shift+.", lambda: self._ask_stop(Inventory.SELL)
        )
        self.edit = make_act(self, self.tr("Edit…"), "Ctrl+E", lambda: self._for_first(self.edit_wanted.emit))
        self.clone = make_act(self, self.tr("Clone…"), "Ctrl+D", lambda: self._for_first(self.clone_wanted.emit))
        self.remove = make_act(self, self.tr("Delete"), "Ctrl+Backspace", self._remove)
        self.run_here = make_act(self, self.tr("Run on this desk"), "", self._run_here)
        self.choose(())

    def of_row(self) -> tuple[QAction | None, ...]:
        """In the order of bar and menu."""
        return (
            self.new,
            None,
            self.start,
            self.pause,
            self.stop_keep,
            self.stop_sell,
            None,
            self.edit,
            self.clone,
            self.remove,
            None,
            self.run_here,
        )

    def choose(self, bot_ids: Sequence[str]) -> None:
        """Whose acts these are from now on."""
        self._chosen = tuple(bot_ids)
        self.refresh()

    def refresh(self) -> None:
        """Only what is possible in the bots' present states can be pressed; nobody answers for a bot nobody runs."""
        states = {shown.bot.state for shown in self._bots() if shown.elsewhere != ""}
        is_one = len(self._chosen) == 1
        self.start.setEnabled(bool(states & STARTABLE))
        self.pause.setEnabled(bool(states & PAUSABLE))
        self.stop_keep.setEnabled(bool(states & STOPPABLE))
        self.stop_sell.setEnabled(bool(states & STOPPABLE))
        self.edit.setEnabled(is_one and bool(states & EDITABLE))
        self.clone.setEnabled(is_one and bool(self._bots()))
        self.run_here.setEnabled(any(shown.elsewhere is not None for shown in self._bots()))
        self.run_here.setVisible(any(shown.elsewhere is not None for shown in self._bridge.view().bots))
        self.remove.setEnabled(any(_is_removable(shown) for shown in self._bots()))

    def _bots(self, states: frozenset[BotState] | None = None) -> list[BotView]:
        return [
            shown
            for shown in self._bridge.view().bots
            if shown.bot.bot_id in self._chosen
            and not shown.bot.is_removed
            and (states is None or (shown.bot.state in states and shown.elsewhere != ""))
        ]

    def _run_here(self) -> None:
        """The accounts of the chosen bots come to this desk with all their bots. No order is touched by it."""
        accounts = {
            half.bot.account_id for shown in self._bots() for half in self._halves(shown) if half.elsewhere is not None
        }
        for account_id in sorted(accounts):
            self._bridge.submit(HandOver(account_id), partial(self._told_to_come, account_id))

    def _halves(self, shown: BotView) -> list[BotView]:
        """A bot, or both halves of a two-leg bot: it trades only where both accounts are on one desk."""
        view = self._bridge.view()
        return [half for half in view.bots if half.bot.bot_id in halves(view, shown.bot.bot_id)]

    def _told_to_come(self, account_id: str) -> None:
        bots = [shown.bot for shown in self._bridge.view().bots if shown.bot.account_id == account_id]
        called = bot_names(self._bridge.view())
        names = ", ".join(called[bot.bot_id] for bot in bots if not bot.is_removed)
        text = self.tr("{bots} come to this desk with their account as soon as what is under way has ended.")
        self._tell(Notice(Level.INFO, text.format(bots=names)))

    def _ask_start(self) -> None:
        view = self._bridge.view()
        bots = self._bots(STARTABLE)
        self._put(
            [start_question(view, shown) if shown.bot.is_grid else pair_start_question(view, shown) for shown in bots],
            self.tr("Start"),
            [StartBot(shown.bot.bot_id) for shown in bots],
        )

    def _ask_pause(self) -> None:
        view, bots = self._bridge.view(), self._bots(PAUSABLE)
        self._put(
            [pause_question(shown) if shown.bot.is_grid else pair_pause_question(view, shown) for shown in bots],
            self.tr("Pause"),
            [PauseBot(shown.bot.bot_id) for shown in bots],
        )

    def _ask_stop(self, inventory: Inventory) -> None:
        view = self._bridge.view()
        bots = self._bots(STOPPABLE)
        self._put(
            [
                stop_question(view, shown, inventory)
                if shown.bot.is_grid
                else pair_stop_question(view, shown, inventory)
                for shown in bots
            ],
            self.tr("Stop and keep") if inventory is Inventory.KEEP else self.tr("Stop and sell"),
            [StopBot(shown.bot.bot_id, inventory) for shown in bots],
        )

    def _put(self, questions: list[Question], button: str, commands: list[Command]) -> None:
        """One question for all chosen bots; those that cannot are named and left out."""
        possible = [command for question, command in zip(questions, commands, strict=True) if question.is_possible]
        text = "\n".join(question.text for question in questions)
        if possible:
            self._ask(Notice(Level.LOOK, text, button, lambda: self._send(possible), is_question=True))
        elif questions:
            self._tell(Notice(Level.LOOK, text))

    def _send(self, commands: list[Command]) -> None:
        for command in commands:
            self._bridge.submit(command)

    def _remove(self) -> None:
        """No question: it changes no order, and it can be undone."""
        for shown in self._bots():
            if _is_removable(shown):
                self._remove_one(shown.bot.bot_id, shown.bot.name)

    def _remove_one(self, bot_id: str, name: str) -> None:
        def removed() -> None:
            text = self.tr("{bot} was deleted; its history stays.").format(bot=name)
            undo = self.tr("Undo")
            self._tell(Notice(Level.INFO, text, undo, lambda: self._bridge.submit(RestoreBot(bot_id))))

        self._bridge.submit(RemoveBot(bot_id), removed)

    def _for_first(self, wanted: Callable[[str], None]) -> None:
        if self._chosen:
            wanted(self._chosen[0])


def _is_removable(shown: BotView) -> bool:
    return not shown.bot.is_active and shown.elsewhere != ""
