"""The books of one account as they are stored: ours in PostgreSQL, the venue's in SQLite; plain SQL on both."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from tests.sweeps.books import BookedOrder, BookedRung, BookedTrade, Books


@dataclass(frozen=True)
class StoredFill:
    """One row of `trades`, in the order in which they were booked."""

    side: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str
    at: datetime
    profit: Decimal | None


@dataclass(frozen=True)
class StoredBot:
    """What the database says about the bot at the end, and all that it holds it against."""

    bot_id: str
    state: str
    cycles: int
    matched: Decimal
    fees: Decimal
    fees_base: Decimal
    final_pnl: Decimal | None
    books: Books
    rungs: tuple[BookedRung, ...]
    rung_profits: Decimal
    fills: tuple[StoredFill, ...]
    deposits: dict[str, Decimal]


def read_bot(database_url: str) -> StoredBot:
    """The only bot of a database, with its account's books."""
    return asyncio.run(_read(database_url))


async def _read(database_url: str) -> StoredBot:
    connection = await asyncpg.connect(database_url)
    try:
        [bot] = await connection.fetch(
            "SELECT b.*, g.realized_profit, g.filled_buy_count, g.filled_sell_count FROM bot_instances b "
            "JOIN grid_bot_configs g USING (bot_uid)"
        )
        orders = await connection.fetch("SELECT * FROM orders ORDER BY id")
        trades = await connection.fetch("SELECT * FROM trades ORDER BY id")
        rungs = await connection.fetch(
            "SELECT * FROM grid_orders WHERE bot_uid = $1 AND generation = $2 ORDER BY grid_index",
            bot["bot_uid"], bot["generation"],
        )  # fmt: skip
        profits = await connection.fetchval("SELECT coalesce(sum(profit), 0) FROM grid_orders")
        ledger = await connection.fetch(
            "SELECT asset, sum(amount) AS total, coalesce(sum(amount) FILTER (WHERE kind = 'deposit'), 0) AS deposited "
            "FROM ledger_entries WHERE account_id = $1 GROUP BY asset",
            bot["account_id"],
        )  # fmt: skip
    finally:
        await connection.close()
    return StoredBot(
        bot_id=bot["bot_uid"],
        state=bot["state"],
        cycles=sum(rung["cycle"] - 1 for rung in rungs),
        matched=bot["realized_profit"],
        fees=bot["fees_quote"],
        fees_base=bot["fees_base"],
        final_pnl=bot["final_pnl"],
        books=Books(
            [_order(row) for row in orders],
            [(row["venue_trade_id"], _trade(row)) for row in trades],
            {row["asset"]: row["total"] for row in ledger},
        ),
        rungs=_rungs(rungs),
        rung_profits=profits,
        fills=tuple(_fill(row) for row in trades),
        deposits={row["asset"]: row["deposited"] for row in ledger},
    )


def _order(row: Any) -> BookedOrder:
    return BookedOrder(
        client_order_id=row["client_order_id"],
        side=row["side"],
        price=row["price"],
        quantity=row["quantity"],
        filled=row["filled_quantity"],
        state=row["status"],
        rung=row["grid_index"] if row["purpose"] in ("rung_buy", "rung_sell") else -1,
    )


def _trade(row: Any) -> BookedTrade:
    return BookedTrade(
        row["client_order_id"], row["side"], row["price"], row["quantity"], row["fee"], row["fee_currency"]
    )


def _fill(row: Any) -> StoredFill:
    return StoredFill(
        row["side"], row["price"], row["quantity"], row["fee"], row["fee_currency"], row["trade_time"], row["profit"]
    )


def _rungs(rows: Sequence[Any]) -> tuple[BookedRung, ...]:
    return tuple(
        BookedRung(row["grid_index"], row["quantity"], row["buy_filled_qty"], row["bought"], row["sell_filled_qty"])
        for row in rows
    )


def read_venue(store: Path) -> Books:
    """The venue's own account, from its own SQLite file."""
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        orders = connection.execute("SELECT * FROM orders ORDER BY number").fetchall()
        fills = connection.execute("SELECT * FROM fills ORDER BY number").fetchall()
        balances = connection.execute("SELECT asset, total FROM balances").fetchall()
    return Books(
        [
            BookedOrder(
                client_order_id=row["client_order_id"],
                side=row["side"],
                price=None if row["price"] is None else Decimal(row["price"]),
                quantity=Decimal(row["quantity"]),
                filled=Decimal(row["filled"]),
                state=row["state"],
            )
            for row in orders
        ],
        [
            (
                row["trade_id"],
                BookedTrade(
                    row["client_order_id"],
                    row["side"],
                    Decimal(row["price"]),
                    Decimal(row["quantity"]),
                    Decimal(row["fee"]),
                    row["fee_asset"],
                ),
            )
            for row in fills
        ],
        {row["asset"]: Decimal(row["total"]) for row in balances},
    )
