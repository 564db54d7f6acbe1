"""A bundle is whole or refused: cut, changed, foreign, newer, and a disk without room."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StorageError, UsageError
from storage.administration.bundle import DUMP, MANIFEST, Manifest, extract, new_bundle, read_manifest
from storage.administration.ledger_checksum import LedgerChecksum, TableChecksum
from tests.faults.database import full, small_disk

LEDGER = LedgerChecksum({"trades": TableChecksum(3, "0123456789abcdef0123456789abcdef")})
MANIFEST_OF_TEST = Manifest(
    made_at="2026-03-01T12:00:00+00:00",
    program="0.1.0",
    revision="0006",
    server=18,
    dumped_by=18,
    database="gridwright",
    desk_id="d5e1f6a0-0000-4000-8000-000000000001",
    ledger=LEDGER,
    rows={"trades": 3},
    roles=("gridwright_trader",),
    extensions=("plpgsql",),
)
CONTENT = bytes(range(256)) * 4096


def write(file: Path, *, is_replacing: bool = False) -> Path:
    with new_bundle(file, is_replacing=is_replacing) as draft:
        with draft.piece(DUMP, is_packed=True) as put:
            put(CONTENT[:100_000])
            put(CONTENT[100_000:])
        book = file.with_name("book of the test")
        book.write_bytes(b"book")
        draft.add_file("venues/paper_test-1.sqlite", book)
        draft.seal(replace(MANIFEST_OF_TEST, pieces=dict(draft.pieces)))
    return file


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.gwbackup")
    assert file.stat().st_mode & 0o777 == 0o600
    found = read_manifest(file)
    assert replace(found, pieces={}) == MANIFEST_OF_TEST
    assert found.books == ["paper_test-1.sqlite"]
    extract(file, found, DUMP, tmp_path / "dump")
    assert (tmp_path / "dump").read_bytes() == CONTENT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gwbackup", "book of the test", "dump"]


def test_a_file_that_is_there_stays_unless_told(tmp_path: Path) -> None:
    file = tmp_path / "a.gwbackup"
    file.write_bytes(b"precious")
    with pytest.raises(UsageError, match=r"exists already; --replace overwrites it\.$"):
        write(file)
    assert file.read_bytes() == b"precious"
    write(file, is_replacing=True)
    assert read_manifest(file).rows == {"trades": 3}


@pytest.mark.parametrize("name", ["no/such/folder/a.gwbackup", ""])
def test_a_place_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"(There is no folder|is a folder).*\.$"):
        write(tmp_path / name)


def test_a_failure_in_the_middle_leaves_what_was_there(tmp_path: Path) -> None:
    file = write(tmp_path / "a.gwbackup")
    before = file.read_bytes()

    def fail_half_way() -> None:
        with new_bundle(file, is_replacing=True) as draft, draft.piece(DUMP, is_packed=True) as put:
            put(b"half")
            raise StorageError("pg_dump failed: the line was cut.")

    with pytest.raises(StorageError, match="pg_dump failed"):
        fail_half_way()
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, share: float) -> None:
    file = write(tmp_path / "a.gwbackup")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UsageError, match=r"is no complete backup: .*\.$"):
        read_manifest(file)


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.75, 0.95])
def test_a_changed_byte_is_noticed(tmp_path: Path, share: float) -> None:
    file = write(tmp_path / "a.gwbackup")
    content = bytearray(file.read_bytes())
    content[int(len(content) * share)] ^= 0x40
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"\.$"):
        read_manifest(file)


def _repacked(file: Path, change: Callable[[dict[str, Any]], None], also: dict[str, bytes] | None = None) -> None:
    """The same pieces under a changed manifest."""
    with zipfile.ZipFile(file) as archive:
        pieces = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(pieces[MANIFEST])
    change(manifest)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in ({**pieces, **(also or {})} | {MANIFEST: json.dumps(manifest).encode()}).items():
            archive.writestr(name, content)


BAD_MANIFESTS: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (lambda found: found.update(format=2), "was made by a newer Gridwright"),
    (lambda found: found.update(revision="0999"), "was made by a newer Gridwright"),
    (lambda found: found.pop("ledger"), "is no backup of Gridwright"),
    (lambda found: found.update(rows=[]), "is no backup of Gridwright"),
    (lambda found: found.update(format="new"), "is no backup of Gridwright"),
    (lambda found: found["pieces"][DUMP].update(sha256="0" * 64), "is damaged: database.dump"),
    (lambda found: found["pieces"].update({"venues/gone.sqlite": {"length": 1, "sha256": ""}}), "is no backup"),
    (lambda found: found["pieces"].update({"venues/../../x.sqlite": {"length": 1, "sha256": ""}}), "it contains"),
    (lambda found: found["pieces"].update({"venues/a\\x.sqlite": {"length": 1, "sha256": ""}}), "it contains"),
]


@pytest.mark.parametrize(("change", "words"), BAD_MANIFESTS)
def test_a_manifest_that_does_not_hold_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    file = write(tmp_path / "a.gwbackup")
    _repacked(file, change)
    with pytest.raises(UsageError, match=words) as refused:
        read_manifest(file)
    assert str(refused.value).count(". ") == 0
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"PGDMP" + b"\x00" * 100, b"a,b\n1,2\n"])
def test_other_files_are_no_backup(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="is no complete backup"):
        read_manifest(file)


def test_a_zip_of_somebody_else_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        archive.writestr("cat.png", b"cat")
    with pytest.raises(UsageError, match="is no backup of Gridwright"):
        read_manifest(tmp_path / "pictures.zip")
    with pytest.raises(UsageError, match="There is no file"):
        read_manifest(tmp_path / "gone")
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(tmp_path)


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    try:
        with small_disk(tmp_path / "disk", 1) as disk:
            with full(disk), pytest.raises(StorageError, match=r"^There is no room for the backup in .*\.$"):
                write(disk / "a.gwbackup")
            assert [path.name for path in disk.iterdir() if "gwbackup" in path.name] == []
    except PermissionError as error:
        pytest.skip(str(error))
