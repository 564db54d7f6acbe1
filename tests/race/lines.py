"""Networks between programs that can be cut, frozen and restored: one for each desk and each server it reaches."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

CHUNK = 65536


@dataclass
class Network:
    """Forwards TCP to a server. `name_of` says from the first line of a connection whose it is.

    A name that is cut loses its connections and gets none; one that is frozen keeps them, and nothing passes.
    """

    host: str
    port: int
    name_of: Callable[[bytes], str]
    cut: set[str] = field(default_factory=set)
    _thawed: dict[str, asyncio.Event] = field(default_factory=dict)
    _lines: dict[str, set[asyncio.StreamWriter]] = field(default_factory=dict)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def break_off(self, name: str) -> None:
        """Cut: whoever is connected notices at once."""
        self.cut.add(name)
        for writer in tuple(self._lines.get(name, ())):
            writer.transport.abort()

    def freeze(self, name: str) -> None:
        """Nothing passes, nobody is told."""
        self._event(name).clear()

    def restore(self, name: str) -> None:
        """Everything passes again; what was frozen on its way arrives now."""
        self.cut.discard(name)
        self._event(name).set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        task = asyncio.current_task()
        assert task is not None, "a connection is a task"
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, EOFError):
                await self._serve(reader, writer)
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def close(self) -> None:
        """End every connection."""
        for lines in self._lines.values():
            for writer in tuple(lines):
                writer.transport.abort()
        for thawed in self._thawed.values():
            thawed.set()
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(CHUNK)
        name = self.name_of(first)
        await self._event(name).wait()
        if not first or name in self.cut:
            return
        there, back = await asyncio.open_connection(self.host, self.port)
        mine = {writer, back}
        self._lines.setdefault(name, set()).update(mine)
        try:
            back.write(first)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, back, name))
                group.create_task(self._pump(there, writer, name))
        except* (OSError, EOFError):
            pass
        finally:
            self._lines[name] -= mine
            back.transport.abort()
            with contextlib.suppress(OSError):
                await back.wait_closed()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, name: str) -> None:
        while chunk := await source.read(CHUNK):
            await self._event(name).wait()
            if name in self.cut:
                raise EOFError
            target.write(chunk)
            await target.drain()
        raise EOFError

    def _event(self, name: str) -> asyncio.Event:
        if name not in self._thawed:
            self._thawed[name] = asyncio.Event()
            self._thawed[name].set()
        return self._thawed[name]


def desk_of_hello(first: bytes) -> str:
    """The desk that says hello to the practice exchange, "" for whoever says something else."""
    try:
        return str(json.loads(first.split(b"\n")[0]).get("desk", ""))
    except (ValueError, AttributeError):
        return ""


@contextlib.asynccontextmanager
async def network(host: str, port: int, name_of: Callable[[bytes], str]) -> AsyncIterator[tuple[Network, int]]:
    """A network before a server, and the port on which it is entered."""
    made = Network(host, port, name_of)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    try:
        yield made, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await made.close()
