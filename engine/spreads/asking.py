"""Public questions to one exchange through ccxt: no key, one sentence for whatever goes wrong."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.spreads.exchanges import Ask, BookSource
from engine.spreads.frames import STRANGE
from engine.spreads.market_lists import Listed, with_wallets
from engine.venues.ccxt_line import TIMEOUT_MS, Route, load_ccxt, readdressed
from engine.venues.ccxt_trouble import checked_body, ours

if TYPE_CHECKING:
    import aiohttp

#: How long a connection that was given up has to be closed.
CLOSED_S = 0.1
T = TypeVar("T")

log = logging.getLogger(__name__)


def made(source: BookSource, route: Route, session: "aiohttp.ClientSession", kind: Any) -> Any:
    """ccxt's object of an exchange over a session of ours. `kind` is its class."""
    exchange = kind(
        {
            "session": session,
            "timeout": TIMEOUT_MS,
            "enableRateLimit": True,
            # Bitget otherwise finds out by asking, and takes any failure for an answer.
            "options": {"uta": False},
        }
    )
    exchange.timeout_on_exit = 0
    exchange.urls["api"] = readdressed(exchange.urls["api"], route.address)
    exchange.on_rest_response = lambda status, _reason, _url, _method, _headers, body, *_: checked_body(
        source.name, status, body
    )
    return exchange


async def ask(source: BookSource, exchange: Any, what: Ask) -> Any:
    """The answer's body. Raises VenueUnavailable."""
    try:
        return await getattr(exchange, what.method)(dict(what.params))
    except Exception as error:
        log.info("%s %s: %s: %.300s", source.name, what.method, type(error).__name__, error)
        raise ours(error, source.name) from error


async def ask_list(source: BookSource, route: Route) -> Sequence[Listed]:
    """What the exchange lists now. Raises VenueUnavailable.

    The answers are megabytes, so they are asked for and read on a thread of their own, never on the engine's loop.
    """

    async def asked() -> Sequence[Listed]:
        # These come with ccxt, and are as rarely needed.
        import aiohttp

        kind = load_ccxt(source.ccxt_id)
        async with aiohttp.ClientSession(connector=route.connector()) as session:
            exchange = made(source, route, session, kind)
            try:
                bodies = [await ask(source, exchange, what) for what in source.lists]
                listed = list(source.listed(bodies))
                if not listed:
                    # An answer without any market says nothing about those that we want.
                    raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=source.name, cause="no markets"))
                if source.wallets is None or source.wallets_of is None:
                    return listed
                try:
                    return with_wallets(listed, source.wallets_of(await ask(source, exchange, source.wallets)))
                except (VenueUnavailable, *STRANGE) as error:
                    # Nobody knows about the wallets then; what is listed is known all the same.
                    log.info("%s does not tell its wallets: %s", source.name, error)
                    return listed
            except STRANGE as error:
                cause = type(error).__name__
                raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=source.name, cause=cause)) from error
            finally:
                await exchange.close()

    return await on_a_thread(asked, source.name)


async def on_a_thread(work: Callable[[], Coroutine[Any, Any, T]], exchange: str) -> T:
    """Done on a loop of its own; whoever gives up waiting ends it there."""
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = Future()

    async def main() -> T:
        task = asyncio.ensure_future(work())
        begun.set_result((asyncio.get_running_loop(), task))
        try:
            return await task
        finally:
            # What was dialled and given up is closed in the loop's next rounds; this one is about to end.
            await asyncio.sleep(CLOSED_S)

    running = asyncio.ensure_future(asyncio.to_thread(lambda: asyncio.run(main())))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        if begun.done():
            loop, task = begun.result()
            with contextlib.suppress(RuntimeError):
                # Its loop may have ended by now.
                loop.call_soon_threadsafe(task.cancel)
        await asyncio.wait({running})
        raise
    except ImportError as error:
        raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=exchange, cause=str(error))) from error
