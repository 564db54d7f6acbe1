"""What can be done with a cache beyond `engine.ports.Cache`: typed keys, changes in batches, counters, bells."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from engine.ports import Cache
from storage.cache_keys import CacheKey

#: Bytes of one value at most, on the way in and out; a bigger one was not put there by us and is not read.
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Put:
    """A text, whatever stood there before."""

    key: CacheKey
    value: str


@dataclass(frozen=True, slots=True)
class PutFields:
    """A whole hash: fields that are not named are gone. No fields at all: the key is gone."""

    key: CacheKey
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PutMembers:
    """A whole set: members that are not named are gone. No members at all: the key is gone."""

    key: CacheKey
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class AddMembers:
    key: CacheKey
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class RemoveMembers:
    key: CacheKey
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Append:
    """Items at the end of a list, which then keeps the newest `key.most`."""

    key: CacheKey
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drop:
    key: CacheKey


Change = Put | PutFields | PutMembers | AddMembers | RemoveMembers | Append | Drop
#: Called with the payload of a ring; with "" when rings may have been missed, so that one looks for oneself.
Hear = Callable[[str], None]


class SharedCache(Cache, Protocol):
    """A cache with keys of `storage.cache_keys`. Never the truth.

    Nothing raises for what a cache does: a change that fails is forgotten, a question that fails finds nothing. Found
    is only what has the key's type, a size of ours and a life not longer than the key's; all else is as if it were
    not there. `is_shared`: other programs see the same values.
    """

    is_shared: bool

    @property
    def is_away(self) -> bool:
        """Whether it is known not to answer now. Costs nothing."""
        ...

    async def apply(self, *changes: Change) -> bool:
        """Make all changes in this order, at once for those who look. True when they were made.

        What is too big to be kept is left out, and what stood in its place is dropped.
        """
        ...

    async def value(self, key: CacheKey) -> str | None: ...

    async def values(self, *keys: CacheKey) -> list[str | None]:
        """As they were at one moment."""
        ...

    async def fields(self, key: CacheKey) -> dict[str, str]: ...

    async def items(self, key: CacheKey) -> list[str]:
        """Oldest first."""
        ...

    async def members(self, key: CacheKey) -> frozenset[str]: ...

    async def take(self, key: CacheKey) -> str | None:
        """Remove the oldest item of a list and return it."""
        ...

    async def count(self, key: CacheKey) -> int | None:
        """Count one more since the first count `key.ttl_s` ago, this one included; None when nobody knows."""
        ...

    async def publish(self, channel: CacheKey, payload: str) -> None:
        """Tell all who listen now."""
        ...

    def listening(self, channel: CacheKey, hear: Hear) -> AbstractAsyncContextManager[None]:
        """Have `hear` called for each ring on this loop until the context ends, through outages too."""
        ...


def fits(*texts: str) -> bool:
    """Whether one value can be kept: it is text that has bytes, and few enough of them."""
    try:
        return sum(len(text.encode()) for text in texts) <= MOST_BYTES
    except UnicodeEncodeError:
        return False


def acceptable(change: Change) -> Change | None:
    """The change as it can be made: a value that is too big becomes none, additions that are too big are left out."""
    match change:
        case Put():
            return change if fits(change.value) else Drop(change.key)
        case PutFields():
            return change if fits(*change.fields, *change.fields.values()) else Drop(change.key)
        case PutMembers():
            return change if fits(*change.members) else Drop(change.key)
        case AddMembers() | RemoveMembers():
            return change if fits(*change.members) else None
        case Append():
            return change if fits(*change.items) else None
        case Drop():
            return change
