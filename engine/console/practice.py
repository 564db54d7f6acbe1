"""`practice serve`: the practice exchange as a program, from its arguments to its end."""

import asyncio
import contextlib
import signal
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TextIO

from engine.console.listing import dump
from engine.practice.exchange import PracticeExchange
from engine.practice.server import PracticeServer
from engine.venues.accounts import DEFAULT_SYMBOL, parse_symbol
from engine.venues.clock import MachineClock
from engine.venues.paced import speed_text


async def serve(options: Namespace, folder: Path, out: TextIO, address: Path | None = None) -> None:
    """Serve until SIGINT or SIGTERM. `address` is the file with the address of a database that runs beside it.

    Raises UsageError, VenueUnavailable.
    """
    clock = MachineClock()
    exchange = PracticeExchange(folder)
    with _signals() as asked:
        exchange.open(typed_options(options), datetime.now(UTC))
        server = PracticeServer(exchange, folder, clock)
        async with server.listening(options.host, options.port):
            symbol = exchange.instrument.symbol
            if options.json:
                said = {"host": options.host, "port": server.port, "symbol": symbol}
                out.write(dump(said | {"database_url_file": None if address is None else str(address)}) + "\n")
            else:
                out.write(f"The practice exchange trades {symbol} at {options.host}:{server.port}; Ctrl+C ends it.\n")
                if address is not None:
                    out.write(f"The address of a database for its desks is in {address}.\n")
            out.flush()
            market = asyncio.create_task(server.run(), name="market")
            stop = asyncio.create_task(asked.wait(), name="signal")
            try:
                await asyncio.wait({market, stop}, return_when=asyncio.FIRST_COMPLETED)
                if market.done():
                    market.result()
            finally:
                for task in (market, stop):
                    task.cancel()
                await asyncio.gather(market, stop, return_exceptions=True)


def typed_options(options: Namespace) -> dict[str, str]:
    """What was typed, as options of a simulated account; what was not typed is not in it. Raises UsageError."""
    found = dict(options.rule or ())
    for key in ("symbol", "seed", "start_price", "volatility", "tick_ms", "rules"):
        if getattr(options, key) is not None:
            found[key] = str(getattr(options, key))
    if "speed" in options:
        found["speed"] = speed_text(options.speed)
    quote = parse_symbol(options.symbol or DEFAULT_SYMBOL)[1]
    for asset, amount in options.cash or ():
        found[f"cash.{asset or quote}"] = format(amount, "f")
    return found


@contextlib.contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(asked.set)

    previous: dict[int, Callable[[int, FrameType | None], object] | int | None] = {
        number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield asked
    finally:
        for number, old in previous.items():
            signal.signal(number, old)
