"""An exchange on the loopback: the public half of REST, and its streams. What it says is what a test says."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import web

from engine.venues.ccxt_line import Route
from tests.support.exact_json import dump
from tests.support.exchange_dialects import BestLevel, dialect

LOOPBACK = "127.0.0.1"


class LoopbackOnly(aiohttp.TCPConnector):
    """Refuses every other address before anything leaves the machine."""

    async def connect(
        self, req: aiohttp.ClientRequest, traces: Any, timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        if req.url.host != LOOPBACK:
            raise aiohttp.ClientConnectionError(f"{req.url.host} is not on the loopback")
        return await super().connect(req, traces, timeout)


class PublicExchange:
    """One market with one level a side. Frames go to those who subscribed, and to nobody while `is_mute`."""

    def __init__(self, name: str) -> None:
        self.dialect = dialect(name)
        self.book = BestLevel()
        self.is_mute = False
        #: The answer to every request and dial, in place of the right one.
        self.refusal: Callable[[], web.Response] | None = None
        #: Dials are answered while this is set.
        self.answers_dials = asyncio.Event()
        self.answers_dials.set()
        self.asked: list[str] = []
        self.unknown: list[str] = []
        self.dials = 0
        self.connectors: list[LoopbackOnly] = []
        self.port = 0
        self._streams: dict[web.WebSocketResponse, set[str]] = {}
        self._transports: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self._runner: web.AppRunner | None = None
        self._trades = 0

    async def __aenter__(self) -> "PublicExchange":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, after a stop on the same port as before."""
        app = web.Application()
        app.router.add_get("/{host}/{path:.*}", self._get)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Nothing listens any more, and every line is gone."""
        self.reset()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def route(self) -> Route:
        """ccxt's way here and nowhere else: the host becomes the first part of the path."""

        def address(url: str) -> str:
            scheme, _, rest = url.partition("://")
            return f"{scheme.replace('wss', 'ws').replace('https', 'http')}://{LOOPBACK}:{self.port}/{rest}"

        def connector() -> LoopbackOnly:
            self.connectors.append(LoopbackOnly())
            return self.connectors[-1]

        return Route(address, connector)

    # What a test makes happen

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens to quotes and to trades."""
        return {self.dialect.quotes, self.dialect.trades} <= set().union(*self._streams.values())

    @property
    def connections(self) -> int:
        """Sockets that are open here, of whatever kind."""
        assert self._runner is not None
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    @property
    def listeners(self) -> int:
        return len(self._streams)

    async def show(self, bid: str, ask: str, bid_size: str = "5", ask_size: str = "5") -> None:
        """The book is now this."""
        self.book = BestLevel(bid, ask, bid_size, ask_size)
        await self.say(self.dialect.quotes, self.dialect.quote(self.book))

    async def trade(self, price: str, size: str, side: str) -> None:
        """Somebody trades; `side` is the taker's."""
        self._trades += 1
        await self.say(self.dialect.trades, self.dialect.trade(self._trades, price, size, side))

    async def say(self, stream: str, frame: object) -> None:
        """Any frame at all, to those who subscribed to a stream."""
        for socket, streams in tuple(self._streams.items()):
            if stream in streams and not self.is_mute:
                await self._send(socket, frame)

    def reset(self) -> None:
        """Every line is gone without a goodbye."""
        self._streams.clear()
        while self._transports:
            _, transport = self._transports.popitem()
            transport.abort()

    async def hang_up(self) -> None:
        """Every line is closed in order."""
        for socket in tuple(self._streams):
            await socket.close()

    # How it answers

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        if self.refusal is not None:
            return self.refusal()
        if request.headers.get("Upgrade", "").lower() == "websocket":
            await self.answers_dials.wait()
            return await self._listen(request)
        answer = self.dialect.answer(request.match_info["path"], request.query, self.book)
        if answer is None:
            self.unknown.append(request.path_qs)
            return web.json_response({}, status=404)
        return web.Response(status=answer[0], text=dump(answer[1]), content_type="application/json")

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.dials += 1
        assert isinstance(request.transport, asyncio.Transport)
        self._transports[socket] = request.transport
        streams = self._streams[socket] = set()
        try:
            async for message in socket:
                if message.data == "ping":
                    await socket.send_str("pong")
                    continue
                asked = json.loads(message.data)
                for reply in self.dialect.replies(asked, self.book):
                    await self._send(socket, reply)
                streams.update(self.dialect.subscribed(asked))
        finally:
            self._streams.pop(socket, None)
            self._transports.pop(socket, None)
        return socket

    async def _send(self, socket: web.WebSocketResponse, frame: object) -> None:
        if socket.closed:
            return
        if self.dialect.is_binary:
            await socket.send_bytes(dump(frame).encode())
        else:
            await socket.send_str(dump(frame))
