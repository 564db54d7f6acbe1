"""One click to a two-leg bot on two invented markets: a bot that its own preview takes, and it really trades."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.bots.arbitrage_rules import preview
from engine.console.openings import pair_demo_opening
from engine.domain.arbitrage_messages import AddArbitrage
from engine.domain.messages import Command, OpenAccount
from engine.domain.views import EngineView
from gui.arbitrage.pair_demo import sensible_pair
from gui.arbitrage.pair_markets import means_of
from gui.dialogs.markets import tradable_markets
from gui.docks import Workspace
from tests.gui.conftest import MakeDesk
from tests.support.views import instrument_of, market_of, view_of

pytestmark = pytest.mark.usefixtures("theme")


def two_markets() -> EngineView:
    markets = [
        market_of(instrument_of(f"simulated:{name}", "BTC/USDT", "1"), last)
        for name, last in (("demo-home", "60000"), ("demo-abroad", "60100"))
    ]
    view = view_of(markets)
    rich = (("USDT", Decimal(100_000), Decimal(0)), ("BTC", Decimal(2), Decimal(0)))
    return replace(view, accounts=tuple(replace(shown, balances=rich) for shown in view.accounts))


def test_the_demo_is_a_bot_that_would_be_taken() -> None:
    home, foreign = tradable_markets(two_markets())
    config = sensible_pair(home, foreign)
    assert config is not None
    # 5 % of 100,000 at 60,001, on the increment of 0.0001.
    assert config.size == Decimal("0.0833")
    legs = ((home.account, home.instrument), (foreign.account, foreign.instrument))
    assert preview(config, *legs, None, means_of(home, foreign)).refusals == ()


def test_one_click_opens_both_markets_and_starts_the_bot(make_desk: MakeDesk) -> None:
    def world(command: Command, view: EngineView) -> EngineView:
        is_second = isinstance(command, OpenAccount) and command.account.name == "demo-abroad"
        return two_markets() if is_second else view

    desk = make_desk(react=world, make_pair_demo=pair_demo_opening)
    desk.window.welcome.pair_demo.click()
    for _ in range(3):
        desk.tick()
    opened = [command.account.name for command in desk.engine.commands if isinstance(command, OpenAccount)]
    assert opened == ["demo-home", "demo-abroad"]
    added = desk.engine.commands[-1]
    assert isinstance(added, AddArbitrage)
    assert (added.account_id, added.config.hedge_account_id) == ("simulated:demo-home", "simulated:demo-abroad")
    assert added.start
    assert desk.settings.workspace == Workspace.ARBITRAGE


def test_without_invented_markets_it_is_said(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.window.acts.pair_demo.trigger()
    assert desk.message is not None
    assert desk.message.text == "This program has no invented markets."
