"""Our executions, newest first: live from the engine, older ones from the history when somebody scrolls down."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from engine.domain.instrument import Instrument
from engine.domain.messages import FillRecorded
from engine.domain.views import EngineView
from engine.ports import History
from gui import numbers, words
from gui.bot_list import bot_names
from gui.models.columns import Column, gain, muted_meaning
from gui.panels.bot_filter import BotFilter
from gui.panels.empty_state import EmptyState
from gui.panels.older_pages import SAME_INSTANT, OlderPages
from gui.panels.table_panel import TablePanel
from gui.theme import Theme

# Rows kept in memory; beyond them the oldest are dropped.
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class FillRow:
    """`arrival` orders fills of one instant: larger is later."""

    recorded: FillRecorded
    bot_name: str
    instrument: Instrument | None
    arrival: int

    @property
    def key(self) -> tuple[str, str]:
        return (self.recorded.fill.venue, self.recorded.fill.trade_id)

    @property
    def quote(self) -> str:
        return self.recorded.fill.symbol.partition("/")[2]


def _profit(row: FillRow) -> str:
    profit = row.recorded.profit
    return "" if profit is None else numbers.money_with_asset(profit, row.quote, signed=True)


def fill_columns() -> list[Column[FillRow]]:
    translate = QCoreApplication.translate
    return [
        Column(
            "time",
            translate("columns", "Time"),
            lambda row: numbers.instant_short(row.recorded.fill.at),
            lambda row: row.recorded.fill.at.timestamp(),
            width=112,
            meaning=muted_meaning,
            exact=lambda row: numbers.instant(row.recorded.fill.at),
        ),
        Column("bot", translate("columns", "Bot"), lambda row: row.bot_name, lambda row: row.bot_name, width=104),
        Column(
            "symbol",
            translate("columns", "Symbol"),
            lambda row: row.recorded.fill.symbol,
            lambda row: row.recorded.fill.symbol,
            width=88,
        ),
        Column(
            "side",
            translate("columns", "Side"),
            lambda row: words.side(row.recorded.fill.side),
            lambda row: row.recorded.fill.side.value,
            width=56,
            meaning=lambda row: words.side_meaning(row.recorded.fill.side),
        ),
        Column(
            "price",
            translate("columns", "Price"),
            lambda row: numbers.price(row.recorded.fill.price, row.instrument),
            lambda row: float(row.recorded.fill.price),
            is_number=True,
            width=104,
        ),
        Column(
            "quantity",
            translate("columns", "Quantity"),
            lambda row: numbers.quantity(row.recorded.fill.quantity, row.instrument),
            lambda row: float(row.recorded.fill.quantity),
            is_number=True,
            width=112,
        ),
        Column(
            "value",
            translate("columns", "Value"),
            lambda row: numbers.money_with_asset(row.recorded.fill.value, row.quote),
            lambda row: float(row.recorded.fill.value),
            is_number=True,
            width=128,
            exact=lambda row: numbers.exact(row.recorded.fill.value),
        ),
        Column(
            "fee",
            translate("columns", "Fee"),
            lambda row: numbers.money_with_asset(row.recorded.fill.fee, row.recorded.fill.fee_asset),
            lambda row: float(row.recorded.fill.fee),
            is_number=True,
            width=104,
            exact=lambda row: numbers.exact(row.recorded.fill.fee),
        ),
        Column(
            "profit",
            translate("columns", "Matched profit"),
            _profit,
            lambda row: None if row.recorded.profit is None else float(row.recorded.profit),
            is_number=True,
            width=128,
            meaning=lambda row: gain(row.recorded.profit),
            exact=lambda row: numbers.exact(row.recorded.profit or Decimal(0)),
        ),
        Column(
            "liquidity",
            translate("columns", "As"),
            lambda row: words.liquidity(row.recorded.fill.liquidity),
            lambda row: row.recorded.fill.liquidity.value,
            width=80,
            meaning=muted_meaning,
        ),
        Column(
            "why",
            translate("columns", "For"),
            lambda row: words.purpose(row.recorded.order),
            lambda row: float(row.recorded.order.rung),
            width=0,
        ),
    ]


class FillsPanel(TablePanel[FillRow]):
    """Keeps what it has seen, so that live fills never fall out at the bottom while somebody reads."""

    failed = Signal(str)

    def __init__(self, theme: Theme, history: History, parent: QWidget | None = None) -> None:
        self.filter = BotFilter()
        self._history = history
        self._rows: dict[tuple[str, str], FillRow] = {}
        self._seen: tuple[FillRecorded, ...] = ()
        self._view: EngineView | None = None
        self._shown_bot: str | None = None
        self._latest = 0
        self._earliest = 0
        super().__init__(theme, fill_columns(), lambda row: row.key, EmptyState(theme), bar=self.filter, parent=parent)
        self.empty.set_words(self.tr("Nothing was bought or sold yet; every execution appears here."))
        self._pages: OlderPages[FillRecorded] = OlderPages(self._read_page, self._take_page, self.failed.emit)
        self.table.end_reached.connect(self._fetch_older)
        self.filter.changed.connect(self._filter_changed)

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        self._view = view
        self.filter.show_bots(view, bot_id)
        if self.filter.bot_id != self._shown_bot:
            self._filter_changed()
            return
        if view.fills is self._seen:
            return
        self._seen = view.fills
        self._merge_live()

    def show_age(self, view: EngineView, now_s: float) -> None:
        self.age()

    def _filter_changed(self) -> None:
        self._shown_bot = self.filter.bot_id
        self._pages.restart()
        self._rows = {}
        self._seen = ()
        self._merge_live()
        if self.filter.bot_id is not None and len(self._rows) < self.table.height() // 24:
            self._fetch_older()

    def _merge_live(self) -> None:
        if self._view is None:
            return
        fills = [recorded for recorded in self._view.fills if self.filter.allows(recorded.order.bot_id)]
        self._merge(fills, self._latest)
        self._latest += len(fills)

    def _merge(self, recorded: list[FillRecorded], first_arrival: int) -> bool:
        """Take fills, oldest first, numbered from `first_arrival`. Returns whether any was new."""
        view = self._view
        names = bot_names(view) if view else {}
        instruments = {market.instrument.key: market.instrument for market in view.markets} if view else {}
        is_new = False
        for arrival, item in enumerate(recorded, start=first_arrival):
            key = (item.fill.venue, item.fill.trade_id)
            if key not in self._rows:
                name = names.get(item.order.bot_id, item.order.bot_id)
                self._rows[key] = FillRow(item, name, instruments.get((item.fill.venue, item.fill.symbol)), arrival)
                is_new = True
        if is_new or not self._rows:
            newest_first = sorted(
                self._rows.values(), key=lambda row: (row.recorded.fill.at, row.arrival), reverse=True
            )[:MOST_ROWS]
            self._rows = {row.key: row for row in newest_first}
            self.show_rows(newest_first)
        return is_new

    def _fetch_older(self) -> None:
        if len(self._rows) < MOST_ROWS:
            oldest = self._oldest()
            self._pages.fetch(None if oldest is None else oldest + SAME_INSTANT)

    def _oldest(self) -> datetime | None:
        return min((row.recorded.fill.at for row in self._rows.values()), default=None)

    async def _read_page(self, before: datetime | None, limit: int) -> list[FillRecorded]:
        """A page of all bots, or of the ids under which the chosen one trades."""
        found = [fill for bot_id in self.filter.bot_ids for fill in await self._history.fills(bot_id, before, limit)]
        return sorted(found, key=lambda recorded: recorded.fill.at, reverse=True)[:limit]

    def _take_page(self, page: list[FillRecorded]) -> None:
        self._earliest -= len(page)
        if not self._merge(page[::-1], self._earliest) and page:
            self._pages.fetch(self._oldest())
