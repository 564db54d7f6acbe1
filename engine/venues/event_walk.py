"""Recorded quotes and prints, one event at a time, resumable after any of them."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.instrument import Instrument
from engine.domain.market import Candle, OrderBook, PublicTrade, Quote
from engine.domain.messages import MarketEvent
from engine.venues.bars import MINUTE_MS, MinuteBars
from engine.venues.clearing import Change
from engine.venues.market import Step
from engine.venues.matching import Matching
from engine.venues.recording import EventRecording
from engine.venues.tape import Print, TopOfBook, instant


class EventWalk:
    """A `Market` of recorded events; its position is the number of events that have happened.

    A recording of prints alone has no quotes, so each print is the market: both sides stand at its price, with what is
    left of its quantity to trade against.
    """

    #: A minute without any event is a gap.
    usual_ms = MINUTE_MS

    def __init__(self, recording: EventRecording, instrument: Instrument, *, participation: Decimal) -> None:
        self._recording = recording
        self._instrument = instrument
        self._participation = participation
        self._bars = MinuteBars(instrument)
        self._next = 0

    @property
    def position(self) -> str:
        return str(self._next) if self._next else ""

    def restore(self, position: str) -> None:
        """Go on after as many events as a stored position says; raises ValueError for a place outside the recording."""
        if not position:
            return
        count = int(position)
        if not 0 < count <= len(self._recording):
            raise ValueError(f"{position!r} is no place in this recording")
        self._next = count
        # The minute under construction is in the recording, so it is read again rather than stored.
        begin = self._recording.ts.item(count - 1) // MINUTE_MS * MINUTE_MS
        for at in range(int(self._recording.ts[:count].searchsorted(begin)), count):
            event = self._recording.event(at)
            if isinstance(event, Print):
                self._bars.add(event.at_ms, float(event.price), float(event.quantity))

    def first_at_ms(self) -> int:
        return self._recording.ts.item(0)

    def next_at_ms(self) -> int | None:
        return self._recording.ts.item(self._next) if self._next < len(self._recording) else None

    def step(self, matching: Matching) -> Step:
        event = self._recording.event(self._next)
        self._next += 1
        return happen(
            event, matching, self._bars, self._participation, is_market=not self._recording.has_quotes
        )  # fmt: skip

    def recent_candles(self, most: int) -> tuple[Candle, ...]:  # noqa: ARG002 - they were told when they closed
        return ()


def happen(
    event: TopOfBook | Print, matching: Matching, bars: MinuteBars, participation: Decimal, *, is_market: bool = False
) -> Step:
    """One quote or print happens. `is_market`: prints are all there is, so a print is also the quote."""
    instrument = matching.instrument
    matching.move_time(event.at_ms)
    at = instant(event.at_ms)
    if isinstance(event, TopOfBook):
        shown = replace(
            event,
            bid_quantity=event.bid_quantity * participation,
            ask_quantity=event.ask_quantity * participation,
        )
        change: Change = matching.show(shown)
        venue, symbol = instrument.venue, instrument.symbol
        bids, asks = ((event.bid, event.bid_quantity),), ((event.ask, event.ask_quantity),)
        return Step(change, (Quote(venue, symbol, event.bid, event.ask, at), OrderBook(venue, symbol, bids, asks, at)))
    change, left = matching.trade(replace(event, quantity=event.quantity * participation))
    told: list[MarketEvent] = [
        PublicTrade(instrument.venue, instrument.symbol, event.price, event.quantity, event.side, at)
    ]
    if is_market:
        matching.stand_at(event.price, left)
        told.append(Quote(instrument.venue, instrument.symbol, event.price, event.price, at))
    closed = bars.add(event.at_ms, float(event.price), float(event.quantity))
    return Step(change, (*told, closed) if closed is not None else told)
