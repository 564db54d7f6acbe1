"""Values of a spot grid: its configuration, its rungs and their states."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.domain.money import ZERO
from engine.domain.order import Side


class GridMode(StrEnum):
    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"


class Sizing(StrEnum):
    """How the investment is spread: the same base quantity on every rung, or the same quote value."""

    EQUAL_BASE = "equal_base"
    EQUAL_QUOTE = "equal_quote"


class Inventory(StrEnum):
    """What happens to the base a bot holds when it stops."""

    KEEP = "keep"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class GridConfig:
    """What the trader asks for. Prices and `investment` in quote.

    `grid_count` counts cells: N cells have N + 1 lines. `stop_loss_pct` and `take_profit_pct` are positive percents of
    the investment, measured on the PnL of the present run. Each stop says what happens to the inventory.
    """

    lower: Decimal
    upper: Decimal
    grid_count: int
    investment: Decimal
    mode: GridMode = GridMode.ARITHMETIC
    sizing: Sizing = Sizing.EQUAL_BASE
    post_only: bool = True
    use_held_base: bool = False
    compounding: bool = False
    trigger_price: Decimal | None = None
    stop_upper: Decimal | None = None
    stop_lower: Decimal | None = None
    stop_loss_pct: Decimal | None = None
    take_profit_pct: Decimal | None = None
    stop_upper_inventory: Inventory = Inventory.SELL
    stop_lower_inventory: Inventory = Inventory.KEEP
    stop_loss_inventory: Inventory = Inventory.SELL
    take_profit_inventory: Inventory = Inventory.SELL


class RungStatus(StrEnum):
    """The seeds' state machine of one rung."""

    PENDING = "pending"
    BUY_PLACED = "buy_placed"
    BUY_FILLED = "buy_filled"
    SELL_PLACED = "sell_placed"
    SELL_FILLED = "sell_filled"


@dataclass(frozen=True, slots=True)
class Rung:
    """One cell of a ladder: buys at `buy_price`, sells at `sell_price`.

    `quantity` is the base this cycle aims to buy, `base_quantity` what the first cycle
    aimed at (compounding grows the former). Of the open cycle: `bought` is base received net of base fees,
    `bought_gross` the base filled on buys, `cost` the quote paid including quote fees, `sold` base sold, `proceeds`
    quote received net of fees. `profit` is the sum of all closed cycles in quote. `attempt` is the last order attempt
    of this rung; it never goes back.
    """

    index: int
    buy_price: Decimal
    sell_price: Decimal
    quantity: Decimal
    base_quantity: Decimal
    status: RungStatus = RungStatus.PENDING
    cycle: int = 1
    attempt: int = 0
    bought: Decimal = ZERO
    bought_gross: Decimal = ZERO
    cost: Decimal = ZERO
    sold: Decimal = ZERO
    proceeds: Decimal = ZERO
    profit: Decimal = ZERO
    buy_order_id: str = ""
    sell_order_id: str = ""
    last_fill_side: Side | None = None
    last_fill_at: datetime | None = None
    last_fill_price: Decimal | None = None

    @property
    def held(self) -> Decimal:
        """Base of the open cycle that is not sold yet."""
        return self.bought - self.sold

    @property
    def cash_flow(self) -> Decimal:
        """Quote of the open cycle: what came in less what went out."""
        return self.proceeds - self.cost
