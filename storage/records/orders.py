"""Orders. A final status stays, an intent never comes back, and booked fills are never taken back."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.domain.order import FINAL_STATES, Order, OrderKind, OrderState, Purpose, Side
from storage.records.part import RowValues, upsert

FINAL = "('filled', 'canceled', 'denied', 'rejected', 'lost')"

#: The same as `outranks`, where the older record is in the table already.
KEEPS_FACTS = (
    "EXCLUDED.filled_quantity >= orders.filled_quantity "
    f"AND (orders.status NOT IN {FINAL} OR EXCLUDED.status IN {FINAL}) "
    "AND (orders.status = 'intent' OR EXCLUDED.status <> 'intent')"
)

ORDERS = upsert(
    "orders",
    "orders",
    (
        ("client_order_id", "text"),
        ("venue_order_id", "text"),
        ("bot_uid", "text"),
        ("account_id", "text"),
        ("venue", "text"),
        ("symbol", "text"),
        ("side", "text"),
        ("order_type", "text"),
        ("purpose", "text"),
        ("price", "numeric"),
        ("quantity", "numeric"),
        ("post_only", "boolean"),
        ("generation", "int"),
        ("grid_index", "int"),
        ("cycle", "int"),
        ("attempt", "int"),
        ("status", "text"),
        ("filled_quantity", "numeric"),
        ("total_filled_value", "numeric"),
        ("fee", "numeric"),
        ("fee_currency", "text"),
        ("reason", "text"),
        ("is_cancel_requested", "boolean"),
        ("fencing_token", "bigint"),
        ("is_reduce_only", "boolean"),
        ("created_at", "timestamptz"),
        ("updated_at", "timestamptz"),
        ("filled_at", "timestamptz"),
        ("cancelled_at", "timestamptz"),
    ),
    ("client_order_id",),
    when=KEEPS_FACTS,
)


def outranks(newer: Order, older: Order) -> bool:
    """Whether a later record of an order may replace an earlier one."""
    if newer.filled_quantity < older.filled_quantity:
        return False
    if older.state in FINAL_STATES and newer.state not in FINAL_STATES:
        return False
    return older.state is OrderState.INTENT or newer.state is not OrderState.INTENT


def order_row(order: Order) -> RowValues:
    """An order as a row of ORDERS."""
    at: datetime = order.updated_at
    return (
        order.client_order_id, order.venue_order_id, order.bot_id, order.account_id, order.venue, order.symbol,
        order.side, order.kind, order.purpose, order.price, order.quantity, order.post_only, order.generation,
        order.rung, order.cycle, order.attempt, order.state, order.filled_quantity, order.filled_value, order.fee,
        order.fee_asset, order.reason, order.is_cancel_requested, order.fencing_token, order.is_reduce_only,
        order.created_at, at, at if order.state is OrderState.FILLED else None,
        at if order.state is OrderState.CANCELED else None,
    )  # fmt: skip


def order_of(row: Mapping[str, Any]) -> Order:
    """An order from its row."""
    price: Decimal | None = row["price"]
    return Order(
        client_order_id=row["client_order_id"],
        bot_id=row["bot_uid"],
        account_id=row["account_id"],
        venue=row["venue"],
        symbol=row["symbol"],
        side=Side(row["side"]),
        kind=OrderKind(row["order_type"]),
        price=price,
        quantity=row["quantity"],
        post_only=row["post_only"],
        purpose=Purpose(row["purpose"]),
        generation=row["generation"],
        rung=row["grid_index"],
        cycle=row["cycle"],
        attempt=row["attempt"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        state=OrderState(row["status"]),
        filled_quantity=row["filled_quantity"],
        filled_value=row["total_filled_value"],
        fee=row["fee"],
        fee_asset=row["fee_currency"],
        venue_order_id=row["venue_order_id"],
        reason=row["reason"],
        is_cancel_requested=row["is_cancel_requested"],
        fencing_token=row["fencing_token"],
        is_reduce_only=row["is_reduce_only"],
    )
