"""`db import-csv`, `db compare` and `db import-sqlite`: what they are told, and what they tell."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Callable
from typing import TextIO

from engine.console.listing import dump
from engine.domain.codec import Json
from engine.domain.secret import UnlockSources
from engine.errors import UsageError
from storage.administration import compare, import_csv, import_sqlite
from storage.administration.grid_database import GridContent
from storage.administration.secret_input import SecretInput
from storage.administration.vault_commands import VaultCommands
from storage.database import Database, connect, migrate
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.vault import Vault
from storage.vault.wrapping import USUAL_COST, Cost

#: Large files are one transaction.
PATIENCE_S = 3600.0
DIFFERENT = 1


async def run_import(
    options: Namespace,
    sources: UnlockSources,
    url: str,
    out: TextIO,
    *,
    keychain: Keychain | None = None,
    prompt: Callable[[str], str] = getpass.getpass,
    stdin: TextIO | None = None,
    cost: Cost = USUAL_COST,
) -> int:
    """Carry one out; returns the exit code. Raises UsageError, StorageError, VaultLocked with one sentence."""
    content = None
    if options.db_command == "import-sqlite":
        # Before the database is touched: what is wrong with the file is known without it.
        content = import_sqlite.read_for_import(options.file, options.zone, options.grid_user)
    await migrate(url)
    database = await connect(url, application_name="gridwright import", pool_size=2, statement_timeout_s=PATIENCE_S)
    try:
        if content is not None:
            vault = await Vault.of_this_user(database, keychain or Keychain(), cost)
            asked = SecretInput(stdin or sys.stdin, prompt)
            commands = VaultCommands(database, vault, sources, asked, out, is_json=options.json, cost=cost)
            try:
                return await _sqlite(options, database, content, vault, commands, out)
            finally:
                vault.lock()
        if options.db_command == "compare":
            return await _compare(options, database, out)
        return await _csv(options, database, out)
    finally:
        await database.close()


async def _csv(options: Namespace, database: Database, out: TextIO) -> int:
    done = await import_csv.import_csv(
        database, options.paths, options.zone, skip_bad=options.skip_bad, dry_run=options.dry_run
    )
    if options.json:
        files: list[Json] = [
            {
                "file": str(each.file),
                "rows": each.rows,
                "added": each.added,
                "closed": each.closed,
                "present": each.present,
                "repeated": each.repeated,
            }
            for each in done.files
        ]
        out.write(dump({"files": files, "bad": [str(bad) for bad in done.bad], "is_written": done.is_written}) + "\n")
    else:
        out.write("\n".join([*import_csv.summary(done), *_unwritten(options)]) + "\n")
    import_csv.refuse_unwritten(done, dry_run=options.dry_run)
    return 0


async def _compare(options: Namespace, database: Database, out: TextIO) -> int:
    found = await compare.compare(database, options.paths, options.zone)
    if options.json:
        out.write(dump([_comparison_json(each) for each in found]) + "\n")
    else:
        lines = [line for each in found for line in compare.report_lines(each, options.limit)]
        out.write("\n".join(lines) + "\n")
    return 0 if all(each.is_equal for each in found) else DIFFERENT


def _comparison_json(each: compare.Comparison) -> Json:
    different: list[Json] = [
        {
            "line": row.line,
            "row": row.row,
            "columns": [{"column": name, "file": here, "database": there} for name, here, there in row.columns],
        }
        for row in each.different
    ]
    return {
        "file": str(each.file),
        "same": each.same,
        "different": different,
        "only_in_file": [{"line": line, "row": row} for line, row in each.only_in_file],
        "only_in_database": list(each.only_in_database),
        "bad": [str(bad) for bad in each.bad],
    }


async def _sqlite(
    options: Namespace,
    database: Database,
    content: GridContent,
    vault: Vault,
    commands: VaultCommands,
    out: TextIO,
) -> int:
    credentials = None
    if content.keys and not options.without_keys and not content.bad:
        # Refused here, before a row is written: keys have no other home than an open vault.
        await commands.open(options.passphrase_file)
        credentials = Credentials(database, vault)
    done = await import_sqlite.import_sqlite(database, content, credentials, dry_run=options.dry_run)
    if options.json:
        tables: list[Json] = [
            {
                "table": table.table,
                "home": table.home,
                "rows": table.rows,
                "added": table.added,
                "present": table.present,
                "different": list(table.different),
            }
            for table in done.tables
        ]
        found: dict[str, Json] = {"tables": tables, "bad": list(done.bad), "notes": list(done.notes)}
        out.write(dump({**found, "is_written": done.is_written}) + "\n")
    else:
        out.write("\n".join([*import_sqlite.summary(done), *_unwritten(options)]) + "\n")
    if done.bad:
        raise UsageError(f"{len(done.bad):,} rows of {options.file} cannot be taken in, so nothing was written.")
    return 0


def _unwritten(options: Namespace) -> list[str]:
    return ["Nothing was written (--dry-run)."] if options.dry_run else []
