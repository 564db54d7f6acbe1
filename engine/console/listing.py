"""Tables for a terminal: text left, numbers right, Hangul counted as the two cells that it takes."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from engine.domain.codec import Json, to_json
from engine.domain.sentences import plain

Row = TypeVar("Row")
Value = None | str | int | bool | Decimal | datetime


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column. `key` names it in JSON, `title` on the terminal; `is_signed` shows a plus on gains.

    `is_index`: counted from 0 in JSON, as in the ids of orders, and from 1 on the terminal, as in log and window.
    """

    key: str
    title: str
    value: Callable[[Row], Value]
    is_signed: bool = False
    is_index: bool = False

    def on_terminal(self, row: Row) -> Value:
        value = self.value(row)
        return value + 1 if self.is_index and isinstance(value, int) else value


def as_table(columns: Sequence[Column[Row]], rows: Sequence[Row], *, empty: str) -> str:
    """Header and rows, or the sentence `empty` when there are none. Columns of numbers are right-aligned."""
    if not rows:
        return empty
    values = [[column.on_terminal(row) for column in columns] for row in rows]
    cells = [
        [shown(value, is_signed=column.is_signed) for column, value in zip(columns, line, strict=True)]
        for line in values
    ]
    is_number = [
        all(isinstance(line[at], int | Decimal | None) and not isinstance(line[at], bool) for line in values)
        for at in range(len(columns))
    ]
    titles = [column.title for column in columns]
    widths = [max(width(line[at]) for line in [titles, *cells]) for at in range(len(columns))]
    lines = [
        "  ".join(
            padded(cell, size, to_right=right) for cell, size, right in zip(line, widths, is_number, strict=True)
        ).rstrip()
        for line in [titles, *cells]
    ]
    return "\n".join(lines)


def as_json(columns: Sequence[Column[Row]], rows: Sequence[Row]) -> str:
    """The same rows as a JSON list of objects, exact: Decimal as text, instants as ISO 8601."""
    return dump([json_row(columns, row) for row in rows])


def json_row(columns: Sequence[Column[Row]], row: Row) -> dict[str, Json]:
    """One row as a JSON object."""
    return {column.key: json_value(column.value(row)) for column in columns}


def json_value(value: Value) -> Json:
    """A value as JSON; equal amounts are equal texts."""
    return exact(value) if isinstance(value, Decimal) else to_json(value)


def exact(amount: Decimal) -> str:
    """The one plain text of an amount: no exponent, no trailing zeros, no negative zero."""
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def dump(value: Json) -> str:
    """JSON for a terminal and for a program: two spaces, real characters."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_pairs(pairs: Sequence[tuple[str, Value]]) -> str:
    """Name and value per line, the values in one right-aligned column when they are numbers."""
    names = max(width(name) for name, _ in pairs)
    numbers = [isinstance(value, int | Decimal) and not isinstance(value, bool) for _, value in pairs]
    texts = [shown(value) for _, value in pairs]
    size = max((width(text) for text, right in zip(texts, numbers, strict=True) if right), default=0)
    return "\n".join(
        f"{padded(name, names)}  {padded(text, size, to_right=True) if right else text}"
        for (name, _), text, right in zip(pairs, texts, numbers, strict=True)
    )


def shown(value: Value, *, is_signed: bool = False) -> str:
    """A value as a person reads it; nothing known is a dash."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        case Decimal() if is_signed and value > 0:
            return f"+{plain(value)}"
        case _:
            return plain(value)


def width(text: str) -> int:
    """Terminal cells a text takes."""
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else not unicodedata.combining(letter) for letter in text
    )


def padded(text: str, size: int, *, to_right: bool = False) -> str:
    """The text in `size` terminal cells."""
    space = " " * max(0, size - width(text))
    return space + text if to_right else text + space
