"""Who waits for the answer to a command, and which account each command under way is about."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence

from engine.admission import Admission
from engine.domain import phrases
from engine.domain.messages import Command, CommandAnswered, CommandReceived, Record
from engine.domain.sentences import say
from engine.errors import GridwrightError, StorageError
from engine.kernel.kernel import Kernel
from engine.live_ports import Rehearsals
from engine.ports import CommandQueue, SymbolLists
from engine.rehearsing import Informed

log = logging.getLogger(__name__)

#: How long another desk may take to answer a command; it is kept, and done when the desk comes to it.
ELSEWHERE_S = 10.0


class Answers:
    """Belongs to the engine's loop. `accounts` are those of commands that were told and not answered, by command id."""

    def __init__(
        self, commands: CommandQueue, lists: SymbolLists | None = None, rehearsals: Rehearsals | None = None
    ) -> None:
        """Without `lists` every symbol may be traded; without `rehearsals` nothing was rehearsed."""
        self._commands = commands
        self._lists = lists
        self._rehearsals = rehearsals
        self._waiting: dict[str, asyncio.Future[CommandAnswered]] = {}
        self._has_ended = False
        self._spreading: asyncio.Task[None] | None = None
        self._is_arriving = False
        self._early: set[str] = set()
        self._dropped: dict[str, set[str]] = {}
        self.accounts: dict[str, str] = {}

    async def ask(self, received: CommandReceived) -> CommandAnswered:
        """Keep a command and wait for its answer, of this desk or of the one that runs what it is about.

        Raises StorageError when it cannot be kept, GridwrightError when there was no answer.
        """
        answer: asyncio.Future[CommandAnswered] = asyncio.get_running_loop().create_future()
        self._waiting[received.command_id] = answer
        try:
            is_ours = await self._commands.submit(received)
            if self._has_ended:
                raise _unanswered()
            return await answer if is_ours else await self._from_elsewhere(received.command_id)
        finally:
            self._waiting.pop(received.command_id, None)

    def spread(self, received: CommandReceived, on_failure: Callable[[], None]) -> None:
        """Ask the same of this user's other desks, without waiting for the database."""
        self._spreading = asyncio.create_task(self._spread(received, on_failure))

    async def spread_out(self) -> None:
        """Wait for what is being spread."""
        if self._spreading is not None:
            await self._spreading

    async def _spread(self, received: CommandReceived, on_failure: Callable[[], None]) -> None:
        try:
            await self._commands.spread(received)
        except StorageError as error:
            log.warning("the other desks were not told: %s", error)
            on_failure()

    async def take(self, kernel: Kernel, tell: Callable[[CommandReceived], None]) -> None:
        """Have commands handled as they come, from the window, the command line and other programs."""

        def tell_known(received: CommandReceived) -> None:
            if self._is_early(received, kernel):
                self._early.add(received.command_id)
            else:
                tell(received)

        commands = self._commands if self._rehearsals is None else Informed(self._commands, self._rehearsals, kernel)
        if self._lists is not None:
            await Admission(self._lists, kernel, tell_known, self.note).run(commands)
            return
        async for received in commands.pending():
            tell_known(received)

    def arriving(self, account_ids: Collection[str] | None) -> None:
        """None: accounts may be this desk's any moment, and with them commands; else they are here, these among all.

        What was asked too early, or was dropped with an account that is here again, is done now.
        """
        self._is_arriving = account_ids is None
        if account_ids is not None:
            back = [self._dropped.pop(account_id) for account_id in self._dropped.keys() & set(account_ids)]
            again, self._early = self._early.union(*back), set()
            if again:
                self._commands.again(again)

    def _is_early(self, received: CommandReceived, kernel: Kernel) -> bool:
        command = received.command
        if not self._is_arriving or not (hasattr(command, "account_id") or hasattr(command, "bot_id")):
            return False
        return _account_of(command, kernel) not in {account.account_id for account in kernel.accounts()}

    def note(self, received: CommandReceived, kernel: Kernel) -> None:
        """The kernel is about to be told a command."""
        if account_id := _account_of(received.command, kernel):
            self.accounts[received.command_id] = account_id

    def hear(self, records: Sequence[Record]) -> None:
        """Answers that are durable now."""
        for record in records:
            if isinstance(record, CommandAnswered):
                self.accounts.pop(record.command_id, None)
                answer = self._waiting.get(record.command_id)
                if answer is not None and not answer.done():
                    answer.set_result(record)

    def drop(self, account_id: str) -> None:
        """Another desk has the account: it will answer what was asked about it."""
        for command_id in [known for known, target in self.accounts.items() if target == account_id]:
            del self.accounts[command_id]
            self._dropped.setdefault(account_id, set()).add(command_id)
            self._fail(command_id, GridwrightError(say(phrases.COMMAND_MOVED)))

    def end(self) -> None:
        """Nobody answers any more."""
        self._has_ended = True
        for command_id in tuple(self._waiting):
            self._fail(command_id, _unanswered())

    def _fail(self, command_id: str, error: GridwrightError) -> None:
        answer = self._waiting.get(command_id)
        if answer is not None and not answer.done():
            answer.set_exception(error)

    async def _from_elsewhere(self, command_id: str) -> CommandAnswered:
        answer = await self._commands.answer_of(command_id, ELSEWHERE_S)
        if answer is None:
            raise GridwrightError(say(phrases.DESK_SILENT, seconds=f"{ELSEWHERE_S:g}"))
        return answer


def _account_of(command: Command, kernel: Kernel) -> str | None:
    """The account of a command about a bot, or about an account."""
    account_id: str | None = getattr(command, "account_id", None)
    if account_id is not None:
        return account_id
    bot_id = getattr(command, "bot_id", None)
    return None if bot_id is None else kernel.account_of(bot_id)


def _unanswered() -> GridwrightError:
    return GridwrightError(say(phrases.ENGINE_ENDED_FIRST))
