"""When a vault locks by itself: after its time, by a clock that the test holds, and never where it is needed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain.bot import Account, AccountMode
from engine.domain.secret import Credential, Secret, VaultState
from engine.domain.views import AccountView, EngineView
from engine.vault_watch import VaultWatch
from tests.support.views import account_of, instrument_of, view_of


class OneSecret:
    """A vault whose state is set."""

    def __init__(self) -> None:
        self.is_open = True
        self.used_s = 0.0

    def state(self) -> VaultState:
        return VaultState.OPEN if self.is_open else VaultState.LOCKED

    def used_at_s(self) -> float:
        return self.used_s

    async def credential(self, account: Account) -> Credential:
        raise AssertionError(f"nobody asks for the keys of {account.account_id}")

    async def unlock(self, passphrase: Secret) -> None:
        self.is_open = bool(passphrase)

    def lock(self) -> None:
        self.is_open = False


async def nobody_waits(_is_meant: Callable[[Account], bool]) -> None:
    return


class Scene:
    def __init__(self, view: EngineView, connect: Callable[[Callable[[Account], bool]], Awaitable[None]]) -> None:
        self.now_s = 1000.0
        self.secrets = OneSecret()
        self.watch = VaultWatch(self.secrets, connect, lambda: view, 60, lambda: self.now_s)

    def at(self, now_s: float) -> bool:
        """Whether the vault is open once the time is looked at."""
        self.now_s = now_s
        self.watch.lock_if_idle()
        return self.secrets.is_open


def test_it_locks_after_its_time() -> None:
    scene = Scene(view_of(), nobody_waits)
    assert [scene.at(now_s) for now_s in (1000, 1059.9, 1060)] == [True, True, False]


def test_each_use_begins_the_time_anew() -> None:
    scene = Scene(view_of(), nobody_waits)
    scene.secrets.used_s = 1050
    assert [scene.at(now_s) for now_s in (1060, 1109.9, 1110)] == [True, True, False]


async def test_unlocking_begins_the_time_anew() -> None:
    scene = Scene(view_of(), nobody_waits)
    assert not scene.at(2000)
    await scene.watch.unlock(Secret("right"))
    assert [scene.at(now_s) for now_s in (2059, 2060)] == [True, False]
    await scene.watch.close()


def test_it_stays_open_where_a_live_account_may_have_to_connect_again() -> None:
    shown = [AccountView(account_of(instrument_of(), mode), (), Decimal(0), Decimal(0)) for mode in AccountMode]
    others = tuple(view for view in shown if view.account.mode is not AccountMode.LIVE)
    assert Scene(replace(view_of(), accounts=tuple(shown)), nobody_waits).at(1_000_000)
    assert not Scene(replace(view_of(), accounts=others), nobody_waits).at(1_000_000)


async def test_only_live_accounts_are_connected_again() -> None:
    asked: list[Callable[[Account], bool]] = []

    async def note(is_meant: Callable[[Account], bool]) -> None:
        asked.append(is_meant)

    scene = Scene(view_of(), note)
    await scene.watch.unlock(Secret("right"))
    await scene.watch.settled()
    (is_meant,) = asked
    account = account_of(instrument_of())
    assert [is_meant(replace(account, mode=mode)) for mode in AccountMode] == [
        mode is AccountMode.LIVE for mode in AccountMode
    ]


async def test_the_key_is_forgotten_at_the_end() -> None:
    scene = Scene(view_of(), nobody_waits)
    scene.watch.start()
    await scene.watch.close()
    assert not scene.secrets.is_open


async def test_what_could_not_be_connected_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_is_meant: Callable[[Account], bool]) -> None:
        raise OSError("no network")

    scene = Scene(view_of(), fail)
    await scene.watch.unlock(Secret("right"))
    await scene.watch.settled()
    assert "the accounts that waited for the vault were not connected: no network" in caplog.text
