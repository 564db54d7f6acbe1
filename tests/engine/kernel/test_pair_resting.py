"""A home leg that rests, and is hedged as it fills."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.arbitrage import LegStyle, PairStage
from tests.engine.kernel.pair_scenes import is_exact, stood
from tests.engine.kernel.pair_town import CONFIG, PairTown

D = Decimal


def test_a_resting_home_leg_is_hedged_as_it_fills() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    assert town.add(replace(CONFIG, style=LegStyle.MAKER_TAKER, leg_timeout_s=D(60))) == []
    town.prices("145000000", "100000")
    # It rests at the best ask, which takes 0.05 % at home and 0.04 % abroad.
    assert town.sent(town.home) == ["sell 0.1 @ 145001000"]
    assert town.home.placed[0].post_only
    assert town.foreign.placed == []
    order = next(iter(town.home.orders.values()))
    town.fill(town.home, order, D("0.04"), order.price)
    assert town.sent(town.foreign) == ["buy 0.04 @ 100200.1"]
    town.wait(10)
    assert len(town.foreign.placed) == 1
    town.fill(town.home, town.home.orders[order.client_order_id], D("0.06"), order.price)
    assert town.sent(town.foreign)[1:] == ["buy 0.06 @ 100200.1"]
    assert town.last.stage is PairStage.OPEN
    assert stood(town) == (D("-0.1"), D("0.1"))
    is_exact(town)


def test_what_a_resting_leg_did_not_fill_in_time_is_taken_back() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add(replace(CONFIG, style=LegStyle.MAKER_TAKER, leg_timeout_s=D(5)))
    town.prices("145000000", "100000")
    order = next(iter(town.home.orders.values()))
    town.fill(town.home, order, D("0.04"), order.price)
    town.wait(6)
    assert town.home.orders == {}
    assert stood(town) == (D("-0.04"), D("0.04"))
    assert town.stage() is PairStage.OPEN


def test_a_resting_leg_is_called_off_when_it_would_not_bring_enough_any_more() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add(replace(CONFIG, style=LegStyle.MAKER_TAKER, leg_timeout_s=D(600)))
    town.prices("145000000", "100000")
    order = next(iter(town.home.orders.values()))
    town.fill(town.home, order, D("0.04"), order.price)
    town.prices("144900000", "101200")
    # 145,001,000 against 101,200.1 x 1,400 is 2.34 %, after fees 2.25 %: it rests on.
    assert len(town.home.orders) == 1
    town.prices("144900000", "101600")
    assert town.home.orders == {}
    assert stood(town) == (D("-0.04"), D("0.04"))
    assert town.stage() is PairStage.OPEN
