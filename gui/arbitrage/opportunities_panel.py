"""The opportunities log: stretches in which an entry would have brought something, read again while it is on show."""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from engine.domain.premium_past import Opportunity
from engine.domain.views import EngineView
from engine.premium_history import PremiumHistory
from gui.arbitrage.opportunity_rows import opportunity_columns, opportunity_key
from gui.arbitrage.past_reader import PastReader
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import GRID, PAD, Theme

#: A panel that is on show asks again after so many seconds.
LOOK_EVERY_S = 15
MOST_ROWS = 1000


class OpportunitiesPanel(TablePanel[Opportunity]):
    """`failed(sentence)` when the past cannot be read; what was read stays.

    `chart_wanted(Opportunity)` on Enter or a double click.
    """

    failed = Signal(str)
    watch_wanted = Signal()
    chart_wanted = Signal(object)

    def __init__(self, theme: Theme, past: PremiumHistory, parent: QWidget | None = None) -> None:
        self._past = past
        self.span = QComboBox()
        bar = QWidget()
        super().__init__(theme, opportunity_columns(), opportunity_key, EmptyState(theme), bar=bar, parent=parent)
        self._reader = PastReader(self, self._read, self.failed.emit, LOOK_EVERY_S)
        for text, days in ((self.tr("Last day"), 1), (self.tr("Last week"), 7), (self.tr("Last month"), 30)):
            self.span.addItem(text, days)
        row = QHBoxLayout(bar)
        row.setContentsMargins(GRID, PAD, GRID, PAD)
        row.setSpacing(GRID)
        row.addWidget(QLabel(self.tr("Span")))
        row.addWidget(self.span)
        row.addStretch(1)
        self.empty.set_words(
            self.tr("No recorded premium was worth an entry in this span; watched pairs are looked at all the time."),
            self.tr("Watch pairs…"),
        )
        self.empty.accepted.connect(self.watch_wanted)
        self.table.opened.connect(self._want_chart)
        self.span.currentIndexChanged.connect(self._reader.look)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        """What it shows comes from the history alone."""

    def show_age(self, view: EngineView, now_s: float) -> None:
        """A second passed."""
        if self._reader.second_passed():
            self.age()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._reader.look()

    def _want_chart(self, key: Hashable) -> None:
        if (place := self.model.position_of(key)) is not None:
            self.chart_wanted.emit(self.model.row_at(place))

    async def _read(self) -> None:
        since = datetime.now(UTC) - timedelta(days=self.span.currentData())
        self.show_rows(list(await self._past.opportunities(None, since, None, MOST_ROWS)))
