"""What the bots hold, at which average price, and what it is worth now."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from engine.domain.instrument import Instrument
from engine.domain.money import HUNDRED
from engine.domain.positions import PositionReported
from engine.domain.views import EngineView, PositionView
from gui import numbers
from gui.bot_list import bot_names
from gui.freshness import stale_markets
from gui.models.columns import Column, Meaning, gain, muted_meaning
from gui.panels.empty_state import EmptyState
from gui.panels.table_panel import TablePanel
from gui.theme import Theme

#: Percent of the mark to liquidation from which on it need not be looked at, and below which money is at risk.
FAR_PCT, NEAR_PCT = Decimal(20), Decimal(5)


@dataclass(frozen=True, slots=True)
class PositionRow:
    shown: PositionView
    instrument: Instrument | None
    bot_name: str

    @property
    def quote(self) -> str:
        return self.shown.symbol.partition("/")[2]

    @property
    def market_key(self) -> tuple[str, str]:
        return (self.shown.venue, self.shown.symbol)


#: Keys of columns that are there while somebody holds a perpetual future.
PERPETUAL = ("venue_entry", "venue_mark", "liquidation", "distance", "leverage", "margin", "funding")


def _liquidation_distance(row: PositionRow) -> Decimal | None:
    """How far the mark is from liquidation, in percent of the mark."""
    told = row.shown.reported
    if told is None or told.liquidation_price is None or not told.quantity:
        return None
    mark = told.mark_price or row.shown.mark
    return abs(mark - told.liquidation_price) / mark * HUNDRED if mark else None


def _distance_meaning(row: PositionRow) -> Meaning:
    distance = _liquidation_distance(row)
    if distance is None or distance >= FAR_PCT:
        return Meaning.PLAIN
    return Meaning.TROUBLE if distance < NEAR_PCT else Meaning.LOOK


def _told_price(row: PositionRow, price: Decimal | None) -> str:
    return numbers.NOTHING if price is None else numbers.price(price, row.instrument)


def _margin(row: PositionRow) -> str:
    told = row.shown.reported
    if told is None or told.is_isolated is None:
        return numbers.NOTHING
    if told.is_isolated:
        return QCoreApplication.translate("columns", "isolated")
    return QCoreApplication.translate("columns", "cross")


def _leverage(row: PositionRow) -> str:
    told = row.shown.reported
    return numbers.NOTHING if told is None or told.leverage is None else f"{told.leverage}×"


def _price(key: str, title: str, told: Callable[[PositionReported], Decimal | None]) -> Column[PositionRow]:
    def value(row: PositionRow) -> Decimal | None:
        return None if row.shown.reported is None else told(row.shown.reported)

    def order(row: PositionRow) -> float | None:
        found = value(row)
        return None if found is None else float(found)

    return Column(key, title, lambda row: _told_price(row, value(row)), order, is_number=True, width=104)


def _liquidation_columns() -> list[Column[PositionRow]]:
    """At which price the venue closes the position, and how far that is."""
    translate = QCoreApplication.translate
    return [
        _price("liquidation", translate("columns", "Liquidation"), lambda told: told.liquidation_price),
        Column(
            "distance",
            translate("columns", "Distance"),
            lambda row: numbers.percent(_liquidation_distance(row), 1),
            lambda row: None if (distance := _liquidation_distance(row)) is None else float(distance),
            unit="%",
            is_number=True,
            width=92,
            meaning=_distance_meaning,
        ),
    ]


def _perpetual_columns() -> list[Column[PositionRow]]:
    """What the venue itself says of the position, which the account has and not the bot alone."""
    translate = QCoreApplication.translate
    return [
        _price("venue_entry", translate("columns", "Venue's entry"), lambda told: told.entry_price),
        _price("venue_mark", translate("columns", "Venue's mark"), lambda told: told.mark_price),
        Column(
            "leverage",
            translate("columns", "Leverage"),
            _leverage,
            lambda row: None if row.shown.reported is None else float(row.shown.reported.leverage or 0),
            is_number=True,
            width=84,
        ),
        Column("margin", translate("columns", "Margin"), _margin, _margin, width=80),
        Column(
            "funding",
            translate("columns", "Funding"),
            lambda row: (
                numbers.NOTHING
                if row.shown.reported is None
                else numbers.money_with_asset(row.shown.funding, row.quote, signed=True)
            ),
            lambda row: float(row.shown.funding),
            is_number=True,
            width=116,
            meaning=lambda row: gain(row.shown.funding),
        ),
    ]


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
            lambda row: row.bot_name,
            lambda row: row.bot_name,
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
        *_liquidation_columns(),
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
        *_perpetual_columns(),
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
        has_perpetual = any(shown.reported is not None for shown in view.positions)
        for key in PERPETUAL:
            self.table.show_column(key, has_perpetual)
        names = bot_names(view)
        rows = (
            PositionRow(shown, instruments.get((shown.venue, shown.symbol)), names.get(shown.bot_id, shown.bot_name))
            for shown in view.positions
        )
        self.show_rows(list(rows))

    def show_age(self, view: EngineView, now_s: float) -> None:
        self._stale = stale_markets(view, now_s)
        self.age()
