"""Small worlds for venue tests: an instrument, orders, a matching engine, recordings, a sink and a clock that obeys."""

import asyncio
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from engine.domain.bot import Account
from engine.domain.instrument import FeeAsset, Instrument, PriceBand, VenueRules
from engine.domain.messages import OrderFilled, OrderRejected, RejectCode, VenueEvent
from engine.domain.order import Fill, Order, OrderKind, Purpose, Side
from engine.venues.balances import Balances
from engine.venues.clearing import Clearing
from engine.venues.matching import MarketState, Matching
from engine.venues.recording import CandleRecording

D = Decimal
START = datetime(2025, 9, 1, tzinfo=UTC)
START_MS = int(START.timestamp()) * 1000
VENUE = "replay:test"

RULES = VenueRules(
    price_bands=(PriceBand(D(0), D("0.5")), PriceBand(D(1000), D(1))),
    size_increment=D("0.01"),
    min_quantity=D("0.05"),
    max_quantity=D(100),
    min_notional=D(10),
    max_open_orders=3,
    maker_fee=D("0.001"),
    taker_fee=D("0.002"),
)
FREE = dataclasses.replace(RULES, max_open_orders=200, maker_fee=D(0), taker_fee=D(0), min_notional=D(0))
IN_BASE = dataclasses.replace(RULES, fee_asset=FeeAsset.RECEIVED)


def instrument(rules: VenueRules = RULES) -> Instrument:
    return Instrument(VENUE, "BTC/KRW", "BTC", "KRW", rules)


def matching(
    rules: VenueRules = RULES,
    *,
    krw: str = "1000",
    btc: str = "10",
    price: str | None = "100",
    volume: str = "50",
    used: Iterable[str] = (),
) -> Matching:
    """An engine whose market stands at `price` with `volume` left to trade."""
    balances = Balances({"KRW": D(krw), "BTC": D(btc)})
    engine = Matching(
        instrument(rules),
        Clearing(instrument(rules), balances, "aa", 0),
        (),
        MarketState(START_MS),
        0,
        frozenset(used).__contains__,
    )
    if price is not None:
        engine.stand_at(D(price), D(volume))
    return engine


def order(
    identity: str,
    side: Side,
    price: str | None,
    quantity: str,
    *,
    post_only: bool = True,
    symbol: str = "BTC/KRW",
) -> Order:
    """A limit order, or a market order when it has no price."""
    return Order(
        client_order_id=identity,
        bot_id="botbotbo",
        account_id=VENUE,
        venue=VENUE,
        symbol=symbol,
        side=side,
        kind=OrderKind.MARKET if price is None else OrderKind.LIMIT,
        price=None if price is None else D(price),
        quantity=D(quantity),
        post_only=post_only and price is not None,
        purpose=Purpose.RUNG_BUY,
        generation=1,
        rung=0,
        cycle=1,
        attempt=1,
        created_at=START,
        updated_at=START,
    )


def buy(identity: str, price: str | None, quantity: str, *, post_only: bool = True) -> Order:
    return order(identity, Side.BUY, price, quantity, post_only=post_only)


def sell(identity: str, price: str | None, quantity: str, *, post_only: bool = True) -> Order:
    return order(identity, Side.SELL, price, quantity, post_only=post_only)


def code_of(engine: Matching, request: Order) -> RejectCode | None:
    """Place, and give the refusal's code."""
    reason = engine.place(request).reason
    return None if reason is None else reason.code


def rows_of(fills: Sequence[Fill]) -> list[tuple[str, str, str, str]]:
    """(order, price, quantity, fee) as text, in the order in which they happened."""
    return [(fill.client_order_id, short(fill.price), short(fill.quantity), short(fill.fee)) for fill in fills]


def short(amount: Decimal) -> str:
    """A number without trailing zeros or exponent."""
    return format(amount.normalize(), "f")


Row = tuple[float, float, float, float, float]


def candles(rows: Sequence[Row], minutes: Sequence[int] | None = None) -> CandleRecording:
    """One-minute candles (open, high, low, close, volume) from START; `minutes` places them, to leave gaps."""
    ts = START_MS + 60_000 * np.array(range(len(rows)) if minutes is None else minutes, np.int64)
    columns = [np.array(column, np.float64) for column in zip(*rows, strict=True)]
    return CandleRecording(60, ts, *columns)


def write_candles(path: Path, rows: Sequence[Row], minutes: Sequence[int] | None = None) -> Path:
    """The same as a CSV file."""
    recording = candles(rows, minutes)
    lines = [",".join(repr(number) for number in recording.row(at)) for at in range(len(recording))]
    path.write_text("ts,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    return path


class ListeningSink:
    """Remembers all it was told; `decide` hears each delivery and says what is done before the market moves."""

    def __init__(self, decide: Callable[[Sequence[VenueEvent]], Iterable[asyncio.Task[object]]] | None = None) -> None:
        self.events: list[VenueEvent] = []
        self._decide = decide
        self._tasks: list[asyncio.Task[object]] = []

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        self.events.extend(events)
        if self._decide is not None:
            self._tasks.extend(self._decide(events))
        return bool(self._tasks)

    async def settled(self) -> None:
        while self._tasks:
            tasks, self._tasks = self._tasks, []
            await asyncio.gather(*tasks)

    @property
    def fills(self) -> list[Fill]:
        return [event.fill for event in self.events if isinstance(event, OrderFilled)]

    @property
    def refusals(self) -> list[OrderRejected]:
        return [event for event in self.events if isinstance(event, OrderRejected)]


class ObedientClock:
    """Time that stands still until somebody waits, and then has passed at once. Remembers how long was waited."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._passed_s = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed_s)

    def steady_s(self) -> float:
        return self._passed_s

    async def wait(self, bell: asyncio.Event, timeout_s: float) -> bool:
        if bell.is_set():
            return True
        self.waits.append(timeout_s)
        self._passed_s += timeout_s
        await asyncio.sleep(0)
        return bell.is_set()


def cash(account: Account) -> dict[str, Decimal]:
    """The first deposits of an account."""
    return {name[5:]: D(amount) for name, amount in account.settings if name.startswith("cash.")}


def numbered() -> Callable[[str], str]:
    """Names that never repeat: a1, b2, ..."""
    counter = itertools.count(1)
    return lambda prefix: f"{prefix}{next(counter)}"
