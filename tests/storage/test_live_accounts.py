"""The switch of a live account in the database, and what says that a symbol was rehearsed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.live import ForeignKind, ForeignOrder, KeyFacts, LiveAccount
from engine.domain.live_messages import LiveRecorded
from engine.domain.messages import AccountRecorded, BotRecorded, OrderRecorded, Record
from engine.domain.order import Side
from storage.database import Database
from storage.journal import PostgresJournal
from storage.other_desks import PostgresOtherDesks
from storage.rehearsals import PostgresRehearsals
from tests.storage.builders import ACCOUNT, BOT, INSTRUMENT, T0, book, foundation, make_bot, make_fill, make_order

D = Decimal
FACTS = KeyFacts(
    can_trade=True, can_withdraw=False, is_ip_bound=True, expires_at_ms=1_800_000_000_000, position_mode="hedge",
    margin_mode="isolated", leverage=(("BTC/USDT", 5), ("XRP/USDT", 3)), self_trade_prevention="cancel_maker",
    fees=(D("0.0002"), D("0.00055")), fee_asset="BNB", clock_offset_ms=-12,
)  # fmt: skip
PROFIT = D(3)
STRANGER = ForeignOrder(
    "77", "web_1", "XRP/KRW", Side.SELL, None, D("1.50"), D("0.25"), T0, ForeignKind.PROGRAM
)  # fmt: skip
LIVE = LiveAccount(
    ACCOUNT.account_id, True, T0, True, FACTS, replace(FACTS, fees=None), T0 + timedelta(hours=1), (BOT, "other001"),
    (STRANGER, replace(STRANGER, venue_order_id="78", price=D("0.1"))), T0 + timedelta(hours=2),
)  # fmt: skip


async def test_a_live_account_comes_back_as_it_was_written(journal: PostgresJournal) -> None:
    await journal.take_desk()
    await journal.commit([*foundation(make_bot()), LiveRecorded(LIVE)])
    assert (await journal.load()).live == (LIVE,)
    off = LiveAccount(ACCOUNT.account_id)
    await journal.commit([LiveRecorded(replace(LIVE, is_on=True)), LiveRecorded(off)])
    assert (await journal.load()).live == (off,)


async def test_an_account_cannot_be_on_without_what_it_was_switched_on_by(
    journal: PostgresJournal, database: Database
) -> None:
    await journal.take_desk()
    await journal.commit([*foundation(make_bot()), LiveRecorded(LIVE)])
    async with database.question() as connection:
        for change in ("pinned_facts = NULL", "switched_at = NULL", "checked_at = NULL"):
            with pytest.raises(Exception, match="violates check constraint"):
                await connection.execute(f"UPDATE live_accounts SET {change}")


async def test_other_desks_see_the_switch_change(journal: PostgresJournal, database: Database) -> None:
    await journal.take_desk()
    await journal.commit([*foundation(make_bot()), LiveRecorded(LIVE)])
    others = PostgresOtherDesks(database)
    seen = await others.look([])
    assert seen is not None
    assert seen.recovered.live == (LIVE,)
    await journal.commit([LiveRecorded(replace(LIVE, is_on=False))])
    seen = await others.look([])
    assert seen is not None
    assert not seen.recovered.live[0].is_on


async def test_what_a_key_may_do_is_noted_with_its_credential(journal: PostgresJournal, database: Database) -> None:
    await journal.take_desk()
    async with database.question() as connection:
        await connection.execute("INSERT INTO vaults (key_version) VALUES (1)")
        for name in ("mine", "other"):
            await connection.execute(
                "INSERT INTO credentials (credential_id, kind, venue, label, key_version, format, nonce, sealed) "
                "VALUES ($1, 'exchange', 'upbit', $1, 1, 1, $2, $2)",
                name, bytes(12),
            )  # fmt: skip
    await journal.commit([*foundation(make_bot()), LiveRecorded(LIVE, "mine")])
    async with database.question() as connection:
        rows = await connection.fetch("SELECT credential_id, permissions, checked_at FROM credentials ORDER BY 1")
    assert [tuple(row) for row in rows] == [
        ("mine", '["trade", "address-bound"]', LIVE.checked_at),
        ("other", None, None),
    ]


def on_paper(mode: AccountMode = AccountMode.PAPER, feed: str = "ccxt:upbit") -> Account:
    return replace(ACCOUNT, mode=mode, settings=(("feed", feed), ("cash.KRW", "1")))


def rehearsal(account: Account, hours: float, *, profit: D | None = PROFIT, is_over: bool = True) -> list[Record]:
    """A grid that ran so long on an account, with one sale."""
    ended = T0 + timedelta(hours=hours) if is_over else None
    bot = make_bot(
        state=BotState.STOPPED if is_over else BotState.RUNNING, started_at=T0, stopped_at=ended, run=1,
        final_pnl=D(1) if is_over else None,
    )  # fmt: skip
    records = [
        AccountRecorded(account) if isinstance(record, AccountRecorded) else record
        for record in foundation(replace(bot, state=BotState.RUNNING, stopped_at=None, final_pnl=None))
    ]  # fmt: skip
    order = make_order(side=Side.SELL)
    filled, fill = book(order, make_fill(order, "t1", order.quantity), profit)
    last = [record for record in foundation(bot) if isinstance(record, BotRecorded)]
    return [*records, OrderRecorded(order), OrderRecorded(filled), fill, *last]


@pytest.mark.parametrize(
    ("records", "exchange", "is_rehearsed"),
    [
        (rehearsal(on_paper(), 1.0), "upbit", True),
        (rehearsal(on_paper(), 30, is_over=False), "upbit", True),
        (rehearsal(on_paper(), 0.9), "upbit", False),
        (rehearsal(on_paper(), 5, profit=None), "upbit", False),
        (rehearsal(on_paper(), 5), "okx", False),
        (rehearsal(on_paper(AccountMode.SIMULATED), 5), "upbit", False),
    ],
    ids=["an hour", "still running", "too short", "no cycle", "elsewhere", "invented market"],
)  # fmt: skip
async def test_a_symbol_is_rehearsed_by_an_hour_and_a_cycle_on_paper_at_that_exchange(
    journal: PostgresJournal, database: Database, records: list[Record], exchange: str, is_rehearsed: bool
) -> None:
    await journal.take_desk()
    for record in records:
        await journal.commit([record])
    found = await PostgresRehearsals(database).symbols(exchange)
    assert found == (frozenset({INSTRUMENT.symbol}) if is_rehearsed else frozenset())
