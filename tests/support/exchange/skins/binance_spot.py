"""Binance spot's wire: api.binance.com, the market streams, the WebSocket API with its user data stream."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Answer, Asked, Socket, Trouble
from tests.support.exchange.skins import binance_words as words
from tests.support.exchange.skins.binance_keys import Caller, Denied, by_key, signed
from tests.support.exchange.skins.binance_orders import SpotOrders, limit_of
from tests.support.exchange.skins.binance_streams import INTERVALS_MS, MarketStreams, last_day
from tests.support.exchange.skins.binance_wsapi import WsApi
from tests.support.exchange.skins.limits import Gate, Verdict, Windows
from tests.support.exchange.values import ApiKey, Refused
from tests.support.exchange.writing import fixed, plain

Params = Mapping[str, str]
Endpoint = Callable[[Caller, Params], Answer]
Public = Callable[[Params], Answer]

REST = "api.binance.com"
STREAMS = "stream.binance.com"
WS_API = "ws-api.binance.com"
DAY_MS = 86_400_000
#: Weights where they are not 1. All of one address share them.
WEIGHTS = {
    ("GET", "exchangeInfo"): 20, ("GET", "trades"): 25, ("GET", "aggTrades"): 4, ("GET", "klines"): 2,
    ("GET", "ticker/bookTicker"): 2, ("GET", "ticker/price"): 2, ("GET", "ticker/24hr"): 2, ("GET", "avgPrice"): 2,
    ("GET", "account"): 20, ("GET", "order"): 4, ("GET", "allOrders"): 20, ("GET", "myTrades"): 20,
    ("GET", "openOrders"): 6, ("GET", "account/commission"): 20, ("GET", "rateLimit/order"): 40,
}  # fmt: skip


class BinanceSpot:
    """A `ports.Skin`. Everybody comes from one address, so weights are counted together; orders by account."""

    def __init__(self, core: Exchange) -> None:
        self.core = core
        self.hosts = (REST, STREAMS, WS_API, "api1.binance.com", "api2.binance.com", "api3.binance.com")
        self.trouble: Trouble | None = None
        self.orders = SpotOrders(core)
        self.weight = Gate(Windows(core.house.request_limit, core.now_ms), core.now_ms)
        self.order_count = Windows(core.house.order_limit, core.now_ms)
        self.order_day = Windows((200_000, DAY_MS), core.now_ms)
        self._sockets: dict[Socket, MarketStreams | WsApi] = {}
        self.public: dict[tuple[str, str], Public] = {
            ("GET", "ping"): lambda _: Answer({}),
            ("GET", "time"): lambda _: Answer({"serverTime": core.now_ms()}),
            ("GET", "exchangeInfo"): self._rules,
            ("GET", "depth"): self._depth,
            ("GET", "trades"): self._trades,
            ("GET", "aggTrades"): self._agg_trades,
            ("GET", "klines"): self._candles,
            ("GET", "avgPrice"): self._average,
            ("GET", "ticker/bookTicker"): self._best,
            ("GET", "ticker/price"): self._price,
            ("GET", "ticker/24hr"): self._day,
        }
        self.private: dict[tuple[str, str], Endpoint] = {
            ("GET", "account"): self.orders.account,
            ("POST", "order"): self.orders.place,
            ("POST", "order/test"): self.orders.test,
            ("GET", "order"): self.orders.query,
            ("DELETE", "order"): self.orders.cancel,
            ("POST", "order/cancelReplace"): self.orders.cancel_replace,
            ("GET", "openOrders"): self.orders.open_orders,
            ("DELETE", "openOrders"): self.orders.cancel_all,
            ("GET", "allOrders"): self.orders.all_orders,
            ("GET", "myTrades"): self.orders.trades,
            ("GET", "account/commission"): self.orders.commission,
            ("GET", "rateLimit/order"): self._order_usage,
        }

    # ports.Skin

    def answer(self, asked: Asked) -> Answer:
        params = {**asked.query, **dict(parse_qsl(asked.body, keep_blank_values=True))}
        try:
            if asked.path.startswith("/sapi/"):
                return self._sapi(asked, params)
            key = (asked.method, asked.path.removeprefix("/api/v3/"))
            if not asked.path.startswith("/api/v3/") or (key not in self.public and key not in self.private):
                return Answer("<html><body><h2>404 Not found</h2></body></html>", 404, {"Content-Type": "text/html"})
            verdict = self.weight.take("ip", self._weight(key, params))
            if not verdict.is_allowed:
                return self._too_much(verdict)
            headers = {"X-MBX-USED-WEIGHT": str(verdict.used), "X-MBX-USED-WEIGHT-1M": str(verdict.used)}
            return self._with(self._called(key, asked, params, headers), headers)
        except Denied as denied:
            return words.no(denied.status, denied.code, denied.text)
        except Refused as refused:
            return words.refusal(refused)

    def connect(self, socket: Socket) -> bool:
        if socket.host == WS_API:
            self._sockets[socket] = WsApi(self, socket)
        elif socket.host == STREAMS and socket.path.startswith(("/ws", "/stream")):
            self._sockets[socket] = MarketStreams(self.core, socket, lambda: self.trouble)
        else:
            return False
        socket.on_close(lambda: self._forget(socket))
        return True

    def _forget(self, socket: Socket) -> None:
        self._sockets.pop(socket, None)

    def hear(self, socket: Socket, text: str) -> None:
        self._sockets[socket].hear(text)

    def is_order_entry(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path in ("/api/v3/order", "/api/v3/order/cancelReplace")

    def is_cancel(self, asked: Asked) -> bool:
        return asked.method == "DELETE" and asked.path in ("/api/v3/order", "/api/v3/openOrders")

    def ban(self, asked: Asked, *, retry_after_s: int, is_ban: bool) -> Answer:
        verdict = Verdict(False, 0, self.core.house.request_limit[0], retry_after_s, is_ban)
        if is_ban:
            self.weight.ban("ip", retry_after_s)
        return self._too_much(verdict)

    def unsure(self, _asked: Asked) -> Answer:
        text = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
        return words.no(504, -1007, text)

    def too_many_orders(self, _asked: Asked) -> Answer:
        limit, window_ms = self.core.house.order_limit
        text = f"Too many new orders; current limit is {limit} orders per {window_ms // 1000} SECOND."
        headers = {"Retry-After": "1", "X-MBX-ORDER-COUNT-10S": str(limit + 1)}
        return Answer({"code": -1015, "msg": text}, 429, headers)

    def expire_streams(self) -> None:
        """Every user data stream is told that it has ended; the sockets stay."""
        for held in self._sockets.values():
            if isinstance(held, WsApi):
                held.expire()

    # What both doors use

    def count_order(self, caller: Caller) -> dict[str, str]:
        """Counts an order, and tells how many there were in this window. Raises Denied."""
        used = self.order_count.take(caller.account)
        day = self.order_day.take(caller.account)
        if not used.is_allowed:
            seconds = self.order_count.window_ms // 1000
            limit = self.order_count.limit
            text = f"Too many new orders; current limit is {limit} orders per {seconds} SECOND."
            raise OrderLimit(429, -1015, text, used.retry_after_s)
        return {"X-MBX-ORDER-COUNT-10S": str(used.used), "X-MBX-ORDER-COUNT-1D": str(day.used)}

    def _called(self, key: tuple[str, str], asked: Asked, params: Params, headers: dict[str, str]) -> Answer:
        public = self.public.get(key)
        if public is not None:
            return public(params)
        caller = signed(self.core, asked, params)
        if self.is_order_entry(asked):
            try:
                headers.update(self.count_order(caller))
            except OrderLimit as limit:
                headers["Retry-After"] = str(limit.retry_after_s)
                return words.no(limit.status, limit.code, limit.text)
        try:
            return self.private[key](caller, params)
        except Denied as denied:
            return words.no(denied.status, denied.code, denied.text)
        except Refused as refused:
            return words.refusal(refused)

    def _with(self, answer: Answer, headers: Mapping[str, str]) -> Answer:
        return Answer(answer.body, answer.status, {**headers, **(answer.headers or {})})

    def _weight(self, key: tuple[str, str], params: Params) -> int:
        if key == ("GET", "depth"):
            limit = limit_of(params, 100, 5000)
            return 5 if limit <= 100 else 25 if limit <= 500 else 50 if limit <= 1000 else 250
        if key == ("GET", "openOrders") and "symbol" not in params:
            return 80
        if key[1].startswith("ticker/") and "symbol" not in params:
            return 80 if key[1] == "ticker/24hr" else 4
        if key == ("GET", "myTrades") and "orderId" in params:
            return 5
        return WEIGHTS.get(key, 1)

    def _too_much(self, verdict: Verdict) -> Answer:
        headers = {"Retry-After": str(verdict.retry_after_s)}
        if verdict.is_ban:
            until_ms = self.core.now_ms() + verdict.retry_after_s * 1000
            text = (
                f"Way too much request weight used; IP banned until {until_ms}. "
                "Please use WebSocket Streams for live updates to avoid bans."
            )
            return Answer({"code": -1003, "msg": text}, 418, headers)
        text = (
            f"Too much request weight used; current limit is {verdict.limit} request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API."
        )
        return Answer({"code": -1003, "msg": text}, 429, headers)

    # Public endpoints

    def _rules(self, params: Params) -> Answer:
        wanted: list[str] | None = None
        if "symbol" in params:
            wanted = [params["symbol"]]
        elif "symbols" in params:
            wanted = _named(params["symbols"])
        told = [words.rules(listing) for listing in self.core.listings()]
        if wanted is not None:
            told = [row for row in told if row["symbol"] in wanted]
            if len(told) < len(wanted):
                raise Denied(400, -1121, "Invalid symbol.")
        weight, orders = self.core.house.request_limit, self.core.house.order_limit
        limits = [
            _limit("REQUEST_WEIGHT", "MINUTE", weight[1] // 60_000, weight[0]),
            _limit("ORDERS", "SECOND", orders[1] // 1000, orders[0]),
            _limit("ORDERS", "DAY", 1, 200_000),
            _limit("RAW_REQUESTS", "MINUTE", 5, 61_000),
        ]
        about = {"timezone": "UTC", "serverTime": self.core.now_ms(), "rateLimits": limits, "exchangeFilters": []}
        return Answer({**about, "symbols": told})

    def _depth(self, params: Params) -> Answer:
        book = self.core.book(self.orders.symbol(params), limit_of(params, 100, 5000))
        told = {"bids": words.levels(book.bids), "asks": words.levels(book.asks)}
        return Answer({"lastUpdateId": book.sequence, **told})

    def _trades(self, params: Params) -> Answer:
        found = self.core.prints(self.orders.symbol(params), limit_of(params, 500))
        return Answer([words.public_trade(event) for event in found])

    def _agg_trades(self, params: Params) -> Answer:
        found = self.core.prints(self.orders.symbol(params), limit_of(params, 500))
        short = {"id": "a", "price": "p", "qty": "q", "time": "T", "isBuyerMaker": "m", "isBestMatch": "M"}
        told = []
        for event in found:
            whole = words.public_trade(event)
            row = {name: whole[long] for long, name in short.items()}
            told.append({**row, "f": event.trade_id, "l": event.trade_id})
        return Answer(told)

    def _candles(self, params: Params) -> Answer:
        symbol = self.orders.symbol(params)
        frame_ms = INTERVALS_MS.get(params.get("interval", ""))
        if frame_ms is None:
            raise Denied(400, -1120, "Invalid interval.")
        bars = self.core.candles(symbol, frame_ms, limit_of(params, 500))
        return Answer(
            [
                [
                    bar[0],
                    *map(fixed, bar[1:]),
                    bar[0] + frame_ms - 1,
                    fixed(bar[4] * bar[5]),
                    1,
                    "0",
                    "0",
                    "0",
                ]
                for bar in bars
            ]
        )

    def _average(self, params: Params) -> Answer:
        mark = self.core.mark_price(self.orders.symbol(params)) or Decimal(0)
        return Answer({"mins": 5, "price": fixed(mark), "closeTime": self.core.now_ms()})

    def _best(self, params: Params) -> Answer:
        return self._each(params, self._best_of)

    def _price(self, params: Params) -> Answer:
        return self._each(
            params,
            lambda symbol: {
                "symbol": words.market_id(symbol),
                "price": fixed(self.core.mark_price(symbol) or Decimal(0)),
            },
        )

    def _day(self, params: Params) -> Answer:
        return self._each(params, self._day_of)

    def _each(self, params: Params, tell: Callable[[str], dict[str, Any]]) -> Answer:
        if "symbol" in params:
            return Answer(tell(self.orders.symbol(params)))
        if "symbols" in params:
            return Answer([tell(self.orders.symbol({"symbol": name})) for name in _named(params["symbols"])])
        return Answer([tell(listing.symbol) for listing in self.core.listings()])

    def _best_of(self, symbol: str) -> dict[str, Any]:
        book = self.core.book(symbol, 1)
        none = (Decimal(0), Decimal(0))
        bid, ask = (book.bids or (none,))[0], (book.asks or (none,))[0]
        sides = {"bidPrice": bid[0], "bidQty": bid[1], "askPrice": ask[0], "askQty": ask[1]}
        return {"symbol": words.market_id(symbol), **{name: fixed(value) for name, value in sides.items()}}

    def _day_of(self, symbol: str) -> dict[str, Any]:
        opened, high, low, closed, volume = last_day(self.core, symbol)
        change = closed - opened
        percent = (change / opened * 100).quantize(Decimal("0.001")) if opened else Decimal(0)
        numbers = {
            "priceChange": change, "weightedAvgPrice": closed, "prevClosePrice": opened, "lastPrice": closed,
            "lastQty": Decimal(0), "openPrice": opened, "highPrice": high, "lowPrice": low, "volume": volume,
            "quoteVolume": volume * closed,
        }  # fmt: skip
        now_ms = self.core.now_ms()
        return {
            **self._best_of(symbol),
            **{name: fixed(value) for name, value in numbers.items()},
            "priceChangePercent": plain(percent),
            "openTime": now_ms - DAY_MS, "closeTime": now_ms, "firstId": -1, "lastId": -1, "count": 0,
        }  # fmt: skip

    # Private odds and ends

    def _order_usage(self, caller: Caller, _params: Params) -> Answer:
        orders = self.core.house.order_limit
        told = [
            {
                **_limit("ORDERS", "SECOND", orders[1] // 1000, orders[0]),
                "count": self.order_count.used(caller.account),
            },
            {**_limit("ORDERS", "DAY", 1, 200_000), "count": self.order_day.used(caller.account)},
        ]
        return Answer(told)

    def _sapi(self, asked: Asked, params: Params) -> Answer:
        caller = signed(self.core, asked, params)
        headers = {"X-SAPI-USED-IP-WEIGHT-1M": "1"}
        match asked.method, asked.path:
            case "GET", "/sapi/v1/account/apiRestrictions":
                return Answer(_restrictions(caller.key), 200, headers)
            case "GET", "/sapi/v1/bnbBurn":
                return Answer({"spotBNBBurn": bool(self.core.house.fee_asset), "interestBNBBurn": False}, 200, headers)
            case "GET", "/sapi/v1/capital/config/getall":
                return Answer([], 200, headers)
            case _:
                return Answer("", 404)

    def key_of(self, key: str) -> Caller:
        """By the key alone. Raises Denied."""
        return by_key(self.core, key)


class OrderLimit(Denied):
    """Too many orders of one account."""

    def __init__(self, status: int, code: int, text: str, retry_after_s: int) -> None:
        super().__init__(status, code, text)
        self.retry_after_s = retry_after_s


def _named(text: str) -> list[str]:
    """A JSON list of symbols. Raises Denied."""
    try:
        wanted = json.loads(text)
    except ValueError:
        wanted = None
    if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
        raise Denied(400, -1100, "Illegal characters found in parameter 'symbols'; legal range is a list of symbols.")
    return wanted


def _limit(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _restrictions(key: ApiKey) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ipRestrict": key.is_ip_bound,
        "createTime": 1_700_000_000_000,
        "enableReading": True,
        "enableSpotAndMarginTrading": key.can_trade,
        "enableWithdrawals": key.can_withdraw,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": key.can_trade,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": True,
        "enablePortfolioMarginTrading": False,
    }
    if key.expires_ms is not None:
        told["tradingAuthorityExpirationTime"] = key.expires_ms
    return told
