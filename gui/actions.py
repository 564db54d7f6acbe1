"""What the window needs to ask the rest of the program, as callables given by main.py."""

import secrets
import string
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from engine.domain.bot import Account
from engine.errors import UsageError
from gui.dialogs.paper_dialog import PaperChoice
from gui.dialogs.recording_dialog import RecordingChoice

_ID_CHARACTERS = string.ascii_lowercase + string.digits
_ID_LENGTH = 8


def no_trouble() -> str:
    """The engine is at work."""
    return ""


def no_exchange(choice: PaperChoice) -> Account:
    """A window without live feeds; its dialog has no exchange to choose."""
    raise UsageError(f"There is no live feed of {choice.exchange}.")


@dataclass(frozen=True, slots=True)
class Actions:
    """`make_replay_account` may take seconds (it reads the recording) and is called on a worker thread.

    It takes the value that the recording dialog submits and raises RecordingError with one sentence. `stop_engine`
    begins an orderly stop and gives a future that is done when the engine has stopped; it is called once.
    `engine_trouble` is asked once a second and says in one sentence why the engine is not there any more, else "".
    `rule_books` names the venue rules a recording can be played under; the file dialog begins in `recordings_folder`.
    `make_paper_account` takes the value that the paper dialog submits, for one of `exchanges`.
    """

    make_simulated_account: Callable[[], Account]
    make_replay_account: Callable[[RecordingChoice], Account]
    stop_engine: Callable[[], Future[None]]
    engine_trouble: Callable[[], str] = no_trouble
    rule_books: tuple[str, ...] = ()
    recordings_folder: Path | None = None
    make_paper_account: Callable[[PaperChoice], Account] = no_exchange
    exchanges: tuple[str, ...] = ()


def new_bot_id() -> str:
    """An identity for a new bot: 8 of [a-z0-9]."""
    return "".join(secrets.choice(_ID_CHARACTERS) for _ in range(_ID_LENGTH))
