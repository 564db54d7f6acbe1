# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Which table each kind of market data goes to, as rows; and what happens to a row that is there already."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from engine.domain.market import (
    Candle,
    FundingRate,
    FxRate,
    IndicatorValues,
    OrderBook,
    PublicTrade,
    Quote,
    Spread,
)
from storage.series.layout import INDICATORS

Values = tuple[object, ...]

FLOAT = "double precision"
TIME = "timestamptz"


@dataclass(frozen=True)
class Target:
    """One table. `columns` are (name, SQL type) in the order of `row_of`'s values.

    `key` are the columns in which a row can meet one that is there; empty: rows are kept as they come. Then it is
    overwritten, where `unless` does not forbid it, or left alone when `is_first_kept`. `may_copy` is False where the
    server takes no COPY: tables under row-level security. `span_of` says where in time events lie that are rolled up.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    row_of: Callable[[Any], Values]
    key: tuple[str, ...] = ()
    owner: str = ""
    unless: str = ""
    is_first_kept: bool = False
    may_copy: bool = True
    span_of: Callable[[Iterable[Any]], tuple[datetime, datetime] | None] | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    @cached_property
    def insert(self) -> str:
        """Rows as one array a column: for tables that take no COPY, and for rows of which some are there already."""
        arrays = ", ".join(f"${at}::{kind}[]" for at, (_, kind) in enumerate(self.columns, start=1))
        statement = f"INSERT INTO {self.table} ({', '.join(self.names)}) SELECT * FROM unnest({arrays})"
        if not self.key:
            return statement
        conflict = ", ".join((self.owner, *self.key) if self.owner else self.key)
        if self.is_first_kept:
            return f"{statement} ON CONFLICT ({conflict}) DO NOTHING"
        changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in self.names if name not in self.key)
        allowed = f" WHERE NOT ({self.unless})" if self.unless else ""
        return f"{statement} ON CONFLICT ({conflict}) DO UPDATE SET {changed}{allowed}"

    def rows(self, events: Iterable[object]) -> Iterable[Values]:
        """Made while they are sent."""
        return map(self.row_of, events)


#: Getters, where a row is the event's own attributes: a bulk load is mostly this.
_candle: Callable[[Candle], Values] = attrgetter(
    "venue", "symbol", "timeframe_s", "opened_at", "open", "high", "low", "close", "volume", "is_closed", "vwap"
)
_quote: Callable[[Quote], Values] = attrgetter("venue", "symbol", "at", "bid", "ask")
_spread: Callable[[Spread], Values] = attrgetter(
    "symbol", "won_venue", "foreign_venue", "at", "won_price", "foreign_price", "foreign_price_krw", "spread_pct",
    "net_spread_pct", "is_opportunity", "back_spread_pct", "back_net_spread_pct", "size", "slippage_pct", "funding_pct",
    "fx_source", "fx_age_s",
)  # fmt: skip
_rate: Callable[[FxRate], Values] = attrgetter("pair", "source", "at", "rate")
_funding: Callable[[FundingRate], Values] = attrgetter("venue", "symbol", "at", "rate", "mark_price")


def _span_of_minutes(candles: Iterable[Candle]) -> tuple[datetime, datetime] | None:
    times = [candle.opened_at for candle in candles if candle.timeframe_s == 60 and candle.is_closed]
    return (min(times), max(times)) if times else None


def _span_of_spreads(spreads: Iterable[Spread]) -> tuple[datetime, datetime] | None:
    times = [spread.at for spread in spreads]
    return min(times), max(times)


def _book(book: OrderBook) -> Values:
    best = (book.bids[0][0], book.asks[0][0]) if book.bids and book.asks else None
    return (
        book.venue, book.symbol, book.at, [list(level) for level in book.bids], [list(level) for level in book.asks],
        sum(quantity for _, quantity in book.bids), sum(quantity for _, quantity in book.asks),
        best and best[1] - best[0], best and (best[0] + best[1]) / 2,
    )  # fmt: skip


def _transaction(trade: PublicTrade) -> Values:
    return (
        trade.venue, trade.symbol, trade.at, trade.price, trade.quantity, trade.price * trade.quantity,
        trade.side.value, trade.trade_id or None,
    )  # fmt: skip


def _indicators(values: IndicatorValues) -> Values:
    known = dict(values.values)
    return (
        values.venue, values.symbol, values.timeframe_s, values.opened_at, *(known.get(name) for name in INDICATORS)
    )  # fmt: skip


BAR_KEY = ("venue", "symbol", "timeframe_s", "timestamp")
BAR = (
    ("venue", "text"), ("symbol", "text"), ("timeframe_s", "integer"), ("timestamp", TIME), ("open_price", FLOAT),
    ("high_price", FLOAT), ("low_price", FLOAT), ("close_price", FLOAT), ("volume", FLOAT), ("is_closed", "boolean"),
    ("vwap", FLOAT),
)  # fmt: skip
QUOTE = (("venue", "text"), ("symbol", "text"), ("timestamp", TIME), ("bid_price", FLOAT), ("ask_price", FLOAT))

CANDLES = Target(
    "candles",
    BAR,
    _candle,
    key=BAR_KEY,
    unless="candles.is_closed AND NOT EXCLUDED.is_closed",
    span_of=_span_of_minutes,
)
REPLAYED_CANDLES = Target(
    "replayed_candles",
    BAR,
    _candle,
    key=BAR_KEY,
    owner="user_id",
    unless="replayed_candles.is_closed AND NOT EXCLUDED.is_closed",
    may_copy=False,
)
TICKERS = Target("tickers", QUOTE, _quote)
REPLAYED_TICKERS = Target("replayed_tickers", QUOTE, _quote, may_copy=False)
ORDERBOOKS = Target(
    "orderbooks",
    (
        ("venue", "text"), ("symbol", "text"), ("timestamp", TIME), ("bids", FLOAT), ("asks", FLOAT),
        ("bid_volume", FLOAT), ("ask_volume", FLOAT), ("spread", FLOAT), ("mid_price", FLOAT),
    ),
    _book,
)  # fmt: skip
TRANSACTIONS = Target(
    "transactions",
    (
        ("venue", "text"), ("symbol", "text"), ("timestamp", TIME), ("price", FLOAT), ("quantity", FLOAT),
        ("value", FLOAT), ("side", "text"), ("venue_trade_id", "text"),
    ),
    _transaction,
    key=("venue", "symbol", "venue_trade_id", "timestamp"),
    is_first_kept=True,
)  # fmt: skip
SPREADS = Target(
    "spreads",
    (
        ("symbol", "text"), ("won_venue", "text"), ("foreign_venue", "text"), ("timestamp", TIME), ("won_price", FLOAT),
        ("foreign_price", FLOAT), ("foreign_price_krw", FLOAT), ("spread_pct", FLOAT), ("net_spread_pct", FLOAT),
        ("is_opportunity", "boolean"), ("back_spread_pct", FLOAT), ("back_net_spread_pct", FLOAT), ("size", FLOAT),
        ("slippage_pct", FLOAT), ("funding_pct", FLOAT), ("fx_source", "text"), ("fx_age_s", FLOAT),
    ),
    _spread,
    key=("symbol", "won_venue", "foreign_venue", "timestamp"),
    is_first_kept=True,
    span_of=_span_of_spreads,
)  # fmt: skip
FX_RATES = Target(
    "fx_rates",
    (("pair", "text"), ("source", "text"), ("timestamp", TIME), ("rate", FLOAT)),
    _rate,
    key=("pair", "source", "timestamp"),
    is_first_kept=True,
)
FUNDING_RATES = Target(
    "funding_rates",
    (("venue", "text"), ("symbol", "text"), ("timestamp", TIME), ("rate", FLOAT), ("mark_price", FLOAT)),
    _funding,
    key=("venue", "symbol", "timestamp"),
    is_first_kept=True,
)
TECHNICAL_INDICATORS = Target(
    "technical_indicators",
    (
        ("venue", "text"), ("symbol", "text"), ("timeframe_s", "integer"), ("timestamp", TIME),
        *((name, FLOAT) for name in INDICATORS),
    ),
    _indicators,
    key=BAR_KEY,
)  # fmt: skip
