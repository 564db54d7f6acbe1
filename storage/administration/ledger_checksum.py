"""A fingerprint of the ledger: two databases with the same money, orders and ladders have the same one.

The rows of a table are hashed one by one and added up, so neither their order nor their numbers matter, and the
server does it without handing a row out. What only says who runs a bot at the moment (leases, desks) is not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.database import Connection

#: The columns that count, by table. One that an older database lacks is left out of its fingerprint.
FINGERPRINTED: Mapping[str, tuple[str, ...]] = {
    "accounts": ("user_id", "account_id", "venue", "name", "mode", "quote_currency", "settings"),
    "bot_instances": (
        "user_id", "bot_uid", "account_id", "name", "bot_type", "venue", "symbol", "allocation_percent", "is_running",
        "is_active", "state", "run", "generation", "leg_attempt", "start_price", "total_trades", "winning_trades",
        "total_pnl", "final_pnl", "spare_base", "spare_cash", "target_base", "fees_quote", "fees_base",
        "fees_other", "funding", "stop_inventory", "created_at", "pair_bot_uid", "buy_fills", "sell_fills",
    ),
    "arbitrage_bot_configs": (
        "user_id", "bot_uid", "hedge_account_id", "hedge_symbol", "direction", "size", "entry_spread_pct",
        "exit_spread_pct", "fx_pair", "fx_source", "max_fx_age_s", "max_leg_age_s", "max_imbalance_krw",
        "max_imbalance_s", "imbalance_policy", "leg_style", "entry_step_pct", "max_positions", "max_value",
        "cooldown_s", "confirmations", "min_depth", "max_slippage_pct", "leg_timeout_s", "hold_days",
    ),
    "grid_bot_configs": (
        "user_id", "bot_uid", "lower_price", "upper_price", "grid_count", "grid_mode", "sizing", "total_investment",
        "post_only", "use_held_base", "compounding", "trigger_price", "stop_upper", "stop_lower", "filled_buy_count",
        "filled_sell_count", "realized_profit",
    ),
    "grid_orders": (
        "user_id", "bot_uid", "generation", "grid_index", "grid_price", "sell_price", "quantity", "base_quantity",
        "status", "cycle", "attempt", "buy_order_id", "sell_order_id", "bought", "cost", "proceeds",
        "buy_filled_price", "buy_filled_qty", "buy_filled_at", "sell_filled_price", "sell_filled_qty",
        "sell_filled_at", "last_fill_side", "profit",
    ),
    "orders": (
        "user_id", "client_order_id", "venue_order_id", "bot_uid", "account_id", "venue", "symbol", "side",
        "order_type", "purpose", "price", "quantity", "post_only", "generation", "grid_index", "cycle", "attempt",
        "status", "filled_quantity", "total_filled_value", "fee", "fee_currency", "reason", "is_cancel_requested",
        "created_at", "updated_at", "filled_at", "cancelled_at",
    ),
    "trades": (
        "user_id", "venue", "venue_trade_id", "client_order_id", "bot_uid", "symbol", "side", "price", "quantity",
        "value", "fee", "fee_currency", "liquidity", "profit", "trade_time",
    ),
    "positions": (
        "user_id", "bot_uid", "account_id", "venue", "symbol", "side", "quantity", "entry_price", "realized_pnl",
    ),
    "two_leg_positions": (
        "user_id", "bot_uid", "reference", "symbol", "direction", "size", "won_venue", "foreign_venue",
        "entry_won_price", "entry_foreign_price", "entry_spread_pct", "exit_won_price", "exit_foreign_price",
        "exit_spread_pct", "pnl_krw", "pnl_pct", "status", "opened_at", "closed_at", "number", "stage", "won_symbol",
        "foreign_symbol", "decided_at", "entry_net_pct", "entry_fx_pair", "entry_fx_rate", "entry_fx_source",
        "entry_fx_at", "exit_decided_at", "exit_net_pct", "exit_fx_pair", "exit_fx_rate", "exit_fx_source",
        "exit_fx_at", "funding", "imbalance_since",
    ),
    "order_legs": (
        "user_id", "symbol", "venue", "side", "qty", "price_theoretical", "price_effective", "slippage_bps", "leg_id",
        "venue_order_id", "client_order_id", "ordered_at", "phase", "place", "filled", "value", "fee", "fee_base",
        "fee_paid",
    ),
    "two_leg_trades": (
        "user_id", "symbol", "direction", "size", "side", "won_price", "foreign_price", "pnl_krw", "pnl_pct",
        "traded_at",
    ),
    "ledger_entries": ("user_id", "account_id", "bot_uid", "asset", "amount", "kind", "reference", "booked_at"),
}  # fmt: skip

LADDERS = ("grid_bot_configs", "grid_orders")

PRESENT = """
    SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = ANY($1::text[])
"""
#: Two halves of a SHA-256 a row, each added up: 128 bits, of which the order of the rows is no part.
FOLD = """
    SELECT count(*) AS n, COALESCE(sum(('x' || substr(h, 1, 16))::bit(64)::bigint::numeric), 0) AS high,
        COALESCE(sum(('x' || substr(h, 17, 16))::bit(64)::bigint::numeric), 0) AS low
    FROM (SELECT encode(sha256(convert_to(ROW({columns})::text, 'UTF8')), 'hex') AS h FROM {table}) AS hashed
"""
WRAP = 1 << 64


@dataclass(frozen=True, slots=True)
class TableChecksum:
    """One table: how many rows, and 32 hexadecimal digits that depend on every one of them."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class LedgerChecksum:
    """The fingerprint of a database, by table."""

    tables: Mapping[str, TableChecksum]

    def differences(self, other: "LedgerChecksum") -> list[str]:
        """The tables that are not the same in both, by name."""
        names = sorted(self.tables.keys() | other.tables.keys())
        return [name for name in names if self.tables.get(name) != other.tables.get(name)]

    def as_json(self) -> dict[str, dict[str, str | int]]:
        """For a manifest."""
        return {name: {"rows": table.rows, "digest": table.digest} for name, table in sorted(self.tables.items())}

    @classmethod
    def from_json(cls, found: Mapping[str, Mapping[str, str | int]]) -> "LedgerChecksum":
        """Raises KeyError or ValueError when it is no fingerprint."""
        return cls({name: TableChecksum(int(table["rows"]), str(table["digest"])) for name, table in found.items()})

    def __str__(self) -> str:
        """One line a person can compare: the tables' digests folded into one, 16 digits."""
        folded = sum((position + 1) * int(table.digest, 16) for position, table in enumerate(self._ordered()))
        return f"{folded % WRAP:016x}"

    def _ordered(self) -> list[TableChecksum]:
        return [self.tables[name] for name in sorted(self.tables)]


async def ledger_checksum(connection: Connection) -> LedgerChecksum:
    """The fingerprint as the connection's transaction sees the database. Raises what asyncpg raises.

    To be called in a transaction: how instants are spelled is settled for its rest.
    """
    await connection.execute("SET LOCAL datestyle TO ISO, YMD; SET LOCAL timezone TO 'UTC'")
    found: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(PRESENT, list(FINGERPRINTED)):
        found.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    tables: dict[str, TableChecksum] = {}
    for table, columns in found.items():
        parts = ", ".join(_spelled(name, columns[name]) for name in FINGERPRINTED[table] if name in columns)
        sums = await connection.fetchrow(FOLD.format(columns=parts, table=table))
        digest = f"{int(sums['high']) % WRAP:016x}{int(sums['low']) % WRAP:016x}"
        tables[table] = TableChecksum(sums["n"], digest)
    return LedgerChecksum(tables)


def _spelled(column: str, kind: str) -> str:
    # 1.5 and 1.50 are the same money.
    return f"trim_scale({column})" if kind == "numeric" else column
