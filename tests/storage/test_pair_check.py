"""Books of a two-leg bot in order say nothing; each thing that is spoilt behind the journal's back is named."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.domain.arbitrage import Leg, PairStage
from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.instrument import Instrument
from engine.domain.ledger import EntryKind, LedgerEntry, entries_of
from engine.domain.messages import BotRecorded, FillRecorded, LedgerRecorded, OrderRecorded, Record
from engine.domain.order import Order, OrderState, Purpose, Side
from storage.administration.ledger_checksum import ledger_checksum
from storage.administration.orphans import find_orphans
from storage.administration.pair_orphans import PAIR_ORPHANS
from storage.check import check
from storage.database import Connection, Database
from storage.journal import PostgresJournal
from storage.pair_rules import PAIR_RULES
from tests.storage.builders import INSTRUMENT, T0, D, make_fill, make_order
from tests.storage.pair_builders import (
    ENTRY,
    FUTURE,
    HEDGE,
    HEDGE_BOT,
    PAIR,
    PAIR_BOT,
    make_position,
    pair_foundation,
)


def traded(number: int, bot: str, side: Side, instrument: Instrument, price: D, purpose: Purpose) -> Iterable[Record]:
    """An order of 100 XRP for position 3, filled at once."""
    order: Order = make_order(
        number, bot, account_id=instrument.venue, venue=instrument.venue, symbol=instrument.symbol, side=side,
        price=price, quantity=D(100), purpose=purpose, generation=3, rung=-1, state=OrderState.OPEN,
    )  # fmt: skip
    fill = replace(make_fill(order, f"t{number}", D(100), price), fee_asset=instrument.quote)
    filled = order.with_fill(fill)
    yield OrderRecorded(order)
    yield FillRecorded(fill, filled, entries_of(fill, instrument, order.account_id, bot), None)
    yield OrderRecorded(replace(filled, state=OrderState.FILLED))


def pair_in_order() -> list[Record]:
    """One position that is closed, one that is open; both sold at home and bought abroad 100."""
    entry = replace(
        ENTRY,
        home=Leg(Side.SELL, D(100), D(803), D(100), D(80_200), D("40.1"), D(0), D("40.1")),
        foreign=Leg(Side.BUY, D(100), D("0.569"), D(100), D(57), D("0.0285"), D(0), D("0.0285")),
    )
    back = replace(
        entry,
        home=Leg(Side.BUY, D(100), D(790), D(100), D(79_000), D("39.5"), D(0), D("39.5")),
        foreign=Leg(Side.SELL, D(100), D("0.56"), D(100), D(56), D("0.028"), D(0), D("0.028")),
    )
    closed_at = T0 + timedelta(hours=1)
    position = make_position(
        3, stage=PairStage.CLOSED, entry=entry, exit=back, funding=D(0), closed_at=closed_at, pnl=D("-358.7"),
        pnl_pct=D("-0.447"),
    )  # fmt: skip
    home, hedge = replace(PAIR_BOT, spare_base=D(0), spare_cash=D(0)), replace(HEDGE_BOT, spare_base=D(0))
    return [
        *pair_foundation(home, hedge),
        *traded(1, PAIR, Side.SELL, INSTRUMENT, D(802), Purpose.LEG_OPEN),
        *traded(2, HEDGE, Side.BUY, FUTURE, D("0.57"), Purpose.LEG_OPEN),
        *traded(3, PAIR, Side.BUY, INSTRUMENT, D(790), Purpose.LEG_CLOSE),
        *traded(4, HEDGE, Side.SELL, FUTURE, D("0.56"), Purpose.LEG_CLOSE),
        TwoLegRecorded(position),
        BotRecorded(home),
        BotRecorded(hedge),
    ]


async def complaints(connection: Connection) -> list[str]:
    """What the rules of two-leg bots and all rules about orphans say."""
    found = [sentence.format_map(row) for sentence, query in PAIR_RULES for row in await connection.fetch(query)]
    return [*found, *await find_orphans(connection)]


async def test_books_in_order(journal: PostgresJournal, database: Database) -> None:
    await journal.commit(pair_in_order())
    assert await check(database) == []
    async with database.question() as connection:
        assert await complaints(connection) == []


async def test_a_hedge_that_its_venue_took_away_is_in_order(journal: PostgresJournal, database: Database) -> None:
    """No order of ours closed it: what counts as closed stands in the ledger as `outside`, on the half."""
    asset, account_id = FUTURE.position_asset, HEDGE_BOT.account_id
    taken = tuple(
        LedgerEntry(account_id, HEDGE, what, amount, EntryKind.OUTSIDE, "outside:1", T0)
        for what, amount in ((asset, D(-100)), (FUTURE.quote, D(56)))
    )
    sold = {
        name
        for record in traded(4, HEDGE, Side.SELL, FUTURE, D("0.56"), Purpose.LEG_CLOSE)
        if isinstance(record, OrderRecorded)
        for name in [record.order.client_order_id]
    }
    records = [
        record
        for record in pair_in_order()
        if not (isinstance(record, OrderRecorded | FillRecorded) and record.order.client_order_id in sold)
    ]
    await journal.commit([*records, LedgerRecorded(taken)])
    assert await check(database) == []


SPOILT = [
    ("UPDATE order_legs SET filled = 99 WHERE phase = 'exit' AND place = 'home'", {0}),
    ("UPDATE order_legs SET fee_base = 1 WHERE phase = 'exit' AND place = 'foreign'", {0}),
    ("DELETE FROM order_legs WHERE phase = 'exit'", {0, 1}),
    ("UPDATE two_leg_trades SET pnl_krw = 1 WHERE side = 'CLOSE'", {2}),
    ("DELETE FROM two_leg_trades", {2}),
    ("DELETE FROM arbitrage_bot_configs", {3}),
    ("UPDATE arbitrage_bot_configs SET hedge_symbol = 'BTC/USDT'", {4}),
    ("UPDATE two_leg_positions SET number = 9", {5}),
    (
        """
        UPDATE two_leg_positions SET stage = 'open', status = 'OPEN', closed_at = NULL, pnl_krw = NULL, pnl_pct = NULL,
            exit_won_price = NULL, exit_foreign_price = NULL;
        UPDATE bot_instances SET is_active = false
        """,
        {6},
    ),
]


def test_every_rule_is_tried() -> None:
    assert set().union(*(rules for _, rules in SPOILT)) == set(range(len(PAIR_RULES) + len(PAIR_ORPHANS)))


def _rule_of(sentence: str) -> int:
    templates = [*(template for template, _ in PAIR_RULES), *(template for _, template, _ in PAIR_ORPHANS)]
    for number, template in enumerate(templates):
        words = [part.partition("}")[2] for part in ("}" + template).split("{")]
        if all(word in sentence for word in words):
            return number
    raise AssertionError(f"no rule says {sentence!r}")


async def test_damage_is_found(journal: PostgresJournal, database: Database) -> None:
    """One database for all of it: each damage is taken back."""
    await journal.commit(pair_in_order())
    whole = await fingerprint(database, "SELECT")
    for damage, rules in SPOILT:
        async with database.question() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(damage)
            assert {_rule_of(sentence) for sentence in await complaints(connection)} == rules, damage
            await transaction.rollback()
        assert await fingerprint(database, damage) != whole, damage
    assert await fingerprint(database, "SELECT") == whole


async def fingerprint(database: Database, damage: str) -> str:
    """Of the database with a damage that is taken back."""
    async with database.question() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(damage)
        found = str(await ledger_checksum(connection))
        await transaction.rollback()
    return found


@pytest.mark.parametrize("place", [PAIR, HEDGE])
async def test_halves_on_two_desks_are_not_asked(journal: PostgresJournal, database: Database, place: str) -> None:
    """A fill may wait there for the position that it belongs to."""
    await journal.commit(pair_in_order())
    async with database.question() as connection:
        await connection.execute("UPDATE order_legs SET filled = 1 WHERE phase = 'entry'")
        assert len(await complaints(connection)) == 2
        await connection.execute("INSERT INTO desks (desk_id, name) VALUES ('desk-other', 'other')")
        await connection.execute("UPDATE bot_instances SET desk_id = 'desk-other' WHERE bot_uid = $1", place)
        assert await complaints(connection) == []
