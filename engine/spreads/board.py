"""The rows of the spread board: worked out anew where a book, a rate or a status changed, and only there."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.domain import premium_phrases
from engine.domain.arbitrage_views import FxView, PremiumsView, PremiumView
from engine.domain.market import FxRate
from engine.domain.money import HUNDRED, ZERO
from engine.domain.premium import Costs, Pair
from engine.domain.sentences import Sentence, say
from engine.domain.watching import WatchedPair
from engine.spreads.books import Books
from engine.spreads.frames import STRANGE
from engine.spreads.rates import Rates, WantedRate
from engine.spreads.reckoning import LegBook, Reckoned, reckon
from engine.venues.clock import Clock

log = logging.getLogger(__name__)

#: After so many rows everybody else on the loop has a turn.
IN_ONE_GO = 10
#: A rate that stays the same is put into rows anew after so long, because its age is shown.
RATE_AGAIN_S = 1.0
#: Taker fee as a fraction of an exchange's market, None where the desk knows no better than its list.
FeeOf = Callable[[str, str], Decimal | None]


@dataclass(frozen=True, slots=True)
class Place:
    """A watched pair with what it needs."""

    watched: WatchedPair
    rate: WantedRate | None


def rate_of(watched: WatchedPair) -> WantedRate | None:
    """The rate that a pair is counted with; None where both quotes are the same."""
    pair = watched.pair
    if not pair.fx_pair:
        return None
    return WantedRate(pair.fx_pair, pair.home_quote, watched.fx_source, pair.home_venue)


class Board:
    """Belongs to one loop. `view` is replaced as a whole; rows that did not change are the same objects."""

    def __init__(self, books: Books, rates: Rates, fee_of: FeeOf, clock: Clock, most_age_s: float) -> None:
        self._books = books
        self._rates = rates
        self._fee_of = fee_of
        self._clock = clock
        self._most_age_s = most_age_s
        self._places: dict[Pair, Place] = {}
        self._by_market: dict[tuple[str, str], set[Pair]] = {}
        self._by_rate: dict[WantedRate, set[Pair]] = {}
        self._rates_now: dict[WantedRate, tuple[FxRate, float] | Sentence] = {}
        self._rows: dict[Pair, PremiumView] = {}
        self._dirty: set[Pair] = set()
        self._fx: tuple[FxView, ...] = ()
        self.view = PremiumsView()
        #: How often a row was worked out.
        self.reckoned = 0

    def watch(self, watched: Iterable[WatchedPair]) -> None:
        """The list from now on, in this order."""
        places = {each.pair: Place(each, rate_of(each)) for each in watched}
        if places == self._places and list(places) == list(self._places):
            return
        self._dirty |= {pair for pair, place in places.items() if self._places.get(pair) != place}
        self._places = places
        self._by_market, self._by_rate = {}, {}
        for pair, place in places.items():
            for market in ((pair.home_venue, pair.home_symbol), (pair.foreign_venue, pair.foreign_symbol)):
                self._by_market.setdefault(market, set()).add(pair)
            if place.rate is not None:
                self._by_rate.setdefault(place.rate, set()).add(pair)
        self._rows = {pair: self._rows[pair] for pair in places if pair in self._rows}
        self._rates_now = {rate: told for rate, told in self._rates_now.items() if rate in self._by_rate}
        self._show()

    @property
    def markets(self) -> Iterable[tuple[str, str]]:
        """The books that it needs: (exchange, symbol)."""
        return self._by_market.keys()

    @property
    def wanted_rates(self) -> Iterable[WantedRate]:
        return self._by_rate.keys()

    def watched(self, pair: Pair) -> WatchedPair:
        return self._places[pair].watched

    def changed(self, exchange: str, symbol: str) -> None:
        """A book or what is known of a market is another now."""
        pairs = self._by_market.get((exchange, symbol))
        if pairs:
            self._dirty |= pairs

    async def work(self) -> Sequence[PremiumView]:
        """Work out what changed; the rows that are others now."""
        self._look_at_rates()
        self._look_at_ages()
        dirty, self._dirty = self._dirty, set()
        made = []
        for done, pair in enumerate(dirty, start=1):
            if (place := self._places.get(pair)) is None:
                continue
            row = self._row(place)
            if row != self._rows.get(pair):
                self._rows[pair] = row
                made.append(row)
            if done % IN_ONE_GO == 0:
                await asyncio.sleep(0)
        fx = self._rates.views()
        if made or fx != self._fx:
            self._fx = fx
            self._show()
        return made

    def _show(self) -> None:
        rows = tuple(self._rows[pair] for pair in self._places if pair in self._rows)
        self.view = PremiumsView(rows, self._fx)

    def _look_at_rates(self) -> None:
        for wanted, pairs in self._by_rate.items():
            told, before = self._rates.rate(wanted), self._rates_now.get(wanted)
            if told == before:
                continue
            if isinstance(told, tuple) and isinstance(before, tuple):
                is_same = told[0].rate == before[0].rate and told[0].source == before[0].source
                if is_same and told[1] - before[1] < RATE_AGAIN_S:
                    continue
            self._rates_now[wanted] = told
            self._dirty |= pairs

    def _look_at_ages(self) -> None:
        """Rows whose premium is about to be one of old books."""
        oldest = self._clock.now().timestamp() - self._most_age_s
        for pair, row in self._rows.items():
            shown = row.sell or row.buy
            if shown is not None and shown.at.timestamp() < oldest:
                self._dirty.add(pair)

    def _row(self, place: Place) -> PremiumView:
        self.reckoned += 1
        pair = place.watched.pair
        home = self._books.leg(pair.home_venue, pair.home_symbol)
        foreign = self._books.leg(pair.foreign_venue, pair.foreign_symbol)
        notes = (
            *self._books.notes(pair.home_venue, pair.home_symbol),
            *self._books.notes(pair.foreign_venue, pair.foreign_symbol),
        )
        heard_s = max(
            self._books.heard_s(pair.home_venue, pair.home_symbol),
            self._books.heard_s(pair.foreign_venue, pair.foreign_symbol),
        )
        funding = self._books.funding(pair.foreign_venue, pair.foreign_symbol)
        rate = None if place.rate is None else self._rates_now.get(place.rate)
        found = self._reckoned(place, home, foreign, rate)
        best = max((one.net_pct for one in (found.sell, found.buy) if one is not None), default=None)
        return PremiumView(
            pair,
            found.sell,
            found.buy,
            found.trouble,
            home.middle if isinstance(home, LegBook) else None,
            foreign.middle if isinstance(foreign, LegBook) else None,
            heard_s,
            notes,
            best is not None and best >= place.watched.opportunity_pct,
            None if funding is None else funding * HUNDRED,
        )

    def _reckoned(
        self,
        place: Place,
        home: LegBook | Sentence,
        foreign: LegBook | Sentence,
        rate: tuple[FxRate, float] | Sentence | None,
    ) -> Reckoned:
        for missing in (home, foreign, rate):
            if isinstance(missing, Sentence):
                return Reckoned(None, None, missing)
        assert isinstance(home, LegBook)
        assert isinstance(foreign, LegBook)
        if rate is None and place.rate is not None:
            return Reckoned(None, None, say(premium_phrases.RATE_ANY_MISSING, pair=place.rate.pair))
        told = rate[0] if isinstance(rate, tuple) else None
        try:
            return reckon(place.watched, home, foreign, told, self._costs(place.watched))
        except STRANGE as error:
            log.warning("%s: a book cannot be read: %s", place.watched.pair, error)
            return Reckoned(
                None, None, say(premium_phrases.BOOK_STRANGE, symbol=home.symbol, exchange=home.exchange)
            )  # fmt: skip

    def _costs(self, watched: WatchedPair) -> Costs:
        pair = watched.pair
        return Costs(
            self._fee(watched.home_fee, pair.home_venue, pair.home_symbol),
            self._fee(watched.foreign_fee, pair.foreign_venue, pair.foreign_symbol),
            self._books.funding(pair.foreign_venue, pair.foreign_symbol) or ZERO,
            watched.hold_days,
        )

    def _fee(self, own: Decimal | None, exchange: str, symbol: str) -> Decimal:
        if own is not None:
            return own
        known = self._fee_of(exchange, symbol)
        return self._books.list_fee(exchange) if known is None else known
