"""The door between window and engine, with an engine that answers from another thread."""

import threading
from concurrent.futures import Future

from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication

from engine.domain.messages import Command, CommandAnswered, HaltAll, StartBot
from engine.domain.phrases import UNKNOWN_BOT
from engine.domain.sentences import say
from engine.domain.views import EngineView
from engine.errors import StorageUnavailable
from gui.bridge import Bridge
from tests.support.desk import ANSWERED_AT, ScriptedEngine
from tests.support.qt_waiting import wait_for
from tests.support.views import view_of


class ThreadedEngine:
    """Answers each command from a thread of its own, as the real one does."""

    def __init__(self, outcome: CommandAnswered | Exception) -> None:
        self._outcome = outcome
        self.threads: list[threading.Thread] = []

    def view(self) -> EngineView:
        return view_of()

    def submit(self, command: Command) -> "Future[CommandAnswered]":
        answer: Future[CommandAnswered] = Future()

        def work() -> None:
            if isinstance(self._outcome, Exception):
                answer.set_exception(self._outcome)
            else:
                answer.set_result(self._outcome)

        self.threads.append(threading.Thread(target=work))
        self.threads[-1].start()
        return answer


def test_a_change_is_told_once_and_only_when_the_sequence_grew(qapp: QApplication) -> None:
    engine = ScriptedEngine()
    bridge = Bridge(engine)
    told: list[EngineView] = []
    bridge.changed.connect(told.append)
    bridge.look()
    assert told == []
    engine.show(view_of())
    bridge.look()
    bridge.look()
    assert told == [engine.view()]
    assert bridge.view() is engine.view()


def test_an_answer_from_another_thread_arrives_in_the_windows(qapp: QApplication) -> None:
    bridge = Bridge(ThreadedEngine(CommandAnswered("1", (), ANSWERED_AT)))
    threads: list[QThread] = []
    bridge.submit(HaltAll(), lambda: threads.append(QThread.currentThread()))
    assert threads == [], "never inside of submit"
    wait_for(lambda: threads, "the answer")
    assert threads == [qapp.thread()]


def test_a_refusal_is_told_in_the_engines_sentence_and_nothing_follows(qapp: QApplication) -> None:
    refusals = (("", say(UNKNOWN_BOT, bot="x")),)
    bridge = Bridge(ThreadedEngine(CommandAnswered("1", refusals, ANSWERED_AT)))
    told: list[tuple[Command, str]] = []
    followed: list[bool] = []
    bridge.refused.connect(lambda command, text: told.append((command, text)))
    bridge.submit(StartBot("x"), lambda: followed.append(True))
    wait_for(lambda: told, "the refusal")
    assert told == [(StartBot("x"), "This desk runs no bot x.")]
    assert followed == []


def test_a_database_that_does_not_answer_is_told_too(qapp: QApplication) -> None:
    bridge = Bridge(ThreadedEngine(StorageUnavailable("The database does not answer.")))
    told: list[str] = []
    bridge.refused.connect(lambda _command, text: told.append(text))
    bridge.submit(HaltAll())
    wait_for(lambda: told, "the sentence")
    assert told == ["The database does not answer."]


def test_an_answer_after_the_end_is_dropped(qapp: QApplication) -> None:
    engine = ThreadedEngine(CommandAnswered("1", (), ANSWERED_AT))
    bridge = Bridge(engine)
    followed: list[bool] = []
    bridge.submit(HaltAll(), lambda: followed.append(True))
    engine.threads[0].join()
    bridge.close()
    QApplication.processEvents()
    assert followed == []
