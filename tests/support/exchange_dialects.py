"""How five exchanges speak in public: the answers and frames of their documents, for one market, one level a side."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from tests.support.exact_json import Digits

Json = Any


@dataclass(frozen=True, slots=True)
class BestLevel:
    """The book: prices and sizes as text; prices of 0 are an empty book."""

    bid: str = "0"
    ask: str = "0"
    bid_size: str = "0"
    ask_size: str = "0"

    @property
    def is_empty(self) -> bool:
        return Decimal(self.bid) == 0


class Dialect(Protocol):
    """`quotes` and `trades` name the streams; `changes` are put over the description of the market."""

    name: str
    market_id: str
    quotes: str
    trades: str
    is_binary: bool
    changes: dict[str, Json]

    def answer(self, path: str, query: Mapping[str, str], book: BestLevel) -> tuple[int, Json] | None:
        """HTTP status and JSON for a path without its host; None for what is not there."""
        ...

    def subscribed(self, message: Json) -> list[str]:
        """The streams a message subscribes to."""
        ...

    def replies(self, message: Json, book: BestLevel) -> list[Json]:
        """What a subscription is answered with."""
        ...

    def quote(self, book: BestLevel) -> Json: ...

    def trade(self, number: int, price: str, size: str, side: str) -> Json: ...


class Binance:
    """Spot. Nothing is sent at the beginning of a subscription; bookTicker comes without name and time."""

    name, quotes, trades, is_binary = "binance", "bookTicker", "trade", False

    def __init__(self, base: str, quote: str) -> None:
        self.base, self.coin, self.market_id = base, quote, base + quote
        self.changes: dict[str, Json] = {}

    def answer(self, path: str, query: Mapping[str, str], book: BestLevel) -> tuple[int, Json] | None:
        if query.get("symbol", self.market_id) != self.market_id:
            return 400, {"code": -1121, "msg": "Invalid symbol."}
        if path == "api/v3/depth":
            sides = {"bids": [[book.bid, book.bid_size]], "asks": [[book.ask, book.ask_size]]}
            return 200, {"lastUpdateId": 1, **({"bids": [], "asks": []} if book.is_empty else sides)}
        if path != "api/v3/exchangeInfo":
            return None
        market = {
            "symbol": self.market_id, "status": "TRADING", "baseAsset": self.base, "baseAssetPrecision": 8,
            "quoteAsset": self.coin, "quotePrecision": 8, "quoteAssetPrecision": 8, "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False, "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"],
            "permissions": [], "permissionSets": [["SPOT"]],
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000.00", "tickSize": "0.01000000"},
                {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000.00", "stepSize": "0.00001000"},
                {"filterType": "NOTIONAL", "minNotional": "5.00000000", "maxNotional": "9000000.00000000"},
                {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 150},
            ],
        }  # fmt: skip
        return 200, {"timezone": "UTC", "symbols": [market | self.changes]}

    def subscribed(self, message: Json) -> list[str]:
        return [name.partition("@")[2] for name in message["params"]]

    def replies(self, message: Json, book: BestLevel) -> list[Json]:
        return [{"result": None, "id": message["id"]}]

    def quote(self, book: BestLevel) -> Json:
        return {
            "u": 1, "s": self.market_id, "b": book.bid, "B": book.bid_size, "a": book.ask, "A": book.ask_size,
        }  # fmt: skip

    def trade(self, number: int, price: str, size: str, side: str) -> Json:
        return {
            "e": "trade", "E": 1, "s": self.market_id, "t": number, "p": price, "q": size, "T": 1,
            "m": side == "sell", "M": True,
        }  # fmt: skip


class Korean:
    """Upbit and Bithumb: numbers, JSON as bytes, and a subscription begins with the book and the last trade."""

    quotes, trades, is_binary = "orderbook", "trade", True

    def __init__(self, name: str, base: str, quote: str) -> None:
        self.name, self.market_id = name, f"{quote}-{base}"
        self.changes: dict[str, Json] = {}

    def answer(self, path: str, query: Mapping[str, str], book: BestLevel) -> tuple[int, Json] | None:
        if path == "v1/market/all":
            names = [self.market_id, "BTC-ETH"]
            return 200, [{"market": name, "korean_name": name, "english_name": name} | self.changes for name in names]
        if path != "v1/orderbook":
            return None
        units = [] if book.is_empty else self._units(book)
        return 200, [{"market": self.market_id, "timestamp": 1, "orderbook_units": units}]

    def subscribed(self, message: Json) -> list[str]:
        return [wanted["type"] for wanted in message[1:] if "type" in wanted]

    def replies(self, message: Json, book: BestLevel) -> list[Json]:
        past = {
            "orderbook": [] if book.is_empty else [self.quote(book) | {"stream_type": "SNAPSHOT"}],
            "trade": [self.trade(0, "1", "999", "buy") | {"stream_type": "SNAPSHOT"}],
        }
        return [frame for stream in self.subscribed(message) for frame in past[stream]]

    def quote(self, book: BestLevel) -> Json:
        return {
            "type": "orderbook", "code": self.market_id, "timestamp": 1, "total_ask_size": Digits("1.5"),
            "total_bid_size": Digits("1.5"), "orderbook_units": self._units(book), "stream_type": "REALTIME",
            "level": 0,
        }  # fmt: skip

    def trade(self, number: int, price: str, size: str, side: str) -> Json:
        return {
            "type": "trade", "code": self.market_id, "timestamp": 1, "trade_timestamp": 1, "trade_date": "2026-11-20",
            "trade_time": "00:00:00", "trade_price": Digits(price), "trade_volume": Digits(size),
            "ask_bid": "ASK" if side == "sell" else "BID", "prev_closing_price": Digits(price), "change": "EVEN",
            "change_price": 0, "sequential_id": number, "stream_type": "REALTIME",
        }  # fmt: skip

    def _units(self, book: BestLevel) -> list[Json]:
        best = {"ask_price": book.ask, "bid_price": book.bid, "ask_size": book.ask_size, "bid_size": book.bid_size}
        return [{name: Digits(text) for name, text in best.items()}]


class Okx:
    """Channels bbo-tbt and trades; a subscription begins with the book."""

    name, quotes, trades, is_binary = "okx", "bbo-tbt", "trades", False

    def __init__(self, base: str, quote: str) -> None:
        self.base, self.coin, self.market_id = base, quote, f"{base}-{quote}"
        self.changes: dict[str, Json] = {}

    def answer(self, path: str, query: Mapping[str, str], book: BestLevel) -> tuple[int, Json] | None:
        if query.get("instId", self.market_id) != self.market_id:
            return 200, {"code": "51001", "msg": "Instrument ID doesn't exist.", "data": []}
        if path == "api/v5/market/books":
            return 200, {"code": "0", "msg": "", "data": [self._levels(book)]}
        if path != "api/v5/public/instruments":
            return None
        market = {
            "instType": "SPOT", "instId": self.market_id, "baseCcy": self.base, "quoteCcy": self.coin,
            "tickSz": "0.1", "lotSz": "0.00000001", "minSz": "0.00001", "maxLmtSz": "9999", "maxMktSz": "1000000",
            "state": "live", "ctVal": "", "ctMult": "", "settleCcy": "", "uly": "", "instFamily": "", "lever": "10",
            "listTime": "1606468572000", "expTime": "", "optType": "", "stk": "", "alias": "", "ctType": "",
        }  # fmt: skip
        return 200, {"code": "0", "msg": "", "data": [market | self.changes]}

    def subscribed(self, message: Json) -> list[str]:
        return [wanted["channel"] for wanted in message["args"]]

    def replies(self, message: Json, book: BestLevel) -> list[Json]:
        said = [{"event": "subscribe", "arg": wanted, "connId": "a4d3ae55"} for wanted in message["args"]]
        return [*said, self.quote(book)] if self.quotes in self.subscribed(message) and not book.is_empty else said

    def quote(self, book: BestLevel) -> Json:
        return {"arg": {"channel": self.quotes, "instId": self.market_id}, "data": [self._levels(book)]}

    def trade(self, number: int, price: str, size: str, side: str) -> Json:
        row = {
            "instId": self.market_id, "tradeId": str(number), "px": price, "sz": size, "side": side, "ts": "1",
            "count": "1",
        }  # fmt: skip
        return {"arg": {"channel": self.trades, "instId": self.market_id}, "data": [row]}

    def _levels(self, book: BestLevel) -> Json:
        if book.is_empty:
            return {"asks": [], "bids": [], "ts": "1"}
        return {"asks": [[book.ask, book.ask_size, "0", "1"]], "bids": [[book.bid, book.bid_size, "0", "1"]], "ts": "1"}


class Bitget:
    """Channels ticker and trade of the spot market; a subscription begins with trades of the past, newest first."""

    name, quotes, trades, is_binary = "bitget", "ticker", "trade", False

    def __init__(self, base: str, quote: str) -> None:
        self.base, self.coin, self.market_id = base, quote, base + quote
        self.changes: dict[str, Json] = {}

    def answer(self, path: str, query: Mapping[str, str], book: BestLevel) -> tuple[int, Json] | None:
        if query.get("symbol", self.market_id) != self.market_id:
            return 400, {"code": "40309", "msg": "The symbol has been removed", "requestTime": 1, "data": None}
        if path == "api/v2/margin/currencies":
            return 200, {"code": "00000", "msg": "success", "requestTime": 1, "data": []}
        if path == "api/v2/spot/market/orderbook":
            levels = {"asks": [[book.ask, book.ask_size]], "bids": [[book.bid, book.bid_size]]}
            empty: Json = {"asks": [], "bids": []}
            answer = (empty if book.is_empty else levels) | {"ts": "1"}
            return 200, {"code": "00000", "msg": "success", "requestTime": 1, "data": answer}
        if path != "api/v2/spot/public/symbols":
            return None
        market = {
            "symbol": self.market_id, "baseCoin": self.base, "quoteCoin": self.coin, "minTradeAmount": "0",
            "maxTradeAmount": "10000000000", "takerFeeRate": "0.002", "makerFeeRate": "0.002", "pricePrecision": "2",
            "quantityPrecision": "6", "quotePrecision": "8", "status": "online", "minTradeUSDT": "1",
            "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05", "areaSymbol": "no",
        }  # fmt: skip
        return 200, {"code": "00000", "msg": "success", "requestTime": 1, "data": [market | self.changes]}

    def subscribed(self, message: Json) -> list[str]:
        return [wanted["channel"] for wanted in message["args"]]

    def replies(self, message: Json, book: BestLevel) -> list[Json]:
        said: list[Json] = [{"event": "subscribe", "arg": wanted} for wanted in message["args"]]
        if self.quotes in self.subscribed(message) and not book.is_empty:
            said.append(self.quote(book))
        if self.trades in self.subscribed(message):
            said.append(self.trade(0, "1", "999", "buy") | {"action": "snapshot"})
        return said

    def quote(self, book: BestLevel) -> Json:
        row = {
            "instId": self.market_id, "lastPr": book.bid, "bidPr": book.bid, "askPr": book.ask, "bidSz": book.bid_size,
            "askSz": book.ask_size, "ts": "1",
        }  # fmt: skip
        return {"action": "snapshot", "arg": self._about(self.quotes), "data": [row], "ts": 1}

    def trade(self, number: int, price: str, size: str, side: str) -> Json:
        row = {"ts": "1", "price": price, "size": size, "side": side, "tradeId": str(number)}
        return {"action": "update", "arg": self._about(self.trades), "data": [row], "ts": 1}

    def _about(self, channel: str) -> dict[str, str]:
        return {"instType": "SPOT", "channel": channel, "instId": self.market_id}


def dialect(name: str) -> Dialect:
    """The dialect of an exchange on a market of its own."""
    match name:
        case "binance":
            return Binance("BTC", "USDT")
        case "okx":
            return Okx("BTC", "USDT")
        case "bitget":
            return Bitget("BTC", "USDT")
        case _:
            return Korean(name, "XRP", "KRW")


EXCHANGES = ("binance", "upbit", "bithumb", "okx", "bitget")
#: The symbol in our own words, by exchange.
SYMBOLS = {name: "BTC/USDT" if name in ("binance", "okx", "bitget") else "XRP/KRW" for name in EXCHANGES}
