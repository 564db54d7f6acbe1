"""Changes and questions as Redis commands in one transaction, and answers that are believed only when they fit."""

from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError, ResponseError

from storage.cache_keys import CacheKey
from storage.cache_operations import (
    MOST_BYTES,
    AddMembers,
    Append,
    Change,
    Drop,
    Put,
    PutFields,
    PutMembers,
    RemoveMembers,
)

#: What Redis says of one key that holds something else than we put there; the server itself is well.
STRANGE = ("WRONGTYPE", "value is not an integer", "increment or decrement would overflow")
#: A clock of Redis may round a life up by a millisecond.
ROUNDED_MS = 1

Name = Callable[[CacheKey], str]


def milliseconds(ttl_s: float) -> int:
    """A time to live as Redis takes it, at least one."""
    return max(1, round(ttl_s * 1000))


async def changed(client: "Redis", name: Name, changes: Sequence[Change]) -> list[CacheKey]:
    """Make all changes at once. Returns keys that held something strange. Raises what the client raises."""
    pipeline = client.pipeline(transaction=True)
    owners: list[CacheKey] = []
    for change in changes:
        before = len(pipeline)
        _add(pipeline, name(change.key), change)
        owners.extend([change.key] * (len(pipeline) - before))
    if not owners:
        return []
    answers = await executed(pipeline)
    return list(dict.fromkeys(key for key, answer in zip(owners, answers, strict=True) if is_strange(answer)))


def _add(pipeline: "Pipeline", name: str, change: Change) -> None:
    lives_ms = milliseconds(change.key.ttl_s)
    match change:
        case Put():
            pipeline.set(name, change.value, px=lives_ms)
        case PutFields():
            pipeline.delete(name)
            if change.fields:
                pipeline.hset(name, items=[text for field in change.fields.items() for text in field])
                pipeline.pexpire(name, lives_ms)
        case PutMembers():
            pipeline.delete(name)
            if change.members:
                pipeline.sadd(name, *sorted(change.members))
                pipeline.pexpire(name, lives_ms)
        case AddMembers():
            if change.members:
                pipeline.sadd(name, *sorted(change.members))
                pipeline.pexpire(name, lives_ms)
        case RemoveMembers():
            if change.members:
                pipeline.srem(name, *sorted(change.members))
        case Append():
            if change.items:
                pipeline.rpush(name, *change.items)
                pipeline.ltrim(name, -change.key.most, -1)
                pipeline.pexpire(name, lives_ms)
        case Drop():
            pipeline.delete(name)


async def executed(pipeline: "Pipeline") -> list[Any]:
    """The answers, with what Redis says of strange keys among them. Raises every other error."""
    answers: list[Any] = await pipeline.execute(raise_on_error=False)
    for answer in answers:
        if isinstance(answer, RedisError) and not is_strange(answer):
            raise answer
    return answers


def is_strange(answer: object) -> bool:
    """Whether Redis says that a key holds something else."""
    return isinstance(answer, ResponseError) and any(word in str(answer) for word in STRANGE)


async def read_values(client: "Redis", name: Name, keys: Sequence[CacheKey]) -> list[str | None]:
    """Texts, never more of one than MOST_BYTES."""
    pipeline = client.pipeline(transaction=True)
    for key in keys:
        # In place of GET, which would bring all of it, however much somebody put there.
        pipeline.getrange(name(key), 0, MOST_BYTES)
        pipeline.pttl(name(key))
    answers = await executed(pipeline)
    return [_value(answers[at], answers[at + 1], key) for at, key in zip(range(0, len(answers), 2), keys, strict=True)]


def _value(answer: object, lives_ms: object, key: CacheKey) -> str | None:
    if not isinstance(answer, bytes) or len(answer) > MOST_BYTES or not is_ours(lives_ms, key):
        return None
    return text_of(answer)


def is_ours(lives_ms: object, key: CacheKey) -> bool:
    """Whether a key is there and dies as ours do; one that lives for ever or longer is another's or a lie."""
    return isinstance(lives_ms, int) and 0 <= lives_ms <= milliseconds(key.ttl_s) + ROUNDED_MS


def text_of(answer: object) -> str | None:
    """A text; None for bytes that are none."""
    try:
        return answer.decode() if isinstance(answer, bytes) else None
    except UnicodeDecodeError:
        return None


async def is_small(client: "Redis", name: Name, key: CacheKey) -> bool:
    """Whether a collection is there, dies as ours do and is small enough to be read whole."""
    pipeline = client.pipeline(transaction=True)
    pipeline.memory_usage(name(key), samples=0)
    pipeline.pttl(name(key))
    size, lives_ms = await executed(pipeline)
    # Redis needs more room for a collection than its texts have bytes.
    return isinstance(size, int) and size <= 4 * MOST_BYTES and is_ours(lives_ms, key)
