"""One WebSocket of a client as a skin sees it. What is sent goes through the fault plan."""

import asyncio
import contextlib
import socket as sockets
import struct
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.exchange.faults import Action, Plan, Point, Rule
from tests.support.exchange.writing import written


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Gone without a word: the other side sees a reset."""
    # A TLS transport that has ended knows its socket no more.
    if not isinstance(transport, asyncio.Transport) or transport.is_closing():
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Line:
    """A `ports.Socket`. `serve` lasts as long as the connection."""

    def __init__(self, request: web.Request, venue: str, plan: Plan) -> None:
        self.host = request.host.partition(":")[0]
        self.path = request.rel_url.raw_path
        self.query: Mapping[str, str] = dict(request.query)
        self.headers: Mapping[str, str] = request.headers
        self.is_silent = False
        self.is_mute = False
        self.sent = 0
        self._request = request
        self._venue = venue
        self._plan = plan
        self._socket = web.WebSocketResponse(autoping=False, max_msg_size=0)
        self._queue: deque[str | bytes | int] = deque()
        self._bell = asyncio.Event()
        self._swapped: list[tuple[str | bytes, str]] = []
        self._closing: list[Callable[[], None]] = []
        self._late: set[asyncio.TimerHandle] = set()

    def send(self, frame: Any, *, is_binary: bool = False) -> None:
        ready = written(frame, is_binary=is_binary)
        text = ready if isinstance(ready, str) else ready.decode(errors="replace") if self._plan.rules else ""
        rule = self._plan.strike(Point.FRAME, self._venue, "", text)
        if rule is not None:
            self._spoil(rule, ready)
        else:
            self._put(ready)

    def close(self, code: int = 1000) -> None:
        self._queue.append(code)
        self._bell.set()

    def on_close(self, call: Callable[[], None]) -> None:
        self._closing.append(call)

    def reset(self) -> None:
        """1006 to the client."""
        reset(self._request.transport)

    async def serve(self, hear: Callable[[str], None]) -> web.WebSocketResponse:
        """Hear the client until the end of the connection."""
        await self._socket.prepare(self._request)
        writer = asyncio.get_running_loop().create_task(self._write())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.PING and not self.is_mute:
                    await self._socket.pong(message.data)
                elif message.type is WSMsgType.TEXT and not self.is_mute:
                    hear(message.data)
                elif message.type is WSMsgType.BINARY and not self.is_mute:
                    hear(message.data.decode())
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self.ended()
        return self._socket

    def ended(self) -> None:
        """The client is gone."""
        for handle in self._late:
            handle.cancel()
        calls, self._closing = self._closing, []
        for call in calls:
            call()

    def _put(self, ready: str | bytes) -> None:
        if self.is_silent or self.is_mute:
            return
        self._queue.append(ready)
        if self._swapped:
            text = ready if isinstance(ready, str) else ready.decode(errors="replace")
            self._queue.extend(held for held, mark in self._swapped if mark in text)
            self._swapped = [each for each in self._swapped if each[1] not in text]
        self._bell.set()

    def _spoil(self, rule: Rule, ready: str | bytes) -> None:
        match rule.action:
            case Action.DUPLICATE:
                self._put(ready)
                self._put(ready)
            case Action.LATE:
                self._late.add(asyncio.get_running_loop().call_later(rule.delay_s, self._put, ready))
            case Action.SWAP:
                self._swapped.append((ready, rule.contains))
            case Action.CLOSE:
                self.close(rule.code)
            case Action.RESET:
                self.reset()
            case Action.GARBLED:
                self._put(ready[: len(ready) // 2])
            case Action.PASS:
                self._put(ready)
            case Action.SILENT:
                self.is_silent = True
            case Action.MUTE:
                self.is_mute = True
            case _:
                assert rule.action is Action.DROP, f"{rule.action} is no fault of a frame"

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._bell.wait()
                self._bell.clear()
                while self._queue:
                    ready = self._queue.popleft()
                    if isinstance(ready, int):
                        await self._socket.close(code=ready)
                        return
                    if isinstance(ready, str):
                        await self._socket.send_str(ready)
                    else:
                        await self._socket.send_bytes(ready)
                    self.sent += 1
