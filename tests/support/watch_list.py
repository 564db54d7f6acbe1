"""A list of watched pairs and a recorder in memory, for tests of the spread desk without a database."""

from collections.abc import Iterable, Sequence

from engine.domain.market import FxRate, Recorded, Spread
from engine.domain.premium import Pair
from engine.domain.watching import WatchedPair


class PairsInMemory:
    """`engine.ports.WatchedPairs`."""

    def __init__(self, pairs: Iterable[WatchedPair] = ()) -> None:
        self.pairs = {each.pair: each for each in pairs}

    async def watched(self) -> Sequence[WatchedPair]:
        return sorted(self.pairs.values(), key=lambda each: (each.pair.base, each.pair.home_venue))

    async def watch(self, watched: WatchedPair) -> None:
        self.pairs[watched.pair] = watched

    async def unwatch(self, pair: Pair) -> bool:
        return self.pairs.pop(pair, None) is not None


class Records:
    """`engine.ports.MarketRecorder`, which keeps all it is given."""

    def __init__(self) -> None:
        self.all: list[Recorded] = []

    def record(self, event: Recorded, *, in_own_time: bool = False) -> None:
        assert not in_own_time
        self.all.append(event)

    async def flush(self) -> None:
        """Nothing waits."""

    @property
    def spreads(self) -> list[Spread]:
        return [each for each in self.all if isinstance(each, Spread)]

    @property
    def rates(self) -> list[FxRate]:
        return [each for each in self.all if isinstance(each, FxRate)]
