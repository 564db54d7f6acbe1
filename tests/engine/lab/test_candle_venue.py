"""What candles allow a fill for, by hand: prints that surely came later, slippage, limits, volume, and no wicks."""

from dataclasses import replace

import numpy as np
import pytest

from engine.domain.instrument import InstrumentKind
from engine.domain.messages import OrderAccepted, OrderCanceled, OrderFilled, OrderRejected, RejectCode, VenueEvent
from engine.domain.order import Liquidity, OrderState
from engine.lab.arbitrage.candle_venue import CandleVenue, Terms
from engine.venues.recording import CandleRecording
from tests.engine.venues.builders import FREE, START_MS, D, buy, instrument, sell, short

MINUTE_MS = 60_000
#: (minute, open, high, low, close, volume)
ROWS = (
    (0, 100.0, 101.0, 99.0, 100.0, 50.0),
    (1, 102.0, 110.0, 90.0, 104.0, 50.0),
    (2, 104.0, 104.0, 104.0, 104.0, 0.0),
    (3, 106.0, 107.0, 80.0, 96.0, 20.0),
    (4, 97.0, 120.0, 97.0, 98.0, 50.0),
)
TAKER_FEE = replace(FREE, taker_fee=D("0.001"), maker_fee=D("0.0005"))


def recording(rows: tuple[tuple[float, ...], ...] = ROWS) -> CandleRecording:
    ts = np.array([START_MS + int(row[0]) * MINUTE_MS for row in rows], np.int64)
    return CandleRecording(60, ts, *(np.array([row[at] for row in rows]) for at in range(1, 6)))


def venue(*, slippage: str = "0", participation: str = "1", cash: str = "100000", base: str = "100") -> CandleVenue:
    terms = Terms(D(slippage), 0, D(participation))
    return CandleVenue(instrument(TAKER_FEE), recording(), {"KRW": D(cash), "BTC": D(base)}, terms, "h")


def at(second: int) -> int:
    return START_MS + second * 1000


def told(market: CandleVenue) -> list[tuple[int, str, str]]:
    """(second, price, quantity) of every fill until no order waits for a print."""
    found = []
    while (ms := market.next_ms) is not None:
        found += [
            ((ms - START_MS) // 1000, short(event.fill.price), short(event.fill.quantity))
            for event in market.step()
            if isinstance(event, OrderFilled)
        ]
    return found


def code(events: list[VenueEvent]) -> RejectCode:
    [event] = events
    assert isinstance(event, OrderRejected)
    return event.reason.code


@pytest.mark.parametrize(
    ("second", "fill"),
    [
        (0, (0, "100", "1")),
        (1, (60, "102", "1")),
        (60, (60, "102", "1")),
        # Minute 2 has no volume, so nobody traded in it.
        (61, (180, "106", "1")),
        (180, (180, "106", "1")),
    ],
)
def test_an_order_fills_at_the_first_open_that_came_after_it(second: int, fill: tuple[int, str, str]) -> None:
    market = venue()
    [accepted] = market.arrive(buy("a", "200", "1", post_only=False), at(second))
    assert isinstance(accepted, OrderAccepted)
    assert told(market) == [fill]


def test_the_stated_slippage_makes_every_fill_worse_and_the_limit_holds() -> None:
    """1 % on 102: a buy pays 103.02, on the increment of half a won 103.5; a sell gets 100.98, so 100.5."""
    market = venue(slippage="1")
    market.arrive(buy("a", "103.5", "1", post_only=False), at(1))
    market.arrive(sell("b", "100.5", "1", post_only=False), at(1))
    assert told(market) == [(60, "103.5", "1"), (60, "100.5", "1")]
    beyond = venue(slippage="1")
    beyond.arrive(buy("a", "103", "1", post_only=False), at(1))
    # 107.06 is too much, too; 97 + 1 % is not.
    assert told(beyond) == [(240, "98", "1")]


def test_a_wick_is_not_a_fill() -> None:
    """Minute 1 went down to 90 and minute 3 to 80; no open and no close was below 91."""
    market = venue()
    market.arrive(buy("taker", "91", "1", post_only=False), at(1))
    market.arrive(buy("maker", "91", "1"), at(1))
    assert told(market) == []


def test_what_rests_fills_at_its_own_limit_when_a_close_is_beyond_it_and_not_when_it_is_touched() -> None:
    market = venue()
    market.arrive(buy("beyond", "97", "1"), at(1))
    market.arrive(buy("touched", "96", "1"), at(1))
    assert told(market) == [(240, "97", "1")]
    assert market.orders.fills[0].liquidity is Liquidity.MAKER
    # 97 x 0.0005
    assert market.orders.fills[0].fee == D("0.0485")


def test_a_post_only_order_that_would_trade_is_refused() -> None:
    market = venue()
    assert code(market.arrive(buy("a", "100", "1"), at(61))) is RejectCode.POST_ONLY
    assert market.last_price(at(119)) == D(100)
    assert market.last_price(at(120)) == D(104)


def test_our_share_of_the_volume_bounds_a_candle_and_the_rest_waits() -> None:
    """A tenth of 50 in minute 1, of 20 in minute 3, of 50 in minute 4: 5 + 2 + 1 of 8; another order gets the rest."""
    market = venue(participation="0.1")
    market.arrive(buy("a", "200", "8", post_only=False), at(1))
    market.arrive(buy("b", "200", "9", post_only=False), at(1))
    assert told(market) == [(60, "102", "5"), (180, "106", "2"), (240, "97", "1"), (240, "97", "4")]
    report = market.orders.report(buy("a", "200", "8"), at(300))
    assert (report.state, report.filled_quantity, len(report.fills)) == (OrderState.FILLED, D(8), 3)


def test_a_cancel_ends_what_is_open_and_is_not_heard_of_what_is_gone() -> None:
    market = venue(participation="0.1")
    market.arrive(buy("a", "200", "8", post_only=False), at(1))
    market.step()
    [event] = market.cancel("a", at(70))
    assert isinstance(event, OrderCanceled)
    assert event.filled_quantity == D(5)
    assert market.cancel("a", at(71)) == []
    assert market.next_ms is None
    assert market.account.balances.reserved("KRW") == 0


def test_money_moves_by_fills_and_fees_to_the_last_unit() -> None:
    market = venue(cash="1000", base="2")
    market.arrive(sell("a", "50", "2", post_only=False), at(0))
    told(market)
    # 2 x 100 less 0.1 %
    assert (market.account.quote, market.account.base) == (D("1199.8"), D(0))
    assert market.account.balances.reserved("BTC") == 0


def test_what_an_account_does_not_have_is_refused() -> None:
    market = venue(cash="1000", base="2")
    assert code(market.arrive(sell("a", "50", "2.01", post_only=False), at(0))) is RejectCode.INSUFFICIENT_FUNDS
    assert code(market.arrive(buy("b", "100", "10", post_only=False), at(0))) is RejectCode.INSUFFICIENT_FUNDS
    market.arrive(sell("c", "200", "1", post_only=False), at(0))
    assert code(market.arrive(sell("d", "200", "1.5", post_only=False), at(0))) is RejectCode.INSUFFICIENT_FUNDS
    assert code(market.arrive(sell("c", "200", "1", post_only=False), at(0))) is RejectCode.DUPLICATE_ID
    assert market.orders.report(buy("never", "1", "1"), at(0)).state is OrderState.LOST


def test_a_perp_is_sold_short_against_its_margin() -> None:
    perp = replace(instrument(replace(TAKER_FEE, leverage=2)), kind=InstrumentKind.PERP)
    market = CandleVenue(perp, recording(), {"KRW": D(1000)}, Terms(D(0), 0, D(1)), "f")
    assert code(market.arrive(sell("a", "100", "20", post_only=False), at(0))) is RejectCode.INSUFFICIENT_FUNDS
    market.arrive(sell("b", "100", "10", post_only=False), at(0))
    told(market)
    # 10 sold at 100, less 0.1 %
    assert (market.account.quote, market.account.base) == (D(1999), D(-10))
    close = replace(buy("c", "200", "10", post_only=False), is_reduce_only=True)
    market.arrive(close, at(61))
    assert told(market) == [(180, "106", "10")]
    assert (market.account.quote, market.account.base) == (D(1999) - D(1060) - D("1.06"), D(0))


def test_what_is_decided_on_is_the_close_made_worse_and_our_share_of_the_volume() -> None:
    book = venue(slippage="1", participation="0.1").book(0, at(60))
    assert (book.bids, book.asks) == (((D(99), D(5)),), ((D(101), D(5)),))


def test_candles_that_come_later_change_no_fill_that_is_past() -> None:
    changed = (*ROWS[:3], (3, 1.0, 1.0, 1.0, 1.0, 1.0), (4, 5000.0, 5000.0, 5000.0, 5000.0, 9.0))
    deposits = {"KRW": D(100000), "BTC": D(100)}
    fills = []
    for rows in (ROWS, changed):
        market = CandleVenue(instrument(TAKER_FEE), recording(rows), deposits, Terms(D(0), 0, D("0.1")), "h")
        market.arrive(buy("a", "200", "9", post_only=False), at(1))
        fills.append([fill for fill in told(market) if fill[0] < 180])
    assert fills[0] == fills[1] == [(60, "102", "5")]
