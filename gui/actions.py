"""What the window needs to ask the rest of the program, as callables given by main.py."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from engine.domain import phrases
from engine.domain.bot import Account
from engine.domain.secret import Secret, VaultState
from engine.domain.sentences import say
from engine.errors import UsageError
from engine.ports import PremiumHistory, TruthDoor, VaultDoor
from gui.arbitrage.no_past import NoPremiumPast
from gui.desk_board import DeskSource, NoDesks
from gui.dialogs.paper_dialog import PaperChoice
from gui.dialogs.practice_dialog import PracticeChoice
from gui.dialogs.recording_dialog import RecordingChoice
from gui.live.live_acts import KeySource, NoKeys, no_live
from gui.live.open_live_dialog import LiveChoice
from gui.truth.truth_board import NoTruth


def no_trouble() -> str:
    """The engine is at work."""
    return ""


def no_exchange(choice: PaperChoice) -> Account:
    """A window without live feeds; its dialog has no exchange to choose."""
    raise UsageError(f"There is no live feed of {choice.exchange}.")


def no_practice(_choice: PracticeChoice) -> "Future[Account]":
    """A window of a program that reaches no practice exchange."""
    answer: Future[Account] = Future()
    answer.set_exception(UsageError("This program reaches no practice exchange."))
    return answer


def no_pair_demo() -> tuple[Account, Account]:
    """A window of a program without invented markets."""
    raise UsageError("This program has no invented markets.")


class NoVault:
    """A window of a program without a vault."""

    def vault_state(self) -> VaultState:
        return VaultState.ABSENT

    def unlock_vault(self, _passphrase: Secret) -> "Future[None]":
        return _refused()

    def lock_vault(self) -> "Future[None]":
        return _refused()


def _refused() -> "Future[None]":
    answer: Future[None] = Future()
    answer.set_exception(UsageError(say(phrases.VAULT_ABSENT)))
    return answer


@dataclass(frozen=True, slots=True)
class Actions:
    """`make_replay_account` may take seconds (it reads the recording) and is called on a worker thread.

    It takes the value that the recording dialog submits and raises RecordingError with one sentence. `stop_engine`
    begins an orderly stop and gives a future that is done when the engine has stopped; it is called once.
    `engine_trouble` is asked once a second and says in one sentence why the engine is not there any more, else "".
    `rule_books` names the venue rules a recording can be played under; the file dialog begins in `recordings_folder`.
    `make_paper_account` takes the value that the paper dialog submits, for one of `exchanges`. `make_practice_account`
    asks the exchange, and its future fails with VenueUnavailable when nobody answers there. `desk_id` is this desk's;
    `desks` and `keys` (the names of keys in the vault) are asked on the window's loop. `make_live_account` takes the
    value that the dialog for live accounts submits, for one of `live_exchanges`. `premiums` is asked on the window's
    loop, as the history is; `make_pair_demo` gives two accounts on invented markets of one coin; `book_exchanges` are
    those whose books the spread desk can hear.
    """

    make_simulated_account: Callable[[], Account]
    make_replay_account: Callable[[RecordingChoice], Account]
    stop_engine: Callable[[], Future[None]]
    engine_trouble: Callable[[], str] = no_trouble
    rule_books: tuple[str, ...] = ()
    recordings_folder: Path | None = None
    make_paper_account: Callable[[PaperChoice], Account] = no_exchange
    exchanges: tuple[str, ...] = ()
    make_practice_account: Callable[[PracticeChoice], Future[Account]] = no_practice
    desks: DeskSource = field(default_factory=NoDesks)
    desk_id: str = ""
    vault: VaultDoor = field(default_factory=NoVault)
    truth: TruthDoor = field(default_factory=NoTruth)
    make_live_account: Callable[[LiveChoice], Account] = no_live
    live_exchanges: tuple[str, ...] = ()
    keys: KeySource = field(default_factory=NoKeys)
    make_pair_demo: Callable[[], tuple[Account, Account]] = no_pair_demo
    premiums: PremiumHistory = field(default_factory=NoPremiumPast)
    book_exchanges: tuple[str, ...] = ()
