# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Reading back what the journal wrote: the state a desk starts from."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from engine.domain.bot import Account, AccountMode, Bot
from engine.domain.grid import Rung
from engine.domain.ledger import LedgerEntry
from engine.domain.messages import FillRecorded
from engine.domain.order import Order
from engine.ports import RecoveredState
from storage.database import Connection
from storage.records import accounts, bots, control, fills, orders, rungs

RECENT = 500

BOT_COLUMNS = "c.*, b.*, b.created_at AS bot_created_at"
BOTS_OF_DESK = f"""
    SELECT {BOT_COLUMNS} FROM bot_instances b JOIN grid_bot_configs c ON c.bot_uid = b.bot_uid
    WHERE b.desk_id = $1 ORDER BY b.created_at, b.bot_uid
"""
RUNGS_OF_DESK = """
    SELECT g.* FROM grid_orders g JOIN bot_instances b ON b.bot_uid = g.bot_uid AND b.generation = g.generation
    WHERE b.desk_id = $1 ORDER BY b.created_at, g.bot_uid, g.grid_index
"""
OPEN_ORDERS = """
    SELECT o.* FROM orders o JOIN bot_instances b ON b.bot_uid = o.bot_uid
    WHERE b.desk_id = $1 AND o.status IN ('intent', 'open', 'unknown') ORDER BY o.created_at, o.client_order_id
"""
TRADES_OF_ORDERS = "SELECT venue, venue_trade_id FROM trades WHERE client_order_id = ANY($1::text[])"
INSTRUMENTS = """
    SELECT DISTINCT ON (i.venue, i.symbol) i.base_asset, i.quote_asset, r.*
    FROM instruments i JOIN instrument_rules r ON r.venue = i.venue AND r.symbol = i.symbol
    WHERE i.venue IN (SELECT venue FROM accounts WHERE desk_id = $1)
    ORDER BY i.venue, i.symbol, r.effective_from DESC
"""
RECENT_LINES = "SELECT * FROM decisions WHERE desk_id = $1 ORDER BY id DESC LIMIT $2"
RECENT_TRADES = """
    SELECT t.* FROM trades t JOIN bot_instances b ON b.bot_uid = t.bot_uid
    WHERE b.desk_id = $1 ORDER BY t.trade_time DESC, t.id DESC LIMIT $2
"""
LEDGER_SUMS = """
    SELECT e.account_id, e.asset, sum(e.amount) AS total FROM ledger_entries e JOIN accounts a USING (account_id)
    WHERE a.desk_id = $1 GROUP BY e.account_id, e.asset ORDER BY 1, 2
"""
LAST_POINT = "SELECT max(at) FROM equity_snapshots WHERE account_id = $1 AND bot_uid IS NULL"
EQUITY_AT = """
    SELECT COALESCE(
        (SELECT equity FROM equity_snapshots WHERE account_id = $1 AND bot_uid IS NULL AND at <= $2
            ORDER BY at DESC LIMIT 1),
        (SELECT equity FROM equity_snapshots WHERE account_id = $1 AND bot_uid IS NULL AND at > $2
            ORDER BY at LIMIT 1))
"""


async def recover(connection: Connection, desk_id: str, now: datetime) -> RecoveredState:
    """Everything a desk needs to go on, read in one snapshot. `now` is the person's time, with its zone."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        desk_accounts = [
            accounts.account_of(row)
            for row in await connection.fetch(
                "SELECT * FROM accounts WHERE desk_id = $1 ORDER BY created_at, account_id", desk_id
            )
        ]
        open_orders = [orders.order_of(row) for row in await connection.fetch(OPEN_ORDERS, desk_id)]
        booked = await connection.fetch(TRADES_OF_ORDERS, [order.client_order_id for order in open_orders])
        lines = await connection.fetch(RECENT_LINES, desk_id, RECENT)
        trades = await connection.fetch(RECENT_TRADES, desk_id, RECENT)
        is_halted = await connection.fetchval("SELECT is_halted FROM engine_state WHERE desk_id = $1", desk_id)
        return RecoveredState(
            accounts=tuple(desk_accounts),
            instruments=tuple(accounts.instrument_of(row) for row in await connection.fetch(INSTRUMENTS, desk_id)),
            bots=tuple(await _bots(connection, desk_id)),
            rungs=tuple(await _rungs(connection, desk_id)),
            open_orders=tuple(open_orders),
            trade_ids=frozenset((row["venue"], row["venue_trade_id"]) for row in booked),
            is_halted=bool(is_halted),
            recent_fills=tuple(reversed(await complete_fills(connection, trades))),
            recent_log=tuple(control.decision_of(row) for row in reversed(lines)),
            equity_at_midnight=tuple(await _equity_at_midnight(connection, desk_accounts, now)),
            ledger_balances=tuple(
                (row["account_id"], row["asset"], row["total"]) for row in await connection.fetch(LEDGER_SUMS, desk_id)
            ),
        )


async def complete_fills(connection: Connection, trades: list[Any]) -> list[FillRecorded]:
    """Rows of trades with their orders and their money entries, in the given order."""
    wanted = list({row["client_order_id"] for row in trades})
    found: dict[str, Order] = {
        row["client_order_id"]: orders.order_of(row)
        for row in await connection.fetch("SELECT * FROM orders WHERE client_order_id = ANY($1::text[])", wanted)
    }
    references = [fills.fill_reference(row["venue"], row["venue_trade_id"]) for row in trades]
    entries: dict[str, list[LedgerEntry]] = {reference: [] for reference in references}
    for row in await connection.fetch(
        "SELECT * FROM ledger_entries WHERE reference = ANY($1::text[]) ORDER BY id", references
    ):
        entries[row["reference"]].append(fills.entry_of(row))
    return [
        fills.fill_record(row, found[row["client_order_id"]], tuple(entries[reference]))
        for row, reference in zip(trades, references, strict=True)
    ]


def local_midnight(now: datetime) -> datetime:
    """The last midnight of the person whose time `now` is."""
    return datetime.combine(now.date(), time.min, tzinfo=now.tzinfo)


async def _bots(connection: Connection, desk_id: str) -> list[Bot]:
    return [bots.bot_of(row) for row in await connection.fetch(BOTS_OF_DESK, desk_id)]


async def _rungs(connection: Connection, desk_id: str) -> list[tuple[str, Rung]]:
    return [(row["bot_uid"], rungs.rung_of(row)) for row in await connection.fetch(RUNGS_OF_DESK, desk_id)]


async def _equity_at_midnight(
    connection: Connection, desk_accounts: list[Account], now: datetime
) -> list[tuple[str, Decimal]]:
    """The last equity at or before midnight; of an account younger than that, its first."""
    found: list[tuple[str, Decimal]] = []
    for account in desk_accounts:
        reference = now
        if account.mode in (AccountMode.REPLAY, AccountMode.SIMULATED):
            # These live in their own time: today is the day their curve has come to.
            last = await connection.fetchval(LAST_POINT, account.account_id)
            reference = last.astimezone(now.tzinfo or UTC) if last else now
        equity = await connection.fetchval(EQUITY_AT, account.account_id, local_midnight(reference))
        if equity is not None:
            found.append((account.account_id, equity))
    return found
