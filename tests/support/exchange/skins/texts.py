"""How venues write numbers, and how a skin reads what a client wrote."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def plain(value: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def amount(value: object) -> Decimal | None:
    """A positive number a client wrote; None for anything else."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found > 0 else None


def parsed(body: str) -> Any:
    """JSON with numbers as decimals; None where it is none."""
    try:
        return json.loads(body, parse_float=Decimal)
    except ValueError:
        return None


def whole(value: object, default: int) -> int:
    """A whole number of a query; the default where it is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else default


def filled(fields: Any) -> Any:
    """What a client left blank is not there, in an object or in a list of them."""
    if isinstance(fields, list):
        return [filled(each) for each in fields]
    if not isinstance(fields, Mapping):
        return fields
    return {name: value for name, value in fields.items() if value not in ("", None)}
