"""What an engine does when a venue, a recording or the right to trade is taken from it while it runs."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import Account
from engine.domain.messages import OpenAccount, SetMarketSpeed
from engine.domain.views import EngineState, EngineView
from engine.errors import LeaseLost
from storage.embedded.question import ask as ask_database
from tests.support.trading import (
    SYMBOL,
    TradingDesk,
    ask,
    begin,
    bot_of,
    fills_of,
    grid_on,
    invented_market,
    recorded_market,
    stand_still,
    wait_for_end,
    wait_for_fills,
)
from tests.support.waiting import wait_until_async


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> TradingDesk:
    return TradingDesk(database_url, tmp_path / "desk")


def file_of(account: Account) -> Path:
    """The recording behind an account."""
    return Path(dict(account.settings)["file"])


def replace_bytes(file: Path, content: bytes) -> bytes:
    """Write a file anew; gives what was there."""
    before = file.read_bytes()
    file.write_bytes(content)
    return before


def move(file: Path, to: Path) -> None:
    file.rename(to)


@contextlib.contextmanager
def broken_store(store: Path) -> Iterator[None]:
    """The venue's file loses a table and gets it back, as a file does whose disk fails for a while."""
    with closing(sqlite3.connect(store, timeout=10)) as connection:
        connection.execute("ALTER TABLE market RENAME TO away")
        connection.commit()
        try:
            yield
        finally:
            connection.execute("ALTER TABLE away RENAME TO market")
            connection.commit()


def trouble(view: EngineView) -> str:
    return "" if view.trouble is None else str(view.trouble)


async def test_a_venue_whose_store_breaks_stops_alone_and_comes_back(desk: TradingDesk) -> None:
    account, other = recorded_market(desk.folder, 3_000), invented_market("calm")
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(30_000))
        await ask(engine, OpenAccount(other))
        await ask(engine, SetMarketSpeed(other.venue, Decimal(100)))
        await wait_for_fills(engine, 10)
        with broken_store(desk.store(account)):
            await wait_until_async(lambda: "cannot be read or written" in trouble(engine.refresh()), what="a sentence")
            assert engine.view().state is EngineState.RUNNING
            at = market_time(engine.view(), other)
            await wait_until_async(lambda: market_time(engine.refresh(), other) > at, what="the other market to go on")
            fills = fills_of(engine.refresh())
        await wait_until_async(lambda: engine.refresh().trouble is None, what="the venue to be connected again")
        await wait_for_fills(engine, fills + 10)
        await stand_still(engine, account)
    assert await desk.complaints(account, other) == []


def market_time(view: EngineView, account: Account) -> float:
    found = [market.at.timestamp() for market in view.markets if market.instrument.venue == account.venue]
    return found[0] if found else 0.0


async def test_a_recording_that_is_gone_is_tried_again_until_it_is_back(desk: TradingDesk) -> None:
    account = recorded_market(desk.folder, 400)
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(30_000))
        await wait_for_fills(engine, 10)
    file = file_of(account)
    move(file, file.with_suffix(".away"))
    async with desk.engine() as engine:
        assert trouble(engine.refresh()).endswith(f"There is no file {file}.")
        assert bot_of(engine.view()).bot.is_active
        orders = desk.venue_counts(account)
        move(file.with_suffix(".away"), file)
        assert desk.venue_counts(account) == orders
        await wait_until_async(lambda: engine.refresh().trouble is None, what="the account to be connected")
        await ask(engine, SetMarketSpeed(account.venue, None))
        await wait_for_end(engine, account)
    assert await desk.complaints(account) == []


async def test_a_recording_that_changed_on_disk_is_not_traded(desk: TradingDesk) -> None:
    account = recorded_market(desk.folder, 400)
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(30_000))
        await wait_for_fills(engine, 10)
        await stand_still(engine, account)
    before = desk.venue_counts(account)
    original = replace_bytes(file_of(account), b"ts,open,high,low,close,volume\n1700090000000,100,101,99,100,5\n")
    async with desk.engine() as engine:
        assert "its content has changed" in trouble(engine.refresh())
        assert desk.venue_counts(account) == before
        # A person who put the right file back need not wait for the next try.
        replace_bytes(file_of(account), original)
        await ask(engine, OpenAccount(account))
        assert engine.refresh().trouble is None
        await ask(engine, SetMarketSpeed(account.venue, None))
        await wait_for_end(engine, account)
    assert await desk.complaints(account) == []


async def test_a_desk_that_was_taken_over_sends_nothing_more(database_url: str, tmp_path: Path) -> None:
    # It looks whether its lease is still its own several times within one.
    desk = TradingDesk(database_url, tmp_path / "desk", lease_s=10)
    account = recorded_market(desk.folder, 30_000)
    room = desk.room()
    engine = await room.open()
    run = asyncio.create_task(engine.run())
    try:
        await engine.started()
        await begin(engine, account, Decimal(60_000))
        await wait_for_fills(engine, 10)
        other = await desk.open_storage()
        try:
            # The session that says "I live" is lost, as behind a network that broke; another copy may then begin.
            ask_database(
                desk.url,
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE application_name LIKE 'gridwright test desk %'",
            )  # fmt: skip
            await other.journal.take_desk()
            await other.leases.take()
            [intents] = ask_database(desk.url, "SELECT count(*) FROM orders")
            with pytest.raises(LeaseLost):
                await asyncio.wait_for(run, 90)
            assert ask_database(desk.url, "SELECT count(*) FROM orders") == [intents]
            assert desk.venue_counts(account)[0] <= intents
            view = engine.view()
            assert view.state is EngineState.STOPPED
            assert "taken over" in trouble(view)
        finally:
            await other.close()
    finally:
        await engine.stop()
        await asyncio.wait({run})
        await room.close()
    async with desk.engine() as engine:
        await stand_still(engine, account)
    assert await desk.complaints(account) == []


async def test_a_market_speed_for_a_stranger_is_refused(desk: TradingDesk) -> None:
    async with desk.engine() as engine:
        answer = await engine.submit(SetMarketSpeed("replay:nobody", Decimal(1)))
        assert [field for field, _ in answer.refusals] == ["venue"]
        answer = await engine.submit(grid_on(invented_market(), symbol=SYMBOL))
        assert [field for field, _ in answer.refusals] == ["account"]
