"""Daily result of two-leg bots: bars over a table, read again while it is on show."""

from PySide6.QtCore import QTimeZone, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from engine.domain.views import EngineView
from engine.premium_history import PremiumHistory
from gui.arbitrage.day_bars import DayBars
from gui.arbitrage.day_rows import DayRow, day_columns, day_rows, day_sums
from gui.arbitrage.past_reader import PastReader
from gui.panels.bot_filter import BotFilter
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import Theme

#: A panel that is on show asks again after so many seconds.
LOOK_EVERY_S = 30
MOST_DAYS = 400


def zone_name() -> str:
    """The time zone of the person at this machine, as databases know it."""
    return bytes(QTimeZone.systemTimeZoneId().data()).decode() or "UTC"


class DailyPanel(TablePanel[DayRow]):
    """`failed(sentence)` when the past cannot be read; what was read stays."""

    failed = Signal(str)

    def __init__(self, theme: Theme, past: PremiumHistory, parent: QWidget | None = None) -> None:
        self._past = past
        self._names: dict[str, str] = {}
        self._shown_bot: str | None = None
        self.filter = BotFilter()
        self.bars = DayBars(theme)
        super().__init__(theme, day_columns(), lambda row: row.key, EmptyState(theme), bar=self.filter, parent=parent)
        self._reader = PastReader(self, self._read, self.failed.emit, LOOK_EVERY_S)
        self.add_above(self.bars)
        self.bars.hide()
        self.empty.set_words(
            self.tr("No two-leg position was closed yet; what each day brings stands here, with its parts.")
        )
        self.filter.changed.connect(self._filter_changed)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.bars.set_theme(theme)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        self._names = {shown.bot.bot_id: shown.bot.name for shown in view.bots}
        self.filter.show_bots(view, bot_id)
        if self.filter.bot_id != self._shown_bot:
            self._filter_changed()

    def show_age(self, view: EngineView, now_s: float) -> None:
        """A second passed."""
        if self._reader.second_passed():
            self.age()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._reader.look()

    def _filter_changed(self) -> None:
        self._shown_bot = self.filter.bot_id
        self._reader.look()

    async def _read(self) -> None:
        days = await self._past.daily_pnl(self._shown_bot, zone_name(), MOST_DAYS)
        rows = day_rows(days, self._names)
        self.show_rows(rows)
        self.bars.show_days(day_sums(rows))
