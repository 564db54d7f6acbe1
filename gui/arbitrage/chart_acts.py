"""What can be done with spread charts, each with a key that works while one of them has the keyboard."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from engine.domain.premium import Direction
from gui.arbitrage import pair_words
from gui.bot_acts import make_act

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
#: Name and length of each range; None is all there is.
RANGES: tuple[tuple[str, float | None], ...] = (
    ("1m", MINUTE),
    ("5m", 5 * MINUTE),
    ("15m", 15 * MINUTE),
    ("1h", HOUR),
    ("6h", 6 * HOUR),
    ("1d", DAY),
    ("1w", 7 * DAY),
    ("1M", 30 * DAY),
    ("1y", 365 * DAY),
    ("", None),
)
COUNTS = (1, 2, 4)
STEP_PCT, WIDE_STEP_PCT = Decimal("0.01"), Decimal("0.1")


class ChartActs(QWidget):
    """Signals say what is wanted of the active chart, or of all; the panel does it. Never shown itself."""

    range_wanted = Signal(object)
    direction_wanted = Signal(object)
    count_wanted = Signal(int)
    link_wanted = Signal()
    next_wanted = Signal()
    pair_wanted = Signal()
    line_wanted = Signal(bool)
    moved = Signal(object)
    accepted = Signal()
    taken_back = Signal()
    picture_wanted = Signal()
    values_wanted = Signal()
    newest_wanted = Signal()

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self.hide()
        self._panel = panel
        self.ranges = [
            self._act(self._range_text(name), str((number + 1) % 10), partial(self.range_wanted.emit, length_s), name)
            for number, (name, length_s) in enumerate(RANGES)
        ]
        self.ranges[-1].setIconText(self.tr("All"))
        self.directions = [
            self._act(self.tr("Show: {way}").format(way=pair_words.direction_whole(direction)), key, wanted, short)
            for direction, key, wanted, short in (
                (way, key, partial(self.direction_wanted.emit, way), pair_words.direction(way))
                for way, key in ((Direction.SELL_HOME, "S"), (Direction.BUY_HOME, "B"))
            )
        ]
        self.counts = [
            self._act(self._count_text(count), f"Shift+F{count}", partial(self.count_wanted.emit, count), str(count))
            for count in COUNTS
        ]
        self.link = self._act(self.tr("Same time in all charts"), "L", self.link_wanted.emit, self.tr("Link"))
        for act in (*self.directions, *self.counts, self.link):
            act.setCheckable(True)
        self.next = self._act(self.tr("Next chart"), "N", self.next_wanted.emit)
        self.pair = self._act(self.tr("Choose the pair"), "P", self.pair_wanted.emit)
        self.newest = self._act(self.tr("To the newest reading"), "End", self.newest_wanted.emit)
        self.entry = self._act(self.tr("Hold an entry line"), "E", partial(self.line_wanted.emit, True))
        self.exit = self._act(self.tr("Hold an exit line"), "X", partial(self.line_wanted.emit, False))
        self.moves = [
            self._act(text, key, partial(self.moved.emit, by))
            for text, key, by in (
                (self.tr("Held line up"), "Up", STEP_PCT),
                (self.tr("Held line down"), "Down", -STEP_PCT),
                (self.tr("Held line up by a tenth"), "Shift+Up", WIDE_STEP_PCT),
                (self.tr("Held line down by a tenth"), "Shift+Down", -WIDE_STEP_PCT),
            )
        ]
        self.accept = self._act(self.tr("Apply the held line"), "Ctrl+Shift+Return", self.accepted.emit)
        self.back = self._act(self.tr("Take the held line back"), "Ctrl+Shift+Backspace", self.taken_back.emit)
        self.picture = self._act(self.tr("Save as a picture…"), "Ctrl+Shift+P", self.picture_wanted.emit)
        self.values = self._act(self.tr("Save the values…"), "Ctrl+Shift+V", self.values_wanted.emit)

    def all(self) -> list[QAction]:
        """Everything, in the order of the menu."""
        return [
            *self.ranges,
            self.newest,
            *self.directions,
            self.pair,
            self.next,
            *self.counts,
            self.link,
            self.entry,
            self.exit,
            *self.moves,
            self.accept,
            self.back,
            self.picture,
            self.values,
        ]

    def fill_menu(self, menu: QMenu) -> None:
        """What a right click on a chart offers."""
        groups: tuple[list[QAction], ...] = (
            [self.pair, *self.directions],
            [*self.ranges, self.newest],
            [self.entry, self.exit, *self.moves, self.accept, self.back],
            [*self.counts, self.next, self.link],
            [self.picture, self.values],
        )
        for group in groups:
            menu.addActions(group)
            menu.addSeparator()

    def show_held(self, *, is_held: bool, has_lines: bool) -> None:
        """Only a line that is held can be moved."""
        for act in (*self.moves, self.accept, self.back):
            act.setEnabled(is_held)
        self.entry.setEnabled(has_lines)
        self.exit.setEnabled(has_lines)

    def _range_text(self, name: str) -> str:
        return self.tr("The last {length}").format(length=name) if name else self.tr("All there is")

    def _count_text(self, count: int) -> str:
        return self.tr("One chart") if count == 1 else self.tr("{count} charts").format(count=count)

    def _act(self, text: str, key: str, act: Callable[[], None], short: str = "") -> QAction:
        action = make_act(self._panel, text, "", act)
        action.setShortcut(QKeySequence(key))
        # Single letters are a chart's own while it has the keyboard; elsewhere they are letters.
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{text} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")
        if short:
            action.setIconText(short)
        self._panel.addAction(action)
        return action
