"""A ladder of as many orders as Binance lets rest: after a kill it is correct again within ten seconds."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from tests.proof.towns import loaded
from tests.proof.world import OWNER, World
from tests.support.virtual_time import VirtualClock, run_virtual

RUNGS = 190
SOON_S = 10.0


def test_a_killed_program_knows_a_large_ladder_at_once() -> None:
    town = loaded("binance")
    price = town.wander.centre
    far = Decimal("0.35")
    grid = replace(
        town.grid, grid_count=RUNGS, lower=price * (1 - far), upper=price * (1 + far), investment=price * RUNGS / 20
    )  # fmt: skip
    # The first purchase is larger than what usually rests beside the market.
    town = replace(town, grid=grid, wander=replace(town.wander, depth=Decimal(RUNGS)))

    async def play(clock: VirtualClock) -> tuple[float, int]:
        world = World(town, clock, 1)
        world.exchange.transfer(OWNER, town.account.quote, grid.investment * 2)
        await world.open(is_flowing=False)
        resting = len(list(world.exchange.open_of(OWNER)))
        world.kill(0.1)
        took_s, wrong = await world.come_to_rest(60)
        assert wrong == []
        async with asyncio.timeout(60):
            await world.close()
        assert world.complaints() == []
        return took_s, resting

    took_s, resting = run_virtual(play)
    assert resting >= RUNGS - 2
    assert took_s <= SOON_S
