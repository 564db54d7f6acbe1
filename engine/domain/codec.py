"""Messages and values as JSON and back: dataclasses by their type hints, Decimal as text, instants as ISO 8601.

One codec serves the commands table, stored configurations and the command line's `--json`.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def to_json(value: object) -> Json:
    """A value of the domain as JSON. Raises TypeError for a type that the domain does not use."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return typing.cast(Json, value.value)
        case str():
            return value
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat()
        case list() | tuple() | frozenset():
            return [to_json(item) for item in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def from_json(kind: type[T], data: Json) -> T:
    """A dataclass of type `kind` from its JSON. Raises ValueError when the JSON does not fit."""
    return typing.cast(T, _read(kind, data, kind.__name__))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, data: Json, where: str) -> object:
    origin = typing.get_origin(kind)
    if origin is types.UnionType or origin is typing.Union:
        return _read_union(typing.get_args(kind), data, where)
    if origin is tuple:
        return _read_tuple(typing.get_args(kind), data, where)
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(typing.cast(type, kind), data, where)
    return _read_scalar(kind, data, where)


def _read_union(kinds: Sequence[Any], data: Json, where: str) -> object:
    if data is None:
        if type(None) in kinds:
            return None
        raise ValueError(f"{where} must not be empty")
    problem: ValueError | None = None
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _read(kind, data, where)
        except ValueError as error:
            problem = problem or error
    raise problem or ValueError(f"{where} does not fit")


def _read_tuple(kinds: Sequence[Any], data: Json, where: str) -> object:
    if not isinstance(data, list):
        raise ValueError(f"{where} must be a list")  # noqa: TRY004 - bad input, not a bug
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], item, where) for item in data)
    if len(kinds) != len(data):
        raise ValueError(f"{where} must have {len(kinds)} items")
    return tuple(_read(kind, item, where) for kind, item in zip(kinds, data, strict=True))


def _read_dataclass(kind: type, data: Json, where: str) -> object:
    if not isinstance(data, Mapping):
        raise ValueError(f"{where} must be an object")  # noqa: TRY004 - bad input, not a bug
    hints = _hints(kind)
    names = {field.name for field in dataclasses.fields(kind)}
    if unknown := sorted(set(data) - names):
        raise ValueError(f"{where} has no {unknown[0]!r}")
    values = {name: _read(hints[name], item, f"{where}.{name}") for name, item in data.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{where} is incomplete: {error}") from None


def _read_scalar(kind: Any, data: Json, where: str) -> object:
    try:
        if kind is Decimal and isinstance(data, str | int) and not isinstance(data, bool):
            return Decimal(data)
        if kind is datetime and isinstance(data, str):
            return datetime.fromisoformat(data)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(data)
    except (ValueError, InvalidOperation):
        raise ValueError(f"{where} cannot be {data!r}") from None
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if isinstance(kind, type) and type(data) is kind:
        return data
    raise ValueError(f"{where} cannot be {data!r}")
