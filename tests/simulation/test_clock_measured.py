"""What is measured of an exchange's clock is its clock, however slow the way there and however often measured."""

import pytest

from tests.proof.towns import loaded, names
from tests.proof.world import World
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

#: As to an exchange on the other side of the world.
SLOW_S = 0.15
TIMES = 8
MOST_MS = 20


@pytest.mark.parametrize("venue", names())
def test_a_right_clock_stays_right_over_many_connections(venue: str) -> None:
    """Found on Upbit by seed 15: half of each question's time was added to what had been added before, until the
    account was held back for a clock that was never wrong.
    """
    town = loaded(venue)

    async def play(clock: VirtualClock) -> tuple[int | None, list[str]]:
        world = World(town, clock, 1)
        await world.open(is_flowing=False)
        world.network.latency_s = SLOW_S
        for _ in range(TIMES):
            world.network.cut()
            await last(40)
        _, wrong = await world.come_to_rest(60)
        assert world.program is not None
        [account] = world.program.engine.refresh().accounts
        assert account.live is not None
        assert account.live.facts is not None
        offset_ms = account.live.facts.clock_offset_ms
        await world.close()
        return offset_ms, wrong + world.complaints()

    offset_ms, wrong = run_virtual(play)
    assert wrong == []
    assert offset_ms is not None
    assert abs(offset_ms) <= MOST_MS
