"""Some markets of one exchange and the line that tells them, dialled anew whenever it is lost."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.domain.sentences import Sentence
from engine.errors import GridwrightError, VenueUnavailable
from engine.spreads.book_line import BookLine, silent
from engine.spreads.exchanges import BookSource
from engine.spreads.kept_book import KeptBook
from engine.spreads.market_lists import Listed
from engine.venues.ccxt_trouble import gone
from engine.venues.clock import Clock
from engine.venues.redial import Redial


@dataclass(frozen=True, slots=True)
class FeedTiming:
    """Seconds. A market without a frame for `quiet_s` is asked for; what moved on without us has `grace_s` more to be
    told. Lists are asked for each `list_s`, funding each `funding_s`.
    """

    quiet_s: float = 2.0
    look_s: float = 0.5
    grace_s: float = 2.0
    list_s: float = 120.0
    funding_s: float = 60.0


class Market:
    """One wanted market: what is listed of it, its book, and since when it is suspected to be told no more (0: not)."""

    __slots__ = ("book", "is_renewed", "listed", "suspect_s", "symbol", "trouble")

    def __init__(self, symbol: str, listed: Listed, book: KeptBook) -> None:
        self.symbol = symbol
        self.listed = listed
        self.book = book
        self.suspect_s = 0.0
        self.is_renewed = False
        #: Why there is no book, None where there is one or nobody knows yet.
        self.trouble: Sentence | None = None

    def lose(self, cause: Sentence | None) -> None:
        """What is kept says nothing of now."""
        self.book.forget()
        self.suspect_s, self.is_renewed, self.trouble = 0.0, False, cause


class LineKeeper:
    """`make` gives a line that is not dialled; `lost` is told which markets a lost line had."""

    def __init__(
        self,
        source: BookSource,
        make: Callable[[], BookLine],
        lost: Callable[[Iterable[Market], GridwrightError], None],
        redial: Redial,
        clock: Clock,
    ) -> None:
        self._source = source
        self._make = make
        self._lost = lost
        self._redial = redial
        self._clock = clock
        self._line: BookLine | None = None
        self._bell = asyncio.Event()
        self._told: dict[str, Market] = {}
        self.markets: dict[str, Market] = {}

    def add(self, market: Market) -> None:
        self.markets[market.symbol] = market
        self._bell.set()

    def drop(self, symbols: Iterable[str]) -> None:
        for symbol in symbols:
            if self.markets.pop(symbol, None) is not None:
                self._bell.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            while not self.markets:
                self._bell.clear()
                await self._bell.wait()
            await self._redial.turn()
            await self._one_life()

    def quiet(self, quiet_s: float) -> list[Market]:
        """Markets without a word for so long, while the line is there."""
        if self._line is None or not self._line.since_s:
            return []
        now_s, since_s = self._clock.steady_s(), self._line.since_s
        return [market for market in self._told.values() if now_s - max(market.book.heard_s, since_s) >= quiet_s]

    async def look_after(self, timing: FeedTiming) -> None:
        """Ask anew for books with a gap and for those that moved on in silence; end a line that stays silent."""
        line, now_s = self._line, self._clock.steady_s()
        if line is None or not line.since_s:
            return
        known = self._told.values()
        late = [each for each in known if each.suspect_s and now_s - each.suspect_s >= timing.grace_s]
        if late and (len(late) * 2 > len(self._told) or any(market.is_renewed for market in late)):
            line.break_off(silent(self._source, late[0].symbol, timing.quiet_s + timing.grace_s))
            return
        renewed = [*late, *(each for each in known if each.book.has_gap and each not in late)]
        if not renewed:
            return
        for market in renewed:
            market.lose(None)
            market.is_renewed = True
        with contextlib.suppress(OSError):
            await line.renew([market.listed.market_id for market in renewed])

    async def _one_life(self) -> None:
        line = self._line = self._make()
        self._told = dict(self.markets)
        changes = asyncio.create_task(self._follow(line))
        try:
            await line.run([market.listed.market_id for market in self._told.values()])
        except VenueUnavailable as error:
            self._lost(self.markets.values(), error)
        finally:
            self._line = None
            changes.cancel()
            await line.close()
            await asyncio.gather(changes, return_exceptions=True)

    async def _follow(self, line: BookLine) -> None:
        """Tell the line what else is wanted, or no more."""
        await line.is_open.wait()
        while True:
            added = [each.listed.market_id for name, each in self.markets.items() if name not in self._told]
            dropped = [each.listed.market_id for name, each in self._told.items() if name not in self.markets]
            self._told = dict(self.markets)
            if not self.markets:
                line.break_off(gone(self._source.name, has_heard=True))
                return
            with contextlib.suppress(OSError):
                await line.change(added, dropped)
            await self._bell.wait()
            self._bell.clear()
