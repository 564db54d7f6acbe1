"""Opening an account at a practice exchange: what is refused before asking, and what a real exchange says."""

import asyncio
from concurrent.futures import Future
from pathlib import Path

import pytest

from engine.domain import phrases
from engine.domain.bot import Account, AccountMode
from engine.domain.sentences import say
from engine.errors import UsageError
from engine.venues.practice import practice_account
from gui.dialogs.practice_dialog import PracticeChoice, PracticeDialog
from gui.theme import Theme
from tests.engine.venues.practice_world import practice
from tests.support.qt_waiting import wait_for_async


def never(_choice: PracticeChoice) -> "Future[Account]":
    raise AssertionError("nobody is asked")


def ask(choice: PracticeChoice) -> "Future[Account]":
    """What main.py does: the question is put on a loop, and a future comes back at once."""
    loop = asyncio.get_running_loop()
    return asyncio.run_coroutine_threadsafe(practice_account(choice.name, choice.host, choice.port, "desk"), loop)


def test_the_usual_place_is_filled_in_and_a_name_is_missing(theme: Theme) -> None:
    dialog = PracticeDialog(theme, never)
    assert dialog.choice() is None
    assert not dialog.open_button.isEnabled()
    assert [row.refusal for row in dialog.rows.values()] == ["", "", ""]
    dialog.name.setText(" alice ")
    assert dialog.choice() == PracticeChoice("127.0.0.1", 7450, "alice")
    assert dialog.open_button.isEnabled()


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("host", "two words", "A host is a name or an address, such as 127.0.0.1."),
        ("host", "http://there", "A host is a name or an address, such as 127.0.0.1."),
        ("port", "0", "A port is a whole number from 1 to 65,535."),
        ("port", "65536", "A port is a whole number from 1 to 65,535."),
        ("port", "１２", "A port is a whole number from 1 to 65,535."),
        ("name", "a b", "A name has 1 to 60 letters, digits, dots, dashes or underscores."),
        ("name", "x" * 61, "A name has 1 to 60 letters, digits, dots, dashes or underscores."),
        ("name", "a'; DROP TABLE accounts; --", "A name has 1 to 60 letters, digits, dots, dashes or underscores."),
    ],
)
def test_what_can_be_seen_to_be_wrong_is_said_beside_its_field(theme: Theme, field: str, text: str, words: str) -> None:
    dialog = PracticeDialog(theme, never)
    dialog.name.setText("alice")
    getattr(dialog, field).setText(text)
    assert dialog.rows[field].refusal == words
    assert dialog.choice() is None
    dialog.open_button.click()


def test_a_korean_name_is_a_name(theme: Theme) -> None:
    dialog = PracticeDialog(theme, never)
    dialog.name.setText("연습1")
    assert dialog.choice() == PracticeChoice("127.0.0.1", 7450, "연습1")


async def test_the_account_of_a_real_exchange(theme: Theme, tmp_path: Path) -> None:
    async with practice(tmp_path) as exchange:
        dialog = PracticeDialog(theme, ask)
        opened: list[Account] = []
        dialog.opened.connect(opened.append)
        dialog.open()
        dialog.port.setText(str(exchange.port))
        dialog.name.setText("alice")
        dialog.open_button.click()
        assert not dialog.open_button.isEnabled(), "one question at a time"
        assert not dialog.host.isEnabled()
        await wait_for_async(lambda: opened, "the exchange to answer")

    assert (opened[0].account_id, opened[0].mode, opened[0].quote) == ("practice:alice", AccountMode.PRACTICE, "KRW")
    assert not dialog.isVisible()


@pytest.mark.parametrize("host", ["127.0.0.1", "x" * 70])
async def test_where_nothing_answers_the_dialog_stays_and_says_so(theme: Theme, tmp_path: Path, host: str) -> None:
    async with practice(tmp_path) as exchange:
        port = exchange.port
    dialog = PracticeDialog(theme, ask)
    dialog.open()
    dialog.host.setText(host)
    dialog.port.setText(str(port))
    dialog.name.setText("alice")
    dialog.open_button.click()
    await wait_for_async(lambda: dialog.rows["host"].refusal, "the refusal")
    assert dialog.rows["host"].refusal == f"There is no practice exchange at {host}:{port} now."
    assert dialog.isVisible()
    assert dialog.open_button.isEnabled(), "it may be started now, and asked again"
    dialog.host.setText("localhost")
    assert dialog.rows["host"].refusal == ""
    dialog.close()


async def test_an_account_in_use_is_refused_beside_its_name(theme: Theme) -> None:
    answer: Future[Account] = Future()
    dialog = PracticeDialog(theme, lambda _: answer)
    opened: list[Account] = []
    dialog.opened.connect(opened.append)
    dialog.open()
    dialog.name.setText("alice")
    dialog.open_button.click()
    answer.set_exception(UsageError(say(phrases.PRACTICE_IN_USE, account="alice", address="127.0.0.1:7450")))
    await wait_for_async(lambda: dialog.rows["name"].refusal, "the refusal")
    assert "has open orders already" in dialog.rows["name"].refusal
    assert opened == []
    dialog.close()
