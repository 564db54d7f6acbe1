"""One account at the practice exchange: its orders and balances on the market that all accounts share."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.domain.bot import Account, AccountMode
from engine.domain.instrument import Instrument
from engine.domain.messages import OrderFilled, OrderReport, VenueEvent
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderState
from engine.errors import VenueUnavailable
from engine.ports import VenueSink
from engine.venues.book import VenueOrder
from engine.venues.clearing import Change
from engine.venues.paper import PaperVenue
from engine.venues.simulated import SimulatedMarket, Tick
from engine.venues.store import VenueStore
from engine.venues.tape import TopOfBook, instant


class PracticeBook(PaperVenue):
    """The matching and the store of a paper account, moved by the exchange tick by tick.

    Its store is written when something changes for the account, and then says after how many ticks. Ticks since then
    changed nothing, so after a restart they are met again and lead to the same book.
    """

    def __init__(
        self, name: str, instrument: Instrument, store: VenueStore, *, store_id: str, deposits: Mapping[str, Decimal]
    ) -> None:
        account = Account(name, name, name, AccountMode.PRACTICE, instrument.quote)
        super().__init__(account, instrument, store, store_id=store_id, deposits=deposits, latency_ms=0)
        self._present = ""

    def begin(self, sink: VenueSink) -> str:
        """Open the store; returns the place of the market it has come to ("" for a new account).

        `sink` is told fills of orders that trade at once, and cancellations. Raises VenueUnavailable.
        """
        self._sink = sink
        stored = self._open()
        self._take_up(stored, stored.market)
        self._present = stored.position
        return self._present

    def catch_up(self, market: SimulatedMarket, leading: SimulatedMarket, at_ms: int, top: TopOfBook | None) -> None:
        """Meet the ticks between the store's place and that of `leading`, whose last tick was `top` at `at_ms`.

        `market` is one at its beginning, to walk with. Fills are in the store afterwards, for whoever asks. Raises
        VenueUnavailable.
        """
        try:
            market.restore(self._present)
            while len(self._live.book) and market.ticks < leading.ticks:
                tick = market.draw()
                self._present = market.position
                if change := tick.meet(self._live):
                    self._commit(change)
        except (ValueError, IndexError) as error:
            raise self._store.broken(error) from error
        if market.ticks < leading.ticks:
            # Nothing rests here, so the last tick alone says where the market stands.
            self._live.move_time(at_ms)
            if top is not None:
                self._live.show(top)
        self._present = leading.position

    def meet(self, tick: Tick, position: str) -> list[VenueEvent]:
        """One tick, after which the market is at `position`. Returns our fills. Raises VenueUnavailable."""
        self._present = position
        change = tick.meet(self._live)
        if change:
            self._commit(change)
        return [OrderFilled(fill) for fill in change.fills]

    @property
    def open_orders(self) -> int:
        return len(self._live.book)

    @property
    def trouble(self) -> VenueUnavailable | None:
        """Why nothing happens here any more."""
        return self._trouble

    async def run(self) -> None:
        """The exchange runs the market."""

    def shut(self) -> None:
        """Close the store; nothing happens here any more."""
        self._matching = None
        self._store.close()

    async def report(self, order: Order) -> OrderReport | None:
        """As a venue answers; an order that is told to be lost is refused should it still arrive.

        It may be on its way on another desk's line, and "lost" promises that it will never trade.
        """
        found = await super().report(order)
        if found is None or found.state is not OrderState.LOST:
            return found
        if not found.venue_order_id:
            burned = VenueOrder(
                self._live.next_number(), order.client_order_id, order.side, order.kind, order.price, order.quantity,
                order.post_only, OrderState.LOST, at_ms=self._now_ms(),
            )  # fmt: skip
            try:
                self._commit(Change(orders={order.client_order_id: burned}))
            except VenueUnavailable:
                return None
        return OrderReport(order.client_order_id, "", OrderState.LOST, ZERO, (), instant(self._now_ms()))

    def reported_balances(self) -> VenueEvent:
        """The balances as they are now, as an event."""
        return self._balances_reported()

    def _later(self, act: Callable[[], None]) -> None:
        act()

    def _now_ms(self) -> int:
        return self._matching.at_ms if self._matching is not None else 0

    def _position(self) -> str:
        return self._present
