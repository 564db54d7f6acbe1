"""A user's settings at a venue, read through the cache. Only the fields named here ever get in; no key of an exchange.

A change in the database calls `forget`. It sets a mark; a copy counts only with the mark that stood when it was read,
so a copy of the old row that arrives after the change is worth nothing.
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from engine.domain.codec import Json, from_json, to_json
from storage.cache_keys import USER_SETTINGS, USER_SETTINGS_MARK, CacheKey
from storage.cache_operations import Change, Drop, Put, PutFields, SharedCache

MARK_FIELD = "mark"


@dataclass(frozen=True, slots=True)
class UserSettings:
    """What the first seed caches of a user, without its api_key, api_secret and password. Money in quote."""

    initial_capital: Decimal
    direction: str
    numbers_to_entry: int
    leverage: Decimal
    is_running: bool
    stop_loss: Decimal | None
    tasks: tuple[str, ...]
    running_symbols: tuple[str, ...]
    grid_num: int


FIELDS = frozenset(field.name for field in fields(UserSettings))


class UserCache:
    """Settings from the cache where it has them, else from `load`, the database; what is found is kept for a minute."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache

    async def get(
        self, user_id: int, venue: str, load: Callable[[], Awaitable[UserSettings | None]]
    ) -> UserSettings | None:
        """The settings; None when the database has none. Raises what `load` raises, never what a cache does."""
        settings_key, mark_key = _keys(user_id, venue)
        mark = await self._cache.value(mark_key) or ""
        found = read_settings(await self._cache.fields(settings_key), mark)
        if found is not None:
            return found
        loaded = await load()
        if loaded is not None:
            await self._cache.apply(PutFields(settings_key, written_settings(loaded, mark)))
        return loaded

    async def forget(self, user_id: int, venue: str) -> None:
        """The settings were changed in the database, or are gone. Call it after the commit."""
        settings_key, mark_key = _keys(user_id, venue)
        changes: tuple[Change, ...] = (Put(mark_key, secrets.token_hex(8)), Drop(settings_key))
        await self._cache.apply(*changes)


def written_settings(settings: UserSettings, mark: str) -> dict[str, str]:
    """The hash of a user: each field as JSON, and the mark."""
    document = to_json(settings)
    assert isinstance(document, dict)
    return {name: json.dumps(value, ensure_ascii=False) for name, value in document.items()} | {MARK_FIELD: mark}


def read_settings(found: Mapping[str, str], mark: str) -> UserSettings | None:
    """The settings in a hash; None unless it has this mark and exactly the fields of settings."""
    if found.get(MARK_FIELD) != mark or found.keys() != FIELDS | {MARK_FIELD}:
        return None
    try:
        document: dict[str, Json] = {name: json.loads(found[name]) for name in FIELDS}
        settings = from_json(UserSettings, document)
    except (ValueError, TypeError, RecursionError):
        return None
    numbers = (settings.initial_capital, settings.leverage, settings.stop_loss)
    return settings if all(number is None or number.is_finite() for number in numbers) else None


def _keys(user_id: int, venue: str) -> tuple[CacheKey, CacheKey]:
    return USER_SETTINGS.of(user_id=user_id, venue=venue), USER_SETTINGS_MARK.of(user_id=user_id, venue=venue)
