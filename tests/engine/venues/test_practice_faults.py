"""Lines that break, desks that sleep, exchanges that are killed, and whoever speaks another language."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.bot import Account, AccountMode
from engine.domain.codec import to_json
from engine.domain.market import Quote
from engine.domain.messages import OrderAccepted, OrderUnknown
from engine.domain.order import OrderState
from engine.errors import VenueUnavailable
from engine.venues import practice_wire as wire
from engine.venues.factory import store_path
from tests.engine.venues.builders import START, buy, instrument, sell
from tests.engine.venues.practice_world import Practice, desk_at, practice
from tests.storage.cutting_proxy import CuttingProxy
from tests.support.waiting import wait_until_async

Answer = Callable[[dict[str, object], asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def strange_exchange(answer: Answer) -> AsyncIterator[Account]:
    """A server that answers a hello as it should and everything else as the test says; an account there."""
    rules = to_json(instrument())
    lines: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(writer)
        with contextlib.suppress(OSError):
            while text := await reader.readline():
                said = json.loads(text)
                if said["ask"] == wire.HELLO:
                    told = {"exchange": "ee", "at": START.isoformat(), "instrument": rules}
                    writer.write(wire.line(to=said["id"], answer=told))
                else:
                    await answer(said, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        lines.remove(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = (("exchange", "ee"), ("host", "127.0.0.1"), ("port", str(port)), ("symbol", "BTC/KRW"))
    try:
        yield Account("practice:m", "practice:m", "m", AccountMode.PRACTICE, "KRW", settings)
    finally:
        server.close()
        await wait_until_async(lambda: not lines, what="the lines to be closed")


@contextlib.asynccontextmanager
async def through_proxy(world: Practice) -> AsyncIterator[tuple[CuttingProxy, Account]]:
    """A network before the exchange that breaks at a chosen byte."""
    proxy = CuttingProxy("127.0.0.1", world.port)
    lines: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(writer)
        await proxy.serve(reader, writer)
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        lines.remove(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    account = await world.account()
    try:
        yield proxy, at_port(account, server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await wait_until_async(lambda: not lines and not world.server.desks, what="the network to be empty")
        await server.wait_closed()


def at_port(account: Account, port: int) -> Account:
    """The same account, reached elsewhere."""
    return replace(account, settings=tuple({**dict(account.settings), "port": str(port)}.items()))


# The desk's side


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\n",
        b"[1, 2]\n",
        b'{"to": 2}\n',
        b'{"to": 2, "answer": {"kind": "OrderAccepted"}}\n',
        b'{"to": 2, "answer": {"kind": "Order"}}\n',
        b'{"events": 7}\n',
        b'{"events": [{"kind": "Quote", "bid": "x"}]}\n',
        b'{"to": 2, "answer": {"kind": "OrderAcc',
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
    ],
)
async def test_an_answer_that_makes_no_sense_is_no_answer(said: bytes) -> None:
    async def answer(_: dict[str, object], writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async with strange_exchange(answer) as account, desk_at(account, is_listening=False) as desk:
        outcome = await desk.venue.place(buy("b", "50", "1"))
        assert isinstance(outcome, OrderUnknown)
        assert outcome.client_order_id == "b"
        # The line is given up: what comes next is not sent, and the market ends, so that the account is connected anew.
        assert isinstance(await desk.venue.place(buy("c", "50", "1")), OrderUnknown)
        with pytest.raises(VenueUnavailable):
            await desk.venue.run()


async def test_an_answer_that_does_not_come_is_unknown_and_its_late_word_is_not_taken_for_another() -> None:
    late: list[int] = []

    async def answer(said: dict[str, object], writer: asyncio.StreamWriter) -> None:
        late.append(int(str(said["id"])))
        if len(late) == 2:
            first, second = (OrderAccepted(name, name, START) for name in ("first", "second"))
            writer.write(wire.line(to=late[0], answer=wire.tagged(first)))
            writer.write(wire.line(to=late[1], answer=wire.tagged(second)))

    async with strange_exchange(answer) as account, desk_at(account, answer_s=0.05, is_listening=False) as desk:
        assert isinstance(await desk.venue.place(buy("first", "50", "1")), OrderUnknown)
        outcome = await desk.venue.place(buy("second", "50", "1"))
        assert isinstance(outcome, OrderAccepted)
        assert outcome.client_order_id == "second"


async def test_a_line_that_fell_silent_is_given_up() -> None:
    async def answer(said: dict[str, object], writer: asyncio.StreamWriter) -> None:
        pass

    async with strange_exchange(answer) as account, desk_at(account, silence_s=0.05, is_listening=False) as desk:
        with pytest.raises(VenueUnavailable, match="fell silent"):
            await desk.venue.run()
        with pytest.raises(VenueUnavailable, match="fell silent"):
            await desk.venue.balances()


@pytest.mark.parametrize("is_heard", [True, False])
async def test_an_order_on_a_line_that_breaks_is_unknown_and_then_found(tmp_path: Path, is_heard: bool) -> None:
    async with practice(tmp_path) as world, through_proxy(world) as (proxy, account):
        world.exchange.tick()
        async with desk_at(account) as desk:
            run = desk.tasks[0]
            if is_heard:
                proxy.reset(reply=0)
            else:
                proxy.reset(request=100)
            placed = buy("b", "50", "1")
            assert isinstance(await desk.venue.place(placed), OrderUnknown)
            with pytest.raises(VenueUnavailable, match="broke off"):
                await run
            for ask in (desk.venue.report, desk.venue.cancel):
                with pytest.raises(VenueUnavailable):
                    await ask(placed)
        proxy.reset()
        async with desk_at(account) as desk:
            report = await desk.venue.report(placed)
            assert report is not None
            assert report.state is (OrderState.OPEN if is_heard else OrderState.LOST)


async def test_nothing_is_left_in_the_program_to_be_sent_later(tmp_path: Path) -> None:
    """A desk that is stopped and goes on past its lease must find no order of its own that still waits to go out."""
    async with practice(tmp_path) as world, through_proxy(world) as (proxy, account):
        world.exchange.tick()
        async with desk_at(account) as desk:
            proxy.hold.clear()
            answers = []
            long = "x" * 32
            for at in range(100_000):
                asked = asyncio.ensure_future(desk.venue.place(buy(f"{long}{at}", "50", "1")))
                answers.append(asked)
                await asyncio.sleep(0)
                if asked.done():
                    break
            # The system takes no more, so the order was not kept for later: the line is given up with all that waits.
            assert isinstance(await answers[-1], OrderUnknown)
            assert {type(outcome) for outcome in await asyncio.gather(*answers)} == {OrderUnknown}
            with pytest.raises(VenueUnavailable):
                await desk.tasks[0]
        proxy.hold.set()
        await wait_until_async(lambda: world.server.desks == 0, what="the network to be empty")
        taken = [row for row in world.audit() if row["ask"] == "place"]
        assert len(taken) < len(answers)


# The exchange's side


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n",
        b"{}\n",
        b'{"id": true, "ask": "hello"}\n',
        b'{"id": 1, "ask": "place"}\n',
        b'{"id": 1, "ask": "hello", "account": 5}\n',
        b'{"id": 1, "ask": "hel',
        b"x" * 200_000 + b"\n",
        b"\x00\xff\n",
        b"[" * 60_000 + b"\n",
    ],
)
async def test_who_speaks_another_language_is_not_listened_to(tmp_path: Path, said: bytes) -> None:
    async with practice(tmp_path) as world, desk_at(await world.account()) as desk:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writer.write(said)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        # Nobody else notices.
        world.exchange.tick()
        await desk.heard(Quote)
        assert isinstance(await desk.venue.place(buy("b", "50", "1")), OrderAccepted)


@pytest.mark.parametrize("order", ['"x"', "null", "{}", '{"client_order_id": "a"}'])
async def test_an_order_that_is_none_ends_the_line_and_changes_nothing(tmp_path: Path, order: str) -> None:
    async with practice(tmp_path) as world:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writer.write(wire.line(id=1, ask="hello", protocol=wire.PROTOCOL, account="a", desk="d", exchange=""))
        assert b"instrument" in await reader.readline()
        writer.write(f'{{"id": 2, "ask": "place", "order": {order}}}\n'.encode())
        assert await reader.read() == b""
        writer.close()
        assert [row["ask"] for row in world.audit()] == ["begin", "hello", "garbage", "bye"]


async def test_other_protocols_and_second_hellos_are_refused(tmp_path: Path) -> None:
    async with practice(tmp_path) as world:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writer.write(wire.line(id=1, ask="hello", protocol=99, account="a", desk="d", exchange=""))
        assert f"version {wire.PROTOCOL}" in json.loads(await reader.readline())["refusal"]
        writer.write(wire.line(id=2, ask="hello", protocol=wire.PROTOCOL, account="../a", desk="d", exchange=""))
        assert "1 to 60 letters" in json.loads(await reader.readline())["refusal"]
        for number in (3, 4):
            writer.write(wire.line(id=number, ask="hello", protocol=wire.PROTOCOL, account="a", desk="d", exchange=""))
        assert json.loads(await reader.readline())["to"] == 3
        assert await reader.read() == b""
        writer.close()


async def test_a_desk_that_does_not_read_is_disconnected_and_holds_up_nobody(tmp_path: Path) -> None:
    async with practice(tmp_path, most_unread=100_000) as world:
        account = await world.account()
        _, writer = await asyncio.open_connection("127.0.0.1", world.port, limit=1024)
        writer.write(wire.line(id=1, ask="hello", protocol=wire.PROTOCOL, account="mine", desk="asleep", exchange=""))
        await wait_until_async(lambda: any(row["desk"] == "asleep" for row in world.audit()), what="the sleeper")
        async with desk_at(account, "awake") as desk:
            for ticks in range(1, 100_000):
                world.exchange.tick()
                if ticks % 50 == 0:
                    await desk.heard(Quote, ticks)
                    if any(row["ask"] == "slow" for row in world.audit()):
                        break
            assert [row["desk"] for row in world.audit() if row["ask"] == "slow"] == ["asleep"]
            assert isinstance(await desk.venue.place(buy("b", "1", "1")), OrderAccepted)
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


# Restarts


async def live(folder: Path, account: Account | None, ticks: range, image: Path) -> tuple[Account, object]:
    """A life of the exchange with orders between the ticks, up to a kill, whose files are then in `image`.

    Gives the account and its balances at the end.
    """
    async with practice(folder) as world:
        account = at_port(account or await world.account(), world.port)
        async with desk_at(account) as desk:
            for at in ticks:
                world.exchange.tick()
                if at % 4 == 0:
                    await desk.venue.place(buy(f"b{at}", str(90 + at % 10), "2", post_only=False))
                    await desk.venue.place(sell(f"s{at}", str(100 + at % 10), "2", post_only=False))
            # Files as they lie on the disk while everything is open: what a kill leaves.
            shutil.copytree(folder, image)
            return account, await desk.venue.balances()


def fills_in(folder: Path) -> list[tuple[object, ...]]:
    """Every fill of the account, without the store's own name."""
    with contextlib.closing(sqlite3.connect(store_path(folder, "mine"))) as store:
        rows = store.execute("SELECT number, client_order_id, price, quantity, fee, at_ms FROM fills ORDER BY number")
        return rows.fetchall()


async def test_an_exchange_that_is_killed_again_and_again_is_the_same_exchange(tmp_path: Path) -> None:
    _, balances = await live(tmp_path / "whole", None, range(200), tmp_path / "end")
    whole = fills_in(tmp_path / "end")
    assert len(whole) > 20
    account, found = None, balances
    for life, ticks in enumerate((range(1), range(1, 30), range(30, 31), range(31, 120), range(120, 200))):
        account, found = await live(tmp_path / f"life {life}", account, ticks, tmp_path / f"life {life + 1}")
    assert fills_in(tmp_path / "life 5") == whole
    assert found == balances


@pytest.mark.parametrize("behind", [1, 40])
async def test_a_book_that_is_behind_meets_the_ticks_that_it_missed(tmp_path: Path, behind: int) -> None:
    """A kill falls between the exchange's own word and the book's; a book is the later of the two to be written."""
    account, _ = await live(tmp_path / "a", None, range(100), tmp_path / "old")
    async with practice(tmp_path / "a") as world:
        for _ in range(behind):
            world.exchange.tick()
        book, _ = world.exchange.account("mine")
        balances = await book.balances()
    fills = fills_in(tmp_path / "a")
    assert behind == 1 or len(fills) > len(fills_in(tmp_path / "old"))
    # The exchange's file is of the end, the book's of `behind` ticks before.
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    for old in (tmp_path / "b" / "venues").iterdir():
        old.unlink()
    shutil.copytree(tmp_path / "old" / "venues", tmp_path / "b" / "venues", dirs_exist_ok=True)
    async with practice(tmp_path / "b") as world, desk_at(at_port(account, world.port)) as desk:
        assert await desk.venue.balances() == balances
        assert fills_in(tmp_path / "b") == fills
        # And the other way round: a power cut took the exchange's last words.
    shutil.copytree(tmp_path / "old", tmp_path / "c")
    shutil.copytree(tmp_path / "a" / "venues", tmp_path / "c" / "venues", dirs_exist_ok=True)
    async with practice(tmp_path / "c") as world, desk_at(at_port(account, world.port)) as desk:
        assert await desk.venue.balances() == balances
        quotes = len(desk.of(Quote))
        world.exchange.tick()
        quote = (await desk.heard(Quote, quotes + 1))[-1]
    async with practice(tmp_path / "a") as world, desk_at(at_port(account, world.port)) as desk:
        assert len(desk.of(Quote)) == 1  # the last one before the restart
        world.exchange.tick()
        assert (await desk.heard(Quote, 2))[-1].at >= quote.at


async def test_an_account_whose_book_fails_is_closed_alone_and_opened_again(tmp_path: Path) -> None:
    async with practice(tmp_path) as world:
        account, other = await world.account(), await world.account("other")
        async with desk_at(account) as desk, desk_at(other) as neighbour:
            world.exchange.tick()
            [quote] = await desk.heard(Quote)
            with contextlib.closing(sqlite3.connect(store_path(tmp_path, "mine"), isolation_level=None)) as store:
                store.execute("CREATE TRIGGER no BEFORE INSERT ON fills BEGIN SELECT RAISE(ABORT, 'disk'); END")
                placed = buy("b", str(quote.ask), "0.01", post_only=False)
                assert isinstance(await desk.venue.place(placed), OrderUnknown)
                world.exchange.tick()
                with pytest.raises(VenueUnavailable):
                    await desk.tasks[0]
                await neighbour.heard(Quote, 2)
                store.execute("DROP TRIGGER no")
            async with desk_at(account) as again:
                report = await again.venue.report(placed)
                assert report is not None
                assert report.state is OrderState.LOST
                assert isinstance(await again.venue.place(buy("c", "50", "1")), OrderAccepted)
