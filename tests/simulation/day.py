"""One seeded day, or part of one: hours with trouble, each followed by a calm in which everything must come right.

Once a day the machine sleeps for eight more hours, in the middle of trouble.
"""

import random
from dataclasses import dataclass, field

from tests.proof.world import Town, World
from tests.support.virtual_time import VirtualClock, run_virtual
from tests.support.waiting import last

#: Trouble is so many seconds apart, on average, and after each hour of it there is a calm.
FAULT_EVERY_S = 240.0
HOUR_S = 3_300.0
CALM_S = 300.0
#: Before each calm so many troubles come at once, and all end together this much later.
STORM = 3
STORM_S = 6.0
#: Days that are long enough have a night in which the machine sleeps so long.
NIGHT_S = 8 * 3600.0
LONG_ENOUGH_H = 12
#: The ladder must be right so soon after the last trouble.
SOON_S = 60.0


@dataclass
class Report:
    """What a day came to. `slowest_s` is the longest time from the end of trouble to a correct ladder."""

    venue: str
    seed: int
    hours: float
    trace: str = ""
    faults: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    orders: int = 0
    fills: int = 0
    lives: int = 0
    slowest_s: float = 0.0
    complaints: list[str] = field(default_factory=list)
    took_s: float = 0.0


def simulate(town: Town, seed: int, hours: float) -> Report:
    """Play it; the same seed gives the same trace."""

    async def play(clock: VirtualClock) -> Report:
        return await _play(World(town, clock, seed), seed, hours)

    return run_virtual(play)


async def _play(world: World, seed: int, hours: float) -> Report:
    chance = random.Random(f"{seed} day")
    report = Report(world.town.name, seed, hours)
    await world.open()
    left_s = hours * 3600
    # Drawn in any case: a part of a day begins as the whole day does.
    night_part = chance.uniform(0.1, 0.9)
    night_after_s = left_s * night_part if hours >= LONG_ENOUGH_H else 0.0
    while left_s > 0:
        trouble_s = min(HOUR_S, max(left_s - CALM_S, CALM_S))
        await _trouble(world, chance, trouble_s)
        if left_s <= night_after_s:
            # Not counted among the hours: they are hours of trouble.
            night_after_s = 0.0
            world.stage.sleep(chance.random() < 0.5, chance.random() < 0.5)
            await last(NIGHT_S)
        for _ in range(STORM):
            world.chaos.strike()
        await last(chance.uniform(0, STORM_S))
        before = world.clock.seconds()
        took_s, wrong = await world.come_to_rest(CALM_S)
        report.slowest_s = max(report.slowest_s, took_s)
        report.complaints += wrong
        if took_s > SOON_S:
            report.complaints.append(f"I4: the ladder was right only {took_s:.0f} s after the last trouble.")
        if wrong or world.watch.complaints:
            break
        left_s -= trouble_s + max(world.clock.seconds() - before, CALM_S)
        await last(max(0.0, CALM_S - took_s))
    # What came since the last calm, such as funding, arrives before the end.
    _, wrong = await world.come_to_rest(CALM_S)
    report.complaints += wrong
    await world.close()
    report.complaints += [each for each in world.complaints() if each not in report.complaints]
    report.kinds = dict(world.plan.counts())
    report.faults = sum(report.kinds.values())
    report.orders, report.fills, report.lives = world.watch.orders, world.watch.fills, world.lives
    report.trace = world.trace()
    return report


async def _trouble(world: World, chance: random.Random, seconds: float) -> None:
    end = world.clock.seconds() + seconds
    healing: list[tuple[float, int]] = []
    while (now := world.clock.seconds()) < end:
        next_s = chance.expovariate(1 / FAULT_EVERY_S)
        until = min(now + next_s, end)
        while healing and min(healing)[0] <= until:
            at, number = min(healing)
            healing.remove((at, number))
            await last(max(0.0, at - world.clock.seconds()))
            world.chaos.heal(number)
        await last(max(0.0, until - world.clock.seconds()))
        if until < end:
            number, lasts_s = world.chaos.strike()
            healing.append((world.clock.seconds() + lasts_s, number))
