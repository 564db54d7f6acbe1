"""The accounts that this desk holds: taken when free, kept, handed over when asked for, let go when lost.

Nothing here makes trading safe: the fencing tokens do, which every commit checks. This decides who trades when.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime

from engine.connections import Connections
from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import DecisionLogged, FillRecorded, Level
from engine.domain.sentences import Refusal, Sentence, say
from engine.errors import LeaseLost, StorageError
from engine.execution import Execution
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.ports import Journal, Leases
from engine.recovered import RecoveredState

log = logging.getLogger(__name__)

#: How often one who waits for a lease to expire looks, and how often the own ones are renewed in one lease period.
LOOK_EVERY_S = 0.5
TURNS = 4
#: How long a hand-over waits for what is under way; after it the account stays here.
SETTLE_S = 10.0
#: After a hand-over that failed the account trades at least so long before the next try.
KEEP_S = 60.0


class Leasing:
    """Belongs to the engine's loop. `put` takes what the kernel produced, `remember` recent facts of new accounts.

    `arriving` is told None before accounts, and the commands about them, may become this desk's, and the accounts that
    the kernel knows after.
    """

    def __init__(
        self,
        leases: Leases,
        journal: Journal,
        connections: Connections,
        put: Callable[[Outbox | None], None],
        remember: Callable[[Iterable[FillRecorded], Iterable[DecisionLogged]], None],
        on_dropped: Callable[[str], None],
        arriving: Callable[[Collection[str] | None], None] = lambda _: None,
    ) -> None:
        self._leases = leases
        self._journal = journal
        self._connections = connections
        self._put = put
        self._remember = remember
        self._on_dropped = on_dropped
        self._arriving = arriving
        self._giving: dict[str, asyncio.Task[None]] = {}
        self._kept_until_s: dict[str, float] = {}
        self._turned = asyncio.Event()
        self._wake = asyncio.Event()

    def is_held(self, account_id: str) -> bool:
        """Whether an order of the account may be sent now."""
        return self._leases.is_held(account_id)

    async def assured(self, account_id: str) -> bool:
        """Whether an order of the account may be sent, after waiting for one renewal where that is not sure now."""
        if self.is_held(account_id):
            return True
        self._turned.clear()
        self._wake.set()
        try:
            async with asyncio.timeout(self._leases.lease_s):
                await self._turned.wait()
        except TimeoutError:
            log.warning("the lease of %s could not be renewed in time", account_id)
        return self.is_held(account_id)

    async def request(self, request: HandOver | PreferDesk) -> tuple[Refusal, ...]:
        """Ask for an account to be run elsewhere, or here. Raises StorageError."""
        found = await self._leases.request(request)
        self._wake.set()
        return found

    async def why_not(self, account: Account, kernel: Kernel) -> Sentence | None:
        """Why an account cannot be opened here: it exists already, and is somebody else's to run now."""
        if any(known.account_id == account.account_id for known in kernel.accounts()):
            return None
        try:
            is_known = await self._leases.is_known(account.account_id)
        except StorageError as error:
            return error.sentence
        return say(phrases.ACCOUNT_ELSEWHERE, account=account.account_id) if is_known else None

    async def begin(self) -> tuple[str, ...]:
        """Take what is there for this desk at its start; returns the accounts."""
        return tuple(await self._leases.take())

    async def lost(self, error: LeaseLost, kernel: Kernel, execution: Execution) -> frozenset[str]:
        """A commit was refused because another desk has accounts of ours; returns which."""
        found = {kernel.account_of(bot_id) for bot_id in error.bot_ids}
        account_ids = error.account_ids | {account_id for account_id in found if account_id is not None}
        log.warning("%s", error)
        for account_id in account_ids:
            # Where nobody took it after all, and only a row of it said so, it is ours to take again.
            self._leases.forget(account_id)
        self._drop(account_ids, kernel, execution, phrases.ACCOUNT_TAKEN_OVER)
        return account_ids

    async def run(self, kernel: Kernel, execution: Execution, tasks: asyncio.TaskGroup) -> None:
        """Take, keep and hand over until cancelled. Raises LeaseLost when another copy of the program is this desk."""
        while True:
            await self._sleep()
            try:
                await self._turn(kernel, execution, tasks)
            except LeaseLost:
                # Not an account: the desk itself is another program's.
                execution.forbid_sending()
                raise
            except StorageError as error:
                log.info("leases wait for the database: %s", error)

    async def _sleep(self) -> None:
        """Until the next turn is due, somebody rings, or one of us cannot wait."""
        waits = [
            asyncio.ensure_future(self._leases.wait(min(LOOK_EVERY_S, self._leases.lease_s / TURNS))),
            asyncio.ensure_future(self._wake.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._wake.clear()

    async def _turn(self, kernel: Kernel, execution: Execution, tasks: asyncio.TaskGroup) -> None:
        turn = await self._leases.renew()
        self._turned.set()
        self._drop(turn.lost, kernel, execution, phrases.ACCOUNT_TAKEN_OVER)
        now_s = asyncio.get_running_loop().time()
        for group in kernel.together(turn.wanted - self._giving.keys()):
            if all(self._kept_until_s.get(account_id, 0.0) <= now_s for account_id in group):
                self._giving.update(dict.fromkeys(group, tasks.create_task(self._give(group, kernel, execution))))
        # From before the database moves commands to this desk until their bots are known here.
        self._arriving(None)
        taken = await self._leases.take()
        if taken:
            recovered = await self._read(taken)
            # One that was just opened here may be found free before its opening was answered.
            self._drop(taken, kernel, execution, None)
            self._put(kernel.take_over(recovered))
            self._remember(recovered.recent_fills, recovered.recent_log)
            for account in recovered.accounts:
                self._say(kernel, say(phrases.ACCOUNT_TAKEN, account=account.name))
                # Not waited for: a venue that is slow to answer must not keep the other leases from being renewed.
                tasks.create_task(self._connections.open(kernel, account))
        self._arriving([account.account_id for account in kernel.accounts()])

    async def _read(self, taken: Sequence[str]) -> RecoveredState:
        """What the journal knows of accounts just taken. Raises StorageError; then they are not held by mistake."""
        try:
            return await self._journal.load(taken)
        except StorageError:
            for account_id in taken:
                self._leases.forget(account_id)
            raise

    async def _give(self, group: frozenset[str], kernel: Kernel, execution: Execution) -> None:
        """Decide nothing more, let what is under way end, then let the other desk have them: all of them or none.

        Accounts of a two-leg bot go in one group, so that nobody ever has a half of it without the other.
        """
        for account_id in group:
            kernel.suspend(account_id)
        try:
            async with asyncio.timeout(SETTLE_S):
                await execution.written(*group)
        except TimeoutError:
            # Something is still on its way to a venue: handing over now could make two of it. It is not connected
            # anew either: a venue that has not heard of it yet would say that it never came.
            for account_id in sorted(group):
                self._kept_until_s[account_id] = asyncio.get_running_loop().time() + KEEP_S
                sentence = say(phrases.HAND_OVER_FAILED, account=account_id, cause="it took too long")
                self._say(kernel, sentence, Level.LOOK)
                kernel.resume(account_id)
        else:
            self._drop(group, kernel, execution, phrases.ACCOUNT_HANDED_OVER)
            # Nothing is sent any more; a venue that is slow to close keeps nobody from going on elsewhere.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLE_S):
                    await asyncio.gather(*map(self._connections.dismiss, group))
            try:
                await self._leases.give(group)
            except StorageError as error:
                log.warning("the leases of %s were not given up and will expire: %s", ", ".join(sorted(group)), error)
        finally:
            for account_id in group:
                self._giving.pop(account_id, None)

    def _drop(self, account_ids: Collection[str], kernel: Kernel, execution: Execution, template: str | None) -> None:
        """Forget accounts that are not ours any more. At once, so that nothing of them is decided or written again."""
        if not account_ids:
            return
        execution.forget(frozenset(account_ids))
        known = sorted({account.account_id for account in kernel.accounts()} & set(account_ids))
        if not known:
            return
        for account_id in known:
            self._on_dropped(account_id)
        self._put(kernel.let_go(*known))
        for account_id in known:
            if template is not None:
                self._say(kernel, say(template, account=account_id))
            # Not waited for: neither the journal nor other leases wait for a venue that is slow to close.
            self._connections.part(account_id)

    def _say(self, kernel: Kernel, sentence: Sentence, level: Level = Level.INFO) -> None:
        self._put(kernel.say(sentence, level, datetime.now(UTC)))
