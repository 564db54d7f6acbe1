"""Rows that belong to nothing, or to something that does not fit them: what no foreign key can see.

Each query returns the rows that break a rule; its sentence is filled from the row.
"""

from engine.domain.sentences import plain
from storage.administration.pair_orphans import PAIR_ORPHANS
from storage.check import MOST_SENTENCES
from storage.database import Connection

#: (tables it asks, sentence, query)
ORPHANS: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset({"orders", "bot_instances"}),
        "The order {client_order_id} was decided on ladder {generation}, but its bot {bot_uid} is only at {reached}.",
        """
        SELECT o.client_order_id, o.generation, o.bot_uid, b.generation AS reached
        FROM orders o JOIN bot_instances b USING (bot_uid)
        WHERE o.generation > b.generation AND o.purpose NOT IN ('leg_open', 'leg_close') ORDER BY 1
        """,
    ),
    (
        frozenset({"orders", "grid_orders"}),
        "The order {client_order_id} is of rung {grid_index} of ladder {generation}, and there is no such rung.",
        """
        SELECT o.client_order_id, o.grid_index, o.generation FROM orders o
        WHERE o.purpose IN ('rung_buy', 'rung_sell') AND NOT EXISTS (SELECT 1 FROM grid_orders g
            WHERE g.bot_uid = o.bot_uid AND g.generation = o.generation AND g.grid_index = o.grid_index) ORDER BY 1
        """,
    ),
    (
        frozenset({"grid_orders", "bot_instances"}),
        "The bot {bot_uid} has rungs of ladder {generation}, but it is only at {reached}.",
        """
        SELECT DISTINCT g.bot_uid, g.generation, b.generation AS reached
        FROM grid_orders g JOIN bot_instances b USING (bot_uid) WHERE g.generation > b.generation ORDER BY 1, 2
        """,
    ),
    (
        frozenset({"grid_orders", "orders"}),
        "Rung {grid_index} of ladder {generation} of {bot_uid} waits for the unknown order {client_order_id}.",
        """
        SELECT g.bot_uid, g.generation, g.grid_index, i.client_order_id
        FROM grid_orders g CROSS JOIN LATERAL (VALUES (g.buy_order_id), (g.sell_order_id)) AS i(client_order_id)
        WHERE i.client_order_id <> '' AND NOT EXISTS
            (SELECT 1 FROM orders o WHERE o.client_order_id = i.client_order_id) ORDER BY 1, 2, 3
        """,
    ),
    (
        frozenset({"bot_instances", "grid_bot_configs"}),
        "The grid bot {bot_uid} has no settings.",
        """
        SELECT b.bot_uid FROM bot_instances b WHERE b.bot_type = 'grid' AND NOT EXISTS
            (SELECT 1 FROM grid_bot_configs g WHERE g.bot_uid = b.bot_uid) ORDER BY 1
        """,
    ),
    (
        frozenset({"bot_instances", "accounts"}),
        "The bot {bot_uid} trades on {venue}, but its account {account_id} is on {owned}.",
        """
        SELECT b.bot_uid, b.venue, b.account_id, a.venue AS owned FROM bot_instances b
        JOIN accounts a ON a.user_id = b.user_id AND a.account_id = b.account_id WHERE a.venue <> b.venue ORDER BY 1
        """,
    ),
    (
        frozenset({"bot_instances", "instruments"}),
        "The bot {bot_uid} trades {symbol} on {venue}, of which nothing is known.",
        """
        SELECT b.bot_uid, b.symbol, b.venue FROM bot_instances b WHERE NOT EXISTS (SELECT 1 FROM instruments i
            WHERE i.user_id = b.user_id AND i.venue = b.venue AND i.symbol = b.symbol) ORDER BY 1
        """,
    ),
    (
        frozenset({"instruments", "instrument_rules"}),
        "The instrument {symbol} of {venue} has no rules.",
        """
        SELECT i.symbol, i.venue FROM instruments i WHERE NOT EXISTS (SELECT 1 FROM instrument_rules r
            WHERE r.user_id = i.user_id AND r.venue = i.venue AND r.symbol = i.symbol) ORDER BY 2, 1
        """,
    ),
    (
        frozenset({"trades", "orders"}),
        "The execution {venue_trade_id} on {venue} ({bot_uid}, {symbol}) is not of its order {client_order_id}.",
        """
        SELECT t.venue_trade_id, t.venue, t.symbol, t.bot_uid, t.client_order_id
        FROM trades t JOIN orders o USING (client_order_id)
        WHERE (t.venue, t.symbol, t.bot_uid, t.side) IS DISTINCT FROM (o.venue, o.symbol, o.bot_uid, o.side) ORDER BY 1
        """,
    ),
    (
        frozenset({"orders", "bot_instances"}),
        "The order {client_order_id} uses the account {account_id}, which is not that of its bot {bot_uid}.",
        """
        SELECT o.client_order_id, o.account_id, o.bot_uid FROM orders o JOIN bot_instances b USING (bot_uid)
        WHERE o.account_id <> b.account_id ORDER BY 1
        """,
    ),
    (
        frozenset({"ledger_entries", "bot_instances"}),
        "The money entry {reference} books {bot_uid} on {account_id}, which is not its account.",
        """
        SELECT l.reference, l.bot_uid, l.account_id FROM ledger_entries l JOIN bot_instances b USING (bot_uid)
        WHERE l.account_id <> b.account_id ORDER BY l.id
        """,
    ),
    (
        frozenset({"orders", "bot_instances"}),
        "The removed bot {bot_uid} still has {count} orders that may rest.",
        """
        SELECT b.bot_uid, count(*) AS count FROM orders o JOIN bot_instances b USING (bot_uid)
        WHERE NOT b.is_active AND o.status IN ('intent', 'open', 'unknown') GROUP BY 1 ORDER BY 1
        """,
    ),
    (
        frozenset({"leases", "accounts"}),
        "The account {account_id} of {username} has no lease, so no desk can run it.",
        """
        SELECT a.account_id, u.username FROM accounts a JOIN users u ON u.id = a.user_id WHERE NOT EXISTS
            (SELECT 1 FROM leases l WHERE l.user_id = a.user_id AND l.account_id = a.account_id) ORDER BY 1
        """,
    ),
    (
        frozenset({"leases", "bot_instances"}),
        "The bot {bot_uid} carries the token {token}, but its account {account_id} has only given out {given}.",
        """
        SELECT b.bot_uid, b.fencing_token AS token, b.account_id, l.token AS given FROM bot_instances b
        JOIN leases l ON l.user_id = b.user_id AND l.account_id = b.account_id
        WHERE b.fencing_token > l.token ORDER BY 1
        """,
    ),
    (
        frozenset({"leases", "orders"}),
        "The order {client_order_id} was decided under the token {token}, which {account_id} never gave out.",
        """
        SELECT o.client_order_id, o.fencing_token AS token, o.account_id FROM orders o
        JOIN leases l ON l.user_id = o.user_id AND l.account_id = o.account_id
        WHERE o.fencing_token > l.token ORDER BY 1
        """,
    ),
    (
        frozenset({"jobs", "bot_instances"}),
        "The job {job_id} runs, but its bot {bot_uid} is {state} in run {run}.",
        """
        SELECT j.job_id, j.bot_uid, b.state, b.run FROM jobs j
        JOIN bot_instances b ON b.user_id = j.user_id AND b.bot_uid = j.bot_uid
        WHERE j.status = 'running' AND (b.state = 'stopped' OR b.run <> j.run) ORDER BY 1
        """,
    ),
    (
        frozenset({"spreads", "candles"}),
        "The table {name} has parts only until {until}; a desk that runs makes them ahead of time.",
        """
        SELECT c.relname AS name, max(e.until) AS until FROM pg_class c JOIN pg_inherits i ON i.inhparent = c.oid
        JOIN pg_class part ON part.oid = i.inhrelid CROSS JOIN LATERAL (SELECT substring(
            pg_get_expr(part.relpartbound, part.oid) FROM $re$TO \\('([^']+)'\\)$re$)::timestamptz AS until) e
        WHERE c.relkind = 'p' AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname
        HAVING COALESCE(max(e.until) < now() + interval '1 day', true) ORDER BY 1
        """,
    ),
    (
        frozenset({"users"}),
        "The user {username} signs in as the role {role}, which this server does not have.",
        """
        SELECT u.username, u.database_role AS role FROM users u WHERE u.database_role IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM pg_roles r WHERE r.rolname = u.database_role) ORDER BY 1
        """,
    ),
)
TABLES = (
    "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
)


async def find_orphans(connection: Connection) -> list[str]:
    """One sentence for each row that belongs to nothing; rules about tables that are not there are left out."""
    present = {row["name"] for row in await connection.fetch(TABLES)}
    found: list[str] = []
    for tables, sentence, query in (*ORPHANS, *PAIR_ORPHANS):
        if not tables <= present:
            continue
        rows = await connection.fetch(query)
        found += [
            sentence.format_map(
                {name: plain(value) if isinstance(value, int) else value for name, value in row.items()}
            )
            for row in rows[:MOST_SENTENCES]
        ]
        if len(rows) > MOST_SENTENCES:
            found.append(f"There are {len(rows) - MOST_SENTENCES} more of the same kind.")
    return found


def _shown(value: object) -> str:
    return plain(value) if isinstance(value, int) else str(value)
