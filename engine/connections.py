"""Accounts coming and going: each is connected, reconciled and kept connected, whatever its venue does meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from engine.domain import live_phrases, phrases
from engine.domain.bot import Account
from engine.domain.messages import AccountConnected, AccountFailed, Message, VenueEvent
from engine.domain.sentences import say
from engine.errors import GridwrightError, VenueUnavailable
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.live_ports import LiveVenue, PricedVenue, RuledVenue
from engine.live_watch import LiveWatch
from engine.ports import PacedVenue, Venue, VenueSink
from engine.reconcile import reconcile

log = logging.getLogger(__name__)

RECONNECT_FIRST_S = 1.0
RECONNECT_LONGEST_S = 60.0
#: How long an exchange may take to say what instruments are before an account trades them.
CHANGE_S = 20.0


class _Gate:
    """A venue's way to the sink, which can be shut at once: what a parting venue still says is nobody's business."""

    def __init__(self, sink: VenueSink) -> None:
        self._sink = sink
        self.is_shut = False

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        return not self.is_shut and self._sink.deliver(events)

    async def settled(self) -> None:
        if not self.is_shut:
            await self._sink.settled()


class Connections:
    """The venues of one engine by account. All methods belong to the engine's loop.

    A known account whose venue cannot be reached, or breaks while it runs, is connected again after 1, 2, 4 ... 60 s
    (`longest_wait_s`); each time everything is reconciled anew before its bots decide anything. What only a person can
    mend (a setting, a recording that is gone for good) is not tried again by itself, nor is a new account: its command
    is refused.
    """

    def __init__(
        self,
        make_venue: Callable[[Account], Venue],
        sink: VenueSink,
        tell: Callable[[Message], None],
        put: Callable[[Outbox | None], None],
        first_wait_s: float = RECONNECT_FIRST_S,
        longest_wait_s: float = RECONNECT_LONGEST_S,
    ) -> None:
        self._make_venue = make_venue
        self._sink = sink
        self._tell = tell
        self._put = put
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        #: Whether an order, by client order id, is on its way still over a line that was closed since.
        self.is_placing: Callable[[str], bool] = lambda _: False
        self._venues: dict[str, Venue] = {}
        self._watches: dict[str, LiveWatch] = {}
        self._gates: dict[str, _Gate] = {}
        self._rising: dict[str, asyncio.Task[Venue]] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._parting: dict[str, asyncio.Task[None]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def run_markets_in(self, tasks: asyncio.TaskGroup) -> None:
        """From now on an opened account's market runs, and the account is kept connected, as a task of this group."""
        self._tasks = tasks

    def venue_of(self, account_id: str) -> Venue | None:
        """The venue of an account while it is connected."""
        return self._venues.get(account_id)

    async def open(self, kernel: Kernel, account: Account) -> None:
        """Try once to connect and reconcile, and tell the kernel how it went; then keep the account connected.

        Whoever opens an account later, or lets it go, ends what is done here: there is one connection, the last one.
        """
        account_id = account.account_id
        known = next((each for each in kernel.accounts() if each.account_id == account_id), account)
        if known != account and not await self._may_change(known, account):
            return
        parting = self.part(account_id)
        gate = self._gates[account_id] = _Gate(self._sink)
        await asyncio.shield(parting)
        if self._gates.get(account_id) is not gate:
            return
        rising = self._rising[account_id] = asyncio.create_task(self._bring_up(kernel, account, gate))
        venue: Venue | None = None
        error: GridwrightError | None = None
        try:
            await asyncio.wait({rising})
        except asyncio.CancelledError:
            if self._gates.get(account_id) is gate:
                self.part(account_id)
            raise
        if self._gates.get(account_id) is not gate:
            return
        del self._rising[account_id]
        try:
            venue = rising.result()
        except GridwrightError as failure:
            error = failure
            self._fail(account, failure)
        if self._tasks is None or not (error is None or _is_worth_waiting(kernel, account, error)):
            return
        keeper = self._tasks.create_task(self._keep(kernel, account, gate, venue, error))
        self._keepers[account_id] = keeper

    async def dismiss(self, account_id: str) -> None:
        """End all that is done for the account: it is connected anew, or another desk's from now on."""
        await asyncio.shield(self.part(account_id))

    def part(self, account_id: str) -> "asyncio.Task[None]":
        """Begin to end all that is done for the account. From now on it is deaf and mute; the task ends with its line.

        A connection that is made meanwhile waits for it: two at once would be two markets on one book.
        """
        if (gate := self._gates.pop(account_id, None)) is not None:
            gate.is_shut = True
        calls = [task for task in (self._rising.pop(account_id, None), self._keepers.pop(account_id, None)) if task]
        for call in calls:
            call.cancel()
        self._watches.pop(account_id, None)
        venue, earlier = self._venues.pop(account_id, None), self._parting.get(account_id)
        parting = self._parting[account_id] = asyncio.create_task(_end(calls, venue, earlier))
        parting.add_done_callback(lambda _: self._parted(account_id, parting))
        return parting

    def _parted(self, account_id: str, parting: "asyncio.Task[None]") -> None:
        if self._parting.get(account_id) is parting:
            del self._parting[account_id]

    def pace(self, venue_name: str, speed: Decimal | None) -> None:
        """Set the speed of a venue whose market time is ours; others have no speed."""
        for venue in self._venues.values():
            if venue.name == venue_name and isinstance(venue, PacedVenue):
                try:
                    venue.set_speed(speed)
                except GridwrightError as error:
                    # Its market ends with the same error, and the account is connected again.
                    log.warning("%s", error)

    async def close(self) -> None:
        """Close all venues. Their markets have ended before."""
        if self._parting:
            await asyncio.wait(tuple(self._parting.values()))
        while self._venues:
            account_id, venue = self._venues.popitem()
            if (watch := self._watches.pop(account_id, None)) is not None:
                await watch.disarm()
            await _close(venue)

    async def _keep(
        self, kernel: Kernel, account: Account, gate: _Gate, venue: Venue | None, error: GridwrightError | None
    ) -> None:
        """Run the market until it has ended by itself; connect again each time it breaks."""
        wait_s = self._first_wait_s
        said = error.sentence if error is not None else None
        while True:
            try:
                if venue is None:
                    await asyncio.sleep(wait_s)
                    wait_s = min(wait_s * 2, self._longest_wait_s)
                    venue = await self._bring_up(kernel, account, gate)
                # What reconciling led to (cancels of a stop, lost orders) comes before the market moves on.
                await self._sink.settled()
                await self._run(kernel, account, venue)
                return
            except GridwrightError as failure:
                if gate.is_shut:
                    return
                if failure.sentence != said or venue is not None:
                    said = failure.sentence
                    self._fail(account, failure)
                if not isinstance(failure, VenueUnavailable):
                    return
            if venue is not None:
                venue, wait_s = None, self._first_wait_s
                await self._part_from(account.account_id)

    async def _may_change(self, known: Account, wanted: Account) -> bool:
        """Whether the exchange has the instruments that a known account is to trade from now on.

        Asked while the account trades on with those it has: a wrong word must not even interrupt it.
        """
        account_id, added = known.account_id, [symbol for symbol in wanted.symbols if symbol not in known.symbols]
        venue, gate = self._venues.get(account_id), self._gates.get(account_id)
        if added and isinstance(venue, RuledVenue):
            cause: GridwrightError | None = None
            try:
                async with asyncio.timeout(CHANGE_S):
                    await venue.rules_of(added)
            except TimeoutError:
                cause = VenueUnavailable(say(phrases.TRUTH_NO_ANSWER, account=account_id, seconds=f"{CHANGE_S:g}"))
            except GridwrightError as error:
                cause = error
            if self._gates.get(account_id) is not gate:
                # Connected anew, or another desk's, meanwhile: whoever did that has told it.
                return False
            if cause is not None:
                self._fail(wanted, cause)
                return False
        # From here on the account is between two connections, and nothing is decided.
        self._fail(known, GridwrightError(say(live_phrases.SYMBOLS_BUSY, account=account_id)))
        return True

    async def _run(self, kernel: Kernel, account: Account, venue: Venue) -> None:
        """The market until it ends; beside a live one, somebody looks after the account."""
        if not isinstance(venue, LiveVenue):
            await venue.run()
            return
        watch = self._watches[account.account_id] = LiveWatch(kernel, account, venue, self._tell, self._put)
        market, watching = asyncio.create_task(venue.run()), asyncio.create_task(watch.run())
        try:
            done, _ = await asyncio.wait({market, watching}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (market, watching):
                task.cancel()
            await asyncio.gather(market, watching, return_exceptions=True)

    async def _bring_up(self, kernel: Kernel, account: Account, gate: _Gate) -> Venue:
        """A connected venue with which everything is aligned. Raises VenueUnavailable, UsageError."""
        venue = self._make_venue(account)
        try:
            instruments = tuple(await venue.connect(gate))
            # What the key may do comes before anything that it might do.
            facts = await venue.probe() if isinstance(venue, LiveVenue) else None
            if isinstance(venue, PricedVenue):
                # Fees in a third asset that fills of meanwhile paid are worth what it costs now.
                for symbol, price in await venue.prices():
                    kernel.know_price(account.venue, symbol, price)
            await reconcile(kernel, account, venue, self._tell, self._put, is_placing=self.is_placing)
            if gate.is_shut:
                # Another desk got the account meanwhile.
                raise VenueUnavailable(say(phrases.ACCOUNT_ELSEWHERE, account=account.account_id))
        except BaseException:
            await _close(venue)
            raise
        self._venues[account.account_id] = venue
        self._tell(AccountConnected(account, instruments, datetime.now(UTC), facts))
        return venue

    def _fail(self, account: Account, error: GridwrightError) -> None:
        is_unreachable = isinstance(error, VenueUnavailable)
        self._tell(AccountFailed(account, error.sentence, datetime.now(UTC), is_unreachable))

    async def _part_from(self, account_id: str) -> None:
        self._watches.pop(account_id, None)
        venue = self._venues.pop(account_id, None)
        if venue is not None:
            await _close(venue)


def _is_worth_waiting(kernel: Kernel, account: Account, error: GridwrightError) -> bool:
    is_known = any(known.account_id == account.account_id for known in kernel.accounts())
    return is_known and isinstance(error, VenueUnavailable)


async def _end(
    calls: "Sequence[asyncio.Task[Venue] | asyncio.Task[None]]",
    venue: Venue | None,
    earlier: "asyncio.Task[None] | None",
) -> None:
    for waited in ([earlier] if earlier is not None else [], calls):
        if waited:
            # How they ended is nobody's business any more, only that they did.
            await asyncio.gather(*waited, return_exceptions=True)
    if venue is not None:
        await _close(venue)


async def _close(venue: Venue) -> None:
    try:
        await venue.close()
    except GridwrightError as error:
        log.warning("%s", error)
