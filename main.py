"""The front door: settings, data folder, storage, venues, engine, and a window or none. The only place that knows all.

Every expected failure is one sentence on stderr and an exit code of engine/errors.py. What is heavy is loaded only
after the command line was understood, and Qt only for a window.
"""

import asyncio
import logging
import logging.handlers
import os
import secrets
import signal
import string
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.config import Settings, load_settings
from engine.console.arguments import parse
from engine.console.occupancy import DataFolder, Role
from engine.domain.money import install_decimal_context
from engine.errors import GridwrightError

if TYPE_CHECKING:
    from engine.console.room import EngineRoom
    from engine.domain.messages import DecisionLogged
    from engine.thread import EngineThread

INTERRUPTED = 130
LOG_BYTES, LOG_FILES = 5_000_000, 5
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

log = logging.getLogger("gridwright")


def main(arguments: Sequence[str]) -> int:
    """Do what was typed; returns the exit code."""
    install_decimal_context()
    # Without a handler Python would write warnings to stderr, which belongs to the one sentence of a failure.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        options = parse(arguments)
        return run(options, load_settings(vars(options), os.environ))
    except GridwrightError as error:
        return fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output (a pager, `head`) has seen enough; the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        log.exception("unexpected")
        return fail(f"The program met something unexpected ({type(error).__name__}: {error}).", 1)


def fail(sentence: str, code: int) -> int:
    """One line on stderr."""
    print(f"gridwright: {' '.join(sentence.split())}", file=sys.stderr, flush=True)
    return code


def run(options: Namespace, settings: Settings) -> int:
    """The window, the desk without one, or a sub-command."""
    # From here on a database driver is needed; `--help` and wrong usage have answered without it.
    from storage.embedded.locks import FileLock

    folder = DataFolder(settings.data_folder, FileLock)
    if options.command and options.command != "replay":
        with database(settings, folder) as (url, _):
            return asyncio.run(sub_command(options, settings, folder, url))
    wants_window = not (options.no_gui or options.command)
    if wants_window and not has_display():
        fail("There is no display, so the desk runs without a window; Ctrl+C stops it.", 0)
        wants_window = False
    with database(settings, folder, Role.ENGINE) as (url, revive):
        if wants_window:
            return window(settings, url, revive)
        return asyncio.run(without_window(options, settings, url, revive))


@contextmanager
def database(
    settings: Settings, folder: DataFolder, role: Role | None = None
) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """The address of the database, and what brings it back; the folder is prepared and, for a role, taken."""
    # Only when it is known what to do: see `run`.
    from storage.address import parse_address
    from storage.embedded import EmbeddedPostgres  # likewise

    if settings.database_url is not None:
        parse_address(settings.database_url)
    folder.prepare()
    if role is not None:
        folder.occupy(role)
    try:
        log_to(settings)
        if settings.database_url is not None:
            yield settings.database_url, None
            return
        server = EmbeddedPostgres(settings.data_folder / "postgres")
        try:
            yield server.start(), lambda: log.info("database at %s", server.ensure_running().rpartition("@")[2])
        finally:
            server.stop()
    finally:
        if role is not None:
            folder.vacate()


def log_to(settings: Settings) -> None:
    """Keep what programs say about themselves in the data folder; stderr is for people."""
    file = settings.data_folder / "logs" / "gridwright.log"
    file.parent.mkdir(exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(settings.log_level.upper())
    logging.captureWarnings(capture=True)


def has_display() -> bool:
    """Whether a window could appear at all."""
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in DISPLAYS)


def new_bot_id() -> str:
    """An identity for a new bot: 8 of [a-z0-9]."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))


async def sub_command(options: Namespace, settings: Settings, folder: DataFolder, url: str) -> int:
    """One sub-command on open storage."""
    # Only sub-commands need these.
    from engine.console.acts import act
    from engine.console.clerk import ClerkDesk  # likewise
    from engine.console.questions import answer_question  # likewise
    from engine.venues.ccxt_feed import CcxtFeeds  # likewise
    from engine.venues.factory import make_venue  # likewise
    from storage.desk_storage import DeskStorage  # likewise

    stored = await DeskStorage.open(
        url, settings.redis_url, settings.data_folder, f"gridwright {options.command}", options.desk
    )
    try:
        venues = partial(make_venue, data_folder=settings.data_folder, feeds=CcxtFeeds().makers())
        desk = ClerkDesk(stored, folder, venues, settings.answer_timeout_s)
        is_done = await answer_question(options, desk, sys.stdout) or await act(options, desk, sys.stdout, new_bot_id)
        assert is_done, f"nobody knows what to do with {options.command}"
        return 0
    finally:
        await stored.close()


def make_room(
    settings: Settings,
    url: str,
    revive: Callable[[], None] | None,
    on_decision: "Callable[[DecisionLogged], None] | None" = None,
) -> "EngineRoom":
    """The room of the one engine of this program."""
    # Not needed by sub-commands that only read.
    from engine.console.room import EngineRoom
    from engine.venues.ccxt_feed import CcxtFeeds  # likewise
    from engine.venues.factory import make_venue  # likewise
    from storage.desk_storage import DeskStorage  # likewise

    return EngineRoom(
        partial(DeskStorage.open, url, settings.redis_url, settings.data_folder, "gridwright"),
        partial(make_venue, data_folder=settings.data_folder, feeds=CcxtFeeds().makers()),
        revive_storage=revive,
        on_decision=on_decision,
    )


async def without_window(options: Namespace, settings: Settings, url: str, revive: Callable[[], None] | None) -> int:
    """`--no-gui`, with or without an end, and `replay`."""
    # Not needed by sub-commands that only read.
    from engine.console.headless import run_headless
    from engine.console.listing import dump  # likewise
    from engine.console.replay_run import plan_replay, replay_errand, until_replays_end  # likewise
    from engine.console.status import TerminalLines  # likewise
    from storage.desk_storage import DeskStorage  # likewise

    is_replay = options.command == "replay"
    # A replay makes thousands of decisions; its lines are the heartbeats and the report.
    stream = sys.stderr if is_replay or options.json else sys.stdout
    lines = TerminalLines(stream, is_terminal=stream.isatty())

    def tell(logged: "DecisionLogged") -> None:
        lines.decision(logged, room.name_of(logged.bot_id))

    room = make_room(settings, url, revive, None if is_replay else tell)
    errand = until_replays_end(room) if options.until_replay_ends else None
    if is_replay:
        stored = await DeskStorage.open(url, settings.redis_url, settings.data_folder, "gridwright replay")
        try:
            session = plan_replay(options, await stored.reads.state())
        finally:
            await stored.close()
        errand = replay_errand(options, session, room, new_bot_id())
    found = await run_headless(room, lines, settings.heartbeat_s, errand)
    if found is None:
        return INTERRUPTED if is_replay else 0
    if options.json:
        answers = [report.as_json() for report in found]
        sys.stdout.write(dump(answers[0] if is_replay else list(answers)) + "\n")
    else:
        sys.stdout.write("\n\n".join(report.as_text() for report in found) + "\n")
    return 0


def window(settings: Settings, url: str, revive: Callable[[], None] | None) -> int:
    """The desk with its window: the engine on its own thread, Qt on this one."""
    # Everything heavy that is not Qt comes first: Qt's import hook reads the source of all that is imported after it.
    from engine.console.openings import choice_opening, demo_opening, exchange_opening
    from engine.thread import EngineThread  # likewise
    from engine.venues.rule_books import KNOWN  # likewise
    from engine.venues.wire import READERS  # likewise
    from storage.late_history import LateHistory  # likewise

    # From here on there is something to close in order; the window listens itself once it is there.
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: asked.append(number))
    room = make_room(settings, url, revive)
    thread = EngineThread(room.open, room.close)
    thread.start()
    try:
        try:
            # Qt now, when all of the above is there.
            from gui.actions import Actions
            from gui.app import run_window  # likewise
            from gui.theme import Scheme  # likewise
            from gui.window_settings import Language  # likewise
        except ImportError as error:
            raise GridwrightError(
                f"The window needs a library that this system does not have ({error}); --no-gui runs without one."
            ) from error

        history = LateHistory(url)
        actions = Actions(
            make_simulated_account=demo_opening,
            make_replay_account=lambda choice: choice_opening(
                choice.path, choice.speed, choice.rules, choice.volume_unit, choice.symbol, choice.cash
            ),
            stop_engine=partial(stopped, thread),
            engine_trouble=lambda: "" if thread.error is None else str(thread.error),
            rule_books=KNOWN,
            recordings_folder=Path.home(),
            make_paper_account=lambda choice: exchange_opening(
                choice.exchange, choice.symbol, cash=None if choice.cash is None else [("", choice.cash)]
            ),
            exchanges=tuple(READERS),
        )
        code = run_window(
            thread,
            history,
            actions,
            settings.data_folder / "window.ini",
            language=None if settings.language is None else Language(settings.language),
            scheme=None if settings.theme is None else Scheme(settings.theme),
            close_history=history.close,
            is_stop_asked=lambda: bool(asked),
        )
    finally:
        thread.stop()
        thread.join()
    if isinstance(thread.error, GridwrightError):
        raise thread.error
    return code if thread.error is None else 1


def stopped(thread: "EngineThread") -> "Future[None]":
    """Ask the engine to stop; the future is done when it has."""
    done: Future[None] = Future()

    def wait() -> None:
        thread.join()
        if thread.error is None:
            done.set_result(None)
        else:
            done.set_exception(thread.error)

    thread.stop()
    threading.Thread(target=wait, name="engine's end").start()
    return done


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
