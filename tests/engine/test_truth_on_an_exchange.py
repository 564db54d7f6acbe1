"""The truth about a real account, over the wire of each loopback exchange: found, shown, mended, and audited."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from engine.domain.bot import BotState
from engine.domain.instrument import POSITION_SUFFIX
from engine.domain.truth import Cause, StepKind, TruthReport
from engine.domain.truth_requests import RepairAccount
from engine.engine import Engine
from engine.venues.exchanges.known import DIALECTS
from engine.venues.exchanges.timing import Timing
from tests.engine.test_going_live import BOT, LiveWorld, begin, live_world
from tests.proof.books import read_postgres, told_of
from tests.support.exchange.account import OWNER
from tests.support.exchange.audit import Auditor
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.office import Hand
from tests.support.exchange.values import Kind, OrderRecord, Side
from tests.support.exchange.venues_under_test import VENUES, VenueUnderTest
from tests.support.trading import ask, bot_of
from tests.support.waiting import wait_for, wait_until_async

D = Decimal
FUTURES = [what for what in VENUES if what.listing.kind is Kind.PERP]
#: The account's own comparisons come later than the test's: only the truth finds what no frame told.
LATE = Timing(quiet_s=60, frame_s=1.5, truth_s=60, first_s=60, ready_s=8, fills_s=0.1)
#: The exchange shows everything after 0.2 s, so nobody needs to wait longer for it here.
LAG_S = 0.6
#: Their wires tell the fee of an order, and not of each of its trades.
KOREAN = ("upbit", "bithumb")


async def until(world: LiveWorld, engine: Engine, causes: list[Cause]) -> TruthReport:
    """A look that finds these differences. The exchange shows nothing at once, and what we just sent is no difference
    before it had the time to.
    """
    seen: list[TruthReport] = []

    async def look() -> TruthReport | None:
        seen.append(await engine.truth(world.account.account_id))
        return seen[-1] if sorted(row.cause for row in seen[-1].differences) == sorted(causes) else None

    try:
        # A look costs as many requests as any, and an exchange counts them.
        return await wait_for(look, what=f"{causes}", every_s=0.2)
    except AssertionError as error:
        raise AssertionError(f"{error}: {seen[-1].differences}") from error


@pytest.fixture(autouse=True)
def hasty(what: VenueUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than this exchange needs."""
    monkeypatch.setattr(DIALECTS[what.exchange], "lag_s", LAG_S)


async def begun(world: LiveWorld, engine: Engine) -> None:
    """The account is live, its ladder stands, and the truth says that both have the same."""
    await begin(world, engine)
    # What was there before is in our books since the account went live.
    report = await until(world, engine, [])
    assert {row.asset for row in report.rows if row.asset} >= {position_asset(world.what), world.what.listing.quote}


async def repaired(world: LiveWorld, engine: Engine, report: TruthReport) -> None:
    """The plan is carried out, by its id and once; afterwards both have the same."""
    repair = RepairAccount(world.account.account_id, report.plan.plan_id)
    await ask(engine, repair)
    await until(world, engine, [])
    assert (await engine.submit(repair)).refusals, "a plan holds once"
    await wait_until_async(lambda: len(ours(world)) >= 8, what="the whole ladder", within_s=10)
    await until(world, engine, [])
    assert bot_of(engine.refresh(), BOT).bot.state is BotState.RUNNING


def position_asset(what: VenueUnderTest) -> str:
    """What our ledger calls the base that bots trade."""
    return f"{what.symbol}{POSITION_SUFFIX}" if what.listing.kind is Kind.PERP else what.listing.base


def ours(world: LiveWorld) -> list[OrderRecord]:
    """What rests and was sent by the program, the lowest price first."""
    foreign = world.core.history.foreign
    found = [order for order in world.open_orders() if order.order_id not in foreign]
    return sorted(found, key=lambda order: order.price or D(0))


async def complaints(world: LiveWorld, url: str) -> list[str]:
    """The exchange's auditor reads all that is durable."""
    what = world.what
    books = await read_postgres(url, world.account.account_id)
    told = told_of(books, OWNER, {}, {what.symbol: what.funds[what.listing.quote] / what.price})
    if what.listing.kind is Kind.PERP:
        told = replace(told, position_assets={what.symbol: position_asset(what)})
    return Auditor(world.core, has_trade_fees=what.exchange not in KOREAN).check(told)


@pytest.mark.parametrize("what", VENUES, ids=str)
async def test_what_somebody_did_by_hand_is_found_and_mended_with_real_money(
    what: VenueUnderTest, database_url: str, tmp_path: Path
) -> None:
    async with live_world(what, database_url, tmp_path, timing=LATE) as world, world.engine() as engine:
        await begun(world, engine)
        hand = Hand(world.core, OWNER, Counter())
        size = what.size / what.listing.contract_size
        below = what.price * 5 / 6 // what.tick * what.tick

        # No frame comes, so the program hears of nothing: neither of these acts nor of what they do.
        cut = world.plan.add(Rule(Point.FRAME, Action.DROP, times=None))
        victim = ours(world)[0]
        hand.cancel(victim.order_id)
        stranger = hand.order(what.symbol, Side.BUY, size, below)
        unknown = hand.order(what.symbol, Side.BUY, size, below + what.tick, f"{BOT}G1R0BC1A99")
        if what.listing.kind is Kind.PERP:
            hand.order(what.symbol, Side.BUY, size)
            moved = [Cause.POSITION_CHANGED, Cause.POSITION_CHANGED]
        else:
            hand.move_money(what.listing.quote, D("-1234.5"))
            moved = [Cause.MONEY_MOVED]
        report = await until(world, engine, [Cause.CANCELED_BY_HAND, Cause.UNKNOWN_TO_US, *moved])
        differences = {row.asset: row.difference for row in report.differences if row.asset}
        if what.listing.kind is Kind.PERP:
            assert differences[position_asset(what)] == what.size
            assert {step.is_outside for step in report.plan.steps if step.kind is StepKind.BOOK} == {True}
        else:
            assert differences == {what.listing.quote: D("-1234.5")}
        not_ours = [row for row in report.rows if row.cause is Cause.NOT_OURS]
        assert [(row.venue_price, row.repair) for row in not_ours] == [(below, ())]
        kinds = Counter(step.kind for step in report.plan.steps)
        assert kinds == {StepKind.ASK: 1, StepKind.CANCEL: 1, StepKind.BOOK: len(moved)}
        # The rung that lost its order would have it again: the same side, price and quantity.
        [again] = report.plan.orders
        assert (again.side.value, again.price) == (victim.side.value, victim.price)
        assert again.quantity == victim.size * what.listing.contract_size
        assert cut.struck, "frames were lost"

        world.plan.clear()
        await repaired(world, engine, report)
        resting = {order.order_id for order in world.open_orders()}
        assert stranger.order_id in resting, "what is not ours is never touched"
        assert unknown.order_id not in resting
        assert (ours(world)[0].price, ours(world)[0].size) == (victim.price, victim.size)
        assert await complaints(world, database_url) == []


@pytest.mark.parametrize("what", FUTURES, ids=str)
async def test_funding_that_nobody_told_is_booked_once_and_is_no_withdrawal(
    what: VenueUnderTest, database_url: str, tmp_path: Path
) -> None:
    quote = what.listing.quote
    async with live_world(what, database_url, tmp_path, timing=LATE) as world:
        async with world.engine() as engine:
            await begun(world, engine)
            world.plan.add(Rule(Point.FRAME, Action.DROP, times=None))
            world.core.perps.fund()
            [paid] = world.core.funding_paid(OWNER)
            report = await until(world, engine, [Cause.FUNDING_NOT_BOOKED])
            [step] = report.plan.steps
            assert (step.kind, step.asset, step.amount) == (StepKind.FUNDING, quote, paid.amount)
            await repaired(world, engine, report)

            world.core.perps.fund()
            world.core.transfer(OWNER, quote, D("-123.45"))
            report = await until(world, engine, [Cause.MONEY_MOVED])
            booked = {step.kind: step.amount for step in report.plan.steps}
            last_paid = world.core.funding_paid(OWNER)[-1].amount
            assert booked == {StepKind.FUNDING: last_paid, StepKind.BOOK: D("-123.45")}
            await repaired(world, engine, report)
            assert await complaints(world, database_url) == []
        world.plan.clear()
        # The next life is told of it all once more, and knows what it has.
        async with world.engine() as later:
            await until(world, later, [])
            assert await complaints(world, database_url) == []
