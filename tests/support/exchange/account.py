"""A real account on the loopback exchange, for tests: the adapter on one side, the exchange's books on the other."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import TypeVar

from engine.domain.bot import Account
from engine.domain.instrument import POSITION_SUFFIX
from engine.domain.messages import BalancesReported, OrderFilled, OrderReport, VenueEvent
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side, client_order_id
from engine.domain.secret import Credential, CredentialKind, Secret
from engine.errors import GridwrightError, VenueUnavailable
from engine.venues.ccxt_line import Route
from engine.venues.exchanges.budgets import Budgets
from engine.venues.exchanges.exchange_venue import ExchangeVenue
from engine.venues.exchanges.live_accounts import LiveVenues, live_account
from engine.venues.exchanges.timing import Timing
from tests.support.exchange import amounts
from tests.support.exchange.core import Exchange
from tests.support.exchange.faults import Plan
from tests.support.exchange.server import Server
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import OrderRecord
from tests.support.exchange.venues_under_test import VenueUnderTest
from tests.support.waiting import wait_for, wait_until_async

OWNER, BOT = "owner", "loopbot1"
#: Short enough for a test to see what comes of silence, long enough for two busy cores.
QUICK = Timing(quiet_s=1.0, frame_s=1.5, truth_s=1.5, ready_s=8.0, fills_s=0.1)
Event = TypeVar("Event")


@dataclass
class Heard:
    """A sink that keeps what it is told."""

    events: list[VenueEvent] = field(default_factory=list)

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        self.events.extend(events)
        return False

    async def settled(self) -> None:
        """Nothing is journaled here."""

    def of(self, kind: type[Event], about: Order | None = None) -> list[Event]:
        """All of a kind, of one order where one is named."""
        found: list[Event] = [event for event in self.events if isinstance(event, kind)]
        if about is None:
            return found
        return [event for event in found if named(event) == about.client_order_id]

    def filled(self, order: Order) -> Decimal:
        """How much of an order was told as filled; every trade counts once."""
        fills = {event.fill.trade_id: event.fill for event in self.of(OrderFilled, order)}
        fills |= {fill.trade_id: fill for report in self.of(OrderReport, order) for fill in report.fills}
        return sum((fill.quantity for fill in fills.values()), Decimal(0))


def named(event: object) -> str:
    """The order that an event speaks of."""
    return event.fill.client_order_id if isinstance(event, OrderFilled) else getattr(event, "client_order_id", "")


class LoopbackAccount:
    """`core` and `others` are the exchange's side, `venue` and `heard` ours."""

    def __init__(
        self, what: VenueUnderTest, core: Exchange, server: Server, timing: Timing, budgets: Budgets | None = None
    ) -> None:
        """Without `budgets` as much is asked as there is to ask."""
        self.what = what
        self.core = core
        self.server = server
        self.others = Strangers(core)
        self.heard = Heard()
        self.account: Account = live_account("test", what.exchange, "credential", [what.symbol])
        self._timing = timing
        self._budgets = budgets
        self._venues = self._by(server.route())
        self._numbers = count(1)
        self._opened: list[tuple[ExchangeVenue, asyncio.Task[None]]] = []

    def _by(self, route: Route) -> LiveVenues:
        if self._budgets is None:
            return LiveVenues(route, timing=self._timing)
        return LiveVenues(route, timing=self._timing, budget_of=self._budgets.of)

    @property
    def plan(self) -> Plan:
        return self.server.plan

    @property
    def venue(self) -> ExchangeVenue:
        """The one of the last connection."""
        return self._opened[-1][0]

    @property
    def running(self) -> "asyncio.Task[None]":
        return self._opened[-1][1]

    async def connect(self, route: Route | None = None) -> ExchangeVenue:
        """A new life of the lines, with a market that runs and has told its first quote; by another way from now on."""
        if route is not None:
            self._venues = self._by(route)
        key = self.what.key
        secrets = Secret(key.key), Secret(key.secret), Secret(key.passphrase) if key.passphrase else None
        credential = Credential("credential", CredentialKind.EXCHANGE, self.what.exchange, "test", *secrets)
        venue = self._venues.make(self.account, credential)
        self.heard = Heard()
        try:
            await venue.connect(self.heard)
        except BaseException:
            await venue.close()
            raise
        self._opened.append((venue, asyncio.ensure_future(venue.run())))
        await wait_until_async(
            lambda: venue.markets.best(self.order(Side.BUY, None)) is not None and self.heard.of(BalancesReported),
            what="the first quote and balances",
        )
        return venue

    async def disconnect(self) -> None:
        """The end of the last connection; why its market ended, if it did."""
        venue, running = self._opened.pop()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await venue.close()

    async def close(self) -> None:
        while self._opened:
            await self.disconnect()

    async def cancel(self, order: Order) -> None:
        """As the engine does it: where the request was not taken the order is asked for, and cancelled if it rests."""
        while True:
            try:
                await self.venue.cancel(order)
            except VenueUnavailable:
                report = await wait_for(lambda: self.venue.report(order), what="a report")
                self.heard.deliver((report,))
                if report.state is not OrderState.OPEN:
                    return
            else:
                return

    async def ended(self) -> GridwrightError:
        """Why the market of the last connection ended by itself."""
        await wait_until_async(self.running.done, what="the end of the line", within_s=20)
        error = self.running.exception()
        assert isinstance(error, GridwrightError), error
        return error

    def order(self, side: Side, price: Decimal | None, size: Decimal | None = None, *, post_only: bool = True) -> Order:
        """An order of our bot that was not there before; without a price a market order."""
        rung, now = next(self._numbers), datetime.now(UTC)
        name = client_order_id(BOT, 1, f"R{rung}{'B' if side is Side.BUY else 'S'}", 0, 1)
        kind = OrderKind.MARKET if price is None else OrderKind.LIMIT
        return Order(
            name, BOT, self.account.account_id, self.account.venue, self.what.symbol, side, kind, price,
            size or self.what.size, post_only and price is not None, Purpose.RUNG_BUY, 1, rung, 0, 1, now, now,
        )  # fmt: skip

    def below(self, ticks: int) -> Decimal:
        """A price so far below the market."""
        return self.what.price - ticks * self.what.tick

    def above(self, ticks: int) -> Decimal:
        return self.what.price + ticks * self.what.tick

    def there(self, order: Order) -> list[OrderRecord]:
        """All orders of that name that the exchange ever took."""
        return [each for each in self.core.truth(OWNER) if each.client_order_id == order.client_order_id]

    @property
    def truth(self) -> dict[str, Decimal]:
        """What the exchange's own books say the account has, as our ledger counts it: without what is nothing.

        On futures the wallet less what positions cost, and the positions by name.
        """
        found = {held.asset: held.total for held in self.core.balances(OWNER)}
        for (symbol, _), (size, cost) in self.core.perps.cost_of(OWNER).items():
            listing = self.core.listing(symbol)
            assert listing is not None
            found[listing.quote] -= amounts.amount(cost)
            asset = f"{symbol}{POSITION_SUFFIX}"
            found[asset] = found.get(asset, Decimal(0)) + amounts.number(size) * listing.contract_size
        return {asset: total for asset, total in found.items() if total}

    def sizes(self, base: Decimal) -> Decimal:
        """A quantity of ours in the exchange's sizes."""
        return base / self.what.listing.contract_size

    def trade_through(self, price: Decimal) -> None:
        """The others trade everything up to a price and stand around it."""
        self.others.move_to(self.what.symbol, price, size=self.sizes(self.what.size * 10))

    async def until(self, is_so: Callable[[], object], what: str, within_s: float = 10) -> None:
        """Wait for something to be told."""
        await wait_until_async(is_so, what=what, within_s=within_s)


@asynccontextmanager
async def loopback_account(
    what: VenueUnderTest, folder: Path, *, timing: Timing = QUICK, budgets: Budgets | None = None
) -> AsyncIterator[LoopbackAccount]:
    """An exchange with other traders and our account on it, not yet connected."""
    core = Exchange(what.house, LoopTimers(int(time.time() * 1000)))
    core.open_account(OWNER, what.key)
    for asset, amount in what.funds.items():
        core.transfer(OWNER, asset, amount)
    async with Server([what.skin(core)], folder) as server:
        found = LoopbackAccount(what, core, server, timing, budgets)
        for listing in what.house.listings:
            found.others.move_to(listing.symbol, what.price_of(listing.symbol), size=found.sizes(what.size * 10))
        try:
            yield found
        finally:
            await found.close()
