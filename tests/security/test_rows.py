"""Somebody else's rows cannot be read, changed, added to or guessed by plain SQL under one's own database role."""

from decimal import Decimal

import asyncpg
import pytest

from engine.domain.messages import CommandReceived, OrderRecorded, PauseBot, Record, RungRecorded
from engine.domain.order import OrderState
from storage.commands import PostgresCommands
from storage.database import Connection, connect
from storage.journal import PostgresJournal
from tests.security.conftest import Enter
from tests.storage.builders import BOT, DESK, NOW, VENUE, book, foundation, make_bot, make_fill, make_order, make_rung
from tests.support.shared import SharedDatabase

#: Tables without an owner, and why that is right.
NOBODYS = {
    "alembic_version": "the shape of the tables",
    "users": "has a policy of its own: one's own row",
    "rate_limits": "counts addresses; nobody may read it",
    "spent_budget": "counts what is asked of exchanges; nobody may read it",
    "candles": "a fact of the market", "tickers": "a fact of the market", "orderbooks": "a fact of the market",
    "transactions": "a fact of the market", "technical_indicators": "computed from the market",
    "spreads": "a fact of the market", "fx_rates": "a fact of the market", "funding_rates": "a fact of the market",
    "candle_rollups": "computed from candles", "spread_rollups": "computed from spreads",
    "rollup_progress": "how far the upkeep is", "rollup_changes": "what the upkeep has to do again",
    "series_retention": "how long series are kept",
}  # fmt: skip
OWNED = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'user_id'
        AND NOT a.attisdropped AND NOT c.relispartition ORDER BY 1
"""
REFUSED = (asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError, asyncpg.NotNullViolationError)


def everything() -> list[Record]:
    """A desk, an account, a bot with a rung, an order that was filled and its entries."""
    order = make_order(1, state=OrderState.OPEN)
    filled, fill = book(order, make_fill(order, "t1", Decimal(10)))
    return [*foundation(make_bot(fencing_token=0)), RungRecorded(BOT, 1, make_rung(0)), fill, OrderRecorded(filled)]


async def trade(shared: SharedDatabase, name: str) -> None:
    """Work as somebody: rows in every table that the journal writes, and a command."""
    database = await connect(shared.url(name), pool_size=2)
    try:
        journal = PostgresJournal(database, DESK, now=lambda: NOW)
        await journal.take_desk()
        await journal.commit(everything())
        await PostgresCommands(database, DESK).submit(CommandReceived(f"command of {name}", PauseBot(BOT), NOW))
        await journal.close()
    finally:
        await database.close()


async def rows(connection: Connection, table: str) -> list[str]:
    return [row[0] for row in await connection.fetch(f"SELECT t::text FROM {table} t ORDER BY 1")]


async def all_rows(enter: Enter, tables: list[str]) -> dict[str, list[str]]:
    async with enter("") as owner:
        return {table: await rows(owner, table) for table in tables}


async def owned_tables(enter: Enter) -> list[str]:
    async with enter("") as owner:
        return [row["relname"] for row in await owner.fetch(OWNED)]


async def test_every_table_with_an_owner_is_protected_and_every_other_one_is_known(enter: Enter) -> None:
    async with enter("") as owner:
        found = await owner.fetch(
            "SELECT c.relname AS name, c.relrowsecurity AS is_protected, bool_or(a.attname = 'user_id') AS is_owned, "
            "(SELECT array_agg(pg_get_expr(p.polqual, p.polrelid) || '|' || pg_get_expr(p.polwithcheck, p.polrelid)) "
            " FROM pg_policy p WHERE p.polrelid = c.oid) AS policies "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
            "GROUP BY c.oid ORDER BY 1"
        )
    mine = "(user_id = ( SELECT current_user_id() AS current_user_id))"
    for row in found:
        if row["is_owned"]:
            assert (row["name"], row["is_protected"], row["policies"]) == (row["name"], True, [f"{mine}|{mine}"])
    assert {row["name"] for row in found if not row["is_owned"]} == set(NOBODYS)


async def test_nobody_sees_a_row_of_another(shared: SharedDatabase, enter: Enter) -> None:
    await trade(shared, "alice")
    tables = await owned_tables(enter)
    before = await all_rows(enter, tables)
    used = {table for table in tables if before[table]}
    assert used >= {"desks", "accounts", "bot_instances", "orders", "trades", "ledger_entries", "commands", "leases"}
    for name in ("bob", "vera", "adam"):
        async with enter(name) as other:
            me = await other.fetchval("SELECT current_user_id()")
            for table in sorted(used):
                try:
                    seen = await other.fetch(f"SELECT user_id FROM {table}")
                except asyncpg.InsufficientPrivilegeError:
                    continue
                assert {row["user_id"] for row in seen} <= {me}, f"{name} sees rows of {table}"


async def test_nobody_changes_or_deletes_a_row_of_another(shared: SharedDatabase, enter: Enter) -> None:
    await trade(shared, "alice")
    tables = await owned_tables(enter)
    before = await all_rows(enter, tables)
    for name in ("bob", "vera", "adam"):
        async with enter(name) as other:
            for table in (table for table in tables if before[table]):
                column = await other.fetchval(
                    "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 "
                    "AND attgenerated = '' AND has_column_privilege(attrelid, attnum, 'UPDATE') LIMIT 1",
                    table,
                )
                for attack in (
                    f"UPDATE {table} SET {column or 'user_id'} = {column or 'user_id'}",
                    f"UPDATE {table} SET user_id = current_user_id()",
                    f"DELETE FROM {table}",
                    f"TRUNCATE {table} CASCADE",
                    f"SELECT * FROM {table} FOR UPDATE",
                    f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
                    f"DROP POLICY own_rows ON {table}",
                    f"CREATE TRIGGER t BEFORE INSERT ON {table} EXECUTE FUNCTION check_allocation()",
                ):
                    try:
                        answer = await other.execute(attack)
                    except asyncpg.InsufficientPrivilegeError:
                        continue
                    assert answer.split()[-1] == "0" or table in {"user_rights", "user_sessions"}, (name, attack)
    assert await all_rows(enter, tables) == before


async def test_nobody_writes_a_row_for_another(shared: SharedDatabase, enter: Enter) -> None:
    """Every row of alice, offered again by bob: as hers, and as a child of what is hers."""
    await trade(shared, "alice")
    tables = await owned_tables(enter)
    before = await all_rows(enter, tables)
    for table in (table for table in tables if before[table]):
        async with enter("") as owner, enter("bob") as bob:
            columns = [
                row["attname"]
                for row in await owner.fetch(
                    "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 "
                    "AND attgenerated = '' AND attidentity = '' AND NOT attisdropped ORDER BY attnum",
                    table,
                )
            ]
            names = ", ".join(columns)
            hers = await owner.fetch(f"SELECT {names} FROM {table} WHERE user_id <> 1")
            for row in hers[:3]:
                places = ", ".join(f"${at + 1}" for at in range(len(columns)))
                with pytest.raises(REFUSED):
                    await bob.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *row.values())
                with pytest.raises((*REFUSED, asyncpg.FeatureNotSupportedError, asyncpg.UniqueViolationError)):
                    await bob.copy_records_to_table(table, records=[tuple(row.values())], columns=columns)
    assert await all_rows(enter, tables) == before


async def test_a_child_cannot_hang_on_somebody_elses_parent(shared: SharedDatabase, enter: Enter) -> None:
    await trade(shared, "alice")
    attacks = (
        (
            "INSERT INTO commands (command_id, desk_id, kind, body, received_at) "
            f"VALUES ('mine', '{DESK}', 'HaltAll', '{{}}', now())"
        ),
        f"INSERT INTO engine_state (desk_id, is_halted, changed_at) VALUES ('{DESK}', true, now())",
        f"INSERT INTO accounts (account_id, desk_id, venue, name, mode) VALUES ('a', '{DESK}', 'v', 'n', 'paper')",
        f"INSERT INTO leases (account_id, token, requested_by_desk_id, requested_at) VALUES ('{VENUE}', 9, 'x', now())",
        (
            "INSERT INTO decisions (desk_id, level, template, arguments, digest, at) "
            f"VALUES ('{DESK}', 'info', 'x', '[]', 'd', now())"
        ),
        (
            "INSERT INTO ledger_entries (account_id, asset, amount, kind, reference, booked_at) "
            f"VALUES ('{VENUE}', 'KRW', 1, 'deposit', 'r', now())"
        ),
    )
    async with enter("bob") as bob:
        for attack in attacks:
            with pytest.raises(asyncpg.ForeignKeyViolationError) as caught:
                await bob.execute(attack)
            # The message repeats what bob said himself, and nothing of the row that he aimed at.
            assert "alice" not in f"{caught.value.detail} {caught.value.message}"


async def test_identities_are_given_by_the_server_alone(shared: SharedDatabase, enter: Enter) -> None:
    """A number taken in advance would stop the next row of somebody else."""
    async with enter("bob") as bob:
        await bob.execute("INSERT INTO desks (desk_id, name) VALUES ('bobs', 'x')")
        taken = "INSERT INTO commands (id, command_id, desk_id, kind, body, received_at) VALUES "
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await bob.execute(taken + "(7, 'c', 'bobs', 'HaltAll', '{}', now())")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await bob.execute("UPDATE commands SET id = id + 1000")
        for sequence in ("commands_id_seq", "orders_id_seq", "trades_id_seq"):
            for attack in (
                f"SELECT nextval('{sequence}')",
                f"SELECT setval('{sequence}', 1)",
                f"SELECT * FROM {sequence}",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await bob.execute(attack)


async def test_identities_that_are_chosen_cannot_be_squatted_by_name(shared: SharedDatabase, enter: Enter) -> None:
    """Both trade the same account id on the same venue with the same symbols; the one does not notice the other."""
    async with enter("") as owner, enter("bob") as bob, enter("alice") as alice:
        for somebody, desk in ((alice, "desk a"), (bob, "desk b")):
            await somebody.execute("INSERT INTO desks (desk_id, name) VALUES ($1, 'same')", desk)
            await somebody.execute(
                "INSERT INTO accounts (account_id, desk_id, venue, name, mode) "
                "VALUES ('sim', $1, 'sim', 's', 'simulated')",
                desk,
            )
            await somebody.execute(
                "INSERT INTO instruments (venue, symbol, base_asset, quote_asset) VALUES ('sim', 'A/B', 'A', 'B')"
            )
        assert await owner.fetchval("SELECT count(*) FROM accounts WHERE account_id = 'sim'") == 2
        assert await bob.fetchval("SELECT desk_id FROM accounts") == "desk b"


async def test_books_are_appended_to_and_never_changed(shared: SharedDatabase, enter: Enter) -> None:
    """Not even one's own."""
    await trade(shared, "alice")
    async with enter("alice") as alice:
        assert await alice.fetchval("SELECT count(*) FROM ledger_entries") > 0
        for table in ("ledger_entries", "trades", "login_history"):
            for attack in (f"UPDATE {table} SET user_id = user_id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await alice.execute(attack)
        for attack in ("DELETE FROM orders", "DELETE FROM users", "DELETE FROM user_rights"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await alice.execute(attack)


async def test_what_a_person_may_change_of_the_own_row(enter: Enter) -> None:
    async with enter("alice") as alice:
        assert await alice.execute("UPDATE users SET telegram_chat_id = '12'") == "UPDATE 1"
        for column in (
            "id",
            "username",
            "database_role",
            "is_active",
            "is_verified",
            "email",
            "manual_tier",
            "last_login",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await alice.execute(f"UPDATE users SET {column} = {column}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await alice.fetch("SELECT hashed_password FROM users")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await alice.fetch("SELECT users FROM users")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await alice.execute("UPDATE user_rights SET role = 'admin'")
        assert [row["username"] for row in await alice.fetch("SELECT username FROM users")] == ["alice"]


async def test_a_viewer_writes_nothing(shared: SharedDatabase, enter: Enter) -> None:
    async with enter("") as owner, enter("vera") as vera:
        tables = [
            row["relname"]
            for row in await owner.fetch(
                "SELECT relname FROM pg_class "
                "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')"
            )
        ]
        for table in tables:
            allowed = await vera.fetchrow(
                "SELECT has_any_column_privilege($1, 'INSERT') OR has_any_column_privilege($1, 'UPDATE') "
                "OR has_table_privilege($1, 'DELETE') OR has_table_privilege($1, 'TRUNCATE') "
                "OR has_table_privilege($1, 'TRIGGER') OR has_table_privilege($1, 'REFERENCES')",
                f"public.{table}",
            )
            assert not allowed[0], f"vera may write {table}"
        for table in ("vaults", "vault_keys", "credentials"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await vera.fetch(f"SELECT * FROM {table}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await vera.execute("CREATE TEMP TABLE t (x int)")


async def test_who_trades_counts_what_is_asked_of_exchanges_and_nobody_reads_or_changes_the_count(enter: Enter) -> None:
    take = "SELECT granted FROM take_budget('k', $1, '{orders}', '{10}', '{60000}', '{6}', '{1}')"
    async with enter("alice") as alice, enter("bob") as bob:
        assert await alice.fetchval(take, "alice's desk") == [6]
        assert await bob.fetchval(take, "bob's desk") == [4], "an address is everybody's"
        for attack in ("SELECT * FROM spent_budget", "DELETE FROM spent_budget", "UPDATE spent_budget SET amount = 0"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await bob.execute(attack)
    async with enter("vera") as vera:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await vera.fetchval(take, "vera")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await vera.execute("SELECT ban_budget('k', 60000)")
