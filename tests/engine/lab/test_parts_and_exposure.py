"""A position taken apart by hand, and seconds of exposure from fills alone."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from engine.domain.arbitrage import Leg, Legs, PairStage, TwoLegPosition
from engine.domain.market import FxRate
from engine.domain.order import Fill, Liquidity, Side
from engine.domain.premium import Direction
from engine.lab.arbitrage.exposure import drawdown_of, exposure_of
from engine.lab.arbitrage.parts import Parts, parts_of, tied_of
from engine.lab.arbitrage.trace import EquityPoint, LegFill
from engine.venues.tape import instant

D = Decimal
AT = datetime(2021, 4, 7, tzinfo=UTC)
START_MS = 1_617_753_600_000


def leg(side: Side, price: int, fee: str) -> Leg:
    value = D(price)
    return Leg(side, D(1), value, D(1), value, D(fee), fee_paid=D(fee))


def legs(home: Leg, foreign: Leg, rate: str) -> Legs:
    return Legs(home, foreign, FxRate("USDKRW", D(rate), "test", AT), D(0), D(0), AT)


def closed(pnl: str, *, funding: str = "0") -> TwoLegPosition:
    """Sold at 72,000 home with 1,000 a dollar, bought for 60 abroad; back at 66,600 home, 65 abroad with 1,010."""
    return TwoLegPosition(
        "p", "bot", 1, Direction.SELL_HOME, D(1), PairStage.CLOSED,
        entry=legs(leg(Side.SELL, 72_000, "36"), leg(Side.BUY, 60, "0.06"), "1000"),
        exit=legs(leg(Side.BUY, 66_600, "33.3"), leg(Side.SELL, 65, "0.065"), "1010"),
        funding=D(funding), opened_at=AT, closed_at=AT, pnl=D(pnl),
    )  # fmt: skip


def test_a_position_taken_apart() -> None:
    """At the rate of the entry: 72,000 - 60,000 - 66,600 + 65,000 = 10,400; 65 x 10 more won for the dollars: 650.

    Fees 36 + 60 at the entry and 33.3 + 0.065 x 1,010 = 98.95 at the exit; funding of -0.1 dollars is -101 won.
    """
    flows = D(72_000) - 60 * 1000 - 66_600 + 65 * 1010 - D("194.95")
    parts = parts_of(closed(str(flows - 101), funding="-0.1"))
    assert parts == Parts(premium=D(10_400), fees=D("-194.95"), funding=D(-101), fx=D(650))
    assert parts.pnl == D(72_000 - 60_000 - 66_600 + 65_650 - 101) - D("194.95")
    assert (parts + parts).pnl == 2 * parts.pnl


def test_what_no_part_explains_is_shown_and_not_hidden() -> None:
    assert parts_of(closed("10000")).other == D(10_000) - D(10_400) - 650 + D("194.95")


def test_of_a_future_only_the_gain_is_converted_anew() -> None:
    """5 dollars gained at 10 more won each are 50; the other 60 never left the account."""
    flows = D(72_000) - 66_600 + 5 * 1010 - D("194.95")
    parts = parts_of(closed(str(flows)), is_perp=True)
    assert parts == Parts(premium=D(10_400), fees=D("-194.95"), fx=D(50))


def test_a_fee_in_base_is_a_fee_and_not_a_worse_premium() -> None:
    """Bought 1 for 60 and got 0.99; sold those for 64.35 (65 each): 0.6 dollars of fee at 1,000 won."""
    whole = closed("0")
    bought = replace(whole.entry.foreign, fee=D("0.6"), fee_base=D("0.01"), fee_paid=D(0))
    assert whole.exit is not None
    sold = replace(whole.exit.foreign, quantity=D("0.99"), filled=D("0.99"), value=D("64.35"))
    flows = D(72_000) - 60_000 - 66_600 + D("64.35") * 1010 - D("36") - D("98.95")
    position = replace(
        whole, entry=replace(whole.entry, foreign=bought), exit=replace(whole.exit, foreign=sold), pnl=flows
    )
    parts = parts_of(position)
    assert parts.fees == -D("36") - 600 - D("98.95")
    # 72,000 - 66,600 + (64.35 - 60) x 1,000 + 600: 50 won short of the 10,400, the gain that the fee's base missed.
    assert (parts.premium, parts.fx, parts.other) == (D(10_350), D("643.5"), D(0))


def test_a_fee_that_the_last_purchase_pays_in_base_lacks_on_the_account() -> None:
    """Sold 1 abroad for 60 and bought it back for 65, of which 0.01 was the fee: 0.65 dollars at 1,010 won."""
    whole = closed("0")
    assert whole.exit is not None
    sold = replace(whole.entry.foreign, side=Side.SELL)
    back = replace(whole.exit.foreign, side=Side.BUY, fee=D("0.65"), fee_base=D("0.01"), fee_paid=D(0))
    home_first = replace(whole.entry.home, side=Side.BUY)
    home_last = replace(whole.exit.home, side=Side.SELL)
    flows = -D(72_000) + 60_000 + 66_600 - 65 * 1010 - D("36") - 60 - D("33.3")
    position = replace(
        whole,
        direction=Direction.BUY_HOME,
        entry=replace(whole.entry, home=home_first, foreign=sold),
        exit=replace(whole.exit, home=home_last, foreign=back),
        pnl=flows - D("0.01") * 65 * 1010,
    )
    parts = parts_of(position)
    assert parts == Parts(premium=D(-10_400), fees=-D("785.8"), fx=D(-650))


def fill(second: int, side: Side, quantity: str, *, home: bool, price: int = 100) -> LegFill:
    at_ms = START_MS + 1000 * second
    made = Fill(
        "venue", f"{second}{side}{quantity}{home}", "o", "BTC/KRW", side, D(price), D(quantity), D(0), "KRW",
        Liquidity.TAKER, instant(at_ms),
    )  # fmt: skip
    return LegFill(at_ms, home, made, D(1))


def test_seconds_alone_and_in_position() -> None:
    """Sold 2 home at 0 s; 1 bought abroad at 60 s and 1 at 300 s; both back at once at 900 s."""
    fills = [
        fill(0, Side.SELL, "2", home=True),
        fill(60, Side.BUY, "1", home=False),
        fill(300, Side.BUY, "1", home=False),
        fill(900, Side.BUY, "2", home=True),
        fill(900, Side.SELL, "2", home=False),
    ]
    found = exposure_of(fills, START_MS + 2_000_000, lambda _: D("0.001"))
    assert (found.alone_s, found.longest_s, found.stretches) == (D(300), D(300), 1)
    assert (found.worst_value, found.in_position_s) == (D(200), D(900))


def test_what_nobody_can_trade_is_no_exposure_and_what_is_open_counts_to_the_end() -> None:
    fills = [fill(0, Side.SELL, "2", home=True), fill(0, Side.BUY, "1.9995", home=False)]
    level = exposure_of(fills, START_MS + 100_000, lambda _: D("0.001"))
    assert (level.alone_s, level.stretches, level.in_position_s) == (D(0), 0, D(100))
    apart = exposure_of(fills, START_MS + 100_000, lambda _: D("0.0001"))
    assert (apart.alone_s, apart.longest_s, apart.stretches) == (D(100), D(100), 1)


def test_base_that_fees_took_is_no_leg_alone_however_often_it_is_taken() -> None:
    fills: list[LegFill] = []
    for start in range(0, 1000, 100):
        bought = fill(start, Side.BUY, "2", home=False)
        with_fee = replace(bought, fill=replace(bought.fill, fee=D("0.002"), fee_asset="BTC"))
        fills += [fill(start, Side.SELL, "2", home=True), with_fee]
        fills += [fill(start + 50, Side.BUY, "2", home=True), fill(start + 50, Side.SELL, "1.998", home=False)]
    found = exposure_of(fills, START_MS + 1_000_000, lambda _: D("0.001"))
    assert (found.alone_s, found.stretches, found.in_position_s) == (D(0), 0, D(500))


def test_what_an_exit_leaves_is_no_leg_alone_afterwards() -> None:
    """0.002 were a fee, and the exit bought back only what it sold: 0.002 lack at home, for ever."""
    bought = fill(0, Side.BUY, "2", home=False)
    with_fee = replace(bought, fill=replace(bought.fill, fee=D("0.002"), fee_asset="BTC"))
    fills = [fill(0, Side.SELL, "2", home=True), with_fee]
    fills += [fill(50, Side.BUY, "1.998", home=True), fill(50, Side.SELL, "1.998", home=False)]
    fills += [fill(100, Side.SELL, "2", home=True), fill(130, Side.BUY, "2", home=False)]
    found = exposure_of(fills, START_MS + 200_000, lambda _: D("0.001"))
    assert (found.alone_s, found.stretches, found.in_position_s) == (D(30), 1, D(150))


def test_what_dollars_would_have_gained_without_the_position() -> None:
    assert tied_of(closed("0")) == 60 * 10


def test_the_deepest_fall_counts_from_zero_and_from_every_height() -> None:
    curve = [EquityPoint(at, D(pnl)) for at, pnl in enumerate((-3, 5, 4, 9, 2, 8, 3, 10))]
    found = drawdown_of(curve)
    assert (found.amount, found.top_ms, found.bottom_ms) == (D(7), 3, 4)
    assert drawdown_of(curve[:2]).amount == D(3)
    assert drawdown_of([]).amount == 0
