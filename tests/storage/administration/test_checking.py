"""The check finds what was spoilt behind the program's back, each thing by its own rule, and nothing in good books."""

from pathlib import Path

import pytest

from engine.errors import StorageError
from storage.administration.book_balances import compare_books
from storage.administration.checking import check_database
from storage.administration.orphans import ORPHANS, find_orphans
from storage.administration.schema_difference import schema_differences
from storage.database import Database
from storage.journal import PostgresJournal
from tests.storage.administration.books import DESK_ID, books_in_order, write_store
from tests.storage.builders import VENUE

#: What is spoilt, past foreign keys and triggers, and the rules (by their number) that must notice.
STALE_JOB = """
    INSERT INTO jobs (user_id, venue, job_id, bot_uid, run, status, start_time)
    SELECT user_id, venue, 'old', bot_uid, 77, 'running', now() FROM bot_instances
"""
SPOILT = [
    ("UPDATE orders SET generation = 5", {0, 1}),
    ("UPDATE orders SET grid_index = 9, purpose = 'rung_buy'", {1}),
    ("UPDATE grid_orders SET generation = 4", {1, 2}),
    ("UPDATE grid_orders SET buy_order_id = 'nobody'", {3}),
    ("DELETE FROM grid_bot_configs", {4}),
    ("UPDATE bot_instances SET venue = 'paper:else'", {5, 6}),
    ("UPDATE bot_instances SET symbol = 'BTC/KRW'", {6}),
    ("DELETE FROM instrument_rules", {7}),
    ("UPDATE trades SET side = 'sell'", {8}),
    ("UPDATE orders SET account_id = 'else'", {9}),
    ("UPDATE ledger_entries SET account_id = 'else'", {10}),
    ("UPDATE bot_instances SET is_active = false; UPDATE orders SET status = 'open'", {11}),
    ("DELETE FROM leases", {12}),
    ("UPDATE bot_instances SET fencing_token = 99", {13}),
    ("UPDATE orders SET fencing_token = 98", {14}),
    (STALE_JOB, {15}),
    ("DROP SCHEMA partitions CASCADE; CREATE TABLE x_default PARTITION OF candles DEFAULT", {16}),
    ("UPDATE users SET database_role = 'gone_role'", {17}),
]


def test_every_rule_is_tried() -> None:
    assert set().union(*(rules for _, rules in SPOILT)) == set(range(len(ORPHANS)))


def rule_of(sentence: str) -> int:
    """Which template made this sentence: its words without what is filled in."""
    for number, (_, template, _) in enumerate(ORPHANS):
        words = [part.partition("}")[2] for part in ("}" + template).split("{")]
        if all(word in sentence for word in words):
            return number
    raise AssertionError(f"no rule says {sentence!r}")


async def test_books_in_order_have_no_orphans(journal: PostgresJournal, database: Database) -> None:
    await journal.commit(books_in_order())
    async with database.question() as connection:
        assert await find_orphans(connection) == []
        assert await schema_differences(connection) == []


@pytest.mark.parametrize(("damage", "rules"), SPOILT)
async def test_damage_is_found(journal: PostgresJournal, database: Database, damage: str, rules: set[int]) -> None:
    await journal.commit(books_in_order())
    async with database.question() as connection:
        await connection.execute(f"SET session_replication_role = replica; {damage}")
        await connection.execute("SET session_replication_role = origin")
        found = await find_orphans(connection)
    assert {rule_of(sentence) for sentence in found} == rules
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in found)


DIFFERENT = [
    ("ALTER TABLE orders DROP COLUMN reason", "The column orders.reason is missing."),
    ("ALTER TABLE trades ADD COLUMN mood text", "The column trades.mood is none of this program's."),
    (
        "ALTER TABLE trades ALTER COLUMN price TYPE double precision",
        "The column trades.price is double precision and should be numeric.",
    ),
    ("ALTER TABLE trades ALTER COLUMN price DROP NOT NULL", "The column trades.price may be empty"),
    ("DROP INDEX idx_orders_open", "The rule or index idx_orders_open of orders is missing."),
    (
        "ALTER TABLE grid_orders DROP CONSTRAINT check_grid_orders_lines",
        "check_grid_orders_lines of grid_orders is missing.",
    ),
    ("CREATE TABLE diary (day date)", "The table diary is none of this program's."),
    ("DROP TABLE telegram_ids", "The table telegram_ids is missing."),
    ("UPDATE alembic_version SET version_num = '0001'", "The tables are at revision 0001 and this program's are at"),
]


@pytest.mark.parametrize(("change", "sentence"), DIFFERENT)
async def test_each_difference_of_the_tables_is_named(
    migrated_url: str, database: Database, tmp_path: Path, change: str, sentence: str
) -> None:
    async with database.question() as connection:
        await connection.execute(change)
        found = await schema_differences(connection)
    assert len(found) == 1
    assert sentence in found[0]
    report = await check_database(migrated_url, tmp_path)
    assert found[0] in report.complaints


async def test_the_paper_book_agrees_with_the_ledger(
    migrated_url: str, journal: PostgresJournal, database: Database, tmp_path: Path
) -> None:
    await journal.commit(books_in_order())
    await journal.close()
    write_store(tmp_path)
    report = await check_database(migrated_url, tmp_path)
    assert (list(report.complaints), list(report.notes)) == ([], [])


async def test_an_execution_that_waits_is_no_mistake_and_one_too_many_is(
    journal: PostgresJournal, database: Database, tmp_path: Path
) -> None:
    await journal.commit(books_in_order())
    write_store(tmp_path, fills=2)
    async with database.question() as connection:
        ahead = await compare_books(connection, tmp_path, DESK_ID)
        await connection.execute("UPDATE trades SET venue_trade_id = 'test-9'")
        strange = await compare_books(connection, tmp_path, DESK_ID)
        await connection.execute("UPDATE trades SET venue_trade_id = 'test-1'")
        await connection.execute("UPDATE ledger_entries SET amount = 10001 WHERE kind = 'deposit'")
        other = await compare_books(connection, tmp_path, DESK_ID)
    assert (ahead.complaints, ahead.waiting, ahead.compared) == ([], 1, 1)
    assert any("does not know, such as test-9." in sentence for sentence in strange.complaints)
    # 10,001 deposited, less 2,002 and 1.001; the book began with 10,000.
    assert other.complaints == [f"The ledger of {VENUE} has 7,997.999 KRW, its venue's book 7,996.999."]


async def test_a_database_of_somebody_else_is_one_sentence(empty_database_url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"holds nothing of Gridwright\.$"):
        await check_database(empty_database_url, tmp_path)
