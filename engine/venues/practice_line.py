"""A desk's line to the practice exchange: questions with their answers, and what the exchange says unasked."""

import asyncio
import contextlib
from collections.abc import Callable

from engine.domain import phrases
from engine.domain.codec import Json
from engine.domain.sentences import say
from engine.errors import UsageError, VenueUnavailable
from engine.venues import practice_wire as wire

CONNECT_S = 5.0


class PracticeLine:
    """One TCP connection. Once broken it stays broken; whoever wants to go on makes another.

    `on_events` is called with the events of each line, in the order of the answers around them.
    """

    def __init__(self, host: str, port: int, on_events: Callable[[Json], None], silence_s: float) -> None:
        self.address = f"{host}:{port}"
        self._host = host
        self._port = port
        self._on_events = on_events
        self._silence_s = silence_s
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._asked: dict[int, asyncio.Future[Json]] = {}
        self._last_number = 0
        self._trouble: VenueUnavailable | None = None
        self._broken = asyncio.Event()

    async def open(self) -> None:
        """Raises VenueUnavailable."""
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=wire.MOST_TOLD_BYTES)
        except (OSError, TimeoutError, UnicodeError) as error:
            # UnicodeError: what was typed cannot be the name of a host.
            raise VenueUnavailable(say(phrases.PRACTICE_UNREACHABLE, address=self.address)) from error
        self._task = asyncio.create_task(self._read(reader), name=f"practice exchange {self.address}")

    def post(self, ask: str, **body: Json) -> "asyncio.Future[Json]":
        """Write a question now, and give what will be its answer. There is no waiting before the write.

        It is handed to the system at once and as a whole, or it is never sent: what would wait here, in a program that
        may be stopped and go on an hour later, must not be an order. Raises VenueUnavailable when it was not sent.
        """
        if self._trouble is not None:
            raise self._trouble
        if self._writer is None or self._writer.is_closing():
            raise VenueUnavailable(say(phrases.PRACTICE_BROKE_OFF, address=self.address))
        transport = self._writer.transport
        if transport.get_write_buffer_size():
            raise VenueUnavailable(say(phrases.PRACTICE_CONGESTED, address=self.address))
        self._last_number += 1
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._asked[self._last_number] = answer
        self._writer.write(wire.line(id=self._last_number, ask=ask, **body))
        if transport.get_write_buffer_size():
            # Half of it is out; nobody can make sense of it, and the rest must not follow later.
            self._break(VenueUnavailable(say(phrases.PRACTICE_CONGESTED, address=self.address)))
        return answer

    async def ask(self, ask: str, within_s: float, **body: Json) -> Json:
        """A question and its answer. Raises VenueUnavailable without one in time, UsageError where it is refused."""
        return await self.answer(self.post(ask, **body), within_s)

    async def answer(self, posted: "asyncio.Future[Json]", within_s: float) -> Json:
        """The answer to what was posted. Raises as `ask`."""
        try:
            async with asyncio.timeout(within_s):
                return await posted
        except TimeoutError as error:
            raise VenueUnavailable(say(phrases.PRACTICE_NO_ANSWER, address=self.address)) from error

    async def broken(self) -> VenueUnavailable:
        """Wait until the line is broken; why it is."""
        await self._broken.wait()
        assert self._trouble is not None, "a broken line knows why"
        return self._trouble

    def give_up(self, cause: str) -> None:
        """What the exchange said makes no sense; nothing else it says is listened to."""
        self._break(VenueUnavailable(say(phrases.PRACTICE_STRANGE, address=self.address, cause=cause)))

    async def close(self) -> None:
        """Hang up. Whoever waits for an answer hears that the line broke."""
        self._break(VenueUnavailable(say(phrases.PRACTICE_BROKE_OFF, address=self.address)))
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._writer is not None:
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while self._trouble is None:
                async with asyncio.timeout(self._silence_s):
                    text = await reader.readline()
                if not text.endswith(b"\n"):
                    break
                self._hear(text)
        except TimeoutError:
            self._break(VenueUnavailable(say(phrases.PRACTICE_SILENT, address=self.address)))
        except OSError:
            pass
        except (ValueError, KeyError) as error:
            self.give_up(str(error))
        self._break(VenueUnavailable(say(phrases.PRACTICE_BROKE_OFF, address=self.address)))

    def _hear(self, text: bytes) -> None:
        said = wire.parse(text)
        if "events" in said:
            self._on_events(said["events"])
            return
        number = said.get("to")
        if not isinstance(number, int):
            return
        if "answer" not in said and "refusal" not in said:
            raise ValueError("an answer without an answer")
        posted = self._asked.pop(number, None)
        if posted is None or posted.done():
            # Nobody waits for it any more; what it was about is asked for anew.
            return
        if "refusal" in said:
            text_ = str(said["refusal"])
            posted.set_exception(UsageError(say(phrases.PRACTICE_REFUSED, address=self.address, text=text_)))
        else:
            posted.set_result(said["answer"])

    def _break(self, trouble: VenueUnavailable) -> None:
        if self._trouble is not None:
            return
        self._trouble = trouble
        self._broken.set()
        if self._writer is not None:
            self._writer.transport.abort()
        for posted in self._asked.values():
            if not posted.done():
                posted.set_exception(trouble)
                # Nobody may be waiting for it, which is no mistake.
                posted.exception()
        self._asked.clear()
