"""The arguments of `vault` and `credential`. A secret is never one of them: others can read a command line."""

from argparse import SUPPRESS, ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from engine.console import values
from engine.domain.secret import CredentialKind

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser

#: What people try first.
TEMPTING = ("--passphrase", "--password", "--api-key", "--api-secret", "--secret", "--key", "--token")
STDIN = "- is stdin"


def add_vault(branches: "Branches", common: "OneSentenceParser") -> None:
    """`vault` and its sub-commands."""
    leaves = _group(branches, "vault", "the safe that keeps keys of exchanges and other secrets", "vault_command")
    create = _leaf(leaves, common, "create", "make the vault; who loses its passphrase loses what is in it")
    _passphrase(create)
    _leaf(leaves, common, "status", "whether there is a vault, and what opens it")
    _passphrase(_leaf(leaves, common, "unlock-test", "find out whether the vault opens, as a desk would open it"))
    _passphrase(_leaf(leaves, common, "rotate", "seal everything again under a new key; key files open it no more"))
    change = _leaf(leaves, common, "passphrase", "change the passphrase")
    _passphrase(change)
    change.add_argument("--new-passphrase-file", metavar="FILE", help=f"first line is the new one; {STDIN}")
    keychain = leaves.add_parser("keychain", help="this machine's keychain", allow_abbrev=False)
    ways = keychain.add_subparsers(title="sub-commands", metavar="COMMAND", dest="keychain_command", required=True)
    _passphrase(_leaf(ways, common, "add", "let this machine's keychain open the vault"))
    _leaf(ways, common, "remove", "let this machine's keychain open the vault no more")
    file = _leaf(leaves, common, "key-file", "write a file that opens the vault, for a desk that nobody sits at")
    file.add_argument("file", metavar="FILE", type=Path, help="a new file; who reads it opens the vault")
    _passphrase(file)
    forget = _leaf(leaves, common, "forget", "let a key file or another machine's keychain open the vault no more")
    forget.add_argument("way", metavar="ID", type=values.text, help="see `vault status`")


def add_credential(branches: "Branches", common: "OneSentenceParser") -> None:
    """`credential` and its sub-commands."""
    leaves = _group(branches, "credential", "secrets in the vault", "credential_command")
    add = leaves.add_parser("add", help="seal secrets in the vault", allow_abbrev=False)
    kinds = add.add_subparsers(title="sub-commands", metavar="COMMAND", dest="kind", required=True)
    for kind, help_, venue, metavar in (
        (CredentialKind.EXCHANGE, "API key and secret of an exchange", "the exchange, such as upbit", "EXCHANGE"),
        (CredentialKind.LLM, "API key of a language model", "whose model, such as anthropic", "PROVIDER"),
        (CredentialKind.TELEGRAM, "token of a Telegram bot", "the bot's name", "BOT"),
    ):
        leaf = _leaf(kinds, common, kind.value, help_)
        leaf.add_argument("venue", metavar=metavar, type=values.text, help=venue)
        leaf.add_argument("--label", type=values.text, help=f"what you call it (default {metavar})")
        _passphrase(leaf)
        leaf.add_argument("--key-file", metavar="FILE", help=f"key or token; {STDIN}; asked for when left out")
        if kind is CredentialKind.EXCHANGE:
            leaf.add_argument("--secret-file", metavar="FILE", help=f"secret or private key; {STDIN}")
            leaf.add_argument("--key-passphrase-file", metavar="FILE", help=f"some exchanges have one; {STDIN}")
    _leaf(leaves, common, "list", "what is in the vault, without a secret")
    for name, help_ in (
        ("remove", "delete one for good"),
        ("use", "let an account use an exchange's credential"),
        ("test", "find out whether one can be opened"),
    ):
        leaf = _leaf(leaves, common, name, help_)
        leaf.add_argument("label", metavar="LABEL", type=values.text, help="label or id")
        if name == "use":
            leaf.add_argument("account", metavar="ACCOUNT", type=values.text, help="account id, see `account list`")
        else:
            leaf.add_argument("--kind", choices=[kind.value for kind in CredentialKind])
        if name == "test":
            _passphrase(leaf)


def _group(branches: "Branches", name: str, help_: str, dest: str) -> "Branches":
    group = branches.add_parser(name, help=help_, description=help_, allow_abbrev=False)
    return group.add_subparsers(title="sub-commands", metavar="COMMAND", dest=dest, required=True)


def _leaf(leaves: "Branches", common: "OneSentenceParser", name: str, help_: str) -> "OneSentenceParser":
    leaf = leaves.add_parser(name, help=help_, description=help_, parents=[common], allow_abbrev=False)
    leaf.add_argument("--json", action="store_true", help="answer as JSON")
    for option in TEMPTING:
        leaf.add_argument(option, dest=SUPPRESS, type=_refused, help=SUPPRESS)
    return leaf


def _passphrase(leaf: "OneSentenceParser") -> None:
    leaf.add_argument(
        "--passphrase-file", metavar="FILE", help=f"first line is the vault's passphrase; {STDIN}; asked for otherwise"
    )


def _refused(_text: str) -> NoReturn:
    raise ArgumentTypeError("is not taken from a command line, which others can read; leave it out, or use a file")
