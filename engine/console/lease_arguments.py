"""`lease`: which desk runs which account, as options."""

from typing import TYPE_CHECKING

from engine.console import values

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser


def add_lease(branches: "Branches", common: "OneSentenceParser") -> None:
    """The group and its sub-commands."""
    help_ = "which desk runs which account with its bots"
    group = branches.add_parser("lease", help=help_, description=help_, allow_abbrev=False)
    leaves = group.add_subparsers(title="sub-commands", metavar="COMMAND", dest="lease_command", required=True)
    listing = "all accounts: who runs them, until when, who would have them back"
    _leaf(leaves, common, "list", listing)
    for name, help_, desk_help in (
        ("move", "have another desk run an account with its bots", "id or name of the desk that shall run it"),
        ("prefer", "give an account back to this desk whenever it runs", "id or name of a desk, or none"),
    ):
        leaf = _leaf(leaves, common, name, help_)
        leaf.add_argument("account", metavar="ACCOUNT", type=values.text, help="id of the account")
        leaf.add_argument("to", metavar="DESK", type=values.text, help=desk_help)


def _leaf(leaves: "Branches", common: "OneSentenceParser", name: str, help_: str) -> "OneSentenceParser":
    leaf = leaves.add_parser(name, parents=[common], help=help_, description=help_, allow_abbrev=False)
    leaf.add_argument("--json", action="store_true", help="answer as JSON")
    # Leases are of all desks, so none of them is asked in particular.
    leaf.set_defaults(desk=None)
    return leaf
