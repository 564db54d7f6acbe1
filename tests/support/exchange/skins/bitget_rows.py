"""How Bitget (classic account, API version 2) writes what the core has, on its spot and its USDT futures. Pure."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.support.exchange.skins.texts import plain
from tests.support.exchange.values import (
    ZERO,
    Balance,
    BookEvent,
    Fill,
    FundingEvent,
    Kind,
    Life,
    Listing,
    OrderRecord,
    Position,
    PositionSide,
    PrintEvent,
    Side,
    Status,
    Type,
)

Row = dict[str, Any]

#: Beyond what a double holds exactly, as Bitget's numbers are.
FIRST_ORDER = 1_111_000_000_000_000_000
FORCES = {Life.GTC: "gtc", Life.IOC: "ioc", Life.FOK: "fok", Life.POST_ONLY: "post_only"}
LIVES = {name: life for life, name in FORCES.items()}
POSITION_SIDES = {PositionSide.BOTH: "net", PositionSide.LONG: "long", PositionSide.SHORT: "short"}
PRODUCT = "USDT-FUTURES"
#: Digits of what is told of money.
CENTS = Decimal("0.00000001")


def symbol_of(listing: Listing) -> str:
    return f"{listing.base}{listing.quote}"


def inst_type(listing: Listing) -> str:
    return PRODUCT if listing.kind is Kind.PERP else "SPOT"


def order_id(number: int) -> str:
    return str(FIRST_ORDER + number)


def number_of(text: object) -> int | None:
    """The core's number of a Bitget order id."""
    written = str(text)
    return int(written) - FIRST_ORDER if written.isascii() and written.isdigit() else None


def decimals(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def spot_symbol(listing: Listing) -> Row:
    return {
        "areaSymbol": "no", "baseCoin": listing.base, "buyLimitPriceRatio": "0.05",
        "makerFeeRate": plain(listing.maker_fee), "maxTradeAmount": plain(listing.max_size),
        "minTradeAmount": plain(listing.min_size), "minTradeUSDT": plain(listing.min_notional), "offTime": "",
        "openTime": "1532454360000", "orderQuantity": str(listing.max_open_orders),
        "pricePrecision": str(decimals(listing.price_bands[0][1])),
        "quantityPrecision": str(decimals(listing.size_increment)), "quoteCoin": listing.quote, "quotePrecision": "8",
        "sellLimitPriceRatio": "0.05", "status": "online" if listing.is_trading else "halt",
        "symbol": symbol_of(listing), "takerFeeRate": plain(listing.taker_fee),
    }  # fmt: skip


def contract(listing: Listing) -> Row:
    """Sizes are in base here: a listing of Bitget has contracts of one unit of base."""
    step = listing.price_bands[0][1]
    place = decimals(step)
    return {
        "baseCoin": listing.base, "buyLimitPriceRatio": "0.05", "deliveryPeriod": "", "deliveryStartTime": "",
        "deliveryTime": "", "feeRateUpRatio": "0.005", "fundInterval": "8", "launchTime": "", "limitOpenTime": "-1",
        "isRwa": "NO", "maintainTime": "", "makerFeeRate": plain(listing.maker_fee),
        "maxLever": str(max((row[2] for row in listing.brackets), default=125)),
        "maxMarketOrderQty": plain(listing.max_size), "maxOrderQty": plain(listing.max_size), "maxPositionNum": "150",
        "maxProductOrderNum": "400", "maxSymbolOrderNum": str(listing.max_open_orders), "minLever": "1",
        "minTradeNum": plain(listing.min_size), "minTradeUSDT": plain(listing.min_notional), "offTime": "-1",
        "openCostUpRatio": "0.01", "posLimit": "0.05", "priceEndStep": plain(step.scaleb(place)),
        "pricePlace": str(place), "quoteCoin": listing.quote, "sellLimitPriceRatio": "0.05",
        "sizeMultiplier": plain(listing.size_increment), "supportMarginCoins": [listing.quote],
        "symbol": symbol_of(listing), "symbolStatus": "normal" if listing.is_trading else "maintain",
        "symbolType": "perpetual", "takerFeeRate": plain(listing.taker_fee),
        "volumePlace": str(decimals(listing.size_increment)),
    }  # fmt: skip


def state(order: OrderRecord, listing: Listing) -> str:
    """Spot orders are cancelled, futures orders canceled."""
    if order.status is Status.OPEN:
        return "partially_filled" if order.filled else "live"
    if order.status is Status.FILLED:
        return "filled"
    return "canceled" if listing.kind is Kind.PERP else "cancelled"


def cancel_reason(order: OrderRecord) -> str:
    return {Status.CANCELED: "normal_cancel", Status.PREVENTED: "stp_cancel"}.get(order.status, "")


def wire_side(order: OrderRecord) -> str:
    """In hedge mode buy and sell name the position, and `tradeSide` whether it is opened or closed."""
    if order.position_side is PositionSide.BOTH:
        return order.side.value
    return "buy" if order.position_side is PositionSide.LONG else "sell"


def trade_side(order: OrderRecord) -> str:
    if order.position_side is PositionSide.BOTH:
        return f"{order.side.value}_single"
    opens = (order.side is Side.BUY) == (order.position_side is PositionSide.LONG)
    return "open" if opens else "close"


def average(order: OrderRecord, listing: Listing) -> str:
    return plain(order.value / (order.filled * listing.contract_size)) if order.filled else "0"


def spot_order(order: OrderRecord, listing: Listing, *, is_pending: bool) -> Row:
    """A row of orderInfo and history-orders; of unfilled-orders, where the limit price stands in `priceAvg`."""
    row: Row = {
        "baseVolume": plain(order.filled), "cTime": str(order.created_ms), "clientOid": order.client_order_id,
        "enterPointSource": "API", "orderId": order_id(order.order_id), "orderSource": "normal",
        "orderType": order.type.value, "quoteVolume": plain(order.value), "side": order.side.value,
        "size": plain(order.size if order.cost is None else order.cost), "status": state(order, listing),
        "symbol": symbol_of(listing), "tpslType": "normal", "triggerPrice": None, "uTime": str(order.updated_ms),
        "userId": "7264631750",
    }  # fmt: skip
    price = "0" if order.price is None else plain(order.price)
    if is_pending:
        return row | {"basePrice": "0", "priceAvg": price}
    return row | {
        "baseCoin": listing.base, "cancelReason": cancel_reason(order), "feeDetail": _fee_detail(order),
        "price": price, "priceAvg": average(order, listing), "quoteCoin": listing.quote,
    }  # fmt: skip


def _fee_detail(order: OrderRecord) -> str:
    """A text with JSON in it."""
    if not order.fills:
        return ""
    total = float(-sum((fill.fee for fill in order.fills), ZERO))
    coin = order.fills[-1].fee_asset
    told = {"deduction": False, "feeCoinCode": coin, "totalDeductionFee": 0, "totalFee": total}
    new = {"c": 0, "d": 0, "deduction": False, "r": total, "t": total, "totalDeductionFee": 0}
    return json.dumps({coin: told, "newFees": new})


def spot_fill(order: OrderRecord, fill: Fill, listing: Listing) -> Row:
    """A row of trade/fills: it names no clientOid."""
    return {
        "amount": plain(fill.value), "cTime": str(fill.at_ms),
        "feeDetail": {
            "deduction": "no", "feeCoin": fill.fee_asset, "totalDeductionFee": "", "totalFee": plain(-fill.fee),
        },
        "orderId": order_id(order.order_id), "orderType": order.type.value, "priceAvg": plain(fill.price),
        "side": order.side.value, "size": plain(fill.size), "symbol": symbol_of(listing),
        "tradeId": order_id(fill.trade_id), "tradeScope": "maker" if fill.is_maker else "taker",
        "uTime": str(fill.at_ms), "userId": "7264631750",
    }  # fmt: skip


def mix_order(order: OrderRecord, listing: Listing, mode: str, leverage: int, *, name: str) -> Row:
    """A row of order/detail, where the state is called `state`, or of its lists, where it is `status`."""
    fee = -sum((fill.fee for fill in order.fills), ZERO)
    return {
        "baseVolume": plain(order.filled), "cTime": str(order.created_ms), "cancelReason": cancel_reason(order),
        "clientOid": order.client_order_id, "enterPointSource": "API", "fee": plain(fee) if order.fills else "",
        "force": FORCES[order.life], "leverage": str(leverage), "marginCoin": listing.quote, "marginMode": mode,
        "orderId": order_id(order.order_id), "orderSource": "normal", "orderType": order.type.value,
        "posMode": "one_way_mode" if order.position_side is PositionSide.BOTH else "hedge_mode",
        "posSide": POSITION_SIDES[order.position_side], "presetStopLossPrice": "", "presetStopSurplusPrice": "",
        "price": "" if order.price is None else plain(order.price),
        "priceAvg": average(order, listing) if order.filled else "", "quoteVolume": plain(order.value),
        "reduceOnly": "YES" if order.is_reduce_only else "NO", "side": wire_side(order), "size": plain(order.size),
        name: state(order, listing), "symbol": symbol_of(listing),
        "totalProfits": plain(sum((fill.realized for fill in order.fills), ZERO)), "tradeSide": trade_side(order),
        "uTime": str(order.updated_ms),
    }  # fmt: skip


def mix_fill(order: OrderRecord, fill: Fill, listing: Listing) -> Row:
    return {
        "baseVolume": plain(fill.size), "cTime": str(fill.at_ms), "enterPointSource": "api",
        "feeDetail": [
            {"deduction": "no", "feeCoin": fill.fee_asset, "totalDeductionFee": "0", "totalFee": plain(-fill.fee)}
        ],
        "orderId": order_id(order.order_id), "orderType": order.type.value,
        "posMode": "one_way_mode" if order.position_side is PositionSide.BOTH else "hedge_mode",
        "price": plain(fill.price), "profit": plain(fill.realized), "quoteVolume": plain(fill.value),
        "side": wire_side(order), "symbol": symbol_of(listing), "tradeId": order_id(fill.trade_id),
        "tradeScope": "maker" if fill.is_maker else "taker", "tradeSide": trade_side(order),
    }  # fmt: skip


def pushed_order(order: OrderRecord, fill: Fill | None, listing: Listing, mode: str, leverage: int) -> Row:
    """A row of the channel `orders`: with this execution, or with none."""
    is_perp = listing.kind is Kind.PERP
    row: Row = {
        "accBaseVolume": plain(order.filled), "cTime": str(order.created_ms),
        "clientOid": order.client_order_id, "enterPointSource": "API",
        "feeDetail": [
            {"feeCoin": each.fee_asset, "fee": plain(-each.fee)} for each in order.fills[-1:]
        ],
        "force": FORCES[order.life], "instId": symbol_of(listing), "orderId": order_id(order.order_id),
        "orderType": order.type.value, "priceAvg": average(order, listing), "side": wire_side(order),
        "status": state(order, listing), "stpMode": "none", "uTime": str(order.updated_ms),
    }  # fmt: skip
    price = order.price or ZERO
    if is_perp:
        row |= {
            "cancelReason": cancel_reason(order), "leverage": str(leverage), "marginCoin": listing.quote,
            "marginMode": mode, "notionalUsd": plain(price * order.size),
            "posMode": "one_way_mode" if order.position_side is PositionSide.BOTH else "hedge_mode",
            "posSide": POSITION_SIDES[order.position_side], "price": plain(price),
            "reduceOnly": "yes" if order.is_reduce_only else "no", "size": plain(order.size),
            "totalProfits": plain(sum((each.realized for each in order.fills), ZERO)), "tradeSide": trade_side(order),
        }  # fmt: skip
    else:
        asked = order.size if order.cost is None else order.cost
        row |= {"newSize": plain(asked), "notional": plain(price * order.size), "size": plain(price * order.size)}
        if order.type is Type.LIMIT:
            row["price"] = plain(price)
    if fill is not None:
        row |= {
            "baseVolume": plain(fill.size), "fillFee": plain(-fill.fee), "fillFeeCoin": fill.fee_asset,
            "fillPrice": plain(fill.price), "fillTime": str(fill.at_ms), "tradeId": order_id(fill.trade_id),
            "tradeScope": "M" if fill.is_maker else "T",
        }  # fmt: skip
        if is_perp:
            row |= {"fillNotionalUsd": plain(fill.value), "pnl": plain(fill.realized)}
    return row


def asset(held: Balance, at_ms: int) -> Row:
    return {
        "available": plain(held.total - held.locked), "coin": held.asset, "frozen": plain(held.locked),
        "limitAvailable": "0", "locked": "0", "uTime": str(at_ms),
    }  # fmt: skip


def mix_account(held: Balance, unrealized: Decimal) -> Row:
    """A row of mix/account/accounts: equity is the wallet and what positions have won or lost so far."""
    unrealized = unrealized.quantize(CENTS)
    free = max(held.total + unrealized - held.locked, ZERO)
    equity = plain(held.total + unrealized)
    return {
        "accountEquity": equity, "assetMode": "single", "available": plain(free), "btcEquity": "0", "coupon": "0",
        "crossedMargin": plain(held.locked), "crossedMaxAvailable": plain(free), "crossedRiskRate": "0",
        "crossedUnrealizedPL": plain(unrealized), "grant": "0", "isolatedMargin": "0",
        "isolatedMaxAvailable": plain(free), "isolatedUnrealizedPL": "0", "locked": plain(held.locked),
        "marginCoin": held.asset, "maxTransferOut": plain(free),
        "unrealizedPL": plain(unrealized) if unrealized else "", "usdtEquity": equity,
    }  # fmt: skip


def position(held: Position, listing: Listing, *, is_pushed: bool) -> Row:
    side = held.side
    hold = "long" if side is PositionSide.LONG or (side is PositionSide.BOTH and held.size >= 0) else "short"
    size = plain(abs(held.size))
    row: Row = {
        "achievedProfits": "0", "available": size, "breakEvenPrice": "", "cTime": str(held.updated_ms),
        "deductedFee": "0", "holdSide": hold, "keepMarginRate": "0.004",
        "liquidationPrice": "0" if held.liquidation_price is None else plain(held.liquidation_price),
        "marginCoin": listing.quote, "marginMode": "isolated" if held.is_isolated else "crossed",
        "marginSize": plain(held.margin), "markPrice": plain(held.mark_price), "openPriceAvg": plain(held.entry_price),
        "posMode": "one_way_mode" if side is PositionSide.BOTH else "hedge_mode", "total": size, "totalFee": "",
        "uTime": str(held.updated_ms), "unrealizedPL": plain(held.unrealized),
    }  # fmt: skip
    if is_pushed:
        more = {"autoMargin": "off", "frozen": "0", "instId": symbol_of(listing), "leverage": held.leverage}
        return row | more | {"marginRate": "0", "posId": f"{symbol_of(listing)}{hold}", "unrealizedPLR": "0"}
    more = {"assetMode": "single", "leverage": str(held.leverage), "locked": "0", "marginRatio": "0"}
    return row | more | {"openDelegateSize": "0", "symbol": symbol_of(listing)}


def bill(paid: FundingEvent, number: int, listing: Listing) -> Row:
    """Funding as mix/account/bill tells it."""
    return {
        "amount": plain(paid.amount), "balance": "0", "billId": order_id(number), "businessType": "contract_settle_fee",
        "cTime": str(paid.at_ms), "coin": listing.quote, "fee": "0", "feeByCoupon": "", "symbol": symbol_of(listing),
    }  # fmt: skip


def mark(price: Decimal | None) -> str:
    """Nobody has traded yet where there is none."""
    return "" if price is None else plain(price)


def levels(side: Sequence[tuple[Decimal, Decimal]]) -> list[list[str]]:
    return [[plain(price), plain(size)] for price, size in side]


def book(told: BookEvent, depth: int) -> Row:
    return {"asks": levels(told.asks[:depth]), "bids": levels(told.bids[:depth]), "ts": str(told.at_ms)}


def print_row(told: PrintEvent) -> Row:
    """A row of the channel `trade`."""
    return {
        "price": plain(told.price), "side": told.taker.value, "size": plain(told.size),
        "tradeId": order_id(told.trade_id), "ts": str(told.at_ms),
    }  # fmt: skip
