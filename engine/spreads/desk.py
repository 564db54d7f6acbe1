"""The spread desk of an engine: what the user's list names is heard, reckoned, shown, kept; books go to the kernel."""

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from engine.domain import premium_phrases
from engine.domain.arbitrage_messages import MarketStatus
from engine.domain.arbitrage_views import PremiumsView
from engine.domain.market import FxRate, OrderBook
from engine.domain.premium import Pair
from engine.domain.sentences import Refusal, Sentence, say
from engine.domain.watching import UnwatchPairs, WatchCommand, WatchCommon, WatchedPair, WatchPairs
from engine.errors import GridwrightError, StorageError
from engine.premium_history import WatchedPairs
from engine.recorder_port import MarketRecorder
from engine.spreads.board import Board
from engine.spreads.books import Books
from engine.spreads.frames import STRANGE
from engine.spreads.keeping import Keeping
from engine.spreads.kept_book import MOST_LEVELS
from engine.spreads.line_keeper import FeedTiming
from engine.spreads.list_rules import MOST_PAIRS, refusals_of, refusals_of_common
from engine.spreads.market_lists import common
from engine.spreads.rates import Rates, StoredRates, WantedRate
from engine.spreads.settings import SpreadSettings
from engine.venues.ccxt_line import Route, internet
from engine.venues.clock import Clock, MachineClock

log = logging.getLogger(__name__)

#: Other programs may change the list.
LIST_EVERY_S = 5.0
#: A book goes to the kernel at most so often; in between only its newest form waits.
HAND_OVER_S = 0.02
#: Nothing new of a rate or a status: it is told again after so long, because the kernel looks at its age.
TELL_AGAIN_S = 1.0
Told = OrderBook | FxRate | MarketStatus


@dataclass(frozen=True, slots=True)
class Needs:
    """What two-leg bots need: the venues of accounts by exchange and symbol, and the rates that they name."""

    books: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    rates: frozenset[WantedRate] = frozenset()


class DeskSide(Protocol):
    """The engine's own side of the desk."""

    def needs(self) -> Needs: ...

    def fee_of(self, exchange: str, symbol: str) -> Decimal | None:
        """The taker fee of an account on that market, as a fraction; None where there is no account."""
        ...

    def tell(self, told: Sequence[Told]) -> None:
        """Hand over to the kernel, at once."""
        ...

    def shown(self) -> None:
        """The view is another now."""
        ...


class SpreadDesk:
    """Belongs to one loop. Asks nothing of any exchange until a pair is watched or a two-leg bot needs a book."""

    def __init__(
        self,
        watched: WatchedPairs,
        recorder: MarketRecorder,
        route: Route | None = None,
        settings: SpreadSettings | None = None,
        *,
        stored_rates: StoredRates | None = None,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        timing: FeedTiming | None = None,
    ) -> None:
        """`route` leads tests to exchanges of their own."""
        self._list = watched
        self._settings = settings or SpreadSettings()
        self._clock = clock or MachineClock()
        route = route or internet()
        most_age_s = self._settings.book_age_s
        self.books = Books(route, self._clock, chance or random.Random(), self._heard, most_age_s, timing)
        self.rates = Rates(self._settings.rates, self.books.middle, stored_rates, route, self._clock)
        self.board = Board(self.books, self.rates, self._fee_of, self._clock, most_age_s)
        self._keeping = Keeping(recorder, self.books.funding)
        self._watched: dict[Pair, WatchedPair] = {}
        self._side: DeskSide | None = None
        self._needs = Needs()
        self._never = asyncio.Event()
        self._list_bell = asyncio.Event()
        self._news: set[tuple[str, str]] = set()
        self._news_bell = asyncio.Event()
        self._told_s: dict[object, tuple[object, float]] = {}
        self._trouble: Sentence | None = None

    def view(self) -> PremiumsView:
        """The newest rows and rates."""
        view = self.board.view
        return view if self._trouble is None else replace(view, trouble=self._trouble)

    async def run(self, side: DeskSide) -> None:
        """For ever. Raises nothing but what the kernel raises: all else that is wrong is shown, and begun anew."""
        self._side = side
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch())
                tasks.create_task(self._hand_over())
        finally:
            await self.books.close()

    async def _watch(self) -> None:
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._follow_list())
                    tasks.create_task(self._pulse())
                    tasks.create_task(self.rates.run())
            except* Exception as group:
                # Nobody trades on the board, so nothing that is wrong with it may end the engine.
                log.exception("the spread desk")
                self._trouble = say(premium_phrases.SPREADS_BROKE, cause=type(group.exceptions[0]).__name__)
                self._shown()
            await self._clock.wait(self._never, LIST_EVERY_S)

    async def request(self, command: WatchCommand) -> tuple[Refusal, ...]:
        """Change the user's list; refusals where nothing was changed. Raises StorageError."""
        match command:
            case WatchPairs():
                return await self._put(command.pairs)
            case UnwatchPairs():
                return await self._take_off(command.pairs)
            case WatchCommon():
                return await self._put_common(command)

    # The list

    async def _put(self, pairs: Sequence[WatchedPair]) -> tuple[Refusal, ...]:
        refusals = [refusal for each in pairs for refusal in refusals_of(each)]
        known = {each.pair for each in await self._list.watched()}
        count = len(known | {each.pair for each in pairs})
        if count > MOST_PAIRS:
            about = {"maximum": MOST_PAIRS, "count": count}
            refusals.append(Refusal("pairs", say(premium_phrases.PAIRS_TOO_MANY, **about)))
        if refusals:
            return tuple(refusals)
        for each in pairs:
            await self._list.watch(each)
        self._list_bell.set()
        return ()

    async def _take_off(self, pairs: Sequence[Pair]) -> tuple[Refusal, ...]:
        wanted = pairs or [each.pair for each in await self._list.watched()]
        refusals = [
            Refusal("pairs", say(premium_phrases.PAIR_NOT_WATCHED, pair=f"{pair.home_symbol} {pair.foreign_symbol}"))
            for pair in wanted
            if not await self._list.unwatch(pair)
        ]
        self._list_bell.set()
        return tuple(refusals)

    async def _put_common(self, command: WatchCommon) -> tuple[Refusal, ...]:
        like = command.like
        if refusals := refusals_of_common(like):
            return tuple(refusals)
        pair = like.pair
        try:
            home = await self.books.feed(pair.home_venue).list_now()
            foreign = await self.books.feed(pair.foreign_venue).list_now()
        except GridwrightError as error:
            return (Refusal("home_venue", error.sentence),)
        both = common(home.values(), pair.home_quote, foreign.values(), pair.foreign_quote, command.without)
        if not both:
            about = {
                "home": pair.home_venue, "foreign": pair.foreign_venue, "home_quote": pair.home_quote,
                "foreign_quote": pair.foreign_quote,
            }  # fmt: skip
            return (Refusal("foreign_venue", say(premium_phrases.PAIRS_NONE_COMMON, **about)),)
        return await self._put(
            [
                replace(like, pair=replace(pair, home_symbol=one.symbol, foreign_symbol=other.symbol))
                for one, other in both
            ]
        )

    async def _follow_list(self) -> None:
        while True:
            self._list_bell.clear()
            try:
                self._watched = {each.pair: each for each in await self._list.watched()}
                self._trouble = None
            except StorageError as error:
                # The list as it was last seen stays.
                self._trouble = error.sentence
            self.board.watch(self._watched.values())
            self._keeping.forget(self._watched)
            self._want()
            self._shown()
            await self._clock.wait(self._list_bell, LIST_EVERY_S)

    def _want(self) -> None:
        """Hear what the list and the bots need."""
        assert self._side is not None
        self.rates.want({*self.board.wanted_rates, *self._needs.rates})
        self.books.want({*self.board.markets, *self._needs.books, *self.rates.markets()})

    # The board

    async def _pulse(self) -> None:
        every_s = 1 / self._settings.pulses_a_second
        while True:
            await self._clock.wait(self._never, every_s)
            before = self.board.view
            await self.board.work()
            view = self.board.view
            if view is not before:
                self._shown()
            self._keeping.keep(view.rows, self._watched, self._clock.now())
            self._keeping.keep_rates(view.rates)

    def _shown(self) -> None:
        if self._side is not None:
            self._side.shown()

    def _fee_of(self, exchange: str, symbol: str) -> Decimal | None:
        return None if self._side is None else self._side.fee_of(exchange, symbol)

    def _heard(self, exchange: str, symbol: str) -> None:
        """News of a market: at once, for each frame."""
        self.board.changed(exchange, symbol)
        if (exchange, symbol) in self._needs.books:
            self._news.add((exchange, symbol))
            self._news_bell.set()

    # The kernel

    async def _hand_over(self) -> None:
        looked_s = 0.0
        while True:
            await self._clock.wait(self._news_bell, TELL_AGAIN_S)
            self._news_bell.clear()
            assert self._side is not None
            now_s = self._clock.steady_s()
            if now_s - looked_s >= TELL_AGAIN_S:
                looked_s = now_s
                self._look_at_needs()
            news, self._news = self._news, set()
            try:
                told = [*self._books_of(news), *self._rates_of(now_s)]
            except Exception:
                # What is not told grows old, and two-leg bots stand still on it.
                log.exception("books for two-leg bots")
                told = []
            if told:
                self._side.tell(told)
            await self._clock.wait(self._never, HAND_OVER_S)

    def _look_at_needs(self) -> None:
        assert self._side is not None
        needs = self._side.needs()
        if needs != self._needs:
            self._news |= {market for market in needs.books if market not in self._needs.books}
            self._needs = needs
            self._told_s.clear()
            self._want()

    def _books_of(self, markets: set[tuple[str, str]]) -> list[Told]:
        told: list[Told] = []
        for exchange, symbol in markets:
            venues = self._needs.books.get((exchange, symbol), frozenset())
            leg = self.books.leg(exchange, symbol)
            if isinstance(leg, Sentence):
                continue
            try:
                bids, asks = tuple(leg.bids[:MOST_LEVELS]), tuple(leg.asks[:MOST_LEVELS])
            except STRANGE as error:
                log.warning("the book of %s on %s cannot be read: %s", symbol, exchange, error)
                continue
            told += [OrderBook(venue, symbol, bids, asks, leg.heard_at) for venue in sorted(venues)]
        return told

    def _rates_of(self, now_s: float) -> list[Told]:
        """Rates and statuses: what is new, and again what was told long ago."""
        told: list[Told] = []
        for wanted in self._needs.rates:
            found = self.rates.rate(wanted)
            if not isinstance(found, Sentence) and self._is_due(wanted, found[0].rate, now_s):
                told.append(found[0])
        for (exchange, symbol), venues in self._needs.books.items():
            listed = self.books.listed(exchange, symbol)
            funding = self.books.funding(exchange, symbol)
            if listed is None or not self._is_due((exchange, symbol), (listed, funding), now_s, again=False):
                continue
            told += [
                MarketStatus(
                    venue, symbol, listed.is_trading, listed.can_deposit, listed.can_withdraw, listed.is_delisting,
                    listed.notice, self._clock.now(), funding,
                )
                for venue in sorted(venues)
            ]  # fmt: skip
        return told

    def _is_due(self, key: object, value: object, now_s: float, *, again: bool = True) -> bool:
        before = self._told_s.get(key)
        if before is not None and before[0] == value and (not again or now_s - before[1] < TELL_AGAIN_S):
            return False
        self._told_s[key] = (value, now_s)
        return True
