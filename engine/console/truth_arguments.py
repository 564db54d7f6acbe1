"""`account truth` and `account repair` in the tree of sub-commands."""

from typing import TYPE_CHECKING

from engine.console import values

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser


def add_truth(accounts: "Branches", common: "OneSentenceParser") -> None:
    """Sub-commands of `account`."""
    truth = _leaf(accounts, common, "truth", "our books of an account beside its venue's: what differs, and why")
    truth.add_argument("account", type=values.text, help="account id, see `account list`")
    truth.add_argument("--all", action="store_true", help="what is the same, too")
    repair = _leaf(accounts, common, "repair", "mend what differs between our books and the venue's")
    repair.add_argument("account", type=values.text, help="account id, see `account list`")
    repair.add_argument("--row", action="append", metavar="KEY", type=values.text, help="mend only this row")
    way = repair.add_mutually_exclusive_group(required=True)
    way.add_argument("--dry-run", action="store_true", help="show what would be done and sent, and change nothing")
    way.add_argument("--plan", metavar="ID", type=values.text, help="carry out the plan that --dry-run showed")


def _leaf(leaves: "Branches", common: "OneSentenceParser", name: str, help_: str) -> "OneSentenceParser":
    leaf = leaves.add_parser(name, parents=[common], help=help_, description=help_, allow_abbrev=False)
    leaf.add_argument("--json", action="store_true", help="answer as JSON, numbers as exact decimal text")
    leaf.add_argument("--desk", type=values.text, help="another desk on the same database, by name or id")
    return leaf
