"""A venue's own durable memory, one SQLite file apart from the journal: what an exchange would know after our crash.

Decimals are text, so nothing is rounded. Every change commits before anybody is told of it.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from engine.domain import phrases
from engine.domain.order import Fill, Liquidity, OrderKind, OrderState, Side
from engine.domain.sentences import Argument, say
from engine.errors import VenueUnavailable
from engine.venues.balances import Balances
from engine.venues.book import VenueOrder
from engine.venues.clearing import Change
from engine.venues.matching import MarketState
from engine.venues.tape import instant, milliseconds

T = TypeVar("T")

FORMAT = 1
SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE deposits (asset TEXT PRIMARY KEY, amount TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE balances (asset TEXT PRIMARY KEY, total TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE orders (
    number INTEGER PRIMARY KEY, client_order_id TEXT NOT NULL UNIQUE, side TEXT NOT NULL, kind TEXT NOT NULL,
    price TEXT, quantity TEXT NOT NULL, post_only INTEGER NOT NULL, state TEXT NOT NULL, filled TEXT NOT NULL,
    reserved TEXT NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL
);
CREATE INDEX orders_alive ON orders (state) WHERE state IN ('open', 'intent');
CREATE TABLE fills (
    number INTEGER PRIMARY KEY, trade_id TEXT NOT NULL UNIQUE, client_order_id TEXT NOT NULL, symbol TEXT NOT NULL,
    side TEXT NOT NULL, price TEXT NOT NULL, quantity TEXT NOT NULL, fee TEXT NOT NULL, fee_asset TEXT NOT NULL,
    liquidity TEXT NOT NULL, at_ms INTEGER NOT NULL
);
CREATE INDEX fills_of_order ON fills (client_order_id);
CREATE TABLE market (
    one INTEGER PRIMARY KEY CHECK (one = 1), at_ms INTEGER NOT NULL, bid TEXT, ask TEXT, buy_room TEXT NOT NULL,
    sell_room TEXT NOT NULL, is_room_shared INTEGER NOT NULL, position TEXT NOT NULL
);
"""
MARK = """UPDATE market SET at_ms = ?, bid = ?, ask = ?, buy_room = ?, sell_room = ?, is_room_shared = ?, position = ?
WHERE one = 1"""
PUT_ORDER = "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
PUT_FILL = "INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
PUT_BALANCE = "INSERT OR REPLACE INTO balances VALUES (?, ?)"


@dataclass(frozen=True, slots=True)
class Stored:
    """All that a venue needs to go on: `position` is the market's own word for where it stands ("" at the start)."""

    store_id: str
    totals: Mapping[str, Decimal]
    open_orders: tuple[VenueOrder, ...]
    requests: tuple[VenueOrder, ...]
    market: MarketState
    position: str
    last_order_number: int
    last_trade_number: int


class VenueStore:
    """One venue's file. Any failure of the file is VenueUnavailable, and what failed is not written at all."""

    def __init__(self, venue: str, path: Path, *, is_synchronous: bool) -> None:
        """`is_synchronous`: each commit also survives a power cut (FULL), not only a kill of the program (NORMAL)."""
        self._venue = venue
        self._path = path
        self._is_synchronous = is_synchronous
        self._connection: sqlite3.Connection | None = None

    def open(self, store_id: str, deposits: Mapping[str, Decimal], facts: Mapping[str, str]) -> None:
        """Open the file, or begin it with these deposits and facts; an existing file keeps its own."""
        self.close()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self.broken(error) from error
        self._guard(lambda: self._open(store_id, deposits, facts))

    def _open(self, store_id: str, deposits: Mapping[str, Decimal], facts: Mapping[str, str]) -> None:
        # Only the engine's loop uses it, but opening may be done in a thread because it reads the disk.
        self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=2.0)
        run = self._connection.execute
        run("PRAGMA journal_mode = WAL")
        run(f"PRAGMA synchronous = {'FULL' if self._is_synchronous else 'NORMAL'}")
        run("BEGIN IMMEDIATE")
        if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            for statement in SCHEMA.split(";"):
                run(statement)
            begun = {**facts, "format": str(FORMAT), "venue": self._venue, "store_id": store_id}
            self._connection.executemany("INSERT INTO facts VALUES (?, ?)", begun.items())
            rows = [(asset, str(amount)) for asset, amount in deposits.items()]
            self._connection.executemany("INSERT INTO deposits VALUES (?, ?)", rows)
            self._connection.executemany(PUT_BALANCE, rows)
            run("INSERT INTO market VALUES (1, 0, NULL, NULL, '0', '0', 0, '')")
        run("COMMIT")
        if int(self.fact("format", "0")) > FORMAT:
            raise self._unavailable(phrases.VENUE_STORE_NEWER)
        if (owner := self.fact("venue")) != self._venue:
            raise self._unavailable(phrases.VENUE_STORE_FOREIGN, owner=owner)

    def load(self) -> Stored:
        """Everything as it was last committed."""
        return self._guard(self._load)

    def _load(self) -> Stored:
        run = self._live.execute
        at_ms, bid, ask, buy_room, sell_room, is_shared, position = run(
            "SELECT at_ms, bid, ask, buy_room, sell_room, is_room_shared, position FROM market"
        ).fetchone()
        market = MarketState(
            at_ms, _number(bid), _number(ask), Decimal(buy_room), Decimal(sell_room), bool(is_shared)
        )  # fmt: skip
        alive = [_order(row) for row in run("SELECT * FROM orders WHERE state IN ('open', 'intent') ORDER BY number")]
        return Stored(
            store_id=self.fact("store_id"),
            totals={asset: Decimal(total) for asset, total in run("SELECT asset, total FROM balances")},
            open_orders=tuple(order for order in alive if order.state is OrderState.OPEN),
            requests=tuple(order for order in alive if order.state is OrderState.INTENT),
            market=market,
            position=position,
            last_order_number=run("SELECT coalesce(max(number), 0) FROM orders").fetchone()[0],
            last_trade_number=run("SELECT coalesce(max(number), 0) FROM fills").fetchone()[0],
        )

    def commit(self, change: Change | None, balances: Balances, market: MarketState, position: str) -> None:
        """Make a change and the market's position durable together, or neither."""
        mark = (
            market.at_ms, _text(market.bid), _text(market.ask), str(market.buy_room), str(market.sell_room),
            market.is_room_shared, position,
        )  # fmt: skip
        try:
            if not change:
                # One statement is its own transaction: this runs at every point of a path.
                self._live.execute(MARK, mark)
                return
            self._live.execute("BEGIN IMMEDIATE")
            self._live.executemany(PUT_ORDER, [_order_row(order) for order in change.orders.values()])
            self._live.executemany(PUT_FILL, [_fill_row(fill) for fill in change.fills])
            self._live.executemany(
                PUT_BALANCE, [(asset, str(balances.total(asset))) for asset in sorted(change.assets)]
            )
            self._live.execute(MARK, mark)
            self._live.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise self.broken(error) from error

    def fact(self, name: str, default: str = "") -> str:
        """One of the venue's own facts, such as its speed."""
        row = self._guard(lambda: self._live.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone())
        return str(row[0]) if row else default

    def keep(self, name: str, value: str) -> None:
        """Remember a fact."""
        self._guard(lambda: self._live.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value)))

    def order(self, client_order_id: str) -> VenueOrder | None:
        """An order by its client order id, also one that is long gone or was refused."""
        row = self._guard(
            lambda: self._live.execute("SELECT * FROM orders WHERE client_order_id = ?", (client_order_id,)).fetchone()
        )
        return None if row is None else _order(row)

    def deposits(self) -> dict[str, Decimal]:
        """What was put on the account when the file was begun."""
        rows = self._guard(lambda: self._live.execute("SELECT asset, amount FROM deposits").fetchall())
        return {asset: Decimal(amount) for asset, amount in rows}

    def fills(self, client_order_id: str | None = None) -> tuple[Fill, ...]:
        """The fills of one order, or all, in the order in which they happened."""
        where, values = ("", ()) if client_order_id is None else (" WHERE client_order_id = ?", (client_order_id,))
        rows = self._guard(
            lambda: self._live.execute(f"SELECT * FROM fills{where} ORDER BY number", values).fetchall()  # noqa: S608
        )
        return tuple(self._fill(row) for row in rows)

    def recent_fills(self, most: int) -> tuple[Fill, ...]:
        """The last fills of all orders, oldest first."""
        rows = self._guard(
            lambda: self._live.execute("SELECT * FROM fills ORDER BY number DESC LIMIT ?", (most,)).fetchall()
        )
        return tuple(self._fill(row) for row in reversed(rows))

    def close(self) -> None:
        """Close the file; opening it again goes on from the last commit."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _live(self) -> sqlite3.Connection:
        if self._connection is None:
            raise VenueUnavailable(say(phrases.VENUE_CLOSED, venue=self._venue))
        return self._connection

    def _guard(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (sqlite3.Error, ArithmeticError, ValueError, TypeError) as error:
            # Numbers and words that cannot be read back are a broken file as much as a broken page is.
            raise self.broken(error) from error

    def _roll_back(self) -> None:
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            # The file is gone for good; closing lets SQLite undo the rest when it is opened again.
            self.close()

    def broken(self, cause: Exception) -> VenueUnavailable:
        """The error for a file whose content cannot be used."""
        return self._unavailable(phrases.VENUE_STORE_BROKEN, cause=str(cause))

    def _unavailable(self, template: str, **arguments: Argument) -> VenueUnavailable:
        return VenueUnavailable(say(template, venue=self._venue, file=str(self._path), **arguments))

    def _fill(self, row: tuple[Any, ...]) -> Fill:
        _, trade_id, client_order_id, symbol, side, price, quantity, fee, fee_asset, liquidity, at_ms = row
        return Fill(
            self._venue, trade_id, client_order_id, symbol, Side(side), Decimal(price), Decimal(quantity), Decimal(fee),
            fee_asset, Liquidity(liquidity), instant(at_ms),
        )  # fmt: skip


def _order(row: tuple[Any, ...]) -> VenueOrder:
    number, client_order_id, side, kind, price, quantity, post_only, state, filled, reserved, reason, at_ms = row
    return VenueOrder(
        number, client_order_id, Side(side), OrderKind(kind), _number(price), Decimal(quantity), bool(post_only),
        OrderState(state), Decimal(filled), Decimal(reserved), reason, at_ms,
    )  # fmt: skip


def _order_row(order: VenueOrder) -> tuple[object, ...]:
    return (
        order.number, order.client_order_id, order.side.value, order.kind.value, _text(order.price),
        str(order.quantity), order.post_only, order.state.value, str(order.filled), str(order.reserved),
        order.reason, order.at_ms,
    )  # fmt: skip


def _fill_row(fill: Fill) -> tuple[object, ...]:
    number = int(fill.trade_id.rsplit("-", 1)[1])
    return (
        number, fill.trade_id, fill.client_order_id, fill.symbol, fill.side.value, str(fill.price), str(fill.quantity),
        str(fill.fee), fill.fee_asset, fill.liquidity.value, milliseconds(fill.at),
    )  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
