"""One thing at a time befalls a desk, and its accounts run elsewhere soon, and only there."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from engine.domain.messages import PauseBot, StartBot
from tests.race.checker import BEYOND_LEASE_S, evidence, orders_received, writers
from tests.race.desk import DATABASE_AWAY, RaceDesk
from tests.race.exchange import Size
from tests.race.race import settle_and_judge
from tests.race.town import Town, rows_of, town
from tests.support.postgres import PostgresCluster
from tests.support.redis import RedisServer
from tests.support.waiting import last, wait_for, wait_until_async

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

LEASE_S = 4.0
#: A build machine is busy with other things: what is measured here is that it happens, the race measures how fast.
SLOW_MACHINE_S = 60.0
WITHIN_S = LEASE_S + BEYOND_LEASE_S + SLOW_MACHINE_S
ACCOUNTS = ("practice:a00", "practice:a01")


@pytest.fixture(scope="module")
def url(postgres_cluster: PostgresCluster, migrated_template: str) -> Iterator[str]:
    made = postgres_cluster.create_database(migrated_template)
    yield made
    postgres_cluster.drop_database(made)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, url: str, _redis_process: RedisServer) -> AsyncIterator[Town]:
    """Two desks, an account with two bots on each."""
    size = Size(accounts=2, bots=4, lease_s=LEASE_S, speed=20)
    async with town(size, tmp_path_factory.mktemp("race"), url, _redis_process.url, desks=2) as made:
        await made.open()
        yield made


async def run_by(place: Town, account_id: str) -> RaceDesk:
    """The desk that runs the account now."""
    desk_id = await place.wait_for_running(account_id)
    return next(desk for desk in place.desks if desk.desk_id == desk_id)


def other(place: Town, desk: RaceDesk) -> RaceDesk:
    return next(each for each in place.desks if each is not desk)


async def runs_at(place: Town, account_id: str, desk: RaceDesk) -> float:
    """Wait until the account runs there; how long that took."""
    began = time.monotonic()

    async def is_there() -> bool:
        return await place.wait_for_running(account_id, WITHIN_S) == desk.desk_id

    await wait_for(is_there, what=f"{account_id} to come to {desk.name}", within_s=WITHIN_S)
    return time.monotonic() - began


async def well_again(place: Town, desk: RaceDesk) -> None:
    await place.wait_for_heartbeat(desk, 40)
    desk.troubles.clear()


async def until_rows(place: Town, fact: Callable[[list[Any]], bool], query: str, *arguments: object) -> list[Any]:
    """Ask again and again until the rows are so; gives them."""

    async def ask() -> tuple[list[Any]] | None:
        rows = await rows_of(place, query, *arguments)
        return (rows,) if fact(rows) else None

    found = await wait_for(ask, what=query, within_s=30)
    assert found is not None, "waited for"
    return found[0]


async def nobody_traded_twice(place: Town) -> None:
    assert writers(*await evidence(place)) == []


async def bots_trade(place: Town, account_id: str, desk: RaceDesk) -> None:
    """The bots of the account place orders from this desk, under the token that its lease has now."""
    before = len(place.exchange.audit())
    [lease] = await rows_of(place, "SELECT token FROM leases WHERE account_id = $1", account_id)
    name = account_id.removeprefix("practice:")

    def is_placed() -> bool:
        rows = [row for row in place.exchange.audit()[before:] if row["ask"] == "place" and row["account"] == name]
        assert all((row["desk"], row["token"]) == (desk.desk_id, lease["token"]) for row in rows)
        return bool(rows)

    await wait_until_async(is_placed, what=f"an order of {account_id}", within_s=40)


async def test_a_killed_desk_is_replaced(place: Town) -> None:
    desk = await run_by(place, ACCOUNTS[0])
    heir = other(place, desk)
    desk.kill()
    await runs_at(place, ACCOUNTS[0], heir)
    await bots_trade(place, ACCOUNTS[0], heir)
    desk.start()
    await well_again(place, desk)
    # Nobody prefers it, so what it had stays where it is.
    assert (await place.holders())[ACCOUNTS[0]] == heir.desk_id
    await nobody_traded_twice(place)


async def test_a_desk_that_sleeps_past_its_lease_has_lost_it(place: Town) -> None:
    desk = await run_by(place, ACCOUNTS[0])
    heir = other(place, desk)
    desk.pause()
    await runs_at(place, ACCOUNTS[0], heir)
    desk.go_on()
    await well_again(place, desk)
    await bots_trade(place, ACCOUNTS[0], heir)
    assert desk.is_running
    await nobody_traded_twice(place)


async def test_a_short_sleep_costs_nothing(place: Town) -> None:
    desk = await run_by(place, ACCOUNTS[0])
    tokens = await rows_of(place, "SELECT account_id, token FROM leases ORDER BY 1")
    desk.pause()
    await last(LEASE_S / 8)
    desk.go_on()
    await well_again(place, desk)
    await bots_trade(place, ACCOUNTS[0], desk)
    assert await rows_of(place, "SELECT account_id, token FROM leases ORDER BY 1") == tokens


@pytest.mark.parametrize("how", ["cut", "frozen"])
async def test_a_desk_without_the_database_is_replaced(place: Town, how: str) -> None:
    desk = await run_by(place, ACCOUNTS[0])
    heir = other(place, desk)
    network = place.networks[f"database {desk.name}"]
    (network.break_off if how == "cut" else network.freeze)(desk.name)
    await runs_at(place, ACCOUNTS[0], heir)
    await bots_trade(place, ACCOUNTS[0], heir)
    network.restore(desk.name)
    await well_again(place, desk)
    assert desk.is_running
    await nobody_traded_twice(place)


async def test_a_desk_that_finds_no_database_at_its_start_is_there_when_it_is_started_again(place: Town) -> None:
    desk = await run_by(place, ACCOUNTS[0])
    network = place.networks[f"database {desk.name}"]
    network.break_off(desk.name)
    desk.kill()
    desk.start()
    await wait_until_async(lambda: not desk.is_running, what="it to give up", within_s=SLOW_MACHINE_S)
    assert DATABASE_AWAY.search(desk.output)
    network.restore(desk.name)
    await well_again(place, desk)
    await bots_trade(place, ACCOUNTS[0], await run_by(place, ACCOUNTS[0]))
    await nobody_traded_twice(place)


async def test_a_desk_without_redis_goes_on(place: Town) -> None:
    desk = await run_by(place, ACCOUNTS[0])
    tokens = await rows_of(place, "SELECT account_id, token FROM leases ORDER BY 1")
    network = place.networks[f"redis {desk.name}"]
    network.break_off(desk.name)
    try:
        await bots_trade(place, ACCOUNTS[0], desk)
        assert await rows_of(place, "SELECT account_id, token FROM leases ORDER BY 1") == tokens
    finally:
        network.restore(desk.name)


async def test_an_account_is_handed_over_on_request(place: Town) -> None:
    desk = await run_by(place, ACCOUNTS[1])
    heir = other(place, desk)
    await place.hand_over(ACCOUNTS[1], heir)
    await runs_at(place, ACCOUNTS[1], heir)
    await bots_trade(place, ACCOUNTS[1], heir)
    await nobody_traded_twice(place)


async def test_a_preferred_desk_gets_it_back_when_it_returns(place: Town) -> None:
    desk = await run_by(place, ACCOUNTS[1])
    heir = other(place, desk)
    await place.prefer(ACCOUNTS[1], desk)
    desk.kill()
    desk_died = time.monotonic()
    await runs_at(place, ACCOUNTS[1], heir)
    assert time.monotonic() - desk_died < WITHIN_S
    desk.start()
    await well_again(place, desk)
    await runs_at(place, ACCOUNTS[1], desk)
    await bots_trade(place, ACCOUNTS[1], desk)
    await place.prefer(ACCOUNTS[1], None)
    await nobody_traded_twice(place)


async def test_orders_that_a_network_kept_back_arrive_too_late_to_trade(place: Town) -> None:
    """A desk sends, its network holds the orders, the desk sleeps past its lease; then everything thaws at once."""
    account_id = ACCOUNTS[0]
    desk = await run_by(place, account_id)
    heir = other(place, desk)
    [bot, _] = await rows_of(place, "SELECT bot_uid FROM bot_instances WHERE account_id = $1 ORDER BY 1", account_id)
    await place.command(desk, PauseBot(bot["bot_uid"]))
    mine = "SELECT count(*) FROM orders WHERE bot_uid = $1 AND status IN ('intent', 'open', 'unknown')"
    await until_rows(place, lambda rows: rows[0][0] == 0, mine, bot["bot_uid"])
    network = place.networks["exchange"]
    network.freeze(desk.desk_id)
    await place.command(desk, StartBot(bot["bot_uid"]))
    waiting = "SELECT client_order_id FROM orders WHERE bot_uid = $1 AND status = 'intent'"
    frozen = await until_rows(place, lambda rows: len(rows) > 0, waiting, bot["bot_uid"])
    await last(LEASE_S / 4)  # committed is not yet sent; by now the orders are the network's
    desk.pause()
    await runs_at(place, account_id, heir)
    network.restore(desk.desk_id)
    desk.go_on()
    await well_again(place, desk)
    identities = {row["client_order_id"] for row in frozen}

    def late() -> list[str]:
        rows = orders_received(place.exchange.audit())
        return [row["code"] for row in rows if row["client_order_id"] in identities and row["desk"] == desk.desk_id]

    await wait_until_async(lambda: len(late()) == len(identities), what="the frozen orders to arrive")
    assert set(late()) == {"duplicate_id"}
    await bots_trade(place, account_id, heir)
    await nobody_traded_twice(place)


async def test_at_the_end_both_books_are_the_same(place: Town) -> None:
    now = time.time()
    verdict = await settle_and_judge(place, (now, now), [], is_timed=False)
    assert verdict.complaints == ()
    assert verdict.numbers["fills"] > 0
    # However the tests before it were dealt out to workers, each account was taken at least once.
    assert verdict.numbers["leases taken"] >= len(place.account_ids)
