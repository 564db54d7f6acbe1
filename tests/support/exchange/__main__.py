"""The loopback exchange as a program of its own: `python -m tests.support.exchange --folder F [--port N] ...`.

Prints one line of JSON when it listens: the port, the CA file to trust, the control host, and each venue's hosts, keys
and symbols. Ends on SIGINT, SIGTERM, or when its standard input is closed and `--with-parent` was given.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from tests.support.exchange.town import build


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.exchange", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where ca.pem goes")
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--venues", nargs="*", default=[], help="binance upbit ...; all by default")
    parser.add_argument("--flow", choices=("synthetic", "candles", "book", "none"), default="synthetic")
    parser.add_argument("--candles", default="candles/binance_BTC-USDT_5m.parquet", help="in GRIDWRIGHT_DATA")
    parser.add_argument("--first-candle", type=int, default=0, help="its number in the file, from 0")
    parser.add_argument("--symbols", type=int, default=0, help="so many invented coins more, on all venues")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="market seconds a second; 0 stands still")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    return parser.parse_args()


async def serve(asked: argparse.Namespace) -> None:
    """Until it is told to end."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers on a loop; there Ctrl+C raises.
        if sys.platform != "win32":
            loop.add_signal_handler(number, over.set)
    if asked.with_parent:
        loop.run_in_executor(None, lambda: (sys.stdin.read(), loop.call_soon_threadsafe(over.set)))
    town = build(
        asked.folder, asked.venues, port=asked.port, flow=asked.flow, seed=asked.seed, speed=asked.speed or None,
        candles=asked.candles, first_candle=asked.first_candle, symbols=asked.symbols,
    )  # fmt: skip
    async with town.server:
        if asked.speed:
            town.start_flow()
        sys.stdout.write(json.dumps(town.about()) + "\n")
        sys.stdout.flush()
        await over.wait()
        town.stop_flow()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
