"""Positions and funding of a futures account, as told by its streams and asked for by REST."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from engine.domain.messages import VenueEvent
from engine.domain.money import ZERO
from engine.domain.positions import FundingPaid, PositionReported, PositionSide
from engine.venues.ccxt_line import STRANGE
from engine.venues.clock import Clock
from engine.venues.exchanges.calls import CcxtCalls
from engine.venues.exchanges.dialect import Dialect, FundingTold, Listed, NoAnswer, PositionTold
from engine.venues.tape import instant, milliseconds

log = logging.getLogger(__name__)

#: Funding is asked for once more so often: a frame that hints at it may be lost. Books know what they have.
FUNDING_EVERY_S = 30.0
#: How far back the first question goes: the program may have been off that long. The ledger remembers 40 days.
FIRST_SPAN = timedelta(days=30)
#: How far back before the last answer the next ones go. An exchange may book late what it pays.
NEXT_SPAN = timedelta(hours=12)


class PositionWatch:
    """`tell` takes what is told of the positions of one account. On spot nothing is asked and nothing told."""

    def __init__(
        self,
        account_id: str,
        dialect: Dialect,
        calls: CcxtCalls,
        clock: Clock,
        tell: Callable[[Sequence[VenueEvent]], None],
    ) -> None:
        self._account_id = account_id
        self._dialect = dialect
        self._calls = calls
        self._clock = clock
        self._tell = tell
        self._answered_at: datetime | None = None
        self._never = asyncio.Event()

    async def report(self, listed: Sequence[Listed]) -> None:
        """Ask for all positions of these instruments and tell them; one that is not told is none. Raises NoAnswer.

        What changed within the exchange's lag may not be in the answer, so a missing one is none as of before that.
        """
        if not self._dialect.has_positions or not listed:
            return
        known_at_ms = milliseconds(self._clock.now()) + self._calls.offset_ms - int(self._dialect.lag_s * 1000)
        told = await self._dialect.positions(self._calls, listed)
        self._tell([self._reported(each) for each in told])
        known = {(each.symbol, _side(each)) for each in told}
        flat = [
            PositionReported(
                self._account_id, self._account_id, each.instrument.symbol, side, ZERO, ZERO, None, None, None,
                each.instrument.rules.leverage, None, instant(known_at_ms),
            )
            for each in listed
            for side in _sides(each)
            if (each.instrument.symbol, side) not in known
        ]  # fmt: skip
        self._tell(flat)

    def hear(self, told: PositionTold) -> None:
        """A frame of the stream."""
        self._tell([self._reported(told)])

    def hear_funding(self, told: FundingTold) -> None:
        self._tell([self._paid(told)])

    async def lately(self, listed: Sequence[Listed]) -> tuple[FundingPaid, ...]:
        """What was paid lately, without telling it. Raises NoAnswer."""
        if not self._dialect.has_positions:
            return ()
        since_ms = milliseconds(self._clock.now() - NEXT_SPAN)
        try:
            found = [paid for each in listed for paid in await self._dialect.funding(self._calls, each, since_ms)]
        except STRANGE as error:
            raise NoAnswer(f"funding: {error}") from error
        return tuple(self._paid(paid) for paid in sorted(found, key=lambda paid: paid.at_ms))

    async def ask_funding(self, listed: Sequence[Listed]) -> None:
        """Ask what was paid lately, and tell it; what is known already is told again. Raises NoAnswer."""
        asked_at, before = self._clock.now(), self._answered_at
        # The machine may have slept since, for longer than an exchange is late.
        since_ms = milliseconds(asked_at - FIRST_SPAN if before is None else min(before, asked_at) - NEXT_SPAN)
        for each in listed:
            found = await self._dialect.funding(self._calls, each, since_ms)
            self._tell([self._paid(paid) for paid in sorted(found, key=lambda paid: paid.at_ms)])
        self._answered_at = asked_at

    async def run(self, listed: Sequence[Listed]) -> None:
        """Ask for funding again and again."""
        while self._dialect.has_positions:
            await self.fetch(listed)
            await self._clock.wait(self._never, FUNDING_EVERY_S)

    async def fetch(self, listed: Sequence[Listed]) -> None:
        """Ask for funding now; what is not answered is asked with the next turn."""
        try:
            await self.ask_funding(listed)
        except (NoAnswer, *STRANGE) as error:
            log.info("%s: funding was not told: %s", self._dialect.exchange, error)

    def _reported(self, told: PositionTold) -> PositionReported:
        return PositionReported(
            self._account_id, self._account_id, told.symbol, _side(told), told.quantity, told.entry_price,
            told.mark_price, told.liquidation_price, told.unrealized, told.leverage, told.is_isolated,
            instant(told.at_ms),
        )  # fmt: skip

    def _paid(self, told: FundingTold) -> FundingPaid:
        return FundingPaid(
            self._account_id, self._account_id, told.symbol, told.asset, told.amount, told.reference,
            instant(told.at_ms),
        )  # fmt: skip


def _side(told: PositionTold) -> PositionSide:
    return PositionSide(told.side.lower())


def _sides(listed: Listed) -> Sequence[PositionSide]:
    return (PositionSide.LONG, PositionSide.SHORT) if listed.instrument.is_hedged else (PositionSide.BOTH,)
