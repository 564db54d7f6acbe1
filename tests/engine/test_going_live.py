"""The whole engine with real money on a loopback exchange: off, on, asked once, dark, and what is not ours."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from engine.console.room import EngineRoom
from engine.domain.bot import Account, AccountMode, BotState
from engine.domain.grid import GridConfig
from engine.domain.lease_requests import HandOver
from engine.domain.live import ForeignKind
from engine.domain.live_messages import AllowWithdrawalKey, CancelUnknown, ConfirmBot, GoDark, GoLive
from engine.domain.messages import AddGrid, Command, HaltAll, OpenAccount, StartBot
from engine.domain.secret import CredentialKind, Secret, UnlockSources
from engine.domain.views import AccountView
from engine.engine import Engine
from engine.ports import Venue
from engine.venues.exchanges.budgets import Budgets
from engine.venues.exchanges.live_accounts import LiveVenues, live_account
from engine.venues.exchanges.timing import Timing
from storage.database import connect, migrate
from storage.vault.credentials import Credentials
from storage.vault.keychain import Keychain
from storage.vault.vault import Vault
from storage.vault.wrapping import LOWEST_COST, Wrapping
from tests.support.exchange.account import OWNER, QUICK
from tests.support.exchange.core import Exchange
from tests.support.exchange.server import Server
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import ApiKey, OrderRecord, Request, Side, Type
from tests.support.exchange.venues_under_test import BINANCE, OKX, VenueUnderTest
from tests.support.keychain import MemoryKeychain
from tests.support.trading import TradingDesk, ask, bot_of
from tests.support.waiting import wait_until_async

D = Decimal
BOT = "livebot1"
GRID = GridConfig(D(58_000), D(62_000), 8, D(4_000))


class LiveWorld:
    """An exchange, a desk with a vault that holds its key, and engines that come and go."""

    def __init__(
        self,
        what: VenueUnderTest,
        core: Exchange,
        server: Server,
        desk: TradingDesk,
        key: str,
        line: Secret,
        timing: Timing,
    ) -> None:
        self.what = what
        self.core = core
        self.plan = server.plan
        assert isinstance(core.timers, LoopTimers)
        self.timers = core.timers
        self.desk = desk
        self.others = Strangers(core)
        self.budgets = Budgets(address="here")
        self._venues = LiveVenues(server.route(), timing=timing, budget_of=self.budgets.of)
        self._line = line
        self.account = live_account("main", what.exchange, key, [what.symbol])

    @contextlib.asynccontextmanager
    async def engine(self, desk: TradingDesk | None = None) -> AsyncIterator[Engine]:
        """A started one, of the first desk or of another; stopped in order."""
        room = EngineRoom(
            (desk or self.desk).open_storage, _nowhere, unlock=UnlockSources(key_line=self._line),
            make_live=self._venues.make, budgets=self.budgets,
        )  # fmt: skip
        engine = await room.open()
        run = asyncio.create_task(engine.run())
        try:
            await engine.started()
            yield engine
        finally:
            await engine.stop()
            await run
            await room.close()

    def open_orders(self) -> list[OrderRecord]:
        return [order for order in self.core.truth(OWNER) if not order.status.is_final]

    def by_hand(self, price: Decimal, name: str = "") -> None:
        """The owner places an order at the exchange's own page, or another program does."""
        self.core.place(
            OWNER, Request("BTC/USDT", Side.BUY, Type.LIMIT, D("0.01"), price, None, client_order_id=name)
        )  # fmt: skip


def _nowhere(account: Account) -> Venue:
    raise AssertionError(f"{account.account_id} is no live account")


@contextlib.asynccontextmanager
async def live_world(
    what: VenueUnderTest, url: str, folder: Path, *, can_withdraw: bool = False, timing: Timing = QUICK
) -> AsyncIterator[LiveWorld]:
    core = Exchange(what.house, LoopTimers(int(time.time() * 1000)))
    core.open_account(OWNER, replace(what.key, can_withdraw=can_withdraw))
    for asset, amount in what.funds.items():
        core.transfer(OWNER, asset, amount)
    async with Server([what.skin(core)], folder) as server:
        credential, line = await fill_vault(url, what.exchange, what.key)
        world = LiveWorld(what, core, server, TradingDesk(url, folder / "desk"), credential, line, timing)
        world.others.move_to(what.symbol, what.price, size=D(5) / what.listing.contract_size)
        yield world


async def fill_vault(url: str, exchange: str, key: ApiKey) -> tuple[str, Secret]:
    """A vault with the exchange's key; its id, and the line of a key file."""
    await migrate(url)
    database = await connect(url)
    try:
        vault = await Vault.of_this_user(database, Keychain(MemoryKeychain()), LOWEST_COST)
        await vault.create(Secret("correct horse battery staple"))
        secrets = Secret(key.key), Secret(key.secret), Secret(key.passphrase) if key.passphrase else None
        credential = await Credentials(database, vault).add(CredentialKind.EXCHANGE, exchange, "main", *secrets)
        return credential, (await vault.make_key(Wrapping.FILE, "server"))[1]
    finally:
        await database.close()


def grid_at(what: VenueUnderTest) -> GridConfig:
    """GRID where the market of an exchange stands, with as much of its money."""
    scale = what.price / BINANCE.price
    lower, upper = (line * scale // what.tick * what.tick for line in (GRID.lower, GRID.upper))
    investment = GRID.investment * what.funds[what.listing.quote] / BINANCE.funds["USDT"]
    return replace(GRID, lower=lower, upper=upper, investment=investment)


def shown(engine: Engine) -> AccountView:
    [account] = engine.refresh().accounts
    return account


async def refusals(engine: Engine, command: Command) -> list[str]:
    return [str(sentence) for _, sentence in (await engine.submit(command)).refusals]


async def begin(world: LiveWorld, engine: Engine, *, confirms: bool = True) -> None:
    """The account is live and its bot's ladder stands."""
    await ask(engine, OpenAccount(world.account))
    await ask(engine, GoLive(world.account.account_id, without_rehearsal=True))
    await wait_until_async(lambda: engine.refresh().markets, what="a price")
    grid = grid_at(world.what)
    await ask(engine, AddGrid(BOT, "First", world.account.account_id, world.what.symbol, grid, D(50), True, confirms))
    if confirms:
        await until_ladder(world, engine)


async def until_ladder(world: LiveWorld, engine: Engine) -> None:
    await wait_until_async(
        lambda: bot_of(engine.refresh(), BOT).bot.state is BotState.RUNNING and len(world.open_orders()) >= 8,
        what="the ladder", within_s=20,
    )  # fmt: skip


async def test_a_live_account_is_off_at_first_switched_on_asked_once_and_switched_off(
    database_url: str, tmp_path: Path
) -> None:
    async with live_world(BINANCE, database_url, tmp_path) as world:
        name = world.account.account_id
        async with world.engine() as engine:
            await ask(engine, OpenAccount(world.account))
            live = shown(engine).live
            assert live is not None
            assert live.facts is not None
            assert (live.is_on, live.facts.can_trade, live.facts.can_withdraw) == (False, True, False)
            await wait_until_async(lambda: shown(engine).is_told, what="the money of the account")
            [rehearse] = await refusals(engine, GoLive(name))
            assert "was not rehearsed" in rehearse
            add = AddGrid(BOT, "First", name, "BTC/USDT", GRID, D(50), True)
            [off] = await refusals(engine, add)
            assert "is switched off" in off
            await begin(world, engine, confirms=False)
            await wait_until_async(lambda: bot_of(engine.refresh(), BOT).needs_confirmation, what="the question")
            assert world.open_orders() == []
            await ask(engine, ConfirmBot(BOT))
            await until_ladder(world, engine)
            first = {order.client_order_id for order in world.open_orders()}
        async with world.engine() as engine:
            # The exchange kept them; nobody is asked again.
            assert shown(engine).is_live_on
            assert not bot_of(engine.refresh(), BOT).needs_confirmation
            assert {order.client_order_id for order in world.open_orders()} == first
            await ask(engine, GoDark(name))
            await wait_until_async(lambda: not world.open_orders(), what="all orders to be cancelled", within_s=20)
        async with world.engine() as engine:
            assert not shown(engine).is_live_on
            [dark] = await refusals(engine, StartBot(BOT))
            assert "is switched off" in dark or "already running" in dark
            assert world.open_orders() == []
            await ask(engine, GoLive(name, without_rehearsal=True))
            await until_ladder(world, engine)


async def test_a_key_that_can_withdraw_is_refused_unless_its_owner_says_so(database_url: str, tmp_path: Path) -> None:
    async with live_world(BINANCE, database_url, tmp_path, can_withdraw=True) as world, world.engine() as engine:
        await ask(engine, OpenAccount(world.account))
        go = GoLive(world.account.account_id, without_rehearsal=True)
        [refused] = await refusals(engine, go)
        assert refused.startswith("This key could withdraw money.")
        await ask(engine, AllowWithdrawalKey(world.account.account_id))
        await ask(engine, go)
        assert shown(engine).is_live_on


async def test_a_clock_that_is_off_is_told_with_its_number(database_url: str, tmp_path: Path) -> None:
    async with live_world(BINANCE, database_url, tmp_path) as world:
        go = GoLive(world.account.account_id, without_rehearsal=True)
        world.timers.skew_ms = 2_500
        async with world.engine() as engine:
            await ask(engine, OpenAccount(world.account))
            [refused] = await refusals(engine, go)
            assert refused.startswith("The exchange's clock is 2,")
            assert "up to 1,000 ms are right" in refused
        # Set right, it is seen at the next connection.
        world.timers.skew_ms = 0
        async with world.engine() as engine:
            await ask(engine, go)


async def test_orders_that_are_not_ours_are_shown_and_outlive_everything_we_do(
    database_url: str, tmp_path: Path
) -> None:
    async with live_world(BINANCE, database_url, tmp_path) as world, world.engine() as engine:
        await begin(world, engine)
        world.by_hand(D(50_000))
        world.by_hand(D(50_001), "gridbot-7")
        world.by_hand(D(50_002), "otherbotG1R2BC1A1")

        def kinds() -> set[ForeignKind]:
            live = shown(engine).live
            return {order.kind for order in live.foreign} if live is not None else set()

        await wait_until_async(lambda: len(kinds()) == 3, what="three strangers", within_s=20)
        assert kinds() == {ForeignKind.PERSON, ForeignKind.PROGRAM, ForeignKind.OTHER_DESK}
        live = shown(engine).live
        assert live is not None
        assert any("Another Gridwright uses the key" in str(warning) for warning in live.warnings)
        await ask(engine, HaltAll())
        await wait_until_async(lambda: len(world.open_orders()) == 3, what="our orders to be cancelled", within_s=20)
        assert {order.price for order in world.open_orders()} == {D(50_000), D(50_001), D(50_002)}


async def test_an_order_with_our_name_that_nobody_knows_is_cancelled_by_choice(
    database_url: str, tmp_path: Path
) -> None:
    async with live_world(BINANCE, database_url, tmp_path) as world, world.engine() as engine:
        await begin(world, engine)
        world.by_hand(D(50_000))
        world.by_hand(D(50_001), f"{BOT}G1R0BC1A99")

        def unknown() -> bool:
            live = shown(engine).live
            return live is not None and any(order.kind is ForeignKind.UNKNOWN for order in live.foreign)

        await wait_until_async(unknown, what="the unknown order", within_s=20)
        await ask(engine, CancelUnknown(world.account.account_id))
        await wait_until_async(
            lambda: D(50_001) not in {order.price for order in world.open_orders()}, what="its end", within_s=20
        )
        assert D(50_000) in {order.price for order in world.open_orders()}


async def test_when_the_program_is_gone_the_dead_man_switch_clears_the_exchange(
    database_url: str, tmp_path: Path
) -> None:
    """OKX's own switch, over the wire; an end in order leaves the orders, a silent one does not."""
    async with live_world(OKX, database_url, tmp_path) as world:
        settings = (*world.account.settings, ("dead_man_s", "10"))
        world.account = replace(world.account, settings=settings)
        assert world.account.mode is AccountMode.LIVE
        async with world.engine() as engine:
            await begin(world, engine)
            await wait_until_async(
                lambda: any("hears nothing of us for 10 s" in str(line.sentence) for line in engine.refresh().log),
                what="the switch to be armed", within_s=20,
            )  # fmt: skip
            count = len(world.open_orders())
            connections = engine._connections
            connections._watches.clear()
        assert len(world.open_orders()) == count
        await wait_until_async(lambda: not world.open_orders(), what="the switch", within_s=20)


async def test_another_desk_that_takes_over_finds_the_switch_as_it_is_and_asks_nobody(
    database_url: str, tmp_path: Path
) -> None:
    async with live_world(BINANCE, database_url, tmp_path) as world:
        other = TradingDesk(database_url, tmp_path / "cellar")
        async with world.engine() as here, world.engine(other) as there:
            await begin(world, here)

            def is_seen_on() -> bool:
                return any(row.elsewhere is not None and row.is_live_on for row in there.refresh().accounts)

            await wait_until_async(is_seen_on, what="the switch to be seen by the other desk", within_s=20)
            ladder = {order.client_order_id for order in world.open_orders()}
            await ask(there, HandOver(world.account.account_id))

            def runs_there() -> list[bool]:
                return [row.is_live_on for row in there.refresh().accounts if row.elsewhere is None]

            await wait_until_async(lambda: runs_there() == [True], what="the takeover", within_s=30)
            assert not bot_of(there.refresh(), BOT).needs_confirmation
            assert {order.client_order_id for order in world.open_orders()} == ladder
            await ask(here, GoDark(world.account.account_id))
            await wait_until_async(lambda: not world.open_orders(), what="all orders to be cancelled", within_s=30)
            assert runs_there() == [False]
