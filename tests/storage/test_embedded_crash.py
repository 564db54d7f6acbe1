"""Our own PostgreSQL in bad weather: every process of the story is killed, and nothing committed is lost."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.embedded import EmbeddedPostgres, find_binaries
from storage.embedded.binaries import reachable_binaries, server_user
from storage.embedded.process import Place
from storage.embedded.question import ask
from storage.embedded.supervisor import free_port
from tests.storage.test_embedded import PROGRAM, pids
from tests.support.processes import is_running, start_python
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL; the Job Object of Windows is untested")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "desk")
    yield server
    server.stop()


def commit(url: str, number: int) -> None:
    ask(url, "CREATE TABLE IF NOT EXISTS kept (number int)", f"INSERT INTO kept VALUES ({number})")


def kept(url: str) -> list[int]:
    return ask(url, "SELECT number FROM kept ORDER BY number")


def test_sigkill_of_the_program_leaves_no_server(tmp_path: Path) -> None:
    program = start_python(PROGRAM, str(tmp_path / "desk"))
    assert program.stdout is not None
    commit(program.stdout.readline().strip(), 1)
    before = pids(EmbeddedPostgres(tmp_path / "desk"))
    assert all(is_running(pid) for pid in before)
    program.kill()
    program.communicate()
    wait_until(lambda: not any(is_running(pid) for pid in before), what="the server to follow its program", within_s=5)
    with EmbeddedPostgres(tmp_path / "desk") as again:
        assert kept(again.ensure_running()) == [1]


def test_sigkill_of_all_programs_at_once_leaves_no_server(tmp_path: Path) -> None:
    programs = [start_python(PROGRAM, str(tmp_path / "desk")) for _ in range(2)]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline().startswith("postgresql://")
    before = pids(EmbeddedPostgres(tmp_path / "desk"))
    for program in programs:
        program.kill()
    for program in programs:
        program.communicate()
    wait_until(lambda: not any(is_running(pid) for pid in before), what="the server to follow them", within_s=5)


def test_killed_server_comes_back_at_the_same_address(server: EmbeddedPostgres) -> None:
    url = server.start()
    for number in range(3):
        commit(url, number)
        os.kill(pids(server)[0], signal.SIGKILL)
        assert server.ensure_running() == url
        assert kept(url) == list(range(number + 1))


def test_killed_server_comes_back_without_being_asked(server: EmbeddedPostgres) -> None:
    url = server.start()
    before, _ = pids(server)
    os.kill(before, signal.SIGKILL)
    wait_until(
        lambda: (state := server.state) is not None and state.phase == "ready" and state.pid != before,
        what="a new server",
    )
    assert ask(url, "SELECT 1") == [1]


def test_killed_supervisor_takes_the_server_along_and_is_replaced(server: EmbeddedPostgres) -> None:
    url = server.start()
    commit(url, 1)
    before, supervisor = pids(server)
    os.kill(supervisor, signal.SIGKILL)
    wait_until(lambda: not is_running(before), what="the server to follow its supervisor", within_s=5)
    assert kept(server.ensure_running()) == [1]
    assert pids(server)[1] != supervisor


def test_everything_killed_at_once(tmp_path: Path) -> None:
    """As after a power cut: pid file, lock files and state file all speak of processes that are gone."""
    program = start_python(PROGRAM, str(tmp_path / "desk"))
    assert program.stdout is not None
    commit(program.stdout.readline().strip(), 1)
    for pid in (program.pid, *reversed(pids(EmbeddedPostgres(tmp_path / "desk")))):
        os.kill(pid, signal.SIGKILL)
    program.communicate()
    with EmbeddedPostgres(tmp_path / "desk") as again:
        assert kept(again.ensure_running()) == [1]


def test_pid_file_that_names_a_stranger_is_no_obstacle(server: EmbeddedPostgres) -> None:
    """After a restart of the machine the number belongs to somebody else, who must not be touched."""
    commit(server.start(), 1)
    server.stop()
    cluster = server.data_dir / "cluster"
    owner = cluster.stat()
    with start_python(
        "input()", uid=owner.st_uid if os.geteuid() == 0 else None, python=reachable_python()
    ) as stranger:
        pid_file = cluster / "postmaster.pid"
        pid_file.write_text(
            f"{stranger.pid}\n{cluster}\n1700000000\n5432\n\n127.0.0.1\n 0 0\nready   \n", encoding="utf-8"
        )
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        assert kept(server.start()) == [1]
        assert stranger.poll() is None
        stranger.communicate("\n")


@pytest.mark.parametrize("words", ["", "not a number\n"])
def test_broken_pid_file_is_no_obstacle(server: EmbeddedPostgres, words: str) -> None:
    commit(server.start(), 1)
    server.stop()
    (server.data_dir / "cluster" / "postmaster.pid").write_text(words, encoding="utf-8")
    assert kept(server.start()) == [1]


def test_server_without_supervisor_is_ended_before_a_new_one_starts(server: EmbeddedPostgres) -> None:
    """Where the system does not end it with its parent (macOS), the next start finds it and puts it away."""
    commit(server.start(), 1)
    server.stop()
    orphan = start_orphan(server.data_dir)
    try:
        assert kept(server.start()) == [1]
        wait_until(lambda: not is_running(orphan.pid), what="the orphan to end")
    finally:
        orphan.kill()
        orphan.wait()


def start_orphan(data_dir: Path) -> "subprocess.Popen[bytes]":
    user = server_user(data_dir / "cluster")
    place = Place(data_dir / "cluster", user)
    program = reachable_binaries(find_binaries(), user).postgres
    words = subprocess.DEVNULL
    orphan = subprocess.Popen(
        [program, "-D", place.as_seen, "-p", str(free_port())], stdout=words, stderr=words, **place.options()
    )
    pid_file = data_dir / "cluster" / "postmaster.pid"
    wait_until(
        lambda: pid_file.exists() and "ready" in pid_file.read_text(encoding="utf-8"), what="the orphan to serve"
    )
    return orphan


def test_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    """A program killed in its first second leaves initdb's work half done."""
    desk = tmp_path / "desk"
    program = start_python(PROGRAM, str(desk))
    wait_until(lambda: (desk / "cluster.new" / "base").exists(), what="initdb to be busy")
    program.kill()
    program.communicate()
    assert not (desk / "cluster").exists()
    with EmbeddedPostgres(desk, durable=False) as server:
        assert ask(server.ensure_running(), "SELECT 1") == [1]
        assert not (desk / "cluster.new").exists()


def test_lost_password_file_is_replaced(server: EmbeddedPostgres) -> None:
    old = server.start()
    commit(old, 1)
    server.stop()
    (server.data_dir / "password").unlink()
    new = server.start()
    assert new.split("@")[0] != old.split("@")[0]
    assert kept(new) == [1]


def test_lost_database_is_made_again(server: EmbeddedPostgres) -> None:
    url = server.start()
    ask(url.rsplit("/", 1)[0] + "/postgres", "DROP DATABASE gridwright")
    assert ask(server.ensure_running(), "SELECT current_database()") == ["gridwright"]


def test_taken_port_costs_one_more_try(server: EmbeddedPostgres) -> None:
    """Somebody takes the old port between the crash and the new server."""
    server.start()
    state = server.state
    assert state is not None
    server.stop()
    # As if it had crashed: only then the old port is tried again.
    words = json.loads((server.data_dir / "server.json").read_text(encoding="utf-8")) | {"phase": "ready"}
    (server.data_dir / "server.json").write_text(json.dumps(words), encoding="utf-8")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", state.port))
        other.listen()
        assert ask(server.start(), "SELECT 1") == [1]
        fresh = server.state
        assert fresh is not None
        assert fresh.port != state.port


def reachable_python() -> str:
    """A Python any user may start; the one that runs us may live in a closed folder."""
    return next(
        (path for path in ("/usr/bin/python3.11", "/usr/bin/python3") if Path(path).exists()),
        shutil.which("python3") or "",
    )


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can become another user")
def test_a_normal_user_needs_no_rights(tmp_path_factory: pytest.TempPathFactory) -> None:
    nobody = 65534
    with tempfile.TemporaryDirectory(prefix="gridwright-", dir="/tmp") as open_folder:
        Path(open_folder).chmod(0o755)
        home = Path(open_folder) / "home of nobody"
        home.mkdir()
        os.chown(home, nobody, nobody)
        check = start_python("import asyncpg, storage.embedded", uid=nobody, python=reachable_python())
        _, words = check.communicate(timeout=180)
        if check.returncode != 0:
            pytest.skip(f"a normal user cannot read this checkout or its Python: {words.strip().splitlines()[-1]}")
        program = start_python(PROGRAM, str(home / "desk"), uid=nobody, python=reachable_python())
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        assert ask(url, "SELECT 1") == [1]
        before = pids(EmbeddedPostgres(home / "desk"))
        assert (Path("/proc") / str(before[0])).stat().st_uid == nobody
        program.kill()
        program.communicate()
        wait_until(lambda: not any(is_running(pid) for pid in before), what="the server to end", within_s=5)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root has this problem")
def test_root_runs_the_server_as_somebody_else_in_a_closed_folder(server: EmbeddedPostgres) -> None:
    server.data_dir.parent.chmod(0o700)
    server.start()
    pid, supervisor = pids(server)
    assert (Path("/proc") / str(pid)).stat().st_uid != 0
    assert (Path("/proc") / str(supervisor)).stat().st_uid == 0
    assert (server.data_dir / "cluster").stat().st_uid == (Path("/proc") / str(pid)).stat().st_uid
