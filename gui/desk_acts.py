"""Which desk runs an account: run it here, move it to another desk, say where it belongs."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from engine.console.desk import DeskRow
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import Level
from engine.domain.views import AccountView
from gui.bot_acts import make_act
from gui.bridge import Bridge
from gui.command_palette import Entry
from gui.desk_board import DeskBoard
from gui.strip import Notice


class DeskActs(QObject):
    """Acts on the chosen accounts. What the engine refuses is told by the bridge, what it took on by `told(Notice)`.

    No order is touched by a hand-over: what rests goes on resting, so nothing is asked first.
    """

    told = Signal(object)

    def __init__(self, bridge: Bridge, board: DeskBoard, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._board = board
        self._chosen: tuple[str, ...] = ()
        self.run_here = make_act(self, self.tr("Run on this desk"), "", self._run_here)
        self._move_menu, self._prefer_menu = QMenu(), QMenu()
        self.move = self._with_menu(self.tr("Move to desk…"), self._move_menu, self._fill_move)
        self.prefer = self._with_menu(self.tr("Belongs to desk…"), self._prefer_menu, self._fill_prefer)
        board.changed.connect(self.refresh)
        self.refresh()

    def of_row(self) -> tuple[QAction, ...]:
        """In the order of bar and menu."""
        return (self.run_here, self.move, self.prefer)

    def choose(self, account_ids: Iterable[str]) -> None:
        """Whose acts these are from now on."""
        self._chosen = tuple(account_ids)
        self.refresh()

    def refresh(self) -> None:
        """Only what is possible can be pressed."""
        chosen = self._accounts()
        self.run_here.setEnabled(any(shown.elsewhere is not None for shown in chosen))
        self.move.setEnabled(any(self._targets(shown) for shown in chosen))
        self.prefer.setEnabled(bool(chosen) and bool(self._board.others()))

    def entries(self) -> list[Entry]:
        """Every possible move of every account, for the palette."""
        found = []
        for shown in self._bridge.view().accounts:
            account = shown.account
            if shown.elsewhere is not None:
                text = self.tr("Run account {name} on this desk").format(name=account.name)
                found.append(Entry(text, "", partial(self._hand_over, shown, "", "")))
            for desk in self._targets(shown):
                text = self.tr("Move account {name} to desk {desk}")
                name = self._board.name_of(desk)
                entry = partial(self._hand_over, shown, desk.desk_id, name)
                found.append(Entry(text.format(name=account.name, desk=name), "", entry))
        return found

    def _accounts(self) -> list[AccountView]:
        return [shown for shown in self._bridge.view().accounts if shown.account.account_id in self._chosen]

    def _targets(self, shown: AccountView) -> list[DeskRow]:
        """Other desks that run now and could take an account: not the one that has it, none but its own if bound."""
        lease = self._board.lease_of(shown.account.account_id)
        bound = "" if lease is None else lease.bound
        return [
            desk
            for desk in self._board.others()
            if desk.is_running and desk.name != shown.elsewhere and bound in ("", desk.name)
        ]

    def _with_menu(self, text: str, menu: QMenu, fill: Callable[[], None]) -> QAction:
        """An act that opens a list; the list is made when it is opened."""
        action = QAction(text, self)
        # Qt takes the dots off what a button says; they tell here that a list comes.
        action.setIconText(text)
        action.setMenu(menu)
        menu.aboutToShow.connect(fill)
        return action

    def _fill_move(self) -> None:
        self._move_menu.clear()
        seen: dict[str, DeskRow] = {}
        for shown in self._accounts():
            seen |= {desk.desk_id: desk for desk in self._targets(shown)}
        for desk in seen.values():
            self._move_menu.addAction(self._board.name_of(desk), partial(self._move, desk))

    def _fill_prefer(self) -> None:
        self._prefer_menu.clear()
        for desk in self._board.desks:
            name = self._board.name_of(desk)
            if desk.desk_id == self._board.own_id:
                name = self.tr("This desk ({name})").format(name=name)
            self._prefer_menu.addAction(name, partial(self._prefer, desk.desk_id, self._board.name_of(desk)))
        self._prefer_menu.addSeparator()
        self._prefer_menu.addAction(self.tr("No desk"), partial(self._prefer, "", ""))

    def _run_here(self) -> None:
        for shown in self._accounts():
            if shown.elsewhere is not None:
                self._hand_over(shown, "", "")

    def _move(self, desk: DeskRow) -> None:
        for shown in self._accounts():
            if desk in self._targets(shown):
                self._hand_over(shown, desk.desk_id, self._board.name_of(desk))

    def _hand_over(self, shown: AccountView, desk_id: str, desk: str) -> None:
        account = shown.account
        self._bridge.submit(HandOver(account.account_id, desk_id), partial(self._asked, account.name, desk))

    def _asked(self, account: str, desk: str) -> None:
        if desk:
            text = self.tr("{account} goes to desk {desk} with its bots as soon as what is under way has ended.")
        else:
            text = self.tr("{account} comes to this desk with its bots as soon as what is under way has ended.")
        self.told.emit(Notice(Level.INFO, text.format(account=account, desk=desk)))
        self._board.look()

    def _prefer(self, desk_id: str, desk: str) -> None:
        for shown in self._accounts():
            done = partial(self._preferred, shown.account.name, desk)
            self._bridge.submit(PreferDesk(shown.account.account_id, desk_id), done)

    def _preferred(self, account: str, desk: str) -> None:
        if desk:
            text = self.tr("{account} belongs to desk {desk}, which takes it whenever it runs.")
        else:
            text = self.tr("{account} belongs to no desk; it stays where it is.")
        self.told.emit(Notice(Level.INFO, text.format(account=account, desk=desk)))
        self._board.look()
