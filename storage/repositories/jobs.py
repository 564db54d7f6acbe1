# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Jobs: runs of bots, which the database writes as bots start, stop and err; and others, which are written here."""

from dataclasses import dataclass
from datetime import datetime

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import one_of, optional_words, row_id, words
from storage.repositories.rows import PAGE_ROWS, columns_of, page, refusing, value_of

STATUSES = ("running", "stopped", "error")


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `bot_uid` and `run` are None for a job that is not a bot's; `stopped_at` is None while it runs."""

    user_id: int
    venue: str
    job_id: str
    bot_uid: str | None
    run: int | None
    status: str
    start_time: datetime
    stopped_at: datetime | None
    error: str | None
    created_at: datetime
    updated_at: datetime


COLUMNS = columns_of(Job)
LATEST = f"""
    SELECT {COLUMNS} FROM jobs WHERE user_id = $1 AND venue = $2 ORDER BY start_time DESC, id DESC LIMIT $3
"""
NEWEST = f"""
    SELECT {COLUMNS} FROM jobs WHERE user_id = $1 AND ($2::text IS NULL OR bot_uid = $2) ORDER BY id DESC LIMIT $3
"""
ENDED = "CASE WHEN $4 = 'running' THEN NULL ELSE COALESCE(jobs.stopped_at, now()) END"
SAVE = f"""
    INSERT INTO jobs (user_id, venue, job_id, status, start_time, stopped_at)
    VALUES ($1, $2, $3, $4, now(), CASE WHEN $4 = 'running' THEN NULL ELSE now() END)
    ON CONFLICT (user_id, job_id) DO UPDATE SET status = EXCLUDED.status, stopped_at = {ENDED}, updated_at = now()
    WHERE jobs.bot_uid IS NULL AND jobs.venue = EXCLUDED.venue
    RETURNING {COLUMNS}
"""
#: Without a name it is the newest job that is not a bot's.
OURS = """
    user_id = $1 AND venue = $2 AND bot_uid IS NULL AND id = (
        SELECT id FROM jobs WHERE user_id = $1 AND venue = $2 AND bot_uid IS NULL AND ($3::text IS NULL OR job_id = $3)
        ORDER BY start_time DESC, id DESC LIMIT 1
    )
"""
UPDATE = f"UPDATE jobs SET status = $4, stopped_at = {ENDED}, updated_at = now() WHERE {OURS} RETURNING {COLUMNS}"
DELETE = f"DELETE FROM jobs WHERE {OURS}"


class JobRepository:
    """Jobs of a user on a venue. What belongs to a bot is read here and never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get_by_user(self, user_id: int, venue: str) -> Job | None:
        """The newest job of a user on a venue, a bot's run too; None when there was none."""
        newest = await self.get_all(user_id, venue, 1)
        return newest[0] if newest else None

    async def get_all(self, user_id: int, venue: str, limit: int = PAGE_ROWS) -> list[Job]:
        """Jobs of a user on a venue, newest first."""
        async with self._database.question() as connection:
            rows = await connection.fetch(LATEST, *_key(user_id, venue), page(limit))
        return [value_of(Job, row) for row in rows]

    async def newest(self, user_id: int, bot_uid: str | None = None, limit: int = PAGE_ROWS) -> list[Job]:
        """Jobs of a user on all venues, or the runs of one bot; the one that began last comes first.

        Runs of replays began in the past of their market, so it is not `start_time` that orders them.
        """
        asked = row_id("user", user_id), optional_words("bot", bot_uid), page(limit)
        async with self._database.question() as connection:
            rows = await connection.fetch(NEWEST, *asked)
        return [value_of(Job, row) for row in rows]

    async def get_job_id(self, user_id: int, venue: str) -> str | None:
        """The name of the newest job."""
        job = await self.get_by_user(user_id, venue)
        return None if job is None else job.job_id

    async def get_job_status(self, user_id: int, venue: str) -> tuple[str, str] | None:
        """(status, job_id) of the newest job."""
        job = await self.get_by_user(user_id, venue)
        return None if job is None else (job.status, job.job_id)

    async def save_job(self, user_id: int, venue: str, job_id: str, status: str) -> Job:
        """Write a job that starts now, or the new status of one that is there.

        Raises UsageError when the name belongs to a bot's run or to another venue.
        """
        name = words("job", job_id, 255)
        with_status = one_of("status", status, STATUSES)
        async with self._database.question() as connection:
            with refusing({"fk_jobs_user_id": f"There is no user {user_id}."}):
                row = await connection.fetchrow(SAVE, *_key(user_id, venue), name, with_status)
        if row is None:
            raise UsageError(f"The job {job_id} belongs to a bot or to another venue.")
        return value_of(Job, row)

    async def update_job_status(self, user_id: int, venue: str, status: str, job_id: str | None = None) -> Job | None:
        """Set the status of a job, without a name of the newest; None when there is none that is not a bot's."""
        async with self._database.question() as connection:
            row = await connection.fetchrow(
                UPDATE, *_key(user_id, venue), _name(job_id), one_of("status", status, STATUSES)
            )
        return None if row is None else value_of(Job, row)

    async def delete_job(self, user_id: int, venue: str, job_id: str | None = None) -> bool:
        """Remove a job, without a name the newest; False when there is none that is not a bot's."""
        async with self._database.question() as connection:
            done = await connection.execute(DELETE, *_key(user_id, venue), _name(job_id))
        return bool(done == "DELETE 1")


def _key(user_id: int, venue: str) -> tuple[int, str]:
    return row_id("user", user_id), words("venue", venue)


def _name(job_id: str | None) -> str | None:
    return None if job_id is None else words("job", job_id, 255)
