# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Rungs, and the position that is their sum."""

from collections.abc import Mapping
from typing import Any

from engine.domain.grid import Rung, RungStatus
from engine.domain.order import Side
from storage.records.part import Part, RowValues

_COLUMNS = (
    ("bot_uid", "text"),
    ("generation", "int"),
    ("grid_index", "int"),
    ("grid_price", "numeric"),
    ("sell_price", "numeric"),
    ("quantity", "numeric"),
    ("base_quantity", "numeric"),
    ("status", "text"),
    ("cycle", "int"),
    ("attempt", "int"),
    ("buy_order_id", "text"),
    ("sell_order_id", "text"),
    ("bought", "numeric"),
    ("cost", "numeric"),
    ("proceeds", "numeric"),
    ("buy_filled_qty", "numeric"),
    ("sell_filled_qty", "numeric"),
    ("buy_filled_price", "numeric"),
    ("buy_filled_at", "timestamptz"),
    ("sell_filled_price", "numeric"),
    ("sell_filled_at", "timestamptz"),
    ("last_fill_side", "text"),
    ("profit", "numeric"),
)
_KEY = ("bot_uid", "generation", "grid_index")
_LAST_FILL = ("buy_filled_price", "buy_filled_at", "sell_filled_price", "sell_filled_at")


def _keep_other_side(column: str) -> str:
    """The value knows its last fill only; the fill before it, on the other side, stays in the row."""
    side = column.split("_", 1)[0]
    return f"CASE WHEN EXCLUDED.last_fill_side = '{side}' THEN EXCLUDED.{column} ELSE grid_orders.{column} END"


_NAMES = ", ".join(column for column, _ in _COLUMNS)
_CHANGES = ", ".join(
    f"{column} = {_keep_other_side(column) if column in _LAST_FILL else f'EXCLUDED.{column}'}"
    for column, _ in _COLUMNS
    if column not in _KEY
)

RUNGS = Part(
    "rungs",
    _COLUMNS,
    f"INSERT INTO grid_orders (user_id, {_NAMES}) SELECT $1, {_NAMES} FROM rungs_rows WHERE {{guard}} "
    f"ON CONFLICT (user_id, {', '.join(_KEY)}) DO UPDATE SET {_CHANGES}, updated_at = now()",
)

#: Needs rungs_rows and bots_rows beside it. What this statement writes is not visible to it yet, so the sum is taken
#: over the rows being written and those stored ones that are not being written.
POSITIONS = Part(
    "positions",
    (),
    """
    INSERT INTO positions (
        user_id, bot_uid, account_id, venue, symbol, side, quantity, entry_price, realized_pnl, opened_at, closed_at
    )
    SELECT $1, bot_uid, account_id, venue, symbol,
        CASE WHEN COALESCE(sum(bought - sold), 0) + spare_base < 0 THEN 'short' ELSE 'long' END,
        COALESCE(sum(bought - sold), 0) + spare_base,
        sum(cost * (bought - sold) / bought) / NULLIF(sum(bought - sold), 0),
        total_pnl,
        CASE WHEN COALESCE(sum(bought - sold), 0) + spare_base <> 0 THEN at END,
        CASE WHEN COALESCE(sum(bought - sold), 0) + spare_base = 0 THEN at END
    FROM (
        SELECT t.bot_uid, COALESCE(n.account_id, b.account_id) AS account_id, COALESCE(n.venue, b.venue) AS venue,
            COALESCE(n.symbol, b.symbol) AS symbol, COALESCE(n.generation, b.generation) AS generation,
            COALESCE(n.spare_base, b.spare_base) AS spare_base, COALESCE(n.total_pnl, b.total_pnl) AS total_pnl,
            GREATEST(n.last_trade_at, n.last_started_at, b.last_trade_at, b.last_started_at) AS at
        FROM (SELECT bot_uid FROM rungs_rows UNION SELECT bot_uid FROM bots_rows) t
        LEFT JOIN bots_rows n ON n.bot_uid = t.bot_uid
        LEFT JOIN bot_instances b ON b.bot_uid = t.bot_uid AND b.user_id = $1
    ) present
    LEFT JOIN LATERAL (
        SELECT n.bought, n.sell_filled_qty AS sold, n.cost FROM rungs_rows n
        WHERE n.bot_uid = present.bot_uid AND n.generation = present.generation AND n.bought > 0
        UNION ALL
        SELECT g.bought, g.sell_filled_qty, g.cost FROM grid_orders g
        WHERE g.user_id = $1 AND g.bot_uid = present.bot_uid AND g.generation = present.generation AND g.bought > 0
            AND NOT EXISTS (SELECT 1 FROM rungs_rows n WHERE n.bot_uid = g.bot_uid
                AND n.generation = g.generation AND n.grid_index = g.grid_index)
    ) held ON TRUE
    WHERE {guard}
    GROUP BY bot_uid, account_id, venue, symbol, spare_base, total_pnl, at
    ON CONFLICT (user_id, bot_uid) DO UPDATE SET account_id = EXCLUDED.account_id, venue = EXCLUDED.venue,
        symbol = EXCLUDED.symbol, side = EXCLUDED.side, quantity = EXCLUDED.quantity,
        entry_price = EXCLUDED.entry_price, realized_pnl = EXCLUDED.realized_pnl, updated_at = now(),
        opened_at = CASE WHEN positions.quantity = 0 AND EXCLUDED.quantity <> 0 THEN EXCLUDED.opened_at
            ELSE positions.opened_at END,
        closed_at = CASE WHEN EXCLUDED.quantity <> 0 THEN NULL WHEN positions.quantity <> 0 THEN EXCLUDED.closed_at
            ELSE positions.closed_at END
    """,
)


def rung_row(bot_id: str, generation: int, rung: Rung) -> RowValues:
    """A rung as a row of RUNGS."""
    last = (rung.last_fill_price, rung.last_fill_at)
    nothing = (None, None)
    return (
        bot_id, generation, rung.index, rung.buy_price, rung.sell_price, rung.quantity, rung.base_quantity,
        rung.status, rung.cycle, rung.attempt, rung.buy_order_id, rung.sell_order_id, rung.bought, rung.cost,
        rung.proceeds, rung.bought_gross, rung.sold, *(last if rung.last_fill_side is Side.BUY else nothing),
        *(last if rung.last_fill_side is Side.SELL else nothing), rung.last_fill_side, rung.profit,
    )  # fmt: skip


def rung_of(row: Mapping[str, Any]) -> Rung:
    """A rung from its row."""
    side = Side(row["last_fill_side"]) if row["last_fill_side"] else None
    return Rung(
        index=row["grid_index"],
        buy_price=row["grid_price"],
        sell_price=row["sell_price"],
        quantity=row["quantity"],
        base_quantity=row["base_quantity"],
        status=RungStatus(row["status"]),
        cycle=row["cycle"],
        attempt=row["attempt"],
        bought=row["bought"],
        bought_gross=row["buy_filled_qty"],
        cost=row["cost"],
        sold=row["sell_filled_qty"],
        proceeds=row["proceeds"],
        profit=row["profit"],
        buy_order_id=row["buy_order_id"],
        sell_order_id=row["sell_order_id"],
        last_fill_side=side,
        last_fill_at=row[f"{side.value}_filled_at"] if side else None,
        last_fill_price=row[f"{side.value}_filled_price"] if side else None,
    )
