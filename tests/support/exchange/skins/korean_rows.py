"""Orders, books, trades and balances as Upbit writes them, and Bithumb after it. REST writes numbers of an account as
text and those of the market bare; streams write doubles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zlib import crc32

from tests.support.exact_json import Digits
from tests.support.exchange.ports import Core
from tests.support.exchange.values import (
    Balance,
    BookEvent,
    Life,
    Listing,
    OrderRecord,
    PrintEvent,
    Side,
    Status,
    Type,
)

Row = dict[str, Any]

KST = timezone(timedelta(hours=9))
DAY_MS = 86_400_000
DEPTH = 15
WORDS = {Side.BUY: "bid", Side.SELL: "ask"}
SIDES = {"bid": Side.BUY, "ask": Side.SELL}
LIVES = {"ioc": Life.IOC, "fok": Life.FOK, "post_only": Life.POST_ONLY}


@dataclass(frozen=True, slots=True)
class Spoken:
    """How an order was asked for, as far as the core keeps nothing of it."""

    kind: str
    life: str = ""
    prevention: str = ""


def digits(value: Decimal) -> str:
    """Without exponent and trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def double(value: Decimal) -> Digits:
    """As a double writes itself: what does not fit is lost."""
    return Digits(repr(float(value)))


def market_id(listing: Listing) -> str:
    return f"{listing.quote}-{listing.base}"


def kst(at_ms: int, *, is_exact: bool = False) -> str:
    """ "2025-07-04T15:00:00+09:00"."""
    at = datetime.fromtimestamp(at_ms // 1000, KST) + timedelta(milliseconds=at_ms % 1000 if is_exact else 0)
    return at.isoformat(timespec="microseconds" if is_exact and at_ms % 1000 else "seconds")


def trade_number(listing: Listing, trade_id: int) -> int:
    """A number that no other trade of the exchange has."""
    return crc32(listing.symbol.encode()) << 64 | trade_id


def state_of(order: OrderRecord) -> str:
    """A market buy by money ends as cancelled when something of the money is left."""
    if order.status is Status.OPEN:
        return "wait"
    if order.status is Status.FILLED and (order.cost is None or order.value == order.cost):
        return "done"
    return "cancel"


def prevented_of(order: OrderRecord) -> Decimal:
    return order.remaining if order.status is Status.PREVENTED else Decimal(0)


def remaining_of(order: OrderRecord) -> Decimal:
    return order.remaining - prevented_of(order)


def paid_of(order: OrderRecord) -> Decimal:
    return sum((fill.fee for fill in order.fills), Decimal(0))


def amounts(order: OrderRecord, listing: Listing) -> Row:
    """The numbers that all forms of an order share."""
    left = remaining_of(order) if order.status is Status.OPEN else Decimal(0)
    price = order.price or Decimal(0)
    rate = listing.taker_fee if order.side is Side.BUY else Decimal(0)
    reserved = (order.cost if order.cost is not None else order.size * price) * rate
    remaining = left * price * rate
    locked = left * price + remaining if order.side is Side.BUY else left
    return {
        "volume": order.size, "remaining_volume": remaining_of(order), "executed_volume": order.filled,
        "reserved_fee": reserved, "remaining_fee": remaining, "paid_fee": paid_of(order), "locked": locked,
        "executed_funds": order.value, "prevented_volume": prevented_of(order),
        "prevented_locked": prevented_of(order) * (price if order.side is Side.BUY else 1),
    }  # fmt: skip


def order_row(order: OrderRecord, listing: Listing, spoken: Spoken, uuid: str, *, kind_field: str = "ord_type") -> Row:
    """An order of a list. A market buy has no volume, a market sell no price."""
    told = {name: digits(value) for name, value in amounts(order, listing).items()}
    price = order.cost if order.cost is not None else order.price
    row: Row = {
        "uuid": uuid, "side": WORDS[order.side], kind_field: spoken.kind, "state": state_of(order),
        "market": market_id(listing), "created_at": kst(order.created_ms), **told, "trades_count": len(order.fills),
    }  # fmt: skip
    if price is not None:
        row["price"] = digits(price)
    if order.cost is not None:
        row["volume"] = None
    if spoken.life:
        row["time_in_force"] = spoken.life
    return row


def trade_rows(order: OrderRecord, listing: Listing, uuid_of: Any) -> list[Row]:
    """Newest first. The fee of a trade is told nowhere."""
    return [
        {
            "market": market_id(listing), "uuid": uuid_of(trade_number(listing, fill.trade_id)),
            "price": digits(fill.price), "volume": digits(fill.size), "funds": digits(fill.value), "trend": "up",
            "created_at": kst(fill.at_ms, is_exact=True), "side": WORDS[order.side],
        }
        for fill in reversed(order.fills)
    ]  # fmt: skip


def account_row(balance: Balance, quote: str) -> Row:
    return {
        "currency": balance.asset, "balance": digits(balance.total - balance.locked), "locked": digits(balance.locked),
        "avg_buy_price": "0", "avg_buy_price_modified": balance.asset == quote, "unit_currency": quote,
    }  # fmt: skip


def book_units(book: BookEvent, depth: int) -> list[Row]:
    """Side by side; what one side lacks is 0."""
    none = (Decimal(0), Decimal(0))
    sides = [
        (book.asks[at] if at < len(book.asks) else none, book.bids[at] if at < len(book.bids) else none)
        for at in range(min(depth, max(len(book.asks), len(book.bids))))
    ]
    return [
        {"ask_price": ask[0], "bid_price": bid[0], "ask_size": ask[1], "bid_size": bid[1]} for ask, bid in sides
    ]  # fmt: skip


def book_row(book: BookEvent, depth: int) -> Row:
    units = book_units(book, depth)
    return {
        "timestamp": book.at_ms, "total_ask_size": sum((unit["ask_size"] for unit in units), Decimal(0)),
        "total_bid_size": sum((unit["bid_size"] for unit in units), Decimal(0)), "orderbook_units": units,
    }  # fmt: skip


def ticker_row(core: Core, listing: Listing) -> Row:
    """The last day, from its daily candles; a market in which nobody traded says so with zeros."""
    last = _last(core, listing)
    days = list(core.candles(listing.symbol, DAY_MS, 2))
    today: tuple[Any, ...] = days[-1] if days else (core.now_ms(), *[last.price] * 4, Decimal(0))
    before = days[-2][4] if len(days) > 1 else today[1]
    change = last.price - before
    rate = (change / before).quantize(Decimal("0.00000001")) if before else Decimal(0)
    at = datetime.fromtimestamp(last.at_ms / 1000, UTC)
    local = at.astimezone(KST)
    value = today[5] * last.price
    return {
        "trade_date": at.strftime("%Y%m%d"), "trade_time": at.strftime("%H%M%S"),
        "trade_date_kst": local.strftime("%Y%m%d"), "trade_time_kst": local.strftime("%H%M%S"),
        "trade_timestamp": last.at_ms, "opening_price": today[1], "high_price": today[2], "low_price": today[3],
        "trade_price": last.price, "prev_closing_price": before,
        "change": "RISE" if change > 0 else "FALL" if change < 0 else "EVEN",
        "change_price": abs(change), "change_rate": abs(rate), "signed_change_price": change,
        "signed_change_rate": rate, "trade_volume": last.size, "acc_trade_price": value, "acc_trade_price_24h": value,
        "acc_trade_volume": today[5], "acc_trade_volume_24h": today[5], "highest_52_week_price": today[2],
        "highest_52_week_date": at.strftime("%Y-%m-%d"), "lowest_52_week_price": today[3],
        "lowest_52_week_date": at.strftime("%Y-%m-%d"), "timestamp": core.now_ms(),
    }  # fmt: skip


def tick_row(told: PrintEvent) -> Row:
    at = datetime.fromtimestamp(told.at_ms / 1000, UTC)
    return {
        "trade_date_utc": at.strftime("%Y-%m-%d"), "trade_time_utc": at.strftime("%H:%M:%S"), "timestamp": told.at_ms,
        "trade_price": told.price, "trade_volume": told.size, "prev_closing_price": told.price,
        "change_price": Decimal(0), "ask_bid": "BID" if told.taker is Side.BUY else "ASK",
        "sequential_id": told.at_ms * 10_000 + told.trade_id % 10_000,
    }  # fmt: skip


def candle_row(candle: Sequence[Any], unit: int | None) -> Row:
    opened_ms, first, high, low, last, volume = candle
    row: Row = {
        "candle_date_time_utc": datetime.fromtimestamp(opened_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "candle_date_time_kst": datetime.fromtimestamp(opened_ms / 1000, KST).strftime("%Y-%m-%dT%H:%M:%S"),
        "opening_price": first, "high_price": high, "low_price": low, "trade_price": last, "timestamp": opened_ms,
        "candle_acc_trade_price": last * volume, "candle_acc_trade_volume": volume,
    }  # fmt: skip
    return row | ({} if unit is None else {"unit": unit})


def trade_frame(told: PrintEvent) -> Row:
    row = tick_row(told)
    return {
        "timestamp": told.at_ms, "trade_date": row["trade_date_utc"], "trade_time": row["trade_time_utc"],
        "trade_timestamp": told.at_ms, "trade_price": told.price, "trade_volume": told.size,
        "ask_bid": row["ask_bid"], "prev_closing_price": told.price, "change": "EVEN", "change_price": Decimal(0),
        "sequential_id": row["sequential_id"],
    }  # fmt: skip


def shortened(frame: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    """The SIMPLE form; the units of a book too."""
    short: Row = {}
    for name, value in frame.items():
        inside = [shortened(each, names) if isinstance(each, dict) else each for each in value] if isinstance(
            value, list
        ) else value  # fmt: skip
        short[names.get(name, name)] = inside
    return short


def kind_of(order: OrderRecord) -> str:
    """For orders that were never spoken here."""
    if order.type is Type.LIMIT:
        return "limit"
    return "price" if order.side is Side.BUY else "market"


def _last(core: Core, listing: Listing) -> PrintEvent:
    prints = core.prints(listing.symbol, 1)
    if prints:
        return prints[-1]
    best = core.book(listing.symbol, 1)
    price = best.bids[0][0] if best.bids else Decimal(0)
    return PrintEvent(listing.symbol, 0, price, Decimal(0), Side.BUY, core.now_ms())
