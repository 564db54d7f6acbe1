"""A database as the first issue left it, with work in it: two people, three accounts, six bots, their money."""

from typing import Any

import asyncpg

#: What 0001 knew, written in the SQL of that time. Nothing of today's program is used: it knows other tables.
HISTORY = """
INSERT INTO users (username, email, is_active, last_login) VALUES
    ('mina', 'mina@example.com', true, '2026-02-01T09:00:00Z'), ('old', NULL, false, NULL);
INSERT INTO desks (desk_id, user_id, name, started_at, last_seen_at, starts) VALUES
    ('desk-local', 1, 'laptop', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', 7),
    ('desk-mina', 2, 'server', '2026-03-01T00:00:00Z', NULL, 3);
INSERT INTO engine_state VALUES ('desk-local', true, '2026-03-02T00:00:00Z'), ('desk-mina', false,
        '2026-03-02T00:00:00Z');
INSERT INTO accounts (account_id, user_id, desk_id, venue, name, mode, quote_currency, settings) VALUES
    ('paper:one', 1, 'desk-local', 'paper:one', '페이퍼', 'paper', 'KRW', '[["cash.KRW", "10000000"]]'),
    ('replay:two', 1, 'desk-local', 'replay:two', 'Replay', 'replay', 'USDT', '[]'),
    ('sim:mina', 2, 'desk-mina', 'sim:mina', 'Mina', 'simulated', 'KRW', '[]');
INSERT INTO instruments (venue, symbol, base_asset, quote_asset)
    SELECT venue, symbol, split_part(symbol, '/', 1), split_part(symbol, '/', 2)
    FROM (VALUES ('paper:one', 'XRP/KRW'), ('replay:two', 'BTC/USDT'), ('sim:mina', 'XRP/KRW')) v(venue, symbol);
INSERT INTO instrument_rules (venue, symbol, effective_from, price_bands, size_increment, min_quantity, min_notional,
        max_open_orders, maker_fee, taker_fee, fee_asset, money_increment)
    SELECT venue, symbol, from_day, '[["0", "0.0001"]]'::jsonb, 0.00000001, 0.001, 5000, 100, 0.0005, 0.00139,
        'quote', 0.00000001
    FROM instruments, (VALUES ('2026-01-01T00:00:00Z'::timestamptz), ('2026-02-01T00:00:00Z')) d(from_day);
INSERT INTO bot_instances (bot_uid, user_id, desk_id, account_id, name, bot_type, venue, symbol, allocation_percent,
        is_running, is_active, state, run, generation, fencing_token, last_started_at, last_stopped_at, last_trade_at,
        last_error, total_pnl, spare_base, stop_inventory, created_at)
    SELECT 'bot0000' || n, a.user_id, a.desk_id, a.account_id, 'Grid ' || n, 'grid', a.venue, i.symbol,
        10 + n * 0.123456789,
        state NOT IN ('stopped'), n <> 5, state, run, run, 3 + n,
        CASE WHEN run > 0 THEN '2026-02-10T10:00:00Z'::timestamptz END,
        CASE WHEN state = 'stopped' AND run > 0 THEN '2026-02-20T10:00:00Z'::timestamptz END,
        CASE WHEN run > 0 THEN '2026-02-19T12:34:56.789012Z'::timestamptz END,
        CASE WHEN state = 'error' THEN 'The venue refused.' END, n * 1.00000000000000000001, 0, 'keep',
        '2026-02-01T00:00:00Z'
    FROM (VALUES (1, 'paper:one', 'running', 3), (2, 'paper:one', 'stopped', 2), (3, 'paper:one', 'error', 1),
        (4, 'replay:two', 'paused', 1), (5, 'replay:two', 'stopped', 0), (6, 'sim:mina', 'running', 9)
    ) b(n, account_id, state, run) JOIN accounts a USING (account_id) JOIN instruments i ON i.venue = a.venue;
INSERT INTO grid_bot_configs (bot_uid, lower_price, upper_price, grid_count, grid_mode, sizing, total_investment,
        post_only,
        use_held_base, compounding, stop_upper_inventory, stop_lower_inventory, stop_loss_inventory,
        take_profit_inventory,
        filled_buy_count, filled_sell_count, realized_profit)
    SELECT bot_uid, 400.5, 900.25, 10, 'geometric', 'equal_quote', 1234567.89, true, false, true, 'keep', 'sell',
        'keep',
        'keep', 20, 15, total_pnl FROM bot_instances;
INSERT INTO grid_orders (bot_uid, generation, grid_index, grid_price, sell_price, quantity, base_quantity, status,
        cycle,
        attempt, bought, cost, buy_filled_qty, buy_filled_price, last_fill_side)
    SELECT bot_uid, generation, n, 400 + 50 * n, 450 + 50 * n, 12.5, 12.25, 'sell_placed', 2, 1, 40, 20020.005, 40,
        500.25, 'buy'
    FROM bot_instances, generate_series(0, 9) n WHERE run > 0;
INSERT INTO orders (client_order_id, venue_order_id, bot_uid, account_id, venue, symbol, side, order_type, purpose,
        price,
        quantity, post_only, generation, grid_index, cycle, attempt, status, filled_quantity, total_filled_value, fee,
        fee_currency, fencing_token, created_at, updated_at, filled_at)
    SELECT bot_uid || 'G1R' || n || 'BC1A1', 'v' || n, bot_uid, account_id, venue, symbol, 'buy', 'limit',
        'rung_buy', 500.25,
        10, true, generation, n % 10, 1, 1, CASE WHEN n < 40 THEN 'filled' ELSE 'open' END,
        CASE WHEN n < 40 THEN 10 ELSE 0 END,
        CASE WHEN n < 40 THEN 5002.5 ELSE 0 END, CASE WHEN n < 40 THEN 2.50125 ELSE 0 END, 'KRW', fencing_token,
        '2026-02-11T00:00:00Z'::timestamptz + n * interval '1 minute', '2026-02-11T00:00:00Z', NULL
    FROM bot_instances, generate_series(0, 49) n WHERE run > 0;
INSERT INTO trades (venue, venue_trade_id, client_order_id, bot_uid, trade_source, symbol, side, price, quantity,
        value, fee,
        fee_currency, liquidity, profit, trade_time)
    SELECT venue, bot_uid || 't' || grid_index || 'n' || id, client_order_id, bot_uid, 'grid_bot', symbol, side,
        price, quantity,
        total_filled_value, fee, fee_currency, 'maker', NULL, created_at FROM orders WHERE status = 'filled';
INSERT INTO positions (bot_uid, account_id, venue, symbol, quantity, entry_price, realized_pnl)
    SELECT bot_uid, account_id, venue, symbol, 400, 500.500125, total_pnl FROM bot_instances WHERE run > 0;
INSERT INTO ledger_entries (account_id, bot_uid, asset, amount, kind, reference, booked_at)
    SELECT account_id, NULL, quote_currency, 10000000, 'deposit', 'deposit:cash',
        '2026-02-01T00:00:00Z'::timestamptz FROM accounts
    UNION ALL SELECT o.account_id, t.bot_uid, split_part(t.symbol, '/', 1), t.quantity, 'trade',
        t.venue || ':' || t.venue_trade_id, t.trade_time FROM trades t JOIN orders o USING (client_order_id)
    UNION ALL SELECT o.account_id, t.bot_uid, split_part(t.symbol, '/', 2), -t.value, 'trade',
        t.venue || ':' || t.venue_trade_id, t.trade_time FROM trades t JOIN orders o USING (client_order_id)
    UNION ALL SELECT o.account_id, t.bot_uid, t.fee_currency, -t.fee, 'fee', t.venue || ':' || t.venue_trade_id,
        t.trade_time
        FROM trades t JOIN orders o USING (client_order_id);
INSERT INTO equity_snapshots
    SELECT account_id, NULL, '2026-02-11T00:00:00Z'::timestamptz + n * interval '1 hour', 10000000 + n, n, 0.1 * n,
        500.5
    FROM accounts, generate_series(0, 23) n
    UNION ALL SELECT account_id, bot_uid, '2026-02-12T00:00:00Z'::timestamptz, 1000, 1, 2, 500.5 FROM bot_instances;
INSERT INTO decisions (desk_id, bot_uid, level, template, arguments, digest, at)
    SELECT desk_id, bot_uid, 'info', 'The bot {name} started.', '[["name", "Grid"]]'::jsonb, md5(bot_uid),
        '2026-02-11T00:00:00Z'::timestamptz
    FROM bot_instances
    UNION ALL SELECT desk_id, NULL, 'look', 'The desk started.', '[]'::jsonb, md5(desk_id),
        '2026-02-11T00:00:00Z'::timestamptz FROM desks;
INSERT INTO commands (command_id, desk_id, kind, body, received_at, answered_at, refusals)
    SELECT desk_id || n, desk_id, 'StartBot', '{"bot_id": "bot00001"}'::jsonb, '2026-02-11T00:00:00Z'::timestamptz,
        CASE WHEN n < 3 THEN '2026-02-11T00:00:01Z'::timestamptz END, CASE WHEN n < 3 THEN '[]'::jsonb END
    FROM desks, generate_series(1, 3) n;
INSERT INTO candles
    SELECT venue, symbol, 60, '2026-02-11T00:00:00Z'::timestamptz + n * interval '1 minute', 500, 510, 490, 505,
        12.5, true
    FROM instruments, generate_series(0, 99) n;
INSERT INTO tickers
    SELECT venue, symbol, '2026-02-11T00:00:00Z'::timestamptz + n * interval '1 minute', 500.25, 500.5
    FROM instruments, generate_series(0, 99) n;
"""

COLUMNS = """
    SELECT table_name::text, array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version' GROUP BY table_name
"""


async def columns_of(url: str) -> dict[str, list[str]]:
    """The tables of a database with their columns."""
    connection: Any = await asyncpg.connect(url)
    try:
        return dict(await connection.fetch(COLUMNS))
    finally:
        await connection.close()


async def rows_of(
    url: str, columns: dict[str, list[str]], places: dict[str, str] | None = None
) -> dict[str, list[str]]:
    """Every row of these columns as text,
    sorted. `places` are queries that stand for a table that was parted since."""
    connection: Any = await asyncpg.connect(url)
    try:
        found: dict[str, list[str]] = {}
        for table, names in columns.items():
            wanted = ", ".join(f'"{name}"' for name in names)
            source = (places or {}).get(table, f'"{table}"')
            rows = await connection.fetch(f'SELECT ROW({wanted})::text COLLATE "C" AS line FROM {source} ORDER BY 1')
            found[table] = [row["line"] for row in rows]
        return found
    finally:
        await connection.close()


async def run_sql(url: str, sql: str) -> None:
    """Several statements at once."""
    connection: Any = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
