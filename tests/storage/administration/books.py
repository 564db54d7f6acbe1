"""A small database with money in it, and a venue's book that agrees with it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import BotRecorded, LedgerRecorded, OrderRecorded, Record, RungRecorded
from engine.domain.order import OrderState
from engine.venues.factory import store_path
from engine.venues.store import VenueStore
from tests.storage.builders import BOT, T0, VENUE, D, book, foundation, make_bot, make_fill, make_order, make_rung

#: A desk as a data folder names it.
DESK_ID = "d5e1f6a0-0000-4000-8000-000000000001"
#: Deposited in KRW, and what a buy of 4 XRP at 500.5 with a fee of 0.05 % (2,002 and 1.001) takes of it.
DEPOSIT, PAID, FEE = D(10_000), D("2002"), D("1.001")


def books_in_order() -> list[Record]:
    """A deposit and one buy of 4 XRP, on the books of one bot."""
    order = make_order(0, state=OrderState.OPEN)
    filled, fill = book(order, make_fill(order, "test-1", D(4)))
    deposit = LedgerEntry(VENUE, "", "KRW", DEPOSIT, EntryKind.DEPOSIT, "d", T0)
    rung = make_rung(0, bought=D(4), bought_gross=D(4), cost=PAID + FEE)
    bot = make_bot(desk_id=DESK_ID)
    return [
        *foundation(bot), LedgerRecorded((deposit,)), OrderRecorded(order), fill, OrderRecorded(filled),
        RungRecorded(BOT, 1, rung), BotRecorded(bot),
    ]  # fmt: skip


def write_store(folder: Path, *, fills: int = 1) -> Path:
    """The venue's own book of the same account, with the same deposit and so many buys of 4 XRP; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "desk-id").write_text(DESK_ID, encoding="ascii")
    file = store_path(folder, VENUE)
    store = VenueStore(VENUE, file, is_synchronous=False)
    store.open("test", {"KRW": DEPOSIT}, {})
    store.close()
    rows = [
        (n, f"test-{n}", make_order(0).client_order_id, "XRP/KRW", "buy", "500.5", "4", str(FEE), "KRW", "maker", n)
        for n in range(1, fills + 1)
    ]
    totals = [("XRP", str(fills * D(4))), ("KRW", str(DEPOSIT - fills * (PAID + FEE)))]
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany("INSERT OR REPLACE INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.executemany("INSERT OR REPLACE INTO balances VALUES (?, ?)", totals)
    return file
