"""More and fewer instruments on a live account, by the whole engine against a loopback exchange over TLS."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain import phrases
from engine.domain.bot import Account, BotState
from engine.domain.grid import GridConfig
from engine.domain.live_messages import ChangeSymbols, GoLive
from engine.domain.messages import AddGrid, OpenAccount, StartBot
from engine.domain.secret import Credential
from engine.domain.sentences import say
from engine.engine import Engine
from engine.errors import VenueUnavailable
from engine.venues.exchanges.exchange_venue import ExchangeVenue
from storage.check import check
from storage.database import connect
from tests.engine.test_going_live import BOT, LiveWorld, begin, live_world, refusals, shown
from tests.support.exchange.account import OWNER
from tests.support.exchange.values import OrderRecord, Side
from tests.support.exchange.venues_under_test import BINANCE, UPBIT, VenueUnderTest
from tests.support.trading import ask, bot_of
from tests.support.waiting import wait_until_async

D = Decimal
OTHER = "livebot2"


def ladder_at(what: VenueUnderTest) -> GridConfig:
    """Eight rungs around the market."""
    return GridConfig(what.price * D("0.95"), what.price * D("1.05"), 8, what.price * D("0.2"))


def resting(world: LiveWorld, symbol: str) -> dict[str, OrderRecord]:
    return {order.client_order_id: order for order in world.open_orders() if order.symbol == symbol}


async def until_stands(world: LiveWorld, engine: Engine, bot_id: str, symbol: str) -> None:
    await wait_until_async(
        lambda: bot_of(engine.refresh(), bot_id).bot.state is BotState.RUNNING and len(resting(world, symbol)) >= 8,
        what=f"the ladder of {symbol}", within_s=30,
    )  # fmt: skip


@pytest.mark.parametrize("what", [BINANCE, UPBIT], ids=str)
async def test_a_symbol_is_added_while_a_ladder_of_another_rests(
    what: VenueUnderTest, database_url: str, tmp_path: Path
) -> None:
    first = what.symbol
    second = next(each.symbol for each in what.house.listings if each.symbol != first)
    absent = f"NONE/{first.partition('/')[2]}"
    async with live_world(what, database_url, tmp_path) as world:
        name = world.account.account_id
        world.others.move_to(second, what.price_of(second), size=D(5))
        async with world.engine() as engine:
            await ask(engine, OpenAccount(world.account))
            await ask(engine, GoLive(name, without_rehearsal=True))
            await wait_until_async(lambda: engine.refresh().markets, what="a price")
            await ask(engine, AddGrid(BOT, "First", name, first, ladder_at(what), D(40), True, True))
            await until_stands(world, engine, BOT, first)
            ladder = resting(world, first)
            venue = engine._connections.venue_of(name)

            [unknown] = await refusals(engine, ChangeSymbols(name, (absent,), without_rehearsal=True))
            assert unknown == f"{what.exchange} does not trade {absent}."
            assert engine._connections.venue_of(name) is venue, "a wrong word does not even interrupt the account"
            assert shown(engine).account.symbols == (first,)
            [rehearse] = await refusals(engine, ChangeSymbols(name, (second,)))
            assert rehearse.startswith(f"{second} was not rehearsed")

            asked = asyncio.create_task(engine.submit(ChangeSymbols(name, (second,), without_rehearsal=True)))
            # While it is between two connections a rung trades; the reconciliation finds it.
            await wait_until_async(lambda: engine._connections.venue_of(name) is not venue, what="the break")
            highest = max((o for o in ladder.values() if o.side is Side.BUY and o.price), key=lambda o: o.price or D(0))
            assert highest.price is not None
            world.others.move_to(first, highest.price - what.tick, size=D(5))
            assert (await asked).refusals == ()
            assert shown(engine).account.symbols == (first, second)
            assert shown(engine).trouble is None
            await wait_until_async(
                lambda: {m.instrument.symbol for m in engine.refresh().markets} == {first, second},
                what="prices of both", within_s=30,
            )  # fmt: skip
            await wait_until_async(
                lambda: bot_of(engine.refresh(), BOT).bot.buy_fills > 0 and len(resting(world, first)) >= 8,
                what="the fill of meanwhile, and the ladder around it", within_s=30,
            )  # fmt: skip
            kept = set(ladder) - {highest.client_order_id}
            assert kept <= set(resting(world, first)), "no resting order was touched"

            config = replace(ladder_at(what), lower=what.price_of(second) * D("0.95"))
            config = replace(config, upper=what.price_of(second) * D("1.05"), investment=config.investment / 2)
            await ask(engine, AddGrid(OTHER, "Second", name, second, config, D(20), True, True))
            await until_stands(world, engine, OTHER, second)
            assert kept <= set(resting(world, first))
            [used] = await refusals(engine, ChangeSymbols(name, (), (second,)))
            assert used.startswith(f"Second trades {second} or holds some of it")
        async with world.engine() as engine:
            assert shown(engine).account.symbols == (first, second), "it is in the database"
            assert shown(engine).is_live_on
            assert len(resting(world, second)) >= 8
        names = [order.client_order_id for order in world.core.truth(OWNER)]
        assert len(names) == len(set(names)), "nothing was sent twice"
    database = await connect(database_url)
    try:
        assert await check(database) == []
    finally:
        await database.close()


async def test_a_connection_that_breaks_with_the_new_symbol_leaves_the_account_as_it_was(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live_world(BINANCE, database_url, tmp_path) as world:
        name, make = world.account.account_id, world._venues.make
        tried: list[tuple[str, ...]] = []

        def fragile(account: Account, credential: Credential) -> ExchangeVenue:
            tried.append(account.symbols)
            if "ETH/USDT" in account.symbols:
                raise VenueUnavailable(say(phrases.FEED_UNREACHABLE, exchange="binance"))
            return make(account, credential)

        monkeypatch.setattr(world._venues, "make", fragile)
        async with world.engine() as engine:
            await begin(world, engine)
            ladder = resting(world, "BTC/USDT")
            cause = await refusals(engine, ChangeSymbols(name, ("ETH/USDT",), without_rehearsal=True))
            assert cause == ["binance cannot be reached."]
            await wait_until_async(
                lambda: shown(engine).trouble is None and engine._connections.venue_of(name) is not None,
                what="the account to be back", within_s=20,
            )  # fmt: skip
            assert tried[-2:] == [("BTC/USDT", "ETH/USDT"), ("BTC/USDT",)]
            assert shown(engine).account.symbols == ("BTC/USDT",)
            assert resting(world, "BTC/USDT") == ladder
            lowest = max(order.price for order in ladder.values() if order.side is Side.BUY and order.price is not None)
            world.others.move_to("BTC/USDT", lowest - BINANCE.tick, size=D(5))
            await wait_until_async(lambda: bot_of(engine.refresh(), BOT).bot.buy_fills > 0, what="it to trade on")


async def test_a_symbol_that_is_delisted_can_be_removed_though_the_account_cannot_be_connected(
    database_url: str, tmp_path: Path
) -> None:
    async with live_world(BINANCE, database_url, tmp_path) as world:
        name = world.account.account_id
        world.account = world.account.with_symbols(["BTC/USDT", "ETH/USDT"])
        async with world.engine() as engine:
            await begin(world, engine)
            await ask(engine, AddGrid(OTHER, "Never", name, "ETH/USDT", ladder_at(BINANCE), D(20), False))
            ladder = set(resting(world, "BTC/USDT"))
        del world.core.markets["ETH/USDT"]
        async with world.engine() as engine:
            assert str(shown(engine).trouble) == "binance does not trade ETH/USDT."
            await ask(engine, ChangeSymbols(name, (), ("ETH/USDT",)))
            assert shown(engine).trouble is None
            assert shown(engine).account.symbols == ("BTC/USDT",)
            assert set(resting(world, "BTC/USDT")) == ladder
            [gone] = await refusals(engine, StartBot(OTHER, is_confirmed=True))
            assert gone == "The venue live:main does not trade ETH/USDT."
        async with world.engine() as engine:
            assert shown(engine).trouble is None, "its bot, which is stopped, keeps nothing from being connected"
