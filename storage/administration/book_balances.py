"""Our ledger against a paper venue's own book, of a desk that does not run.

A desk that was killed may not have heard of the last executions. They are counted and taken off before the comparison:
they are no mistake, and the next start books them.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from engine.domain.money import ZERO
from engine.domain.sentences import plain
from engine.errors import StorageError
from storage.administration.venue_books import TURN_S, book_files
from storage.database import Connection

FOLD = """
    SELECT l.asset, sum(l.amount) AS amount FROM ledger_entries l
    JOIN accounts a ON a.user_id = l.user_id AND a.account_id = l.account_id
    WHERE a.venue = $1 AND a.user_id = $2 GROUP BY l.asset
"""
OWNERS = "SELECT user_id, account_id FROM accounts WHERE venue = $1 AND desk_id = $2"
BOOKED = "SELECT venue_trade_id FROM trades WHERE venue = $1 AND user_id = $2"


@dataclass(frozen=True, slots=True)
class Book:
    """A venue's totals by asset, and its executions by trade id: what each moved, by asset."""

    venue: str
    totals: Mapping[str, Decimal]
    moves: Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class BookFindings:
    """`complaints` do not add up; `waiting` counts the executions that the next start brings in."""

    complaints: list[str]
    waiting: int
    compared: int


def read_book(file: Path) -> Book:
    """Raises StorageError for a book that cannot be read."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=TURN_S)) as book:
            venue = str(book.execute("SELECT value FROM facts WHERE name = 'venue'").fetchone()[0])
            totals = {str(asset): Decimal(total) for asset, total in book.execute("SELECT asset, total FROM balances")}
            fills = book.execute("SELECT trade_id, symbol, side, price, quantity, fee, fee_asset FROM fills").fetchall()
            return Book(venue, totals, {str(fill[0]): _move(*fill[1:]) for fill in fills})
    except (sqlite3.Error, TypeError, ArithmeticError, ValueError) as error:
        raise StorageError(f"The book {file} cannot be read: {error}.") from error


def _move(symbol: str, side: str, price: str, quantity: str, fee: str, fee_asset: str) -> dict[str, Decimal]:
    base, quote = symbol.split("/")
    sign = 1 if side == "buy" else -1
    moved = {base: sign * Decimal(quantity), quote: -sign * Decimal(price) * Decimal(quantity)}
    moved[fee_asset] = moved.get(fee_asset, ZERO) - Decimal(fee)
    return moved


async def compare_books(connection: Connection, data_folder: Path, desk_id: str) -> BookFindings:
    """All books of a data folder against the ledger of the accounts that this desk runs."""
    complaints: list[str] = []
    waiting = compared = 0
    for file in book_files(data_folder):
        book = read_book(file)
        for owner in await connection.fetch(OWNERS, book.venue, desk_id):
            compared += 1
            found, missing = await _compare(connection, book, owner["user_id"], owner["account_id"])
            complaints += found
            waiting += missing
    return BookFindings(complaints, waiting, compared)


async def _compare(connection: Connection, book: Book, user_id: int, account_id: str) -> tuple[list[str], int]:
    booked = {row[0] for row in await connection.fetch(BOOKED, book.venue, user_id)}
    missing = [trade_id for trade_id in book.moves if trade_id not in booked]
    expected = dict(book.totals)
    for trade_id in missing:
        for asset, amount in book.moves[trade_id].items():
            expected[asset] = expected.get(asset, ZERO) - amount
    folded = {row["asset"]: row["amount"] for row in await connection.fetch(FOLD, book.venue, user_id)}
    complaints = [
        f"The ledger of {account_id} has {plain(folded.get(asset, ZERO))} {asset}, "
        f"its venue's book {plain(expected.get(asset, ZERO))}."
        for asset in sorted(folded.keys() | expected.keys())
        if folded.get(asset, ZERO) != expected.get(asset, ZERO)
    ]
    if strange := sorted(booked - book.moves.keys()):
        complaints.append(
            f"The ledger of {account_id} has {len(strange)} executions that its venue's book does not know, "
            f"such as {strange[0]}."
        )
    return complaints, len(missing)
