"""`symbols`, `jobs` and `notifications`: what a person allows and is told on all desks, as options."""

from argparse import SUPPRESS, ArgumentTypeError
from typing import TYPE_CHECKING

from engine.console import values
from engine.domain.symbol_lists import is_symbol

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser


def add_personal(branches: "Branches", common: "OneSentenceParser") -> None:
    """All three, with what they can do."""
    _symbols(branches, common)
    jobs = _leaf(branches, common, "jobs", "every run of every bot, the last one first")
    jobs.add_argument("--bot", type=values.text, help="bot id or name")
    jobs.add_argument("--limit", type=values.limit, default=50, help="rows, at most 2000 (default 50)")
    told = _leaf(branches, common, "notifications", "what bots want you to look at, newest first; `read` marks it")
    told.add_argument("--unread", action="store_true", help="only what you have not marked as read")
    told.add_argument("--limit", type=values.limit, default=50, help="rows, at most 2000 (default 50)")
    acts = told.add_subparsers(title="sub-commands", metavar="COMMAND", dest="notifications_command", required=False)
    read = _leaf(acts, common, "read", "mark notifications as read")
    read.add_argument(
        "ids", metavar="ID", nargs="*", default=[], type=number, help="numbers of the list; all when left out"
    )


def _symbols(branches: "Branches", common: "OneSentenceParser") -> None:
    help_ = "symbols on which your bots may start, and those on which they must not"
    group = branches.add_parser("symbols", help=help_, description=help_, allow_abbrev=False)
    leaves = group.add_subparsers(title="sub-commands", metavar="COMMAND", dest="symbols_command", required=True)
    listed = _leaf(leaves, common, "list", "your lists, by venue")
    listed.add_argument("venue", metavar="VENUE", nargs="?", type=values.text, help="an exchange, or one account")
    for name, help_ in (
        ("block", "start no bot on a symbol any more; those that run go on"),
        ("allow", "put a symbol on the white list: with one, no bot starts on anything else there"),
        ("remove", "take a symbol from both lists"),
    ):
        leaf = _leaf(leaves, common, name, help_)
        leaf.add_argument("venue", metavar="VENUE", type=values.text, help="an exchange such as okx, or one account")
        leaf.add_argument("symbol", metavar="SYMBOL", type=symbol, help="DOGE/USDT, or as the exchange writes it")


def symbol(text: str) -> str:
    """A pair as anybody writes it, or an asset."""
    if not is_symbol(text):
        raise ArgumentTypeError(f"must be a symbol like DOGE/USDT or DOGE-USDT-SWAP, not {text!r}")
    return text


def number(text: str) -> int:
    """The number of a row."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**63):
        raise ArgumentTypeError(f"must be a number of the list, not {text!r}")
    return int(text)


def _leaf(leaves: "Branches", common: "OneSentenceParser", name: str, help_: str) -> "OneSentenceParser":
    leaf = leaves.add_parser(name, parents=[common], help=help_, description=help_, allow_abbrev=False)
    # SUPPRESS, so that `notifications --json read` is not undone by what follows.
    leaf.add_argument("--json", action="store_true", default=SUPPRESS, help="answer as JSON")
    # What a person allows and is told holds on all desks, so none of them is asked in particular.
    leaf.set_defaults(desk=None)
    return leaf
