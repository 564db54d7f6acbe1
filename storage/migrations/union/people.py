"""What 0001 had less of: columns of users, bots and positions, and the kinds of bots there may be."""

from alembic import op

from engine.errors import StorageError

COLUMNS = (
    ("users", "hashed_password", "TEXT"),
    ("users", "is_verified", "BOOLEAN NOT NULL DEFAULT false"),
    ("users", "telegram_chat_id", "TEXT"),
    ("users", "email_notifications", "BOOLEAN NOT NULL DEFAULT true"),
    ("users", "telegram_notifications", "BOOLEAN NOT NULL DEFAULT false"),
    ("users", "max_risk_per_trade", "NUMERIC NOT NULL DEFAULT 2.0"),
    ("users", "max_total_risk", "NUMERIC NOT NULL DEFAULT 10.0"),
    ("users", "max_positions", "INTEGER NOT NULL DEFAULT 5"),
    ("users", "manual_tier", "TEXT"),
    ("bot_instances", "strategy_id", "BIGINT"),
    ("positions", "stop_loss_price", "NUMERIC"),
    ("positions", "take_profit_price", "NUMERIC"),
    ("positions", "opened_at", "TIMESTAMPTZ"),
    ("positions", "closed_at", "TIMESTAMPTZ"),
)

CHECKS = (
    ("users", "username", "username <> ''"),
    ("users", "max_risk_per_trade", "max_risk_per_trade > 0 AND max_risk_per_trade <= 100"),
    ("users", "max_total_risk", "max_total_risk >= max_risk_per_trade AND max_total_risk <= 100"),
    ("users", "max_positions", "max_positions >= 1"),
)

#: table, column, what 0001 allows, what is allowed from here on.
KINDS = (
    ("bot_instances", "bot_type", ("grid",), ("grid", "arbitrage", "ai_trend")),
    (
        "trades",
        "trade_source",
        ("manual", "ai_bot", "grid_bot"),
        ("manual", "ai_bot", "grid_bot", "arbitrage_bot"),
    ),
)

#: What is held now is held since the bot's last trade at the latest; nothing older is known.
OPENED = """
UPDATE positions p SET opened_at = GREATEST(b.last_trade_at, b.last_started_at) FROM bot_instances b
WHERE b.user_id = p.user_id AND b.bot_uid = p.bot_uid AND p.quantity > 0
"""


def upgrade() -> None:
    for table, column, kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    for table, name, condition in CHECKS:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT check_{table}_{name} CHECK ({condition})")
    for table, column, _, now in KINDS:
        _allow(table, column, now)
    op.execute(OPENED)
    op.execute(
        "ALTER TABLE bot_instances ADD CONSTRAINT fk_bot_instances_user_id_strategy_id "
        "FOREIGN KEY (user_id, strategy_id) REFERENCES strategies (user_id, id) ON DELETE SET NULL (strategy_id)"
    )
    op.execute("CREATE INDEX idx_bot_instances_strategy_id ON bot_instances (strategy_id)")


def downgrade() -> None:
    for table, column, before, _ in KINDS:
        kinds = ", ".join(f"'{kind}'" for kind in before)
        found = op.get_bind().exec_driver_sql(
            f"SELECT {column} FROM {table} WHERE {column} NOT IN ({kinds}) LIMIT 1"  # noqa: S608 - our own names
        )
        row = found.first()
        if row is not None:
            raise StorageError(
                f"There are {row[0]} rows in {table}, which the older tables do not know, so this database stays."
            )
        _allow(table, column, before)
    for table, name, _ in CHECKS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT check_{table}_{name}")
    for table, column, _ in COLUMNS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _allow(table: str, column: str, kinds: tuple[str, ...]) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT check_{table}_{column}")
    names = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT check_{table}_{column} CHECK ({column} IN ({names}))")
