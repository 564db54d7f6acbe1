"""What the bots hold, at which average price, and what it is worth now."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from engine.domain.instrument import Instrument
from engine.domain.views import EngineView, PositionView
from gui import numbers
from gui.freshness import stale_markets
from gui.models.columns import Column, gain, muted_meaning
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import Theme


@dataclass(frozen=True, slots=True)
class PositionRow:
    shown: PositionView
    instrument: Instrument | None

    @property
    def quote(self) -> str:
        return self.shown.symbol.partition("/")[2]

    @property
    def market_key(self) -> tuple[str, str]:
        return (self.shown.venue, self.shown.symbol)


def position_columns() -> list[Column[PositionRow]]:
    translate = QCoreApplication.translate
    return [
        Column(
            "symbol",
            translate("columns", "Symbol"),
            lambda row: row.shown.symbol,
            lambda row: row.shown.symbol,
            width=88,
        ),
        Column(
            "bot",
            translate("columns", "Bot"),
            lambda row: row.shown.bot_name,
            lambda row: row.shown.bot_name,
            width=116,
        ),
        Column(
            "quantity",
            translate("columns", "Quantity"),
            lambda row: numbers.quantity(row.shown.quantity, row.instrument),
            lambda row: float(row.shown.quantity),
            is_number=True,
            width=120,
            exact=lambda row: numbers.exact(row.shown.quantity),
        ),
        Column(
            "value",
            translate("columns", "Value"),
            lambda row: numbers.money_with_asset(row.shown.value, row.quote),
            lambda row: float(row.shown.value),
            is_number=True,
            width=116,
            exact=lambda row: numbers.exact(row.shown.value),
            is_live=True,
        ),
        Column(
            "unrealized",
            translate("columns", "Unrealised PnL"),
            lambda row: numbers.money_with_asset(row.shown.unrealized, row.quote, signed=True),
            lambda row: float(row.shown.unrealized),
            is_number=True,
            width=116,
            meaning=lambda row: gain(row.shown.unrealized),
            exact=lambda row: numbers.exact(row.shown.unrealized),
            is_live=True,
        ),
        Column(
            "entry",
            translate("columns", "Average entry"),
            lambda row: numbers.price(row.shown.average_entry, row.instrument),
            lambda row: float(row.shown.average_entry),
            is_number=True,
            width=104,
            exact=lambda row: numbers.exact(row.shown.average_entry),
        ),
        Column(
            "mark",
            translate("columns", "Mark"),
            lambda row: numbers.price(row.shown.mark, row.instrument),
            lambda row: float(row.shown.mark),
            is_number=True,
            width=104,
            is_live=True,
        ),
        Column(
            "realized",
            translate("columns", "Realised PnL"),
            lambda row: numbers.money_with_asset(row.shown.realized, row.quote, signed=True),
            lambda row: float(row.shown.realized),
            is_number=True,
            width=116,
            meaning=lambda row: gain(row.shown.realized),
            exact=lambda row: numbers.exact(row.shown.realized),
        ),
        Column(
            "venue",
            translate("columns", "Venue"),
            lambda row: row.shown.venue,
            lambda row: row.shown.venue,
            width=104,
            meaning=muted_meaning,
        ),
        Column("rest", "", lambda _row: "", lambda _row: None, width=0),
    ]


class PositionsPanel(TablePanel[PositionRow]):
    """One row for each bot that holds base."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._stale: frozenset[tuple[str, str]] = frozenset()
        super().__init__(
            theme,
            position_columns(),
            lambda row: row.shown.bot_id,
            EmptyState(theme),
            is_stale=lambda row: row.market_key in self._stale,
            parent=parent,
        )
        self.empty.set_words(self.tr("No bot holds anything now."))

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        instruments = {market.instrument.key: market.instrument for market in view.markets}
        self.show_rows([PositionRow(shown, instruments.get((shown.venue, shown.symbol))) for shown in view.positions])

    def show_age(self, view: EngineView, now_s: float) -> None:
        self._stale = stale_markets(view, now_s)
        self.age()
