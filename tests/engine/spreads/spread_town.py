"""A spread desk on exchanges of the loopback, whose markets move only when a test moves them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path

from engine.domain.arbitrage_messages import MarketStatus
from engine.domain.arbitrage_views import PremiumView
from engine.domain.market import FxRate, OrderBook
from engine.domain.premium import Pair
from engine.domain.sentences import Sentence
from engine.domain.watching import WatchedPair
from engine.spreads.desk import Needs, SpreadDesk, Told
from engine.spreads.line_keeper import FeedTiming
from engine.spreads.reckoning import LegBook
from engine.spreads.settings import SpreadSettings
from tests.support.exchange.core import Exchange
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.town import Town, build
from tests.support.exchange.values import Side
from tests.support.waiting import wait_until_async
from tests.support.watch_list import PairsInMemory, Records

D = Decimal
#: Everything that takes seconds in earnest.
QUICK = FeedTiming(quiet_s=0.5, look_s=0.05, grace_s=3.0, list_s=0.5, funding_s=0.3)
PATIENCE_S = 60.0
LEVELS = 15
KOREAN = ("upbit", "bithumb")


@dataclass
class Kernel:
    """`engine.spreads.desk.DeskSide` that keeps what it is told."""

    wanted: Needs = field(default_factory=Needs)
    fees: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def needs(self) -> Needs:
        return self.wanted

    def fee_of(self, exchange: str, symbol: str) -> Decimal | None:
        return self.fees.get((exchange, symbol))

    def tell(self, told: Sequence[Told]) -> None:
        self.told += told

    def shown(self) -> None:
        """Nobody looks."""

    def books(self, venue: str) -> list[OrderBook]:
        return [each for each in self.told if isinstance(each, OrderBook) and each.venue == venue]

    def rates(self) -> list[FxRate]:
        return [each for each in self.told if isinstance(each, FxRate)]

    def statuses(self) -> list[MarketStatus]:
        return [each for each in self.told if isinstance(each, MarketStatus)]


@dataclass
class SpreadTown:
    """`pairs` is the list as it is stored, `records` what the history was given, `kernel` what the kernel was told."""

    town: Town
    desk: SpreadDesk
    pairs: PairsInMemory
    records: Records
    kernel: Kernel

    def core(self, exchange: str) -> Exchange:
        return self.town.exchanges[exchange]

    def move(self, *exchanges: str) -> None:
        """Every market of them takes a step."""
        for name in exchanges or self.town.exchanges:
            for player in self.town.players[name]:
                player.step()

    def level(self, exchange: str, symbol: str, side: Side, price: Decimal, size: Decimal) -> None:
        """So much of others' stands at a price now, in units of the market's sizes."""
        Strangers(self.core(exchange)).set_level(symbol, side, price, size)

    def row(self, pair: Pair) -> PremiumView:
        found = next((row for row in self.desk.view().rows if row.pair == pair), None)
        assert found is not None, f"{pair} is on the board"
        return found

    def trouble(self, pair: Pair) -> str:
        """Why a pair has no premium, as a template; "" where it has one, or is not there."""
        found = next((row for row in self.desk.view().rows if row.pair == pair), None)
        return "" if found is None or found.trouble is None else found.trouble.template

    def leg(self, exchange: str, symbol: str) -> LegBook | Sentence:
        return self.desk.books.leg(exchange, symbol)

    def is_right(self, exchange: str, symbol: str, levels: int = LEVELS) -> bool:
        """Whether the desk's book is the exchange's own, to the last digit."""
        core = self.core(exchange)
        book, listing = core.book(symbol, levels), core.listing(symbol)
        assert listing is not None
        leg = self.leg(exchange, symbol)
        if isinstance(leg, Sentence):
            return False
        return [tuple(side[:levels]) for side in (leg.bids, leg.asks)] == [
            tuple((price, size * listing.contract_size) for price, size in side) for side in (book.bids, book.asks)
        ]

    async def until_right(self, *markets: tuple[str, str]) -> None:
        for exchange, symbol in markets:
            what = f"{exchange}'s own book of {symbol}; last: {self.leg(exchange, symbol)}"
            await self.until(partial(self.is_right, exchange, symbol), what)

    async def until(self, fact: Callable[[], object], what: str) -> None:
        await wait_until_async(fact, what=what, within_s=PATIENCE_S)


def symbol_on(exchange: str, base: str) -> str:
    return f"{base}/{'KRW' if exchange in KOREAN else 'USDT'}"


def markets(*exchanges: str, bases: Sequence[str] = ("QAA", "QAB")) -> list[tuple[str, str]]:
    return [(exchange, symbol_on(exchange, base)) for exchange in exchanges for base in bases]


def pair_of(home: str, foreign: str, base: str = "QAA") -> Pair:
    fx_pair = "" if foreign in KOREAN else "USDTKRW"
    return Pair(home, symbol_on(home, base), foreign, symbol_on(foreign, base), fx_pair)


def watched(home: str, foreign: str, base: str = "QAA", value: str = "1000000") -> WatchedPair:
    return WatchedPair(pair_of(home, foreign, base), value=D(value), fx_source=home)


@asynccontextmanager
async def spread_town(
    folder: Path,
    *names: str,
    pairs: Sequence[WatchedPair] = (),
    symbols: int = 2,
    settings: SpreadSettings | None = None,
    timing: FeedTiming = QUICK,
    kernel: Kernel | None = None,
) -> AsyncIterator[SpreadTown]:
    """A running desk; everything is given back at the end, and nobody else was asked."""
    town = build(folder, names, symbols=symbols, speed=None)
    listed, records, side = PairsInMemory(pairs), Records(), kernel or Kernel()
    async with town.server:
        desk = SpreadDesk(listed, records, town.server.route(), settings, timing=timing)
        running = asyncio.create_task(desk.run(side))
        try:
            yield SpreadTown(town, desk, listed, records, side)
            assert not running.done(), "the desk runs for ever"
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await wait_until_async(lambda: not town.server.lines, what="no line is left open", within_s=PATIENCE_S)
        assert town.server.strays == [], "only what is played here was asked"
