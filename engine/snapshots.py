"""What those who only look are shown: the kernel's state with candles, recent fills and recent decisions around it."""

import time
from collections import deque
from collections.abc import Iterable

from engine.domain.market import Candle, PublicTrade, Quote
from engine.domain.messages import DecisionLogged, FillRecorded, VenueEvent
from engine.domain.sentences import Sentence
from engine.domain.views import EngineState, EngineView
from engine.kernel.kernel import Kernel
from engine.market_shelf import MarketShelf

#: Fills and decisions in a picture; older ones are in the history.
RECENT = 500


class Snapshots:
    """Makes one immutable picture after another. `view` may be read from any thread, all else is the engine's loop's.

    A fill or decision is shown when it is durable, never before.
    """

    def __init__(self, cache_kind: str) -> None:
        self._cache_kind = cache_kind
        self._shelves: dict[tuple[str, str], MarketShelf] = {}
        self._fills: deque[FillRecorded] = deque(maxlen=RECENT)
        self._log: deque[DecisionLogged] = deque(maxlen=RECENT)
        self.view = EngineView(0, EngineState.STARTING, None, False, False, cache_kind, 0, (), (), (), (), (), ())

    def remember(self, fills: Iterable[FillRecorded], decisions: Iterable[DecisionLogged]) -> None:
        """Facts that are durable now, oldest first."""
        self._fills.extend(fills)
        self._log.extend(decisions)

    def hear(self, event: VenueEvent) -> None:
        """Notice that a market spoke, and keep its candles."""
        if isinstance(event, Candle):
            self._shelf((event.venue, event.symbol)).add(event)
        elif isinstance(event, Quote | PublicTrade):
            self._shelf((event.venue, event.symbol)).received_at_s = time.monotonic()

    def take(
        self,
        kernel: Kernel,
        state: EngineState,
        trouble: Sentence | None,
        *,
        is_database_up: bool,
        is_cache_up: bool,
        pending_records: int,
    ) -> EngineView:
        """A new picture, which is `view` from now on."""
        shelves = ((self._shelf(book.instrument.key), book) for book in kernel.market_books())
        self.view = EngineView(
            sequence=self.view.sequence + 1,
            state=state,
            trouble=trouble,
            is_database_up=is_database_up,
            is_cache_up=is_cache_up,
            cache_kind=self._cache_kind,
            pending_records=pending_records,
            accounts=kernel.account_views(),
            markets=tuple(view for shelf, book in shelves if (view := shelf.view(book)) is not None),
            bots=kernel.bot_views(),
            positions=kernel.position_views(),
            fills=tuple(self._fills),
            log=tuple(self._log),
        )
        return self.view

    def _shelf(self, key: tuple[str, str]) -> MarketShelf:
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = MarketShelf()
        return shelf
