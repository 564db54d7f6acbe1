"""All books of one exchange that somebody wants: its list, its lines, and a look at what has fallen silent."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.domain import phrases
from engine.domain.sentences import Sentence, say
from engine.errors import GridwrightError, VenueUnavailable, first_error
from engine.spreads.asking import ask, ask_list, made
from engine.spreads.book_line import BookLine
from engine.spreads.exchanges import BookSource, Tops
from engine.spreads.frames import STRANGE, BookWord, FundingWord, RefusedWord, Word
from engine.spreads.line_keeper import FeedTiming, LineKeeper, Market
from engine.spreads.market_lists import Listed
from engine.venues.ccxt_line import Route, load_ccxt
from engine.venues.clock import Clock
from engine.venues.redial import Redial

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

HOURS_A_DAY = Decimal(24)


class BookFeed:
    """Belongs to one loop. `want` may be called at any time; `changed` is told each symbol with news.

    Nothing is asked of the exchange while nothing is wanted.
    """

    def __init__(
        self,
        source: BookSource,
        route: Route,
        clock: Clock,
        chance: random.Random,
        changed: Callable[[str, str], None],
        timing: FeedTiming | None = None,
    ) -> None:
        self.source = source
        self._route = route
        self._clock = clock
        self._chance = chance
        self._changed = changed
        self._timing = timing or FeedTiming()
        self._wanted: frozenset[str] = frozenset()
        self._bell = asyncio.Event()
        self._never = asyncio.Event()
        self._by_id: dict[str, Market] = {}
        self._keepers: list[LineKeeper] = []
        self._session: aiohttp.ClientSession | None = None
        self._kind: Any = None
        self._rest: Any = None
        self._running: asyncio.Task[None] | None = None
        #: What is listed by symbol; empty before the first answer.
        self.listed: Mapping[str, Listed] = {}
        self.markets: dict[str, Market] = {}
        #: What a long pays a day, as a fraction, by symbol.
        self.funding: dict[str, Decimal] = {}
        #: Why the exchange could not be begun with, None while it could.
        self.trouble: Sentence | None = None
        self.frames = 0

    def want(self, symbols: Collection[str]) -> None:
        """The books that are wanted from now on."""
        wanted = frozenset(symbols)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted and self._running is None:
            self._running = asyncio.create_task(self._run(), name=f"books of {self.source.name}")
        self._bell.set()

    async def list_now(self) -> Mapping[str, Listed]:
        """What the exchange lists; asked for where nobody asked yet. Raises VenueUnavailable."""
        if not self.listed:
            self._know(await ask_list(self.source, self._route))
        return self.listed

    async def close(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    # One life

    async def _run(self) -> None:
        redial = Redial(self._clock, self._chance)
        while True:
            await redial.turn()
            try:
                await self._live()
            except* GridwrightError as group:
                self._in_trouble(first_error(group))
            except* Exception as group:
                # Nobody trades on a feed that is gone, and nothing else may end for it.
                log.exception("the books of %s", self.source.name)
                cause = type(group.exceptions[0]).__name__
                self._in_trouble(
                    VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self.source.name, cause=cause))
                )  # fmt: skip

    async def _live(self) -> None:
        # Comes with ccxt, and is as rarely needed.
        import aiohttp

        self._know(await ask_list(self.source, self._route))
        self._kind = await asyncio.to_thread(load_ccxt, self.source.ccxt_id)
        async with aiohttp.ClientSession(connector=self._route.connector()) as session:
            self._session = session
            self._rest = made(self.source, self._route, session, self._kind)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._keep_lines(tasks))
                    tasks.create_task(self._look_for_silence())
                    tasks.create_task(self._list_again())
                    if self.source.funding_of is not None:
                        tasks.create_task(self._ask_funding())
            finally:
                self._keepers.clear()
                await self._rest.close()
                self._rest = self._session = None

    def _know(self, listed: Iterable[Listed]) -> None:
        self.listed = {each.symbol: each for each in listed}
        self.trouble = None
        for symbol, market in self.markets.items():
            if symbol in self.listed and market.listed != self.listed[symbol]:
                market.listed = self.listed[symbol]
                self._changed(self.source.name, symbol)
        self._bell.set()

    async def _list_again(self) -> None:
        while True:
            await self._clock.wait(self._never, self._timing.list_s)
            if not self._wanted:
                continue
            with self._noted():
                self._know(await ask_list(self.source, self._route))

    async def _ask_funding(self) -> None:
        read = self.source.funding_of
        assert read is not None
        while True:
            with self._noted():
                told = read([await ask(self.source, self._rest, what) for what in self.source.funding])
                for symbol, listed in self.listed.items():
                    if listed.market_id in told:
                        rate, hours = told[listed.market_id]
                        self._pays(symbol, rate, hours or listed.funding_h)
            await self._clock.wait(self._never, self._timing.funding_s)

    def _pays(self, symbol: str, rate: Decimal, hours: Decimal) -> None:
        a_day = rate * HOURS_A_DAY / hours
        if self.funding.get(symbol) != a_day:
            self.funding[symbol] = a_day
            self._changed(self.source.name, symbol)

    # Lines

    async def _keep_lines(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self._bell.clear()
            tradable = {symbol for symbol in self._wanted if (one := self.listed.get(symbol)) and one.is_trading}
            removed = self.markets.keys() - tradable
            added = sorted(tradable - self.markets.keys())
            for symbol in removed:
                market = self.markets.pop(symbol)
                self._by_id.pop(market.listed.market_id, None)
                self._changed(self.source.name, symbol)
            for keeper in self._keepers:
                keeper.drop(removed)
            for symbol in added:
                listed = self.listed[symbol]
                market = Market(symbol, listed, self.source.book(listed.contract))
                self.markets[symbol] = self._by_id[listed.market_id] = market
                room = (one for one in self._keepers if len(one.markets) < self.source.most_on_line)
                keeper = next(room, None) or self._new_keeper(tasks)
                keeper.add(market)
            await self._bell.wait()

    def _new_keeper(self, tasks: asyncio.TaskGroup) -> LineKeeper:
        redial = Redial(self._clock, self._chance)
        keeper = LineKeeper(self.source, self._line, self._lost, redial, self._clock)
        self._keepers.append(keeper)
        tasks.create_task(keeper.run())
        return keeper

    def _line(self) -> BookLine:
        """A line that is not dialled yet."""
        assert self._session is not None
        exchange = made(self.source, self._route, self._session, self._kind)
        return BookLine(self.source, exchange, self._hear, self._clock)

    def _hear(self, word: Word) -> None:
        """A frame, at once. Never waits, never raises."""
        if isinstance(word, BookWord):
            market = self._by_id.get(word.market_id)
            if market is None:
                return
            self.frames += 1
            book = market.book
            if book.take(word, self._clock.steady_s(), self._clock.now()):
                market.suspect_s, market.is_renewed, market.trouble = 0.0, False, None
                self._changed(self.source.name, market.symbol)
            elif book.has_gap:
                self._changed(self.source.name, market.symbol)
        elif isinstance(word, FundingWord):
            market = self._by_id.get(word.market_id)
            if market is not None:
                self._pays(market.symbol, word.rate, word.interval_h)
        else:
            self._was_refused(word)

    def _was_refused(self, word: RefusedWord) -> None:
        log.warning("%s refused a subscription: %s", self.source.name, word.text)
        market = self._by_id.get(word.market_id)
        if market is not None:
            market.trouble = say(phrases.FEED_REFUSED, exchange=self.source.name, text=word.text)
            self._changed(self.source.name, market.symbol)

    def _lost(self, markets: Iterable[Market], error: GridwrightError) -> None:
        """A line ended; what it told says nothing of now."""
        for market in markets:
            market.lose(error.sentence)
            self._changed(self.source.name, market.symbol)

    def _in_trouble(self, error: GridwrightError) -> None:
        log.info("%s", error)
        self.trouble = error.sentence
        self._lost(self.markets.values(), error)
        for symbol in self._wanted:
            self._changed(self.source.name, symbol)

    # Silence

    async def _look_for_silence(self) -> None:
        timing = self._timing
        while True:
            await self._clock.wait(self._never, timing.look_s)
            quiet = [market for keeper in self._keepers for market in keeper.quiet(timing.quiet_s)]
            for at in range(0, len(quiet), self.source.most_asked):
                with self._noted():
                    await self._compare(quiet[at : at + self.source.most_asked])
            for keeper in self._keepers:
                await keeper.look_after(timing)

    async def _compare(self, quiet: list[Market]) -> None:
        """Ask for the best prices of what is quiet: the same ones mean that nothing happened."""
        frames = [market.book.frames for market in quiet]
        asked_s, asked_at = self._clock.steady_s(), self._clock.now()
        body = await ask(self.source, self._rest, self.source.tops_of([market.listed.market_id for market in quiet]))
        tops: Tops = self.source.tops(body)
        for market, before in zip(quiet, frames, strict=True):
            book, top = market.book, tops.get(market.listed.market_id)
            if book.frames != before:
                continue
            if book.is_there and top == book.best():
                book.confirm(asked_s, asked_at)
                market.suspect_s = 0.0
                self._changed(self.source.name, market.symbol)
            elif not book.is_there and self.source.first_of is not None and top is not None:
                await self._begin(market, before)
            elif top is not None and not market.suspect_s:
                market.suspect_s = asked_s

    async def _begin(self, market: Market, frames: int) -> None:
        """The first book where the stream is silent until something changes."""
        assert self.source.first_of is not None
        asked_s, asked_at = self._clock.steady_s(), self._clock.now()
        body = await ask(self.source, self._rest, self.source.first_of(market.listed.market_id))
        if market.book.frames == frames:
            word = BookWord(market.listed.market_id, body["bids"], body["asks"], int(body["lastUpdateId"]), None)
            market.book.take(word, asked_s, asked_at)
            self._changed(self.source.name, market.symbol)

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        """A question that fails is asked again later; nothing ends for it."""
        try:
            yield
        except (VenueUnavailable, *STRANGE) as error:
            log.info("%s: %s", self.source.name, error)
