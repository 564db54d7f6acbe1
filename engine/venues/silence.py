"""A quiet market told from a dead line: after a while without a frame the book is asked for by REST."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.venues.clock import Clock
from engine.venues.tape import Print, TopOfBook

#: A frame that was on its way when the book was asked for has this long to come.
GRACE_S = 2.0


class Silence:
    """Watches one market's stream. `top` asks for the best of the book as it is now."""

    def __init__(
        self,
        top: Callable[[], Awaitable[TopOfBook | None]],
        clock: Clock,
        exchange: str,
        symbol: str,
        quiet_s: float,
    ) -> None:
        self._top = top
        self._clock = clock
        self._exchange = exchange
        self._symbol = symbol
        self._quiet_s = quiet_s
        self._bell = asyncio.Event()
        self._frames = 0
        #: The last quote that was told, by a frame or by REST.
        self.last: TopOfBook | None = None

    def heard(self, told: Sequence[TopOfBook | Print]) -> None:
        """A frame came."""
        self._frames += 1
        for event in told:
            if isinstance(event, TopOfBook):
                self.last = event
        self._bell.set()

    async def watch(self, tell: Callable[[TopOfBook], None]) -> None:
        """For ever; `tell` takes the quote of a quiet market. Raises VenueUnavailable when the line is dead."""
        while True:
            self._bell.clear()
            if await self._clock.wait(self._bell, self._quiet_s):
                continue
            if (top := await self.ask()) is not None:
                tell(top)

    async def ask(self) -> TopOfBook | None:
        """The quote, when the market is only quiet; None when frames came or there is no book.

        Raises VenueUnavailable when the market moved on without us, or cannot be asked.
        """
        frames, last = self._frames, self.last
        top = await self._top()
        if self._frames != frames or (top is None and last is None):
            return None
        if top is not None and last is not None and (top.bid, top.ask) == (last.bid, last.ask):
            # The same prices, with what stands there now.
            return top
        self._bell.clear()
        if not await self._clock.wait(self._bell, GRACE_S):
            raise VenueUnavailable(
                say(phrases.FEED_SILENT, exchange=self._exchange, symbol=self._symbol, seconds=int(self._quiet_s))
            )
        return None
