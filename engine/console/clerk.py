"""Commands of a sub-command: handed to the running engine, or handled by an engine started for this one moment."""

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from engine.console.bot_commands import refused
from engine.console.desk import DayProfit, DeskReads, DeskRow, LeaseRow, LedgerTotal, OpenStorage
from engine.console.occupancy import DataFolder, Role
from engine.console.room import EngineRoom, MakeSpreads
from engine.domain.bot import Account
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import Command, CommandAnswered, CommandReceived, SetMarketSpeed, VenueEvent
from engine.domain.secret import Credential, UnlockSources
from engine.domain.watching import UnwatchPairs, WatchCommon, WatchedPair, WatchPairs
from engine.errors import AlreadyRunning, GridwrightError, UsageError
from engine.kernel.live import REHEARSED_AT
from engine.ports import History, PacedVenue, PremiumHistory, Venue
from engine.recovered import RecoveredState
from engine.spread_link import watch_answer
from engine.venues.exchanges.budgets import Budgets

POLL_S = 0.05


class ClerkDesk:
    """`engine.console.desk.Desk` over open storage. Whoever has the data folder answers; when nobody has, we do."""

    def __init__(
        self,
        stored: OpenStorage,
        folder: DataFolder,
        make_venue: Callable[[Account], Venue],
        answer_timeout_s: float,
        *,
        unlock: UnlockSources | None = None,
        make_live: Callable[[Account, Credential], Venue] | None = None,
        budgets: Budgets | None = None,
        make_spreads: MakeSpreads | None = None,
    ) -> None:
        """`unlock`, `make_live`, `budgets` and `make_spreads` as those of an `EngineRoom`."""
        self._make_spreads = make_spreads
        self._budgets = budgets
        self._unlock = unlock
        self._make_live = make_live
        self._stored = stored
        self._reads: DeskReads = stored.reads
        self._folder = folder
        self._make_venue = make_venue
        self._timeout_s = answer_timeout_s
        self.desk_id = stored.desk_id

    @property
    def history(self) -> History:
        return self._reads.history

    @property
    def premiums(self) -> PremiumHistory:
        return self._reads.premiums

    async def watched(self) -> Sequence[WatchedPair]:
        return await self._reads.watched()

    async def is_engine_running(self) -> bool:
        return await self._reads.is_engine_running()

    async def desks(self) -> Sequence[DeskRow]:
        return await self._reads.desks()

    async def leases(self) -> Sequence[LeaseRow]:
        return await self._reads.leases()

    async def state(self) -> RecoveredState:
        return await self._reads.state()

    async def last_price(self, venue: str, symbol: str) -> Decimal | None:
        return await self._reads.last_price(venue, symbol)

    async def ledger(self) -> Sequence[LedgerTotal]:
        return await self._reads.ledger()

    async def profits_by_day(self, bot_id: str | None) -> Sequence[DayProfit]:
        return await self._reads.profits_by_day(bot_id)

    async def rehearsed(self, account: Account) -> frozenset[str]:
        return await self._stored.rehearsals.symbols(REHEARSED_AT.get(account.exchange, account.exchange))

    async def ask(self, command: Command) -> str:
        """See `Desk.ask`."""
        if isinstance(command, HandOver | PreferDesk):
            refusals = await self._stored.leases.request(command)
            answer = CommandAnswered("", tuple(refusal.pair for refusal in refusals), datetime.now(UTC))
        elif isinstance(command, WatchPairs | WatchCommon | UnwatchPairs):
            # The list is the user's, whatever desk: running ones see it in a moment.
            desk = None if self._make_spreads is None else self._make_spreads(self._stored)
            answer = await watch_answer(desk, CommandReceived("", command, datetime.now(UTC)), command)
        elif self._stored.is_other:
            answer = await self._ask_other(command)
        elif await self._have_folder():
            try:
                answer = await self._answer(command)
            finally:
                self._folder.vacate()
        else:
            answer = await self._hand_over(command)
        if answer.refusals:
            raise refused(answer.refusals)
        return answer.body

    async def _have_folder(self) -> bool:
        """Take the data folder; False when an engine has it. Another clerk is waited for: it is gone in a moment."""
        deadline = time.monotonic() + self._timeout_s
        while not self._folder.try_occupy(Role.CLERK):
            if self._folder.occupant is not Role.CLERK:
                return False
            if time.monotonic() > deadline:
                raise AlreadyRunning(f"Another Gridwright does not let go of the data folder {self._folder.path}.")
            await asyncio.sleep(POLL_S)
        return True

    async def _answer(self, command: Command) -> CommandAnswered:
        async def stay_open() -> OpenStorage:
            return self._stored

        room = EngineRoom(
            stay_open, self._make_venue, unlock=self._unlock, make_live=self._make_live, budgets=self._budgets
        )
        engine = await room.open()
        answer = await engine.run_clerk(command)
        if isinstance(command, SetMarketSpeed) and not answer.refusals:
            await self._keep_speed(command)
        return answer

    async def _keep_speed(self, command: SetMarketSpeed) -> None:
        """The pace is kept by the venue's own store, and no venue is open without a running engine."""
        for account in (await self.state()).accounts:
            if account.venue == command.venue:
                venue = self._make_venue(account)
                try:
                    await venue.connect(_Deaf())
                    if isinstance(venue, PacedVenue):
                        venue.set_speed(command.speed)
                finally:
                    await venue.close()

    async def _ask_other(self, command: Command) -> CommandAnswered:
        if not await self._stored.is_live(self.desk_id):
            raise UsageError("That desk does not run now, and only a program on its own data folder can run it.")
        return await self._hand_over(command)

    async def _hand_over(self, command: Command) -> CommandAnswered:
        commands = self._stored.commands_of(self.desk_id)
        received = CommandReceived(uuid.uuid4().hex, command, datetime.now(UTC))
        await commands.submit(received)
        answer = await commands.answer_of(received.command_id, self._timeout_s)
        if answer is None:
            raise GridwrightError(
                f"The running desk did not answer within {self._timeout_s:g} s; what was asked is kept and done later."
            )
        return answer


class _Deaf:
    """A sink for a venue that is opened only to be told something."""

    def deliver(self, events: Sequence[VenueEvent]) -> bool:  # noqa: ARG002 - the port's signature
        return False

    async def settled(self) -> None:
        return
