"""The rules of money of two-leg bots: what their positions say is what their halves did."""

#: Base of a bot's half as the ledger has it, and as the legs of all its positions have it. While the halves are on two
#: desks a fill may wait for the position that it belongs to, and nothing is asked.
BASE_OF_LEGS = """
    WITH halves AS (
        SELECT b.user_id, b.bot_uid AS pair_uid, b.bot_uid, b.symbol, 'home' AS place FROM bot_instances b
        JOIN bot_instances h ON h.user_id = b.user_id AND h.pair_bot_uid = b.bot_uid AND h.desk_id = b.desk_id
        UNION ALL
        SELECT h.user_id, b.bot_uid, h.bot_uid, h.symbol, 'foreign' FROM bot_instances b
        JOIN bot_instances h ON h.user_id = b.user_id AND h.pair_bot_uid = b.bot_uid AND h.desk_id = b.desk_id
    ), legs AS (
        SELECT p.user_id, p.bot_uid AS pair_uid, l.place,
            sum(CASE l.side WHEN 'buy' THEN l.filled ELSE -l.filled END - l.fee_base) AS base
        FROM two_leg_positions p JOIN order_legs l ON l.position_id = p.id AND l.phase IS NOT NULL GROUP BY 1, 2, 3
    ), booked AS (
        SELECT a.user_id, a.bot_uid, sum(e.amount) AS base FROM halves a
        JOIN ledger_entries e ON e.user_id = a.user_id AND e.bot_uid = a.bot_uid
            AND e.kind IN ('trade', 'fee', 'outside')
            AND e.asset IN (split_part(a.symbol, '/', 1), a.symbol || ':P') GROUP BY 1, 2
    )
    SELECT a.bot_uid, COALESCE(l.base, 0) AS stated, COALESCE(k.base, 0) AS summed FROM halves a
    LEFT JOIN legs l ON l.user_id = a.user_id AND l.pair_uid = a.pair_uid AND l.place = a.place
    LEFT JOIN booked k ON k.user_id = a.user_id AND k.bot_uid = a.bot_uid
    WHERE COALESCE(l.base, 0) <> COALESCE(k.base, 0) ORDER BY 1
"""

#: As in `check.RULES`.
PAIR_RULES: tuple[tuple[str, str], ...] = (
    ("The positions of two legs moved {stated} base of {bot_uid}, but the ledger says {summed}.", BASE_OF_LEGS),
    (
        "The position {reference} is {stage} with {legs} of the {wanted} legs that it must have.",
        """
        SELECT reference, stage, legs, wanted FROM (
            SELECT p.reference, p.stage, 2 + 2 * (p.exit_decided_at IS NOT NULL)::int AS wanted,
                (SELECT count(*) FROM order_legs l WHERE l.position_id = p.id AND l.phase IS NOT NULL) AS legs
            FROM two_leg_positions p WHERE p.stage IS NOT NULL
        ) counted WHERE legs <> wanted ORDER BY 1
        """,
    ),
    (
        "The closed position {reference} brought {stated}, but its closing trade says {summed}.",
        """
        SELECT p.reference, p.pnl_krw AS stated, t.pnl_krw AS summed FROM two_leg_positions p
        LEFT JOIN two_leg_trades t ON t.position_id = p.id AND t.side = 'CLOSE'
        WHERE p.stage = 'closed' AND t.pnl_krw IS DISTINCT FROM p.pnl_krw ORDER BY 1
        """,
    ),
)
