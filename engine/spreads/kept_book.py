"""One market's book as it was last told. Frames are kept as they come; decimals are made when somebody looks."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, overload

from engine.domain.money import ONE
from engine.spreads.frames import STRANGE, BookWord, Level, Row
from engine.venues.tape import EPOCH

Decoder = Callable[[Sequence[Row]], Iterator[Level]]
#: Levels of a side that are told to whoever wants a whole book.
MOST_LEVELS = 20
NEVER = EPOCH


class Side(Sequence[Level]):
    """One side, best first, made as far as somebody reads. Sizes in base: `contract` base for each unit told.

    Reading raises an error of STRANGE at a level that is none, and again each time.
    """

    def __init__(self, rows: Sequence[Row], decode: Decoder, contract: Decimal) -> None:
        self._left = decode(rows)
        self._contract = contract
        self._made: list[Level] = []
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[Level]:
        at = 0
        while at < len(self._made) or self._make():
            yield self._made[at]
            at += 1

    def __len__(self) -> int:
        while self._make():
            pass
        return len(self._made)

    def __bool__(self) -> bool:
        return bool(self._made) or self._make()

    @overload
    def __getitem__(self, at: int) -> Level: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Level]: ...
    def __getitem__(self, at: int | slice) -> Level | Sequence[Level]:
        wanted = at.stop if isinstance(at, slice) else at + 1
        while (wanted is None or wanted < 0 or len(self._made) < wanted) and self._make():
            pass
        return self._made[at]

    def _make(self) -> bool:
        if self._error is not None:
            raise self._error
        try:
            return self._made_next()
        except STRANGE as error:
            # What made them has ended with it: whoever reads again must not take the rest for the whole.
            self._error = error
            raise

    def _made_next(self) -> bool:
        for price, size in self._left:
            # A level with nothing on it is none; exchanges fill up short books with them.
            if size > 0:
                self._made.append((price, size if self._contract == ONE else size * self._contract))
                return True
        return False


class KeptBook:
    """Of an exchange that tells the whole book each time. `heard_s` is our steady clock at the last frame, or when
    somebody last found that nothing had changed, `heard_at` the same by the wall clock; 0 while there is no book.
    """

    def __init__(self, bids: Decoder, asks: Decoder, contract: Decimal = ONE) -> None:
        self._decoders = (bids, asks)
        self._contract = contract
        self._rows: tuple[Sequence[Row], Sequence[Row]] = ((), ())
        self._sides: tuple[Side, Side] | None = None
        self.heard_s = 0.0
        self.heard_at = NEVER
        self.told_ms: int | None = None
        self.sequence: int | None = None
        self.frames = 0
        self.has_gap = False

    @property
    def is_there(self) -> bool:
        return self.heard_s > 0

    def take(self, word: BookWord, now_s: float, now: datetime) -> bool:
        """A frame came; False for one that is older than what is kept, or that cannot be put to it."""
        if self.sequence is not None and word.sequence < self.sequence:
            return False
        self._rows = (word.bids, word.asks)
        return self._taken(word, now_s, now)

    def confirm(self, now_s: float, now: datetime) -> None:
        """Somebody asked, and the book is still this one."""
        self.heard_s, self.heard_at = now_s, now

    def forget(self) -> None:
        """What is kept says nothing of now: the line was lost."""
        self._rows, self._sides, self.sequence, self.has_gap = ((), ()), None, None, False
        self.heard_s, self.heard_at, self.told_ms = 0.0, NEVER, None

    def sides(self) -> tuple[Side, Side]:
        """Bids and asks. Reading them raises an error of STRANGE where a level is none."""
        if self._sides is None:
            bids, asks = self._written()
            self._sides = (
                Side(bids, self._decoders[0], self._contract), Side(asks, self._decoders[1], self._contract),
            )  # fmt: skip
        return self._sides

    def best(self) -> tuple[Decimal, Decimal] | None:
        """Best bid and ask, None where there are not both or they cannot be read."""
        try:
            bids, asks = self.sides()
            return (bids[0][0], asks[0][0]) if bids and asks else None
        except STRANGE:
            return None

    def _written(self) -> tuple[Sequence[Row], Sequence[Row]]:
        return self._rows

    def _taken(self, word: BookWord, now_s: float, now: datetime) -> bool:
        self._sides = None
        self.sequence, self.told_ms = word.sequence, word.told_ms
        self.heard_s, self.heard_at = now_s, now
        self.frames += 1
        return True


class ChangingBook(KeptBook):
    """Of an exchange that tells a snapshot and then what differs (OKX). A frame that does not follow the one before is
    a gap: the book is none any more, until a snapshot comes.
    """

    def __init__(self, bids: Decoder, asks: Decoder, contract: Decimal = ONE) -> None:
        super().__init__(bids, asks, contract)
        self._bids, self._asks = _Ordered(-1), _Ordered(1)

    def take(self, word: BookWord, now_s: float, now: datetime) -> bool:
        if word.follows is None:
            self._bids.fill(word.bids)
            self._asks.fill(word.asks)
            self.has_gap = False
            return self._taken(word, now_s, now)
        if self.has_gap or not self.is_there:
            return False
        if word.follows != self.sequence:
            self.forget()
            self.has_gap = True
            return False
        # After its maintenance the numbers may begin anew; then too the frame names the one before it.
        self._bids.change(word.bids)
        self._asks.change(word.asks)
        return self._taken(word, now_s, now)

    def forget(self) -> None:
        super().forget()
        self._bids.fill(())
        self._asks.fill(())

    def _written(self) -> tuple[Sequence[Row], Sequence[Row]]:
        return self._bids.best(MOST_LEVELS), self._asks.best(MOST_LEVELS)


class _Ordered:
    """Rows of one side in order of their price; `sign` -1 puts the highest first."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._keys: list[float] = []
        self._rows: dict[float, Any] = {}

    def fill(self, rows: Sequence[Row]) -> None:
        # A price as a double is only a place in the order; two prices never share one.
        self._rows = {self._sign * float(row[0]): row for row in rows}
        self._keys = sorted(self._rows)

    def change(self, rows: Sequence[Row]) -> None:
        """Size 0 takes a level away."""
        for row in rows:
            key = self._sign * float(row[0])
            if float(row[1]) == 0:
                if self._rows.pop(key, None) is not None:
                    del self._keys[bisect_left(self._keys, key)]
            else:
                if key not in self._rows:
                    insort(self._keys, key)
                self._rows[key] = row

    def best(self, most: int) -> list[Row]:
        return [self._rows[key] for key in self._keys[:most]]
