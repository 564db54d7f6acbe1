"""Causes and repairs in the reader's language."""

from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.instrument import Instrument
from engine.domain.truth import Cause, ExpectedOrder, RepairStep, StepKind, TruthRow
from gui import numbers, words
from gui.models.columns import Meaning

translate = QCoreApplication.translate


def cause(value: Cause) -> str:
    """Why we and the venue say different things."""
    match value:
        case Cause.NOTHING:
            return translate("truth", "The same")
        case Cause.NOT_OURS:
            return translate("truth", "Not ours")
        case Cause.VENUE_LAG:
            return translate("truth", "Changed just now")
        case Cause.FILL_NOT_BOOKED:
            return translate("truth", "Fill not booked yet")
        case Cause.UNKNOWN_TO_VENUE:
            return translate("truth", "Order unknown to the venue")
        case Cause.UNKNOWN_TO_US:
            return translate("truth", "Order unknown to us")
        case Cause.QUANTITY_DIFFERS:
            return translate("truth", "Quantity differs")
        case Cause.PRICE_DIFFERS:
            return translate("truth", "Price differs")
        case Cause.CANCELED_BY_HAND:
            return translate("truth", "Cancelled by hand")
        case Cause.END_NOT_BOOKED:
            return translate("truth", "Cancellation not booked yet")
        case Cause.FUNDING_NOT_BOOKED:
            return translate("truth", "Funding not booked yet")
        case Cause.MONEY_MOVED:
            return translate("truth", "Money moved in or out")
        case Cause.FEE_ROUNDING:
            return translate("truth", "Rounding of fees")
        case Cause.POSITION_CHANGED:
            return translate("truth", "Position changed without us")


def cause_meaning(value: Cause) -> Meaning:
    """Colour asks to look only where something is to be done."""
    match value:
        case Cause.NOTHING | Cause.NOT_OURS | Cause.VENUE_LAG:
            return Meaning.MUTED
        case _:
            return Meaning.LOOK


def subject(row: TruthRow) -> str:
    """The thing that is compared: a rung, an order of no rung, an asset."""
    if row.asset:
        return row.asset
    if row.rung >= 0:
        return translate("truth", "Rung {number}").format(number=row.rung + 1)
    return row.client_order_id or translate("truth", "An order without a name")


def repair(row: TruthRow) -> str:
    """What mending it would do, in a few words."""
    return ", ".join(dict.fromkeys(step_kind(step.kind) for step in row.repair))


def step_kind(kind: StepKind) -> str:
    match kind:
        case StepKind.ASK:
            return translate("truth", "Ask and book")
        case StepKind.CANCEL:
            return translate("truth", "Cancel")
        case StepKind.FILL:
            return translate("truth", "Book the fill")
        case StepKind.FUNDING:
            return translate("truth", "Book the funding")
        case StepKind.BOOK:
            return translate("truth", "Enter")


def step_thing(step: RepairStep) -> str:
    """What a step is about."""
    if step.kind in (StepKind.FUNDING, StepKind.BOOK):
        return step.asset
    return step.client_order_id or step.venue_order_id


def step_amount(step: RepairStep, instrument: Instrument | None) -> str:
    if step.kind in (StepKind.FUNDING, StepKind.BOOK):
        return signed(step.amount)
    return numbers.quantity(step.quantity, instrument)


def order_thing(order: ExpectedOrder) -> str:
    """For what an order would be placed."""
    if order.rung >= 0:
        return translate("truth", "Rung {number}").format(number=order.rung + 1)
    return words.order_kind(order.kind, post_only=False)


def signed(amount: Decimal) -> str:
    """Every digit, with the sign that says who has more."""
    text = f"{abs(amount):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if not amount:
        return "0"
    return f"+{text}" if amount > 0 else f"{numbers.MINUS}{text}"
