"""Carries the kernel's effects out: first the journal commits, then the venue is called, then the outcome comes back.

Nothing is ever sent whose intent is not durable. While the database does not answer, nothing is sent at all; the
records are kept, at most `MAX_PENDING_RECORDS`, and written when it is back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol

from engine.domain.messages import (
    AskOrder,
    BotRecorded,
    CancelOrder,
    ConnectAccount,
    Effect,
    Message,
    PaceMarket,
    PlaceOrder,
    Record,
    RungRecorded,
)
from engine.errors import LeaseLost, StorageUnavailable
from engine.kernel.books import Outbox
from engine.ports import Journal, Venue
from engine.sending import Sending, always_assured

#: Late records (accepted orders, equity points) wait for the next commit, at most this many and this long.
MAX_LATE_RECORDS = 500
MAX_LATE_S = 1.0
#: Facts kept while the database is away; beyond it the engine stops instead of forgetting.
MAX_PENDING_RECORDS = 100_000
#: A commit that takes longer than this is told as trouble, though it may still succeed.
LATE_COMMIT_S = 2.0
RETRY_FIRST_S = 0.1
RETRY_LONGEST_S = 5.0


class OnStorage(Protocol):
    """Told each failure of a commit, that one takes long (`is_late`), and with None alone that one succeeded."""

    def __call__(self, error: StorageUnavailable | LeaseLost | None, *, is_late: bool) -> None: ...


class Execution:
    """One queue of records and effects, one writer. All methods belong to the engine's loop.

    `is_wanted` says of a decided order, by client order id, whether it is to be sent still: between the decision and
    its commit a halt, a pause or a stop may have come. `account_of` names the account that a record or effect is
    about, "" for none; what is about an account that another desk has is dropped, and `on_lost` is told.
    """

    def __init__(
        self,
        journal: Journal,
        venue_of: Callable[[str], Venue | None],
        is_wanted: Callable[[str], bool],
        on_message: Callable[[Message], None],
        on_committed: Callable[[Sequence[Record]], None],
        on_storage: OnStorage,
        connect: Callable[[ConnectAccount], Coroutine[Any, Any, None]],
        pace: Callable[[PaceMarket], None],
        account_of: Callable[[Record | Effect], str] = lambda _: "",
        on_lost: Callable[[LeaseLost], Awaitable[frozenset[str]]] | None = None,
        assure: Callable[[str], Awaitable[bool]] = always_assured,
        is_held: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._journal = journal
        self._is_wanted = is_wanted
        self._on_committed = on_committed
        self._on_storage = on_storage
        self._connect = connect
        self._pace = pace
        self._account_of = account_of
        self._on_lost = on_lost
        self._sending = Sending(venue_of, on_message, self._call_ended, assure, is_held, self._may_send)
        self._records: list[Record] = []
        self._effects: list[Effect] = []
        self._writing: list[Record] = []
        self._to_do: list[Effect] = []
        self._wake = asyncio.Event()
        self._retry = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_sending_allowed = True
        self._is_due = False
        self._waiting_since_s = 0.0
        self._steps_begun = self._steps_done = 0
        self._watching: list[asyncio.Future[None]] = []

    @property
    def pending_records(self) -> int:
        """Records that are not durable yet."""
        return len(self._writing) + len(self._records)

    def add(self, outbox: Outbox) -> bool:
        """Queue what the kernel produced. True when it must be carried out now, False when it may wait."""
        if outbox.records and not self._records:
            self._waiting_since_s = asyncio.get_running_loop().time()
        self._records.extend(outbox.records)
        self._effects.extend(outbox.effects)
        if outbox.is_urgent or self._is_overdue():
            self._is_due = True
            self._idle.clear()
            self._wake.set()
            return True
        self._wake.set()
        return False

    def forbid_sending(self) -> None:
        """From now on nothing is sent; what is decided is still recorded."""
        self._is_sending_allowed = False

    def cancel_at_once(self) -> None:
        """Carry out every cancel that waits for a commit. Only a halt does so: a cancel risks nothing."""
        for effects in (self._to_do, self._effects):
            cancels = [effect for effect in effects if isinstance(effect, CancelOrder)]
            effects[:] = [effect for effect in effects if not isinstance(effect, CancelOrder)]
            for cancel in cancels:
                self._carry_out(cancel)

    def try_again(self) -> None:
        """The database may be back: do not wait for the next try."""
        self._retry.set()

    def is_placing(self, client_order_id: str) -> bool:
        """Whether an order is on its way to its venue now."""
        return self._sending.is_placing(client_order_id)

    async def settled(self) -> None:
        """Wait until nothing is queued, being committed or being sent."""
        await self._idle.wait()

    async def run(self) -> None:
        """Commit and carry out until cancelled. Raises LeaseLost when nobody can say what was lost."""
        while True:
            if not (self._is_due or self._sending):
                self._idle.set()
            try:
                async with asyncio.timeout(MAX_LATE_S if self._records else None):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            if self._sending.failure is not None:
                raise self._sending.failure
            while self._is_due or self._is_overdue():
                await self._step()
            watching, self._watching = self._watching, []
            for turned in watching:
                if not turned.done():
                    turned.set_result(None)

    async def flush(self) -> None:
        """Make everything durable that is still queued, once, without waiting for a database that is away.

        What a cancelled or refused commit was about is written again, first and together with the rest: later records
        stand on earlier ones, and nothing may be durable without what came before it.
        """
        while batch := self._take_batch():
            try:
                await self._journal.commit(batch)
            except LeaseLost as error:
                if not await self._lose(error):
                    raise
                continue
            self._writing = []
            self._on_committed(batch)

    async def drain(self, deadline_s: float) -> None:
        """Wait for calls to venues that are under way."""
        await self._sending.drain(deadline_s)

    async def written(self, *account_ids: str) -> None:
        """Wait until all of now is durable, what may wait included, and all of the accounts is sent and answered.

        What other accounts do goes on meanwhile, and is not waited for.
        """
        enough = self._steps_begun + 1
        self._is_due = True
        self._idle.clear()
        self._wake.set()
        while self._steps_done < enough or any(map(self._is_under_way, account_ids)):
            turned: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._watching.append(turned)
            await turned

    def forget(self, account_ids: frozenset[str]) -> None:
        """Drop everything that waits and is about accounts that another desk has."""
        self._records = [record for record in self._records if self._account_of(record) not in account_ids]
        self._writing = [record for record in self._writing if self._account_of(record) not in account_ids]
        for effects in (self._to_do, self._effects):
            effects[:] = [effect for effect in effects if self._account_of(effect) not in account_ids]

    def _is_under_way(self, account_id: str) -> bool:
        effects = (*self._to_do, *self._effects)
        return self._sending.is_busy(account_id) or any(self._account_of(each) == account_id for each in effects)

    def _may_send(self, client_order_id: str) -> bool:
        return self._is_sending_allowed and self._is_wanted(client_order_id)

    def _call_ended(self) -> None:
        self._wake.set()

    def _is_overdue(self) -> bool:
        if not self._records:
            return False
        waited_s = asyncio.get_running_loop().time() - self._waiting_since_s
        return len(self._records) >= MAX_LATE_RECORDS or waited_s >= MAX_LATE_S

    async def _step(self) -> None:
        self._is_due = False
        self._steps_begun += 1
        batch = self._take_batch()
        self._to_do, self._effects = self._effects, []
        if batch:
            await self._commit(batch)
        to_do, self._to_do = self._to_do, []
        for effect in to_do:
            self._carry_out(effect)
        self._steps_done = self._steps_begun

    def _take_batch(self) -> list[Record]:
        self._writing = _latest([*self._writing, *self._records])
        self._records = []
        return self._writing

    async def _commit(self, batch: list[Record]) -> None:
        """Commit, again and again while the database is away: every record is idempotent.

        The batch stays in `_writing` until it is durable, also when this is cancelled.
        """
        wait_s = RETRY_FIRST_S
        while not await self._try_to_commit(batch):
            if batch is not self._writing:
                # Some of it was another desk's; the rest is written now.
                batch = self._writing
                continue
            if self.pending_records > MAX_PENDING_RECORDS:
                raise StorageUnavailable("The database does not answer, and there is no room for more unwritten facts.")
            self._retry.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._retry.wait()
            except TimeoutError:
                wait_s = min(wait_s * 2, RETRY_LONGEST_S)
            # What was lost while the database was away is not tried again, not even under a newer lease.
            batch = self._writing
        self._writing = []
        self._on_storage(None, is_late=False)
        self._on_committed(batch)

    async def _try_to_commit(self, batch: list[Record]) -> bool:
        late = asyncio.get_running_loop().call_later(LATE_COMMIT_S, self._is_late)
        try:
            await self._journal.commit(batch)
        except StorageUnavailable as error:
            self._on_storage(error, is_late=False)
            return False
        except LeaseLost as error:
            if not await self._lose(error):
                self._on_storage(error, is_late=False)
                raise
            return False
        finally:
            late.cancel()
        return True

    async def _lose(self, error: LeaseLost) -> bool:
        """Let another desk have what is its now; False when nobody can say what that is."""
        return self._on_lost is not None and bool(await self._on_lost(error))

    def _is_late(self) -> None:
        self._on_storage(None, is_late=True)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case PaceMarket():
                self._pace(effect)
            case ConnectAccount():
                self._sending.spawn(self._connect(effect), effect.account.account_id)
            case PlaceOrder() if self._is_sending_allowed:
                if self._is_wanted(effect.order.client_order_id):
                    self._sending.place(effect.order)
                else:
                    self._sending.withhold(effect.order)
            case CancelOrder() if self._is_sending_allowed:
                self._sending.cancel(effect.order)
            case AskOrder() if self._is_sending_allowed:
                self._sending.ask(effect.order)


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
