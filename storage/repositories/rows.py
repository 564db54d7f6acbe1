# ruff: noqa: S608 - the statements are put together from constants of this program; values travel as arguments.
"""From rows to frozen values, and from a broken rule of the database to a sentence."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar

from asyncpg import exceptions

from engine.errors import UsageError

Value = TypeVar("Value")

#: Rows of one answer when nobody says how many, and the most that anybody gets.
PAGE_ROWS = 200
MOST_ROWS = 2_000

#: Marks a field of a value that is a JSON document in its column.
DOCUMENT: Mapping[str, bool] = MappingProxyType({"document": True})


def columns_of(value: type, alias: str = "") -> str:
    """The columns of a value's fields for a SELECT, in the order of the fields."""
    before = f"{alias}." if alias else ""
    return ", ".join(before + field.name for field in fields(value))


def value_of(value: type[Value], row: Mapping[str, Any]) -> Value:
    """A frozen value from a row that has a column for each of its fields. Numbers in documents are Decimal."""
    found: dict[str, Any] = {}
    for field in fields(value):  # type: ignore[arg-type]
        content = row[field.name]
        if field.metadata.get("document") and content is not None:
            content = json.loads(content, parse_float=Decimal)
        elif isinstance(content, list):
            content = tuple(content)
        found[field.name] = content
    return value(**found)


def insert_of(table: str, columns: Iterable[str], jsonb: Container[str] = ()) -> str:
    """INSERT of one row whose values are the arguments from $1 on, in the order of the columns."""
    names = list(columns)
    places = (f"${at}{'::text::jsonb' if name in jsonb else ''}" for at, name in enumerate(names, start=1))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(places)})"


def assignments_of(columns: Iterable[str], first: int, jsonb: Container[str] = (), *, stamped: bool = True) -> str:
    """The SET of an UPDATE whose values are the arguments from `first` on; `stamped` sets `updated_at` as well."""
    places = (
        f"{name} = ${at}{'::text::jsonb' if name in jsonb else ''}" for at, name in enumerate(columns, start=first)
    )
    return ", ".join([*places, "updated_at = now()"] if stamped else places)


def turned(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows as `width` lists, one a column, as `unnest` takes them."""
    return [[row[at] for row in rows] for at in range(width)]


def count_of(done: str) -> int:
    """How many rows a statement changed, from what the server says of it ("INSERT 0 3")."""
    return int(done.rpartition(" ")[2])


def page(limit: int) -> int:
    """How many rows a person gets who asked for `limit`."""
    return max(1, min(limit, MOST_ROWS))


@contextmanager
def refusing(sentences: Mapping[str, str]) -> Iterator[None]:
    """Inside, a broken constraint of these names is a UsageError with its sentence. Any other stays what it is."""
    try:
        yield
    except exceptions.IntegrityConstraintViolationError as error:
        sentence = sentences.get(error.constraint_name or "")
        if sentence is None:
            raise
        raise UsageError(sentence) from error
