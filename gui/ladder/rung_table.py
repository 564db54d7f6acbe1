"""The ladder as a table: the columns of a rung, the highest rung on top as in the drawing."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.grid import Rung, RungStatus
from engine.domain.instrument import Instrument
from engine.domain.order import Side
from gui import numbers
from gui.ladder.rung_groups import NOTHING_RESTS, Resting
from gui.ladder.rung_words import status_text
from gui.models.columns import Column, Meaning, gain, muted_meaning


@dataclass(frozen=True, slots=True)
class RungRow:
    """A rung with what rests on it."""

    rung: Rung
    buys: Resting
    sells: Resting
    instrument: Instrument


def rung_columns(quote: str, base: str) -> tuple[Column[RungRow], ...]:
    """The columns with the units of one instrument in their headers."""
    translate = QCoreApplication.translate
    return (
        Column(
            "number",
            translate("ladder", "Rung"),
            lambda row: f"{row.rung.index + 1}",
            lambda row: row.rung.index,
            is_number=True,
            width=48,
            meaning=muted_meaning,
        ),
        Column(
            "buy_price",
            translate("ladder", "Buys at"),
            lambda row: numbers.price(row.rung.buy_price, row.instrument),
            lambda row: float(row.rung.buy_price),
            unit=quote,
            is_number=True,
            width=100,
        ),
        Column(
            "sell_price",
            translate("ladder", "Sells at"),
            lambda row: numbers.price(row.rung.sell_price, row.instrument),
            lambda row: float(row.rung.sell_price),
            unit=quote,
            is_number=True,
            width=100,
        ),
        Column("side", translate("ladder", "Side"), _side_text, _side_text, width=52, meaning=_side_meaning),
        Column(
            "quantity",
            translate("ladder", "Quantity"),
            lambda row: numbers.quantity(_quantity(row), row.instrument),
            lambda row: float(_quantity(row)),
            unit=base,
            is_number=True,
            width=104,
            exact=lambda row: numbers.exact(_quantity(row)),
        ),
        Column(
            "held",
            translate("ladder", "Held"),
            lambda row: numbers.quantity(row.rung.held, row.instrument) if row.rung.held else numbers.NOTHING,
            lambda row: float(row.rung.held),
            unit=base,
            is_number=True,
            width=104,
            exact=lambda row: numbers.exact(row.rung.held),
        ),
        Column(
            "state",
            translate("ladder", "State"),
            lambda row: status_text(row.rung.status),
            lambda row: status_text(row.rung.status),
            width=96,
            meaning=_state_meaning,
        ),
        Column(
            "cycle",
            translate("ladder", "Cycle"),
            lambda row: f"{row.rung.cycle:,}",
            lambda row: row.rung.cycle,
            is_number=True,
            width=60,
        ),
        Column(
            "profit",
            translate("ladder", "Profit"),
            lambda row: numbers.money(row.rung.profit, row.instrument.quote, signed=True),
            lambda row: float(row.rung.profit),
            unit=quote,
            is_number=True,
            width=104,
            meaning=lambda row: gain(row.rung.profit),
            exact=lambda row: numbers.exact(row.rung.profit),
        ),
    )


def rows_of(rungs: tuple[Rung, ...], resting: dict[tuple[int, Side], Resting], instrument: Instrument) -> list[RungRow]:
    """One row a rung, the highest first."""
    return [
        RungRow(
            rung,
            resting.get((rung.index, Side.BUY), NOTHING_RESTS),
            resting.get((rung.index, Side.SELL), NOTHING_RESTS),
            instrument,
        )
        for rung in reversed(rungs)
    ]


def _side_of(row: RungRow) -> Side | None:
    if row.sells.count or row.rung.status in (RungStatus.BUY_FILLED, RungStatus.SELL_PLACED):
        return Side.SELL
    if row.buys.count or row.rung.status is RungStatus.BUY_PLACED:
        return Side.BUY
    return None


def _side_text(row: RungRow) -> str:
    match _side_of(row):
        case Side.BUY:
            return QCoreApplication.translate("ladder", "Buy")
        case Side.SELL:
            return QCoreApplication.translate("ladder", "Sell")
        case None:
            return numbers.NOTHING


def _side_meaning(row: RungRow) -> Meaning:
    match _side_of(row):
        case Side.BUY:
            return Meaning.UP
        case Side.SELL:
            return Meaning.DOWN
        case None:
            return Meaning.MUTED


def _state_meaning(row: RungRow) -> Meaning:
    return Meaning.PLAIN if row.buys.is_sure and row.sells.is_sure else Meaning.LOOK


def _quantity(row: RungRow) -> Decimal:
    return (
        (row.sells.quantity or row.rung.held) if _side_of(row) is Side.SELL else row.buys.quantity or row.rung.quantity
    )
