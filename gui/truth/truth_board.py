"""The newest truth about each account: asked when somebody wants to see it, kept until the next answer."""

from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.domain.truth import TruthReport
from engine.domain.views import AccountView, EngineView
from engine.errors import UsageError
from engine.ports import TruthDoor
from gui.later import Later, problem_of, words_of

#: A panel that is on show asks again after so many seconds.
LOOK_EVERY_S = 30


class NoTruth:
    """A window of a program that cannot ask venues."""

    def truth(self, account_id: str, _rows: tuple[str, ...] = ()) -> "Future[TruthReport]":
        answer: Future[TruthReport] = Future()
        answer.set_exception(UsageError(f"This program cannot ask the venue of {account_id}."))
        return answer


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of an account at `at_s` (monotonic); `problem` is why nothing newer is known, "" when it is."""

    report: TruthReport | None
    at_s: float
    problem: str = ""


class TruthBoard(QObject):
    """`changed` with each answer. An account is never asked twice at once; one that nobody runs is not asked."""

    changed = Signal()

    def __init__(self, door: TruthDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._later = Later(self)
        self._asked: set[str] = set()
        self._looked: dict[str, Looked] = {}

    @property
    def is_looking(self) -> bool:
        return bool(self._asked)

    def looked(self, account_id: str) -> Looked | None:
        """What is known of an account, None before the first answer."""
        return self._looked.get(account_id)

    def look(self, view: EngineView, now_s: float) -> None:
        """Ask anew about every account that can be asked, and forget those that are gone."""
        known = {shown.account.account_id for shown in view.accounts}
        self._looked = {name: looked for name, looked in self._looked.items() if name in known}
        for shown in view.accounts:
            if _can_be_asked(shown):
                self.ask(shown.account.account_id, now_s)

    def ask(self, account_id: str, now_s: float) -> None:
        """Ask about one account, unless that is under way."""
        if account_id in self._asked:
            return
        self._asked.add(account_id)
        self._later.when(self._door.truth(account_id, ()), partial(self._answered, account_id, now_s))

    def plan(self, account_id: str, rows: tuple[str, ...]) -> "Future[TruthReport]":
        """A look of its own for the repair of these rows."""
        return self._door.truth(account_id, rows)

    def _answered(self, account_id: str, asked_s: float, answer: "Future[Any]") -> None:
        self._asked.discard(account_id)
        problem = problem_of(answer)
        before = self._looked.get(account_id)
        if problem is None:
            self._looked[account_id] = Looked(answer.result(), asked_s)
        elif before is None:
            self._looked[account_id] = Looked(None, asked_s, words_of(problem))
        else:
            # What was found before stands, with its age.
            self._looked[account_id] = Looked(before.report, before.at_s, words_of(problem))
        self.changed.emit()


def _can_be_asked(shown: AccountView) -> bool:
    return shown.elsewhere != "" and shown.trouble is None
