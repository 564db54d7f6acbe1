"""A job for each run of a bot: written by the database itself, in the statement that changes the bot."""

from datetime import timedelta
from typing import Any

import pytest

from engine.domain.bot import Bot, BotState
from engine.domain.messages import BotRecorded
from engine.domain.sentences import say
from engine.errors import LeaseLost
from storage.database import Database
from storage.journal import PostgresJournal
from tests.storage.builders import BOT, T0, VENUE, foundation, make_bot

STARTED, STOPPED = T0 + timedelta(seconds=1), T0 + timedelta(hours=1)


async def jobs(database: Database) -> list[tuple[Any, ...]]:
    async with database.question() as connection:
        rows = await connection.fetch("SELECT job_id, status, start_time, stopped_at, error FROM jobs ORDER BY id")
    return [tuple(row) for row in rows]


def bot_in(state: BotState, run: int = 1, **changes: Any) -> Bot:
    return make_bot(state=state, run=run, **changes)


async def test_a_run_from_start_to_end(database: Database, journal: PostgresJournal) -> None:
    await journal.commit(foundation(make_bot(state=BotState.STOPPED, run=0, started_at=None)))
    assert await jobs(database) == []
    for state in (BotState.WAITING, BotState.STARTING, BotState.RUNNING, BotState.PAUSED, BotState.STOPPING):
        await journal.commit([BotRecorded(bot_in(state))])
        assert await jobs(database) == [(f"{BOT}@1", "running", STARTED, None, None)], state
    await journal.commit([BotRecorded(bot_in(BotState.STOPPED, stopped_at=STOPPED))])
    assert await jobs(database) == [(f"{BOT}@1", "stopped", STARTED, STOPPED, None)]


async def test_each_run_has_its_own_job(database: Database, journal: PostgresJournal) -> None:
    await journal.commit(foundation(bot_in(BotState.RUNNING)))
    await journal.commit([BotRecorded(bot_in(BotState.STOPPED, stopped_at=STOPPED))])
    again = STOPPED + timedelta(minutes=1)
    await journal.commit([BotRecorded(bot_in(BotState.RUNNING, run=2, started_at=again))])
    assert await jobs(database) == [
        (f"{BOT}@1", "stopped", STARTED, STOPPED, None),
        (f"{BOT}@2", "running", again, None, None),
    ]
    async with database.question() as connection:
        row = await connection.fetchrow("SELECT user_id, bot_uid, run, venue FROM jobs WHERE run = 2")
    assert tuple(row) == (1, BOT, 2, VENUE)


async def test_an_error_stays_one_when_a_person_ends_it(database: Database, journal: PostgresJournal) -> None:
    await journal.commit(foundation(bot_in(BotState.RUNNING)))
    said = say("The venue refused {name}.", name="it")
    await journal.commit([BotRecorded(bot_in(BotState.ERROR, last_event=said, last_event_at=T0))])
    assert await jobs(database) == [(f"{BOT}@1", "error", STARTED, None, "The venue refused it.")]
    for state in (BotState.STOPPING, BotState.STOPPED):
        await journal.commit([BotRecorded(bot_in(state, stopped_at=STOPPED))])
    assert await jobs(database) == [(f"{BOT}@1", "error", STARTED, STOPPED, "The venue refused it.")]


async def test_a_bot_that_trades_again_after_an_error_runs(database: Database, journal: PostgresJournal) -> None:
    await journal.commit(foundation(bot_in(BotState.ERROR, last_event=say("Broken."), last_event_at=T0)))
    await journal.commit([BotRecorded(bot_in(BotState.RUNNING))])
    # What went wrong is still to be read.
    assert await jobs(database) == [(f"{BOT}@1", "running", STARTED, None, "Broken.")]


async def test_a_run_whose_end_was_never_written_has_ended_when_the_next_begins(
    database: Database, journal: PostgresJournal
) -> None:
    """A stop and a start in one commit are one row of the bot: the state between is never seen."""
    await journal.commit(foundation(bot_in(BotState.RUNNING)))
    await journal.commit(
        [
            BotRecorded(bot_in(BotState.STOPPED, stopped_at=STOPPED)),
            BotRecorded(bot_in(BotState.RUNNING, run=2, started_at=STOPPED)),
        ]
    )
    assert await jobs(database) == [
        (f"{BOT}@1", "stopped", STARTED, STOPPED, None),
        (f"{BOT}@2", "running", STOPPED, None, None),
    ]


async def test_a_fill_touches_no_job(database: Database, journal: PostgresJournal) -> None:
    await journal.commit(foundation(bot_in(BotState.RUNNING)))
    async with database.question() as connection:
        before = await connection.fetchval("SELECT xmin::text FROM jobs")
        await journal.commit([BotRecorded(bot_in(BotState.RUNNING, buy_fills=5))])
        assert await connection.fetchval("SELECT filled_buy_count FROM grid_bot_configs") == 5
        assert await connection.fetchval("SELECT xmin::text FROM jobs") == before


async def test_what_is_committed_again_changes_nothing(database: Database, journal: PostgresJournal) -> None:
    for _ in range(2):
        await journal.commit(foundation(bot_in(BotState.RUNNING)))
    assert await jobs(database) == [(f"{BOT}@1", "running", STARTED, None, None)]


async def test_a_desk_that_lost_its_bot_writes_no_job(database: Database, journal: PostgresJournal) -> None:
    await journal.commit(foundation(bot_in(BotState.RUNNING)))
    async with database.question() as connection:
        await connection.execute("UPDATE bot_instances SET fencing_token = fencing_token + 1")
        await connection.execute("UPDATE leases SET token = token + 1")
    with pytest.raises(LeaseLost):
        await journal.commit([BotRecorded(bot_in(BotState.STOPPED, stopped_at=STOPPED))])
    assert await jobs(database) == [(f"{BOT}@1", "running", STARTED, None, None)]
