"""A paper account from the window: the act, the dialog, the command, and what is said about it."""

from dataclasses import replace

from engine.domain.bot import Account
from engine.domain.messages import Level, OpenAccount
from engine.errors import UsageError
from gui.dialogs.paper_dialog import PaperChoice, PaperDialog
from tests.gui.conftest import MakeDesk
from tests.support.views import account_of, instrument_of

ACCOUNT = replace(account_of(instrument_of()), name="binance_BTC-USDT")


def test_the_act_asks_and_the_answer_opens_an_account(make_desk: MakeDesk) -> None:
    asked: list[PaperChoice] = []

    def make(choice: PaperChoice) -> Account:
        asked.append(choice)
        return ACCOUNT

    desk = make_desk(make_paper_account=make, exchanges=("binance", "upbit"))
    desk.window.acts.paper.trigger()
    dialog = desk.window.findChild(PaperDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert [dialog.exchange.itemText(at) for at in range(dialog.exchange.count())] == ["binance", "upbit"]
    dialog.symbol.setText("btc/usdt")
    dialog.open_button.click()
    desk.tick()

    assert asked == [PaperChoice("binance", "BTC/USDT", None)]
    assert desk.engine.commands == [OpenAccount(ACCOUNT)]
    assert desk.message is not None
    assert desk.message.text == "binance_BTC-USDT is live, with paper money. Add a grid to trade on it."


def test_what_cannot_be_is_said_and_nothing_is_sent(make_desk: MakeDesk) -> None:
    def refuse(_choice: PaperChoice) -> Account:
        raise UsageError("The symbol is none.")

    desk = make_desk(make_paper_account=refuse, exchanges=("binance",))
    desk.window.openings.connect_paper(PaperChoice("binance", "BTC/USDT", None))
    desk.tick()

    assert desk.engine.commands == []
    assert desk.message is not None
    assert (desk.message.level, desk.message.text) == (Level.ERROR, "The symbol is none.")


def test_without_feeds_there_is_nothing_to_choose(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.window.openings.connect_paper(PaperChoice("binance", "BTC/USDT", None))
    desk.tick()

    assert desk.engine.commands == []
    assert desk.message is not None
    assert desk.message.text == "There is no live feed of binance."
