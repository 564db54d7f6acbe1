"""Recorded candles as a path of prices, one step at a time, resumable after any step."""

from dataclasses import dataclass
from decimal import Decimal

from engine.domain.instrument import Instrument
from engine.domain.market import Candle
from engine.domain.money import ZERO
from engine.venues.clearing import Change
from engine.venues.market import Step, present_quote
from engine.venues.matching import Matching
from engine.venues.recording import CandleRecording
from engine.venues.tape import instant

LAST_LEG = 3


@dataclass(frozen=True, slots=True)
class Path:
    """A candle as the four prices it is walked through, and the base volume recorded for it."""

    opened_at_ms: int
    points: tuple[Decimal, Decimal, Decimal, Decimal]
    volume: Decimal


class CandleWalk:
    """A `Market` of recorded candles.

    Its position is "candle leg arrived": leg 0 is the jump to the open, legs 1 to 3 lead to the other points of the
    path; `arrived` is 0 while the path stands at an order on its way to that point. All fills of one jump are one step.
    """

    def __init__(
        self,
        recording: CandleRecording,
        instrument: Instrument,
        *,
        participation: Decimal,
        is_volume_in_quote: bool,
    ) -> None:
        self._recording = recording
        self._instrument = instrument
        self._participation = participation
        self._is_volume_in_quote = is_volume_in_quote
        self._quarter_ms = recording.timeframe_s * 250
        self._candle, self._leg, self._has_arrived = -1, LAST_LEG, True
        self._path: Path | None = None

    @property
    def position(self) -> str:
        return f"{self._candle} {self._leg} {int(self._has_arrived)}" if self._candle >= 0 else ""

    def restore(self, position: str) -> None:
        """Go on from where a stored position says; "" is the beginning. Raises ValueError for another market's word."""
        if not position:
            return
        candle, leg, arrived = (int(part) for part in position.split())
        if not (0 <= candle < len(self._recording) and 0 <= leg <= LAST_LEG and arrived in (0, 1)):
            raise ValueError(f"{position!r} is no place in this recording")
        self._candle, self._leg, self._has_arrived = candle, leg, bool(arrived)
        self._path = self._path_of(candle)

    @property
    def usual_ms(self) -> int:
        return self._quarter_ms

    def first_at_ms(self) -> int:
        return self._recording.opened_at_ms(0)

    def next_at_ms(self) -> int | None:
        """Market time of the next step, None when the recording is over."""
        candle, leg = self._next_point()
        if candle >= len(self._recording):
            return None
        return self._recording.opened_at_ms(candle) + leg * self._quarter_ms

    def step(self, matching: Matching) -> Step:
        """Move to the next order on the path, or to its next point."""
        candle, self._leg = self._next_point()
        if candle != self._candle or self._path is None:
            self._candle, self._path = candle, self._path_of(candle)
        matching.move_time(self._path.opened_at_ms + self._leg * self._quarter_ms)
        target = self._path.points[self._leg]
        change: Change | None
        if self._leg == 0:
            matching.set_volume(self._path.volume * self._participation)
            change, self._has_arrived = matching.jump(target), True
        else:
            change, self._has_arrived = matching.move(target)
        quote = present_quote(self._instrument, matching.market)
        assert quote is not None, "a path has a price"
        if self._has_arrived and self._leg == LAST_LEG:
            return Step(change, (quote, self._closed_candle(candle)))
        return Step(change, (quote,))

    def recent_candles(self, most: int) -> tuple[Candle, ...]:
        """The last closed candles up to the present position, oldest first."""
        end = self._candle + (1 if self._leg == LAST_LEG and self._has_arrived else 0)
        return tuple(self._closed_candle(at) for at in range(max(0, end - most), end))

    def _next_point(self) -> tuple[int, int]:
        if not self._has_arrived:
            return self._candle, self._leg
        return (self._candle + 1, 0) if self._leg == LAST_LEG else (self._candle, self._leg + 1)

    def _path_of(self, candle: int) -> Path:
        opened_at_ms, open_, high, low, close, volume = self._recording.row(candle)
        # The shortest text of a double is the number that was recorded; its binary expansion is not.
        first, top, bottom, last, amount = (Decimal(repr(x)) for x in (open_, high, low, close, volume))
        points = (first, bottom, top, last) if last >= first else (first, top, bottom, last)
        return Path(opened_at_ms, points, amount / first if self._is_volume_in_quote and amount > ZERO else amount)

    def _closed_candle(self, candle: int) -> Candle:
        opened_at_ms, open_, high, low, close, volume = self._recording.row(candle)
        base = volume / open_ if self._is_volume_in_quote else volume
        instrument = self._instrument
        return Candle(
            instrument.venue, instrument.symbol, self._recording.timeframe_s, instant(opened_at_ms),
            open_, high, low, close, base,
        )  # fmt: skip
