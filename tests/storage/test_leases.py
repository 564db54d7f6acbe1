"""Who may trade an account: one desk at a time, by the database's clock, and every write under its token."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from engine.domain.bot import AccountMode
from engine.domain.messages import AccountRecorded, BotRecorded, EquitySampled, HaltRecorded, OrderRecorded
from engine.errors import LeaseLost, StorageUnavailable
from storage.database import Database
from storage.journal import PostgresJournal
from storage.leases import AccountLeases
from tests.storage.builders import ACCOUNT, DESK, T0, D, foundation, make_bot, make_order
from tests.support.waiting import wait_for

OTHER = "desk-two"
THIRD = "desk-three"


class Holder:
    """One desk with its leases and its journal, as a program has them. Its own clock stands still."""

    def __init__(self, database: Database, desk_id: str, *, takes_all: bool = True) -> None:
        self.now_s = 0.0
        self.leases = AccountLeases(database, 1, desk_id, lease_s=10, takes_all=takes_all, clock=lambda: self.now_s)
        self.journal = PostgresJournal(database, desk_id, desk_id, leases=self.leases)

    async def begin(self) -> "Holder":
        await self.journal.take_desk()
        return self

    async def close(self) -> None:
        await self.leases.close()
        await self.journal.close()


@pytest.fixture
async def desks(database: Database) -> AsyncIterator[dict[str, Holder]]:
    """Three desks of one user; the first one has opened an account that any of them can reach, with one bot."""
    found = {desk: await Holder(database, desk).begin() for desk in (DESK, OTHER, THIRD)}
    live = replace(ACCOUNT, mode=AccountMode.PRACTICE)
    await found[DESK].journal.commit(
        [
            *(
                AccountRecorded(live) if isinstance(r, AccountRecorded) else r
                for r in foundation(make_bot(fencing_token=1))
            )
        ]
    )
    try:
        yield found
    finally:
        for desk in found.values():
            await desk.close()


async def let_expire(database: Database) -> None:
    async with database.question() as connection:
        await connection.execute("UPDATE leases SET expires_at = clock_timestamp() - interval '1 ms'")


async def one(database: Database, query: str) -> tuple[object, ...]:
    async with database.question() as connection:
        return tuple(await connection.fetchrow(query))


async def test_an_account_is_leased_to_the_desk_that_opens_it(desks: dict[str, Holder], database: Database) -> None:
    assert desks[DESK].leases.is_held(ACCOUNT.account_id)
    assert await desks[OTHER].leases.take() == []
    row = await one(database, "SELECT desk_id, token, bound_desk_id, expires_at > clock_timestamp() FROM leases")
    assert row == (DESK, 1, None, True)


async def test_a_lease_that_expired_is_taken_once(desks: dict[str, Holder], database: Database) -> None:
    await let_expire(database)
    assert await desks[OTHER].leases.take() == [ACCOUNT.account_id]
    assert await desks[THIRD].leases.take() == []
    row = await one(
        database,
        "SELECT l.desk_id, l.token, a.desk_id, b.desk_id, b.fencing_token FROM leases l, accounts a, bot_instances b",
    )
    assert row == (OTHER, 2, OTHER, OTHER, 2)
    assert (await desks[OTHER].journal.load([ACCOUNT.account_id])).tokens == ((ACCOUNT.account_id, 2),)


async def test_nothing_is_written_under_an_older_token(desks: dict[str, Holder], database: Database) -> None:
    bot = make_bot(fencing_token=1)
    order = make_order(0, fencing_token=1)
    await desks[DESK].journal.commit([BotRecorded(bot), OrderRecorded(order)])
    await let_expire(database)
    await desks[OTHER].leases.take()
    point = EquitySampled(ACCOUNT.account_id, "", T0, D(1), D(0), D(1), D(1))
    for records in (
        [OrderRecorded(make_order(1, fencing_token=1))],
        [BotRecorded(make_bot("newborn1", fencing_token=1))],
        [point],
    ):
        with pytest.raises(LeaseLost) as caught:
            await desks[DESK].journal.commit(records)
        assert caught.value.account_ids == {ACCOUNT.account_id}
    assert await one(database, "SELECT count(*), (SELECT count(*) FROM equity_snapshots) FROM orders") == (1, 0)
    assert await one(database, "SELECT count(*) FROM bot_instances") == (1,)


async def test_what_was_given_up_is_not_written_any_more(desks: dict[str, Holder]) -> None:
    await desks[DESK].leases.give([ACCOUNT.account_id])
    assert not desks[DESK].leases.is_held(ACCOUNT.account_id)
    with pytest.raises(LeaseLost):
        await desks[DESK].journal.commit([OrderRecorded(make_order(0, fencing_token=1))])
    assert await desks[THIRD].leases.take() == [ACCOUNT.account_id]


async def test_a_renewal_finds_out_what_was_lost(desks: dict[str, Holder], database: Database) -> None:
    first = desks[DESK]
    assert not (await first.leases.renew()).lost
    await let_expire(database)
    assert not (await first.leases.renew()).lost  # nobody took it: it is still ours, and renewed
    first.now_s += 3
    await let_expire(database)
    await desks[OTHER].leases.take()
    assert (await first.leases.renew()).lost == {ACCOUNT.account_id}
    assert not first.leases.is_held(ACCOUNT.account_id)


async def test_the_own_clock_ends_a_lease_that_was_not_renewed(desks: dict[str, Holder]) -> None:
    first = desks[DESK]
    first.now_s += 9.9
    assert first.leases.is_held(ACCOUNT.account_id)
    first.now_s += 0.2
    assert not first.leases.is_held(ACCOUNT.account_id)
    await first.leases.renew()
    assert first.leases.is_held(ACCOUNT.account_id)


async def test_an_account_in_a_folder_is_only_ever_run_by_its_desk(database: Database) -> None:
    first = await Holder(database, DESK).begin()
    other = await Holder(database, OTHER).begin()
    await first.journal.commit(foundation())  # a replayed market: its exchange's book lies in the first one's folder
    await let_expire(database)
    assert await other.leases.take() == []
    await first.close()
    assert await other.leases.take() == []
    again = await Holder(database, DESK).begin()
    assert await again.leases.take() == [ACCOUNT.account_id]
    await again.close()
    await other.close()


async def test_a_desk_that_takes_its_own_leaves_the_rest(database: Database, desks: dict[str, Holder]) -> None:
    window = await Holder(database, "window", takes_all=False).begin()
    await desks[DESK].leases.give([ACCOUNT.account_id])
    assert await window.leases.take() == []
    assert await desks[OTHER].leases.take() == [ACCOUNT.account_id]
    await window.close()


async def test_a_request_is_heard_by_the_holder_and_served_to_the_asker(
    desks: dict[str, Holder], database: Database
) -> None:
    async with database.question() as connection:
        await connection.execute("UPDATE leases SET requested_by_desk_id = $1, requested_at = clock_timestamp()", THIRD)
    desks[DESK].now_s += 3
    turn = await desks[DESK].leases.renew()
    assert not turn.lost
    assert turn.wanted == {ACCOUNT.account_id}
    await desks[DESK].leases.give([ACCOUNT.account_id])
    assert await desks[OTHER].leases.take() == []
    assert await desks[THIRD].leases.take() == [ACCOUNT.account_id]
    assert await one(database, "SELECT requested_by_desk_id, requested_at FROM leases") == (None, None)


async def test_a_preferred_desk_gets_its_account_back(desks: dict[str, Holder], database: Database) -> None:
    async with database.question() as connection:
        await connection.execute("UPDATE leases SET preferred_desk_id = $1", THIRD)
    await desks[THIRD].leases.take()
    desks[DESK].now_s += 3
    assert (await desks[DESK].leases.renew()).wanted == {ACCOUNT.account_id}
    await desks[DESK].leases.give([ACCOUNT.account_id])
    assert await desks[THIRD].leases.take() == [ACCOUNT.account_id]
    # While it lives, nobody else takes what it lost.
    await let_expire(database)
    assert await desks[OTHER].leases.take() == []
    async with database.question() as connection:
        await connection.execute("UPDATE desks SET last_seen_at = now() - interval '11 s' WHERE desk_id = $1", THIRD)
    assert await desks[OTHER].leases.take() == [ACCOUNT.account_id]


async def test_a_second_copy_of_a_desk_ends_the_first(database: Database, desks: dict[str, Holder]) -> None:
    """A data folder that was copied, or a session that broke: two programs that are one desk cannot both trade."""
    async with database.question() as connection:
        await connection.execute("UPDATE desks SET starts = starts + 1 WHERE desk_id = $1", DESK)
    desks[DESK].now_s += 3
    with pytest.raises(LeaseLost, match="Another copy"):
        await desks[DESK].leases.renew()
    assert await desks[DESK].leases.take() == []


async def test_a_lost_session_is_made_anew(desks: dict[str, Holder], database: Database) -> None:
    async with database.question() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% leases'"
        )
    desks[DESK].now_s += 3
    desks[DESK].now_s += 20
    assert not desks[DESK].leases.is_held(ACCOUNT.account_id)
    with contextlib.suppress(StorageUnavailable):  # when the server's word that the session is over comes late
        await desks[DESK].leases.renew()
    await desks[DESK].leases.renew()
    assert desks[DESK].leases.is_held(ACCOUNT.account_id)


async def test_commands_follow_an_account_to_its_new_desk(desks: dict[str, Holder], database: Database) -> None:
    async with database.question() as connection:
        await connection.execute(
            "INSERT INTO commands (command_id, desk_id, kind, body, received_at) "
            "VALUES ('c1', $1, 'StopBot', '{\"bot_id\": \"abcd1234\"}', now())",
            DESK,
        )
    await let_expire(database)
    await desks[OTHER].leases.take()
    assert await one(database, "SELECT desk_id FROM commands") == (OTHER,)


async def test_a_desk_with_a_locked_vault_leaves_live_accounts_of_others_alone(
    desks: dict[str, Holder], database: Database
) -> None:
    async with database.question() as connection:
        await connection.execute("UPDATE accounts SET mode = 'live'")
    await let_expire(database)
    desks[OTHER].leases.can_open_live = lambda: False
    assert await desks[OTHER].leases.take() == []
    desks[OTHER].leases.can_open_live = lambda: True
    assert await desks[OTHER].leases.take() == [ACCOUNT.account_id]


async def test_a_preferred_desk_whose_vault_is_locked_keeps_a_live_account_from_nobody(
    desks: dict[str, Holder], database: Database
) -> None:
    async with database.question() as connection:
        await connection.execute("UPDATE accounts SET mode = 'live'")
        await connection.execute("UPDATE leases SET preferred_desk_id = $1", THIRD)
    desks[THIRD].leases.can_open_live = lambda: False
    await desks[THIRD].leases.take()
    desks[DESK].now_s += 3
    # It could not trade it, so it does not ask for it.
    assert (await desks[DESK].leases.renew()).wanted == frozenset()
    await let_expire(database)
    assert await desks[OTHER].leases.take() == []
    async with database.question() as connection:
        await connection.execute("UPDATE leases SET renewed_at = clock_timestamp() - interval '21 s'")
    assert await desks[THIRD].leases.take() == []
    assert await desks[OTHER].leases.take() == [ACCOUNT.account_id]


async def test_the_red_button_holds_wherever_the_bots_go(desks: dict[str, Holder], database: Database) -> None:
    await desks[DESK].journal.commit([HaltRecorded(is_halted=True, at=T0)])
    await let_expire(database)
    taken = await desks[OTHER].leases.take()
    assert (await desks[OTHER].journal.load(taken)).is_halted
    # Lifted where the bots are now, it stays lifted when they go on.
    await desks[OTHER].journal.commit([HaltRecorded(is_halted=False, at=T0)])
    await let_expire(database)
    taken = await desks[THIRD].leases.take()
    assert not (await desks[THIRD].journal.load(taken)).is_halted


async def test_what_was_given_up_while_it_was_renewed_is_not_held(desks: dict[str, Holder], database: Database) -> None:
    first = desks[DESK]
    first.now_s += 3
    async with database.question() as connection, connection.transaction():
        await connection.execute("SELECT FROM leases FOR UPDATE")
        renewing = asyncio.create_task(first.leases.renew())
        await wait_for(
            lambda: connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"), what="the renewal to wait"
        )
        first.leases.forget(ACCOUNT.account_id)
    await renewing
    assert not first.leases.is_held(ACCOUNT.account_id)
    assert await first.leases.take() == [ACCOUNT.account_id]
