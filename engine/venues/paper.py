"""A venue of our own making: the matching engine with its store behind the engine's port `Venue`.

What moves the market is left to `paced` (recorded, simulated) and `live` (somebody else's feed).
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.instrument import Instrument
from engine.domain.messages import (
    BalancesReported,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReport,
    OrderUnknown,
    RejectCode,
    VenueEvent,
)
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState
from engine.domain.sentences import say
from engine.domain.venue_picture import RestingOrder, VenuePicture
from engine.errors import VenueUnavailable
from engine.ports import VenueSink
from engine.venues.balances import Balances
from engine.venues.book import VenueOrder
from engine.venues.clearing import Change, Clearing
from engine.venues.matching import MarketState, Matching, Placement
from engine.venues.refusals import refuse
from engine.venues.store import Stored, VenueStore
from engine.venues.tape import instant

Answer = OrderAccepted | OrderRejected | OrderUnknown
#: Fills in a picture beside those of the orders that were asked about.
RECENT_FILLS = 200


class PaperVenue(ABC):
    """Orders, balances and answers. Every change is in the store before anybody is told.

    When the store fails, nothing happens here any more until `connect` is called again: `place` answers that nobody
    knows, `report` that it cannot say, `run` ends with VenueUnavailable.
    """

    def __init__(
        self,
        account: Account,
        instrument: Instrument,
        store: VenueStore,
        *,
        store_id: str,
        deposits: Mapping[str, Decimal],
        latency_ms: int,
    ) -> None:
        """`store_id` and `deposits` count only when the store is begun: it remembers its own."""
        self.name = account.venue
        self._account = account
        self._instrument = instrument
        self._store = store
        self._store_id = store_id
        self._deposits = {instrument.base: ZERO, instrument.quote: ZERO, **deposits}
        self._latency_ms = latency_ms
        self._matching: Matching | None = None
        self._sink: VenueSink | None = None
        self._trouble: VenueUnavailable | None = None
        self._waiting: set[asyncio.Future[Answer]] = set()

    # What differs by market

    @abstractmethod
    async def run(self) -> None:
        """Deliver balances and the present quote, then the market, until cancelled or ended."""

    @abstractmethod
    def _later(self, act: Callable[[], None]) -> None:
        """Do something when the latency has passed."""

    @abstractmethod
    def _now_ms(self) -> int:
        """The venue's time."""

    @abstractmethod
    def _position(self) -> str:
        """What the store keeps of the market's place."""

    # Coming and going

    def _open(self) -> Stored:
        """Open the store and take up everything as it was. Orders that were on their way have arrived meanwhile."""
        self._trouble = None
        self._store.open(self._store_id, self._deposits, {"account": self._account.account_id})
        return self._store.load()

    def _take_up(self, stored: Stored, market: MarketState) -> None:
        clearing = Clearing(self._instrument, Balances(stored.totals), stored.store_id, stored.last_trade_number)
        self._store_id = stored.store_id
        self._matching = Matching(
            self._instrument, clearing, stored.open_orders, market, stored.last_order_number,
            lambda client_order_id: self._store.order(client_order_id) is not None,
        )  # fmt: skip

    def _land_requests(self, requests: Sequence[VenueOrder]) -> None:
        for request in requests:
            self._commit(self._live.place(request, request).change)

    async def close(self) -> None:
        """Stop answering and close the store. Whoever still waits for an answer hears that nobody knows."""
        for waiting in tuple(self._waiting):
            if not waiting.done():
                waiting.set_exception(self._closed())
        self._matching = None
        self._store.close()

    # Questions and orders

    async def place(self, order: Order) -> Answer:
        try:
            matching = self._live
            if order.symbol != self._instrument.symbol:
                reason = refuse(
                    RejectCode.OTHER, phrases.VENUE_UNKNOWN_SYMBOL, venue=self.name, symbol=self._instrument.symbol
                )  # fmt: skip
                return OrderRejected(order.client_order_id, reason, instant(self._now_ms()))
            if self._latency_ms == 0:
                return self._answer(matching.place(order))
            if reason_of_id := matching.refusal_of_id(order):
                return OrderRejected(order.client_order_id, reason_of_id, instant(self._now_ms()))
            return await self._send(order)
        except VenueUnavailable as error:
            return OrderUnknown(order.client_order_id, str(error), instant(self._now_ms()))

    async def cancel(self, order: Order) -> None:
        if self._latency_ms == 0:
            self._cancel(order.client_order_id)
        else:
            self._later(partial(self._cancel, order.client_order_id))

    async def report(self, order: Order) -> OrderReport | None:
        try:
            # A store that failed may be readable still, but what it did not take is not LOST before it is mended.
            self._live  # noqa: B018 - raises when the store has failed
            known = self._store.order(order.client_order_id)
            fills = self._store.fills(order.client_order_id) if known else ()
        except VenueUnavailable:
            return None
        at = instant(self._now_ms())
        if known is None:
            return OrderReport(order.client_order_id, "", OrderState.LOST, ZERO, (), at)
        if known.state is OrderState.INTENT:
            return None
        return OrderReport(
            order.client_order_id, self._venue_order_id(known), known.state, known.filled, fills, at
        )  # fmt: skip

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:
        return self._live.book.ids() if symbol == self._instrument.symbol else frozenset()

    async def balances(self) -> Sequence[tuple[str, Decimal, Decimal]]:
        return self._live.balances.rows()

    async def inspect(self, orders: Sequence[Order]) -> VenuePicture:
        matching, symbol = self._live, self._instrument.symbol
        fills = {fill.trade_id: fill for fill in self._store.recent_fills(RECENT_FILLS)}
        for order in orders:
            fills |= {fill.trade_id: fill for fill in self._store.fills(order.client_order_id)}
        resting = tuple(
            RestingOrder(
                order.client_order_id, self._venue_order_id(order), symbol, order.side, order.price, order.quantity,
                order.filled,
            )
            for order in matching.book.orders()
        )  # fmt: skip
        at = instant(self._now_ms())
        return VenuePicture(at, resting, matching.balances.rows(), tuple(fills.values()), self._latency_ms / 1000)

    # How it is done

    @property
    def _live(self) -> Matching:
        if self._trouble is not None:
            raise self._trouble
        if self._matching is None:
            raise self._closed()
        return self._matching

    def _closed(self) -> VenueUnavailable:
        return VenueUnavailable(say(phrases.VENUE_CLOSED, venue=self.name))

    def _venue_order_id(self, order: VenueOrder) -> str:
        return f"{self._store_id}-{order.number}"

    async def _send(self, order: Order) -> Answer:
        """Record that the order is on its way, and wait for its answer."""
        matching = self._live
        on_its_way = VenueOrder(
            matching.next_number(), order.client_order_id, order.side, order.kind, order.price, order.quantity,
            order.post_only, OrderState.INTENT, at_ms=self._now_ms() + self._latency_ms,
        )  # fmt: skip
        self._commit(Change(orders={order.client_order_id: on_its_way}))
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.add(answered)
        self._later(partial(self._arrive, order, on_its_way, answered))
        try:
            return await answered
        finally:
            self._waiting.discard(answered)

    def _arrive(self, order: Order, on_its_way: VenueOrder, answered: asyncio.Future[Answer]) -> None:
        try:
            answer = self._answer(self._live.place(order, on_its_way))
        except VenueUnavailable as error:
            if not answered.done():
                answered.set_exception(error)
            return
        if not answered.done():
            answered.set_result(answer)

    def _answer(self, placement: Placement) -> Answer:
        """Make the outcome durable, tell fills, and give the answer."""
        order, at = placement.order, instant(self._now_ms())
        if placement.change:
            self._commit(placement.change)
        if placement.reason is not None:
            return OrderRejected(order.client_order_id, placement.reason, at)
        events: list[VenueEvent] = [OrderFilled(fill) for fill in placement.change.fills]
        if order.state is OrderState.CANCELED:
            events.append(OrderCanceled(order.client_order_id, order.filled, at))
        if events:
            self._deliver(events)
        return OrderAccepted(order.client_order_id, self._venue_order_id(order), at)

    def _cancel(self, client_order_id: str) -> None:
        try:
            canceled = self._live.cancel(client_order_id)
            if canceled is None:
                return
            change, order = canceled
            self._commit(change)
        except VenueUnavailable:
            # Nobody is told anything, so the order stays to be asked for; `run` says what is wrong.
            return
        self._announce((OrderCanceled(client_order_id, order.filled, instant(self._now_ms())),))

    def _commit(self, change: Change | None) -> None:
        matching = self._live
        try:
            self._store.commit(change, matching.balances, matching.market, self._position())
        except VenueUnavailable as error:
            # Memory is ahead of the store now; only opening it again makes them one.
            self._stop_for(error)
            raise

    def _stop_for(self, error: VenueUnavailable) -> None:
        """Nothing happens here any more; `run` says why."""
        self._trouble = error

    def _announce(self, events: Sequence[VenueEvent]) -> None:
        """Tell what no call waits for."""
        self._deliver(events)

    def _deliver(self, events: Sequence[VenueEvent]) -> bool:
        if self._sink is None:
            raise self._closed()
        return self._sink.deliver(events)

    def _balances_reported(self) -> BalancesReported:
        return BalancesReported(
            self._account.account_id, self._live.balances.rows(), instant(self._now_ms())
        )  # fmt: skip
