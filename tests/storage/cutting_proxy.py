"""A network between the program and its database that breaks at a chosen byte."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit


@dataclass
class CuttingProxy:
    """Forwards TCP until told otherwise. Counts and limits begin anew with each `reset`.

    `cut_request_after` and `cut_reply_after` are bytes: that many still pass, then the connection ends in both
    directions. `hold_requests` keeps what the program says from the database until it is set to False again.
    """

    host: str
    port: int
    cut_request_after: int | None = None
    cut_reply_after: int | None = None
    requested: int = 0
    replied: int = 0
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hold.set()

    def reset(self, *, request: int | None = None, reply: int | None = None) -> None:
        """Count from zero; cut after so many bytes of the request or of the reply (None: do not cut)."""
        self.requested = self.replied = 0
        self.cut_request_after, self.cut_reply_after = request, reply

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the program."""
        there, back = await asyncio.open_connection(self.host, self.port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, back, is_request=True))
                group.create_task(self._pump(there, writer, is_request=False))
        except* (OSError, EOFError):
            pass
        finally:
            for end in (writer, back):
                end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_request: bool) -> None:
        while chunk := await source.read(65536):
            if is_request:
                if not self.hold.is_set():
                    self.held.set()
                    await self.hold.wait()
                limit, passed = self.cut_request_after, self.requested
                self.requested += len(chunk)
            else:
                limit, passed = self.cut_reply_after, self.replied
                self.replied += len(chunk)
            if limit is not None and passed + len(chunk) > limit:
                target.write(chunk[: max(0, limit - passed)])
                with contextlib.suppress(OSError):
                    await target.drain()
                raise EOFError
            target.write(chunk)
            await target.drain()
        raise EOFError


@contextlib.asynccontextmanager
async def cutting_proxy(url: str) -> AsyncIterator[tuple[CuttingProxy, str]]:
    """A proxy before the database of this URL, and the URL that leads through it."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    proxy = CuttingProxy(parts.hostname, parts.port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    credentials = parts.netloc.rpartition("@")[0]
    try:
        # Without TLS the bytes of a request are its messages, so a cut lands where the test says.
        yield proxy, urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}", query="sslmode=disable"))
    finally:
        server.close()
        await server.wait_closed()
