# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Does the database hold together? Every rule of money that spans several tables, asked of all rows at once."""

from collections.abc import Mapping
from decimal import Decimal

from engine.domain.money import ZERO
from engine.domain.sentences import plain
from storage.database import Connection, Database
from storage.pair_rules import PAIR_RULES
from storage.recovery import OWN

#: Complaints of each kind that are worth reading; the rest is counted.
MOST_SENTENCES = 20

LEDGER_FOLD = f"SELECT account_id, asset, sum(amount) AS amount FROM ledger_entries WHERE {OWN} GROUP BY 1, 2"

#: Each query returns the rows that break a rule; its sentence is filled from the row.
RULES: tuple[tuple[str, str], ...] = (
    (
        "The order {client_order_id} says {stated} filled, but its executions come to {summed}.",
        """
        SELECT o.client_order_id, o.filled_quantity AS stated, COALESCE(t.summed, 0) AS summed FROM orders o
        LEFT JOIN (SELECT client_order_id, sum(quantity) AS summed FROM trades GROUP BY 1) t USING (client_order_id)
        WHERE o.filled_quantity <> COALESCE(t.summed, 0) ORDER BY 1
        """,
    ),
    (
        "The order {client_order_id} says {stated} was paid for its fills, but its executions come to {summed}.",
        """
        SELECT o.client_order_id, o.total_filled_value AS stated, COALESCE(t.summed, 0) AS summed FROM orders o
        LEFT JOIN (SELECT client_order_id, sum(value) AS summed FROM trades GROUP BY 1) t USING (client_order_id)
        WHERE o.total_filled_value <> COALESCE(t.summed, 0) ORDER BY 1
        """,
    ),
    (
        "The order {client_order_id} has filled {stated} of only {quantity}.",
        "SELECT client_order_id, filled_quantity AS stated, quantity FROM orders WHERE filled_quantity > quantity",
    ),
    (
        "The execution {venue_trade_id} on {venue} is not booked: {entries} money entries come to {summed}.",
        """
        SELECT t.venue, t.venue_trade_id, count(l.id) AS entries, COALESCE(sum(l.amount), 0) AS summed
        FROM trades t JOIN orders o USING (client_order_id)
        LEFT JOIN ledger_entries l ON l.user_id = t.user_id AND l.reference = t.venue || ':' || t.venue_trade_id
            AND l.account_id = o.account_id AND l.bot_uid = t.bot_uid
        GROUP BY t.id HAVING count(*) FILTER (WHERE l.kind = 'trade') <> 2
            OR COALESCE(-sum(l.amount) FILTER (WHERE l.kind = 'fee' AND l.asset = t.fee_currency), 0) <> t.fee
            OR COALESCE(sum(l.amount) FILTER (WHERE l.kind = 'trade'
                    AND l.asset IN (split_part(t.symbol, '/', 1), t.symbol || ':P')), 0)
                <> CASE t.side WHEN 'buy' THEN t.quantity ELSE -t.quantity END
            OR COALESCE(sum(l.amount) FILTER (WHERE l.kind = 'trade' AND l.asset = split_part(t.symbol, '/', 2)), 0)
                <> CASE t.side WHEN 'buy' THEN -t.value ELSE t.value END
        """,
    ),
    (
        "The money entry {reference} ({kind}, {asset}) belongs to no execution.",
        """
        SELECT l.reference, l.kind, l.asset FROM ledger_entries l WHERE l.kind IN ('trade', 'fee') AND NOT EXISTS
            (SELECT 1 FROM trades t WHERE t.user_id = l.user_id AND t.venue || ':' || t.venue_trade_id = l.reference)
        ORDER BY l.id
        """,
    ),
    (
        "The base that {moved} moved between account and bots does not cancel out: {summed} {asset} is left.",
        """
        SELECT reference AS moved, asset, sum(amount) AS summed FROM ledger_entries
        WHERE kind IN ('adopt', 'release') GROUP BY user_id, reference, asset HAVING sum(amount) <> 0 ORDER BY 1
        """,
    ),
    (
        "The position of {bot_uid} is {stated}, but its rungs and spare base come to {summed}.",
        """
        SELECT b.bot_uid, COALESCE(p.quantity, 0) AS stated, COALESCE(g.held, 0) + b.spare_base AS summed
        FROM bot_instances b LEFT JOIN positions p USING (bot_uid) LEFT JOIN (
            SELECT bot_uid, generation, sum(bought - sell_filled_qty) AS held FROM grid_orders GROUP BY 1, 2
        ) g ON g.bot_uid = b.bot_uid AND g.generation = b.generation
        WHERE COALESCE(p.quantity, 0) <> COALESCE(g.held, 0) + b.spare_base ORDER BY 1
        """,
    ),
    (
        "The bot {bot_uid} holds {stated} by its rungs, but the ledger says {summed}.",
        """
        SELECT b.bot_uid, COALESCE(p.quantity, 0) AS stated, COALESCE(l.summed, 0) AS summed
        FROM bot_instances b LEFT JOIN positions p USING (bot_uid) LEFT JOIN (
            SELECT l.bot_uid, sum(l.amount) AS summed FROM ledger_entries l JOIN bot_instances b
            ON b.bot_uid = l.bot_uid AND l.asset IN (split_part(b.symbol, '/', 1), b.symbol || ':P') GROUP BY 1
        ) l ON l.bot_uid = b.bot_uid
        WHERE COALESCE(p.quantity, 0) <> COALESCE(l.summed, 0) ORDER BY 1
        """,
    ),
    (
        "The running bots of {username} use {summed} % of the money.",
        """
        SELECT u.username, sum(b.allocation_percent) AS summed FROM bot_instances b JOIN users u ON u.id = b.user_id
        WHERE b.is_running GROUP BY u.id HAVING sum(b.allocation_percent) > 100
        """,
    ),
)


async def check(database: Database, balances: Mapping[tuple[str, str], Decimal] | None = None) -> list[str]:
    """One sentence for each thing that does not add up; empty when all is well.

    `balances` by (account_id, asset) are what the venues say is there; without them that one rule is not asked.
    """
    async with database.question() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        found: list[str] = []
        if balances is not None:
            found += await _compare_balances(connection, balances)
        for sentence, query in (*RULES, *PAIR_RULES):
            rows = await connection.fetch(query)
            for row in rows[:MOST_SENTENCES]:
                found.append(sentence.format_map({name: _shown(value) for name, value in row.items()}))
            if len(rows) > MOST_SENTENCES:
                found.append(f"There are {len(rows) - MOST_SENTENCES} more of the same kind.")
    return found


async def _compare_balances(connection: Connection, balances: Mapping[tuple[str, str], Decimal]) -> list[str]:
    folded = {(row["account_id"], row["asset"]): row["amount"] for row in await connection.fetch(LEDGER_FOLD)}
    return [
        f"The ledger of {account} has {plain(folded.get((account, asset), ZERO))} {asset}, "
        f"the venue {plain(balances.get((account, asset), ZERO))}."
        for account, asset in sorted(folded.keys() | balances.keys())
        if folded.get((account, asset), ZERO) != balances.get((account, asset), ZERO)
    ]


def _shown(value: object) -> str:
    return plain(value) if isinstance(value, str | int | Decimal) else str(value)
