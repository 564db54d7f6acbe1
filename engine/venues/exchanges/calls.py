"""REST and streams of one exchange over one ccxt.pro object: its signing and transport without its judgement."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from engine.domain import phrases
from engine.domain.instrument import InstrumentKind
from engine.domain.secret import Credential
from engine.domain.sentences import say
from engine.errors import GridwrightError, NotSent, VenueUnavailable
from engine.venues.ccxt_line import STRANGE, TIMEOUT_MS, Route, load_ccxt, readdressed
from engine.venues.clock import Clock
from engine.venues.exchanges.dialect import CONNECTED, Answer, Call, Dialect, Garbled, Listed, NoAnswer, ccxt_symbol
from engine.venues.tape import milliseconds

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)


class Budget(Protocol):
    """What an exchange lets us ask. One for each key, shared by whoever uses the key."""

    async def before(self, call: Call) -> None:
        """Wait until the call may be made. Raises VenueUnavailable while the exchange has banned us."""
        ...

    def after(self, call: Call, answer: Answer | None) -> None:
        """Learn from what came back: the exchange's own counters, a ban. None: nothing came and nothing will."""
        ...


class FreeForAll:
    """No limits at all."""

    async def before(self, call: Call) -> None:
        """Now."""

    def after(self, call: Call, answer: Answer | None) -> None:
        """Nothing to learn."""


@dataclass(slots=True)
class _Slot:
    """Where the answer to one call of ours is put, whatever else is asked meanwhile.

    `may_leave` is asked when the connection stands and the next thing is to write. `host` is where it went first.
    """

    answer: Answer | None = None
    may_leave: Callable[[], bool] | None = None
    host: str | None = None


_slot: ContextVar[_Slot | None] = ContextVar("answer to this call", default=None)

#: Told each frame of a stream with numbers as Decimal; True when it was ours, so that ccxt need not see it.
Hear = Callable[[Any], bool]


class CcxtCalls:
    """`Calls` for one life of a line: opened once, closed once, on one loop.

    Frames are taken where they come in, before ccxt: its `watch_*` wake whoever waits only if he waits at that moment.
    """

    def __init__(
        self, dialect: Dialect, credential: Credential, route: Route, clock: Clock, budget: Budget | None = None
    ) -> None:
        self._dialect = dialect
        self._credential = credential
        self._route = route
        self._clock = clock
        self._budget = budget or FreeForAll()
        self._exchange: Any = None
        self._session: aiohttp.ClientSession | None = None
        self._hear: Hear = lambda _: False
        #: The exchange's clock less ours, in milliseconds: signatures carry its time.
        self.offset_ms = 0

    @property
    def ccxt(self) -> Any:
        return self._exchange

    async def open(self, hear: Hear) -> None:
        """Load ccxt and make its object; nothing is asked yet. Raises VenueUnavailable."""
        name = self._dialect.exchange
        try:
            kind = await asyncio.to_thread(load_ccxt, self._dialect.ccxt_id)
        except ImportError as error:
            raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=name, cause=str(error))) from error
        # Comes with ccxt, and is as rarely needed.
        import aiohttp

        self._hear = hear
        self._session = aiohttp.ClientSession(connector=self._route.connector(), request_class=_asked_last(aiohttp))
        exchange = self._exchange = _quiet(kind, self)(self._options())
        # How long ccxt waits for its own session to close; this one is ours, and awaited.
        exchange.timeout_on_exit = 0
        # Else it reads all certificates anew, for a session of its own that it never makes; that takes 30 ms.
        exchange.ssl_context = True
        exchange.urls["api"] = readdressed(exchange.urls["api"], self._route.address)

    def know(self, listed: Sequence[Listed]) -> None:
        """Describe these instruments to ccxt, whose streams ask for them by name; it loads no market by itself."""
        self._exchange.set_markets([_market_of(each) for each in listed])

    async def turn(self, call: Call) -> None:
        """Wait until a call may be made; `ask` it with `has_turn` then. Raises VenueUnavailable while banned."""
        await self._budget.before(call)

    async def ask(self, call: Call, *, has_turn: bool = False, may_leave: Callable[[], bool] | None = None) -> Answer:
        """Raises NoAnswer; NotSent, nothing sent, while banned, or when `may_leave` says no at the last moment.

        A connection may have to be dialled first, which takes as long as it takes: `may_leave` is asked after that.
        """
        if not has_turn:
            await self._budget.before(call)
        slot = _Slot(may_leave=may_leave)
        token = _slot.set(slot)
        try:
            await getattr(self._exchange, call.method)(dict(call.params))
        except GridwrightError:
            raise
        except Exception as error:
            if slot.answer is None:
                # ccxt has a class for each way in which nothing came back, and none of them says whether it arrived.
                raise NoAnswer(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from error
        finally:
            _slot.reset(token)
            self._budget.after(call, slot.answer)
        if slot.answer is None:
            raise NoAnswer("no answer")
        return slot.answer

    async def close(self) -> None:
        """Give everything back. May be called at any time, also twice."""
        exchange, self._exchange = self._exchange, None
        session, self._session = self._session, None
        if exchange is not None:
            await exchange.close()
        if session is not None:
            await session.close()

    def now_ms(self) -> int:
        """The exchange's time, as far as we know it."""
        return milliseconds(self._clock.now()) + self.offset_ms

    def took(self, text: str) -> bool:
        """Whether a frame was ours. Never raises: an error here would end ccxt's receiving without a word."""
        try:
            frame = json.loads(text, parse_float=Decimal)
        except ValueError:
            return text.startswith(("{", "[")) and self._hear(Garbled(text))
        return self._hear(frame)

    def stumbled(self, text: str) -> None:
        """ccxt could not read a frame that was not ours."""
        self._hear(Garbled(text))

    def heard(self, frame: Any) -> None:
        """Something that no exchange sent: a line of ccxt's is there."""
        self._hear(frame)

    async def before_own(self, method: str, path: str) -> None:
        """ccxt asks something by itself, such as a key of a stream: it waits its turn like any other question."""
        call = Call(f"{method} {path}", {})
        await self._budget.before(call)
        self._budget.after(call, None)

    def _options(self) -> dict[str, Any]:
        credential = self._credential
        words = {"apiKey": credential.key, "secret": credential.secret, "password": credential.passphrase}
        return {
            **{name: secret.reveal() for name, secret in words.items() if secret is not None},
            "session": self._session,
            "number": Decimal,
            "timeout": TIMEOUT_MS,
            # Its throttle counts by its own list; ours by what the exchange says.
            "enableRateLimit": False,
            **self._dialect.options(),
        }


def _asked_last(library: Any) -> Any:
    """aiohttp's request, which asks whether it may leave when its connection stands, and carries no key elsewhere."""

    class AskedLast(library.ClientRequest):  # type: ignore[misc]
        async def send(self, conn: Any) -> Any:
            slot = _slot.get()
            if slot is not None:
                slot.host = slot.host or self.url.host
                if slot.host != self.url.host:
                    raise library.ClientConnectionError(f"led on to {self.url.host}")
                if slot.may_leave is not None and not slot.may_leave():
                    raise NotSent(say(phrases.LIVE_NOT_WANTED), 0)
            return await super().send(conn)

    return AskedLast


def _quiet(kind: Any, calls: CcxtCalls) -> Any:
    """ccxt's class of an exchange that puts what comes back to a call of ours into the call's slot, unjudged.

    What ccxt asks by itself (keys of streams) is judged by ccxt as ever.
    """

    class Quiet(kind):  # type: ignore[misc]
        def milliseconds(self) -> int:
            return calls.now_ms()

        async def load_markets(self, *_: Any) -> Any:
            # Binance's way of loading them asks four other markets, and any of them may be down.
            return self.markets

        async def request(self, path: str, api: Any, method: Any, params: Any, config: Any) -> Any:
            if _slot.get() is None:
                await calls.before_own(str(method), path)
                return await super().request(path, api, method, params, config)
            signed = self.sign(path, api, method, params)
            return await self.fetch(signed["url"], signed["method"], signed["headers"], signed["body"])

        def on_rest_response(self, code: int, *rest: Any) -> Any:
            slot = _slot.get()
            if slot is None:
                return super().on_rest_response(code, *rest)
            _reason, _url, _method, headers, body, *_ = rest
            slot.answer = Answer(code, parsed(body), {name.lower(): value for name, value in headers.items()})
            return body

        def parse_json(self, body: Any) -> Any:
            return None if _slot.get() is not None else super().parse_json(body)

        def handle_errors(self, *rest: Any) -> Any:
            return None if _slot.get() is not None else super().handle_errors(*rest)

        def handle_http_status_code(self, *rest: Any) -> Any:
            return None if _slot.get() is not None else super().handle_http_status_code(*rest)

        def on_connected(self, client: Any, message: Any = None) -> Any:
            # Where a stream is confirmed by nothing else, that its line is there is the confirmation.
            calls.heard({CONNECTED: str(client.url)})
            return super().on_connected(client, message)

        def client(self, url: str) -> Any:
            is_new = url not in (self.clients or {})
            client = super().client(url)
            if is_new:
                decode = client.handle_text_or_binary_message

                def take(data: Any) -> None:
                    text = data.decode(errors="replace") if isinstance(data, bytes) else data
                    if not calls.took(text):
                        try:
                            decode(data)
                        except STRANGE:
                            calls.stumbled(text)

                client.handle_text_or_binary_message = take
            return client

    Quiet.__name__ = kind.__name__
    return Quiet


def parsed(body: str) -> Any:
    """A body's JSON with exact numbers, or its text where it is none."""
    try:
        return json.loads(body, parse_float=Decimal)
    except ValueError:
        return body


def _market_of(listed: Listed) -> Mapping[str, Any]:
    instrument = listed.instrument
    is_perp = instrument.kind is InstrumentKind.PERP
    return {
        "id": listed.market_id,
        "lowercaseId": listed.market_id.lower(),
        "symbol": ccxt_symbol(instrument),
        "base": instrument.base,
        "quote": instrument.quote,
        "baseId": instrument.base,
        "quoteId": instrument.quote,
        "settle": instrument.quote if is_perp else None,
        "settleId": instrument.quote if is_perp else None,
        "type": "swap" if is_perp else "spot",
        "spot": not is_perp,
        "swap": is_perp,
        "margin": False,
        "future": False,
        "option": False,
        "contract": is_perp,
        "linear": True if is_perp else None,
        "inverse": False if is_perp else None,
        "contractSize": instrument.contract_size if is_perp else None,
        "active": True,
        "precision": {"amount": instrument.rules.size_increment, "price": instrument.rules.price_bands[-1].increment},
        "limits": {},
        "info": {},
    }
