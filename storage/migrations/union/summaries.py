"""Views over what 0003 made: sums that people ask for by name."""

# Whoever asks sees his own rows, because the view asks with the asker's rights; the database's owner sees everybody's.
DAILY_PNL = """
CREATE VIEW daily_pnl_summary WITH (security_invoker = true) AS
SELECT user_id, (closed_at AT TIME ZONE 'UTC')::date AS trade_date, symbol, count(*) AS trade_count,
    sum(pnl_krw) AS total_pnl_krw, avg(pnl_pct) AS avg_pnl_pct, max(pnl_krw) AS max_pnl_krw, min(pnl_krw) AS min_pnl_krw
FROM two_leg_positions WHERE status = 'CLOSED' GROUP BY 1, 2, 3
"""

VIEWS = ("daily_pnl_summary",)
STATEMENTS = (DAILY_PNL,)
