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
GUARD = "NOT EXISTS (SELECT 1 FROM lost) AND NOT EXISTS (SELECT 1 FROM lost_accounts)"


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of rows. `sql` writes them from the common table `<name>_rows`, which has `columns`.

    `$1` in it is the user whose rows they are.
    """

    name: str
    columns: Columns
    sql: str


def upsert(
    name: str, table: str, columns: Columns, key: tuple[str, ...], when: str = "", extra: dict[str, str] | None = None
) -> Part:
    """A part that inserts, or updates the user's row with the same key where `when` allows it.

    `extra` are columns computed from others, by the expression that sets them on update; `updated_at` is one.
    """
    names = [column for column, _ in columns]
    changes = [f"{column} = EXCLUDED.{column}" for column in names if column not in key]
    changes += [f"{column} = {expression}" for column, expression in (extra or {}).items()]
    return Part(
        name,
        columns,
        f"INSERT INTO {table} (user_id, {', '.join(names)}) SELECT $1, {', '.join(names)} FROM {name}_rows "
        f"WHERE {{guard}} ON CONFLICT (user_id, {', '.join(key)}) DO UPDATE SET {', '.join(changes)}"
        + (f" WHERE {when}" if when else ""),
    )


def insert_once(name: str, table: str, columns: Columns, key: tuple[str, ...]) -> Part:
    """A part that inserts what the user does not have yet and leaves alone what is there."""
    names = ", ".join(column for column, _ in columns)
    return Part(
        name,
        columns,
        f"INSERT INTO {table} (user_id, {names}) SELECT $1, {names} FROM {name}_rows WHERE {{guard}} "
        f"ON CONFLICT (user_id, {', '.join(key)}) DO NOTHING",
    )


def compose(parts: Sequence[Part], is_guarded: bool) -> str:
    """The one statement for these parts. It answers with one row: lost bots, lost accounts, how many answers were
    announced, and the ids of notifications that were made, for the window and for Telegram.

    Its first argument is the user; the arrays of the parts follow.
    """
    # Every statement uses it once, so that the server knows its type also where no part does.
    tables: list[str] = ["owner AS (SELECT $1::bigint AS user_id)"]
    writes: list[str] = []
    first = 2
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
    has_notices = any(part.name == "notices" for part in parts)
    told = [
        f"ARRAY(SELECT id FROM notices WHERE channel = '{channel}')" if has_notices else "NULL::bigint[]"
        for channel in ("desk", "telegram")
    ]
    has_pairs = FENCED_PAIRS in parts
    fence = [HELD_PAIRS] if has_pairs else []
    fence += [each.format(lost_pairs=LOST_PAIRS if has_pairs else "") for each in FENCE] if is_guarded else []
    return (
        f"WITH {', '.join([*tables, *fence, *writes])} SELECT "
        f"{'ARRAY(SELECT bot_uid FROM lost)' if is_guarded else 'NULL::text[]'} AS lost, "
        f"{'ARRAY(SELECT account_id FROM lost_accounts)' if is_guarded else 'NULL::text[]'} AS lost_accounts, "
        f"{announced if has_answers else '0'} AS announced, {told[0]} AS on_desk, {told[1]} AS by_telegram"
    )


def arguments(user_id: int, parts: Sequence[Part], rows: dict[str, list[RowValues]]) -> list[Any]:
    """The arguments of `compose`'s statement: the user, and an array for each column of each part."""
    arrays: list[Any] = [user_id]
    for part in parts:
        present = rows.get(part.name, [])
        arrays.extend(
            [list(column) for column in zip(*present, strict=True)] if present else [[] for _ in part.columns]
        )
    return arrays


#: Bots and the tokens under which this desk decided. The rows are locked, so a desk that takes them over now waits.
FENCED = Part("fenced", (("bot_uid", "text"), ("token", "bigint")), "")
#: Accounts and the tokens under which this desk holds them.
FENCED_ACCOUNTS = Part("fenced_accounts", (("account_id", "text"), ("desk_id", "text"), ("token", "bigint")), "")
#: Bots of two legs, each with every account that this desk holds: one of them must be the bot's own.
FENCED_PAIRS = Part(
    "fenced_pairs", (("bot_uid", "text"), ("account_id", "text"), ("desk_id", "text"), ("token", "bigint")), ""
)
FENCE = (
    """held_accounts AS MATERIALIZED (SELECT l.account_id FROM leases l JOIN fenced_accounts_rows f
        ON l.user_id = $1 AND l.account_id = f.account_id AND l.desk_id = f.desk_id AND l.token = f.token
        FOR SHARE OF l)""",
    """lost_accounts AS MATERIALIZED (SELECT f.account_id FROM fenced_accounts_rows f
        WHERE NOT EXISTS (SELECT 1 FROM held_accounts h WHERE h.account_id = f.account_id){lost_pairs})""",
    """held AS MATERIALIZED (SELECT b.bot_uid, b.fencing_token AS token FROM bot_instances b
        JOIN fenced_rows f ON f.bot_uid = b.bot_uid AND f.token = b.fencing_token FOR NO KEY UPDATE OF b)""",
    # Bots that are not in the table yet cannot be anybody else's.
    """lost AS MATERIALIZED (SELECT f.bot_uid FROM fenced_rows f JOIN bot_instances b ON b.bot_uid = f.bot_uid
        WHERE NOT EXISTS (SELECT 1 FROM held h WHERE h.bot_uid = f.bot_uid AND h.token = f.token))""",
)
HELD_PAIRS = """held_pairs AS MATERIALIZED (SELECT f.bot_uid FROM fenced_pairs_rows f
    JOIN bot_instances b ON b.user_id = $1 AND b.bot_uid = f.bot_uid AND b.account_id = f.account_id
    JOIN leases l ON l.user_id = $1 AND l.account_id = f.account_id AND l.desk_id = f.desk_id AND l.token = f.token
    FOR SHARE OF l)"""
LOST_PAIRS = """
    UNION SELECT b.account_id FROM bot_instances b WHERE b.user_id = $1
        AND b.bot_uid IN (SELECT f.bot_uid FROM fenced_pairs_rows f)
        AND NOT EXISTS (SELECT 1 FROM held_pairs h WHERE h.bot_uid = b.bot_uid)"""
