"""The check finds each thing that does not add up, and says nothing about books in order."""

import pytest

from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import BotRecorded, LedgerRecorded, OrderRecorded, Record, RungRecorded
from engine.domain.order import OrderState
from storage.check import MOST_SENTENCES, RULES, check
from storage.database import Database
from storage.journal import PostgresJournal
from tests.storage.builders import BOT, T0, VENUE, D, book, foundation, make_bot, make_fill, make_order, make_rung


def books_in_order() -> list[Record]:
    order = make_order(0, state=OrderState.OPEN)
    filled, fill = book(order, make_fill(order, "t1", D(4)))
    deposit = LedgerEntry(VENUE, "", "KRW", D(10000), EntryKind.DEPOSIT, "d", T0)
    adopted = tuple(
        LedgerEntry(VENUE, owner, "XRP", D(sign), EntryKind.ADOPT, "adopt:abcd1234:1:1", T0)
        for owner, sign in (("", -1), (BOT, 1))
    )
    rung = make_rung(0, bought=D(4), bought_gross=D(4), cost=fill.fill.value + fill.fill.fee)
    return [
        *foundation(), LedgerRecorded((deposit, *adopted)), OrderRecorded(order), fill, OrderRecorded(filled),
        RungRecorded(BOT, 1, rung), BotRecorded(make_bot(spare_base=D(1))),
    ]  # fmt: skip


async def test_an_empty_database_is_in_order(database: Database) -> None:
    assert await check(database, {}) == []


async def test_books_in_order(journal: PostgresJournal, database: Database) -> None:
    await journal.commit(books_in_order())
    balances = {(VENUE, "XRP"): D(4), (VENUE, "KRW"): D(10000) - D("2002") - D("1.001")}
    assert await check(database, balances) == []


async def test_balances_are_compared(journal: PostgresJournal, database: Database) -> None:
    await journal.commit(books_in_order())
    assert await check(database, {(VENUE, "XRP"): D("4.00000001"), (VENUE, "BTC"): D(1)}) == [
        "The ledger of paper:test has 0 BTC, the venue 1.",
        "The ledger of paper:test has 7,996.999 KRW, the venue 0.",
        "The ledger of paper:test has 4 XRP, the venue 4.00000001.",
    ]


TWO_OF_60 = """
    ALTER TABLE bot_instances DISABLE TRIGGER USER;
    UPDATE bot_instances SET allocation_percent = 60;
    INSERT INTO bot_instances (bot_uid, user_id, desk_id, account_id, name, bot_type, venue, symbol, state,
        allocation_percent, is_running, stop_inventory, created_at)
    SELECT 'bbbbbbbb', user_id, desk_id, account_id, name, bot_type, venue, symbol, state, 60, true, stop_inventory,
        created_at FROM bot_instances
"""

#: What is spoilt behind the journal's back, and the rules (by their number) that must notice.
SPOILT = [
    ("UPDATE orders SET filled_quantity = 5", {0}),
    ("UPDATE orders SET total_filled_value = 1", {1}),
    ("UPDATE orders SET quantity = 3", {2}),
    ("DELETE FROM ledger_entries WHERE kind = 'fee'", {3}),
    ("DELETE FROM ledger_entries WHERE kind = 'trade' AND asset = 'KRW'", {3}),
    ("UPDATE ledger_entries SET amount = 1 WHERE kind = 'trade' AND asset = 'KRW'", {3}),
    ("UPDATE ledger_entries SET amount = -4 WHERE kind = 'trade' AND asset = 'XRP'", {3, 7}),
    ("UPDATE ledger_entries SET reference = 'paper:test:t9' WHERE kind = 'fee'", {3, 4}),
    ("DELETE FROM trades", {0, 1, 4}),
    ("DELETE FROM ledger_entries WHERE kind = 'adopt' AND bot_uid IS NULL", {5}),
    ("UPDATE positions SET quantity = 6", {6, 7}),
    ("DELETE FROM positions", {6, 7}),
    ("UPDATE bot_instances SET spare_base = 2", {6}),
    ("UPDATE grid_orders SET sell_filled_qty = 1", {6}),
    (TWO_OF_60, {8}),
]


def test_every_rule_is_tried() -> None:
    assert set().union(*(rules for _, rules in SPOILT)) == set(range(len(RULES)))


@pytest.mark.parametrize(("damage", "rules"), SPOILT)
async def test_damage_is_found(journal: PostgresJournal, database: Database, damage: str, rules: set[int]) -> None:
    await journal.commit(books_in_order())
    async with database.question() as connection:
        await connection.execute(damage)
    found = await check(database)
    assert {_rule_of(sentence) for sentence in found} == rules
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in found)


def _rule_of(sentence: str) -> int:
    """Which template made this sentence: its words without what is filled in."""
    for number, (template, _) in enumerate(RULES):
        words = [part.partition("}")[2] for part in ("}" + template).split("{")]
        if all(word in sentence for word in words):
            return number
    raise AssertionError(f"no rule says {sentence!r}")


async def test_many_complaints_are_counted(journal: PostgresJournal, database: Database) -> None:
    orders = [OrderRecorded(make_order(number, state=OrderState.OPEN)) for number in range(MOST_SENTENCES + 5)]
    await journal.commit([*foundation(), *orders])
    async with database.question() as connection:
        await connection.execute("UPDATE orders SET filled_quantity = 1")
    found = await check(database)
    assert len(found) == MOST_SENTENCES + 1
    assert found[-1] == "There are 5 more of the same kind."
