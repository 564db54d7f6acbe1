"""Two people, two real programs, one database: same names of everything, and neither notices the other."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from storage.embedded.question import ask
from storage.migrations import HEAD
from tests.main.program import ROOT, child_of, environment, program, start_program
from tests.support.postgres import PostgresCluster, database_name
from tests.support.waiting import wait_until

OPEN = ("account", "open-simulated", "--name", "demo", "--seed", "7", "--cash", "100000", "--speed", "1")
GRID = ("--lower", "30000", "--upper", "90000", "--grid-count", "10", "--investment", "20000")


class Somebody:
    """A person with a folder, a database URL and a password."""

    def __init__(self, name: str, folder: Path, owner_url: str) -> None:
        self.name = name
        self.folder = folder / name
        self.password = f"{name.encode().hex()} Goes Ways"
        self.role = f"{name}_{database_name(owner_url)}"
        place = owner_url.rpartition("@")[2]
        self.url = f"postgresql://{self.role}:{self.password.replace(' ', '%20')}@{place}"
        self.secret = {"GRIDWRIGHT_PASSWORD": self.password}

    @property
    def options(self) -> list[str]:
        return ["--data-folder", str(self.folder), "--database-url", self.url]

    def run(self, *arguments: str, signs_in: bool = True) -> tuple[int, str, str]:
        done = program(*arguments, *self.options, more=self.secret if signs_in else None)
        return done.returncode, done.stdout, done.stderr

    def ask(self, *arguments: str, signs_in: bool = True) -> Any:
        code, out, complaint = self.run(*arguments, "--json", signs_in=signs_in)
        assert code == 0, f"{arguments} ended with {code}: {complaint}"
        return json.loads(out)


def administer(owner_url: str, *arguments: str, folder: Path) -> str:
    done = program("user", *arguments, "--data-folder", str(folder / "owner"), "--database-url", owner_url)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def people(database_url: str, tmp_path: Path) -> dict[str, Somebody]:
    """Alice and bob trade, vera looks: let in from the command line, on a database that was empty."""
    administer(database_url, "setup", folder=tmp_path)
    people = {}
    for name, role in (("alice", "trader"), ("bob", "trader"), ("vera", "viewer")):
        somebody = Somebody(name, tmp_path, database_url)
        file = tmp_path / f"{name}.password"
        file.touch(0o600)
        file.write_text(somebody.password + "\n", encoding="utf-8")
        told = administer(
            database_url, "add", name, "--role", role, "--database-role", somebody.role, "--password-file", str(file),
            folder=tmp_path,
        )  # fmt: skip
        place = database_url.rpartition("@")[2]
        assert told == (
            f"{name} was added as {role}; the database URL, without the password, is "
            f"postgresql://{somebody.role}@{place}\n"
        )
        people[name] = somebody
    return people


@pytest.mark.slow
def test_two_people_trade_side_by_side(people: dict[str, Somebody], database_url: str) -> None:
    alice, bob, vera = people["alice"], people["bob"], people["vera"]
    for somebody in (alice, bob):
        somebody.ask(*OPEN)
        [account] = somebody.ask("account", "list")
        somebody.ask(
            "bot", "add", "grid", "--account", account["account"], "--name", "Mine", "--start", *GRID
        )  # fmt: skip
    desks = [start_program("--no-gui", *one.options, more=one.secret) for one in (alice, bob)]
    try:
        counted = "SELECT string_agg(u.username, ',' ORDER BY u.username) FROM users u WHERE EXISTS "
        wait_until(
            lambda: ask(database_url, counted + "(SELECT FROM trades t WHERE t.user_id = u.id)") == ["alice,bob"],
            what="executions of both",
            within_s=60,
        )
        mine = {one.name: one.ask("bot", "list", signs_in=False) for one in (alice, bob)}
        assert [len(bots) for bots in mine.values()] == [1, 1]
        assert mine["alice"][0]["bot"] != mine["bob"][0]["bot"]
        assert alice.ask("account", "list", signs_in=False)[0]["account"] == bob.ask("account", "list")[0]["account"]
        # A bot of somebody else is a bot that does not exist, and a desk too.
        code, _, complaint = alice.run("bot", "stop", mine["bob"][0]["bot"], "--keep", signs_in=False)
        assert (code, "There is no bot" in complaint) == (2, True)
        [desk_of_bob] = bob.ask("desks")
        code, _, complaint = alice.run("halt", "--desk", desk_of_bob["desk"], signs_in=False)
        assert (code, "There is no desk" in complaint) == (2, True)
        assert len(alice.ask("desks", signs_in=False)) == 1
        # A viewer asks and steers nothing, nor runs a desk.
        assert vera.ask("bot", "list") == []
        assert vera.ask("symbols", "list") == []
        for arguments in (
            ("halt",),
            ("--no-gui",),
            OPEN,
            ("symbols", "block", "okx", "DOGE"),
            ("notifications", "read"),
        ):
            code, _, complaint = vera.run(*arguments)
            assert (code, complaint) == (
                2,
                "gridwright: vera may look at this database and not trade on it; ask an administrator.\n",
            )
    finally:
        for desk in desks:
            desk.terminate()
        words = [desk.communicate(timeout=180) for desk in desks]
    assert [desk.returncode for desk in desks] == [0, 0], words
    assert [complaint for _, complaint in words] == ["", ""]
    for one in (alice, bob):
        log = (one.folder / "logs" / "gridwright.log").read_text(encoding="utf-8")
        assert one.password not in log
        assert one.password not in "".join(words[0] + words[1])


def test_who_does_not_prove_a_password_does_not_come_in(people: dict[str, Somebody], tmp_path: Path) -> None:
    alice = people["alice"]
    code, _, complaint = alice.run("status", signs_in=False)
    assert (code, complaint) == (
        2,
        (
            "gridwright: There is no terminal to ask on; use the variable GRIDWRIGHT_PASSWORD or --sign-in-file FILE "
            "(- is stdin).\n"
        ),
    )
    wrong = program("status", *alice.options, more={"GRIDWRIGHT_PASSWORD": "something else"})
    assert (wrong.returncode, wrong.stderr) == (3, "gridwright: The name or the password is wrong.\n")
    other = program("status", "--user", "bob", *alice.options, more=alice.secret)
    assert (other.returncode, other.stderr) == (
        2, "gridwright: The database URL is that of alice, so bob cannot sign in with it.\n"
    )  # fmt: skip
    assert alice.run("status")[0] == 0
    # From now on a session of a week does it, kept in a file that only its owner reads.
    assert alice.run("status", signs_in=False)[0] == 0
    [token] = alice.folder.glob("session-*")
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert alice.run("user", "sign-out")[:2] == (0, "1 sessions have ended.\n")
    assert alice.run("status", signs_in=False)[0] == 2


def test_a_person_cannot_bring_the_tables_up_to_date(
    people: dict[str, Somebody], database_url: str, postgres_cluster: PostgresCluster
) -> None:
    ask(database_url, "UPDATE alembic_version SET version_num = '0005'")
    code, _, complaint = people["alice"].run("status")
    ask(database_url, f"UPDATE alembic_version SET version_num = '{HEAD}'")
    assert (code, complaint) == (
        3,
        (
            f"gridwright: The tables of the database are not those of this program (which knows {HEAD}); "
            "an administrator must start it once, or an update is needed here.\n"
        ),
    )


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="no virtual display on this machine")
def test_a_window_without_a_terminal_asks_in_a_dialog(people: dict[str, Somebody], database_url: str) -> None:
    """It waits with its connection open; a signal is as if somebody had pressed Cancel."""
    command = ["xvfb-run", "-a", sys.executable, str(ROOT / "main.py"), *people["alice"].options]
    running = subprocess.Popen(
        command, env=environment(LIBGL_ALWAYS_SOFTWARE="1"), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    asking = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gridwright sign-in' AND state = 'idle'"
    try:
        wait_until(lambda: ask(database_url, asking) == [1], what="somebody to be asked", within_s=60)
    finally:
        os.kill(child_of(running.pid), signal.SIGTERM)
        out, err = running.communicate(timeout=180)
    # xvfb-run mixes both streams of what it runs.
    assert (running.returncode, out + err) == (2, "gridwright: Nobody signed in, so nothing was started.\n")
