# ruff: noqa: S608 - the statements are put together from constants of this file.
"""Who owns a row: `user_id` on every table of a person, in its keys, and in every reference to a parent.

A child names its parent together with the owner, so that nobody's row can hang on another person's.
"""

import sqlalchemy as sa
from alembic import op

from engine.errors import StorageError

# PL/pgSQL, because it keeps its plan and looks its body up at the first call. Everything is named with its schema, and
# the temporary schema comes last: it runs with the rights of its owner, whoever asks.
CURRENT_USER = """
CREATE FUNCTION current_user_id() RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    SELECT id INTO found FROM public.users WHERE database_role = session_user;
    IF found IS NULL AND pg_catalog.pg_has_role(session_user, (
        SELECT relowner FROM pg_catalog.pg_class WHERE oid = 'public.users'::regclass), 'MEMBER') THEN
        found := 1;
    END IF;
    RETURN found;
END $$
"""

OWNED_BEFORE = ("desks", "accounts", "bot_instances", "leases")

Columns = tuple[str, ...]

#: What 0001 tied to a parent without its owner: table, constraint.
OLD_REFERENCES = (
    ("instrument_rules", "venue_symbol"),
    ("accounts", "desk_id"),
    ("commands", "desk_id"),
    ("engine_state", "desk_id"),
    ("bot_instances", "account_id"),
    ("bot_instances", "desk_id"),
    ("decisions", "bot_uid"),
    ("decisions", "desk_id"),
    ("equity_snapshots", "account_id"),
    ("equity_snapshots", "bot_uid"),
    ("grid_bot_configs", "bot_uid"),
    ("grid_orders", "bot_uid"),
    ("ledger_entries", "account_id"),
    ("ledger_entries", "bot_uid"),
    ("orders", "account_id"),
    ("orders", "bot_uid"),
    ("positions", "account_id"),
    ("positions", "bot_uid"),
    ("trades", "bot_uid"),
    ("trades", "client_order_id"),
)

#: Where the owner of old rows is found: table, parent, the column both have.
OWNER_OF = (
    ("instruments", "accounts", "venue"),
    ("instrument_rules", "accounts", "venue"),
    ("engine_state", "desks", "desk_id"),
    ("commands", "desks", "desk_id"),
    ("decisions", "desks", "desk_id"),
    ("grid_bot_configs", "bot_instances", "bot_uid"),
    ("grid_orders", "bot_instances", "bot_uid"),
    ("orders", "bot_instances", "bot_uid"),
    ("trades", "bot_instances", "bot_uid"),
    ("positions", "bot_instances", "bot_uid"),
    ("ledger_entries", "accounts", "account_id"),
    ("equity_snapshots", "accounts", "account_id"),
)

#: table, name, old key, new key; "pk_" makes a primary key. The name of a key that nobody named comes from its columns.
KEYS: tuple[tuple[str, str, Columns, Columns], ...] = (
    ("accounts", "pk_accounts", ("account_id",), ("user_id", "account_id")),
    ("accounts", "", ("venue",), ("user_id", "venue")),
    ("instruments", "", ("venue", "symbol"), ("user_id", "venue", "symbol")),
    (
        "instrument_rules",
        "",
        ("venue", "symbol", "effective_from"),
        ("user_id", "venue", "symbol", "effective_from"),
    ),
    ("engine_state", "pk_engine_state", ("desk_id",), ("user_id", "desk_id")),
    ("grid_bot_configs", "", ("bot_uid",), ("user_id", "bot_uid")),
    (
        "grid_orders",
        "unique_grid_per_generation",
        ("bot_uid", "generation", "grid_index"),
        ("user_id", "bot_uid", "generation", "grid_index"),
    ),
    ("positions", "", ("bot_uid",), ("user_id", "bot_uid")),
    ("trades", "", ("venue", "venue_trade_id"), ("user_id", "venue", "venue_trade_id")),
    (
        "ledger_entries",
        "unique_ledger_entry",
        ("reference", "kind", "asset", "account_id", "bot_uid"),
        ("user_id", "reference", "kind", "asset", "account_id", "bot_uid"),
    ),
    (
        "decisions",
        "unique_decision",
        ("at", "desk_id", "bot_uid", "digest"),
        ("user_id", "at", "desk_id", "bot_uid", "digest"),
    ),
    (
        "equity_snapshots",
        "unique_equity_point",
        ("account_id", "bot_uid", "at"),
        ("user_id", "account_id", "bot_uid", "at"),
    ),
)
WITH_EMPTY_BOTS = {"ledger_entries", "decisions", "equity_snapshots"}

#: Beside a key that stays unique for all users.
WITH_OWNER = (("desks", "desk_id"), ("bot_instances", "bot_uid"), ("orders", "client_order_id"))

#: table, the columns after `user_id`, parent, ON DELETE.
REFERENCES: tuple[tuple[str, Columns, str, str], ...] = (
    ("accounts", ("desk_id",), "desks", ""),
    ("commands", ("desk_id",), "desks", "CASCADE"),
    ("engine_state", ("desk_id",), "desks", "CASCADE"),
    ("decisions", ("desk_id",), "desks", "CASCADE"),
    ("instruments", (), "users", "CASCADE"),
    ("instrument_rules", ("venue", "symbol"), "instruments", "CASCADE"),
    ("bot_instances", ("desk_id",), "desks", ""),
    ("bot_instances", ("account_id",), "accounts", ""),
    ("decisions", ("bot_uid",), "bot_instances", "CASCADE"),
    ("equity_snapshots", ("account_id",), "accounts", "CASCADE"),
    ("equity_snapshots", ("bot_uid",), "bot_instances", "CASCADE"),
    ("grid_bot_configs", ("bot_uid",), "bot_instances", "CASCADE"),
    ("grid_orders", ("bot_uid",), "grid_bot_configs", "CASCADE"),
    ("ledger_entries", ("account_id",), "accounts", ""),
    ("ledger_entries", ("bot_uid",), "bot_instances", ""),
    ("orders", ("account_id",), "accounts", ""),
    ("orders", ("bot_uid",), "bot_instances", ""),
    ("positions", ("account_id",), "accounts", ""),
    ("positions", ("bot_uid",), "bot_instances", "CASCADE"),
    ("trades", ("bot_uid",), "bot_instances", ""),
    ("trades", ("client_order_id",), "orders", ""),
    ("leases", ("account_id",), "accounts", "CASCADE"),
    ("leases", ("desk_id",), "desks", ""),
    ("leases", ("bound_desk_id",), "desks", ""),
    ("leases", ("preferred_desk_id",), "desks", "SET NULL (preferred_desk_id)"),
    ("leases", ("requested_by_desk_id",), "desks", ""),
)
LEASED_DESKS = ("desk_id", "bound_desk_id", "preferred_desk_id", "requested_by_desk_id")

#: Indexes that begin with the owner now: table, old name and columns, new name and columns.
INDEXES: tuple[tuple[str, str, Columns, str, Columns], ...] = (
    ("accounts", "idx_accounts_user_id", ("user_id",), "", ()),
    ("accounts", "idx_accounts_desk_id", ("desk_id",), "idx_accounts_user_id_desk_id", ("user_id", "desk_id")),
    (
        "bot_instances",
        "idx_bot_instances_account_id",
        ("account_id",),
        "idx_bot_instances_user_id_account_id",
        ("user_id", "account_id"),
    ),
    (
        "orders",
        "idx_orders_created_at",
        ("created_at", "client_order_id"),
        "idx_orders_user_id_created_at",
        ("user_id", "created_at", "id"),
    ),
    (
        "trades",
        "idx_trades_trade_time",
        ("trade_time", "id"),
        "idx_trades_user_id_trade_time",
        ("user_id", "trade_time", "id"),
    ),
    (
        "ledger_entries",
        "idx_ledger_entries_account_id_asset",
        ("account_id", "asset"),
        "idx_ledger_entries_user_id_account_id_asset",
        ("user_id", "account_id", "asset"),
    ),
    (
        "positions",
        "idx_positions_account_id",
        ("account_id",),
        "idx_positions_user_id_account_id",
        ("user_id", "account_id"),
    ),
)

#: Keys that users could share once the owner is gone from them.
SHARED = (("accounts", "account_id"), ("accounts", "venue"), ("trades", "venue, venue_trade_id"))


def upgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN database_role TEXT")
    op.execute("ALTER TABLE users ADD CONSTRAINT unique_users_database_role UNIQUE (database_role)")
    op.execute(CURRENT_USER)
    for table in OWNED_BEFORE:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN user_id SET DEFAULT current_user_id()")
    for table, old_reference in OLD_REFERENCES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_{old_reference}")
    for column in ("user_id_account_id", *LEASED_DESKS):
        op.execute(f"ALTER TABLE leases DROP CONSTRAINT fk_leases_{column}")
    # The primary key says the same from here on.
    op.execute("ALTER TABLE accounts DROP CONSTRAINT unique_accounts_user_id_account_id")
    for table, parent, column in OWNER_OF:
        # A constant default costs nothing however long the table is, and it is right for nearly every row.
        op.execute(f"ALTER TABLE {table} ADD COLUMN user_id BIGINT NOT NULL DEFAULT 1")
        op.execute(
            f"UPDATE {table} t SET user_id = p.user_id FROM {parent} p "
            f"WHERE p.{column} = t.{column} AND p.user_id <> t.user_id"
        )
        op.execute(f"ALTER TABLE {table} ALTER COLUMN user_id SET DEFAULT current_user_id()")
    for table, name, old, new in KEYS:
        _replace_key(table, name, old, new)
    for table, old_name, _, name, columns in INDEXES:
        op.drop_index(old_name, table_name=table)
        if name:
            op.create_index(name, table, list(columns))
    # After the indexes: while a table is young all of them seem to cost the same, and of those the planner takes the
    # one that was made last. A reference checked by the user alone would read all orders of the user at every fill.
    for table, column in WITH_OWNER:
        op.create_unique_constraint(f"unique_{table}_user_id_{column}", table, ["user_id", column])
    for table, columns, parent, on_delete in REFERENCES:
        # A parent's column has the same name, but for the desks that a lease speaks of.
        theirs = tuple("desk_id" if column.endswith("desk_id") else column for column in columns)
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {_reference(table, columns)} "
            f"FOREIGN KEY ({_names(columns)}) REFERENCES {parent} ({_names(theirs) if columns else 'id'})"
            + (f" ON DELETE {on_delete}" if on_delete else "")
        )


def downgrade() -> None:
    _refuse_shared_keys()
    for table, old_name, old, name, _ in INDEXES:
        if name:
            op.drop_index(name, table_name=table)
        op.create_index(old_name, table, list(old))
    for table, columns, _, _ in REFERENCES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {_reference(table, columns)}")
    for table, column in WITH_OWNER:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT unique_{table}_user_id_{column}")
    for table, name, old, new in KEYS:
        _replace_key(table, name, new, old)
    for table, _, _ in OWNER_OF:
        op.execute(f"ALTER TABLE {table} DROP COLUMN user_id")
    _restore_old_references()
    _restore_old_leases()
    for table in OWNED_BEFORE:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN user_id DROP DEFAULT")
    op.execute("DROP FUNCTION current_user_id()")
    op.execute("ALTER TABLE users DROP COLUMN database_role")


def _reference(table: str, columns: Columns) -> str:
    return f"fk_{table}_{'_'.join(('user_id', *columns))}"


def _names(columns: Columns) -> str:
    return ", ".join(("user_id", *columns))


def _replace_key(table: str, name: str, old: Columns, new: Columns) -> None:
    kind = "PRIMARY KEY" if name.startswith("pk_") else "UNIQUE"
    if kind == "UNIQUE" and table in WITH_EMPTY_BOTS:
        kind = "UNIQUE NULLS NOT DISTINCT"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name or f'unique_{table}_' + '_'.join(old)}")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {name or f'unique_{table}_' + '_'.join(new)} {kind} ({', '.join(new)})"
    )


def _refuse_shared_keys() -> None:
    """The older schema knows each account and execution once. Raises StorageError where two users have the same."""
    for table, columns in SHARED:
        shared = op.get_bind().execute(
            sa.text(f"SELECT 1 FROM {table} GROUP BY {columns} HAVING count(DISTINCT user_id) > 1 LIMIT 1")
        )
        if shared.first() is not None:
            raise StorageError(
                f"Two users have the same row in {table}, so this database cannot go back to the older tables."
            )


def _restore_old_references() -> None:
    parents = {
        "venue_symbol": ("instruments", "venue, symbol"),
        "desk_id": ("desks", "desk_id"),
        "account_id": ("accounts", "account_id"),
        "bot_uid": ("bot_instances", "bot_uid"),
        "client_order_id": ("orders", "client_order_id"),
    }
    cascading = {
        "instrument_rules", "commands", "engine_state", "decisions", "equity_snapshots", "grid_bot_configs",
        "grid_orders",
    }  # fmt: skip
    for table, name in OLD_REFERENCES:
        parent, columns = ("grid_bot_configs", "bot_uid") if table == "grid_orders" else parents[name]
        cascade = table in cascading or (table, name) == ("positions", "bot_uid")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_{name} FOREIGN KEY ({columns}) "
            f"REFERENCES {parent} ({columns}){' ON DELETE CASCADE' if cascade else ''}"
        )


def _restore_old_leases() -> None:
    op.execute("ALTER TABLE accounts ADD CONSTRAINT unique_accounts_user_id_account_id UNIQUE (user_id, account_id)")
    op.execute(
        "ALTER TABLE leases ADD CONSTRAINT fk_leases_user_id_account_id FOREIGN KEY (user_id, account_id) "
        "REFERENCES accounts (user_id, account_id) ON DELETE CASCADE"
    )
    for column in LEASED_DESKS:
        op.execute(
            f"ALTER TABLE leases ADD CONSTRAINT fk_leases_{column} FOREIGN KEY ({column}) REFERENCES desks (desk_id)"
            + (" ON DELETE SET NULL" if column == "preferred_desk_id" else "")
        )
