"""Asking for a password before there is a window: the server is spoken to on a thread, the person on this one."""

import contextlib
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import FrameType
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal

from engine.domain import phrases
from engine.domain.secret import Secret
from engine.domain.sentences import say
from engine.errors import GridwrightError, UsageError
from gui.app import make_application
from gui.dialogs.sign_in_dialog import SignInDialog
from gui.sentences import translate
from gui.theme import Scheme, apply_theme, make_theme
from gui.translations import Translations
from gui.window_settings import Language, WindowSettings

T = TypeVar("T")
#: Python looks at signals only when it runs: so often while Qt waits for a person.
SIGNAL_MS = 200


class SignIn(QObject):
    """Who is asked, for `storage.users.entrance`. Lives in the main thread; `password` is called on another one.

    `server` is shown. The dialog appears with the first question, and not at all when a stored session goes on.
    """

    _asked = Signal(str, object, object)
    _ended = Signal()

    def __init__(
        self, server: str, layout_file: Path, *, language: Language | None = None, scheme: Scheme | None = None
    ) -> None:
        # The program's one QApplication; the window uses it as well.
        self._app = make_application()
        super().__init__()
        settings = WindowSettings(layout_file)
        self._server = server
        self._language = language or settings.language
        self._theme = make_theme(scheme or settings.scheme, settings.convention)
        self._answer: Future[Secret] | None = None
        self._given: Secret | None = None
        self._user = ""
        self._is_cancelled = False
        self._loop = QEventLoop()
        self.dialog: SignInDialog | None = None
        self._asked.connect(self._ask, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._loop.quit, Qt.ConnectionType.QueuedConnection)

    def enter(self, work: Callable[[], T]) -> T:
        """Do the work on a thread while the dialog lives here. Raises its error, UsageError when the person went.

        What else goes wrong once somebody is at the dialog (the server went away) is said there, to be tried again.
        """
        translations = Translations(self._app)
        translations.use(self._language)
        try:
            while True:
                outcome = self._run(work)
                if self._is_cancelled:
                    raise UsageError(say(phrases.SIGN_IN_CANCELLED))
                problem = outcome.exception()
                if not isinstance(problem, GridwrightError) or self.dialog is None:
                    return outcome.result()
                self._given = self._ask_again(problem)
        finally:
            if self.dialog is not None:
                self.dialog.hide()
                self.dialog.deleteLater()
                self.dialog = None
            translations.remove()

    def password(self, name: str, refused: GridwrightError | None) -> Secret:
        """Wait for the person's answer; raises UsageError when there will be none."""
        given, self._given = self._given, None
        if given is not None:
            return given
        answer: Future[Secret] = Future()
        self._asked.emit(name, refused, answer)
        return answer.result()

    def goes_on(self, refused: GridwrightError, tries: int) -> bool:
        """Always: the person sees why, and the server counts for itself."""
        return True

    def _run(self, work: Callable[[], T]) -> "Future[T]":
        """Work on a thread, Qt on this one until it is done or the person went."""
        outcome: Future[T] = Future()

        def run() -> None:
            try:
                outcome.set_result(work())
            except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
                outcome.set_exception(error)
            with contextlib.suppress(RuntimeError):
                # Whoever asked is gone with its window.
                self._ended.emit()

        # Daemon: somebody who goes while a server does not answer need not wait for it.
        threading.Thread(target=run, name="sign-in", daemon=True).start()
        self._pump()
        return outcome

    def _pump(self) -> None:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def stop(_number: int, _frame: FrameType | None) -> None:
            self._cancel()

        for number in before:
            signal.signal(number, stop)
        looking = QTimer()
        looking.timeout.connect(lambda: None)
        looking.start(SIGNAL_MS)
        try:
            self._loop.exec()
        finally:
            looking.stop()
            for number, old in before.items():
                signal.signal(number, old)

    def _ask(self, name: str, refused: GridwrightError | None, answer: "Future[Secret]") -> None:
        self._user = name
        self._answer = answer
        if self._is_cancelled:
            self._cancel()
            return
        self._shown().ask(name, "" if refused is None else translate(refused.sentence))

    def _ask_again(self, problem: GridwrightError) -> Secret:
        """The work failed under the eyes of a person: whoever types once more wants it tried again."""
        answer = self._answer = Future[Secret]()
        answer.add_done_callback(lambda _: self._ended.emit())
        self._shown().ask(self._user, translate(problem.sentence))
        self._pump()
        return answer.result()

    def _shown(self) -> SignInDialog:
        if self.dialog is None:
            apply_theme(self._app, self._theme)
            self.dialog = SignInDialog(self._theme, self._server)
            self.dialog.submitted.connect(self._submitted)
            self.dialog.rejected.connect(self._cancel)
        return self.dialog

    def _submitted(self, password: Secret) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.set_result(password)

    def _cancel(self) -> None:
        self._is_cancelled = True
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.set_exception(UsageError(say(phrases.SIGN_IN_CANCELLED)))
        self._loop.quit()
