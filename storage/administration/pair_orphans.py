"""What `db check` finds of two-leg bots: halves without the other, legs and orders of no position. As in `orphans`."""

PAIR_ORPHANS: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset({"bot_instances", "arbitrage_bot_configs"}),
        "The two-leg bot {bot_uid} has no settings.",
        """
        SELECT b.bot_uid FROM bot_instances b WHERE b.bot_type = 'arbitrage' AND NOT EXISTS
            (SELECT 1 FROM arbitrage_bot_configs c WHERE c.user_id = b.user_id AND c.bot_uid = b.bot_uid) ORDER BY 1
        """,
    ),
    (
        frozenset({"bot_instances", "arbitrage_bot_configs"}),
        "The two-leg bot {bot_uid} hedges on {hedge}, where no bot of it is.",
        """
        SELECT c.bot_uid, c.hedge_account_id AS hedge FROM arbitrage_bot_configs c
        JOIN bot_instances b ON b.user_id = c.user_id AND b.bot_uid = c.bot_uid AND b.bot_type = 'arbitrage'
        WHERE NOT EXISTS (SELECT 1 FROM bot_instances h WHERE h.user_id = c.user_id AND h.pair_bot_uid = c.bot_uid
            AND h.account_id = c.hedge_account_id AND h.symbol = c.hedge_symbol) ORDER BY 1
        """,
    ),
    (
        frozenset({"orders", "two_leg_positions"}),
        "The order {client_order_id} is of position {generation} of {bot_uid}, which is not there.",
        """
        SELECT o.client_order_id, o.generation, COALESCE(b.pair_bot_uid, b.bot_uid) AS bot_uid FROM orders o
        JOIN bot_instances b ON b.user_id = o.user_id AND b.bot_uid = o.bot_uid
        WHERE o.purpose IN ('leg_open', 'leg_close') AND NOT EXISTS (SELECT 1 FROM two_leg_positions p
            WHERE p.user_id = o.user_id AND p.bot_uid = COALESCE(b.pair_bot_uid, b.bot_uid)
                AND p.number = o.generation) ORDER BY 1
        """,
    ),
    (
        frozenset({"two_leg_positions", "bot_instances"}),
        "The removed bot {bot_uid} still has {count} positions of two legs that are not closed.",
        """
        SELECT b.bot_uid, count(*) AS count FROM two_leg_positions p
        JOIN bot_instances b ON b.user_id = p.user_id AND b.bot_uid = p.bot_uid
        WHERE p.stage <> 'closed' AND NOT b.is_active GROUP BY 1 ORDER BY 1
        """,
    ),
)
