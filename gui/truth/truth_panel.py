"""The truth: what we booked beside what the venue has, asked every half minute while somebody looks."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from engine.domain.views import EngineView
from gui import numbers
from gui.bot_acts import make_act
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import CONTROL_HEIGHT, GRID, PAD, Theme
from gui.truth.truth_board import LOOK_EVERY_S, Looked, TruthBoard
from gui.truth.truth_rows import ShownTruth, truth_columns, truth_rows


class TruthPanel(TablePanel[ShownTruth]):
    """`repair_wanted(account_id, keys of rows)`: show what would mend these rows; without keys all of the account."""

    repair_wanted = Signal(str, object)

    def __init__(self, theme: Theme, board: TruthBoard, parent: QWidget | None = None) -> None:
        self._board = board
        self._theme = theme
        self._view: EngineView | None = None
        self._now_s = 0.0
        self._seconds = 0
        self._marked: tuple[tuple[str, str], ...] = ()
        self.only_differences = QCheckBox()
        self.age_label = QLabel()
        bar = QWidget()
        super().__init__(theme, truth_columns(), lambda shown: shown.key, EmptyState(theme), bar=bar, parent=parent)
        self.look_act = make_act(self, self.tr("Compare with the venue"), "F5", self.look)
        self.repair_act = make_act(self, self.tr("Repair…"), "Ctrl+Shift+B", self._want_repair)
        # Qt takes the dots off what a button says; they tell here that something is shown first.
        self.repair_act.setIconText(self.repair_act.text())
        self.filter_act = make_act(
            self, self.tr("Show only differences"), "Ctrl+Shift+F", self.only_differences.toggle
        )  # fmt: skip
        self._fill_bar(bar)
        self.empty.accepted.connect(self.look)
        self.table.marked.connect(self._mark)
        self.table.opened.connect(lambda key: self.repair_wanted.emit(key[0], (key[1],)))
        self.table.menu_wanted.connect(self._show_menu)
        self.only_differences.toggled.connect(self._show_again)
        board.changed.connect(self._show_again)
        self._mark(())

    def acts(self) -> list[QAction]:
        """Everything with a shortcut or a place in the palette."""
        return [self.look_act, self.repair_act, self.filter_act]

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        super().set_theme(theme)
        self._show_age_text()

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        self._view = view
        self._show_again()

    def show_age(self, view: EngineView, now_s: float) -> None:
        """A second passed."""
        self._view, self._now_s = view, now_s
        # A dock behind other tabs is visible to Qt, but no part of it is.
        if self.visibleRegion().isEmpty():
            self._seconds = 0
            return
        if self._seconds % LOOK_EVERY_S == 0:
            self.look()
        self._seconds += 1
        self.age()
        self._show_age_text()

    def look(self) -> None:
        """Ask the venues now."""
        if self._view is not None:
            self._board.look(self._view, self._now_s)
            self._show_again()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._seconds = 0

    def _fill_bar(self, bar: QWidget) -> None:
        self.only_differences.setText(self.tr("Only differences"))
        self.only_differences.setChecked(True)
        # A narrow dock cuts the bar off, as it does with the bars of other panels, and does not widen the window.
        bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(bar)
        row.setContentsMargins(GRID, PAD, GRID, PAD)
        row.setSpacing(2 * GRID)
        row.addWidget(self.only_differences)
        for act in (self.look_act, self.repair_act):
            button = QToolButton()
            button.setDefaultAction(act)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setAutoRaise(True)
            button.setMinimumHeight(CONTROL_HEIGHT)
            row.addWidget(button)
        # Whatever it says must not push the buttons out of a narrow dock.
        self.age_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.age_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.age_label, 1)

    def _mark(self, keys: object) -> None:
        self._marked = tuple(key for key in keys if isinstance(key, tuple)) if isinstance(keys, list | tuple) else ()
        self.repair_act.setEnabled(bool(self._repairable()))

    def _repairable(self) -> dict[str, tuple[str, ...]]:
        """Keys of rows that a repair would mend, by account: of the selected ones, or of all where none is selected."""
        found: dict[str, tuple[str, ...]] = {}
        for position in range(self.model.rowCount()):
            shown = self.model.row_at(position)
            if shown.row.repair and (not self._marked or shown.key in self._marked):
                account_id, key = shown.key
                found[account_id] = (*found.get(account_id, ()), key)
        return found

    def _want_repair(self) -> None:
        """One account at a time: each repair is shown before it is done."""
        for account_id, keys in self._repairable().items():
            self.repair_wanted.emit(account_id, keys if self._marked else ())
            return

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.repair_act, self.look_act])
        menu.popup(at)

    def _show_again(self) -> None:
        if self._view is None:
            return
        is_filtered = self.only_differences.isChecked()
        rows = truth_rows(self._view, self._board, only_differences=is_filtered)
        self._set_empty_words(self._looked())
        self.show_rows(rows)
        self.repair_act.setEnabled(bool(self._repairable()))
        self._show_age_text()

    def _looked(self) -> list[Looked]:
        if self._view is None:
            return []
        found = (self._board.looked(shown.account.account_id) for shown in self._view.accounts)
        return [looked for looked in found if looked is not None]

    def _set_empty_words(self, looked: list[Looked]) -> None:
        if any(each.report is not None for each in looked):
            self.empty.set_words(
                self.tr("Our books and the venue's say the same: every order, every position, every balance.")
            )
            return
        self.empty.set_words(
            self.tr(
                "Here our books stand beside the venue's: each rung, each position and each balance, with the cause of "
                "every difference and a repair that shows its orders before it sends them."
            ),
            self.tr("Compare with the venue") if self._view is not None and self._view.accounts else "",
        )

    def _show_age_text(self) -> None:
        """How old the oldest of the pictures is, or why there is none."""
        looked = self._looked()
        problems = [each.problem for each in looked if each.problem]
        palette = self.age_label.palette()
        colour = self._theme.amber if problems else self._theme.muted
        palette.setColor(palette.ColorRole.WindowText, colour)
        self.age_label.setPalette(palette)
        told = [each.at_s for each in looked if each.report is not None]
        parts = problems[:1]
        if self._board.is_looking:
            parts.append(self.tr("Asking…"))
        elif told:
            parts.append(self.tr("As of {age} ago").format(age=numbers.age(max(0.0, self._now_s - min(told)))))
        text = "  ".join(parts)
        self.age_label.setText(text)
        self.age_label.setToolTip(text)
