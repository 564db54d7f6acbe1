"""A full run of a real desk with all that is secret, and every command that Redis was sent: nothing of it is there.

The desk belongs to a person with a role and a password of her own; she signs in, seals keys, trades, renews and signs
out; her Redis asks for a password too.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import redis

from engine.domain.secret import CredentialKind, Secret
from storage.cached.queues import told
from storage.cached.trading import TradingCache
from storage.database import connect
from storage.desk import space_of
from storage.ending import end
from storage.redis_cache import RedisCache
from storage.users.people import People
from storage.users.session import sign_in, who_am_i
from storage.users.sign_in_cache import opened_sign_in_cache
from storage.users.token_store import FileTokens
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.vault import Vault
from storage.vault.wrapping import LOWEST_COST, Wrapping
from tests.support.keychain import MemoryKeychain
from tests.support.redis import RedisServer
from tests.support.redis_capture import captured, forms, secrets_in
from tests.support.shared import SharedDatabase
from tests.support.trading import BOT, TradingDesk, begin, bot_of, recorded_market, stand_still, wait_for_fills
from tests.support.waiting import wait_until_async

REDIS_PASSWORD = "r3dis-Goes-7-ways-too"
KEYS = {
    "the passphrase": "correct horse battery staple",
    "an exchange's key": "PUBLICkey-0123456789abcdef",
    "an exchange's secret": "deepSECRET-of/the+exchange==",
    "an exchange's passphrase": 'passphrase "of" the 거래소',
    "a language model's key": "sk-llm-0123456789-abcdefgh",
    "Telegram's token": "1234567890:AAE-telegram_bot-token",
}


def secret(name: str) -> Secret:
    return Secret(KEYS[name])


async def test_nothing_secret_is_sent_to_redis(
    shared: SharedDatabase, redis_server: RedisServer, tmp_path: Path
) -> None:
    with redis.Redis(port=redis_server.port) as owner:
        owner.acl_setuser(
            "alice", enabled=True, passwords=[f"+{REDIS_PASSWORD}"], keys=["*"], channels=["*"], categories=["+@all"]
        )
        try:
            with captured(redis_server) as capture:
                used = await everything(shared, redis_server, tmp_path)
                sent = capture.text()
                is_listened_to = capture.commands("SUBSCRIBE") > 0
        finally:
            owner.acl_deluser("alice")
    # That much was sent, so that finding nothing means something.
    assert is_listened_to
    for known in (
        BOT,
        "active_grid",
        "take_profit_orders_info",
        "health:desk",
        "denied:",
        "refresh_token",
        "rate_limit",
    ):
        assert known.encode() in sent, known
    for name in ("the access token", "the second access token", "the second refresh token"):
        assert hashlib.sha256(used[name].encode()).hexdigest().encode() in sent, name
    assert secrets_in(sent, used) == []


async def everything(shared: SharedDatabase, redis_server: RedisServer, folder: Path) -> dict[str, str]:
    """One whole day of alice's. Returns every secret that was used, by name."""
    url, redis_url = shared.url("alice"), f"redis://alice:{REDIS_PASSWORD}@127.0.0.1:{redis_server.port}/0"
    used = {**KEYS, "alice's password": shared.password("alice"), "the Redis password": REDIS_PASSWORD}
    desk = TradingDesk(url, folder / "desk", redis_url)
    account = recorded_market(desk.folder, 5_000)
    machine = MemoryKeychain()
    owner = await connect(shared.owner_url, pool_size=1)
    await People(owner).set_password("alice", shared.password("alice"))
    await owner.close()
    database = await connect(url)
    async with database.question() as connection:
        person, space = await who_am_i(connection), await space_of(connection)
    store = FileTokens(folder / "tokens")
    async with opened_sign_in_cache(redis_url, database) as told_of:
        assert told_of is not None
        session = await sign_in(
            database, person, shared.password("alice"), store, name="alice", desk="desk", limit=told_of.limit
        )  # fmt: skip
        await told_of.mirror(database)
    used |= {"the access token": session._tokens.access, "the refresh token": session._tokens.refresh}
    vault = await Vault.of_this_user(database, Keychain(machine), LOWEST_COST)
    await vault.create(secret("the passphrase"))
    await vault.add_to_keychain("this machine")
    used |= {f"keychain {number}": text for number, text in enumerate(machine.entries.values())}
    used["a file's key"] = (await vault.make_key(Wrapping.FILE, "a file"))[1].reveal()
    credentials = Credentials(database, vault)
    await credentials.add(
        CredentialKind.EXCHANGE, "upbit", "main", secret("an exchange's key"), secret("an exchange's secret"),
        secret("an exchange's passphrase"),
    )  # fmt: skip
    await credentials.add(CredentialKind.LLM, "llm", "model", secret("a language model's key"))
    await credentials.add(CredentialKind.TELEGRAM, "telegram", "me", secret("Telegram's token"))
    async with desk.engine() as engine:
        await begin(engine, account, Decimal(30_000))
        await wait_for_fills(engine, 20)
        cache = RedisCache(redis_url, space=space)
        trading = TradingCache(cache, person.user_id)
        await wait_until_async(
            lambda: engine.view().is_cache_up and bot_of(engine.view()).open_orders, what="orders and a cache"
        )
        await mirrored(trading)
        async with opened_sign_in_cache(redis_url, database) as told_of:
            assert told_of is not None
            await session.renew()
            used |= {
                "the second access token": session._tokens.access,
                "the second refresh token": session._tokens.refresh,
            }
            await told_of.mirror(database)
            await cache.apply(*told(person.user_id, [1], [1]))
            await session.sign_out(everywhere=True)
            await told_of.mirror(database)
        await stand_still(engine, account)
        await cache.close()
    await database.close()
    return used


async def mirrored(trading: TradingCache) -> None:
    """Wait until the desk told Redis of its bot."""
    found: list[object] = []

    async def look() -> None:
        while not found:
            if await trading.strategy_status(BOT) is not None:
                found.extend(await trading.signals(BOT))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    try:
        await wait_until_async(lambda: found, what="Redis to be told of the bot")
    finally:
        await end(looking)


@pytest.mark.parametrize("form", list(forms("x" * 20)))
def test_the_search_finds_a_secret_in_every_form(form: str) -> None:
    planted = 'se"cret/with+every 것 in it'
    text = b"a lot of " + forms(planted)[form] + b" and more"
    assert f"the planted one {form}" in secrets_in(text, {"the planted one": planted})
    assert secrets_in(b"nothing at all", {"the planted one": planted}) == []


@pytest.mark.parametrize(
    "write",
    [
        lambda client, text: client.set("k", text),
        lambda client, text: client.hset("h", "f", text),
        lambda client, text: client.publish("c", text),
        lambda client, text: client.set(text, "v"),
        lambda client, text: client.set("b", base64.b64encode(text.encode())),
        lambda client, text: client.eval("return redis.call('SET', KEYS[1], ARGV[1])", 1, "e", text),
    ],
)
def test_the_capture_hears_a_secret_however_it_is_sent(
    redis_server: RedisServer, write: Callable[["redis.Redis", str], object]
) -> None:
    planted = 'se"cret\\with\nevery 것 in it'
    with captured(redis_server) as capture:
        with redis.Redis(port=redis_server.port) as client:
            write(client, planted)
        assert secrets_in(capture.text(), {"the planted one": planted})
