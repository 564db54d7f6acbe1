"""A venue that says no, and an account without money: who waits, for what, and that nobody waits for ever."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.instrument import PriceBand
from engine.domain.messages import (
    BalancesReported,
    InstrumentChanged,
    Message,
    OrderRejected,
    OrderUnknown,
    RejectCode,
    RejectReason,
    StopBot,
)
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderKind, Side
from tests.engine.kernel.test_grid_run import CONFIG, started
from tests.engine.kernel.town import ACCOUNT, BOT, Town, instrument

D = Decimal


def test_a_stop_does_not_wait_for_what_a_rung_waits_for() -> None:
    town = started(135, replace(CONFIG, stop_lower=D(90), stop_lower_inventory=Inventory.SELL))

    def refuse_sells(order: Order) -> Message | None:
        if order.side is Side.SELL and order.kind is OrderKind.LIMIT:
            return OrderRejected(order.client_order_id, RejectReason(RejectCode.OTHER, "no"), town.now)
        return None

    town.on_place = refuse_sells
    for _ in range(40):
        town.price(129)
    assert town.bot().bot.state is BotState.RUNNING
    town.price(89)
    assert town.bot().bot.state is BotState.STOPPED
    assert town.ledger("XRP") == 0


def test_refusals_of_orders_sent_together_count_as_one() -> None:
    town = InFlight()
    town.price(1350)
    assert town.grid(replace(CONFIG, lower=D(1000), upper=D(1340), grid_count=12, investment=D(100_000))) == []
    assert len(town.in_flight) == 12
    for order in town.in_flight:
        town.tell(OrderRejected(order.client_order_id, RejectReason(RejectCode.OTHER, "busy"), town.now))
    assert town.bot().bot.state is BotState.RUNNING


class InFlight(Town):
    """A town whose venue does not answer at once."""

    def __init__(self) -> None:
        self.in_flight: list[Order] = []
        super().__init__()

    def _place(self, order: Order) -> None:
        self.in_flight.append(order)


def test_a_bot_that_its_own_risk_brought_to_stand_still_has_no_orders_left() -> None:
    town = started(135)
    town.price(129)
    assert town.orders
    # A rule of the venue changes: every order is above its maximum now.
    town.tell(InstrumentChanged(instrument(max_quantity=D("0.5"))))
    for _ in range(300):
        town.price(119)
    assert town.bot().bot.state is BotState.ERROR
    assert not town.orders


def test_a_rung_for_which_there_is_no_market_is_tried_at_the_next_quote() -> None:
    town = started(135)
    town.reject_next = RejectCode.NO_MARKET
    town.price(130, 131)
    assert town.resting(Side.SELL) == ["140"]


def test_an_instrument_that_nobody_may_trade_is_waited_for_however_long() -> None:
    """Found by a simulated day: after five minutes of suspension a bot stood still and waited for a person."""
    town = started(135)
    is_suspended = True

    def refuse(order: Order) -> Message | None:
        reason = RejectReason(RejectCode.SUSPENDED, "Instrument suspended")
        return OrderRejected(order.client_order_id, reason, town.now) if is_suspended else None

    town.on_place = refuse
    before = len(town.placed)
    for _ in range(300):
        town.price(129, 130, 131)
    assert town.bot().bot.state is BotState.RUNNING
    # 900 s, at most one try in 30 s after the first ones.
    assert 10 < len(town.placed) - before < 50
    assert sum("lets nobody trade it now (Instrument suspended)" in line for line in town.said()) == 1
    is_suspended = False
    town.price(*[131] * 31)
    assert town.resting(Side.SELL) == ["140"]


def test_money_that_comes_to_the_account_feeds_the_rungs_that_had_none() -> None:
    town = Town(account=replace(ACCOUNT, settings=(("cash.KRW", "4100"),)))
    town.price(135)
    assert town.grid(CONFIG) == []
    town.tell(BalancesReported("town", (("KRW", D(2000), ZERO),), town.now))  # somebody takes money away
    town.price(130, 140)
    assert len(town.resting(Side.BUY)) == 3
    town.tell(BalancesReported("town", (("KRW", D(4100), ZERO),), town.now))
    town.price(139)
    assert town.resting(Side.BUY) == ["100", "110", "120", "130"]


def test_room_that_a_stopped_bot_leaves_under_the_order_cap_is_used_at_the_next_quote() -> None:
    town = Town(instrument(max_open_orders=4))
    town.price(135)
    assert town.grid(CONFIG) == []
    assert town.grid(CONFIG, bot_id="testbot2") == []
    assert town.resting(Side.BUY, "testbot2") == []
    assert town.refusals(StopBot(BOT, Inventory.KEEP)) == []
    town.price(135)
    assert town.resting(Side.BUY, "testbot2") == ["100", "110", "120", "130"]


def test_a_venue_that_times_out_and_then_knows_nothing_is_not_asked_in_a_circle() -> None:
    town = Town()
    town.price(135)
    town.on_place = lambda order: OrderUnknown(order.client_order_id, "timeout", town.now)
    assert town.grid(CONFIG) == []
    for step in range(600):
        town.price(135 + D(step % 2) / 100)
    assert town.bot().bot.state is BotState.ERROR
    assert len(town.placed) < 60
    assert not town.orders


def test_a_ladder_whose_increment_changed_goes_on_beside_its_lines() -> None:
    town = started(135)
    resting = town.resting(Side.BUY)
    town.tell(InstrumentChanged(instrument(price_bands=(PriceBand(ZERO, D(7)),))))
    # What rests, rests; what comes is on the new steps: a sell for the rung from 130 to 140 at 140, one for 120 at 133.
    assert town.resting(Side.BUY) == resting
    town.price(119)
    assert town.resting(Side.SELL) == ["133", "140"]
    town.price(134)
    # The buy of the rung from 120 comes back at 119, below its line.
    assert "119" in town.resting(Side.BUY)
    assert town.bot().bot.state is BotState.RUNNING
