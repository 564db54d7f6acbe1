"""How often a venue lets itself be asked: counts in windows, and bans for those who go on."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """`used` of `limit` in this window, this one included; when not allowed, `retry_after_s` is the way to wait."""

    is_allowed: bool
    used: int
    limit: int
    retry_after_s: int = 0
    is_ban: bool = False


class Windows:
    """Counts by key in windows that begin with the clock: the first millisecond of a minute is a new one."""

    def __init__(self, limit: tuple[int, int], now_ms: Callable[[], int]) -> None:
        self.limit, self.window_ms = limit
        self._now_ms = now_ms
        self._counts: dict[str, tuple[int, int]] = {}
        self.most = 0

    def take(self, key: str, weight: int = 1) -> Verdict:
        """Count it; what is refused counts as well."""
        now_ms = self._now_ms()
        window = now_ms // self.window_ms
        known, used = self._counts.get(key, (window, 0))
        used = (used if known == window else 0) + weight
        self._counts[key] = (window, used)
        self.most = max(self.most, used)
        if used <= self.limit:
            return Verdict(True, used, self.limit)
        wait_ms = (window + 1) * self.window_ms - now_ms
        return Verdict(False, used, self.limit, -(-wait_ms // 1000))

    def used(self, key: str) -> int:
        """In this window so far."""
        window, used = self._counts.get(key, (0, 0))
        return used if window == self._now_ms() // self.window_ms else 0


class Sliding:
    """Counts by key over the last window, whenever that began."""

    def __init__(self, limit: tuple[int, int], now_ms: Callable[[], int]) -> None:
        self.limit, self.window_ms = limit
        self._now_ms = now_ms
        self._times: dict[str, deque[int]] = defaultdict(deque)
        self.most = 0

    def take(self, key: str) -> Verdict:
        """What is refused does not count."""
        now_ms = self._now_ms()
        times = self._times[key]
        while times and times[0] <= now_ms - self.window_ms:
            times.popleft()
        if len(times) >= self.limit:
            wait_ms = times[0] + self.window_ms - now_ms
            return Verdict(False, len(times), self.limit, max(1, -(-wait_ms // 1000)))
        times.append(now_ms)
        self.most = max(self.most, len(times))
        return Verdict(True, len(times), self.limit)


class Gate:
    """Windows with bans: who goes on asking after a no, `patience` times, is banned, each time four times as long."""

    def __init__(self, windows: Windows, now_ms: Callable[[], int], *, patience: int = 5, ban_s: int = 120) -> None:
        self.windows = windows
        self._now_ms = now_ms
        self._patience = patience
        self._first_ban_s = ban_s
        self._noes: dict[str, int] = defaultdict(int)
        self._bans: dict[str, int] = {}
        self._next_ban_s: dict[str, int] = {}

    def take(self, key: str, weight: int = 1) -> Verdict:
        """Whether to answer."""
        now_ms = self._now_ms()
        until_ms = self._bans.get(key, 0)
        if until_ms > now_ms:
            return Verdict(False, 0, self.windows.limit, -(-(until_ms - now_ms) // 1000), is_ban=True)
        verdict = self.windows.take(key, weight)
        if verdict.is_allowed:
            self._noes.pop(key, None)
            return verdict
        self._noes[key] += 1
        if self._noes[key] > self._patience:
            return self.ban(key)
        return verdict

    def ban(self, key: str, seconds: int | None = None) -> Verdict:
        """From now on."""
        seconds = seconds or self._next_ban_s.get(key, self._first_ban_s)
        self._next_ban_s[key] = min(seconds * 4, 3 * 86_400)
        self._bans[key] = self._now_ms() + seconds * 1000
        self._noes.pop(key, None)
        return Verdict(False, 0, self.windows.limit, seconds, is_ban=True)

    def is_banned(self, key: str) -> bool:
        return self._bans.get(key, 0) > self._now_ms()
