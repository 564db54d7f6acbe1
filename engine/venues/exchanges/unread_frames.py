"""Frames of an account's streams that cannot be read: counted, one of them is logged, and many of them are told."""

import logging
from collections.abc import Callable, Sequence

from engine.domain.live_messages import FramesUnread
from engine.domain.messages import VenueEvent
from engine.venues.clock import Clock

log = logging.getLogger(__name__)

#: One is an accident of the line. With so many the exchange speaks otherwise than we know, and a person must look.
ALARM_AT = 10


class UnreadFrames:
    """Of one account for one life of its lines. `tell` takes the alarm: at the tenth, the hundredth and so on."""

    def __init__(
        self, account_id: str, exchange: str, clock: Clock, tell: Callable[[Sequence[VenueEvent]], None]
    ) -> None:
        self._account_id = account_id
        self._exchange = exchange
        self._clock = clock
        self._tell = tell
        self._alarm_at = ALARM_AT
        self.count = 0

    def note(self, frame: object, error: Exception) -> None:
        """One more, and why."""
        self.count += 1
        if self.count == 1:
            log.warning("%s: a frame cannot be read (%s): %.300s", self._exchange, error, frame)
        if self.count == self._alarm_at:
            self._alarm_at *= 10
            self._tell((FramesUnread(self._account_id, self.count, self._clock.now()),))
