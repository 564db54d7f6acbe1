"""The bar over the spread charts: the active one's pair, range and directions, how many charts, and the rest."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from engine.domain.premium import Direction, Pair
from gui.arbitrage.chart_acts import RANGES, ChartActs
from gui.arbitrage.chart_pairs import title_of
from gui.icons import Sign, SignButton
from gui.theme import GRID, PAD, Theme

PAIR_WIDTH_PX = 210


class ChartBar(QWidget):
    """`chosen(Pair)` when a person picked another pair for the active chart."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, acts: ChartActs, menu: QMenu) -> None:
        super().__init__()
        self._acts = acts
        self._given: tuple[Pair, ...] = ()
        self._pairs: tuple[Pair, ...] = ()
        self.pair = QComboBox()
        self._buttons: list[QToolButton] = []
        self._menu = SignButton(Sign.MENU, self.tr("More for charts"), theme.muted)
        self._groups: list[QWidget] = []
        self._build(menu)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for button in self._buttons:
            button.setFont(theme.font(12))
        self.pair.setFont(theme.font(12))
        self._menu.set_colour(theme.muted)

    def show_pairs(self, pairs: Sequence[Pair]) -> None:
        """What can be chosen. Costs next to nothing while it is the same."""
        given = tuple(pairs)
        if given == self._given:
            return
        chosen = self._chosen()
        self._given, self._pairs = given, tuple(sorted(given, key=title_of))
        ordered = self._pairs
        with QSignalBlocker(self.pair):
            self.pair.clear()
            for pair in ordered:
                self.pair.addItem(title_of(pair))
        self.show_pair(chosen)

    def show_pair(self, pair: Pair | None) -> None:
        """The active chart's pair; it can be chosen although nobody watches it any more."""
        if pair is not None and pair not in self._pairs:
            self.show_pairs([*self._pairs, pair])
        with QSignalBlocker(self.pair):
            self.pair.setCurrentIndex(self._pairs.index(pair) if pair is not None else -1)

    def show_state(
        self, length_s: float | None, directions: frozenset[Direction], count: int, *, is_linked: bool
    ) -> None:
        """Mark what is on: the range when the time on show is one of them, directions, number of charts, link."""
        for act, (_, range_s) in zip(self._acts.ranges, RANGES, strict=True):
            act.setCheckable(True)
            act.setChecked(range_s is not None and length_s is not None and abs(length_s / range_s - 1) < 0.01)
        for act, direction in zip(self._acts.directions, Direction, strict=True):
            act.setChecked(direction in directions)
        for act in self._acts.counts:
            act.setChecked(act.iconText() == str(count))
        self._acts.link.setChecked(is_linked)
        self._acts.link.setEnabled(count > 1)

    def _build(self, menu: QMenu) -> None:
        # A narrow dock must not be widened by its bar.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.pair.setEditable(True)
        self.pair.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.pair.setMaximumWidth(PAIR_WIDTH_PX)
        self.pair.setMaxVisibleItems(24)
        self.pair.setAccessibleName(self.tr("Pair"))
        completer = self.pair.completer()
        assert completer is not None, "an editable box completes"
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        field = self.pair.lineEdit()
        assert field is not None, "an editable box has a field"
        field.setPlaceholderText(self.tr("Pair"))
        self.pair.activated.connect(self._pick)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, PAD, PAD, PAD)
        row.setSpacing(1)
        row.addWidget(self.pair)
        row.addSpacing(PAD)
        for group in (self._acts.directions, self._acts.ranges, [*self._acts.counts, self._acts.link]):
            row.addWidget(self._group(group))
        row.addStretch(1)
        self._menu.setMenu(menu)
        self._menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self._menu)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What has no room is found in the menu and by its key: how many charts first, then ranges, then directions."""
        super().resizeEvent(event)
        left = event.size().width() - PAIR_WIDTH_PX - self._menu.sizeHint().width() - 4 * GRID
        for group in (self._groups[0], self._groups[1], self._groups[2]):
            left -= group.sizeHint().width()
            group.setVisible(left >= 0)

    def _group(self, acts: Sequence[QAction]) -> QWidget:
        group = QWidget()
        row = QHBoxLayout(group)
        row.setContentsMargins(0, 0, 2 * PAD, 0)
        row.setSpacing(1)
        for act in acts:
            button = QToolButton()
            button.setDefaultAction(act)
            button.setAutoRaise(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            # The keyboard stays with the chart whose acts these are.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._buttons.append(button)
            row.addWidget(button)
        self._groups.append(group)
        return group

    def _chosen(self) -> Pair | None:
        at = self.pair.currentIndex()
        return self._pairs[at] if 0 <= at < len(self._pairs) else None

    def _pick(self, _at: int) -> None:
        pair = self._chosen()
        if pair is not None:
            self.chosen.emit(pair)
