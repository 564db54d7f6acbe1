"""Market data on its way to the history: never in anybody's way, and in batches."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from engine.domain.market import (
    Candle,
    FundingRate,
    FxRate,
    IndicatorValues,
    OrderBook,
    PublicTrade,
    Quote,
    Recorded,
    Spread,
)
from engine.errors import StorageError
from storage.database import Database
from storage.recording import targets
from storage.recording.lanes import (
    CandleLane,
    FoldingLane,
    Lane,
    QueueLane,
    funding_key,
    indicator_key,
    rate_key,
    spread_key,
)
from storage.recording.writing import RowWriter

#: Quotes that wait at most; beyond, the oldest is dropped and counted. 20,000 are about 5 MB.
MOST_QUOTES = 20_000
#: Order books likewise: one with a hundred levels is some 20 KB.
MOST_BOOKS = 2_000
#: Facts (candles, prints, spreads, rates) are never dropped. When so many wait, the database has been away for long:
#: quotes and books give way to them altogether, and the number is logged.
MANY_FACTS = 200_000
WRITE_EVERY_S = 1.0
BATCH = 10_000

log = logging.getLogger(__name__)


class PostgresRecorder:
    """`engine.ports.MarketRecorder`. Used on the loop of its database; `record` only appends.

    Facts are never dropped: of one bar, spread or rate only its newest form waits. Quotes and order books are dropped
    first, oldest first, and counted in `dropped_quotes`; `refused_rows` counts what no table takes.
    """

    def __init__(
        self,
        database: Database,
        *,
        most_quotes: int = MOST_QUOTES,
        most_books: int = MOST_BOOKS,
        many_facts: int = MANY_FACTS,
        write_every_s: float = WRITE_EVERY_S,
    ) -> None:
        self._writer = RowWriter(database)
        self._many_facts = many_facts
        self._every_s = write_every_s
        self._facts: dict[type, Lane] = {
            Candle: CandleLane(targets.CANDLES),
            Spread: FoldingLane(targets.SPREADS, spread_key),
            FxRate: FoldingLane(targets.FX_RATES, rate_key),
            FundingRate: FoldingLane(targets.FUNDING_RATES, funding_key),
            IndicatorValues: FoldingLane(targets.TECHNICAL_INDICATORS, indicator_key),
            PublicTrade: QueueLane(targets.TRANSACTIONS),
        }
        self._quotes: dict[type, QueueLane] = {
            OrderBook: QueueLane(targets.ORDERBOOKS, most_books),
            Quote: QueueLane(targets.TICKERS, most_quotes),
        }
        self._own_candles = CandleLane(targets.REPLAYED_CANDLES)
        self._own_quotes = QueueLane(targets.REPLAYED_TICKERS, most_quotes)
        self._add: dict[type, Callable[[Any], None]] = {
            **{kind: lane.add for kind, lane in self._facts.items()},
            **{kind: partial(self._add_quote, lane) for kind, lane in self._quotes.items()},
        }
        self._flying = 0
        self._writing: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._stopping = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Rows that are not written yet."""
        return self._flying + sum(len(lane) for lane in self._lanes())

    @property
    def dropped_quotes(self) -> int:
        """Quotes and order books that gave way."""
        return sum(lane.dropped for lane in self._lanes())

    @property
    def refused_rows(self) -> int:
        """Rows that no table takes."""
        return self._writer.refused

    def start(self) -> None:
        """Write in the background from now on."""
        self._writing = asyncio.create_task(self._write_on(), name="market recorder")

    def record(self, event: Recorded, *, in_own_time: bool = False) -> None:
        """Take it for the history; returns at once. Of a market in its own time candles and quotes are kept."""
        if in_own_time:
            if isinstance(event, Candle):
                self._own_candles.add(event)
            elif isinstance(event, Quote):
                self._own_quotes.add(event)
            return
        self._add[type(event)](event)

    async def flush(self) -> None:
        """Write what waits now. Raises StorageUnavailable; then nothing is lost, and it can be asked again."""
        async with self._turn:
            for lane in self._lanes():
                while len(lane):
                    await self._flush_lane(lane)

    async def close(self) -> None:
        """Stop writing in the background, write the rest if the database answers."""
        if self._writing is not None:
            # Not cancelled: a batch that is on its way is let through.
            self._stopping.set()
            await self._writing
            self._writing = None
        try:
            await self.flush()
        except StorageError as error:
            log.warning("%d rows of market data were not written: %s", self.waiting, error)

    async def _write_on(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every_s)
            try:
                await self.flush()
            except StorageError as error:
                log.warning("Market data waits (%d rows): %s", self.waiting, error)
                if self._waiting_facts() > self._many_facts:
                    log.warning("More than %d rows wait in memory for the database.", self._many_facts)

    async def _flush_lane(self, lane: Lane) -> None:
        events = lane.take()
        self._flying = len(events)
        is_fact = not isinstance(lane, QueueLane) or lane is self._facts[PublicTrade]
        written = 0
        try:
            async with self._writer.session(lane.target, waits_for_disk=is_fact) as session:
                while written < len(events):
                    batch = events[written : written + BATCH]
                    await session.write(batch)
                    written += len(batch)
                    self._flying = len(events) - written
        finally:
            self._flying = 0
            if written < len(events):
                lane.put_back(events[written:])

    def _add_quote(self, lane: QueueLane, event: Quote | OrderBook) -> None:
        if self._waiting_facts() < self._many_facts:
            lane.add(event)
            return
        for each in self._quotes.values():
            each.give_way()
        lane.dropped += 1

    def _waiting_facts(self) -> int:
        return self._flying + sum(len(lane) for lane in self._facts.values())

    def _lanes(self) -> tuple[Lane, ...]:
        return (*self._facts.values(), self._own_candles, *self._quotes.values(), self._own_quotes)
