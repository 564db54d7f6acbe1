"""Rows and columns of the truth table: what we have, what the venue has, why they differ, what would mend it."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import Order
from engine.domain.truth import Subject, TruthRow
from engine.domain.views import AccountView, EngineView
from gui import numbers, words
from gui.bot_list import bot_names
from gui.models.columns import Column, Meaning, muted_meaning
from gui.truth import truth_words
from gui.truth.truth_board import TruthBoard


@dataclass(frozen=True, slots=True)
class ShownTruth:
    """A row of a report beside what its numbers need to be written."""

    account: AccountView
    bot_name: str
    instrument: Instrument | None
    row: TruthRow
    order: Order | None = None

    @property
    def what(self) -> str:
        """The thing that is compared; an order of no rung by what it is for, where we know it."""
        is_order = self.row.rung < 0 and not self.row.asset
        if is_order and self.order is not None:
            return words.purpose(self.order)
        return truth_words.subject(self.row)

    @property
    def key(self) -> tuple[str, str]:
        return (self.account.account.account_id, self.row.key)

    def amount(self, value: Decimal | None) -> str:
        if value is None:
            return numbers.NOTHING
        if self.row.subject is Subject.BALANCE or self.instrument is None:
            return numbers.money(value, self.row.asset)
        return numbers.quantity(value, self.instrument)


def truth_rows(view: EngineView, board: TruthBoard, *, only_differences: bool) -> list[ShownTruth]:
    """All rows of all reports in the order of the accounts; with `only_differences` nothing that is the same."""
    names = bot_names(view)
    instruments = {market.instrument.key: market.instrument for market in view.markets}
    held = {(key[0], instrument.position_asset): instrument for key, instrument in instruments.items()}
    orders = {order.client_order_id: order for shown in view.bots for order in shown.open_orders}
    found = []
    for shown in view.accounts:
        looked = board.looked(shown.account.account_id)
        if looked is None or looked.report is None:
            continue
        for row in looked.report.rows:
            if row.is_difference or not only_differences:
                venue = shown.account.venue
                instrument = instruments.get((venue, row.symbol)) or held.get((venue, row.asset))
                found.append(
                    ShownTruth(shown, names.get(row.bot_id, ""), instrument, row, orders.get(row.client_order_id))
                )
    return found


def _difference(shown: ShownTruth) -> str:
    row = shown.row
    if not row.difference:
        return numbers.NOTHING if row.ours is None and row.venue is None else "0"
    return truth_words.signed(row.difference)


def _price(shown: ShownTruth, value: Decimal | None) -> str:
    return numbers.NOTHING if value is None else numbers.price(value, shown.instrument)


def _price_meaning(shown: ShownTruth) -> Meaning:
    row = shown.row
    is_other = row.our_price is not None and row.venue_price is not None and row.our_price != row.venue_price
    return Meaning.LOOK if is_other else Meaning.PLAIN


def truth_columns() -> list[Column[ShownTruth]]:
    """In the order in which one looks: where, what, ours beside theirs, why, and what would be done."""
    translate = QCoreApplication.translate
    return [
        Column(
            "account",
            translate("columns", "Account"),
            lambda shown: shown.account.account.name,
            lambda shown: shown.account.account.name,
            width=76,
        ),
        Column(
            "bot",
            translate("columns", "Bot"),
            lambda shown: shown.bot_name or numbers.NOTHING,
            lambda shown: shown.bot_name,
            width=84,
        ),
        Column(
            "what",
            translate("columns", "Rung or asset"),
            lambda shown: shown.what,
            lambda shown: f"{shown.row.rung:06}" if shown.row.subject is Subject.RUNG else f"~{shown.row.asset}",
            width=100,
            exact=lambda shown: shown.row.client_order_id or truth_words.subject(shown.row),
        ),
        Column(
            "side",
            translate("columns", "Side"),
            lambda shown: "" if shown.row.side is None else words.side(shown.row.side),
            lambda shown: None if shown.row.side is None else shown.row.side.value,
            width=48,
            meaning=lambda shown: Meaning.PLAIN if shown.row.side is None else words.side_meaning(shown.row.side),
        ),
        Column(
            "ours",
            translate("columns", "Ours"),
            lambda shown: shown.amount(shown.row.ours),
            lambda shown: None if shown.row.ours is None else float(shown.row.ours),
            is_number=True,
            width=104,
            exact=lambda shown: numbers.exact(shown.row.ours or ZERO),
        ),
        Column(
            "venue",
            translate("columns", "The venue's"),
            lambda shown: shown.amount(shown.row.venue),
            lambda shown: None if shown.row.venue is None else float(shown.row.venue),
            is_number=True,
            width=104,
            exact=lambda shown: numbers.exact(shown.row.venue or ZERO),
        ),
        Column(
            "difference",
            translate("columns", "Difference"),
            _difference,
            lambda shown: float(shown.row.difference),
            is_number=True,
            width=100,
            meaning=lambda shown: Meaning.LOOK if shown.row.difference and shown.row.is_difference else Meaning.MUTED,
        ),
        Column(
            "cause",
            translate("columns", "Cause"),
            lambda shown: truth_words.cause(shown.row.cause),
            lambda shown: shown.row.cause.value,
            width=172,
            meaning=lambda shown: truth_words.cause_meaning(shown.row.cause),
        ),
        Column(
            "our_price",
            translate("columns", "Our price"),
            lambda shown: _price(shown, shown.row.our_price),
            lambda shown: None if shown.row.our_price is None else float(shown.row.our_price),
            is_number=True,
            width=92,
        ),
        Column(
            "venue_price",
            translate("columns", "Its price"),
            lambda shown: _price(shown, shown.row.venue_price),
            lambda shown: None if shown.row.venue_price is None else float(shown.row.venue_price),
            is_number=True,
            width=92,
            meaning=_price_meaning,
        ),
        Column(
            "repair",
            translate("columns", "Repair"),
            lambda shown: truth_words.repair(shown.row),
            lambda shown: truth_words.repair(shown.row),
            width=0,
            meaning=muted_meaning,
        ),
    ]
