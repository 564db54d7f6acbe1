"""Counting in Redis what all desks ask of an exchange: one script, so that nobody takes what another one has."""

import asyncio
import logging
from collections.abc import Sequence

from engine.live_ports import Granted, Want
from storage.cache_keys import BUDGET, BUDGET_BAN, BUDGET_DESKS, PREFIX, CacheKey
from storage.redis_address import parse_redis_address
from storage.redis_cache import GONE, close_client, open_client

log = logging.getLogger(__name__)

TIMEOUT_S = 0.2
#: Slices as in `storage.migrations.budget`. KEYS: ban, desks, one for each rule. ARGV: this desk, then limit, window,
#: wanted and needed of each rule.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSET', KEYS[2], ARGV[1], now)
redis.call('PEXPIRE', KEYS[2], 60000)
local desks = 0
local seen = redis.call('HGETALL', KEYS[2])
for i = 1, #seen, 2 do
    if tonumber(seen[i + 1]) > now - 60000 then desks = desks + 1 else redis.call('HDEL', KEYS[2], seen[i]) end
end
local banned = redis.call('PTTL', KEYS[1])
local given = {}
for rule = 1, #KEYS - 2 do given[rule] = 0 end
if banned > 0 then return {desks, banned, given} end
for rule = 1, #KEYS - 2 do
    local at = 1 + (rule - 1) * 4
    local limit, window = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    local wanted, needed = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
    local width = math.max(math.floor(window / 50), 20)
    local first, used = math.floor((now - window) / width), 0
    local spent = redis.call('HGETALL', KEYS[rule + 2])
    for i = 1, #spent, 2 do
        if tonumber(spent[i]) >= first then
            used = used + tonumber(spent[i + 1])
        else
            redis.call('HDEL', KEYS[rule + 2], spent[i])
        end
    end
    local amount = math.min(wanted, limit - used)
    if amount < needed then
        for other = 1, #KEYS - 2 do given[other] = 0 end
        return {desks, 0, given}
    end
    given[rule] = amount
end
for rule = 1, #KEYS - 2 do
    local window = tonumber(ARGV[1 + (rule - 1) * 4 + 2])
    local width = math.max(math.floor(window / 50), 20)
    redis.call('HINCRBY', KEYS[rule + 2], math.floor(now / width), given[rule])
    redis.call('PEXPIRE', KEYS[rule + 2], window + width)
end
return {desks, 0, given}
"""


class RedisBudget:
    """A `storage.shared_budget.Counter` in Redis 7, for one event loop."""

    def __init__(self, url: str, space: str, desk_id: str) -> None:
        """`space` keeps programs of one Redis and different databases apart. Raises UsageError for a bad URL."""
        self._client = open_client(parse_redis_address(url), TIMEOUT_S, 2)
        self._prefix = f"{PREFIX}{space}:" if space else PREFIX
        self._desk_id = desk_id
        self._take = self._client.register_script(TAKE)

    async def take(self, scope: str, wants: Sequence[Want]) -> Granted | None:
        keys = [BUDGET_BAN.of(scope=scope), BUDGET_DESKS.of(scope=scope)]
        keys += [BUDGET.of(scope=scope, rule=want.rule) for want in wants]
        numbers = [number for want in wants for number in (want.limit, want.window_ms, want.wanted, want.needed)]
        try:
            async with asyncio.timeout(TIMEOUT_S):
                desks, banned_ms, given = await self._take(
                    keys=[self._name(key) for key in keys], args=[self._desk_id, *numbers]
                )
            return Granted(tuple(int(amount) for amount in given), int(desks), int(banned_ms) / 1000)
        except GONE as error:
            log.debug("Redis does not count: %s", type(error).__name__)
            return None

    async def ban(self, scope: str, for_s: float) -> bool:
        name = self._name(BUDGET_BAN.of(scope=scope))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._client.set(name, "1", px=max(int(for_s * 1000), 1))
        except GONE:
            return False
        return True

    async def close(self) -> None:
        await close_client(self._client)

    def _name(self, key: CacheKey) -> str:
        return self._prefix + key.name
