"""Tokens: forged, replayed, expired, stripped, signed out, of somebody else, of somebody who was disabled."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from engine.errors import UsageError
from storage.administration.secret_input import SecretInput
from storage.database import Database, connect
from storage.embedded.question import ask
from storage.errors import SignInRefused, StorageError
from storage.users import entrance
from storage.users.entrance import check_may_trade
from storage.users.people import People
from storage.users.session import Person, Session, look, resume, sign_in, who_am_i
from storage.users.token_store import FileTokens
from tests.security.conftest import Enter
from tests.support.shared import SharedDatabase, share
from tests.support.waiting import wait_until


@pytest.fixture
async def alice(shared: SharedDatabase, enter: Enter) -> AsyncIterator[Database]:
    async with enter("") as owner:
        await owner.execute("SELECT remove_person('alice')")
    await shared.add("alice")
    database = await connect(shared.url("alice"), pool_size=1)
    yield database
    await database.close()


@pytest.fixture
def store(tmp_path: Path) -> FileTokens:
    return FileTokens(tmp_path / "token")


@pytest.fixture
async def session(alice: Database, shared: SharedDatabase, store: FileTokens) -> Session:
    async with alice.question() as connection:
        person = await who_am_i(connection)
    return await sign_in(alice, person, shared.password("alice"), store)


def held(tmp_path: Path, token: str) -> FileTokens:
    """A store of somebody else's that holds this token."""
    other = FileTokens(tmp_path / "other")
    other.save(token)
    return other


async def test_a_session_goes_on_after_a_restart(alice: Database, session: Session, store: FileTokens) -> None:
    before = store.load()
    again = await resume(alice, store)
    assert again is not None
    assert (again.person.name, await again.is_valid(), await session.is_valid()) == ("alice", True, False)
    assert store.load() != before


async def test_looking_uses_nothing_up(alice: Database, session: Session, store: FileTokens) -> None:
    before = store.load()
    seen = await look(alice, store)
    assert seen is not None
    assert (seen.name, store.load(), await session.is_valid()) == ("alice", before, True)


async def test_a_token_that_comes_twice_ends_the_family(
    alice: Database, session: Session, store: FileTokens, tmp_path: Path
) -> None:
    stolen = store.load() or ""
    await session.renew()
    assert await session.is_valid()
    assert await resume(alice, held(tmp_path, stolen)) is None
    assert not await session.is_valid()
    with pytest.raises(SignInRefused, match="sign in again"):
        await session.renew()


@pytest.mark.parametrize("forge", ["", "x", "0" * 64, "' OR true --", "한글", "\x00"])
async def test_a_forged_token_opens_nothing(alice: Database, session: Session, tmp_path: Path, forge: str) -> None:
    if forge.isascii() and forge.isprintable():
        assert await resume(alice, held(tmp_path, forge)) is None
    async with alice.question() as connection:
        if "\x00" not in forge:
            assert await connection.fetchrow("SELECT * FROM check_session($1)", forge) is None
        assert await connection.fetchrow("SELECT * FROM check_session($1)", None) is None
    assert await session.is_valid()


async def test_a_token_cut_short_or_changed_is_another_token(
    alice: Database, session: Session, store: FileTokens, tmp_path: Path
) -> None:
    good = store.load() or ""
    for bad in (good[:-1], good + "=", good.swapcase(), good[::-1], hashlib.sha256(good.encode()).hexdigest()):
        assert await look(alice, held(tmp_path, bad)) is None
    assert await look(alice, store) is not None


async def test_a_token_is_of_no_use_under_another_role(
    shared: SharedDatabase, session: Session, store: FileTokens
) -> None:
    bob = await connect(shared.url("bob"), pool_size=1)
    assert await look(bob, store) is None
    assert await resume(bob, FileTokens(store._path)) is None
    await bob.close()
    assert await session.is_valid()


async def test_time_ends_both_tokens(alice: Database, session: Session, store: FileTokens, enter: Enter) -> None:
    """By the database's clock, and a transaction that is held open does not stop it."""
    async with enter("") as owner:
        await owner.execute(
            "UPDATE user_sessions SET created_at = created_at - interval '1 hour', "
            "expires_at = clock_timestamp() - interval '1 second'"
        )
        assert not await session.is_valid()
        await owner.execute("UPDATE user_sessions SET refresh_expires_at = clock_timestamp() - interval '1 second'")
    with pytest.raises(SignInRefused, match=r"^The session is more than a week old; sign in again\.$"):
        await session.renew()
    assert await look(alice, store) is None


async def test_who_signs_out_is_out(alice: Database, session: Session, store: FileTokens, enter: Enter) -> None:
    await session.sign_out()
    assert (await session.is_valid(), store.load()) == (False, None)
    async with enter("") as owner:
        assert await owner.fetchval("SELECT count(*) FROM denied_tokens") == 1
        # The list alone is enough, should the row say otherwise.
        await owner.execute("UPDATE user_sessions SET is_active = true")
    assert not await session.is_valid()


async def test_signing_out_everywhere_ends_the_other_desks(
    alice: Database, session: Session, shared: SharedDatabase, tmp_path: Path
) -> None:
    second = await sign_in(alice, session.person, shared.password("alice"), FileTokens(tmp_path / "second"))
    await session.sign_out(everywhere=True)
    assert not await second.is_valid()


async def test_disabled_people_are_out_at_once(
    alice: Database, session: Session, shared: SharedDatabase, enter: Enter
) -> None:
    administrator = await connect(shared.url("adam"), pool_size=1)
    async with enter("alice") as open_before:
        await open_before.execute("INSERT INTO desks (desk_id, name) VALUES ('d', 'n')")
        await People(administrator).set_active("alice", is_active=False)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)):
            await open_before.execute("INSERT INTO desks (desk_id, name) VALUES ('e', 'n')")
    with pytest.raises(StorageError):
        await session.is_valid()
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(shared.url("alice"))
    await People(administrator).set_active("alice", is_active=True)
    async with enter("alice") as again:
        assert await again.fetchval("SELECT count(*) FROM desks") == 1
        assert await again.fetchrow("SELECT * FROM check_session('any')") is None
    await administrator.close()


async def test_a_new_role_holds_from_the_next_statement_on(shared: SharedDatabase, enter: Enter) -> None:
    administrator = await connect(shared.url("adam"), pool_size=1)
    async with enter("bob") as bob:
        await bob.execute("INSERT INTO desks (desk_id, name) VALUES ('d', 'n')")
        await People(administrator).set_role("bob", "viewer")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await bob.execute("UPDATE desks SET name = 'm'")
        assert await bob.fetchval("SELECT name FROM desks") == "n"
        await People(administrator).set_role("bob", "trader")
        await bob.execute("UPDATE desks SET name = 'm'")
    await administrator.close()


def test_a_viewer_is_told_before_anything_is_sent() -> None:
    with pytest.raises(Exception, match=r"^vera may look at this database and not trade on it"):
        check_may_trade(Person(5, "vera", "viewer", has_password=True))


def test_a_token_file_that_others_can_read_is_not_taken(tmp_path: Path) -> None:
    store = FileTokens(tmp_path / "token")
    store.save("secret")
    assert ((tmp_path / "token").stat().st_mode & 0o777, store.load()) == (0o600, "secret")
    (tmp_path / "token").chmod(0o644)
    assert store.load() is None
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


def test_a_running_program_learns_that_it_was_signed_out(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a look; and its tokens are renewed meanwhile without anybody noticing."""
    monkeypatch.setattr(entrance, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(entrance, "token_store", lambda _address, folder: FileTokens(folder / "token"))

    async def prepare() -> SharedDatabase:
        shared = await share(migrated_url)
        await shared.add("alice")
        return shared

    shared = asyncio.run(prepare())
    ended: list[SignInRefused] = []
    asked = SecretInput(None, lambda _: "")
    door = entrance.Entrance(tmp_path, asked, password=shared.password("alice"))
    with door.opened(shared.url("alice"), "desk", ended.append, is_engine=True) as person:
        assert (person.name, person.may_trade) == ("alice", True)
        first = (tmp_path / "token").read_text()
        # Half an hour passes, as far as the server is concerned.
        ask(migrated_url, "UPDATE user_sessions SET created_at = created_at - interval '1 hour', "
            "expires_at = clock_timestamp() - interval '1 minute'")  # fmt: skip
        wait_until(lambda: (tmp_path / "token").read_text() not in (first, ""), what="new tokens")
        assert ended == []
        # A program beside it comes in on the same session and leaves it alone.
        with entrance.Entrance(tmp_path, asked).opened(shared.url("alice"), "", ended.append, is_engine=False) as also:
            assert also.name == "alice"
        ask(migrated_url, "SELECT sign_out_person('alice')")
        wait_until(lambda: ended, what="word that the session has ended")
    assert str(ended[0]) == "The session has ended; sign in again."
    with (
        pytest.raises(UsageError, match="There is no terminal to ask on"),
        entrance.Entrance(tmp_path, asked).opened(shared.url("alice"), "", ended.append, is_engine=True),
    ):
        pass
    asyncio.run(shared.leave())
