"""Binance USDM's JSON: orders, trades, positions, rules, events, and its words for a no."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from tests.support.exchange.ports import Answer
from tests.support.exchange.skins.binance_words import STP_WORDS, market_id
from tests.support.exchange.values import (
    Balance,
    Fill,
    FundingEvent,
    House,
    Life,
    Listing,
    OrderRecord,
    Position,
    Reason,
    Refused,
    Side,
    Status,
)
from tests.support.exchange.writing import fixed, plain

ZERO = Decimal(0)
STEP = Decimal("0.00000001")
#: (code, message) of a refused order or setting.
NOES: dict[Reason, tuple[int, str]] = {
    Reason.POST_ONLY: (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected.",
    ),
    Reason.INSUFFICIENT_FUNDS: (-2019, "Margin is insufficient."),
    Reason.PRICE_INCREMENT: (-4014, "Price not increased by tick size."),
    Reason.SIZE_INCREMENT: (-1111, "Precision is over the maximum defined for this asset."),
    Reason.MIN_QUANTITY: (-4003, "Quantity less than or equal to zero."),
    Reason.MAX_QUANTITY: (-4005, "Quantity greater than max quantity."),
    Reason.MIN_NOTIONAL: (-4164, "Order's notional must be no smaller than 5 (unless you choose reduce only)."),
    Reason.MAX_OPEN_ORDERS: (-2025, "Reach max open order limit."),
    Reason.DUPLICATE_ID: (-4116, "ClientOrderId is duplicated."),
    Reason.NOT_FOUND: (-2011, "Unknown order sent."),
    Reason.ALREADY_DONE: (-2011, "Unknown order sent."),
    Reason.NO_MARKET: (-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit."),
    Reason.HALTED: (-4140, "Invalid symbol status for opening position."),
    Reason.SELF_TRADE: (-2010, "NEW_ORDER_REJECTED"),
    Reason.REDUCE_ONLY: (-2022, "ReduceOnly Order is rejected."),
    Reason.POSITION_SIDE: (-4061, "Order's position side does not match user's setting."),
    Reason.LEVERAGE: (-2027, "Exceeded the maximum allowable position at current leverage."),
}


def no(status: int, code: int, text: str) -> Answer:
    return Answer({"code": code, "msg": text}, status)


def refusal(refused: Refused) -> Answer:
    code, text = NOES.get(refused.reason, (-1130, refused.text))
    return no(400, code, text)


def cut(value: Decimal) -> Decimal:
    """As the venue shows amounts: eight decimals."""
    return value.quantize(STEP, ROUND_HALF_EVEN)


def status_of(order: OrderRecord) -> str:
    match order.status:
        case Status.OPEN:
            return "PARTIALLY_FILLED" if order.filled else "NEW"
        case Status.PREVENTED:
            return "EXPIRED_IN_MATCH"
        case status:
            return status.value.upper()


def time_in_force(order: OrderRecord) -> str:
    return "GTX" if order.life is Life.POST_ONLY else order.life.value.upper()


def average_price(order: OrderRecord) -> Decimal:
    return (order.value / order.filled).quantize(STEP) if order.filled else ZERO


def order_body(order: OrderRecord, house: House) -> dict[str, Any]:
    """An order as every answer tells it."""
    return {
        "orderId": order.order_id,
        "symbol": market_id(order.symbol),
        "status": status_of(order),
        "clientOrderId": order.client_order_id,
        "price": fixed(order.price or ZERO, 2),
        "avgPrice": fixed(average_price(order), 5),
        "origQty": fixed(order.size, 3),
        "executedQty": fixed(order.filled, 3),
        "cumQuote": fixed(order.value, 5),
        "timeInForce": time_in_force(order),
        "type": order.type.value.upper(),
        "reduceOnly": order.is_reduce_only,
        "closePosition": False,
        "side": order.side.value.upper(),
        "positionSide": order.position_side.value.upper(),
        "stopPrice": "0.00",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": order.type.value.upper(),
        "priceMatch": "NONE",
        "selfTradePreventionMode": STP_WORDS.get(house.self_trade, "EXPIRE_MAKER"),
        "goodTillDate": 0,
        "updateTime": order.updated_ms,
    }


def placed(order: OrderRecord, house: House) -> dict[str, Any]:
    return {**order_body(order, house), "cumQty": fixed(order.filled, 3)}


def queried(order: OrderRecord, house: House) -> dict[str, Any]:
    return {**order_body(order, house), "time": order.created_ms}


def trade(order: OrderRecord, fill: Fill) -> dict[str, Any]:
    return {
        "symbol": market_id(order.symbol),
        "id": fill.trade_id,
        "orderId": order.order_id,
        "side": order.side.value.upper(),
        "price": fixed(fill.price, 2),
        "qty": fixed(fill.size, 3),
        "realizedPnl": fixed(cut(fill.realized)),
        "quoteQty": fixed(fill.value, 5),
        "commission": fixed(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.at_ms,
        "positionSide": order.position_side.value.upper(),
        "buyer": order.side is Side.BUY,
        "maker": fill.is_maker,
    }


def execution(order: OrderRecord, fill: Fill | None, house: House, now_ms: int) -> dict[str, Any]:
    """An ORDER_TRADE_UPDATE."""
    told: dict[str, Any] = {
        "s": market_id(order.symbol),
        "c": order.client_order_id,
        "S": order.side.value.upper(),
        "o": order.type.value.upper(),
        "f": time_in_force(order),
        "q": fixed(order.size, 3),
        "p": fixed(order.price or ZERO, 2),
        "ap": fixed(average_price(order), 5),
        "sp": "0",
        "x": _executed(order, fill),
        "X": status_of(order),
        "i": order.order_id,
        "l": fixed(fill.size if fill else ZERO, 3),
        "z": fixed(order.filled, 3),
        "L": fixed(fill.price if fill else ZERO, 2),
        "T": order.updated_ms,
        "t": fill.trade_id if fill else 0,
        "b": "0",
        "a": "0",
        "m": fill.is_maker if fill else False,
        "R": order.is_reduce_only,
        "wt": "CONTRACT_PRICE",
        "ot": order.type.value.upper(),
        "ps": order.position_side.value.upper(),
        "cp": False,
        "rp": fixed(cut(fill.realized)) if fill else "0",
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": STP_WORDS.get(house.self_trade, "EXPIRE_MAKER"),
        "pm": "NONE",
        "gtd": 0,
    }
    if fill is not None:
        told.update(n=fixed(fill.fee), N=fill.fee_asset)
    return {"e": "ORDER_TRADE_UPDATE", "T": order.updated_ms, "E": now_ms, "o": told}


def account_update(
    cause: str, changed: Sequence[tuple[Balance, Decimal]], positions: Sequence[Position], at_ms: int, now_ms: int
) -> dict[str, Any]:
    """An ACCOUNT_UPDATE; balances with what was moved other than by trading."""
    told = [
        {"a": held.asset, "wb": fixed(cut(held.total)), "cw": fixed(cut(held.total)), "bc": fixed(cut(moved))}
        for held, moved in changed
    ]
    return {
        "e": "ACCOUNT_UPDATE",
        "T": at_ms,
        "E": now_ms,
        "a": {"B": told, "P": [position_frame(each) for each in positions], "m": cause},
    }


def position_frame(held: Position) -> dict[str, Any]:
    return {
        "s": market_id(held.symbol),
        "pa": plain(held.size),
        "ep": _entry(held),
        "cr": "0",
        "up": fixed(cut(held.unrealized)),
        "mt": "isolated" if held.is_isolated else "cross",
        "iw": fixed(cut(held.margin)) if held.is_isolated else "0",
        "ps": held.side.value.upper(),
        "ma": held.symbol.split("/")[1],
        "bep": _entry(held),
    }


def position_risk(held: Position, listing: Listing, *, is_old: bool) -> dict[str, Any]:
    """A row of positionRisk; version 2 tells leverage and margin type too."""
    notional = cut(held.size * held.mark_price)
    told: dict[str, Any] = {
        "symbol": market_id(held.symbol),
        "positionSide": held.side.value.upper(),
        "positionAmt": fixed(held.size, 3),
        "entryPrice": _entry(held),
        "breakEvenPrice": _entry(held),
        "markPrice": fixed(held.mark_price),
        "unRealizedProfit": fixed(cut(held.unrealized)),
        "liquidationPrice": fixed(cut(held.liquidation_price)) if held.liquidation_price is not None else "0",
        "isolatedMargin": fixed(cut(held.margin)) if held.is_isolated else "0",
        "notional": fixed(notional),
        "isolatedWallet": fixed(cut(held.margin)) if held.is_isolated else "0",
        "updateTime": held.updated_ms,
    }
    if is_old:
        cap = max((row[1] for row in listing.brackets if row[2] >= held.leverage), default=ZERO)
        kind = "isolated" if held.is_isolated else "cross"
        return {
            **told,
            "leverage": str(held.leverage),
            "marginType": kind,
            "isAutoAddMargin": "false",
            "maxNotionalValue": plain(cap),
        }
    margin = fixed(cut(held.margin))
    more = {"marginAsset": listing.quote, "initialMargin": margin, "maintMargin": "0", "positionInitialMargin": margin}
    return {**told, **more, "openOrderInitialMargin": "0", "adl": 1, "bidNotional": "0", "askNotional": "0"}


def income(event: FundingEvent, listing: Listing, number: int) -> dict[str, Any]:
    """Funding paid, as a row of income. Its number is unique among those of its kind."""
    return {
        "symbol": market_id(event.symbol),
        "incomeType": "FUNDING_FEE",
        "income": fixed(cut(event.amount)),
        "asset": listing.quote,
        "time": event.at_ms,
        "info": "FUNDING_FEE",
        "tranId": 9_689_000_000 + number,
        "tradeId": "",
    }


def rules(listing: Listing) -> dict[str, Any]:
    """A symbol of exchangeInfo."""
    tick = listing.price_bands[0][1]
    return {
        "symbol": market_id(listing.symbol),
        "pair": market_id(listing.symbol),
        "contractType": "PERPETUAL",
        "deliveryDate": 4_133_404_800_000,
        "onboardDate": 1_569_398_400_000,
        "status": "TRADING" if listing.is_trading else "SETTLING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "marginAsset": listing.quote,
        "pricePrecision": _places(tick),
        "quantityPrecision": _places(listing.size_increment),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10_000,
        "filters": _filters(listing),
        "orderTypes": ["LIMIT", "MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
    }


def brackets(listing: Listing) -> dict[str, Any]:
    """A symbol of leverageBracket; `cum` makes the maintenance margin meet at the floors."""
    told: list[dict[str, Any]] = []
    offset, before = ZERO, ZERO
    for number, (floor, cap, leverage, rate) in enumerate(listing.brackets, start=1):
        offset += floor * (rate - before)
        before = rate
        limits = {"notionalCap": cap, "notionalFloor": floor, "maintMarginRatio": rate, "cum": offset}
        told.append({"bracket": number, "initialLeverage": leverage, **limits})
    return {"symbol": market_id(listing.symbol), "brackets": told}


def max_notional(listing: Listing, leverage: int) -> str:
    return plain(max((row[1] for row in listing.brackets if row[2] >= leverage), default=ZERO))


def _filters(listing: Listing) -> list[dict[str, Any]]:
    tick = plain(listing.price_bands[0][1])
    sizes = {
        "minQty": plain(listing.min_size),
        "maxQty": plain(listing.max_size),
        "stepSize": plain(listing.size_increment),
    }
    return [
        {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "4529764", "tickSize": tick},
        {"filterType": "LOT_SIZE", **sizes},
        {"filterType": "MARKET_LOT_SIZE", **sizes},
        {"filterType": "MAX_NUM_ORDERS", "limit": listing.max_open_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": 10},
        {"filterType": "MIN_NOTIONAL", "notional": plain(listing.min_notional)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": "1.0500",
            "multiplierDown": "0.9500",
            "multiplierDecimal": "4",
        },
    ]


def _entry(held: Position) -> str:
    return fixed(held.entry_price.quantize(Decimal("0.0000000001")), 5)


def _places(increment: Decimal) -> int:
    exponent = increment.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(-exponent, 0)


def _executed(order: OrderRecord, fill: Fill | None) -> str:
    if fill is not None:
        return "CALCULATED" if order.client_order_id.startswith("autoclose-") else "TRADE"
    match order.status:
        case Status.OPEN:
            return "NEW"
        case Status.PREVENTED:
            return "EXPIRED"
        case status:
            return status.value.upper()
