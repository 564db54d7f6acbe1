"""Allocations as the journal wrote them."""

from datetime import timedelta

from engine.domain.bot import BotState
from storage.database import Database
from storage.journal import PostgresJournal
from storage.repositories.allocations import AllocationRepository
from tests.storage.builders import T0, D, foundation, make_bot


async def test_running_bots_use_their_share(journal: PostgresJournal, database: Database) -> None:
    await journal.commit(
        foundation(
            make_bot("aaaaaaaa", allocation_percent=D("12.5")),
            make_bot("bbbbbbbb", allocation_percent=D(30), created_at=T0 + timedelta(seconds=1)),
            make_bot(
                "cccccccc", allocation_percent=D(90), state=BotState.STOPPED, created_at=T0 - timedelta(seconds=1)
            ),
        )
    )
    allocation = await AllocationRepository(database).of_user(1)
    assert [(bot.bot_uid, bot.allocation_percent, bot.is_running) for bot in allocation.bots] == [
        ("cccccccc", D(90), False),
        ("aaaaaaaa", D("12.5"), True),
        ("bbbbbbbb", D(30), True),
    ]
    assert (allocation.used_percent, allocation.free_percent) == (D("42.5"), D("57.5"))


async def test_nobodys_bots_use_nothing(journal: PostgresJournal, database: Database, bob: int) -> None:
    await journal.commit(foundation())
    allocation = await AllocationRepository(database).of_user(bob)
    assert (allocation.bots, allocation.used_percent, allocation.free_percent) == ((), D(0), D(100))
