"""How often Upbit and Bithumb may be asked: requests a second by group, then 429, then 418 for longer and longer."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.support.exchange.ports import Answer
from tests.support.exchange.skins.korean_token import No
from tests.support.exchange.values import House

#: So many refused requests within ten seconds are taken for an attack.
PATIENCE = 10
PATIENCE_MS = 10_000
FIRST_BAN_MS = 60_000


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so long."""

    count: int
    window_ms: int


#: In place of the real limits, for tests that are about something else.
UNLIMITED: Mapping[str, Limit] = {
    name: Limit(1_000_000, 1000)
    for name in ("order", "default", "order-test", "orderbook", "market", "public", "private", "websocket-connect",
                 "websocket-message")
}  # fmt: skip


#: What a house counts that counts no orders.
UNCOUNTED = 1_000_000


def groups_of(house: House, real: Mapping[str, Limit], instead: Mapping[str, Limit] | None) -> Mapping[str, Limit]:
    """The real limits, others instead where a test is not about them; a house that counts orders has all of them."""
    if house.order_limit[0] < UNCOUNTED:
        return {**real, "order": Limit(*house.order_limit)}
    return {**real, **(instead or {})}


class Limits:
    """`groups` are the limits by name. All requests of a group of one asker count together, refused ones included."""

    def __init__(self, now_ms: Callable[[], int], groups: Mapping[str, Limit]) -> None:
        self._now_ms = now_ms
        self.groups = dict(groups)
        self._times: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        self._refusals: dict[str, deque[int]] = defaultdict(deque)
        self._banned_until: dict[str, int] = {}
        self._bans: dict[str, int] = defaultdict(int)

    def take(self, group: str, asker: str) -> Mapping[str, str]:
        """Count a request; the headers that tell what is left. Raises No."""
        now_ms, limit = self._now_ms(), self.groups[group]
        until_ms = self._banned_until.get(asker, 0)
        if now_ms < until_ms:
            raise Kept(until_ms - now_ms, is_ban=True)
        times = self._times[group, asker]
        _forget(times, now_ms - limit.window_ms)
        if len(times) >= limit.count:
            self._refuse(asker, now_ms)
            raise Kept(times[0] + limit.window_ms - now_ms, is_ban=False)
        times.append(now_ms)
        return remaining(group, limit, limit.count - len(times))

    def _refuse(self, asker: str, now_ms: int) -> None:
        refusals = self._refusals[asker]
        _forget(refusals, now_ms - PATIENCE_MS)
        refusals.append(now_ms)
        if len(refusals) < PATIENCE:
            return
        refusals.clear()
        length_ms = FIRST_BAN_MS * 2 ** self._bans[asker]
        self._bans[asker] += 1
        self._banned_until[asker] = now_ms + length_ms
        raise Kept(length_ms, is_ban=True)


class Kept(No):
    """Come back later: 429, or 418 for a ban, whose text says how long it lasts."""

    def __init__(self, wait_ms: int, *, is_ban: bool) -> None:
        self.wait_s = max(1, -(-wait_ms // 1000))
        text = f"요청이 제한되었습니다. {self.wait_s}초 후 다시 시도해주세요." if is_ban else ""
        super().__init__(418 if is_ban else 429, "too_many_requests", text)


def kept(retry_after_s: int, *, is_ban: bool) -> Answer:
    """What a fault plan lets an exchange say."""
    return Kept(retry_after_s * 1000, is_ban=is_ban).answer({"Retry-After": str(retry_after_s)})


def remaining(group: str, limit: Limit, left: int) -> Mapping[str, str]:
    """The minute's number is fixed and means nothing any more."""
    return {"Remaining-Req": f"group={group}; min={limit.count * 60}; sec={left}"}


def _forget(times: deque[int], until_ms: int) -> None:
    while times and times[0] <= until_ms:
        times.popleft()
