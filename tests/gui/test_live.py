"""Real money in the window: its marks, going live and dark, first orders, orders that are not ours, its positions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QLabel

from engine.console.desk import KeyRow
from engine.domain import live_phrases
from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.live_messages import AcceptFacts, ChangeSymbols, ConfirmBot, GoDark, GoLive
from engine.domain.messages import Command, OpenAccount
from engine.domain.sentences import say
from engine.domain.views import EngineView
from gui.live import live_words
from gui.live.first_orders_dialog import FirstOrdersDialog
from gui.live.go_live_dialog import GoLiveDialog
from gui.live.open_live_dialog import LiveChoice, OpenLiveDialog
from gui.live.symbol_dialog import SymbolDialog
from gui.models.columns import Cell, Meaning
from gui.money import Money
from gui.panels.positions_panel import PERPETUAL
from gui.panels.table_panel import TablePanel
from tests.gui.conftest import Desk, MakeDesk
from tests.support.live_views import ACCOUNT, FACTS, FOREIGN, live_account, live_view, perpetual_view
from tests.support.views import NOON

pytestmark = pytest.mark.usefixtures("theme")

KEYS = [KeyRow("c1", "upbit", "grid key", "9xQz"), KeyRow("c2", "binance", "other", "")]


def cell(panel: TablePanel[Any], row: int, column: str) -> Cell:
    at = next(at for at, each in enumerate(panel.model.columns) if each.key == column)
    return panel.model.cell(row, at)


def dialog_of(desk: Desk, kind: type[QDialog]) -> QDialog:
    desk.tick()
    return next(found for found in desk.window.findChildren(kind) if found.isVisible())


def switching(command: Command, view: EngineView) -> EngineView:
    if isinstance(command, GoLive | GoDark):
        return replace(view, accounts=live_view(is_on=isinstance(command, GoLive)).accounts)
    return view


def test_a_red_frame_while_it_is_on_and_an_amber_one_while_it_is_off(make_desk: MakeDesk) -> None:
    desk = make_desk(live_view(is_on=False))
    window = desk.window

    def edge() -> object:
        return window.grab().toImage().pixelColor(0, window.height() // 2)

    assert edge() == window.theme().amber
    assert window.windowTitle() == "Gridwright"
    assert window.top.badges.modes == (Money.LIVE_OFF, Money.PAPER)
    desk.show(live_view())
    assert edge() == window.theme().danger
    assert window.windowTitle().startswith("LIVE")
    assert cell(window.bots, 0, "mode").badge is Money.LIVE
    away = live_view()
    desk.show(replace(away, accounts=(replace(away.accounts[0], elsewhere="server"), away.accounts[1])))
    assert window.contentsMargins().left() == 0, "another desk's money is not at risk here"
    assert window.top.badges.modes == (Money.LIVE, Money.PAPER)


def test_going_live_needs_the_name_typed_and_shows_what_the_key_may_do(make_desk: MakeDesk) -> None:
    desk = make_desk(live_view(is_on=False), react=switching)
    acts = desk.window.live_acts
    desk.window.docks.bring_up("accounts")
    desk.window.accounts.table.choose(ACCOUNT)
    assert acts.go_live.isEnabled()
    assert not acts.go_dark.isEnabled()
    acts.go_live.trigger()
    dialog = dialog_of(desk, GoLiveDialog)
    assert isinstance(dialog, GoLiveDialog)
    said = " ".join(label.text() for label in dialog.findChildren(type(dialog.refusals)))
    for part in ("0.05 % / 0.05 %", "XRP/KRW: no grid ran on paper", "10,067,658 KRW", "Withdrawal", "2027-02-26"):
        assert part in said
    assert not dialog.go_button.isEnabled()
    dialog.name.setText("upbi")
    assert not dialog.go_button.isEnabled()
    dialog.name.setText("upbit")
    desk.engine.refused_field = "without_rehearsal"
    desk.engine.refusals = (say(live_phrases.NOT_REHEARSED, symbol="XRP/KRW", exchange="upbit", account=ACCOUNT),)
    dialog.go_button.click()
    desk.tick()
    assert dialog.isVisible()
    assert dialog.refusals.text().startswith(
        "XRP/KRW was not rehearsed: no grid of yours ran an hour on paper at upbit"
    )
    # In the words of this window, and not of the command line.
    assert dialog.without_rehearsal.text() in dialog.refusals.text()
    assert desk.window.acts.paper.text() in dialog.refusals.text()
    assert "--" not in dialog.refusals.text()
    assert "`" not in dialog.refusals.text()
    assert not desk.window.message.isVisible(), "it stands where the question is"
    desk.engine.refusals = ()
    dialog.without_rehearsal.setChecked(True)
    dialog.go_button.click()
    desk.tick()
    assert desk.engine.commands == [GoLive(ACCOUNT), GoLive(ACCOUNT, without_rehearsal=True)]
    assert desk.window.findChildren(GoLiveDialog) == []
    assert desk.message is not None
    assert desk.message.text == "upbit is live: its bots trade real money from now on."
    assert [act.isEnabled() for act in acts.of_account()] == [False, True, True, False]


@pytest.mark.parametrize(
    ("minutes", "cycles", "is_running", "text"),
    [
        (42, 2, True, "XRP/KRW: not yet, 42 min of 1 h, cycles closed: 2"),
        (61, 0, True, "XRP/KRW: not yet, 1 h of 1 h, cycles closed: 0"),
        (61, 1, True, "XRP/KRW: rehearsed, 1 h, cycles closed: 1"),
        (180, 5, False, "XRP/KRW: rehearsed, 3 h, cycles closed: 5"),
    ],
)
def test_the_state_of_the_rehearsal_is_told(minutes: int, cycles: int, is_running: bool, text: str) -> None:
    """A running grid's time goes on to now; a stopped one's ended when it was stopped."""
    view = live_view(is_on=False)
    paper = view.bots[1]
    settings = (("feed", "ccxt:upbit"),)
    papers = replace(view.accounts[1], account=replace(view.accounts[1].account, settings=settings))
    begun = NOON - timedelta(minutes=minutes + (0 if is_running else 600))
    bot = replace(
        paper.bot, symbol="XRP/KRW", closed_cycles=cycles, started_at=begun, last_event_at=begun,
        state=BotState.RUNNING if is_running else BotState.STOPPED,
        stopped_at=None if is_running else begun + timedelta(minutes=minutes),
    )  # fmt: skip
    view = replace(view, accounts=(view.accounts[0], papers), bots=(view.bots[0], replace(paper, bot=bot)))
    done = live_words.rehearsal_of(view, view.accounts[0], "XRP/KRW", NOON)
    assert live_words.rehearsal_text("XRP/KRW", done) == text
    assert done.is_enough is ("rehearsed" in text)
    assert live_words.rehearsal_of(view, view.accounts[0], "BTC/KRW", NOON) == live_words.Rehearsed()


def test_a_symbol_is_added_where_the_refusal_stands(make_desk: MakeDesk) -> None:
    desk = make_desk(live_view())
    desk.window.docks.bring_up("accounts")
    desk.window.accounts.table.choose(ACCOUNT)
    desk.window.live_acts.add_symbol.trigger()
    dialog = dialog_of(desk, SymbolDialog)
    assert isinstance(dialog, SymbolDialog)
    for typed in ("", "XRP", "XRP/KRW", "KRW/KRW", "BTC/USDT"):
        dialog.symbols.setText(typed)
        assert not dialog.add_button.isEnabled(), typed
    dialog.symbols.setText("btc-krw, ETH/KRW")
    desk.engine.refusals = (say(live_phrases.NOT_REHEARSED, symbol="BTC/KRW", exchange="upbit", account=ACCOUNT),)
    dialog.add_button.click()
    desk.tick()
    assert dialog.isVisible()
    assert any(label.text().startswith("BTC/KRW was not rehearsed") for label in dialog.findChildren(QLabel))
    desk.engine.refusals = ()
    dialog.without_rehearsal.setChecked(True)
    dialog.add_button.click()
    desk.tick()
    added = ("BTC/KRW", "ETH/KRW")
    assert desk.engine.commands == [
        ChangeSymbols(ACCOUNT, added),
        ChangeSymbols(ACCOUNT, added, without_rehearsal=True),
    ]
    assert desk.window.findChildren(SymbolDialog) == []
    assert "Add a symbol to upbit…" in [entry.text for entry in desk.window.live_acts.entries()]


def test_going_dark_says_which_orders_go(make_desk: MakeDesk) -> None:
    desk = make_desk(live_view(), react=switching)
    desk.window.docks.bring_up("accounts")
    desk.window.accounts.table.choose(ACCOUNT)
    desk.window.live_acts.go_dark.trigger()
    assert desk.question is not None
    assert desk.question.text.startswith("Go dark with upbit? 20 resting orders are cancelled")
    assert desk.engine.commands == []
    assert desk.question.act is not None
    desk.question.act()
    assert desk.engine.commands == [GoDark(ACCOUNT)]


def test_first_orders_are_shown_one_by_one_before_they_go(make_desk: MakeDesk) -> None:
    desk = make_desk(live_view(state=BotState.WAITING))
    assert desk.message is not None
    assert desk.message.text.startswith("XRP grid would send its first orders with real money")
    assert desk.message.act is not None
    desk.message.act()
    dialog = dialog_of(desk, FirstOrdersDialog)
    assert isinstance(dialog, FirstOrdersDialog)
    # What is bought at the market first, then one order for each of the 20 rungs.
    assert dialog.model.rowCount() == 21
    rows = [dialog.model.row_at(at) for at in range(21)]
    assert dialog.sentence.text().startswith("21 orders go to upbit now. They use 4,000,000 KRW of 10,000,000 KRW")
    assert rows[0].price is None
    assert all(row.fee == row.instrument.rules.fee(row.value, row.instrument.rules.maker_fee) for row in rows[1:])
    assert desk.engine.commands == []
    dialog.send_button.click()
    assert desk.engine.commands == [ConfirmBot("xrpgrid1")]


def test_orders_that_are_not_ours_are_grey_and_hollow(make_desk: MakeDesk) -> None:
    desk = make_desk(live_view(foreign=FOREIGN))
    desk.window.docks.bring_up("orders")
    desk.tick()
    panel = desk.window.orders
    rows = range(panel.model.rowCount())
    foreign = [row for row in rows if panel.model.row_at(row).is_foreign]
    assert len(foreign) == 3
    assert [cell(panel, row, "why").text for row in foreign] == [
        "By hand", "Another program", "Our name, not in our books",
    ]  # fmt: skip
    assert {cell(panel, row, "price").meaning for row in foreign} == {Meaning.MUTED}
    assert [cell(panel, row, "state").meaning for row in foreign] == [Meaning.MUTED, Meaning.MUTED, Meaning.LOOK]
    assert {cell(panel, row, "money").badge for row in foreign} == {Money.LIVE}
    panel.filter.set_only_chosen(True)
    assert not any(panel.model.row_at(row).is_foreign for row in range(panel.model.rowCount()))
    ladder = desk.window.ladder.ladder
    assert ladder.scale is not None
    assert "Not ours (By hand): Buy 500.0000 XRP at 779" in ladder.tip_at(ladder.scale.y(779.0))
    assert "Not ours" not in ladder.tip_at(ladder.scale.y(812.0))


def test_what_changed_about_a_key_is_said_and_accepted_by_a_person(make_desk: MakeDesk) -> None:
    view = live_view()
    changed = live_account(
        view.accounts[0],
        is_on=True,
        changes=(say(live_phrases.FACT_CHANGED, fact=say(live_phrases.FACT_MAKER_FEE), old="0.05 %", new="0.25 %"),),
    )
    desk = make_desk(replace(view, accounts=(changed, view.accounts[1])))
    desk.window.docks.bring_up("accounts")
    desk.window.accounts.table.choose(ACCOUNT)
    panel = desk.window.accounts
    assert cell(panel, 0, "state").text == "The maker fee was 0.05 % and is 0.25 % now."
    assert cell(panel, 0, "state").meaning is Meaning.LOOK
    key = cell(panel, 0, "key")
    assert "trades · no withdrawal · 0.05 % / 0.05 %" in key.text
    assert cell(panel, 1, "key").text == ""
    desk.window.live_acts.accept.trigger()
    assert desk.question is not None
    assert desk.question.text.endswith("Trade on with it?")
    assert desk.question.act is not None
    desk.question.act()
    assert desk.engine.commands == [AcceptFacts(ACCOUNT)]


def test_a_key_that_could_withdraw_is_money_at_risk(make_desk: MakeDesk) -> None:
    view = live_view()
    risky = live_account(view.accounts[0], is_on=False, facts=replace(FACTS, can_withdraw=True))
    desk = make_desk(replace(view, accounts=(risky,)))
    desk.window.docks.bring_up("accounts")
    desk.tick()
    assert "CAN WITHDRAW" in cell(desk.window.accounts, 0, "key").text
    assert cell(desk.window.accounts, 0, "key").meaning is Meaning.TROUBLE


def made(choice: LiveChoice) -> Account:
    venue = f"live:{choice.name}"
    settings = (("credential", choice.credential), ("exchange", choice.exchange), ("symbols", ",".join(choice.symbols)))
    return Account(venue, venue, choice.name, AccountMode.LIVE, "KRW", settings)


def test_a_live_account_is_opened_with_a_key_by_its_name(make_desk: MakeDesk) -> None:
    desk = make_desk(live_view(), live_exchanges=("binance", "upbit"), make_live_account=made)
    desk.window.live_acts.show_opening(KEYS)
    dialog = dialog_of(desk, OpenLiveDialog)
    assert isinstance(dialog, OpenLiveDialog)
    assert [dialog.key.itemText(at) for at in range(dialog.key.count())] == ["other"]
    dialog.exchange.setCurrentText("upbit")
    assert dialog.key.currentText() == "grid key  …9xQz"
    assert dialog.rows["name"].refusal == "There is an account upbit already; choose another name."
    dialog.name.setText("second")
    for text, trouble in (
        ("BTC", "BTC is no symbol; write BASE/QUOTE, such as BTC/KRW."),
        ("BTC/KRW, XRP/USDT", "One account trades against one currency, not against KRW, USDT."),
    ):
        dialog.symbols.setText(text)
        assert dialog.rows["symbols"].refusal == trouble
        assert not dialog.open_button.isEnabled()
    dialog.symbols.setText("btc-krw, XRP/KRW, BTC/KRW")
    dialog.open_button.click()
    desk.tick()
    choice = LiveChoice("second", "upbit", "c1", ("BTC/KRW", "XRP/KRW"))
    assert desk.engine.commands == [OpenAccount(made(choice))]
    assert desk.message is not None
    assert desk.message.text == "second is connected and switched off: no order is sent until you go live."


def test_without_a_key_the_dialog_says_how_one_gets_into_the_vault(make_desk: MakeDesk) -> None:
    desk = make_desk(live_view(), live_exchanges=("bithumb",))
    desk.window.live_acts.show_opening(KEYS)
    dialog = dialog_of(desk, OpenLiveDialog)
    assert isinstance(dialog, OpenLiveDialog)
    assert dialog.rows["key"].refusal.startswith("The vault has no key of bithumb; credential add exchange bithumb")
    assert dialog.choice() is None


def test_positions_of_perpetuals_say_how_far_liquidation_is(make_desk: MakeDesk) -> None:
    desk = make_desk(perpetual_view())
    desk.window.docks.bring_up("positions")
    desk.tick()
    panel = desk.window.positions
    # (97412.3 - 93800) / 97412.3 and (3412.55 - 2210.4) / 3412.55.
    assert [cell(panel, row, "distance").text for row in (0, 1)] == ["3.7", "35.2"]
    assert [cell(panel, row, "distance").meaning for row in (0, 1)] == [Meaning.TROUBLE, Meaning.PLAIN]
    assert [cell(panel, 0, key).text for key in ("liquidation", "leverage", "margin")] == ["93,800.0", "5×", "cross"]
    assert cell(panel, 0, "funding").meaning is Meaning.DOWN
    shown = {column.key for at, column in enumerate(panel.model.columns) if not panel.table.isColumnHidden(at)}
    assert shown >= set(PERPETUAL)
    desk.show(live_view())
    shown = {column.key for at, column in enumerate(panel.model.columns) if not panel.table.isColumnHidden(at)}
    assert not shown & set(PERPETUAL)
