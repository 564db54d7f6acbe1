"""What the engine needs from outside for real money, as protocols, beside those of `ports`."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, runtime_checkable

from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder, KeyFacts
from engine.ports import Venue


@runtime_checkable
class LiveVenue(Venue, Protocol):
    """A venue with real money behind it. Whatever else trades on the account is seen here too."""

    async def probe(self) -> KeyFacts:
        """What the exchange says of the key and the account now. Raises VenueUnavailable."""
        ...

    async def account_orders(self) -> Sequence[ForeignOrder]:
        """All open orders of the account on its instruments, whoever placed them. Raises VenueUnavailable."""
        ...

    @property
    def has_dead_man(self) -> bool:
        """Whether the exchange cancels open orders by itself when it hears nothing of us."""
        ...

    async def arm(self, after_s: int) -> None:
        """Have it do so after these seconds, counted anew with each call; 0 ends it. Raises VenueUnavailable."""
        ...


@runtime_checkable
class PricedVenue(Venue, Protocol):
    """A venue that can be asked for prices before its market runs: what was missed is valued at them."""

    async def prices(self) -> Sequence[tuple[str, Decimal]]:
        """(symbol, best bid) of its instruments, where there is one. Raises VenueUnavailable."""
        ...


@runtime_checkable
class RuledVenue(Venue, Protocol):
    """A venue that can be asked for the rules of other instruments than those it is connected for."""

    async def rules_of(self, symbols: Sequence[str]) -> Sequence[Instrument]:
        """Raises UsageError for one that the exchange does not have, VenueUnavailable when it does not answer."""
        ...


class Rehearsals(Protocol):
    """What the user has tried with paper money."""

    async def symbols(self, exchange: str) -> frozenset[str]:
        """Symbols on which a grid ran an hour at this exchange's market and closed a cycle. Raises StorageError."""
        ...


@dataclass(frozen=True, slots=True)
class Want:
    """Units of one rule of an exchange: `limit` in any `window_ms`, `wanted` now, of no use below `needed`."""

    rule: str
    limit: int
    window_ms: int
    wanted: int
    needed: int


@dataclass(frozen=True, slots=True)
class Granted:
    """What was given of each rule asked for, in order: nothing at all where any had less than was needed.

    `desks` are those that asked lately, this one too. `banned_s`: so long the exchange takes no request of anybody.
    """

    amounts: tuple[int, ...]
    desks: int
    banned_s: float


class SharedBudget(Protocol):
    """Counts what all desks of one database ask of an exchange."""

    async def take(self, scope: str, wants: Sequence[Want]) -> Granted | None:
        """Take from every rule or from none; None when nobody can count now. `scope` is an exchange and a key."""
        ...

    async def ban(self, scope: str, for_s: float) -> None:
        """Tell every desk that the exchange takes no request for these seconds. Raises nothing."""
        ...
