"""The whole window over a scripted engine: what is pressed becomes the command, what changed is seen."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.domain.bot import AccountMode, BotState
from engine.domain.grid import Inventory
from engine.domain.messages import (
    AddGrid,
    Command,
    HaltAll,
    LiftHalt,
    OpenAccount,
    PauseBot,
    RemoveBot,
    RestoreBot,
    SetMarketSpeed,
    StartBot,
    StopBot,
)
from engine.domain.phrases import STOP_FIRST, TRADING_HALTED
from engine.domain.sentences import say
from engine.domain.views import EngineState, EngineView
from gui.command_palette import CommandPalette
from gui.docks import Workspace
from gui.money import Money
from gui.theme import Scheme
from tests.gui.conftest import Desk, MakeDesk
from tests.support.views import account_of, fills_of, grid_bot, instrument_of, log_of, market_of, view_of

pytestmark = pytest.mark.usefixtures("theme")


def two_bots(mode: AccountMode = AccountMode.SIMULATED) -> EngineView:
    market = market_of(instrument_of())
    bots = [grid_bot(market), grid_bot(market, "xrpgrid2", "Second", state=BotState.STOPPED, investment="1000000")]
    return view_of([market], bots, modes=[mode], fills=fills_of(bots[0], market.instrument, 5), log=log_of(bots, 5))


def halting(command: Command, view: EngineView) -> EngineView:
    match command:
        case HaltAll():
            return replace(view, state=EngineState.HALTED)
        case LiftHalt():
            return replace(view, state=EngineState.RUNNING)
        case _:
            return view


def press(desk: Desk, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    QTest.keyClick(desk.window, key, held)
    desk.tick()


def accept(desk: Desk) -> None:
    """Enter, where the question has put the keyboard."""
    focus = desk.window.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Return)
    desk.tick()


CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_halting_never_asks_and_the_button_becomes_resume(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots(), react=halting)
    desk.window.status.button.click()
    desk.tick()
    assert desk.engine.commands == [HaltAll()]
    assert not desk.is_asking()
    assert desk.window.status.button.text() == "Resume trading"
    assert desk.window.status.engine.text == "Halted"
    desk.window.status.button.click()
    desk.tick()
    assert desk.engine.commands == [HaltAll(), LiftHalt()]
    assert desk.window.status.button.text() == "Halt all"


def test_one_click_opens_the_simulated_market_and_starts_a_grid_around_its_price(make_desk: MakeDesk) -> None:
    def world(command: Command, view: EngineView) -> EngineView:
        return view_of([market_of(instrument_of())]) if isinstance(command, OpenAccount) else view

    desk = make_desk(react=world)
    assert desk.window.welcome.isVisible()
    desk.window.welcome.demo.click()
    desk.tick()
    assert desk.engine.commands[0] == OpenAccount(account_of(instrument_of()))
    added = desk.engine.commands[1]
    assert isinstance(added, AddGrid)
    assert added.start
    # 5 % around the ask of 813, on the increment of 1.
    assert (added.config.lower, added.config.upper) == (Decimal(772), Decimal(854))
    assert added.config.investment == Decimal(4_000_000)
    assert len(added.bot_id) == 8
    assert not desk.window.welcome.isVisible()


def test_a_demo_without_a_price_says_so(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.window.welcome.demo.click()
    desk.tick()
    demo = desk.window.openings.demo
    assert demo is not None
    demo.give_up()
    assert desk.message is not None
    assert desk.message.text.startswith("The simulated market gave no price")
    assert desk.engine.commands == [OpenAccount(account_of(instrument_of()))]


def test_starting_shows_the_orders_and_the_money_first(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    desk.window.bots.table.choose("xrpgrid2")
    press(desk, Qt.Key.Key_Return, CONTROL)
    assert desk.question is not None
    assert "Second" in desk.question.text
    assert "places 20 orders" in desk.question.text
    assert " KRW" in desk.question.text
    assert desk.engine.commands == [], "nothing is sent before the answer"
    accept(desk)
    assert desk.engine.commands == [StartBot("xrpgrid2")]
    assert not desk.is_asking()


def test_escape_leaves_everything_as_it_is(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    press(desk, Qt.Key.Key_P, CONTROL)
    assert desk.is_asking()
    press(desk, Qt.Key.Key_Escape)
    assert not desk.is_asking()
    assert desk.engine.commands == []


def test_pausing_names_the_orders_that_go(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    press(desk, Qt.Key.Key_P, CONTROL)
    assert desk.question is not None
    assert "20 resting orders are cancelled" in desk.question.text
    accept(desk)
    assert desk.engine.commands == [PauseBot("xrpgrid1")]


def test_stopping_with_a_sale_says_what_it_brings_and_costs(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    press(desk, Qt.Key.Key_Period, CONTROL, SHIFT)
    shown = desk.engine.view().bots[0]
    value = shown.base_held * 812
    assert desk.question is not None
    assert f"for about {value:,.0f} KRW" in desk.question.text
    assert f"fee of {value * Decimal('0.0005'):.2f} KRW" in desk.question.text
    accept(desk)
    assert desk.engine.commands == [StopBot("xrpgrid1", Inventory.SELL)]


def test_a_start_that_would_be_refused_cannot_be_accepted(make_desk: MakeDesk) -> None:
    view = two_bots()
    poor = replace(view.accounts[0], balances=(("KRW", Decimal(10), Decimal(0)),))
    desk = make_desk(replace(view, accounts=(poor,)))
    desk.window.bots.table.choose("xrpgrid2")
    desk.window.bot_acts.start.trigger()
    assert not desk.is_asking()
    assert desk.message is not None
    assert desk.message.text.startswith("Second cannot be started: The grid needs")


def test_deleting_can_be_undone(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    desk.window.bots.table.choose("xrpgrid2")
    desk.window.bot_acts.remove.trigger()
    desk.tick()
    assert desk.message is not None
    assert desk.message.button == "Undo"
    assert desk.message.act is not None
    desk.message.act()
    assert desk.engine.commands == [RemoveBot("xrpgrid2"), RestoreBot("xrpgrid2")]


def test_a_refusal_stands_on_the_strip_and_stays(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    desk.engine.refusals = (say(STOP_FIRST, bot="Second"),)
    desk.window.bots.table.choose("xrpgrid2")
    desk.window.bot_acts.remove.trigger()
    desk.tick()
    assert desk.message is not None
    assert desk.message.text == "Second has not been stopped; stop it first."


def test_only_what_the_state_allows_can_be_pressed(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    acts = desk.window.bot_acts
    assert (acts.start.isEnabled(), acts.pause.isEnabled(), acts.remove.isEnabled()) == (False, True, False)
    desk.window.bots.table.choose("xrpgrid2")
    assert (acts.start.isEnabled(), acts.pause.isEnabled(), acts.remove.isEnabled()) == (True, False, True)


def test_the_chosen_bot_is_shown_everywhere(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    assert desk.window.chosen == "xrpgrid1", "the first one until somebody chooses"
    desk.window.bots.table.choose("xrpgrid2")
    assert desk.window.chosen == "xrpgrid2"
    desk.show(replace(desk.engine.view(), bots=desk.engine.view().bots[:1]))
    assert desk.window.chosen == "xrpgrid1", "a bot that is gone is not shown"


@pytest.mark.parametrize(("mode", "frame"), [(AccountMode.LIVE, 3), (AccountMode.PAPER, 0), (AccountMode.SIMULATED, 0)])
def test_real_money_puts_a_red_frame_round_the_window(make_desk: MakeDesk, mode: AccountMode, frame: int) -> None:
    desk = make_desk(two_bots(mode))
    assert desk.window.contentsMargins().left() == frame
    assert desk.window.top.badges.modes == (Money(mode.value),)
    corner = desk.window.grab().toImage().pixelColor(0, desk.window.height() // 2)
    assert (corner == desk.window.theme().danger) is (mode is AccountMode.LIVE)
    assert desk.window.windowTitle().startswith("LIVE") is (mode is AccountMode.LIVE)


def test_trouble_of_the_engine_is_told(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    view = replace(two_bots(), state=EngineState.DEGRADED, trouble=say(TRADING_HALTED), is_database_up=False)
    desk.show(view)
    assert desk.message is not None
    assert desk.message.text == "Trading is halted; resume it first."
    assert desk.window.status.database.text == "down"
    assert desk.window.status.engine.text == "Not trading"


def test_the_status_line_shows_the_account_of_the_chosen_bot(make_desk: MakeDesk) -> None:
    won, coin = market_of(instrument_of()), market_of(instrument_of("paper:2", "BTC/USDT", "0.01"), "97412.35")
    bots = [grid_bot(won), grid_bot(coin, "btcgrid1", "Coin", investment="4000")]
    desk = make_desk(view_of([won, coin], bots, modes=[AccountMode.SIMULATED, AccountMode.PAPER]))
    assert desk.window.status.equity.text.endswith(" KRW")
    desk.window.bots.table.choose("btcgrid1")
    desk.show(desk.engine.view())
    assert desk.window.status.equity.text.endswith(" USDT")
    assert desk.window.status.today.text.startswith("+")


def test_the_palette_finds_acts_and_bots_by_a_few_letters(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots(), react=halting)
    press(desk, Qt.Key.Key_K, CONTROL)
    palette = desk.window.findChild(CommandPalette)
    assert isinstance(palette, CommandPalette)
    QTest.keyClicks(palette.query, "secon")
    QTest.keyClick(palette.query, Qt.Key.Key_Return)
    assert desk.window.chosen == "xrpgrid2"
    desk.tick()
    press(desk, Qt.Key.Key_K, CONTROL)
    palette = next(found for found in desk.window.findChildren(CommandPalette) if found.isVisible())
    QTest.keyClicks(palette.query, "halt")
    QTest.keyClick(palette.query, Qt.Key.Key_Return)
    assert desk.engine.commands == [HaltAll()]


def test_workspaces_are_kept_and_can_be_reset(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    ladder = next(dock for dock in desk.window.docks.all() if dock.name == "ladder").frame
    ladder.close()
    press(desk, Qt.Key.Key_2, CONTROL)
    assert desk.settings.workspace == Workspace.MONITOR
    press(desk, Qt.Key.Key_1, CONTROL)
    assert not ladder.isVisible(), "as it was left"
    press(desk, Qt.Key.Key_0, CONTROL)
    assert ladder.isVisible()


def test_light_and_dark_are_switched_without_a_restart(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    desk.window.acts.toggle_scheme.trigger()
    assert desk.settings.scheme is Scheme.LIGHT
    assert desk.window.theme().scheme is Scheme.LIGHT
    assert QApplication.palette().window().color() == desk.window.theme().window


def test_closing_waits_for_the_engine(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots())
    desk.window.close()
    desk.window.close()
    assert desk.stop.calls == 1
    assert desk.window.isVisible(), "orders are still being handled"
    assert desk.message is not None
    assert desk.message.text.startswith("Stopping")
    desk.stop.done.set_result(None)
    desk.tick()
    assert not desk.window.isVisible()


def test_the_layout_is_remembered_on_the_next_start(make_desk: MakeDesk) -> None:
    first = make_desk(two_bots())
    first.window.show_workspace(Workspace.MONITOR)
    first.window.resize(1200, 800)
    first.window.close()
    first.stop.done.set_result(None)
    first.tick()
    second = make_desk(two_bots())
    assert second.window.size().width() == 1200
    assert second.settings.workspace == Workspace.MONITOR


def test_the_pace_of_a_replay_is_set_from_the_markets_panel(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots(AccountMode.REPLAY))
    desk.window.docks.bring_up("markets")
    desk.tick()
    bar = desk.window.markets.bar
    bar.pause.click()
    bar.speed.setCurrentIndex(bar.speed.count() - 1)
    bar.play.click()
    assert desk.engine.commands == [
        SetMarketSpeed("simulated:1", Decimal(0)),
        SetMarketSpeed("simulated:1", None),
    ]


def test_the_pace_of_a_live_market_is_not_ours(make_desk: MakeDesk) -> None:
    desk = make_desk(two_bots(AccountMode.PAPER))
    desk.window.docks.bring_up("markets")
    desk.tick()
    assert not desk.window.markets.bar.play.isEnabled()
