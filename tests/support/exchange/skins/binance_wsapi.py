"""Binance's WebSocket API for spot: requests with signed parameters, and the user data stream."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.support.exchange.ports import Answer, Socket
from tests.support.exchange.skins import binance_words as words
from tests.support.exchange.skins.binance_keys import Caller, Denied, signed_params
from tests.support.exchange.values import AccountEvent, BalanceEvent, OrderEvent, Refused
from tests.support.exchange.writing import fixed

if TYPE_CHECKING:
    from tests.support.exchange.skins.binance_spot import BinanceSpot

DAY_MS = 86_400_000
#: Methods by the endpoint that answers the same on REST.
METHODS = {
    "ping": ("GET", "ping"),
    "time": ("GET", "time"),
    "exchangeInfo": ("GET", "exchangeInfo"),
    "depth": ("GET", "depth"),
    "ticker.book": ("GET", "ticker/bookTicker"),
    "order.place": ("POST", "order"),
    "order.test": ("POST", "order/test"),
    "order.status": ("GET", "order"),
    "order.cancel": ("DELETE", "order"),
    "order.cancelReplace": ("POST", "order/cancelReplace"),
    "openOrders.status": ("GET", "openOrders"),
    "openOrders.cancelAll": ("DELETE", "openOrders"),
    "allOrders": ("GET", "allOrders"),
    "myTrades": ("GET", "myTrades"),
    "account.status": ("GET", "account"),
    "account.commission": ("GET", "account/commission"),
}


class WsApi:
    """One connection, and the user data streams subscribed on it."""

    def __init__(self, skin: "BinanceSpot", socket: Socket) -> None:
        self._skin = skin
        self._socket = socket
        self._streams: dict[int, _UserStream] = {}
        self._subscriptions = 0
        socket.on_close(skin.core.timers.call_at(skin.core.now_ms() + DAY_MS, lambda: socket.close(1001)))
        socket.on_close(self._end)

    def hear(self, text: str) -> None:
        """One request."""
        try:
            asked = json.loads(text)
            number, method, params = asked["id"], asked["method"], asked.get("params", {})
            texts = {name: _text(value) for name, value in params.items()}
        except (ValueError, LookupError, TypeError, AttributeError):
            self._socket.send({"id": None, "status": 400, "error": {"code": -1135, "msg": "Invalid JSON Request"}})
            return
        verdict = self._skin.weight.take("ip", 2)
        limits = [
            {
                "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": verdict.limit,
                "count": verdict.used,
            }
        ]  # fmt: skip
        if verdict.is_allowed:
            answer = self._answered(method, params, texts)
        else:
            answer = words.no(418 if verdict.is_ban else 429, -1003, "Too much request weight used.")
        word = "result" if answer.status == 200 else "error"
        self._socket.send({"id": number, "status": answer.status, word: answer.body, "rateLimits": limits})

    def expire(self) -> None:
        """The venue ends every user data stream here, and says so."""
        for number, stream in tuple(self._streams.items()):
            self._send(number, {"e": "eventStreamTerminated", "E": self._skin.core.now_ms()})
            stream.end()
            del self._streams[number]

    def _answered(self, method: str, params: Mapping[str, Any], texts: Mapping[str, str]) -> Answer:
        try:
            match method:
                case "userDataStream.subscribe.signature":
                    return self._subscribe(signed_params(self._skin.core, params))
                case "userDataStream.unsubscribe":
                    wanted = texts.get("subscriptionId")
                    for number in list(self._streams):
                        if wanted in (None, str(number)):
                            self._streams.pop(number).end()
                    return Answer({})
                case _:
                    return self._called(method, params, texts)
        except Denied as denied:
            return words.no(denied.status, denied.code, denied.text)
        except Refused as refused:
            return words.refusal(refused)

    def _called(self, method: str, params: Mapping[str, Any], texts: Mapping[str, str]) -> Answer:
        key = METHODS.get(method)
        if key is None:
            return words.no(400, -1000, f"Unknown method: {method}")
        public = self._skin.public.get(key)
        if public is not None:
            return public(texts)
        caller = signed_params(self._skin.core, params)
        if key[0] == "POST":
            self._skin.count_order(caller)
        return self._skin.private[key](caller, texts)

    def _subscribe(self, caller: Caller) -> Answer:
        trouble = self._skin.trouble
        if trouble is not None and trouble.is_login_refused(self._socket):
            raise Denied(401, -2015, "Invalid API-key, IP, or permissions for action.")
        number = self._subscriptions
        self._subscriptions += 1
        self._streams[number] = _UserStream(self._skin, caller.account, lambda event: self._send(number, event))
        return Answer({"subscriptionId": number})

    def _send(self, number: int, event: Mapping[str, Any]) -> None:
        self._socket.send({"subscriptionId": number, "event": event})

    def _end(self) -> None:
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.end()


class _UserStream:
    """An account's events in Binance's words."""

    def __init__(self, skin: "BinanceSpot", account: str, send: Callable[[Mapping[str, Any]], None]) -> None:
        self._skin = skin
        self._send = send
        self._totals = {held.asset: held.total for held in skin.core.balances(account)}
        self.end = skin.core.listen_account(account, self._hear)

    def _hear(self, event: AccountEvent) -> None:
        core = self._skin.core
        match event:
            case OrderEvent(order, fill):
                cancel_id = self._skin.orders.cancel_ids.get(order.order_id, order.client_order_id)
                self._send(words.execution(order, fill, core.house, core.now_ms(), cancel_id))
            case BalanceEvent(_, changed, at_ms, cause):
                for held in changed:
                    delta = held.total - self._totals.get(held.asset, Decimal(0))
                    self._totals[held.asset] = held.total
                    if cause == "transfer" and delta:
                        told = {"a": held.asset, "d": fixed(delta), "T": at_ms}
                        self._send({"e": "balanceUpdate", "E": core.now_ms(), **told})
                self._send(words.account_position(changed, at_ms, core.now_ms()))
            case _:
                """Spot has nothing else."""


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
