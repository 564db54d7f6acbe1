"""Repairs asked for in the window: the dialog that shows a plan, and the command when somebody agreed to it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.domain.messages import Level
from engine.domain.truth_requests import RepairAccount
from gui.bridge import Bridge
from gui.strip import Notice
from gui.theme import Theme
from gui.truth.repair_dialog import RepairDialog
from gui.truth.truth_board import TruthBoard


class TruthActs(QObject):
    """`told(Notice)` for the message strip."""

    told = Signal(object)

    def __init__(self, bridge: Bridge, board: TruthBoard, theme: Callable[[], Theme], window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._board = board
        self._theme = theme
        self._window = window

    def open_repair(self, account_id: str, rows: tuple[str, ...]) -> None:
        """Show what would mend these rows of an account, all of them without a key."""
        view = self._bridge.view()
        shown = next((shown for shown in view.accounts if shown.account.account_id == account_id), None)
        if shown is None:
            return
        instruments = {
            market.instrument.symbol: market.instrument
            for market in view.markets
            if market.instrument.venue == shown.account.venue
        }
        dialog = RepairDialog(
            self._theme(), shown, rows, lambda: self._board.plan(account_id, rows), instruments, self._window
        )
        dialog.accepted_plan.connect(self._send)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _send(self, command: RepairAccount) -> None:
        self._bridge.submit(command, lambda: self._begun(command))

    def _begun(self, command: RepairAccount) -> None:
        text = self.tr("The repair {plan} is under way; what it does is in the log.").format(plan=command.plan_id)
        self.told.emit(Notice(Level.INFO, text))
        self._board.ask(command.account_id, self._bridge.now_s())
