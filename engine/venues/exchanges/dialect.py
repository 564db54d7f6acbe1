"""What differs between exchanges: one `Dialect` each. What is common is `exchange_venue.ExchangeVenue`.

A dialect is conversion: it says which call asks what, and reads answers and frames as the exchange wrote them. It keeps
no state about orders, never retries, never decides what is unknown.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Protocol

from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.live import KeyFacts as KeyFacts
from engine.domain.messages import RejectReason
from engine.domain.money import ZERO
from engine.domain.order import Fill, Order, OrderState, Side
from engine.venues.tape import Print, TopOfBook, milliseconds


class Urgency(StrEnum):
    """What a call is for. PROTECT (cancels, stops, reduce-only) may use the share of the budget that others may not."""

    PROTECT = "protect"
    ENTRY = "entry"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Call:
    """One REST call: ccxt's implicit method ("privatePostOrders"), its parameters, and what it costs of the budget.

    `weight` is in the exchange's own units; `is_order` counts against its limit of orders too.
    """

    method: str
    params: Mapping[str, Any]
    weight: int = 1
    urgency: Urgency = Urgency.QUERY
    is_order: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. `body` is parsed JSON (numbers as Decimal or text), or text that is none."""

    status: int
    body: Any
    headers: Mapping[str, str]


class NoAnswer(Exception):
    """Nobody knows whether the call arrived: refused, reset, timed out, broken off."""


class SaidNo(NoAnswer):
    """A question was answered by a no that the exchange gives words to: a key that it does not take, as a rule."""


class Calls(Protocol):
    """ccxt's signing and transport without its judgement: every status and body comes back as it is."""

    async def ask(self, call: Call) -> Answer:
        """Raises NoAnswer. Waits for the budget first; raises VenueUnavailable, nothing sent, while banned."""
        ...

    @property
    def ccxt(self) -> Any:
        """The exchange object, for its `watch_*` methods, which sign in and subscribe."""
        ...

    @property
    def offset_ms(self) -> int:
        """What its own clock is set ahead by, to be the exchange's."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """An instrument with the exchange's own name of it. A size on the wire is our quantity / contract size."""

    instrument: Instrument
    market_id: str
    is_trading: bool


#: The reason of an order that was taken and then ended because it was post-only.
POST_ONLY_ENDED = "post_only"


@dataclass(frozen=True, slots=True)
class Seen:
    """An order as the exchange tells it, ours or anybody's; quantities in base.

    `filled_quantity` is cumulative. `state` is OPEN, FILLED, CANCELED or REJECTED. `sequence` orders two stories of the
    same order where the exchange numbers them (update time in ms, otherwise). `fills` may be some or all of them.
    `client_order_id` may be "" where a frame has none: it is known by `venue_order_id` then. A post-only order that
    the exchange took and ended by itself because it would have traded is REJECTED with the reason POST_ONLY_ENDED;
    one that was prevented, expired or delisted is CANCELED.
    """

    client_order_id: str
    venue_order_id: str
    symbol: str
    side: Side
    price: Decimal | None
    quantity: Decimal
    filled_quantity: Decimal
    state: OrderState
    at_ms: int
    sequence: int = 0
    fills: tuple[Fill, ...] = ()
    is_reduce_only: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BalancesTold:
    """(asset, total, reserved). A stream tells only what changed: `is_whole` False.

    Some tell it every few seconds besides, changed or not: equal `mark`s mean that nothing happened. None: no such
    habit.
    """

    balances: tuple[tuple[str, Decimal, Decimal], ...]
    at_ms: int
    is_whole: bool
    mark: tuple[tuple[str, Decimal], ...] | None = None


@dataclass(frozen=True, slots=True)
class PositionTold:
    """A position as the exchange has it. `quantity` in base, negative is short; prices in quote."""

    symbol: str
    side: str
    quantity: Decimal
    entry_price: Decimal
    mark_price: Decimal | None
    liquidation_price: Decimal | None
    unrealized: Decimal | None
    leverage: int | None
    is_isolated: bool | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class FundingTold:
    """Funding paid or received: `amount` in `asset`, positive came in. `reference` is unique for ever."""

    symbol: str
    asset: str
    amount: Decimal
    reference: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class FundingDue:
    """Funding was booked, and the frame does not say all of it: `Dialect.funding` does."""

    at_ms: int


Heard = Seen | BalancesTold | PositionTold | FundingTold | FundingDue


class Dialect(Protocol):
    """One exchange's words. `lag_s`: so long after sending, "not found" does not mean that an order never arrived.

    `private_acks` is how many frames confirm that the private streams are subscribed, 0 where nothing is confirmed.
    `confirms` is also asked of {CONNECTED: url}, told when a line of ccxt's is there.
    Frames and bodies come with numbers as Decimal. Strange ones may raise LookupError, TypeError, ValueError or
    ArithmeticError: the caller counts them and asks by REST.
    """

    exchange: str
    ccxt_id: str
    lag_s: float
    has_positions: bool
    has_dead_man: bool
    private_acks: int

    def options(self) -> Mapping[str, Any]:
        """ccxt's constructor options besides key, session and timeout."""
        ...

    async def instruments(self, calls: Calls, venue: str, symbols: Sequence[str]) -> Sequence[Listed]:
        """Today's rules of these symbols (BASE/QUOTE). Raises VenueUnavailable, UsageError for an unknown one."""
        ...

    async def server_time_ms(self, calls: Calls) -> int | None:
        """The exchange's clock; None where it tells none (then HTTP's Date is taken). Raises NoAnswer."""
        ...

    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call:
        """`best` is the price that a market order would begin to trade at, None while nobody knows.

        Where a market order cannot be told in base, it is a limit order that is ended at once (IOC), at a price far
        enough behind `best`, of exactly the order's quantity. Raises NoMarket when it needs `best` and there is none.
        """
        ...

    def accepted(self, answer: Answer, order: Order) -> Seen | None:
        """The order as accepted; None unless the answer has the exchange's order id and, where it echoes one, ours."""
        ...

    def refused(self, answer: Answer) -> RejectReason | None:
        """The exchange's certain no by its named list; None for everything else: nobody knows."""
        ...

    def cancel(self, order: Order, listed: Listed) -> Call: ...

    def is_cancel_taken(self, answer: Answer) -> bool:
        """Whether the request was taken. False, also where the order is said to be gone: it is asked for."""
        ...

    async def look_up(self, calls: Calls, order: Order, listed: Listed) -> "Seen | Absent | None":
        """The order with all its fills by client order id; Absent where the exchange knows none; None: ask again."""
        ...

    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> "Seen | Absent | None":
        """The same from the exchange's history, a second witness before an order is given up; Absent without one."""
        ...

    async def open_orders(self, calls: Calls, listed: Listed) -> Sequence[Seen]:
        """Everybody's open orders of the account on an instrument. Raises NoAnswer for an answer that is none."""
        ...

    async def balances(self, calls: Calls) -> BalancesTold:
        """All of them. Raises NoAnswer."""
        ...

    async def positions(self, calls: Calls, listed: Sequence[Listed]) -> Sequence[PositionTold]: ...

    async def funding(self, calls: Calls, listed: Listed, since_ms: int) -> Sequence[FundingTold]: ...

    async def probe(self, calls: Calls, listed: Sequence[Listed]) -> KeyFacts: ...

    async def top(self, calls: Calls, listed: Listed) -> TopOfBook | None:
        """The best of the book; None without two sides. The caller puts its own time in. Raises NoAnswer."""
        ...

    def public_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        """Best bid and ask, and trades. Frames are taken before ccxt; these only sign in and subscribe."""
        ...

    def private_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]: ...

    def hear_public(self, frame: Any, listed: Mapping[str, Listed], at_ms: int) -> "Sequence[PublicWord] | None":
        """None: not a market frame. `listed` by market id."""
        ...

    def hear_private(self, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None:
        """None: not ours, ccxt's (a sign-in, an answer to a subscription, a pong).

        Every change of every order is told, foreign ones included: that one is OPEN, too.
        """
        ...

    def confirms(self, frame: Any) -> bool:
        """Whether a frame that is ccxt's confirms a subscription to a private stream; see `private_acks`."""
        ...

    def arm(self, after_s: int, listed: Sequence[Listed]) -> Sequence[Call]:
        """The dead-man switch; nothing where there is none. 0 disarms."""
        ...

    def set_leverage(self, listed: Listed, leverage: int) -> Call:
        """Only of futures. Whether it was done is seen in the rules that are read afterwards."""
        ...

    def is_armed(self, answer: Answer) -> bool:
        """Whether the exchange took a call of `arm`."""
        ...


class SpotMarket:
    """What a spot market has not, for the dialects of spot markets: positions, funding, a dead-man switch."""

    has_positions = False
    has_dead_man = False

    async def positions(self, calls: Calls, listed: Sequence[Listed]) -> Sequence[PositionTold]:
        return ()

    async def funding(self, calls: Calls, listed: Listed, since_ms: int) -> Sequence[FundingTold]:
        return ()

    def arm(self, after_s: int, listed: Sequence[Listed]) -> Sequence[Call]:
        return ()

    def set_leverage(self, listed: Listed, leverage: int) -> Call:
        raise AssertionError("a spot market has no leverage")

    def is_armed(self, answer: Answer) -> bool:
        return answer.status == HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class PublicWord:
    """What a market frame says of one instrument."""

    listed: Listed
    told: TopOfBook | Print


#: The one key of what is told when a line is there; its value is the line's address.
CONNECTED = "connected"


class Garbled(str):
    """A frame that nobody can read: no whole JSON, or nothing that ccxt knows."""

    __slots__ = ()


class Absent:
    """The exchange says that it knows no such order."""


class NoMarket(Exception):
    """A market order cannot be told: nobody knows a price."""


def ccxt_symbol(instrument: Instrument) -> str:
    """ccxt's name of an instrument: linear perpetual futures carry what they are settled in."""
    if instrument.kind is InstrumentKind.PERP:
        return f"{instrument.symbol}:{instrument.quote}"
    return instrument.symbol


def by_fills(order: Order, fills: tuple[Fill, ...]) -> Seen:
    """An order that ended and that its exchange forgot, by its fills alone: what did not fill was cancelled."""
    filled = sum((each.quantity for each in fills), ZERO)
    state = OrderState.FILLED if filled >= order.quantity else OrderState.CANCELED
    return Seen(
        order.client_order_id, order.venue_order_id, order.symbol, order.side, order.price, order.quantity, filled,
        state, milliseconds(order.updated_at), fills=fills,
    )  # fmt: skip
