"""What is to be looked at becomes a notification: in the same statement, once, until it is read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.domain.messages import BotRecorded, DecisionLogged, Level
from engine.domain.sentences import say
from engine.errors import LeaseLost
from storage.batch import BatchBuilder
from storage.cache import ProcessCache
from storage.cached.queues import NotificationQueues
from storage.database import Database
from storage.desk import current_user_id
from storage.desk_mirror import MOST_NOTIFICATIONS, DeskMirror
from storage.desk_storage import DeskStorage
from storage.journal import PostgresJournal
from storage.repositories.notifications import NotificationRepository
from tests.storage.builders import BOT, DESK, NOW, T0, D, foundation, make_bot
from tests.support.views import view_of
from tests.support.waiting import wait_for

LOOK = DecisionLogged(BOT, Level.LOOK, say("Bought {quantity} too many.", quantity=D("1234.50")), T0)
ERROR = DecisionLogged(BOT, Level.ERROR, say("Broken."), T0)


async def told(database: Database) -> list[tuple[Any, ...]]:
    async with database.question() as connection:
        rows = await connection.fetch("SELECT channel, level, title, body, bot_uid FROM notifications ORDER BY id")
    return [tuple(row) for row in rows]


async def test_what_is_to_be_looked_at_is_told_and_the_rest_is_not(
    database: Database, journal: PostgresJournal
) -> None:
    await journal.commit(foundation(make_bot()))
    await journal.commit([
        LOOK, ERROR, DecisionLogged(BOT, Level.INFO, say("All is well."), T0),
        DecisionLogged("", Level.ERROR, say("No bot's."), T0),
    ])  # fmt: skip
    assert sorted(await told(database)) == [
        ("desk", "error", "Broken.", "", BOT),
        ("desk", "look", "Bought 1,234.5 too many.", "", BOT),
    ]


async def test_what_is_committed_again_is_told_once_also_when_it_was_read(
    database: Database, journal: PostgresJournal
) -> None:
    await journal.commit(foundation(make_bot()))
    notifications = NotificationRepository(database)
    for _ in range(2):
        await journal.commit([LOOK])
    async with database.question() as connection:
        me = await current_user_id(connection)
    assert await notifications.mark_read(me) == 1
    await journal.commit([LOOK])
    assert len(await told(database)) == 1


async def test_the_same_sentence_is_told_again_only_after_it_was_read(
    database: Database, journal: PostgresJournal
) -> None:
    await journal.commit(foundation(make_bot(), make_bot("other001")))
    later = [replace(LOOK, at=T0 + timedelta(minutes=at)) for at in range(4)]
    notifications = NotificationRepository(database)
    await journal.commit(later[:2])
    await journal.commit(later[2:3])
    assert await notifications.count_unread(1) == 1
    await journal.commit([replace(later[2], bot_id="other001")])
    assert await notifications.count_unread(1) == 2
    assert await notifications.mark_read(1) == 2
    await journal.commit(later[3:])
    assert [row[4] for row in await told(database)] == [BOT, "other001", BOT]
    async with database.question() as connection:
        # The log has them all.
        assert await connection.fetchval("SELECT count(*) FROM decisions WHERE level = 'look'") == 5


async def test_who_says_so_is_told_by_telegram_too(database: Database, journal: PostgresJournal) -> None:
    await journal.commit(foundation(make_bot()))
    for number, (settings, channels) in enumerate((
        ("telegram_notifications = true", ["desk"]),
        ("telegram_chat_id = '42'", ["desk", "telegram"]),
        ("telegram_notifications = false", ["desk"]),
    )):  # fmt: skip
        async with database.question() as connection:
            await connection.execute(f"UPDATE users SET {settings} WHERE id = 1")
        await journal.commit([replace(LOOK, sentence=say("{number}.", number=number))])
        found = [row[0] for row in await told(database) if row[2] == f"{number}."]
        assert sorted(found) == channels
    assert [one.title for one in await NotificationRepository(database).due("telegram")] == ["1."]


async def test_a_sentence_that_is_too_long_for_a_title_is_whole_in_the_body(
    database: Database, journal: PostgresJournal
) -> None:
    await journal.commit(foundation(make_bot()))
    long = "가" * 201
    await journal.commit([replace(LOOK, sentence=say("{text}", text=text)) for text in ("가" * 200, long)])
    assert sorted(row[2:4] for row in await told(database)) == [("가" * 199 + "…", long), ("가" * 200, "")]


async def test_a_desk_that_lost_its_bot_tells_nothing(database: Database, journal: PostgresJournal) -> None:
    await journal.commit(foundation(make_bot()))
    async with database.question() as connection:
        await connection.execute("UPDATE bot_instances SET fencing_token = fencing_token + 1")
    with pytest.raises(LeaseLost):
        await journal.commit([BotRecorded(make_bot()), LOOK])
    assert await told(database) == []


def test_a_commit_without_such_a_line_asks_for_no_notification() -> None:
    quiet = BatchBuilder(DESK).build([BotRecorded(make_bot()), replace(LOOK, level=Level.INFO)])
    assert "notices" not in {part.name for part in quiet.parts}
    loud = BatchBuilder(DESK).build([BotRecorded(make_bot()), LOOK])
    assert "notices" in {part.name for part in loud.parts}


async def test_the_numbers_of_what_was_told_are_heard_when_they_are_durable(database: Database) -> None:
    heard: list[tuple[Sequence[int], Sequence[int]]] = []
    journal = PostgresJournal(database, DESK, now=lambda: NOW, on_notified=lambda *ids: heard.append(ids))
    try:
        await journal.commit(foundation(make_bot()))
        assert heard == []
        async with database.question() as connection:
            await connection.execute("UPDATE users SET telegram_notifications = true, telegram_chat_id = '42'")
        for _ in range(2):
            await journal.commit([LOOK])
        [(on_desk, by_telegram)] = heard
        rows = await NotificationRepository(database).get_all(1)
        assert {(one.channel, one.id) for one in rows} == {("desk", on_desk[0]), ("telegram", by_telegram[0])}
    finally:
        await journal.close()


async def test_a_mirror_queues_what_it_hears_once_and_waits_for_a_cache_that_is_away() -> None:
    cache = Away()
    mirror, queues = DeskMirror(cache, 7, DESK), NotificationQueues(cache)
    view = view_of([], [])
    mirror.notified([11, 12], [13])
    mirror.notified(range(100, 100 + MOST_NOTIFICATIONS), [])
    cache.is_gone = True
    await mirror.mirror(view)
    cache.is_gone = False
    assert await queues.waiting(7) == 0
    for _ in range(2):
        await mirror.mirror(view)
    assert await queues.waiting(7) == MOST_NOTIFICATIONS
    # The oldest two made room; they are in the table.
    assert await queues.take(7) == 100
    assert [await queues.take_telegram() for _ in range(2)] == [13, None]


async def test_a_desk_with_redis_queues_what_it_told(migrated_url: str, redis_url: str, tmp_path: Path) -> None:
    stored = await DeskStorage.open(migrated_url, redis_url, tmp_path, "test")
    try:
        await stored.journal.commit([*foundation(make_bot(desk_id=stored.desk_id)), LOOK])
        assert stored.mirror is not None
        await wait_for(stored.cache.is_up, what="Redis")
        await stored.mirror.mirror(view_of([], []))
        [row] = await NotificationRepository(stored.database).get_all(1)
        assert await NotificationQueues(stored.cache).take(1) == row.id
    finally:
        await stored.close()


class Away(ProcessCache):
    """A cache that is away when a test says so."""

    is_gone = False

    @property
    def is_away(self) -> bool:
        return self.is_gone
