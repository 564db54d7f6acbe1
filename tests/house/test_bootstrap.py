"""The two commands on machines that lack something: one clear sentence, and nothing done twice."""

import importlib.util
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The script as a module that believes in an empty environment and must not install anything."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "resources" / "setup" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / "venv")
    monkeypatch.setattr(module, "VENV_PYTHON", tmp_path / "venv" / "python")
    monkeypatch.setattr(module, "may_install", lambda: False)
    return module


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    sentence = capsys.readouterr().err.strip()
    assert sentence.count("\n") == 0
    return sentence


def test_every_target_of_make_is_a_job(bootstrap: types.ModuleType) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(targets) == set(bootstrap.JOBS)


def test_an_unknown_job_is_refused() -> None:
    script = ROOT / "resources" / "setup" / "bootstrap.py"
    done = subprocess.run([sys.executable, script, "dance"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("gridwright: say which job: run, test")


def test_an_old_python_is_named(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit):
        bootstrap.need_python()
    assert "Python 3.11 or newer is needed" in refusal(capsys)


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")
def test_missing_libraries_are_named(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "QT_LIBRARIES", {"libnone.so.7": "libnone7", "libc.so.6": "libc6"})
    with pytest.raises(SystemExit):
        bootstrap.need_window_libraries(wants_window=True)
    assert refusal(capsys).endswith("on Debian: sudo apt-get install libnone7")
    bootstrap.need_window_libraries(wants_window=False)
    assert "libnone7" in refusal(capsys)


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")
def test_missing_programs_of_the_tests_are_named(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "need_environment", lambda kind: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit):
        bootstrap.need_test_machine()
    sentence = refusal(capsys)
    assert "redis-server" in sentence
    assert "xvfb" in sentence


def test_an_environment_counts_only_for_its_own_requirements(
    bootstrap: types.ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "SETUP", tmp_path)
    (tmp_path / "requirements.txt").write_text("one", encoding="utf-8")
    (tmp_path / "venv").mkdir()
    assert not bootstrap.is_stamped("requirements")
    (tmp_path / "venv" / "python").touch()
    stamp = tmp_path / "venv" / "gridwright-requirements.stamp"
    stamp.write_text(bootstrap.stamp_text(tmp_path / "requirements.txt"), encoding="utf-8")
    assert bootstrap.is_stamped("requirements")
    (tmp_path / "requirements.txt").write_text("two", encoding="utf-8")
    assert not bootstrap.is_stamped("requirements")


def test_the_program_gets_its_bytecode_whatever_the_machine_says(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in bootstrap.environment()


def test_the_oldest_postgresql_that_a_desk_may_meet_is_found(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "POSTGRES_PLACES", tmp_path)
    assert bootstrap.system_postgres() is None
    for version in ("13", "17", "15", "9.6", "16"):
        (tmp_path / version / "bin").mkdir(parents=True)
        if version != "15":
            (tmp_path / version / "bin" / "initdb").touch()
    assert bootstrap.system_postgres() == tmp_path / "16" / "bin", "15 lacks the programs of a server"


def test_a_system_without_a_postgresql_tests_on_ours_alone(
    bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "POSTGRES_PLACES", tmp_path)
    assert bootstrap.need_system_postgres() is None
    assert refusal(capsys) == "gridwright: the tests run on our own PostgreSQL alone, this system has none of its own."
