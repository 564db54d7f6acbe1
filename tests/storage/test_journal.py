"""What is committed is loaded again to the last field, once, whatever is repeated."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.grid import GridConfig
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import (
    AccountRecorded,
    BotRecorded,
    DecisionLogged,
    EquitySampled,
    FillRecorded,
    HaltRecorded,
    InstrumentRecorded,
    LedgerRecorded,
    Level,
    OrderRecorded,
    RungRecorded,
)
from engine.domain.order import OrderKind, OrderState, Purpose, Side
from engine.domain.sentences import say
from engine.errors import LeaseLost, StorageError
from storage.database import Database
from storage.journal import PostgresJournal
from tests.storage.builders import (
    ACCOUNT,
    BOT,
    BUSY_BOT,
    BUSY_RUNG,
    CONFIG,
    INSTRUMENT,
    NOW,
    PERP,
    RULES,
    SYMBOL,
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


async def test_an_empty_desk_loads_as_nothing(journal: PostgresJournal) -> None:
    state = await journal.load()
    assert (state.accounts, state.bots, state.rungs, state.open_orders, state.recent_fills) == ((), (), (), (), ())
    assert state.trade_ids == frozenset()
    assert not state.is_halted


async def test_every_field_comes_back(journal: PostgresJournal) -> None:
    order = make_order(
        1, side=Side.SELL, kind=OrderKind.MARKET, price=None, post_only=False, purpose=Purpose.LIQUIDATION,
        generation=7, rung=-1, cycle=5, attempt=6, state=OrderState.UNKNOWN, venue_order_id="v-1", reason="timeout",
        is_cancel_requested=True, fencing_token=5, is_reduce_only=True, updated_at=T0 + timedelta(hours=1),
    )  # fmt: skip
    sentence = say("{n} of {asset} at {price}", price=D("0.10"), n=3, asset="XRP")
    line = DecisionLogged(BOT, Level.LOOK, sentence, T0)
    await journal.commit([
        AccountRecorded(ACCOUNT), InstrumentRecorded(INSTRUMENT), InstrumentRecorded(PERP), BotRecorded(BUSY_BOT),
        RungRecorded(BOT, 7, BUSY_RUNG), OrderRecorded(order), line, HaltRecorded(True, T0),
    ])  # fmt: skip
    state = await journal.load()
    assert state.accounts == (ACCOUNT,)
    assert state.instruments == (PERP, INSTRUMENT)
    assert state.bots == (BUSY_BOT,)
    assert state.rungs == ((BOT, BUSY_RUNG),)
    assert state.open_orders == (order,)
    assert state.recent_log == (line,)
    assert [type(value) for _, value in state.recent_log[0].sentence.arguments] == [D, int, str]
    assert state.is_halted


def test_the_busy_values_use_every_field() -> None:
    """The round trip proves nothing about a field that has its default."""
    plain_bot, plain_config = make_bot(), GridConfig(D(1), D(2), 3, D(4))
    same = {"bot_id", "name", "kind", "account_id", "venue", "symbol", "desk_id", "config", "created_at", "state",
            "started_at", "is_removed"}  # fmt: skip
    assert {f.name for f in fields(BUSY_BOT) if getattr(BUSY_BOT, f.name) == getattr(plain_bot, f.name)} == same
    assert [f.name for f in fields(CONFIG) if getattr(CONFIG, f.name) == getattr(plain_config, f.name)] == []
    rung = make_rung(3)
    assert {f.name for f in fields(rung) if getattr(BUSY_RUNG, f.name) == getattr(rung, f.name)} == {
        "index", "buy_price", "sell_price", "quantity", "base_quantity",
    }  # fmt: skip


async def test_rules_are_dated_and_the_newest_hold(journal: PostgresJournal, database: Database) -> None:
    newer = replace(INSTRUMENT, rules=replace(RULES, min_notional=D(6000), effective_from=T0))
    await journal.commit([AccountRecorded(ACCOUNT), InstrumentRecorded(INSTRUMENT), InstrumentRecorded(newer)])
    await journal.commit([InstrumentRecorded(INSTRUMENT)])
    assert (await journal.load()).instruments == (newer,)
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM instrument_rules") == 2


async def test_funding_that_was_booked_is_known(journal: PostgresJournal) -> None:
    now, bot = datetime.now(UTC), make_bot()
    paid = [
        LedgerEntry(VENUE, owner, "USDT", amount, EntryKind.FUNDING, reference, at)
        for owner, amount, reference, at in (
            (BOT, D("-1.5"), "new", now),
            ("", D("-0.25"), "new", now),
            (BOT, D("0.125"), "old", now - timedelta(days=60)),
        )
    ]
    await journal.commit([*foundation(bot), LedgerRecorded(tuple(paid))])
    state = await journal.load()
    assert state.funding_references == {"new"}
    assert (VENUE, "USDT", D("-1.625")) in state.ledger_balances


async def test_only_rungs_of_the_present_ladder_are_loaded(journal: PostgresJournal) -> None:
    await journal.commit([*foundation(), RungRecorded(BOT, 1, make_rung(0)), RungRecorded(BOT, 1, make_rung(1))])
    await journal.commit([BotRecorded(make_bot(generation=2)), RungRecorded(BOT, 2, make_rung(5))])
    assert (await journal.load()).rungs == ((BOT, make_rung(5)),)


async def test_fills_of_open_orders_are_known_and_recent_ones_complete(journal: PostgresJournal) -> None:
    order = make_order(0, state=OrderState.OPEN)
    once, first = book(order, make_fill(order, "t1", D(4)))
    done, second = book(once, make_fill(order, "t2", D(6), at=T0 + timedelta(seconds=1)), profit=D("7.25"))
    other = make_order(1, state=OrderState.OPEN)
    other_once, third = book(other, make_fill(other, "t3", D("2.5"), at=T0 + timedelta(seconds=2)))
    await journal.commit([*foundation(), OrderRecorded(order), OrderRecorded(other), first])
    await journal.commit([second, third, OrderRecorded(done), OrderRecorded(other_once)])
    state = await journal.load()
    assert state.open_orders == (other_once,)
    assert state.trade_ids == frozenset({(VENUE, "t3")})
    assert [(record.fill, record.profit, record.entries) for record in state.recent_fills] == [
        (record.fill, record.profit, record.entries) for record in (first, second, third)
    ]
    assert [record.order for record in state.recent_fills] == [done, done, other_once]


async def test_a_repeated_batch_changes_nothing(journal: PostgresJournal, database: Database) -> None:
    order = make_order(0, state=OrderState.OPEN)
    filled, fill = book(order, make_fill(order, "t1", D(10)), profit=D(3))
    batch = [
        *foundation(), OrderRecorded(order), fill, OrderRecorded(filled), RungRecorded(BOT, 1, BUSY_RUNG),
        LedgerRecorded((LedgerEntry(VENUE, "", "KRW", D(10**7), EntryKind.DEPOSIT, "deposit", T0),)),
        DecisionLogged(BOT, Level.INFO, say("bought"), T0), DecisionLogged("", Level.INFO, say("started"), T0),
        EquitySampled(VENUE, "", T0, D(1), D(2), D(3), D(4)), EquitySampled(VENUE, BOT, T0, D(5), D(6), D(7), D(8)),
    ]  # fmt: skip
    await journal.commit(batch)
    async with database.question() as connection:
        once = await contents(connection)
        assert len(once["ledger_entries"]) == 4
        for _ in range(2):
            await journal.commit(batch)
        assert await contents(connection) == once


async def test_base_handed_over_is_two_entries(journal: PostgresJournal, database: Database) -> None:
    moves = tuple(
        LedgerEntry(VENUE, owner, asset, amount, EntryKind.ADOPT, "adopt:abcd1234:1:1", T0)
        for owner, sign in ((BOT, 1), ("", -1))
        for asset, amount in (("XRP", D(sign * 5)), ("KRW", D(sign * -2500)))
    )
    await journal.commit([*foundation(), LedgerRecorded(moves)])
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM ledger_entries") == 4
        assert await connection.fetchval("SELECT sum(amount) FROM ledger_entries") == 0


@pytest.mark.parametrize("final", [s for s in OrderState if s.is_final])
@pytest.mark.parametrize("later", [s for s in OrderState if not s.is_final])
async def test_a_final_order_stays_final(journal: PostgresJournal, final: OrderState, later: OrderState) -> None:
    order = make_order(0, state=final)
    await journal.commit([*foundation(), OrderRecorded(order)])
    await journal.commit([OrderRecorded(replace(order, state=later))])
    assert (await journal.load()).open_orders == ()


async def test_booked_fills_are_not_taken_back(journal: PostgresJournal) -> None:
    order = make_order(0, state=OrderState.OPEN)
    filled, fill = book(order, make_fill(order, "t1", D(4)))
    await journal.commit([*foundation(), OrderRecorded(order), fill])
    await journal.commit([OrderRecorded(order)])
    assert (await journal.load()).open_orders == (filled,)


async def test_an_intent_does_not_come_back(journal: PostgresJournal) -> None:
    order = make_order(0)
    await journal.commit([*foundation(), OrderRecorded(replace(order, state=OrderState.UNKNOWN))])
    await journal.commit([OrderRecorded(order)])
    assert [found.state for found in (await journal.load()).open_orders] == [OrderState.UNKNOWN]


async def test_a_late_fill_of_a_cancelled_order_is_booked(journal: PostgresJournal, database: Database) -> None:
    order = make_order(0, state=OrderState.CANCELED)
    filled, fill = book(order, make_fill(order, "t1", D(4)))
    await journal.commit([*foundation(), OrderRecorded(order)])
    await journal.commit([fill, OrderRecorded(filled)])
    async with database.question() as connection:
        row = await connection.fetchrow("SELECT status, filled_quantity, remaining_quantity FROM orders")
    assert tuple(row) == ("canceled", D(4), D(6))


async def test_a_stale_token_writes_nothing_at_all(journal: PostgresJournal, database: Database) -> None:
    bot, mine = make_bot(fencing_token=5), make_bot("bbbbbbbb", fencing_token=1)
    await journal.commit(foundation(bot, mine))
    async with database.question() as connection:
        before = await contents(connection)
        order = make_order(0, fencing_token=4)
        other = make_order(1, "bbbbbbbb", fencing_token=1)
        other_filled, fill = book(other, make_fill(other, "t1", D(10)))
        with pytest.raises(LeaseLost, match="abcd1234"):
            await journal.commit([
                OrderRecorded(other), fill, OrderRecorded(other_filled), HaltRecorded(True, T0),
                RungRecorded("bbbbbbbb", 1, make_rung(0)), OrderRecorded(order),
            ])  # fmt: skip
        with pytest.raises(LeaseLost):
            await journal.commit([BotRecorded(replace(bot, fencing_token=4, state=BotState.PAUSED))])
        assert await contents(connection) == before
        await journal.commit([OrderRecorded(replace(order, fencing_token=5))])


async def test_facts_of_a_sent_order_need_no_lease(journal: PostgresJournal) -> None:
    """What the venue did is true, whoever runs the bot now."""
    await journal.commit(foundation(make_bot(fencing_token=5)))
    order = make_order(0, fencing_token=4, state=OrderState.OPEN)
    await journal.commit([OrderRecorded(order)])
    assert (await journal.load()).open_orders == (order,)


async def test_an_account_of_another_desk_is_refused(journal: PostgresJournal, database: Database) -> None:
    await journal.commit(foundation())
    stranger = PostgresJournal(database, "another-desk")
    with pytest.raises(StorageError, match=r"^The account paper:test belongs to the desk test desk\.$"):
        await stranger.commit([AccountRecorded(ACCOUNT)])
    assert (await stranger.load()).accounts == ()
    await stranger.close()


async def test_running_bots_never_use_more_than_all(journal: PostgresJournal, database: Database) -> None:
    half = make_bot("aaaaaaaa", allocation_percent=D(60))
    other = make_bot("bbbbbbbb", allocation_percent=D("40.01"), state=BotState.STOPPED)
    await journal.commit(foundation(half, other))
    async with database.question() as connection:
        before = await contents(connection)
        with pytest.raises(StorageError, match=r"^The running bots would use 100\.01 % of the money, which is more"):
            await journal.commit([BotRecorded(replace(other, state=BotState.WAITING)), HaltRecorded(True, T0)])
        assert await contents(connection) == before
    # One stops and the other starts in one transaction: in whichever order, the end is what counts.
    await journal.commit([
        BotRecorded(replace(other, state=BotState.RUNNING)), BotRecorded(replace(half, state=BotState.STOPPED)),
    ])  # fmt: skip
    with pytest.raises(StorageError, match=r"100\.01 %"):
        await journal.commit([BotRecorded(half)])
    await journal.commit([BotRecorded(replace(half, allocation_percent=D("59.99")))])


async def test_two_desks_that_start_bots_at_once_are_added_up(database: Database, journal: PostgresJournal) -> None:
    """Neither sees the other's bot before both commit; the lock on the user's row makes one wait."""
    await journal.commit(foundation(*(make_bot(b * 8, allocation_percent=D(60), state=BotState.STOPPED) for b in "ab")))
    start = "UPDATE bot_instances SET is_running = true WHERE bot_uid = $1"
    async with database.question() as one, database.question() as two:
        first = one.transaction()
        await first.start()
        await one.execute(start, "aaaaaaaa")
        await one.execute("SET CONSTRAINTS ALL IMMEDIATE")
        second = two.transaction()
        await second.start()
        await two.execute(start, "bbbbbbbb")
        await two.execute("SET LOCAL lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            await two.execute("SET CONSTRAINTS ALL IMMEDIATE")
        await second.rollback()
        await first.commit()
    running = make_bot("bbbbbbbb", allocation_percent=D(60))
    with pytest.raises(StorageError, match="120 %"):
        await journal.commit([BotRecorded(running)])


async def test_a_position_is_the_sum_of_its_rungs(journal: PostgresJournal, database: Database) -> None:
    async def position() -> tuple[D, D | None, D, bool]:
        async with database.question() as connection:
            row = await connection.fetchrow("SELECT quantity, entry_price, realized_pnl, is_active FROM positions")
        return tuple(row)

    await journal.commit(foundation())
    assert await position() == (D(0), None, D(0), False)
    first = make_rung(0, bought=D(10), bought_gross=D(10), cost=D(4000))
    await journal.commit([RungRecorded(BOT, 1, first)])
    assert await position() == (D(10), D(400), D(0), True)
    second = make_rung(1, bought=D(10), bought_gross=D(10), cost=D(5000), sold=D(5), proceeds=D(2600))
    bot = make_bot(spare_base=D("0.5"), matched_profit=D(12))
    await journal.commit([RungRecorded(BOT, 1, second), BotRecorded(bot)])
    quantity, price, realized, _ = await position()
    assert (quantity, realized) == (D("15.5"), D(12))
    assert price is not None
    assert round(price, 8) == round((D(4000) + D(2500)) / 15, 8)
    await journal.commit([BotRecorded(replace(bot, generation=2)), RungRecorded(BOT, 2, make_rung(0))])
    assert await position() == (D("0.5"), None, D(12), True)


async def test_the_last_fill_on_each_side_stays_in_the_row(journal: PostgresJournal, database: Database) -> None:
    at = T0 + timedelta(minutes=1)
    bought = make_rung(0, last_fill_side=Side.BUY, last_fill_price=D(400), last_fill_at=T0)
    sold = replace(bought, last_fill_side=Side.SELL, last_fill_price=D(450), last_fill_at=at)
    await journal.commit([*foundation(), RungRecorded(BOT, 1, bought)])
    await journal.commit([RungRecorded(BOT, 1, sold)])
    async with database.question() as connection:
        row = await connection.fetchrow(
            "SELECT buy_filled_price, buy_filled_at, sell_filled_price, sell_filled_at FROM grid_orders"
        )
    assert tuple(row) == (D(400), T0, D(450), at)
    assert (await journal.load()).rungs == ((BOT, sold),)


async def test_equity_at_midnight(journal: PostgresJournal) -> None:
    """Yesterday's last point; of an account younger than midnight, its first; of a replay, in its own time."""
    young = Account("live:new", "live:new", "new", AccountMode.LIVE, "KRW")
    replay = Account("replay:old", "replay:old", "old", AccountMode.REPLAY, "KRW")
    midnight = NOW.replace(hour=0, minute=0)

    def point(account_id: str, at: object, equity: int) -> EquitySampled:
        return EquitySampled(account_id, "", at, D(equity), D(0), D(0), D(0))  # type: ignore[arg-type]

    past = T0 - timedelta(days=2000)
    await journal.commit([
        *(AccountRecorded(account) for account in (ACCOUNT, young, replay)),
        point(VENUE, midnight - timedelta(hours=1), 10), point(VENUE, midnight, 11),
        point(VENUE, midnight + timedelta(hours=1), 12),
        point("live:new", midnight + timedelta(hours=2), 21), point("live:new", midnight + timedelta(hours=3), 22),
        point("replay:old", past, 31), point("replay:old", past + timedelta(days=1), 32),
    ])  # fmt: skip
    expected = {VENUE: D(11), "live:new": D(21), "replay:old": D(31)}
    assert dict((await journal.load()).equity_at_midnight) == expected


async def test_only_the_own_desk_is_loaded(journal: PostgresJournal, database: Database) -> None:
    await journal.commit([*foundation(), OrderRecorded(make_order(0)), DecisionLogged("", Level.INFO, say("x"), T0)])
    other = PostgresJournal(database, "another-desk")
    state = await other.load()
    assert (state.accounts, state.bots, state.open_orders, state.recent_log, state.instruments) == ((), (), (), (), ())
    await other.close()


async def test_a_record_that_breaks_a_rule_is_refused_in_one_sentence(journal: PostgresJournal) -> None:
    await journal.commit(foundation())
    with pytest.raises(StorageError, match=r"^The database refused a record that breaks the rule .*allocation\.$"):
        await journal.commit([BotRecorded(make_bot("cccccccc", allocation_percent=D(0)))])
    with pytest.raises(StorageError, match="fk_orders_user_id_bot_uid"):
        await journal.commit([OrderRecorded(make_order(0, "dddddddd"))])
    await journal.commit([OrderRecorded(make_order(0))])


async def test_a_fill_brings_its_order_along(journal: PostgresJournal) -> None:
    order = make_order(0, state=OrderState.OPEN)
    filled, fill = book(order, make_fill(order, "t1", D(4)))
    await journal.commit([*foundation(), fill])
    assert (await journal.load()).open_orders == (filled,)


async def test_nothing_is_committed_without_a_word(journal: PostgresJournal) -> None:
    await journal.commit([])
    assert (await journal.load()).bots == ()


async def test_a_thousand_records_in_one_commit(journal: PostgresJournal, database: Database) -> None:
    records: list[FillRecorded] = []
    for number in range(1000):
        order = make_order(number, state=OrderState.OPEN)
        records.append(book(order, make_fill(order, f"t{number}", D(10)))[1])
    await journal.commit([*foundation(), *records])
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM trades") == 1000
        assert await connection.fetchval("SELECT count(*) FROM ledger_entries") == 3000
        assert await connection.fetchval("SELECT count(*) FROM trades WHERE symbol = $1", SYMBOL) == 1000
