"""Who lives, and what a day earned: heartbeats and metrics for a monitor."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from storage import cache_keys
from storage.cache_operations import Put, SharedCache
from storage.cached.values import packed, unpacked

#: The parts of the seeds. `collector` hears markets, `paper` and `live` have accounts of that kind.
COLLECTOR, PAPER, LIVE = "collector", "paper", "live"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    at: datetime


@dataclass(frozen=True, slots=True)
class DayResult:
    """One account's day. Money in the account's quote; `today_pnl` since the desk's midnight."""

    account_id: str
    quote: str
    equity: Decimal
    today_pnl: Decimal


@dataclass(frozen=True, slots=True)
class DailyPnl:
    """All accounts of one desk on one day."""

    accounts: tuple[DayResult, ...]


def heartbeat_change(part: str, at: datetime) -> Put:
    return Put(cache_keys.HEALTH.of(part=part), packed(Heartbeat(at)))


def desk_heartbeat_change(desk_id: str, at: datetime) -> Put:
    return Put(cache_keys.DESK_HEALTH.of(desk_id=desk_id), packed(Heartbeat(at)))


def daily_pnl_change(user_id: int, desk_id: str, day: date, result: DailyPnl) -> Put:
    key = cache_keys.DAILY_PNL.of(user_id=user_id, day=cache_keys.day_part(day), desk_id=desk_id)
    return Put(key, packed(result))


class HealthCache:
    """Heartbeats by the sender's clock: for looking. Whether a desk lives is decided in the database."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache

    async def set_health_heartbeat(self, part: str, at: datetime) -> None:
        await self._cache.apply(heartbeat_change(part, at))

    async def get_health_heartbeat(self, part: str) -> datetime | None:
        """None: nobody of that part lives, or nobody knows."""
        return _at(unpacked(Heartbeat, await self._cache.value(cache_keys.HEALTH.of(part=part))))

    async def get_desk_heartbeat(self, desk_id: str) -> datetime | None:
        return _at(unpacked(Heartbeat, await self._cache.value(cache_keys.DESK_HEALTH.of(desk_id=desk_id))))

    async def get_daily_pnl(self, user_id: int, desk_id: str, day: date) -> DailyPnl | None:
        key = cache_keys.DAILY_PNL.of(user_id=user_id, day=cache_keys.day_part(day), desk_id=desk_id)
        return unpacked(DailyPnl, await self._cache.value(key))


def _at(beat: Heartbeat | None) -> datetime | None:
    return None if beat is None else beat.at
