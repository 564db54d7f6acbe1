"""JSON as exchanges write it: decimals and `Digits` as bare numbers, digit by digit."""

from decimal import Decimal
from typing import Any

import orjson

from tests.support.exact_json import Digits


def written(value: Any, *, is_binary: bool = False) -> str | bytes:
    """Text and bytes as they are, all else as JSON."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and not isinstance(value, Digits):
        return value.encode() if is_binary else value
    ready = orjson.dumps(value, default=_exact, option=orjson.OPT_PASSTHROUGH_SUBCLASS)
    return ready if is_binary else ready.decode()


def plain(value: Decimal) -> str:
    """A number without an exponent."""
    return format(value, "f")


def fixed(value: Decimal, places: int = 8) -> str:
    """With so many decimals, as venues pad; more where the number has more."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return format(value, f".{places}f") if -exponent <= places else format(value, "f")


def _exact(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(plain(value))
    if isinstance(value, Digits):
        return orjson.Fragment(str(value))
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
