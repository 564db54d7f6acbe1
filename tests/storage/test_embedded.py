"""Our own PostgreSQL in good weather: it starts, it is closed to others, it ends, and programs share it."""

import socket
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from storage.embedded import EmbeddedPostgres
from storage.embedded.cluster import shared_memory
from storage.embedded.question import ask
from tests.support.processes import is_running, start_python
from tests.support.waiting import wait_until

# One line out when the server answers, and the program lives until a line comes in.
PROGRAM = """
import sys
from pathlib import Path
from storage.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.readline()
server.stop()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "desk", durable=False)
    yield server
    server.stop()


def pids(server: EmbeddedPostgres) -> tuple[int, int]:
    state = server.state
    assert state is not None
    return state.pid, state.supervisor_pid


@pytest.mark.parametrize("durable", [True, False])
def test_cold_and_warm_start(tmp_path: Path, durable: bool) -> None:
    server = EmbeddedPostgres(tmp_path / "desk", durable=durable)
    began = time.monotonic()
    ask(server.start(), "CREATE TABLE kept AS SELECT 7 AS number")
    cold_s = time.monotonic() - began
    server.stop()
    began = time.monotonic()
    with server:
        warm_s = time.monotonic() - began
        assert ask(server.ensure_running(), "SELECT number FROM kept") == [7]
        assert ask(server.ensure_running(), "SHOW fsync") == ["on" if durable else "off"]
    # Generous: the promise is 3 s and 0.5 s on a quiet machine, and test machines are not quiet.
    assert cold_s < 120
    assert warm_s < 60


def test_folder_with_spaces_and_hangul(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "내 문서 folder" / "그리드 desk's", durable=False) as server:
        assert ask(server.ensure_running(), "SELECT '한글' || 1") == ["한글1"]


def test_a_relative_folder_is_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with EmbeddedPostgres(Path("desk"), durable=False) as server:
        assert server.data_dir == tmp_path / "desk"
        with EmbeddedPostgres(tmp_path / "desk") as same:
            assert pids(same) == pids(server)


def test_stop_leaves_no_process_and_may_come_twice(server: EmbeddedPostgres) -> None:
    server.start()
    before = pids(server)
    server.stop()
    server.stop()
    wait_until(lambda: not any(is_running(pid) for pid in before), what="server and supervisor to end")


def test_start_twice_is_one_server(server: EmbeddedPostgres) -> None:
    assert server.start() == server.start()


def test_time_zone_and_locale_do_not_depend_on_the_machine(server: EmbeddedPostgres) -> None:
    url = server.start()
    assert ask(url, "SHOW timezone") == ["UTC"]
    assert ask(url, "SHOW server_encoding") == ["UTF8"]
    assert ask(
        url, "SELECT datlocprovider::text || ':' || datlocale FROM pg_database WHERE datname = 'gridwright'"
    ) == ["b:C.UTF-8"]
    assert ask(url, "SELECT upper('é') = 'É'") == [True]


def test_wrong_and_missing_passwords_are_refused(server: EmbeddedPostgres) -> None:
    url = server.start()
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(url.replace(password, "guess"), "SELECT 1")
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(url.replace(f":{password}", ""), "SELECT 1")
    assert ask(url, "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'gridwright'") == [True]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_what_is_secret_is_readable_by_its_owner_alone(server: EmbeddedPostgres) -> None:
    server.start()
    files = [path for path in server.data_dir.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"password", "server.json", "server.log"}
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in files} == {
        path.name: "0o600" for path in files
    }
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.data_dir / "cluster").stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="sees the command lines of all processes on Linux only")
def test_the_password_is_on_no_command_line_and_in_no_log(server: EmbeddedPostgres) -> None:
    password = server.start().split(":")[2].split("@")[0]
    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert not any(password in line for line in lines)
    assert password not in (server.data_dir / "server.log").read_text(encoding="utf-8")


def test_the_server_listens_on_loopback_alone(server: EmbeddedPostgres) -> None:
    server.start()
    state = server.state
    assert state is not None
    listening = [
        str(connection.laddr)
        for connection in psutil.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and str(state.port) in str(connection.laddr)
    ]
    assert len(listening) == 1
    assert "127.0.0.1" in listening[0]
    sockets = [connection for connection in psutil.net_connections("unix") if connection.pid == state.pid]
    assert [connection.laddr for connection in sockets if ".PGSQL" in str(connection.laddr)] == []
    for address in own_addresses():
        with socket.socket() as knock:
            knock.settimeout(5)
            assert knock.connect_ex((address, state.port)) != 0


def own_addresses() -> list[str]:
    """Addresses of this machine that others could reach."""
    found = [address for card in psutil.net_if_addrs().values() for address in card if address.family == socket.AF_INET]
    return [address.address for address in found if not address.address.startswith("127.")]


def test_two_programs_share_and_the_first_may_leave_first(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    first = start_python(PROGRAM, str(desk))
    assert first.stdout is not None
    url = first.stdout.readline().strip()
    with EmbeddedPostgres(desk) as second:
        before = pids(second)
        assert second.ensure_running() == url
        ask(url, "CREATE TABLE kept AS SELECT 1 AS number")
        first.communicate("\n", timeout=180)
        assert first.returncode == 0
        assert ask(second.ensure_running(), "SELECT number FROM kept") == [1]
        assert pids(second) == before
    wait_until(lambda: not any(is_running(pid) for pid in before), what="server and supervisor to end")


def test_programs_that_start_at_once_share_one_cold_start(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    programs = [start_python(PROGRAM, str(desk)) for _ in range(3)]
    urls = {program.stdout.readline() for program in programs if program.stdout is not None}
    outcomes = [program.communicate("\n", timeout=180) for program in programs]
    assert [program.returncode for program in programs] == [0, 0, 0], outcomes
    assert len(urls) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/shm is Linux")
def test_closed_shared_memory_is_no_obstacle(tmp_path: Path) -> None:
    closed = tmp_path / "shm"
    assert shared_memory(closed) == {"dynamic_shared_memory_type": "'mmap'"}
    closed.mkdir(mode=0o755)
    assert shared_memory(closed) == {"dynamic_shared_memory_type": "'mmap'"}
    closed.chmod(0o1777)
    assert shared_memory(closed) == {}


def test_a_long_log_is_cut(server: EmbeddedPostgres) -> None:
    url = server.start()
    log = server.data_dir / "server.log"
    # The file is opened for appending by the server, so a hole is as good as eight megabytes of words.
    with log.open("r+b") as file:
        file.truncate(9 * 1024 * 1024)
    wait_until(lambda: log.stat().st_size < 1024, what="the log to be cut")
    assert (server.data_dir / "server.log.1").stat().st_size >= 9 * 1024 * 1024
    with pytest.raises(asyncpg.PostgresError):
        ask(url, "SELECT broken")
    wait_until(lambda: b"broken" in log.read_bytes(), what="the server to write on")
