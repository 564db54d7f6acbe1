"""Every difference of two books is found: each test breaks sound books in one way."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.sweeps.books import BookedOrder, BookedRung, BookedTrade, Books, differences

D = Decimal
BUY = BookedOrder("aR0BC1A1", "buy", D(100), D(2), D(2), "filled", 0)
SELL = BookedOrder("aR0SC1A2", "sell", D(110), D(2), D("0.5"), "open", 0)
TRADES = (
    ("t1", BookedTrade("aR0BC1A1", "buy", D(100), D(2), D("0.1"), "KRW")),
    ("t2", BookedTrade("aR0SC1A2", "sell", D(110), D("0.5"), D("0.0275"), "KRW")),
)
SOUND = Books((BUY, SELL), TRADES, {"KRW": D("854.8725"), "XRP": D("1.5")})
RUNG = BookedRung(0, D(2), D(2), D(2), D("0.5"))


def with_order(books: Books, order: BookedOrder) -> Books:
    kept = tuple(each for each in books.orders if each.client_order_id != order.client_order_id)
    return replace(books, orders=(*kept, order))


def without(books: Books, trade_id: str) -> Books:
    return replace(books, trades=tuple(row for row in books.trades if row[0] != trade_id))


def test_sound_books_agree() -> None:
    assert differences(SOUND, SOUND, [RUNG]) == []


BROKEN: tuple[tuple[str, Callable[[], list[str]]], ...] = (
    ("no intent", lambda: differences(SOUND, with_order(SOUND, replace(BUY, client_order_id="x", filled=D(0))), [])),
    ("and canceled at the venue", lambda: differences(SOUND, with_order(SOUND, replace(SELL, state="canceled")), [])),
    ("and not at the venue", lambda: differences(SOUND, replace(SOUND, orders=(BUY,)), [])),
    ("open at the venue and canceled", lambda: differences(
        with_order(SOUND, replace(SELL, state="canceled")), SOUND, [])),
    ("never saw it", lambda: differences(SOUND, replace(SOUND, orders=(SELL,)), [])),
    ("is lost in the journal", lambda: differences(with_order(SOUND, replace(BUY, state="lost")), SOUND, [])),
    ("nobody found out", lambda: differences(with_order(SOUND, replace(BUY, state="unknown")), SOUND, [])),
    ("another one", lambda: differences(SOUND, with_order(SOUND, replace(SELL, price=D(111))), [])),
    ("has 2 filled in the journal and 1", lambda: differences(SOUND, with_order(SOUND, replace(BUY, filled=D(1))), [])),
    ("order aR0BC1A1 2 times", lambda: differences(replace(SOUND, orders=(BUY, BUY, SELL)), SOUND, [])),
    ("trade t2 2 times", lambda: differences(replace(SOUND, trades=(*TRADES, TRADES[1])), SOUND, [])),
    ("t1 of the venue is not", lambda: differences(without(SOUND, "t1"), SOUND, [])),
    ("t1 of the journal is not", lambda: differences(SOUND, without(SOUND, "t1"), [])),
    ("t2 differs", lambda: differences(
        SOUND, replace(SOUND, trades=(TRADES[0], ("t2", replace(TRADES[1][1], fee=D("0.0276"))))), [])),
    ("1.5 XRP, the venue 1.50000001", lambda: differences(
        SOUND, replace(SOUND, balances={**SOUND.balances, "XRP": D("1.50000001")}), [])),
    ("0 BTC", lambda: differences(SOUND, replace(SOUND, balances={**SOUND.balances, "BTC": D(1)}), [])),
    ("2 filled and 0 traded", lambda: differences(without(SOUND, "t1"), without(SOUND, "t1"), [])),
    ("more than it asked", lambda: differences(with_order(SOUND, replace(BUY, quantity=D(1))), SOUND, [])),
    ("2 buys resting", lambda: differences(
        replace(SOUND, orders=tuple(replace(BUY, client_order_id=key, state="open", filled=D(0)) for key in "ab")),
        SOUND, [RUNG])),
    ("buys 2 and wants 0", lambda: differences(
        with_order(SOUND, replace(BUY, state="open", filled=D(0))), SOUND, [RUNG])),
    ("sells 1.5 and holds 1.4", lambda: differences(SOUND, SOUND, [replace(RUNG, sold=D("0.6"))])),
)  # fmt: skip


@pytest.mark.parametrize(("words", "compare"), BROKEN, ids=[words for words, _ in BROKEN])
def test_each_difference_is_found(words: str, compare: Callable[[], list[str]]) -> None:
    assert any(words in sentence for sentence in compare()), compare()
