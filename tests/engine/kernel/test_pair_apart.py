"""Restarts in the middle, halves that are apart, and what both accounts say of it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.domain.arbitrage import HedgeConfig, PairStage
from engine.domain.arbitrage_messages import ClockTicked, MarketStatus
from engine.domain.messages import BotRecorded, OrderRecorded, PlaceOrder
from engine.domain.order import OrderState
from engine.domain.venue_picture import VenuePicture
from tests.engine.kernel.pair_scenes import FLAT, entered, is_exact, stood
from tests.engine.kernel.pair_town import BOT, HEDGE, PairTown

D = Decimal


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ({"is_delisting": True, "notice": "Gone on Friday."}, "usdm is about to delist BTC/USDT. Gone on Friday."),
        (
            {"can_deposit": False},
            "usdm takes no deposits or withdrawals of BTC now, so its price may stand apart. ",
        ),
    ],
)
def test_a_market_that_stands_apart_is_not_entered(field: dict[str, object], sentence: str) -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add()
    status = MarketStatus("usdm", "BTC/USDT", True, True, True, False, "", town.now)
    town.tell(replace(status, **field))  # type: ignore[arg-type]
    town.prices("145000000", "100000")
    assert town.waits() == sentence


def test_a_restart_in_the_middle_mends_first() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add()
    town.foreign.will = ["unknown"]
    town.foreign.is_silent = True
    town.prices("145000000", "100000")
    assert stood(town) == (D("-0.1"), D("0.1"))
    town.foreign.is_silent = False
    town.reborn()
    town.prices("145000000", "100000")
    assert town.last.stage is PairStage.OPEN
    assert len(town.foreign.placed) == 1
    is_exact(town)


def test_legs_that_differed_while_nobody_ran_them_differ_since_the_fill_and_not_since_it_was_heard() -> None:
    """The desk died before it heard of the fill at home. Whoever takes over half a minute later waits for nothing more,
    and says for how long it was.
    """
    town = PairTown()
    town.prices("140000000", "100000")
    town.add()
    town.home.will, town.foreign.will = ["unknown"], ["refuse"]
    town.home.is_silent = True
    town.prices("145000000", "100000")
    assert stood(town) == (D("-0.1"), D(0))
    town.now += timedelta(seconds=30)
    town.home.is_silent = False
    town.reborn()
    town.prices("145000000", "100000")
    [told] = town.errors()
    assert "legs differ by 0.1 BTC" in told
    assert "for 31 s." in told
    assert stood(town) == (D("-0.1"), D("0.1"))
    assert town.last.stage is PairStage.OPEN
    is_exact(town)


def test_a_fill_booked_while_the_halves_were_apart_is_found_in_the_order() -> None:
    town = entered(foreign="part")
    assert town.last.entry.foreign.filled == D("0.05")
    # Another desk runs the futures account for a while, and books the rest there.
    town.foreign.is_silent = True
    town.carry_out(town.kernel.let_go("upbit"))
    assert [view.bot.bot_id for view in town.kernel.bot_views()] == [HEDGE]
    live = town.kernel.live_orders("usdm")
    assert [order.is_cancel_requested for order in live] == [True]
    town.fill(town.foreign, town.foreign.orders[live[0].client_order_id], D("0.05"), D("100000.1"))
    assert town.last.entry.foreign.filled == D("0.05")
    town.foreign.is_silent = False
    town.reborn()
    town.prices("145000000", "100000")
    assert town.last.entry.foreign.filled == D("0.1")
    assert town.last.stage is PairStage.OPEN
    assert len(town.foreign.placed) == 1
    is_exact(town)


def test_accounts_that_go_together_leave_their_orders_as_they_are() -> None:
    town = entered(foreign="part")
    assert town.kernel.together({"usdm", "upbit", "bystander"}) == [
        frozenset({"bystander"}), frozenset({"upbit", "usdm"}),
    ]  # fmt: skip
    assert town.kernel.together({"usdm"}) == [frozenset({"usdm"})]
    [before] = town.foreign.orders
    town.carry_out(town.kernel.let_go("upbit", "usdm"))
    assert list(town.foreign.orders) == [before], "whoever has both goes on with it"
    assert not town.kernel.bot_views()


def test_the_truth_of_both_accounts_is_what_the_books_say() -> None:
    town = entered()
    for venue in town.venues:
        balances = tuple((asset, amount, D(0)) for asset, amount in venue.truth.items())
        fills = tuple(fill for found in venue.fills.values() for fill in found)
        seen = VenuePicture(town.now, (), balances, fills)
        report = town.kernel.truth(venue.account.account_id, seen, (), town.now)
        assert report.differences == ()


def test_legs_that_differ_while_they_are_apart_are_told() -> None:
    town = entered(foreign="refuse")
    town.carry_out(town.kernel.let_go("usdm"))
    town.wait(20)
    [first, second] = town.errors()
    assert "legs differ by 0.1 BTC" in first
    assert first.endswith("The other leg's account usdm is not on this desk.")
    assert second != first


def test_an_intent_of_before_a_restart_is_called_off_under_todays_lease() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    town.add()
    town.on_effect = lambda effect: isinstance(effect, PlaceOrder)
    town.prices("145000000", "100000")
    town.on_effect = lambda _: False
    for venue in town.venues:
        venue.is_silent = True
    town.reborn(token=7, connects=False)
    before = len(town.records)
    town.carry_out(town.kernel.let_go("usdm"))
    town.wait(1)
    later = [record.order for record in town.records[before:] if isinstance(record, OrderRecorded)]
    assert [(order.account_id, order.state, order.fencing_token) for order in later] == [
        ("upbit", OrderState.INTENT, 7)
    ]


def test_who_only_looks_sees_the_positions_of_another_desk() -> None:
    town = entered()
    before = town.last
    town.reborn(connects=False)
    town.kernel.mark("upbit", "BTC/KRW", D(145_000_000), town.now)
    town.kernel.mark("usdm", "BTC/USDT", D(100_000), town.now)
    [row] = town.view().positions
    assert row.position == before
    assert row.pnl_now is None, "no rate is known to one who is not told"
    assert town.bot().matched_profit == 0


@pytest.mark.parametrize("index", [0, 1])
def test_an_account_goes_to_another_desk_in_the_middle_and_comes_back(index: int) -> None:
    town = entered(foreign="part")
    venue = town.venues[index]
    town.give(venue)
    town.wait(30)
    assert (len(town.home.placed), len(town.foreign.placed)) == (1, 1)
    assert not town.foreign.orders, "what nobody would hedge is called off, by whichever desk has it"
    town.take(venue)
    town.prices("145000000", "100000")
    town.wait(2)
    assert town.last.stage is PairStage.OPEN
    assert stood(town) == (D("-0.1"), D("0.1"))
    town.prices("140000000", "100000")
    assert town.stage() is PairStage.CLOSED
    assert stood(town) == FLAT
    is_exact(town)


def test_a_half_that_was_lost_with_its_lease_before_it_was_recorded_is_added_again() -> None:
    """Its account was opened a moment ago and taken anew: what was decided for it under the old lease is dropped."""
    town = PairTown()
    town.prices("140000000", "100000")
    assert town.add() == []
    town.carry_out(town.kernel.let_go("usdm"))
    town.records = [
        each for each in town.records if not (isinstance(each, BotRecorded) and each.bot.bot_id == HEDGE)
    ]  # fmt: skip
    town.tell(ClockTicked(town.now))
    assert town.waits() == "The other leg's account usdm is not on this desk."
    town.connect(town.foreign)
    town.prices("145000000", "100000")
    town.prices("145000000", "100000")
    assert town.last.stage is PairStage.OPEN
    assert stood(town) == (D("-0.1"), D("0.1"))


def test_a_pair_whose_first_half_was_lost_is_added_when_it_is_asked_again() -> None:
    town = PairTown()
    town.prices("140000000", "100000")
    assert town.add() == []
    town.carry_out(town.kernel.let_go("upbit"))
    town.connect(town.home)
    assert town.add() == []
    town.prices("140000000", "100000")
    town.prices("145000000", "100000")
    town.prices("145000000", "100000")
    assert town.last.stage is PairStage.OPEN
    assert town.bot(HEDGE).bot.config == HedgeConfig(BOT)
