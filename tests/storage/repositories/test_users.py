"""Settings of users on venues, their jobs and their lists, with the methods the customer named."""

import asyncio
from dataclasses import fields, replace
from typing import Any

import pytest

from engine.domain.bot import BotState
from engine.domain.messages import BotRecorded
from engine.errors import UsageError
from storage.cache import ProcessCache
from storage.database import Database
from storage.journal import PostgresJournal
from storage.repositories.jobs import JobRepository
from storage.repositories.symbol_lists import SymbolListRepository
from storage.repositories.users import UserRepository
from storage.user_cache import UserCache, UserSettings
from tests.storage.builders import BOT, T0, VENUE, D, foundation, make_bot


class Heard:
    """Who keeps copies, and what was told him."""

    def __init__(self) -> None:
        self.changes: list[tuple[int, str]] = []

    async def __call__(self, user_id: int, venue: str) -> None:
        self.changes.append((user_id, venue))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def users(database: Database, heard: Heard) -> UserRepository:
    return UserRepository(database, heard)


@pytest.fixture
def lists(database: Database) -> SymbolListRepository:
    return SymbolListRepository(database)


@pytest.fixture
def jobs(database: Database) -> JobRepository:
    return JobRepository(database)


SETTINGS: dict[str, Any] = {
    "initial_capital": D("100.0"),
    "direction": "short",
    "numbers_to_entry": 7,
    "leverage": D("12.5"),
    "stop_loss": D("3.5"),
    "grid_num": 21,
}


async def test_settings_are_as_the_customer_wrote_them(users: UserRepository, alice: int, heard: Heard) -> None:
    assert await users.get_by_id(alice, "okx") is None
    made = await users.create(alice, "okx", SETTINGS)
    assert {name: getattr(made, name) for name in SETTINGS} == SETTINGS
    assert await users.get_by_id(alice, "okx") == made
    assert heard.changes == [(alice, "okx")]


async def test_defaults_are_the_customers(users: UserRepository, alice: int) -> None:
    made = await users.create(alice, "okx")
    assert (made.initial_capital, made.direction, made.numbers_to_entry, made.leverage) == (D(10), "long", 5, D(10))
    assert (made.stop_loss, made.grid_num, made.is_running, made.tasks, made.running_symbols) == (
        None,
        20,
        False,
        (),
        (),
    )


async def test_venues_and_users_are_apart(users: UserRepository, alice: int, bob: int) -> None:
    for user, venue in ((bob, "okx"), (alice, "okx"), (alice, "upbit")):
        await users.create(user, venue)
    await users.update_running_status(bob, "okx", True)
    assert [one.user_id for one in await users.get_all_by_exchange("okx")] == sorted([alice, bob])
    assert [one.user_id for one in await users.get_running_users("okx")] == [bob]
    assert await users.get_running_users("upbit") == []


async def test_updates(users: UserRepository, alice: int, heard: Heard) -> None:
    made = await users.create(alice, "okx", SETTINGS)
    changed = await users.update(alice, "okx", {"leverage": D(3), "stop_loss": None})
    assert changed is not None
    assert changed.updated_at > made.updated_at
    assert replace(changed, updated_at=made.updated_at) == replace(made, leverage=D(3), stop_loss=None)
    assert await users.update(alice, "bithumb", {"leverage": D(3)}) is None
    assert heard.changes == [(alice, "okx")] * 2


async def test_lists_in_a_row_grow_and_shrink(users: UserRepository, alice: int, heard: Heard) -> None:
    await users.create(alice, "okx")
    await users.add_task(alice, "okx", "b")
    await users.add_task(alice, "okx", "a")
    again = await users.add_task(alice, "okx", "b")
    assert again is not None
    assert again.tasks == ("b", "a")
    await users.add_running_symbol(alice, "okx", "XRP-USDT-SWAP")
    added = await users.add_running_symbol(alice, "okx", ["비트", "XRP-USDT-SWAP", "A", "A"])
    assert added is not None
    assert added.running_symbols == ("XRP-USDT-SWAP", "비트", "A")
    removed = await users.remove_running_symbol(alice, "okx", "비트")
    assert removed is not None
    assert removed.running_symbols == ("XRP-USDT-SWAP", "A")
    gone = await users.remove_task(alice, "okx", "not there")
    assert gone is not None
    assert gone.tasks == ("b", "a")
    await users.update_running_status(alice, "okx", True)
    reset = await users.reset_user_data(alice, "okx")
    assert reset is not None
    assert (reset.tasks, reset.running_symbols, reset.is_running) == ((), (), False)
    assert len(heard.changes) == 10
    assert await users.add_task(alice, "nowhere", "a") is None


async def test_all_who_add_at_once_have_their_way(users: UserRepository, alice: int) -> None:
    await users.create(alice, "okx")
    await asyncio.gather(*(users.add_task(alice, "okx", f"task {number}") for number in range(20)))
    now = await users.get_by_id(alice, "okx")
    assert now is not None
    assert sorted(now.tasks) == sorted(f"task {number}" for number in range(20))


async def test_telegram_ids(users: UserRepository, alice: int, heard: Heard) -> None:
    with pytest.raises(UsageError) as refused:
        await users.update_telegram_id(alice, "okx", "1")
    assert str(refused.value) == f"User {alice} has no settings on okx."
    await users.create(alice, "okx")
    assert await users.get_telegram_id(alice, "okx") is None
    await users.update_telegram_id(alice, "okx", "1")
    assert (await users.update_telegram_id(alice, "okx", "2")).telegram_id == "2"
    assert await users.get_telegram_id(alice, "okx") == "2"
    assert heard.changes == [(alice, "okx")] * 3


async def test_deleting_takes_what_hangs_on_it(
    users: UserRepository, lists: SymbolListRepository, alice: int, heard: Heard
) -> None:
    await users.create(alice, "okx")
    await users.update_telegram_id(alice, "okx", "1")
    await lists.add_to_blacklist(alice, "okx", "A")
    assert await users.delete(alice, "okx")
    assert not await users.delete(alice, "okx")
    assert (await users.get_telegram_id(alice, "okx"), await lists.get_blacklist(alice, "okx")) == (None, [])
    assert heard.changes == [(alice, "okx")] * 3


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"direction": "up"}, "The direction must be one of long, short, not 'up'."),
        ({"leverage": D("0.5")}, "The leverage must be from 1 to 125, not 0.5."),
        ({"grid_num": 1}, "The number of grids must be from 2 to 2147483647, not 1."),
        ({"initial_capital": D(0)}, "The initial capital must be above 0, not 0."),
        ({"stop_loss": D(0)}, "The stop loss must be above 0 and at most 100, not 0."),
        ({"stop_loss": D(101)}, "The stop loss must be above 0 and at most 100, not 101."),
        ({"is_running": "false"}, "The running state must be yes or no."),
        ({"tasks": "abc"}, "The tasks must be a list."),
        ({"api_key": "secret"}, "A trading user has no 'api_key'."),
        ({"user_id": 1}, "A trading user has no 'user_id'."),
    ],
)
async def test_settings_that_cannot_be(
    users: UserRepository, alice: int, settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError) as refused:
        await users.create(alice, "okx", settings)
    assert str(refused.value) == sentence
    await users.create(alice, "okx")
    with pytest.raises(UsageError):
        await users.update(alice, "okx", settings)
    with pytest.raises(UsageError, match="Say what to change"):
        await users.update(alice, "okx", {})


async def test_settings_are_made_once_and_by_somebody(users: UserRepository, alice: int, heard: Heard) -> None:
    await users.create(alice, "okx")
    for user, sentence in (
        (alice, f"User {alice} already has settings on okx."),
        (999_999, "There is no user 999999."),
    ):
        with pytest.raises(UsageError) as refused:
            await users.create(user, "okx")
        assert str(refused.value) == sentence
    assert heard.changes == [(alice, "okx")]


async def test_black_and_white_lists(users: UserRepository, lists: SymbolListRepository, alice: int, bob: int) -> None:
    await users.create(alice, "okx")
    assert await lists.is_allowed(alice, "okx", "XRP")
    first = await lists.add_to_blacklist(alice, "okx", "DOGE")
    assert await lists.add_to_blacklist(alice, "okx", "DOGE") == first
    assert not await lists.is_allowed(alice, "okx", "DOGE")
    assert not await lists.is_allowed(alice, "OKX", "doge")
    assert await lists.is_allowed(alice, "upbit", "DOGE")
    assert await lists.is_allowed(bob, "okx", "DOGE")
    await lists.add_to_whitelist(alice, "okx", "XRP")
    await lists.add_to_whitelist(alice, "okx", "DOGE")
    assert (await lists.get_whitelist(alice, "okx"), await lists.get_blacklist(alice, "okx")) == (
        ["DOGE", "XRP"],
        ["DOGE"],
    )
    allowed = {symbol: await lists.is_allowed(alice, "okx", symbol) for symbol in ("XRP", "DOGE", "ETH")}
    assert allowed == {"XRP": True, "DOGE": False, "ETH": False}
    assert await lists.remove_from_blacklist(alice, "okx", "DOGE")
    assert not await lists.remove_from_blacklist(alice, "okx", "DOGE")
    assert await lists.is_allowed(alice, "okx", "DOGE")
    for symbol in ("XRP", "DOGE"):
        assert await lists.remove_from_whitelist(alice, "okx", symbol)
    assert await lists.is_allowed(alice, "okx", "ETH")


async def test_lists_need_settings(lists: SymbolListRepository, alice: int) -> None:
    with pytest.raises(UsageError, match=f"User {alice} has no settings on okx"):
        await lists.add_to_whitelist(alice, "okx", "XRP")


async def test_a_list_makes_the_settings_that_it_hangs_on(
    users: UserRepository, lists: SymbolListRepository, alice: int
) -> None:
    first = await lists.put(alice, "okx", "black", "DOGE-USDT-SWAP")
    made = await users.get_by_id(alice, "okx")
    assert made is not None
    assert (made.grid_num, made.leverage) == (20, D(10))
    await users.update(alice, "okx", {"leverage": D(3)})
    assert await lists.put(alice, "okx", "black", "DOGE-USDT-SWAP") == first
    kept = await users.get_by_id(alice, "okx")
    assert kept is not None
    assert kept.leverage == 3
    assert await lists.get_all(alice) == [first]
    assert not await lists.is_allowed(alice, "OKX", "DOGE/USDT")
    with pytest.raises(UsageError, match="There is no user 999"):
        await lists.put(999, "okx", "black", "DOGE")
    with pytest.raises(UsageError, match="list must be one of black, white"):
        await lists.put(alice, "okx", "grey", "DOGE")


async def test_the_newest_jobs_are_those_that_began_last(jobs: JobRepository, alice: int, bob: int) -> None:
    for venue, name in (("okx", "one"), ("upbit", "two"), ("okx", "three")):
        await jobs.save_job(alice, venue, name, "running")
    await jobs.save_job(bob, "okx", "four", "running")
    assert [job.job_id for job in await jobs.newest(alice)] == ["three", "two", "one"]
    assert [job.job_id for job in await jobs.newest(alice, limit=1)] == ["three"]
    assert await jobs.newest(alice, "abcd1234") == []


async def test_jobs(jobs: JobRepository, alice: int, bob: int) -> None:
    assert await jobs.get_by_user(alice, "okx") is None
    assert (await jobs.get_job_id(alice, "okx"), await jobs.get_job_status(alice, "okx")) == (None, None)
    assert await jobs.update_job_status(alice, "okx", "stopped") is None
    first = await jobs.save_job(alice, "okx", "celery-task-abc123", "running")
    assert (first.status, first.stopped_at, first.bot_uid) == ("running", None, None)
    await jobs.save_job(alice, "okx", "second", "running")
    assert await jobs.get_job_status(alice, "okx") == ("running", "second")
    stopped = await jobs.update_job_status(alice, "okx", "stopped", "celery-task-abc123")
    assert stopped is not None
    assert (stopped.job_id, stopped.status) == (first.job_id, "stopped")
    assert stopped.stopped_at is not None
    assert stopped.stopped_at >= stopped.start_time
    erred = await jobs.update_job_status(alice, "okx", "error")
    assert erred is not None
    assert (erred.job_id, erred.status) == ("second", "error")
    again = await jobs.save_job(alice, "okx", "second", "running")
    assert (again.start_time, again.stopped_at) == (erred.start_time, None)
    assert [job.job_id for job in await jobs.get_all(alice, "okx")] == ["second", "celery-task-abc123"]
    assert await jobs.get_all(bob, "okx") == []
    assert await jobs.delete_job(alice, "okx")
    assert await jobs.get_job_id(alice, "okx") == "celery-task-abc123"
    assert await jobs.delete_job(alice, "okx", "celery-task-abc123")
    assert not await jobs.delete_job(alice, "okx")


async def test_jobs_that_cannot_be(jobs: JobRepository, alice: int) -> None:
    with pytest.raises(UsageError, match="The status must be one of running, stopped, error, not 'done'"):
        await jobs.save_job(alice, "okx", "a", "done")
    with pytest.raises(UsageError, match="There is no user 999999"):
        await jobs.save_job(999_999, "okx", "a", "running")
    await jobs.save_job(alice, "okx", "a", "running")
    with pytest.raises(UsageError, match="The job a belongs to a bot or to another venue"):
        await jobs.save_job(alice, "upbit", "a", "stopped")


async def test_a_bots_run_is_a_job_that_only_the_bot_changes(jobs: JobRepository, journal: PostgresJournal) -> None:
    bot = make_bot()
    await journal.commit(foundation(bot))
    running = await jobs.get_by_user(1, VENUE)
    assert running is not None
    assert (running.bot_uid, running.run, running.status, running.start_time) == (BOT, 1, "running", bot.started_at)
    with pytest.raises(UsageError, match="belongs to a bot"):
        await jobs.save_job(1, VENUE, running.job_id, "stopped")
    assert await jobs.update_job_status(1, VENUE, "stopped", running.job_id) is None
    assert not await jobs.delete_job(1, VENUE)
    await journal.commit([BotRecorded(replace(bot, state=BotState.STOPPED, stopped_at=T0))])
    stopped = await jobs.get_by_user(1, VENUE)
    assert stopped is not None
    assert (stopped.status, stopped.stopped_at) == ("stopped", T0)


async def test_copies_are_forgotten_when_settings_change(database: Database, alice: int) -> None:
    cache = UserCache(ProcessCache())
    users = UserRepository(database, cache.forget)

    async def load() -> UserSettings | None:
        found = await users.get_by_id(alice, "okx")
        return None if found is None else UserSettings(*(getattr(found, field.name) for field in fields(UserSettings)))

    await users.create(alice, "okx")
    for change, seen in (
        (users.update(alice, "okx", {"leverage": D(3)}), (D(3), ())),
        (users.add_task(alice, "okx", "t"), (D(3), ("t",))),
        (users.reset_user_data(alice, "okx"), (D(3), ())),
    ):
        await change
        for _ in range(2):
            found = await cache.get(alice, "okx", load)
            assert found is not None
            assert (found.leverage, found.tasks) == seen
    await users.delete(alice, "okx")
    assert await cache.get(alice, "okx", load) is None
