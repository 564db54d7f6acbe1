"""When an exchange is called again."""

import asyncio
import random

import pytest

from engine.venues.redial import FIRST_S, LONGEST_S, STEADY_S, Redial
from tests.engine.venues.builders import ObedientClock


class Always(random.Random):
    """Draws the same number for ever."""

    def __init__(self, drawn: float) -> None:
        super().__init__(0)
        self._drawn = drawn

    def random(self) -> float:
        return self._drawn


@pytest.mark.parametrize(("drawn", "factor"), [(0.0, 0.5), (0.5, 1.0), (0.75, 1.25)])
async def test_short_lines_make_the_wait_longer_up_to_a_bound(drawn: float, factor: float) -> None:
    clock = ObedientClock()
    redial = Redial(clock, Always(drawn))
    for _ in range(9):
        await redial.turn()
    back_offs = (0.5, 1, 2, 4, 8, LONGEST_S, LONGEST_S, LONGEST_S)
    assert clock.waits == [back_off * factor for back_off in back_offs]


async def test_after_a_line_that_held_the_next_one_comes_almost_at_once() -> None:
    clock = ObedientClock()
    redial = Redial(clock, Always(0.5))
    for _ in range(4):
        await redial.turn()
    # Nobody rings, so the time has passed when this returns.
    await clock.wait(asyncio.Event(), STEADY_S)
    await redial.turn()
    assert clock.waits == [0.5, 1, 2, STEADY_S, FIRST_S / 2]
    await redial.turn()
    assert clock.waits[-1] == 0.5


async def test_many_accounts_do_not_call_in_the_same_moment() -> None:
    waits = set()
    chance = random.Random(3)
    for _ in range(20):
        clock = ObedientClock()
        redial = Redial(clock, chance)
        await redial.turn()
        await redial.turn()
        waits.update(clock.waits)
    assert len(waits) == 20
    assert all(FIRST_S / 2 <= wait <= FIRST_S * 1.5 for wait in waits)
