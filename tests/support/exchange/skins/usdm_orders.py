"""Binance USDM's endpoints of orders."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Answer
from tests.support.exchange.skins import usdm_words as words
from tests.support.exchange.skins.binance_keys import Caller, Denied
from tests.support.exchange.skins.binance_orders import STP_MODES
from tests.support.exchange.skins.binance_words import market_id
from tests.support.exchange.values import (
    Life,
    OrderRecord,
    PositionSide,
    Reason,
    Refused,
    Request,
    Side,
    Type,
)

CLIENT_ID = re.compile(r"[\.A-Z\:/a-z0-9_-]{1,36}")
#: What may be sent with an order; anything else is an error.
ORDER_PARAMS = frozenset(
    {"symbol", "side", "positionSide", "type", "timeInForce", "quantity", "reduceOnly", "price", "newClientOrderId"}
    | {"newOrderRespType", "selfTradePreventionMode", "priceMatch", "goodTillDate", "closePosition", "workingType"}
    | {"recvWindow", "timestamp", "signature"}
)
MOST_IN_BATCH = 5

Params = Mapping[str, str]


class UsdmOrders:
    """Raises Denied for what is refused before the order is looked at, Refused for the order itself.

    `restricted` are accounts that the quantitative rules allow to reduce only.
    """

    def __init__(self, core: Exchange) -> None:
        self._core = core
        self.restricted: set[str] = set()
        self._names = 0

    def place(self, caller: Caller, params: Params) -> Answer:
        request = self._request(caller, params)
        if caller.account in self.restricted and not self._reduces(caller, request):
            text = (
                "Futures Trading Quantitative Rules violated, only reduceOnly order is allowed, please try again later."
            )
            raise Denied(400, -4400, text)
        order = self._core.place(caller.account, request)
        return Answer(words.placed(order, self._core.house))

    def place_batch(self, caller: Caller, params: Params) -> Answer:
        """Each by itself; what is refused is told in its place."""
        try:
            wanted = json.loads(params.get("batchOrders", ""))
        except ValueError:
            wanted = None
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST_IN_BATCH:
            raise Denied(400, -4082, "Invalid number of batch orders.")
        told: list[Any] = []
        for each in wanted:
            texts = {name: _text(value) for name, value in each.items()}
            try:
                told.append(self.place(caller, texts).body)
            except Refused as refused:
                told.append(words.refusal(refused).body)
            except Denied as denied:
                told.append({"code": denied.code, "msg": denied.text})
        return Answer(told)

    def amend(self, caller: Caller, params: Params) -> Answer:
        self._may_trade(caller)
        order = self._found(caller, params)
        if order is None:
            raise Refused(Reason.NOT_FOUND)
        for name in ("side", "quantity", "price"):
            _needed(params, name)
        done = self._core.amend(caller.account, order.order_id, _number(params, "quantity"), _number(params, "price"))
        return Answer(words.placed(done, self._core.house))

    def query(self, caller: Caller, params: Params) -> Answer:
        order = self._found(caller, params)
        if order is None:
            raise Denied(400, -2013, "Order does not exist.")
        return Answer(words.queried(order, self._core.house))

    def open_order(self, caller: Caller, params: Params) -> Answer:
        order = self._found(caller, params)
        if order is None or order.status.is_final:
            raise Denied(400, -2013, "Order does not exist.")
        return Answer(words.queried(order, self._core.house))

    def cancel(self, caller: Caller, params: Params) -> Answer:
        self._may_trade(caller)
        order = self._found(caller, params)
        if order is None:
            raise Refused(Reason.NOT_FOUND)
        return Answer(words.placed(self._core.cancel(caller.account, order.order_id), self._core.house))

    def cancel_all(self, caller: Caller, params: Params) -> Answer:
        self._may_trade(caller)
        self._core.cancel_all(caller.account, self.symbol(params))
        return Answer({"code": 200, "msg": "The operation of cancel all open order is done."})

    def countdown(self, caller: Caller, params: Params) -> Answer:
        """The dead-man switch of a symbol."""
        self._may_trade(caller)
        symbol = self.symbol(params)
        text = _needed(params, "countdownTime")
        self._core.arm(caller.account, _whole(params, "countdownTime"), symbol)
        return Answer({"symbol": market_id(symbol), "countdownTime": text})

    def open_orders(self, caller: Caller, params: Params) -> Answer:
        symbol = self.symbol(params) if "symbol" in params else None
        orders = self._core.open_orders(caller.account, symbol)
        return Answer([words.queried(order, self._core.house) for order in orders])

    def all_orders(self, caller: Caller, params: Params) -> Answer:
        orders = list(self._core.orders(caller.account, self.symbol(params)))
        if "orderId" in params:
            orders = [order for order in orders if order.order_id >= _whole(params, "orderId")]
        orders = [order for order in orders if _is_in_time(order.created_ms, params)]
        return Answer([words.queried(order, self._core.house) for order in orders[-_limit(params, 500) :]])

    def trades(self, caller: Caller, params: Params) -> Answer:
        """By default the newest; from `fromId` or `startTime` on the oldest."""
        found = [
            (fill.trade_id, order, fill)
            for order in self._core.orders(caller.account, self.symbol(params))
            for fill in order.fills
            if _is_in_time(fill.at_ms, params)
        ]
        if "orderId" in params:
            found = [row for row in found if row[1].order_id == _whole(params, "orderId")]
        if "fromId" in params:
            found = [row for row in found if row[0] >= _whole(params, "fromId")]
        found.sort(key=lambda row: (row[0], row[1].order_id))
        limit = _limit(params, 500)
        is_forward = "fromId" in params or "startTime" in params
        chosen = found[:limit] if is_forward else found[-limit:]
        return Answer([words.trade(order, fill) for _, order, fill in chosen])

    def symbol(self, params: Params) -> str:
        """Ours. Raises Denied."""
        asked = _needed(params, "symbol")
        for listing in self._core.listings():
            if market_id(listing.symbol) == asked:
                return listing.symbol
        raise Denied(400, -1121, "Invalid symbol.")

    def _request(self, caller: Caller, params: Params) -> Request:
        self._may_trade(caller)
        for name in params:
            if name not in ORDER_PARAMS:
                raise Denied(400, -1104, "Not all sent parameters were read.")
        symbol = self.symbol(params)
        side = {"BUY": Side.BUY, "SELL": Side.SELL}.get(_needed(params, "side"))
        if side is None:
            raise Denied(400, -1117, "Invalid side.")
        position_side = {each.value.upper(): each for each in PositionSide}.get(params.get("positionSide", "BOTH"))
        if position_side is None:
            raise Denied(400, -4060, "Invalid position side.")
        name = params.get("newClientOrderId") or self._new_name()
        if CLIENT_ID.fullmatch(name) is None:
            raise Denied(400, -4015, "Client order id is not valid.")
        is_hedged = self._core.is_hedged(caller.account)
        if is_hedged and "reduceOnly" in params:
            raise Denied(400, -1106, "Parameter 'reduceonly' sent when not required.")
        stp = params.get("selfTradePreventionMode")
        if stp is not None and stp not in STP_MODES:
            raise Denied(400, -1130, "Data sent for parameter 'selfTradePreventionMode' is not valid.")
        kind, life = _kind(params)
        return Request(
            symbol=symbol,
            side=side,
            type=kind,
            size=_number(params, "quantity"),
            price=_number(params, "price"),
            life=life,
            client_order_id=name,
            position_side=position_side,
            is_reduce_only=_flag(params, "reduceOnly"),
            self_trade=STP_MODES[stp] if stp is not None else None,
        )

    def _reduces(self, caller: Caller, request: Request) -> bool:
        if self._core.is_hedged(caller.account):
            return (request.side is Side.SELL) == (request.position_side is PositionSide.LONG)
        return request.is_reduce_only

    def _found(self, caller: Caller, params: Params) -> OrderRecord | None:
        symbol = self.symbol(params)
        number, name = params.get("orderId"), params.get("origClientOrderId")
        if number is None and name is None:
            text = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
            raise Denied(400, -1102, text)
        if number is not None:
            order = self._core.find(caller.account, order_id=_whole(params, "orderId"))
        else:
            order = self._core.find(caller.account, client_order_id=name or "")
        if order is None or order.symbol != symbol:
            return None
        return order

    def _may_trade(self, caller: Caller) -> None:
        if not caller.key.can_trade:
            raise Denied(401, -2015, "Invalid API-key, IP, or permissions for action, request ip: 127.0.0.1")

    def _new_name(self) -> str:
        self._names += 1
        return f"loopback{self._names:014d}"


def _kind(params: Params) -> tuple[Type, Life]:
    asked = _needed(params, "type")
    if asked == "MARKET":
        for name in ("price", "timeInForce"):
            if name in params:
                raise Denied(400, -1106, f"Parameter '{name}' sent when not required.")
        _needed(params, "quantity")
        return Type.MARKET, Life.GTC
    if asked != "LIMIT":
        raise Denied(400, -1116, "Invalid orderType.")
    for name in ("timeInForce", "quantity", "price"):
        _needed(params, name)
    lives = {"GTC": Life.GTC, "IOC": Life.IOC, "FOK": Life.FOK, "GTX": Life.POST_ONLY}
    life = lives.get(params["timeInForce"])
    if life is None:
        raise Denied(400, -1115, "Invalid timeInForce.")
    return Type.LIMIT, life


def _needed(params: Params, name: str) -> str:
    if not params.get(name):
        raise Denied(400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    return params[name]


def _number(params: Params, name: str) -> Decimal | None:
    text = params.get(name)
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,20})?", text) is None or value < 0:
        raise Denied(400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    if (exponent := value.normalize().as_tuple().exponent) and isinstance(exponent, int) and exponent < -8:
        raise Denied(400, -1111, "Precision is over the maximum defined for this asset.")
    return value


def _flag(params: Params, name: str) -> bool:
    text = params.get(name, "false").lower()
    if text not in ("true", "false"):
        raise Denied(400, -1130, f"Data sent for parameter '{name}' is not valid.")
    return text == "true"


def _whole(params: Params, name: str) -> int:
    text = params[name]
    if not text.isdecimal():
        raise Denied(400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    return int(text)


def _limit(params: Params, default: int) -> int:
    return min(_whole(params, "limit"), 1000) if "limit" in params else default


def _is_in_time(at_ms: int, params: Params) -> bool:
    since = _whole(params, "startTime") if "startTime" in params else 0
    until = _whole(params, "endTime") if "endTime" in params else at_ms
    return since <= at_ms <= until


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
