"""The truth about an account: our books beside its venue's, each difference with its cause, and what would mend it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.codec import to_json
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderKind, Side

PLAN_ID_LETTERS = 12


class Subject(StrEnum):
    """What a row is about. POSITION: base that bots trade, or a perpetual's position; BALANCE: any other asset."""

    RUNG = "rung"
    POSITION = "position"
    BALANCE = "balance"


class Cause(StrEnum):
    """Why we and the venue say different things. NOTHING: we do not. NOT_OURS: somebody else's order, no difference.

    END_NOT_BOOKED: we asked for the order's end and have not heard of it. CANCELED_BY_HAND: it ended without us.
    VENUE_LAG: it changed so lately that the venue may not show it yet; it mends itself. FUNDING_NOT_BOOKED: a position
    was paid funding, or paid it, and we have not heard of that.
    """

    NOTHING = "nothing"
    NOT_OURS = "not_ours"
    VENUE_LAG = "venue_lag"
    FILL_NOT_BOOKED = "fill_not_booked"
    UNKNOWN_TO_VENUE = "unknown_to_venue"
    UNKNOWN_TO_US = "unknown_to_us"
    QUANTITY_DIFFERS = "quantity_differs"
    PRICE_DIFFERS = "price_differs"
    CANCELED_BY_HAND = "canceled_by_hand"
    END_NOT_BOOKED = "end_not_booked"
    FUNDING_NOT_BOOKED = "funding_not_booked"
    MONEY_MOVED = "money_moved"
    FEE_ROUNDING = "fee_rounding"
    POSITION_CHANGED = "position_changed"

    @property
    def is_difference(self) -> bool:
        return self not in (Cause.NOTHING, Cause.NOT_OURS)


class StepKind(StrEnum):
    """ASK: ask the venue what became of an order and book what it says. FILL: book one execution.

    FUNDING: book one payment of funding. CANCEL: cancel an order at the venue. BOOK: enter what came or went without us
    into our ledger.
    """

    ASK = "ask"
    CANCEL = "cancel"
    FILL = "fill"
    FUNDING = "funding"
    BOOK = "book"


@dataclass(frozen=True, slots=True)
class RepairStep:
    """One thing a repair does. Orders: `quantity` in base that is still open. FILL: of the execution `trade_id`.

    FUNDING: `amount` of `asset`, positive came in, by the `reference` of its payment.

    BOOK: `amount` of `asset`, positive where the venue has more than our ledger; `is_outside` where it was traded, not
    paid in or out.
    """

    kind: StepKind
    bot_id: str = ""
    client_order_id: str = ""
    venue_order_id: str = ""
    symbol: str = ""
    side: Side | None = None
    price: Decimal | None = None
    quantity: Decimal = ZERO
    trade_id: str = ""
    asset: str = ""
    amount: Decimal = ZERO
    is_outside: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ExpectedOrder:
    """An order that our bots would send when a repair is done, by what is known now. `price` None is the market's."""

    bot_id: str
    symbol: str
    side: Side
    kind: OrderKind
    price: Decimal | None
    quantity: Decimal
    rung: int


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One thing as we have it and as the venue does; None where one of us has none of it.

    RUNG: open base of an order and its price; `rung` from 0, -1 for an order that is no rung's. The others: units of
    `asset`. `difference` is the venue's less ours. `repair` is empty where nothing is to be done.
    """

    key: str
    subject: Subject
    cause: Cause
    bot_id: str = ""
    symbol: str = ""
    rung: int = -1
    side: Side | None = None
    asset: str = ""
    client_order_id: str = ""
    ours: Decimal | None = None
    venue: Decimal | None = None
    our_price: Decimal | None = None
    venue_price: Decimal | None = None
    repair: tuple[RepairStep, ...] = ()

    @property
    def difference(self) -> Decimal:
        return (self.venue or ZERO) - (self.ours or ZERO)

    @property
    def is_difference(self) -> bool:
        return self.cause.is_difference


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """What a repair would do, and which orders our bots would send because of it.

    `plan_id` is made of all that was different and all that would be done: it holds only while both stay so.
    """

    plan_id: str = ""
    steps: tuple[RepairStep, ...] = ()
    orders: tuple[ExpectedOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class TruthReport:
    """A look at one account. `at` is the instant of the venue's picture by its own clock, `taken_at` by ours.

    `plan` mends the rows that were asked about, all of them where none was named.
    """

    account_id: str
    at: datetime
    taken_at: datetime
    rows: tuple[TruthRow, ...]
    plan: RepairPlan

    @property
    def differences(self) -> tuple[TruthRow, ...]:
        return tuple(row for row in self.rows if row.is_difference)


def chosen_rows(rows: Sequence[TruthRow], keys: Sequence[str]) -> tuple[TruthRow, ...]:
    """The rows with a repair among those named by their keys, all of them without a name."""
    wanted = set(keys)
    return tuple(row for row in rows if row.repair and (not wanted or row.key in wanted))


def make_plan(account_id: str, rows: Sequence[TruthRow], orders: Sequence[Order]) -> RepairPlan:
    """The plan that mends `rows`, after which our bots would send `orders`."""
    steps = tuple(step for row in rows for step in row.repair)
    if not steps:
        return RepairPlan()
    expected = tuple(
        ExpectedOrder(
            order.bot_id, order.symbol, order.side, order.kind, order.price, order.quantity, order.rung
        )
        for order in orders
    )  # fmt: skip
    seen = [account_id, to_json([_plain(row) for row in rows]), to_json([_plain(order) for order in expected])]
    digest = hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
    return RepairPlan(digest[:PLAN_ID_LETTERS], steps, expected)


def _plain(value: TruthRow | ExpectedOrder) -> list[object]:
    """The value's parts, each amount in one form only."""
    return [_part(getattr(value, name)) for name in value.__slots__]


def _part(part: object) -> object:
    match part:
        case Decimal():
            return format(part.normalize(), "f")
        case RepairStep():
            return [_part(getattr(part, name)) for name in part.__slots__]
        case tuple():
            return [_part(each) for each in part]
    return part
