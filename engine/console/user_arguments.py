"""`user`: the people of a shared database, as options."""

from typing import TYPE_CHECKING

from engine.console import values

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser

ROLES = ("viewer", "trader", "admin")
PASSWORD_HELP = "file with the password, - for stdin; asked for when left out"  # noqa: S105 - a help text


def add_user(branches: "Branches", common: "OneSentenceParser") -> None:
    """The group and its sub-commands."""
    help_ = "people of a shared database: add, list, lock out, let in"
    group = branches.add_parser("user", help=help_, description=help_, allow_abbrev=False)
    leaves = group.add_subparsers(title="sub-commands", metavar="COMMAND", dest="user_command", required=True)
    _leaf(leaves, common, "setup", "prepare the database for several people; once, by its owner")
    add = _leaf(leaves, common, "add", "add a person with a database role of the same name")
    add.add_argument("name", metavar="NAME", type=values.text)
    add.add_argument("--role", choices=ROLES, required=True, help="what the person may do")
    add.add_argument("--database-role", type=values.text, help="another name for the database role")
    add.add_argument(
        "--connection-password-file",
        metavar="FILE",
        help="file with a password of its own for connecting to PostgreSQL; else one password does both",
    )
    _password(add)
    _leaf(leaves, common, "list", "all people, their roles and whether they are locked")
    role = _leaf(leaves, common, "role", "change what a person may do")
    role.add_argument("name", metavar="NAME", type=values.text)
    role.add_argument("role", metavar="ROLE", choices=ROLES)
    for name, help_ in (
        ("disable", "let a person in no more; what the person owns stays"),
        ("enable", "let a disabled person in again"),
        ("unlock", "forget the wrong passwords of a person"),
        ("remove", "take a person's database role away; a history stays"),
        ("sessions", "where a person is signed in"),
    ):
        _leaf(leaves, common, name, help_).add_argument("name", metavar="NAME", type=values.text)
    password = _leaf(leaves, common, "password", "set the password of a person, or change your own")
    password.add_argument("name", metavar="NAME", nargs="?", type=values.text, help="yourself when left out")
    _password(password)
    password.add_argument("--old-password-file", metavar="FILE", help="with your own: file with the present password")
    out = _leaf(leaves, common, "sign-out", "end the sessions of a person, or your own everywhere")
    out.add_argument("name", metavar="NAME", nargs="?", type=values.text, help="yourself when left out")


def _password(leaf: "OneSentenceParser") -> None:
    leaf.add_argument("--password-file", dest="new_password_file", metavar="FILE", help=PASSWORD_HELP)


def _leaf(leaves: "Branches", common: "OneSentenceParser", name: str, help_: str) -> "OneSentenceParser":
    leaf = leaves.add_parser(name, help=help_, description=help_, parents=[common], allow_abbrev=False)
    leaf.add_argument("--json", action="store_true", help="answer as JSON")
    return leaf
