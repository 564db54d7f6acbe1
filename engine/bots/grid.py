"""What a running grid decides: what a fill does to a rung, which orders a rung still wants, when a cycle closes, stops.

Pure functions over frozen values; the kernel owns the state and carries the decisions out.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.bots.ladder import COST_INCREMENT, next_quantity
from engine.domain.grid import GridConfig, Inventory, Rung, RungStatus
from engine.domain.instrument import Instrument, VenueRules
from engine.domain.money import HUNDRED, ZERO, truncate_to
from engine.domain.order import Fill, Side


@dataclass(frozen=True, slots=True)
class Want:
    """An order that a rung wants beside those that are live already."""

    rung: int
    side: Side
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Stop:
    """Which stop was reached: a field name of GridConfig, its limit, and what happens to the inventory."""

    field: str
    limit: Decimal
    inventory: Inventory


@dataclass(frozen=True, slots=True)
class ClosedCycle:
    """A rung after a closed cycle, and the profit of that cycle in quote.

    Base that no sell could take stays on the rung with its share of the cost, and is sold with the next cycle.
    """

    rung: Rung
    profit: Decimal


def after_fill(rung: Rung, fill: Fill, instrument: Instrument) -> Rung:
    """The rung with one more fill booked. A fee in base lowers what was received, a fee in quote the money.

    A fee in a third asset lowers neither.
    """
    fee_quote = fill.fee if fill.fee_asset == instrument.quote else ZERO
    fee_base = fill.fee if fill.fee_asset == instrument.position_asset else ZERO
    seen = replace(rung, last_fill_side=fill.side, last_fill_at=fill.at, last_fill_price=fill.price)
    if fill.side is Side.BUY:
        return replace(
            seen,
            bought=rung.bought + fill.quantity - fee_base,
            bought_gross=rung.bought_gross + fill.quantity,
            cost=rung.cost + fill.value + fee_quote,
        )
    return replace(
        seen,
        sold=rung.sold + fill.quantity + fee_base,
        proceeds=rung.proceeds + fill.value - fee_quote,
    )


def wants(rung: Rung, live_buy: Decimal, live_sell: Decimal, rules: VenueRules) -> tuple[Want, ...]:
    """Orders the rung wants beside its live ones, given their remaining quantities, on the size increment of now: one
    that became coarser leaves a little of the rung's quantity unbought. A rung has one buy at a time.

    A missing buy below the venue's minimums is given up when what is held can be sold, and rounded up to the minimums
    when nothing else could ever move the rung on.
    """
    found: list[Want] = []
    missing = rules.floor_size(rung.quantity - rung.bought_gross)
    sellable = rules.floor_size(rung.held - live_sell)
    can_sell = rules.is_tradable(sellable, rung.sell_price)
    if not live_buy and rung.quantity > rung.bought_gross:
        if rules.is_tradable(missing, rung.buy_price):
            found.append(Want(rung.index, Side.BUY, rung.buy_price, missing))
        elif not can_sell and not live_sell and not rung.sold:
            found.append(Want(rung.index, Side.BUY, rung.buy_price, rules.smallest_tradable(rung.buy_price)))
    if can_sell:
        found.append(Want(rung.index, Side.SELL, rung.sell_price, sellable))
    return tuple(found)


def close_if_done(rung: Rung, config: GridConfig, rules: VenueRules) -> ClosedCycle | None:
    """The closed cycle when everything bought is sold and no buy is missing; None while it is open.

    Only asked when the rung has no live order.
    """
    if not rung.sold or wants(rung, ZERO, ZERO, rules):
        return None
    left_over = rung.held
    kept_cost = rung.cost - truncate_to(rung.cost * rung.sold / rung.bought, COST_INCREMENT) if left_over else ZERO
    profit = rung.proceeds - (rung.cost - kept_cost)
    fresh = replace(
        rung,
        profit=rung.profit + profit,
        status=RungStatus.SELL_FILLED,
        cycle=rung.cycle + 1,
        quantity=next_quantity(rung, config, rules),
        bought=left_over,
        bought_gross=ZERO,
        cost=kept_cost,
        sold=ZERO,
        proceeds=ZERO,
    )
    return ClosedCycle(fresh, profit)


def status_of(rung: Rung, live_buy: Decimal, live_sell: Decimal) -> RungStatus:
    """The seeds' state of a rung from its live orders and what it holds."""
    if live_sell:
        return RungStatus.SELL_PLACED
    if live_buy:
        return RungStatus.BUY_PLACED
    if rung.held:
        return RungStatus.BUY_FILLED
    return RungStatus.SELL_FILLED if rung.cycle > 1 else RungStatus.PENDING


def stop_reached(config: GridConfig, bid: Decimal, pnl: Decimal) -> Stop | None:
    """The first stop that the bid or the bot's PnL (quote) has reached."""
    if config.stop_lower is not None and bid <= config.stop_lower:
        return Stop("stop_lower", config.stop_lower, config.stop_lower_inventory)
    if config.stop_upper is not None and bid >= config.stop_upper:
        return Stop("stop_upper", config.stop_upper, config.stop_upper_inventory)
    if config.stop_loss_pct is not None:
        limit = -config.investment * config.stop_loss_pct / HUNDRED
        if pnl <= limit:
            return Stop("stop_loss_pct", limit, config.stop_loss_inventory)
    if config.take_profit_pct is not None:
        limit = config.investment * config.take_profit_pct / HUNDRED
        if pnl >= limit:
            return Stop("take_profit_pct", limit, config.take_profit_inventory)
    return None


def is_triggered(trigger: Decimal, price_at_start: Decimal, price: Decimal) -> bool:
    """Whether the price has come to the trigger from the side on which it was when the bot was told to start."""
    return price >= trigger if price_at_start < trigger else price <= trigger
