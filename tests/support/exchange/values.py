"""What the loopback exchange trades in: listings, requests, orders, fills, positions, and its reasons to refuse."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Kind(StrEnum):
    SPOT = "spot"
    PERP = "perp"


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY


class Type(StrEnum):
    LIMIT = "limit"
    MARKET = "market"


class Life(StrEnum):
    """How long a limit order lives."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post_only"


class PositionSide(StrEnum):
    """BOTH in one-way mode; LONG or SHORT in hedge mode."""

    BOTH = "both"
    LONG = "long"
    SHORT = "short"


class FeeRule(StrEnum):
    """Fees in quote, in what the order receives, or in a third asset (BNB, at `fee_asset_price`) while it lasts."""

    QUOTE = "quote"
    RECEIVED = "received"
    THIRD = "third"


class IdRule(StrEnum):
    """Among which orders of an account a client order id must be unique."""

    OPEN = "open"
    EVER = "ever"


class SelfTrade(StrEnum):
    """What happens when an account would trade with itself: it does; its resting or its new order ends; a refusal."""

    ALLOW = "allow"
    CANCEL_RESTING = "cancel_resting"
    CANCEL_NEW = "cancel_new"
    REFUSE = "refuse"


class Status(StrEnum):
    """PREVENTED: ended by self-trade prevention. EXPIRED: an IOC's or post-only's rest, ended by the venue itself."""

    OPEN = "open"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    PREVENTED = "prevented"

    @property
    def is_final(self) -> bool:
        return self is not Status.OPEN


class Reason(StrEnum):
    """Why the exchange refuses. Each skin says it in its venue's own words, code and HTTP status."""

    POST_ONLY = "post_only"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    PRICE_INCREMENT = "price_increment"
    SIZE_INCREMENT = "size_increment"
    MIN_QUANTITY = "min_quantity"
    MAX_QUANTITY = "max_quantity"
    MIN_NOTIONAL = "min_notional"
    MAX_OPEN_ORDERS = "max_open_orders"
    DUPLICATE_ID = "duplicate_id"
    BAD_ID = "bad_id"
    NOT_FOUND = "not_found"
    ALREADY_DONE = "already_done"
    NO_MARKET = "no_market"
    HALTED = "halted"
    SELF_TRADE = "self_trade"
    REDUCE_ONLY = "reduce_only"
    POSITION_SIDE = "position_side"
    LEVERAGE = "leverage"
    BAD_REQUEST = "bad_request"


class Refused(Exception):
    """The exchange's no: certain, nothing was changed."""

    def __init__(self, reason: Reason, text: str = "") -> None:
        super().__init__(text or reason.value)
        self.reason = reason
        self.text = text or reason.value


@dataclass(frozen=True, slots=True)
class Listing:
    """A tradable thing and its rules of now. `symbol` is ours, BASE/QUOTE, for perps too.

    Sizes are in base for SPOT, in contracts for PERP, where one contract is `contract_size` base. `price_bands` are
    (from price inclusive, increment), ascending from 0. `min_notional` is in quote. Fees are fractions.
    """

    symbol: str
    base: str
    quote: str
    kind: Kind
    price_bands: tuple[tuple[Decimal, Decimal], ...]
    size_increment: Decimal
    min_size: Decimal
    max_size: Decimal
    min_notional: Decimal
    max_open_orders: int
    maker_fee: Decimal
    taker_fee: Decimal
    contract_size: Decimal = Decimal(1)
    is_trading: bool = True
    #: (notional floor, notional cap, highest leverage, maintenance margin rate), ascending; PERP only.
    brackets: tuple[tuple[Decimal, Decimal, int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """An order as a wire asked for it. `size` as in Listing; `cost` (quote) instead for a market buy by money."""

    symbol: str
    side: Side
    type: Type
    size: Decimal | None
    price: Decimal | None = None
    cost: Decimal | None = None
    life: Life = Life.GTC
    client_order_id: str = ""
    position_side: PositionSide = PositionSide.BOTH
    is_reduce_only: bool = False
    #: None: as the house does.
    self_trade: SelfTrade | None = None


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of an order; both sides of a trade have its `trade_id`, which is unique only within its symbol.

    `size` as in Listing; `fee` positive when paid; `realized` for PERP, in quote.
    """

    trade_id: int
    order_id: int
    price: Decimal
    size: Decimal
    value: Decimal
    fee: Decimal
    fee_asset: str
    is_maker: bool
    at_ms: int
    realized: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as the exchange has it after `sequence`. `order_id` is a number; skins write it their venue's way."""

    order_id: int
    account: str
    symbol: str
    side: Side
    type: Type
    life: Life
    price: Decimal | None
    size: Decimal
    cost: Decimal | None
    client_order_id: str
    status: Status
    filled: Decimal
    value: Decimal
    created_ms: int
    updated_ms: int
    sequence: int
    fills: tuple[Fill, ...] = ()
    position_side: PositionSide = PositionSide.BOTH
    is_reduce_only: bool = False

    @property
    def remaining(self) -> Decimal:
        return self.size - self.filled


@dataclass(frozen=True, slots=True)
class Balance:
    """`total` includes `locked`. For PERP accounts: the wallet; `locked` is the margin of orders and positions."""

    asset: str
    total: Decimal
    locked: Decimal


@dataclass(frozen=True, slots=True)
class Position:
    """`size` in contracts, signed: negative is short. `entry_price` is cost / (size x contract_size), unrounded.

    `mode` is the account's: one-way positions have side BOTH.
    """

    symbol: str
    side: PositionSide
    size: Decimal
    entry_price: Decimal
    mark_price: Decimal
    unrealized: Decimal
    leverage: int
    is_isolated: bool
    margin: Decimal
    liquidation_price: Decimal | None
    updated_ms: int


# What the core tells its listeners, in order; each skin turns them into its venue's frames.


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """An order of an account changed: accepted, filled a bit (`fill`), or ended."""

    order: OrderRecord
    fill: Fill | None = None


@dataclass(frozen=True, slots=True)
class BalanceEvent:
    account: str
    changed: tuple[Balance, ...]
    at_ms: int
    cause: str = "order"


@dataclass(frozen=True, slots=True)
class PositionEvent:
    account: str
    positions: tuple[Position, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class FundingEvent:
    """`amount` in quote, signed from the account's side: positive came in."""

    account: str
    symbol: str
    amount: Decimal
    rate: Decimal
    at_ms: int


AccountEvent = OrderEvent | BalanceEvent | PositionEvent | FundingEvent


@dataclass(frozen=True, slots=True)
class BookEvent:
    """The book of a symbol changed; levels are (price, size), best first, at most 20.

    `changes` are the levels that changed since the event before, as (side, price, size now), at whatever depth;
    `sequence` is one more than that of the event before.
    """

    symbol: str
    bids: tuple[tuple[Decimal, Decimal], ...]
    asks: tuple[tuple[Decimal, Decimal], ...]
    at_ms: int
    sequence: int
    changes: tuple[tuple[Side, Decimal, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class PrintEvent:
    """Somebody traded; `taker` is the taker's side."""

    symbol: str
    trade_id: int
    price: Decimal
    size: Decimal
    taker: Side
    at_ms: int


MarketEvent = BookEvent | PrintEvent


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of an account and what it may do."""

    key: str
    secret: str
    passphrase: str = ""
    can_trade: bool = True
    can_withdraw: bool = False
    is_ip_bound: bool = True
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class House:
    """How one venue keeps house. `lag_ms`: how long a new order is not found by queries. Limits are (count, window ms).

    `money_step` is the smallest unit of the venue's books, to which fees are rounded half up. A post-only order that
    would trade is refused, or, where the house does not refuse it, taken and ended at once as EXPIRED.
    """

    name: str
    fee_rule: FeeRule
    id_rule: IdRule
    lag_ms: int = 0
    money_step: Decimal = Decimal("0.00000001")
    fee_asset: str = ""
    fee_asset_price: Decimal = ZERO
    order_limit: tuple[int, int] = (1_000_000, 1000)
    request_limit: tuple[int, int] = (1_000_000, 1000)
    self_trade: SelfTrade = SelfTrade.CANCEL_RESTING
    refuses_post_only: bool = True
    listings: tuple[Listing, ...] = field(default=())


def renamed(house: House, **changes: object) -> House:
    """A house that differs a little."""
    return replace(house, **changes)  # type: ignore[arg-type]
