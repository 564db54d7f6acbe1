"""An instrument that nobody may trade for minutes is waited for, on every exchange in its own words (seed 58)."""

import pytest

from tests.proof.towns import loaded
from tests.proof.venue_acts import delisted
from tests.proof.world import World
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

SUSPENDED_S = 300.0


@pytest.mark.parametrize("venue", ["bithumb", "okx"])
def test_after_a_suspension_the_ladder_comes_back_by_itself(venue: str) -> None:
    town = loaded(venue)

    async def play(clock: VirtualClock) -> list[str]:
        world = World(town, clock, 1)
        await world.open()
        end = delisted(world.stage)
        await last(SUSPENDED_S)
        end()
        _, wrong = await world.come_to_rest(90)
        await world.close()
        return wrong + world.complaints()

    assert run_virtual(play) == []
