# ruff: noqa: T201 - a measurement talks to whoever runs it.
"""Kernel time per quote with nothing to do, and what a snapshot costs: `python -m tests.bench.bench_kernel [quotes]`.

Bots have 100 rungs each, all resting as buys below the price. "Nothing to do" is a quote that moves the price and
reaches no stop, no line of a window and no sample of the equity curve. Wall-clock time of one thread.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.grid import GridConfig
from engine.domain.instrument import FeeAsset, Instrument, PriceBand, VenueRules
from engine.domain.market import Quote
from engine.domain.messages import (
    AccountConnected,
    AddGrid,
    BalancesReported,
    CommandReceived,
    OrderAccepted,
    PlaceOrder,
)
from engine.domain.money import install_decimal_context
from engine.kernel.books import Outbox
from engine.kernel.kernel import Kernel
from engine.recovered import RecoveredState

D = Decimal
VENUE = "paper:bench"
T0 = datetime(2026, 1, 1, tzinfo=UTC)
RUNGS = 100
QUOTES = 100_000
RULES = VenueRules(
    price_bands=(PriceBand(D(0), D("0.01")),),
    size_increment=D("0.00000001"),
    min_quantity=D("0.00000001"),
    max_quantity=None,
    min_notional=D(1),
    max_open_orders=1_000_000,
    maker_fee=D("0.001"),
    taker_fee=D("0.001"),
    fee_asset=FeeAsset.QUOTE,
    effective_from=T0,
)
CONFIG = GridConfig(lower=D(50), upper=D(90), grid_count=RUNGS, investment=D(100_000))


@dataclass
class Town:
    """A kernel with bots at rest, and the clock of its market."""

    kernel: Kernel
    instruments: list[Instrument]
    at: datetime = T0

    def quote(self, number: int, cents: int) -> Quote:
        """The next quote of one instrument, a microsecond after the last one, at 100 and some cents."""
        self.at += timedelta(microseconds=1)
        instrument = self.instruments[number % len(self.instruments)]
        bid = D(10_000 + cents) / 100
        return Quote(VENUE, instrument.symbol, bid, bid + D("0.01"), self.at)

    def answer(self, outbox: Outbox | None) -> None:
        """The venue accepts everything."""
        while outbox is not None:
            placed = [effect.order for effect in outbox.effects if isinstance(effect, PlaceOrder)]
            outbox = self.kernel.handle(
                *(OrderAccepted(order.client_order_id, order.client_order_id, self.at) for order in placed)
            )
            if outbox is not None and not outbox.effects:
                return


def build(bots: int, instruments: int) -> Town:
    """So many bots, spread evenly over so many instruments, with all their orders resting."""
    account = Account(VENUE, VENUE, "bench", AccountMode.PAPER, "USD", (("cash.USD", "1"),))
    traded = [Instrument(VENUE, f"C{number}/USD", f"C{number}", "USD", RULES) for number in range(instruments)]
    kernel = Kernel("bench", RecoveredState((), (), (), (), (), frozenset(), False))
    town = Town(kernel, traded)
    kernel.handle(AccountConnected(account, tuple(traded), T0))
    kernel.handle(BalancesReported(VENUE, (("USD", D(10**12), D(0)),), T0))
    for number in range(instruments):
        kernel.handle(town.quote(number, 0))
    for number in range(bots):
        symbol = traded[number % instruments].symbol
        add = AddGrid(f"b{number:07}", f"bot {number}", VENUE, symbol, CONFIG, D("0.1"), start=True)
        town.answer(kernel.handle(CommandReceived(f"c{number}", add, T0)))
    views = kernel.bot_views()
    assert all(view.bot.state is BotState.RUNNING and len(view.open_orders) == RUNGS for view in views)
    return town


def walk(town: Town, count: int) -> Iterator[Quote]:
    for number in range(count):
        yield town.quote(number, number * 7 % 500)


def measure(bots: int, instruments: int, count: int) -> None:
    town = build(bots, instruments)
    quotes = list(walk(town, count))
    handle = town.kernel.handle
    begin = time.perf_counter()
    for quote in quotes:
        assert handle(quote) is None
    passed = time.perf_counter() - begin
    begin = time.perf_counter()
    town.kernel.bot_views()
    view_ms = (time.perf_counter() - begin) * 1000
    print(
        f"{bots:>5} bots on {instruments:>3} instruments: {passed / count * 1e6:8.2f} us a quote, "
        f"{count / passed:>9,.0f} quotes/s; views of all bots {view_ms:7.1f} ms"
    )


def main() -> None:
    install_decimal_context()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else QUOTES
    for bots, instruments in ((0, 1), (1, 1), (100, 1), (1_000, 1), (1_000, 100)):
        measure(bots, instruments, count if bots < 1_000 or instruments > 1 else count // 10)


if __name__ == "__main__":
    main()
