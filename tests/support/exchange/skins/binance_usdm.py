"""Binance USDM's wire: fapi.binance.com, and the market's and the account's streams on fstream.binance.com."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Answer, Asked, Socket, Trouble
from tests.support.exchange.skins import usdm_words as words
from tests.support.exchange.skins.binance_keys import Caller, Denied, by_key, signed
from tests.support.exchange.skins.binance_streams import INTERVALS_MS
from tests.support.exchange.skins.binance_words import levels, market_id, public_trade
from tests.support.exchange.skins.limits import Gate, Verdict, Windows
from tests.support.exchange.skins.usdm_account import UsdmAccount
from tests.support.exchange.skins.usdm_orders import UsdmOrders
from tests.support.exchange.skins.usdm_streams import ListenKeys, UsdmMarketStreams, UserStream
from tests.support.exchange.values import ApiKey, Refused
from tests.support.exchange.writing import fixed, plain

Params = Mapping[str, str]
Endpoint = Callable[[Caller, Params], Answer]
Public = Callable[[Params], Answer]

REST = "fapi.binance.com"
STREAMS = "fstream.binance.com"
#: Where a key's permissions are told; Binance spot's host.
WALLET = "api.binance.com"
MINUTE_MS = 60_000
#: Orders of an account in a minute, beside those in ten seconds.
MINUTE_ORDERS = 1200
#: Weights where they are not 1. All of one address share them; a new order weighs nothing but counts.
WEIGHTS = {
    ("POST", "v1/order"): 0, ("POST", "v1/batchOrders"): 5, ("GET", "v1/allOrders"): 5, ("GET", "v1/userTrades"): 5,
    ("GET", "v3/account"): 5, ("GET", "v2/account"): 5, ("GET", "v3/balance"): 5, ("GET", "v2/balance"): 5,
    ("GET", "v3/positionRisk"): 5, ("GET", "v2/positionRisk"): 5, ("GET", "v1/income"): 30,
    ("GET", "v1/commissionRate"): 20, ("GET", "v1/symbolConfig"): 5, ("GET", "v1/accountConfig"): 5,
    ("GET", "v1/positionSide/dual"): 30, ("GET", "v1/multiAssetsMargin"): 30, ("POST", "v1/countdownCancelAll"): 10,
    ("GET", "v1/aggTrades"): 20, ("GET", "v1/trades"): 5, ("GET", "v1/feeBurn"): 30,
}  # fmt: skip


class BinanceUsdm:
    """A `ports.Skin`. Weights are counted together, orders by account. Contracts are base here: their size is 1.

    `is_account_first`: of a fill, the account's frame comes before the order's.
    """

    def __init__(self, core: Exchange, *, is_account_first: bool = True) -> None:
        self.core = core
        self.hosts = (REST, STREAMS, WALLET)
        self.trouble: Trouble | None = None
        self.orders = UsdmOrders(core)
        self.accounts = UsdmAccount(core, self.orders)
        self.keys = ListenKeys(core)
        self.weight = Gate(Windows(core.house.request_limit, core.now_ms), core.now_ms)
        self.order_count = Windows(core.house.order_limit, core.now_ms)
        self.order_minute = Windows((MINUTE_ORDERS, MINUTE_MS), core.now_ms)
        self._is_account_first = is_account_first
        #: Rows of `fundingInfo`: what is not paid each 8 hours.
        self.funding_hours: list[dict[str, Any]] = []
        self._markets: dict[Socket, UsdmMarketStreams] = {}
        self.public = self._public_endpoints()
        self.private = self._private_endpoints()

    def _public_endpoints(self) -> dict[tuple[str, str], Public]:
        core = self.core
        return {
            ("GET", "v1/ping"): lambda _: Answer({}),
            ("GET", "v1/time"): lambda _: Answer({"serverTime": core.now_ms()}),
            ("GET", "v1/exchangeInfo"): self._rules,
            ("GET", "v1/depth"): self._depth,
            ("GET", "v1/trades"): self._trades,
            ("GET", "v1/klines"): self._candles,
            ("GET", "v1/premiumIndex"): self._premium,
            ("GET", "v1/fundingInfo"): lambda _: Answer(self.funding_hours),
            ("GET", "v1/ticker/bookTicker"): self._best,
            ("GET", "v1/ticker/price"): self._price,
            ("GET", "v2/ticker/price"): self._price,
        }

    def _private_endpoints(self) -> dict[tuple[str, str], Endpoint]:
        orders, accounts = self.orders, self.accounts
        return {
            ("POST", "v1/order"): orders.place,
            ("POST", "v1/batchOrders"): orders.place_batch,
            ("PUT", "v1/order"): orders.amend,
            ("GET", "v1/order"): orders.query,
            ("DELETE", "v1/order"): orders.cancel,
            ("DELETE", "v1/allOpenOrders"): orders.cancel_all,
            ("POST", "v1/countdownCancelAll"): orders.countdown,
            ("GET", "v1/openOrder"): orders.open_order,
            ("GET", "v1/openOrders"): orders.open_orders,
            ("GET", "v1/allOrders"): orders.all_orders,
            ("GET", "v1/userTrades"): orders.trades,
            ("GET", "v3/account"): accounts.account,
            ("GET", "v2/account"): accounts.account,
            ("GET", "v3/balance"): accounts.balance,
            ("GET", "v2/balance"): accounts.balance,
            ("GET", "v3/positionRisk"): accounts.positions,
            ("GET", "v2/positionRisk"): accounts.old_positions,
            ("GET", "v1/leverageBracket"): accounts.brackets,
            ("GET", "v1/symbolConfig"): accounts.symbol_config,
            ("GET", "v1/accountConfig"): accounts.account_config,
            ("GET", "v1/commissionRate"): accounts.fees,
            ("GET", "v1/feeBurn"): accounts.fee_burn,
            ("GET", "v1/positionSide/dual"): accounts.is_hedged,
            ("POST", "v1/positionSide/dual"): accounts.set_hedged,
            ("GET", "v1/multiAssetsMargin"): accounts.is_multi_asset,
            ("POST", "v1/leverage"): accounts.set_leverage,
            ("POST", "v1/marginType"): accounts.set_margin_type,
            ("GET", "v1/income"): accounts.income,
            ("GET", "v1/rateLimit/order"): self._order_usage,
        }

    # ports.Skin

    def answer(self, asked: Asked) -> Answer:
        params = {**asked.query, **dict(parse_qsl(asked.body, keep_blank_values=True))}
        key = (asked.method, asked.path.removeprefix("/fapi/"))
        try:
            if asked.host == WALLET:
                return self._wallet(asked, params)
            is_listen_key = key[1] == "v1/listenKey"
            is_known = key in self.public or key in self.private or is_listen_key
            if not asked.path.startswith("/fapi/") or not is_known:
                return Answer("<html><body><h2>404 Not found</h2></body></html>", 404, {"Content-Type": "text/html"})
            verdict = self.weight.take("ip", self._weight(key, params))
            if not verdict.is_allowed:
                return self._too_much(verdict)
            headers = {"X-MBX-USED-WEIGHT-1M": str(verdict.used)}
            answer = self._listen_key(asked) if is_listen_key else self._called(key, asked, params, headers)
            return Answer(answer.body, answer.status, {**headers, **(answer.headers or {})})
        except Denied as denied:
            return words.no(denied.status, denied.code, denied.text)
        except Refused as refused:
            return words.refusal(refused)

    def connect(self, socket: Socket) -> bool:
        if socket.host != STREAMS:
            return False
        if socket.path.startswith("/private/"):
            # A key in the address is followed at once, any other is subscribed to by a message.
            key = socket.query.get("listenKey")
            return key is None or self._follow(socket, key)
        account_key = socket.path.removeprefix("/ws/")
        if account_key and self.keys.account_of(account_key) is not None:
            return self._follow(socket, account_key)
        if not socket.path.startswith(("/ws", "/stream", "/public/", "/market/")):
            return False
        self._markets[socket] = UsdmMarketStreams(self.core, socket, lambda: self.trouble)
        socket.on_close(lambda: self._forget(socket))
        return True

    def hear(self, socket: Socket, text: str) -> None:
        market = self._markets.get(socket)
        if market is not None:
            market.hear(text)
        elif socket.path.startswith("/private/"):
            self._hear_private(socket, text)

    def is_order_entry(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path in ("/fapi/v1/order", "/fapi/v1/batchOrders")

    def is_cancel(self, asked: Asked) -> bool:
        return asked.method == "DELETE" and asked.path in ("/fapi/v1/order", "/fapi/v1/allOpenOrders")

    def ban(self, asked: Asked, *, retry_after_s: int, is_ban: bool) -> Answer:
        verdict = Verdict(False, 0, self.core.house.request_limit[0], retry_after_s, is_ban)
        if is_ban:
            self.weight.ban("ip", retry_after_s)
        return self._too_much(verdict)

    def unsure(self, _asked: Asked) -> Answer:
        text = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
        return words.no(408, -1007, text)

    def expire_streams(self) -> None:
        """Every listen key ends; the sockets are told and closed."""
        self.keys.expire()

    def _follow(self, socket: Socket, key: str) -> bool:
        account = self.keys.account_of(key)
        if account is None or (self.trouble is not None and self.trouble.is_login_refused(socket)):
            return False
        UserStream(self.core, self.keys, key, account, socket, is_account_first=self._is_account_first)
        return True

    def _hear_private(self, socket: Socket, text: str) -> None:
        """SUBSCRIBE with listen keys as its parameters."""
        try:
            asked = json.loads(text)
            method, number, names = asked["method"], asked.get("id"), asked.get("params", [])
        except (ValueError, LookupError, TypeError):
            socket.send({"error": {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}})
            return
        if method == "SUBSCRIBE" and not all(self._follow(socket, name) for name in names):
            socket.send({"error": {"code": 4, "msg": "Invalid listenKey"}, "id": number})
            return
        socket.send({"result": None, "id": number})

    def _forget(self, socket: Socket) -> None:
        self._markets.pop(socket, None)

    def _listen_key(self, asked: Asked) -> Answer:
        account = by_key(self.core, asked.headers.get("X-MBX-APIKEY")).account
        match asked.method:
            case "POST":
                return Answer({"listenKey": self.keys.ask(account)})
            case "PUT":
                key = self.keys.keep(account)
                if key is None:
                    raise Denied(400, -1125, "This listenKey does not exist.")
                return Answer({"listenKey": key})
            case "DELETE":
                self.keys.close(account)
                return Answer({})
        return Answer("", 404)

    def _called(self, key: tuple[str, str], asked: Asked, params: Params, headers: dict[str, str]) -> Answer:
        public = self.public.get(key)
        if public is not None:
            return public(params)
        caller = signed(self.core, asked, params)
        if self.is_order_entry(asked):
            self._count_order(caller, headers)
        try:
            return self.private[key](caller, params)
        except Denied as denied:
            return words.no(denied.status, denied.code, denied.text)
        except Refused as refused:
            return words.refusal(refused)

    def _count_order(self, caller: Caller, headers: dict[str, str]) -> None:
        """Raises Denied for one order too many."""
        for windows, name in ((self.order_count, "10S"), (self.order_minute, "1M")):
            used = windows.take(caller.account)
            headers[f"X-MBX-ORDER-COUNT-{name}"] = str(used.used)
            if not used.is_allowed:
                seconds = windows.window_ms // 1000
                text = f"Too many new orders; current limit is {windows.limit} orders per {seconds} SECOND."
                raise Denied(429, -1015, text)

    def _weight(self, key: tuple[str, str], params: Params) -> int:
        if key == ("GET", "v1/depth"):
            limit = int(params.get("limit", "500"))
            return 2 if limit <= 50 else 5 if limit <= 100 else 10 if limit <= 500 else 20
        if key == ("GET", "v1/openOrders") and "symbol" not in params:
            return 40
        if key == ("GET", "v1/premiumIndex") and "symbol" not in params:
            return 10
        if key[1].endswith("ticker/bookTicker"):
            return 2 if "symbol" in params else 5
        return WEIGHTS.get(key, 1)

    def _too_much(self, verdict: Verdict) -> Answer:
        headers = {"Retry-After": str(verdict.retry_after_s)}
        if verdict.is_ban:
            until_ms = self.core.now_ms() + verdict.retry_after_s * 1000
            text = f"Way too many requests; IP banned until {until_ms}. Please use the websocket for live updates."
            return Answer({"code": -1003, "msg": text}, 418, headers)
        text = f"Too many requests; current limit of IP is {verdict.limit} requests per minute."
        return Answer({"code": -1003, "msg": text}, 429, headers)

    # Public endpoints

    def _rules(self, _params: Params) -> Answer:
        weight, orders = self.core.house.request_limit, self.core.house.order_limit
        limits = [
            _limit("REQUEST_WEIGHT", "MINUTE", 1, weight[0]),
            _limit("ORDERS", "MINUTE", 1, MINUTE_ORDERS),
            _limit("ORDERS", "SECOND", orders[1] // 1000, orders[0]),
        ]
        assets = sorted({listing.quote for listing in self.core.listings()})
        return Answer(
            {
                "timezone": "UTC",
                "serverTime": self.core.now_ms(),
                "futuresType": "U_MARGINED",
                "rateLimits": limits,
                "exchangeFilters": [],
                "assets": [{"asset": asset, "marginAvailable": True, "autoAssetExchange": "0"} for asset in assets],
                "symbols": [words.rules(listing) for listing in self.core.listings()],
            }
        )

    def _depth(self, params: Params) -> Answer:
        book = self.core.book(self.orders.symbol(params), int(params.get("limit", "500")))
        now_ms = self.core.now_ms()
        told = {"bids": levels(book.bids), "asks": levels(book.asks)}
        return Answer({"lastUpdateId": book.sequence, "E": now_ms, "T": now_ms, **told})

    def _trades(self, params: Params) -> Answer:
        found = self.core.prints(self.orders.symbol(params), int(params.get("limit", "500")))
        rows = [public_trade(event) for event in found]
        return Answer([{name: value for name, value in row.items() if name != "isBestMatch"} for row in rows])

    def _candles(self, params: Params) -> Answer:
        frame_ms = INTERVALS_MS.get(params.get("interval", ""))
        if frame_ms is None:
            raise Denied(400, -1120, "Invalid interval.")
        bars = self.core.candles(self.orders.symbol(params), frame_ms, int(params.get("limit", "500")))
        ends = ["0", "0", "0"]
        return Answer(
            [[bar[0], *map(fixed, bar[1:]), bar[0] + frame_ms - 1, fixed(bar[4] * bar[5]), 1, *ends] for bar in bars]
        )

    def _premium(self, params: Params) -> Answer:
        return self._each(params, self._premium_of)

    def _premium_of(self, symbol: str) -> dict[str, Any]:
        rate, next_ms = self.core.funding(symbol)
        mark = fixed(self.core.mark_price(symbol) or Decimal(0))
        return {
            "symbol": market_id(symbol),
            "markPrice": mark,
            "indexPrice": mark,
            "estimatedSettlePrice": mark,
            "lastFundingRate": plain(rate),
            "interestRate": "0.00010000",
            "nextFundingTime": next_ms,
            "time": self.core.now_ms(),
        }

    def _best(self, params: Params) -> Answer:
        return self._each(params, self._best_of)

    def _best_of(self, symbol: str) -> dict[str, Any]:
        book = self.core.book(symbol, 1)
        none = (Decimal(0), Decimal(0))
        bid, ask = (book.bids or (none,))[0], (book.asks or (none,))[0]
        sides = {"bidPrice": bid[0], "bidQty": bid[1], "askPrice": ask[0], "askQty": ask[1]}
        told = {name: fixed(value) for name, value in sides.items()}
        return {"symbol": market_id(symbol), **told, "time": self.core.now_ms(), "lastUpdateId": book.sequence}

    def _price(self, params: Params) -> Answer:
        return self._each(params, self._price_of)

    def _price_of(self, symbol: str) -> dict[str, Any]:
        price = fixed(self.core.mark_price(symbol) or Decimal(0))
        return {"symbol": market_id(symbol), "price": price, "time": self.core.now_ms()}

    def _each(self, params: Params, tell: Callable[[str], dict[str, Any]]) -> Answer:
        if "symbol" in params:
            return Answer(tell(self.orders.symbol(params)))
        return Answer([tell(listing.symbol) for listing in self.core.listings()])

    # Odds and ends

    def _order_usage(self, caller: Caller, _params: Params) -> Answer:
        orders = self.core.house.order_limit
        return Answer(
            [
                {
                    **_limit("ORDERS", "SECOND", orders[1] // 1000, orders[0]),
                    "count": self.order_count.used(caller.account),
                },
                {**_limit("ORDERS", "MINUTE", 1, MINUTE_ORDERS), "count": self.order_minute.used(caller.account)},
            ]
        )

    def _wallet(self, asked: Asked, params: Params) -> Answer:
        if (asked.method, asked.path) != ("GET", "/sapi/v1/account/apiRestrictions"):
            return Answer("", 404)
        return Answer(_restrictions(signed(self.core, asked, params).key), 200, {"X-SAPI-USED-IP-WEIGHT-1M": "1"})


def _limit(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _restrictions(key: ApiKey) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ipRestrict": key.is_ip_bound,
        "createTime": 1_700_000_000_000,
        "enableReading": True,
        "enableSpotAndMarginTrading": False,
        "enableWithdrawals": key.can_withdraw,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": key.can_trade,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enablePortfolioMarginTrading": False,
    }
    if key.expires_ms is not None:
        told["tradingAuthorityExpirationTime"] = key.expires_ms
    return told
