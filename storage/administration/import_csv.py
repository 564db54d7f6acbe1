"""`db import-csv`: positions, legs, trades and spreads out of CSV files, all of them or none, once however often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import UsageError
from storage.database import Connection, Database
from storage.mirror.formats import CsvFormat, Value, Values
from storage.mirror.reading import BadLine, CsvContent, CsvRow, find_files, read_csv, zone_of
from storage.mirror.stored import FOREIGN_VENUE, WON_VENUE, as_stored

#: "gwimport" as a number: two imports at once would each find that a row is not there yet.
LOCK = 0x6777696D706F7274
ROWS_AT_ONCE = 5_000

PUT_POSITIONS = """
    INSERT INTO two_leg_positions AS p (reference, symbol, direction, size, entry_won_price, entry_foreign_price,
        entry_spread_pct, exit_won_price, exit_foreign_price, exit_spread_pct, pnl_krw, pnl_pct, status, opened_at,
        closed_at)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[],
        $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::numeric[], $12::numeric[], $13::text[],
        $14::timestamptz[], $15::timestamptz[])
    ON CONFLICT (user_id, reference) DO UPDATE SET exit_won_price = EXCLUDED.exit_won_price,
        exit_foreign_price = EXCLUDED.exit_foreign_price, exit_spread_pct = EXCLUDED.exit_spread_pct,
        pnl_krw = EXCLUDED.pnl_krw, pnl_pct = EXCLUDED.pnl_pct, status = EXCLUDED.status,
        closed_at = EXCLUDED.closed_at, updated_at = now()
    WHERE p.stage IS NULL AND p.status = 'OPEN' AND EXCLUDED.status = 'CLOSED' AND p.symbol = EXCLUDED.symbol
        AND p.direction = EXCLUDED.direction AND p.size = EXCLUDED.size AND p.opened_at = EXCLUDED.opened_at
    RETURNING (xmax = 0) AS is_new
"""
PUT_LEGS = """
    INSERT INTO order_legs (position_id, symbol, venue, side, qty, price_theoretical, price_effective, slippage_bps,
        leg_id, venue_order_id, ordered_at)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::numeric[], $7::numeric[],
        $8::numeric[], $9::text[], $10::text[], $11::timestamptz[])
    ON CONFLICT (user_id, leg_id, ordered_at) DO NOTHING RETURNING true AS is_new
"""
PUT_TRADES = """
    INSERT INTO two_leg_trades (position_id, symbol, direction, size, side, won_price, foreign_price, pnl_krw, pnl_pct,
        traded_at)
    SELECT n.* FROM unnest($1::bigint[], $2::text[], $3::text[], $4::numeric[], $5::text[], $6::numeric[],
        $7::numeric[], $8::numeric[], $9::numeric[], $10::timestamptz[]) AS n(position_id, symbol, direction, size,
        side, won_price, foreign_price, pnl_krw, pnl_pct, traded_at)
    WHERE NOT EXISTS (SELECT 1 FROM two_leg_trades t WHERE t.user_id = current_user_id()
        AND t.position_id IS NOT DISTINCT FROM n.position_id AND t.symbol = n.symbol AND t.direction = n.direction
        AND t.side = n.side AND t.traded_at = n.traded_at)
    ON CONFLICT DO NOTHING RETURNING true AS is_new
"""
PUT_SPREADS = f"""
    INSERT INTO spreads (symbol, won_price, foreign_price, foreign_price_krw, spread_pct, net_spread_pct,
        is_opportunity, timestamp, won_venue, foreign_venue)
    SELECT n.*, '{WON_VENUE}', '{FOREIGN_VENUE}' FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[],
        $5::float8[], $6::float8[], $7::boolean[], $8::timestamptz[]) AS n
    ON CONFLICT (symbol, won_venue, foreign_venue, timestamp) DO NOTHING RETURNING true AS is_new
"""  # noqa: S608 - put together from constants
PUTS = {"positions": PUT_POSITIONS, "orders": PUT_LEGS, "trades": PUT_TRADES, "spreads": PUT_SPREADS}
NAMES = """
    SELECT COALESCE(reference, 'gw' || id) AS reference, id FROM two_leg_positions WHERE user_id = current_user_id()
"""
#: Positions that were made here come back from a mirror of this database under the names that it gave them.
OWN_NAMES = """
    SELECT 'gw' || id AS name FROM two_leg_positions WHERE user_id = current_user_id() AND reference IS NULL
"""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file's rows. `present` were there already; `repeated` lines said the same twice."""

    file: Path
    rows: int
    added: int
    closed: int
    present: int
    repeated: int


@dataclass(frozen=True, slots=True)
class CsvImport:
    """The whole import. `bad` lines keep everything from being written, unless leaving them out was asked for."""

    files: Sequence[ImportedFile]
    bad: Sequence[BadLine]
    is_written: bool


async def import_csv(
    database: Database, paths: Sequence[Path], zone: str, *, skip_bad: bool = False, dry_run: bool = False
) -> CsvImport:
    """Take files in, in one transaction. Raises UsageError for files that cannot be read at all, StorageError."""
    contents = [read_csv(file, format_, zone_of(zone)) for file, format_ in find_files(paths)]
    async with database.question() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            done = [await _import(connection, content) for content in contents]
        except BaseException:
            await transaction.rollback()
            raise
        bad = [line for content in contents for line in content.bad]
        is_written = not dry_run and (skip_bad or not bad)
        await (transaction.commit() if is_written else transaction.rollback())
    return CsvImport(done, bad, is_written)


async def _import(connection: Connection, content: CsvContent) -> ImportedFile:
    if content.format.name in ("orders", "trades"):
        await _name_positions(connection, content)
    fresh = content.rows
    if content.format.name == "positions":
        own = {row["name"] for row in await connection.fetch(OWN_NAMES)}
        fresh = [row for row in content.rows if row.values["reference"] not in own]
    added = closed = 0
    for at in range(0, len(fresh), ROWS_AT_ONCE):
        batch = [as_stored(content.format, row.values) for row in fresh[at : at + ROWS_AT_ONCE]]
        for row in await connection.fetch(PUTS[content.format.name], *_columns(content.format, batch)):
            added, closed = (added + 1, closed) if row["is_new"] else (added, closed + 1)
    rows = len(content.rows)
    return ImportedFile(content.file, rows, added, closed, rows - added - closed, content.repeated)


async def _name_positions(connection: Connection, content: CsvContent) -> None:
    """Positions by their number here. A line that names one that is nowhere is a bad one."""
    numbers = {row["reference"]: row["id"] for row in await connection.fetch(NAMES)}
    known: list[CsvRow] = []
    for row in content.rows:
        name = row.values["position"]
        if name is not None and name not in numbers:
            content.bad.append(
                BadLine(content.file, row.line, f"position_id {name} is no position here or in the files.")
            )
        else:
            known.append(CsvRow(row.line, dict(row.values) | {"position": None if name is None else numbers[name]}))
    content.rows = known
    content.bad.sort(key=lambda bad: bad.line)


def _columns(format_: CsvFormat, rows: Sequence[Values]) -> list[list[Any]]:
    """The rows turned: one list a column, in the order of the format."""
    return [[_given(row[column.column], format_) for row in rows] for column in format_.columns]


def _given(value: Value, format_: CsvFormat) -> Any:
    if format_.is_measured and not isinstance(value, str | bool | datetime) and value is not None:
        return float(value)
    return value


def summary(done: CsvImport) -> list[str]:
    """What a person reads about it."""
    lines = [f"{bad}" for bad in done.bad]
    for each in done.files:
        parts = [f"{each.rows:,} rows", f"{each.added:,} new", f"{each.present:,} there already"]
        if each.closed:
            parts.append(f"{each.closed:,} closed since")
        if each.repeated:
            parts.append(f"{each.repeated:,} lines said again")
        lines.append(f"{each.file.name}: {', '.join(parts)}.")
    return lines


def refuse_unwritten(done: CsvImport, *, dry_run: bool) -> None:
    """Raises UsageError when bad lines kept everything from being written."""
    if not done.is_written and not dry_run:
        raise UsageError(
            f"Lines that cannot be taken in: {len(done.bad):,}; nothing was written, --skip-bad leaves them out."
        )
