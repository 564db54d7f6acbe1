"""The migrations make exactly the tables of the models, forwards and backwards, once, and never on a newer database."""

import asyncio
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from engine.errors import StorageError
from storage.address import parse_address
from storage.migrate import migrate, present_revision
from storage.migrations import HEAD
from storage.tables import Row
from storage.upgrade import FOLDER
from tests.support.processes import start_python

TABLES = set(Row.metadata.tables)

#: What alembic does not compare: checks, storage settings, triggers, generated columns' expressions.
SHAPE = """
    SELECT 'constraint' AS kind, conrelid::regclass::text AS owner, conname AS name, pg_get_constraintdef(oid) AS text
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't'
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'storage', relname, '', reloptions::text FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL AND relkind <> 'v'
    UNION ALL SELECT 'generated', table_name, column_name, generation_expression FROM information_schema.columns
        WHERE table_schema = 'public' AND is_generated = 'ALWAYS'
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal
    UNION ALL SELECT 'function', '', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3
"""


async def fetch(url: str, query: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def tables_of(url: str) -> set[str]:
    """All tables; the partitions of one are no tables of their own."""
    found = await fetch(
        url,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND NOT relispartition",
    )
    return {row[0] for row in found}


def differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Row.metadata))


async def test_models_and_migrations_agree(migrated_url: str) -> None:
    engine = create_async_engine(migrated_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_they_agree_on_what_alembic_does_not_compare(migrated_url: str, empty_database_url: str) -> None:
    """The same tables made from the models directly; triggers and functions are the migrations' own."""
    # The default of every `user_id` asks for it.
    [(function,)] = await fetch(migrated_url, "SELECT pg_get_functiondef('current_user_id()'::regprocedure)")
    await fetch(empty_database_url, function)
    engine = create_async_engine(empty_database_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(Row.metadata.create_all)
    await engine.dispose()

    async def shape(url: str) -> list[tuple[Any, ...]]:
        found = await fetch(url, SHAPE)
        return [row for row in found if row[0] not in {"trigger", "function"} and row[1] != "alembic_version"]

    assert await shape(migrated_url) == await shape(empty_database_url)


async def test_up_down_up(empty_database_url: str) -> None:
    await migrate(empty_database_url)
    assert await tables_of(empty_database_url) == TABLES | {"alembic_version"}
    first = await fetch(empty_database_url, SHAPE)
    assert {row[2] for row in first if row[0] == "trigger"} == {
        "allocation_of_bot", "allocation_of_new_bot", "run_of_bot", "run_of_new_bot", "sum_of_transaction",
        "sum_of_entries", "balance_of_entry", "balance_follows", "entries_stay", "transactions_stay",
        "clone_is_counted",
        "note_insert_candles", "note_update_candles", "note_insert_spreads", "note_update_spreads",
    }  # fmt: skip
    await migrate(empty_database_url, "base")
    assert await tables_of(empty_database_url) == {"alembic_version"}
    assert (
        await fetch(empty_database_url, "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace") == []
    )
    await migrate(empty_database_url)
    assert await fetch(empty_database_url, SHAPE) == first


async def test_every_foreign_key_is_indexed_on_its_own_side(migrated_url: str) -> None:
    """Without it, a question for a bot's rows reads the table. `user_id` alone finds all rows of a person: too many."""
    missing = await fetch(
        migrated_url,
        """
        SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
        JOIN pg_attribute u ON u.attrelid = c.conrelid AND u.attname = 'user_id'
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[cardinality(c.conkey)]
        WHERE c.contype = 'f' AND c.conparentid = 0 AND a.attname <> 'user_id' AND NOT EXISTS (
            SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey[0] = ANY(c.conkey)
                AND (i.indkey[0] <> u.attnum OR i.indkey[1] = ANY(c.conkey))))
        ORDER BY 1, 2
        """,
    )
    # Only ever asked for by the other column: an account's orders through its bots, a bot's curve through its account.
    assert missing == [("equity_snapshots", "bot_uid"), ("orders", "account_id")]


async def test_references_are_checked_by_their_key_while_tables_are_young(migrated_url: str) -> None:
    """As the server checks a reference in the journal's session. By another index it would read all rows of a user at
    every fill, until the first statistics are there.
    """
    connection = await asyncpg.connect(migrated_url)
    wrong: list[tuple[str, str]] = []
    try:
        await connection.execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
        references = await connection.fetch(
            """
            SELECT c.conname, c.confrelid::regclass::text AS parent,
                array_agg(a.attname::text ORDER BY k.at) AS columns,
                array_agg(format_type(a.atttypid, NULL) ORDER BY k.at) AS types
            FROM pg_constraint c CROSS JOIN LATERAL unnest(c.confkey) WITH ORDINALITY AS k(column_number, at)
            JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.column_number
            WHERE c.contype = 'f' AND c.conparentid = 0
                -- Of these a user has a handful, and reading them all costs nothing.
                AND c.confrelid NOT IN ('accounts'::regclass, 'credentials'::regclass)
            GROUP BY c.oid
            """
        )
        assert len(references) > 50
        for at, row in enumerate(references):
            where = " AND ".join(f"{column} = ${n}" for n, column in enumerate(row["columns"], start=1))
            await connection.execute(
                f"PREPARE reference_{at} ({', '.join(row['types'])}) AS "
                f"SELECT 1 FROM ONLY {row['parent']} x WHERE {where} FOR KEY SHARE OF x"
            )
            plan = await connection.fetch(f"EXPLAIN EXECUTE reference_{at} ({', '.join(['NULL'] * len(row['types']))})")
            condition = next(line[0] for line in plan if "Index Cond: " in line[0])
            if f"({row['columns'][-1]} = " not in condition:
                wrong.append((row["conname"], plan[1][0].strip()))
    finally:
        await connection.close()
    assert wrong == []


async def test_the_local_user_is_there(migrated_url: str) -> None:
    assert await fetch(migrated_url, "SELECT id, username FROM users") == [(1, "local")]
    assert await fetch(migrated_url, "SELECT current_user_id()") == [(1,)]


def test_the_newest_revision_is_written_down() -> None:
    assert ScriptDirectory(str(FOLDER)).get_heads() == [HEAD]


async def test_a_database_at_head_is_left_alone(migrated_url: str) -> None:
    await migrate(migrated_url)
    assert await present_revision(parse_address(migrated_url)) == HEAD


async def test_four_programs_start_together(empty_database_url: str) -> None:
    await asyncio.gather(*(migrate(empty_database_url) for _ in range(4)))
    assert await tables_of(empty_database_url) == TABLES | {"alembic_version"}
    assert await fetch(empty_database_url, "SELECT count(*) FROM users") == [(1,)]


async def test_a_newer_database_is_refused_and_left_alone(migrated_url: str) -> None:
    await fetch(migrated_url, "UPDATE alembic_version SET version_num = '9999' RETURNING 1")
    with pytest.raises(StorageError, match=r"^The database was made by a newer Gridwright \(its tables are at 9999, "):
        await migrate(migrated_url)
    assert await fetch(migrated_url, "SELECT version_num FROM alembic_version") == [("9999",)]


async def test_a_migration_that_fails_leaves_nothing(empty_database_url: str) -> None:
    await fetch(empty_database_url, "CREATE TABLE orders (mine int)")
    with pytest.raises(StorageError, match="orders"):
        await migrate(empty_database_url)
    assert await tables_of(empty_database_url) == {"orders"}


async def test_a_user_who_may_not_create_tables_is_told(empty_database_url: str) -> None:
    name = empty_database_url.rsplit("/", 1)[1]
    role = f"reader_{name}"
    await fetch(empty_database_url, f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    place = empty_database_url.partition("@")[2]
    with pytest.raises(StorageError, match=r"^The database user lacks a right: permission denied for schema public\.$"):
        await migrate(f"postgresql://{role}:secret@{place}")
    await fetch(empty_database_url, f"DROP ROLE {role}")


def test_a_start_with_nothing_to_migrate_imports_neither_alembic_nor_sqlalchemy() -> None:
    """They cost half a second of every start; only a migration may ask for them."""
    code = (
        "import sys, storage.desk_storage; print([name for name in ('alembic', 'sqlalchemy') if name in sys.modules])"
    )
    program = start_python(code)
    said, complaints = program.communicate(timeout=180)
    assert (said.strip(), complaints) == ("[]", "")
