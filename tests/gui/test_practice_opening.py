"""A practice account from the window: the act, the dialog, the command, and what is said about it."""

from concurrent.futures import Future
from dataclasses import replace

from engine.domain.bot import Account, AccountMode
from engine.domain.messages import OpenAccount
from gui.dialogs.practice_dialog import PracticeChoice, PracticeDialog
from tests.gui.conftest import MakeDesk
from tests.support.views import account_of, instrument_of

ACCOUNT = replace(account_of(instrument_of("practice:alice"), AccountMode.PRACTICE), name="alice")


def test_the_answer_of_the_exchange_opens_an_account(make_desk: MakeDesk) -> None:
    asked: list[PracticeChoice] = []
    answer: Future[Account] = Future()

    def ask(choice: PracticeChoice) -> "Future[Account]":
        asked.append(choice)
        return answer

    desk = make_desk(make_practice_account=ask)
    desk.window.acts.practice.trigger()
    dialog = desk.window.findChild(PracticeDialog)
    assert dialog is not None
    dialog.name.setText("alice")
    dialog.open_button.click()
    assert desk.engine.commands == [], "not before the exchange has answered"
    answer.set_result(ACCOUNT)
    desk.tick()

    assert asked == [PracticeChoice("127.0.0.1", 7450, "alice")]
    assert desk.engine.commands == [OpenAccount(ACCOUNT)]
    assert desk.message is not None
    assert desk.message.text == "The practice account alice is connected. Add a grid to trade on it."


def test_an_answer_after_the_dialog_was_closed_opens_nothing(make_desk: MakeDesk) -> None:
    answer: Future[Account] = Future()
    desk = make_desk(make_practice_account=lambda _: answer)
    desk.window.acts.practice.trigger()
    dialog = desk.window.findChild(PracticeDialog)
    assert dialog is not None
    dialog.name.setText("alice")
    dialog.open_button.click()
    dialog.reject()
    answer.set_result(ACCOUNT)
    desk.tick()
    assert desk.engine.commands == []


def test_a_program_that_reaches_none_says_so(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.window.acts.practice.trigger()
    dialog = desk.window.findChild(PracticeDialog)
    assert dialog is not None
    dialog.name.setText("alice")
    dialog.open_button.click()
    desk.tick()
    assert dialog.rows["name"].refusal == "This program reaches no practice exchange."
