"""The four CSV files: which columns they have, and how each value is read, written and compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

Value = str | Decimal | datetime | bool | None
Values = Mapping[str, Value]

#: No price, size or sum lies beyond; a slip like 1e999 is refused before it reaches a computation.
LARGEST = Decimal(10) ** 18
MOST_DIGITS = 60
LONGEST_TEXT = 200
#: What programs write for "nothing".
NOTHING = frozenset({"", "None", "null", "NULL"})
YES, NO = frozenset({"true", "t", "1", "yes"}), frozenset({"false", "f", "0", "no"})
#: Digits of an instant that counts seconds or milliseconds since 1970.
SECONDS, MILLISECONDS = 10, 13


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """One column: its name in the file and in the database, and what reads it.

    `read` gets the text and the zone of times without one; it raises ValueError saying what must be there.
    """

    name: str
    column: str
    read: Callable[[str, tzinfo], Value]
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """One file. `key` are the database's columns by which a row is the same row; `is_measured`: stored as doubles."""

    name: str
    table: str
    what: str
    columns: tuple[CsvColumn, ...]
    key: tuple[str, ...]
    is_measured: bool = False

    @property
    def file_name(self) -> str:
        """As the seed names it."""
        return f"{self.name}.csv"

    @property
    def header(self) -> list[str]:
        """The columns in the seed's order."""
        return [column.name for column in self.columns]


def text(value: str, _zone: tzinfo) -> str:
    """One line of printable text."""
    if not value.isprintable():
        raise ValueError("must be printable text")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"must not be longer than {LONGEST_TEXT} characters")
    return value


def one_of(*allowed: str) -> Callable[[str, tzinfo], str]:
    """One of these words, in any case."""
    by_case = {word.lower(): word for word in allowed}

    def read(value: str, _zone: tzinfo) -> str:
        if value.lower() not in by_case:
            raise ValueError(f"must be one of {', '.join(allowed)}, not {value!r}")
        return by_case[value.lower()]

    return read


def number(value: str, _zone: tzinfo) -> Decimal:
    """An exact number; 1e-05 is one, too."""
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"must be a number, not {value!r}") from None
    if not found.is_finite() or abs(found) > LARGEST:
        raise ValueError(f"must be a number of ordinary size, not {value!r}")
    exponent = found.as_tuple().exponent
    if len(found.as_tuple().digits) > MOST_DIGITS or (isinstance(exponent, int) and exponent < -MOST_DIGITS):
        raise ValueError(f"has more than {MOST_DIGITS} digits")
    return found


def above_zero(value: str, zone: tzinfo) -> Decimal:
    """A price or a size."""
    found = number(value, zone)
    if found <= 0:
        raise ValueError(f"must be above 0, not {value}")
    return found


def flag(value: str, _zone: tzinfo) -> bool:
    """Yes or no in the spellings of Python, PostgreSQL and spreadsheets."""
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise ValueError(f"must be true or false, not {value!r}")


def instant(value: str, zone: tzinfo) -> datetime:
    """ISO 8601 with or without a zone, or seconds or milliseconds since 1970; in UTC."""
    if value.isascii() and value.isdigit() and len(value) in (SECONDS, MILLISECONDS):
        return datetime.fromtimestamp(int(value) / (1000 if len(value) == MILLISECONDS else 1), UTC)
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"must be a time like 2025-11-15T03:40:15+09:00, not {value!r}") from None
    if found.tzinfo is not None:
        return _in_utc(found)
    local = found.replace(tzinfo=zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        # Clocks that are put back show an hour twice, and clocks that are put forward leave one out.
        raise ValueError(f"names two instants or none in that zone, because clocks were changed then: {value}")
    return _in_utc(local)


def _in_utc(found: datetime) -> datetime:
    try:
        return found.astimezone(UTC)
    except (OverflowError, ValueError):
        raise ValueError(f"is not a time that can be stored: {found}") from None


def written(value: Value) -> str:
    """A value as the files have it; what it says is read back to the last digit."""
    match value:
        case None:
            return ""
        case bool():
            return "True" if value else "False"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Decimal():
            return format(value, "f")
    return value


def _optional(name: str, column: str, read: Callable[[str, tzinfo], Value]) -> CsvColumn:
    return CsvColumn(name, column, read, is_required=False)


POSITIONS = CsvFormat(
    "positions", "two_leg_positions", "position",
    (
        _optional("id", "reference", text),
        CsvColumn("symbol", "symbol", text),
        CsvColumn("direction", "direction", text),
        CsvColumn("size", "size", above_zero),
        CsvColumn("entry_upbit_price", "entry_won_price", above_zero),
        CsvColumn("entry_binance_price", "entry_foreign_price", above_zero),
        CsvColumn("entry_spread_pct", "entry_spread_pct", number),
        _optional("exit_upbit_price", "exit_won_price", above_zero),
        _optional("exit_binance_price", "exit_foreign_price", above_zero),
        _optional("exit_spread_pct", "exit_spread_pct", number),
        _optional("pnl_krw", "pnl_krw", number),
        _optional("pnl_pct", "pnl_pct", number),
        CsvColumn("status", "status", one_of("OPEN", "CLOSED")),
        CsvColumn("timestamp_open", "opened_at", instant),
        _optional("timestamp_close", "closed_at", instant),
    ),
    ("reference",),
)  # fmt: skip
ORDERS = CsvFormat(
    "orders", "order_legs", "leg",
    (
        _optional("position_id", "position", text),
        CsvColumn("symbol", "symbol", text),
        CsvColumn("venue", "venue", text),
        CsvColumn("side", "side", one_of("buy", "sell", "long", "short")),
        CsvColumn("qty", "qty", above_zero),
        CsvColumn("price_theoretical", "price_theoretical", above_zero),
        _optional("price_effective", "price_effective", above_zero),
        _optional("slippage_bps", "slippage_bps", number),
        CsvColumn("leg_id", "leg_id", text),
        _optional("order_id", "venue_order_id", text),
        CsvColumn("timestamp", "ordered_at", instant),
    ),
    ("leg_id", "ordered_at"),
)  # fmt: skip
SPREADS = CsvFormat(
    "spreads", "spreads", "spread",
    (
        CsvColumn("symbol", "symbol", text),
        CsvColumn("upbit_price", "won_price", above_zero),
        CsvColumn("binance_price", "foreign_price", above_zero),
        CsvColumn("binance_price_krw", "foreign_price_krw", above_zero),
        CsvColumn("spread_pct", "spread_pct", number),
        CsvColumn("net_spread_pct", "net_spread_pct", number),
        _optional("is_opportunity", "is_opportunity", flag),
        CsvColumn("timestamp", "timestamp", instant),
    ),
    ("symbol", "timestamp"), is_measured=True,
)  # fmt: skip
TRADES = CsvFormat(
    "trades", "two_leg_trades", "trade",
    (
        _optional("position_id", "position", text),
        CsvColumn("symbol", "symbol", text),
        CsvColumn("direction", "direction", text),
        CsvColumn("size", "size", above_zero),
        CsvColumn("side", "side", one_of("OPEN", "CLOSE")),
        _optional("price_upbit", "won_price", above_zero),
        _optional("price_binance", "foreign_price", above_zero),
        _optional("pnl_krw", "pnl_krw", number),
        _optional("pnl_pct", "pnl_pct", number),
        CsvColumn("timestamp", "traded_at", instant),
    ),
    ("position", "symbol", "direction", "side", "traded_at"),
)  # fmt: skip
#: In the order in which they are written: legs and trades name positions.
FORMATS = (POSITIONS, ORDERS, TRADES, SPREADS)
