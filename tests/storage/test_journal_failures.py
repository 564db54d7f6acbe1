"""The network, the server and the disk fail at every step of a commit; repeated, it is there once and whole."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.domain.bot import BotState
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import BotRecorded, LedgerRecorded, OrderRecorded, Record, RungRecorded
from engine.domain.order import OrderState
from engine.errors import StorageError, StorageUnavailable
from storage.database import Database, connect, migrate
from storage.embedded import EmbeddedPostgres
from storage.journal import PostgresJournal
from tests.storage.builders import (
    BOT,
    DESK,
    T0,
    VENUE,
    D,
    book,
    contents,
    foundation,
    make_bot,
    make_fill,
    make_order,
    make_rung,
)
from tests.storage.cutting_proxy import CuttingProxy, cutting_proxy

BEGIN = [*foundation(), OrderRecorded(make_order(0, state=OrderState.OPEN))]


def fill_batch() -> list[Record]:
    """What the kernel writes when a rung's buy fills: the fill, its entries, the rung, the bot, the counter order."""
    order = make_order(0, state=OrderState.OPEN)
    filled, fill = book(order, make_fill(order, "t1", D(10)))
    rung = make_rung(0, bought=D(10), bought_gross=D(10), cost=D(5010), attempt=2)
    return [
        fill, OrderRecorded(filled), RungRecorded(BOT, 1, rung), BotRecorded(make_bot(buy_fills=1)),
        OrderRecorded(make_order(1)),
    ]  # fmt: skip


async def state_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    async with database.question() as connection:
        found = await contents(connection)
        found.pop("desks")
        return found


@pytest.fixture
async def through_proxy(migrated_url: str) -> AsyncIterator[tuple[CuttingProxy, PostgresJournal]]:
    async with cutting_proxy(migrated_url) as (proxy, url):
        network = await connect(url, application_name="through proxy", statement_timeout_s=5)
        journal = PostgresJournal(network, DESK)
        yield proxy, journal
        await journal.close()
        await network.close()


@pytest.fixture
async def expected(database: Database, journal: PostgresJournal) -> dict[str, list[tuple[Any, ...]]]:
    """What the database holds when nothing fails; it is emptied of it afterwards."""
    await journal.commit(BEGIN)
    await journal.commit(fill_batch())
    whole = await state_of(database)
    await journal.close()
    await empty(database)
    return whole


async def empty(database: Database) -> None:
    async with database.question() as connection:
        await connection.execute(
            "TRUNCATE desks, leases, engine_state, accounts, instruments, instrument_rules, bot_instances, "
            "grid_bot_configs, grid_orders, orders, trades, positions, ledger_entries, commands, decisions, "
            "equity_snapshots CASCADE"
        )


async def test_cut_at_every_step(
    through_proxy: tuple[CuttingProxy, PostgresJournal], database: Database, expected: dict[str, list[tuple[Any, ...]]]
) -> None:
    """First the bytes of one commit are counted; then it is cut inside each message and at both of its ends."""
    proxy, journal = through_proxy
    await journal.commit(BEGIN)
    proxy.reset()
    await journal.commit(fill_batch())
    request, reply = proxy.requested, proxy.replied
    # The second time the statement is prepared already, which is how nearly every commit runs.
    proxy.reset()
    await journal.commit(fill_batch())
    warm_request, warm_reply = proxy.requested, proxy.replied
    assert request > warm_request > 500
    assert reply >= warm_reply > 0
    written = 0
    for is_warm, sent, answered in ((False, request, reply), (True, warm_request, warm_reply)):
        steps = [(at, None) for at in _spread(sent)] + [(None, at) for at in _spread(answered)]
        for cut_request, cut_reply in steps:
            await journal.close()
            await empty(database)
            proxy.reset()
            await journal.commit(BEGIN)
            before = await state_of(database)
            if is_warm:
                # Refused by its fence, this writes nothing; afterwards the statement is known to the connection.
                with pytest.raises(StorageError):
                    await journal.commit(stale(fill_batch()))
                assert await state_of(database) == before
            proxy.reset(request=cut_request, reply=cut_reply)
            with pytest.raises(StorageUnavailable):
                await journal.commit(fill_batch())
            halfway = await state_of(database)
            assert halfway in (before, expected), (cut_request, cut_reply)
            written += halfway == expected
            proxy.reset()
            await journal.commit(fill_batch())
            assert await state_of(database) == expected, (cut_request, cut_reply)
    # Both kinds of uncertainty were met: durable but not told, and not durable.
    assert written > 0


def stale(records: Sequence[Record]) -> list[Record]:
    return [
        BotRecorded(replace(record.bot, fencing_token=99)) if isinstance(record, BotRecorded) else record
        for record in records
    ]


def _spread(size: int) -> list[int]:
    """Bytes at which a message of that size is cut: both ends and some between. All but the last byte may pass."""
    return sorted({0, 1, 5, size // 3, size // 2, size * 3 // 4, size - 5, size - 1})


async def test_the_session_is_killed_while_commits_run(journal: PostgresJournal, database: Database) -> None:
    """Whenever the kill lands, before, inside or after: every commit is there once when its repetition returns."""
    await journal.commit(foundation())
    refused = 0
    for number in range(40):
        order = make_order(number, state=OrderState.OPEN)
        filled, fill = book(order, make_fill(order, f"t{number}", D(10)))
        batch: list[Record] = [
            OrderRecorded(order),
            fill,
            OrderRecorded(filled),
            BotRecorded(make_bot(buy_fills=number + 1)),
        ]

        async def kill(yields: int) -> None:
            for _ in range(yields):
                await asyncio.sleep(0)
            async with database.question() as connection:
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% journal %' "
                    "AND datname = current_database()"
                )

        while True:
            outcome, _ = await asyncio.gather(journal.commit(batch), kill(number % 8), return_exceptions=True)
            if outcome is None:
                break
            assert isinstance(outcome, StorageUnavailable), outcome
            refused += 1
            if refused % 3 == 0:
                await journal.commit(batch)
                break
    assert refused > 0
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM trades") == 40
        assert await connection.fetchval("SELECT count(*) FROM ledger_entries") == 120
        assert await connection.fetchval("SELECT filled_buy_count FROM grid_bot_configs") == 40


async def test_what_was_delayed_cannot_undo_what_came_after(migrated_url: str, database: Database) -> None:
    """A request stuck in the network is repeated, more follows, then the stuck one arrives: it must find nobody."""
    async with cutting_proxy(migrated_url) as (proxy, url):
        network = await connect(url, application_name="slow network", statement_timeout_s=0.5)
        journal = PostgresJournal(network, DESK)
        await journal.commit(foundation())
        proxy.hold.clear()
        stuck = asyncio.create_task(journal.commit([BotRecorded(make_bot(state=BotState.PAUSED, run=2))]))
        await proxy.held.wait()
        with pytest.raises(StorageUnavailable):
            await stuck
        direct = await connect(migrated_url, application_name="slow network")
        again = PostgresJournal(direct, DESK)
        await again.take_desk()
        bot = (await again.load()).bots[0]
        await again.commit([BotRecorded(replace(bot, state=BotState.RUNNING, run=3))])
        proxy.hold.set()
        assert [found.run for found in (await again.load()).bots] == [3]
        await again.close()
        assert (await _run_of(database)) == 3
        for closing in (journal, direct, network):
            await closing.close()


async def _run_of(database: Database) -> int:
    async with database.question() as connection:
        run: int = await connection.fetchval("SELECT run FROM bot_instances")
        return run


@pytest.mark.parametrize(
    "state", ["53100", "53200", "53300", "57P01", "57P03", "58030", "40P01", "40001", "55P03", "08006", "25006"]
)
async def test_what_may_pass_is_unavailable(journal: PostgresJournal, database: Database, state: str) -> None:
    """A full disk (53100), a shutdown, an I/O error, a deadlock...: the real code, raised by the server itself."""
    await journal.commit(BEGIN)
    before = await state_of(database)
    async with database.question() as connection:
        await connection.execute(
            f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room on disk' "
            f"USING ERRCODE = '{state}'; END $$; CREATE TRIGGER fail BEFORE INSERT ON trades EXECUTE FUNCTION fail()"
        )
    with pytest.raises(StorageUnavailable, match=r"^The database does not answer now \(no room on disk\)\.$"):
        await journal.commit(fill_batch())
    assert await state_of(database) == before
    async with database.question() as connection:
        await connection.execute("DROP TRIGGER fail ON trades")
    await journal.commit(fill_batch())
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM ledger_entries") == 3


async def test_a_lock_that_does_not_come_free_is_unavailable(migrated_url: str, database: Database) -> None:
    impatient = await connect(migrated_url, statement_timeout_s=0.3)
    journal = PostgresJournal(impatient, DESK)
    await journal.commit(BEGIN)
    async with database.question() as connection, connection.transaction():
        await connection.execute("LOCK TABLE trades IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StorageUnavailable):
            await journal.commit(fill_batch())
    await journal.commit(fill_batch())
    await journal.close()
    await impatient.close()


async def test_a_cancelled_commit_leaves_a_journal_that_works(migrated_url: str, database: Database) -> None:
    journal = PostgresJournal(database, DESK)
    await journal.commit(BEGIN)
    async with database.question() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE trades IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(journal.commit(fill_batch()))
        while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await transaction.rollback()
    await journal.commit(fill_batch())
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM trades") == 1
    await journal.close()


async def test_commits_asked_for_together_follow_one_another(journal: PostgresJournal) -> None:
    await journal.commit(foundation())
    await asyncio.gather(*(journal.commit([BotRecorded(make_bot(run=run))]) for run in range(2, 30)))
    assert (await journal.load()).bots[0].run == 29


async def test_deposits_of_a_retried_start_are_booked_once(journal: PostgresJournal, database: Database) -> None:
    deposit = LedgerEntry(VENUE, "", "KRW", D(1000), EntryKind.DEPOSIT, "deposit:KRW", T0)
    for _ in range(3):
        await journal.commit([*foundation(), LedgerRecorded((deposit,))])
    async with database.question() as connection:
        assert await connection.fetchval("SELECT sum(amount) FROM ledger_entries") == D(1000)


async def counts(database: Database) -> tuple[int, int] | None:
    """Trades and ledger entries; None while the database does not answer."""
    try:
        async with database.question() as connection:
            trades = await connection.fetchval("SELECT count(*) FROM trades")
            return trades, await connection.fetchval("SELECT count(*) FROM ledger_entries")
    except StorageUnavailable:
        return None


async def test_the_server_is_killed_under_load(tmp_path: Path) -> None:
    """A real crash of a durable server: whatever a commit returned for is there, and the rest is taken again."""
    with EmbeddedPostgres(tmp_path / "pg") as server:
        url = server.start()
        await migrate(url)
        database = await connect(url)
        journal = PostgresJournal(database, DESK)
        await journal.commit(foundation())
        outages = 0
        for number in range(60):
            if number % 20 == 10:
                state = server.state
                assert state is not None
                os.kill(state.pid, signal.SIGKILL)
            order = make_order(number, state=OrderState.OPEN)
            filled, fill = book(order, make_fill(order, f"t{number}", D(10)))
            while True:
                try:
                    await journal.commit([OrderRecorded(order), fill, OrderRecorded(filled)])
                    break
                except StorageUnavailable:
                    outages += 1
                    await asyncio.to_thread(server.ensure_running)
        # Sessions outlive their postmaster for a moment: the last outage may only be seen by the next question.
        while (counted := await counts(database)) is None:
            outages += 1
            await asyncio.to_thread(server.ensure_running)
        assert outages > 0
        assert counted == (60, 180)
        await journal.close()
        await database.close()
