"""What a person asks, at moments when it could go wrong: money, stops, triggers, two openings of one account."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain import phrases
from engine.domain.bot import BotState
from engine.domain.grid import GridConfig
from engine.domain.messages import (
    AccountConnected,
    AccountFailed,
    Command,
    CommandAnswered,
    CommandReceived,
    ConnectAccount,
    EditGrid,
    HaltAll,
    LiftHalt,
    OpenAccount,
    PauseBot,
    StartBot,
)
from engine.domain.order import Side
from engine.domain.sentences import say
from tests.engine.kernel.test_grid_run import CONFIG, started
from tests.engine.kernel.town import ACCOUNT, BOT, START, Town

D = Decimal
HELD: GridConfig = replace(CONFIG, use_held_base=True)
RICH_IN_BASE = replace(ACCOUNT, settings=(("cash.KRW", "100"), ("cash.XRP", "1000")))


@pytest.mark.parametrize("at_once", [True, False])
def test_a_grid_on_held_base_needs_no_money_for_what_is_held(at_once: bool) -> None:
    town = Town(account=RICH_IN_BASE)
    town.price(95)
    assert town.grid(HELD, start=at_once) == []
    if not at_once:
        assert town.refusals(StartBot(BOT)) == []
    assert town.bot().bot.state is BotState.RUNNING
    assert town.resting(Side.SELL) == ["110", "120", "130", "140"]


def test_two_openings_of_one_account_make_one_connection_and_are_both_answered() -> None:
    town = Town()
    account = replace(ACCOUNT, account_id="two", venue="two", name="Two")
    outboxes = [town.kernel.handle(CommandReceived(name, OpenAccount(account), START)) for name in ("one", "other")]
    effects = [effect for outbox in outboxes if outbox for effect in outbox.effects]
    assert effects == [ConnectAccount(account)]
    outbox = town.kernel.handle(AccountConnected(account, (), START))
    assert outbox is not None
    assert [r.command_id for r in outbox.records if isinstance(r, CommandAnswered)] == ["one", "other"]


@pytest.mark.parametrize(("quiet", "loud"), [(PauseBot(BOT), StartBot(BOT)), (HaltAll(), LiftHalt())])
def test_a_stop_reached_in_a_pause_or_halt_wins_over_the_rungs_when_it_ends(quiet: Command, loud: Command) -> None:
    town = started(125, replace(CONFIG, stop_lower=D(95)))
    assert town.refusals(quiet) == []
    town.price(90)
    sent = len(town.placed)
    assert town.refusals(loud) == []
    assert len(town.placed) == sent
    assert town.bot().bot.state is BotState.STOPPED


def test_an_edit_that_the_account_cannot_pay_is_refused_and_nothing_is_cancelled() -> None:
    town = started(125)
    before = set(town.orders)
    refusals = town.refusals(EditGrid(BOT, replace(CONFIG, investment=D(100_000_000))))
    assert len(refusals) == 1
    assert refusals[0].startswith("The grid needs ")
    assert set(town.orders) == before
    assert town.refusals(EditGrid(BOT, replace(CONFIG, investment=D(9_900_000)))) == []
    assert town.bot().bot.state is BotState.RUNNING


def test_a_new_trigger_is_waited_for_from_the_side_on_which_the_price_is_now() -> None:
    town = Town()
    town.price(120)
    assert town.grid(replace(CONFIG, trigger_price=D(130))) == []
    town.price(128)
    assert town.refusals(EditGrid(BOT, replace(CONFIG, trigger_price=D(125)))) == []
    assert town.bot().bot.state is BotState.WAITING
    town.price(125)
    assert town.bot().bot.state is BotState.RUNNING


def test_nothing_starts_at_a_price_from_before_the_connection_broke() -> None:
    town = Town()
    town.price(120)
    assert town.grid(CONFIG, start=False) == []
    town.tell(AccountFailed(town.account, say(phrases.HALTED), town.now))
    assert town.refusals(StartBot(BOT)) == []
    town.tell(AccountConnected(town.account, (town.instrument,), town.now))
    assert town.bot().bot.state is BotState.WAITING
    town.price(109)
    assert town.bot().bot.start_price == 109
    assert town.bot().bot.state is BotState.RUNNING
