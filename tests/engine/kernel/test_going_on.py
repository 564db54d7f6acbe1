"""After a stand-still, a restart, a broken connection: each bot goes on from where it was, and none is stuck."""

from dataclasses import replace
from decimal import Decimal

from engine.domain import phrases
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.messages import (
    AccountConnected,
    BalancesReported,
    EditGrid,
    Message,
    OrderRejected,
    OrderUnknown,
    RejectCode,
    RejectReason,
    StartBot,
    StopBot,
)
from engine.domain.order import Liquidity, Order, OrderKind, Side
from engine.domain.sentences import say
from tests.engine.kernel.test_grid_run import CONFIG, check_books, started
from tests.engine.kernel.town import BOT, Town

D = Decimal


def stand_still(town: Town) -> None:
    outbox = town.kernel.stand_still(BOT, say(phrases.NO_ANSWER_ON_ORDER, order="x"))
    assert outbox is not None
    town.records += outbox.records


def restart(town: Town) -> None:
    balances = town.kernel.account_views()[0].balances
    town.kernel = town.reborn()
    town.tell(BalancesReported("town", balances, town.now))
    town.tell(AccountConnected(town.account, (town.instrument,), town.now))


def no(order: Order, town: Town) -> Message:
    return OrderRejected(order.client_order_id, RejectReason(RejectCode.OTHER, "no"), town.now)


def test_a_bot_that_stood_still_before_its_trigger_is_started_from_the_beginning() -> None:
    town = Town()
    town.price(120)
    assert town.grid(replace(CONFIG, trigger_price=D(110))) == []
    stand_still(town)
    assert town.refusals(StartBot(BOT)) == []
    assert town.bot().bot.state is BotState.WAITING
    town.price(109)
    assert town.bot().bot.state is BotState.RUNNING
    assert town.orders


def test_a_second_start_that_came_to_nothing_leaves_the_result_of_the_first_run() -> None:
    town = started(135)
    town.price(125)
    assert town.refusals(StopBot(BOT, Inventory.KEEP)) == []
    result = town.bot().total_pnl
    assert result < 0
    assert town.refusals(EditGrid(BOT, replace(CONFIG, trigger_price=D(110)))) == []
    assert town.refusals(StartBot(BOT)) == []
    stand_still(town)
    assert town.bot().total_pnl == result
    assert town.refusals(StopBot(BOT, Inventory.SELL)) == []
    assert town.bot().bot.state is BotState.STOPPED
    assert town.bot().total_pnl == result


def test_an_edit_that_a_stand_still_and_a_restart_cut_short_is_finished_by_the_next_start() -> None:
    town = started(125)
    town.is_cancel_lost = True
    assert town.refusals(EditGrid(BOT, replace(CONFIG, investment=D(8000)))) == []
    assert town.bot().bot.state is BotState.REBALANCING
    before = town.bot().rungs[0].quantity
    stand_still(town)
    town.is_cancel_lost = False
    restart(town)
    town.price(125)
    assert town.refusals(StartBot(BOT)) == []
    town.price(125)
    view = town.bot()
    assert view.bot.state is BotState.RUNNING
    assert all(rung.quantity > before * D("1.9") for rung in view.rungs)
    check_books(town)


def test_a_stop_that_did_not_succeed_and_is_taken_back_puts_all_base_on_sale_again() -> None:
    town = started(125)
    town.price(110)
    town.on_place = lambda order: no(order, town) if order.kind is OrderKind.MARKET else None
    assert town.refusals(StopBot(BOT, Inventory.SELL)) == []
    for _ in range(400):
        town.price(110)
    assert town.bot().bot.state is BotState.ERROR
    town.on_place = None
    assert town.refusals(StartBot(BOT)) == []
    town.price(110)
    view = town.bot()
    assert view.bot.state is BotState.RUNNING
    assert view.bot.spare_base < D("0.01")
    assert town.resting(Side.SELL) == ["130", "140"]
    check_books(town)


def test_a_leg_refused_after_an_edit_went_on_doubles_no_rung_and_is_tried_again() -> None:
    town = LegsInFlight()
    town.price(125)
    town.is_holding = False
    assert town.grid(CONFIG) == []
    town.price(105, 138)
    town.is_holding = True
    # The new ladder lies below the price and needs no base: what is held is surplus, its sale is in flight.
    assert town.refusals(EditGrid(BOT, replace(CONFIG, lower=D(90), upper=D(130)))) == []
    assert [order.side for order in town.in_flight] == [Side.SELL]
    stand_still(town)
    restart(town)
    town.price(138)
    assert town.refusals(StartBot(BOT)) == []
    town.tell(no(town.in_flight[-1], town))
    town.is_holding = False
    town.price(138, 138, 138)
    assert town.bot().bot.state is BotState.RUNNING
    rungs = [order.rung for order in town.orders.values()]
    assert sorted(rungs) == [0, 1, 2, 3]
    assert town.bot().bot.spare_base < D("0.0001")


class LegsInFlight(Town):
    """A town whose venue does not answer market orders while `is_holding`."""

    def __init__(self) -> None:
        self.in_flight: list[Order] = []
        self.is_holding = False
        super().__init__()

    def _place(self, order: Order) -> None:
        if self.is_holding and order.kind is OrderKind.MARKET:
            self.in_flight.append(order)
        else:
            super()._place(order)


def test_a_bot_with_orders_of_which_the_venue_could_say_nothing_can_be_stopped() -> None:
    town = LegsInFlight()
    town.price(105)
    town.is_holding = True
    assert town.grid(CONFIG) == []
    assert town.in_flight
    town.kernel = town.reborn()
    stand_still(town)
    town.tell(AccountConnected(town.account, (town.instrument,), town.now))
    town.price(105)
    assert town.refusals(StopBot(BOT, Inventory.SELL)) == []
    assert town.bot().bot.state is BotState.STOPPED


def test_a_rung_goes_on_when_its_order_of_unknown_fate_turns_out_to_rest() -> None:
    town = started(135)
    lost: list[Order] = []

    def lose_the_answer(order: Order) -> Message | None:
        if lost:
            return None
        lost.append(order)
        outbox = town.kernel.handle(OrderUnknown(order.client_order_id, "timeout", town.now))
        assert outbox is not None
        town.records += outbox.records  # the question is still under way
        town.orders[order.client_order_id] = order
        return OrderUnknown("nobody's", "", town.now)

    town.on_place = lose_the_answer
    buy = next(order for order in town.orders.values() if order.price == 130)
    town.fill_part(buy, "1")
    town.fill_part(buy, "1")
    assert [order.quantity for order in lost] == [1]
    town._report(lost[0])
    assert sum(order.quantity for order in town.orders.values() if order.side is Side.SELL) == 2


def test_a_fill_told_after_the_end_counts_to_the_run_and_its_base_goes_to_the_account() -> None:
    town = started(135)
    order = next(order for order in town.orders.values() if order.price == 130)
    assert town.refusals(StopBot(BOT, Inventory.KEEP)) == []
    for _ in range(2):
        town.orders[order.client_order_id] = order
        town._fill(order, D(130), Liquidity.MAKER, D(1))
    view = town.bot()
    assert view.base_held == town.ledger("XRP") == 0
    # Two bought at 130 with a fee of 0.065 each, both worth 135 when they were handed back.
    assert view.total_pnl == town.ledger("KRW") == 2 * (D(5) - D("0.065"))
    references = [(entry.reference, entry.asset, entry.kind) for entry in town.entries()]
    assert len(references) == len(set(references))
    assert town.refusals(StartBot(BOT)) == []
    assert town.bot().base_held == town.ledger("XRP")
