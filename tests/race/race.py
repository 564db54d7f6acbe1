"""A whole race: a town, its chaos, its end, and the verdict."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.race.chaos import Chaos, Disturbance
from tests.race.checker import Verdict, judge
from tests.race.exchange import Size
from tests.race.town import Town, town

#: After the last disturbance everything must come to rest within this time.
REST_S = 60.0


async def race(
    size: Size,
    seconds: float,
    seed: int,
    folder: Path,
    url: str,
    redis_url: str,
    told: Callable[[str], None],
    *,
    is_timed: bool = True,
) -> tuple[Verdict, list[Disturbance]]:
    """Run it. The verdict, and what happened."""
    async with town(size, folder, url, redis_url) as made:
        await made.open()
        began = time.time()
        what = f"{size.accounts} accounts, {size.bots} bots, lease {size.lease_s:g} s"
        told(f"{what}; {seconds:g} s of chaos, seed {seed}")
        chaos = Chaos(made, seed, told=told)
        await chaos.run(seconds)
        for account_id in made.account_ids:
            await made.wait_for_running(account_id, REST_S)
        whole = (began, time.time())
        verdict = await settle_and_judge(made, whole, chaos.happened, is_timed=is_timed)
        return verdict, chaos.happened


async def settle_and_judge(
    made: Town, whole: tuple[float, float], happened: list[Disturbance], *, is_timed: bool
) -> Verdict:
    """Bring everything to an end at which both books are whole, then judge.

    The exchange ends first: what it filled before its end is asked for by the desks when it is back with a market that
    stands still. Then the desks have all its fills, and end.
    """
    made.exchange.stop()
    made.exchange.size = replace(made.size, speed=0)
    await asyncio.to_thread(made.exchange.start)
    for account_id in made.account_ids:
        await made.wait_for_running(account_id, REST_S)
    ends = await made.end()
    verdict = await judge(made, whole, happened, is_timed=is_timed)
    return replace(verdict, complaints=(*ends, *verdict.complaints))
