"""The owner of an account whose exchange took a position away: what `docs/futures.md` tells him to do, he does."""

import asyncio
import contextlib
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.messages import StartBot, StopBot
from engine.domain.money import ZERO
from tests.proof.profit import result_of
from tests.support.exchange.office import Hand
from tests.support.exchange.values import Refused, Side
from tests.support.waiting import last, wait_until_async

if TYPE_CHECKING:
    from tests.proof.world import World

LOOK_S = 2.0
#: What a bot says that stands still because of it.
CAUSE = "somebody or something else changed it"


class Owner:
    """He looks at the bot until it stands still, stops it without selling, sells what is left, and starts it anew.

    `earlier` is the result of the runs that are over. A bot that trades on a position that was taken from it is a
    complaint.
    """

    def __init__(self, world: "World", start: Callable[..., "asyncio.Task[None]"]) -> None:
        self._world = world
        self._start = start
        self._results: dict[int, Decimal] = {}
        self._looking: asyncio.Task[None] | None = None
        self._news = 0

    @property
    def earlier(self) -> Decimal:
        return sum(self._results.values(), ZERO)

    @property
    def is_busy(self) -> bool:
        return self._looking is not None and not self._looking.done()

    def taken_away(self) -> None:
        """A position was closed, or a part of it."""
        self._news += 1
        if not self.is_busy:
            self._looking = self._start(self._look_after())

    async def done(self, within_s: float) -> None:
        """Wait until the bot trades again. Raises AssertionError when it never does."""
        if self._looking is not None:
            await wait_until_async(
                lambda: not self.is_busy, what="the bot to trade again", within_s=within_s, every_s=LOOK_S
            )
            self._looking.result()

    def leave(self) -> None:
        """He looks no more."""
        if self._looking is not None:
            self._looking.cancel()

    async def _look_after(self) -> None:
        world, has_begun = self._world, 0
        while True:
            await last(LOOK_S)
            program = world.program
            if program is None or program.is_over or world.is_asleep:
                continue
            bot = world.books.bots[0]
            match bot.state:
                case BotState.ERROR:
                    assert CAUSE in str(bot.last_event), f"it stands still, but says: {bot.last_event}"
                    if not list(world.exchange.open_of(world.stage.account)):
                        await program.put(StopBot(bot.bot_id, Inventory.KEEP))
                case BotState.STOPPED:
                    if not self._sold_by_hand():
                        # Once more at each look: a fill that is told late counts to the run that is over.
                        [shown] = program.engine.refresh().bots
                        self._results[bot.run] = result_of(shown, world.exchange.house)
                        world.watch.begin_anew()
                        has_begun = self._news
                        await program.put(StartBot(bot.bot_id, is_confirmed=True))
                case BotState.RUNNING if has_begun == self._news:
                    return

    def _sold_by_hand(self) -> bool:
        """What the exchange left of the position goes, so that the account begins with nothing; False: nothing left."""
        stage = self._world.stage
        for position in stage.exchange.positions(stage.account):
            if position.symbol == stage.symbol and position.size > 0:
                hand = Hand(stage.exchange, stage.account, stage.plan.acts)
                # Off a step that the exchange made coarser for a while: he tries again later.
                with contextlib.suppress(Refused):
                    hand.order(stage.symbol, Side.SELL, position.size)
                return True
        return False
