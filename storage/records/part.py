# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""One commit is one statement: each kind of record adds a part to it, and PostgreSQL runs all parts or none.

A statement costs one round trip where BEGIN, one statement a kind and COMMIT cost ten; that is the difference between
150 and well over 500 commits a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Columns = tuple[tuple[str, str], ...]
RowValues = tuple[Any, ...]

#: Ends every write: nothing is written when a lease was lost. `{guard}` in a part's SQL becomes this, or TRUE.
GUARD = "NOT EXISTS (SELECT 1 FROM lost)"


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of rows. `sql` writes them from the common table `<name>_rows`, which has `columns`."""

    name: str
    columns: Columns
    sql: str


def upsert(
    name: str, table: str, columns: Columns, key: tuple[str, ...], when: str = "", extra: dict[str, str] | None = None
) -> Part:
    """A part that inserts, or updates the row with the same key where `when` allows it.

    `extra` are columns computed from others, by the expression that sets them on update; `updated_at` is one.
    """
    names = [column for column, _ in columns]
    changes = [f"{column} = EXCLUDED.{column}" for column in names if column not in key]
    changes += [f"{column} = {expression}" for column, expression in (extra or {}).items()]
    return Part(
        name,
        columns,
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(names)} FROM {name}_rows WHERE {{guard}} "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(changes)}" + (f" WHERE {when}" if when else ""),
    )


def insert_once(name: str, table: str, columns: Columns, key: tuple[str, ...]) -> Part:
    """A part that inserts what is not there yet and leaves alone what is."""
    names = ", ".join(column for column, _ in columns)
    return Part(
        name,
        columns,
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {name}_rows WHERE {{guard}} "
        f"ON CONFLICT ({', '.join(key)}) DO NOTHING",
    )


def compose(parts: Sequence[Part], is_guarded: bool) -> str:
    """The one statement for these parts. It answers with one row: lost bots, and how many answers were announced."""
    tables: list[str] = []
    writes: list[str] = []
    first = 1
    for part in parts:
        arrays = ", ".join(f"${first + at}::{kind}[]" for at, (_, kind) in enumerate(part.columns))
        names = ", ".join(column for column, _ in part.columns)
        if part.columns:
            tables.append(f"{part.name}_rows AS MATERIALIZED (SELECT * FROM unnest({arrays}) AS r({names}))")
        if part.sql:
            writes.append(f"{part.name} AS ({part.sql.format(guard=GUARD if is_guarded else 'TRUE')})")
        first += len(part.columns)
    announced = "(SELECT count(pg_notify('gridwright_answers', command_id)) FROM answers)"
    has_answers = any(part.name == "answers" for part in parts)
    return (
        f"WITH {', '.join([*tables, *(FENCE if is_guarded else ()), *writes])} SELECT "
        f"{'ARRAY(SELECT bot_uid FROM lost)' if is_guarded else 'NULL::text[]'} AS lost, "
        f"{announced if has_answers else '0'} AS announced"
    )


def arguments(parts: Sequence[Part], rows: dict[str, list[RowValues]]) -> list[list[Any]]:
    """The arrays for `compose`'s statement: one for each column of each part."""
    arrays: list[list[Any]] = []
    for part in parts:
        present = rows.get(part.name, [])
        arrays.extend(
            [list(column) for column in zip(*present, strict=True)] if present else [[] for _ in part.columns]
        )
    return arrays


#: Bots and the tokens under which this desk decided. The rows are locked, so a desk that takes them over now waits.
FENCED = Part("fenced", (("bot_uid", "text"), ("token", "bigint")), "")
FENCE = (
    """held AS MATERIALIZED (SELECT b.bot_uid, b.fencing_token AS token FROM bot_instances b
        JOIN fenced_rows f ON f.bot_uid = b.bot_uid AND f.token = b.fencing_token FOR NO KEY UPDATE OF b)""",
    # Bots that are not in the table yet cannot be anybody else's.
    """lost AS MATERIALIZED (SELECT f.bot_uid FROM fenced_rows f JOIN bot_instances b ON b.bot_uid = f.bot_uid
        WHERE NOT EXISTS (SELECT 1 FROM held h WHERE h.bot_uid = f.bot_uid AND h.token = f.token))""",
)
