"""The running engine: tasks around the kernel. Recovers, connects, reconciles, trades, stops."""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

from engine.connections import Connections
from engine.database_watch import DatabaseWatch
from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.market import Candle, Quote
from engine.domain.messages import (
    Command,
    CommandAnswered,
    CommandReceived,
    ConnectAccount,
    DecisionLogged,
    FillRecorded,
    HaltAll,
    Message,
    PaceMarket,
    Record,
    VenueEvent,
)
from engine.domain.sentences import Sentence, say
from engine.domain.views import EngineState, EngineView
from engine.errors import GridwrightError, LeaseLost, StorageUnavailable
from engine.execution import Execution
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.ports import Cache, CommandQueue, Journal, MarketRecorder, Venue
from engine.snapshots import Snapshots
from engine.ticker_sampler import TickerSampler

log = logging.getLogger(__name__)

#: How long a stop waits for calls to venues that are under way, and then for the database.
DRAIN_DEADLINE_S = 5.0
FLUSH_DEADLINE_S = 10.0
CACHE_EVERY_S = 5.0
#: The part of the loop's time that pictures may take at most.
MOST_OF_LOOP = 0.1
HEARTBEAT_TTL_S = 10.0


class Engine:
    """One desk's engine. Everything except `view` belongs to the loop on which `run` runs.

    `view_every_s` is how often a fresh snapshot is made while something changes. `on_decision` is told each durable log
    line. `revive_storage` is called (in a worker thread) when the database does not answer.
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
        timezone: tzinfo = UTC,
        view_every_s: float = 1 / 30,
        on_decision: Callable[[DecisionLogged], None] | None = None,
        revive_storage: Callable[[], None] | None = None,
    ) -> None:
        self._desk_id = desk_id
        self._journal = journal
        self._commands = commands
        self._recorder = recorder
        self._cache = cache
        self._timezone = timezone
        self._view_every_s = view_every_s
        self._on_decision = on_decision
        self._kernel: Kernel | None = None
        self._connections = Connections(make_venue, self, self._tell, self._put)
        self._execution = Execution(
            journal,
            self._connections.venue_of,
            self._is_wanted,
            self._tell,
            self._on_committed,
            self._on_storage,
            self._open_account,
            self._pace,
        )
        self._database = DatabaseWatch(journal, self._on_database, revive_storage, self._execution.try_again)
        self._snapshots = Snapshots(cache.kind)
        self._sampler = TickerSampler()
        self._answers: dict[str, asyncio.Future[CommandAnswered]] = {}
        self._phase = EngineState.STARTING
        self._is_lease_lost = False
        self._is_cache_up = False
        self._is_dirty = True
        self._stopping = asyncio.Event()
        self._started = asyncio.Event()

    # Life

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
            raise _first_error(known) from None
        finally:
            await self._close(run)
            stop.cancel()

    async def run_clerk(self, command: Command) -> CommandAnswered:
        """Handle one command without running any market, for a command line on a desk that has no engine running."""
        await self._load()
        execution = asyncio.create_task(self._execution.run())
        queue = asyncio.create_task(self._take_commands())
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
        received = CommandReceived(uuid.uuid4().hex, command, datetime.now(UTC))
        if isinstance(command, HaltAll) and self._kernel is not None:
            self._halt_at_once(received)
            return CommandAnswered(received.command_id, (), received.at)
        answer: asyncio.Future[CommandAnswered] = asyncio.get_running_loop().create_future()
        self._answers[received.command_id] = answer
        try:
            await self._commands.submit(received)
            if self._phase is EngineState.STOPPED:
                raise _unanswered()
            return await answer
        finally:
            self._answers.pop(received.command_id, None)

    def view(self) -> EngineView:
        """The newest snapshot. May be read from any thread."""
        return self._snapshots.view

    def refresh(self) -> EngineView:
        """Make a snapshot now and return it."""
        self._is_dirty = False
        kernel = self._kernel
        if kernel is None:
            return self._snapshots.view
        return self._snapshots.take(
            kernel,
            self._shown_state(kernel),
            self._trouble(kernel),
            is_database_up=self._database.is_up,
            is_cache_up=self._is_cache_up,
            pending_records=self._execution.pending_records,
        )

    # The sink of venues

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        """Hand venue events to the kernel, in order. True when something is now to be journaled or sent."""
        told: list[VenueEvent] = []
        for event in events:
            self._snapshots.hear(event)
            if not isinstance(event, Candle):
                told.append(event)
                if isinstance(event, Quote) and self._sampler.is_due(event):
                    self._recorder.record(event)
            elif event.is_closed:
                self._recorder.record(event)
        assert self._kernel is not None
        outbox = self._kernel.handle(*told)
        self._is_dirty = True
        return outbox is not None and self._execution.add(outbox)

    async def settled(self) -> None:
        """Wait until all decided so far is journaled, sent and answered."""
        await self._execution.settled()

    # Inside

    async def _load(self) -> None:
        recovered = await self._journal.load()
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
            for account in kernel.accounts():
                await self._connections.open(kernel, account)
            await self._execution.settled()
            self._phase = EngineState.RUNNING
            started = say(phrases.ENGINE_STARTED, bots=len(kernel.bot_views()))
            self._put(kernel.say(started, at=datetime.now(UTC)))
            self.refresh()
            tasks.create_task(self._take_commands())
            tasks.create_task(self._watch_cache())
            self._started.set()

    async def _open_account(self, effect: ConnectAccount) -> None:
        assert self._kernel is not None
        await self._connections.open(self._kernel, effect.account)

    def _pace(self, effect: PaceMarket) -> None:
        self._connections.pace(effect.venue, effect.speed)

    def _is_wanted(self, client_order_id: str) -> bool:
        assert self._kernel is not None
        return self._kernel.is_wanted(client_order_id)

    async def _take_commands(self) -> None:
        """Handle commands as they come, from the window, the command line and other programs."""
        async for received in self._commands.pending():
            self._tell(received)

    async def _publish(self) -> None:
        took_s = 0.0
        while True:
            # A desk with a thousand bots has big pictures; trading comes first.
            await asyncio.sleep(max(self._view_every_s, took_s / MOST_OF_LOOP))
            if self._is_dirty:
                begin_s = time.perf_counter()
                self.refresh()
                took_s = time.perf_counter() - begin_s

    async def _watch_cache(self) -> None:
        while True:
            was_up, self._is_cache_up = self._is_cache_up, await self._cache.is_up()
            if was_up != self._is_cache_up:
                self._is_dirty = True
            await self._cache.put("health:engine", datetime.now(UTC).isoformat(), HEARTBEAT_TTL_S)
            await asyncio.sleep(CACHE_EVERY_S)

    def _tell(self, message: Message) -> None:
        assert self._kernel is not None
        self._put(self._kernel.handle(message))

    def _put(self, outbox: Outbox | None) -> None:
        self._is_dirty = True
        if outbox is not None:
            self._execution.add(outbox)

    def _halt_at_once(self, received: CommandReceived) -> None:
        self._tell(received)
        self._execution.cancel_at_once()
        self.refresh()

    def _on_committed(self, records: Sequence[Record]) -> None:
        decisions = [record for record in records if isinstance(record, DecisionLogged)]
        self._snapshots.remember((record for record in records if isinstance(record, FillRecorded)), decisions)
        if self._on_decision is not None:
            for decision in decisions:
                self._on_decision(decision)
        if self._answers:
            for record in records:
                if isinstance(record, CommandAnswered):
                    answer = self._answers.get(record.command_id)
                    if answer is not None and not answer.done():
                        answer.set_result(record)
        self._is_dirty = True

    def _on_storage(self, error: StorageUnavailable | LeaseLost | None, *, is_late: bool) -> None:
        if isinstance(error, LeaseLost):
            self._is_lease_lost = True
            self._execution.forbid_sending()
            self.refresh()
        elif error is not None:
            self._database.is_away(error)
        elif is_late:
            self._database.is_late()
        else:
            self._database.answers()

    def _on_database(self, is_up: bool) -> None:
        if is_up and self._kernel is not None and self._phase is EngineState.RUNNING:
            self._put(self._kernel.say(say(phrases.DATABASE_BACK), at=datetime.now(UTC)))
        self.refresh()

    async def _close(self, run: "asyncio.Task[None]") -> None:
        self._phase = EngineState.STOPPING
        self.refresh()
        self._execution.forbid_sending()
        run.cancel()
        with contextlib.suppress(asyncio.CancelledError, BaseExceptionGroup, GridwrightError):
            await run
        await self._execution.drain(DRAIN_DEADLINE_S)
        try:
            async with asyncio.timeout(FLUSH_DEADLINE_S):
                await self._execution.flush()
                await self._recorder.flush()
        except (TimeoutError, GridwrightError) as error:
            log.warning("stopped without writing everything, the venues are asked at the next start: %s", error)
        await self._connections.close()
        await self._database.close()
        self._phase = EngineState.STOPPED
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(_unanswered())
        self.refresh()

    def _shown_state(self, kernel: Kernel) -> EngineState:
        if self._phase in (EngineState.STOPPING, EngineState.STOPPED):
            return self._phase
        if not self._database.is_up:
            return EngineState.DEGRADED
        return EngineState.HALTED if self._phase is EngineState.RUNNING and kernel.is_halted else self._phase

    def _trouble(self, kernel: Kernel) -> Sentence | None:
        """The worst of what is wrong."""
        if self._is_lease_lost:
            return say(phrases.LEASE_LOST)
        if not self._database.is_up:
            return say(phrases.DATABASE_DOWN, count=self._execution.pending_records)
        return kernel.account_trouble


def _unanswered() -> GridwrightError:
    return GridwrightError(say(phrases.ENGINE_ENDED_FIRST))


def _first_error(group: BaseExceptionGroup[GridwrightError]) -> GridwrightError:
    for error in group.exceptions:
        return _first_error(error) if isinstance(error, BaseExceptionGroup) else error
    raise AssertionError("a group of errors holds an error")
