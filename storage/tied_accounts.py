"""Accounts that two-leg bots tie together: a bot needs both of its accounts on one desk, so they go together.

A bot ties while it runs and while a position of it is not closed. Who is tied to one is tied to all that it is tied to.
"""

#: For the user $1: `pairs` are the two accounts of each bot that ties, and `ties` says of each of them who is tied to
#: it, itself included. The word of a statement that begins with it is WITH RECURSIVE.
TIES = """
    pairs AS MATERIALIZED (
        SELECT b.account_id AS home, c.hedge_account_id AS abroad
        FROM bot_instances b JOIN arbitrage_bot_configs c USING (user_id, bot_uid)
        WHERE b.user_id = $1 AND b.is_active AND (b.state <> 'stopped' OR EXISTS (
            SELECT FROM two_leg_positions t
            WHERE t.user_id = b.user_id AND t.bot_uid = b.bot_uid AND t.stage IS NOT NULL AND t.status <> 'CLOSED'))
    ), ties (account_id, other) AS (
        SELECT home, home FROM pairs UNION SELECT abroad, abroad FROM pairs
        UNION
        SELECT t.account_id, CASE WHEN p.home = t.other THEN p.abroad ELSE p.home END
        FROM ties t JOIN pairs p ON t.other IN (p.home, p.abroad)
    )
"""
#: All that go with the account $2, itself first.
TOGETHER = f"""
    WITH RECURSIVE {TIES}
    SELECT $2::text AS account_id UNION ALL SELECT other FROM ties WHERE account_id = $2 AND other <> $2
"""  # noqa: S608 - our own words
#: For the leader of each group, which is the first of its home accounts by name, `leads` says who is tied to it.
LEADERS = """
    leads AS (
        SELECT t.account_id, min(p.home) AS leader FROM ties t JOIN pairs p ON p.home = t.other GROUP BY t.account_id
    )
"""
