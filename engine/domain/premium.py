"""What a thing costs at home above what it costs abroad, from prices at which a stated size can be traded now.

Home is the venue in whose quote everything is counted (won, as a rule), abroad the other one; the two may be any
venues whose quotes a rate converts. Percents are of the converted foreign price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.market import FxRate
from engine.domain.money import HUNDRED, ONE, ZERO

Levels = Sequence[tuple[Decimal, Decimal]]


class Direction(StrEnum):
    """SELL_HOME gains where the premium is high and falls: sell at home, buy abroad. BUY_HOME is its mirror."""

    SELL_HOME = "sell_home"
    BUY_HOME = "buy_home"

    @property
    def opposite(self) -> "Direction":
        return Direction.BUY_HOME if self is Direction.SELL_HOME else Direction.SELL_HOME


@dataclass(frozen=True, slots=True)
class Pair:
    """The same base on two venues. Symbols are ours, BASE/QUOTE; venues are names of exchanges or of accounts' venues.

    `fx_pair` names the rate that turns the foreign quote into the one at home ("USDTKRW"), "" where both are the same.
    """

    home_venue: str
    home_symbol: str
    foreign_venue: str
    foreign_symbol: str
    fx_pair: str

    @property
    def base(self) -> str:
        return self.home_symbol.partition("/")[0]

    @property
    def home_quote(self) -> str:
        return self.home_symbol.partition("/")[2]

    @property
    def foreign_quote(self) -> str:
        return self.foreign_symbol.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Executable:
    """What an order of a size would get from a book: its average `price`, the `worst` level it reaches, the `top`."""

    price: Decimal
    worst: Decimal
    top: Decimal

    @property
    def slippage_pct(self) -> Decimal:
        """How far the average is from the best level, in percent of it, 0 or above."""
        return abs(self.price - self.top) / self.top * HUNDRED


@dataclass(frozen=True, slots=True)
class Costs:
    """Fees as fractions of the value. `foreign_funding` is what a LONG abroad pays a day as a fraction (negative: is
    paid), ZERO on spot; `hold_days` for how many days of it an entry is charged.
    """

    home_fee: Decimal
    foreign_fee: Decimal
    foreign_funding: Decimal = ZERO
    hold_days: Decimal = ZERO

    def funding_pct(self, direction: Direction) -> Decimal:
        """What the foreign side pays over the holding time, in percent; negative where it is paid."""
        sign = 1 if direction is Direction.SELL_HOME else -1
        return sign * self.foreign_funding * self.hold_days * HUNDRED


@dataclass(frozen=True, slots=True)
class Premium:
    """A pair at an instant for one size and one direction.

    `premium_pct` is from executable prices, before costs; `net_pct` is what an entry in `direction` would bring after
    both fees and funding, slippage included: positive is a gain. `fees_pct`, `funding_pct` are parts of the difference,
    `slippage_pct` is what the size costs on both books together and is in the prices already. `at` is the older leg's
    instant.
    """

    pair: Pair
    direction: Direction
    size: Decimal
    home: Executable
    foreign: Executable
    foreign_price_home: Decimal
    rate: FxRate | None
    premium_pct: Decimal
    net_pct: Decimal
    fees_pct: Decimal
    slippage_pct: Decimal
    funding_pct: Decimal
    home_at: datetime
    foreign_at: datetime

    @property
    def at(self) -> datetime:
        return min(self.home_at, self.foreign_at)


def executable(levels: Levels, size: Decimal) -> Executable | None:
    """The depth-weighted price of `size` base from one side of a book, best level first; None where it is too thin."""
    value, left = ZERO, size
    for price, quantity in levels:
        taken = min(quantity, left)
        value += taken * price
        left -= taken
        if left <= 0:
            return Executable(value / size, price, levels[0][0])
    return None


def premium_pct(home_price: Decimal, foreign_price: Decimal, rate: Decimal) -> Decimal:
    """(home - foreign x rate) / (foreign x rate) x 100."""
    converted = foreign_price * rate
    return (home_price - converted) / converted * HUNDRED


def net_pct(direction: Direction, home_price: Decimal, foreign_price: Decimal, rate: Decimal, costs: Costs) -> Decimal:
    """What an entry brings after both fees and funding, in percent of the converted foreign price."""
    converted = foreign_price * rate
    if direction is Direction.SELL_HOME:
        gain = home_price * (ONE - costs.home_fee) - converted * (ONE + costs.foreign_fee)
    else:
        gain = converted * (ONE - costs.foreign_fee) - home_price * (ONE + costs.home_fee)
    return gain / converted * HUNDRED - costs.funding_pct(direction)
