"""Before an account goes live or trades more: what its user has tried on paper is asked for, and told with it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

from engine.domain.live_messages import ChangeSymbols, GoLive
from engine.domain.messages import CommandReceived
from engine.errors import StorageError
from engine.kernel.kernel import Kernel
from engine.kernel.live import REHEARSED_AT
from engine.live_ports import Rehearsals
from engine.ports import CommandQueue

log = logging.getLogger(__name__)

#: How often it is asked again while the database does not answer.
ASK_AGAIN_S = 0.5
#: Commands after which real money may be traded where it was not before.
ASKING = (GoLive, ChangeSymbols)


class Pending(Protocol):
    """Where commands come from."""

    def pending(self) -> AsyncIterator[CommandReceived]: ...


class Informed:
    """A queue of commands in which each command to go live, or to trade more, carries what was rehearsed."""

    def __init__(self, commands: CommandQueue, rehearsals: Rehearsals, kernel: Kernel) -> None:
        self._commands = commands
        self._rehearsals = rehearsals
        self._kernel = kernel

    async def pending(self) -> AsyncIterator[CommandReceived]:
        """As `CommandQueue.pending`."""
        async for received in self._commands.pending():
            yield await self._informed(received) if isinstance(received.command, ASKING) else received

    async def _informed(self, received: CommandReceived) -> CommandReceived:
        assert isinstance(received.command, ASKING)
        exchange = self._exchange_of(received.command.account_id)
        while True:
            try:
                return replace(received, rehearsed=await self._rehearsals.symbols(exchange))
            except StorageError as error:
                log.warning("a command to go live waits until rehearsals can be read: %s", error)
                await asyncio.sleep(ASK_AGAIN_S)

    def _exchange_of(self, account_id: str) -> str:
        found = (account.exchange for account in self._kernel.accounts() if account.account_id == account_id)
        exchange = next(found, "")
        return REHEARSED_AT.get(exchange, exchange)
