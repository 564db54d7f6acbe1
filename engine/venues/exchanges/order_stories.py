"""What an exchange told of each order, merged: quantities only grow, an end stays an end, a fill is told once.

Stories come by frames, answers and questions, late, twice or out of order. What follows from them comes out as events,
each exactly once.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from engine.domain.messages import (
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    RejectCode,
    RejectReason,
    VenueEvent,
)
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState
from engine.venues.exchanges.dialect import POST_ONLY_ENDED, Seen

#: Our client order ids: the bot, its ladder or two-leg position, a rung's side or a leg, the cycle, the attempt.
OURS = re.compile(r"[a-z0-9]{8}G\d+(R\d+[BS]|[PSLEX])C\d+A\d+\Z")
#: Ended orders of which late frames are still understood.
MOST_ENDED = 20_000
#: Frames that name an order only by the exchange's number, before the answer to our order named that number.
MOST_UNNAMED = 1_000


def is_ours(client_order_id: str) -> bool:
    """Whether an order carries a name that one of our bots would give it."""
    return OURS.match(client_order_id) is not None


@dataclass(slots=True)
class Story:
    """One order of ours. Times are the clock's steady seconds, None for what has not happened.

    `filled` is the highest cumulative quantity heard of, `traded` the sum of the fills that were told and `fees` of
    their fees. `asked_at_s`
    is when it was last sent, cancelled or asked for with an answer that a frame must follow.
    """

    client_order_id: str
    order: Order | None = None
    venue_order_id: str = ""
    filled: Decimal = ZERO
    traded: Decimal = ZERO
    fees: Decimal = ZERO
    trades: set[str] = field(default_factory=set)
    ending: OrderState | None = None
    reason: str = ""
    is_over: bool = False
    is_placing: bool = False
    is_accepted: bool = False
    is_cancel_asked: bool = False
    sent_at_s: float | None = None
    accepted_at_s: float | None = None
    cancelled_at_s: float | None = None
    framed_at_s: float | None = None
    absent_at_s: float | None = None

    @property
    def misses_fills(self) -> bool:
        """Whether the exchange filled more than it told one by one."""
        return self.traded < self.filled


class Stories:
    """All orders of ours on one account of an exchange, by client order id."""

    def __init__(self) -> None:
        self._live: dict[str, Story] = {}
        self._over: OrderedDict[str, Story] = OrderedDict()
        self._names: dict[str, str] = {}
        self._unnamed: OrderedDict[str, list[Seen]] = OrderedDict()

    @property
    def live(self) -> Sequence[Story]:
        """Orders that have not ended, as far as we know."""
        return tuple(self._live.values())

    def get(self, client_order_id: str) -> Story | None:
        """The story of an order of ours, live or over."""
        return self._live.get(client_order_id) or self._over.get(client_order_id)

    def of(self, order: Order) -> Story:
        """The story of an order, begun when there is none."""
        story = self.get(order.client_order_id) or self._begin(order.client_order_id)
        story.order = order
        if order.venue_order_id:
            self._name(story, order.venue_order_id)
        return story

    def as_told(self, order: Order) -> Order:
        """The order with all the fills that were told of it: whoever asks may have begun to before them."""
        story = self.get(order.client_order_id)
        if story is None or story.traded <= order.filled_quantity:
            return order
        return replace(order, filled_quantity=story.traded, fee=story.fees)

    def name_of(self, seen: Seen) -> str:
        """The client order id of what was seen, also where only the exchange's number was told; "" for strangers."""
        return seen.client_order_id or self._names.get(seen.venue_order_id, "")

    def accepted(self, order: Order, seen: Seen, at: datetime) -> list[VenueEvent]:
        """The answer to an order; with it, what frames said before of the number that it was given."""
        story = self.of(order)
        story.is_accepted = True
        self._name(story, seen.venue_order_id)
        events = self.take(seen, at)
        for earlier in self._unnamed.pop(seen.venue_order_id, ()):
            events += self.take(earlier, at)
        return events

    def take(self, seen: Seen, at: datetime, *, is_placing: bool = False) -> list[VenueEvent]:
        """What follows from one story: fills, an end, an acceptance that nobody had told; nothing for old news.

        `is_placing`: some order is on its way, so that a number nobody knows may be its own.
        """
        seen = self.understood(seen)
        identity = self.name_of(seen)
        if not identity and is_placing:
            self._keep_unnamed(seen)
            return []
        if not is_ours(identity):
            return []
        story = self.get(identity) or self._begin(identity)
        self._name(story, seen.venue_order_id)
        events: list[VenueEvent] = []
        if not (story.is_accepted or story.is_placing or seen.state is OrderState.REJECTED):
            story.is_accepted = True
            events.append(OrderAccepted(identity, story.venue_order_id, at))
        for fill in seen.fills:
            if fill.trade_id not in story.trades:
                story.trades.add(fill.trade_id)
                story.traded += fill.quantity
                story.fees += fill.fee
                events.append(OrderFilled(fill))
        story.filled = max(story.filled, seen.filled_quantity, story.traded)
        if story.ending is None and seen.state.is_final:
            story.ending, story.reason = seen.state, seen.reason
        if story.order is not None and story.ending is None and story.filled >= story.order.quantity:
            story.ending = OrderState.FILLED
        if story.ending is not None and not story.is_over and not story.misses_fills:
            events.extend(self._end(story, at))
        return events

    def understood(self, seen: Seen) -> Seen:
        """Not every exchange says why an order ended so soon; we know whether we asked for it."""
        story = self.get(self.name_of(seen))
        if seen.reason == POST_ONLY_ENDED and story is not None and story.is_cancel_asked:
            return replace(seen, state=OrderState.CANCELED, reason="")
        return seen

    def is_old(self, seen: Seen) -> bool:
        """Whether more is known already: an answer from before what a frame told."""
        story = self.get(self.name_of(seen))
        if story is None:
            return False
        return seen.filled_quantity < story.filled or (story.ending is not None and not seen.state.is_final)

    def give_up(self, story: Story) -> None:
        """An order that never arrived."""
        self._put_over(story)

    def _end(self, story: Story, at: datetime) -> list[VenueEvent]:
        self._put_over(story)
        identity = story.client_order_id
        if story.ending is OrderState.CANCELED:
            return [OrderCanceled(identity, story.filled, at)]
        if story.ending is OrderState.REJECTED:
            return [OrderRejected(identity, reason_of(story.reason), at)]
        return []

    def _begin(self, identity: str) -> Story:
        story = self._live[identity] = Story(identity)
        return story

    def _put_over(self, story: Story) -> None:
        story.is_over = True
        self._live.pop(story.client_order_id, None)
        self._over[story.client_order_id] = story
        while len(self._over) > MOST_ENDED:
            _, oldest = self._over.popitem(last=False)
            self._names.pop(oldest.venue_order_id, None)

    def _name(self, story: Story, venue_order_id: str) -> None:
        if venue_order_id:
            story.venue_order_id = venue_order_id
            self._names[venue_order_id] = story.client_order_id

    def _keep_unnamed(self, seen: Seen) -> None:
        self._unnamed.setdefault(seen.venue_order_id, []).append(seen)
        while len(self._unnamed) > MOST_UNNAMED:
            self._unnamed.popitem(last=False)


def reason_of(text: str) -> RejectReason:
    """Why an order was refused after it was taken."""
    code = RejectCode.POST_ONLY if text == POST_ONLY_ENDED else RejectCode.OTHER
    return RejectReason(code, text)
