"""What a venue says of a position: what explains it, what is waited for, and what stops the bots."""

from dataclasses import replace
from datetime import timedelta

from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.ledger import EntryKind
from engine.domain.messages import (
    LedgerRecorded,
    OrderCanceled,
    StartBot,
    StopBot,
)
from engine.domain.money import ZERO
from engine.domain.order import Liquidity, Order, Side
from engine.domain.positions import PositionReported, PositionSide
from tests.engine.kernel.perp_scenes import (
    CONFIG,
    POSITION,
    D,
    check_books,
    perp,
    started,
    tell_position,
)
from tests.engine.kernel.town import BOT, Town


def test_a_position_that_somebody_else_changed_stops_the_bot_and_is_not_traded() -> None:
    town = started(perp())
    held = town.bot().base_held
    tell_position(town, held)
    town.price(119)
    assert town.bot().bot.state is BotState.RUNNING
    tell_position(town, held - 1)  # a liquidation in part, ADL, a person
    sent = len(town.placed)
    town.price(118, 109)  # reaches 110: the fill is ours, the rung's sell is not sent on a doubtful position
    assert len(town.placed) == sent
    for _ in range(12):
        town.price(109)
    assert town.bot().bot.state is BotState.ERROR
    assert not town.orders
    assert len(town.placed) == sent
    assert any("somebody or something else" in line for line in town.said())
    check_books(town)


def test_a_position_told_before_its_fill_is_no_trouble() -> None:
    town = started(perp())
    held = town.bot().base_held
    order = next(order for order in town.orders.values() if order.price == D(110))
    tell_position(town, held + order.quantity, town.now + timedelta(milliseconds=1))
    town.price(110)
    tell_position(town, town.bot().base_held)
    town.price(109, 111)
    assert town.bot().bot.state is BotState.RUNNING
    assert town.resting(Side.SELL) == ["120", "140"]


def test_an_order_that_the_venue_ended_waits_for_what_is_said_of_the_position() -> None:
    town = started(perp())
    tell_position(town, town.bot().base_held)
    order = next(order for order in town.orders.values() if order.price == D(110))
    del town.orders[order.client_order_id]
    sent = len(town.placed)
    town.tell(OrderCanceled(order.client_order_id, ZERO, town.now))
    town.price(121, 122)
    assert len(town.placed) == sent
    tell_position(town, town.bot().base_held)
    assert town.resting(Side.BUY) == ["100", "110", "120"]


def test_a_position_may_be_stamped_a_moment_before_the_fill_that_made_it() -> None:
    town = started(perp())
    town.price(110)
    tell_position(town, town.bot().base_held, town.now - timedelta(milliseconds=3))
    for _ in range(12):
        town.price(109)
    assert town.bot().bot.state is BotState.RUNNING
    town.price(111, 109)
    assert town.resting(Side.SELL) == ["120", "140"]


def test_a_market_that_was_quiet_for_long_gives_a_fill_its_time_too() -> None:
    town = started(perp())
    town.now += timedelta(seconds=60)
    tell_position(town, town.bot().base_held + 1)
    town.price(119)
    assert town.bot().bot.state is BotState.RUNNING


def test_a_network_that_stood_still_gives_a_fill_its_time_too() -> None:
    """What was under way comes in one rush, each on a line of its own: an old position, the quote of now, the fill."""
    town = started(perp(), 115)
    order = next(order for order in town.orders.values() if order.price == D(110))
    tell_position(town, town.bot().base_held + order.quantity, town.now + timedelta(seconds=1))
    town.now += timedelta(seconds=60)
    # Above the order's price: the town's own market does not fill it.
    town.price(114)
    assert town.bot().bot.state is BotState.RUNNING
    town.at_price = D(110)
    town._fill(order, D(110), Liquidity.MAKER)
    assert town.bot().bot.state is BotState.RUNNING
    town.price(114)
    assert town.resting(Side.SELL) == ["120", "130", "140"]


def test_the_last_fill_that_was_waited_for_brings_the_bot_on_without_a_quote() -> None:
    town = started(perp(), 115)
    order = next(order for order in town.orders.values() if order.price == D(110))
    tell_position(town, town.bot().base_held + order.quantity, town.now + timedelta(seconds=1))
    town.now += timedelta(seconds=1)
    town.at_price = D(110)
    town._fill(order, D(110), Liquidity.MAKER)
    assert town.resting(Side.SELL) == ["120", "130", "140"]


def test_a_stale_story_of_a_position_is_no_news() -> None:
    town = started(perp())
    before = town.now
    town.price(110)
    tell_position(town, D(0), before - timedelta(seconds=60))
    for _ in range(20):
        town.price(109)
    assert town.bot().bot.state is BotState.RUNNING


def test_fills_that_would_explain_it_are_asked_for() -> None:
    town = started(perp())
    asked: list[str] = []
    report = town._report

    def note(order: Order) -> None:
        asked.append(order.client_order_id)
        report(order)

    town._report = note  # type: ignore[method-assign]
    tell_position(town, town.bot().base_held + 1)
    town.price(119, 119)
    assert asked == []
    town.price(119)
    assert sorted(asked) == sorted(town.orders)


def test_what_a_stopped_bot_leaves_is_taken_over_as_the_venue_has_it() -> None:
    town = started(perp())
    tell_position(town, town.bot().base_held - 1, entry=120)
    for _ in range(12):
        town.price(119)
    assert town.bot().bot.state is BotState.ERROR
    assert "somebody or something else" in town.refusals(StartBot(BOT))[0]
    assert "somebody or something else" in town.refusals(StopBot(BOT, Inventory.SELL))[0]
    assert town.refusals(StopBot(BOT, Inventory.KEEP)) == []
    assert town.bot().bot.state is BotState.STOPPED
    assert town.refusals(StartBot(BOT)) == []
    outside = [
        e for r in town.records if isinstance(r, LedgerRecorded) for e in r.entries if e.kind is EntryKind.OUTSIDE
    ]
    assert [(entry.asset, entry.amount) for entry in outside] == [(POSITION, D(-1)), ("KRW", D(120))]
    town.price(119)
    assert town.bot().bot.state is BotState.RUNNING


def test_a_long_grid_does_not_start_against_a_short_position() -> None:
    town = Town(perp())
    town.price(120)
    tell_position(town, D(-3))
    assert "short position of -3 in XRP/KRW" in town.grid(CONFIG)[0]


def test_in_hedge_mode_the_short_position_is_other_peoples_business() -> None:
    town = Town(replace(perp(), is_hedged=True))
    town.price(120)
    town.tell(
        PositionReported(
            "town", "town", "XRP/KRW", PositionSide.SHORT, D(-3), D(100), None, None, None, None, None, town.now
        )
    )
    assert town.grid(CONFIG) == []
    tell_position(town, town.bot().base_held)
    town.price(110)
    assert town.bot().bot.state is BotState.RUNNING
