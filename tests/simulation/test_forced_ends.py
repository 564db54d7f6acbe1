"""A venue takes a position away: nothing is sent against what is left, and nothing rests any more."""

import pytest

from engine.domain.bot import BotState
from tests.proof.towns import loaded
from tests.proof.world import OWNER, World
from tests.support.exchange.faults import Action, Point, Rule
from tests.support.exchange.values import Kind, PositionSide
from tests.support.exchange.venues_under_test import VENUES
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

FUTURES = [what.exchange for what in VENUES if what.listing.kind is Kind.PERP]
SOON_S = 60.0
#: A fall of the price that fills a buy, and how long the network stands still: longer than a position is doubted.
FALL, FROZEN_S = 0.008, 20.0


@pytest.mark.parametrize("venue", FUTURES)
def test_a_liquidated_bot_stands_still_and_never_trades_against_it(venue: str) -> None:
    town = loaded(venue)

    async def play(clock: VirtualClock) -> None:
        world = World(town, clock, 1)
        await world.open()
        assert world.exchange.positions(OWNER), "the ladder holds something"
        sent = len(world.exchange.truth(OWNER))
        world.exchange.perps.close_by_force(OWNER, town.symbol, PositionSide.BOTH)
        await last(SOON_S)
        assert world.program is not None
        [shown] = world.program.engine.view().bots
        assert shown.bot.state is BotState.ERROR
        assert "somebody or something else changed it" in str(shown.bot.last_event)
        assert not world.exchange.open_orders(OWNER)
        # The venue's own order that closed the position is the only new one.
        new = world.exchange.truth(OWNER)[sent:]
        assert [order.client_order_id[:9] for order in new] == ["autoclose"]
        assert not world.exchange.positions(OWNER)
        await world.close()

    run_virtual(play)


def test_a_network_that_stood_still_does_not_stop_a_bot_whose_fill_comes_last() -> None:
    """Seed 11 found it: the position was told twenty seconds late, with the quote of now and before its fill."""
    town = loaded("binanceusdm")

    async def play(clock: VirtualClock) -> None:
        world = World(town, clock, 1)
        await world.open(is_flowing=False)
        late = Rule(Point.FRAME, Action.LATE, contains="ORDER_TRADE_UPDATE", times=None, delay_s=FROZEN_S + 1)
        world.plan.rules.append(late)
        fills = world.watch.fills
        price = float(town.wander.centre)
        world.network.freeze()
        world.flow.go_to(price * (1 - FALL))
        assert world.watch.fills > fills
        await last(FROZEN_S)
        world.flow.go_to(price * (1 - FALL * 1.01))
        world.network.thaw()
        _, wrong = await world.come_to_rest(SOON_S)
        assert late.struck
        assert wrong == []
        await world.close()
        assert world.complaints() == []

    run_virtual(play)
