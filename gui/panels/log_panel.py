"""What was decided and why, newest at the bottom; follows the tail until somebody scrolls up."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from engine.domain.messages import DecisionLogged, Level
from engine.domain.views import EngineView
from engine.ports import History
from gui import numbers, sentences, words
from gui.bot_list import bot_names
from gui.models.columns import Column, muted_meaning
from gui.panels.bot_filter import BotFilter
from gui.panels.empty_state import EmptyState
from gui.panels.older_pages import SAME_INSTANT, OlderPages
from gui.panels.table_panel import TablePanel
from gui.theme import Theme

MOST_LINES = 20_000
Key = tuple[datetime, str, str, int]


@dataclass(frozen=True, slots=True)
class LogRow:
    """`key` tells equal lines of one instant apart by counting them."""

    key: Key
    line: DecisionLogged
    bot_name: str


def log_columns() -> list[Column[LogRow]]:
    translate = QCoreApplication.translate
    return [
        Column(
            "time",
            translate("columns", "Time"),
            lambda row: numbers.instant_short(row.line.at),
            lambda row: row.line.at.timestamp(),
            width=112,
            meaning=muted_meaning,
            exact=lambda row: numbers.instant(row.line.at),
        ),
        Column(
            "level",
            translate("columns", "Level"),
            lambda row: words.level(row.line.level),
            lambda row: row.line.level.value,
            width=64,
            meaning=lambda row: words.level_meaning(row.line.level),
        ),
        Column("bot", translate("columns", "Bot"), lambda row: row.bot_name, lambda row: row.bot_name, width=104),
        Column(
            "text",
            translate("columns", "What happened"),
            lambda row: sentences.translate(row.line.sentence),
            lambda row: row.line.sentence.template,
            width=0,
        ),
    ]


class LogPanel(TablePanel[LogRow]):
    """Filters by level and bot; older lines come from the history when scrolled to the top."""

    failed = Signal(str)

    def __init__(self, theme: Theme, history: History, parent: QWidget | None = None) -> None:
        self.filter = BotFilter()
        self.level = QComboBox()
        self.level.addItem(self.tr("All levels"), (Level.INFO, Level.LOOK, Level.ERROR))
        self.level.addItem(self.tr("Look and errors"), (Level.LOOK, Level.ERROR))
        self.level.addItem(self.tr("Errors only"), (Level.ERROR,))
        self.filter.row.insertWidget(0, self.level)
        self._lines: list[LogRow] = []
        self._known: set[Key] = set()
        self._seen: tuple[DecisionLogged, ...] = ()
        self._view: EngineView | None = None
        self._follows = True
        super().__init__(theme, log_columns(), lambda row: row.key, EmptyState(theme), bar=self.filter, parent=parent)
        self.empty.set_words(self.tr("Nothing happened yet; every decision of a bot is written here."))
        self._pages: OlderPages[DecisionLogged] = OlderPages(
            lambda before, limit: history.log(None, before, limit), self._take, self.failed.emit
        )
        self.level.currentIndexChanged.connect(self._show)
        self.filter.changed.connect(self._show)
        bar = self.table.verticalScrollBar()
        bar.rangeChanged.connect(self._range_changed)
        bar.valueChanged.connect(self._scrolled)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        followed = self.filter.bot_id
        self._view = view
        self.filter.show_bots(view, bot_id)
        if view.log is not self._seen:
            self._seen = view.log
            self._take(list(view.log))
        elif self.filter.bot_id != followed:
            self._show()

    def show_age(self, view: EngineView, now_s: float) -> None:
        self.age()

    def _take(self, lines: list[DecisionLogged]) -> None:
        names = bot_names(self._view) if self._view else {}
        counts: dict[tuple[datetime, str, str], int] = {}
        is_new = False
        for line in lines:
            same = (line.at, line.bot_id, str(line.sentence))
            counts[same] = counts.get(same, -1) + 1
            key = (*same, counts[same])
            if key not in self._known:
                self._known.add(key)
                self._lines.append(LogRow(key, line, names.get(line.bot_id, line.bot_id)))
                is_new = True
        if is_new:
            self._lines.sort(key=lambda row: row.line.at)
            for gone in self._lines[:-MOST_LINES]:
                self._known.discard(gone.key)
            del self._lines[:-MOST_LINES]
            self._show()

    def _show(self) -> None:
        levels = self.level.currentData()
        self.show_rows([row for row in self._lines if row.line.level in levels and self.filter.allows(row.line.bot_id)])

    def _range_changed(self) -> None:
        if self._follows:
            self.table.scrollToBottom()

    def _scrolled(self, value: int) -> None:
        bar = self.table.verticalScrollBar()
        self._follows = value >= bar.maximum()
        if value <= bar.minimum() < bar.maximum() and self._lines and len(self._lines) < MOST_LINES:
            self._pages.fetch(self._lines[0].line.at + SAME_INSTANT)
