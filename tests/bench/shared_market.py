"""The shared market data as events: all candle files, premiums, rates, funding, prints, and books as they stood."""

import gzip
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from engine.domain.market import Candle, FundingRate, FxRate, OrderBook, PublicTrade, Spread
from engine.domain.order import Side

ROOT = Path(__file__).resolve().parents[2]
SPANS_S = {"m": 60, "h": 3600, "d": 86400}
BAR = ("ts", "open", "high", "low", "close", "volume")
#: Levels of a side that are kept of a book.
DEPTH = 20


def data_folder() -> Path | None:
    """Where the shared market data is, None where it is not."""
    folder = Path(os.environ.get("GRIDWRIGHT_DATA") or ROOT.parent / "shared" / "data")
    return folder if (folder / "candles").is_dir() else None


def instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def columns(path: Path) -> dict[str, list[Any]]:
    table = parquet.read_table(path)
    return {name: table[name].to_pylist() for name in table.column_names}


def candles(folder: Path) -> list[Candle]:
    """Every candle file; the name of a file is venue, symbol and timeframe."""
    found: list[Candle] = []
    for path in sorted((folder / "candles").glob("*.parquet")):
        matched = re.fullmatch(r"(.+)_([^_]+-[^_]+)_(\d+)([mhd])(_\d+)?", path.stem)
        assert matched, path
        venue, symbol = matched[1] + (matched[5] or ""), matched[2].replace("-", "/")
        timeframe_s = int(matched[3]) * SPANS_S[matched[4]]
        table = columns(path)
        found.extend(
            Candle(venue, symbol, timeframe_s, instant(ts), *bar)
            for ts, *bar in zip(
                *(table[name] for name in ("ts", "open", "high", "low", "close", "volume")), strict=True
            )
        )
    return found


def premiums(folder: Path) -> list[Spread]:
    """The derived five-minute premium of three coins, and the daily one of a third party; 0.15 % stand for costs."""
    found = []
    table = columns(folder / "kimchi" / "derived_kimchi_5m.parquet")
    for ts, symbol, krw, usdt, fx, premium in zip(
        *(table[name] for name in ("ts", "symbol", "krw", "usdt", "fx", "premium_pct")), strict=True
    ):
        found.append(_spread(symbol, "binance", krw, usdt, usdt * fx, premium, ts))
    table = columns(folder / "kimchi" / "kimchi_daily_snu.parquet")
    for ts, krw, usd, fx, premium in zip(
        *(table[name] for name in ("ts", "btc_krw_price", "foreignUsd", "fx_rate", "btc_premium_pct")), strict=True
    ):
        if None not in (krw, usd, fx, premium):
            found.append(_spread("BTC", "foreign", krw, usd, usd * fx, premium, ts))
    return found


def _spread(symbol: str, venue: str, krw: float, foreign: float, in_krw: float, premium: float, ts: int) -> Spread:
    net = premium - 0.15
    exact = [Decimal(repr(value)) for value in (krw, foreign, in_krw, premium, net)]
    return Spread(symbol, "upbit", venue, exact[0], exact[1], exact[2], exact[3], exact[4], net > 0, instant(ts))


def rates(folder: Path) -> list[FxRate]:
    """Won for a dollar, by each of the sources of the daily file."""
    table = columns(folder / "fx" / "usdkrw_daily.parquet")
    return [
        FxRate("USDKRW", Decimal(repr(rate)), source, instant(ts))
        for name, source in (("usdkrw_ecb_ffill", "ecb"), ("investing_close", "investing"))
        for ts, rate in zip(table["ts"], table[name], strict=True)
        if rate is not None
    ]


def funding(folder: Path) -> list[FundingRate]:
    found: list[FundingRate] = []
    for path in sorted((folder / "funding").glob("*.parquet")):
        venue, symbol = path.stem.split("_")[:2]
        table = columns(path)
        found.extend(
            FundingRate(venue, symbol.replace("-", "/"), Decimal(repr(rate)), instant(ts), mark and Decimal(repr(mark)))
            for ts, rate, mark in zip(table["ts"], table["funding_rate"], table["mark_open"], strict=True)
        )
    return found


def messages(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Venue and message of the two recorded Binance streams."""
    for venue in ("spot", "usdm"):
        with gzip.open(folder / "l2_trades" / f"binance_{venue}_BTCUSDT_ws_20240808.jsonl.gz", "rt") as file:
            for line in file:
                yield f"binance-{venue}", json.loads(line.partition(" ")[2])


def prints(folder: Path) -> list[PublicTrade]:
    """All trades of both streams, each once."""
    found: dict[tuple[str, str], PublicTrade] = {}
    for venue, message in messages(folder):
        told = message.get("data", {})
        if str(message.get("stream", "")).endswith("@trade"):
            side = Side.SELL if told["m"] else Side.BUY
            trade = PublicTrade(
                venue, "BTC/USDT", Decimal(told["p"]), Decimal(told["q"]), side, instant(told["T"]), str(told["t"])
            )
            found.setdefault((venue, trade.trade_id), trade)
    return list(found.values())


def books(folder: Path) -> list[OrderBook]:
    """The best levels after each change of a book, as both streams tell them."""
    sides: dict[str, tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]] = {}
    found = []
    for venue, message in messages(folder):
        told = message.get("data", {})
        if "@depth" not in str(message.get("stream", "")):
            continue
        bids, asks = sides.setdefault(venue, ({}, {}))
        for side, name in ((bids, "b"), (asks, "a")):
            for price, quantity in told[name]:
                if Decimal(quantity):
                    side[Decimal(price)] = Decimal(quantity)
                else:
                    side.pop(Decimal(price), None)
        found.append(OrderBook(venue, "BTC/USDT", _best(bids, reverse=True), _best(asks), instant(told["E"])))
    return found


def _best(side: dict[Decimal, Decimal], *, reverse: bool = False) -> tuple[tuple[Decimal, Decimal], ...]:
    prices: Sequence[Decimal] = sorted(side, reverse=reverse)[:DEPTH]
    return tuple((price, side[price]) for price in prices)
