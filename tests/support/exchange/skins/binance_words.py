"""Binance spot's JSON: orders, trades, rules, events, and its words for a no."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.support.exchange.ports import Answer
from tests.support.exchange.values import (
    Balance,
    Fill,
    House,
    Life,
    Listing,
    OrderRecord,
    PrintEvent,
    Reason,
    Refused,
    SelfTrade,
    Side,
    Status,
    Type,
)
from tests.support.exchange.writing import fixed

ZERO = fixed(Decimal(0))

#: (code, message) of a refused order or amendment.
NOES: dict[Reason, tuple[int, str]] = {
    Reason.POST_ONLY: (-2010, "Order would immediately match and take."),
    Reason.INSUFFICIENT_FUNDS: (-2010, "Account has insufficient balance for requested action."),
    Reason.PRICE_INCREMENT: (-1013, "Filter failure: PRICE_FILTER"),
    Reason.SIZE_INCREMENT: (-1013, "Filter failure: LOT_SIZE"),
    Reason.MIN_QUANTITY: (-1013, "Filter failure: LOT_SIZE"),
    Reason.MAX_QUANTITY: (-1013, "Filter failure: LOT_SIZE"),
    Reason.MIN_NOTIONAL: (-1013, "Filter failure: NOTIONAL"),
    Reason.MAX_OPEN_ORDERS: (-1013, "Filter failure: MAX_NUM_ORDERS"),
    Reason.DUPLICATE_ID: (-2010, "Duplicate order sent."),
    Reason.NOT_FOUND: (-2011, "Unknown order sent."),
    Reason.ALREADY_DONE: (-2011, "Unknown order sent."),
    Reason.NO_MARKET: (-1121, "Invalid symbol."),
    Reason.HALTED: (-1013, "Market is closed."),
    Reason.SELF_TRADE: (-2010, "This action is disabled on this account."),
}
STP_WORDS = {
    SelfTrade.ALLOW: "NONE",
    SelfTrade.CANCEL_RESTING: "EXPIRE_MAKER",
    SelfTrade.CANCEL_NEW: "EXPIRE_TAKER",
}


def market_id(symbol: str) -> str:
    return symbol.replace("/", "")


def no(status: int, code: int, text: str) -> Answer:
    return Answer({"code": code, "msg": text}, status)


def refusal(refused: Refused) -> Answer:
    code, text = NOES.get(refused.reason, (-1130, refused.text))
    return no(400, code, text)


def status_of(order: OrderRecord) -> str:
    match order.status:
        case Status.OPEN:
            return "PARTIALLY_FILLED" if order.filled else "NEW"
        case Status.PREVENTED:
            return "EXPIRED_IN_MATCH"
        case status:
            return status.value.upper()


def type_of(order: OrderRecord) -> str:
    if order.type is Type.MARKET:
        return "MARKET"
    return "LIMIT_MAKER" if order.life is Life.POST_ONLY else "LIMIT"


def time_in_force(order: OrderRecord) -> str:
    return order.life.value.upper() if order.life in (Life.IOC, Life.FOK) else "GTC"


def order_core(order: OrderRecord, house: House) -> dict[str, Any]:
    """What every answer about an order has."""
    return {
        "symbol": market_id(order.symbol),
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": order.client_order_id,
        "price": fixed(order.price or Decimal(0)),
        "origQty": fixed(order.size),
        "executedQty": fixed(order.filled),
        "origQuoteOrderQty": fixed(order.cost or Decimal(0)),
        "cummulativeQuoteQty": fixed(order.value),
        "status": status_of(order),
        "timeInForce": time_in_force(order),
        "type": type_of(order),
        "side": order.side.value.upper(),
        "workingTime": order.created_ms,
        "selfTradePreventionMode": STP_WORDS.get(house.self_trade, "EXPIRE_MAKER"),
    }


def placed(order: OrderRecord, house: House, kind: str) -> dict[str, Any]:
    """The answer to a new order: ACK, RESULT or FULL."""
    about = order_core(order, house)
    ack = {name: about[name] for name in ("symbol", "orderId", "orderListId", "clientOrderId")}
    ack["transactTime"] = order.updated_ms
    if kind == "ACK":
        return ack
    told = {**ack, **about}
    if kind == "FULL":
        told["fills"] = [
            {
                "price": fixed(fill.price),
                "qty": fixed(fill.size),
                "commission": fixed(fill.fee),
                "commissionAsset": fill.fee_asset,
                "tradeId": fill.trade_id,
            }
            for fill in order.fills
        ]
    return told


def queried(order: OrderRecord, house: House) -> dict[str, Any]:
    return {
        **order_core(order, house),
        "stopPrice": ZERO,
        "icebergQty": ZERO,
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": True,
    }


def canceled(order: OrderRecord, house: House, cancel_id: str) -> dict[str, Any]:
    return {
        **order_core(order, house),
        "origClientOrderId": order.client_order_id,
        "clientOrderId": cancel_id,
        "transactTime": order.updated_ms,
    }


def trade(order: OrderRecord, fill: Fill) -> dict[str, Any]:
    return {
        "symbol": market_id(order.symbol),
        "id": fill.trade_id,
        "orderId": order.order_id,
        "orderListId": -1,
        "price": fixed(fill.price),
        "qty": fixed(fill.size),
        "quoteQty": fixed(fill.value),
        "commission": fixed(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.at_ms,
        "isBuyer": order.side is Side.BUY,
        "isMaker": fill.is_maker,
        "isBestMatch": True,
    }


def balance(held: Balance) -> dict[str, str]:
    return {"asset": held.asset, "free": fixed(held.total - held.locked), "locked": fixed(held.locked)}


def public_trade(event: PrintEvent) -> dict[str, Any]:
    return {
        "id": event.trade_id,
        "price": fixed(event.price),
        "qty": fixed(event.size),
        "quoteQty": fixed(event.price * event.size),
        "time": event.at_ms,
        "isBuyerMaker": event.taker is Side.SELL,
        "isBestMatch": True,
    }


def levels(side: Sequence[tuple[Decimal, Decimal]]) -> list[list[str]]:
    return [[fixed(price), fixed(size)] for price, size in side]


def execution(order: OrderRecord, fill: Fill | None, house: House, now_ms: int, cancel_id: str) -> dict[str, Any]:
    """An executionReport. A cancelled order carries the cancel's own id in `c` and its first id in `C`."""
    is_canceled = fill is None and order.status is Status.CANCELED
    return {
        "e": "executionReport",
        "E": now_ms,
        "s": market_id(order.symbol),
        "c": cancel_id if is_canceled else order.client_order_id,
        "S": order.side.value.upper(),
        "o": type_of(order),
        "f": time_in_force(order),
        "q": fixed(order.size),
        "p": fixed(order.price or Decimal(0)),
        "P": ZERO,
        "F": ZERO,
        "g": -1,
        "C": order.client_order_id if is_canceled else "",
        "x": _executed(order, fill),
        "X": status_of(order),
        "r": "NONE",
        "i": order.order_id,
        "l": fixed(fill.size if fill else Decimal(0)),
        "z": fixed(order.filled),
        "L": fixed(fill.price if fill else Decimal(0)),
        "n": fixed(fill.fee) if fill else "0",
        "N": fill.fee_asset if fill else None,
        "T": order.updated_ms,
        "t": fill.trade_id if fill else -1,
        "I": order.sequence,
        "w": order.status is Status.OPEN and order.type is Type.LIMIT,
        "m": fill.is_maker if fill else False,
        "M": False,
        "O": order.created_ms,
        "Z": fixed(order.value),
        "Y": fixed(fill.value if fill else Decimal(0)),
        "Q": fixed(order.cost or Decimal(0)),
        "W": order.created_ms,
        "V": STP_WORDS.get(house.self_trade, "EXPIRE_MAKER"),
    }


def account_position(balances: Sequence[Balance], at_ms: int, now_ms: int) -> dict[str, Any]:
    told = [{"a": held.asset, "f": fixed(held.total - held.locked), "l": fixed(held.locked)} for held in balances]
    return {"e": "outboundAccountPosition", "E": now_ms, "u": at_ms, "B": told}


def rules(listing: Listing) -> dict[str, Any]:
    """A symbol of exchangeInfo."""
    return {
        "symbol": market_id(listing.symbol),
        "status": "TRADING" if listing.is_trading else "BREAK",
        "baseAsset": listing.base,
        "baseAssetPrecision": 8,
        "quoteAsset": listing.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"],
        "icebergAllowed": False,
        "ocoAllowed": False,
        "otoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": True,
        "amendAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _filters(listing),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["NONE", "EXPIRE_MAKER", "EXPIRE_TAKER"],
    }


def _filters(listing: Listing) -> list[dict[str, Any]]:
    tick = fixed(listing.price_bands[0][1])
    sizes = {
        "minQty": fixed(listing.min_size),
        "maxQty": fixed(listing.max_size),
        "stepSize": fixed(listing.size_increment),
    }
    return [
        {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000.00000000", "tickSize": tick},
        {"filterType": "LOT_SIZE", **sizes},
        {"filterType": "ICEBERG_PARTS", "limit": 10},
        {"filterType": "MARKET_LOT_SIZE", **sizes, "minQty": ZERO, "stepSize": ZERO},
        {
            "filterType": "NOTIONAL",
            "minNotional": fixed(listing.min_notional),
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": listing.max_open_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
    ]


def _executed(order: OrderRecord, fill: Fill | None) -> str:
    if fill is not None:
        return "TRADE"
    match order.status:
        case Status.OPEN:
            return "NEW"
        case Status.PREVENTED:
            return "TRADE_PREVENTION"
        case status:
            return status.value.upper()
