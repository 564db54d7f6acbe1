"""What other desks of this user run, as pictures made from the database: shown and steered here, decided there."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from engine.domain import pair_phrases
from engine.domain.arbitrage_views import ArbitrageView
from engine.domain.sentences import say
from engine.domain.views import AccountView, BotView, PositionView
from engine.errors import StorageError
from engine.kernel.books import MarketBook
from engine.kernel.kernel import Kernel
from engine.ports import OtherDesks

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class ElsewherePicture:
    """Accounts, bots and positions of other desks, at the last recorded prices. Each bot says where it is."""

    accounts: tuple[AccountView, ...] = ()
    bots: tuple[BotView, ...] = ()
    positions: tuple[PositionView, ...] = ()
    markets: tuple[MarketBook, ...] = ()
    arbitrage: tuple[ArbitrageView, ...] = ()


class Elsewhere:
    """Looks once a second whether anything changed, and reads it only then. Belongs to the engine's loop."""

    def __init__(self, desks: OtherDesks, timezone: tzinfo, every_s: float = LOOK_EVERY_S) -> None:
        self._desks = desks
        self._timezone = timezone
        self._every_s = every_s
        self.picture = ElsewherePicture()

    async def run(self, own_accounts: Callable[[], Sequence[str]], on_change: Callable[[], None]) -> None:
        """Look until cancelled. A database that is away leaves the last picture standing."""
        while True:
            try:
                if await self.look(own_accounts()):
                    on_change()
            except StorageError as error:
                log.info("other desks cannot be seen: %s", error)
            await asyncio.sleep(self._every_s)

    async def look(self, own_accounts: Sequence[str]) -> bool:
        """Read again what is not ours, where it changed. Raises StorageError."""
        found = await self._desks.look(own_accounts)
        if found is None:
            return False
        # A kernel that is never told anything decides nothing: it only works out what a row shows.
        kernel = Kernel("", found.recovered, self._timezone)
        for venue, symbol, price, at in found.prices:
            kernel.mark(venue, symbol, price, at)
        places = dict(found.places)
        self.picture = ElsewherePicture(
            tuple(replace(view, elsewhere=places.get(view.account.account_id, "")) for view in kernel.account_views()),
            tuple(replace(view, elsewhere=places.get(view.bot.account_id, "")) for view in kernel.bot_views()),
            kernel.position_views(),
            tuple(kernel.market_books()),
            tuple(
                _placed(view, places.get(kernel.account_of(view.bot_id) or "", "")) for view in kernel.arbitrage_views()
            ),
        )
        return True


def _placed(view: ArbitrageView, desk: str) -> ArbitrageView:
    """Why it does not enter from here."""
    said = say(pair_phrases.WAITS_RUNS_ON, desk=desk) if desk else say(pair_phrases.WAITS_RUNS_NOWHERE)
    return replace(view, waits=said)
