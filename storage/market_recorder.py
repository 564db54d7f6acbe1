"""Market data on its way to the history: never in anybody's way, and in batches."""

import asyncio
import contextlib
import logging
from collections import deque

from engine.domain.market import Candle, Quote
from engine.errors import StorageError
from storage.database import Database

#: Quotes that wait at most; beyond, the oldest is dropped and counted. 20,000 are about 5 MB.
MOST_QUOTES = 20_000
#: Candles are folded by their key, so what waits is bounded by instruments and minutes, not by updates. Beyond this
#: many the database has been away for days of a hundred markets; the number is logged, and nothing is dropped.
MANY_CANDLES = 200_000
WRITE_EVERY_S = 1.0
BATCH = 10_000

TICKER_COLUMNS = ("venue", "symbol", "timestamp", "bid_price", "ask_price")
CANDLES = """
    INSERT INTO candles (venue, symbol, timeframe_s, timestamp, open_price, high_price, low_price, close_price, volume,
        is_closed)
    SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::float8[], $6::float8[],
        $7::float8[], $8::float8[], $9::float8[], $10::boolean[])
    ON CONFLICT (venue, symbol, timeframe_s, timestamp) DO UPDATE SET open_price = EXCLUDED.open_price,
        high_price = EXCLUDED.high_price, low_price = EXCLUDED.low_price, close_price = EXCLUDED.close_price,
        volume = EXCLUDED.volume, is_closed = EXCLUDED.is_closed
    WHERE EXCLUDED.is_closed OR NOT candles.is_closed
"""

log = logging.getLogger(__name__)


class PostgresRecorder:
    """`engine.ports.MarketRecorder`. Used on the loop of its database; `record` only appends.

    Candles are never dropped: of one bar only its newest form waits. Quotes are dropped first, oldest first, and
    counted in `dropped_quotes`.
    """

    def __init__(
        self, database: Database, *, most_quotes: int = MOST_QUOTES, write_every_s: float = WRITE_EVERY_S
    ) -> None:
        self._database = database
        self._most_quotes = most_quotes
        self._every_s = write_every_s
        self._candles: dict[tuple[object, ...], Candle] = {}
        self._quotes: deque[Quote] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._stopping = asyncio.Event()
        self.dropped_quotes = 0

    @property
    def waiting(self) -> int:
        """Candles and quotes that are not written yet."""
        return len(self._candles) + len(self._quotes)

    def start(self) -> None:
        """Write in the background from now on."""
        self._writing = asyncio.create_task(self._write_on(), name="market recorder")

    def record(self, event: Candle | Quote) -> None:
        """Take it for the history; returns at once."""
        if isinstance(event, Quote):
            if len(self._quotes) >= self._most_quotes:
                self._quotes.popleft()
                self.dropped_quotes += 1
            self._quotes.append(event)
            return
        key = (event.venue, event.symbol, event.timeframe_s, event.opened_at)
        older = self._candles.get(key)
        if older is None or event.is_closed or not older.is_closed:
            self._candles[key] = event

    async def flush(self) -> None:
        """Write what waits now. Raises StorageUnavailable; then nothing is lost, and it can be asked again."""
        async with self._turn:
            while self._candles:
                await self._write_candles(list(self._candles.values())[:BATCH])
            while self._quotes:
                await self._write_quotes([self._quotes.popleft() for _ in range(min(len(self._quotes), BATCH))])

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
            log.warning("%d candles and quotes were not written: %s", self.waiting, error)

    async def _write_on(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every_s)
            try:
                await self.flush()
            except StorageError as error:
                log.warning("Market data waits (%d rows): %s", self.waiting, error)
                if len(self._candles) > MANY_CANDLES:
                    log.warning("More than %d candles wait in memory for the database.", MANY_CANDLES)

    async def _write_candles(self, candles: list[Candle]) -> None:
        columns = [list(column) for column in zip(*map(_candle_row, candles), strict=True)]
        async with self._database.question() as connection:
            await connection.execute(CANDLES, *columns)
        for candle in candles:
            key = (candle.venue, candle.symbol, candle.timeframe_s, candle.opened_at)
            # A newer form of the bar may have come while this one was written.
            if self._candles.get(key) is candle:
                del self._candles[key]

    async def _write_quotes(self, quotes: list[Quote]) -> None:
        rows = [(quote.venue, quote.symbol, quote.at, float(quote.bid), float(quote.ask)) for quote in quotes]
        try:
            async with self._database.question() as connection:
                # Quotes need not survive the last half second before a power cut; all else waits for the disk.
                await connection.execute("SET synchronous_commit = off")
                await connection.copy_records_to_table("tickers", records=rows, columns=TICKER_COLUMNS)
        except BaseException:
            room = self._most_quotes - len(self._quotes)
            self.dropped_quotes += max(0, len(quotes) - room)
            self._quotes.extendleft(reversed(quotes[max(0, len(quotes) - room) :]))
            raise


def _candle_row(candle: Candle) -> tuple[object, ...]:
    return (
        candle.venue, candle.symbol, candle.timeframe_s, candle.opened_at, candle.open, candle.high, candle.low,
        candle.close, candle.volume, candle.is_closed,
    )  # fmt: skip
