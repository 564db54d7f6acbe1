"""Our side of the story: what is durable, as the judge reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import asyncpg

from engine.domain.bot import Bot
from engine.domain.grid import Rung
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.ledger import EntryKind, fold
from engine.domain.money import ZERO
from engine.domain.order import Fill, Order, Purpose, Side
from storage.records.bots import bot_of
from storage.records.fills import fill_of
from storage.records.orders import order_of
from storage.records.rungs import rung_of
from tests.proof.watch import slot_of
from tests.support.exchange.told import Intent, Told, Trade
from tests.support.memory_desk import MemoryDatabase

#: Orders of two-leg positions.
LEGS = frozenset({Purpose.LEG_OPEN, Purpose.LEG_CLOSE})


@dataclass(frozen=True)
class OurBooks:
    """One account. `balances` is the fold of the ledger without what was paid in or out, or traded by
    others.

    `rungs` are those of each bot's present ladder. `aims` is how much base a rung wants to buy in a cycle, of all
    ladders that are known: (bot, generation, rung).
    """

    orders: Mapping[str, Order]
    fills: Sequence[Fill]
    balances: Mapping[str, Decimal]
    bots: Sequence[Bot]
    rungs: Sequence[tuple[str, Rung]]
    aims: Mapping[tuple[str, int, int], Decimal] = field(default_factory=dict)


def read_memory(database: MemoryDatabase, account_id: str) -> OurBooks:
    """The books of an account in a journal in memory."""
    tables = database.tables
    recovered = database.recover([account_id])
    traded = (entry for entry in tables.ledger.values() if entry.kind not in (EntryKind.DEPOSIT, EntryKind.OUTSIDE))
    return OurBooks(
        orders={key: order for key, order in tables.orders.items() if order.account_id == account_id},
        fills=[each.fill for each in tables.fills.values() if each.order.account_id == account_id],
        balances={asset: amount for (owner, asset), amount in fold(traded).items() if owner == account_id},
        bots=recovered.bots,
        rungs=recovered.rungs,
        aims={key: rung.base_quantity for key, rung in tables.rungs.items()},
    )


def told_of(
    books: OurBooks, account: str, instruments: Mapping[str, Instrument], most_bound: Mapping[str, Decimal]
) -> Told:
    """The books as the exchange's auditor takes them. `account` is its name there."""
    return Told(
        account=account,
        intents=tuple(_intent(order, books.aims) for order in books.orders.values()),
        trades=tuple(
            Trade(fill.client_order_id, "", fill.price, fill.quantity, fill.fee, fill.fee_asset) for fill in books.fills
        ),
        balances=books.balances,
        position_assets={
            symbol: each.position_asset for symbol, each in instruments.items() if each.kind is InstrumentKind.PERP
        },
        most_bound=most_bound,
    )


def _intent(order: Order, aims: Mapping[tuple[str, int, int], Decimal]) -> Intent:
    """A rung buys in one place. Its sells follow the parts of its buy, so they may rest beside each other.

    Where steps or minimums changed within a cycle, a rung buys in parts what it was to buy at once. A leg of a two-leg
    position may be taken back and sent again, so it has no one place.
    """
    aim = aims.get((order.bot_id, order.generation, order.rung), ZERO) if order.side is Side.BUY else ZERO
    has_place = order.side is Side.BUY and order.purpose not in LEGS
    place = slot_of(order.client_order_id) if has_place else ""
    key = order.client_order_id.rpartition("A")[0] if has_place else ""
    quantity = max(order.quantity, aim)
    return Intent(
        order.client_order_id, order.symbol, order.side.value, quantity, order.price, 0, order.state.value,
        order.filled_quantity, place, key,
    )  # fmt: skip


async def read_postgres(url: str, account_id: str) -> OurBooks:
    """The books of an account in a database."""
    connection = await asyncpg.connect(url)
    try:
        orders = await connection.fetch("SELECT * FROM orders WHERE account_id = $1 ORDER BY id", account_id)
        fills = await connection.fetch(
            "SELECT t.* FROM trades t JOIN orders o USING (client_order_id) WHERE o.account_id = $1 ORDER BY t.id",
            account_id,
        )
        sums = await connection.fetch(
            "SELECT asset, sum(amount) AS total FROM ledger_entries WHERE account_id = $1 AND kind NOT IN ('deposit', "
            "'outside') GROUP BY asset",
            account_id,
        )
        bots = await connection.fetch(
            "SELECT c.*, b.*, b.created_at AS bot_created_at FROM bot_instances b JOIN grid_bot_configs c USING "
            "(user_id, bot_uid) WHERE b.account_id = $1",
            account_id,
        )
        rungs = await connection.fetch(
            "SELECT g.* FROM grid_orders g JOIN bot_instances b USING (user_id, bot_uid, generation) "
            "WHERE b.account_id = $1 ORDER BY g.bot_uid, g.grid_index",
            account_id,
        )
    finally:
        await connection.close()
    present = {row["bot_uid"]: row["generation"] for row in bots}
    return OurBooks(
        orders={row["client_order_id"]: order_of(row) for row in orders},
        fills=[fill_of(row) for row in fills],
        balances={row["asset"]: row["total"] for row in sums},
        bots=[bot_of(row) for row in bots],
        rungs=[(row["bot_uid"], rung_of(row)) for row in rungs],
        aims={
            (row["bot_uid"], present[row["bot_uid"]], row["grid_index"]): rung_of(row).base_quantity for row in rungs
        },
    )
