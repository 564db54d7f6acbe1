"""What a desk mirrors: the latest only, bounded, forgotten when it ends, told anew when the cache lost it."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.domain.bot import AccountMode, BotState
from engine.domain.messages import OrderRecorded
from engine.domain.order import OrderState, Side
from engine.domain.views import BotView, EngineState, EngineView, MarketView
from storage import cache_keys
from storage.cache import ProcessCache
from storage.cache_operations import Change, PutFields
from storage.cached.grid import ActiveLevel, GridCache, GridPlace, TakeProfit
from storage.cached.health import COLLECTOR, LIVE, PAPER, HealthCache
from storage.cached.market import MarketCache, Ticker
from storage.cached.trading import TradingCache
from storage.desk_lists import ORDERS_S
from storage.desk_mirror import AGAIN_S, DeskMirror
from tests.support.views import NOON, fills_of, grid_bot, instrument_of, log_of, market_of, view_of
from tests.support.waiting import wait_until_async

USER = 7
DESK = "desk"
D = Decimal


class Town:
    """A mirror with its own clock, over a cache that counts what it is told."""

    def __init__(self, most_changes: int = 1_000) -> None:
        self.now_s = 1_000.0
        self.told: list[Change] = []
        self.cache = CountingCache(lambda: self.now_s, self.told)
        self.mirror = DeskMirror(
            self.cache, USER, DESK, most_changes=most_changes, clock=lambda: self.now_s, now=lambda: NOON
        )
        self.grids = GridCache(self.cache)
        self.trading = TradingCache(self.cache, USER)

    async def round(self, view: EngineView, after_s: float = 0.5) -> list[Change]:
        self.now_s += after_s
        before = len(self.told)
        await self.mirror.mirror(view)
        return self.told[before:]


class CountingCache(ProcessCache):
    """A cache in process that notes changes, and may be away or refuse."""

    def __init__(self, clock: Callable[[], float], told: list[Change]) -> None:
        super().__init__(clock)
        self._told = told
        self.is_gone = False

    @property
    def is_away(self) -> bool:
        return self.is_gone

    async def apply(self, *changes: Change) -> bool:
        self._told.extend(changes)
        return await super().apply(*changes)


def fresh(last: str = "812") -> MarketView:
    return market_of(instrument_of(), last, candles=3, received_at_s=time.monotonic())


def picture(market: MarketView, *bots: BotView, state: EngineState = EngineState.RUNNING) -> EngineView:
    return view_of([market], bots, state=state)


def place_of(bot: BotView) -> GridPlace:
    return GridPlace.of(USER, bot.bot)


async def test_a_grid_is_mirrored_as_it_is() -> None:
    town, market = Town(), fresh()
    # Four cells from 771 to 853, one every 20.5, on whole won: 771, 792 (791.5), 812, 832 (832.5), 853.
    bot = grid_bot(market, grid_count=4, investment="400000")
    await town.round(picture(market, bot))
    state = await town.grids.state(place_of(bot))
    assert state is not None
    assert [rung.buy_price for rung in bot.rungs] == [D(771), D(792), D(812), D(832)]
    # 400,000 over the sum of the four lines, 3,207, is 124.7271 base a rung; the one above 812 holds it, bought there.
    size = D("124.7271")
    assert state.levels == {3: ActiveLevel(D(812), size, 4, bot.rungs[3].profit, None)}
    assert state.placed == {0: True, 1: True, 2: True, 3: True}
    sell = bot.open_orders[3]
    assert sell.side is Side.SELL
    assert state.take_profits == {3: TakeProfit(sell.client_order_id, D(853), size, True, Side.SELL)}


async def test_only_what_changed_is_told_again() -> None:
    town, market = Town(), fresh()
    first, second = (grid_bot(market, bot_id, bot_id) for bot_id in ("gridaaa1", "gridbbb2"))
    await town.round(picture(market, first, second))
    rungs = (replace(first.rungs[0], profit=D(5)), *first.rungs[1:])
    told = await town.round(picture(market, replace(first, rungs=rungs), second))
    hashes = {change.key.name for change in told if isinstance(change, PutFields)}
    assert hashes
    assert all("gridaaa1" in name for name in hashes)
    assert not [change for change in await town.round(picture(market, replace(first, rungs=rungs), second))
                if isinstance(change, PutFields)]  # fmt: skip


async def test_all_is_told_again_before_it_ends() -> None:
    town, market = Town(), fresh()
    bot = grid_bot(market)
    view = picture(market, bot)
    for _ in range(400):
        await town.round(view)
        assert await town.grids.state(place_of(bot)) is not None
        assert await town.trading.strategy_status(bot.bot.bot_id) is not None
        assert len(await town.trading.active_orders(DESK)) == 20
        assert await town.trading.open_count("XRP/KRW", [DESK]) == 1
    assert cache_keys.ACTIVE_GRID.ttl_s / 2 > AGAIN_S


async def test_a_level_that_was_sold_is_gone() -> None:
    town, market = Town(), fresh()
    bot = grid_bot(market, grid_count=4)
    await town.round(picture(market, bot))
    sold = replace(bot.rungs[3], sold=bot.rungs[3].bought)
    await town.round(picture(market, replace(bot, rungs=(*bot.rungs[:3], sold))))
    state = await town.grids.state(place_of(bot))
    assert state is not None
    assert state.levels == {}


@pytest.mark.parametrize("end", ["stopped", "taken by another desk", "removed"])
async def test_a_grid_that_ended_is_forgotten_at_once(end: str) -> None:
    town, market = Town(), fresh()
    bot = grid_bot(market)
    await town.round(picture(market, bot))
    stopped = replace(bot, bot=replace(bot.bot, state=BotState.STOPPED, final_pnl=D(1)), open_orders=())
    moved = replace(bot, elsewhere="Another desk")
    after = {"stopped": (stopped,), "taken by another desk": (moved,), "removed": ()}[end]
    await town.round(picture(market, *after), after_s=ORDERS_S)
    assert await town.grids.state(place_of(bot)) is None
    left = [name for name in town.cache._values if ":bot:" in name]
    assert left == []
    assert await town.trading.active_orders(DESK) == frozenset()
    status = await town.trading.strategy_status(bot.bot.bot_id)
    assert (status is not None and status.state) == (BotState.STOPPED if end == "stopped" else BotState.RUNNING)


async def test_bots_of_other_desks_are_not_ours_to_tell() -> None:
    town, market = Town(), fresh()
    bot = grid_bot(market)
    other = replace(bot, elsewhere="")
    await town.round(picture(market, other))
    assert await town.grids.state(place_of(other)) is None
    assert await town.trading.strategy_status(other.bot.bot_id) is None
    assert await town.trading.active_orders(DESK) == frozenset()


async def test_a_round_is_bounded_and_every_grid_has_its_turn() -> None:
    town, market = Town(most_changes=60), fresh()
    bots = [grid_bot(market, f"grid{number:04}", f"Grid {number}") for number in range(30)]
    view = picture(market, *bots)
    sizes = [len(await town.round(view)) for _ in range(30)]
    assert max(sizes) <= 60
    assert [bot.bot.name for bot in bots if await town.grids.state(place_of(bot)) is None] == []


async def test_a_grid_bigger_than_a_round_is_told_all_the_same() -> None:
    town, market = Town(most_changes=10), fresh()
    bot = grid_bot(market, grid_count=60)
    await town.round(picture(market, bot))
    await town.round(picture(market, bot))
    assert await town.grids.state(place_of(bot)) is not None


async def test_what_was_lost_while_the_cache_was_away_is_told_when_it_is_back() -> None:
    town, market = Town(), fresh()
    bot = grid_bot(market)
    view = picture(market, bot)
    await town.round(view)
    town.cache.is_gone = True
    assert await town.round(view) == []
    await town.cache.close()
    town.cache.is_gone = False
    await town.round(view)
    assert await town.grids.state(place_of(bot)) is not None


async def test_a_desk_that_stood_still_says_nothing_until_it_could_look_around() -> None:
    town, market = Town(), fresh()
    view = picture(market, grid_bot(market))
    await town.round(view)
    assert await town.round(view, after_s=60) == []
    assert await town.round(view) != []


@pytest.mark.parametrize("state", [EngineState.STARTING, EngineState.STOPPED])
async def test_an_engine_that_does_not_run_is_not_shown(state: EngineState) -> None:
    town, market = Town(), fresh()
    assert await town.round(picture(market, grid_bot(market), state=state)) == []


async def test_quotes_of_the_world_are_for_all_and_of_own_time_for_their_user() -> None:
    town, market = Town(), fresh()
    ticker = Ticker(market.bid, market.ask, market.last, market.at)
    markets = MarketCache(town.cache)
    await town.round(view_of([market], modes=[AccountMode.PAPER]))
    assert await markets.get_ticker("simulated:1", "XRP/KRW") == ticker
    closed = market.closed_candles[-1]
    assert await markets.get_candle("simulated:1", "XRP/KRW", 60, closed.opened_at) == closed
    assert market.candle is not None
    assert await markets.get_candle("simulated:1", "XRP/KRW", 60, market.candle.opened_at) == market.candle

    town = Town()
    markets = MarketCache(town.cache)
    await town.round(view_of([market], modes=[AccountMode.SIMULATED]))
    assert await markets.get_ticker("simulated:1", "XRP/KRW") is None
    assert await markets.get_ticker("simulated:1", "XRP/KRW", own_of=USER) == ticker
    assert await markets.get_candle("simulated:1", "XRP/KRW", 60, closed.opened_at) is None


async def test_an_old_quote_is_not_told_as_a_new_one() -> None:
    town = Town()
    silent = replace(fresh(), received_at_s=time.monotonic() - 5)
    await town.round(view_of([silent], modes=[AccountMode.PAPER]))
    assert await MarketCache(town.cache).get_ticker("simulated:1", "XRP/KRW") is None


async def test_hearts_and_the_days_result() -> None:
    town, market = Town(), fresh()
    view = view_of([market], [grid_bot(market)], modes=[AccountMode.PAPER])
    await town.round(view)
    health = HealthCache(town.cache)
    assert await health.get_desk_heartbeat(DESK) == NOON
    beats = [await health.get_health_heartbeat(part) for part in (COLLECTOR, PAPER, LIVE)]
    assert beats == [NOON, NOON, None]
    day = await health.get_daily_pnl(USER, DESK, NOON.astimezone().date())
    assert day is not None
    [account] = day.accounts
    assert (account.equity, account.today_pnl) == (view.accounts[0].equity, view.accounts[0].today_pnl)
    assert await health.get_daily_pnl(USER, DESK, date(2026, 11, 18)) is None


async def test_orders_and_signals_are_told_as_they_became_durable() -> None:
    town, market = Town(), fresh()
    bot = grid_bot(market)
    order = bot.open_orders[0]
    gone = replace(order, state=OrderState.CANCELED, updated_at=datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
    [fill, *_] = fills_of(bot, market.instrument, 3)
    lines = log_of([bot], 130)
    town.mirror.committed([OrderRecorded(order), OrderRecorded(gone), fill, *lines])
    await town.round(picture(market, bot))
    status = await town.trading.order_status(order.client_order_id)
    assert status is not None
    # The fill is of the same order, and came last.
    assert (status.state, status.filled_quantity) == (OrderState.FILLED, fill.order.filled_quantity)
    signals = await town.trading.signals(bot.bot.bot_id)
    assert [(signal.text, signal.at) for signal in signals] == [(str(line.sentence), line.at) for line in lines[-100:]]
    assert await town.trading.order_status("unknown") is None


async def test_what_waits_is_bounded_and_what_is_newest_is_kept() -> None:
    town, market = Town(), fresh()
    order = grid_bot(market).open_orders[0]
    town.cache.is_gone = True
    for number in range(6_000):
        town.mirror.committed([OrderRecorded(replace(order, client_order_id=f"o{number}"))])
    town.cache.is_gone = False
    for _ in range(8):
        await town.round(picture(market))
    assert await town.trading.order_status("o999") is None
    assert await town.trading.order_status("o1000") is not None
    assert await town.trading.order_status("o5999") is not None


async def test_a_round_that_fails_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    cache, market = ProcessCache(), fresh()
    mirror = DeskMirror(cache, USER, DESK, round_s=0.001)
    asked = 0

    def view() -> EngineView:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise ValueError("a picture that cannot be")
        return picture(market, grid_bot(market))

    mirror.start(view)
    await wait_until_async(lambda: asked > 5, what="some rounds")
    await mirror.close()
    assert await HealthCache(cache).get_desk_heartbeat(DESK) is not None
    assert [record.message for record in caplog.records] == ["this round was not mirrored"] * 2
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "mirror"]
