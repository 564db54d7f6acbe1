"""The time, told to two-leg bots: their budgets count seconds in which no market may say anything."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from engine.domain.arbitrage_messages import ClockTicked
from engine.domain.messages import Message
from engine.kernel.kernel import Kernel

TICK_S = 0.25


async def tell_time(kernel: Kernel, tell: Callable[[Message], None]) -> None:
    """Every quarter of a second while a two-leg bot has work, until cancelled.

    It is this computer's clock, as the books and rates are stamped that were heard here. On markets with a time of
    their own a tick only wakes the bots, which go by what the market says.
    """
    while True:
        await asyncio.sleep(TICK_S)
        if kernel.has_pair_work:
            tell(ClockTicked(datetime.now(UTC)))
