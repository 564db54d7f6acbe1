"""The owner of a two-leg bot whose hedge was taken away: what docs/arbitrage.md tells him to do, he does."""

from typing import TYPE_CHECKING

from engine.domain.bot import BotState
from engine.domain.messages import StartBot
from tests.support.waiting import last

if TYPE_CHECKING:
    from tests.pair_faults.world import PairWorld

LOOK_S = 2.0
#: What a half says that stands still because of it, and how long after it was taken away it must.
CAUSE = "somebody or something else changed it"
SOON_S = 60.0


class PairOwner:
    """He looks at the bot until the half abroad stands still, and starts it again; `is_looking` until it trades."""

    def __init__(self, world: "PairWorld") -> None:
        self._world = world
        self.is_looking = False
        self.complaint = ""

    async def look_after(self) -> None:
        """A position was closed by its exchange, or a part of it. Where nobody stands still, all is as it must be."""
        self.is_looking, has_begun = True, False
        began = self._world.clock.seconds()
        while has_begun or self._world.clock.seconds() - began < SOON_S:
            await last(LOOK_S)
            program, home, hedge = self._world.program, self._world.bot, self._world.hedge
            if program is None or program.is_over or home is None or hedge is None:
                continue
            if hedge.state is BotState.ERROR:
                if CAUSE not in str(hedge.last_event):
                    self.complaint = f"P5: it stands still, but says: {hedge.last_event}"
                if home.state is not BotState.STOPPING:
                    await program.put(StartBot(home.bot_id, is_confirmed=True))
                has_begun = True
            elif has_begun:
                break
        self.is_looking = False
