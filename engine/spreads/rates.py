"""What turns a foreign quote into the one at home: sources of a rate, each named, each with an age that is checked."""

import asyncio
import json
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from engine.domain import premium_phrases
from engine.domain.arbitrage_views import FxView
from engine.domain.market import FxRate
from engine.domain.money import ONE
from engine.domain.sentences import Sentence, say
from engine.errors import GridwrightError
from engine.spreads.exchanges import SOURCES
from engine.spreads.frames import STRANGE
from engine.spreads.settings import RateSettings
from engine.venues.ccxt_line import Route
from engine.venues.clock import Clock
from engine.venues.wire import number

log = logging.getLogger(__name__)

ENDPOINT, STATIC, DATABASE = "endpoint", "static", "database"
#: Sources beside the books of exchanges.
OTHERS = (ENDPOINT, STATIC, DATABASE)
TIMEOUT_S = 10.0
#: An answer longer than this tells no rate.
MOST_BYTES = 1_000_000
DATABASE_EVERY_S = 5.0


class StoredRates(Protocol):
    """The database's own rates."""

    async def latest(self, pair: str) -> FxRate | None:
        """The newest reading of a pair, whoever said it. Raises StorageError."""
        ...


@dataclass(frozen=True, slots=True)
class WantedRate:
    """`pair` is spelled as in FxRate and ends with `quote`. `source` as in WatchedPair; where it is "" the book of
    `home` comes first.
    """

    pair: str
    quote: str
    source: str
    home: str = ""

    @property
    def base(self) -> str:
        return self.pair.removesuffix(self.quote)

    @property
    def symbol(self) -> str:
        return f"{self.base}/{self.quote}"

    @property
    def turned(self) -> str:
        """The market of the same two the other way round."""
        return f"{self.quote}/{self.base}"


#: Best prices of a market of an exchange and when they were heard (steady, wall), or why there are none.
MiddleOf = Callable[[str, str], tuple[Decimal, float, datetime] | Sentence]


class Rates:
    """Belongs to one loop."""

    def __init__(
        self,
        settings: RateSettings,
        middle_of: MiddleOf,
        stored: StoredRates | None,
        route: Route,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._middle_of = middle_of
        self._stored = stored
        self._route = route
        self._clock = clock
        self._never = asyncio.Event()
        self._wanted: frozenset[WantedRate] = frozenset()
        self._fixed = dict(settings.fixed)
        #: What was answered last by (source, pair), with our steady clock; or why nothing was.
        self._told: dict[tuple[str, str], tuple[FxRate, float]] = {}
        self._troubles: dict[tuple[str, str], Sentence] = {}

    def want(self, wanted: Collection[WantedRate]) -> None:
        self._wanted = frozenset(wanted)

    def markets(self) -> set[tuple[str, str]]:
        """The books that the wanted rates need: (exchange, symbol)."""
        return {
            (source, symbol)
            for one in self._wanted
            for source in self._sources(one)
            for symbol in (one.symbol, one.turned)
            if source in SOURCES
        }

    def rate(self, wanted: WantedRate) -> tuple[FxRate, float] | Sentence:
        """The rate and when it was heard by our steady clock, or why there is none that is fresh."""
        troubles = []
        for source in self._sources(wanted):
            found = self._of(source, wanted)
            if not isinstance(found, Sentence):
                return found
            troubles.append(found)
        if not troubles:
            return say(premium_phrases.RATE_ANY_MISSING, pair=wanted.pair)
        return troubles[0]

    def views(self) -> tuple[FxView, ...]:
        """All wanted rates by each of their sources."""
        found: dict[tuple[str, str], FxView] = {}
        for one in sorted(self._wanted, key=lambda one: (one.pair, one.source, one.home)):
            for source in self._sources(one):
                key = (one.pair, source)
                if key in found:
                    continue
                told = self._of(source, one)
                if isinstance(told, Sentence):
                    found[key] = FxView(None, one.pair, source, 0.0, told)
                else:
                    found[key] = FxView(told[0], one.pair, source, told[1])
        return tuple(found.values())

    async def run(self) -> None:
        """Ask the endpoint and the database, as long as somebody wants their rates."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll(ENDPOINT, self._settings.poll_s, self._ask_endpoint))
            tasks.create_task(self._poll(DATABASE, DATABASE_EVERY_S, self._ask_database))

    def _sources(self, wanted: WantedRate) -> list[str]:
        """Who may tell it, the first one first."""
        if wanted.source:
            return [wanted.source]
        found = [wanted.home] if wanted.home in SOURCES and not SOURCES[wanted.home].is_future else []
        if wanted.pair in self._fixed:
            found.append(STATIC)
        if self._settings.url:
            found.append(ENDPOINT)
        return [*found, DATABASE] if self._stored is not None else found

    def _of(self, source: str, wanted: WantedRate) -> tuple[FxRate, float] | Sentence:
        pair, settings = wanted.pair, self._settings
        if source in SOURCES:
            return self._of_book(source, wanted)
        if source == STATIC:
            fixed = self._fixed.get(pair)
            if fixed is None:
                return say(premium_phrases.RATE_STATIC_MISSING, pair=pair)
            return FxRate(pair, fixed, STATIC, self._clock.now()), self._clock.steady_s()
        if source not in OTHERS:
            known = ", ".join([*sorted(SOURCES), *OTHERS])
            return say(premium_phrases.RATE_SOURCE_UNKNOWN, source=source, known=known)
        if source == ENDPOINT and not settings.url:
            return say(premium_phrases.RATE_URL_MISSING)
        told = self._told.get((source, pair))
        if told is None:
            missing = say(premium_phrases.RATE_MISSING, pair=pair, source=source)
            return self._troubles.get((source, pair), missing)
        most_s = settings.database_age_s if source == DATABASE else 3 * settings.poll_s
        # What lies in the database may be older than the time at which we found it.
        age_s = (self._clock.now() - told[0].at).total_seconds()
        return self._old(source, wanted, most_s) if age_s > most_s else told

    def _of_book(self, exchange: str, wanted: WantedRate) -> tuple[FxRate, float] | Sentence:
        found = self._middle_of(exchange, wanted.symbol)
        turned = self._middle_of(exchange, wanted.turned) if isinstance(found, Sentence) else found
        if isinstance(turned, Sentence):
            return turned if not isinstance(found, Sentence) else found
        middle, heard_s, heard_at = turned
        if isinstance(found, Sentence):
            middle = ONE / middle
        if self._clock.steady_s() - heard_s > self._settings.book_age_s:
            return self._old(exchange, wanted, self._settings.book_age_s)
        return FxRate(wanted.pair, middle, exchange, heard_at), heard_s

    def _old(self, source: str, wanted: WantedRate, most_s: float) -> Sentence:
        return say(premium_phrases.RATE_OLD, pair=wanted.pair, source=source, seconds=int(most_s))

    async def _poll(self, source: str, every_s: float, ask: Callable[[WantedRate], Any]) -> None:
        while True:
            asked = {one.pair: one for one in self._wanted if source in self._sources(one)}
            for one in asked.values():
                try:
                    rate: FxRate | Sentence = await ask(one)
                except GridwrightError as error:
                    rate = error.sentence
                key = (source, one.pair)
                if isinstance(rate, Sentence):
                    # What was told before stays until it is too old.
                    self._troubles[key] = rate
                else:
                    self._troubles.pop(key, None)
                    self._told[key] = (rate, self._clock.steady_s())
            # A rate that somebody begins to want is not waited for longer than a second.
            await self._clock.wait(self._never, every_s if asked else min(1.0, every_s))

    async def _ask_database(self, wanted: WantedRate) -> FxRate | Sentence:
        found = None if self._stored is None else await self._stored.latest(wanted.pair)
        if found is None:
            return say(premium_phrases.RATE_NOT_STORED, pair=wanted.pair)
        return FxRate(wanted.pair, found.rate, DATABASE, found.at)

    async def _ask_endpoint(self, wanted: WantedRate) -> FxRate | Sentence:
        # It comes with ccxt, and is as rarely needed.
        import aiohttp

        assert self._settings.url is not None
        words = {"base": wanted.base, "quote": wanted.quote, "pair": wanted.pair}
        url, pointer = filled(self._settings.url, words), filled(self._settings.pointer, words)
        try:
            limit = aiohttp.ClientTimeout(total=TIMEOUT_S)
            async with (
                aiohttp.ClientSession(connector=self._route.connector(), timeout=limit) as session,
                session.get(self._route.address(url)) as answer,
            ):
                answer.raise_for_status()
                body = await answer.content.read(MOST_BYTES)
            rate = number(at_pointer(json.loads(body, parse_float=Decimal), pointer))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("the rate endpoint: %s", error)
            return say(premium_phrases.RATE_UNREACHABLE, cause=type(error).__name__)
        except STRANGE as error:
            log.info("the rate endpoint: %s", error)
            return say(premium_phrases.RATE_STRANGE, pointer=pointer)
        if rate <= 0:
            return say(premium_phrases.RATE_STRANGE, pointer=pointer)
        return FxRate(wanted.pair, rate, ENDPOINT, self._clock.now())


def filled(template: str, words: dict[str, str]) -> str:
    """A template with {name} in it; whatever else is in braces stays."""
    for name, value in words.items():
        template = template.replace("{" + name + "}", value)
    return template


def at_pointer(document: Any, pointer: str) -> Any:
    """The value at a JSON pointer (RFC 6901). Raises LookupError, ValueError or TypeError where there is none."""
    if pointer in ("", "/"):
        return document
    for part in pointer.removeprefix("/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document
