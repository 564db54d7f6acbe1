"""The arguments of `practice`, and of accounts at a practice exchange."""

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.console import values

if TYPE_CHECKING:
    from engine.console.arguments import Branches, OneSentenceParser

PORT = 7450
#: Desks have to keep up; how fast they can is not what a practice exchange is for.
MOST_SPEED = 1000


def pace(text: str) -> Decimal:
    """How fast the exchange's market passes."""
    speed = values.speed(text)
    if speed is None or speed > MOST_SPEED:
        raise ArgumentTypeError(f"must be a number from 0 to {MOST_SPEED}, not {text!r}")
    return speed


def add_practice(practice: "Branches", common: "OneSentenceParser") -> None:
    """`practice serve`."""
    help_ = "run a practice exchange that several desks reach, until Ctrl+C"
    serve = practice.add_parser("serve", help=help_, description=help_, parents=[common], allow_abbrev=False)
    serve.add_argument("--json", action="store_true", help="say where it is reached as JSON")
    serve.add_argument("--host", type=values.text, default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    serve.add_argument(
        "--port", type=values.port_or_any, default=PORT, help=f"port to listen on, 0 any (default {PORT})"
    )
    serve.add_argument("--folder", help="where it remembers everything (default: practice in the data folder)")
    serve.add_argument(
        "--with-database", action="store_true", help="run a PostgreSQL beside it that several desks may share"
    )
    serve.add_argument("--symbol", type=values.text, help="BASE-QUOTE (default BTC-USDT)")
    serve.add_argument("--seed", type=values.whole, help="the same seed gives the same market (default 1)")
    serve.add_argument("--start-price", type=values.number, help="where the price begins (default 60000)")
    serve.add_argument("--volatility", type=values.number, help="of a day, 0.06 is 6 %% (default)")
    serve.add_argument("--tick-ms", type=values.whole, help="market time between two quotes (default 500)")
    serve.add_argument("--rules", choices=["upbit", "binance", "plain"], help="venue rules (default plain)")
    serve.add_argument(
        "--rule", type=values.rule, action="append", metavar="NAME=VALUE", help="one venue rule of your own"
    )
    serve.add_argument(
        "--speed", type=pace, default=SUPPRESS, help="0 stands still, 1 real time (default), at most 1000"
    )
    serve.add_argument(
        "--cash", type=values.cash, action="append", help="first money of each new account: AMOUNT or ASSET=AMOUNT"
    )


def add_opening(opening: ArgumentParser) -> None:
    """`account open-practice`."""
    opening.add_argument("name", metavar="NAME", type=values.text, help="name of the account at the exchange")
    opening.add_argument("--host", type=values.text, default="127.0.0.1", help="where it is (default 127.0.0.1)")
    opening.add_argument("--port", type=values.port, default=PORT, help=f"its port (default {PORT})")
