"""Bitget's public endpoints: listings, books, trades, candles, marks and funding of its spot and its futures."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.support.exchange.ports import Core
from tests.support.exchange.skins import bitget_rows as rows
from tests.support.exchange.skins.bitget_streams import pushed_ticker, ticker
from tests.support.exchange.skins.bitget_trading import BitgetFailed, BitgetTrading
from tests.support.exchange.skins.texts import plain, whole
from tests.support.exchange.values import Kind, Listing

Row = dict[str, Any]
Query = Mapping[str, str]

SPANS = {
    "1min": 60_000, "5min": 300_000, "15min": 900_000, "30min": 1_800_000, "1h": 3_600_000, "1m": 60_000,
    "5m": 300_000, "15m": 900_000, "30m": 1_800_000, "1H": 3_600_000,
}  # fmt: skip
FUNDING_MS = 8 * 3_600_000


class BitgetMarket:
    """What anybody may ask."""

    def __init__(self, trading: Mapping[Kind, BitgetTrading]) -> None:
        self._trading = trading

    def endpoints(self) -> Mapping[str, Callable[[Query], Any]]:
        """By their path after /api/v2/."""
        spot, perp = Kind.SPOT, Kind.PERP
        return {
            "public/time": self._time,
            "spot/public/coins": lambda _: [],
            "margin/currencies": lambda _: [],
            "spot/public/symbols": lambda query: [rows.spot_symbol(each) for _, each in self._all(spot, query)],
            "mix/market/contracts": lambda query: [rows.contract(each) for _, each in self._all(perp, query)],
            "spot/market/tickers": lambda query: [ticker(*each) for each in self._all(spot, query)],
            "mix/market/tickers": lambda query: [pushed_ticker(*each) for each in self._all(perp, query)],
            "mix/market/ticker": lambda query: [ticker(*each) for each in self._all(perp, query)],
            "spot/market/orderbook": lambda query: self._book(spot, query),
            "spot/market/merge-depth": lambda query: self._book(spot, query),
            "mix/market/merge-depth": lambda query: self._book(perp, query),
            "spot/market/candles": lambda query: self._candles(spot, query),
            "mix/market/candles": lambda query: self._candles(perp, query),
            "spot/market/fills": lambda query: self._prints(spot, query),
            "spot/market/fills-history": lambda query: self._prints(spot, query),
            "mix/market/fills": lambda query: self._prints(perp, query),
            "mix/market/fills-history": lambda query: self._prints(perp, query),
            "mix/market/symbol-price": self._marks,
            "mix/market/current-fund-rate": self._funding_rate,
            "mix/market/history-fund-rate": self._funding_history,
            "mix/market/query-position-lever": self._tiers,
        }

    def _time(self, _: Query) -> Row:
        return {"serverTime": str(next(iter(self._trading.values())).core.now_ms())}

    def _all(self, kind: Kind, query: Query) -> list[tuple[Core, Listing]]:
        """One symbol where one is asked for, otherwise all of the market; no product but USDT futures has any."""
        trading = self._trading.get(kind)
        if trading is None or (kind is Kind.PERP and query.get("productType", rows.PRODUCT).upper() != rows.PRODUCT):
            return []
        if query.get("symbol"):
            return [(trading.core, trading.listing(query["symbol"]))]
        return [(trading.core, listing) for listing in trading.core.listings()]

    def _one(self, kind: Kind, query: Query) -> tuple[Core, Listing]:
        trading = self._trading.get(kind)
        if trading is None:
            raise BitgetFailed("40034", "Parameter symbol does not exist")
        return trading.core, trading.listing(query.get("symbol"))

    def _book(self, kind: Kind, query: Query) -> Row:
        core, listing = self._one(kind, query)
        depth = whole(query.get("limit", ""), 100)
        told = rows.book(core.book(listing.symbol, depth), depth)
        if kind is Kind.SPOT:
            return told
        step = plain(listing.price_bands[0][1])
        return told | {"scale": step, "precision": "scale0", "isMaxPrecision": "YES"}

    def _candles(self, kind: Kind, query: Query) -> list[list[str]]:
        core, listing = self._one(kind, query)
        span = SPANS.get(query.get("granularity", ""))
        if span is None:
            raise BitgetFailed("40020", "Parameter granularity error")
        told = core.candles(listing.symbol, span, whole(query.get("limit", ""), 100))
        written = [[str(at), *(plain(value) for value in rest)] for at, *rest in told]
        return [[*row, row[-1], row[-1]] if kind is Kind.SPOT else [*row, row[-1]] for row in written]

    def _prints(self, kind: Kind, query: Query) -> list[Row]:
        core, listing = self._one(kind, query)
        told = core.prints(listing.symbol, whole(query.get("limit", ""), 100))
        return [rows.print_row(each) | {"symbol": rows.symbol_of(listing)} for each in reversed(told)]

    def _marks(self, query: Query) -> list[Row]:
        told = []
        for core, listing in self._all(Kind.PERP, query):
            mark = rows.mark(core.mark_price(listing.symbol))
            told.append(
                {
                    "symbol": rows.symbol_of(listing), "price": mark, "indexPrice": mark, "markPrice": mark,
                    "ts": str(core.now_ms()),
                }
            )  # fmt: skip
        return told

    def _funding_rate(self, query: Query) -> list[Row]:
        core, listing = self._one(Kind.PERP, query)
        rate, at_ms = core.funding(listing.symbol)
        return [
            {
                "symbol": rows.symbol_of(listing), "fundingRate": plain(rate), "fundingRateInterval": "8",
                "nextUpdate": str(at_ms), "minFundingRate": "-0.003", "maxFundingRate": "0.003",
            }
        ]  # fmt: skip

    def _funding_history(self, query: Query) -> list[Row]:
        core, listing = self._one(Kind.PERP, query)
        rate, at_ms = core.funding(listing.symbol)
        told = {"symbol": rows.symbol_of(listing), "fundingRate": plain(rate)}
        return [told | {"fundingTime": str(at_ms - FUNDING_MS)}]

    def _tiers(self, query: Query) -> list[Row]:
        _, listing = self._one(Kind.PERP, query)
        return [
            {
                "symbol": rows.symbol_of(listing), "level": str(level), "startUnit": plain(low), "endUnit": plain(high),
                "leverage": str(lever), "keepMarginRate": plain(rate),
            }
            for level, (low, high, lever, rate) in enumerate(listing.brackets, 1)
        ]  # fmt: skip
