"""Databases, folders and caches that cannot be used: one sentence each, and the right exit code."""

import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage.embedded.question import ask
from tests.main.desks import desk as desk
from tests.main.program import GRID, TestDesk, program, recording, start_program
from tests.main.test_bad_input import one_sentence
from tests.support.postgres import PostgresCluster
from tests.support.waiting import wait_until

NOBODY = 65534


@contextmanager
def listener() -> Iterator[int]:
    """A port that something which is no PostgreSQL has taken; it says hello like a mail server."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        return port


def status_at(url: str, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return program("status", "--data-folder", str(folder), "--database-url", url, *more)


def test_database_addresses_that_lead_nowhere(tmp_path: Path, postgres_cluster: PostgresCluster) -> None:
    url = postgres_cluster.server.ensure_running()
    name, password = url.split("//")[1].split("@")[0].split(":")
    place = url.split("@")[1].split("/")[0]
    cases = (
        (f"postgresql://{name}:wrong@{place}/gridwright", "refused the user"),
        (f"postgresql://{name}:{password}@{place}/nowhere", "has no database 'nowhere'"),
        (f"postgresql://{name}:{password}@{place}/", "names no database"),
        (f"postgresql://{name}:{password}@127.0.0.1:{free_port()}/gridwright", "No database answers at 127.0.0.1"),
        (f"postgresql://{name}:{password}@no-such-host.invalid:5432/gridwright", "No database answers at no-such-host"),
        (f"postgresql://{name}:{password}@127.0.0.1:99999/gridwright", "host or port"),
        ("postgresql:///gridwright", "names no host"),
        ("redis://127.0.0.1/0", "a redis:// URL cannot be used"),
        (f"postgresql://{name}:{password}@{place}/gridwright?sslmode=sometimes", "sslmode=sometimes"),
    )
    for bad, words in cases:
        done = status_at(bad, tmp_path / "desk")
        one_sentence(done, 3, words)
        assert password not in done.stderr


def test_a_database_made_by_a_newer_program(desk: TestDesk) -> None:
    desk.ask("status")
    ask(desk.url, "UPDATE alembic_version SET version_num = '9999'")
    one_sentence(desk.run("status"), 3, "was made by a newer Gridwright")


def test_a_redis_url_that_cannot_be(desk: TestDesk) -> None:
    one_sentence(desk.run("status", "--redis-url", "http://127.0.0.1:6379"), 2, "The Redis URL must look like redis://")


def test_a_redis_that_is_away_stops_nothing(desk: TestDesk) -> None:
    done = desk.run("status", "--redis-url", f"redis://127.0.0.1:{free_port()}/0")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_data_folder_that_is_a_file(tmp_path: Path, database_url: str) -> None:
    file = tmp_path / "desk"
    file.write_text("mine", encoding="utf-8")
    one_sentence(status_at(database_url, file), 3, "is a file.")
    one_sentence(status_at(database_url, file / "deeper"), 3, "cannot be made")
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run the program as somebody else")
def test_a_data_folder_that_must_not_be_written(tmp_path: Path, database_url: str) -> None:
    """Root may write everywhere, so the program runs as nobody."""
    python = next((path for path in ("/usr/bin/python3.11", "/usr/bin/python3") if Path(path).exists()), "")
    if not python or program("--help", uid=NOBODY, python=python).returncode != 0:
        pytest.skip("nobody cannot start this checkout with the system's Python")
    folder = Path("/tmp") / f"gridwright-read-only-{os.getpid()}"
    folder.mkdir(mode=0o555)
    try:
        options = ["--data-folder", str(folder), "--database-url", database_url]
        one_sentence(program("status", *options, uid=NOBODY, python=python), 3, "cannot be written to.")
        options[1] = str(folder / "deeper")
        one_sentence(program("--no-gui", *options, uid=NOBODY, python=python), 3, "cannot be made: Permission denied.")
        assert list(folder.iterdir()) == []
    finally:
        folder.chmod(stat.S_IRWXU)
        folder.rmdir()


def test_two_programs_on_one_data_folder(desk: TestDesk) -> None:
    """The second engine is refused; a sub-command is answered by the first one."""
    file = recording(desk.folder.parent)
    first = start_program("--no-gui", *desk.options)
    try:
        wait_until(lambda: desk.ask("status")["is_engine_running"], what="the first desk to run", within_s=30)
        one_sentence(desk.run("--no-gui"), 5, f"(process {first.pid}) already runs on the data folder {desk.folder}.")
        one_sentence(desk.run("replay", str(file), *GRID), 5, "already runs on the data folder")
        desk.ask("account", "open-replay", str(file), "--name", "small", "--cash", "10000000")
        desk.ask("bot", "add", "grid", "--account", "replay:small", "--name", "From outside", *GRID)
        one_sentence(desk.run("bot", "pause", "From outside"), 2, "From outside is not running.")
    finally:
        first.send_signal(signal.SIGTERM)
        out, err = first.communicate(timeout=180)
    assert (first.returncode, err) == (0, "")
    assert "The account small is connected." in out
    assert "From outside  Added with 20 grids" in out


def test_a_desk_on_another_folder_of_the_same_database_is_another_desk(desk: TestDesk, tmp_path: Path) -> None:
    file = recording(tmp_path)
    desk.ask("account", "open-replay", str(file), "--name", "small", "--cash", "10000000")
    other = TestDesk(tmp_path / "other", desk.url)
    # Lists are of all desks; what a desk does is its own.
    assert [row["account"] for row in other.ask("account", "list")] == ["replay:small"]
    assert other.ask("account", "list", "--desk", other.ask("status")["desk"]) == []
    one_sentence(other.run("halt", "--desk", "nobody"), 2, "There is no desk nobody on this database")
    mine = desk.ask("status")["desk"]
    assert [row["account"] for row in other.ask("account", "list", "--desk", mine)] == ["replay:small"]
    one_sentence(other.run("halt", "--desk", mine), 2, "That desk does not run now")
    refused = other.run("account", "open-replay", str(file), "--name", "small", "--cash", "10000000")
    assert refused.returncode != 0
    assert "The account replay:small is open already" in refused.stderr


def test_a_running_desk_is_steered_from_another_folder(desk: TestDesk, tmp_path: Path) -> None:
    """A server and a laptop on one database: the laptop's sub-commands are answered by the server."""
    other = TestDesk(tmp_path / "laptop", desk.url)
    desk.ask("account", "open-simulated", "--symbol", "XRP-KRW", "--start-price", "4000", "--speed", "0")
    server = start_program("--no-gui", *desk.options)
    try:
        wait_until(lambda: desk.ask("status")["is_engine_running"], what="the server to run", within_s=30)
        (name,) = [row["desk"] for row in other.ask("desks") if row["is_running"]]
        other.ask("bot", "add", "grid", "--account", "simulated:demo", "--name", "From afar", *GRID, "--desk", name)
        other.ask("halt", "--desk", name)
        assert other.ask("status", "--desk", name)["is_halted"] is True
        assert other.ask("status")["is_halted"] is False
    finally:
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=180)
    assert (server.returncode, err) == (0, "")
    assert "From afar  Added with 20 grids" in out


def test_a_port_that_something_else_has(tmp_path: Path) -> None:
    """A mail server, say: whatever it answers, it is not PostgreSQL."""
    with listener() as port:
        done = status_at(f"postgresql://me:secret@127.0.0.1:{port}/x", tmp_path / "desk")
    one_sentence(done, 3, f"127.0.0.1:{port}")
