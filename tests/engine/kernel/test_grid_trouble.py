"""A grid whose orders are refused, vanish, or have no money."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.messages import (
    AddGrid,
    Message,
    OrderRecorded,
    OrderRejected,
    OrderUnknown,
    RejectCode,
    RejectReason,
    StartBot,
)
from engine.domain.order import Order, OrderState, Side
from engine.domain.sentences import say
from tests.engine.kernel.test_grid_run import CONFIG, check_books, started
from tests.engine.kernel.town import ACCOUNT, BOT, Town

D = Decimal


def test_a_post_only_refusal_is_tried_again_at_each_quote_and_not_in_between() -> None:
    town = started(135)
    town.price(130)
    tried: list[Order] = []

    def refuse(order: Order) -> Message | None:
        tried.append(order)
        return OrderRejected(order.client_order_id, RejectReason(RejectCode.POST_ONLY, "crosses"), town.now)

    town.on_place = refuse
    town.price(140)  # the sell fills at a first quote, a second one ends the move
    assert len(tried) == 2
    town.on_place = None
    town.price(139)
    assert "130" in town.resting(Side.BUY)


def test_eight_refusals_in_a_row_end_in_a_look_and_not_in_a_storm() -> None:
    town = Town()
    town.price(135)
    town.on_place = lambda order: _reject(town, order)
    town.grid(CONFIG)
    for step in range(200):
        town.price(135 + D(step % 2) / 100)
    assert town.bot().bot.state is BotState.ERROR
    assert len(town.placed) < 60
    town.on_place = None
    assert town.refusals(StartBot(BOT)) == []
    assert len(town.resting(Side.BUY)) == 4


def _reject(town: Town, order: Order) -> Message:
    return OrderRejected(order.client_order_id, RejectReason(RejectCode.OTHER, "closed"), town.now)


def test_an_order_of_unknown_fate_is_asked_for_and_never_sent_twice() -> None:
    town = Town()
    town.price(135)
    unknown: list[str] = []

    def lose_first(order: Order) -> Message | None:
        if not unknown:
            unknown.append(order.client_order_id)
            return OrderUnknown(unknown[0], "timeout", town.now)
        return None

    town.on_place = lose_first
    town.grid(CONFIG)
    identities = [order.client_order_id for order in town.placed]
    assert len(identities) == len(set(identities))
    assert len(town.orders) == 3
    town.price("135.1", "135.2")  # its place is taken again a second later
    assert len(town.orders) == 4
    states = {record.order.state for record in town.records if isinstance(record, OrderRecorded)}
    assert OrderState.LOST in states


def test_a_rung_without_money_waits_for_the_next_sale_and_the_others_go_on() -> None:
    poor = replace(ACCOUNT, settings=(("cash.KRW", "4000"),))
    # The first purchase slips by 5 %, so the lowest buy cannot be paid any more.
    town = Town(account=poor)
    town.price(115)
    town.slip = D("1.05")
    assert town.grid(CONFIG) == []
    assert town.bot().bot.state is BotState.RUNNING
    assert len(town.orders) == 3
    assert len([line for line in town.said() if line.startswith("An order was not sent")]) == 1
    town.price(130)  # the sale pays for the nearer rung first
    assert town.resting(Side.BUY) == ["110", "120"]
    town.price(141)
    assert town.resting(Side.BUY) == ["100", "110", "120", "130"]
    check_books(town)


def test_a_bot_that_stands_still_keeps_its_share_of_the_allocation() -> None:
    town = Town()
    town.price(135)
    town.on_place = lambda order: _reject(town, order)
    assert town.grid(CONFIG) == []
    for step in range(400):
        town.price(135 + D(step % 2) / 100)
    assert town.bot().bot.state is BotState.ERROR
    command = AddGrid("testbot2", "second", "town", "XRP/KRW", CONFIG, D(95), start=True)
    assert town.refusals(command) == [
        "Your running bots have 10 % allocated, so 95 % more is over 100 %: allocate less to this one, or stop another."
    ]


def test_a_share_that_nobody_names_is_at_most_what_running_bots_leave() -> None:
    town = Town(account=replace(ACCOUNT, settings=(("cash.KRW", "8000"),)))
    town.price(115)
    assert town.grid(CONFIG) == []
    # All of the account's 8,000 is invested by it, and the first bot has 10 % of what its owner has.
    all_of_it = replace(CONFIG, investment=D(8000))
    assert town.refusals(AddGrid("testbot2", "second", "town", "XRP/KRW", all_of_it)) == []
    assert town.bot("testbot2").bot.allocation_percent == 90


def test_what_a_bot_stands_still_for_is_not_hidden_by_what_is_told_late() -> None:
    town = started(120)
    sell = next(order for order in town.orders.values() if order.side is Side.SELL)
    cause = say("somebody has to look")
    town.carry_out(town.kernel.stand_still(BOT, cause))
    told = town.bot().bot.last_event
    assert "somebody has to look" in str(told)
    town.fill_part(sell, str(sell.quantity))
    assert any("closed cycle" in line for line in town.said())
    assert town.bot().bot.last_event == told
    assert town.send(StartBot(BOT)).refusals == ()
    assert town.bot().bot.last_event != told
