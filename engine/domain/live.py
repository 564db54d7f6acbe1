"""Real money on an account: whether it may trade, what its key was found to be, and orders there that are not ours."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.order import Side


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What the exchange says of a key and its account; None where it does not tell. Pinned when it is first used.

    `clock_offset_ms` is its clock less ours. `fees` are (maker, taker) fractions. `leverage` is by symbol.
    """

    can_trade: bool | None = None
    can_withdraw: bool | None = None
    is_ip_bound: bool | None = None
    expires_at_ms: int | None = None
    position_mode: str | None = None
    margin_mode: str | None = None
    leverage: tuple[tuple[str, int], ...] = ()
    self_trade_prevention: str | None = None
    fees: tuple[Decimal, Decimal] | None = None
    fee_asset: str | None = None
    clock_offset_ms: int | None = None


class ForeignKind(StrEnum):
    """Whose an order is that our journal does not know.

    UNKNOWN: it carries the name of one of this account's bots. OTHER_DESK: that of a bot of no bot here, so another
    Gridwright database, or another account here, uses the key. PROGRAM: some other program's. PERSON: all else.
    """

    PERSON = "person"
    PROGRAM = "program"
    OTHER_DESK = "other_desk"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ForeignOrder:
    """An open order of the account that is not ours, as its exchange tells it. It is shown and never touched.

    Quantities in base. `at` is when the exchange says it was placed, or we first saw it.
    """

    venue_order_id: str
    client_order_id: str
    symbol: str
    side: Side
    price: Decimal | None
    quantity: Decimal
    filled_quantity: Decimal
    at: datetime
    kind: ForeignKind = ForeignKind.PERSON


@dataclass(frozen=True, slots=True)
class LiveAccount:
    """The switch of a live account and what is known of its key. Kept in the database, seen by all desks.

    An account begins off: it shows everything and sends no order. `pinned` is what the person traded on, `facts` what
    the exchange said last, at `checked_at`. `confirmed_bots` were shown their first orders. `foreign` were open when
    last looked, at `foreign_at`.
    """

    account_id: str
    is_on: bool = False
    switched_at: datetime | None = None
    is_withdrawal_allowed: bool = False
    pinned: KeyFacts | None = None
    facts: KeyFacts | None = None
    checked_at: datetime | None = None
    confirmed_bots: tuple[str, ...] = ()
    foreign: tuple[ForeignOrder, ...] = ()
    foreign_at: datetime | None = None
