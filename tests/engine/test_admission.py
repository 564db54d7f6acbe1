"""Commands on their way to the kernel: a start waits for the lists, in order, and nobody else waits for it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from engine.admission import Admission
from engine.domain.bot import BotState
from engine.domain.messages import Command, CommandReceived, HaltAll, PauseBot, StartBot
from engine.errors import StorageError, StorageUnavailable
from engine.kernel.kernel import Kernel
from tests.engine.kernel.test_grid_run import CONFIG
from tests.engine.kernel.town import Town
from tests.support.waiting import wait_until_async

OTHER = "testbot2"
FIRST = "testbot1"


class Queue:
    """A CommandQueue that hands over what a test puts in; `failure` ends it."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[CommandReceived | StorageError] = asyncio.Queue()

    def put(self, *items: CommandReceived | StorageError) -> None:
        for item in items:
            self._items.put_nowait(item)

    async def pending(self) -> AsyncIterator[CommandReceived]:
        while True:
            item = await self._items.get()
            if isinstance(item, StorageError):
                raise item
            yield item


class Lists:
    """Symbol lists that answer when a test lets them, and are away as often as it says."""

    def __init__(self, blocked: Callable[[str], bool] = lambda venue: False) -> None:
        self.asked: list[tuple[str, str]] = []
        self.may_answer = asyncio.Event()
        self.away = 0
        self._blocked = blocked

    async def is_allowed(self, venue: str, symbol: str) -> bool:
        self.asked.append((venue, symbol))
        await self.may_answer.wait()
        if self.away:
            self.away -= 1
            raise StorageUnavailable("The database does not answer now.")
        return not self._blocked(venue)


class Door:
    """An admission before a town with two stopped bots; `told` are the commands that came through."""

    def __init__(self, lists: Lists) -> None:
        self.town = Town()
        self.town.price(125)
        for bot_id in (FIRST, OTHER):
            assert self.town.grid(CONFIG, bot_id=bot_id, start=False) == []
        self.queue = Queue()
        self.told: list[CommandReceived] = []
        self.noted: list[str] = []
        self.admission = Admission(lists, self.town.kernel, self._tell, self._note)

    def _tell(self, received: CommandReceived) -> None:
        self.told.append(received)
        self.town.tell(received)

    def _note(self, received: CommandReceived, _kernel: Kernel) -> None:
        self.noted.append(received.command_id)

    def put(self, *commands: Command) -> None:
        self.queue.put(*(CommandReceived(f"{at}", command, self.town.now) for at, command in enumerate(commands)))

    @property
    def ids(self) -> list[str]:
        return [received.command_id for received in self.told]


@pytest.fixture
async def lists() -> Lists:
    return Lists()


async def through(door: Door, count: int) -> None:
    """Run the door until so many commands came through, and close it."""
    run = asyncio.create_task(door.admission.run(door.queue))
    try:
        await wait_until_async(lambda: len(door.told) >= count or run.done(), what="the commands to come through")
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def test_a_start_waits_and_what_comes_behind_it_for_the_same_bot_too(lists: Lists) -> None:
    door = Door(lists)
    door.put(StartBot(FIRST), PauseBot(FIRST), PauseBot(OTHER), HaltAll())
    run = asyncio.create_task(door.admission.run(door.queue))
    await wait_until_async(lambda: len(door.told) == 2 and bool(lists.asked), what="those that need not wait")
    assert door.ids == ["2", "3"]
    assert door.noted == ["0", "1"]
    lists.may_answer.set()
    await wait_until_async(lambda: len(door.told) == 4, what="those that waited")
    assert door.ids == ["2", "3", "0", "1"]
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


async def test_what_the_lists_say_goes_along() -> None:
    lists = Lists(blocked=lambda venue: venue == "town")
    lists.may_answer.set()
    door = Door(lists)
    door.put(StartBot(FIRST))
    await through(door, 1)
    assert [received.is_symbol_allowed for received in door.told] == [False]
    assert door.town.bot().bot.state is BotState.STOPPED
    assert lists.asked == [("town", "XRP/KRW")]


async def test_a_start_waits_until_the_database_is_back_and_is_not_refused(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.admission.ASK_AGAIN_S", 0.0)
    lists.may_answer.set()
    lists.away = 3
    door = Door(lists)
    door.put(StartBot(FIRST))
    await through(door, 1)
    assert len(lists.asked) == 4
    assert door.town.bot().bot.state is not BotState.STOPPED


async def test_a_second_start_is_asked_about_anew_where_it_would_start_something(lists: Lists) -> None:
    lists.may_answer.set()
    door = Door(lists)
    door.put(StartBot(FIRST), StartBot(FIRST), PauseBot(FIRST), StartBot(FIRST))
    await through(door, 4)
    # The second is refused as running already, without a question.
    assert len(lists.asked) == 2
    assert [bool(answer.refusals) for answer in door.town.answers[-4:]] == [False, True, False, False]


async def test_what_waits_for_a_bot_that_went_to_another_desk_is_left_to_that_desk(lists: Lists) -> None:
    door = Door(lists)
    door.put(StartBot(FIRST), PauseBot(FIRST))
    run = asyncio.create_task(door.admission.run(door.queue))
    await wait_until_async(lambda: bool(lists.asked) and len(door.noted) == 2, what="the question")
    door.town.kernel.let_go("town")
    lists.may_answer.set()
    door.put(HaltAll())
    await wait_until_async(lambda: not door.admission._waiting, what="nobody to wait")
    assert [type(received.command) for received in door.told] == [HaltAll]
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_what_the_queue_raises_comes_out_as_it_is(lists: Lists) -> None:
    door = Door(lists)
    door.put(StartBot(FIRST))
    door.queue.put(StorageError("The database refused a request."))
    with pytest.raises(StorageError, match="refused a request"):
        await door.admission.run(door.queue)
    assert door.told == []
