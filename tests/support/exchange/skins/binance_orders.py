"""Binance spot's endpoints of orders and accounts: the same for REST and for the WebSocket API."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.support.exchange.core import Exchange
from tests.support.exchange.ports import Answer
from tests.support.exchange.skins import binance_words as words
from tests.support.exchange.skins.binance_keys import Caller, Denied
from tests.support.exchange.values import (
    Life,
    OrderRecord,
    Reason,
    Refused,
    Request,
    SelfTrade,
    Side,
    Type,
)
from tests.support.exchange.writing import fixed

CLIENT_ID = re.compile(r"[a-zA-Z0-9\-_]{1,36}")
#: What may be sent with an order; anything else is an error.
ORDER_PARAMS = frozenset(
    {"symbol", "side", "type", "timeInForce", "quantity", "quoteOrderQty", "price", "newClientOrderId", "strategyId"}
    | {"strategyType", "stopPrice", "trailingDelta", "icebergQty", "newOrderRespType", "selfTradePreventionMode"}
    | {"recvWindow", "timestamp", "signature", "apiKey"}
)
STP_MODES = {
    "NONE": SelfTrade.ALLOW,
    "EXPIRE_MAKER": SelfTrade.CANCEL_RESTING,
    "EXPIRE_TAKER": SelfTrade.CANCEL_NEW,
}

Params = Mapping[str, str]


class SpotOrders:
    """Raises Denied for what Binance refuses before it looks at the order, Refused for the order itself.

    `cancel_ids` are what each cancelled order's cancel was called; the streams tell it too.
    """

    def __init__(self, core: Exchange) -> None:
        self._core = core
        self.cancel_ids: dict[int, str] = {}
        self._cancels = 0
        self._names = 0

    def place(self, caller: Caller, params: Params) -> Answer:
        request = self.read(caller, params)
        order = self._core.place(caller.account, request)
        default = "ACK" if request.life is Life.POST_ONLY else "FULL"
        return Answer(words.placed(order, self._core.house, params.get("newOrderRespType", default)))

    def test(self, caller: Caller, params: Params) -> Answer:
        """The same checks of form, and no order."""
        self.read(caller, params)
        return Answer({})

    def query(self, caller: Caller, params: Params) -> Answer:
        order = self._found(caller, params)
        if order is None:
            raise Denied(400, -2013, "Order does not exist.")
        return Answer(words.queried(order, self._core.house))

    def cancel(self, caller: Caller, params: Params) -> Answer:
        self._may_trade(caller)
        order = self._found(caller, params)
        if order is None:
            raise Refused(Reason.NOT_FOUND)
        return Answer(self._canceled(caller, order, params.get("newClientOrderId")))

    def cancel_all(self, caller: Caller, params: Params) -> Answer:
        self._may_trade(caller)
        symbol = self.symbol(params)
        orders = self._core.open_orders(caller.account, symbol)
        if not orders:
            raise Refused(Reason.NOT_FOUND)
        return Answer([self._canceled(caller, order, None) for order in orders])

    def cancel_replace(self, caller: Caller, params: Params) -> Answer:
        """Cancel, then place. STOP_ON_FAILURE leaves the new one out where the old one could not be cancelled."""
        self._may_trade(caller)
        mode = params.get("cancelReplaceMode")
        if mode not in ("STOP_ON_FAILURE", "ALLOW_FAILURE"):
            raise Denied(
                400, -1102, "Mandatory parameter 'cancelReplaceMode' was not sent, was empty/null, or malformed."
            )
        named = {"orderId": "cancelOrderId", "origClientOrderId": "cancelOrigClientOrderId"}
        asked = {name: params[theirs] for name, theirs in named.items() if theirs in params}
        told: dict[str, Any] = {}
        cancel = self._attempt(lambda: self.cancel(caller, {"symbol": params.get("symbol", ""), **asked}))
        told["cancelResult"] = "SUCCESS" if cancel.status == 200 else "FAILURE"
        told["cancelResponse"] = cancel.body
        if cancel.status != 200 and mode == "STOP_ON_FAILURE":
            told.update(newOrderResult="NOT_ATTEMPTED", newOrderResponse=None)
            return Answer({"code": -2022, "msg": "Order cancel-replace failed.", "data": told}, 400)
        unwanted = {"cancelReplaceMode", "cancelOrderId", "cancelOrigClientOrderId", "cancelNewClientOrderId"}
        new = {name: value for name, value in params.items() if name not in unwanted}
        placed = self._attempt(lambda: self.place(caller, new))
        told["newOrderResult"] = "SUCCESS" if placed.status == 200 else "FAILURE"
        told["newOrderResponse"] = placed.body
        if placed.status == cancel.status == 200:
            return Answer(told)
        is_half = 200 in (placed.status, cancel.status)
        code, text = (
            (-2021, "Order cancel-replace partially failed.") if is_half else (-2022, "Order cancel-replace failed.")
        )
        return Answer({"code": code, "msg": text, "data": told}, 409 if is_half else 400)

    def open_orders(self, caller: Caller, params: Params) -> Answer:
        symbol = self.symbol(params) if "symbol" in params else None
        orders = self._core.open_orders(caller.account, symbol)
        return Answer([words.queried(order, self._core.house) for order in orders])

    def all_orders(self, caller: Caller, params: Params) -> Answer:
        orders = list(self._core.orders(caller.account, self.symbol(params)))
        if "orderId" in params:
            orders = [order for order in orders if order.order_id >= whole(params, "orderId")]
        orders = [order for order in orders if _is_in_time(order.created_ms, params)]
        return Answer([words.queried(order, self._core.house) for order in orders[-limit_of(params, 500) :]])

    def trades(self, caller: Caller, params: Params) -> Answer:
        """By default the newest; from `fromId` or `startTime` on the oldest."""
        symbol = self.symbol(params)
        found = [
            (fill.trade_id, order, fill)
            for order in self._traded(caller, symbol, params)
            for fill in order.fills
            if _is_in_time(fill.at_ms, params)
        ]
        if "fromId" in params:
            found = [row for row in found if row[0] >= whole(params, "fromId")]
        found.sort(key=lambda row: (row[0], row[1].order_id))
        limit = limit_of(params, 500)
        is_forward = "fromId" in params or "startTime" in params
        chosen = found[:limit] if is_forward else found[-limit:]
        return Answer([words.trade(order, fill) for _, order, fill in chosen])

    def account(self, caller: Caller, params: Params) -> Answer:
        listing = self._core.listings()[0]
        balances = [words.balance(held) for held in self._core.balances(caller.account)]
        if params.get("omitZeroBalances") == "true":
            balances = [row for row in balances if Decimal(row["free"]) or Decimal(row["locked"])]
        rates = {"maker": fixed(listing.maker_fee), "taker": fixed(listing.taker_fee)}
        return Answer(
            {
                "makerCommission": int(listing.maker_fee * 10_000),
                "takerCommission": int(listing.taker_fee * 10_000),
                "buyerCommission": 0,
                "sellerCommission": 0,
                "commissionRates": {**rates, "buyer": words.ZERO, "seller": words.ZERO},
                "canTrade": caller.key.can_trade,
                "canWithdraw": caller.key.can_withdraw,
                "canDeposit": True,
                "brokered": False,
                "requireSelfTradePrevention": False,
                "preventSor": False,
                "updateTime": self._core.now_ms(),
                "accountType": "SPOT",
                "balances": balances,
                "permissions": ["SPOT"],
                "uid": 354_937_868,
            }
        )

    def commission(self, _caller: Caller, params: Params) -> Answer:
        symbol = self.symbol(params)
        listing = self._core.listing(symbol)
        assert listing is not None
        none = {"maker": words.ZERO, "taker": words.ZERO, "buyer": words.ZERO, "seller": words.ZERO}
        standard = {**none, "maker": fixed(listing.maker_fee), "taker": fixed(listing.taker_fee)}
        has_third = bool(self._core.house.fee_asset)
        return Answer(
            {
                "symbol": words.market_id(symbol),
                "standardCommission": standard,
                "specialCommission": none,
                "taxCommission": none,
                "discount": {
                    "enabledForAccount": has_third,
                    "enabledForSymbol": has_third,
                    "discountAsset": self._core.house.fee_asset or "BNB",
                    "discount": "0.75000000",
                },
            }
        )

    def symbol(self, params: Params) -> str:
        """Ours. Raises Denied."""
        asked = params.get("symbol", "")
        if not asked:
            raise Denied(400, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
        for listing in self._core.listings():
            if words.market_id(listing.symbol) == asked:
                return listing.symbol
        raise Denied(400, -1121, "Invalid symbol.")

    def _traded(self, caller: Caller, symbol: str, params: Params) -> Sequence[OrderRecord]:
        if "orderId" not in params:
            return self._core.orders(caller.account, symbol)
        order = self._core.find(caller.account, order_id=whole(params, "orderId"))
        return [order] if order is not None and order.symbol == symbol else []

    def read(self, caller: Caller, params: Params) -> Request:
        """What an order asks for, judged by its form alone."""
        self._may_trade(caller)
        unknown = [name for name in params if name not in ORDER_PARAMS]
        if unknown:
            read = len(params) - len(unknown)
            text = f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{len(params)}'."
            raise Denied(400, -1104, text)
        symbol = self.symbol(params)
        side = {"BUY": Side.BUY, "SELL": Side.SELL}.get(params.get("side", ""))
        if side is None:
            raise Denied(400, -1117, "Invalid side.")
        client_order_id = params.get("newClientOrderId") or self._new_name()
        if CLIENT_ID.fullmatch(client_order_id) is None:
            text = "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'."
            raise Denied(400, -1100, text)
        stp = params.get("selfTradePreventionMode")
        if stp is not None and stp not in STP_MODES:
            raise Denied(400, -1130, "Data sent for parameter 'selfTradePreventionMode' is not valid.")
        kind, life = self._kind(params)
        return Request(
            symbol=symbol,
            side=side,
            type=kind,
            size=_number(params, "quantity"),
            price=_number(params, "price"),
            cost=_number(params, "quoteOrderQty"),
            life=life,
            client_order_id=client_order_id,
            self_trade=STP_MODES[stp] if stp is not None else None,
        )

    def _kind(self, params: Params) -> tuple[Type, Life]:
        asked = params.get("type", "")
        needed = {"LIMIT": ("timeInForce", "quantity", "price"), "LIMIT_MAKER": ("quantity", "price"), "MARKET": ()}
        if asked not in needed:
            raise Denied(400, -1116, "Invalid orderType.")
        for name in needed[asked]:
            if not params.get(name):
                text = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
                raise Denied(400, -1102, text)
        unwanted = {"LIMIT": ("quoteOrderQty",), "LIMIT_MAKER": ("timeInForce",), "MARKET": ("price", "timeInForce")}
        for name in unwanted[asked]:
            if name in params:
                raise Denied(400, -1106, f"Parameter '{name}' sent when not required.")
        if asked == "MARKET":
            if ("quantity" in params) == ("quoteOrderQty" in params):
                text = "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed."
                raise Denied(400, -1102, text)
            return Type.MARKET, Life.GTC
        if asked == "LIMIT_MAKER":
            return Type.LIMIT, Life.POST_ONLY
        life = {"GTC": Life.GTC, "IOC": Life.IOC, "FOK": Life.FOK}.get(params["timeInForce"])
        if life is None:
            raise Denied(400, -1115, "Invalid timeInForce.")
        return Type.LIMIT, life

    def _canceled(self, caller: Caller, order: OrderRecord, name: str | None) -> dict[str, Any]:
        name = name or self._new_name()
        self.cancel_ids[order.order_id] = name
        try:
            done = self._core.cancel(caller.account, order.order_id)
        except Refused:
            del self.cancel_ids[order.order_id]
            raise
        return words.canceled(done, self._core.house, name)

    def _found(self, caller: Caller, params: Params) -> OrderRecord | None:
        symbol = self.symbol(params)
        number, name = params.get("orderId"), params.get("origClientOrderId")
        if number is None and name is None:
            text = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
            raise Denied(400, -1102, text)
        if number is not None:
            order = self._core.find(caller.account, order_id=whole(params, "orderId"))
        else:
            order = self._core.find(caller.account, client_order_id=name or "")
        if order is None or order.symbol != symbol or (name is not None and order.client_order_id != name):
            return None
        return order

    def _attempt(self, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except Refused as refused:
            return words.refusal(refused)
        except Denied as denied:
            return words.no(denied.status, denied.code, denied.text)

    def _may_trade(self, caller: Caller) -> None:
        if not caller.key.can_trade:
            raise Denied(401, -2015, "Invalid API-key, IP, or permissions for action.")

    def _new_name(self) -> str:
        self._names += 1
        return f"loopback{self._names:014d}"


def _number(params: Params, name: str) -> Decimal | None:
    text = params.get(name)
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    if re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,20})?", text) is None:
        pattern = "^([0-9]{1,20})(\\.[0-9]{1,20})?$"
        raise Denied(400, -1100, f"Illegal characters found in parameter '{name}'; legal range is '{pattern}'.")
    if (exponent := value.normalize().as_tuple().exponent) and isinstance(exponent, int) and exponent < -8:
        raise Denied(400, -1111, f"Parameter '{name}' has too much precision.")
    return value


def whole(params: Params, name: str) -> int:
    """A parameter that is a whole number. Raises Denied."""
    text = params[name]
    if re.fullmatch(r"[0-9]{1,20}", text) is None:
        raise Denied(400, -1100, f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'.")
    return int(text)


def limit_of(params: Params, default: int, most: int = 1000) -> int:
    """How many rows are asked for. Raises Denied."""
    limit = whole(params, "limit") if "limit" in params else default
    if limit == 0:
        raise Denied(400, -1130, "Data sent for parameter 'limit' is not valid.")
    return min(limit, most)


def _is_in_time(at_ms: int, params: Params) -> bool:
    since = whole(params, "startTime") if "startTime" in params else 0
    until = whole(params, "endTime") if "endTime" in params else at_ms
    return since <= at_ms <= until
