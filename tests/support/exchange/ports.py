"""What skins need of the core, and the server of skins. The core is `core.Exchange`, the server `server.Server`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.support.exchange.values import (
    AccountEvent,
    ApiKey,
    Balance,
    BookEvent,
    House,
    Listing,
    MarketEvent,
    OrderRecord,
    Position,
    PrintEvent,
    Request,
)


class Core(Protocol):
    """One venue's books: synchronous, no I/O, told the time by its clock. Exact: amounts are integers inside.

    Everything is seen at once here. `find` and `open_orders` hide what is younger than the house's lag, as a venue's
    queries do; `truth` and the auditor do not.
    """

    house: House

    def now_ms(self) -> int: ...

    def listing(self, symbol: str) -> Listing | None: ...

    def listings(self) -> Sequence[Listing]: ...

    def key(self, key: str) -> tuple[str, ApiKey] | None:
        """(account, key) of an API key."""
        ...

    def place(self, account: str, request: Request) -> OrderRecord:
        """Raises Refused. What trades at once has its fills in the answer, and as events."""
        ...

    def cancel(self, account: str, order_id: int) -> OrderRecord:
        """Raises Refused NOT_FOUND or ALREADY_DONE."""
        ...

    def amend(self, account: str, order_id: int, size: Any, price: Any) -> OrderRecord:
        """Change a resting order in place, losing its place in the queue. Raises Refused."""
        ...

    def find(self, account: str, *, order_id: int | None = None, client_order_id: str = "") -> OrderRecord | None:
        """By the venue's number or the newest by client order id; None while it is younger than the lag."""
        ...

    def open_orders(self, account: str, symbol: str | None = None) -> Sequence[OrderRecord]: ...

    def orders(self, account: str, symbol: str | None = None) -> Sequence[OrderRecord]:
        """All, oldest first."""
        ...

    def balances(self, account: str) -> Sequence[Balance]: ...

    def positions(self, account: str) -> Sequence[Position]: ...

    def set_leverage(self, account: str, symbol: str, leverage: int) -> None: ...

    def set_hedge_mode(self, account: str, *, is_hedged: bool) -> None:
        """Raises Refused while there are open orders or positions."""
        ...

    def is_hedged(self, account: str) -> bool: ...

    def leverage(self, account: str, symbol: str) -> int: ...

    def set_isolated(self, account: str, symbol: str, *, is_isolated: bool) -> None: ...

    def funding(self, symbol: str) -> tuple[Any, int]:
        """(present rate, next funding time in ms)."""
        ...

    def funding_paid(self, account: str, symbol: str | None = None) -> Sequence[Any]:
        """FundingEvents of the account, oldest first."""
        ...

    def mark_price(self, symbol: str) -> Any: ...

    def book(self, symbol: str, depth: int) -> BookEvent: ...

    def prints(self, symbol: str, count: int) -> Sequence[PrintEvent]:
        """The newest, oldest first."""
        ...

    def candles(self, symbol: str, timeframe_ms: int, count: int) -> Sequence[tuple[int, Any, Any, Any, Any, Any]]:
        """(open time ms, open, high, low, close, volume), oldest first."""
        ...

    def arm(self, account: str, after_ms: int, symbol: str | None = None) -> None:
        """The dead-man switch: cancel all orders when nobody arms it again in time; 0 disarms."""
        ...

    def listen_account(self, account: str, hear: Callable[[AccountEvent], None]) -> Callable[[], None]:
        """Hear of an account until the answer is called."""
        ...

    def listen_market(self, symbol: str, hear: Callable[[MarketEvent], None]) -> Callable[[], None]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One REST request: `raw_query` and `body` exactly as they came, for signatures."""

    host: str
    method: str
    path: str
    raw_query: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is written as JSON where it is not text."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] | None = None


class Socket(Protocol):
    """One WebSocket of a client, as a skin sees it. What is sent goes through the fault plan."""

    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    def send(self, frame: Any, *, is_binary: bool = False) -> None:
        """JSON unless it is text or bytes. Never waits."""
        ...

    def close(self, code: int = 1000) -> None: ...

    def on_close(self, call: Callable[[], None]) -> None:
        """Also called when the client is gone."""
        ...


class Trouble(Protocol):
    """The fault plan as skins ask it, for what only they can say in their venue's words."""

    def is_login_refused(self, socket: Socket) -> bool:
        """To be asked at each sign-in of a WebSocket; True: answer as to a wrong key, though it is right."""
        ...

    def is_subscribe_refused(self, socket: Socket, channel: str) -> bool:
        """To be asked at each subscription; True: answer the venue's error."""
        ...


class Skin(Protocol):
    """A venue's wire over a core: authentication, endpoints, streams, error bodies.

    A skin may have more: `unsure(asked) -> Answer`, its venue's "nobody knows" (-1007), a 504 otherwise;
    `too_many_orders(asked) -> Answer`, its limit of orders, its `ban` otherwise;
    `cores`, where it plays over several; `expire_streams()`, which ends private streams as the venue does when their
    key has expired.
    """

    #: Set by the server; None while there is none.
    trouble: Trouble | None

    @property
    def hosts(self) -> Sequence[str]: ...

    @property
    def core(self) -> Core: ...

    def answer(self, asked: Asked) -> Answer:
        """Every request, refused authentication and unknown paths included. Never raises Refused."""
        ...

    def connect(self, socket: Socket) -> bool:
        """A WebSocket was dialled; False refuses it (401)."""
        ...

    def hear(self, socket: Socket, text: str) -> None:
        """A frame of the client, protocol pings excepted."""
        ...

    def is_order_entry(self, asked: Asked) -> bool:
        """Whether this request places an order: what a fault plan aims at. Cancels are told by `is_cancel`."""
        ...

    def is_cancel(self, asked: Asked) -> bool: ...

    def ban(self, asked: Asked, *, retry_after_s: int, is_ban: bool) -> Answer:
        """The venue's own 429, or 418 for a ban, with its headers."""
        ...
