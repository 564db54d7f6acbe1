"""The running engine: tasks around the kernel. Recovers, connects, reconciles, trades, stops."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

from engine.answers import Answers
from engine.belongings import account_of
from engine.cache_watch import CacheWatch
from engine.connections import RECONNECT_LONGEST_S, Connections
from engine.database_watch import DatabaseWatch
from engine.domain import phrases
from engine.domain.arbitrage_views import NO_PREMIUMS
from engine.domain.bot import Account
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.market import Candle
from engine.domain.messages import (
    AccountFailed,
    Command,
    CommandAnswered,
    CommandReceived,
    ConnectAccount,
    DecisionLogged,
    Effect,
    FillRecorded,
    HaltAll,
    Level,
    Message,
    Record,
    VenueEvent,
)
from engine.domain.sentences import say
from engine.domain.truth import TruthReport
from engine.domain.views import EngineState, EngineView
from engine.domain.watching import UnwatchPairs, WatchCommon, WatchPairs
from engine.elsewhere import Elsewhere, ElsewherePicture
from engine.errors import GridwrightError, LeaseLost, StorageUnavailable, first_error
from engine.execution import Execution
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.leasing import Leasing
from engine.live_ports import Rehearsals
from engine.new_ids import new_command_id
from engine.pair_clock import tell_time
from engine.ports import Cache, CommandQueue, Journal, Leases, MarketRecorder, OtherDesks, SymbolLists, Venue
from engine.snapshots import Snapshots
from engine.spread_link import SpreadLink, watch_answer
from engine.spreads.desk import SpreadDesk
from engine.standing import Standing
from engine.ticker_sampler import MarketNotes
from engine.truth import Truths

log = logging.getLogger(__name__)

#: How long a stop waits for calls to venues that are under way, and then for the database.
DRAIN_DEADLINE_S = 5.0
FLUSH_DEADLINE_S = 10.0
#: The part of the loop's time that pictures may take at most.
MOST_OF_LOOP = 0.1


class Engine:
    """One desk's engine. Everything except `view` belongs to the loop on which `run` runs.

    `view_every_s` is how often a fresh snapshot is made while something changes. `on_decision` is told each durable log
    line, `on_committed` all durable records. `revive_storage` is called (in a worker thread) when the database does not
    answer. Without `leases` every account of the journal is this desk's for ever. `other_desks` shows what this user's
    other desks run. Without `symbol_lists` a bot may be started on any symbol. Without `spreads` no pairs are watched.
    """

    def __init__(
        self,
        *,
        desk_id: str,
        journal: Journal,
        commands: CommandQueue,
        make_venue: Callable[[Account], Venue],
        recorder: MarketRecorder,
        cache: Cache,
        leases: Leases | None = None,
        other_desks: OtherDesks | None = None,
        symbol_lists: SymbolLists | None = None,
        rehearsals: Rehearsals | None = None,
        spreads: SpreadDesk | None = None,
        timezone: tzinfo = UTC,
        view_every_s: float = 1 / 30,
        on_decision: Callable[[DecisionLogged], None] | None = None,
        on_committed: Callable[[Sequence[Record]], None] | None = None,
        revive_storage: Callable[[], None] | None = None,
    ) -> None:
        self._desk_id = desk_id
        self._journal = journal
        self._recorder = recorder
        self._cache_watch = CacheWatch(cache, self._soil)
        self._spreads = spreads
        self._timezone = timezone
        self._view_every_s = view_every_s
        self._on_decision = on_decision
        self._committed = on_committed
        self._kernel: Kernel | None = None
        # A desk that keeps others from an account must not sleep long over it.
        longest_s = RECONNECT_LONGEST_S if leases is None else leases.lease_s
        self._connections = Connections(make_venue, self, self._tell, self._put, longest_wait_s=longest_s)
        self._snapshots = Snapshots(cache.kind)
        self._answers = Answers(commands, symbol_lists, rehearsals)
        self._truths = Truths(lambda: self._kernel, self._connections.venue_of, self._answers.ask, self._put)
        self._leasing: Leasing | None = None
        if leases is not None:
            told = (self._put, self._snapshots.remember, self._on_dropped, self._answers.arriving)
            self._leasing = Leasing(leases, journal, self._connections, *told)
        self._execution = Execution(
            journal,
            self._connections.venue_of,
            self._is_wanted,
            self._tell,
            self._on_committed,
            self._on_storage,
            self._open_account,
            lambda effect: self._connections.pace(effect.venue, effect.speed),
            self._account_of,
            self._on_lost,
            *((self._leasing.assured, self._leasing.is_held) if self._leasing is not None else ()),
        )
        self._connections.is_placing = self._execution.is_placing
        self._database = DatabaseWatch(journal, self._on_database, revive_storage, self._execution.try_again)
        self._elsewhere = None if other_desks is None else Elsewhere(other_desks, timezone)
        self._notes = MarketNotes(recorder, lambda venue: self._kernel is None or self._kernel.is_in_own_time(venue))
        self._standing = Standing()
        self._is_dirty = True
        self._stopping = asyncio.Event()
        self._started = asyncio.Event()

    async def run(self) -> None:
        """Recover, trade until `stop`, close. Raises what makes going on impossible (GridwrightError)."""
        await self._load()
        run = asyncio.create_task(self._trade())
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({run, stop}, return_when=asyncio.FIRST_COMPLETED)
            if run.done():
                run.result()
        except BaseExceptionGroup as group:
            known, unknown = group.split(GridwrightError)
            if known is None or unknown is not None:
                raise
            error = first_error(known)
            self._standing.is_lease_lost = isinstance(error, LeaseLost)
            raise error from None
        finally:
            await self._close(run)
            stop.cancel()

    async def run_clerk(self, command: Command) -> CommandAnswered:
        """Handle one command without running any market, for a command line on a desk that has no engine running."""
        await self._load()
        execution = asyncio.create_task(self._execution.run())
        assert self._kernel is not None
        queue = asyncio.create_task(self._answers.take(self._kernel, self._tell))
        answer = asyncio.create_task(self.submit(command))
        try:
            await asyncio.wait({answer, execution, queue}, return_when=asyncio.FIRST_COMPLETED)
            for task in (execution, queue):
                if task.done():
                    # The database refused what the command led to; nobody would answer any more.
                    task.result()
            found = await answer
            await self._execution.settled()
            return found
        finally:
            for part in (answer, queue, execution):
                part.cancel()
            await asyncio.gather(answer, queue, execution, return_exceptions=True)
            await self._execution.flush()
            await self._answers.spread_out()
            await self._connections.close()

    async def stop(self) -> None:
        """Ask `run` to end. Resting orders stay at the venues. Returns at once; `run` returns when all is closed."""
        self._stopping.set()

    async def started(self) -> None:
        """Wait until every account was tried, reconciled and its market runs."""
        await self._started.wait()

    async def submit(self, command: Command) -> CommandAnswered:
        """Journal and handle a command; returns when the answer is durable. Raises StorageError when it cannot be kept.

        A halt never waits for the database: resting orders are cancelled at once, and recorded when it is back. A
        command that is kept but not answered when the engine ends (GridwrightError) is done at the next start.
        """
        received = CommandReceived(new_command_id(), command, datetime.now(UTC))
        if isinstance(command, HaltAll) and self._kernel is not None:
            self._halt_at_once(received)
            self._answers.spread(received, self._halts_alone)
            return CommandAnswered(received.command_id, (), received.at)
        if isinstance(command, WatchPairs | WatchCommon | UnwatchPairs):
            return await watch_answer(self._spreads, received, command)
        if isinstance(command, HandOver | PreferDesk):
            refusals = () if self._leasing is None else await self._leasing.request(command)
            return CommandAnswered(received.command_id, tuple(refusal.pair for refusal in refusals), received.at)
        return await self._answers.ask(received)

    async def truth(self, account_id: str, rows: tuple[str, ...] = ()) -> TruthReport:
        """An account of whatever desk beside its venue's picture; see `LookAtTruth`. Raises GridwrightError."""
        await self._started.wait()
        return await self._truths.look(account_id, rows)

    async def connect_waiting(self, is_meant: Callable[[Account], bool]) -> None:
        """Try every such account again that is not connected: what it waited for is there."""
        await self._started.wait()
        kernel = self._kernel
        assert kernel is not None
        for account in kernel.accounts():
            if is_meant(account) and self._connections.venue_of(account.account_id) is None:
                await self._connections.open(kernel, account)

    def view(self) -> EngineView:
        """The newest snapshot. May be read from any thread."""
        return self._snapshots.view

    def refresh(self) -> EngineView:
        """Make a snapshot now and return it."""
        self._is_dirty = False
        kernel = self._kernel
        if kernel is None:
            return self._snapshots.view
        is_up = self._database.is_up
        return self._snapshots.take(
            kernel,
            self._standing.state(kernel, is_database_up=is_up),
            self._standing.trouble(kernel, self._execution.pending_records, is_database_up=is_up),
            ElsewherePicture() if self._elsewhere is None else self._elsewhere.picture,
            is_database_up=is_up,
            is_cache_up=self._cache_watch.is_up,
            pending_records=self._execution.pending_records,
            premiums=NO_PREMIUMS if self._spreads is None else self._spreads.view(),
        )

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        """Hand venue events to the kernel, in order. True when something is now to be journaled or sent."""
        for event in events:
            self._snapshots.hear(event)
            self._notes.note(event)
        assert self._kernel is not None
        outbox = self._kernel.handle(*(event for event in events if not isinstance(event, Candle)))
        self._is_dirty = True
        return outbox is not None and self._execution.add(outbox)

    async def settled(self) -> None:
        """Wait until all decided so far is journaled, sent and answered."""
        await self._execution.settled()

    async def _load(self) -> None:
        held = None if self._leasing is None else await self._leasing.begin()
        recovered = await self._journal.load(held)
        self._kernel = Kernel(self._desk_id, recovered, self._timezone)
        self._snapshots.remember(recovered.recent_fills, recovered.recent_log)
        self._database.is_up = True

    async def _trade(self) -> None:
        kernel = self._kernel
        assert kernel is not None
        async with asyncio.TaskGroup() as tasks:
            self._connections.run_markets_in(tasks)
            tasks.create_task(self._execution.run())
            tasks.create_task(self._database.run())
            tasks.create_task(self._publish())
            if self._leasing is not None:
                tasks.create_task(self._leasing.run(kernel, self._execution, tasks))
            await asyncio.gather(*(self._connections.open(kernel, account) for account in kernel.accounts()))
            await self._execution.settled()
            self._standing.phase = EngineState.RUNNING
            self._put(kernel.say(say(phrases.ENGINE_STARTED, bots=len(kernel.bot_views())), at=datetime.now(UTC)))
            self.refresh()
            if self._elsewhere is not None:
                tasks.create_task(self._elsewhere.run(self._own_accounts, self._soil))
            tasks.create_task(self._answers.take(kernel, self._tell))
            tasks.create_task(self._cache_watch.run())
            tasks.create_task(tell_time(kernel, self._tell))
            if self._spreads is not None:
                tasks.create_task(
                    self._spreads.run(SpreadLink(kernel, lambda told: self._put(kernel.handle(*told)), self._soil))
                )
            self._started.set()

    async def _open_account(self, effect: ConnectAccount) -> None:
        assert self._kernel is not None
        if self._leasing is not None and (cause := await self._leasing.why_not(effect.account, self._kernel)):
            self._tell(AccountFailed(effect.account, cause, datetime.now(UTC)))
        else:
            await self._connections.open(self._kernel, effect.account)

    def _is_wanted(self, client_order_id: str) -> bool:
        assert self._kernel is not None
        return self._kernel.is_wanted(client_order_id)

    async def _publish(self) -> None:
        took_s = 0.0
        while True:
            # A desk with a thousand bots has big pictures; trading comes first.
            await asyncio.sleep(max(self._view_every_s, took_s / MOST_OF_LOOP))
            if self._is_dirty:
                begin_s = time.perf_counter()
                self.refresh()
                took_s = time.perf_counter() - begin_s

    def _own_accounts(self) -> list[str]:
        assert self._kernel is not None
        return [account.account_id for account in self._kernel.accounts()]

    def _soil(self) -> None:
        self._is_dirty = True

    def _account_of(self, item: Record | Effect) -> str:
        assert self._kernel is not None
        return account_of(item, self._kernel.account_of, self._answers.accounts)

    async def _on_lost(self, error: LeaseLost) -> frozenset[str]:
        if self._leasing is None or self._kernel is None:
            return frozenset()
        return await self._leasing.lost(error, self._kernel, self._execution)

    def _on_dropped(self, account_id: str) -> None:
        self._answers.drop(account_id)
        self._is_dirty = True

    def _tell(self, message: Message) -> None:
        assert self._kernel is not None
        if isinstance(message, CommandReceived):
            self._answers.note(message, self._kernel)
            if self._truths.take(message):
                return
        self._put(self._kernel.handle(message))

    def _put(self, outbox: Outbox | None) -> None:
        self._is_dirty = True
        if outbox is not None:
            self._execution.add(outbox)

    def _halts_alone(self) -> None:
        if self._kernel is not None:
            self._put(self._kernel.say(say(phrases.HALT_HERE_ONLY), Level.LOOK, datetime.now(UTC)))

    def _halt_at_once(self, received: CommandReceived) -> None:
        self._tell(received)
        self._execution.cancel_at_once()
        self.refresh()

    def _on_committed(self, records: Sequence[Record]) -> None:
        if self._committed is not None:
            self._committed(records)
        decisions = [record for record in records if isinstance(record, DecisionLogged)]
        self._snapshots.remember((record for record in records if isinstance(record, FillRecorded)), decisions)
        if self._on_decision is not None:
            for decision in decisions:
                self._on_decision(decision)
        self._answers.hear(records)
        self._is_dirty = True

    def _on_storage(self, error: StorageUnavailable | LeaseLost | None, *, is_late: bool) -> None:
        if isinstance(error, LeaseLost):
            self._standing.is_lease_lost = True
            self._execution.forbid_sending()
            self.refresh()
        elif error is not None:
            self._database.is_away(error)
        elif is_late:
            self._database.is_late()
        else:
            self._database.answers()

    def _on_database(self, is_up: bool) -> None:
        if is_up and self._kernel is not None and self._standing.phase is EngineState.RUNNING:
            self._put(self._kernel.say(say(phrases.DATABASE_BACK), at=datetime.now(UTC)))
        self.refresh()

    async def _close(self, run: "asyncio.Task[None]") -> None:
        self._standing.phase = EngineState.STOPPING
        self.refresh()
        self._execution.forbid_sending()
        run.cancel()
        with contextlib.suppress(asyncio.CancelledError, BaseExceptionGroup, GridwrightError):
            await run
        await self._truths.close()
        await self._execution.drain(DRAIN_DEADLINE_S)
        try:
            async with asyncio.timeout(FLUSH_DEADLINE_S):
                await self._execution.flush()
                await self._recorder.flush()
        except (TimeoutError, GridwrightError) as error:
            log.warning("stopped without writing everything, the venues are asked at the next start: %s", error)
        await self._answers.spread_out()
        await self._connections.close()
        await self._database.close()
        self._standing.phase = EngineState.STOPPED
        self._answers.end()
        self.refresh()
