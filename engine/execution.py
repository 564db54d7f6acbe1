"""Carries the kernel's effects out: first the journal commits, then the venue is called, then the outcome comes back.

Nothing is ever sent whose intent is not durable. While the database does not answer, nothing is sent at all; the
records are kept, at most `MAX_PENDING_RECORDS`, and written when it is back.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from engine.domain.messages import (
    AskOrder,
    BotRecorded,
    CancelOrder,
    ConnectAccount,
    Effect,
    Message,
    OrderUnknown,
    PaceMarket,
    PlaceOrder,
    Record,
    RungRecorded,
)
from engine.domain.order import Order
from engine.errors import LeaseLost, StorageUnavailable
from engine.kernel.books import Outbox
from engine.ports import Journal, Venue

log = logging.getLogger(__name__)

#: Late records (accepted orders, equity points) wait for the next commit, at most this many and this long.
MAX_LATE_RECORDS = 500
MAX_LATE_S = 1.0
#: Facts kept while the database is away; beyond it the engine stops instead of forgetting.
MAX_PENDING_RECORDS = 100_000
RETRY_FIRST_S = 0.1
RETRY_LONGEST_S = 5.0
ASK_FIRST_S = 0.05
ASK_LONGEST_S = 10.0


class Execution:
    """One queue of records and effects, one writer. All methods belong to the engine's loop."""

    def __init__(
        self,
        journal: Journal,
        venue_of: Callable[[str], Venue | None],
        on_message: Callable[[Message], None],
        on_committed: Callable[[Sequence[Record]], None],
        on_storage: Callable[[StorageUnavailable | LeaseLost | None], None],
        connect: Callable[[ConnectAccount], Coroutine[Any, Any, None]],
        pace: Callable[[PaceMarket], None],
    ) -> None:
        self._journal = journal
        self._venue_of = venue_of
        self._on_message = on_message
        self._on_committed = on_committed
        self._on_storage = on_storage
        self._connect = connect
        self._pace = pace
        self._records: list[Record] = []
        self._late: list[Record] = []
        self._effects: list[Effect] = []
        self._sends: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_sending_allowed = True
        self._late_since = 0.0

    @property
    def pending_records(self) -> int:
        """Records that are not durable yet."""
        return len(self._records) + len(self._late)

    def add(self, outbox: Outbox) -> bool:
        """Queue what the kernel produced. True when it must be carried out now, False when it may wait."""
        if outbox.late and not self._late:
            self._late_since = asyncio.get_running_loop().time()
        self._late.extend(outbox.late)
        self._records.extend(outbox.records)
        self._effects.extend(outbox.effects)
        if outbox.records or outbox.effects or self._is_late_due():
            self._idle.clear()
            self._wake.set()
            return True
        return False

    def forbid_sending(self) -> None:
        """From now on nothing is sent; what is decided is still recorded."""
        self._is_sending_allowed = False

    async def settled(self) -> None:
        """Wait until nothing is queued, being committed or being sent."""
        await self._idle.wait()

    async def run(self) -> None:
        """Commit and carry out until cancelled. Raises LeaseLost when another desk has taken over."""
        while True:
            if not (self._records or self._effects or self._sends):
                self._idle.set()
            try:
                async with asyncio.timeout(MAX_LATE_S if self._late else None):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            while self._records or self._effects or self._is_late_due():
                await self._step()

    async def flush(self) -> None:
        """Make everything durable that is still queued, once, without waiting for a database that is away."""
        batch = self._take_batch()
        if batch:
            await self._journal.commit(batch)
            self._on_committed(batch)

    async def drain(self) -> None:
        """Wait for calls to venues that are under way."""
        while self._sends:
            await asyncio.wait(self._sends)

    def cancel_now(self, orders: Sequence[Order]) -> None:
        """Ask venues to cancel without waiting for the journal. Only a halt does so: a cancel risks nothing."""
        for order in orders:
            self._spawn(self._cancel(order))

    def _is_late_due(self) -> bool:
        if not self._late:
            return False
        waited_s = asyncio.get_running_loop().time() - self._late_since
        return len(self._late) >= MAX_LATE_RECORDS or waited_s >= MAX_LATE_S

    async def _step(self) -> None:
        batch = self._take_batch()
        effects, self._effects = self._effects, []
        if batch:
            await self._commit(batch)
        for effect in effects:
            self._carry_out(effect)

    def _take_batch(self) -> list[Record]:
        late, self._late = self._late, []
        records, self._records = self._records, []
        return _latest([*late, *records])

    async def _commit(self, batch: list[Record]) -> None:
        """Commit, again and again while the database is away: every record is idempotent."""
        wait_s = RETRY_FIRST_S
        is_away = False
        while True:
            try:
                await self._journal.commit(batch)
            except StorageUnavailable as error:
                if not is_away:
                    log.error("%s", error)  # noqa: TRY400 - one sentence, the retry needs no traceback
                is_away = True
                self._on_storage(error)
                if len(batch) + self.pending_records > MAX_PENDING_RECORDS:
                    raise
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, RETRY_LONGEST_S)
                continue
            except LeaseLost as error:
                self._on_storage(error)
                raise
            break
        if is_away:
            self._on_storage(None)
        self._on_committed(batch)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case PaceMarket():
                self._pace(effect)
            case ConnectAccount():
                self._spawn(self._connect(effect))
            case PlaceOrder() if self._is_sending_allowed:
                self._spawn(self._place(effect.order))
            case CancelOrder() if self._is_sending_allowed:
                self._spawn(self._cancel(effect.order))
            case AskOrder() if self._is_sending_allowed:
                self._spawn(self._ask(effect.order))

    def _spawn(self, call: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(call)
        self._sends.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sends.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call to a venue failed in a way it must not", exc_info=error)

    async def _place(self, order: Order) -> None:
        venue = self._venue_of(order.account_id)
        if venue is None:
            outcome: Message = OrderUnknown(order.client_order_id, "the venue is not connected", order.created_at)
        else:
            try:
                outcome = await venue.place(order)
            except Exception as error:
                log.exception("placing %s failed", order.client_order_id)
                outcome = OrderUnknown(order.client_order_id, type(error).__name__, order.created_at)
        self._on_message(outcome)

    async def _cancel(self, order: Order) -> None:
        """Ask to cancel until the venue took the request; when it cannot be reached the order's state is asked for."""
        venue = self._venue_of(order.account_id)
        if venue is None:
            return
        try:
            await venue.cancel(order)
        except Exception:
            log.exception("cancelling %s failed", order.client_order_id)
            await asyncio.sleep(ASK_FIRST_S)
            await self._ask(order)

    async def _ask(self, order: Order) -> None:
        """Ask what became of an order until the venue can say; waits longer each time."""
        wait_s = ASK_FIRST_S
        while True:
            venue = self._venue_of(order.account_id)
            report = None
            if venue is not None:
                try:
                    report = await venue.report(order)
                except Exception:
                    log.exception("asking for %s failed", order.client_order_id)
            if report is not None:
                self._on_message(report)
                return
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, ASK_LONGEST_S)


def _latest(records: list[Record]) -> list[Record]:
    """The batch with only the last value of each bot and rung, each at its last place."""
    kept: list[Record] = []
    seen: set[object] = set()
    for record in reversed(records):
        if isinstance(record, BotRecorded):
            key: object = record.bot.bot_id
        elif isinstance(record, RungRecorded):
            key = (record.bot_id, record.generation, record.rung.index)
        else:
            kept.append(record)
            continue
        if key not in seen:
            seen.add(key)
            kept.append(record)
    kept.reverse()
    return kept
