"""What a person types, as values: argparse calls these, and shows the sentence of the ArgumentTypeError."""

from argparse import ArgumentTypeError
from decimal import Decimal, InvalidOperation

#: No price, quantity or sum of money lies beyond; it keeps a slip like 1e999999 out of every later computation.
LARGEST = Decimal(10) ** 18
MOST_DECIMALS = 18
#: Venue rules that an account may have of its own; those of engine.venues.rule_books, which is too heavy for `--help`.
RULES = (
    "price_increment", "size_increment", "min_quantity", "max_quantity", "min_notional", "max_open_orders",
    "maker_fee", "taker_fee", "fee_asset",
)  # fmt: skip


def number(text: str) -> Decimal:
    """A finite decimal number; `10,000` and `10_000` are read as ten thousand."""
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not value.is_finite():
        raise ArgumentTypeError(f"must be a finite number, not {text!r}")
    if abs(value) > LARGEST:
        raise ArgumentTypeError(f"is larger than any amount this program handles: {text!r}")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        raise ArgumentTypeError(f"has more than {MOST_DECIMALS} decimals: {text!r}")
    return value


def number_or_none(text: str) -> Decimal | None:
    """A number, or `none` to take a value away."""
    return None if text == "none" else number(text)


def whole(text: str) -> int:
    """A whole number of ordinary size."""
    try:
        value = int(text.replace(",", ""))
    except ValueError:
        raise ArgumentTypeError(f"must be a whole number, not {text!r}") from None
    if abs(value) > 2**31 - 1:
        raise ArgumentTypeError(f"is too large: {text!r}")
    return value


def port(text: str) -> int:
    """A TCP port."""
    value = whole(text)
    if not 1 <= value <= 65535:
        raise ArgumentTypeError(f"must be a port from 1 to 65535, not {text!r}")
    return value


def port_or_any(text: str) -> int:
    """A TCP port, or 0 for a free one."""
    return 0 if text == "0" else port(text)


def limit(text: str) -> int:
    """How many rows, from 1 to 2,000."""
    value = whole(text)
    if not 1 <= value <= 2000:
        raise ArgumentTypeError(f"must be from 1 to 2000, not {text!r}")
    return value


def speed(text: str) -> Decimal | None:
    """Pace of a market: `max` is None, 0 stands still, 1 is real time."""
    if text == "max":
        return None
    try:
        value = number(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(f"must be max or a number that is not negative, not {text!r}") from None
    if value < 0:
        raise ArgumentTypeError(f"must be max or a number that is not negative, not {text!r}")
    return value


def text(value: str) -> str:
    """A name: not empty, on one line."""
    if not value.strip():
        raise ArgumentTypeError("must not be empty")
    if not value.isprintable():
        raise ArgumentTypeError("must be one line of printable text")
    if len(value) > 100:
        raise ArgumentTypeError("must not be longer than 100 characters")
    return value.strip()


def cash(value: str) -> tuple[str, Decimal]:
    """`1000000` (in the quote of the account, asset "") or `KRW=1000000`."""
    asset, separator, amount = value.rpartition("=")
    if separator and not (asset.isascii() and asset.isalnum()):
        raise ArgumentTypeError(f"must be AMOUNT or ASSET=AMOUNT, not {value!r}")
    found = number(amount)
    if found < 0:
        raise ArgumentTypeError(f"must not be negative, not {value!r}")
    return asset.upper(), found


def rule(value: str) -> tuple[str, str]:
    """`NAME=VALUE` of one venue rule."""
    name, separator, setting = value.partition("=")
    if not separator or name not in RULES or not setting.strip():
        raise ArgumentTypeError(f"must be NAME=VALUE with one of {', '.join(RULES)}, not {value!r}")
    return name, setting.strip()
