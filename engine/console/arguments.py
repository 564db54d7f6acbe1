"""The tree of sub-commands and options. Building it imports nothing heavy, so that `--help` answers at once."""

import re
from argparse import OPTIONAL, SUPPRESS, ZERO_OR_MORE, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from engine import VERSION
from engine.config import HOME_VARIABLE, SETTINGS, SETTINGS_FILE
from engine.console import values
from engine.console.arb_arguments import add_arbitrage, add_premiums
from engine.console.backtest_arguments import add_backtests
from engine.console.db_arguments import add_db
from engine.console.lease_arguments import add_lease
from engine.console.live_arguments import add_confirm, add_live
from engine.console.personal_arguments import add_personal
from engine.console.practice_arguments import add_opening, add_practice
from engine.console.truth_arguments import add_truth
from engine.console.user_arguments import add_user
from engine.console.vault_arguments import add_credential, add_vault
from engine.domain.grid import GridMode, Inventory, Sizing
from engine.domain.money import ONE, ZERO
from engine.errors import UsageError

if TYPE_CHECKING:
    # argparse names this type only with an underscore, and it takes a parameter only while checking.
    from argparse import _SubParsersAction

    Branches = _SubParsersAction["OneSentenceParser"]

DESCRIPTION = """\
A desktop trading desk for people who run bots. Without a sub-command it opens the window;
with --no-gui it runs the bots that the database says should run, with live status lines."""

EXIT_CODES = """\
exit codes: 0 done, 1 failure, 2 wrong usage or refused, 3 database, 4 venue, 5 already running"""


class OneSentenceParser(ArgumentParser):
    """Says what is wrong in one sentence, as a UsageError, instead of a usage block and an exit."""

    #: Where a sub-command takes a name: words in its place that are sub-commands of their own.
    _words: "OneSentenceParser | None" = None
    _branches: "Branches | None" = None
    _is_mixing = False

    def error(self, message: str) -> NoReturn:
        raise UsageError(one_sentence(message))

    def add_words(self, dest: str) -> "Branches":
        """Sub-commands beside the name that this one takes; argparse by itself would take either one."""
        self.set_defaults(**{dest: None})
        self._words = OneSentenceParser(prog=self.prog, add_help=False, allow_abbrev=False)
        self._branches = self._words.add_subparsers(metavar="COMMAND", dest=dest, required=True)
        return self._branches

    # The signature has to fit all overloads of argparse's.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._words is not None and self._branches is not None and args and args[0] in self._branches.choices:
            return self._words.parse_known_args(args, namespace)
        if self._is_mixing or not self._may_be_mixed() or {"-h", "--help"} & set(args or ()):
            return super().parse_known_args(args, namespace)
        self._is_mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_mixing = False

    def _may_be_mixed(self) -> bool:
        """argparse takes a list of names for empty when an option stands before it: `watch upbit binance --all BTC`."""
        return any(action.nargs in (ZERO_OR_MORE, OPTIONAL) for action in self._get_positional_actions())


def one_sentence(message: str) -> str:
    """argparse's own words as a sentence."""
    if found := re.match(r"argument (COMMAND): invalid choice: (.+?) \(choose from (.*)\)$", message):
        return f"There is no command {found[2]}; choose from {found[3].replace(chr(39), '')}."
    if found := re.match(r"argument (\S+): invalid choice: (.+?) \(choose from (.*)\)$", message):
        return f"{found[1]} must be one of {found[3].replace(chr(39), '')}, not {found[2]}."
    if found := re.match(r"argument (\S+): expected (?:one|at least one|\d+) arguments?$", message):
        return f"{found[1]} needs a value."
    if found := re.match(r"argument (\S+): not allowed with argument (\S+)$", message):
        return f"{found[1]} and {found[2]} exclude each other."
    if found := re.match(r"argument (\S+): (.*)$", message):
        return f"{found[1]} {found[2]}."
    if found := re.match(r"the following arguments are required: (.*)$", message):
        return f"Missing: {found[1]}."
    if found := re.match(r"one of the arguments (.*) is required$", message):
        return f"Say one of {', '.join(found[1].split())}."
    if found := re.match(r"unrecognized arguments: (.*)$", message):
        return f"Not understood: {found[1]}."
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def parse(arguments: Sequence[str]) -> Namespace:
    """The command line as a namespace; `command` is "" for the window or the headless engine. Raises UsageError."""
    options = build_parser().parse_args(arguments)
    if options.until_replay_ends and not options.no_gui:
        raise UsageError("--until-replay-ends needs --no-gui.")
    if options.no_gui and options.command:
        raise UsageError(f"--no-gui runs the desk; leave it out to run the command {options.command!r}.")
    return options


def build_parser() -> OneSentenceParser:
    """The whole tree."""
    common = _common_options()
    parser = OneSentenceParser(
        prog="gridwright",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        parents=[common],
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command="")
    parser.add_argument(
        "--version", action="version", version=f"gridwright {VERSION}", help="say which version this is"
    )
    parser.add_argument("--no-gui", action="store_true", help="run the desk without a window; Qt is not loaded")
    parser.add_argument("--json", action="store_true", help="reports as JSON, on stdout alone")
    parser.add_argument(
        "--until-replay-ends",
        action="store_true",
        help="with --no-gui: end with the reports when all replays have ended",
    )
    branches = parser.add_subparsers(title="sub-commands", metavar="COMMAND", dest="command", required=False)
    parser.set_defaults(command="")
    _bot(branches, common)
    _account(branches, common)
    _market(branches, common)
    _reading(branches, common)
    _leaf(branches, common, "halt", "cancel every resting order and send nothing new on all bots")
    _leaf(branches, common, "resume", "lift the halt")
    _leaf(branches, common, "desks", "all desks of the database, and which of them run")
    _leaf(branches, common, "status", "what runs on this desk, and with which money")
    _replay(branches, common)
    arb = _branch(branches, "arb", "two-leg bots", "arb_command")
    add_arbitrage(arb, lambda leaves, name, help_: _leaf(leaves, common, name, help_))
    add_backtests(arb, common)
    add_premiums(branches, lambda leaves, name, help_: _leaf(leaves, common, name, help_))
    add_personal(branches, common)
    add_lease(branches, common)
    add_db(branches, common)
    add_vault(branches, common)
    add_user(branches, common)
    add_credential(branches, common)
    add_practice(_branch(branches, "practice", "an exchange to practise on", "practice_command"), common)
    return parser


def _common_options() -> OneSentenceParser:
    # SUPPRESS: an option given before the sub-command must not be overwritten by the sub-command's default.
    common = OneSentenceParser(add_help=False, argument_default=SUPPRESS, allow_abbrev=False)
    group = common.add_argument_group("settings", f"also as environment variables or keys in {SETTINGS_FILE}")
    group.add_argument("--data-folder", metavar="FOLDER", help=f"where this desk keeps everything ({HOME_VARIABLE})")
    for setting in SETTINGS:
        if setting.flag:
            metavar = "URL" if setting.key.endswith("_url") else "WORD"
            text = f"{setting.help} ({setting.variable})"
            group.add_argument(setting.flag, dest=setting.key, metavar=metavar, help=text)
    return common


def _leaf(branches: "Branches", common: OneSentenceParser, name: str, help_: str) -> OneSentenceParser:
    """One sub-command that does something; each can answer as JSON."""
    leaf = branches.add_parser(name, help=help_, description=help_, parents=[common], allow_abbrev=False)
    leaf.add_argument("--json", action="store_true", help="answer as JSON, numbers as exact decimal text")
    if name != "replay":
        leaf.add_argument("--desk", type=values.text, help="another desk on the same database, by name or id")
    return leaf


def _branch(branches: "Branches", name: str, help_: str, dest: str) -> "Branches":
    branch = branches.add_parser(name, help=help_, description=help_, allow_abbrev=False)
    return branch.add_subparsers(title="sub-commands", metavar="COMMAND", dest=dest, required=True)


def _bot(branches: "Branches", common: OneSentenceParser) -> None:
    bots = _branch(branches, "bot", "add, steer and remove bots", "bot_command")
    add = _branch(bots, "add", "add a bot", "kind")
    grid = _leaf(add, common, "grid", "add a spot grid bot")
    grid.add_argument("--account", required=True, type=values.text, help="account id, see `account list`")
    grid.add_argument("--symbol", type=values.text, help="instrument; the account's only one when left out")
    grid.add_argument("--name", type=values.text, help="name of the bot; made from symbol and range when left out")
    grid.add_argument("--start", action="store_true", help="start it at once")
    grid.add_argument("--yes", action="store_true", help="send its first orders with real money without asking")
    _grid_options(grid, is_edit=False)
    listed = _leaf(bots, common, "list", "all bots with state and profit")
    listed.add_argument("--removed", action="store_true", help="the removed ones too")
    add_confirm(bots, common)
    for name, help_ in (
        ("show", "one bot with its ladder"),
        ("start", "start a bot, or take a paused one up again"),
        ("pause", "cancel a bot's resting orders and keep every rung as it is"),
        ("remove", "hide a stopped bot; its history stays"),
        ("restore", "bring a removed bot back"),
    ):
        leaf = _leaf(bots, common, name, help_)
        leaf.add_argument("bot", help="bot id or name")
        if name == "start":
            leaf.add_argument("--yes", action="store_true", help="send its first orders with real money without asking")
    stop = _leaf(bots, common, "stop", "stop a bot for good")
    stop.add_argument("bot", help="bot id or name")
    inventory = stop.add_mutually_exclusive_group(required=True)
    inventory.add_argument("--keep", action="store_true", help="keep the base it holds")
    inventory.add_argument("--sell", action="store_true", help="sell the base it holds by market orders")
    edit = _leaf(bots, common, "edit", "change a grid; what is not named stays")
    edit.add_argument("bot", help="bot id or name")
    edit.add_argument("--name", type=values.text, help="new name")
    _grid_options(edit, is_edit=True)


def _grid_options(parser: OneSentenceParser, *, is_edit: bool) -> None:
    """The fields of GridConfig. In an edit a missing option means: as it is; `none` takes an optional price away."""
    optional = values.number_or_none if is_edit else values.number
    # SUPPRESS: only what was typed is in the namespace, so that the defaults stay those of GridConfig.
    group = parser.add_argument_group("grid", "prices and investment in quote", argument_default=SUPPRESS)
    group.add_argument("--lower", required=not is_edit, type=values.number, help="lowest line")
    group.add_argument("--upper", required=not is_edit, type=values.number, help="highest line")
    group.add_argument("--grid-count", required=not is_edit, type=values.whole, help="number of cells")
    group.add_argument("--investment", required=not is_edit, type=values.number, help="money at work, in quote")
    group.add_argument("--mode", choices=[mode.value for mode in GridMode], help="distance of the lines")
    group.add_argument("--sizing", choices=[sizing.value for sizing in Sizing], help="how rungs share the investment")
    for name, help_ in (
        ("post-only", "resting orders never take (default on)"),
        ("use-held-base", "start with base that the account holds already"),
        ("compounding", "put each rung's profit into its next buy"),
    ):
        group.add_argument(f"--{name}", choices=["on", "off"], help=help_)
    group.add_argument("--trigger-price", type=optional, help="start only when the price reaches this")
    for name, unit in (
        ("stop-upper", "price"),
        ("stop-lower", "price"),
        ("stop-loss", "percent of the investment"),
        ("take-profit", "percent of the investment"),
    ):
        field = name.replace("-", "_") + ("_pct" if unit != "price" else "")
        group.add_argument(f"--{name}", dest=field, type=optional, help=f"stop at this {unit}")
        group.add_argument(
            f"--{name}-inventory",
            choices=[inventory.value for inventory in Inventory],
            help=f"what becomes of the base when {name} stops the bot",
        )
    group.add_argument("--allocation", type=values.number, help="percent of the account's equity that it may use")
    parser.add_argument("--dry-run", action="store_true", help="show what would happen and change nothing")


def _account(branches: "Branches", common: OneSentenceParser) -> None:
    accounts = _branch(branches, "account", "open and list accounts", "account_command")
    _leaf(accounts, common, "list", "all accounts with their money")
    add_truth(accounts, common)
    add_live(accounts, common)
    replay = _leaf(accounts, common, "open-replay", "open a paper account on a recorded market")
    _recording_options(replay)
    replay.add_argument("--name", type=values.text, help="name of the session; the file's name when left out")
    replay.add_argument("--speed", type=values.speed, default=ZERO, help="0 waits (default), 1 real time, max")
    paper = _leaf(accounts, common, "open-paper", "open a paper account on an exchange's live market")
    paper.add_argument("exchange", metavar="EXCHANGE", type=values.text, help="such as upbit or binance")
    paper.add_argument("symbol", metavar="SYMBOL", type=values.text, help="BASE-QUOTE")
    paper.add_argument("--name", type=values.text, help="name of the account; EXCHANGE_SYMBOL when left out")
    _rule_option(paper)
    _paper_options(paper)
    live = _leaf(accounts, common, "open-live", "open a real account of yours at an exchange")
    live.add_argument("exchange", metavar="EXCHANGE", type=values.text, help="such as upbit or binance")
    live.add_argument("--credential", required=True, type=values.text, help="label of its key, see `credential list`")
    live.add_argument("--symbols", required=True, type=values.text, help="what it trades, such as BTC/KRW,XRP/KRW")
    live.add_argument("--leverage", type=values.whole, help="futures: set it there; as it is there when left out")
    live.add_argument("--name", type=values.text, help="name of the account; EXCHANGE when left out")
    add_opening(_leaf(accounts, common, "open-practice", "open an account at a practice exchange"))
    simulated = _leaf(accounts, common, "open-simulated", "open a paper account on an invented market")
    simulated.add_argument("--name", type=values.text, default="demo", help="name of the market (default demo)")
    simulated.add_argument("--seed", type=values.whole, default=1, help="the same seed gives the same market")
    simulated.add_argument("--rules", choices=["upbit", "binance", "plain"], help="venue rules (default plain)")
    simulated.add_argument("--symbol", type=values.text, help="BASE-QUOTE (default BTC-USDT)")
    simulated.add_argument("--start-price", type=values.number, help="where the price begins (default 60000)")
    _rule_option(simulated)
    simulated.add_argument("--cash", type=values.cash, action="append", help="first deposit: AMOUNT or ASSET=AMOUNT")
    simulated.add_argument("--speed", type=values.speed, default=ONE, help="0 waits, 1 real time (default), max")


def _recording_options(parser: OneSentenceParser) -> None:
    _rule_option(parser)
    parser.add_argument("file", metavar="FILE", help="Parquet or CSV with ts, open, high, low, close, volume")
    parser.add_argument(
        "--rules", choices=["upbit", "binance", "plain"], help="venue rules; guessed from the file name"
    )
    parser.add_argument("--symbol", type=values.text, help="BASE-QUOTE; taken from the file name when left out")
    parser.add_argument("--volume-unit", choices=["base", "quote"], help="unit of the volume column")
    _paper_options(parser)


def _paper_options(parser: OneSentenceParser) -> None:
    parser.add_argument("--cash", type=values.cash, action="append", help="first deposit: AMOUNT or ASSET=AMOUNT")
    parser.add_argument(
        "--participation", type=values.number, help="share of the market's volume we may trade, 1 is all"
    )
    parser.add_argument("--latency-ms", type=values.whole, help="milliseconds until an order takes effect (default 0)")


def _rule_option(parser: OneSentenceParser) -> None:
    parser.add_argument(
        "--rule",
        type=values.rule,
        action="append",
        metavar="NAME=VALUE",
        help="one venue rule of your own, such as maker_fee=0.0004 or price_increment=0.5",
    )


def _market(branches: "Branches", common: OneSentenceParser) -> None:
    markets = _branch(branches, "market", "pace of replayed and simulated markets", "market_command")
    pace = _leaf(markets, common, "speed", "set the pace of a market")
    pace.add_argument("venue", metavar="VENUE", type=values.text)
    pace.add_argument("speed", metavar="SPEED", type=values.speed, help="0 stands still, 1 is real time, max")


def _reading(branches: "Branches", common: OneSentenceParser) -> None:
    for name, help_ in (("fills", "our executions, newest first"), ("log", "what was decided and why, newest first")):
        leaf = _leaf(branches, common, name, help_)
        leaf.add_argument("--bot", help="bot id or name")
        leaf.add_argument("--limit", type=values.limit, default=50, help="rows, at most 2000 (default 50)")
    orders = _leaf(branches, common, "orders", "our orders, newest first")
    orders.add_argument("--bot", help="bot id or name")
    orders.add_argument("--limit", type=values.limit, default=50, help="rows, at most 2000 (default 50)")
    orders.add_argument("--open", action="store_true", help="only those that are not in a final state")
    pnl = _leaf(branches, common, "pnl", "profit after fees")
    pnl.add_argument("--bot", help="bot id or name")
    pnl.add_argument("--by", choices=["bot", "day"], default="bot", help="one row per bot (default) or per day")


def _replay(branches: "Branches", common: OneSentenceParser) -> None:
    replay = _leaf(branches, common, "replay", "run a grid over a recorded market, print the report and end")
    _recording_options(replay)
    replay.add_argument("--name", type=values.text, help="name of the session; the file's name when left out")
    replay.add_argument("--speed", type=values.speed, default=None, help="max (default) or N times real time")
    replay.add_argument("--fresh", action="store_true", help="begin a new session where one exists already")
    _grid_options(replay, is_edit=False)
