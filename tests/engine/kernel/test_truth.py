"""A repair does what was shown: the rehearsed orders are the ones that are sent, and a look changes nothing."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.bot import BotState
from engine.domain.ledger import EntryKind
from engine.domain.messages import CommandReceived, HaltAll, LedgerRecorded, PauseBot
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order
from engine.domain.truth import Cause, StepKind, TruthReport
from engine.domain.truth_requests import RepairAccount
from engine.domain.venue_picture import RestingOrder, VenuePicture
from tests.engine.kernel.test_grid_run import check_books, started
from tests.engine.kernel.town import Town

D = Decimal


def picture(town: Town, **changes: object) -> VenuePicture:
    """What the town has: everything that rests in it, and the money that its fills came to."""
    account = town.kernel._state.accounts["town"]
    resting = tuple(
        RestingOrder(
            order.client_order_id, "v", order.symbol, order.side, order.price, order.quantity, order.filled_quantity
        )
        for order in town.orders.values()
    )
    balances = tuple((asset, total, ZERO) for asset, total in account.ledger.items())
    return replace(VenuePicture(town.now + timedelta(hours=1), resting, balances, ()), **changes)  # type: ignore[arg-type]


def look(town: Town, seen: VenuePicture) -> TruthReport:
    return town.kernel.truth("town", seen, (), town.now)


def repair(town: Town, seen: VenuePicture, plan_id: str) -> list[str]:
    """The refusals of a repair that sees this picture; what it decides is carried out."""
    command = RepairAccount("town", plan_id)
    town.carry_out(town.kernel.repair(CommandReceived("repair", command, town.now), command, seen))
    return [str(sentence) for _, sentence in town.answers[-1].refusals]


def wanted(orders: list[Order]) -> list[tuple[object, ...]]:
    return [(order.rung, order.side, order.kind, order.price, order.quantity) for order in orders]


def shown(report: TruthReport) -> list[tuple[object, ...]]:
    return [(order.rung, order.side, order.kind, order.price, order.quantity) for order in report.plan.orders]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(90, 150), min_size=1, max_size=12), st.floats(0, 1))
def test_the_orders_that_were_shown_are_the_ones_that_are_sent(seed: int, path: list[int], share: float) -> None:
    chance = random.Random(seed)
    town = started()
    town.price(*path)
    for name in [name for name in town.orders if chance.random() < share]:
        del town.orders[name]
    seen = picture(town)
    before = repr(town.kernel._state)
    report = look(town, seen)
    assert repr(town.kernel._state) == before, "a look changes nothing"
    assert {row.cause for row in report.differences} <= {Cause.CANCELED_BY_HAND}
    placed = len(town.placed)
    if report.plan.steps:
        assert repair(town, seen, report.plan.plan_id) == []
        # The venue answers about one order after the other.
        assert sorted(wanted(town.placed[placed:]), key=str) == sorted(shown(report), key=str)
    assert look(town, picture(town)).differences == ()
    check_books(town)


def test_an_execution_of_an_order_that_has_ended_is_booked_and_its_rung_sells() -> None:
    town = started(135)
    order = next(order for order in town.orders.values() if order.price == 130)
    assert town.send(PauseBot(order.bot_id)).refusals == ()
    assert town.orders == {}
    fill = Fill(
        "town", "late", order.client_order_id, order.symbol, order.side, D(130), order.quantity, D("0.5"), "KRW",
        Liquidity.MAKER, town.now,
    )  # fmt: skip
    account = town.kernel._state.accounts["town"]
    balances = (
        ("KRW", account.ledger["KRW"] - fill.value - D("0.5"), ZERO),
        ("XRP", account.ledger.get("XRP", ZERO) + fill.quantity, ZERO),
    )
    seen = picture(town, fills=(fill,), balances=balances)
    report = look(town, seen)
    assert [step.kind for step in report.plan.steps] == [StepKind.FILL]
    assert report.plan.orders == (), "a paused bot sends nothing"
    assert repair(town, seen, report.plan.plan_id) == []
    assert town.bot().base_held == order.quantity
    assert look(town, seen).differences == ()
    check_books(town)


def test_an_order_of_another_price_is_cancelled_and_placed_anew() -> None:
    town = started()
    order = next(iter(town.orders.values()))
    assert order.price is not None
    seen = picture(town)
    moved = tuple(
        replace(each, price=each.price - 1) if each.client_order_id == order.client_order_id and each.price else each
        for each in seen.orders
    )
    seen = replace(seen, orders=moved)
    report = look(town, seen)
    [row] = report.differences
    assert (row.cause, row.our_price, row.venue_price) == (Cause.PRICE_DIFFERS, order.price, order.price - 1)
    [again] = report.plan.orders
    assert (again.rung, again.side, again.price, again.quantity) == (
        order.rung, order.side, order.price, order.quantity,
    )  # fmt: skip
    placed = len(town.placed)
    assert repair(town, seen, report.plan.plan_id) == []
    assert order.client_order_id not in town.orders
    assert wanted(town.placed[placed:]) == shown(report)


def test_while_everything_is_halted_a_repair_places_nothing() -> None:
    town = started()
    del town.orders[next(iter(town.orders))]
    town.is_cancel_lost = True
    town.send(HaltAll())
    report = look(town, picture(town))
    assert report.plan.orders == ()
    assert {step.kind for step in report.plan.steps} == {StepKind.ASK}


def test_money_that_came_is_entered_once_and_only_as_it_was_shown() -> None:
    town = started()
    account = town.kernel._state.accounts["town"]

    def seen(more: str) -> VenuePicture:
        return picture(
            town, balances=(("KRW", account.ledger["KRW"] + D(more), ZERO), ("XRP", account.ledger["XRP"], ZERO))
        )

    plan = look(town, seen("77.5")).plan
    assert repair(town, seen("78.5"), plan.plan_id) == [
        f"What differs on Town is not what the plan {plan.plan_id} was made for; look again."
    ]
    total = account.ledger["KRW"]
    assert repair(town, seen("77.5"), plan.plan_id) == []
    assert account.ledger["KRW"] == total + D("77.5")
    [entry] = [
        entry
        for record in town.records
        if isinstance(record, LedgerRecorded)
        for entry in record.entries
        if entry.reference == "repair:repair"
    ]
    assert (entry.bot_id, entry.kind, entry.amount) == ("", EntryKind.DEPOSIT, D("77.5"))
    assert repair(town, picture(town), plan.plan_id) == ["Nothing on Town needs a repair."]
    assert town.bot().bot.state is BotState.RUNNING
