"""`arb backtest` and `arb sweep` in the tree of sub-commands."""

import re
from argparse import SUPPRESS, ArgumentTypeError
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.console import values
from engine.domain.arbitrage import ImbalancePolicy, LegStyle, Ways

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser

#: Settings of the bot that are numbers: option, field, what it is.
NUMBERS = (
    ("--entry-step", "entry_step_pct", "net premium, percent, that each further position must bring more"),
    ("--max-value", "max_value", "the most that all positions may be worth, in the home quote"),
    ("--cooldown-s", "cooldown_s", "seconds between two entries"),
    ("--min-depth", "min_depth", "both venues must show the size this many times"),
    ("--max-slippage", "max_slippage_pct", "how far behind its price, in percent, a leg's limit is (default 1)"),
    ("--leg-timeout-s", "leg_timeout_s", "seconds after which a leg is taken back (default: two periods)"),
    ("--max-imbalance-value", "max_imbalance_value", "by how much, in the home quote, the legs may differ"),
    ("--max-imbalance-s", "max_imbalance_s", "for how many seconds they may (default: two periods)"),
    ("--hold-days", "hold_days", "days of funding that an entry is charged with"),
)
#: Fields that a sweep may vary, by the name of their option.
VARIED = {
    "entry": "entry_pct", "exit": "exit_pct", "size": "size",
    **{option.removeprefix("--"): field for option, field, _ in NUMBERS},
    "max-positions": "max_positions", "confirmations": "confirmations",
}  # fmt: skip


def add_backtests(arb: "Branches", common: "OneSentenceParser") -> None:
    """Sub-commands of `arb` that need nothing but files."""
    backtest = _leaf(arb, common, "backtest", "run the two-leg bot over recordings of two venues and report")
    _tape_options(backtest)
    _bot_options(backtest, is_swept=False)
    backtest.add_argument("--csv", metavar="FILE", help="write every position to this file, one line each")
    sweep = _leaf(arb, common, "sweep", "the same for many settings at once, with the number of trials beside the best")
    _tape_options(sweep)
    _bot_options(sweep, is_swept=True)
    sweep.add_argument(
        "--vary", required=True, action="append", metavar="NAME=A,B,C", type=_varied,
        help=f"try each of these values of one setting: {', '.join(VARIED)}; several --vary try all combinations",
    )  # fmt: skip
    sweep.add_argument(
        "--split", type=values.number, metavar="PERCENT",
        help="walk forward: choose on this first part of the time, judge on the rest",
    )  # fmt: skip
    sweep.add_argument("--processes", type=values.whole, help="how many at once (default: one a processor)")
    sweep.add_argument("--csv", metavar="FILE", help="write every trial to this file, one line each")


def _tape_options(parser: "OneSentenceParser") -> None:
    tape = parser.add_argument_group(
        "recordings", "candles in Parquet or CSV named venue_BASE-QUOTE_timeframe, or streams of order books"
    )
    tape.add_argument("--home", required=True, metavar="FILE", help="candles of the venue whose quote is counted in")
    tape.add_argument("--foreign", required=True, metavar="FILE", help="candles of the other venue")
    tape.add_argument("--fx", metavar="FILE", help="the rate that converts; left out where both quotes are the same")
    tape.add_argument("--fx-column", default="", metavar="NAME", help="its column, where the file has several")
    tape.add_argument(
        "--fx-known-after", type=values.number, default=Decimal(0), metavar="HOURS",
        help="hours from a row's ts until everybody knew its rate: 15 for the ECB's day, 24 for a daily close",
    )  # fmt: skip
    tape.add_argument(
        "--fx-weekdays", action="store_true", help="rows of Saturdays and Sundays are Friday's carried on"
    )
    tape.add_argument("--fx-max-age-days", type=values.number, default=Decimal(5), help="oldest rate used (default 5)")
    tape.add_argument("--fx-pair", type=values.text, help="its name, such as USDTKRW (default: USD and the home quote)")
    tape.add_argument("--funding", metavar="FILE", help="funding of the foreign perpetual: ts, funding_rate, mark_open")
    tape.add_argument("--from", dest="from_at", type=_instant, metavar="TIME", help="begin here (ISO 8601, UTC)")
    tape.add_argument("--to", dest="to_at", type=_instant, metavar="TIME", help="end before this")
    stated = parser.add_argument_group("stated", "what candles do not tell, so somebody has to say it")
    for leg in ("home", "foreign"):
        tape.add_argument(
            f"--{leg}-market", type=_market, metavar="EXCHANGE:BASE-QUOTE",
            help=f"which market the {leg} file is of, where its name does not say it",
        )  # fmt: skip
        stated.add_argument(
            f"--{leg}-slippage", type=values.number, default=Decimal("0.02"), metavar="PERCENT",
            help=f"every price of the {leg} leg is so much worse (default 0.02)",
        )  # fmt: skip
        stated.add_argument(
            f"--{leg}-latency-ms", type=values.whole, default=200, metavar="MS",
            help=f"a request of the {leg} leg is so long under way (default 200)",
        )  # fmt: skip
        stated.add_argument(
            f"--{leg}-rule", type=values.rule, action="append", metavar="NAME=VALUE", help=f"a rule of the {leg} venue"
        )
    stated.add_argument(
        "--participation", type=values.number, default=Decimal("0.1"),
        help="share of a candle's volume that can be ours (default 0.1)",
    )  # fmt: skip


def _bot_options(parser: "OneSentenceParser", *, is_swept: bool) -> None:
    # SUPPRESS: only what was typed is in the namespace, so that the defaults stay those of ArbitrageConfig.
    bot = parser.add_argument_group("bot", "percents of the converted price", argument_default=SUPPRESS)
    needed = not is_swept
    bot.add_argument("--size", required=needed, type=values.number, help="size of an entry, in base")
    bot.add_argument(
        "--entry", dest="entry_pct", required=needed, type=values.number, help="enter from this net premium"
    )
    bot.add_argument("--exit", dest="exit_pct", required=needed, type=values.number, help="close at this premium")
    bot.add_argument("--ways", choices=[way.value for way in Ways], help="directions of entries (default sell_home)")
    bot.add_argument("--style", choices=[style.value for style in LegStyle], help="default taker_taker")
    bot.add_argument("--policy", choices=[policy.value for policy in ImbalancePolicy], help="default complete")
    bot.add_argument("--max-positions", type=values.whole, help="open at once (default 1)")
    bot.add_argument("--confirmations", type=values.whole, help="closes in a row that must say so (default 1)")
    for option, field, help_ in NUMBERS:
        bot.add_argument(option, dest=field, type=values.number, help=help_)


def _leaf(leaves: "Branches", common: "OneSentenceParser", name: str, help_: str) -> "OneSentenceParser":
    leaf = leaves.add_parser(name, parents=[common], help=help_, description=help_, allow_abbrev=False)
    leaf.add_argument("--json", action="store_true", help="answer as JSON, numbers as exact decimal text")
    return leaf


def _varied(text: str) -> tuple[str, tuple[Decimal, ...]]:
    """`entry=1,1.5,2` as the field and its values."""
    name, separator, listed = text.partition("=")
    field = VARIED.get(name.strip())
    if not separator or field is None or not listed.strip():
        raise ArgumentTypeError(f"must be NAME=A,B,C with one of {', '.join(VARIED)}, not {text!r}")
    return field, tuple(values.number(each.strip()) for each in listed.split(","))


def _market(text: str) -> tuple[str, str, str]:
    """`upbit:BTC-KRW` as exchange, base and quote."""
    if (found := re.fullmatch(r"([a-z0-9]+):([A-Z0-9]+)-([A-Z0-9]+)", text)) is None:
        raise ArgumentTypeError(f"must be EXCHANGE:BASE-QUOTE such as upbit:BTC-KRW, not {text!r}")
    return found[1], found[2], found[3]


def _instant(text: str) -> datetime:
    """A day or an instant; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"must be a time such as 2021-04-01 or 2021-04-01T09:00, not {text!r}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
