"""The fills of a bot from the history, newest first, page by page until there are enough or no more."""

from collections.abc import Callable, Sequence
from datetime import datetime

from engine.domain.messages import FillRecorded
from engine.ports import History
from gui.charts.pages import PAGE_ROWS, PendingTask

#: More triangles than this say nothing; older fills are in the fills table.
MOST_FILLS = 10_000


class FillPages:
    """Reads the fills of one bot at a time and hands each page over with the bot's id."""

    def __init__(self, history: History, on_page: Callable[[str, Sequence[FillRecorded]], None]) -> None:
        self._history = history
        self._on_page = on_page
        # Fills of the running program are in every snapshot; a chart without the older ones is still right.
        self._pending = PendingTask(lambda _sentence: None)

    def load(self, bot_id: str) -> None:
        """Read from the newest fill backwards."""
        self._pending.cancel()
        self._pending.start(lambda: self._load(bot_id))

    def cancel(self) -> None:
        self._pending.cancel()

    async def _load(self, bot_id: str) -> None:
        before: datetime | None = None
        for _page in range(MOST_FILLS // PAGE_ROWS):
            page = await self._history.fills(bot_id, before, PAGE_ROWS)
            if page:
                self._on_page(bot_id, page)
                before = page[-1].fill.at
            if len(page) < PAGE_ROWS:
                return
