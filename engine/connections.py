"""Accounts coming and going: each is connected, reconciled and kept connected, whatever its venue does meanwhile."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from engine.domain.bot import Account
from engine.domain.messages import AccountConnected, AccountFailed, Message
from engine.domain.sentences import Sentence
from engine.errors import GridwrightError, VenueUnavailable
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.ports import PacedVenue, Venue, VenueSink
from engine.reconcile import reconcile

log = logging.getLogger(__name__)

RECONNECT_FIRST_S = 1.0
RECONNECT_LONGEST_S = 60.0


class Connections:
    """The venues of one engine by account. All methods belong to the engine's loop.

    A known account whose venue cannot be reached, or breaks while it runs, is connected again after 1, 2, 4 ... 60 s;
    each time everything is reconciled anew before its bots decide anything. What only a person can mend (a setting, a
    recording that is gone for good) is not tried again by itself, nor is a new account: its command is refused.
    """

    def __init__(
        self,
        make_venue: Callable[[Account], Venue],
        sink: VenueSink,
        tell: Callable[[Message], None],
        put: Callable[[Outbox | None], None],
        first_wait_s: float = RECONNECT_FIRST_S,
    ) -> None:
        self._make_venue = make_venue
        self._sink = sink
        self._tell = tell
        self._put = put
        self._first_wait_s = first_wait_s
        self._venues: dict[str, Venue] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def run_markets_in(self, tasks: asyncio.TaskGroup) -> None:
        """From now on an opened account's market runs, and the account is kept connected, as a task of this group."""
        self._tasks = tasks

    def venue_of(self, account_id: str) -> Venue | None:
        """The venue of an account while it is connected."""
        return self._venues.get(account_id)

    async def open(self, kernel: Kernel, account: Account) -> None:
        """Try once to connect and reconcile, and tell the kernel how it went; then keep the account connected."""
        await self._dismiss(account.account_id)
        venue: Venue | None = None
        error = None
        try:
            venue = await self._bring_up(kernel, account)
        except GridwrightError as failure:
            error = failure
            self._fail(account, failure.sentence)
        if self._tasks is None or not (error is None or _is_worth_waiting(kernel, account, error)):
            return
        keeper = self._tasks.create_task(self._keep(kernel, account, venue, error))
        self._keepers[account.account_id] = keeper

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
        while self._venues:
            _, venue = self._venues.popitem()
            await _close(venue)

    async def _keep(self, kernel: Kernel, account: Account, venue: Venue | None, error: GridwrightError | None) -> None:
        """Run the market until it has ended by itself; connect again each time it breaks."""
        wait_s = self._first_wait_s
        said = error.sentence if error is not None else None
        while True:
            try:
                if venue is None:
                    await asyncio.sleep(wait_s)
                    wait_s = min(wait_s * 2, RECONNECT_LONGEST_S)
                    venue = await self._bring_up(kernel, account)
                # What reconciling led to (cancels of a stop, lost orders) comes before the market moves on.
                await self._sink.settled()
                await venue.run()
                return
            except GridwrightError as failure:
                if failure.sentence != said or venue is not None:
                    said = failure.sentence
                    self._fail(account, said)
                if not isinstance(failure, VenueUnavailable):
                    return
            if venue is not None:
                venue, wait_s = None, self._first_wait_s
                await self._part_from(account.account_id)

    async def _bring_up(self, kernel: Kernel, account: Account) -> Venue:
        """A connected venue with which everything is aligned. Raises VenueUnavailable, UsageError."""
        venue = self._make_venue(account)
        try:
            instruments = tuple(await venue.connect(self._sink))
            await reconcile(kernel, account, venue, self._tell, self._put)
        except BaseException:
            await _close(venue)
            raise
        self._venues[account.account_id] = venue
        self._tell(AccountConnected(account, instruments, datetime.now(UTC)))
        return venue

    def _fail(self, account: Account, sentence: Sentence) -> None:
        self._tell(AccountFailed(account, sentence, datetime.now(UTC)))

    async def _part_from(self, account_id: str) -> None:
        venue = self._venues.pop(account_id, None)
        if venue is not None:
            await _close(venue)

    async def _dismiss(self, account_id: str) -> None:
        """End what was done for the account until now: a person wants it connected at once."""
        keeper = self._keepers.pop(account_id, None)
        if keeper is not None and not keeper.done():
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        await self._part_from(account_id)


def _is_worth_waiting(kernel: Kernel, account: Account, error: GridwrightError) -> bool:
    is_known = any(known.account_id == account.account_id for known in kernel.accounts())
    return is_known and isinstance(error, VenueUnavailable)


async def _close(venue: Venue) -> None:
    try:
        await venue.close()
    except GridwrightError as error:
        log.warning("%s", error)
