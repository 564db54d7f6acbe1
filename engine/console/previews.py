"""What a grid would do, shown before it is done: `bot add grid --dry-run` and `bot edit --dry-run`."""

from collections.abc import Sequence
from decimal import Decimal

from engine.bots.grid_margin import liquidation_distance
from engine.bots.grid_rules import GridEditPreview, GridPreview, PlannedOrder
from engine.console.bot_commands import differences, option_of
from engine.console.listing import Column, Value, as_pairs, as_table
from engine.domain.codec import Json, to_json
from engine.domain.grid import GridConfig
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.money import ZERO
from engine.domain.sentences import plain

PLANNED: tuple[Column[PlannedOrder], ...] = (
    Column("side", "Side", lambda order: order.side.value),
    Column("kind", "Kind", lambda order: order.kind.value),
    Column("price", "Price", lambda order: order.price),
    Column("quantity", "Quantity", lambda order: order.quantity),
    Column("rung", "Rung", lambda order: order.rung if order.rung >= 0 else None, is_index=True),
)


def preview_text(seen: GridPreview, instrument: Instrument, *, is_price_known: bool = True) -> str:
    """Money, fees and orders of a start, for a person; without a price it is one at the lowest line, and says so."""
    quote, base = instrument.quote, instrument.base
    pairs: list[tuple[str, Value]] = [
        (f"Price ({quote})", seen.price),
        (f"Lowest line ({quote})", seen.lines[0] if seen.lines else None),
        (f"Highest line ({quote})", seen.lines[-1] if seen.lines else None),
        ("Rungs", len(seen.rungs)),
        ("  that start holding", seen.holding_count),
        (f"Profit of a cycle, lowest ({quote})", _short(seen.profit_low)),
        (f"Profit of a cycle, highest ({quote})", _short(seen.profit_high)),
        ("  lowest (%)", _short(seen.profit_low_pct)),
        ("  highest (%)", _short(seen.profit_high_pct)),
        (f"Bought at start ({base})", seen.initial_buy),
        (f"  for ({quote})", _short(seen.initial_cost)),
        (f"  with a fee of ({quote})", _short(seen.initial_fee)),
        (f"Capital needed ({quote})", _short(seen.capital_quote)),
        (f"Capital needed ({base})", seen.capital_base),
    ]
    if instrument.kind is InstrumentKind.PERP:
        pairs += [
            ("Leverage", instrument.rules.leverage),
            (f"Position at most ({quote})", _short(seen.position_value)),
            (f"Liquidation below the ladder ({quote})", seen.liquidation_price),
            ("  distance from the price (%)", _short(distance) if (distance := liquidation_distance(seen)) else None),
        ]
    shown = as_pairs(pairs) + "\n\n" + as_table(PLANNED, seen.orders, empty="No orders.")
    if is_price_known:
        return shown
    at = f"this is a start at {plain(seen.price or ZERO)}"
    return f"No price of {instrument.symbol} is known before a desk has run it: {at}.\n\n{shown}"


def preview_json(seen: GridPreview) -> dict[str, Json]:
    """The same, exact."""
    return {
        "refusals": _refusals(seen),
        "price": to_json(seen.price),
        "lines": to_json(seen.lines),
        "holding_count": seen.holding_count,
        "profit_low": to_json(seen.profit_low),
        "profit_high": to_json(seen.profit_high),
        "profit_low_pct": to_json(seen.profit_low_pct),
        "profit_high_pct": to_json(seen.profit_high_pct),
        "initial_buy": to_json(seen.initial_buy),
        "initial_cost": to_json(seen.initial_cost),
        "initial_fee": to_json(seen.initial_fee),
        "capital_quote": to_json(seen.capital_quote),
        "capital_base": to_json(seen.capital_base),
        "orders": _planned(seen.orders),
        "position_value": to_json(seen.position_value),
        "liquidation_price": to_json(seen.liquidation_price),
    }


def edit_text(before: GridConfig, after: GridConfig, seen: GridEditPreview | None, instrument: Instrument) -> str:
    """Which fields change, and what that does to orders and inventory; `seen` None when the bot does not run."""
    lines = [f"{option_of(name)[2:]}: {_word(old)} -> {_word(new)}" for name, old, new in differences(before, after)]
    if seen is None:
        return "\n".join([*lines, "", "The bot does not run, so no order changes."])
    pairs: list[tuple[str, Value]] = [
        ("Orders cancelled", len(seen.canceled)),
        ("Orders placed", len(seen.placed)),
        (f"Base held ({instrument.base})", seen.base_held),
        (f"Base needed ({instrument.base})", seen.base_needed),
        (f"  bought at market ({instrument.base})", seen.base_to_buy),
        (f"  sold at market ({instrument.base})", seen.base_to_sell),
        (f"Fee of that ({instrument.quote})", _short(seen.fee)),
    ]
    return "\n".join([*lines, "", as_pairs(pairs), "", as_table(PLANNED, seen.placed, empty="No orders.")])


def edit_json(before: GridConfig, after: GridConfig, seen: GridEditPreview | None) -> dict[str, Json]:
    """The same, exact. `orders` is null when the bot does not run."""
    changes: dict[str, Json] = {
        name: {"from": to_json(old), "to": to_json(new)} for name, old, new in differences(before, after)
    }
    if seen is None:
        return {"changes": changes, "orders": None}
    orders: dict[str, Json] = {
        "canceled": [order.client_order_id for order in seen.canceled],
        "placed": _planned(seen.placed),
        "base_held": to_json(seen.base_held),
        "base_needed": to_json(seen.base_needed),
        "base_to_buy": to_json(seen.base_to_buy),
        "base_to_sell": to_json(seen.base_to_sell),
        "fee": to_json(seen.fee),
    }
    return {"changes": changes, "refusals": _refusals(seen), "orders": orders}


def _refusals(seen: GridPreview | GridEditPreview) -> list[Json]:
    return [{"field": refusal.field, "sentence": str(refusal)} for refusal in seen.refusals]


def _planned(orders: Sequence[PlannedOrder]) -> list[Json]:
    return [{column.key: to_json(column.value(order)) for column in PLANNED} for order in orders]


def _short(amount: Decimal) -> Decimal:
    """To eight decimals: what a person can read; the JSON has all of them."""
    return amount.quantize(Decimal("0.00000001"))


def _word(value: object) -> str:
    return "none" if value is None else str(value)
