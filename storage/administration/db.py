"""The sub-commands of `db`: each does its work and tells what came of it, as text or as JSON."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from engine.config import Settings
from engine.console.listing import dump
from engine.console.occupancy import Role
from engine.domain.codec import Json
from storage.administration.backup import BackupReport, backup, checksum_line
from storage.administration.checking import check_database
from storage.administration.db_imports import run_import
from storage.administration.fresh_database import database_place
from storage.administration.report import make_report
from storage.administration.restore import RestoreReport, restore
from storage.administration.series import run_series

FAILED = 1


def role_of(options: Namespace) -> Role | None:
    """What the data folder is taken for: a restore replaces its books, so no engine may start meanwhile."""
    return Role.CLERK if options.db_command == "restore" else None


async def run_db(options: Namespace, settings: Settings, url: str, out: TextIO) -> int:
    """Carry one sub-command out; returns the exit code. Raises StorageError or UsageError with one sentence."""
    data_folder = settings.data_folder
    match options.db_command:
        case "backup":
            _tell_backup(
                await backup(url, data_folder, options.file, is_replacing=options.replace), out, is_json=options.json
            )
            return 0
        case "restore":
            return await _restore(options, url, data_folder, out)
        case "check":
            return await _check(options, url, data_folder, out)
        case "report":
            sections = await make_report(url, settings.redis_url, data_folder, days=options.days, limit=options.limit)
            if options.json:
                out.write(dump({section.key: section.as_json() for section in sections}) + "\n")
            else:
                out.write("\n\n".join(section.as_text() for section in sections) + "\n")
            return 0
        case "import-csv" | "import-sqlite" | "compare":
            return await run_import(options, settings.unlock, url, out)
        case "keep" | "convert":
            return await run_series(options, settings, url, out)
    raise AssertionError(f"nobody knows what to do with db {options.db_command}")


def _tell_backup(done: BackupReport, out: TextIO, *, is_json: bool) -> None:
    manifest = done.manifest
    if is_json:
        found: dict[str, Json] = {
            "file": str(done.file),
            "bytes": done.file.stat().st_size,
            "made_at": manifest.made_at,
            "revision": manifest.revision,
            "books": list(manifest.books),
            "rows": dict(manifest.rows),
            "ledger": str(manifest.ledger),
            "roles": list(manifest.roles),
        }
        out.write(dump(found) + "\n")
        return
    out.write(
        f"Saved to {done.file}: {sum(manifest.rows.values()):,} rows of {len(manifest.rows)} tables and "
        f"{len(manifest.books)} paper books, {done.file.stat().st_size:,} bytes.\n{checksum_line(manifest.ledger)}.\n"
    )


async def _restore(options: Namespace, url: str, data_folder: Path, out: TextIO) -> int:
    done = await restore(
        url, data_folder, options.file, with_books=not options.database_only, take_desk=options.take_desk
    )
    is_dropped = False
    if options.drop_old and done.old is not None:
        async with database_place(url) as place:
            await place.drop(done.old)
        is_dropped = True
    _tell_restore(done, out, is_json=options.json, is_dropped=is_dropped)
    return 0


def _tell_restore(done: RestoreReport, out: TextIO, *, is_json: bool, is_dropped: bool) -> None:
    kept = None if is_dropped else done.old
    old_books = None if done.old_books is None else str(done.old_books)
    if is_json:
        found: dict[str, Json] = {
            "made_at": done.manifest.made_at,
            "books": list(done.manifest.books),
            "rows": dict(done.manifest.rows),
            "ledger": str(done.ledger),
            "old_database": kept,
            "old_books": old_books,
            "complaints": list(done.complaints),
        }
        out.write(dump(found) + "\n")
        return
    rows = sum(done.manifest.rows.values())
    lines = [
        f"Restored what was saved at {done.manifest.made_at}: {rows:,} rows, {len(done.manifest.books)} paper books.",
        f"{checksum_line(done.ledger)}; it is the saved one.",
    ]
    if kept is not None:
        lines.append(f"The database that was here is kept as {kept}.")
    if old_books is not None:
        lines.append(f"The books that were here are kept in {old_books}.")
    lines += _listed("The restored database does not add up", done.complaints)
    out.write("\n".join(lines) + "\n")


def _listed(title: str, sentences: Sequence[str]) -> list[str]:
    return [f"{title}:", *(f"  {sentence}" for sentence in sentences)] if sentences else []


async def _check(options: Namespace, url: str, data_folder: Path, out: TextIO) -> int:
    done = await check_database(url, data_folder, with_schema=not options.quick)
    if options.json:
        found: dict[str, Json] = {
            "complaints": list(done.complaints),
            "notes": list(done.notes),
            "ledger": str(done.ledger),
        }
        out.write(dump(found) + "\n")
    else:
        lines = [*done.complaints, *done.notes, f"{checksum_line(done.ledger)}."]
        lines.append(f"{len(done.complaints)} complaints." if done.complaints else "Everything adds up.")
        out.write("\n".join(lines) + "\n")
    return FAILED if done.complaints else 0
