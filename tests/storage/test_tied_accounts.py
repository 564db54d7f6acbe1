"""Accounts of one two-leg bot go from desk to desk together, and come together again however they were parted."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from engine.domain.arbitrage import PairStage
from engine.domain.arbitrage_messages import TwoLegRecorded
from engine.domain.bot import AccountMode, BotState
from engine.domain.lease_requests import HandOver, PreferDesk
from engine.domain.messages import AccountRecorded, BotRecorded, InstrumentRecorded, Record
from storage.database import Database
from tests.storage.builders import DESK, T0, VENUE, make_bot
from tests.storage.pair_builders import ABROAD, FUTURE, HEDGE_ACCOUNT, PAIR_BOT, make_position, pair_foundation
from tests.storage.test_leases import OTHER, THIRD, Holder, let_expire

BOTH = {ABROAD, VENUE}
#: A second two-leg bot, from the same account abroad to a third one.
BEYOND = "paper:three"
SECOND = "pair0003"


def reachable(records: list[Record]) -> list[Record]:
    """The same, with accounts that any desk can run."""
    return [
        AccountRecorded(replace(each.account, mode=AccountMode.PRACTICE)) if isinstance(each, AccountRecorded) else each
        for each in records
    ]


@pytest.fixture
async def desks(database: Database) -> AsyncIterator[dict[str, Holder]]:
    """Three desks; the first one runs both accounts of a two-leg bot."""
    found = {desk: await Holder(database, desk, takes_all=False).begin() for desk in (DESK, OTHER, THIRD)}
    await found[DESK].journal.commit(reachable(pair_foundation()))
    for desk in found.values():
        await desk.leases.take()
    try:
        yield found
    finally:
        for desk in found.values():
            await desk.close()


async def wanted(holder: Holder) -> frozenset[str]:
    """What the desk hears that others want of it, at its next renewal."""
    holder.now_s += 3
    turn = await holder.leases.renew()
    assert not turn.lost
    return turn.wanted


async def part(desks: dict[str, Holder], database: Database, account_id: str) -> None:
    """One account alone comes to another desk, as by a program that knew nothing of this."""
    await run(
        database,
        f"UPDATE leases SET requested_by_desk_id = '{OTHER}', requested_at = now() WHERE account_id = '{account_id}'",
    )
    await desks[DESK].leases.give([account_id])
    assert await desks[OTHER].leases.take() == [account_id]


async def run(database: Database, *statements: str) -> None:
    async with database.question() as connection:
        for statement in statements:
            await connection.execute(statement)


async def hold(database: Database) -> dict[str, str]:
    async with database.question() as connection:
        return {row["account_id"]: row["desk_id"] for row in await connection.fetch("SELECT * FROM leases")}


@pytest.mark.parametrize("asked", [VENUE, ABROAD])
async def test_who_asks_for_one_gets_both(desks: dict[str, Holder], database: Database, asked: str) -> None:
    assert await desks[OTHER].leases.request(HandOver(asked)) == ()
    assert await wanted(desks[DESK]) == BOTH
    await desks[DESK].leases.give(BOTH)
    assert await desks[THIRD].leases.take() == []
    assert set(await desks[OTHER].leases.take()) == BOTH


async def test_a_preference_is_both_accounts(desks: dict[str, Holder], database: Database) -> None:
    assert await desks[DESK].leases.request(PreferDesk(ABROAD, THIRD)) == ()
    await desks[THIRD].leases.take()
    assert await wanted(desks[DESK]) == BOTH
    assert await desks[DESK].leases.request(PreferDesk(VENUE, "")) == ()
    async with database.question() as connection:
        assert await connection.fetchval("SELECT count(*) FROM leases WHERE preferred_desk_id IS NOT NULL") == 0


async def test_what_a_second_bot_ties_goes_along(desks: dict[str, Holder], database: Database) -> None:
    """Two bots that hedge on one account tie three: none of them could trade without it."""
    third = replace(HEDGE_ACCOUNT, account_id=BEYOND, venue=BEYOND, mode=AccountMode.PRACTICE)
    bot = make_bot(SECOND, name="Second", kind=PAIR_BOT.kind, config=PAIR_BOT.config, account_id=BEYOND, venue=BEYOND,
                   symbol=FUTURE.symbol)  # fmt: skip
    at = InstrumentRecorded(replace(FUTURE, venue=BEYOND))
    await desks[DESK].journal.commit([AccountRecorded(third), at, BotRecorded(bot)])
    assert await desks[OTHER].leases.request(HandOver(BEYOND)) == ()
    assert await wanted(desks[DESK]) == {*BOTH, BEYOND}


async def test_a_stopped_bot_ties_only_while_something_of_it_is_open(
    desks: dict[str, Holder], database: Database
) -> None:
    stopped = replace(PAIR_BOT, state=BotState.STOPPED)
    await desks[DESK].journal.commit([BotRecorded(stopped), TwoLegRecorded(make_position())])
    await desks[OTHER].leases.request(HandOver(VENUE))
    assert await wanted(desks[DESK]) == BOTH
    await run(database, "UPDATE leases SET requested_by_desk_id = NULL, requested_at = NULL")
    closed = make_position(stage=PairStage.CLOSED, closed_at=T0.replace(year=2027))
    await desks[DESK].journal.commit([TwoLegRecorded(closed)])
    await desks[OTHER].leases.request(HandOver(VENUE))
    assert await wanted(desks[DESK]) == {VENUE}


async def test_a_request_that_one_of_them_can_never_follow_is_refused(
    desks: dict[str, Holder], database: Database
) -> None:
    await run(database, f"UPDATE leases SET bound_desk_id = '{DESK}' WHERE account_id = '{ABROAD}'")
    [refusal] = await desks[OTHER].leases.request(HandOver(VENUE))
    assert refusal.field == "desk"
    assert str(refusal.sentence).startswith(f"The exchange of {ABROAD} lives in the folder of the desk ")
    assert await wanted(desks[DESK]) == frozenset()


@pytest.mark.parametrize("gone", [VENUE, ABROAD])
async def test_what_was_parted_comes_to_the_desk_of_the_home_account(
    desks: dict[str, Holder], database: Database, gone: str
) -> None:
    await part(desks, database, gone)
    home, abroad = (OTHER, DESK) if gone == VENUE else (DESK, OTHER)
    # Whoever looks first: only the desk of the home account asks, and it asks for the other one.
    for desk in (DESK, OTHER, THIRD, DESK, OTHER):
        await desks[desk].leases.take()
    assert await wanted(desks[home]) == frozenset()
    assert await wanted(desks[abroad]) == {ABROAD}
    await desks[abroad].leases.give([ABROAD])
    assert await desks[home].leases.take() == [ABROAD]
    for desk in (OTHER, DESK, THIRD):
        await desks[desk].leases.take()
    assert await hold(database) == dict.fromkeys(BOTH, home)
    assert await wanted(desks[home]) == frozenset()


async def test_desks_that_prefer_one_each_do_not_take_turns(desks: dict[str, Holder], database: Database) -> None:
    """From before the bot was there: each desk would have its own account back whenever it runs."""
    await run(
        database,
        f"UPDATE leases SET preferred_desk_id = '{DESK}' WHERE account_id = '{VENUE}'",
        f"UPDATE leases SET preferred_desk_id = '{OTHER}' WHERE account_id = '{ABROAD}'",
    )
    for desk in (OTHER, DESK, OTHER):
        await desks[desk].leases.take()
    assert await wanted(desks[DESK]) == frozenset()
    await part(desks, database, ABROAD)
    await desks[DESK].leases.take()
    assert await wanted(desks[OTHER]) == {ABROAD}


async def test_a_locked_vault_gathers_no_real_money(desks: dict[str, Holder], database: Database) -> None:
    await part(desks, database, ABROAD)
    await run(database, "UPDATE accounts SET mode = 'live'")
    desks[DESK].leases.can_open_live = lambda: False
    await desks[DESK].leases.take()
    assert await wanted(desks[OTHER]) == frozenset()
    desks[DESK].leases.can_open_live = lambda: True
    await desks[DESK].leases.take()
    assert await wanted(desks[OTHER]) == {ABROAD}


async def test_both_leases_that_expired_are_taken_at_once(desks: dict[str, Holder], database: Database) -> None:
    server = await Holder(database, "server").begin()
    await let_expire(database)
    assert set(await server.leases.take()) == BOTH
    await server.close()
