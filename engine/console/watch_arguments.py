"""Sub-commands for the list of watched pairs in the tree."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.console import values

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser

    Leaf = Callable[["Branches", str, str], "OneSentenceParser"]


def add_watching(premium: "OneSentenceParser", leaf: "Leaf") -> None:
    """`premium` takes a base; these words after it change and show the list instead."""
    words = premium.add_words("premium_command")
    watch = leaf(words, "watch", "put pairs on your list, or say anew how they are watched")
    watch.add_argument("home", type=values.text, help="exchange in whose quote is counted, such as upbit")
    watch.add_argument("foreign", type=values.text, help="the other exchange, such as binance")
    watch.add_argument("bases", nargs="*", default=[], type=values.text, metavar="BASE", help="assets, such as BTC XRP")
    watch.add_argument("--all", action="store_true", help="every base that both trade against these quotes")
    watch.add_argument(
        "--without", type=values.text, metavar="BASE,BASE",
        help="bases that --all leaves out, such as those that only share a ticker",
    )  # fmt: skip
    amount = watch.add_mutually_exclusive_group(required=True)
    amount.add_argument("--size", type=values.number, help="the premium is for this much base")
    amount.add_argument("--value", type=values.number, help="the premium is for this much of the home quote")
    watch.add_argument("--home-quote", type=values.text, default="KRW", help="quote at home (default KRW)")
    watch.add_argument("--foreign-quote", type=values.text, default="USDT", help="quote abroad (default USDT)")
    watch.add_argument("--fx-pair", type=values.text, help="the rate; from both quotes when left out, such as USDTKRW")
    watch.add_argument("--fx-source", type=values.text, help="who says the rate; the first that has one when left out")
    watch.add_argument(
        "--opportunity", dest="opportunity_pct", type=values.number, default=Decimal(0),
        help="net premium in percent from which it is an opportunity (default 0)",
    )  # fmt: skip
    watch.add_argument(
        "--record-every", dest="record_every_s", type=values.number_or_none, default=Decimal(1),
        help="seconds between readings that are kept (default 1); none keeps opportunities only",
    )  # fmt: skip
    watch.add_argument(
        "--hold-days", type=values.number, default=Decimal(0), help="days of funding that are counted (default 0)"
    )
    watch.add_argument("--home-fee", type=values.number, help="fee at home as a fraction; the exchange's when left out")
    watch.add_argument("--foreign-fee", type=values.number, help="fee abroad as a fraction, likewise")
    unwatch = leaf(words, "unwatch", "take pairs off your list; what was recorded stays")
    unwatch.add_argument(
        "bases", nargs="*", default=[], type=values.text, metavar="BASE", help="assets, such as BTC XRP"
    )
    unwatch.add_argument("--home", type=values.text, help="only pairs with this exchange at home")
    unwatch.add_argument("--foreign", type=values.text, help="only pairs with this exchange abroad")
    unwatch.add_argument("--all", action="store_true", help="all pairs, or all of these exchanges")
    listed = leaf(words, "list", "the pairs of your list, and how each is watched")
    listed.add_argument("base", nargs="?", type=values.text, help="one asset, such as BTC; all when left out")
