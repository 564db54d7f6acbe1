"""`db report`: what is in the database, who uses it and how it does; and the same of Redis and of the disk."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
from redis.exceptions import RedisError

from engine.console.listing import Column, Value, as_table, json_row
from engine.domain.codec import Json
from engine.domain.sentences import plain
from storage.administration.report_queries import HAS_STATEMENTS, NO_STATEMENTS, QUERIES, SLOW_QUERIES, ReportQuery
from storage.cache_keys import PREFIX
from storage.database import Connection, connect, migrate
from storage.redis_address import parse_redis_address
from storage.redis_cache import open_client

REDIS_TIMEOUT_S = 3.0
#: Keys asked for at once; SCAN never blocks the server for long.
SCAN_COUNT = 1_000
REDIS_FACTS = (
    "redis_version", "used_memory_human", "used_memory_peak_human", "maxmemory_human", "maxmemory_policy",
    "connected_clients", "total_commands_processed", "keyspace_hits", "keyspace_misses", "evicted_keys", "expired_keys",
)  # fmt: skip

Cells = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the report, or the sentence `note` where there is none."""

    key: str
    title: str
    rows: Sequence[Cells]
    note: str = ""

    def as_text(self) -> str:
        """Title and table."""
        if not self.rows:
            return f"{self.title}\n  {self.note}"
        table = as_table(_columns(self.rows), self.rows, empty=self.note)
        return "\n".join([self.title, *(f"  {line}" for line in table.splitlines())])

    def as_json(self) -> Json:
        """Rows as objects; a note only where there are none."""
        if not self.rows:
            return {"rows": [], "note": self.note}
        columns = _columns(self.rows)
        return {"rows": [json_row(columns, row) for row in self.rows]}


def _columns(rows: Sequence[Cells]) -> list[Column[Cells]]:
    return [Column(name, name.replace("_", " ").capitalize(), partial(_cell, name)) for name in rows[0]]


def _cell(name: str, row: Cells) -> Value:
    return row[name]


async def make_report(url: str, redis_url: str | None, data_folder: Path, *, days: int, limit: int) -> list[Section]:
    """All sections. What cannot be asked of this server is a note; raises StorageError when it does not answer."""
    await migrate(url)
    database = await connect(url, application_name="gridwright report", pool_size=1, statement_timeout_s=300.0)
    try:
        async with (
            database.question() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            sections = [await _ask(connection, query, days, limit) for query in QUERIES]
            if await connection.fetchval(HAS_STATEMENTS):
                sections.append(await _ask(connection, SLOW_QUERIES, days, limit))
            else:
                sections.append(Section(SLOW_QUERIES.key, SLOW_QUERIES.title, (), NO_STATEMENTS))
    finally:
        await database.close()
    return [*sections, _free_space(data_folder), await _redis(redis_url)]


async def _ask(connection: Connection, query: ReportQuery, days: int, limit: int) -> Section:
    try:
        # A savepoint: what this user may not see, or this server has not, must not end the rest.
        async with connection.transaction():
            rows = await connection.fetch(query.sql, days, limit)
    except asyncpg.PostgresError as error:
        if not isinstance(error, asyncpg.InsufficientPrivilegeError | asyncpg.ObjectNotInPrerequisiteStateError):
            raise
        return Section(query.key, query.title, (), f"Cannot be asked: {str(error).rstrip('.')}.")
    return Section(query.key, query.title, [_shown(row) for row in rows], query.empty)


def _shown(row: Mapping[str, Any]) -> Cells:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Value:
    if isinstance(value, float):
        return Decimal(repr(round(value, 6)))
    if isinstance(value, Decimal):
        # An average has as many digits as the server gives it.
        return round(value, 8) if isinstance(value.as_tuple().exponent, int) and value != round(value, 8) else value
    return value if value is None or isinstance(value, str | int | bool | datetime) else str(value)


def _free_space(data_folder: Path) -> Section:
    used = shutil.disk_usage(data_folder)
    row: Cells = {
        "folder": str(data_folder),
        "total_mb": used.total // 2**20,
        "used_mb": used.used // 2**20,
        "free_mb": used.free // 2**20,
    }
    return Section("data_folder", "The disk of the data folder", [row])


async def _redis(redis_url: str | None) -> Section:
    title = "Redis"
    if redis_url is None:
        return Section("redis", title, (), "No Redis is configured; the cache is in this program.")
    client = open_client(parse_redis_address(redis_url), REDIS_TIMEOUT_S, 1)
    try:
        found = await client.info()
        rows: list[Cells] = [{"name": name, "value": _spelled(found[name])} for name in REDIS_FACTS if name in found]
        rows.append({"name": "keys", "value": plain(int(await client.dbsize()))})
        ours = 0
        async for _ in client.scan_iter(match=f"{PREFIX}*", count=SCAN_COUNT):
            ours += 1
        rows.append({"name": "keys_of_gridwright", "value": plain(ours)})
    except (RedisError, OSError, ValueError) as error:
        return Section("redis", title, (), f"Redis does not answer ({type(error).__name__}).")
    finally:
        await client.aclose()
    return Section("redis", title, rows)


def _spelled(value: object) -> str:
    return plain(value) if isinstance(value, int) else str(value)
