"""Signing in at a dialog: against a real shared database, with every answer that the server gives."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.domain import phrases
from engine.domain.secret import Secret
from engine.domain.sentences import say
from engine.errors import UsageError
from gui.dialogs.sign_in_dialog import SignInDialog
from gui.sign_in import SignIn
from gui.theme import Theme
from gui.window_settings import Language
from storage.administration.secret_input import SecretInput
from storage.errors import SignInRefused, StorageUnavailable, WrongPassword
from storage.users.entrance import Entrance
from storage.users.session import Person
from tests.security.conftest import migrated_url
from tests.support.shared import SharedDatabase, share

__all__ = ["migrated_url"]

Answer = Callable[[SignInDialog], None]
LOOK_MS = 5


@pytest.fixture
async def shared(migrated_url: str) -> SharedDatabase:
    database = await share(migrated_url)
    await database.add("alice")
    return database


def types(text: str) -> Answer:
    """A person who types this and presses Enter."""

    def answer(dialog: SignInDialog) -> None:
        dialog.password.setText(text)
        QTest.keyClick(dialog.password, Qt.Key.Key_Return)

    return answer


def cancels(dialog: SignInDialog) -> None:
    dialog.reject()


@contextmanager
def person(sign_in: SignIn, *answers: Answer) -> Iterator[list[tuple[str, str]]]:
    """Somebody at the dialog; yields what it said (user, refusal) before each answer."""
    left, seen = list(answers), list[tuple[str, str]]()

    def look() -> None:
        dialog = sign_in.dialog
        if dialog is not None and dialog.isVisible() and dialog.password.isEnabled() and left:
            seen.append((dialog.user.text(), dialog.row.refusal))
            left.pop(0)(dialog)

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(LOOK_MS)
    yield seen
    timer.stop()
    assert left == [], "the dialog did not ask so often"


def entrance(sign_in: SignIn, folder: Path) -> Entrance:
    return Entrance(folder, SecretInput(None, lambda _: ""), asker=sign_in)


def come_in(shared: SharedDatabase, sign_in: SignIn, folder: Path) -> Person:
    with entrance(sign_in, folder).opened(shared.url("alice"), "desk", lambda _: None, is_engine=True) as somebody:
        return somebody


@pytest.fixture
def sign_in(qapp: QApplication, theme: Theme, tmp_path: Path) -> SignIn:
    return SignIn("db.example:5432/desk", tmp_path / "window.ini", language=Language.ENGLISH)


async def test_a_wrong_password_is_said_and_the_right_one_lets_in(
    shared: SharedDatabase, sign_in: SignIn, tmp_path: Path
) -> None:
    with person(sign_in, types("not hers"), types(shared.password("alice"))) as seen:
        somebody = come_in(shared, sign_in, tmp_path)
    assert somebody.name == "alice"
    assert seen == [("alice", ""), ("alice", "The name or the password is wrong.")]
    assert sign_in.dialog is None
    again = SignIn("db.example:5432/desk", tmp_path / "window.ini", language=Language.ENGLISH)
    with person(again) as seen:
        assert come_in(shared, again, tmp_path).name == "alice"
    assert seen == [], "the stored session goes on, and nobody is asked"


async def test_a_lock_out_is_said_with_its_time(shared: SharedDatabase, sign_in: SignIn, tmp_path: Path) -> None:
    with (
        person(sign_in, *[types("not hers")] * 5, types(shared.password("alice")), cancels) as seen,
        pytest.raises(UsageError, match=r"^Nobody signed in, so nothing was started\.$") as cancelled,
    ):
        come_in(shared, sign_in, tmp_path)
    assert cancelled.value.exit_code == 2
    assert seen[-1] == ("alice", "After too many wrong passwords alice is locked for 15 more minutes.")


def test_cancelling_at_once(sign_in: SignIn) -> None:
    with person(sign_in, cancels), pytest.raises(UsageError, match="Nobody signed in"):
        sign_in.enter(lambda: sign_in.password("alice", None))


def test_going_while_the_server_does_not_answer_waits_for_nobody(sign_in: SignIn) -> None:
    never = threading.Event()

    def work() -> None:
        sign_in.password("alice", None)
        # Whoever goes need not wait until a connection times out.
        dialog = sign_in.dialog
        assert dialog is not None
        QTimer.singleShot(0, dialog, dialog.reject)
        never.wait(60)

    with person(sign_in, types("something")), pytest.raises(UsageError, match="Nobody signed in"):
        sign_in.enter(work)
    never.set()


def test_a_server_that_goes_away_is_said_and_tried_again(sign_in: SignIn) -> None:
    tries: list[Secret] = []

    def work() -> str:
        tries.append(sign_in.password("alice", None))
        if len(tries) == 1:
            raise StorageUnavailable("The database does not answer.")
        return "in"

    with person(sign_in, types("first"), types("second")) as seen:
        assert sign_in.enter(work) == "in"
    assert tries == [Secret("first"), Secret("second")]
    assert seen == [("alice", ""), ("alice", "The database does not answer.")]


def test_what_fails_before_anybody_was_asked_is_raised(sign_in: SignIn) -> None:
    def work() -> None:
        raise SignInRefused(say(phrases.SIGN_IN_DISABLED, name="alice"))

    with person(sign_in) as seen, pytest.raises(SignInRefused, match=r"^The user alice is disabled\.$"):
        sign_in.enter(work)
    assert seen == []


def test_a_bug_is_not_shown_as_an_answer(sign_in: SignIn) -> None:
    def work() -> None:
        sign_in.password("alice", None)
        raise ZeroDivisionError

    with person(sign_in, types("something")), pytest.raises(ZeroDivisionError):
        sign_in.enter(work)


def test_the_refusal_is_in_the_readers_language(qapp: QApplication, theme: Theme, tmp_path: Path) -> None:
    korean = SignIn("db.example:5432/desk", tmp_path / "window.ini", language=Language.KOREAN)

    def work() -> None:
        korean.password("alice", WrongPassword(say(phrases.SIGN_IN_WRONG)))

    with person(korean, types("something")) as seen:
        korean.enter(work)
    assert seen == [("alice", "이름이나 비밀번호가 맞지 않습니다.")]
    assert QApplication.translate("engine", phrases.SIGN_IN_WRONG) == phrases.SIGN_IN_WRONG, "English again"


def test_the_dialog_keeps_nothing(theme: Theme) -> None:
    dialog = SignInDialog(theme, "db.example:5432/desk")
    submitted: list[object] = []
    dialog.submitted.connect(submitted.append)
    dialog.ask("alice", "")
    assert (dialog.server.text(), dialog.user.text()) == ("db.example:5432/desk", "alice")
    assert not dialog.button.isEnabled()
    types("hers")(dialog)
    assert submitted == [Secret("hers")]
    assert (dialog.password.text(), dialog.password.isUndoAvailable()) == ("", False)
    assert not dialog.password.isEnabled(), "until there is an answer"
    dialog.ask("alice", "")
    dialog.password.setText("half")
    dialog.reject()
    assert dialog.password.text() == ""
