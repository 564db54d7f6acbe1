"""The network in memory carries aiohttp's own client and server, and fails as a real one does."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web

from tests.support.memory_network import MemoryConnector, MemoryNetwork
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

Scene = Callable[[MemoryNetwork, aiohttp.ClientSession, VirtualClock], Awaitable[None]]


async def answer(request: web.BaseRequest) -> web.StreamResponse:
    """A page that says its host, a socket that says everything again."""
    if request.path != "/ws":
        return web.json_response({"host": request.host})
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(str(message.data))
    return socket


def play(scene: Scene) -> None:
    async def run(clock: VirtualClock) -> None:
        network = MemoryNetwork(web.Server(answer))
        async with aiohttp.ClientSession(connector=MemoryConnector(network)) as session:
            async with asyncio.timeout(120):
                await scene(network, session, clock)

    run_virtual(run)


def test_requests_and_sockets_arrive_after_the_latency() -> None:
    async def scene(network: MemoryNetwork, session: aiohttp.ClientSession, clock: VirtualClock) -> None:
        before = clock.seconds()
        async with session.get("https://api.binance.com/x") as told:
            assert await told.json() == {"host": "api.binance.com"}
        assert clock.seconds() - before == pytest.approx(2 * network.latency_s, abs=1e-5)
        async with session.ws_connect("wss://stream.binance.com:9443/ws") as socket:
            for number in range(100):
                await socket.send_str(str(number))
            assert [(await socket.receive()).data for _ in range(100)] == [str(number) for number in range(100)]

    play(scene)


def test_a_cut_resets_what_is_under_way() -> None:
    async def scene(network: MemoryNetwork, session: aiohttp.ClientSession, clock: VirtualClock) -> None:
        async with session.ws_connect("wss://stream.binance.com:9443/ws") as socket:
            await socket.send_str("lost")
            network.cut()
            assert (await socket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        asked = asyncio.ensure_future(session.post("https://api.binance.com/x"))
        await last(network.latency_s)
        network.cut()
        with pytest.raises(aiohttp.ClientError):
            await asked

    play(scene)


def test_a_refusing_network_and_a_frozen_one() -> None:
    async def scene(network: MemoryNetwork, session: aiohttp.ClientSession, clock: VirtualClock) -> None:
        network.is_refusing = True
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("https://api.binance.com/x")
        network.is_refusing = False
        async with session.ws_connect("wss://stream.binance.com:9443/ws") as socket:
            network.freeze()
            await socket.send_str("late")
            heard = asyncio.ensure_future(socket.receive())
            await last(30)
            assert not heard.done()
            network.thaw()
            assert (await heard).data == "late"

    play(scene)


def test_a_connection_that_is_lost_silently_takes_what_is_written_and_says_nothing() -> None:
    async def scene(network: MemoryNetwork, session: aiohttp.ClientSession, clock: VirtualClock) -> None:
        async with session.ws_connect("wss://stream.binance.com:9443/ws") as socket:
            await socket.send_str("under way")
            network.lose_silently()
            await socket.send_str("lost")
            heard = asyncio.ensure_future(socket.receive())
            await last(30)
            assert not heard.done()
            network.cut()
            assert (await heard).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        async with session.get("https://api.binance.com/x") as told:
            assert told.status == 200

    play(scene)
