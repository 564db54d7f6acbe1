"""Asking a venue for everything it has, comparing it with our books, and repairs: for this desk and for others."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from engine.domain import phrases
from engine.domain.codec import from_json, to_json
from engine.domain.messages import CommandAnswered, CommandReceived
from engine.domain.sentences import Refusal, say
from engine.domain.truth import TruthReport
from engine.domain.truth_requests import LookAtTruth, RepairAccount
from engine.domain.venue_picture import VenuePicture
from engine.errors import GridwrightError, UsageError, VenueUnavailable
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.new_ids import new_command_id
from engine.ports import InspectableVenue, Venue

log = logging.getLogger(__name__)

#: How long a venue may take to say everything it has.
INSPECT_S = 20.0


class Truths:
    """Belongs to the engine's loop. `ask` has a command handled by whatever desk runs its account.

    A look changes nothing and is journaled only as another desk's question. A repair is a command like any other: it is
    done between two messages, on the picture taken for it, and what it decides is durable before anything is sent.
    """

    def __init__(
        self,
        kernel: Callable[[], Kernel | None],
        venue_of: Callable[[str], Venue | None],
        ask: Callable[[CommandReceived], Awaitable[CommandAnswered]],
        put: Callable[[Outbox | None], None],
        inspect_s: float = INSPECT_S,
    ) -> None:
        self._kernel = kernel
        self._venue_of = venue_of
        self._ask = ask
        self._put = put
        self._inspect_s = inspect_s
        self._tasks: set[asyncio.Task[None]] = set()

    async def look(self, account_id: str, rows: tuple[str, ...]) -> TruthReport:
        """The truth about an account of this desk, or what the desk that runs it says. Raises GridwrightError."""
        kernel = self._known_kernel()
        if account_id in _ids(kernel):
            picture = await self._picture(kernel, account_id)
            return kernel.truth(account_id, picture, rows, datetime.now(UTC))
        answered = await self._ask(CommandReceived(new_command_id(), LookAtTruth(account_id, rows), datetime.now(UTC)))
        if answered.refusals:
            raise GridwrightError(answered.refusals[0][1])
        return report_of(answered.body)

    def take(self, received: CommandReceived) -> bool:
        """Begin to answer a command about the truth; False for any other command."""
        if not isinstance(received.command, LookAtTruth | RepairAccount):
            return False
        task = asyncio.create_task(self._answer(received, received.command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def close(self) -> None:
        """Give up what is not answered yet. Nothing of it was begun: it is done when the engine runs again."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, received: CommandReceived, command: LookAtTruth | RepairAccount) -> None:
        kernel = self._known_kernel()
        try:
            picture = await self._picture(kernel, command.account_id)
        except GridwrightError as error:
            self._put(kernel.refuse(received, Refusal("account", error.sentence)))
            return
        now = datetime.now(UTC)
        if isinstance(command, RepairAccount):
            self._put(kernel.repair(replace(received, at=now), command, picture))
            return
        report = kernel.truth(command.account_id, picture, command.rows, now)
        self._put(Outbox([CommandAnswered(received.command_id, (), now, json.dumps(to_json(report)))]))

    def _known_kernel(self) -> Kernel:
        kernel = self._kernel()
        assert kernel is not None, "nothing is asked before the journal was read"
        return kernel

    async def _picture(self, kernel: Kernel, account_id: str) -> VenuePicture:
        """Raises VenueUnavailable, UsageError for an account that is not this desk's or has left meanwhile."""
        if account_id not in _ids(kernel):
            raise UsageError(say(phrases.UNKNOWN_ACCOUNT, account=account_id))
        venue = self._venue_of(account_id)
        if venue is None:
            raise VenueUnavailable(say(phrases.TRUTH_NOT_CONNECTED, account=account_id))
        if not isinstance(venue, InspectableVenue):
            raise VenueUnavailable(say(phrases.VENUE_NOT_INSPECTABLE, venue=venue.name))
        try:
            async with asyncio.timeout(self._inspect_s):
                picture = await venue.inspect(kernel.live_orders(account_id))
        except TimeoutError as error:
            sentence = say(phrases.TRUTH_NO_ANSWER, account=account_id, seconds=f"{self._inspect_s:g}")
            raise VenueUnavailable(sentence) from error
        if account_id not in _ids(kernel) or self._venue_of(account_id) is not venue:
            raise VenueUnavailable(say(phrases.TRUTH_NOT_CONNECTED, account=account_id))
        return picture


def report_of(body: str) -> TruthReport:
    """A report from the body of an answer. Raises GridwrightError for one of another version of this program."""
    try:
        return from_json(TruthReport, json.loads(body))
    except ValueError as error:
        log.warning("the truth that another desk told cannot be read: %s", error)
        raise GridwrightError(say(phrases.TRUTH_UNREADABLE)) from error


def _ids(kernel: Kernel) -> frozenset[str]:
    return frozenset(account.account_id for account in kernel.accounts())
