"""Acts on a two-leg bot in the whole window: one row a pair, each act says what it does first, both halves follow."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.domain import pair_phrases
from engine.domain.arbitrage_messages import AddArbitrage, ClosePosition, EditArbitrage
from engine.domain.arbitrage_views import TwoLegView
from engine.domain.bot import AccountMode, BotState
from engine.domain.grid import Inventory
from engine.domain.lease_requests import HandOver
from engine.domain.live_messages import ConfirmBot
from engine.domain.messages import PauseBot, StartBot, StopBot
from engine.domain.order import Purpose
from engine.domain.premium import Pair
from engine.domain.sentences import say
from engine.domain.views import EngineView
from engine.domain.watching import UnwatchPairs, WatchCommon
from gui.arbitrage.arbitrage_dialog import ArbitrageDialog
from gui.arbitrage.first_entry_dialog import FirstEntryDialog
from gui.arbitrage.opportunity_rows import opportunity_key
from gui.arbitrage.watch_dialog import WatchDialog
from gui.bot_list import bot_names
from gui.docks import Workspace
from tests.gui.arbitrage.test_arbitrage_dialog import rich
from tests.gui.conftest import Desk, MakeDesk
from tests.support.arbitrage_views import pair_of, position_of, two_leg_view
from tests.support.premium_past import opportunities_of
from tests.support.views import fills_of, grid_bot, instrument_of, market_of

pytestmark = pytest.mark.usefixtures("theme")


def in_state(view: EngineView, state: BotState) -> EngineView:
    return replace(view, bots=tuple(replace(shown, bot=replace(shown.bot, state=state)) for shown in view.bots))


def answer(desk: Desk) -> str:
    """Accept the question and return what it said."""
    assert desk.question is not None
    text, act = desk.question.text, desk.question.act
    assert act is not None
    act()
    desk.tick()
    return text


def test_the_pair_is_one_row_and_its_name_stands_for_both_halves(make_desk: MakeDesk) -> None:
    view = two_leg_view()
    market = market_of(instrument_of("simulated:abroad", "XRP/USDT", "0.0001"), "2.05")
    fill = fills_of(grid_bot(market, "arbbot02", "x"), market.instrument, 1)[0]
    desk = make_desk(replace(view, fills=(fill,)))
    assert desk.window.bots.model.rowCount() == 1
    assert desk.window.chosen == "arbbot01"
    assert bot_names(view) == {"arbbot01": "XRP premium", "arbbot02": "XRP premium"}
    desk.window.docks.bring_up("fills")
    desk.tick()
    fills = desk.window.fills
    assert fills.model.row_at(0).bot_name == "XRP premium"
    fills.filter.set_only_chosen(True)
    assert fills.model.rowCount() == 1, "what the foreign half traded is the bot's too"
    for dock in desk.window.docks.all():
        desk.window.docks.bring_up(dock.name)
        desk.tick()
    assert desk.window.ladder.is_empty, "a two-leg bot has no ladder"


def test_the_row_says_why_nothing_is_entered_now(make_desk: MakeDesk) -> None:
    waits = say(pair_phrases.WAITS_PREMIUM, net=Decimal("1.2"), wanted=Decimal("2.2"))
    desk = make_desk(two_leg_view((), waits=waits))
    model = desk.window.bots.model
    at = next(at for at, column in enumerate(model.columns) if column.key == "event")
    assert model.cell(0, at).text == "It would bring 1.2 %; 2.2 % are wanted."


def test_starting_says_when_it_enters_with_how_much_and_what_is_left(make_desk: MakeDesk) -> None:
    desk = make_desk(in_state(rich(two_leg_view(())), BotState.STOPPED))
    desk.window.bot_acts.start.trigger()
    text = answer(desk)
    assert "From a net premium of 2.2 % on it enters (Sell home, buy abroad) with 1,000 XRP each" in text
    assert "at most 3 times at once" in text
    assert "a round trip leaves +1.500 %" in text
    assert desk.engine.commands == [StartBot("arbbot01")]


def test_a_start_that_would_be_refused_says_why(make_desk: MakeDesk) -> None:
    desk = make_desk(in_state(two_leg_view(()), BotState.STOPPED))
    desk.window.bot_acts.start.trigger()
    assert not desk.is_asking()
    assert desk.message is not None
    assert "1,000 XRP are needed" in desk.message.text


def test_pausing_and_stopping_name_the_positions(make_desk: MakeDesk) -> None:
    positions = [TwoLegView(position_of(number), Decimal(5_000), Decimal(4_000)) for number in (1, 2)]
    desk = make_desk(two_leg_view(positions))
    acts = desk.window.bot_acts
    acts.pause.trigger()
    assert "2 open positions stay" in answer(desk)
    acts.stop_keep.trigger()
    assert "2 open positions stay as they are" in answer(desk)
    acts.stop_sell.trigger()
    assert "for +8,000 KRW in all" in answer(desk)
    assert desk.engine.commands == [
        PauseBot("arbbot01"), StopBot("arbbot01", Inventory.KEEP), StopBot("arbbot01", Inventory.SELL),
    ]  # fmt: skip


def test_edit_and_clone_open_the_dialog_of_two_legs(make_desk: MakeDesk) -> None:
    desk = make_desk(rich(two_leg_view()))
    desk.window.bot_acts.edit.trigger()
    (dialog,) = desk.window.findChildren(ArbitrageDialog)
    dialog.form.numbers["entry_pct"].setText("2.4")
    dialog.start.click()
    desk.tick()
    (command,) = desk.engine.commands
    assert isinstance(command, EditArbitrage)
    assert command.config.entry_pct == Decimal("2.4")


def test_a_new_bot_begins_with_the_pair_of_the_board_and_is_looked_at(make_desk: MakeDesk) -> None:
    view = rich(two_leg_view())
    here = Pair("simulated:home", "XRP/KRW", "simulated:abroad", "XRP/USDT", "USDTKRW")
    row = replace(view.premiums.rows[0], pair=here)
    desk = make_desk(replace(view, premiums=replace(view.premiums, rows=(row,))))
    desk.window.show_workspace(Workspace.ARBITRAGE)
    desk.tick()
    board = desk.window.arbitrage.board
    board.table.choose(here)
    board.new_bot.trigger()
    (dialog,) = desk.window.findChildren(ArbitrageDialog)
    for name, text in (("size", "1000"), ("entry_pct", "2.2"), ("exit_pct", "0.5")):
        dialog.form.numbers[name].setText(text)
    dialog.refresh()
    dialog.add.click()
    desk.tick()
    (command,) = desk.engine.commands
    assert isinstance(command, AddArbitrage)
    assert (command.account_id, command.config.hedge_account_id) == ("simulated:home", "simulated:abroad")
    assert command.config.fx_source == "upbit", "the source whose rate is there"


def test_an_opportunity_opens_the_chart_of_its_pair_by_enter_and_by_a_double_click(make_desk: MakeDesk) -> None:
    desk = make_desk(two_leg_view())
    desk.window.show_workspace(Workspace.ARBITRAGE)
    desk.window.docks.bring_up("opportunities")
    desk.tick()
    panel, charts = desk.window.arbitrage.opportunities, desk.window.arbitrage.charts
    coin, bitcoin = opportunities_of(2)
    panel.show_rows([coin, bitcoin])
    panel.table.choose(opportunity_key(coin))
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert charts.pairs[0] == Pair("upbit", "XRP/KRW", "binance", "XRP/USDT", "USDTKRW")
    row = panel.table.visualRect(panel.model.index(1, 0)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    QTest.mouseDClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert charts.pairs[0] == Pair("upbit", "BTC/KRW", "binance", "BTC/USDT", "USDTKRW")
    assert charts.isVisible()


def test_closing_by_hand_is_asked_first(make_desk: MakeDesk) -> None:
    desk = make_desk(two_leg_view())
    desk.window.show_workspace(Workspace.ARBITRAGE)
    desk.tick()
    panel = desk.window.arbitrage.two_legs
    panel.table.choose("arbbot01P1")
    panel.open_chart.trigger()
    assert desk.window.arbitrage.charts.pairs[0] == Pair(
        "simulated:home", "XRP/KRW", "simulated:abroad", "XRP/USDT", "USDTKRW"
    )
    panel.close_now.trigger()
    assert desk.engine.commands == []
    assert answer(desk).startswith("Close XRP premium #1?")
    assert desk.engine.commands == [ClosePosition("arbbot01", "arbbot01P1")]


def test_pairs_are_watched_and_given_up_from_the_board(make_desk: MakeDesk) -> None:
    desk = make_desk(two_leg_view(), book_exchanges=("binance", "upbit"))
    desk.window.arbitrage.board.watch.trigger()
    (dialog,) = desk.window.findChildren(WatchDialog)
    dialog.watch_button.click()
    desk.tick()
    assert desk.window.findChildren(WatchDialog) == [], "it goes when it is done"
    assert isinstance(desk.engine.commands[0], WatchCommon)
    desk.window.docks.bring_up("board")
    desk.tick()
    board = desk.window.arbitrage.board
    board.table.choose(pair_of())
    board.unwatch.trigger()
    assert desk.engine.commands[1:] == [UnwatchPairs((pair_of(),))]


def test_the_first_entry_with_real_money_is_shown_before_it_may_happen(make_desk: MakeDesk) -> None:
    view = in_state(rich(two_leg_view((), modes=[AccountMode.LIVE] * 2)), BotState.WAITING)
    home, hedge = view.bots
    desk = make_desk(replace(view, bots=(home, replace(hedge, needs_confirmation=True))))
    assert desk.message is not None
    assert "would send its first orders with real money" in desk.message.text
    desk.window.live_acts.confirm.trigger()
    (dialog,) = desk.window.findChildren(FirstEntryDialog)
    assert dialog.frame.isVisible()
    assert "Sell 1,000 XRP" in dialog.summary.text
    assert desk.engine.commands == []
    dialog.send_button.click()
    assert desk.engine.commands == [ConfirmBot("arbbot01")]


def test_running_here_brings_both_accounts(make_desk: MakeDesk) -> None:
    view = two_leg_view()
    away = tuple(replace(shown, elsewhere="server") for shown in view.bots)
    accounts = tuple(replace(shown, elsewhere="server") for shown in view.accounts)
    desk = make_desk(replace(view, bots=away, accounts=accounts))
    desk.window.bot_acts.run_here.trigger()
    assert desk.engine.commands == [HandOver("simulated:abroad"), HandOver("simulated:home")]


def test_a_leg_that_rests_is_named_by_its_position(make_desk: MakeDesk) -> None:
    view = two_leg_view()
    market = market_of(instrument_of("simulated:abroad", "XRP/USDT", "0.0001"), "2.05")
    order = grid_bot(market, "arbbot02", "x").open_orders[0]
    leg = replace(order, purpose=Purpose.LEG_OPEN, generation=7, rung=-1)
    home, hedge = view.bots
    desk = make_desk(replace(view, bots=(home, replace(hedge, open_orders=(leg,)))))
    desk.window.docks.bring_up("orders")
    desk.tick()
    orders = desk.window.orders
    texts = [orders.model.cell(0, at).text for at in range(len(orders.model.columns))]
    assert "XRP premium" in texts
    assert "Entry 7" in texts
