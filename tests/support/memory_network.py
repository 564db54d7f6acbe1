"""A network without sockets: the same aiohttp, ccxt and server code over pairs of transports in memory.

What is written arrives after the network's latency, in order. TLS is left out; the addresses, with their https, are the
real ones. The network can refuse, cut and freeze.
"""

import asyncio
import contextvars
import errno
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.tracing import Trace

Protocol = asyncio.BaseProtocol

#: More than the resolution of any loop's timers.
EARLY_S = 2e-5


class MemoryTransport(asyncio.Transport):
    """One end of a connection. `write` never blocks; `abort` loses what is under way in both directions."""

    def __init__(
        self, network: "MemoryNetwork", protocol: Protocol, extra: dict[str, Any], context: contextvars.Context
    ) -> None:
        """What arrives is handled in `context`: neither end may inherit what the other one was doing."""
        super().__init__(extra)
        self._context = context
        self._network = network
        self._loop = asyncio.get_running_loop()
        self._protocol = protocol
        self.peer: MemoryTransport | None = None
        #: (when it arrives, bytes; None is the end of the stream).
        self._coming: deque[tuple[float, bytes | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._is_paused = False
        self._is_closing = False
        self._is_lost = False

    def get_protocol(self) -> Protocol:
        return self._protocol

    def set_protocol(self, protocol: Protocol) -> None:
        self._protocol = protocol

    def is_closing(self) -> bool:
        return self._is_closing

    def is_reading(self) -> bool:
        return not self._is_paused

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        self._is_paused = False
        self._schedule()

    def write(self, data: Any) -> None:
        if not self._is_closing and self.peer is not None and data:
            self.peer.expect(bytes(data))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        if not self._is_closing and self.peer is not None:
            self.peer.expect(None)

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There is no bound to what is under way."""

    def close(self) -> None:
        """What was written arrives, then the end."""
        if self._is_closing:
            return
        self._is_closing = True
        if self.peer is not None:
            self.peer.expect(None)
        self._loop.call_soon(self.lose, None, context=self._context)

    def abort(self) -> None:
        """A reset: both ends are gone, and with them all that had not arrived."""
        if self._is_lost:
            return
        self._is_closing = True
        self._loop.call_soon(self.lose, None, context=self._context)
        if self.peer is not None:
            self.peer.reset()

    def vanish(self) -> None:
        """The program at this end is gone without a word: what it wrote arrives, it hears nothing more."""
        if self._is_lost:
            return
        if self.peer is not None and not self._is_closing:
            self.peer.expect(None)
        self._is_lost = self._is_closing = True
        if self._timer is not None:
            self._timer.cancel()
        self._coming.clear()
        self._network.forget(self)

    def lose_coming(self) -> None:
        """What was on its way here never arrives."""
        self._coming.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def reset(self) -> None:
        """The other end aborted."""
        self._is_closing = True
        self._coming.clear()
        error = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        self._loop.call_soon(self.lose, error, context=self._context)

    def expect(self, data: bytes | None) -> None:
        """Bytes are on their way to this end."""
        if self._is_lost:
            return
        self._coming.append((self._loop.time() + self._network.latency_s, data))
        self._schedule()

    def lose(self, error: Exception | None) -> None:
        """Tell the protocol, once, that the connection is gone."""
        if self._is_lost:
            return
        self._is_lost = self._is_closing = True
        if self._timer is not None:
            self._timer.cancel()
        self._coming.clear()
        self._network.forget(self)
        self._protocol.connection_lost(error)

    def thaw(self) -> None:
        """The network moves again."""
        self._schedule()

    def _schedule(self) -> None:
        if self._timer is None and self._coming and not self._is_paused and not self._network.is_frozen:
            self._timer = self._loop.call_at(self._coming[0][0], self._arrive, context=self._context)

    def _arrive(self) -> None:
        self._timer = None
        # A loop fires timers that are due within its resolution; what it fires for has arrived.
        now = self._loop.time() + EARLY_S
        while self._coming and not self._is_paused and not self._network.is_frozen and not self._is_lost:
            if self._coming[0][0] > now:
                break
            _, data = self._coming.popleft()
            if data is None:
                self._on_end()
            elif isinstance(self._protocol, asyncio.Protocol):
                self._protocol.data_received(data)
        self._schedule()

    def _on_end(self) -> None:
        is_kept = isinstance(self._protocol, asyncio.Protocol) and self._protocol.eof_received()
        if not is_kept:
            self._is_closing = True
            self._loop.call_soon(self.lose, None, context=self._context)


class MemoryNetwork:
    """Between clients and one server. `serve` makes the protocol of the server's end of each connection."""

    def __init__(self, serve: Callable[[], Protocol], latency_s: float = 0.002) -> None:
        self._serve = serve
        #: What the server's ends begin with: nothing of any client.
        self._context = contextvars.copy_context()
        self.latency_s = latency_s
        self.is_refusing = False
        #: What every dial fails with, None while dials succeed.
        self.failure: type[aiohttp.ClientConnectorError] | None = None
        self.is_frozen = False
        #: Clients' ends of open connections, in the order of their dialling.
        self._open: dict[MemoryTransport, None] = {}
        self.dialled = 0

    def dial(self, protocol: Protocol) -> MemoryTransport:
        """Connect a client's protocol. Raises ConnectionRefusedError."""
        if self.is_refusing:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        self.dialled += 1
        server_protocol = self._context.copy().run(self._serve)
        address = ("127.0.0.1", 20_000 + self.dialled)
        here, there = {"peername": ("127.0.0.1", 443), "sockname": address}, self._context.copy()
        client = MemoryTransport(self, protocol, here, contextvars.copy_context())
        server = MemoryTransport(self, server_protocol, {"peername": address, "sockname": ("127.0.0.1", 443)}, there)
        client.peer, server.peer = server, client
        self._open[client] = None
        there.run(server_protocol.connection_made, server)
        protocol.connection_made(client)
        return client

    def forget(self, transport: MemoryTransport) -> None:
        """One end is gone."""
        self._open.pop(transport, None)

    def cut(self) -> None:
        """Reset every connection."""
        for transport in tuple(self._open):
            transport.abort()

    def lose_silently(self) -> None:
        """The server has ended every connection, and no client is told: what they write goes nowhere."""
        for transport in tuple(self._open):
            server, transport.peer = transport.peer, None
            transport.lose_coming()
            if server is not None:
                server.peer = None
                server.reset()

    def freeze(self) -> None:
        """Nothing arrives any more and nobody is told, as when a cable is pulled or a laptop sleeps."""
        self.is_frozen = True

    def thaw(self) -> None:
        """What was under way arrives now."""
        self.is_frozen = False
        for transport in tuple(self._open):
            transport.thaw()
            if transport.peer is not None:
                transport.peer.thaw()


class MemoryConnector(aiohttp.BaseConnector):
    """aiohttp's connector over a MemoryNetwork."""

    def __init__(self, network: MemoryNetwork) -> None:
        super().__init__()
        self._network = network
        self._dialled: list[MemoryTransport] = []
        self._is_dead = False

    def die(self) -> None:
        """The program that has it was killed."""
        self._is_dead = True
        for transport in self._dialled:
            transport.vanish()

    async def _create_connection(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: "aiohttp.ClientTimeout"
    ) -> ResponseHandler:
        if self._is_dead or self._network.is_frozen:
            # Nobody answers the first packet: the dial lasts until its caller gives up.
            await asyncio.get_running_loop().create_future()
        if self._network.failure is not None:
            raise self._network.failure(req.connection_key, OSError(errno.EHOSTUNREACH, "No way there"))
        protocol: ResponseHandler = self._factory()
        try:
            self._dialled = [each for each in self._dialled if not each.is_closing()]
            self._dialled.append(self._network.dial(protocol))
        except OSError as error:
            raise aiohttp.ClientConnectorError(req.connection_key, error) from error
        return protocol
