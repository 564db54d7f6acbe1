"""The exchange itself: one invented market, many accounts, each with its own book and its own audience."""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from engine.domain import phrases
from engine.domain.instrument import Instrument
from engine.domain.market import Quote
from engine.domain.messages import VenueEvent
from engine.domain.sentences import say
from engine.errors import UsageError, VenueUnavailable
from engine.practice.book import PracticeBook
from engine.venues.accounts import instrument_of, simulated_account
from engine.venues.factory import simulated_settings, store_path
from engine.venues.paced import speed_of
from engine.venues.practice_wire import events_line
from engine.venues.settings import Settings, deposits_of
from engine.venues.simulated import SimulatedMarket, Tick
from engine.venues.store import VenueStore

VENUE = "practice"
POSITION, SETTINGS = "position", "settings"
ACCOUNT_NAME = re.compile(r"[\w.-]{1,60}")
#: What may differ from one start of an exchange to the next: the pace, and the first money of accounts still to come.
CHANGEABLE = ("speed", "cash.")


class Listener(Protocol):
    """A connected desk, as an account's book sees it."""

    def tell(self, said: bytes) -> None:
        """Hand a line over; never waits, never fails."""
        ...

    def end(self) -> None:
        """There is nothing more to say."""
        ...


@dataclass(slots=True)
class Audience:
    """Everybody who listens to one account: the sink of its book. `asker` hears the answer to his own question."""

    listeners: list[Listener] = field(default_factory=list)

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        self.tell(events_line(events))
        return False

    def tell(self, said: bytes, but: Listener | None = None) -> None:
        for listener in tuple(self.listeners):
            if listener is not but:
                listener.tell(said)

    async def settled(self) -> None:
        """Nobody waits for a desk."""


class PracticeExchange:
    """Opened on a folder, which it remembers everything in. All methods belong to one loop and return at once.

    Every account that is known is open, so that its orders meet every tick, whether a desk is connected or not.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = VenueStore(VENUE, folder / "exchange.sqlite", is_synchronous=False)
        self._books: dict[str, PracticeBook] = {}
        self._audiences: dict[str, Audience] = {}
        self._last: Tick | None = None

    def open(self, typed: Mapping[str, str], now: datetime) -> None:
        """Begin an exchange with these options of `simulated_account`, or go on with the one in the folder.

        Raises UsageError for options that cannot be, or that are not those of the exchange in the folder, and
        VenueUnavailable when the folder cannot be used.
        """
        begun = dict(simulated_account("practice", {"speed": "1", **typed}, now).settings)
        self._store.open(secrets.token_hex(4), {}, {SETTINGS: json.dumps(begun, sort_keys=True)})
        kept = self._kept_settings()
        for name, value in typed.items():
            known = kept.get("price" if name == "start_price" else name, "")
            if not name.startswith(CHANGEABLE) and known != begun["price" if name == "start_price" else name]:
                raise UsageError(
                    say(phrases.PRACTICE_OTHER_EXCHANGE, folder=str(self._folder), name=name, known=known, value=value)
                )
        if any(name.startswith("cash.") for name in typed):
            kept = {name: value for name, value in kept.items() if not name.startswith("cash.")}
            kept |= {name: value for name, value in begun.items() if name.startswith("cash.")}
        self._settings = Settings(VENUE, kept)
        self.identity = self._store.fact("store_id")
        self.speed = speed_of(begun["speed"])
        self._deposits = deposits_of(self._settings)
        self.instrument: Instrument = instrument_of(VENUE, self._settings)
        self._market = self._new_market()
        self._open_books()

    def close(self) -> None:
        """Close every book and the store; listeners are told that it is over."""
        for audience in self._audiences.values():
            for listener in tuple(audience.listeners):
                listener.end()
        for book in self._books.values():
            book.shut()
        self._books.clear()
        self._store.close()

    # The market

    @property
    def at_ms(self) -> int:
        """Market time of the last tick, of the first before it."""
        return self._last.top.at_ms if self._last is not None else self._market.first_at_ms()

    @property
    def next_at_ms(self) -> int:
        """Market time of the next tick."""
        at_ms = self._market.next_at_ms()
        assert at_ms is not None, "an invented market has no end"
        return at_ms

    @property
    def usual_ms(self) -> int:
        return self._market.usual_ms

    def tick(self) -> None:
        """One moment passes, durably, for all accounts; everybody hears of it. Raises VenueUnavailable.

        An account whose book fails is closed with its listeners; it is opened again when somebody asks for it.
        """
        # Where the market was, so that after a kill this very tick is drawn again: a book that missed it meets it then.
        self._store.keep(POSITION, self._market.position)
        tick = self._last = self._market.draw()
        position = self._market.position
        quiet = events_line(tick.events)
        for name, book in tuple(self._books.items()):
            audience = self._audiences[name]
            try:
                fills = book.meet(tick, position)
            except VenueUnavailable:
                self.drop(name)
                continue
            if audience.listeners:
                audience.tell(events_line((*fills, *tick.events)) if fills else quiet)

    def quote(self) -> tuple[VenueEvent, ...]:
        """The present quote, once there was one."""
        return () if self._last is None else tuple(each for each in self._last.events if isinstance(each, Quote))

    # Accounts

    def account(self, name: str) -> tuple[PracticeBook, Audience]:
        """The book of an account, begun when nobody asked for it before. Raises UsageError, VenueUnavailable."""
        if not ACCOUNT_NAME.fullmatch(name):
            raise UsageError(say(phrases.PRACTICE_ACCOUNT_BAD, account=name))
        book = self._books.get(name)
        if book is not None and book.trouble is not None:
            self.drop(name)
            book = None
        if book is None:
            book = self._open_book(name)
        return book, self._audiences[name]

    def drop(self, name: str) -> None:
        """Close an account's book; whoever listens has to come again."""
        book = self._books.pop(name, None)
        for listener in tuple(self._audiences[name].listeners):
            listener.end()
        if book is not None:
            book.shut()

    def _open_books(self) -> None:
        if before := self._store.fact(POSITION):
            self._market.restore(before)
            self._last = self._market.draw()
        found: list[tuple[str, PracticeBook]] = []
        for name in json.loads(self._store.fact("accounts", "[]")):
            book = self._new_book(name)
            position = book.begin(self._audiences[name])
            # A power cut may have taken the exchange's last word and not the book's.
            ahead = self._new_market()
            ahead.restore(position)
            if ahead.ticks > self._market.ticks:
                self._market, self._last = ahead, None
            found.append((name, book))
        for name, book in found:
            self._catch_up(book)
            self._books[name] = book

    def _open_book(self, name: str) -> PracticeBook:
        book = self._new_book(name)
        known = json.loads(self._store.fact("accounts", "[]"))
        if name not in known:
            self._store.keep("accounts", json.dumps([*known, name]))
        book.begin(self._audiences[name])
        self._catch_up(book)
        self._books[name] = book
        return book

    def _catch_up(self, book: PracticeBook) -> None:
        top = self._last.top if self._last is not None else None
        book.catch_up(self._new_market(), self._market, self.at_ms, top)

    def _new_book(self, name: str) -> PracticeBook:
        self._audiences.setdefault(name, Audience())
        store = VenueStore(name, store_path(self._folder, name), is_synchronous=True)
        return PracticeBook(
            name, self.instrument, store, store_id=secrets.token_hex(4), deposits=self._deposits
        )  # fmt: skip

    def _new_market(self) -> SimulatedMarket:
        return SimulatedMarket(simulated_settings(self._settings), self.instrument)

    def _kept_settings(self) -> dict[str, str]:
        try:
            return {str(name): str(value) for name, value in json.loads(self._store.fact(SETTINGS)).items()}
        except ValueError as error:
            raise self._store.broken(error) from error

    @property
    def deposits(self) -> Mapping[str, Decimal]:
        """The first money of a new account."""
        return self._deposits
