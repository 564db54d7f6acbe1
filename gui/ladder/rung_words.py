"""A rung in words: its state and, for a tool tip, everything that is known of it."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from engine.domain.grid import Rung, RungStatus
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder
from engine.domain.order import Side
from gui import numbers, words
from gui.ladder.rung_groups import NOTHING_RESTS, Resting


def status_text(status: RungStatus) -> str:
    """The state of a rung as a person calls it."""
    translate = QCoreApplication.translate
    match status:
        case RungStatus.PENDING:
            return translate("ladder", "Waiting")
        case RungStatus.BUY_PLACED:
            return translate("ladder", "Buy resting")
        case RungStatus.BUY_FILLED:
            return translate("ladder", "Bought")
        case RungStatus.SELL_PLACED:
            return translate("ladder", "Sell resting")
        case RungStatus.SELL_FILLED:
            return translate("ladder", "Sold")


def rung_tip(rung: Rung, resting: Mapping[tuple[int, Side], Resting], instrument: Instrument) -> str:
    """All of one rung, a line each."""
    translate = QCoreApplication.translate
    base, quote = instrument.base, instrument.quote
    title = translate("ladder", "Rung {number}: buys at {buy}, sells at {sell} {quote}").format(
        number=rung.index + 1,
        buy=numbers.price(rung.buy_price, instrument),
        sell=numbers.price(rung.sell_price, instrument),
        quote=quote,
    )
    rows = [title, status_text(rung.status)]
    for side, text in (
        (Side.BUY, translate("ladder", "Buy order resting: {quantity}")),
        (Side.SELL, translate("ladder", "Sell order resting: {quantity}")),
    ):
        found = resting.get((rung.index, side), NOTHING_RESTS)
        if found.count:
            rows.append(text.format(quantity=f"{numbers.exact(found.quantity)} {base}"))
            if not found.is_sure:
                rows.append(translate("ladder", "The venue has not confirmed this order yet."))
    if rung.held:
        held = f"{numbers.exact(rung.held)} {base}"
        rows.append(
            translate("ladder", "Held: {quantity} of {aim}").format(quantity=held, aim=numbers.exact(rung.quantity))
        )
    profit = numbers.money_with_asset(rung.profit, quote, signed=True)
    rows.append(
        translate("ladder", "Cycle {cycle}; {profit} earned by the closed ones").format(cycle=rung.cycle, profit=profit)
    )
    if rung.last_fill_at is not None:
        last = translate("ladder", "Last fill {at}").format(at=numbers.instant(rung.last_fill_at))
        rows.append(f"{last}, {numbers.price(rung.last_fill_price, instrument)} {quote}")
    return "\n".join(rows)


def foreign_tip(order: ForeignOrder, instrument: Instrument) -> str:
    """An order on the same instrument that is not ours, in one line."""
    return QCoreApplication.translate("ladder", "Not ours ({whose}): {side} {quantity} {base} at {price}").format(
        whose=words.foreign_kind(order.kind),
        side=words.side(order.side),
        quantity=numbers.quantity(order.quantity - order.filled_quantity, instrument),
        base=instrument.base,
        price=numbers.price(order.price, instrument),
    )
