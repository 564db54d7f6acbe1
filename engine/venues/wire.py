"""What exchanges say on their public streams, as quotes and prints: one frame in, what it tells out. Pure.

Only the frames that we use are read; everything else (answers, pongs, errors) is left to ccxt. Prices are the venue's
own text where it sends text, and otherwise the shortest text of the number it sent.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.venues.tape import Print, TopOfBook

Told = tuple[TopOfBook | Print, ...]
#: (market id, frame, receive time in ms) -> what it tells, or None for a frame that is not ours.
Reader = Callable[[str, Mapping[str, Any], int], Told | None]


def read_binance(market_id: str, frame: Mapping[str, Any], at_ms: int) -> Told | None:
    """bookTicker (which has no name of its own on the spot market) and trade."""
    kind = frame.get("e", "bookTicker" if "b" in frame and "a" in frame else None)
    if kind not in ("bookTicker", "trade") or frame.get("s") != market_id:
        return None
    if kind == "bookTicker":
        return top_of_book(at_ms, frame["b"], frame["a"], frame["B"], frame["A"])
    # "m": the buyer was the maker, so the taker sold.
    return _print(at_ms, frame["p"], frame["q"], Side.SELL if frame["m"] else Side.BUY)


def read_korean(market_id: str, frame: Mapping[str, Any], at_ms: int) -> Told | None:
    """orderbook and trade of Upbit, and of Bithumb, which took Upbit's form over."""
    kind = frame.get("type")
    if kind not in ("orderbook", "trade") or frame.get("code") != market_id:
        return None
    if kind == "orderbook":
        units = frame["orderbook_units"]
        best = units[0] if units else {}
        return top_of_book(
            at_ms, best.get("bid_price"), best.get("ask_price"), best.get("bid_size"), best.get("ask_size")
        )  # fmt: skip
    if frame.get("stream_type") == "SNAPSHOT":
        # A subscription begins with the last trade there was, which nobody can trade with any more.
        return ()
    side = Side.SELL if frame["ask_bid"] == "ASK" else Side.BUY
    return _print(at_ms, frame["trade_price"], frame["trade_volume"], side)


def read_okx(market_id: str, frame: Mapping[str, Any], at_ms: int) -> Told | None:
    """bbo-tbt and trades."""
    topic = _topic(market_id, frame, ("bbo-tbt", "trades"))
    if topic == "bbo-tbt":
        newest = frame["data"][-1]
        bid, ask = _best(newest["bids"]), _best(newest["asks"])
        return top_of_book(at_ms, bid[0], ask[0], bid[1], ask[1])
    if topic == "trades":
        return _prints(at_ms, ((row["px"], row["sz"], row["side"]) for row in frame["data"]))
    return None


def read_bitget(market_id: str, frame: Mapping[str, Any], at_ms: int) -> Told | None:
    """ticker and trade of the spot market."""
    topic = _topic(market_id, frame, ("ticker", "trade"))
    if topic == "ticker":
        newest = frame["data"][-1]
        return top_of_book(at_ms, newest["bidPr"], newest["askPr"], newest["bidSz"], newest["askSz"])
    if topic == "trade":
        if frame.get("action") == "snapshot":
            # A subscription begins with the trades of the past.
            return ()
        # The newest comes first.
        return _prints(at_ms, ((row["price"], row["size"], row["side"]) for row in reversed(frame["data"])))
    return None


READERS: Mapping[str, Reader] = {
    "binance": read_binance,
    "upbit": read_korean,
    "bithumb": read_korean,
    "okx": read_okx,
    "bitget": read_bitget,
}


def top_of_book(
    at_ms: int, bid: object, ask: object, bid_quantity: object, ask_quantity: object
) -> tuple[TopOfBook, ...]:
    """The quote, or nothing where a side is missing or the book is crossed (auctions, halts).

    Raises ValueError, TypeError or ArithmeticError for what is no number.
    """
    if bid in (None, "") or ask in (None, ""):
        return ()
    top = TopOfBook(at_ms, number(bid), number(ask), number(bid_quantity), number(ask_quantity))
    is_market = ZERO < top.bid <= top.ask and top.bid_quantity >= 0 and top.ask_quantity >= 0
    return (top,) if is_market else ()


def number(value: object) -> Decimal:
    """A finite number from JSON: text as it stands, a double by its shortest text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise TypeError(f"{value!r} is not a number")
    found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not found.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return found


def _topic(market_id: str, frame: Mapping[str, Any], topics: tuple[str, ...]) -> str | None:
    """The channel of a frame of OKX or Bitget, when it is one of these and speaks of this market."""
    about = frame.get("arg")
    if not isinstance(about, Mapping) or not frame.get("data") or about.get("instId") != market_id:
        return None
    channel = about.get("channel")
    return channel if channel in topics else None


def _best(levels: list[list[str]]) -> tuple[str, str]:
    return (levels[0][0], levels[0][1]) if levels else ("", "")


def _prints(at_ms: int, rows: Iterable[tuple[object, object, str]]) -> Told:
    return tuple(told for price, quantity, side in rows for told in _print(at_ms, price, quantity, Side(side)))


def _print(at_ms: int, price: object, quantity: object, side: Side) -> tuple[Print, ...]:
    told = Print(at_ms, number(price), number(quantity), side)
    return (told,) if told.price > 0 and told.quantity > 0 else ()
