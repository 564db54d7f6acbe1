"""Sub-commands for real money: an account's switch, its key, its foreign orders, the first orders of a bot."""

from typing import TYPE_CHECKING

from engine.console import values

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser

ACCOUNT = "account id, see `account list`"


def add_live(accounts: "Branches", common: "OneSentenceParser") -> None:
    """Sub-commands of `account`."""
    on = _leaf(accounts, common, "go-live", "let the bots of an account trade real money")
    on.add_argument("account", type=values.text, help=ACCOUNT)
    on.add_argument("--dry-run", action="store_true", help="show what its key may do, and change nothing")
    on.add_argument(
        "--without-rehearsal", metavar="NAME", type=values.text, help="the account's id again: go without a rehearsal"
    )
    for name, help_ in (
        ("go-dark", "cancel the resting orders of an account and send nothing more"),
        ("accept-facts", "trade on with what the exchange says of the key now"),
        ("key", "what the exchange says of the key, and what was accepted"),
    ):
        _leaf(accounts, common, name, help_).add_argument("account", type=values.text, help=ACCOUNT)
    symbols = _leaf(accounts, common, "symbols", "what an account trades, by the rules of today; trade more, or less")
    symbols.add_argument("account", type=values.text, help=ACCOUNT)
    symbols.add_argument("--add", metavar="A/B,C/B", type=values.text, help="trade these as well")
    symbols.add_argument("--remove", metavar="A/B,C/B", type=values.text, help="trade these no more")
    symbols.add_argument(
        "--without-rehearsal", metavar="NAME", type=values.text, help="the account's id again: add without a rehearsal"
    )
    allow = _leaf(accounts, common, "allow-withdrawal-key", "trade with a key that could withdraw money")
    allow.add_argument("account", type=values.text, help=ACCOUNT)
    allow.add_argument("--yes", action="store_true", help="its owner knows what that means")
    orders = _leaf(accounts, common, "orders", "open orders of an account, ours and others'")
    orders.add_argument("account", type=values.text, help=ACCOUNT)
    orders.add_argument("--foreign", action="store_true", help="only those that are not ours")
    adopt = _leaf(accounts, common, "adopt", "import an open order that carries our name and is not in our books")
    adopt.add_argument("account", type=values.text, help=ACCOUNT)
    adopt.add_argument("order", metavar="ORDER", type=values.text, help="the exchange's number of the order")
    adopt.add_argument("bot", metavar="BOT", type=values.text, help="bot id or name")
    rung = "number of the rung, from 1 as in the log (`bot show` counts from 0)"
    adopt.add_argument("rung", metavar="RUNG", type=values.whole, help=rung)
    adopt.add_argument("--dry-run", action="store_true", help="show the order and what would be done")
    cancel = _leaf(accounts, common, "cancel-unknown", "cancel open orders with our name that are not in our books")
    cancel.add_argument("account", type=values.text, help=ACCOUNT)
    cancel.add_argument("--dry-run", action="store_true", help="show the orders, and change nothing")


def add_confirm(bots: "Branches", common: "OneSentenceParser") -> None:
    """`bot confirm`."""
    confirm = _leaf(bots, common, "confirm", "send the first orders of a bot with real money")
    confirm.add_argument("bot", help="bot id or name")
    way = confirm.add_mutually_exclusive_group(required=True)
    way.add_argument("--dry-run", action="store_true", help="show the orders and their money, and send nothing")
    way.add_argument("--yes", action="store_true", help="they were seen: send them")


def _leaf(leaves: "Branches", common: "OneSentenceParser", name: str, help_: str) -> "OneSentenceParser":
    leaf = leaves.add_parser(name, parents=[common], help=help_, description=help_, allow_abbrev=False)
    leaf.add_argument("--json", action="store_true", help="answer as JSON, numbers as exact decimal text")
    leaf.add_argument("--desk", type=values.text, help="another desk on the same database, by name or id")
    return leaf
