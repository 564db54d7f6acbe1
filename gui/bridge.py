"""The one door between the window and the engine: a timer reads snapshots, commands go in, answers come back.

The engine runs on another thread. It is never called into except through `EngineHandle`, and nothing of it is kept
but the newest immutable view.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.domain.messages import Command, CommandAnswered
from engine.domain.views import EngineView
from engine.errors import GridwrightError
from engine.ports import EngineHandle
from gui.sentences import translate

FRAME_MS = 33
SECOND_MS = 1000

Done = Callable[[], None]
#: Is told (field, sentence) of each refusal.
Refused = Callable[[Sequence[tuple[str, str]]], None]
Told = tuple[Done | None, Refused | None]


class Bridge(QObject):
    """`changed(EngineView)` at most 30 times a second and only when something changed; `aged()` once a second.

    `refused(command, sentence)` when the engine says no or cannot answer; `done(command)` when it did it.
    """

    changed = Signal(object)
    aged = Signal()
    refused = Signal(object, str)
    done = Signal(object)
    _answered = Signal(object, object, object)

    def __init__(
        self, handle: EngineHandle, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._handle = handle
        self._clock = clock
        self._view = handle.view()
        self._is_closed = False
        # The answer is born on the engine's thread; a queued signal is how it gets to this one.
        self._answered.connect(self._take_answer, Qt.ConnectionType.QueuedConnection)
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MS)
        self._frames.timeout.connect(self.look)
        self._seconds = QTimer(self)
        self._seconds.setInterval(SECOND_MS)
        self._seconds.timeout.connect(self.aged)

    def start(self) -> None:
        """Begin to read."""
        self._frames.start()
        self._seconds.start()

    def close(self) -> None:
        """Stop reading; answers that still come are dropped."""
        self._is_closed = True
        self._frames.stop()
        self._seconds.stop()

    def view(self) -> EngineView:
        """The picture the window shows now."""
        return self._view

    def now_s(self) -> float:
        """The monotonic clock that market ages are measured with."""
        return self._clock()

    def look(self) -> None:
        """Read the newest view and tell when it is another one."""
        view = self._handle.view()
        if view.sequence != self._view.sequence:
            self._view = view
            self.changed.emit(view)

    def submit(self, command: Command, then: Done | None = None, refused: Refused | None = None) -> None:
        """Send a command. `then` runs in the window's thread when the engine did it; a refusal is told instead.

        With `refused` it is handed over, by field, and not told.
        """
        try:
            future = self._handle.submit(command)
        except GridwrightError as problem:
            self._refuse(command, (("", translate(problem.sentence)),), refused)
            return
        future.add_done_callback(lambda answer: self._pass_on(command, answer, (then, refused)))

    def _pass_on(self, command: Command, answer: "Future[CommandAnswered]", told: Told) -> None:
        """Runs on the engine's thread."""
        if not self._is_closed:
            self._answered.emit(command, answer, told)

    def _take_answer(self, command: Command, answer: "Future[CommandAnswered]", told: Told) -> None:
        if self._is_closed:
            return
        then, refused = told
        try:
            refusals = answer.result().refusals
        except CancelledError:
            text = self.tr("The engine stopped before it answered; look at the state, then ask again.")
            self._refuse(command, (("", text),), refused)
            return
        except GridwrightError as problem:
            self._refuse(command, (("", translate(problem.sentence)),), refused)
            return
        if refusals:
            self._refuse(command, tuple((field, translate(sentence)) for field, sentence in refusals), refused)
            return
        self.done.emit(command)
        if then is not None:
            then()

    def _refuse(self, command: Command, refusals: Sequence[tuple[str, str]], refused: Refused | None) -> None:
        if refused is not None:
            refused(refusals)
        else:
            self.refused.emit(command, " ".join(text for _, text in refusals))
