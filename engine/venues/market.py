"""What drives a matching engine whose market time we own: recorded or invented, one resumable step at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.domain.instrument import Instrument
from engine.domain.market import Candle, Quote
from engine.domain.messages import MarketEvent
from engine.venues.clearing import Change
from engine.venues.matching import MarketState, Matching
from engine.venues.tape import instant


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: what to make durable, and what to tell after the fills."""

    change: Change | None
    events: Sequence[MarketEvent]


class Market(Protocol):
    """A market that moves only when it is told to. The same position and the same orders give the same next step."""

    @property
    def position(self) -> str:
        """Where it stands, in its own words, to be stored with the step's change."""
        ...

    def restore(self, position: str) -> None: ...

    @property
    def usual_ms(self) -> int:
        """Two steps further apart than this have a gap between them."""
        ...

    def first_at_ms(self) -> int:
        """Market time of the very first step."""
        ...

    def next_at_ms(self) -> int | None:
        """Market time of the next step; None when there is none."""
        ...

    def step(self, matching: Matching) -> Step:
        """Do the next step. Only called when there is one."""
        ...

    def recent_candles(self, most: int) -> Sequence[Candle]:
        """The last closed candles, oldest first, at most `most`."""
        ...


def present_quote(instrument: Instrument, market: MarketState) -> Quote | None:
    """The quote that the market shows now, None before its first price."""
    if market.bid is None or market.ask is None:
        return None
    return Quote(instrument.venue, instrument.symbol, market.bid, market.ask, instant(market.at_ms))
