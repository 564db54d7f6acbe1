"""The truth about an account of a running engine on a real paper venue in which somebody meddled; and its repair."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import BotState
from engine.domain.codec import to_json
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side
from engine.domain.truth import Cause, StepKind, TruthReport
from engine.domain.truth_requests import LookAtTruth, RepairAccount
from engine.engine import Engine
from engine.errors import GridwrightError
from engine.ports import Venue
from engine.truth import report_of
from engine.venues.clearing import Change
from engine.venues.paper import PaperVenue
from tests.support.trading import BOT, TradingDesk, begin, bot_of, invented_market, stand_still, wait_for_fills
from tests.support.waiting import wait_until_async

D = Decimal
ACCOUNT = invented_market()


class Meddler:
    """A hand in a paper venue's own books, of which the engine is told nothing."""

    def __init__(self) -> None:
        self.venue: PaperVenue | None = None

    def wrap(self, venue: Venue) -> Venue:
        assert isinstance(venue, PaperVenue)
        self.venue = venue
        return venue

    @property
    def _venue(self) -> PaperVenue:
        assert self.venue is not None
        return self.venue

    def cancel(self, order: Order) -> None:
        canceled = self._venue._live.cancel(order.client_order_id)
        assert canceled is not None
        self._venue._commit(canceled[0])

    def place(self, order: Order) -> None:
        placement = self._venue._live.place(order)
        assert placement.reason is None
        self._venue._commit(placement.change)

    def move(self, asset: str, amount: Decimal) -> None:
        self._venue._live.balances.add(asset, amount)
        # The store writes balances with the orders that moved them.
        [some, *_] = self._venue._live.book.orders()
        self._venue._commit(Change(orders={some.client_order_id: some}, assets={asset}))


def similar(order: Order, name: str, price: Decimal) -> Order:
    return replace(order, client_order_id=name, side=Side.BUY, kind=OrderKind.LIMIT, price=price, quantity=D(1),
                   purpose=Purpose.RUNG_BUY, state=OrderState.INTENT)  # fmt: skip


@pytest.fixture
def meddler() -> Meddler:
    return Meddler()


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> TradingDesk:
    return TradingDesk(database_url, tmp_path / "kitchen")


@pytest.fixture
async def engine(desk: TradingDesk, meddler: Meddler) -> AsyncIterator[Engine]:
    async with desk.engine(meddler.wrap) as running:
        await trade(running)
        yield running


async def trade(engine: Engine) -> None:
    """A ladder with some fills on a market that stands still from then on."""
    await begin(engine, ACCOUNT, D(6_000))
    await wait_for_fills(engine, 3)
    await stand_still(engine, ACCOUNT)


async def look(engine: Engine) -> TruthReport:
    return await engine.truth(ACCOUNT.account_id)


def causes(report: TruthReport) -> list[Cause]:
    return sorted((row.cause for row in report.differences), key=lambda cause: cause.value)


async def test_a_running_grid_and_its_venue_say_the_same(engine: Engine) -> None:
    report = await look(engine)
    assert report.differences == ()
    assert report.plan.steps == ()
    shown = bot_of(engine.view())
    assert {row.client_order_id for row in report.rows if row.client_order_id} == {
        order.client_order_id for order in shown.open_orders
    }
    answer = await engine.submit(RepairAccount(ACCOUNT.account_id, "0123456789ab"))
    assert [str(sentence) for _, sentence in answer.refusals] == [f"Nothing on {ACCOUNT.name} needs a repair."]


async def test_everything_that_somebody_did_is_found_shown_and_mended(
    desk: TradingDesk, meddler: Meddler, engine: Engine
) -> None:
    before = bot_of(engine.view())
    gone = max((order for order in before.open_orders if order.side is Side.BUY), key=lambda order: order.price or ZERO)
    stranger, foreign = similar(gone, f"{BOT}G1R0BC77A7", D(20)), similar(gone, "byHand", D(21))
    meddler.cancel(gone)
    meddler.place(stranger)
    meddler.place(foreign)
    meddler.move("BBB", D("-250.5"))
    report = await look(engine)
    assert causes(report) == [Cause.CANCELED_BY_HAND, Cause.MONEY_MOVED, Cause.UNKNOWN_TO_US]
    assert [step.kind for step in report.plan.steps] == [StepKind.CANCEL, StepKind.ASK, StepKind.BOOK]
    # The rung whose order was cancelled wants it again: that, and nothing else, would be sent.
    [again] = report.plan.orders
    assert (again.rung, again.side, again.price, again.quantity) == (gone.rung, gone.side, gone.price, gone.quantity)
    assert bot_of(engine.refresh()).open_orders == before.open_orders, "a look changes nothing"

    answer = await engine.submit(RepairAccount(ACCOUNT.account_id, report.plan.plan_id))
    assert answer.refusals == ()
    await wait_until_async(lambda: is_placed_again(engine, gone), what="the order to be placed again")
    mended = await look(engine)
    assert mended.differences == ()
    assert [row.client_order_id for row in mended.rows if row.cause is Cause.NOT_OURS] == ["byHand"]
    placed = next(order for order in bot_of(engine.view()).open_orders if order.rung == gone.rung)
    assert placed.client_order_id != gone.client_order_id
    lines = [str(line.sentence) for line in engine.view().log]
    assert any(line.startswith(f"Repair {report.plan.plan_id} of ") for line in lines)
    assert f"Repair {report.plan.plan_id}: 250.5 BBB taken out of our books, which the venue has not." in lines
    meddler.cancel(foreign)
    await stand_still(engine, ACCOUNT)
    strange = {stranger.client_order_id, foreign.client_order_id}
    assert [each for each in await desk.complaints(ACCOUNT) if not any(name in each for name in strange)] == []


def is_placed_again(engine: Engine, gone: Order) -> bool:
    rung = [order for order in bot_of(engine.refresh()).open_orders if order.rung == gone.rung]
    return [order.state for order in rung] == [OrderState.OPEN] and rung[0].client_order_id != gone.client_order_id


async def test_a_plan_is_refused_when_something_has_changed_since(meddler: Meddler, engine: Engine) -> None:
    meddler.move("BBB", D(10))
    plan = (await look(engine)).plan
    meddler.move("BBB", D(1))
    answer = await engine.submit(RepairAccount(ACCOUNT.account_id, plan.plan_id))
    assert [(field, str(sentence)) for field, sentence in answer.refusals] == [
        ("plan", f"What differs on {ACCOUNT.name} is not what the plan {plan.plan_id} was made for; look again.")
    ]
    [row] = (await look(engine)).differences
    assert row.difference == 11, "nothing was entered"
    plan = (await look(engine)).plan
    assert (await engine.submit(RepairAccount(ACCOUNT.account_id, plan.plan_id))).refusals == ()
    assert (await engine.submit(RepairAccount(ACCOUNT.account_id, plan.plan_id))).refusals != ()
    assert (await look(engine)).differences == ()


async def test_one_row_is_mended_and_the_others_are_left(meddler: Meddler, engine: Engine) -> None:
    meddler.move("BBB", D(10))
    meddler.move("AAA", D(2))
    report = await engine.truth(ACCOUNT.account_id, ("asset:AAA",))
    assert len(report.differences) == 2
    [step] = report.plan.steps
    assert (step.asset, step.amount) == ("AAA", D(2))
    answer = await engine.submit(RepairAccount(ACCOUNT.account_id, report.plan.plan_id, ("asset:AAA",)))
    assert answer.refusals == ()
    assert [row.asset for row in (await look(engine)).differences] == ["BBB"]


async def test_what_a_repair_entered_is_there_after_a_restart(desk: TradingDesk, meddler: Meddler) -> None:
    async with desk.engine(meddler.wrap) as first:
        await trade(first)
        meddler.move("BBB", D("0.5"))
        plan = (await look(first)).plan
        assert (await first.submit(RepairAccount(ACCOUNT.account_id, plan.plan_id))).refusals == ()
    async with desk.engine(meddler.wrap) as second:
        # A paper account whose books differ would stand still from the start.
        assert bot_of(second.refresh()).bot.state is BotState.RUNNING
        assert (await look(second)).differences == ()


async def test_another_desk_looks_and_repairs_through_the_one_that_runs_the_account(
    database_url: str, tmp_path: Path, meddler: Meddler, engine: Engine
) -> None:
    meddler.move("BBB", D("12.5"))
    cellar = TradingDesk(database_url, tmp_path / "cellar")
    async with cellar.engine() as looks:
        there = await look(looks)
        here = await look(engine)
        assert replace(there, taken_at=here.taken_at) == here
        answer = await looks.submit(RepairAccount(ACCOUNT.account_id, there.plan.plan_id))
        assert answer.refusals == ()
        assert (await look(looks)).differences == ()
        with pytest.raises(GridwrightError, match=r"There is no account nowhere\."):
            await looks.truth("nowhere")


async def test_a_report_survives_its_way_as_json(meddler: Meddler, engine: Engine) -> None:
    meddler.move("BBB", D("1.50"))
    report = await look(engine)
    assert report_of(json.dumps(to_json(report))) == report
    with pytest.raises(GridwrightError, match="cannot read"):
        report_of('{"account_id": 1}')


async def test_without_a_running_engine_nobody_can_be_asked(desk: TradingDesk, meddler: Meddler) -> None:
    async with desk.engine(meddler.wrap) as running:
        await begin(running, ACCOUNT, D(0))
    room = desk.room(meddler.wrap)
    clerk = await room.open()
    try:
        answer = await clerk.run_clerk(LookAtTruth(ACCOUNT.account_id))
    finally:
        await room.close()
    assert [str(sentence) for _, sentence in answer.refusals] == [
        f"The account {ACCOUNT.account_id} is not connected now, so its venue cannot be asked."
    ]
