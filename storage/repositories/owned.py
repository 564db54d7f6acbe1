# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""Rows of one table that each belong to one user: what every repository of such rows does alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from engine.errors import UsageError
from storage.database import Database
from storage.repositories.arguments import GREATEST_ID, checked, row_id
from storage.repositories.rows import PAGE_ROWS, assignments_of, columns_of, insert_of, page, refusing, value_of

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Table(Generic[Value]):
    """A table with `id` and `user_id`, as a repository sees it.

    `what` is the word for one row in sentences. `rules` has each column that may be set, with what checks its value;
    names of columns come from here and never from a caller. `documents` are the JSON columns among them.
    `sentences` are refusals by the name of the constraint that was broken.
    """

    name: str
    what: str
    value: type[Value]
    rules: Mapping[str, Callable[[Any], Any]]
    documents: frozenset[str] = frozenset()
    sentences: Mapping[str, str] | None = None
    #: Columns without which there is no row.
    needed: tuple[str, ...] = ()
    #: Whether rows have `updated_at`.
    is_changed: bool = True


class OwnedRows(Generic[Value]):
    """Questions about the rows of one user in one table. A row of another user counts as not there."""

    def __init__(self, database: Database, table: Table[Value]) -> None:
        self._database = database
        self._table = table
        self._columns = columns_of(table.value)
        self._select = f"SELECT {self._columns} FROM {table.name} WHERE user_id = $1 AND "

    async def add(self, user_id: int, values: Mapping[str, Any]) -> Value:
        """Write a row. Raises UsageError for a value or a user that cannot be."""
        table = self._table
        for name in table.needed:
            if values.get(name) is None:
                raise UsageError(f"A {table.what} needs its {name.replace('_', ' ')}.")
        columns = {"user_id": row_id("user", user_id)} | checked(table.what, values, table.rules)
        sql = f"{insert_of(table.name, columns, table.documents)} RETURNING {self._columns}"
        async with self._database.question() as connection:
            with refusing(self._sentences(user_id)):
                row = await connection.fetchrow(sql, *columns.values())
        return value_of(table.value, row)

    async def get(self, user_id: int, number: int) -> Value | None:
        """The row of this number, None when the user has none."""
        async with self._database.question() as connection:
            row = await connection.fetchrow(
                f"{self._select} id = $2", row_id("user", user_id), row_id(self._table.what, number)
            )
        return None if row is None else value_of(self._table.value, row)

    async def newest(
        self, user_id: int, limit: int = PAGE_ROWS, before: int | None = None, **equal: Any
    ) -> list[Value]:
        """Rows of a user with a number below `before`, newest first; `equal` are columns that must have a value."""
        asked = {name: value for name, value in equal.items() if value is not None}
        conditions = "".join(f" AND {name} = ${at}" for at, name in enumerate(asked, start=4))
        sql = f"{self._select} id < $2{conditions} ORDER BY id DESC LIMIT $3"
        last = GREATEST_ID if before is None else row_id(self._table.what, before)
        async with self._database.question() as connection:
            rows = await connection.fetch(sql, row_id("user", user_id), last, page(limit), *asked.values())
        return [value_of(self._table.value, row) for row in rows]

    async def change(self, user_id: int, number: int, changes: Mapping[str, Any]) -> Value | None:
        """Set columns of a row; the row as it is then, None when the user has none. No changes are refused."""
        table = self._table
        columns = checked(table.what, changes, table.rules)
        if not columns:
            raise UsageError(f"Say what to change about the {table.what}.")
        settings = assignments_of(columns, 3, table.documents, stamped=table.is_changed)
        sql = f"UPDATE {table.name} SET {settings} WHERE user_id = $1 AND id = $2 RETURNING {self._columns}"
        async with self._database.question() as connection:
            with refusing(self._sentences(user_id)):
                row = await connection.fetchrow(
                    sql, row_id("user", user_id), row_id(table.what, number), *columns.values()
                )
        return None if row is None else value_of(table.value, row)

    async def remove(self, user_id: int, number: int) -> bool:
        """Delete a row; False when the user has none."""
        sql = f"DELETE FROM {self._table.name} WHERE user_id = $1 AND id = $2"
        async with self._database.question() as connection:
            with refusing(self._sentences(user_id)):
                done = await connection.execute(sql, row_id("user", user_id), row_id(self._table.what, number))
        return bool(done == "DELETE 1")

    def _sentences(self, user_id: int) -> dict[str, str]:
        nobody = {f"fk_{self._table.name}_user_id": f"There is no user {user_id}."}
        return nobody | dict(self._table.sentences or {})
