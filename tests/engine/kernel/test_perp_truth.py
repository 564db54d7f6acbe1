"""The truth about a perpetual futures account, and its repair: funding nobody told, and positions somebody changed."""

from datetime import timedelta
from decimal import Decimal

from engine.domain.bot import BotState
from engine.domain.ledger import EntryKind
from engine.domain.positions import FundingPaid
from engine.domain.truth import Cause, StepKind
from engine.domain.venue_picture import VenuePicture
from tests.engine.kernel.perp_scenes import POSITION, check_books, perp, started, tell_position
from tests.engine.kernel.test_truth import look, picture, repair, shown, wanted
from tests.engine.kernel.town import Town

D = Decimal


def with_more(town: Town, more: dict[str, Decimal], *funding: FundingPaid) -> VenuePicture:
    """The town has so much more of these than our books, and tells this funding."""
    same = picture(town, funding=funding)
    rows = {asset: (total, reserved) for asset, total, reserved in same.balances}
    for asset, amount in more.items():
        total, reserved = rows[asset]
        rows[asset] = total + amount, reserved
    balances = tuple((asset, total, reserved) for asset, (total, reserved) in rows.items())
    return picture(town, funding=funding, balances=balances)


def funding(town: Town, amount: str, reference: str) -> FundingPaid:
    return FundingPaid("town", "town", "XRP/KRW", "KRW", D(amount), reference, town.now)


def test_funding_is_booked_by_the_repair_or_by_the_stream_and_never_by_both() -> None:
    town = started(perp())
    paid = funding(town, "-8", "f1")
    seen = with_more(town, {"KRW": D(-8)}, paid)
    report = look(town, seen)
    assert [(row.cause, row.difference) for row in report.differences] == [(Cause.FUNDING_NOT_BOOKED, D(-8))]
    assert report.plan.orders == ()
    assert repair(town, seen, report.plan.plan_id) == []
    assert town.bot().bot.funding == D(-8), "on the bot that held the position"
    check_books(town)
    town.tell(paid)
    assert town.bot().bot.funding == D(-8)
    entries = [entry.amount for entry in town.entries() if entry.kind is EntryKind.FUNDING]
    assert entries == [D(-8)]
    # Known, it explains nothing any more: what is missing now was taken out.
    report = look(town, with_more(town, {"KRW": D(-8)}, paid))
    assert [row.cause for row in report.differences] == [Cause.MONEY_MOVED]
    assert [step.kind for step in report.plan.steps] == [StepKind.BOOK]


def test_funding_from_before_any_bot_is_not_ours_to_book() -> None:
    town = started(perp())
    old = FundingPaid("town", "town", "XRP/KRW", "KRW", D(-5), "old", town.now - timedelta(days=400))
    assert look(town, with_more(town, {}, old)).differences == ()


def test_a_position_that_was_changed_by_hand_is_entered_and_the_bot_goes_on() -> None:
    """Also where no stream told the change: the venue was asked, so nothing is doubted for long afterwards."""
    town = started(perp())
    held = town.bot().base_held
    tell_position(town, held)
    seen = with_more(town, {POSITION: D(1), "KRW": D(-120)})
    report = look(town, seen)
    assert [row.cause for row in report.differences] == [Cause.POSITION_CHANGED] * 2
    assert repair(town, seen, report.plan.plan_id) == []
    outside = {entry.asset: entry.amount for entry in town.entries("") if entry.kind is EntryKind.OUTSIDE}
    assert outside == {POSITION: D(1), "KRW": D(-120)}
    for _ in range(15):
        town.price(119)
    assert town.bot().bot.state is BotState.RUNNING
    assert town.bot().base_held == held, "what somebody else bought is the account's"
    assert look(town, picture(town)).differences == ()


def test_a_bot_that_waits_for_a_position_goes_on_at_once_when_it_is_entered() -> None:
    town = started(perp())
    held = town.bot().base_held
    tell_position(town, held + 1)
    sent = len(town.placed)
    town.price(109)
    assert len(town.placed) == sent, "nothing is sent on a doubtful position"
    seen = with_more(town, {POSITION: D(1), "KRW": D(-120)})
    report = look(town, seen)
    assert report.plan.orders, "what waited is shown"
    assert repair(town, seen, report.plan.plan_id) == []
    assert shown(report) == wanted(town.placed[sent:])
    assert town.bot().bot.state is BotState.RUNNING
