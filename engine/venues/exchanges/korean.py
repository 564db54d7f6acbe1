"""What Upbit and Bithumb have in common: Bithumb took Upbit's words over. Pure conversion."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from engine.domain.instrument import Instrument
from engine.domain.messages import RejectCode, RejectReason
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order, OrderKind, OrderState, Side
from engine.venues.exchanges.dialect import (
    POST_ONLY_ENDED,
    Answer,
    BalancesTold,
    Listed,
    NoAnswer,
    PublicWord,
    SaidNo,
    Seen,
)
from engine.venues.exchanges.korean_fees import Trade, split_fee
from engine.venues.exchanges.korean_rules import Chance
from engine.venues.tape import milliseconds
from engine.venues.wire import number, read_korean

SIDES = {"bid": Side.BUY, "ask": Side.SELL, "buy": Side.BUY, "sell": Side.SELL}
WORDS = {Side.BUY: "bid", Side.SELL: "ask"}
#: A market buy is a limit order that ends at once, at most so far behind the best price: money has its bound, and the
#: quantity is told in base, which a market buy of these exchanges cannot be.
PROTECTION = Decimal("1.01")
#: States of an order of which no answer ever told that it rests.
NEVER_SEEN = frozenset({OrderState.INTENT, OrderState.UNKNOWN})
#: Upbit does not say why an order ended. A post-only one that ended so soon after it was made, with nothing filled, was
#: ended for taking, unless we asked for its end, which others know. Its time of making may be told in whole seconds.
AT_ONCE_MS = 2000
#: Too many requests, and what follows when they do not end. Limits are by the second.
DOOR = frozenset({HTTPStatus.IM_A_TEAPOT, HTTPStatus.TOO_MANY_REQUESTS})
DOOR_S = 1
DOOR_TEXT = "Too many API requests."


def market_id_of(symbol: str) -> str:
    """ "BTC/KRW" is "KRW-BTC" there."""
    base, quote = symbol.split("/")
    return f"{quote}-{base}"


def symbol_of(market_id: str) -> str:
    """ "KRW-BTC" is "BTC/KRW" here."""
    quote, base = market_id.split("-")
    return f"{base}/{quote}"


def digits(value: Decimal) -> str:
    """A number as a wire takes it: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def error_name(answer: Answer) -> str:
    """The exchange's own name of an error, "" where the body has none."""
    error = answer.body.get("error") if isinstance(answer.body, Mapping) else None
    return str(error.get("name", "")) if isinstance(error, Mapping) else ""


def refused_by(answer: Answer, names: Mapping[str, RejectCode]) -> RejectReason | None:
    """A certain no: a client error whose name is on the list. Who asks too often is turned away at the door."""
    name = error_name(answer)
    if answer.status in DOOR:
        waits = [value for head, value in answer.headers.items() if head.lower() == "retry-after" and value.isdigit()]
        wait_s = int(waits[0]) if waits else DOOR_S
        # Some of Upbit's doors speak JSON, some a plain sentence.
        is_door = name == "too_many_requests" or answer.body == DOOR_TEXT
        return RejectReason(RejectCode.NOT_SENT, name or DOOR_TEXT, wait_s) if is_door else None
    is_no = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return RejectReason(names[name], name) if is_no and name in names else None


def no_from(answer: Answer) -> SaidNo | None:
    """The no to a question, by its name and words; None for whatever says nothing for certain."""
    name = error_name(answer)
    is_no = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in DOOR
    return SaidNo(f"{name} {answer.body['error'].get('message') or ''}".rstrip()[:200]) if is_no and name else None


def rows_of(answer: Answer) -> Sequence[Mapping[str, Any]]:
    """The rows of a list. Raises NoAnswer for whatever is no list of objects (F4)."""
    body = answer.body
    is_list = isinstance(body, list) and all(isinstance(row, Mapping) for row in body)
    if answer.status != HTTPStatus.OK or not is_list:
        raise no_from(answer) or NoAnswer(f"{answer.status} {str(body)[:80]}")
    return list(body)


def date_of(answer: Answer) -> datetime | None:
    """When the exchange answered by its own clock, in whole seconds; None where it does not say."""
    said = next((value for name, value in answer.headers.items() if name.lower() == "date"), "")
    try:
        return parsedate_to_datetime(said).astimezone(UTC)
    except ValueError:
        return None


def today_of(answer: Answer) -> datetime:
    """The same, or our time where it does not say."""
    return date_of(answer) or datetime.now(UTC)


def is_of(row: Mapping[str, Any], order: Order, id_field: str) -> bool:
    """Whether an order that was asked for by its id is ours. One that carries no id must look like it."""
    named = row.get(id_field)
    if named not in (None, ""):
        return bool(named == order.client_order_id)
    is_alike = row.get("side") == WORDS[order.side] and row.get("volume") not in (None, "")
    return is_alike and number(row["volume"]) == order.quantity and _has_price_of(row, order)


def _has_price_of(row: Mapping[str, Any], order: Order) -> bool:
    return order.kind is OrderKind.MARKET or (row.get("price") is not None and number(row["price"]) == order.price)


def time_of(text: str) -> datetime:
    """ "2025-07-04T15:00:00+09:00", in UTC."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at.astimezone(UTC)


def place_params(order: Order, listed: Listed, best: Decimal | None) -> dict[str, str]:
    """Market, side, type, price and volume; "type" and "life" are named by each exchange itself.

    Raises LookupError for a market buy while nobody knows a price.
    """
    params = {"market": listed.market_id, "side": WORDS[order.side]}
    if order.kind is OrderKind.MARKET and order.side is Side.SELL:
        return params | {"type": "market", "volume": digits(order.quantity)}
    price = order.price
    if order.kind is OrderKind.MARKET:
        if best is None:
            raise LookupError(listed.market_id)
        price = listed.instrument.rules.price_above(best * PROTECTION)
    assert price is not None, "a limit order has a price"
    params |= {"type": "limit", "price": digits(price), "volume": digits(order.quantity)}
    if order.kind is OrderKind.MARKET:
        params["life"] = "ioc"
    elif order.post_only:
        params["life"] = "post_only"
    return params


def chance_of(answer: Answer) -> Chance:
    """`orders/chance`. Raises NoAnswer, or what a strange body makes of its reader."""
    if answer.status != HTTPStatus.OK or not isinstance(answer.body, Mapping):
        raise no_from(answer) or NoAnswer(f"{answer.status} {str(answer.body)[:80]}")
    body = answer.body
    market = body["market"]
    taker = max(number(body["bid_fee"]), number(body["ask_fee"]))
    makers = [number(body[name]) for name in ("maker_bid_fee", "maker_ask_fee") if body.get(name) is not None]
    units = [
        number(side["price_unit"])
        for side in (market["bid"], market["ask"])
        if side.get("price_unit") not in (None, "")
    ]
    return Chance(
        market.get("state", "active") == "active",
        max(makers, default=taker),
        taker,
        max(number(market["bid"]["min_total"]), number(market["ask"]["min_total"])),
        max((unit for unit in units if unit > 0), default=None),
    )


def seen_of(row: Mapping[str, Any], order: Order | None, listed: Listed, id_field: str) -> Seen:
    """An order of a list, or one asked for, with the fills that its `trades` tell. Quantities as text.

    `order` is ours, when it was asked for: what it has booked already keeps its fees as they are.
    """
    instrument = listed.instrument
    side = SIDES[str(row["side"]).lower()]
    executed, remaining = number(row["executed_volume"]), number(row.get("remaining_volume") or 0)
    prevented = number(row.get("prevented_volume") or 0)
    quantity = number(row["volume"]) if row.get("volume") not in (None, "") else executed + remaining + prevented
    created = time_of(row["created_at"])
    fills = _fills_of(row, order, instrument, side)
    state = state_of(str(row["state"]), quantity, executed)
    life = str(row.get("time_in_force") or "")
    reason = "self_trade" if prevented > 0 else str(row.get("cancel_type") or "")
    if life == "post_only" and state is OrderState.CANCELED and executed == 0:
        # Only Bithumb says why an order ended. One that nobody ever saw rest, or asked to end, was ended for taking.
        was_never_seen = order is not None and order.state in NEVER_SEEN and not order.is_cancel_requested
        if reason == "tif_cancel" or (not reason and was_never_seen):
            state, reason = OrderState.REJECTED, POST_ONLY_ENDED
    at = max((fill.at for fill in fills), default=created)
    return Seen(
        str(row.get(id_field) or ""),
        str(row["uuid"]),
        instrument.symbol,
        side,
        number(row["price"]) if row.get("price") not in (None, "") else None,
        quantity,
        executed,
        state,
        milliseconds(at),
        fills=fills,
        reason=reason,
    )


def state_of(word: str, quantity: Decimal, executed: Decimal) -> OrderState:
    """wait, watch, trade and prevented go on; done and cancel are the end, whatever was left over."""
    if word in ("wait", "watch", "trade", "prevented"):
        return OrderState.OPEN
    if word not in ("done", "cancel"):
        raise ValueError(f"an order cannot be {word!r}")
    return OrderState.FILLED if quantity > 0 and executed >= quantity else OrderState.CANCELED


def balances_of(rows: Sequence[Mapping[str, Any]], at_ms: int, *, is_whole: bool) -> BalancesTold:
    """`balance` is what is free."""
    told = []
    for row in rows:
        free, locked = number(row["balance"]), number(row["locked"])
        told.append((str(row["currency"]), free + locked, locked))
    return BalancesTold(tuple(told), at_ms, is_whole)


def word_of(frame: Any, listed: Mapping[str, Listed], at_ms: int) -> "Sequence[PublicWord] | None":
    """orderbook and trade, in the long form."""
    if not isinstance(frame, Mapping):
        return None
    known = listed.get(str(frame.get("code")))
    if known is None:
        return None if frame.get("type") not in ("orderbook", "trade") else ()
    told = read_korean(known.market_id, frame, at_ms)
    return None if told is None else tuple(PublicWord(known, each) for each in told)


def _fills_of(
    row: Mapping[str, Any], order: Order | None, instrument: Instrument, side: Side
) -> tuple[Fill, ...]:  # fmt: skip
    rows = row.get("trades") or ()
    trades = sorted(
        (Trade(str(each["uuid"]), number(each["price"]), number(each["volume"]), time_of(each["created_at"]))
         for each in rows),
        key=lambda trade: (trade.at, trade.trade_id),
    )  # fmt: skip
    if not trades:
        return ()
    booked = (order.filled_quantity, order.fee) if order is not None else (ZERO, ZERO)
    fees = split_fee(trades, number(row["paid_fee"]), *booked)
    created = time_of(row["created_at"])
    return tuple(
        Fill(
            instrument.venue, trade.trade_id, order.client_order_id if order is not None else "", instrument.symbol,
            side, trade.price, trade.quantity, fee, instrument.quote, _liquidity(row, trade, created), trade.at,
        )
        for trade, fee in zip(trades, fees, strict=True)
    )  # fmt: skip


def _liquidity(row: Mapping[str, Any], trade: Trade, created: datetime) -> Liquidity:
    """Neither exchange says it of a trade; fees are the same for both. `created_at` has whole seconds."""
    if row.get("time_in_force") == "post_only":
        return Liquidity.MAKER
    is_limit = row.get("ord_type", row.get("order_type")) == "limit" and row.get("time_in_force") not in ("ioc", "fok")
    is_later = milliseconds(trade.at) // 1000 > milliseconds(created) // 1000
    return Liquidity.MAKER if is_limit and is_later else Liquidity.TAKER
