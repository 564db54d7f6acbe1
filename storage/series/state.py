"""How the series are kept in a database now, and what of it does not fit its server."""

from dataclasses import dataclass

from storage.database import Connection
from storage.series.layout import ROLLED, SERIES
from storage.series.timescale import COMMUNITY
from storage.series.views import continuous_name

#: Read from the catalogue's own tables, which answer even where the library of the extension is not loaded.
HYPERTABLES = "SELECT table_name FROM _timescaledb_catalog.hypertable WHERE schema_name = 'public'"
CONTINUOUS = "SELECT user_view_name FROM _timescaledb_catalog.continuous_agg WHERE user_view_schema = 'public'"
PRESENT = """
    SELECT (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS version,
        current_setting('timescaledb.license', true) AS licence,
        EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb')
            AND current_setting('timescaledb.max_background_workers', true) IS NOT NULL AS is_offered
"""
PARTED = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'p'
"""


@dataclass(frozen=True, slots=True)
class SeriesState:
    """What a database does with its series.

    `version` is TimescaleDB's in this database, None without it; `licence` what its library reports ("apache" or
    "timescale"), None when the server did not load it; `is_offered` says that the server could give it.
    """

    version: str | None
    licence: str | None
    is_offered: bool
    parted: frozenset[str]
    hypertables: frozenset[str]
    continuous: frozenset[str]

    @property
    def is_native(self) -> bool:
        """Partitions of PostgreSQL's own."""
        return not self.hypertables

    @property
    def is_community(self) -> bool:
        """TimescaleDB rolls up, compresses and drops by itself."""
        return bool(self.continuous)

    @property
    def kind(self) -> str:
        """One word for a report."""
        if self.is_native:
            return "partitions"
        return "continuous aggregates" if self.is_community else "hypertables"


async def series_state(connection: Connection) -> SeriesState:
    """Look at the database of a connection."""
    present = await connection.fetchrow(PRESENT)
    parted = frozenset(row[0] for row in await connection.fetch(PARTED))
    hypertables: frozenset[str] = frozenset()
    continuous: frozenset[str] = frozenset()
    if present["version"] is not None:
        hypertables = frozenset(row[0] for row in await connection.fetch(HYPERTABLES))
        names_of = {continuous_name(view): view for view in ROLLED}
        found = (row[0] for row in await connection.fetch(CONTINUOUS))
        continuous = frozenset(names_of[name] for name in found if name in names_of)
    names = frozenset(series.name for series in SERIES)
    return SeriesState(
        present["version"],
        present["licence"],
        present["is_offered"],
        parted & names,
        hypertables & names,
        continuous,
    )


def complaints(state: SeriesState) -> list[str]:
    """Sentences about what does not fit, for `db check`; none when all is well."""
    names = {series.name for series in SERIES}
    found: list[str] = []
    if lost := sorted(names - state.parted - state.hypertables):
        found.append(
            f"The series {', '.join(lost)} are neither partitioned nor hypertables; the extension that kept them may "
            "be gone."
        )
    if state.hypertables and state.licence is None:
        found.append(
            "The series are hypertables, but the server did not load TimescaleDB; "
            "their rows cannot be read until it does."
        )
    if state.continuous and state.licence not in (None, COMMUNITY):
        found.append(
            f"The views are continuous aggregates, but TimescaleDB's licence here is {state.licence}; they are not "
            "rolled up any more and compressed rows cannot be read."
        )
    if 0 < len(state.continuous) < len(ROLLED):
        found.append(
            f"The views {', '.join(sorted(set(ROLLED) - state.continuous))} are no continuous aggregates, "
            "while others are."
        )
    return found


def notes(state: SeriesState) -> list[str]:
    """Sentences about what the server could do and is not asked to."""
    if state.hypertables and not state.continuous and state.licence == COMMUNITY:
        return [
            (
                "TimescaleDB's licence here allows compression and continuous aggregates, which are not used yet; "
                "convert the series to use them."
            )
        ]
    if state.is_native and state.is_offered:
        return ["The server has TimescaleDB, but the series are plain partitions; convert them to use hypertables."]
    return []
