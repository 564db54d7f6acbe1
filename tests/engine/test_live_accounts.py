"""Accounts whose keys lie in the vault: while it is locked nothing starts on them, and unlocking brings them in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.console.room import EngineRoom
from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.live_messages import GoLive
from engine.domain.messages import AddGrid, OpenAccount, StartBot
from engine.domain.secret import Credential, CredentialKind, Secret, UnlockSources, VaultState
from engine.engine import Engine
from engine.errors import VaultLocked, WrongPassphrase
from engine.ports import Venue
from engine.thread import EngineThread
from engine.venues.factory import make_venue
from storage.database import connect, migrate
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.vault import Vault
from storage.vault.wrapping import LOWEST_COST, Wrapping
from tests.support.keychain import MemoryKeychain
from tests.support.trading import BOT, TradingDesk, ask, bot_of, grid_on, invented_market
from tests.support.waiting import wait_until, wait_until_async

PASSPHRASE = Secret("correct horse battery staple")
LOCKED = "The vault is locked; unlock it with your passphrase."


async def fill_vault(url: str) -> tuple[str, Secret]:
    """A vault with one exchange's key; its id, and the line of a key file."""
    await migrate(url)
    database = await connect(url)
    try:
        vault = await Vault.of_this_user(database, Keychain(MemoryKeychain()), LOWEST_COST)
        await vault.create(PASSPHRASE)
        credential_id = await Credentials(database, vault).add(
            CredentialKind.EXCHANGE, "practice", "main", Secret("PUBLIC0123456789"), Secret("deepSECRET")
        )
        return credential_id, (await vault.make_key(Wrapping.FILE, "server"))[1]
    finally:
        await database.close()


class LiveDesk:
    """A desk with a live account; behind it stands an invented market that wants the right secret."""

    def __init__(self, desk: TradingDesk, credential_id: str, line: Secret) -> None:
        self.desk = desk
        self.line = line
        market = invented_market("live")
        settings = (*market.settings, ("exchange", "practice"), ("credential", credential_id))
        self.account = replace(market, mode=AccountMode.LIVE, settings=settings)
        self.connections = 0

    def make_live(self, account: Account, credential: Credential) -> Venue:
        assert credential.secret == Secret("deepSECRET")
        self.connections += 1
        return make_venue(replace(account, mode=AccountMode.SIMULATED), self.desk.folder)

    def room(self, sources: UnlockSources | None = None, lock_after_s: float = 0) -> EngineRoom:
        return EngineRoom(
            self.desk.open_storage,
            lambda account: make_venue(account, self.desk.folder),
            unlock=sources or UnlockSources(),
            make_live=self.make_live,
            vault_lock_after_s=lock_after_s,
        )

    @contextlib.asynccontextmanager
    async def running(self, sources: UnlockSources | None = None) -> AsyncIterator[tuple[EngineRoom, Engine]]:
        """A started engine in its room."""
        room = self.room(sources)
        engine = await room.open()
        run = asyncio.create_task(engine.run())
        try:
            await engine.started()
            yield room, engine
        finally:
            await engine.stop()
            await run
            await room.close()


@pytest.fixture
async def live(database_url: str, tmp_path: Path) -> LiveDesk:
    return LiveDesk(TradingDesk(database_url, tmp_path / "desk"), *await fill_vault(database_url))


async def refusal(engine: Engine, command: OpenAccount | StartBot | AddGrid) -> list[str]:
    return [str(sentence) for _, sentence in (await engine.submit(command)).refusals]


async def test_an_account_opens_when_the_vault_does(live: LiveDesk) -> None:
    async with live.running() as (room, engine):
        assert room.vault is not None
        assert room.vault.state() is VaultState.LOCKED
        assert await refusal(engine, OpenAccount(live.account)) == [LOCKED]
        assert engine.refresh().accounts == ()
        with pytest.raises(WrongPassphrase):
            await room.vault.unlock(Secret("something else"))
        assert room.vault.state() is VaultState.LOCKED
        await room.vault.unlock(PASSPHRASE)
        assert room.vault.state() is VaultState.OPEN
        await ask(engine, OpenAccount(live.account))
        assert live.connections == 1


async def test_after_a_restart_bots_wait_for_the_vault_and_go_on_by_themselves(live: LiveDesk) -> None:
    sources = UnlockSources(key_line=live.line)
    other = "desk0002"
    async with live.running(sources) as (_, engine):
        await ask(engine, OpenAccount(live.account))
        await ask(engine, GoLive(live.account.account_id, without_rehearsal=True))
        await ask(engine, grid_on(live.account, is_confirmed=True))
        await ask(engine, grid_on(live.account, other, start=False, name="Other"))
    async with live.running() as (room, engine):
        assert room.vault is not None
        view = engine.refresh()
        assert str(view.trouble) == f"{live.account.name} cannot be used: {LOCKED}"
        connections = live.connections
        assert await refusal(engine, StartBot(other)) == [LOCKED]
        assert await refusal(engine, grid_on(live.account, "desk0003", name="Third")) == [LOCKED]
        assert {row.bot.bot_id for row in engine.refresh().bots} == {BOT, other}
        assert bot_of(engine.refresh(), other).bot.state is BotState.STOPPED
        await room.vault.unlock(PASSPHRASE)
        await wait_until_async(lambda: engine.refresh().trouble is None, what="the account to be connected")
        assert live.connections == connections + 1
        assert bot_of(engine.refresh()).bot.is_active


async def test_a_key_that_does_not_fit_is_named_as_the_cause(live: LiveDesk) -> None:
    async with live.running(UnlockSources(passphrase=Secret("not the passphrase"))) as (_, engine):
        told = await refusal(engine, OpenAccount(live.account))
        assert told == ["The vault is locked, because it did not open by itself: The passphrase is wrong."]


async def test_a_locked_vault_leaves_what_is_connected(live: LiveDesk) -> None:
    async with live.running(UnlockSources(key_line=live.line)) as (room, engine):
        assert room.vault is not None
        await ask(engine, OpenAccount(live.account))
        await ask(engine, GoLive(live.account.account_id, without_rehearsal=True))
        await room.vault.lock()
        assert room.vault.state() is VaultState.LOCKED
        assert engine.refresh().trouble is None
        await ask(engine, grid_on(live.account, is_confirmed=True))


async def test_a_credential_of_another_exchange_is_not_used(live: LiveDesk) -> None:
    """Somebody who can write into the database links an account to another key of the same person."""
    settings = tuple(pair for pair in live.account.settings if pair[0] != "exchange")
    account = replace(live.account, settings=(*settings, ("exchange", "elsewhere")))
    async with live.running(UnlockSources(key_line=live.line)) as (_, engine):
        assert await refusal(engine, OpenAccount(account)) == [
            "The credential main is for practice, not for elsewhere."
        ]
    assert live.connections == 0


async def test_an_account_without_a_credential_says_so(live: LiveDesk) -> None:
    account = replace(live.account, settings=live.account.settings[:-1])
    async with live.running(UnlockSources(key_line=live.line)) as (_, engine):
        assert await refusal(engine, OpenAccount(account)) == [f"The account {account.account_id} has no credential."]


async def test_a_desk_without_a_vault(database_url: str, tmp_path: Path) -> None:
    live = LiveDesk(TradingDesk(database_url, tmp_path / "desk"), "none", Secret(""))
    async with live.running() as (room, engine):
        assert room.vault is not None
        assert room.vault.state() is VaultState.ABSENT
        assert await refusal(engine, OpenAccount(live.account)) == ["There is no vault yet; `vault create` makes one."]
        with pytest.raises(VaultLocked, match="There is no vault yet"):
            await room.vault.unlock(PASSPHRASE)


def test_the_door_of_the_engines_thread(database_url: str, tmp_path: Path) -> None:
    """As the window uses it: from another thread, with futures."""
    credential_id, line = asyncio.run(fill_vault(database_url))
    live = LiveDesk(TradingDesk(database_url, tmp_path / "desk"), credential_id, line)
    room = live.room()
    thread = EngineThread(room.open, room.close, lambda: room.vault)
    assert thread.vault_state() is VaultState.ABSENT
    thread.start()
    try:
        assert thread.vault_state() is VaultState.LOCKED
        with pytest.raises(WrongPassphrase, match="is wrong"):
            thread.unlock_vault(Secret("something else")).result(180)
        thread.unlock_vault(PASSPHRASE).result(180)
        assert thread.vault_state() is VaultState.OPEN
        thread.lock_vault().result(180)
        assert thread.vault_state() is VaultState.LOCKED
    finally:
        thread.stop()
        wait_until(lambda: not thread.is_running(), what="the engine to end")
