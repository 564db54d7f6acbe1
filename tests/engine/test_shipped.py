"""Files beside the code are found from the source and in the packaged program."""

import sys
from pathlib import Path

import pytest

from engine.shipped import shipped


def test_from_the_source() -> None:
    assert shipped("storage", "migrations", "env.py").is_file()
    assert shipped("resources", "fonts", "Pretendard-Regular.otf").is_file()


def test_in_the_packaged_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert shipped("resources", "fonts") == tmp_path / "resources" / "fonts"
