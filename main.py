"""The front door: settings, data folder, storage, venues, engine, and a window or none. The only place that knows all.

Every expected failure is one sentence on stderr and an exit code of engine/errors.py. What is heavy is loaded only
after the command line was understood, and Qt only for a window.
"""

import asyncio
import importlib
import logging
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.config import VAULT_KEY_VARIABLE, VAULT_PASSPHRASE_VARIABLE, Settings, load_settings
from engine.console.arguments import parse
from engine.console.log_file import log_to
from engine.console.occupancy import DataFolder, Role
from engine.domain.money import install_decimal_context
from engine.errors import GridwrightError
from engine.new_ids import new_bot_id

if TYPE_CHECKING:
    from engine.console.room import EngineRoom
    from engine.domain.messages import DecisionLogged
    from engine.venues.ccxt_line import Route
    from gui.sign_in import SignIn

INTERRUPTED = 130
HEAVY = (
    "engine.console.room",
    "engine.thread",
    "engine.venues.every",
    "storage.desk_storage",
)
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

log = logging.getLogger("gridwright")


def main(arguments: Sequence[str], route: "Route | None" = None) -> int:
    """Do what was typed; returns the exit code. `route` leads tests to exchanges of their own."""
    install_decimal_context()
    # Without a handler Python would write warnings to stderr, which belongs to the one sentence of a failure.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        options = parse(arguments)
        settings = load_settings(vars(options), os.environ)
        for name in (VAULT_KEY_VARIABLE, VAULT_PASSPHRASE_VARIABLE):
            # No program that this one starts inherits them.
            os.environ.pop(name, None)
        return run(options, settings, route)
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


def run(options: Namespace, settings: Settings, route: "Route | None") -> int:
    """The window, the desk without one, or a sub-command."""
    from storage.embedded.locks import FileLock  # from here on a database driver is needed

    folder = DataFolder(settings.data_folder, FileLock)
    if getattr(options, "arb_command", "") in ("backtest", "sweep"):
        from engine.console.backtests import run_research  # only here: it reads files and needs no database

        return run_research(options, sys.stdout)
    if options.command == "practice":
        return practice(options, settings)
    if options.command == "db":
        # Only here: the programs and libraries of saving and importing.
        from storage.administration.db import role_of, run_db

        with database(settings, folder, role_of(options)) as (url, _):
            return asyncio.run(run_db(options, settings, url, sys.stdout))
    if options.command == "user":
        # Only here: what handles passwords.
        from storage.administration.users import run_user

        with database(settings, folder) as (url, _):
            return asyncio.run(run_user(options, url, sys.stdin, sys.stdout, redis_url=settings.redis_url))
    if options.command in ("vault", "credential"):
        # Only here: the libraries that seal.
        from storage.administration.vault import run_vault

        with database(settings, folder) as (url, _):
            return asyncio.run(run_vault(options, settings.unlock, url, sys.stdin, sys.stdout))
    if options.command and options.command != "replay":
        with database(settings, folder) as (url, _), signed_in(settings, url, is_engine=False) as check_may_trade:
            return asyncio.run(sub_command(options, settings, folder, url, check_may_trade, route))
    wants_window = not (options.no_gui or options.command)
    if wants_window and not has_display():
        fail("There is no display, so the desk runs without a window; Ctrl+C stops it.", 0)
        wants_window = False
    with (
        database(settings, folder, Role.ENGINE) as (url, revive),
        signed_in(settings, url, is_engine=True, has_window=wants_window),
    ):
        if wants_window:
            return window(settings, url, revive, route)
        return asyncio.run(without_window(options, settings, url, revive, route))


@contextmanager
def signed_in(
    settings: Settings, url: str, *, is_engine: bool, has_window: bool = False
) -> Iterator[Callable[[], None]]:
    """Let somebody in on a shared database; yields what refuses those who may only look. The embedded one is ours.

    A program with a window and without a terminal asks in a dialog.
    """
    if settings.database_url is None:
        yield lambda: None
        return
    # Only here: what handles passwords.
    from storage.users.entrance import Entrance, check_may_trade, terminal

    def end(error: GridwrightError) -> None:
        fail(str(error), error.exit_code)
        # As if somebody had stopped it: in order, with or without a window.
        os.kill(os.getpid(), signal.SIGTERM)

    password = os.environ.get("GRIDWRIGHT_PASSWORD")
    asker = None
    if has_window and not (password or settings.password_file or (sys.stdin is not None and sys.stdin.isatty())):
        asker = asking_window(settings, url)
    entrance = Entrance(settings.data_folder, terminal(), settings.user, password, settings.password_file, asker)
    with entrance.opened(url, settings.desk_name or "", end, settings.redis_url, is_engine=is_engine) as person:
        yield partial(check_may_trade, person)


def asking_window(settings: Settings, url: str) -> "SignIn":
    """The dialog that asks for a password."""
    for name in HEAVY:
        importlib.import_module(name)
    # Qt only after what is heavy and is not Qt: see `window`.
    from gui.sign_in import SignIn
    from gui.theme import Scheme  # likewise
    from gui.window_settings import Language  # likewise
    from storage.address import parse_address  # likewise

    return SignIn(
        parse_address(url).place,
        settings.data_folder / "window.ini",
        language=None if settings.language is None else Language(settings.language),
        scheme=None if settings.theme is None else Scheme(settings.theme),
    )


def practice(options: Namespace, settings: Settings) -> int:
    """The practice exchange, which needs no database but may bring one for its desks."""
    # Only `practice` needs it.
    from engine.console.practice import serve
    from storage.embedded.locks import FileLock  # likewise
    from storage.embedded.shared import shared_server  # likewise

    path = Path(options.folder or settings.data_folder / "practice").expanduser().absolute()
    folder = DataFolder(path, FileLock)
    folder.prepare()
    folder.occupy(Role.ENGINE)
    try:
        log_to(path, settings.log_level)
        with shared_server(path) if options.with_database else nullcontext() as address:
            asyncio.run(serve(options, path, sys.stdout, address))
    finally:
        folder.vacate()
    return 0


@contextmanager
def database(
    settings: Settings, folder: DataFolder, role: Role | None = None
) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """The address of the database, and what brings it back; the folder is prepared and, for a role, taken."""
    # Only when it is known what to do: see `run`.
    from storage.embedded import EmbeddedPostgres
    from storage.tls import secured  # likewise

    shared = None
    if settings.database_url is not None:
        shared = secured(settings.database_url, settings.database_sslmode, settings.database_ca)
    folder.prepare()
    if role is not None:
        folder.occupy(role)
    try:
        log_to(settings.data_folder, settings.log_level)
        if shared is not None:
            yield shared, None
            return
        server = EmbeddedPostgres(settings.data_folder / "postgres")
        try:
            yield server.start(), lambda: log.info("database at %s", server.ensure_running().rpartition("@")[2])
        finally:
            server.stop()
    finally:
        if role is not None:
            folder.vacate()


def has_display() -> bool:
    """Whether a window could appear at all."""
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in DISPLAYS)


async def sub_command(
    options: Namespace,
    settings: Settings,
    folder: DataFolder,
    url: str,
    check_may_trade: Callable[[], None],
    route: "Route | None",
) -> int:
    """One sub-command on open storage. `check_may_trade` raises for those who may only ask."""
    # Only sub-commands need these.
    from engine.console.acts import act
    from engine.console.clerk import ClerkDesk  # likewise
    from engine.console.questions import answer_question  # likewise
    from engine.venues.every import EveryVenue  # likewise
    from storage.administration.personal import COMMANDS, run_personal  # likewise
    from storage.desk_storage import DeskStorage  # likewise

    stored = await DeskStorage.open(
        url, settings.redis_url, settings.data_folder, f"gridwright {options.command}", options.desk,
        desk_name=settings.desk_name, lease_s=settings.lease_s,
    )  # fmt: skip
    try:
        venues = EveryVenue(settings.data_folder, route, settings.spreads)
        desk = ClerkDesk(
            stored, folder, venues.make, settings.answer_timeout_s, unlock=settings.unlock, make_live=venues.live.make,
            budgets=venues.budgets, make_spreads=venues.make_spreads,
        )  # fmt: skip
        if options.command == "account" and options.account_command == "open-live":
            secrets = await stored.open_secrets(settings.unlock)
            options.credential = (await secrets.credentials.find(options.credential)).credential_id
        if options.command in COMMANDS:
            return await run_personal(options, stored, sys.stdout, check_may_trade)
        if await answer_question(options, desk, sys.stdout):
            return 0
        check_may_trade()
        is_done = await act(options, desk, sys.stdout, new_bot_id)
        assert is_done, f"nobody knows what to do with {options.command}"
        return 0
    finally:
        await stored.close()


def make_room(
    settings: Settings,
    url: str,
    revive: Callable[[], None] | None,
    on_decision: "Callable[[DecisionLogged], None] | None" = None,
    *,
    takes_all: bool,
    route: "Route | None",
) -> "EngineRoom":
    """The room of the one engine of this program. `takes_all`: it takes every account that no desk runs."""
    # Not needed by sub-commands that only read.
    from engine.console.room import EngineRoom
    from engine.venues.every import EveryVenue  # likewise
    from storage.desk_storage import DeskStorage  # likewise

    venues = EveryVenue(settings.data_folder, route, settings.spreads)
    open_storage = partial(
        DeskStorage.open, url, settings.redis_url, settings.data_folder, "gridwright", desk_name=settings.desk_name,
        lease_s=settings.lease_s, takes_all=takes_all if settings.takes is None else settings.takes == "all",
        keep_days=settings.retention_days, csv_folder=settings.csv_folder,
    )  # fmt: skip
    return EngineRoom(
        open_storage, venues.make, revive_storage=revive, on_decision=on_decision, unlock=settings.unlock,
        make_live=venues.live.make, vault_lock_after_s=settings.vault_lock_after_s, budgets=venues.budgets,
        make_spreads=venues.make_spreads,
    )  # fmt: skip


async def without_window(
    options: Namespace, settings: Settings, url: str, revive: Callable[[], None] | None, route: "Route | None"
) -> int:
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

    room = make_room(settings, url, revive, None if is_replay else tell, takes_all=not is_replay, route=route)
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


def window(settings: Settings, url: str, revive: Callable[[], None] | None, route: "Route | None") -> int:
    """The desk with its window: the engine on its own thread, Qt on this one."""
    # Everything heavy that is not Qt comes first: Qt's import hook reads the source of all that is imported after it.
    from engine.console.openings import choice_opening, demo_opening, exchange_opening, pair_demo_opening
    from engine.spreads.exchanges import SOURCES  # likewise
    from engine.thread import EngineThread  # likewise
    from engine.venues.exchanges.live_accounts import EXCHANGES, live_account  # likewise
    from engine.venues.practice import practice_account  # likewise
    from engine.venues.rule_books import KNOWN  # likewise
    from engine.venues.wire import READERS  # likewise
    from storage.late_history import LateHistory  # likewise

    # From here on there is something to close in order; the window listens itself once it is there.
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: asked.append(number))
    room = make_room(settings, url, revive, takes_all=False, route=route)
    thread = EngineThread(room.open, room.close, lambda: room.vault)
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
            make_simulated_account=demo_opening, make_pair_demo=pair_demo_opening,
            make_replay_account=lambda choice: choice_opening(
                choice.path, choice.speed, choice.rules, choice.volume_unit, choice.symbol, choice.cash
            ),
            stop_engine=thread.stopped,
            engine_trouble=lambda: "" if thread.error is None else str(thread.error),
            rule_books=KNOWN,
            recordings_folder=Path.home(),
            make_paper_account=lambda choice: exchange_opening(
                choice.exchange, choice.symbol, cash=None if choice.cash is None else [("", choice.cash)]
            ),
            exchanges=tuple(READERS),
            make_practice_account=lambda choice: thread.run(
                practice_account(choice.name, choice.host, choice.port, room.stored.desk_id)
            ),
            vault=thread, truth=thread, keys=history, desks=history, desk_id=room.stored.desk_id,
            make_live_account=lambda choice: live_account(*choice), live_exchanges=EXCHANGES, premiums=history,
            book_exchanges=tuple(sorted(SOURCES)),
        )  # fmt: skip
        code = run_window(
            thread, history, actions, settings.data_folder / "window.ini",
            language=None if settings.language is None else Language(settings.language),
            scheme=None if settings.theme is None else Scheme(settings.theme),
            close_history=history.close,
            is_stop_asked=lambda: bool(asked),
        )  # fmt: skip
    finally:
        thread.stop()
        thread.join()
    if isinstance(thread.error, GridwrightError):
        raise thread.error
    return code if thread.error is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
