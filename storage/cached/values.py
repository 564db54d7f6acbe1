"""Values as text and back. What comes back is believed only when every field fits; else it is as if nothing came."""

import dataclasses
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeVar

from engine.domain.codec import from_json, to_json

T = TypeVar("T")


def packed(value: object) -> str:
    """A dataclass of the domain's types as JSON."""
    return json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))


def unpacked(kind: type[T], text: str | None) -> T | None:
    """A dataclass from its text; None when there is none, or when it is not exactly such a value."""
    if text is None:
        return None
    try:
        found = from_json(kind, json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
    return found if all(_is_number(number) for number in _numbers(found)) else None


def _numbers(value: object) -> Iterator[Decimal | float]:
    if isinstance(value, Decimal | float):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _numbers(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _numbers(getattr(value, field.name))


def _is_number(number: Decimal | float) -> bool:
    """Neither infinite nor no number, which JSON and Decimal both let through."""
    return number.is_finite() if isinstance(number, Decimal) else math.isfinite(number)
