"""What frames say, and what is kept of them: whole books, differences, gaps, and what cannot be read."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spreads.exchanges import SOURCES
from engine.spreads.frames import STRANGE, BookWord, FundingWord, RefusedWord
from engine.spreads.kept_book import ChangingBook, KeptBook, Side

D = Decimal
NOW = datetime(2026, 3, 1, tzinfo=UTC)
KOREAN_FRAME = {
    "type": "orderbook", "code": "KRW-BTC", "timestamp": 1_700_000_000_123, "total_ask_size": 3.0,
    "total_bid_size": 2.0, "stream_type": "REALTIME",
    "orderbook_units": [
        {"ask_price": 148_513_000, "bid_price": 148_512_000.0, "ask_size": 0.00012345, "bid_size": 1.5},
        {"ask_price": 148_514_000, "bid_price": 148_510_000.0, "ask_size": 2.25, "bid_size": 0.1},
    ],
}  # fmt: skip
BINANCE_FRAME = {
    "stream": "btcusdt@depth20@100ms",
    "data": {"lastUpdateId": 160, "bids": [["0.0024", "10"], ["0.0023", "0"]], "asks": [["0.0026", "100"]]},
}
USDM_FRAME = {
    "stream": "btcusdt@depth20@100ms",
    "data": {
        "e": "depthUpdate", "E": 1571889248277, "T": 1571889248276, "s": "BTCUSDT", "U": 390497796, "u": 390497878,
        "pu": 390497794, "b": [["7403.89", "0.002"]], "a": [["7405.96", "3.340"]],
    },
}  # fmt: skip
OKX_FRAME = {
    "arg": {"channel": "books", "instId": "BTC-USDT"}, "action": "snapshot",
    "data": [{
        "asks": [["8476.98", "415", "0", "13"]], "bids": [["8476.97", "256", "0", "12"]], "ts": "1597026383085",
        "checksum": -855196043, "prevSeqId": -1, "seqId": 123456,
    }],
}  # fmt: skip
BITGET_FRAME = {
    "action": "snapshot", "arg": {"instType": "SPOT", "channel": "books15", "instId": "BTCUSDT"},
    "data": [{"asks": [["26274.9", "0.0009"]], "bids": [["26274.8", "0.0009"]], "checksum": 0, "seq": 123,
              "ts": "1695710946294"}], "ts": 1695710946294,
}  # fmt: skip


@pytest.mark.parametrize(
    ("exchange", "frame", "market_id", "sequence", "told_ms", "bids", "asks"),
    [
        (
            "upbit", KOREAN_FRAME, "KRW-BTC", 1_700_000_000_123, 1_700_000_000_123,
            [(D("148512000.0"), D("1.5")), (D("148510000.0"), D("0.1"))],
            [(D(148_513_000), D("0.00012345")), (D(148_514_000), D("2.25"))],
        ),
        ("binance", BINANCE_FRAME, "BTCUSDT", 160, None, [(D("0.0024"), D(10))], [(D("0.0026"), D(100))]),
        (
            "binanceusdm", USDM_FRAME, "BTCUSDT", 390497878, 1571889248277, [(D("7403.89"), D("0.002"))],
            [(D("7405.96"), D("3.340"))],
        ),
        (
            "okx", OKX_FRAME, "BTC-USDT", 123456, 1597026383085, [(D("8476.97"), D(256))], [(D("8476.98"), D(415))],
        ),
        (
            "bitget", BITGET_FRAME, "BTCUSDT", 123, 1695710946294, [(D("26274.8"), D("0.0009"))],
            [(D("26274.9"), D("0.0009"))],
        ),
    ],
)  # fmt: skip
def test_a_frame_becomes_a_book_with_the_exchanges_own_time(
    exchange: str,
    frame: Mapping[str, Any],
    market_id: str,
    sequence: int,
    told_ms: int | None,
    bids: list[tuple[Decimal, Decimal]],
    asks: list[tuple[Decimal, Decimal]],
) -> None:
    source = SOURCES[exchange]
    word = source.read(frame)
    assert isinstance(word, BookWord)
    assert (word.market_id, word.sequence, word.told_ms) == (market_id, sequence, told_ms)
    book = source.book()
    assert book.take(word, 5.0, NOW)
    told_bids, told_asks = book.sides()
    assert (list(told_bids), list(told_asks)) == (bids, asks)
    assert (book.heard_s, book.heard_at, book.told_ms) == (5.0, NOW, told_ms)


@pytest.mark.parametrize(
    ("exchange", "frame", "market_id", "text"),
    [
        ("binance", {"error": {"code": 2, "msg": "Invalid request"}, "id": 1}, "", "Invalid request"),
        ("upbit", {"error": {"name": "NO_CODES", "message": "no codes"}}, "", "NO_CODES"),
        (
            "okx",
            {"event": "error", "code": "60018", "msg": "Wrong URL or channel:books,instId:ABC-USDT doesn't exist."},
            "ABC-USDT",
            "Wrong URL",
        ),
        (
            "bitget",
            {"event": "error", "code": 30001, "msg": "instId:ABC doesn't exist", "arg": {"instId": "ABC"}},
            "ABC",
            "doesn't exist",
        ),
    ],
)
def test_a_refused_subscription_says_what_was_refused(
    exchange: str, frame: Mapping[str, Any], market_id: str, text: str
) -> None:
    word = SOURCES[exchange].read(frame)
    assert isinstance(word, RefusedWord)
    assert word.market_id == market_id
    assert text in word.text


@pytest.mark.parametrize(
    ("exchange", "frame"),
    [
        ("binance", {"result": None, "id": 1}),
        ("upbit", {"status": "UP"}),
        ("okx", {"event": "subscribe", "arg": {"channel": "books", "instId": "BTC-USDT"}, "connId": "a"}),
        ("bitget", {"event": "subscribe", "arg": {"channel": "books15", "instId": "BTCUSDT"}}),
        ("okx", {"arg": {"channel": "tickers", "instId": "BTC-USDT"}, "data": [{"last": "1"}]}),
        ("upbit", {"type": "trade", "code": "KRW-BTC"}),
    ],
)
def test_what_is_no_book_says_nothing(exchange: str, frame: Mapping[str, Any]) -> None:
    assert SOURCES[exchange].read(frame) is None


def test_okx_tells_what_its_swaps_pay_in_the_hours_between_two_payments() -> None:
    frame = {
        "arg": {"channel": "funding-rate", "instId": "BTC-USDT-SWAP"},
        "data": [{"fundingRate": "0.0001", "fundingTime": "1700000000000", "nextFundingTime": "1700014400000"}],
    }
    assert SOURCES["okxswap"].read(frame) == FundingWord("BTC-USDT-SWAP", D("0.0001"), D(4))


@pytest.mark.parametrize(
    "broken",
    [{"stream": "btcusdt", "data": {}}, {"stream": "btcusdt@depth20@100ms", "data": {"lastUpdateId": 1, "bids": []}}],
)
def test_a_frame_that_is_not_what_it_should_be_is_an_error_that_is_known(broken: Mapping[str, Any]) -> None:
    with pytest.raises(STRANGE):
        SOURCES["binance"].read(broken)


def snapshot(sequence: int, *, bids: object = (), asks: object = (), follows: int | None = None) -> BookWord:
    return BookWord("M", bids, asks, sequence, None, follows)  # type: ignore[arg-type]


def pairs_book() -> KeptBook:
    return SOURCES["binance"].book()


def test_a_frame_that_was_overtaken_changes_nothing() -> None:
    book = pairs_book()
    assert book.take(snapshot(7, bids=[["9", "1"]], asks=[["10", "1"]]), 1.0, NOW)
    assert not book.take(snapshot(6, bids=[["1", "1"]], asks=[["2", "1"]]), 2.0, NOW)
    assert book.best() == (D(9), D(10))
    assert book.heard_s == 1.0
    # A new line may begin with lower numbers.
    book.forget()
    assert not book.is_there
    assert book.take(snapshot(2, bids=[["1", "1"]], asks=[["2", "1"]]), 3.0, NOW)
    assert book.best() == (D(1), D(2))


def test_a_side_is_made_only_as_far_as_somebody_reads() -> None:
    made: list[str] = []

    def decode(rows: Any) -> Any:
        for row in rows:
            made.append(row)
            yield D(row), D(1)

    side = Side(["5", "4", "3"], decode, D(1))
    assert side
    assert side[0] == (D(5), D(1))
    assert made == ["5"]
    assert [price for price, _ in side] == [D(5), D(4), D(3)]
    assert len(side) == 3
    assert side[1:] == [(D(4), D(1)), (D(3), D(1))]
    assert not Side([], decode, D(1))


def test_sizes_in_contracts_become_base() -> None:
    book = SOURCES["okxswap"].book(D("0.01"))
    assert book.take(snapshot(1, bids=[["9", "250", "0", "1"]], asks=[["10", "3", "0", "1"]]), 1.0, NOW)
    bids, asks = book.sides()
    assert (bids[0], asks[0]) == ((D(9), D("2.50")), (D(10), D("0.03")))


@pytest.mark.parametrize("level", [["x", "1"], ["1", None], ["1"], ["NaN", "1"], [True, "1"]])
def test_a_level_that_is_none_makes_no_book(level: list[object]) -> None:
    book = pairs_book()
    assert book.take(snapshot(1, bids=[level], asks=[["10", "1"]]), 1.0, NOW)
    assert book.best() is None
    bids, _ = book.sides()
    for _ in range(2):
        with pytest.raises(STRANGE):
            list(bids)


def changing() -> ChangingBook:
    book = SOURCES["okx"].book()
    assert isinstance(book, ChangingBook)
    return book


def test_differences_are_put_to_the_snapshot_and_a_size_of_nothing_takes_a_level_away() -> None:
    book = changing()
    assert book.take(snapshot(10, bids=[["9", "1"], ["8", "2"]], asks=[["10", "1"], ["11", "2"]]), 1.0, NOW)
    assert book.take(snapshot(15, bids=[["9", "0"], ["8.5", "3"]], asks=[["10", "4"]], follows=10), 2.0, NOW)
    bids, asks = book.sides()
    assert list(bids) == [(D("8.5"), D(3)), (D(8), D(2))]
    assert list(asks) == [(D(10), D(4)), (D(11), D(2))]
    # A level that is not there may be taken away; nothing changed is a sign of life.
    assert book.take(snapshot(15, bids=[["7", "0"]], follows=15), 3.0, NOW)
    assert (book.best(), book.heard_s) == ((D("8.5"), D(10)), 3.0)


def test_a_gap_makes_no_book_until_the_next_snapshot() -> None:
    book = changing()
    assert book.take(snapshot(10, bids=[["9", "1"]], asks=[["10", "1"]]), 1.0, NOW)
    assert not book.take(snapshot(13, bids=[["9", "2"]], follows=12), 2.0, NOW)
    assert (book.is_there, book.has_gap) == (False, True)
    assert not book.take(snapshot(14, bids=[["9", "3"]], follows=13), 3.0, NOW)
    assert not book.is_there
    assert book.take(snapshot(20, bids=[["8", "1"]], asks=[["10", "1"]]), 4.0, NOW)
    assert (book.best(), book.has_gap) == ((D(8), D(10)), False)


def test_a_difference_before_any_snapshot_is_left_out() -> None:
    book = changing()
    assert not book.take(snapshot(5, bids=[["9", "1"]], follows=4), 1.0, NOW)
    assert (book.is_there, book.has_gap) == (False, False)


LEVEL = st.tuples(st.integers(1, 12), st.integers(0, 3))


@given(st.lists(st.tuples(st.lists(LEVEL, max_size=5), st.lists(LEVEL, max_size=5)), min_size=1, max_size=8))
def test_differences_give_what_a_plain_table_of_levels_gives(changes: list[tuple[list[Any], list[Any]]]) -> None:
    book, tables = changing(), ({}, {})  # type: tuple[ChangingBook, tuple[dict[int, int], dict[int, int]]]
    sequence = 1
    assert book.take(snapshot(sequence), 1.0, NOW)
    for bids, asks in changes:
        rows = [[[str(price), str(size), "0", "1"] for price, size in side] for side in (bids, asks)]
        assert book.take(snapshot(sequence + 1, bids=rows[0], asks=rows[1], follows=sequence), 1.0, NOW)
        sequence += 1
        for table, side in zip(tables, (bids, asks), strict=True):
            table.update(side)
    told_bids, told_asks = book.sides()
    wanted = [sorted(((D(p), D(s)) for p, s in table.items() if s), key=lambda level: level[0]) for table in tables]
    assert (list(told_bids), list(told_asks)) == (wanted[0][::-1], wanted[1])


def test_books_of_all_exchanges_are_confirmed_without_a_frame() -> None:
    chance = random.Random(1)
    for source in SOURCES.values():
        book = source.book()
        assert not book.is_there
        book.take(snapshot(1, bids=[["9", "1"]], asks=[["10", "1"]]), 1.0, NOW)
        book.confirm(2.0 + chance.random(), NOW)
        assert 2.0 <= book.heard_s < 3.0
        assert book.frames == 1
