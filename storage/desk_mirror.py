"""What a desk knows, mirrored into the cache for those who look: never on the trading path, the latest only, bounded.

The engine is only read: its newest snapshot twice a second, and what it made durable in passing. A cache that is away
costs nothing; when it is back, or was emptied, everything is there again within half a life of each key.
"""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from engine.domain.messages import DecisionLogged, FillRecorded, OrderRecorded, Record
from engine.domain.order import Order
from engine.domain.views import BotView, EngineState, EngineView
from storage.cache_keys import STRATEGY_SIGNALS
from storage.cache_operations import Change, SharedCache
from storage.cached.grid import GridPlace, forget_grid, grid_changes
from storage.cached.queues import told
from storage.cached.trading import order_change, signals_change, status_change
from storage.desk_lists import DeskLists
from storage.ending import end

#: A ticker lives one second, so it is written twice in it.
ROUND_S = 0.5
#: Changes of one round at most, so at most twice as many a second; what does not fit waits, and only its last state.
#: Their making costs the engine's loop 20 ms a round, never more than a few at a stretch.
MOST_CHANGES = 300
SLICE = 50
#: A grid that did not change is written again before its keys end.
AGAIN_S = 50.0
#: Orders whose state waits to be mirrored; beyond, the one that changed longest ago is left out.
MOST_ORDERS = 5_000
MOST_BOTS_WITH_SIGNALS = 1_000
#: Ids of notifications that wait to be queued; beyond, the oldest is left to those who look into the table.
MOST_NOTIFICATIONS = 1_000
#: A desk that stood still for so long may have lost its bots meanwhile; it says nothing until it had time to notice.
STOOD_STILL_S = 5.0

log = logging.getLogger(__name__)


class DeskMirror:
    """Mirrors one user's desk. `committed` may be called at any rate; all is used on the engine's loop.

    `clock` is monotonic seconds, `now` the wall clock.
    """

    def __init__(
        self,
        cache: SharedCache,
        user_id: int,
        desk_id: str,
        *,
        round_s: float = ROUND_S,
        most_changes: int = MOST_CHANGES,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._cache = cache
        self._user_id = user_id
        self._desk_id = desk_id
        self._round_s = round_s
        self._most = most_changes
        self._clock = clock
        self._lists = DeskLists(user_id, desk_id, now)
        self._grids: OrderedDict[str, MirroredGrid] = OrderedDict()
        self._orders: OrderedDict[str, Order] = OrderedDict()
        self._signals: OrderedDict[str, deque[DecisionLogged]] = OrderedDict()
        self._on_desk: deque[int] = deque(maxlen=MOST_NOTIFICATIONS)
        self._by_telegram: deque[int] = deque(maxlen=MOST_NOTIFICATIONS)
        self._running: asyncio.Task[None] | None = None
        self._last_s: float | None = None
        self._was_away = False

    def committed(self, records: Sequence[Record]) -> None:
        """Facts that are durable now, in order. Only remembers them."""
        for record in records:
            if isinstance(record, OrderRecorded | FillRecorded):
                order = record.order
                self._orders.pop(order.client_order_id, None)
                self._orders[order.client_order_id] = order
                if len(self._orders) > MOST_ORDERS:
                    self._orders.popitem(last=False)
            elif isinstance(record, DecisionLogged) and record.bot_id:
                lines = self._signals.setdefault(record.bot_id, deque(maxlen=STRATEGY_SIGNALS.most))
                lines.append(record)
                if len(self._signals) > MOST_BOTS_WITH_SIGNALS:
                    self._signals.popitem(last=False)

    def notified(self, on_desk: Sequence[int], by_telegram: Sequence[int]) -> None:
        """Ids of notifications that are durable now. Only remembers them; what is forgotten is in the table."""
        self._on_desk.extend(on_desk)
        self._by_telegram.extend(by_telegram)

    def start(self, view: Callable[[], EngineView]) -> None:
        """Mirror in the background from now on. `view` gives the newest snapshot."""
        self._running = asyncio.create_task(self._run(view), name="mirror")

    async def close(self) -> None:
        """Stop. What was mirrored ends by itself."""
        running, self._running = self._running, None
        if running is not None:
            await end(running)

    async def mirror(self, view: EngineView) -> None:
        """One round."""
        now_s = self._clock()
        stood_s, self._last_s = now_s - (self._last_s if self._last_s is not None else now_s), now_s
        if self._cache.is_away:
            self._was_away = True
            return
        if stood_s > STOOD_STILL_S or view.state in (EngineState.STARTING, EngineState.STOPPED):
            return
        if self._was_away:
            self._was_away = False
            self._forget()
        changes = self._lists.changes(view, now_s)
        changes += told(self._user_id, self._on_desk, self._by_telegram)
        self._on_desk.clear()
        self._by_telegram.clear()
        changes += self._order_changes(self._most - len(changes))
        changes += self._signal_changes(self._most - len(changes))
        is_told = True
        for begin in range(0, len(changes), SLICE):
            is_told &= await self._cache.apply(*changes[begin : begin + SLICE])
        # Each grid at once, so that nobody sees half of it, and one after the other: trading has its turns between.
        for grid in self._grid_changes(view, now_s, self._most - len(changes)):
            if await self._cache.apply(*grid.changes):
                grid.is_mirrored(now_s)
            else:
                is_told = False
        if not is_told:
            self._forget()

    def _forget(self) -> None:
        """What the cache holds is not known, so all is told anew."""
        self._lists.forget()
        for grid in self._grids.values():
            grid.forget()

    async def _run(self, view: Callable[[], EngineView]) -> None:
        while True:
            await asyncio.sleep(self._round_s)
            try:
                await self.mirror(view())
            except Exception:
                # Nobody trades on a mirror, so nothing that is wrong with it may end the desk.
                log.exception("this round was not mirrored")

    def _order_changes(self, most: int) -> list[Change]:
        taken = [self._orders.popitem(last=False)[1] for _ in range(max(0, min(most, len(self._orders))))]
        return [order_change(self._user_id, order) for order in taken]

    def _signal_changes(self, most: int) -> list[Change]:
        taken = [self._signals.popitem(last=False) for _ in range(max(0, min(most, len(self._signals))))]
        return [signals_change(self._user_id, bot_id, lines) for bot_id, lines in taken]

    def _grid_changes(self, view: EngineView, now_s: float, most: int) -> Iterator["MirroredGrid"]:
        """Grids that differ from what is mirrored, the one mirrored longest ago first, as many as fit."""
        own = {row.bot.bot_id: row for row in view.bots if row.elsewhere is None and row.bot.is_grid}
        for bot_id in own.keys() - self._grids.keys():
            self._grids[bot_id] = MirroredGrid(self._user_id, own[bot_id])
            self._grids.move_to_end(bot_id, last=False)
        is_first = True
        for bot_id, grid in list(self._grids.items()):
            if not grid.look(own.get(bot_id), now_s):
                continue
            # One that is too big for every round has a round for itself.
            if len(grid.changes) > most and not is_first:
                return
            is_first = False
            most -= len(grid.changes)
            self._grids.move_to_end(bot_id)
            if bot_id not in own:
                del self._grids[bot_id]
            yield grid


class MirroredGrid:
    """One grid, and what the cache holds of it as far as we know. `changes` lead from there to what was looked at."""

    def __init__(self, user_id: int, view: BotView) -> None:
        self._user_id = user_id
        self._place = GridPlace.of(user_id, view.bot)
        self._seen: tuple[object, ...] | None = None
        self._seen_next: tuple[object, ...] | None = None
        self._levels: frozenset[int] = frozenset()
        self._levels_next: frozenset[int] = frozenset()
        self._written_s = 0.0
        self.changes: list[Change] = []

    def look(self, view: BotView | None, now_s: float) -> bool:
        """Whether there is something to change. None: the bot is no longer of this desk."""
        if view is None:
            self.changes = forget_grid(self._place, self._levels)
            self._seen_next, self._levels_next = None, frozenset()
            return True
        # Rungs and orders are immutable and mostly the same objects as before, so this compares references.
        seen = (view.bot, view.rungs, view.open_orders)
        if seen == self._seen and now_s - self._written_s < AGAIN_S:
            return False
        self._seen_next = seen
        if view.bot.is_in_run:
            self.changes, self._levels_next = grid_changes(self._user_id, view, self._levels)
        else:
            self.changes, self._levels_next = forget_grid(self._place, self._levels), frozenset()
        self.changes.append(status_change(self._user_id, view))
        return True

    def forget(self) -> None:
        """What the cache holds is not known. Levels are dropped once more when they go."""
        self._seen = None

    def is_mirrored(self, now_s: float) -> None:
        """The changes were made."""
        self._seen, self._levels, self._written_s = self._seen_next, self._levels_next, now_s
        self.changes = []
