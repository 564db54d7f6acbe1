"""Between the queue of commands and the kernel: a start waits here until its user's symbol lists were asked."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from engine.domain.arbitrage_messages import AddArbitrage
from engine.domain.messages import AddGrid, Command, CommandReceived, StartBot
from engine.errors import GridwrightError, StorageError, first_error
from engine.kernel.kernel import Kernel
from engine.ports import SymbolLists
from engine.rehearsing import Pending

log = logging.getLogger(__name__)

#: How often lists are asked again while the database does not answer.
ASK_AGAIN_S = 0.5


class Admission:
    """Belongs to the engine's loop. A bot's commands keep their order; those of other bots wait for none of them.

    `tell` hands a command to the kernel, `note` hears of one that waits. What waits when its bot goes to another desk
    is that desk's to do.
    """

    def __init__(
        self,
        lists: SymbolLists,
        kernel: Kernel,
        tell: Callable[[CommandReceived], None],
        note: Callable[[CommandReceived, Kernel], None],
    ) -> None:
        self._lists = lists
        self._kernel = kernel
        self._tell = tell
        self._note = note
        self._waiting: dict[str, deque[CommandReceived]] = {}

    async def run(self, commands: Pending) -> None:
        """Take commands as they come until cancelled. Raises what the queue raises."""
        try:
            async with asyncio.TaskGroup() as tasks:
                async for received in commands.pending():
                    self._take(received, tasks)
        except BaseExceptionGroup as group:
            known, unknown = group.split(GridwrightError)
            if known is None or unknown is not None:
                raise
            raise first_error(known) from None

    def _take(self, received: CommandReceived, tasks: asyncio.TaskGroup) -> None:
        bot_id = getattr(received.command, "bot_id", "")
        if (waiting := self._waiting.get(bot_id)) is not None:
            self._note(received, self._kernel)
            waiting.append(received)
        elif is_start(received.command) and self._kernel.lists_to_pass(received.command) is not None:
            self._note(received, self._kernel)
            self._waiting[bot_id] = deque([received])
            tasks.create_task(self._admit(bot_id))
        else:
            self._tell(received)

    async def _admit(self, bot_id: str) -> None:
        waiting = self._waiting[bot_id]
        account_id = self._kernel.account_of(bot_id)
        while waiting:
            asked = await self._asked(waiting[0])
            waiting.popleft()
            if account_id is not None and self._kernel.account_of(bot_id) is None:
                log.info("a command about %s is left to the desk that has it now", bot_id)
                continue
            self._tell(asked)
            account_id = self._kernel.account_of(bot_id)
        del self._waiting[bot_id]

    async def _asked(self, received: CommandReceived) -> CommandReceived:
        """The command with what the lists say. As long as the database does not answer, nothing is started."""
        while (asked := self._kernel.lists_to_pass(received.command)) is not None:
            try:
                allowed = [await self._lists.is_allowed(venue, symbol) for venue, symbol in asked]
            except StorageError as error:
                log.warning("a start waits until the symbol lists can be read: %s", error)
                await asyncio.sleep(ASK_AGAIN_S)
            else:
                return replace(received, is_symbol_allowed=all(allowed))
        return received


def is_start(command: Command) -> bool:
    """Whether a bot is started by it."""
    return isinstance(command, StartBot) or (isinstance(command, AddGrid | AddArbitrage) and command.start)
