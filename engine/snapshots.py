"""What those who only look are shown: the kernel's state with candles, recent fills and recent decisions around it."""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from engine.domain import pair_phrases
from engine.domain.arbitrage_views import NO_PREMIUMS, ArbitrageView, PremiumsView
from engine.domain.market import Candle, PublicTrade, Quote
from engine.domain.messages import DecisionLogged, FillRecorded, VenueEvent
from engine.domain.sentences import Sentence, say
from engine.domain.views import EngineState, EngineView
from engine.elsewhere import ElsewherePicture
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
        elsewhere: ElsewherePicture,
        *,
        is_database_up: bool,
        is_cache_up: bool,
        pending_records: int,
        premiums: PremiumsView = NO_PREMIUMS,
    ) -> EngineView:
        """A new picture, which is `view` from now on."""
        own = {book.instrument.key: book for book in kernel.market_books()}
        books = {**{book.instrument.key: book for book in elsewhere.markets}, **own}
        for key in books.keys() - own.keys():
            # What was heard while the account was ours says nothing of now.
            self._shelf(key).received_at_s = 0.0
        shelves = ((self._shelf(key), book) for key, book in books.items())
        self.view = EngineView(
            sequence=self.view.sequence + 1,
            state=state,
            trouble=trouble,
            is_database_up=is_database_up,
            is_cache_up=is_cache_up,
            cache_kind=self._cache_kind,
            pending_records=pending_records,
            accounts=(*kernel.account_views(), *elsewhere.accounts),
            markets=tuple(view for shelf, book in shelves if (view := shelf.view(book)) is not None),
            bots=(*kernel.bot_views(), *elsewhere.bots),
            positions=(*kernel.position_views(), *elsewhere.positions),
            fills=tuple(self._fills),
            log=tuple(self._log),
            premiums=premiums,
            arbitrage=(*(_with_desk(view, elsewhere) for view in kernel.arbitrage_views()), *elsewhere.arbitrage),
        )
        return self.view

    def _shelf(self, key: tuple[str, str]) -> MarketShelf:
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = MarketShelf()
        return shelf


def _with_desk(view: ArbitrageView, elsewhere: ElsewherePicture) -> ArbitrageView:
    """Where the account of the other leg is another desk's, say which."""
    if view.waits is None or view.waits.template != pair_phrases.WAITS_ELSEWHERE:
        return view
    account_id = dict(view.waits.arguments)["account"]
    desk = next((each.elsewhere for each in elsewhere.accounts if each.account.account_id == account_id), None)
    return replace(view, waits=say(pair_phrases.WAITS_ON_DESK, account=account_id, desk=desk)) if desk else view
