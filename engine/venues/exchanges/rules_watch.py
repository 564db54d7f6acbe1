"""The rules of an account's instruments, read again: exchanges change steps and minimums while ladders rest."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from engine.domain.messages import InstrumentChanged, OrderAccepted, OrderRejected, OrderUnknown, RejectCode, VenueEvent
from engine.errors import GridwrightError
from engine.venues.ccxt_line import STRANGE
from engine.venues.clock import Clock
from engine.venues.exchanges.dialect import Listed, NoAnswer
from engine.venues.exchanges.markets import Markets

log = logging.getLogger(__name__)

#: How often they are read without a reason, and at most with one.
EVERY_S = 600.0
AGAIN_S = 5.0
#: Refusals that mean that the rules may not be what they were.
DOUBTFUL = frozenset(
    {
        RejectCode.PRICE_INCREMENT,
        RejectCode.SIZE_INCREMENT,
        RejectCode.MIN_QUANTITY,
        RejectCode.MAX_QUANTITY,
        RejectCode.MIN_NOTIONAL,
        RejectCode.MAX_OPEN_ORDERS,
    }
)


class RulesWatch:
    """`read` reads them, `tell` takes what changed. What cannot be read now stays as it was."""

    def __init__(
        self,
        read: Callable[[], Awaitable[Sequence[Listed]]],
        markets: Markets,
        clock: Clock,
        tell: Callable[[Sequence[VenueEvent]], None],
    ) -> None:
        self._read = read
        self._markets = markets
        self._clock = clock
        self._tell = tell
        self._doubt = asyncio.Event()
        self._never = asyncio.Event()

    def judge(self, outcome: OrderAccepted | OrderRejected | OrderUnknown) -> None:
        """Read them soon, where an order was refused by a rule that it kept."""
        if isinstance(outcome, OrderRejected) and outcome.reason.code in DOUBTFUL:
            self._doubt.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._clock.wait(self._doubt, EVERY_S)
            self._doubt.clear()
            try:
                self._compare(await self._read())
            except (NoAnswer, GridwrightError, *STRANGE) as error:
                log.info("the rules were not read again: %s", error)
            await self._clock.wait(self._never, AGAIN_S)

    def _compare(self, listed: Sequence[Listed]) -> None:
        for each in listed:
            known = self._markets.by_symbol.get(each.instrument.symbol)
            if known is None or known == each:
                continue
            self._markets.replace(each)
            if known.instrument != each.instrument:
                log.warning("the rules of %s changed", each.instrument.symbol)
                self._tell((InstrumentChanged(each.instrument),))
