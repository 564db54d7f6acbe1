"""Frames of exchanges as quotes and prints: what is read, in which order, and what is left to ccxt."""

from typing import Any

import pytest

from engine.domain.order import Side
from engine.venues.tape import Print, TopOfBook
from engine.venues.wire import READERS, number
from tests.engine.venues.builders import D
from tests.support.exchange_dialects import EXCHANGES, BestLevel, Dialect, dialect

AT = 1_800_000_000_000


def read(speaker: Dialect, frame: Any) -> tuple[TopOfBook | Print, ...] | None:
    return READERS[speaker.name](speaker.market_id, frame, AT)


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_quote_and_a_print_are_what_was_said(name: str) -> None:
    speaker = dialect(name)
    quote = speaker.quote(BestLevel("61837.63000000", "61837.64000000", "3.78826000", "0.00000001"))
    assert read(speaker, quote) == (TopOfBook(AT, D("61837.63"), D("61837.64"), D("3.78826"), D("0.00000001")),)
    for side in Side:
        told = speaker.trade(7, "61837.63", "0.02", side.value)
        assert read(speaker, told) == (Print(AT, D("61837.63"), D("0.02"), side),)


@pytest.mark.parametrize("name", EXCHANGES)
@pytest.mark.parametrize(
    "book",
    [BestLevel("0", "101", "0", "1"), BestLevel("101", "100", "1", "1"), BestLevel("100", "101", "-1", "1")],
    ids=["one side", "crossed", "negative size"],
)
def test_what_is_no_market_is_no_quote(name: str, book: BestLevel) -> None:
    frame = dialect(name).quote(book)
    if name == "okx" and book.is_empty:
        frame["data"][0] = {"asks": [["101", "1", "0", "1"]], "bids": [], "ts": "1"}
    assert read(dialect(name), frame) == ()


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_locked_market_is_a_market(name: str) -> None:
    assert read(dialect(name), dialect(name).quote(BestLevel("100", "100", "0", "1"))) == (
        TopOfBook(AT, D(100), D(100), D(0), D(1)),
    )


@pytest.mark.parametrize("name", EXCHANGES)
def test_answers_and_other_markets_are_left_to_ccxt(name: str) -> None:
    speaker, other = dialect(name), dialect(name)
    other.market_id = "ETH-USDT"
    assert read(speaker, other.quote(BestLevel("1", "2", "1", "1"))) is None
    assert read(speaker, other.trade(1, "1", "1", "buy")) is None
    for frame in (
        {"result": None, "id": 1},
        {"event": "subscribe", "arg": {"channel": "trades"}},
        {"status": "UP"},
        {},
    ):
        assert read(speaker, frame) is None


@pytest.mark.parametrize("name", ["upbit", "bithumb"])
def test_a_past_trade_at_the_beginning_is_no_print(name: str) -> None:
    speaker = dialect(name)
    assert read(speaker, speaker.trade(1, "100", "5", "buy") | {"stream_type": "SNAPSHOT"}) == ()
    assert read(speaker, speaker.quote(BestLevel("1", "2", "1", "1")) | {"stream_type": "SNAPSHOT"}) != ()


def test_bitget_tells_its_newest_trade_first_and_begins_with_the_past() -> None:
    speaker = dialect("bitget")
    frame = speaker.trade(2, "102", "2", "sell")
    frame["data"].append(speaker.trade(1, "101", "1", "buy")["data"][0])
    assert read(speaker, frame) == (Print(AT, D(101), D(1), Side.BUY), Print(AT, D(102), D(2), Side.SELL))
    assert read(speaker, frame | {"action": "snapshot"}) == ()


def test_okx_tells_its_trades_in_order() -> None:
    speaker = dialect("okx")
    frame = speaker.trade(1, "101", "1", "buy")
    frame["data"].append(speaker.trade(2, "102", "2", "sell")["data"][0])
    assert read(speaker, frame) == (Print(AT, D(101), D(1), Side.BUY), Print(AT, D(102), D(2), Side.SELL))


@pytest.mark.parametrize(
    ("said", "meant"),
    [("0.10", "0.1"), (3868.0, "3868"), (0.06499468, "0.06499468"), (1e-8, "0.00000001"), (95_340_000, "95340000")],
)
def test_numbers_are_taken_by_their_shortest_text(said: object, meant: str) -> None:
    assert number(said) == D(meant)


@pytest.mark.parametrize("said", [None, True, [], {}, "", "much", "NaN", "Infinity", float("inf"), float("nan")])
def test_what_is_no_number_is_an_error(said: object) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        number(said)
