"""A live venue whose keys come from the vault, anew at each connection."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder, KeyFacts
from engine.domain.messages import OrderAccepted, OrderRejected, OrderReport, OrderUnknown
from engine.domain.order import Order
from engine.domain.secret import Credential
from engine.domain.sentences import say
from engine.domain.venue_picture import VenuePicture
from engine.errors import VenueUnavailable
from engine.live_ports import LiveVenue, PricedVenue, RuledVenue
from engine.ports import InspectableVenue, RationedVenue, Secrets, Venue, VenueSink


class KeyedVenue:
    """`Venue` around one that `make` makes from the account's secrets, which live as long as that one.

    While the vault is locked `connect` raises VaultLocked: the account stays unconnected with that sentence.
    """

    def __init__(self, account: Account, secrets: Secrets, make: Callable[[Account, Credential], Venue]) -> None:
        self._account = account
        self._secrets = secrets
        self._make = make
        self._venue: Venue | None = None
        self.name = account.venue

    async def connect(self, sink: VenueSink) -> Sequence[Instrument]:
        """With the keys as they are now. Raises VaultLocked, VaultBroken, UsageError, VenueUnavailable."""
        await self.close()
        self._venue = self._make(self._account, await self._secrets.credential(self._account))
        return await self._venue.connect(sink)

    async def run(self) -> None:
        await self._connected().run()

    async def place(
        self, order: Order, may_leave: Callable[[], bool] | None = None
    ) -> OrderAccepted | OrderRejected | OrderUnknown:
        venue = self._connected()
        return await (venue.place(order, may_leave) if isinstance(venue, RationedVenue) else venue.place(order))

    async def cancel(self, order: Order) -> None:
        await self._connected().cancel(order)

    async def report(self, order: Order) -> OrderReport | None:
        return await self._connected().report(order)

    async def open_client_order_ids(self, symbol: str) -> frozenset[str]:
        return await self._connected().open_client_order_ids(symbol)

    async def balances(self) -> Sequence[tuple[str, Decimal, Decimal]]:
        return await self._connected().balances()

    async def turn(self, order: Order) -> None:
        venue = self._connected()
        if isinstance(venue, RationedVenue):
            await venue.turn(order)

    async def inspect(self, orders: Sequence[Order]) -> VenuePicture:
        venue = self._connected()
        if not isinstance(venue, InspectableVenue):
            raise VenueUnavailable(say(phrases.VENUE_NOT_INSPECTABLE, venue=self._account.venue))
        return await venue.inspect(orders)

    async def probe(self) -> KeyFacts:
        """What the exchange says of the key; nothing where it cannot be asked. Raises VenueUnavailable."""
        venue = self._connected()
        return await venue.probe() if isinstance(venue, LiveVenue) else KeyFacts()

    async def prices(self) -> Sequence[tuple[str, Decimal]]:
        venue = self._connected()
        return await venue.prices() if isinstance(venue, PricedVenue) else ()

    async def rules_of(self, symbols: Sequence[str]) -> Sequence[Instrument]:
        venue = self._connected()
        return await venue.rules_of(symbols) if isinstance(venue, RuledVenue) else ()

    async def account_orders(self) -> Sequence[ForeignOrder]:
        venue = self._connected()
        return await venue.account_orders() if isinstance(venue, LiveVenue) else ()

    @property
    def has_dead_man(self) -> bool:
        return isinstance(self._venue, LiveVenue) and self._venue.has_dead_man

    async def arm(self, after_s: int) -> None:
        venue = self._connected()
        if isinstance(venue, LiveVenue):
            await venue.arm(after_s)

    async def close(self) -> None:
        """The keys go with the venue that had them."""
        venue, self._venue = self._venue, None
        if venue is not None:
            await venue.close()

    def _connected(self) -> Venue:
        if self._venue is None:
            raise VenueUnavailable(say(phrases.VENUE_CLOSED, venue=self._account.venue))
        return self._venue
