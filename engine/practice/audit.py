"""What the exchange was asked, line by line: for people, and for whoever wants to prove that nobody traded twice."""

import json
from pathlib import Path
from typing import IO

from engine.domain import phrases
from engine.domain.codec import Json
from engine.domain.sentences import say
from engine.errors import VenueUnavailable
from engine.venues.clock import Clock


class Audit:
    """JSON lines, in the order in which the exchange took the requests; each is written before it is dealt with.

    A line outlives the kill of the program, not a power cut. The file grows without bound: it is the whole truth.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._file: IO[str] | None = None

    def open(self) -> None:
        """Go on at the end of the file. Raises VenueUnavailable."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # A kill may have left half a line; what follows begins on one of its own.
            is_torn = self._path.exists() and self._path.read_bytes()[-1:] not in (b"", b"\n")
            self._file = self._path.open("a", encoding="utf-8")
            if is_torn:
                self._file.write("\n")
        except OSError as error:
            raise self._broken(error) from error

    def note(self, **words: Json) -> None:
        """One line with the time of the machine. Raises VenueUnavailable when it cannot be written."""
        if self._file is None:
            raise self._broken(OSError("it is closed"))
        row = {"at": self._clock.now().isoformat(timespec="microseconds"), **words}
        try:
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise self._broken(error) from error

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _broken(self, error: OSError) -> VenueUnavailable:
        cause = error.strerror or str(error)
        return VenueUnavailable(say(phrases.PRACTICE_AUDIT_BROKEN, file=str(self._path), cause=cause))
