"""Binance spot's market streams: which a socket asked for, and what is sent on each."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Socket, Trouble
from tests.support.exchange.skins.binance_words import levels, market_id
from tests.support.exchange.values import BookEvent, MarketEvent, PrintEvent, Side
from tests.support.exchange.writing import fixed

MOST_STREAMS = 1024
#: Messages of a client within a second; one more ends the connection.
MOST_MESSAGES = 5
DAY_MS = 86_400_000
INTERVALS_MS = {"1s": 1000, "1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000, "1d": DAY_MS}


class MarketStreams:
    """All streams of one socket. A name that is no stream's is taken and never sent, as Binance does."""

    def __init__(self, core: Exchange, socket: Socket, trouble: Callable[[], Trouble | None]) -> None:
        self._core = core
        self._socket = socket
        self._trouble = trouble
        self._is_combined = "/stream" in socket.path
        self._streams: dict[str, Callable[[], None]] = {}
        self._heard_ms: list[int] = []
        over = core.timers.call_at(core.now_ms() + DAY_MS, lambda: socket.close(1001))
        socket.on_close(over)
        socket.on_close(self._end)
        named = socket.query.get("streams", "").split("/") if self._is_combined else socket.path.split("/")[2:]
        for name in named:
            # ccxt numbers its connections: /ws/0 is no stream.
            if "@" in name:
                self._subscribe(name)

    def hear(self, text: str) -> None:
        """A request of the client."""
        now_ms = self._core.now_ms()
        self._heard_ms = [at_ms for at_ms in self._heard_ms if at_ms > now_ms - 1000] + [now_ms]
        if len(self._heard_ms) > MOST_MESSAGES:
            self._socket.close(1008)
            return
        try:
            asked = json.loads(text)
            method, number, names = asked["method"], asked.get("id"), asked.get("params", [])
        except (ValueError, LookupError, TypeError, AttributeError):
            self._socket.send({"error": {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}})
            return
        match method:
            case "SUBSCRIBE":
                trouble = self._trouble()
                if trouble is not None and any(trouble.is_subscribe_refused(self._socket, name) for name in names):
                    self._socket.send(
                        {"error": {"code": 1, "msg": "Invalid value type: expected Boolean"}, "id": number}
                    )
                    return
                if len(self._streams) + len(names) > MOST_STREAMS:
                    self._socket.close(1008)
                    return
                self._socket.send({"result": None, "id": number})
                for name in names:
                    self._subscribe(name)
            case "UNSUBSCRIBE":
                for name in names:
                    self._streams.pop(name, lambda: None)()
                self._socket.send({"result": None, "id": number})
            case "LIST_SUBSCRIPTIONS":
                self._socket.send({"result": list(self._streams), "id": number})
            case _:
                self._socket.send({"error": {"code": 2, "msg": f"Invalid request: unknown variant {method}"}})

    def _end(self) -> None:
        streams, self._streams = self._streams, {}
        for end in streams.values():
            end()

    def _subscribe(self, name: str) -> None:
        if name in self._streams:
            return
        market, _, kind = name.partition("@")
        symbols = {market_id(listing.symbol).lower(): listing.symbol for listing in self._core.listings()}
        maker = _maker(kind)
        if market not in symbols or maker is None:
            self._streams[name] = lambda: None
            return
        stream = _Stream(self._core, symbols[market], lambda frame: self._send(name, frame))
        self._streams[name] = maker(stream, kind)

    def _send(self, name: str, frame: Any) -> None:
        self._socket.send({"stream": name, "data": frame} if self._is_combined else frame)


class _Stream:
    """One stream: hears the market, and sends at once or at the end of an interval."""

    def __init__(self, core: Exchange, symbol: str, send: Callable[[Any], None]) -> None:
        self._core = core
        self._symbol = symbol
        self._id = market_id(symbol)
        self._send = send
        self._changes: dict[tuple[Side, Decimal], Decimal] = {}
        self._first = 0
        self._last = 0
        self._timer: Callable[[], None] | None = None
        self._best: object = None

    def best(self, _kind: str) -> Callable[[], None]:
        def hear(event: MarketEvent) -> None:
            if not isinstance(event, BookEvent) or not event.bids or not event.asks:
                return
            if (best := (event.bids[0], event.asks[0])) == self._best:
                return
            self._best = best
            (bid, bid_size), (ask, ask_size) = best
            told = {"b": fixed(bid), "B": fixed(bid_size), "a": fixed(ask), "A": fixed(ask_size)}
            self._send({"u": event.sequence, "s": self._id, **told})

        return self._core.listen_market(self._symbol, hear)

    def trades(self, kind: str) -> Callable[[], None]:
        def hear(event: MarketEvent) -> None:
            if not isinstance(event, PrintEvent):
                return
            about = {"e": kind, "E": self._core.now_ms(), "s": self._id}
            numbers = {"p": fixed(event.price), "q": fixed(event.size), "T": event.at_ms}
            is_maker = {"m": event.taker is Side.SELL, "M": True}
            if kind == "aggTrade":
                ids = {"a": event.trade_id, "f": event.trade_id, "l": event.trade_id}
            else:
                ids = {"t": event.trade_id}
            self._send({**about, **ids, **numbers, **is_maker})

        return self._core.listen_market(self._symbol, hear)

    def depth(self, kind: str) -> Callable[[], None]:
        """Differences, gathered: each frame's U follows the frame before."""
        every_ms = 100 if kind.endswith("@100ms") else 1000
        self._last = self._core.book(self._symbol, 0).sequence

        def tell() -> None:
            self._timer = None
            changes, self._changes = self._changes, {}
            self._send(
                {
                    "e": "depthUpdate",
                    "E": self._core.now_ms(),
                    "s": self._id,
                    "U": self._first,
                    "u": self._last,
                    "b": levels([(price, size) for (side, price), size in changes.items() if side is Side.BUY]),
                    "a": levels([(price, size) for (side, price), size in changes.items() if side is Side.SELL]),
                }
            )

        def hear(event: MarketEvent) -> None:
            if not isinstance(event, BookEvent):
                return
            if self._timer is None:
                self._first = self._last + 1
                self._timer = self._core.timers.call_at(self._core.now_ms() + every_ms, tell)
            self._last = event.sequence
            for side, price, size in event.changes:
                self._changes[side, price] = size

        return self._ending(self._core.listen_market(self._symbol, hear))

    def top_levels(self, kind: str) -> Callable[[], None]:
        """The best 5, 10 or 20, whole, as often as asked for, where something changed."""
        depth = int(kind.removeprefix("depth").partition("@")[0])
        every_ms = 100 if kind.endswith("@100ms") else 1000

        def tell() -> None:
            self._timer = self._core.timers.call_at(self._core.now_ms() + every_ms, tell)
            book = self._core.book(self._symbol, depth)
            if book.sequence == self._last:
                return
            self._last = book.sequence
            self._send({"lastUpdateId": book.sequence, "bids": levels(book.bids), "asks": levels(book.asks)})

        self._timer = self._core.timers.call_at(self._core.now_ms() + every_ms, tell)
        return self._ending(lambda: None)

    def candles(self, kind: str) -> Callable[[], None]:
        interval = kind.removeprefix("kline_")
        frame_ms = INTERVALS_MS[interval]

        def hear(event: MarketEvent) -> None:
            if not isinstance(event, PrintEvent):
                return
            bar = self._core.candles(self._symbol, frame_ms, 1)[-1]
            self._send(
                {
                    "e": "kline",
                    "E": self._core.now_ms(),
                    "s": self._id,
                    "k": {
                        "t": bar[0],
                        "T": bar[0] + frame_ms - 1,
                        "s": self._id,
                        "i": interval,
                        "f": event.trade_id,
                        "L": event.trade_id,
                        **dict(zip("ohlcv", map(fixed, bar[1:]), strict=True)),
                        "n": 1,
                        "x": False,
                        "q": fixed(bar[4] * bar[5]),
                        "V": fixed(bar[5]),
                        "Q": fixed(bar[4] * bar[5]),
                        "B": "0",
                    },
                }
            )

        return self._core.listen_market(self._symbol, hear)

    def day(self, _kind: str) -> Callable[[], None]:
        """A mini ticker: without best prices."""

        def hear(event: MarketEvent) -> None:
            if isinstance(event, PrintEvent):
                self._send({"e": "24hrMiniTicker", "E": self._core.now_ms(), **mini_ticker(self._core, self._symbol)})

        return self._core.listen_market(self._symbol, hear)

    def _ending(self, end: Callable[[], None]) -> Callable[[], None]:
        def stop() -> None:
            end()
            if self._timer is not None:
                self._timer()

        return stop


def mini_ticker(core: Exchange, symbol: str) -> dict[str, str]:
    """The last day in a stream's short names."""
    opened, high, low, closed, volume = last_day(core, symbol)
    return {
        "s": market_id(symbol),
        "c": fixed(closed),
        "o": fixed(opened),
        "h": fixed(high),
        "l": fixed(low),
        "v": fixed(volume),
        "q": fixed(volume * closed),
    }


def last_day(core: Exchange, symbol: str) -> Sequence[Decimal]:
    """Open, high, low, close and volume of the last 24 hours; all the mark where nobody traded."""
    since_ms = core.now_ms() - DAY_MS
    bars = [bar for bar in core.candles(symbol, 60_000, 1440) if bar[0] >= since_ms]
    if not bars:
        mark = core.mark_price(symbol) or Decimal(0)
        return (mark, mark, mark, mark, Decimal(0))
    volume = sum((bar[5] for bar in bars), Decimal(0))
    return (bars[0][1], max(bar[2] for bar in bars), min(bar[3] for bar in bars), bars[-1][4], volume)


def _maker(kind: str) -> Callable[[_Stream, str], Callable[[], None]] | None:
    match kind.partition("@")[0]:
        case "bookTicker":
            return _Stream.best
        case "trade" | "aggTrade":
            return _Stream.trades
        case "depth":
            return _Stream.depth
        case "depth5" | "depth10" | "depth20":
            return _Stream.top_levels
        case "miniTicker":
            return _Stream.day
        case name if name.removeprefix("kline_") in INTERVALS_MS and name.startswith("kline_"):
            return _Stream.candles
        case _:
            return None
