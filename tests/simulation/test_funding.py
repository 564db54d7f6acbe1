"""Funding is booked soon after it was paid, also what was paid in a long sleep (seed 14 of Bitget futures)."""

import pytest

from tests.proof.towns import loaded
from tests.proof.venue_acts import funding
from tests.proof.world import World
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

TWO_DAYS_S = 48 * 3600.0
SOON_S = 60.0
FUTURES = ("binanceusdm", "okxswap", "bitgetmix")


async def world_with_a_position(town: str, clock: VirtualClock) -> World:
    world = World(loaded(town), clock, 1)
    await world.open()
    while not world.exchange.positions("owner"):
        await last(SOON_S)
    return world


@pytest.mark.parametrize("venue", FUTURES)
def test_funding_out_of_turn_is_in_the_books_within_a_minute(venue: str) -> None:
    async def play(clock: VirtualClock) -> list[str]:
        world = await world_with_a_position(venue, clock)
        funding(world.stage)
        _, wrong = await world.come_to_rest(SOON_S)
        await world.close()
        return wrong + world.complaints()

    assert run_virtual(play) == []


@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("venue", FUTURES)
def test_funding_that_was_paid_while_the_machine_slept_for_two_days_is_booked(venue: str, is_counted: bool) -> None:
    async def play(clock: VirtualClock) -> list[str]:
        world = await world_with_a_position(venue, clock)
        world.sleep(is_counted, is_told=False)
        funding(world.stage)
        await last(TWO_DAYS_S)
        _, wrong = await world.come_to_rest(SOON_S)
        await world.close()
        return wrong + world.complaints()

    assert run_virtual(play) == []
