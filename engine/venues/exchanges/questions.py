"""Asking an exchange about orders: one by one, all that rest, and what may be believed of the answers."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from engine.domain.live import ForeignOrder
from engine.domain.messages import OrderCanceled, OrderFilled, OrderRejected, OrderReport, VenueEvent
from engine.domain.money import ZERO
from engine.domain.order import Fill, Order, OrderState
from engine.domain.venue_picture import RestingOrder, VenuePicture
from engine.venues.ccxt_line import STRANGE
from engine.venues.clock import Clock
from engine.venues.exchanges.calls import CcxtCalls
from engine.venues.exchanges.dialect import Absent, Dialect, Listed, NoAnswer, Seen
from engine.venues.exchanges.markets import Markets
from engine.venues.exchanges.order_stories import Stories, Story
from engine.venues.tape import instant

#: For so long after the connection, orders that rest untouched in its pictures need not be asked for one by one.
PICTURE_S = 15.0
#: Between two times that an exchange says of an order that it knows none.
TWICE_S = 0.5


class Questions:
    """All that is asked about orders of one account; what is new in an answer is told as events."""

    def __init__(
        self, dialect: Dialect, calls: CcxtCalls, clock: Clock, tell: Callable[[Sequence[VenueEvent]], None]
    ) -> None:
        self.stories = Stories()
        self.dialect = dialect
        self._calls = calls
        self._clock = clock
        self._tell = tell
        self._began_at_s = clock.steady_s()
        self._resting: dict[str, Seen] = {}
        self._resting_at_s = self._began_at_s
        self._resolving: set[str] = set()

    async def open_orders(self, listed: Listed) -> Sequence[Seen]:
        """All that rests on an instrument. Raises NoAnswer."""
        try:
            return await self.dialect.open_orders(self._calls, listed)
        except STRANGE as error:
            raise NoAnswer(f"open orders: {error}") from error

    async def take_picture(self, listed: Listed) -> None:
        """What rests as the account is connected; the streams are heard already. Raises NoAnswer."""
        now = self._clock.now()
        for seen in await self.open_orders(listed):
            identity = self.stories.name_of(seen)
            if identity and seen.filled_quantity == 0:
                self._resting[identity] = seen
            else:
                self.stories.take(seen, now)
        self._resting_at_s = self._clock.steady_s()

    async def report(self, order: Order, listed: Listed) -> OrderReport | None:
        """As `Venue.report`. Raises VenueUnavailable while the exchange has banned us."""
        story = self.stories.of(order)
        if (resting := self._untouched(story)) is not None:
            return self._reported(story, resting)
        seen = await self._look_up(order, listed)
        if isinstance(seen, Absent):
            return await self._absent(order, story, listed)
        return None if seen is None else self._reported(story, seen)

    def learn(self, seen: Seen) -> None:
        """Take in what was seen of an order, whoever's it is."""
        self._tell(self.stories.take(seen, self._clock.now()))

    async def resolve(self, identity: str, listed: Listed, *, is_told: bool = False) -> bool:
        """Ask for one order and tell what is new of it; whether anything was.

        `is_told`: that it still rests is told too, so that a cancel which had no effect is asked for again.
        """
        story = self.stories.get(identity)
        if story is None or story.order is None or identity in self._resolving:
            return False
        self._resolving.add(identity)
        try:
            seen = await self._look_up(story.order, listed)
        finally:
            self._resolving.discard(identity)
        if not isinstance(seen, Seen) or self.stories.is_old(seen):
            return False
        events = self.stories.take(seen, self._clock.now())
        self._tell(events)
        if is_told and not events and (report := self._reported(story, seen)) is not None:
            self._tell((report,))
        return bool(events)

    async def picture(
        self,
        orders: Sequence[Order],
        markets: Markets,
        balances: Sequence[tuple[str, Decimal, Decimal]],
        at: datetime,
    ) -> VenuePicture:
        """All that rests, and the fills of `orders`. `at` is before the first question. Raises NoAnswer."""
        resting: list[RestingOrder] = []
        for listed in markets.by_symbol.values():
            resting.extend(self._resting_order(seen) for seen in await self.open_orders(listed))
        untouched = {each.client_order_id for each in resting if each.filled_quantity == 0}
        fills: list[Fill] = []
        for order in orders:
            if order.client_order_id not in untouched:
                found = await self._look_up(order, markets.listed(order.symbol))
                if found is None:
                    raise NoAnswer(order.client_order_id)
                fills += found.fills if isinstance(found, Seen) else ()
        lag_s = self.dialect.lag_s
        return VenuePicture(at, tuple(resting), tuple(balances), tuple(fills), lag_s, are_fills_whole=False)

    def _resting_order(self, seen: Seen) -> RestingOrder:
        return RestingOrder(
            self.stories.name_of(seen), seen.venue_order_id, seen.symbol, seen.side, seen.price, seen.quantity,
            seen.filled_quantity,
        )  # fmt: skip

    async def _look_up(self, order: Order, listed: Listed) -> Seen | Absent | None:
        try:
            seen = await self.dialect.look_up(self._calls, self.stories.as_told(order), listed)
        except (NoAnswer, *STRANGE):
            return None
        return self.stories.understood(seen) if isinstance(seen, Seen) else seen

    async def _absent(self, order: Order, story: Story, listed: Listed) -> OrderReport | None:
        """The exchange knows none: lost only when it says so twice after its lag, and its history agrees."""
        now_s = self._clock.steady_s()
        since_s = self._began_at_s if story.sent_at_s is None else story.sent_at_s
        if story.is_accepted or story.is_placing or story.venue_order_id or now_s - since_s < self.dialect.lag_s:
            # It was there once, or may be a moment later.
            return None
        if story.absent_at_s is None:
            story.absent_at_s = now_s
        if now_s - story.absent_at_s < TWICE_S:
            return None
        try:
            seen = await self.dialect.look_back(self._calls, order, listed)
        except (NoAnswer, *STRANGE):
            return None
        if isinstance(seen, Absent):
            return self._lost(story)
        return None if seen is None else self._reported(story, seen)

    def _untouched(self, story: Story) -> Seen | None:
        if self._clock.steady_s() - self._resting_at_s > PICTURE_S or story.filled or story.ending is not None:
            return None
        return self._resting.get(story.client_order_id)

    def _reported(self, story: Story, seen: Seen) -> OrderReport | None:
        """The answer as a report; None for one from before what is known, and for one whose fills are to come."""
        if self.stories.is_old(seen) or sum((fill.quantity for fill in seen.fills), ZERO) < seen.filled_quantity:
            return None
        now = self._clock.now()
        story.is_accepted = True
        # Fills and an end are in the report; only a refusal says more by its reason than a state can.
        self._tell([event for event in self.stories.take(seen, now) if isinstance(event, OrderRejected)])
        return OrderReport(
            story.client_order_id, seen.venue_order_id, seen.state, seen.filled_quantity, seen.fills, now
        )

    def _lost(self, story: Story) -> OrderReport:
        self.stories.give_up(story)
        return OrderReport(story.client_order_id, "", OrderState.LOST, ZERO, (), self._clock.now())


def foreign_of(seen: Seen, client_order_id: str) -> ForeignOrder:
    """An order as somebody is told who finds out whose it is."""
    return ForeignOrder(
        seen.venue_order_id, client_order_id, seen.symbol, seen.side, seen.price, seen.quantity, seen.filled_quantity,
        instant(seen.at_ms),
    )  # fmt: skip


def may_have_moved(events: Sequence[VenueEvent], *, has_positions: bool) -> bool:
    """Whether money moved, or may have: an exchange ends orders by itself before it takes a position away."""
    kinds = (OrderFilled, OrderCanceled) if has_positions else (OrderFilled,)
    return any(isinstance(event, kinds) for event in events)
