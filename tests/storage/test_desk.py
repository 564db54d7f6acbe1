"""One engine a desk: who has it is seen by others, and a dead one does not keep it."""

from pathlib import Path

import pytest

from engine.errors import AlreadyRunning, StorageError
from storage.commands import PostgresCommands
from storage.database import Database, connect
from storage.desk import DeskLease, desk_identity, lock_number
from storage.journal import PostgresJournal
from tests.storage.builders import DESK, foundation


async def test_a_desk_lives_as_long_as_its_engine(database: Database) -> None:
    commands = PostgresCommands(database, DESK)
    assert await commands.live_desk() is None
    journal = PostgresJournal(database, DESK, "kitchen table")
    await journal.take_desk()
    live = await commands.live_desk()
    assert live is not None
    assert (live.desk_id, live.name) == (DESK, "kitchen table")
    assert await PostgresCommands(database, "another-desk").live_desk() is None
    await journal.close()
    assert await commands.live_desk() is None


async def test_a_second_engine_is_refused(database: Database) -> None:
    first = DeskLease(database, DESK, "one")
    await first.take()
    second = DeskLease(database, DESK, "two", lock_wait_s=0.1)
    with pytest.raises(AlreadyRunning, match=r"^Another Gridwright already runs this desk on this database\.$"):
        await second.take()
    other = DeskLease(database, "another-desk", "three", lock_wait_s=0.1)
    await other.take()
    await other.close()
    await first.close()
    await second.take()
    await second.close()


async def test_a_refused_engine_counts_no_start(database: Database) -> None:
    first = DeskLease(database, DESK, "one")
    assert await first.take() == 1
    with pytest.raises(AlreadyRunning):
        await DeskLease(database, DESK, "two", lock_wait_s=0.1).take()
    async with database.question() as connection:
        assert await connection.fetchval("SELECT starts FROM desks WHERE desk_id = $1", DESK) == 1
    await first.close()
    assert await first.take() == 2
    await first.close()


async def test_a_heartbeat_that_is_old_is_no_life(database: Database) -> None:
    """The server still holds the session of a machine that vanished; after a while that counts as dead."""
    vanished = DeskLease(database, DESK, "vanished", lock_wait_s=0.1)
    await vanished.take()
    async with database.question() as connection:
        await connection.execute("UPDATE desks SET last_seen_at = now() - interval '1 minute'")
    assert await PostgresCommands(database, DESK).live_desk() is None
    heir = DeskLease(database, DESK, "heir", lock_wait_s=0.1)
    await heir.take()
    live = await PostgresCommands(database, DESK).live_desk()
    assert live is not None
    assert live.name == "heir"
    with pytest.raises(AlreadyRunning):
        await _beat_with_new_session(vanished)
    await heir.close()
    await vanished.close()


async def _beat_with_new_session(lease: DeskLease) -> None:
    """The first beat may find the dead session, the next opens a new one."""
    try:
        await lease.beat_once()
    except AlreadyRunning:
        raise
    except StorageError:
        await lease.beat_once()


async def test_a_lost_session_is_taken_up_again(database: Database) -> None:
    lease = DeskLease(database, DESK, "one", lock_wait_s=0.5)
    await lease.take()
    async with database.question() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name LIKE 'gridwright desk %' AND datname = current_database()"
        )
    assert await PostgresCommands(database, DESK).live_desk() is None
    try:
        await lease.beat_once()
    except StorageError:
        await lease.beat_once()
    assert await PostgresCommands(database, DESK).live_desk() is not None
    await lease.close()


async def test_what_an_earlier_copy_had_under_way_is_ended(migrated_url: str, database: Database) -> None:
    earlier = await connect(migrated_url)
    old = PostgresJournal(earlier, DESK)
    await old.commit(foundation())
    new = PostgresJournal(database, DESK)
    await new.commit(foundation())
    await new.take_desk()
    async with database.question() as connection:
        sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '% journal %' AND datname = $1"
        assert await connection.fetchval(sessions, database.address.database) == 1
    for closing in (new, old, earlier):
        await closing.close()


def test_locks_of_desks_differ() -> None:
    numbers = {lock_number(f"desk {at}") for at in range(1000)}
    assert len(numbers) == 1000
    assert all(0 <= number < 2**63 for number in numbers)


def test_a_desk_keeps_its_identity(tmp_path: Path) -> None:
    folder = tmp_path / "데이터 folder"
    first = desk_identity(folder)
    assert desk_identity(folder) == first
    assert desk_identity(tmp_path / "other") != first
    assert [path.name for path in folder.iterdir()] == ["desk-id"]


@pytest.mark.parametrize("text", ["", "not a desk", "\udcff"])
def test_a_spoilt_identity_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "desk-id").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(StorageError) as caught:
        desk_identity(tmp_path)
    assert str(caught.value).endswith(".")
    assert str(tmp_path) in str(caught.value)


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match=r"^The data folder .*file.* cannot be used: .*\.$"):
        desk_identity(tmp_path / "file" / "desk")
