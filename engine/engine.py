"""The running engine: tasks around the kernel. Recovers, connects, reconciles, trades, stops."""

import asyncio
import contextlib
import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.market import Candle, PublicTrade, Quote
from engine.domain.messages import (
    AccountConnected,
    AccountFailed,
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
from engine.errors import GridwrightError, LeaseLost, StorageUnavailable, VenueUnavailable
from engine.execution import Execution
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.market_shelf import MarketShelf
from engine.ports import Cache, CommandQueue, Journal, MarketRecorder, PacedVenue, Venue
from engine.reconcile import reconcile

log = logging.getLogger(__name__)

RECENT = 500
RECONNECT_FIRST_S = 1.0
RECONNECT_LONGEST_S = 60.0
STOP_DEADLINE_S = 10.0
CACHE_EVERY_S = 5.0
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
        self._make_venue = make_venue
        self._recorder = recorder
        self._cache = cache
        self._timezone = timezone
        self._view_every_s = view_every_s
        self._on_decision = on_decision
        self._revive_storage = revive_storage
        self._kernel: Kernel | None = None
        self._execution = Execution(
            journal,
            self._venue_of,
            self._tell,
            self._on_committed,
            self._on_storage,
            self._open_account,
            self._pace,
        )
        self._venues: dict[str, Venue] = {}
        self._shelves: dict[tuple[str, str], MarketShelf] = {}
        self._answers: dict[str, asyncio.Future[CommandAnswered]] = {}
        self._fills: deque[FillRecorded] = deque(maxlen=RECENT)
        self._log: deque[DecisionLogged] = deque(maxlen=RECENT)
        self._state = EngineState.STARTING
        self._trouble: Sentence | None = None
        self._is_cache_up = False
        self._sequence = 0
        self._is_dirty = True
        self._tasks: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()
        self._started = asyncio.Event()
        self._reviving: asyncio.Task[None] | None = None
        self._view = EngineView(0, EngineState.STARTING, None, False, False, cache.kind, 0, (), (), (), (), (), ())

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
        try:
            return await self.submit(command)
        finally:
            await self._execution.settled()
            for task in (queue, execution):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await self._execution.flush()
            await self._close_venues()

    async def stop(self) -> None:
        """Ask `run` to end. Resting orders stay at the venues. Returns at once; `run` returns when all is closed."""
        self._stopping.set()

    async def started(self) -> None:
        """Wait until every account was tried, reconciled and its market runs."""
        await self._started.wait()

    async def submit(self, command: Command) -> CommandAnswered:
        """Journal and handle a command; returns when the answer is durable. Raises StorageError when it cannot be kept.

        A halt never waits for the database: resting orders are cancelled at once, and recorded when it is back.
        """
        received = CommandReceived(uuid.uuid4().hex, command, datetime.now(UTC))
        answer: asyncio.Future[CommandAnswered] = asyncio.get_running_loop().create_future()
        self._answers[received.command_id] = answer
        try:
            if isinstance(command, HaltAll):
                self._halt_at_once(received)
                return CommandAnswered(received.command_id, (), received.at)
            await self._commands.submit(received)
            return await answer
        finally:
            self._answers.pop(received.command_id, None)

    def view(self) -> EngineView:
        """The newest snapshot. May be read from any thread."""
        return self._view

    def refresh(self) -> EngineView:
        """Make a snapshot now and return it."""
        self._is_dirty = False
        self._sequence += 1
        kernel = self._kernel
        if kernel is None:
            return self._view
        shelves = ((self._shelf(book.instrument.key), book) for book in kernel.market_books())
        markets = tuple(view for shelf, book in shelves if (view := shelf.view(book)) is not None)
        self._view = EngineView(
            sequence=self._sequence,
            state=self._shown_state(kernel),
            trouble=self._trouble,
            is_database_up=self._state is not EngineState.DEGRADED,
            is_cache_up=self._is_cache_up,
            cache_kind=self._cache.kind,
            pending_records=self._execution.pending_records,
            accounts=kernel.account_views(),
            markets=markets,
            bots=kernel.bot_views(),
            positions=kernel.position_views(),
            fills=tuple(self._fills),
            log=tuple(self._log),
        )
        return self._view

    # The sink of venues

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        """Hand venue events to the kernel, in order. True when something is now to be journaled or sent."""
        told: list[VenueEvent] = []
        for event in events:
            if isinstance(event, Candle):
                self._shelf((event.venue, event.symbol)).add(event)
                if event.is_closed:
                    self._recorder.record(event)
                continue
            if isinstance(event, Quote | PublicTrade):
                self._shelf((event.venue, event.symbol)).received_at_s = time.monotonic()
            told.append(event)
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
        self._fills.extend(recovered.recent_fills)
        self._log.extend(recovered.recent_log)

    async def _trade(self) -> None:
        assert self._kernel is not None
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._execution.run())
            for account in self._kernel.accounts():
                await self._bring_up(account, is_first=True)
            await self._execution.settled()
            self._state = EngineState.RUNNING
            started = say(phrases.ENGINE_STARTED, bots=len(self._kernel.bot_views()))
            self._put(self._kernel.say(started, at=datetime.now(UTC)))
            self.refresh()
            tasks.create_task(self._take_commands())
            tasks.create_task(self._publish())
            tasks.create_task(self._watch_cache())
            self._started.set()

    async def _bring_up(self, account: Account, *, is_first: bool) -> bool:
        """Connect and reconcile an account, then let its market run. On failure it is tried again by itself."""
        kernel = self._kernel
        assert kernel is not None
        try:
            venue = self._make_venue(account)
            instruments = tuple(await venue.connect(self))
        except GridwrightError as error:
            self._tell(AccountFailed(account, error.sentence, datetime.now(UTC)))
            if is_first and isinstance(error, VenueUnavailable) and self._tasks is not None:
                self._tasks.create_task(self._try_again(account))
            return False
        await reconcile(kernel, account, venue, self._tell, self._put)
        self._venues[account.account_id] = venue
        self._tell(AccountConnected(account, instruments, datetime.now(UTC)))
        if self._tasks is not None:
            self._tasks.create_task(venue.run())
        return True

    async def _try_again(self, account: Account) -> None:
        wait_s = RECONNECT_FIRST_S
        while True:
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, RECONNECT_LONGEST_S)
            if await self._bring_up(account, is_first=False):
                return

    async def _open_account(self, effect: ConnectAccount) -> None:
        await self._bring_up(effect.account, is_first=False)

    def _pace(self, effect: PaceMarket) -> None:
        for venue in self._venues.values():
            if venue.name == effect.venue and isinstance(venue, PacedVenue):
                venue.set_speed(effect.speed)

    async def _take_commands(self) -> None:
        """Handle commands as they come, from the window, the command line and other programs."""
        async for received in self._commands.pending():
            self._tell(received)

    async def _publish(self) -> None:
        while True:
            await asyncio.sleep(self._view_every_s)
            if self._is_dirty:
                self.refresh()

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
        assert self._kernel is not None
        live = [order for account in self._kernel.accounts() for order in self._kernel.live_orders(account.account_id)]
        self._tell(received)
        if self._state is EngineState.DEGRADED:
            self._execution.cancel_now(live)
        self.refresh()

    def _on_committed(self, records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record, FillRecorded):
                self._fills.append(record)
            elif isinstance(record, DecisionLogged):
                self._log.append(record)
                if self._on_decision is not None:
                    self._on_decision(record)
            elif isinstance(record, CommandAnswered):
                answer = self._answers.get(record.command_id)
                if answer is not None and not answer.done():
                    answer.set_result(record)
        self._is_dirty = True

    def _on_storage(self, error: StorageUnavailable | LeaseLost | None) -> None:
        if isinstance(error, LeaseLost):
            self._trouble = say(phrases.LEASE_LOST)
            self._execution.forbid_sending()
        elif error is not None:
            self._state = EngineState.DEGRADED
            self._trouble = say(phrases.DATABASE_DOWN, count=self._execution.pending_records)
            self._revive()
        else:
            self._state, self._trouble = EngineState.RUNNING, None
            if self._kernel is not None:
                self._put(self._kernel.say(say(phrases.DATABASE_BACK)))
        self.refresh()

    def _revive(self) -> None:
        if self._revive_storage is None or (self._reviving is not None and not self._reviving.done()):
            return
        self._reviving = asyncio.create_task(_in_thread(self._revive_storage))

    async def _close(self, run: "asyncio.Task[None]") -> None:
        self._state = EngineState.STOPPING
        self.refresh()
        self._execution.forbid_sending()
        run.cancel()
        with contextlib.suppress(asyncio.CancelledError, BaseExceptionGroup, GridwrightError):
            await run
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                await self._execution.drain()
                await self._execution.flush()
                await self._recorder.flush()
        except (TimeoutError, GridwrightError) as error:
            log.warning("stopped without writing everything, the venues are asked at the next start: %s", error)
        await self._close_venues()
        self._state = EngineState.STOPPED
        self.refresh()

    async def _close_venues(self) -> None:
        for venue in self._venues.values():
            try:
                await venue.close()
            except GridwrightError as error:
                log.warning("%s", error)

    def _venue_of(self, account_id: str) -> Venue | None:
        return self._venues.get(account_id)

    def _shelf(self, key: tuple[str, str]) -> MarketShelf:
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = MarketShelf()
        return shelf

    def _shown_state(self, kernel: Kernel) -> EngineState:
        return EngineState.HALTED if self._state is EngineState.RUNNING and kernel.is_halted else self._state


def _first_error(group: BaseExceptionGroup[GridwrightError]) -> GridwrightError:
    for error in group.exceptions:
        return _first_error(error) if isinstance(error, BaseExceptionGroup) else error
    raise AssertionError("a group of errors holds an error")


async def _in_thread(call: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(call)
    except GridwrightError as error:
        log.warning("%s", error)
