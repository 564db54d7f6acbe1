"""How OKX writes what the core has: the rows of its REST answers and of its streams. Pure."""

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

#: Beyond what a double holds exactly, as OKX's numbers are.
FIRST_ORDER = 680_000_000_000_000_000
SIDES = {PositionSide.BOTH: "net", PositionSide.LONG: "long", PositionSide.SHORT: "short"}
POSITION_SIDES = {
    "": PositionSide.BOTH,
    "net": PositionSide.BOTH,
    "long": PositionSide.LONG,
    "short": PositionSide.SHORT,
}
TYPES = {Life.GTC: "limit", Life.IOC: "ioc", Life.FOK: "fok", Life.POST_ONLY: "post_only"}
LIVES = {name: life for life, name in TYPES.items()}
#: Why an order ended that nobody cancelled, by how it lived.
SOURCES = {Life.IOC: "14", Life.FOK: "13", Life.POST_ONLY: "31", Life.GTC: "0"}


def inst_id(listing: Listing) -> str:
    return f"{listing.base}-{listing.quote}" + ("-SWAP" if listing.kind is Kind.PERP else "")


def inst_type(listing: Listing) -> str:
    return "SWAP" if listing.kind is Kind.PERP else "SPOT"


def order_id(number: int) -> str:
    return str(FIRST_ORDER + number)


def number_of(text: object) -> int | None:
    """The core's number of an OKX order id."""
    written = str(text)
    return int(written) - FIRST_ORDER if written.isascii() and written.isdigit() else None


def instrument(listing: Listing) -> Row:
    is_perp = listing.kind is Kind.PERP
    size = listing.max_size
    return {
        "alias": "", "auctionEndTime": "", "baseCcy": "" if is_perp else listing.base, "category": "1",
        "ctMult": "1" if is_perp else "", "ctType": "linear" if is_perp else "",
        "ctVal": plain(listing.contract_size) if is_perp else "", "ctValCcy": listing.base if is_perp else "",
        "contTdSwTime": "", "expTime": "", "futureSettlement": False,
        "instFamily": f"{listing.base}-{listing.quote}" if is_perp else "", "instId": inst_id(listing),
        "instIdCode": 10, "instType": inst_type(listing),
        "lever": str(max((row[2] for row in listing.brackets), default=10)), "listTime": "1606468572000",
        "lotSz": plain(listing.size_increment), "maxIcebergSz": plain(size), "maxLmtAmt": "20000000",
        "maxLmtSz": plain(size), "maxMktAmt": "" if is_perp else "1000000", "maxMktSz": plain(size),
        "maxStopSz": plain(size), "maxTriggerSz": plain(size), "maxTwapSz": plain(size),
        "minSz": plain(listing.min_size), "openType": "", "optType": "",
        "quoteCcy": "" if is_perp else listing.quote, "ruleType": "normal",
        "settleCcy": listing.quote if is_perp else "", "state": "live" if listing.is_trading else "suspend", "stk": "",
        "tickSz": plain(listing.price_bands[0][1]), "tradeQuoteCcyList": [] if is_perp else [listing.quote],
        "uly": f"{listing.base}-{listing.quote}" if is_perp else "",
    }  # fmt: skip


def state(order: OrderRecord) -> str:
    if order.status is Status.OPEN:
        return "partially_filled" if order.filled else "live"
    return "filled" if order.status is Status.FILLED else "canceled"


def fee_asset(order: OrderRecord, listing: Listing) -> str:
    if order.fills:
        return order.fills[-1].fee_asset
    return listing.quote if listing.kind is Kind.PERP or order.side is Side.SELL else listing.base


def order(told: OrderRecord, listing: Listing, fill: Fill | None, mode: str, *, cancel_source: str = "") -> Row:
    """An order as REST tells it; `fill` is its last one. `mode` is its tdMode."""
    average = told.value / (told.filled * listing.contract_size) if told.filled else None
    last = fill or (told.fills[-1] if told.fills else None)
    ended_by = ""
    if told.status is Status.CANCELED:
        ended_by = cancel_source or "1"
    elif told.status is Status.EXPIRED:
        ended_by = SOURCES[told.life]
    elif told.status is Status.PREVENTED:
        ended_by = "32"
    return {
        "accFillSz": plain(told.filled), "algoClOrdId": "", "algoId": "", "attachAlgoClOrdId": "", "attachAlgoOrds": [],
        "avgPx": "" if average is None else plain(average), "cTime": str(told.created_ms), "cancelSource": ended_by,
        "cancelSourceReason": "", "category": "normal", "ccy": "", "clOrdId": told.client_order_id,
        "fee": plain(-sum((each.fee for each in told.fills), ZERO)), "feeCcy": fee_asset(told, listing),
        "fillPx": plain(last.price) if last else "", "fillSz": plain(last.size) if last else "0",
        "fillTime": str(last.at_ms) if last else "", "instId": inst_id(listing), "instType": inst_type(listing),
        "isTpLimit": "false", "lever": "" if listing.kind is Kind.SPOT else "1", "linkedAlgoOrd": {"algoId": ""},
        "ordId": order_id(told.order_id), "ordType": "market" if told.type is Type.MARKET else TYPES[told.life],
        "pnl": plain(sum((each.realized for each in told.fills), ZERO)),
        "posSide": SIDES[told.position_side] if listing.kind is Kind.PERP else "",
        "px": "" if told.price is None else plain(told.price), "pxType": "", "pxUsd": "", "pxVol": "",
        "quickMgnType": "", "rebate": "0", "rebateCcy": listing.quote,
        "reduceOnly": "true" if told.is_reduce_only else "false", "side": told.side.value, "slOrdPx": "",
        "slTriggerPx": "", "slTriggerPxType": "", "source": "", "state": state(told), "stpId": "",
        "stpMode": "cancel_maker", "sz": plain(told.size if told.cost is None else told.cost), "tag": "",
        "tdMode": mode, "tgtCcy": target(told, listing), "tpOrdPx": "", "tpTriggerPx": "", "tpTriggerPxType": "",
        "tradeId": str(last.trade_id) if last else "", "tradeQuoteCcy": listing.quote, "uTime": str(told.updated_ms),
    }  # fmt: skip


def target(told: OrderRecord, listing: Listing) -> str:
    if told.type is not Type.MARKET or listing.kind is Kind.PERP:
        return ""
    return "quote_ccy" if told.cost is not None else "base_ccy"


def pushed(told: OrderRecord, listing: Listing, fill: Fill | None, mode: str, *, cancel_source: str = "") -> Row:
    """An order as the channel `orders` tells it: with this execution, or with none."""
    row = order(told, listing, fill, mode, cancel_source=cancel_source)
    none = {
        "fillPx": "",
        "fillSz": "0",
        "fillTime": "",
        "tradeId": "",
        "fillFee": "0",
        "fillFeeCcy": "",
        "execType": "",
    }
    if fill is not None:
        none = {
            "fillPx": plain(fill.price), "fillSz": plain(fill.size), "fillTime": str(fill.at_ms),
            "tradeId": str(fill.trade_id), "fillFee": plain(-fill.fee), "fillFeeCcy": fill.fee_asset,
            "execType": "M" if fill.is_maker else "T",
        }  # fmt: skip
    return row | none | {
        "amendResult": "", "amendSource": "", "code": "0", "msg": "", "reqId": "", "lastPx": row["fillPx"],
        "fillPnl": plain(fill.realized) if fill else "0", "fillNotionalUsd": plain(fill.value) if fill else "",
        "notionalUsd": plain((told.price or ZERO) * told.size * listing.contract_size),
    }  # fmt: skip


def fill_row(told: OrderRecord, fill: Fill, listing: Listing) -> Row:
    """An execution as `trade/fills` and the channel `fills` tell it."""
    return {
        "billId": str(FIRST_ORDER + fill.trade_id), "clOrdId": told.client_order_id,
        "execType": "M" if fill.is_maker else "T", "fee": plain(-fill.fee), "feeCcy": fill.fee_asset,
        "feeRate": plain(-(listing.maker_fee if fill.is_maker else listing.taker_fee)), "fillFwdPx": "",
        "fillIdxPx": plain(fill.price), "fillMarkPx": "", "fillMarkVol": "", "fillPnl": plain(fill.realized),
        "fillPx": plain(fill.price), "fillPxUsd": "", "fillPxVol": "", "fillSz": plain(fill.size),
        "fillTime": str(fill.at_ms), "instId": inst_id(listing), "instType": inst_type(listing),
        "ordId": order_id(told.order_id), "posSide": SIDES[told.position_side], "side": told.side.value, "subType": "1",
        "tag": "", "tradeId": str(fill.trade_id), "tradeQuoteCcy": listing.quote, "ts": str(fill.at_ms),
    }  # fmt: skip


def balance(held: Balance, unrealized: Decimal) -> Row:
    free = held.total - held.locked
    equity = held.total + unrealized
    return {
        "availBal": plain(free), "availEq": plain(free + unrealized), "cashBal": plain(held.total), "ccy": held.asset,
        "crossLiab": "0", "disEq": plain(equity), "eq": plain(equity), "eqUsd": plain(equity), "fixedBal": "0",
        "frozenBal": plain(held.locked), "imr": plain(held.locked), "interest": "0", "isoEq": "0", "isoLiab": "0",
        "isoUpl": "0", "liab": "0", "maxLoan": "0", "mgnRatio": "", "mmr": "0", "notionalLever": "0",
        "ordFrozen": plain(held.locked), "rewardBal": "0", "spotInUseAmt": "0", "spotIsoBal": "0", "stgyEq": "0",
        "twap": "0", "uTime": "0", "upl": plain(unrealized), "uplLiab": "0",
    }  # fmt: skip


def account(balances: Sequence[Balance], positions: Sequence[Position], quotes: dict[str, str], at_ms: int) -> Row:
    """The account with these balances; what positions have won or lost is in the currency they are settled in."""
    gains: dict[str, Decimal] = {}
    for position in positions:
        currency = quotes[position.symbol]
        gains[currency] = gains.get(currency, ZERO) + position.unrealized
    details = [balance(held, gains.get(held.asset, ZERO)) | {"uTime": str(at_ms)} for held in balances]
    return {
        "adjEq": "", "availEq": "", "borrowFroz": "", "details": details, "imr": "", "isoEq": "0", "mgnRatio": "",
        "mmr": "", "notionalUsd": "", "ordFroz": "", "totalEq": "0", "uTime": str(at_ms), "upl": "",
    }  # fmt: skip


def position(held: Position, listing: Listing) -> Row:
    size = held.size if held.side is PositionSide.BOTH else abs(held.size)
    value = abs(held.size) * listing.contract_size * held.mark_price
    return {
        "adl": "1", "availPos": plain(abs(held.size)), "avgPx": plain(held.entry_price) if held.size else "",
        "baseBal": "", "bePx": "", "cTime": str(held.updated_ms), "ccy": listing.quote, "fee": "0", "fundingFee": "0",
        "imr": plain(held.margin), "instId": inst_id(listing), "instType": inst_type(listing), "interest": "",
        "lever": str(held.leverage), "liab": "", "liabCcy": "", "liqPenalty": "0",
        "liqPx": "" if held.liquidation_price is None else plain(held.liquidation_price),
        "margin": plain(held.margin) if held.is_isolated else "", "markPx": plain(held.mark_price),
        "mgnMode": "isolated" if held.is_isolated else "cross", "mgnRatio": "", "mmr": "0", "notionalUsd": plain(value),
        "pnl": "0", "pos": plain(size), "posCcy": "", "posId": f"{listing.base}{held.side}",
        "posSide": SIDES[held.side], "quoteBal": "", "realizedPnl": "0", "settledPnl": "", "tradeId": "",
        "uTime": str(held.updated_ms), "upl": plain(held.unrealized), "uplLastPx": plain(held.unrealized),
        "uplRatio": "0", "usdPx": "",
    }  # fmt: skip


def bill(paid: FundingEvent, number: int, listing: Listing) -> Row:
    """Funding as `account/bills` tells it."""
    return {
        "bal": "0", "balChg": plain(paid.amount), "billId": str(FIRST_ORDER * 2 + number), "ccy": listing.quote,
        "clOrdId": "", "execType": "", "fee": "0", "fillTime": "", "from": "", "instId": inst_id(listing),
        "instType": "SWAP", "interest": "0", "mgnMode": "cross", "notes": "", "ordId": "", "pnl": plain(paid.amount),
        "posBal": "0", "posBalChg": "0", "px": "", "subType": "174" if paid.amount > 0 else "173", "sz": "0", "tag": "",
        "to": "", "tradeId": "", "ts": str(paid.at_ms), "type": "8",
    }  # fmt: skip


def mark(price: Decimal | None) -> str:
    """Nobody has traded yet where there is none."""
    return "" if price is None else plain(price)


def levels(side: Sequence[tuple[Decimal, Decimal]]) -> list[list[str]]:
    """Price, size, a field that is always 0, and the number of orders."""
    return [[plain(price), plain(size), "0", "1"] for price, size in side]


def book(told: BookEvent, depth: int) -> Row:
    return {"asks": levels(told.asks[:depth]), "bids": levels(told.bids[:depth]), "ts": str(told.at_ms)}


def print_row(told: PrintEvent, listing: Listing) -> Row:
    return {
        "instId": inst_id(listing), "tradeId": str(told.trade_id), "px": plain(told.price), "sz": plain(told.size),
        "side": told.taker.value, "ts": str(told.at_ms), "count": "1", "source": "0",
    }  # fmt: skip
