"""What a repository accepts: every value is looked at before anything is sent, and refused with one sentence.

Texts always travel as arguments of a statement and never inside it, so no text can be read as SQL; what is refused
here is what PostgreSQL cannot store or what no person can have meant.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.domain.money import ZERO
from engine.errors import UsageError

#: Characters of a name; a description or an error may have LONG_TEXT.
SHORT_TEXT = 200
LONG_TEXT = 100_000
#: Characters of a JSON document: an equity curve of a year of minutes fits.
LONGEST_DOCUMENT = 20_000_000
DEEPEST_DOCUMENT = 100
#: A number of a row, and the numbers that count something.
GREATEST_ID = 2**63 - 1
GREATEST_COUNT = 2**31 - 1
HUNDRED = Decimal(100)
#: Digits before and after the point of an amount. The greatest market has fewer than 20.
MOST_DIGITS = 60


def words(name: str, value: str, most: int = SHORT_TEXT, *, may_be_empty: bool = False) -> str:
    """A text as it is. Raises UsageError when it is empty, too long, or holds what a database cannot keep."""
    if not isinstance(value, str):
        raise UsageError(f"The {name} must be a text.")
    if not may_be_empty and not value.strip():
        raise UsageError(f"The {name} must not be empty.")
    if len(value) > most:
        raise UsageError(f"The {name} has {len(value)} characters; at most {most} are kept.")
    _storable(name, value)
    return value


def optional_words(name: str, value: str | None, most: int = SHORT_TEXT) -> str | None:
    """A text, or None when there is none."""
    return None if value is None else words(name, value, most)


def one_of(name: str, value: str, choices: Sequence[str]) -> str:
    """One of these words. Raises UsageError that lists them."""
    if value not in choices:
        raise UsageError(f"The {name} must be one of {', '.join(choices)}, not {_shown(value)}.")
    return value


def row_id(name: str, value: int) -> int:
    """The number of a row. Raises UsageError outside 1 to 2^63 - 1."""
    return whole(name, value, 1, GREATEST_ID)


def whole(name: str, value: int, least: int = 0, most: int = GREATEST_COUNT) -> int:
    """A whole number in a range. Raises UsageError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"The {name} must be a whole number.")
    if not least <= value <= most:
        raise UsageError(f"The {name} must be from {least} to {most}, not {_shown(value)}.")
    return value


def number(name: str, value: Decimal, least: Decimal | None = None, most: Decimal | None = None) -> Decimal:
    """An exact, finite number, both ends of the range allowed. Raises UsageError; a float is refused too."""
    if not isinstance(value, Decimal):
        raise UsageError(f"The {name} must be an exact number.")
    if not value.is_finite():
        raise UsageError(f"The {name} must be a finite number.")
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or exponent < -MOST_DIGITS or len(digits) + exponent > MOST_DIGITS:
        raise UsageError(f"The {name} has more than {MOST_DIGITS} digits before or after the point.")
    if (least is not None and value < least) or (most is not None and value > most):
        raise UsageError(f"The {name} must be {_range(least, most)}, not {value}.")
    return value


def positive(name: str, value: Decimal) -> Decimal:
    """An amount above 0. Raises UsageError."""
    if number(name, value) <= 0:
        raise UsageError(f"The {name} must be above 0, not {value}.")
    return value


def share_of_hundred(name: str, value: Decimal) -> Decimal:
    """Percents above 0 and up to 100. Raises UsageError."""
    if not ZERO < number(name, value) <= HUNDRED:
        raise UsageError(f"The {name} must be above 0 and at most 100, not {value}.")
    return value


def optional_number(
    name: str, value: Decimal | None, least: Decimal | None = None, most: Decimal | None = None
) -> Decimal | None:
    """A number, or None when there is none."""
    return None if value is None else number(name, value, least, most)


def flag(name: str, value: bool) -> bool:
    """Yes or no. Raises UsageError for anything else, a text like "false" too."""
    if not isinstance(value, bool):
        raise UsageError(f"The {name} must be yes or no.")
    return value


def instant(name: str, value: datetime) -> datetime:
    """A time with its zone. Raises UsageError for one without, which names two instants a year."""
    if not isinstance(value, datetime):
        raise UsageError(f"The {name} must be a time.")
    if value.tzinfo is None:
        raise UsageError(f"The {name} must be a time with its zone.")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise UsageError(f"The {name} lies outside the calendar.") from None


def document(name: str, value: Any) -> str:
    """A JSON document as text; decimals become JSON numbers, digit for digit. Raises UsageError for anything else."""
    parts: list[str] = []
    _write(name, value, parts, 0)
    text = "".join(parts)
    if len(text) > LONGEST_DOCUMENT:
        raise UsageError(f"The {name} is longer than {LONGEST_DOCUMENT} characters.")
    return text


def checked(what: str, values: Mapping[str, Any], rules: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The values by column, each passed through its rule. Raises UsageError for a name that has no rule."""
    unknown = [name for name in values if name not in rules]
    if unknown:
        raise UsageError(f"A {what} has no {_shown(unknown[0])}.")
    return {name: rules[name](value) for name, value in values.items()}


def _write(name: str, value: Any, parts: list[str], depth: int) -> None:
    if depth > DEEPEST_DOCUMENT:
        raise UsageError(f"The {name} is nested more than {DEEPEST_DOCUMENT} levels deep.")
    match value:
        case None:
            parts.append("null")
        case bool():
            parts.append("true" if value else "false")
        case str():
            _storable(name, value)
            parts.append(_quoted(value))
        case int():
            # As a decimal, so that a number of a million digits is refused here as well.
            parts.append(str(number(name, Decimal(value))))
        case Decimal():
            parts.append(format(number(name, value), "f"))
        case float():
            if not math.isfinite(value):
                raise UsageError(f"The {name} holds {value}, which is not a number.")
            parts.append(repr(value))
        case Mapping():
            _write_members(name, value, parts, depth)
        case list() | tuple():
            for at, one in enumerate(value):
                parts.append("," if at else "[")
                _write(name, one, parts, depth + 1)
            parts.append("]" if value else "[]")
        case _:
            raise UsageError(f"The {name} holds a {type(value).__name__}, which a document cannot keep.")


def _write_members(name: str, value: Mapping[Any, Any], parts: list[str], depth: int) -> None:
    for at, (key, one) in enumerate(value.items()):
        if not isinstance(key, str):
            raise UsageError(f"The {name} has a key that is not a text.")
        _storable(name, key)
        parts.append("," if at else "{")
        parts.append(_quoted(key) + ":")
        _write(name, one, parts, depth + 1)
    parts.append("}" if value else "{}")


#: Everything that may not stand as it is inside a JSON text.
ESCAPES = {code: f"\\u{code:04x}" for code in range(1, 32)} | {ord('"'): '\\"', ord("\\"): "\\\\"}


def _quoted(text: str) -> str:
    return f'"{text.translate(ESCAPES)}"'


def _storable(name: str, text: str) -> None:
    if "\0" in text:
        raise UsageError(f"The {name} holds a NUL character, which a database cannot keep.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(f"The {name} holds half a character, which a database cannot keep.") from None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _range(least: Decimal | None, most: Decimal | None) -> str:
    if least is None:
        return f"at most {most}"
    return f"at least {least}" if most is None else f"from {least} to {most}"
