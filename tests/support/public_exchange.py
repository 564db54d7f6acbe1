"""An exchange on the loopback that speaks the public half of Binance spot and of Upbit: REST, and its streams.

What is sent is what a test says, in the venue's own words. The route leads ccxt here and nowhere else.
"""

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import aiohttp
from aiohttp import web

from engine.venues.ccxt_line import Route

LOOPBACK = "127.0.0.1"


class LoopbackOnly(aiohttp.TCPConnector):
    """Refuses every other address before anything leaves the machine."""

    async def connect(
        self, req: aiohttp.ClientRequest, traces: Any, timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        if req.url.host != LOOPBACK:
            raise aiohttp.ClientConnectionError(f"{req.url.host} is not on the loopback")
        return await super().connect(req, traces, timeout)


class PublicExchange:
    """One market with a book of one level a side. Only subscribed streams are sent, and only while `is_mute` is off."""

    def __init__(self, kind: str, base: str, quote: str) -> None:
        """`kind` is "binance" or "upbit"."""
        self.kind = kind
        self.base, self.quote = base, quote
        self.market_id = base + quote if kind == "binance" else f"{quote}-{base}"
        self.book = ("0", "0", "0", "0")
        self.is_mute = False
        #: The answer to every request and dial, instead of the right one.
        self.refusal: Callable[[], web.Response] | None = None
        self.asked: list[str] = []
        self.unknown: list[str] = []
        self.dials = 0
        self.market_changes: dict[str, Any] = {}
        self._listeners: dict[web.WebSocketResponse, set[str]] = {}
        self._transports: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self._runner: web.AppRunner | None = None
        self.port = 0
        self._trades = 0

    async def __aenter__(self) -> "PublicExchange":
        app = web.Application()
        app.router.add_get("/{host}/{path:.*}", self._get)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, self.port)
        await site.start()
        assert self._runner.addresses
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Nothing listens on the port any more; `__aenter__` opens it again."""
        self.reset()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def route(self) -> Route:
        """ccxt's way here: the host becomes the first part of the path."""

        def address(url: str) -> str:
            scheme, _, rest = url.partition("://")
            return f"{scheme.replace('wss', 'ws').replace('https', 'http')}://{LOOPBACK}:{self.port}/{rest}"

        return Route(address, LoopbackOnly)

    # What a test makes happen

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens to quotes and to trades."""
        wanted = {"binance": {"bookTicker", "trade"}, "upbit": {"orderbook", "trade"}}[self.kind]
        return wanted <= set().union(*self._listeners.values())

    async def show(self, bid: str, ask: str, bid_size: str = "5", ask_size: str = "5") -> None:
        """The book is now this."""
        self.book = (bid, ask, bid_size, ask_size)
        await self._send(self._quote_stream, self._quote())

    async def trade(self, price: str, size: str, side: str) -> None:
        """Somebody trades; `side` is the taker's."""
        self._trades += 1
        if self.kind == "binance":
            frame = {
                "e": "trade", "E": 1, "s": self.market_id, "t": self._trades, "p": price, "q": size, "T": 1,
                "m": side == "sell", "M": True,
            }  # fmt: skip
        else:
            frame = self._korean_trade(price, size, side, "REALTIME")
        await self._send("trade", frame)

    async def say(self, stream: str, frame: object) -> None:
        """Any frame at all on a stream."""
        await self._send(stream, frame)

    def reset(self) -> None:
        """Every socket is gone without a goodbye."""
        self._listeners.clear()
        while self._transports:
            _, transport = self._transports.popitem()
            transport.abort()

    async def hang_up(self) -> None:
        """Every socket is closed in order."""
        for listener in tuple(self._listeners):
            await listener.close()

    # REST

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        if self.refusal is not None:
            return self.refusal()
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._listen(request)
        answers: dict[str, dict[str, Callable[[web.Request], web.Response]]] = {
            "binance": {
                "/api.binance.com/api/v3/exchangeInfo": self._binance_info,
                "/api.binance.com/api/v3/depth": self._binance_depth,
            },
            "upbit": {"/api.upbit.com/v1/market/all": self._upbit_markets, "/api.upbit.com/v1/orderbook": self._books},
        }
        answer = answers[self.kind].get(request.path)
        if answer is None:
            self.unknown.append(request.path_qs)
            return web.json_response({"error": "there is no such thing here"}, status=404)
        return answer(request)

    def _binance_info(self, request: web.Request) -> web.Response:
        if request.query.get("symbol", self.market_id) != self.market_id:
            return web.json_response({"code": -1121, "msg": "Invalid symbol."}, status=400)
        market = {
            "symbol": self.market_id, "status": "TRADING", "baseAsset": self.base, "baseAssetPrecision": 8,
            "quoteAsset": self.quote, "quotePrecision": 8, "quoteAssetPrecision": 8, "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False, "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"],
            "permissions": [], "permissionSets": [["SPOT"]],
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000.00", "tickSize": "0.01000000"},
                {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000.00", "stepSize": "0.00001000"},
                {"filterType": "NOTIONAL", "minNotional": "5.00000000", "maxNotional": "9000000.00000000"},
                {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 150},
            ],
        }  # fmt: skip
        return web.json_response({"timezone": "UTC", "symbols": [market | self.market_changes]})

    def _binance_depth(self, _request: web.Request) -> web.Response:
        bid, ask, bid_size, ask_size = self.book
        sides = {"bids": [[bid, bid_size]], "asks": [[ask, ask_size]]}
        return web.json_response({"lastUpdateId": 1, **(sides if Decimal(bid) else {"bids": [], "asks": []})})

    def _upbit_markets(self, _request: web.Request) -> web.Response:
        names = [self.market_id, "BTC-ETH"]
        return web.json_response([{"market": name, "korean_name": name, "english_name": name} for name in names])

    def _books(self, _request: web.Request) -> web.Response:
        units = self._units() if Decimal(self.book[0]) else []
        book = {"market": self.market_id, "timestamp": 1, "total_ask_size": 1.0, "total_bid_size": 1.0}
        return _numbers([book | {"orderbook_units": units}])

    # Streams

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.dials += 1
        assert isinstance(request.transport, asyncio.Transport)
        self._transports[socket] = request.transport
        streams = self._listeners[socket] = set()
        try:
            async for message in socket:
                asked = json.loads(message.data)
                if self.kind == "binance":
                    streams |= {name.partition("@")[2] for name in asked["params"]}
                    await socket.send_json({"result": None, "id": asked["id"]})
                    continue
                for wanted in asked[1:]:
                    streams.add(wanted["type"])
                    await self._begin_korean(socket, wanted["type"])
        finally:
            self._listeners.pop(socket, None)
            self._transports.pop(socket, None)
        return socket

    async def _begin_korean(self, socket: web.WebSocketResponse, stream: str) -> None:
        """A subscription begins with how things stand: the book, and the last trade."""
        if stream == "orderbook" and Decimal(self.book[0]):
            await socket.send_bytes(_bytes(self._quote() | {"stream_type": "SNAPSHOT"}))
        if stream == "trade":
            await socket.send_bytes(_bytes(self._korean_trade("1", "999", "buy", "SNAPSHOT")))

    @property
    def _quote_stream(self) -> str:
        return "bookTicker" if self.kind == "binance" else "orderbook"

    def _quote(self) -> dict[str, Any]:
        bid, ask, bid_size, ask_size = self.book
        if self.kind == "binance":
            return {"u": 1, "s": self.market_id, "b": bid, "B": bid_size, "a": ask, "A": ask_size}
        return {
            "type": "orderbook", "code": self.market_id, "timestamp": 1, "total_ask_size": 1.0, "total_bid_size": 1.0,
            "orderbook_units": self._units(), "stream_type": "REALTIME", "level": 0,
        }  # fmt: skip

    def _units(self) -> list[dict[str, "_Number"]]:
        bid, ask, bid_size, ask_size = map(_Number, self.book)
        return [{"ask_price": ask, "bid_price": bid, "ask_size": ask_size, "bid_size": bid_size}]

    def _korean_trade(self, price: str, size: str, side: str, stream_type: str) -> dict[str, Any]:
        return {
            "type": "trade", "code": self.market_id, "timestamp": 1, "trade_timestamp": 1, "trade_date": "2026-11-20",
            "trade_time": "00:00:00", "trade_price": _Number(price), "trade_volume": _Number(size),
            "ask_bid": "ASK" if side == "sell" else "BID", "prev_closing_price": _Number(price), "change": "EVEN",
            "change_price": _Number("0"), "sequential_id": self._trades, "stream_type": stream_type,
        }  # fmt: skip

    async def _send(self, stream: str, frame: object) -> None:
        if self.is_mute:
            return
        for listener, streams in tuple(self._listeners.items()):
            if stream in streams and not listener.closed:
                # Upbit sends its JSON as bytes.
                await (listener.send_bytes(_bytes(frame)) if self.kind == "upbit" else listener.send_json(frame))


class _Number(float):
    """A JSON number that is written as it was said, with all its digits."""

    def __new__(cls, text: str) -> "_Number":
        made = super().__new__(cls, text)
        made._text = text
        return made

    _text: str

    def __repr__(self) -> str:
        return self._text


def _bytes(frame: object) -> bytes:
    # json writes a float by float.__repr__ unless it is told otherwise; the pure encoder can be told.
    return "".join(_encoder(frame)).encode()


def _encoder(value: object) -> list[str]:
    if isinstance(value, _Number):
        return [repr(value)]
    if isinstance(value, dict):
        inside = ",".join(f"{json.dumps(key)}:{''.join(_encoder(item))}" for key, item in value.items())
        return ["{", inside, "}"]
    if isinstance(value, list):
        return ["[", ",".join("".join(_encoder(item)) for item in value), "]"]
    return [json.dumps(value)]


def _numbers(value: object) -> web.Response:
    return web.Response(body=_bytes(value), content_type="application/json")
