"""The exchanges whose books the spread desk can hear: where their streams are, how they are asked and read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.domain.money import ONE
from engine.spreads import market_lists
from engine.spreads.frames import (
    Reader,
    korean_asks,
    korean_bids,
    pairs,
    read_binance,
    read_bitget,
    read_korean,
    read_okx,
)
from engine.spreads.kept_book import ChangingBook, Decoder, KeptBook
from engine.spreads.market_lists import Listed
from engine.venues.wire import number

Message = Any
#: Best bid and ask by market id, as a public endpoint answers now.
Tops = Mapping[str, tuple[Decimal, Decimal]]
#: What is sent to a line: (what is added or taken away, all that the line has then) -> messages.
Words = Callable[[Sequence[str], Sequence[str]], Sequence[Message]]


@dataclass(frozen=True, slots=True)
class Ask:
    """A public endpoint: ccxt's implicit method, its parameters, and what of the answer is meant."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BookSource:
    """One exchange. `most_on_line` markets share a line, which takes `messages_a_second` of ours at most.

    `tops_of` asks for the best prices of some markets, `most_asked` at a time; `funding_of` reads from the same kind of
    answer what futures pay. `taker_fee` is the list's fraction. `first_of` asks for a whole book where the stream tells
    one only when it changes.
    """

    name: str
    ccxt_id: str
    taker_fee: Decimal
    url: Callable[[Any], str]
    subscribe: Words
    unsubscribe: Words
    read: Reader
    lists: tuple[Ask, ...]
    listed: Callable[[Any], Iterable[Listed]]
    tops_of: Callable[[Sequence[str]], Ask]
    tops: Callable[[Any], Tops]
    most_on_line: int = 200
    most_asked: int = 100
    messages_a_second: float = 3
    bids: Decoder = pairs
    asks: Decoder = pairs
    tells_changes: bool = False
    wallets: Ask | None = None
    wallets_of: Callable[[Any], Mapping[str, tuple[bool, bool]]] | None = None
    first_of: Callable[[str], Ask] | None = None
    funding: tuple[Ask, ...] = ()
    funding_of: Callable[[Sequence[Any]], Mapping[str, tuple[Decimal, Decimal | None]]] | None = None
    is_future: bool = False

    def book(self, contract: Decimal = ONE) -> KeptBook:
        kind = ChangingBook if self.tells_changes else KeptBook
        return kind(self.bids, self.asks, contract)


# What is sent


def _binance(method: str) -> Words:
    def words(some: Sequence[str], _all: Sequence[str]) -> Sequence[Message]:
        names = [f"{market_id.lower()}@depth20@100ms" for market_id in some]
        return [{"method": method, "params": names, "id": 1}] if names else []

    return words


def _korean(_some: Sequence[str], wanted: Sequence[str]) -> Sequence[Message]:
    """One list of all: Upbit's later list takes the place of the one before."""
    return [[{"ticket": "gridwright"}, {"type": "orderbook", "codes": list(wanted)}]] if wanted else []


def _okx(operation: str, *channels: str) -> Words:
    def words(some: Sequence[str], _all: Sequence[str]) -> Sequence[Message]:
        args = [{"channel": channel, "instId": market_id} for market_id in some for channel in channels]
        return [{"op": operation, "args": args}] if args else []

    return words


def _bitget(operation: str, inst_type: str) -> Words:
    def words(some: Sequence[str], _all: Sequence[str]) -> Sequence[Message]:
        args = [{"instType": inst_type, "channel": "books15", "instId": market_id} for market_id in some]
        return [{"op": operation, "args": args}] if args else []

    return words


# What is asked


def _binance_tops(body: Any) -> Tops:
    rows = body if isinstance(body, list) else [body]
    return _prices((row["symbol"], row["bidPrice"], row["askPrice"]) for row in rows)


def _korean_tops(body: Any) -> Tops:
    return _prices(
        (row["market"], row["orderbook_units"][0]["bid_price"], row["orderbook_units"][0]["ask_price"])
        for row in body
        if row["orderbook_units"]
    )


def _okx_tops(body: Any) -> Tops:
    return _prices((row["instId"], row["bidPx"], row["askPx"]) for row in body["data"])


def _bitget_tops(body: Any) -> Tops:
    return _prices((row["symbol"], row["bidPr"], row["askPr"]) for row in body["data"])


def _prices(rows: Iterable[tuple[str, object, object]]) -> Tops:
    """Markets with two sides."""
    found = {}
    for market_id, bid, ask in rows:
        if bid not in (None, "") and ask not in (None, "") and number(bid) > 0 and number(ask) > 0:
            found[market_id] = (number(bid), number(ask))
    return found


def _usdm_funding(bodies: Sequence[Any]) -> Mapping[str, tuple[Decimal, Decimal | None]]:
    """`premiumIndex` tells rates, `fundingInfo` the hours of those that are not paid each 8."""
    hours = {row["symbol"]: number(row["fundingIntervalHours"]) for row in bodies[1]}
    return {
        row["symbol"]: (number(row["lastFundingRate"]), hours.get(row["symbol"]))
        for row in bodies[0]
        if row.get("lastFundingRate") not in (None, "")
    }


def _bitget_funding(bodies: Sequence[Any]) -> Mapping[str, tuple[Decimal, Decimal | None]]:
    """Tickers tell rates; the hours are in the list of contracts."""
    return {
        row["symbol"]: (number(row["fundingRate"]), None)
        for row in bodies[0]["data"]
        if row.get("fundingRate") not in (None, "")
    }


# Which they are

_MIX = {"productType": "USDT-FUTURES"}

UPBIT = BookSource(
    "upbit", "upbit", Decimal("0.0005"),
    url=lambda ccxt: str(ccxt.implode_params(ccxt.urls["api"]["ws"], {"hostname": ccxt.hostname})),
    subscribe=_korean, unsubscribe=_korean, read=read_korean, bids=korean_bids, asks=korean_asks,
    lists=(Ask("publicGetMarketAll", {"is_details": "true"}),), listed=lambda bodies: market_lists.korean(bodies[0]),
    tops_of=lambda ids: Ask("publicGetOrderbook", {"markets": ",".join(ids)}), tops=_korean_tops,
)  # fmt: skip

BITHUMB = BookSource(
    "bithumb", "bithumb", Decimal("0.0025"),
    url=lambda ccxt: str(ccxt.urls["api"]["ws"]["publicGen2"]),
    subscribe=_korean, unsubscribe=_korean, read=read_korean, bids=korean_bids, asks=korean_asks,
    lists=(Ask("publicGetV1MarketAll", {"isDetails": "true"}),), listed=lambda bodies: market_lists.korean(bodies[0]),
    tops_of=lambda ids: Ask("publicGetV1Orderbook", {"markets": ",".join(ids)}), tops=_korean_tops,
    wallets=Ask("publicGetPublicAssetsstatusMultichainALL"), wallets_of=market_lists.bithumb_wallets,
)  # fmt: skip

BINANCE = BookSource(
    "binance", "binance", Decimal("0.001"),
    url=lambda ccxt: str(ccxt.urls["api"]["ws"]["spot"]).removesuffix("/ws") + "/stream",
    subscribe=_binance("SUBSCRIBE"), unsubscribe=_binance("UNSUBSCRIBE"), read=read_binance,
    lists=(Ask("publicGetExchangeInfo", {"showPermissionSets": "false"}),),
    listed=lambda bodies: market_lists.binance_spot(bodies[0]),
    tops_of=lambda ids: Ask(
        "publicGetTickerBookTicker", {"symbols": "[" + ",".join(f'"{market_id}"' for market_id in ids) + "]"}
    ),
    tops=_binance_tops, first_of=lambda market_id: Ask("publicGetDepth", {"symbol": market_id, "limit": 20}),
)  # fmt: skip

BINANCE_USDM = BookSource(
    "binanceusdm", "binanceusdm", Decimal("0.0005"),
    url=lambda ccxt: str(ccxt.urls["api"]["ws"]["linear"]).removesuffix("/ws") + "/public/stream",
    subscribe=_binance("SUBSCRIBE"), unsubscribe=_binance("UNSUBSCRIBE"), read=read_binance,
    lists=(Ask("fapiPublicGetExchangeInfo"),), listed=lambda bodies: market_lists.binance_futures(bodies[0]),
    # All at once: it takes one symbol or none.
    tops_of=lambda _: Ask("fapiPublicGetTickerBookTicker"), tops=_binance_tops, most_asked=1000,
    first_of=lambda market_id: Ask("fapiPublicGetDepth", {"symbol": market_id, "limit": 20}),
    funding=(Ask("fapiPublicGetPremiumIndex"), Ask("fapiPublicGetFundingInfo")), funding_of=_usdm_funding,
    is_future=True,
)  # fmt: skip

OKX = BookSource(
    "okx", "okx", Decimal("0.0015"),
    url=lambda ccxt: str(ccxt.urls["api"]["ws"]) + "/public",
    subscribe=_okx("subscribe", "books"), unsubscribe=_okx("unsubscribe", "books"), read=read_okx, tells_changes=True,
    lists=(Ask("publicGetPublicInstruments", {"instType": "SPOT"}),),
    listed=lambda bodies: market_lists.okx_spot(bodies[0]),
    tops_of=lambda _: Ask("publicGetMarketTickers", {"instType": "SPOT"}), tops=_okx_tops,
    most_on_line=100, most_asked=1000, messages_a_second=1,
)  # fmt: skip

OKX_SWAP = BookSource(
    "okxswap", "okx", Decimal("0.0005"),
    url=OKX.url, read=read_okx, tells_changes=True,
    subscribe=_okx("subscribe", "books", "funding-rate"), unsubscribe=_okx("unsubscribe", "books", "funding-rate"),
    lists=(Ask("publicGetPublicInstruments", {"instType": "SWAP"}),),
    listed=lambda bodies: market_lists.okx_swaps(bodies[0]),
    tops_of=lambda _: Ask("publicGetMarketTickers", {"instType": "SWAP"}), tops=_okx_tops,
    most_on_line=100, most_asked=1000, messages_a_second=1, is_future=True,
)  # fmt: skip

BITGET = BookSource(
    "bitget", "bitget", Decimal("0.002"),
    url=lambda ccxt: str(ccxt.urls["api"]["ws"]["public"]),
    subscribe=_bitget("subscribe", "SPOT"), unsubscribe=_bitget("unsubscribe", "SPOT"), read=read_bitget,
    lists=(Ask("publicSpotGetV2SpotPublicSymbols"),), listed=lambda bodies: market_lists.bitget_spot(bodies[0]),
    tops_of=lambda _: Ask("publicSpotGetV2SpotMarketTickers"), tops=_bitget_tops,
    most_on_line=50, most_asked=1000, wallets=Ask("publicSpotGetV2SpotPublicCoins"),
    wallets_of=market_lists.bitget_wallets,
)  # fmt: skip

BITGET_MIX = BookSource(
    "bitgetmix", "bitget", Decimal("0.0006"),
    url=BITGET.url, read=read_bitget,
    subscribe=_bitget("subscribe", "USDT-FUTURES"), unsubscribe=_bitget("unsubscribe", "USDT-FUTURES"),
    lists=(Ask("publicMixGetV2MixMarketContracts", _MIX),),
    listed=lambda bodies: market_lists.bitget_futures(bodies[0]),
    tops_of=lambda _: Ask("publicMixGetV2MixMarketTickers", _MIX), tops=_bitget_tops,
    most_on_line=50, most_asked=1000, funding=(Ask("publicMixGetV2MixMarketTickers", _MIX),),
    funding_of=_bitget_funding, is_future=True,
)  # fmt: skip

SOURCES: Mapping[str, BookSource] = {
    source.name: source
    for source in (UPBIT, BITHUMB, BINANCE, BINANCE_USDM, OKX, OKX_SWAP, BITGET, BITGET_MIX)
}  # fmt: skip
