"""The recorded series: how long one part of each spans, and how long a row is kept when nobody says otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
#: A "month" of four weeks: parts stay aligned with weeks, and their bounds need no calendar.
FOUR_WEEKS = timedelta(days=28)
#: A Monday; every part and every bucket begins a whole number of its own spans from here.
ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)
#: The schema of the parts. Apart from our tables, so that nobody takes a part for one of them.
PARTS = "partitions"


@dataclass(frozen=True, slots=True)
class Series:
    """One table over time. `step` is what one part spans, `ahead` how far parts are made before their time.

    `key` are the columns that name what is measured, for compression: rows of one key are stored side by side.
    `keep_days` is what the customer's documents ask for; 0 would be for ever.
    """

    name: str
    step: timedelta
    keep_days: int
    key: tuple[str, ...]

    @property
    def ahead(self) -> timedelta:
        """The job comes every ten minutes; what a desk that was off writes first waits in the default part."""
        return self.step if self.step > DAY else 3 * DAY

    def part_start(self, at: datetime) -> datetime:
        """Where the part that an instant falls into begins."""
        return ORIGIN + (at - ORIGIN) // self.step * self.step

    def part_name(self, start: datetime) -> str:
        """The part that begins there, without its schema."""
        return f"{self.name}_{start:%Y%m%d}"

    @property
    def default_part(self) -> str:
        """Where rows go whose part is not made: late ones, and those from a clock that is wrong."""
        return f"{self.name}_default"

    def starts(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """The beginnings of all parts from the one that holds `since` to the one that holds `until`."""
        start = self.part_start(since)
        while start <= until:
            yield start
            start += self.step


SERIES: tuple[Series, ...] = (
    Series("tickers", WEEK, 30, ("venue", "symbol")),
    Series("orderbooks", DAY, 30, ("venue", "symbol")),
    Series("transactions", DAY, 30, ("venue", "symbol")),
    Series("candles", WEEK, 30, ("venue", "symbol", "timeframe_s")),
    Series("technical_indicators", WEEK, 30, ("venue", "symbol", "timeframe_s")),
    Series("spreads", WEEK, 90, ("symbol", "won_venue", "foreign_venue")),
    Series("fx_rates", FOUR_WEEKS, 180, ("pair", "source")),
    Series("funding_rates", FOUR_WEEKS, 365, ("venue", "symbol")),
)
BY_NAME: Mapping[str, Series] = {series.name: series for series in SERIES}


@dataclass(frozen=True, slots=True)
class Frame:
    """A view of candles put together from those of one minute. `span` of one bucket; `interval` the same for SQL."""

    view: str
    span: timedelta
    interval: str

    @property
    def timeframe_s(self) -> int:
        return int(self.span.total_seconds())


FRAMES: tuple[Frame, ...] = (
    Frame("candles_3m", timedelta(minutes=3), "3 minutes"),
    Frame("candles_5m", timedelta(minutes=5), "5 minutes"),
    Frame("candles_15m", timedelta(minutes=15), "15 minutes"),
    Frame("candles_30m", timedelta(minutes=30), "30 minutes"),
    Frame("candles_1h", timedelta(hours=1), "1 hour"),
    Frame("candles_2h", timedelta(hours=2), "2 hours"),
    Frame("candles_4h", timedelta(hours=4), "4 hours"),
    Frame("candles_6h", timedelta(hours=6), "6 hours"),
    Frame("candles_12h", timedelta(hours=12), "12 hours"),
    Frame("candles_1d", DAY, "1 day"),
    Frame("candles_1w", WEEK, "7 days"),
)


@dataclass(frozen=True, slots=True)
class SpreadFrame:
    """A view of spreads put together from their readings. `time` is the name of its column of bucket times."""

    view: str
    span: timedelta
    interval: str
    time: str = "timestamp"

    @property
    def bucket_s(self) -> int:
        return int(self.span.total_seconds())


HOUR = timedelta(hours=1)
#: Two hundred pairs put 288,000 minutes a day together; hours and days are kept for ever.
MINUTE_SPREADS, KEEP_MINUTE_SPREADS_DAYS = "spreads_1m", 400
#: By the name that the customer's documents give it.
HOURLY_SPREADS = "hourly_spread_avg"
SPREAD_FRAMES: tuple[SpreadFrame, ...] = (
    SpreadFrame(MINUTE_SPREADS, timedelta(minutes=1), "1 minute"),
    SpreadFrame(HOURLY_SPREADS, HOUR, "1 hour", "hour"),
    SpreadFrame("spreads_1d", DAY, "1 day"),
)
#: Views that are rolled up, in the order in which they are made, by the series they are made of.
ROLLED_OF: Mapping[str, tuple[str, ...]] = {
    "candles": tuple(frame.view for frame in FRAMES),
    "spreads": tuple(frame.view for frame in SPREAD_FRAMES),
}
ROLLED: tuple[str, ...] = tuple(view for views in ROLLED_OF.values() for view in views)

#: Columns of `technical_indicators` after its key.
INDICATORS = (
    "ma_5", "ma_10", "ma_20", "ma_50", "ma_100", "ma_200",
    "ema_8", "ema_13", "ema_21", "ema_50", "ema_200",
    "rsi_14", "stochastic_k", "stochastic_d", "macd_line", "macd_signal", "macd_histogram", "cci_20",
    "atr_14", "bollinger_upper", "bollinger_middle", "bollinger_lower",
    "keltner_upper", "keltner_middle", "keltner_lower",
    "volume_ma_20", "obv", "vwap",
)  # fmt: skip
