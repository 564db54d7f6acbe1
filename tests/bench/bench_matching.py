"""Steps a second of the matching engine with 100 resting orders on real minutes, alone and as a venue with its store.

Run by hand: .venv/bin/python -m tests.bench.bench_matching [recording]
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from engine.domain.messages import OrderFilled, VenueEvent
from engine.domain.money import install_decimal_context
from engine.domain.order import Fill, Order, Side
from engine.ports import Venue
from engine.venues.balances import Balances
from engine.venues.candle_walk import CandleWalk
from engine.venues.clearing import Clearing
from engine.venues.factory import make_venue, replay_account
from engine.venues.matching import MarketState, Matching
from engine.venues.recording import CandleRecording, read_recording
from engine.venues.rule_books import rules_of
from engine.venues.store import VenueStore
from tests.engine.venues.builders import instrument, order

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("GRIDWRIGHT_DATA", ROOT.parent / "shared" / "data"))
DEFAULT = DATA / "candles" / "upbit_XRP-KRW_1m.parquet"
QUANTITY = "50.5"
COMMITS = 50_000


class Ladder:
    """A hundred orders about the first price, each answered one line away when it fills. A sink for the venue, too."""

    def __init__(self, first: Decimal, gap: Decimal, symbol: str) -> None:
        self._gap = gap
        self._symbol = symbol
        self._count = 0
        self._wanted: list[Order] = []
        self.told = 0
        self.venue: Venue | None = None
        self.first = [
            self._order(Side.BUY if at < 0 else Side.SELL, first + at * gap) for at in range(-50, 51) if at != 0
        ]

    def answer(self, fill: Fill) -> Order:
        away = self._gap if fill.side is Side.BUY else -self._gap
        return self._order(fill.side.opposite, fill.price + away)

    def deliver(self, events: Sequence[VenueEvent]) -> bool:
        self.told += 1
        self._wanted += [self.answer(event.fill) for event in events if isinstance(event, OrderFilled)]
        return bool(self._wanted)

    async def settled(self) -> None:
        assert self.venue is not None
        while self._wanted:
            await self.venue.place(self._wanted.pop())

    def _order(self, side: Side, price: Decimal) -> Order:
        self._count += 1
        return order(f"o{self._count}", side, str(price), QUANTITY, symbol=self._symbol)


def show(what: str, count: int, seconds: float) -> None:
    sys.stdout.write(f"{what:<44}{count:>9,} in {seconds:6.2f} s  {count / seconds:>10,.0f}/s\n")


def bench_matching(recording: CandleRecording, first: Decimal, gap: Decimal) -> None:
    """The pure engine: no store, nobody told."""
    rules = rules_of("upbit", "XRP", "KRW", first, {})
    ladder = Ladder(first, gap, "BTC/KRW")
    balances = Balances({"KRW": Decimal(10**9), "BTC": Decimal(10**6)})
    traded = instrument(rules)
    engine = Matching(traded, Clearing(traded, balances, "aa", 0), (), MarketState(), 0, lambda _: False)
    for wanted in ladder.first:
        engine.place(wanted)
    walk = CandleWalk(recording, traded, participation=Decimal(1), is_volume_in_quote=False)
    steps = fills = 0
    started_s = time.perf_counter()
    while walk.next_at_ms() is not None:
        step = walk.step(engine)
        steps += 1
        if step.change:
            for fill in step.change.fills:
                fills += 1
                engine.place(ladder.answer(fill))
    show("steps, matching alone", steps, time.perf_counter() - started_s)
    sys.stdout.write(f"{'':<44}{fills:>9,} fills, {len(engine.book)} orders at the end\n")


async def bench_venue(path: Path, first: Decimal, gap: Decimal, folder: Path) -> None:
    """The whole venue: every step durable, everybody told."""
    account = replay_account(path, {"cash.KRW": "1000000000", "cash.XRP": "1000000"})
    venue = make_venue(account, folder)
    ladder = Ladder(first, gap, account.setting("symbol"))
    ladder.venue = venue
    await venue.connect(ladder)
    for wanted in ladder.first:
        await venue.place(wanted)
    started_s = time.perf_counter()
    await venue.run()
    show("steps, venue with its store", ladder.told, time.perf_counter() - started_s)
    await venue.close()


def bench_store(folder: Path) -> None:
    """Commits of the market's position alone."""
    for is_synchronous, count in ((False, COMMITS), (True, COMMITS // 20)):
        store = VenueStore("bench", folder / f"{is_synchronous}.sqlite", is_synchronous=is_synchronous)
        store.open("aa", {}, {})
        market, balances = MarketState(1, Decimal("3868.0"), Decimal("3868.0")), Balances({})
        started_s = time.perf_counter()
        for at in range(count):
            store.commit(None, balances, market, f"{at} 1 1")
        show(f"commits, {'power-safe' if is_synchronous else 'kill-safe'}", count, time.perf_counter() - started_s)
        store.close()


def main() -> None:
    install_decimal_context()
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    recording = read_recording(path)
    assert isinstance(recording, CandleRecording), "a recording of candles"
    first = Decimal(repr(recording.row(0)[1]))
    gap = Decimal(5)
    # Next to the recordings' repository, not in /tmp: that may be memory, which syncs in no time.
    with tempfile.TemporaryDirectory(dir=ROOT.parent) as folder:
        bench_matching(recording, first, gap)
        asyncio.run(bench_venue(path, first, gap, Path(folder)))
        bench_store(Path(folder))


if __name__ == "__main__":
    main()
