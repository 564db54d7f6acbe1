"""`symbols`, `jobs` and `notifications` on a database: what a person allows and is told, from the command line."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import TextIO, TypeVar

from engine.console.bot_commands import find_bot
from engine.console.listing import Column, as_json, as_table, dump
from engine.domain.bot import Account
from engine.domain.codec import Json
from engine.domain.symbol_lists import is_same
from engine.errors import UsageError
from engine.venues.wire import READERS
from storage.database import Database
from storage.desk_storage import DeskStorage
from storage.repositories.jobs import Job, JobRepository
from storage.repositories.notifications import Notification, NotificationRepository
from storage.repositories.symbol_lists import BLACK, WHITE, ListedSymbol, SymbolListRepository

Row = TypeVar("Row")

COMMANDS = frozenset({"symbols", "jobs", "notifications"})

SYMBOLS: tuple[Column[ListedSymbol], ...] = (
    Column("venue", "Venue", lambda row: row.venue),
    Column("list", "List", lambda row: row.list),
    Column("symbol", "Symbol", lambda row: row.symbol),
    Column("created_at", "Since", lambda row: row.created_at),
)
JOBS: tuple[Column[Job], ...] = (
    Column("job", "Job", lambda row: row.job_id),
    Column("bot", "Bot", lambda row: row.bot_uid),
    Column("run", "Run", lambda row: row.run),
    Column("venue", "Venue", lambda row: row.venue),
    Column("status", "Status", lambda row: row.status),
    Column("started_at", "Started", lambda row: row.start_time),
    Column("stopped_at", "Ended", lambda row: row.stopped_at),
    Column("error", "Error", lambda row: row.error),
)
NOTIFICATIONS: tuple[Column[Notification], ...] = (
    Column("id", "Number", lambda row: str(row.id)),
    Column("at", "Time", lambda row: row.created_at),
    Column("bot", "Bot", lambda row: row.bot_uid),
    Column("level", "Level", lambda row: row.level),
    Column("title", "What", lambda row: row.body or row.title),
    Column("is_read", "Read", lambda row: row.read_at is not None),
)


async def run_personal(
    options: Namespace, stored: DeskStorage, out: TextIO, check_may_trade: Callable[[], None]
) -> int:
    """Carry one sub-command out; returns the exit code. Raises UsageError, StorageError; then nothing was changed.

    `check_may_trade` raises for those who may only look.
    """
    person = Personal(stored.database, stored.user_id, out, is_json=vars(options).get("json", False))
    match options.command, vars(options).get(f"{options.command}_command"):
        case "symbols", "list":
            await person.list_symbols(options.venue, (await stored.reads.state()).accounts)
        case "symbols", ("block" | "allow" | "remove") as act:
            check_may_trade()
            accounts = (await stored.reads.state()).accounts
            await person.change_symbols(act, options.venue, options.symbol, accounts)
        case "jobs", _:
            bots = (await stored.reads.state()).bots if options.bot else ()
            bot_id = find_bot(bots, options.bot).bot_id if options.bot else None
            await person.list_jobs(bot_id, options.limit)
        case "notifications", "read":
            check_may_trade()
            await person.read(options.ids)
        case _:
            await person.list_notifications(options.limit, is_unread=options.unread)
    return 0


class Personal:
    """One run of the program for one user."""

    def __init__(self, database: Database, user_id: int, out: TextIO, *, is_json: bool) -> None:
        self._lists = SymbolListRepository(database)
        self._jobs = JobRepository(database)
        self._notifications = NotificationRepository(database)
        self._user_id = user_id
        self._out = out
        self._is_json = is_json

    async def list_symbols(self, venue: str | None, accounts: Sequence[Account]) -> None:
        """Both lists of a venue, or of all."""
        rows = await self._lists.get_all(self._user_id)
        if venue is not None:
            wanted = known_venue(venue, accounts, rows).lower()
            rows = [row for row in rows if row.venue.lower() == wanted]
        self._table(SYMBOLS, rows, "There is nothing on your lists, so every symbol is allowed.")

    async def change_symbols(self, act: str, venue: str, symbol: str, accounts: Sequence[Account]) -> None:
        """Block, allow or remove."""
        rows = await self._lists.get_all(self._user_id)
        venue = known_venue(venue, accounts, rows)
        there = [row for row in rows if row.venue.lower() == venue.lower()]
        same = [row for row in there if is_same(row.symbol, symbol)]
        if act == "remove":
            await self._remove(same, venue, symbol)
            return
        if act == "allow" and any(row.list == BLACK for row in same):
            raise UsageError(f"{symbol} is blocked on {venue}; `symbols remove` takes it from the black list first.")
        kind = BLACK if act == "block" else WHITE
        if not any(row.list == kind for row in same):
            await self._lists.put(self._user_id, venue, kind, symbol)
        sentence = f"No bot starts on {symbol} on {venue} any more; those that run go on."
        if kind == WHITE:
            sentence = f"{symbol} is allowed on {venue}, and only what is on its white list starts there."
        self._say(sentence, venue=venue, symbol=symbol, list=kind)

    async def _remove(self, same: Sequence[ListedSymbol], venue: str, symbol: str) -> None:
        if not same:
            raise UsageError(f"{symbol} is on none of your lists for {venue}.")
        for row in same:
            remove = self._lists.remove_from_blacklist if row.list == BLACK else self._lists.remove_from_whitelist
            await remove(self._user_id, row.venue, row.symbol)
        lists = sorted({row.list for row in same})
        sentence = f"{symbol} is taken from your {' and '.join(lists)} list for {venue}."
        self._say(sentence, venue=venue, symbol=symbol, removed=[row.symbol for row in same])

    async def list_jobs(self, bot_id: str | None, limit: int) -> None:
        """Runs of bots and other jobs, the last one first."""
        self._table(JOBS, await self._jobs.newest(self._user_id, bot_id, limit), "There are no jobs.")

    async def list_notifications(self, limit: int, *, is_unread: bool) -> None:
        """What the window would tell, newest first."""
        if is_unread:
            rows = await self._notifications.unread(self._user_id, limit)
        else:
            rows = await self._notifications.get_all(self._user_id, limit, channel="desk")
        self._table(NOTIFICATIONS, rows, "There are no notifications.")

    async def read(self, numbers: Sequence[int]) -> None:
        """Mark these as read, or all."""
        for number in numbers:
            if await self._notifications.get(self._user_id, number) is None:
                raise UsageError(f"There is no notification {number}.")
        count = await self._notifications.mark_read(self._user_id, numbers or None)
        self._say(f"{count} notifications were marked as read.", marked=count)

    def _table(self, columns: Sequence[Column[Row]], rows: Sequence[Row], empty: str) -> None:
        self._out.write((as_json(columns, rows) if self._is_json else as_table(columns, rows, empty=empty)) + "\n")

    def _say(self, sentence: str, **answer: Json) -> None:
        self._out.write((dump({"done": True, **answer}) if self._is_json else sentence) + "\n")


def known_venue(text: str, accounts: Sequence[Account], rows: Sequence[ListedSymbol]) -> str:
    """A venue as it is written where it is known: of an account, of an exchange, or of a list. Raises UsageError."""
    names = [account.venue for account in accounts]
    names += [account.exchange for account in accounts if account.exchange]
    names += [*READERS, *(row.venue for row in rows)]
    if text in names:
        return text
    for name in names:
        if name.lower() == text.lower():
            return name
    raise UsageError(f"There is no venue {text}; there are {', '.join(sorted(set(names)))}.")
