"""Sub-commands for two-leg bots and premiums in the tree."""

from argparse import SUPPRESS, ArgumentTypeError
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.console import values
from engine.console.backtest_arguments import NUMBERS
from engine.console.watch_arguments import add_watching
from engine.domain.arbitrage import ImbalancePolicy, LegStyle, Ways

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser

    Leaf = Callable[["Branches", str, str], "OneSentenceParser"]

#: More settings than a backtest knows: option, field, what it is.
AGES = (
    ("--max-book-age-s", "max_book_age_s", "seconds after which an order book is too old to decide on"),
    ("--max-fx-age-s", "max_fx_age_s", "seconds after which a rate is too old to decide on"),
)


def add_arbitrage(arb: "Branches", leaf: "Leaf") -> None:
    """Sub-commands of `arb` that need a desk."""
    for name, help_ in (
        ("add", "add a two-leg bot: its own account is the home leg, the hedge the foreign one"),
        ("preview", "what a two-leg bot would do, with every refusal; changes nothing"),
    ):
        add = leaf(arb, name, help_)
        add.add_argument("--account", required=True, type=values.text, help="account of the home leg")
        add.add_argument("--symbol", type=values.text, help="home instrument, BASE-QUOTE; its only one when left out")
        add.add_argument("--hedge-account", required=True, type=values.text, help="account of the foreign leg")
        add.add_argument("--hedge-symbol", type=values.text, help="foreign instrument, likewise")
        _settings(add, is_edit=False)
        if name == "add":
            add.add_argument("--name", type=values.text, help="name of the bot; made from its markets when left out")
            add.add_argument("--allocation", type=values.number, help="percent of the home account's equity")
            add.add_argument("--hedge-allocation", type=values.number, help="percent of the foreign account's equity")
            add.add_argument("--start", action="store_true", help="start it at once")
            add.add_argument("--yes", action="store_true", help="trade with real money without asking first")
    edit = leaf(arb, "edit", "change a two-leg bot; what is not named stays")
    edit.add_argument("bot", help="bot id or name")
    edit.add_argument("--name", type=values.text, help="new name")
    _settings(edit, is_edit=True)
    listed = leaf(arb, "list", "two-leg bots with their positions and profit")
    listed.add_argument("--removed", action="store_true", help="the removed ones too")
    positions = leaf(arb, "positions", "two-leg positions, newest first, with both legs")
    positions.add_argument("bot", nargs="?", help="bot id or name; all bots when left out")
    which = positions.add_mutually_exclusive_group()
    which.add_argument("--open", dest="is_open", action="store_true", default=None, help="only those not closed")
    which.add_argument("--closed", dest="is_open", action="store_false", help="only those that are closed")
    positions.add_argument("--limit", type=values.limit, default=50, help="rows, at most 2000 (default 50)")
    close = leaf(arb, "close", "close one open position at the book now, whatever the premium is")
    close.add_argument("bot", help="bot id or name")
    close.add_argument("position", help="its number or id, see `arb positions`")
    pnl = leaf(arb, "pnl", "what closed positions brought on each day: premium, fees, funding, rate")
    pnl.add_argument("bot", nargs="?", help="bot id or name; all bots when left out")
    pnl.add_argument("--zone", type=values.text, default="UTC", help="time zone of the days (default UTC)")
    pnl.add_argument("--limit", type=values.limit, default=50, help="rows, at most 2000 (default 50)")


def add_premiums(branches: "Branches", leaf: "Leaf") -> None:
    """Sub-commands about premiums and what lies where."""
    premium = leaf(branches, "premium", "the last recorded premium of every watched pair")
    premium.add_argument("base", nargs="?", type=values.text, help="one asset, such as BTC; all when left out")
    premium.epilog = "`premium watch`, `premium unwatch` and `premium list` change and show the list of pairs."
    add_watching(premium, leaf)
    found = leaf(branches, "opportunities", "stretches in which an entry would have brought something, newest first")
    found.add_argument("base", nargs="?", type=values.text, help="one asset, such as BTC; all when left out")
    found.add_argument("--hours", type=values.whole, default=24, help="how far back (default 24)")
    found.add_argument("--limit", type=values.limit, default=50, help="rows, at most 2000 (default 50)")
    stock = leaf(branches, "inventory", "what lies where, what two-leg bots run out of, what a transfer would restore")
    stock.add_argument(
        "--withdrawal", type=_terms, action="append", default=[], metavar="EXCHANGE:ASSET=FEE[,MINIMUM]",
        help="what taking an asset off an exchange costs there, and the least it sends",
    )  # fmt: skip


def _settings(parser: "OneSentenceParser", *, is_edit: bool) -> None:
    # SUPPRESS: only what was typed is in the namespace, so that the defaults stay those of ArbitrageConfig.
    bot = parser.add_argument_group("bot", "percents of the converted price", argument_default=SUPPRESS)
    bot.add_argument("--size", required=not is_edit, type=values.number, help="size of an entry, in base")
    bot.add_argument(
        "--entry", dest="entry_pct", required=not is_edit, type=values.number, help="enter from this net premium"
    )
    bot.add_argument(
        "--exit",
        dest="exit_pct",
        required=not is_edit,
        type=values.number,
        help="close at this premium of the way back",
    )
    bot.add_argument("--fx-source", type=values.text, help="who says the rate: upbit, bithumb, static, ...")
    bot.add_argument("--fx-pair", type=values.text, help="the rate; from both quotes when left out, such as USDTKRW")
    bot.add_argument("--ways", choices=[way.value for way in Ways], help="directions of entries (default sell_home)")
    bot.add_argument("--style", choices=[style.value for style in LegStyle], help="default taker_taker")
    bot.add_argument("--policy", choices=[policy.value for policy in ImbalancePolicy], help="default complete")
    bot.add_argument("--max-positions", type=values.whole, help="open at once (default 1)")
    bot.add_argument("--confirmations", type=values.whole, help="looks in a row that must say so (default 2)")
    for option, field, help_ in (*NUMBERS, *AGES):
        kind = values.number_or_none if is_edit and field == "max_value" else values.number
        bot.add_argument(option, dest=field, type=kind, help=help_.partition(" (default")[0])


def _terms(text: str) -> tuple[str, str, Decimal, Decimal | None]:
    """`binance:XRP=0.2,20` as exchange, asset, fee and minimum."""
    place, separator, amounts = text.partition("=")
    exchange, colon, asset = place.partition(":")
    fee, comma, minimum = amounts.partition(",")
    if not (separator and colon and exchange and asset):
        raise ArgumentTypeError(f"must be EXCHANGE:ASSET=FEE or EXCHANGE:ASSET=FEE,MINIMUM, not {text!r}")
    found = values.number(fee), values.number(minimum) if comma else None
    if found[0] < 0 or (found[1] is not None and found[1] < 0):
        raise ArgumentTypeError(f"must not be negative, not {text!r}")
    return exchange, asset.upper(), *found
