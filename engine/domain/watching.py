"""Which pairs the spread desk looks at: a user's own list, and how it is changed."""

from dataclasses import dataclass
from decimal import Decimal

from engine.domain.money import ZERO
from engine.domain.premium import Pair


@dataclass(frozen=True, slots=True)
class WatchedPair:
    """A pair of the user's list; its venues are names of exchanges.

    The premium is for `size` in base or, where that is None, for `value` in the home quote at the middle of the home
    book. `home_fee` and `foreign_fee` are fractions that stand for the venues' own, None leaves those. `hold_days` is
    for how long funding is charged. `fx_source` says who is asked for the rate, "" the first that has one. A net
    premium of at least `opportunity_pct` is an opportunity. `record_every_s` None keeps no readings but opportunities.
    """

    pair: Pair
    size: Decimal | None = None
    value: Decimal | None = None
    home_fee: Decimal | None = None
    foreign_fee: Decimal | None = None
    hold_days: Decimal = ZERO
    fx_source: str = ""
    opportunity_pct: Decimal = ZERO
    record_every_s: Decimal | None = Decimal(1)


@dataclass(frozen=True, slots=True)
class WatchPairs:
    """Put pairs on the list, or change what is said of them."""

    pairs: tuple[WatchedPair, ...]


@dataclass(frozen=True, slots=True)
class WatchCommon:
    """Put every base on the list that both exchanges trade against these quotes, but those in `without`.

    `like` says the rest: its pair names both exchanges, and of its symbols only the quotes count.
    """

    like: WatchedPair
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnwatchPairs:
    """Take pairs off the list. What was recorded stays; () takes all off."""

    pairs: tuple[Pair, ...] = ()


WatchCommand = WatchPairs | WatchCommon | UnwatchPairs
