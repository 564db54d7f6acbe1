"""`db keep` and `db convert`: what the running desk does with the series by itself, done now; and in which form."""

from argparse import Namespace
from typing import TextIO

from engine.config import Settings
from engine.console.listing import dump
from engine.domain.codec import Json
from engine.errors import StorageError
from storage.administration.backup import PATIENCE_S
from storage.database import Connection, Database, connect
from storage.series.convert import to_hypertables, to_partitions
from storage.series.layout import PARTS, SERIES
from storage.series.retention import parts_of
from storage.series.state import complaints, notes, series_state
from storage.series.upkeep import SeriesUpkeep

FAILED = 1


async def run_series(options: Namespace, settings: Settings, url: str, out: TextIO) -> int:
    """Carry one of the two out; returns the exit code. Raises StorageError."""
    database = await connect(url, application_name="gridwright series", pool_size=1, statement_timeout_s=PATIENCE_S)
    try:
        if options.db_command == "keep":
            return await _keep(database, settings, out, is_json=options.json)
        return await _convert(database, options, out)
    finally:
        await database.close()


async def _keep(database: Database, settings: Settings, out: TextIO, *, is_json: bool) -> int:
    report = await SeriesUpkeep(database, settings.retention_days).run_once()
    if report.is_skipped:
        raise StorageError("The series are kept by another program just now, or this user does not own the tables.")
    if is_json:
        found: dict[str, Json] = {
            "made": report.made,
            "dropped": report.dropped,
            "minutes": report.minutes,
            "orders": report.orders,
            "policies": report.policies,
            "troubles": list(report.troubles),
        }
        out.write(dump(found) + "\n")
    else:
        done = (
            f"Made {report.made:,} parts, dropped {report.dropped:,}, removed {report.minutes:,} minutes of spreads "
            f"and {report.orders:,} orders that came to nothing, changed {report.policies:,} policies."
        )
        out.write("\n".join([*report.troubles, done]) + "\n")
    return FAILED if report.troubles else 0


async def _convert(database: Database, options: Namespace, out: TextIO) -> int:
    state = await (to_hypertables if options.form == "hypertables" else to_partitions)(database)
    if options.json:
        out.write(dump({"form": state.kind, "timescaledb": state.version, "licence": state.licence}) + "\n")
    else:
        out.write(f"The series are kept as {state.kind} now.\n")
    return 0


async def check_series(connection: Connection) -> tuple[list[str], list[str]]:
    """What does not fit in the way the series are kept, and what could be done better."""
    state = await series_state(connection)
    found, better = complaints(state), notes(state)
    if state.is_native and not found:
        now = await connection.fetchval("SELECT now()")
        for series in SERIES:
            if not any(part.since <= now < part.until for part in await parts_of(connection, series)):
                better.append(
                    f"There is no part of {PARTS}.{series.name} for today; its rows wait in the default part until a "
                    "desk of the tables' owner runs, or `db keep`."
                )
    return found, better
