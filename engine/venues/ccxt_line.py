"""One exchange's public market of one symbol, reached through ccxt: its description, its book, its streams."""

import asyncio
import contextlib
import linecache
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.domain import phrases
from engine.domain.sentences import say
from engine.errors import GridwrightError, UsageError, VenueUnavailable
from engine.venues.ccxt_trouble import checked_body, gone, ours
from engine.venues.clock import Clock
from engine.venues.tape import TopOfBook, milliseconds
from engine.venues.wire import READERS, Told, top_of_book

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

TIMEOUT_MS = 10_000
#: Levels asked for by REST; the smallest number that each exchange takes.
LEVELS = {"binance": 5, "okx": 1, "bitget": 1, "upbit": 1, "bithumb": 1}
#: Exchanges that stream the best bid and ask by themselves. Binance's ticker stream has neither.
HAS_BEST_STREAM = frozenset({"binance", "okx", "bitget"})
#: What a frame that is not what it should be makes of its reader.
STRANGE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Route:
    """How exchanges are reached: the address in place of each of ccxt's own, and what dials."""

    address: Callable[[str], str]
    connector: Callable[[], "aiohttp.BaseConnector"]


def internet() -> Route:
    """The addresses as ccxt knows them, under TLS with the certificates that come with it."""

    def connector() -> "aiohttp.BaseConnector":
        import ssl  # these three come with ccxt, and are as rarely needed

        import aiohttp  # see above
        import certifi  # the bundle that ccxt itself trusts

        return aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=certifi.where()))

    return Route(lambda address: address, connector)


class CcxtLine:
    """Belongs to one loop; opened once, closed once. Errors are VenueUnavailable or UsageError with one sentence.

    Market frames never reach ccxt: it wakes whoever waits for `watch_*` only if he happens to wait at that moment, and
    drops what came in between. They are taken where they come in, so ccxt's own waits last as long as the line.
    """

    def __init__(self, exchange: str, symbol: str, route: Route, clock: Clock) -> None:
        self._id = exchange
        self._symbol = symbol
        self._route = route
        self._clock = clock
        self._read = READERS[exchange]
        self._market_id = ""
        self._exchange: Any = None
        self._session: aiohttp.ClientSession | None = None
        self._watches: list[asyncio.Task[None]] = []
        self._has_heard = False
        self._unread = 0

    async def open(self) -> Mapping[str, Any]:
        """ccxt's description of the market."""
        try:
            kind = await asyncio.to_thread(load_ccxt, self._id)
        except ImportError as error:
            raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self._id, cause=str(error))) from error
        # Comes with ccxt, and is as rarely needed.
        import aiohttp

        self._session = aiohttp.ClientSession(connector=self._route.connector())
        exchange = self._exchange = kind(_options(self._id, self._session))
        exchange.on_rest_response = self._body_of
        # How long ccxt waits for its own session to close; this one is ours, and awaited.
        exchange.timeout_on_exit = 0
        exchange.urls["api"] = readdressed(exchange.urls["api"], self._route.address)
        with self._one_sentence():
            market = await self._describe(exchange)
        if market.get("active") is False:
            raise VenueUnavailable(say(phrases.FEED_NOT_TRADING, exchange=self._id, symbol=self._symbol))
        self._market_id = str(market["id"])
        return market

    async def top(self) -> TopOfBook | None:
        """The best of the book as the exchange answers now; None while it has no two sides."""
        with self._one_sentence():
            book = await self._exchange.fetch_order_book(self._symbol, LEVELS[self._id])
            bids, asks = book["bids"], book["asks"]
            if not bids or not asks:
                return None
            told = top_of_book(self._now_ms(), bids[0][0], asks[0][0], bids[0][1], asks[0][1])
        return told[0] if told else None

    def listen(self, hear: Callable[[Told], None], end: Callable[[GridwrightError], None]) -> None:
        """Subscribe. `hear` is called with each frame's quotes and prints, `end` once when the line is gone."""
        exchange = self._exchange
        handle = exchange.handle_message

        def take(client: object, frame: object) -> None:
            told = self._told(frame)
            if told is None:
                handle(client, frame)
            else:
                self._has_heard = True
                hear(told)

        # ccxt reads this attribute when it dials.
        exchange.handle_message = take
        quotes = exchange.watch_bids_asks if self._id in HAS_BEST_STREAM else exchange.watch_order_book
        asked = [self._symbol] if self._id in HAS_BEST_STREAM else self._symbol
        loop = asyncio.get_running_loop()
        self._watches = [
            loop.create_task(self._watch(quotes(asked), end)),
            loop.create_task(self._watch(exchange.watch_trades(self._symbol), end)),
        ]

    async def close(self) -> None:
        """Give everything back. May be called at any time, also twice."""
        watches, self._watches = self._watches, []
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        exchange, self._exchange = self._exchange, None
        session, self._session = self._session, None
        if exchange is not None:
            await exchange.close()
        if session is not None:
            await session.close()

    async def _describe(self, exchange: Any) -> Mapping[str, Any]:
        base, quote = self._symbol.split("/")
        # Only this market where one can be asked for: Binance's list of all would hold the engine's loop for seconds.
        one = {
            "binance": {"symbol": base + quote},
            "bitget": {"symbol": base + quote},
            "okx": {"instId": f"{base}-{quote}"},
        }
        markets = await exchange.load_markets(False, one.get(self._id, {}))
        market = markets.get(self._symbol)
        if market is None and not markets:
            # An answer without any market says nothing about ours.
            raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self._id, cause="no markets"))
        if market is None:
            raise self._unknown_symbol()
        return dict(market)

    async def _watch(self, watching: Awaitable[object], end: Callable[[GridwrightError], None]) -> None:
        """Wait as long as the line holds."""
        try:
            with self._one_sentence():
                await watching
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Not we but ccxt has given up: it cancels what waits on a socket that it closes.
            end(self._gone())
        except GridwrightError as error:
            end(error)

    @contextlib.contextmanager
    def _one_sentence(self) -> Iterator[None]:
        """Whatever goes wrong inside is said in one sentence; ccxt raises far more than its own errors."""
        try:
            yield
        except GridwrightError:
            raise
        except Exception as error:
            log.info("%s %s: %s: %.500s", self._id, self._symbol, type(error).__name__, error)
            raise self._ours(error) from error

    def _ours(self, error: Exception) -> GridwrightError:
        return ours(error, self._id, self._symbol, has_heard=self._has_heard)

    def _gone(self) -> VenueUnavailable:
        return gone(self._id, has_heard=self._has_heard)

    def _unknown_symbol(self) -> UsageError:
        return UsageError(say(phrases.FEED_UNKNOWN_SYMBOL, exchange=self._id, symbol=self._symbol))

    def _body_of(
        self, status: int, _reason: str, _url: str, _method: str, _headers: object, body: str, *_: object
    ) -> str:
        return checked_body(self._id, status, body)

    def _told(self, frame: object) -> Told | None:
        """Never raises: an error here would end ccxt's receiving without a word."""
        if not isinstance(frame, Mapping):
            return None
        try:
            return self._read(self._market_id, frame, self._now_ms())
        except STRANGE as error:
            self._unread += 1
            if self._unread == 1:
                log.warning("%s %s: a frame cannot be read (%s): %.300s", self._id, self._symbol, error, frame)
            return ()

    def _now_ms(self) -> int:
        return milliseconds(self._clock.now())


def load_ccxt(exchange: str) -> Any:
    """ccxt's class for an exchange's streams. Takes most of a second the first time, so it is called on a thread."""
    # 0.8 s and 109 MB: only for a program that really has such an account, never for `--no-gui` without one.
    import ccxt.pro

    # Under a window, Qt's import hook has read the source of all that into here: 90 MB that nobody needs.
    linecache.clearcache()
    return getattr(ccxt.pro, exchange)


def _options(exchange: str, session: "aiohttp.ClientSession") -> dict[str, Any]:
    """Spot markets only, numbers as decimals, nothing that needs a key."""
    options: dict[str, Any] = {"fetchMarkets": {"types": ["spot"]}, "defaultType": "spot"}
    if exchange == "bitget":
        # Otherwise it finds out by asking, and takes any failure for an answer.
        options["uta"] = False
    return {
        "session": session,
        "number": Decimal,
        "timeout": TIMEOUT_MS,
        "enableRateLimit": True,
        "has": {"fetchCurrencies": False},
        "options": options,
    }


def readdressed(urls: Any, address: Callable[[str], str]) -> Any:
    """ccxt's tree of addresses with another in place of each."""
    if isinstance(urls, str):
        return address(urls)
    if isinstance(urls, Mapping):
        return {name: readdressed(url, address) for name, url in urls.items()}
    return urls
