"""Whether the tables in a database are the tables of this program: columns, types, keys, checks and indexes by name.

Asked of the server's own catalogue, so that it needs no migration tool and takes a moment.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.dialects import postgresql

from storage.database import Connection
from storage.migrations import HEAD
from storage.tables import Row

COLUMNS = """
    SELECT c.relname::text AS owner, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
        a.attnotnull AS is_required
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND a.attnum > 0 AND NOT a.attisdropped
"""
RULES = """
    SELECT c.relname::text AS owner, k.conname::text AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('p', 'u', 'f', 'c') AND NOT c.relispartition
    UNION SELECT t.relname::text, i.relname::text FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
        JOIN pg_class i ON i.oid = x.indexrelid
    WHERE t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
"""
INVALID = """
    SELECT x.indexrelid::regclass::text AS name FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
    WHERE NOT x.indisvalid AND t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' ORDER BY 1
"""
#: Tables that belong to the tools and not to the models.
NOT_OURS = frozenset({"alembic_version"})


async def schema_differences(connection: Connection, metadata: MetaData = Row.metadata) -> list[str]:
    """One sentence for each difference; empty when the database is what this program's models say."""
    revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    if revision != HEAD:
        return [f"The tables are at revision {revision} and this program's are at {HEAD}; start the program once."]
    columns: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in await connection.fetch(COLUMNS):
        columns.setdefault(row["owner"], {})[row["name"]] = (row["type"], row["is_required"])
    rules: dict[str, set[str]] = {}
    for row in await connection.fetch(RULES):
        rules.setdefault(row["owner"], set()).add(row["name"])
    found: list[str] = []
    for table in sorted(metadata.tables.values(), key=lambda each: each.name):
        if table.name not in columns:
            found.append(f"The table {table.name} is missing.")
            continue
        found += _columns(table, columns[table.name])
        found += _rules(table, rules.get(table.name, set()))
    strange = columns.keys() - {table.name for table in metadata.tables.values()} - NOT_OURS
    found += [f"The table {name} is none of this program's." for name in sorted(strange)]
    found += [f"The index {row['name']} is not valid." for row in await connection.fetch(INVALID)]
    return found


def _columns(table: Table, present: Mapping[str, tuple[str, bool]]) -> Iterator[str]:
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    for column in table.columns:
        name = f"{table.name}.{column.name}"
        if column.name not in present:
            yield f"The column {name} is missing."
            continue
        kind, is_required = present[column.name]
        # PostgreSQL forgets how many dimensions an array was declared with.
        wanted = column.type.compile(dialect=dialect).lower().replace("varchar", "character varying")
        wanted = wanted.replace("[][]", "[]")
        if kind != wanted:
            yield f"The column {name} is {kind} and should be {wanted}."
        if is_required == bool(column.nullable):
            yield f"The column {name} {'may not' if is_required else 'may'} be empty, against this program's tables."
    for name in sorted(present.keys() - {column.name for column in table.columns}):
        yield f"The column {table.name}.{name} is none of this program's."


def _rules(table: Table, present: set[str]) -> Iterator[str]:
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    # A table without a key has a key of no columns in its model.
    kept = [each for each in table.constraints if not (isinstance(each, PrimaryKeyConstraint) and not each.columns)]
    named = [dialect.identifier_preparer.format_constraint(each) for each in kept]
    named += [dialect.identifier_preparer.format_index(each) for each in table.indexes]
    for name in sorted(str(each).strip('"') for each in named if each is not None):
        if name not in present:
            yield f"The rule or index {name} of {table.name} is missing."
