# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""The same four kinds of rows as the database has them, of the user who asks."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from storage.database import Connection
from storage.mirror.formats import CsvFormat, Value, Values

#: Where spreads of a file without venues belong; those of positions are the defaults of their table.
WON_VENUE, FOREIGN_VENUE = "upbit", "binance_futures"
#: A position that was made here has no name from elsewhere; this one can be read back.
OWN_NAME = "COALESCE({alias}.reference, 'gw' || {alias}.id)"
#: A bot's entry that has not come together has no prices, and the files have no words for it.
WHOLE = "num_nulls({alias}.entry_won_price, {alias}.entry_foreign_price, {alias}.opened_at) = 0"
ROWS_AT_ONCE = 5_000

#: The database's columns as those of the formats. $1 and $2 bound the time, half open; NULL is no bound.
SELECTS: Mapping[str, str] = {
    "positions": f"""
        SELECT {OWN_NAME.format(alias="p")} AS reference, p.symbol, p.direction, p.size, p.entry_won_price,
            p.entry_foreign_price, p.entry_spread_pct, p.exit_won_price, p.exit_foreign_price, p.exit_spread_pct,
            p.pnl_krw, p.pnl_pct, p.status, p.opened_at, p.closed_at
        FROM two_leg_positions p WHERE p.user_id = current_user_id() AND {WHOLE.format(alias="p")}
            AND ($1::timestamptz IS NULL OR p.updated_at >= $1) AND ($2::timestamptz IS NULL OR p.updated_at < $2)
        ORDER BY p.id
    """,
    "orders": f"""
        SELECT CASE WHEN l.position_id IS NOT NULL THEN {OWN_NAME.format(alias="p")} END AS position, l.symbol, l.venue,
            l.side, l.qty, l.price_theoretical, l.price_effective, l.slippage_bps, l.leg_id, l.venue_order_id,
            l.ordered_at
        FROM order_legs l LEFT JOIN two_leg_positions p ON p.id = l.position_id
        WHERE l.user_id = current_user_id() AND l.qty > 0 AND l.price_theoretical > 0
            AND (l.position_id IS NULL OR {WHOLE.format(alias="p")})
            AND ($1::timestamptz IS NULL OR l.created_at >= $1) AND ($2::timestamptz IS NULL OR l.created_at < $2)
        ORDER BY l.id
    """,
    "trades": f"""
        SELECT CASE WHEN t.position_id IS NOT NULL THEN {OWN_NAME.format(alias="p")} END AS position, t.symbol,
            t.direction, t.size, t.side, t.won_price, t.foreign_price, t.pnl_krw, t.pnl_pct, t.traded_at
        FROM two_leg_trades t LEFT JOIN two_leg_positions p ON p.id = t.position_id
        WHERE t.user_id = current_user_id() AND (t.position_id IS NULL OR {WHOLE.format(alias="p")})
            AND ($1::timestamptz IS NULL OR t.created_at >= $1) AND ($2::timestamptz IS NULL OR t.created_at < $2)
        ORDER BY t.id
    """,
    "spreads": f"""
        SELECT s.symbol, s.won_price, s.foreign_price, s.foreign_price_krw, s.spread_pct, s.net_spread_pct,
            s.is_opportunity, s.timestamp
        FROM spreads s WHERE s.won_venue = '{WON_VENUE}' AND s.foreign_venue = '{FOREIGN_VENUE}'
            AND ($1::timestamptz IS NULL OR s.timestamp >= $1) AND ($2::timestamptz IS NULL OR s.timestamp < $2)
        ORDER BY s.timestamp, s.symbol
    """,
}


async def stored_rows(
    connection: Connection, format_: CsvFormat, since: datetime | None = None, until: datetime | None = None
) -> AsyncIterator[Values]:
    """Rows written in a span of time (spreads: of that time). Needs a transaction, in which it reads page by page."""
    async for row in connection.cursor(SELECTS[format_.name], since, until, prefetch=ROWS_AT_ONCE):
        yield {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Value:
    # What is stored as a double is compared and written by its shortest text.
    return Decimal(repr(value)) if isinstance(value, float) else value


def as_stored(format_: CsvFormat, values: Values) -> Values:
    """A row of a file as the database can hold it: the digits of a double where it is one."""
    if not format_.is_measured:
        return values
    return {
        name: Decimal(repr(float(value))) if isinstance(value, Decimal) else value for name, value in values.items()
    }


def differences(file: Values, database: Values) -> list[str]:
    """The columns in which two rows with one key are not the same; equal numbers may be written differently."""
    return [name for name, value in database.items() if file.get(name) != value]
