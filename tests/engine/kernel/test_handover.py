"""An account leaves the kernel with all its bots, and comes back as the journal knows it."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.grid import GridConfig
from engine.domain.messages import (
    AccountConnected,
    BalancesReported,
    CancelOrder,
    DecisionLogged,
    HaltRecorded,
    Level,
    OrderAccepted,
    OrderFilled,
    OrderUnknown,
    PlaceOrder,
)
from engine.domain.order import Fill, Liquidity, Order, OrderState, Side
from engine.recovered import RecoveredState
from tests.engine.kernel.town import ACCOUNT, BOT, OpenTown, Town, instrument

D = Decimal
CONFIG = GridConfig(D(100), D(140), 4, D(4000))


def started() -> Town:
    town = Town()
    town.price(120)
    assert town.grid(CONFIG) == []
    return town


def journal_of(town: Town, token: int) -> RecoveredState:
    """What the journal would give to the desk that takes the account over."""
    view = town.bot()
    return RecoveredState(
        accounts=(ACCOUNT,),
        instruments=(instrument(),),
        bots=(replace(view.bot, fencing_token=token),),
        rungs=tuple((BOT, rung) for rung in view.rungs),
        open_orders=view.open_orders,
        trade_ids=frozenset(),
        is_halted=False,
        tokens=((ACCOUNT.account_id, token),),
    )


def test_what_was_let_go_is_not_decided_on_any_more() -> None:
    town = started()
    assert town.kernel.account_of(BOT) == ACCOUNT.account_id
    town.kernel.let_go(ACCOUNT.account_id)
    assert town.kernel.bot_views() == ()
    assert town.kernel.accounts() == []
    assert town.kernel.market_books() == []
    assert town.kernel.account_of(BOT) is None
    before = len(town.placed)
    town.price(135, 105, 120)
    assert len(town.placed) == before


def test_another_kernel_goes_on_where_the_first_one_was() -> None:
    town = started()
    rungs, orders = town.bot().rungs, {order.client_order_id for order in town.bot().open_orders}
    state = journal_of(town, 7)
    town.kernel.let_go(ACCOUNT.account_id)
    town.kernel.take_over(state)
    [view] = town.kernel.bot_views()
    assert view.rungs == rungs
    assert {order.client_order_id for order in view.open_orders} == orders
    assert view.bot.fencing_token == 7


def test_new_orders_carry_the_token_of_the_new_lease() -> None:
    town = started()
    state, held = journal_of(town, 7), town.bot().base_held
    town.kernel.let_go(ACCOUNT.account_id)
    town.kernel.take_over(state)
    town.send(OpenTown(ACCOUNT))
    town.tell(BalancesReported(ACCOUNT.account_id, (("KRW", D(9_000_000), D(0)), ("XRP", held, D(0))), town.now))
    town.price(110, 120)
    fresh = [order for order in town.placed if order.fencing_token == 7]
    assert fresh
    assert town.placed[-1].fencing_token == 7


def test_a_suspended_account_decides_nothing() -> None:
    town = started()
    town.kernel.suspend(ACCOUNT.account_id)
    before = len(town.placed)
    town.price(110)
    assert len(town.placed) == before


def lost_buy(town: Town) -> Order:
    """A resting buy of which nobody knew, and of which the venue then said that it never came."""
    order = next(order for order in town.orders.values() if order.side is Side.BUY)
    del town.orders[order.client_order_id]
    town.tell(OrderUnknown(order.client_order_id, "timeout", town.now))  # the town is asked, and knows nothing
    return order


def test_an_order_that_arrives_after_it_was_given_up_is_cancelled_and_its_fill_is_booked() -> None:
    town = started()
    lost = lost_buy(town)
    outbox = town.kernel.handle(OrderAccepted(lost.client_order_id, "v-late", town.now))
    assert outbox is not None
    assert [effect.order.client_order_id for effect in outbox.effects if isinstance(effect, CancelOrder)] == [
        lost.client_order_id
    ]
    assert not [effect for effect in outbox.effects if isinstance(effect, PlaceOrder)]
    said = [record for record in outbox.records if isinstance(record, DecisionLogged)]
    assert [line.level for line in said] == [Level.LOOK]
    held = town.bot().base_held
    assert lost.price is not None
    fill = Fill(
        "town", "late", lost.client_order_id, lost.symbol, lost.side, lost.price, D(1), D("0.05"), "KRW",
        Liquidity.MAKER, town.now,
    )  # fmt: skip
    outbox = town.kernel.handle(OrderFilled(fill))
    assert outbox is not None
    assert town.bot().base_held == held + 1


def test_a_leaving_account_decides_nothing_however_often_its_venue_connects_and_goes_on_when_it_stays() -> None:
    town = started()
    town.kernel.suspend(ACCOUNT.account_id)
    town.tell(AccountConnected(ACCOUNT, (instrument(),), town.now))
    before = len(town.placed)
    town.price(110)
    assert len(town.placed) == before
    town.kernel.resume(ACCOUNT.account_id)
    town.price(111)
    assert len(town.placed) > before


def test_accounts_of_a_halted_desk_halt_the_desk_that_takes_them() -> None:
    town = started()
    state = replace(journal_of(town, 7), is_halted=True)
    town.kernel.let_go(ACCOUNT.account_id)
    outbox = town.kernel.take_over(state)
    assert outbox is not None
    assert HaltRecorded(is_halted=True, at=town.now) in outbox.records
    assert town.kernel.is_halted
    town.send(OpenTown(ACCOUNT))
    before = len(town.placed)
    town.price(110, 120)
    assert len(town.placed) == before


def test_an_order_that_another_desk_gave_up_is_known_to_the_one_that_takes_over() -> None:
    town = started()
    lost = lost_buy(town)
    state = replace(journal_of(town, 7), lost_orders=(replace(lost, state=OrderState.LOST),))
    town.kernel.let_go(ACCOUNT.account_id)
    town.kernel.take_over(state)
    held = town.bot().base_held
    assert lost.price is not None
    fill = Fill(
        "town", "late", lost.client_order_id, lost.symbol, lost.side, lost.price, D(1), D("0.05"), "KRW",
        Liquidity.MAKER, town.now,
    )  # fmt: skip
    town.kernel.handle(OrderFilled(fill))
    assert town.bot().base_held == held + 1
