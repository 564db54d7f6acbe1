"""The monitoring queries of the customer's documents, with the names that their tables have here.

$1 is the number of days looked back, $2 the most rows. Each names the tables it asks; the columns are its answer's.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """One table of the report. `key` names it in JSON; `empty` is said when there are no rows."""

    key: str
    title: str
    sql: str
    empty: str


QUERIES: tuple[ReportQuery, ...] = (
    ReportQuery(
        "active_users",
        "Active users by venue",
        """
        SELECT venue, count(*) AS users FROM (
            SELECT user_id, venue FROM bot_instances WHERE is_running
            UNION SELECT user_id, venue FROM user_trading_settings WHERE is_running
        ) AS active WHERE $1::int IS NOT NULL GROUP BY venue ORDER BY users DESC, venue LIMIT $2
        """,
        "Nobody runs a bot.",
    ),
    ReportQuery(
        "jobs",
        "Jobs by status",
        """
        SELECT status, count(*) AS jobs, max(start_time) AS last_start FROM jobs WHERE $1::int IS NOT NULL
        GROUP BY status ORDER BY status LIMIT $2
        """,
        "There are no jobs.",
    ),
    ReportQuery(
        "symbol_lists",
        "Black and white lists by venue",
        """
        SELECT venue, count(*) FILTER (WHERE list = 'black') AS black, count(*) FILTER (WHERE list = 'white') AS white
        FROM symbol_lists WHERE $1::int IS NOT NULL GROUP BY venue ORDER BY venue LIMIT $2
        """,
        "No symbol is on a list.",
    ),
    ReportQuery(
        "desks",
        "Desks and what they run",
        """
        SELECT d.name, d.desk_id, u.username AS "user", d.last_seen_at,
            COALESCE(d.last_seen_at > now() - interval '20 seconds', false) AS is_seen, count(l.account_id) AS accounts,
            (SELECT count(*) FROM bot_instances b WHERE b.desk_id = d.desk_id AND b.is_running) AS running_bots,
            min(l.expires_at) AS first_lease_ends
        FROM desks d JOIN users u ON u.id = d.user_id
        LEFT JOIN leases l ON l.desk_id = d.desk_id AND l.user_id = d.user_id AND l.expires_at > now()
        WHERE $1::int IS NOT NULL GROUP BY d.desk_id, u.username ORDER BY d.name, d.desk_id LIMIT $2
        """,
        "There are no desks.",
    ),
    ReportQuery(
        "closed_positions",
        "Last closed positions of two legs",
        """
        SELECT symbol, direction, size, entry_spread_pct, exit_spread_pct, pnl_krw, pnl_pct, opened_at, closed_at
        FROM two_leg_positions WHERE status = 'CLOSED' AND $1::int IS NOT NULL ORDER BY closed_at DESC, id DESC LIMIT $2
        """,
        "No position of two legs has been closed.",
    ),
    ReportQuery(
        "daily_pnl",
        "Daily profit of positions of two legs, in won (days in UTC)",
        """
        SELECT (closed_at AT TIME ZONE 'UTC')::date::text AS trade_date, symbol, count(*) AS trade_count,
            sum(pnl_krw) AS total_pnl_krw, avg(pnl_pct) AS avg_pnl_pct, max(pnl_krw) AS max_pnl_krw,
            min(pnl_krw) AS min_pnl_krw
        FROM two_leg_positions WHERE status = 'CLOSED' AND closed_at >= now() - make_interval(days => $1)
        GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT $2
        """,
        "No position of two legs was closed in these days.",
    ),
    ReportQuery(
        "daily_matched_profit",
        "Daily matched profit of bots (days in UTC)",
        """
        SELECT (t.trade_time AT TIME ZONE 'UTC')::date::text AS trade_date, t.venue,
            split_part(t.symbol, '/', 2) AS quote, count(*) AS fills, COALESCE(sum(t.profit), 0) AS matched_profit
        FROM trades t WHERE t.trade_time >= now() - make_interval(days => $1)
        GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2 LIMIT $2
        """,
        "No bot has traded in these days.",
    ),
    ReportQuery(
        "hourly_spreads",
        "Hourly averages of spreads, in percent",
        """
        SELECT hour, symbol, avg_spread_pct, avg_net_spread_pct, max_spread_pct, min_spread_pct FROM hourly_spread_avg
        WHERE hour >= now() - make_interval(days => $1) ORDER BY hour DESC, symbol LIMIT $2
        """,
        "No spread was recorded in these days.",
    ),
    ReportQuery(
        "tables",
        "Tables by size",
        """
        SELECT c.relname::text AS "table", sum(pg_total_relation_size(p.relid))::bigint AS bytes,
            pg_size_pretty(sum(pg_total_relation_size(p.relid))) AS size,
            sum(greatest(x.reltuples, 0))::bigint AS rows_about, count(*) FILTER (WHERE p.isleaf) AS parts
        FROM pg_class c CROSS JOIN LATERAL (
            SELECT t.relid, t.isleaf FROM pg_partition_tree(c.oid) t
            UNION SELECT c.oid::regclass, true WHERE c.relkind = 'r'
        ) p JOIN pg_class x ON x.oid = p.relid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            AND $1::int IS NOT NULL
        GROUP BY c.relname ORDER BY bytes DESC, 1 LIMIT $2
        """,
        "There are no tables.",
    ),
    ReportQuery(
        "partitions",
        "Partitions",
        """
        SELECT parent.relname::text AS "table", count(*) FILTER (WHERE NOT b.is_default) AS parts,
            min(b.lower) AS first_from, max(b.upper) AS last_until,
            pg_size_pretty(sum(pg_total_relation_size(part.oid))) AS size,
            COALESCE(sum(greatest(part.reltuples, 0)) FILTER (WHERE b.is_default), 0)::bigint AS rows_outside_about
        FROM pg_inherits i JOIN pg_class parent ON parent.oid = i.inhparent JOIN pg_class part ON part.oid = i.inhrelid
        CROSS JOIN LATERAL (SELECT pg_get_expr(part.relpartbound, part.oid) AS bound) e
        CROSS JOIN LATERAL (SELECT e.bound = 'DEFAULT' AS is_default,
            substring(e.bound FROM $re$FROM \\('([^']+)'\\)$re$) AS lower,
            substring(e.bound FROM $re$TO \\('([^']+)'\\)$re$) AS upper) b
        WHERE parent.relkind = 'p' AND parent.relnamespace = 'public'::regnamespace AND $1::int IS NOT NULL
        GROUP BY parent.relname ORDER BY 1 LIMIT $2
        """,
        "No table has partitions.",
    ),
    ReportQuery(
        "connections",
        "Connections to this database",
        """
        SELECT COALESCE(NULLIF(application_name, ''), '(no name)') AS program, COALESCE(state, '(hidden)') AS state,
            count(*) AS connections, max(now() - state_change)::text AS longest,
            current_setting('max_connections')::int AS most
        FROM pg_stat_activity WHERE datname = current_database() AND $1::int IS NOT NULL
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT $2
        """,
        "Nobody is connected.",
    ),
    ReportQuery(
        "disk",
        "The database on its disk",
        """
        SELECT d.datname::text AS database, pg_database_size(d.oid) AS bytes,
            pg_size_pretty(pg_database_size(d.oid)) AS size, s.xact_commit AS commits, s.xact_rollback AS rollbacks,
            round(100.0 * s.blks_hit / NULLIF(s.blks_hit + s.blks_read, 0), 2) AS cache_hit_pct, s.deadlocks,
            s.temp_bytes
        FROM pg_database d JOIN pg_stat_database s ON s.datid = d.oid
        WHERE d.datname = current_database() AND $1::int IS NOT NULL LIMIT $2
        """,
        "The database does not say.",
    ),
)

SLOW_QUERIES = ReportQuery(
    "slow_queries",
    "Slowest queries, in milliseconds",
    """
    SELECT regexp_replace(left(query, 200), '\\s+', ' ', 'g') AS query, calls,
        round(mean_exec_time::numeric, 3) AS mean_ms, round(total_exec_time::numeric, 1) AS total_ms
    FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database() AND $1::int IS NOT NULL ORDER BY mean_exec_time DESC LIMIT $2
    """,
    "No query was counted yet.",
)
HAS_STATEMENTS = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements')"
NO_STATEMENTS = "The server does not count its queries: the extension pg_stat_statements is not installed."
