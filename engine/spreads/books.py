"""All books that somebody wants, by exchange and symbol, as the board reads them."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from engine.domain import premium_phrases
from engine.domain.money import ZERO
from engine.domain.sentences import Sentence, say
from engine.spreads.book_feed import BookFeed
from engine.spreads.exchanges import SOURCES
from engine.spreads.frames import STRANGE
from engine.spreads.line_keeper import FeedTiming, Market
from engine.spreads.market_lists import Listed
from engine.spreads.reckoning import LegBook
from engine.venues.ccxt_line import Route
from engine.venues.clock import Clock


class Books:
    """Belongs to one loop. `changed` is told the exchange and symbol of each market with news."""

    def __init__(
        self,
        route: Route,
        clock: Clock,
        chance: random.Random,
        changed: Callable[[str, str], None],
        most_age_s: float,
        timing: FeedTiming | None = None,
    ) -> None:
        self._route = route
        self._clock = clock
        self._chance = chance
        self._changed = changed
        self._most_age_s = most_age_s
        self._timing = timing
        self._feeds: dict[str, BookFeed] = {}

    def feed(self, exchange: str) -> BookFeed:
        """The books of an exchange of SOURCES; nothing is asked of it before something is wanted."""
        found = self._feeds.get(exchange)
        if found is None:
            source = SOURCES[exchange]
            found = BookFeed(source, self._route, self._clock, self._chance, self._changed, self._timing)
            self._feeds[exchange] = found
        return found

    def want(self, markets: Iterable[tuple[str, str]]) -> None:
        """These, from now on, by exchange and symbol."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for exchange, symbol in markets:
            if exchange in SOURCES:
                wanted[exchange].add(symbol)
        for exchange in {*self._feeds, *wanted}:
            self.feed(exchange).want(wanted.get(exchange, ()))

    async def close(self) -> None:
        for feed in self._feeds.values():
            await feed.close()
        self._feeds.clear()

    def leg(self, exchange: str, symbol: str) -> LegBook | Sentence:
        """The book as it is now, or why there is none that may be reckoned with."""
        market = self._market(exchange, symbol)
        if market is None:
            return self._why_not(exchange, symbol)
        book = market.book
        if not book.is_there:
            return market.trouble or say(
                premium_phrases.BOOK_GAP if book.has_gap else premium_phrases.BOOK_MISSING,
                exchange=exchange,
                symbol=symbol,
            )
        if self._clock.steady_s() - book.heard_s > self._most_age_s:
            seconds = int(self._most_age_s)
            return say(premium_phrases.BOOK_OLD, exchange=exchange, symbol=symbol, seconds=seconds)
        bids, asks = book.sides()
        try:
            if not bids or not asks:
                return say(premium_phrases.BOOK_ONE_SIDED, exchange=exchange, symbol=symbol)
            is_crossed = not ZERO < bids[0][0] < asks[0][0]
        except STRANGE:
            return say(premium_phrases.BOOK_STRANGE, exchange=exchange, symbol=symbol)
        if is_crossed:
            return say(premium_phrases.BOOK_CROSSED, exchange=exchange, symbol=symbol)
        return LegBook(exchange, symbol, bids, asks, book.heard_at)

    def middle(self, exchange: str, symbol: str) -> tuple[Decimal, float, datetime] | Sentence:
        """See `rates.MiddleOf`."""
        leg = self.leg(exchange, symbol)
        return leg if isinstance(leg, Sentence) else (leg.middle, self.heard_s(exchange, symbol), leg.heard_at)

    def heard_s(self, exchange: str, symbol: str) -> float:
        """Our steady clock at the last word about a book; 0 where there is none."""
        market = self._market(exchange, symbol)
        return 0.0 if market is None else market.book.heard_s

    def listed(self, exchange: str, symbol: str) -> Listed | None:
        feed = self._feeds.get(exchange)
        return None if feed is None else feed.listed.get(symbol)

    def notes(self, exchange: str, symbol: str) -> Iterable[Sentence]:
        """What the exchange says of a market beside its prices."""
        listed = self.listed(exchange, symbol)
        if listed is None:
            return
        about = {"exchange": exchange, "symbol": symbol, "notice": listed.notice}
        if listed.is_delisting:
            yield say(premium_phrases.DELISTING, **about)
        elif listed.is_warned:
            yield say(premium_phrases.MARKET_WARNING, **about)
        if listed.can_deposit is False:
            yield say(premium_phrases.DEPOSITS_CLOSED, exchange=exchange, base=listed.base)
        if listed.can_withdraw is False:
            yield say(premium_phrases.WITHDRAWALS_CLOSED, exchange=exchange, base=listed.base)

    def funding(self, exchange: str, symbol: str) -> Decimal | None:
        """What a long pays a day, as a fraction; None where it is no future or not told yet."""
        feed = self._feeds.get(exchange)
        return None if feed is None else feed.funding.get(symbol)

    def list_fee(self, exchange: str) -> Decimal:
        source = SOURCES.get(exchange)
        return ZERO if source is None else source.taker_fee

    def _market(self, exchange: str, symbol: str) -> Market | None:
        feed = self._feeds.get(exchange)
        return None if feed is None else feed.markets.get(symbol)

    def _why_not(self, exchange: str, symbol: str) -> Sentence:
        feed = self._feeds.get(exchange)
        if feed is None:
            known = ", ".join(sorted(SOURCES))
            return say(premium_phrases.PAIR_UNKNOWN_EXCHANGE, exchange=exchange, known=known)
        if feed.trouble is not None:
            return feed.trouble
        listed = feed.listed.get(symbol)
        if listed is None and feed.listed:
            return say(premium_phrases.MARKET_MISSING, exchange=exchange, symbol=symbol)
        if listed is not None and not listed.is_trading:
            return say(premium_phrases.MARKET_HALTED, exchange=exchange, symbol=symbol, notice=listed.notice)
        return say(premium_phrases.BOOK_MISSING, exchange=exchange, symbol=symbol)
