"""Whose a row is: who is asking, that two users may use the same names, and that nothing hangs on another one's row."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import (
    AccountRecorded,
    BotRecorded,
    EquitySampled,
    InstrumentRecorded,
    LedgerRecorded,
    OrderRecorded,
)
from engine.errors import StorageError
from storage.check import check
from storage.database import Database, connect
from storage.history import PostgresHistory
from storage.journal import PostgresJournal
from storage.prices import last_price
from tests.storage.builders import (
    ACCOUNT,
    BOT,
    INSTRUMENT,
    NOW,
    SYMBOL,
    T0,
    VENUE,
    D,
    book,
    make_bot,
    make_fill,
    make_order,
)


def under(url: str, role: str) -> str:
    """The address of the same database for another role; the test's server asks nobody twice."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}:secret@{parts.hostname}:{parts.port}").geturl()


@pytest.fixture
async def roles(database: Database, migrated_url: str) -> AsyncIterator[dict[str, str]]:
    """Addresses by name: mina is a user, helper a member of the owner, stranger nobody. None of them is bound by
    row-level security, so that what is shown here is shown by the keys alone.
    """
    owner = urlsplit(migrated_url).username
    name = migrated_url.rsplit("/", 1)[1]
    made = {kind: f"{kind}_{name}" for kind in ("mina", "helper", "stranger")}
    async with database.question() as connection:
        for role in made.values():
            await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret' BYPASSRLS")
            await connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        await connection.execute(f"GRANT {owner} TO {made['helper']}")
        await connection.execute("INSERT INTO users (username, database_role) VALUES ('mina', $1)", made["mina"])
    yield {kind: under(migrated_url, role) for kind, role in made.items()}
    async with database.question() as connection:
        for role in made.values():
            await connection.execute(f"DROP OWNED BY {role}")
            await connection.execute(f"DROP ROLE {role}")


async def ask(url: str, question: str, *arguments: object) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question, *arguments)
    finally:
        await connection.close()


async def test_who_is_asking(migrated_url: str, roles: dict[str, str]) -> None:
    mina = await ask(migrated_url, "SELECT id FROM users WHERE username = 'mina'")
    assert mina > 1
    assert await ask(migrated_url, "SELECT current_user_id()") == 1
    assert await ask(roles["mina"], "SELECT current_user_id()") == mina
    assert await ask(roles["helper"], "SELECT current_user_id()") == 1
    assert await ask(roles["stranger"], "SELECT current_user_id()") is None


async def test_nobody_becomes_somebody_by_changing_the_session(migrated_url: str, roles: dict[str, str]) -> None:
    """A function of the owner runs with the owner's rights: it must still ask who signed in."""
    connection = await asyncpg.connect(roles["stranger"])
    try:
        await connection.execute("CREATE TEMPORARY TABLE users (id bigint, database_role text)")
        await connection.execute("INSERT INTO pg_temp.users VALUES (1, session_user)")
        await connection.execute("SET search_path = pg_temp, public")
        assert await connection.fetchval("SELECT public.current_user_id()") is None
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"SET ROLE {urlsplit(migrated_url).username}")
    finally:
        await connection.close()


async def test_a_role_of_nobody_is_told_so(roles: dict[str, str]) -> None:
    database = await connect(roles["stranger"])
    journal = PostgresJournal(database, "desk-x")
    try:
        with pytest.raises(StorageError, match=r"^The database role stranger_\w+ belongs to no user of Gridwright\.$"):
            await journal.load()
    finally:
        await journal.close()
        await database.close()


async def work(url: str, desk: str, bot_id: str, price: str, cash: int) -> None:
    """One fill on an account that everybody calls the same, by a journal of this user."""
    database = await connect(url)
    journal = PostgresJournal(database, desk, now=lambda: NOW)
    try:
        await journal.take_desk()
        bot = make_bot(bot_id, desk_id=desk)
        deposit = LedgerEntry(VENUE, "", "KRW", D(cash), EntryKind.DEPOSIT, "deposit:KRW", T0)
        await journal.commit(
            [AccountRecorded(ACCOUNT), InstrumentRecorded(INSTRUMENT), BotRecorded(bot), LedgerRecorded((deposit,))]
        )
        order = make_order(1, bot_id)
        filled, fill = book(order, make_fill(order, "t1", D(10), D(price)))
        point = EquitySampled(VENUE, "", T0, D(cash), D(0), D(0), D(price))
        await journal.commit([OrderRecorded(order)])
        await journal.commit([fill, OrderRecorded(filled), point])
    finally:
        await journal.close()
        await database.close()


async def test_two_users_have_the_same_account_venue_market_and_trade_numbers(
    migrated_url: str, roles: dict[str, str]
) -> None:
    await work(migrated_url, "desk-of-one", "aaaaaaaa", "500.5", 1_000_000)
    await work(roles["mina"], "desk-of-mina", "mmmmmmmm", "700", 2_000_000)
    for url, desk, bot_id, price, cash in (
        (migrated_url, "desk-of-one", "aaaaaaaa", D("500.5"), D(1_000_000)),
        (roles["mina"], "desk-of-mina", "mmmmmmmm", D(700), D(2_000_000)),
    ):
        database = await connect(url)
        journal = PostgresJournal(database, desk, now=lambda: NOW)
        try:
            state = await journal.load()
            assert [bot.bot_id for bot in state.bots] == [bot_id]
            assert [fill.fill.price for fill in state.recent_fills] == [price]
            # The entries of an execution are those of its own account, although both are called paper:test:t1.
            assert {entry.bot_id for fill in state.recent_fills for entry in fill.entries} == {bot_id}
            assert len(state.recent_fills[0].entries) == 3
            assert dict(state.equity_at_midnight) == {VENUE: cash}
            # Less the price of ten and a fee of 0.05 %.
            left = cash - price * 10 - (price * 10 * D("0.0005")).quantize(D("0.00000001"))
            assert [row for row in state.ledger_balances if row[1] == "KRW"] == [(VENUE, "KRW", left)]
            assert [account.account_id for account in state.accounts] == [VENUE]
            history = PostgresHistory(database)
            assert [bot.bot.bot_id for bot in await history.bots()] == [bot_id]
            assert [fill.fill.price for fill in await history.fills(None, None, 10)] == [price]
            assert [order.bot_id for order in await history.orders(None, None, 10)] == [bot_id]
            assert [point.equity for point in await history.equity("", VENUE, None, 10)] == [cash]
            assert [day.turnover for day in await history.pnl_by_day(None)] == [price * 10]
            assert {row.amount for row in await history.ledger_sums() if row.kind == EntryKind.DEPOSIT} == {cash}
            assert await last_price(database, VENUE, SYMBOL) == price
            found = await check(database, {(VENUE, "KRW"): left, (VENUE, "XRP"): D(10)})
            assert [line for line in found if line.startswith("The ledger of")] == []
            assert [line for line in found if "execution" in line or "money entry" in line] == []
        finally:
            await journal.close()
            await database.close()


async def test_a_bot_of_another_user_is_neither_changed_nor_made_again(
    migrated_url: str, roles: dict[str, str]
) -> None:
    await work(migrated_url, "desk-of-one", BOT, "500.5", 1_000_000)
    database = await connect(roles["mina"])
    journal = PostgresJournal(database, "desk-of-mina", now=lambda: NOW)
    try:
        await journal.take_desk()
        await journal.commit([AccountRecorded(ACCOUNT), InstrumentRecorded(INSTRUMENT)])
        for bot in (make_bot(desk_id="desk-of-mina"), replace(make_bot(), desk_id="desk-of-one")):
            with pytest.raises(StorageError):
                await journal.commit([BotRecorded(bot)])
    finally:
        await journal.close()
        await database.close()
    assert await ask(migrated_url, "SELECT user_id FROM bot_instances WHERE bot_uid = $1", BOT) == 1
    assert await ask(migrated_url, "SELECT count(*) FROM bot_instances") == 1


#: Tables whose rows refer to a parent, with values for what is unique for all users.
CHILDREN: dict[str, dict[str, str]] = {
    "orders": {"client_order_id": "'mine'"},
    "trades": {"venue_trade_id": "'t9'"},
    "ledger_entries": {"reference": "'mine'"},
    "positions": {},
    "grid_bot_configs": {},
    "commands": {"command_id": "'mine'"},
    "decisions": {"digest": "'mine'"},
    "equity_snapshots": {},
    "engine_state": {},
    "accounts": {"account_id": "'mine'", "venue": "'mine'"},
    "bot_instances": {"bot_uid": "'mine'"},
    "leases": {},
    "instrument_rules": {},
    "jobs": {},
}


async def test_a_row_cannot_hang_on_a_row_of_another_user(migrated_url: str, roles: dict[str, str]) -> None:
    """Each row of user 1 is copied under Mina's name."""
    await work(migrated_url, "desk-of-one", BOT, "500.5", 1_000_000)
    await ask(
        migrated_url,
        "WITH said AS (INSERT INTO decisions (desk_id, bot_uid, level, template, arguments, digest, at) "
        "VALUES ('desk-of-one', NULL, 'info', 'x', '[]', 'd', now())), halt AS (INSERT INTO engine_state "
        "VALUES ('desk-of-one', false, now())) INSERT INTO commands (command_id, desk_id, kind, body, received_at) "
        "VALUES ('c', 'desk-of-one', 'HaltAll', '{}', now())",
    )
    for table, changed in CHILDREN.items():
        kept = await ask(
            migrated_url,
            "SELECT array_agg(column_name::text) FROM information_schema.columns WHERE table_name = $1 "
            "AND table_schema = 'public' AND is_generated = 'NEVER' AND is_identity = 'NO' "
            "AND column_name <> 'user_id'",
            table,
        )
        columns = {name: changed.get(name, f'"{name}"') for name in kept}
        assert await ask(migrated_url, f"SELECT count(*) FROM {table} WHERE user_id = 1") > 0, table
        with pytest.raises(asyncpg.ForeignKeyViolationError, match=rf"fk_{table}_user_id_"):
            await ask(
                roles["mina"],
                f"INSERT INTO {table} ({', '.join(columns)}) "
                f"SELECT {', '.join(columns.values())} FROM {table} WHERE user_id = 1",
            )


async def test_every_owned_table_names_its_user_by_itself(migrated_url: str) -> None:
    """`user_id` has the same default wherever it is asked for, and leads to a user through keys that contain it."""
    connection = await asyncpg.connect(migrated_url)
    try:
        odd = await connection.fetch(
            "SELECT table_name, column_default, is_nullable FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name = 'user_id' "
            "AND (column_default IS DISTINCT FROM 'current_user_id()' OR is_nullable = 'YES') "
            "AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public') ORDER BY 1"
        )
        loose = await connection.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT 1 "
            "FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY(k.conkey)) ORDER BY 1"
        )
    finally:
        await connection.close()
    # The accounts of the house belong to no user.
    assert [tuple(row) for row in odd] == [("credit_entries", None, "YES")]
    assert loose == []
