"""The small lists of a desk for the cache: quotes, bars, what rests, how much is open, who lives, what a day earned."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from engine.domain.bot import OWN_TIME_MODES, AccountMode
from engine.domain.views import EngineView, MarketView
from storage.cache_operations import Change, Put
from storage.cached.health import (
    COLLECTOR,
    LIVE,
    PAPER,
    DailyPnl,
    DayResult,
    daily_pnl_change,
    desk_heartbeat_change,
    heartbeat_change,
)
from storage.cached.market import Ticker, candle_change, ticker_key
from storage.cached.trading import active_orders_change, open_count_change
from storage.cached.values import packed
from storage.spread_lists import SpreadLists

#: Markets whose quotes are mirrored in one round; beyond, the next ones have their turn in the next round.
MOST_MARKETS = 200
#: A quote that came longer ago is not mirrored as if it were new.
FRESH_S = 1.0
#: Lists that did not change are written again so often; their keys live at least twice as long.
AGAIN_S = 25.0
BEAT_S = 4.0
PNL_S = 10.0
ORDERS_S = 2.0
#: More orders than this are looked up one by one; a set of all would be big.
MOST_ACTIVE = 20_000


class DeskLists:
    """What must be told now. Remembers what it told and when; `forget` after the cache may have lost something."""

    def __init__(self, user_id: int, desk_id: str, now: Callable[[], datetime]) -> None:
        self._user_id = user_id
        self._desk_id = desk_id
        self._now = now
        self._told: dict[str, tuple[object, float]] = {}
        self._symbols: frozenset[str] = frozenset()
        self._first_market = 0
        self._spreads = SpreadLists(now)

    def forget(self) -> None:
        self._told.clear()
        self._spreads.forget()

    def changes(self, view: EngineView, now_s: float) -> list[Change]:
        """In the order of their importance."""
        return [
            *self._beats(view, now_s),
            *self._markets(view, now_s),
            *self._spreads.changes(view.premiums, now_s),
            *self._open_counts(view, now_s),
            *self._active_orders(view, now_s),
            *self._daily_pnl(view, now_s),
        ]

    def _is_news(self, name: str, told: object, now_s: float, again_s: float) -> bool:
        known = self._told.get(name)
        if known is not None and known[0] == told and now_s - known[1] < again_s:
            return False
        self._told[name] = (told, now_s)
        return True

    def _beats(self, view: EngineView, now_s: float) -> Iterator[Change]:
        if not self._is_news("beat", None, now_s, BEAT_S):
            return
        at = self._now()
        yield desk_heartbeat_change(self._desk_id, at)
        modes = {row.account.mode for row in view.accounts if row.elsewhere is None}
        is_hearing = any(time.monotonic() - market.received_at_s < 2 * BEAT_S for market in view.markets)
        is_hearing = is_hearing or self._spreads.is_hearing(view.premiums)
        for part, lives in (
            (COLLECTOR, is_hearing),
            (PAPER, bool(modes - {AccountMode.LIVE})),
            (LIVE, AccountMode.LIVE in modes),
        ):
            if lives:
                yield heartbeat_change(part, at)

    def _markets(self, view: EngineView, now_s: float) -> Iterator[Change]:
        own_time = {row.account.venue for row in view.accounts if row.account.mode in OWN_TIME_MODES}
        fresh = [market for market in view.markets if time.monotonic() - market.received_at_s < FRESH_S]
        if self._first_market >= len(fresh):
            self._first_market = 0
        begin = self._first_market if len(fresh) > MOST_MARKETS else 0
        shown = fresh[begin : begin + MOST_MARKETS]
        self._first_market = begin + len(shown)
        for market in shown:
            is_own = market.instrument.venue in own_time
            yield self._ticker(market, is_own=is_own)
            if not is_own:
                yield from self._candles(market, now_s)

    def _ticker(self, market: MarketView, *, is_own: bool) -> Put:
        ticker = Ticker(market.bid, market.ask, market.last, market.at)
        venue, symbol = market.instrument.key
        return Put(ticker_key(venue, symbol, self._user_id if is_own else None), packed(ticker))

    def _candles(self, market: MarketView, now_s: float) -> Iterator[Change]:
        """The bar that grows, once it has grown, and the last one that was closed."""
        name = " ".join(market.instrument.key)
        for word, candle in (("growing", market.candle), ("closed", next(reversed(market.closed_candles), None))):
            if candle is not None and self._is_news(f"{word} {name}", candle, now_s, float("inf")):
                yield candle_change(candle)

    def _open_counts(self, view: EngineView, now_s: float) -> Iterator[Change]:
        counts: dict[str, int] = dict.fromkeys(self._symbols, 0)
        for row in view.bots:
            if row.elsewhere is None:
                counts[row.bot.symbol] = counts.get(row.bot.symbol, 0) + (row.base_held > 0)
        self._symbols = frozenset(counts)
        for symbol, count in counts.items():
            if self._is_news(f"open {symbol}", count, now_s, AGAIN_S):
                yield open_count_change(self._user_id, symbol, self._desk_id, count)

    def _active_orders(self, view: EngineView, now_s: float) -> Iterator[Change]:
        # A big desk has a hundred thousand orders: they are not gone through in every round.
        if not self._is_news("active orders looked at", None, now_s, ORDERS_S):
            return
        ids = frozenset(
            order.client_order_id for row in view.bots if row.elsewhere is None for order in row.open_orders
        )
        kept = ids if len(ids) <= MOST_ACTIVE else frozenset()
        if self._is_news("active", kept, now_s, AGAIN_S):
            yield active_orders_change(self._user_id, self._desk_id, kept)

    def _daily_pnl(self, view: EngineView, now_s: float) -> Iterator[Change]:
        if not self._is_news("pnl", None, now_s, PNL_S):
            return
        result = DailyPnl(
            tuple(
                DayResult(row.account.account_id, row.account.quote, row.equity, row.today_pnl)
                for row in view.accounts
                if row.elsewhere is None
            )
        )
        # The desk's own day: today_pnl begins at its midnight.
        yield daily_pnl_change(self._user_id, self._desk_id, self._now().astimezone().date(), result)
