"""Guessing a password: every way around the counter is tried, with SQL under one's own role."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from storage.database import Connection, Database, connect
from storage.errors import SignInRefused, WrongPassword
from storage.users.passwords import client_key, keep, prove, read_cost, sign_in_message
from storage.users.people import People
from storage.users.session import Person, resume, sign_in, who_am_i
from storage.users.token_store import FileTokens
from tests.security.conftest import Enter
from tests.support.shared import SharedDatabase

BEGIN = "SELECT * FROM begin_sign_in($1, '', '')"
PROVE = "SELECT prove_sign_in($1, $2)"
FINISH = "SELECT result FROM finish_sign_in($1, $2, $3)"
MOST_WRONG = 5


@pytest.fixture
async def guarded(shared: SharedDatabase, enter: Enter) -> SharedDatabase:
    """Alice and bob have passwords to sign in with."""
    for name in ("alice", "bob"):
        kept = await asyncio.to_thread(keep, shared.password(name))
        async with enter("") as owner:
            await owner.execute("UPDATE users SET hashed_password = $2 WHERE username = $1", name, str(kept))
    return shared


@pytest.fixture
async def alice(guarded: SharedDatabase) -> AsyncIterator[Database]:
    database = await connect(guarded.url("alice"), application_name="test", pool_size=2)
    yield database
    await database.close()


async def whose(database: Database) -> Person:
    async with database.question() as connection:
        return await who_am_i(connection)


def token() -> str:
    return hashlib.sha256(secrets.token_bytes(8)).hexdigest()


def proof_for(attempt: Any, password: str, name: str = "alice") -> bytes:
    key = client_key(password, attempt["salt"], read_cost(attempt["cost"]))
    return prove(key, sign_in_message(attempt["attempt"], name, attempt["nonce"]))


async def guess(connection: Connection, proof: bytes = bytes(32)) -> str:
    """One guess by plain SQL, without Argon2id: what comes of it."""
    attempt = await connection.fetchrow(BEGIN, "alice")
    if attempt["refused"]:
        return str(attempt["refused"])
    await connection.execute(PROVE, attempt["attempt"], proof)
    return str(await connection.fetchval(FINISH, attempt["attempt"], token(), token()))


async def test_the_password_opens_and_another_one_does_not(
    alice: Database, guarded: SharedDatabase, tmp_path: Path
) -> None:
    person, store = await whose(alice), FileTokens(tmp_path / "token")
    with pytest.raises(WrongPassword, match=r"^The name or the password is wrong\.$"):
        await sign_in(alice, person, "not it at all", store)
    session = await sign_in(alice, person, guarded.password("alice"), store, name="ＡＬＩＣＥ")
    assert (session.person.name, session.person.role, await session.is_valid()) == ("alice", "trader", True)
    with pytest.raises(WrongPassword):
        await sign_in(alice, person, guarded.password("alice"), store, name="bob")


async def test_five_wrong_ones_lock_a_quarter_of_an_hour_and_each_lock_doubles(enter: Enter, guarded: object) -> None:
    async with enter("alice") as alice, enter("") as owner:
        for minutes in (15, 30, 60):
            assert [await guess(alice) for _ in range(MOST_WRONG + 2)] == ["wrong"] * MOST_WRONG + ["locked"] * 2
            wait = await alice.fetchval("SELECT wait_s FROM begin_sign_in('alice', '', '')")
            assert minutes * 60 - 20 < wait <= minutes * 60
            # Time passes: what lies behind is moved into the past.
            past = f"interval '{minutes} minutes'"
            await owner.execute(f"UPDATE login_history SET created_at = created_at - {past}")
            await owner.execute(f"UPDATE user_rights SET locked_until = locked_until - {past}")


async def test_the_right_password_does_not_open_a_lock(
    alice: Database, guarded: SharedDatabase, enter: Enter, tmp_path: Path
) -> None:
    async with enter("alice") as plain:
        for _ in range(MOST_WRONG):
            await guess(plain)
    person, store = await whose(alice), FileTokens(tmp_path / "token")
    with pytest.raises(SignInRefused, match=r"^After too many wrong passwords alice is locked for 15 more minutes\.$"):
        await sign_in(alice, person, guarded.password("alice"), store)
    administrator = await connect(guarded.owner_url, pool_size=1)
    await People(administrator).unlock("alice")
    await administrator.close()
    assert await (await sign_in(alice, person, guarded.password("alice"), store)).is_valid()


async def test_guesses_at_the_same_time_are_counted_one_by_one(enter: Enter, guarded: SharedDatabase) -> None:
    connections = await asyncio.gather(*(asyncpg.connect(guarded.url("alice")) for _ in range(12)))
    try:
        answers = await asyncio.gather(*(guess(connection) for connection in connections))
    finally:
        for connection in connections:
            await connection.close()
    assert answers.count("wrong") <= MOST_WRONG
    assert set(answers) == {"wrong", "locked"}


async def test_an_attempt_that_is_rolled_back_leads_nowhere(enter: Enter, guarded: SharedDatabase) -> None:
    async with enter("alice") as alice:
        inside = alice.transaction()
        await inside.start()
        attempt = await alice.fetchrow(BEGIN, "alice")
        with pytest.raises(asyncpg.PostgresError, match="begin again"):
            await alice.execute(PROVE, attempt["attempt"], bytes(32))
        await inside.rollback()
        with pytest.raises(asyncpg.PostgresError, match="begin again"):
            await alice.execute(PROVE, attempt["attempt"], bytes(32))


async def test_a_proof_that_is_rolled_back_cannot_be_judged(enter: Enter, guarded: SharedDatabase) -> None:
    async with enter("alice") as alice:
        attempt = await alice.fetchrow(BEGIN, "alice")
        for savepoint in (False, True):
            inside = alice.transaction()
            await inside.start()
            if savepoint:
                await alice.execute("SAVEPOINT s")
            await alice.execute(PROVE, attempt["attempt"], bytes(32))
            if savepoint:
                await alice.execute("RELEASE SAVEPOINT s")
            with pytest.raises(asyncpg.PostgresError, match="begin again"):
                await alice.fetch(FINISH, attempt["attempt"], token(), token())
            await inside.rollback()


async def test_judging_and_rolling_back_gives_no_second_guess(enter: Enter, guarded: SharedDatabase) -> None:
    async with enter("alice") as alice:
        attempt = await alice.fetchrow(BEGIN, "alice")
        await alice.execute(PROVE, attempt["attempt"], bytes(32))
        inside = alice.transaction()
        await inside.start()
        assert await alice.fetchval(FINISH, attempt["attempt"], token(), token()) == "wrong"
        await inside.rollback()
        with pytest.raises(asyncpg.PostgresError, match="begin again"):
            await alice.execute(PROVE, attempt["attempt"], bytes([1]) * 32)
        assert await alice.fetchval(FINISH, attempt["attempt"], token(), token()) == "wrong"
        with pytest.raises(asyncpg.PostgresError, match="begin again"):
            await alice.fetch(FINISH, attempt["attempt"], token(), token())
        # Rolled back or not: it counts.
        assert [await guess(alice) for _ in range(MOST_WRONG)] == ["wrong"] * (MOST_WRONG - 1) + ["locked"]


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_an_old_picture_of_the_table_is_refused(enter: Enter, guarded: SharedDatabase, isolation: Any) -> None:
    async with enter("alice") as alice:
        with pytest.raises(asyncpg.PostgresError, match="read committed"):
            async with alice.transaction(isolation=isolation):
                await alice.fetchrow(BEGIN, "alice")


async def test_attempts_that_are_never_finished_count(enter: Enter, guarded: SharedDatabase) -> None:
    async with enter("alice") as alice:
        answers = [(await alice.fetchrow(BEGIN, "alice"))["refused"] for _ in range(MOST_WRONG + 1)]
    assert answers == [None] * MOST_WRONG + ["locked"]


@pytest.mark.parametrize("name", ["ALICE", " alice", "ａｌｉｃｅ", "alice\u200b", "bob", "nobody", "' OR 1=1 --"])
async def test_no_spelling_of_the_name_has_a_counter_of_its_own(
    enter: Enter, guarded: SharedDatabase, name: str
) -> None:
    async with enter("alice") as alice:
        for _ in range(MOST_WRONG):
            await alice.fetchrow(BEGIN, name)
        assert await guess(alice) == "locked"
    async with enter("bob") as bob:
        assert (await bob.fetchrow(BEGIN, "bob"))["refused"] is None, "nobody locks another one out"


async def test_a_proof_is_good_for_one_attempt(enter: Enter, guarded: SharedDatabase) -> None:
    async with enter("alice") as alice:
        first = await alice.fetchrow(BEGIN, "alice")
        proof = await asyncio.to_thread(proof_for, first, guarded.password("alice"))
        await alice.execute(PROVE, first["attempt"], proof)
        assert await alice.fetchval(FINISH, first["attempt"], token(), token()) == "signed in"
        assert await guess(alice, proof) == "wrong"


async def test_what_counts_is_out_of_reach(enter: Enter, guarded: SharedDatabase) -> None:
    attacks = (
        "DELETE FROM login_history",
        "UPDATE login_history SET result = 'signed in'",
        "INSERT INTO login_history (result) VALUES ('signed in')",
        "SELECT * FROM sign_in_attempts",
        "DELETE FROM sign_in_attempts",
        "UPDATE user_rights SET locked_until = NULL, lock_count = 0, attempts_since = now() + interval '1 year'",
        "INSERT INTO user_rights (role) VALUES ('admin')",
        "SELECT * FROM rate_limits",
        "DELETE FROM rate_limits",
        "INSERT INTO user_sessions (session_token, expires_at) VALUES ('x', now() + interval '1 day')",
        "UPDATE user_sessions SET is_active = true",
        "DELETE FROM denied_tokens",
        "SELECT count_request('127.0.0.1', 'sign_in', 1, 1)",
        "SELECT forget_old_sign_ins()",
        "SELECT end_sessions_of(3)",
        "SELECT cut_connections('bob')",
        "SELECT person('bob')",
        "SELECT unlock_person('alice')",
        "SELECT set_person_role('alice', 'admin')",
        "SELECT * FROM list_people()",
    )
    async with enter("alice") as alice:
        await guess(alice)
        for attack in attacks:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await alice.execute(attack)


async def test_addresses_are_counted_too(enter: Enter, guarded: SharedDatabase) -> None:
    async with enter("") as owner, enter("bob") as bob:
        # This window and the next one, should it begin meanwhile.
        await owner.execute(
            "INSERT INTO rate_limits (address, endpoint, window_start, window_s, requests) "
            "SELECT '127.0.0.1', 'sign_in', "
            "to_timestamp((floor(extract(epoch FROM clock_timestamp()) / 300) + next) * 300), 300, 60 "
            "FROM generate_series(0, 1) next"
        )
        assert (await bob.fetchrow(BEGIN, "bob"))["refused"] == "limited"


async def test_the_history_tells_each_attempt(
    alice: Database, guarded: SharedDatabase, enter: Enter, tmp_path: Path
) -> None:
    async with enter("alice") as plain:
        await guess(plain)
        await plain.fetchrow(BEGIN, "alice")
    await sign_in(alice, await whose(alice), guarded.password("alice"), FileTokens(tmp_path / "t"), desk="desk 7")
    async with enter("alice") as plain, enter("bob") as bob:
        told = await plain.fetch("SELECT result, ip_address, desk_id, user_agent FROM login_history ORDER BY id")
        assert [tuple(row) for row in told] == [
            ("wrong", "127.0.0.1", "", ""),
            ("open", "127.0.0.1", "", ""),
            ("signed in", "127.0.0.1", "desk 7", "test"),
        ]
        assert await bob.fetch("SELECT * FROM login_history") == []


async def test_nothing_that_is_kept_opens_anything(
    alice: Database, guarded: SharedDatabase, enter: Enter, tmp_path: Path
) -> None:
    """A dump holds neither password, key, proof that is still good, nor token."""
    store = FileTokens(tmp_path / "token")
    await sign_in(alice, await whose(alice), guarded.password("alice"), store)
    refresh = store.load() or ""
    async with enter("") as owner:
        tables = [row[0] for row in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        rows = [await owner.fetch(f"SELECT t::text FROM {table} t") for table in tables]
        dump = "".join(str(row[0]) for found in rows for row in found)
        kept = await owner.fetchval("SELECT hashed_password FROM users WHERE username = 'alice'")
    assert kept in dump, "the search sees what is there"
    for secret in (guarded.password("alice"), refresh):
        assert secret
        assert secret not in dump
    # Who has the dump presents what is in it.
    thief = FileTokens(tmp_path / "thief")
    thief.save(hashlib.sha256(refresh.encode()).hexdigest())
    assert await resume(alice, thief) is None
