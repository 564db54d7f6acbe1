"""The kernel's own state of a two-leg bot: its positions that are not closed, and what a restart may forget of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.domain.arbitrage import ArbitrageConfig, Leg, Legs, PairStage, TwoLegPosition
from engine.domain.bot import OWN_TIME_MODES
from engine.domain.instrument import InstrumentKind
from engine.domain.money import ZERO
from engine.domain.order import Order, Side
from engine.domain.premium import Direction
from engine.domain.sentences import Sentence
from engine.kernel.books import BotBook

if TYPE_CHECKING:
    from engine.kernel.state import State


@dataclass(slots=True)
class PositionBook:
    """A position that is not closed. `is_resting`: its home leg rests, and is hedged as it fills.

    `tries` counts orders that were sent to bring the legs together since they were level, `alarm_at` is when it is told
    again that they are not, `alarms` how often it was. `filled_at` is of the last fill since they were level.
    `exit_at`: not before then the exit is tried again, after `exit_tries` in vain. `sent_at` and `asked_at` are when an
    order was decided, and last asked about.
    """

    position: TwoLegPosition
    is_changed: bool = False
    is_resting: bool = False
    tries: int = 0
    alarms: int = 0
    alarm_at: datetime | None = None
    exit_at: datetime | None = None
    filled_at: datetime | None = None
    exit_tries: int = 0
    rests: int = 0
    has_said_dust: bool = False
    exit_cause: Sentence | None = None
    sent_at: dict[str, datetime] = field(default_factory=dict)
    asked_at: dict[str, datetime] = field(default_factory=dict)

    def put(self, **changes: Any) -> None:
        """Replace fields of the position; it is journaled at the end of the step."""
        self.position = replace(self.position, **changes)
        self.is_changed = True


@dataclass(slots=True)
class PairBook:
    """A two-leg bot whose home half is on this desk.

    `seen` counts how often in a row each direction was worth an entry, on books of the instants `seen_at`. `entry_at`:
    not before then the next entry; `failures` of them came to nothing in a row. `waits` is why it does not enter.
    """

    bot_id: str
    positions: dict[int, PositionBook] = field(default_factory=dict)
    seen: dict[Direction, int] = field(default_factory=dict)
    seen_at: tuple[datetime, datetime] | None = None
    entry_at: datetime | None = None
    failures: int = 0
    waits: Sentence | None = None


@dataclass(frozen=True, slots=True)
class PairLegs:
    """Both halves of a two-leg bot, with their markets and accounts there."""

    home: BotBook
    foreign: BotBook

    @property
    def both(self) -> tuple[BotBook, BotBook]:
        return (self.home, self.foreign)

    @property
    def config(self) -> ArbitrageConfig:
        config = self.home.bot.config
        assert isinstance(config, ArbitrageConfig)
        return config

    def other(self, book: BotBook) -> BotBook:
        return self.foreign if book is self.home else self.home


def legs_of(state: "State", pair: PairBook) -> PairLegs | None:
    """Both halves, None while the other one's account is not on this desk."""
    hedge_id = state.hedges.get(pair.bot_id)
    home = state.bots.get(pair.bot_id)
    foreign = state.bots.get(hedge_id) if hedge_id is not None else None
    return PairLegs(home, foreign) if home is not None and foreign is not None else None


def pair_id_of(book: BotBook) -> str | None:
    """The id of the two-leg bot that a half belongs to; None for a grid."""
    config = book.bot.config
    if isinstance(config, ArbitrageConfig):
        return book.bot.bot_id
    return getattr(config, "pair_bot_id", None)


def is_in_own_time(legs: PairLegs) -> bool:
    """Whether the markets have a time of their own, each its own."""
    account = legs.home.account
    return account is not None and account.account.mode in OWN_TIME_MODES


def clock_of(state: "State", legs: PairLegs) -> datetime:
    """The present instant: the clock's, and on markets with a time of their own the market's."""
    times = [book.market.at for book in legs.both if book.market is not None and book.market.at is not None]
    if is_in_own_time(legs):
        return max(times, default=state.now)
    return state.clock or max(times, default=state.now)


def clock_of_half(state: "State", book: BotBook) -> datetime:
    """The same by one of the halves, where the other one may not be here."""
    pair = state.pairs.get(pair_id_of(book) or "")
    legs = legs_of(state, pair) if pair is not None else None
    return clock_of(state, legs or PairLegs(book, book))


def leg_of(legs: Legs | None, *, is_home: bool) -> Leg | None:
    if legs is None:
        return None
    return legs.home if is_home else legs.foreign


def entry_leg(position: TwoLegPosition, *, is_home: bool) -> Leg:
    return position.entry.home if is_home else position.entry.foreign


def exit_leg(position: TwoLegPosition, *, is_home: bool) -> Leg | None:
    return leg_of(position.exit, is_home=is_home)


def held(position: TwoLegPosition, *, is_home: bool) -> Decimal:
    """How much of a leg stands: what the entry filled less what was taken back, in base, by the quantities of fills."""
    back = exit_leg(position, is_home=is_home)
    return entry_leg(position, is_home=is_home).filled - (back.filled if back is not None else ZERO)


def base_fee(position: TwoLegPosition, *, is_home: bool) -> Decimal:
    """What fees of a leg that buys at the entry took of its base: that much less can be sold at the exit."""
    entry = entry_leg(position, is_home=is_home)
    return entry.fee_base if entry.side is Side.BUY else ZERO


def live_orders(book: BotBook, number: int) -> list[Order]:
    """Orders of a position on one leg that have not ended."""
    return [order for order in book.live.values() if order.generation == number]


def middle_of(book: BotBook) -> Decimal | None:
    """The middle of a half's market, by its order book where there is one."""
    market = book.market
    if market is None:
        return None
    if market.book is not None and market.book.bids and market.book.asks:
        return (market.book.bids[0][0] + market.book.asks[0][0]) / 2
    return (market.bid + market.ask) / 2 if market.bid is not None and market.ask is not None else None


def is_perp(book: BotBook) -> bool:
    return book.market is not None and book.market.instrument.kind is InstrumentKind.PERP


def is_under_way(position: TwoLegPosition) -> bool:
    return position.stage in (PairStage.ENTERING, PairStage.EXITING, PairStage.UNWINDING)
