"""Sending an order once, and what may be said of the outcome: taken, surely refused, or unknown."""

import logging
import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from engine.domain import phrases
from engine.domain.messages import (
    OrderAccepted,
    OrderRejected,
    OrderUnknown,
    RejectCode,
    RejectReason,
    VenueEvent,
)
from engine.domain.order import Order
from engine.domain.sentences import say
from engine.errors import NotSent, VenueUnavailable
from engine.venues.ccxt_line import STRANGE
from engine.venues.clock import Clock
from engine.venues.exchanges.calls import CcxtCalls
from engine.venues.exchanges.dialect import Call, Dialect, Listed, NoAnswer, NoMarket
from engine.venues.exchanges.order_stories import Stories
from engine.venues.exchanges.works import Works

log = logging.getLogger(__name__)


class Placing:
    """`tell` takes the fills that an answer brings along."""

    def __init__(
        self,
        dialect: Dialect,
        calls: CcxtCalls,
        clock: Clock,
        stories: Stories,
        works: Works,
        tell: Callable[[Sequence[VenueEvent]], None],
    ) -> None:
        self._dialect = dialect
        self._calls = calls
        self._clock = clock
        self._stories = stories
        self._works = works
        self._tell = tell
        self._turned: set[str] = set()

    async def turn(self, order: Order, listed: Listed, best: Decimal | None) -> None:
        """Wait for the budget; while the exchange has banned us `place` says so. Raises VenueUnavailable when the
        connection ends meanwhile.
        """
        try:
            await self._works.wait(self._calls.turn(self._dialect.place(order, listed, best)))
        except NoMarket:
            return
        except VenueUnavailable:
            if self._works.end is not None:
                raise
        else:
            self._turned.add(order.client_order_id)

    async def place(
        self, order: Order, listed: Listed, best: Decimal | None, may_leave: Callable[[], bool] | None = None
    ) -> OrderAccepted | OrderRejected | OrderUnknown:
        """Once; what is not certain is unknown. A frame that came in place of an answer is as good as one.

        `may_leave` is asked when nothing is left to wait for.
        """
        try:
            call = self._dialect.place(order, listed, best)
        except NoMarket:
            text = str(say(phrases.VENUE_NO_MARKET, symbol=order.symbol))
            return self._rejected(order, RejectReason(RejectCode.NO_MARKET, text))
        story = self._stories.of(order)
        story.sent_at_s, story.is_placing = self._clock.steady_s(), True
        try:
            refusal, text = await self._send(order, call, may_leave)
        except VenueUnavailable as error:
            # A ban, or nobody wants it any more: nothing was sent.
            wait_s = math.ceil(error.wait_s) if isinstance(error, NotSent) else 0
            refusal, text = RejectReason(RejectCode.NOT_SENT, str(error), wait_s), ""
        finally:
            story.is_placing = False
        if refusal is not None:
            self._stories.give_up(story)
            return self._rejected(order, refusal)
        if not story.venue_order_id:
            return OrderUnknown(order.client_order_id, text, self._clock.now())
        story.is_accepted, story.accepted_at_s = True, self._clock.steady_s()
        return OrderAccepted(order.client_order_id, story.venue_order_id, self._clock.now())

    async def _send(
        self, order: Order, call: Call, may_leave: Callable[[], bool] | None
    ) -> tuple[RejectReason | None, str]:
        """A certain refusal, or None; and what is to be said of an outcome that nobody knows."""
        has_turn = order.client_order_id in self._turned
        self._turned.discard(order.client_order_id)
        try:
            answer = await self._calls.ask(call, has_turn=has_turn, may_leave=may_leave)
        except NoAnswer as error:
            return None, str(error)
        try:
            seen = self._dialect.accepted(answer, order)
            refusal = self._dialect.refused(answer) if seen is None else None
        except STRANGE as error:
            seen, refusal = None, None
            log.warning("%s answered an order strangely: %s", self._dialect.exchange, error)
        if seen is not None:
            self._tell(self._stories.accepted(order, seen, self._clock.now()))
        elif refusal is not None and refusal.code is not RejectCode.DUPLICATE_ID:
            return refusal, refusal.text
        # An id that was used before means that the order may be there: it is asked for.
        return None, f"{answer.status}: {' '.join(str(answer.body).split())[:200]}"

    def _rejected(self, order: Order, reason: RejectReason) -> OrderRejected:
        return OrderRejected(order.client_order_id, reason, self._clock.now())
