"""Where market data goes, as a protocol beside those of `ports`."""

from typing import Protocol

from engine.domain.market import Recorded


class MarketRecorder(Protocol):
    """Takes market data for the history. Never blocks: a bounded queue that drops quotes first and counts them."""

    def record(self, event: Recorded, *, in_own_time: bool = False) -> None:
        """Take an event. `in_own_time`: candles and quotes of a market whose clock is not ours: recorded, invented."""
        ...

    async def flush(self) -> None: ...
