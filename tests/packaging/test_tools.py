"""`make app` on a machine that lacks what PyInstaller needs: one sentence that names it."""

import importlib.util
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Debian's packages")


def program(file: Path, does: str) -> Path:
    """A program of one line."""
    file.write_text(f"#!/bin/sh\n{does}\n", encoding="ascii")
    file.chmod(0o755)
    return file


def test_missing_tools_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "resources" / "setup" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    # An interpreter that PyInstaller finds no library of.
    lacking = program(tmp_path / "python", "exit 1")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", lacking)
    monkeypatch.setattr(bootstrap, "need_test_machine", lambda: None)
    monkeypatch.setattr(bootstrap, "may_install", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit):
        bootstrap.app([])
    sentence = capsys.readouterr().err
    assert sentence.count("\n") == 1
    assert f"binutils libpython3.{sys.version_info.minor}" in sentence

    program(tmp_path / "objdump", "exit 0")
    program(tmp_path / "strip", "exit 0")
    program(lacking, "exit 0")
    assert bootstrap.missing_app_packages() == []
