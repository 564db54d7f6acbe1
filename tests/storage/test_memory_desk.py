"""The journal in memory, on which simulations run, loads what PostgreSQL's loads after the same commits."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.messages import AccountRecorded, BotRecorded, OrderRecorded, Record
from engine.errors import LeaseLost, StorageUnavailable
from storage.journal import PostgresJournal
from tests.reference.in_process import run_in_process, write_recording
from tests.reference.random_cases import random_candles, random_config
from tests.storage.builders import ACCOUNT, DESK, make_order
from tests.support.memory_desk import MemoryDatabase, MemoryJournal, MemoryLeases


def pieces(records: Sequence[Record], chance: random.Random) -> list[Sequence[Record]]:
    """The records in commits of random size, every third of which is written twice."""
    found, at = [], 0
    while at < len(records):
        size = chance.randint(1, 60)
        found += [records[at : at + size]] * (2 if chance.random() < 0.3 else 1)
        at += size
    return found


def of_desk(record: Record) -> Record:
    """The record as the desk of `journal` would have written it."""
    return replace(record, bot=replace(record.bot, desk_id=DESK)) if isinstance(record, BotRecorded) else record


@pytest.mark.parametrize("seed", [3, 11])
async def test_both_journals_know_the_same_after_the_same_commits(
    seed: int, tmp_path: Path, journal: PostgresJournal
) -> None:
    recording = tmp_path / "random_AAA-BBB_1m.csv"
    write_recording(random_candles(seed, 120), recording)
    _, told = await run_in_process(recording, random_config(seed), tmp_path)
    account = (await told.load()).accounts[0]
    records: list[Record] = [AccountRecorded(account), *map(of_desk, told.records)]
    database = MemoryDatabase()
    memory = MemoryJournal(database, MemoryLeases(database))
    for piece in pieces(records, random.Random(seed)):
        await journal.commit(piece)
        await memory.commit(piece)
    ours, theirs = await memory.load(), await journal.load()
    assert ours.accounts == theirs.accounts
    assert ours.instruments == theirs.instruments
    assert ours.bots == theirs.bots
    assert set(ours.rungs) == set(theirs.rungs)
    assert {order.client_order_id: order for order in ours.open_orders} == {
        order.client_order_id: order for order in theirs.open_orders
    }
    assert ours.trade_ids == theirs.trade_ids
    assert {record.fill.trade_id for record in ours.recent_fills} == {
        record.fill.trade_id for record in theirs.recent_fills
    }
    assert set(ours.ledger_balances) == set(theirs.ledger_balances)


async def test_a_second_program_takes_the_account_and_the_first_writes_nothing_more() -> None:
    database = MemoryDatabase()
    first = MemoryLeases(database)
    await MemoryJournal(database, first).commit([AccountRecorded(ACCOUNT)])
    assert first.is_held(ACCOUNT.account_id)
    second = MemoryLeases(database)
    assert await second.take() == [ACCOUNT.account_id]
    assert not first.is_held(ACCOUNT.account_id)
    assert await first.take() == []
    with pytest.raises(LeaseLost):
        await first.renew()


async def test_a_commit_that_fails_is_all_there_or_not_at_all() -> None:
    database = MemoryDatabase()
    journal = MemoryJournal(database, MemoryLeases(database))

    def fail(when: str) -> None:
        if when == failing:
            raise StorageUnavailable("gone")

    database.trouble = fail
    failing = "before"
    with pytest.raises(StorageUnavailable):
        await journal.commit([AccountRecorded(ACCOUNT)])
    assert not database.tables.accounts
    failing = "after"
    with pytest.raises(StorageUnavailable):
        await journal.commit([AccountRecorded(ACCOUNT)])
    assert list(database.tables.accounts) == [ACCOUNT.account_id]
    failing = ""
    await journal.commit([AccountRecorded(ACCOUNT)])
    journal.is_dead = True
    with pytest.raises(StorageUnavailable):
        await journal.commit([AccountRecorded(ACCOUNT)])


async def test_what_another_program_holds_cannot_be_written() -> None:
    database = MemoryDatabase()
    leases = MemoryLeases(database)
    memory = MemoryJournal(database, leases)
    await memory.commit([AccountRecorded(ACCOUNT)])
    await MemoryLeases(database).take()
    with pytest.raises(LeaseLost):
        await memory.commit([OrderRecorded(make_order(1))])
    assert not database.tables.orders
