"""Recorded order books: read without a hole, met as they stood, and never taken twice."""

import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.messages import OrderFilled, OrderRejected, RejectCode, VenueEvent
from engine.domain.order import Liquidity
from engine.errors import RecordingError
from engine.lab.arbitrage.book_venue import BookVenue
from engine.lab.arbitrage.depth_recording import DepthChange, read_depth
from tests.engine.lab.shared_files import FOLDER, needs_recordings
from tests.engine.lab.test_candle_venue import TAKER_FEE
from tests.engine.venues.builders import START_MS, D, buy, instrument, sell, short


def rows(*levels: tuple[int, int]) -> tuple[tuple[Decimal, Decimal], ...]:
    return tuple((D(price), D(quantity)) for price, quantity in levels)


CHANGES = (
    DepthChange(START_MS, rows((99, 5), (98, 5), (90, 50)), rows((101, 5), (102, 5), (110, 50))),
    DepthChange(START_MS + 1000, rows(), rows((101, 0), (102, 8))),
    DepthChange(START_MS + 2000, rows((100, 4)), rows()),
    DepthChange(START_MS + 3000, rows((100, 0), (99, 0), (98, 0)), rows((95, 3))),
)


def first_lines(name: str, count: int, folder: Path) -> Path:
    """The beginning of a recorded stream, snapshot included."""
    path = folder / "first.jsonl"
    with gzip.open(FOLDER / "l2_trades" / name, "rt", encoding="utf-8") as file:
        path.write_text("".join(line for _, line in zip(range(count), file, strict=False)), encoding="utf-8")
    return path


def venue() -> BookVenue:
    return BookVenue(instrument(TAKER_FEE), CHANGES, {"KRW": D(100_000), "BTC": D(100)}, 0, "h")


def fills(events: list[VenueEvent]) -> list[tuple[str, str]]:
    return [(short(event.fill.price), short(event.fill.quantity)) for event in events if isinstance(event, OrderFilled)]


def test_an_order_takes_the_levels_that_stood_when_it_arrived() -> None:
    assert fills(venue().arrive(buy("a", "105", "7", post_only=False), START_MS)) == [("101", "5"), ("102", "2")]
    assert fills(venue().arrive(buy("a", "105", "7", post_only=False), START_MS + 1000)) == [("102", "7")]
    assert fills(venue().arrive(sell("a", "98", "7", post_only=False), START_MS + 2500)) == [("100", "4"), ("99", "3")]


def test_what_was_taken_is_gone_until_the_recording_changes_the_level() -> None:
    market = venue()
    assert fills(market.arrive(buy("a", "102", "7", post_only=False), START_MS)) == [("101", "5"), ("102", "2")]
    assert fills(market.arrive(buy("b", "102", "7", post_only=False), START_MS)) == [("102", "3")]
    # The next change shows 8 at 102: the rest of b, 4 of it, which rests and gets its own limit.
    assert market.next_ms == START_MS + 1000
    assert fills(market.step()) == [("102", "4")]
    assert market.orders.fills[-1].liquidity is Liquidity.MAKER


def test_what_rests_needs_the_book_to_come_through_its_limit() -> None:
    market = venue()
    [refused] = market.arrive(buy("crossing", "101", "1"), START_MS)
    assert isinstance(refused, OrderRejected)
    assert refused.reason.code is RejectCode.POST_ONLY
    market.arrive(buy("through", "96", "2"), START_MS)
    market.arrive(buy("touched", "95", "2"), START_MS)
    told = [fills(market.step()) for _ in range(3)]
    assert told == [[], [], [("96", "2")]]
    assert market.orders.fills[0].client_order_id == "through"


def test_the_book_shown_is_that_of_the_instant() -> None:
    market = venue()
    assert market.book(START_MS + 500).asks[0] == (D(101), D(5))
    later = market.book(START_MS + 2999)
    assert (later.bids[0], later.asks[0]) == ((D(100), D(4)), (D(102), D(8)))
    assert market.last_price(START_MS + 2999) == D(101)


@needs_recordings
@pytest.mark.parametrize(("name", "middle"), [("spot", 61_837), ("usdm", 61_800)])
def test_recorded_streams_have_no_hole(name: str, middle: int, tmp_path: Path) -> None:
    changes = read_depth(first_lines(f"binance_{name}_BTCUSDT_ws_20240808.jsonl.gz", 8000, tmp_path))
    assert len(changes) > 500
    market = BookVenue(instrument(), changes, {}, 0, "h")
    assert abs(market.last_price(changes[0].at_ms) - middle) < 2
    for change in changes[:: len(changes) // 50]:
        book = market.book(change.at_ms)
        assert book.bids[0][0] < book.asks[0][0]
        assert len(book.bids) == len(book.asks) == 50


@needs_recordings
def test_a_stream_with_a_hole_is_refused(tmp_path: Path) -> None:
    whole, cut = first_lines("binance_usdm_BTCUSDT_ws_20240808.jsonl.gz", 400, tmp_path), tmp_path / "cut.jsonl"
    lines = whole.read_text(encoding="utf-8").splitlines(keepends=True)
    depth = [at for at, line in enumerate(lines) if '"depthUpdate"' in line]
    cut.write_text("".join(line for at, line in enumerate(lines) if at != depth[-2]), encoding="utf-8")
    assert len(read_depth(whole)) > 5
    with pytest.raises(RecordingError, match="lacks changes of the order book after number"):
        read_depth(cut)
    bare = tmp_path / "bare.jsonl"
    bare.write_text(lines[depth[0]], encoding="utf-8")
    with pytest.raises(RecordingError, match="no snapshot"):
        read_depth(bare)
