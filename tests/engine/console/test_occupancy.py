"""One engine on a data folder, and what the others are told."""

import os
from pathlib import Path

import pytest

from engine.console.occupancy import DataFolder, Role
from engine.errors import AlreadyRunning, StorageError
from storage.embedded.locks import FileLock


def folder_at(path: Path) -> DataFolder:
    folder = DataFolder(path, FileLock)
    folder.prepare()
    return folder


def test_the_second_one_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    first, second = folder_at(tmp_path / "desk"), folder_at(tmp_path / "desk")
    first.occupy(Role.ENGINE)
    with pytest.raises(AlreadyRunning, match=rf"\(process {os.getpid()}\) already runs on the data folder"):
        second.occupy(Role.CLERK)
    assert second.occupant is Role.ENGINE
    first.vacate()
    second.occupy(Role.CLERK)
    assert first.occupant is Role.CLERK
    second.vacate()


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder_at(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="is a file"):
        folder_at(tmp_path / "desk")


def test_a_lock_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    folder = folder_at(tmp_path)
    (tmp_path / "desk.lock").mkdir()
    with pytest.raises(StorageError, match="cannot be written to: Is a directory"):
        folder.occupy(Role.ENGINE)


def test_a_damaged_note_names_nobody(tmp_path: Path) -> None:
    first, second = folder_at(tmp_path), folder_at(tmp_path)
    first.occupy(Role.ENGINE)
    (tmp_path / "desk.owner").write_bytes(b"\xff\xfe")
    assert second.occupant is None
    with pytest.raises(AlreadyRunning, match="Another Gridwright already runs"):
        second.occupy(Role.ENGINE)
    first.vacate()
