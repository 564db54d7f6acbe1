"""A SQLite database of the GRID program, read and never written: its users, jobs and lists, with every line checked."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.domain.secret import Secret
from engine.errors import UsageError
from storage.mirror.formats import LARGEST, NOTHING, instant

TABLES = ("grid_users", "grid_telegram_ids", "grid_jobs", "grid_blacklist", "grid_whitelist")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class GridUser:
    """One user on one exchange. Percentages and capital as exact decimals of what the file holds."""

    user_id: int
    venue: str
    initial_capital: Decimal
    direction: str
    numbers_to_entry: int
    leverage: Decimal
    stop_loss: Decimal | None
    grid_num: int
    is_running: bool
    tasks: tuple[str, ...]
    running_symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GridKeys:
    """The keys of one user on one exchange; shown nowhere."""

    user_id: int
    venue: str
    key: Secret
    secret: Secret
    passphrase: Secret | None


@dataclass(frozen=True, slots=True)
class GridTelegram:
    """Whom to tell about an exchange."""

    user_id: int
    venue: str
    telegram_id: str


@dataclass(frozen=True, slots=True)
class GridJob:
    """The last run of a user on an exchange."""

    user_id: int
    venue: str
    job_id: str
    status: str
    start_time: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class GridSymbol:
    """One symbol on a list, "black" or "white"."""

    user_id: int
    venue: str
    list: str
    symbol: str


@dataclass(slots=True)
class GridContent:
    """All of a file. `bad` are sentences that name table and row; with one of them nothing is taken in."""

    users: list[GridUser] = field(default_factory=list)
    keys: list[GridKeys] = field(default_factory=list)
    telegrams: list[GridTelegram] = field(default_factory=list)
    jobs: list[GridJob] = field(default_factory=list)
    symbols: list[GridSymbol] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)

    def of(self, user_id: int) -> "GridContent":
        """What belongs to one user."""
        kept = {name: [row for row in getattr(self, name) if row.user_id == user_id] for name in PARTS}
        return GridContent(**kept, bad=self.bad)

    @property
    def user_ids(self) -> list[int]:
        """The users' numbers."""
        return sorted({user.user_id for user in self.users})


PARTS = ("users", "keys", "telegrams", "jobs", "symbols")


def read_grid_database(file: Path, zone: tzinfo) -> GridContent:
    """Everything in it. Raises UsageError for a file that is no such database."""
    if not file.is_file():
        raise UsageError(f"There is no file {file}.")
    content = GridContent()
    try:
        # Read-only, and SQLite makes nothing beside it; a journal that is there is still honoured.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source:
            source.row_factory = sqlite3.Row
            source.execute("BEGIN")
            present = {str(row[0]) for row in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "grid_users" not in present:
                raise UsageError(f"The file {file} has no table grid_users.")
            for table in TABLES:
                if table in present:
                    _read(source, table, content, zone)
    except sqlite3.Error as error:
        raise UsageError(f"The file {file} cannot be read as a SQLite database: {error}.") from None
    _check_owners(content)
    return content


def _read(source: sqlite3.Connection, table: str, content: GridContent, zone: tzinfo) -> None:
    readers: Mapping[str, Callable[[_Row], Iterator[tuple[str, Any]]]] = {
        "grid_users": _user,
        "grid_telegram_ids": lambda row: iter([("telegrams", GridTelegram(*row.owner(), row.text("telegram_id")))]),
        "grid_jobs": _job,
        "grid_blacklist": lambda row: iter([("symbols", GridSymbol(*row.owner(), "black", row.text("symbol")))]),
        "grid_whitelist": lambda row: iter([("symbols", GridSymbol(*row.owner(), "white", row.text("symbol")))]),
    }
    for number, cells in enumerate(source.execute(f"SELECT * FROM {table}"), start=1):  # noqa: S608 - one of TABLES
        try:
            for part, value in readers[table](_Row(cells, zone)):
                getattr(content, part).append(value)
        except ValueError as error:
            content.bad.append(f"{table}, row {number}: {error}.")


def _user(row: "_Row") -> Iterator[tuple[str, Any]]:
    owner = row.owner()
    yield (
        "users",
        GridUser(
            *owner,
            initial_capital=row.number("initial_capital", Decimal(10)),
            direction=row.one_of("direction", "long", "short"),
            numbers_to_entry=row.whole("numbers_to_entry", 5, 1),
            leverage=row.number("leverage", Decimal(10), lowest=Decimal(1)),
            stop_loss=row.number_or_none("stop_loss", highest=Decimal(100)),
            grid_num=row.whole("grid_num", 20, 2),
            is_running=row.flag("is_running"),
            tasks=row.texts("tasks"),
            running_symbols=row.texts("running_symbols"),
        ),
    )
    key, secret = row.secret("api_key"), row.secret("api_secret")
    if (key is None) != (secret is None):
        raise ValueError("it has only one of api_key and api_secret")
    if key is not None and secret is not None:
        yield "keys", GridKeys(*owner, key, secret, row.secret("password"))


def _job(row: "_Row") -> Iterator[tuple[str, Any]]:
    started = row.instant("start_time")
    status = row.one_of("status", "running", "stopped", "error")
    yield "jobs", GridJob(*row.owner(), row.text("job_id"), status, started, row.instant("updated_at", started))


class _Row:
    """One row whose values are read as what they should be. Each raises ValueError with a sentence without its end."""

    def __init__(self, cells: sqlite3.Row, zone: tzinfo) -> None:
        self._cells = cells
        self._zone = zone

    def owner(self) -> tuple[int, str]:
        """User and exchange."""
        user_id = self._given("user_id")
        if isinstance(user_id, bool) or not isinstance(user_id, int) or user_id < 0:
            raise ValueError("user_id is not a whole number")
        return user_id, self.text("exchange_name")

    def text(self, name: str) -> str:
        value = self._given(name)
        found = str(value).strip() if isinstance(value, str | int) else ""
        if not found or not found.isprintable() or len(found) > LONGEST:
            raise ValueError(f"{name} is not a text of 1 to {LONGEST} characters")
        return found

    def secret(self, name: str) -> Secret | None:
        """Never named by its value, whatever is wrong with it."""
        value = self._given(name)
        if value is None or value in NOTHING:
            return None
        if isinstance(value, str):
            return Secret(value.strip())
        raise ValueError(f"{name} is not a text")

    def number(self, name: str, default: Decimal, lowest: Decimal | None = None) -> Decimal:
        """A number above zero."""
        found = self.number_or_none(name, lowest)
        return default if found is None else found

    def number_or_none(self, name: str, lowest: Decimal | None = None, highest: Decimal = LARGEST) -> Decimal | None:
        value = self._given(name)
        if value is None or value == "":
            return None
        # The shortest text of a double is the number that somebody wrote.
        given = repr(value) if isinstance(value, float) else str(value)
        try:
            found = Decimal(given)
        except ArithmeticError:
            raise ValueError(f"{name} is not a number") from None
        if not found.is_finite():
            raise ValueError(f"{name} is not a number")
        if found <= 0 or (lowest is not None and found < lowest) or found > highest:
            raise ValueError(f"{name} cannot be {given}")
        return found

    def whole(self, name: str, default: int, lowest: int) -> int:
        value = self._given(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value < 2**31:
            raise ValueError(f"{name} is not a whole number from {lowest}")
        return value

    def flag(self, name: str) -> bool:
        value = self._given(name)
        if value in (None, 0, "0", "false", "False", "f"):
            return False
        if value in (1, "1", "true", "True", "t"):
            return True
        raise ValueError(f"{name} is neither true nor false")

    def one_of(self, name: str, *allowed: str) -> str:
        value = self._given(name)
        found = allowed[0] if value is None and name == "direction" else str(value).strip().lower()
        if found not in allowed:
            raise ValueError(f"{name} is none of {', '.join(allowed)}")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A JSON list of texts."""
        value = self._given(name)
        if value is None or value == "":
            return ()
        try:
            found = json.loads(value)
        except (ValueError, TypeError):
            raise ValueError(f"{name} is not a JSON list") from None
        if not isinstance(found, list) or not all(isinstance(each, str) and each.strip() for each in found):
            raise ValueError(f"{name} is not a JSON list of texts")
        return tuple(dict.fromkeys(each.strip() for each in found))

    def instant(self, name: str, default: datetime | None = None) -> datetime:
        value = self._given(name)
        if value is None and default is not None:
            return default
        try:
            return instant(str(value).strip(), self._zone)
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None

    def _given(self, name: str) -> Any:
        """Older files lack younger columns."""
        return self._cells[name] if name in self._cells.keys() else None  # noqa: SIM118 - a Row is no mapping


def _check_owners(content: GridContent) -> None:
    """SQLite enforces no foreign key unless asked to: what belongs to a user who is not there belongs to nobody."""
    owners = {(user.user_id, user.venue) for user in content.users}
    parts: Sequence[tuple[str, Sequence[Any]]] = (
        ("grid_telegram_ids", content.telegrams),
        ("grid_jobs", content.jobs),
        ("a symbol list", content.symbols),
    )
    for table, rows in parts:
        strangers = sorted({(row.user_id, row.venue) for row in rows} - owners)
        content.bad += [f"{table}: user {user} on {venue} is not in grid_users." for user, venue in strangers]
