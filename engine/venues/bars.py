"""One-minute candles built from prints."""

from dataclasses import dataclass

from engine.domain.instrument import Instrument
from engine.domain.market import Candle
from engine.venues.tape import instant

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Bar:
    """A minute under construction, as text between spaces when stored."""

    opened_at_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    def __str__(self) -> str:
        return f"{self.opened_at_ms} {self.open!r} {self.high!r} {self.low!r} {self.close!r} {self.volume!r}"


class MinuteBars:
    """Adds prints up; the first print of a later minute closes the present one. Minutes without prints do not exist."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self.bar: Bar | None = None

    def restore(self, words: list[str]) -> None:
        """Go on with a bar stored as `str(bar)`, split; no words are no bar."""
        self.bar = Bar(int(words[0]), *(float(word) for word in words[1:])) if words else None

    def add(self, at_ms: int, price: float, quantity: float) -> Candle | None:
        """One print; the candle that it closes, if any."""
        opened_at_ms = at_ms - at_ms % MINUTE_MS
        bar = self.bar
        if bar is not None and bar.opened_at_ms == opened_at_ms:
            self.bar = Bar(
                opened_at_ms, bar.open, max(bar.high, price), min(bar.low, price), price, bar.volume + quantity
            )
            return None
        self.bar = Bar(opened_at_ms, price, price, price, price, quantity)
        return None if bar is None else self._candle(bar)

    def _candle(self, bar: Bar) -> Candle:
        return Candle(
            self._instrument.venue, self._instrument.symbol, MINUTE_MS // 1000, instant(bar.opened_at_ms),
            bar.open, bar.high, bar.low, bar.close, bar.volume,
        )  # fmt: skip
