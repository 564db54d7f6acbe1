"""`db`: saving, restoring, checking, reporting and importing, as options."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.console import values

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser

ZONE_HELP = "zone of times without one, such as Asia/Seoul (default UTC)"


def add_db(branches: "Branches", common: "OneSentenceParser") -> None:
    """The group and its sub-commands."""
    help_ = "save, restore, check and import the database"
    group = branches.add_parser("db", help=help_, description=help_, allow_abbrev=False)
    leaves = group.add_subparsers(title="sub-commands", metavar="COMMAND", dest="db_command", required=True)
    report = _leaf(leaves, common, "report", "what is in the database, who uses it and how it does")
    report.add_argument("--days", type=values.limit, default=7, help="days of profit and spreads (default 7)")
    report.add_argument("--limit", type=values.limit, default=20, help="rows of each table (default 20)")
    check = _leaf(leaves, common, "check", "whether everything in the database adds up; exit code 1 when not")
    check.add_argument("--quick", action="store_true", help="leave the comparison of all tables' columns out")
    backup = _leaf(leaves, common, "backup", "save the database and this desk's paper books to one file")
    backup.add_argument("file", metavar="FILE", type=Path, help="such as desk.gwbackup")
    backup.add_argument("--replace", action="store_true", help="overwrite FILE when it exists")
    restore = _leaf(leaves, common, "restore", "put a backup in the place of the database and of this desk's books")
    restore.add_argument("file", metavar="FILE", type=Path, help="written by `db backup`")
    desk = restore.add_mutually_exclusive_group()
    desk.add_argument("--database-only", action="store_true", help="leave the paper books of this folder as they are")
    desk.add_argument("--take-desk", action="store_true", help="let this folder become the desk of the backup")
    restore.add_argument("--drop-old", action="store_true", help="remove the database that was replaced at the end")
    _leaf(leaves, common, "keep", "make parts of the series, roll them up and drop what is old enough, now")
    convert = _leaf(leaves, common, "convert", "keep the series as TimescaleDB's hypertables, or as partitions again")
    convert.add_argument("form", choices=("hypertables", "partitions"), help="what they are to be")
    _imports(leaves, common)


def _imports(leaves: "Branches", common: "OneSentenceParser") -> None:
    csv = _leaf(leaves, common, "import-csv", "take in positions.csv, orders.csv, spreads.csv and trades.csv")
    csv.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a folder with these files, or files")
    csv.add_argument("--zone", type=values.text, default="UTC", help=ZONE_HELP)
    csv.add_argument("--skip-bad", action="store_true", help="leave bad lines out and list them")
    csv.add_argument("--dry-run", action="store_true", help="read and count, and write nothing")
    compare = _leaf(leaves, common, "compare", "how CSV files and the database differ; exit code 1 when they do")
    compare.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a folder with CSV files, or files")
    compare.add_argument("--zone", type=values.text, default="UTC", help=ZONE_HELP)
    compare.add_argument("--limit", type=values.limit, default=50, help="differences shown of each kind (default 50)")
    sqlite = _leaf(leaves, common, "import-sqlite", "take in a SQLite database with grid_users and its tables")
    sqlite.add_argument("file", metavar="FILE", type=Path, help="is only read")
    sqlite.add_argument(
        "--grid-user", type=values.whole, help="number of the user in FILE that you are; the only one if left out"
    )
    keys = sqlite.add_mutually_exclusive_group()
    keys.add_argument("--without-keys", action="store_true", help="leave the exchanges' keys out")
    keys.add_argument("--passphrase-file", metavar="FILE", help="first line is the vault's passphrase; - is stdin")
    sqlite.add_argument("--zone", type=values.text, default="UTC", help=ZONE_HELP)
    sqlite.add_argument("--dry-run", action="store_true", help="read and count, and write nothing")


def _leaf(leaves: "Branches", common: "OneSentenceParser", name: str, help_: str) -> "OneSentenceParser":
    leaf = leaves.add_parser(name, help=help_, description=help_, parents=[common], allow_abbrev=False)
    leaf.add_argument("--json", action="store_true", help="answer as JSON, numbers as exact decimal text")
    return leaf
