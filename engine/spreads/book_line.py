"""One WebSocket of an exchange that tells the books of several markets, over ccxt's transport."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.spreads.exchanges import BookSource, Message
from engine.spreads.frames import STRANGE, Word
from engine.venues.ccxt_trouble import gone, ours
from engine.venues.clock import Clock

log = logging.getLogger(__name__)

#: ccxt's future that nothing ever resolves: it fails when the socket is gone.
END = "gridwright:end"
#: So long a socket has to be closed in order.
CLOSE_S = 1.0


class BookLine:
    """One life of a line. `exchange` is a ccxt object that nothing else dials with.

    Frames are taken at ccxt's handler, so that none is lost while nobody waits; ccxt itself sees only pongs.
    """

    def __init__(self, source: BookSource, exchange: Any, hear: Callable[[Word], None], clock: Clock) -> None:
        self._source = source
        self._exchange = exchange
        self._hear = hear
        self._clock = clock
        self._never = asyncio.Event()
        self._market_ids: list[str] = []
        self._client: Any = None
        self._error: VenueUnavailable | None = None
        self._turn = asyncio.Lock()
        self._has_heard = False
        self._unread = 0
        #: When all that is wanted was asked for, by our steady clock; 0 before, and when the line is lost.
        self.since_s = 0.0
        self.is_open = asyncio.Event()

    async def run(self, market_ids: Sequence[str]) -> None:
        """Dial, subscribe, and wait for the end. Always raises: VenueUnavailable says why."""
        read, hear, handle = self._source.read, self._hear, self._exchange.handle_message

        def take(client: object, frame: object) -> None:
            # Never raises: an error here would end ccxt's receiving without a word.
            if not isinstance(frame, Mapping):
                handle(client, frame)
                return
            try:
                word = read(frame)
            except STRANGE as error:
                self._cannot_read(error, frame)
                return
            if word is not None:
                self._has_heard = True
                hear(word)

        # ccxt reads this attribute when it dials.
        self._exchange.handle_message = take
        url = self._source.url(self._exchange)
        try:
            end = self._exchange.watch(url, END, None, END)
            # Where nobody waits for it any more, its error is nobody's.
            end.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            self._client = self._exchange.client(url)
            await asyncio.wait({end, self._client.connected}, return_when=asyncio.FIRST_COMPLETED)
            if not end.done():
                await self.change(added=market_ids)
                self.since_s = self._clock.steady_s()
                self.is_open.set()
            await end
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Not we but ccxt has given up: it cancels what waits on a socket that it closes.
        except Exception as error:
            log.info("%s: %s: %.300s", self._source.name, type(error).__name__, error)
            raise self._error or ours(error, self._source.name, has_heard=self._has_heard) from error
        finally:
            self.since_s = 0.0
        raise self._error or gone(self._source.name, has_heard=self._has_heard)

    async def change(self, added: Sequence[str] = (), removed: Sequence[str] = ()) -> None:
        """Hear of other markets from now on. Raises OSError when the line is gone."""
        async with self._turn:
            self._market_ids = [*(known for known in self._market_ids if known not in set(removed)), *added]
            if removed:
                await self._send(self._source.unsubscribe(removed, self._market_ids))
            if added:
                await self._send(self._source.subscribe(added, self._market_ids))

    async def renew(self, market_ids: Sequence[str]) -> None:
        """Ask for these books anew: they begin with a snapshot. Raises OSError when the line is gone."""
        async with self._turn:
            await self._send(self._source.unsubscribe(market_ids, self._market_ids))
            await self._send(self._source.subscribe(market_ids, self._market_ids))

    def break_off(self, error: VenueUnavailable) -> None:
        """Whatever it says, this line tells nothing: `run` ends with this error."""
        self._error = self._error or error
        if self._client is not None:
            self._client.reject(ConnectionError(str(error)))

    async def close(self) -> None:
        """Give the connection back. A line that says nothing is not waited for."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._exchange.close()
        except TimeoutError:
            log.info("%s did not say goodbye", self._source.name)
        finally:
            # It is the feed's, and ccxt complains of sessions that it was not asked to close.
            self._exchange.session = None

    async def _send(self, messages: Sequence[Message]) -> None:
        for message in messages:
            await self._client.send(message)
            await self._clock.wait(self._never, 1 / self._source.messages_a_second)

    def _cannot_read(self, error: Exception, frame: Mapping[str, Any]) -> None:
        self._unread += 1
        if self._unread == 1:
            log.warning("%s: a frame cannot be read (%s): %.300s", self._source.name, error, frame)


def silent(source: BookSource, symbol: str, seconds: float) -> VenueUnavailable:
    """The market moved on without this line."""
    return VenueUnavailable(say(phrases.FEED_SILENT, exchange=source.name, symbol=symbol, seconds=int(seconds)))
