"""Acts on real money: open an account, trade more, go live, go dark, accept a changed key, confirm first orders."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from engine.console.desk import KeyRow
from engine.domain.bot import Account, BotState
from engine.domain.live_messages import AcceptFacts, ChangeSymbols, GoDark, GoLive
from engine.domain.messages import Command, Level, OpenAccount
from engine.domain.views import AccountView, BotView, EngineView
from engine.errors import GridwrightError, UsageError
from gui.arbitrage.first_entry_dialog import FirstEntryDialog
from gui.bot_acts import make_act
from gui.bot_list import halves, listed
from gui.bridge import Bridge
from gui.command_palette import Entry
from gui.live.first_orders_dialog import FirstOrdersDialog
from gui.live.go_live_dialog import GoLiveDialog
from gui.live.open_live_dialog import LiveChoice, OpenLiveDialog
from gui.live.symbol_dialog import SymbolDialog
from gui.sentences import translate
from gui.strip import Notice
from gui.theme import Theme


class KeySource(Protocol):
    """What is asked for the names of keys. Raises StorageError."""

    async def keys(self) -> Sequence[KeyRow]: ...


class NoKeys:
    """A window of a program without a vault."""

    async def keys(self) -> Sequence[KeyRow]:
        return ()


def no_live(choice: LiveChoice) -> Account:
    """A window of a program that reaches no exchange."""
    raise UsageError(f"This program reaches no account at {choice.exchange}.")


class LiveActs(QObject):
    """`told(Notice)` for the message strip, `asked(Notice)` for the question strip."""

    told = Signal(object)
    asked = Signal(object)

    def __init__(
        self,
        bridge: Bridge,
        keys: KeySource,
        make_account: Callable[[LiveChoice], Account],
        exchanges: Sequence[str],
        theme: Callable[[], Theme],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._keys = keys
        self._make_account = make_account
        self._exchanges = tuple(exchanges)
        self._theme = theme
        self._window = window
        self._chosen: tuple[str, ...] = ()
        self._reminded: set[str] = set()
        self._reading: asyncio.Task[None] | None = None
        self.open = make_act(self, self.tr("Open a live account…"), "Ctrl+Shift+Alt+O", self.open_account)
        self.go_live = make_act(self, self.tr("Go live…"), "", self._go_live)
        self.go_dark = make_act(self, self.tr("Go dark"), "Ctrl+Shift+G", self._go_dark)
        self.add_symbol = make_act(self, self.tr("Add a symbol…"), "", self._add_symbol)
        self.accept = make_act(self, self.tr("Accept the key as it is"), "", self._accept)
        self.confirm = make_act(self, self.tr("Confirm first orders…"), "Ctrl+Shift+Return", self._confirm_next)
        for act in (self.go_live, self.add_symbol, self.confirm):
            # Qt takes the dots off what a button says; they tell here that something is shown first.
            act.setIconText(act.text())
        self.refresh()

    def of_account(self) -> tuple[QAction, ...]:
        """In the order of bar and menu."""
        return (self.go_live, self.go_dark, self.add_symbol, self.accept)

    def all(self) -> list[QAction]:
        """Everything with a shortcut or a place in the palette."""
        return [self.open, *self.of_account(), self.confirm]

    def choose(self, account_ids: Iterable[str]) -> None:
        """Whose acts these are from now on."""
        self._chosen = tuple(account_ids)
        self.refresh()

    def refresh(self) -> None:
        """Only what is possible can be pressed."""
        shown = self._accounts()
        self.go_live.setEnabled(any(_can_go_live(each) for each in shown))
        self.go_dark.setEnabled(any(_is_on(each) for each in shown))
        self.add_symbol.setEnabled(any(_is_ours(each) for each in shown))
        self.accept.setEnabled(any(each.live is not None and each.live.changes for each in shown))
        self.confirm.setEnabled(bool(self._waiting(self._bridge.view())))
        self.open.setEnabled(bool(self._exchanges))

    def look(self, view: EngineView) -> None:
        """A new picture: a bot that waits for a person is told of, once."""
        self.refresh()
        waiting = self._waiting(view)
        self._reminded &= {shown.bot.bot_id for shown in waiting}
        for shown in waiting:
            if shown.bot.bot_id not in self._reminded:
                self._reminded.add(shown.bot.bot_id)
                text = self.tr("{bot} would send its first orders with real money; it waits until you have seen them.")
                act = partial(self.open_first_orders, shown.bot.bot_id)
                self.told.emit(Notice(Level.LOOK, text.format(bot=shown.bot.name), self.tr("Show them…"), act))
                return

    def entries(self) -> list[Entry]:
        """Every account that could go live or dark, for the palette."""
        found = []
        for shown in self._bridge.view().accounts:
            name, account_id = shown.account.name, shown.account.account_id
            if _can_go_live(shown):
                text = self.tr("Go live with {account}…").format(account=name)
                found.append(Entry(text, "", partial(self.open_go_live, account_id)))
            if _is_ours(shown):
                text = self.tr("Add a symbol to {account}…").format(account=name)
                found.append(Entry(text, "", partial(self.open_symbols, account_id)))
            if _is_on(shown):
                text = self.tr("Go dark with {account}").format(account=name)
                found.append(Entry(text, "", partial(self._ask_dark, [shown])))
        return found

    def open_account(self) -> None:
        """Ask which exchange and which key; the names of the keys are read first."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.show_opening(())
            return
        self._reading = loop.create_task(self._read_keys())

    def show_opening(self, keys: Sequence[KeyRow]) -> None:
        """The dialog with these keys."""
        taken = frozenset(shown.account.name for shown in self._bridge.view().accounts)
        dialog = OpenLiveDialog(self._theme(), self._exchanges, keys, taken, self._window)
        dialog.submitted.connect(self.connect_account)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def connect_account(self, choice: LiveChoice) -> None:
        """Open it; connecting takes some seconds, and what the exchange refuses is told by the bridge."""
        try:
            account = self._make_account(choice)
        except GridwrightError as problem:
            self.told.emit(Notice(Level.ERROR, translate(problem.sentence)))
            return
        self.told.emit(Notice(Level.INFO, self.tr("Connecting to {name}…").format(name=choice.exchange)))
        self._bridge.submit(OpenAccount(account), lambda: self._opened(account))

    def open_go_live(self, account_id: str) -> None:
        """Show what going live with an account means."""
        view = self._bridge.view()
        shown = next((each for each in view.accounts if each.account.account_id == account_id), None)
        if shown is None:
            return
        dialog = GoLiveDialog(self._theme(), view, shown, datetime.now(UTC), self._window)
        dialog.wanted.connect(partial(self._send_go_live, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_symbols(self, account_id: str) -> None:
        """Ask what else an account is to trade."""
        accounts = (shown.account for shown in self._bridge.view().accounts)
        account = next((each for each in accounts if each.account_id == account_id), None)
        if account is None:
            return
        dialog = SymbolDialog(self._theme(), account, self._window)
        dialog.wanted.connect(partial(self._send_symbols, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_first_orders(self, bot_id: str) -> None:
        """Show the first orders of a bot that waits."""
        view = self._bridge.view()
        shown = next((each for each in view.bots if each.bot.bot_id == bot_id), None)
        if shown is None:
            return
        dialog: FirstOrdersDialog | FirstEntryDialog
        if shown.bot.is_grid:
            dialog = FirstOrdersDialog(self._theme(), view, shown, self._window)
        else:
            dialog = FirstEntryDialog(self._theme(), view, shown, self._window)
        dialog.confirmed.connect(self._send)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _read_keys(self) -> None:
        try:
            keys = await self._keys.keys()
        except GridwrightError as problem:
            self.told.emit(Notice(Level.ERROR, translate(problem.sentence)))
            return
        self.show_opening(keys)

    def _opened(self, account: Account) -> None:
        text = self.tr("{name} is connected and switched off: no order is sent until you go live.")
        act = partial(self.open_go_live, account.account_id)
        self.told.emit(Notice(Level.LOOK, text.format(name=account.name), self.tr("Go live…"), act))

    def _send(self, command: Command) -> None:
        self._bridge.submit(command)

    def _send_go_live(self, dialog: GoLiveDialog, command: GoLive) -> None:
        def done() -> None:
            dialog.accept()
            text = self.tr("{name} is live: its bots trade real money from now on.")
            self.told.emit(Notice(Level.LOOK, text.format(name=dialog.account.name)))

        self._bridge.submit(command, done, dialog.show_refusals)

    def _send_symbols(self, dialog: SymbolDialog, command: ChangeSymbols) -> None:
        def done() -> None:
            dialog.accept()
            text = self.tr("{name} trades {symbols} as well from now on.")
            words = text.format(name=dialog.account.name, symbols=", ".join(command.add))
            self.told.emit(Notice(Level.INFO, words))

        self._bridge.submit(command, done, dialog.show_refusals)

    def _add_symbol(self) -> None:
        for shown in self._accounts():
            if _is_ours(shown):
                self.open_symbols(shown.account.account_id)
                return

    def _go_live(self) -> None:
        for shown in self._accounts():
            if _can_go_live(shown):
                self.open_go_live(shown.account.account_id)
                return

    def _go_dark(self) -> None:
        self._ask_dark([shown for shown in self._accounts() if _is_on(shown)])

    def _ask_dark(self, accounts: list[AccountView]) -> None:
        """Say which orders go before they go."""
        if not accounts:
            return
        ids = {shown.account.account_id for shown in accounts}
        orders = sum(len(shown.open_orders) for shown in self._bridge.view().bots if shown.bot.account_id in ids)
        text = self.tr(
            "Go dark with {names}? {count} resting orders are cancelled and nothing is sent any more; bots keep what "
            "they hold."
        ).format(names=", ".join(shown.account.name for shown in accounts), count=orders)
        self.asked.emit(Notice(Level.LOOK, text, self.go_dark.text(), partial(self._dark, ids), is_question=True))

    def _dark(self, account_ids: Iterable[str]) -> None:
        for account_id in sorted(account_ids):
            self._bridge.submit(GoDark(account_id))

    def _accept(self) -> None:
        """Say what changed before it is traded on."""
        for shown in self._accounts():
            if shown.live is not None and shown.live.changes:
                changes = " ".join(translate(sentence) for sentence in shown.live.changes)
                text = self.tr("{changes} Trade on with it?").format(changes=changes)
                act = partial(self._bridge.submit, AcceptFacts(shown.account.account_id))
                self.asked.emit(Notice(Level.LOOK, text, self.accept.text(), act, is_question=True))
                return

    def _confirm_next(self) -> None:
        for shown in self._waiting(self._bridge.view()):
            self.open_first_orders(shown.bot.bot_id)
            return

    def _waiting(self, view: EngineView) -> list[BotView]:
        return [
            shown
            for shown in listed(view)
            if shown.bot.state is BotState.WAITING and shown.elsewhere != "" and _needs_confirmation(view, shown)
        ]

    def _accounts(self) -> list[AccountView]:
        return [shown for shown in self._bridge.view().accounts if shown.account.account_id in self._chosen]


def _needs_confirmation(view: EngineView, shown: BotView) -> bool:
    """Of a two-leg bot, where either half does."""
    ids = halves(view, shown.bot.bot_id)
    return any(half.needs_confirmation for half in view.bots if half.bot.bot_id in ids)


def _can_go_live(shown: AccountView) -> bool:
    return shown.live is not None and not shown.live.is_on and shown.elsewhere != ""


def _is_ours(shown: AccountView) -> bool:
    return shown.live is not None and shown.elsewhere != ""


def _is_on(shown: AccountView) -> bool:
    return shown.live is not None and shown.live.is_on and shown.elsewhere != ""
