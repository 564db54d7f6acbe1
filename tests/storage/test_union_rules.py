"""Rules of the tables that people fill: a row that keeps them all, and for each rule one that breaks it alone."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

NOW = "'2026-03-01T00:00:00Z'"
LATER = "'2026-03-02T00:00:00Z'"

#: A row of each table that is allowed, as SQL. Parents stand before their children and have the number 1.
GOOD: dict[str, dict[str, str]] = {
    "users": {"username": "'mina'", "email": "'mina@example.com'"},
    "user_sessions": {"session_token": "'a'", "created_at": NOW, "expires_at": LATER},
    "rate_limits": {
        "address": "'::1'", "endpoint": "'sign_in'", "window_start": NOW, "window_s": "60", "requests": "1",
    },
    "user_trading_settings": {"venue": "'okx'"},
    "telegram_ids": {"venue": "'okx'", "telegram_id": "'77'"},
    "symbol_lists": {"venue": "'okx'", "list": "'black'", "symbol": "'DOGE-USDT-SWAP'"},
    "jobs": {"venue": "'okx'", "job_id": "'celery-1'", "status": "'running'", "start_time": NOW},
    "strategies": {"name": "'one'", "strategy_type": "'scalping'"},
    "strategy_executions": {"strategy_id": "1", "execution_type": "'signal'"},
    "backtest_results": {
        "strategy_id": "1", "start_date": NOW, "end_date": LATER, "initial_capital": "100", "symbol": "'BTC/KRW'",
        "timeframe_s": "60",
    },
    "two_leg_positions": {
        "symbol": "'BTC'", "direction": "'upbit_short_binance_long'", "size": "0.1", "entry_won_price": "100000000",
        "entry_foreign_price": "70000", "entry_spread_pct": "-1.5", "opened_at": NOW,
    },
    "order_legs": {
        "position_id": "1", "symbol": "'BTC'", "venue": "'upbit'", "side": "'sell'", "qty": "0.1",
        "price_theoretical": "100000000", "leg_id": "'pos_001_leg_0'", "ordered_at": NOW,
    },
    "two_leg_trades": {
        "position_id": "1", "symbol": "'BTC'", "direction": "'x'", "size": "0.1", "side": "'OPEN'", "traded_at": NOW,
    },
    "portfolios": {"name": "'mine'"},
    "templates": {"name": "'for all'", "content": "'{}'", "is_public": "true"},
    "template_clones": {"template_id": "1"},
    "follows": {"followed_user_id": "2"},
    "notifications": {"title": "'Rung 7 closed.'"},
    "wallets": {"address": "'0xAbC'", "verified_at": NOW, "is_primary": "true"},
    "staking_records": {"wallet_id": "1", "kind": "'stake'", "amount": "10", "transaction_hash": "'0x1'"},
    "strategy_registrations": {"strategy_id": "1", "wallet_id": "1", "content_hash": "'ff'"},
    "settlements": {"period_start": NOW, "period_end": LATER, "asset": "'USDT'", "amount": "-3"},
    "author_royalties": {"month": "'2026-03-01'", "template_id": "1"},
}  # fmt: skip

#: The rule that is broken, and what of the good row is changed to break it.
BAD: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("users", "unique_users_username", {"email": "NULL"}),
    ("users", "unique_users_email", {"username": "'other'"}),
    ("users", "check_users_username", {"username": "''", "email": "NULL"}),
    ("users", "check_users_max_risk_per_trade", {"username": "'x'", "email": "NULL", "max_risk_per_trade": "0"}),
    ("users", "check_users_max_total_risk", {"username": "'x'", "email": "NULL", "max_total_risk": "1"}),
    ("users", "check_users_max_positions", {"username": "'x'", "email": "NULL", "max_positions": "0"}),
    ("user_sessions", "unique_user_sessions_user_id_session_token", {}),
    ("user_sessions", "check_user_sessions_expiry", {"session_token": "'b'", "expires_at": NOW}),
    ("rate_limits", "check_rate_limits_counts", {"requests": "0"}),
    ("user_trading_settings", "pk_user_trading_settings", {}),
    ("user_trading_settings", "check_user_trading_settings_direction", {"venue": "'x'", "direction": "'both'"}),
    ("user_trading_settings", "check_user_trading_settings_leverage", {"venue": "'x'", "leverage": "0.5"}),
    ("user_trading_settings", "check_user_trading_settings_grid_num", {"venue": "'x'", "grid_num": "1"}),
    ("user_trading_settings", "check_user_trading_settings_stop_loss", {"venue": "'x'", "stop_loss": "101"}),
    ("user_trading_settings", "check_user_trading_settings_initial_capital", {"venue": "'x'", "initial_capital": "0"}),
    ("telegram_ids", "fk_telegram_ids_user_id_venue", {"venue": "'nowhere'"}),
    ("symbol_lists", "unique_symbol_lists_user_id_venue_list_symbol", {}),
    ("symbol_lists", "check_symbol_lists_list", {"list": "'grey'"}),
    ("jobs", "check_jobs_status", {"job_id": "'x'", "status": "'done'"}),
    ("jobs", "check_jobs_run", {"job_id": "'x'", "run": "1"}),
    ("jobs", "unique_jobs_user_id_job_id", {}),
    ("strategies", "check_strategies_graph", {"graph": """'{"nodes": []}'"""}),
    ("strategies", "check_strategies_trades", {"winning_trades": "1"}),
    ("strategies", "check_strategies_risk_per_trade", {"risk_per_trade": "101"}),
    ("strategy_executions", "fk_strategy_executions_user_id_strategy_id", {"user_id": "2"}),
    ("strategy_executions", "check_strategy_executions_success", {"error_message": "'broken'"}),
    ("strategy_executions", "check_strategy_executions_execution_type", {"execution_type": "'thought'"}),
    ("backtest_results", "check_backtest_results_dates", {"end_date": NOW}),
    ("backtest_results", "check_backtest_results_win_rate", {"win_rate": "101"}),
    ("two_leg_positions", "check_two_leg_positions_closed_at", {"status": "'CLOSED'"}),
    ("two_leg_positions", "check_two_leg_positions_closed_at", {"closed_at": LATER}),
    ("two_leg_positions", "check_two_leg_positions_open", {"pnl_krw": "5"}),
    (
        "two_leg_positions",
        "check_two_leg_positions_times",
        {"status": "'CLOSED'", "opened_at": LATER, "closed_at": NOW},
    ),
    ("two_leg_positions", "check_two_leg_positions_status", {"status": "'HALF'"}),
    ("two_leg_positions", "check_two_leg_positions_size", {"size": "0"}),
    ("order_legs", "fk_order_legs_user_id_position_id", {"leg_id": "'x'", "user_id": "2"}),
    ("order_legs", "check_order_legs_side", {"leg_id": "'x'", "side": "'up'"}),
    ("order_legs", "unique_order_legs_user_id_leg_id_ordered_at", {}),
    ("two_leg_trades", "check_two_leg_trades_side", {"side": "'HOLD'"}),
    ("two_leg_trades", "unique_two_leg_trades_user_id_position_id_side_traded_at", {}),
    ("portfolios", "unique_portfolios_user_id_name", {}),
    ("templates", "check_templates_price", {"price": "-1"}),
    ("template_clones", "check_template_clones_paid", {"price": "1"}),
    ("template_clones", "fk_template_clones_template_id", {"template_id": "99"}),
    ("follows", "check_follows_nobody_follows_himself", {"followed_user_id": "1"}),
    ("notifications", "check_notifications_channel", {"channel": "'pigeon'"}),
    ("wallets", "unique_wallets_user_id_chain_address", {"is_primary": "false", "verified_at": "NULL"}),
    ("wallets", "unique_wallets_verified", {"user_id": "2", "address": "'0xaBc'"}),
    ("wallets", "unique_wallets_primary", {"address": "'0xDef'"}),
    ("staking_records", "check_staking_records_amount", {"transaction_hash": "'0x2'", "amount": "0"}),
    ("staking_records", "unique_staking_records_user_id_transaction_hash_kind", {}),
    ("staking_records", "fk_staking_records_user_id_wallet_id", {"user_id": "2"}),
    ("strategy_registrations", "unique_strategy_registrations_user_id_strategy_id_content_hash", {}),
    (
        "strategy_registrations",
        "check_strategy_registrations_confirmed",
        {"content_hash": "'aa'", "status": "'confirmed'"},
    ),
    ("settlements", "unique_settlements_user_id_asset_period_start_period_end", {}),
    ("settlements", "check_settlements_period", {"period_end": NOW}),
    ("settlements", "check_settlements_settled_at", {"asset": "'KRW'", "status": "'settled'"}),
    ("author_royalties", "unique_author_royalties_user_id_month_template_id", {}),
    ("author_royalties", "check_author_royalties_month", {"month": "'2026-03-02'"}),
    ("author_royalties", "check_author_royalties_paid", {"month": "'2026-04-01'", "paid_at": NOW}),
)


def insert(table: str, changes: dict[str, str]) -> str:
    row = GOOD[table] | changes
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"


@pytest.fixture
async def filled(migrated_url: str) -> AsyncIterator[Any]:
    """A connection to a database with the good row of every table."""
    connection = await asyncpg.connect(migrated_url)
    for table in GOOD:
        await connection.execute(insert(table, {}))
    yield connection
    await connection.close()


async def test_every_rule_refuses_what_breaks_it(filled: Any) -> None:
    for table, rule, changes in BAD:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
            await filled.execute(insert(table, changes))
        assert refused.value.constraint_name == rule, (table, changes)


async def test_clones_are_counted_and_a_private_template_is_nobody_elses(filled: Any) -> None:
    assert await filled.fetchval("SELECT clone_count FROM templates") == 1
    await filled.execute("INSERT INTO templates (name, content) VALUES ('private', '{}')")
    await filled.execute("INSERT INTO template_clones (template_id) VALUES (2)")
    with pytest.raises(asyncpg.PostgresError, match=r"^There is no such template\.$"):
        await filled.execute("INSERT INTO template_clones (user_id, template_id) VALUES (2, 2)")
    assert await filled.fetchval("SELECT clone_count FROM templates WHERE id = 2") == 1


async def test_a_strategy_that_goes_leaves_its_bots_and_templates(filled: Any) -> None:
    await filled.execute("DELETE FROM strategy_registrations")
    await filled.execute("UPDATE templates SET strategy_id = 1")
    await filled.execute("DELETE FROM strategies")
    left = await filled.fetchrow("SELECT user_id, strategy_id FROM templates")
    assert tuple(left) == (1, None)
    assert await filled.fetchval("SELECT count(*) FROM backtest_results") == 0


async def test_money_and_chains_keep_a_user_from_being_deleted(filled: Any) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await filled.execute("DELETE FROM users WHERE id = 1")
    await filled.execute("DELETE FROM users WHERE id = 2")
    assert await filled.fetchval("SELECT count(*) FROM follows") == 0


async def test_the_daily_summary_of_closed_positions(filled: Any) -> None:
    """Two on one day in UTC and one on the next, another coin, another user; the open one counts nowhere."""
    for closed_at, symbol, user_id, pnl in (
        ("2026-03-02T00:00:00+09:00", "BTC", 1, "1000"),
        ("2026-03-01T23:59:59Z", "BTC", 1, "-400"),
        ("2026-03-02T00:00:00Z", "BTC", 1, "7"),
        ("2026-03-01T12:00:00Z", "ETH", 1, "5"),
        ("2026-03-01T12:00:00Z", "BTC", 2, "9"),
    ):
        changes = {
            "status": "'CLOSED'", "closed_at": f"'{closed_at}'", "symbol": f"'{symbol}'", "user_id": str(user_id),
            "pnl_krw": pnl, "pnl_pct": f"{pnl} / 100.0",
        }  # fmt: skip
        await filled.execute(insert("two_leg_positions", changes))
    rows = await filled.fetch(
        "SELECT user_id, trade_date::text, symbol, trade_count, total_pnl_krw::text, trim_scale(avg_pnl_pct)::text, "
        "max_pnl_krw::text, min_pnl_krw::text FROM daily_pnl_summary ORDER BY 1, 2, 3"
    )
    assert [tuple(row) for row in rows] == [
        (1, "2026-03-01", "BTC", 2, "600", "3", "1000", "-400"),
        (1, "2026-03-01", "ETH", 1, "5", "0.05", "5", "5"),
        (1, "2026-03-02", "BTC", 1, "7", "0.07", "7", "7"),
        (2, "2026-03-01", "BTC", 1, "9", "0.09", "9", "9"),
    ]
