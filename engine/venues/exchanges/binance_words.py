"""What Binance's spot API says, read: bodies, rows of orders and trades, frames of the account. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.domain.instrument import FeeAsset, PriceBand, VenueRules
from engine.domain.messages import RejectCode, RejectReason
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, OrderState, Side
from engine.venues.exchanges.dialect import (
    POST_ONLY_ENDED,
    Answer,
    Call,
    Calls,
    Listed,
    NoAnswer,
    PublicWord,
    SaidNo,
    Seen,
)
from engine.venues.tape import instant
from engine.venues.wire import number, read_binance

OK, BAD_REQUEST, SERVER_ERROR = 200, 400, 500
#: Refusals of an order by the words of its code -2010 or -1013.
WORDS = (
    ("insufficient balance", RejectCode.INSUFFICIENT_FUNDS),
    ("immediately match and take", RejectCode.POST_ONLY),
    ("Duplicate order", RejectCode.DUPLICATE_ID),
    ("Market is closed", RejectCode.SUSPENDED),
    ("PRICE_FILTER", RejectCode.PRICE_INCREMENT),
    ("MARKET_LOT_SIZE", RejectCode.MAX_QUANTITY),
    ("LOT_SIZE", RejectCode.SIZE_INCREMENT),
    ("NOTIONAL", RejectCode.MIN_NOTIONAL),
    ("MAX_NUM_ORDERS", RejectCode.MAX_OPEN_ORDERS),
)
#: Codes that mean for certain that nothing was done with a request: refused by the matching engine (-2010) or a filter
#: (-1013), too many requests (-1003) or orders (-1015), not understood (-11xx), not signed (-1021, -1022), no right to.
CERTAIN = frozenset(
    {-1002, -1003, -1013, -1015, -1020, -1021, -1022, -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108, -1111}
    | {-1112, -1114, -1115, -1116, -1117, -1118, -1119, -1121, -1130, -1131, -2010, -2014, -2015}
)
NO_SUCH_ORDER, BAD_PRECISION, BAD_SYMBOL = -2013, -1111, -1121
STATES = {
    "NEW": OrderState.OPEN,
    "PENDING_NEW": OrderState.OPEN,
    "PARTIALLY_FILLED": OrderState.OPEN,
    "PENDING_CANCEL": OrderState.OPEN,
    "FILLED": OrderState.FILLED,
    "CANCELED": OrderState.CANCELED,
    "EXPIRED": OrderState.CANCELED,
    "EXPIRED_IN_MATCH": OrderState.CANCELED,
    "REJECTED": OrderState.REJECTED,
}
#: What an order type that only makes is called, and why one was refused after it was taken.
MAKER_ONLY, WOULD_MATCH = "LIMIT_MAKER", "WOULD_MATCH_IMMEDIATELY"
#: Binance keeps eight decimals of every asset.
MONEY = Decimal("0.00000001")
OTHERWISE_OPEN_ORDERS = 200


async def told(calls: Calls, call: Call) -> Mapping[str, Any]:
    """The object that answers a question. Raises NoAnswer for anything else."""
    answer = await calls.ask(call)
    if answer.status != OK or not isinstance(answer.body, Mapping) or not answer.body:
        raise no_from(answer) or NoAnswer(f"{call.method}: {answer.status} {str(answer.body)[:200]}")
    return answer.body


def rows_of(answer: Answer) -> Sequence[Mapping[str, Any]]:
    """The list that answers a question. Raises NoAnswer for anything else: a page is no empty list."""
    if answer.status != OK or not isinstance(answer.body, list):
        raise no_from(answer) or NoAnswer(f"{answer.status} {str(answer.body)[:200]}")
    return answer.body


def code_of(answer: Answer) -> int:
    """The number of an error; 0 where there is none."""
    code = answer.body.get("code") if isinstance(answer.body, Mapping) else None
    return code if isinstance(code, int) else 0


def no_from(answer: Answer) -> SaidNo | None:
    """The no to a question, by its code and words; None for whatever says nothing for certain."""
    code = code_of(answer)
    if code not in CERTAIN or answer.status >= SERVER_ERROR or answer.status == OK:
        return None
    return SaidNo(f"{code} {answer.body.get('msg', '')}"[:200])


def refusal_of(answer: Answer) -> RejectReason | None:
    """A certain no to an order, by its code and words; None for everything else."""
    code = code_of(answer)
    if code not in CERTAIN or answer.status >= SERVER_ERROR or answer.status == OK:
        return None
    text = str(answer.body.get("msg", ""))[:200]
    for words, meaning in WORDS:
        if words in text:
            return RejectReason(meaning, text)
    if code == BAD_PRECISION:
        return RejectReason(RejectCode.PRICE_INCREMENT, text)
    return RejectReason(RejectCode.NO_MARKET if code == BAD_SYMBOL else RejectCode.OTHER, text)


def rules_of(filters: Sequence[Mapping[str, Any]], maker: Decimal, taker: Decimal) -> VenueRules:
    """The rules that a market's filters state."""
    by_kind = {row["filterType"]: row for row in filters}
    price, size = by_kind["PRICE_FILTER"], by_kind["LOT_SIZE"]
    notional = by_kind.get("NOTIONAL") or by_kind.get("MIN_NOTIONAL") or {}
    most = by_kind.get("MAX_NUM_ORDERS") or {}
    return VenueRules(
        (PriceBand(ZERO, plain(price["tickSize"])),),
        plain(size["stepSize"]),
        plain(size["minQty"]),
        plain(size["maxQty"]) or None,
        plain(notional.get("minNotional", 0)),
        int(most.get("maxNumOrders", OTHERWISE_OPEN_ORDERS)),
        plain(maker),
        plain(taker),
        FeeAsset.RECEIVED,
        MONEY,
    )


def seen_of(row: Mapping[str, Any], listed: Listed) -> Seen:
    """An order as a question about it answers."""
    at_ms = int(row["updateTime"])
    return Seen(
        str(row["clientOrderId"]), str(row["orderId"]), listed.instrument.symbol, Side(str(row["side"]).lower()),
        number(row["price"]) or None, number(row["origQty"]), number(row["executedQty"]), STATES[row["status"]], at_ms,
        at_ms,
    )  # fmt: skip


def fill_of(row: Mapping[str, Any], seen: Seen, listed: Listed) -> Fill:
    """One of an order's trades."""
    return Fill(
        listed.instrument.venue, trade_id(listed, row["id"]), seen.client_order_id, seen.symbol, seen.side,
        number(row["price"]), number(row["qty"]), number(row["commission"]), str(row["commissionAsset"]),
        Liquidity.MAKER if row["isMaker"] else Liquidity.TAKER, instant(int(row["time"])),
    )  # fmt: skip


def report_of(event: Mapping[str, Any], listed: Listed) -> Seen:
    """An executionReport. The answer to a cancel carries its own id; the order's stands in C then."""
    symbol, side, at_ms = listed.instrument.symbol, Side(str(event["S"]).lower()), int(event["T"])
    identity = str(event["C"]) if event.get("C") not in (None, "", "null") else str(event["c"])
    seen = Seen(
        identity, str(event["i"]), symbol, side, number(event["p"]) or None, number(event["q"]), number(event["z"]),
        STATES[event["X"]], at_ms, int(event.get("I", at_ms)), reason=_reason(event),
    )  # fmt: skip
    if event["x"] != "TRADE":
        return seen
    fill = Fill(
        listed.instrument.venue, trade_id(listed, event["t"]), identity, symbol, side, number(event["L"]),
        number(event["l"]), number(event["n"] or 0), str(event["N"] or ""),
        Liquidity.MAKER if event["m"] else Liquidity.TAKER, instant(at_ms),
    )  # fmt: skip
    return replace(seen, fills=(fill,))


def trade_id(listed: Listed, number_there: object) -> str:
    """Trades are numbered per market there; ours are unique on the exchange."""
    return f"{listed.market_id}-{number_there}"


def balance_of(row: Mapping[str, Any], asset: str, free: str, locked: str) -> tuple[str, Decimal, Decimal]:
    """(asset, total, reserved)."""
    reserved = number(row[locked])
    return str(row[asset]), number(row[free]) + reserved, reserved


def plain(value: object) -> Decimal:
    """A number without the zeros at its end."""
    return number(value).normalize() + ZERO


def _reason(event: Mapping[str, Any]) -> str:
    why = str(event.get("r", ""))
    return POST_ONLY_ENDED if event.get("o") == MAKER_ONLY and why == WOULD_MATCH else why


def market_words(frame: Any, listed: Mapping[str, Listed], at_ms: int) -> Sequence[PublicWord] | None:
    """What a frame of a market stream says, spot or futures; None for one that is none."""
    about = listed.get(str(frame.get("s"))) if isinstance(frame, Mapping) else None
    if about is None:
        return None
    heard = read_binance(about.market_id, frame, at_ms)
    return None if heard is None else tuple(PublicWord(about, each) for each in heard)
