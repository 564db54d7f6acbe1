# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Reading back what the journal wrote: the state a desk starts from."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from engine.domain.arbitrage import TwoLegPosition
from engine.domain.bot import OWN_TIME_MODES, Account, BotKind
from engine.domain.ledger import LedgerEntry
from engine.domain.messages import FillRecorded
from engine.domain.order import Order
from engine.recovered import RecoveredState
from storage.database import Connection
from storage.records import accounts, bots, control, fills, live, orders, pairs, rungs, two_legs

RECENT = 500

#: The rows of whoever asks; the database's owner sees those of all users, and two of them may use one account's name.
OWN = "user_id = (SELECT current_user_id())"

#: With the settings of whatever kind it is, for `bots.bot_of`.
BOT_COLUMNS = f"c.*, {pairs.ARBITRAGE_COLUMNS}, b.*, b.created_at AS bot_created_at"
BOT_TABLES = """
    bot_instances b LEFT JOIN grid_bot_configs c ON c.user_id = b.user_id AND c.bot_uid = b.bot_uid
    LEFT JOIN arbitrage_bot_configs p ON p.user_id = b.user_id AND p.bot_uid = b.bot_uid
"""
#: Trend bots are stored and not run.
RUN_HERE = f"b.bot_type = ANY(ARRAY[{', '.join(repr(kind.value) for kind in BotKind)}])"
#: Every statement below asks for the accounts in $1.
ACCOUNTS_OF_DESK = f"""
    SELECT a.*, l.token FROM accounts a LEFT JOIN leases l USING (user_id, account_id)
    WHERE a.{OWN} AND ($1::text IS NULL OR a.desk_id = $1) AND ($2::text[] IS NULL OR a.account_id = ANY($2))
    AND a.account_id <> ALL($3::text[]) ORDER BY a.created_at, a.account_id
"""
BOTS = f"""
    SELECT {BOT_COLUMNS} FROM {BOT_TABLES}
    WHERE b.{OWN} AND {RUN_HERE} AND b.account_id = ANY($1::text[]) ORDER BY b.created_at, b.bot_uid
"""
#: Positions of two-leg bots whose home is one of the accounts.
OPEN_POSITIONS = f"""
    SELECT t.* FROM two_leg_positions t JOIN bot_instances b USING (user_id, bot_uid)
    WHERE b.{OWN} AND b.account_id = ANY($1::text[]) AND t.stage IS NOT NULL AND t.status <> 'CLOSED'
    ORDER BY t.decided_at, t.id
"""
LEGS = f"SELECT * FROM order_legs WHERE {OWN} AND position_id = ANY($1::bigint[]) AND phase IS NOT NULL"
#: All orders of these accounts for positions that are not closed, ended ones too, whichever account has the position.
LEG_ORDERS = f"""
    SELECT o.* FROM orders o JOIN bot_instances b USING (user_id, bot_uid)
    JOIN two_leg_positions t
        ON t.user_id = b.user_id AND t.bot_uid = COALESCE(b.pair_bot_uid, b.bot_uid) AND t.number = o.generation
    WHERE b.{OWN} AND b.account_id = ANY($1::text[]) AND o.purpose IN ('leg_open', 'leg_close')
    AND t.stage IS NOT NULL AND t.status <> 'CLOSED' ORDER BY o.created_at, o.client_order_id
"""
RUNGS = f"""
    SELECT g.* FROM grid_orders g JOIN bot_instances b USING (user_id, bot_uid, generation)
    WHERE b.{OWN} AND b.account_id = ANY($1::text[]) ORDER BY b.created_at, g.bot_uid, g.grid_index
"""
OPEN_ORDERS = f"""
    SELECT o.* FROM orders o JOIN bot_instances b USING (user_id, bot_uid)
    WHERE b.{OWN} AND b.account_id = ANY($1::text[]) AND o.status IN ('intent', 'open', 'unknown')
    ORDER BY o.created_at, o.client_order_id
"""
#: Given up as lost not long ago: a network may still bring one of them to its venue.
LOST_ORDERS = f"""
    SELECT o.* FROM orders o JOIN bot_instances b USING (user_id, bot_uid)
    WHERE b.{OWN} AND b.account_id = ANY($1::text[]) AND o.status = 'lost' AND o.created_at > now() - interval '1 day'
    ORDER BY o.created_at DESC LIMIT $2
"""
TRADES_OF_ORDERS = "SELECT venue, venue_trade_id FROM trades WHERE client_order_id = ANY($1::text[])"
INSTRUMENTS = f"""
    SELECT DISTINCT ON (i.venue, i.symbol) i.base_asset, i.quote_asset, i.kind, i.contract_size, i.is_hedged, r.*
    FROM instruments i JOIN instrument_rules r USING (user_id, venue, symbol)
    WHERE i.{OWN} AND i.venue IN (SELECT venue FROM accounts WHERE {OWN} AND account_id = ANY($1::text[]))
    ORDER BY i.venue, i.symbol, r.effective_from DESC
"""
#: Older than any that a venue is asked for again.
FUNDINGS = f"""
    SELECT DISTINCT reference FROM ledger_entries
    WHERE {OWN} AND account_id = ANY($1::text[]) AND kind = 'funding' AND booked_at > now() - interval '40 days'
"""
RECENT_LINES = "SELECT * FROM decisions WHERE desk_id = $1 ORDER BY id DESC LIMIT $2"
RECENT_TRADES = f"""
    SELECT t.* FROM trades t JOIN bot_instances b USING (user_id, bot_uid)
    WHERE b.{OWN} AND b.account_id = ANY($1::text[]) ORDER BY t.trade_time DESC, t.id DESC LIMIT $2
"""
LEDGER_SUMS = f"""
    SELECT account_id, asset, sum(amount) AS total FROM ledger_entries
    WHERE {OWN} AND account_id = ANY($1::text[]) GROUP BY account_id, asset ORDER BY 1, 2
"""
LIVE = f"SELECT * FROM live_accounts WHERE {OWN} AND account_id = ANY($1::text[]) ORDER BY account_id"
LAST_POINT = f"SELECT max(at) FROM equity_snapshots WHERE {OWN} AND account_id = $1 AND bot_uid IS NULL"
EQUITY_AT = f"""
    SELECT COALESCE(
        (SELECT equity FROM equity_snapshots WHERE {OWN} AND account_id = $1 AND bot_uid IS NULL AND at <= $2
            ORDER BY at DESC LIMIT 1),
        (SELECT equity FROM equity_snapshots WHERE {OWN} AND account_id = $1 AND bot_uid IS NULL AND at > $2
            ORDER BY at LIMIT 1))
"""


async def recover(
    connection: Connection,
    desk_id: str | None,
    now: datetime,
    account_ids: Sequence[str] | None = None,
    but: Sequence[str] = (),
    here: str | None = None,
) -> RecoveredState:
    """Everything needed to go on, read in one snapshot. `now` is the person's time, with its zone.

    Of the accounts that the desk runs or ran last (None: of all desks of the user), only `account_ids` where they are
    given, and none of `but`. Lines of the log and the halt are the desk's, or those of the desk `here`.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows = await connection.fetch(ACCOUNTS_OF_DESK, desk_id, account_ids, list(but))
        found = [accounts.account_of(row) for row in rows]
        ids = [account.account_id for account in found]
        open_orders = [orders.order_of(row) for row in await connection.fetch(OPEN_ORDERS, ids)]
        lost_orders = [orders.order_of(row) for row in await connection.fetch(LOST_ORDERS, ids, RECENT)]
        followed = [order.client_order_id for order in (*open_orders, *lost_orders)]
        booked = await connection.fetch(TRADES_OF_ORDERS, followed)
        lines = await connection.fetch(RECENT_LINES, here or desk_id, RECENT) if account_ids is None else []
        trades = await connection.fetch(RECENT_TRADES, ids, RECENT)
        is_halted = await connection.fetchval("SELECT is_halted FROM engine_state WHERE desk_id = $1", here or desk_id)
        return RecoveredState(
            accounts=tuple(found),
            instruments=tuple(accounts.instrument_of(row) for row in await connection.fetch(INSTRUMENTS, ids)),
            bots=tuple(bots.bot_of(row) for row in await connection.fetch(BOTS, ids)),
            rungs=tuple((row["bot_uid"], rungs.rung_of(row)) for row in await connection.fetch(RUNGS, ids)),
            open_orders=tuple(open_orders),
            lost_orders=tuple(reversed(lost_orders)),
            trade_ids=frozenset((row["venue"], row["venue_trade_id"]) for row in booked),
            is_halted=bool(is_halted),
            recent_fills=tuple(reversed(await complete_fills(connection, trades))),
            recent_log=tuple(control.decision_of(row) for row in reversed(lines)),
            equity_at_midnight=tuple(await _equity_at_midnight(connection, found, now)),
            ledger_balances=tuple(
                (row["account_id"], row["asset"], row["total"]) for row in await connection.fetch(LEDGER_SUMS, ids)
            ),
            funding_references=frozenset(row[0] for row in await connection.fetch(FUNDINGS, ids)),
            tokens=tuple((row["account_id"], row["token"] or 0) for row in rows),
            live=tuple(live.live_of(row) for row in await connection.fetch(LIVE, ids)),
            positions=tuple(await with_legs(connection, await connection.fetch(OPEN_POSITIONS, ids))),
            leg_orders=tuple(orders.order_of(row) for row in await connection.fetch(LEG_ORDERS, ids)),
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
        f"SELECT * FROM ledger_entries WHERE {OWN} AND reference = ANY($1::text[]) ORDER BY id", references
    ):
        entries[row["reference"]].append(fills.entry_of(row))
    return [
        fills.fill_record(row, found[row["client_order_id"]], tuple(entries[reference]))
        for row, reference in zip(trades, references, strict=True)
    ]


async def with_legs(connection: Connection, rows: Sequence[Any]) -> list[TwoLegPosition]:
    """Positions of bots from their rows, in the given order."""
    legs = await legs_of(connection, [row["id"] for row in rows])
    return [two_legs.position_of(row, legs[row["id"]]) for row in rows]


async def legs_of(connection: Connection, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The rows of the legs of positions of bots."""
    found: dict[int, list[Any]] = {number: [] for number in ids}
    if found:
        for leg in await connection.fetch(LEGS, list(found)):
            found[leg["position_id"]].append(leg)
    return found


def local_midnight(now: datetime) -> datetime:
    """The last midnight of the person whose time `now` is."""
    return datetime.combine(now.date(), time.min, tzinfo=now.tzinfo)


async def _equity_at_midnight(
    connection: Connection, desk_accounts: list[Account], now: datetime
) -> list[tuple[str, Decimal]]:
    """The last equity at or before midnight; of an account younger than that, its first."""
    found: list[tuple[str, Decimal]] = []
    for account in desk_accounts:
        reference = now
        if account.mode in OWN_TIME_MODES:
            # These live in their own time: today is the day their curve has come to.
            last = await connection.fetchval(LAST_POINT, account.account_id)
            reference = last.astimezone(now.tzinfo or UTC) if last else now
        equity = await connection.fetchval(EQUITY_AT, account.account_id, local_midnight(reference))
        if equity is not None:
            found.append((account.account_id, equity))
    return found
