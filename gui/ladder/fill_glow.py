"""Which rungs were filled in the last two seconds of the person's time, whatever time the market runs in."""

from collections.abc import Mapping
from datetime import datetime

from engine.domain.order import Side
from engine.domain.views import BotView

GLOW_S = 2.0


class FillGlow:
    """Compares snapshots: a rung whose last fill is another than before begins to glow. Times in monotonic seconds."""

    def __init__(self) -> None:
        self._seen: dict[int, datetime | None] = {}
        self._since: dict[tuple[int, Side], float] = {}
        self._generation = -1

    def start(self, shown: BotView) -> None:
        """Begin with another bot; what was filled before is no news."""
        self._since = {}
        self._note(shown)

    def show(self, shown: BotView, now_s: float) -> None:
        """Take the next snapshot of the same bot."""
        if shown.bot.generation == self._generation:
            for rung in shown.rungs:
                is_new = rung.last_fill_at is not None and rung.last_fill_at != self._seen.get(rung.index)
                if is_new and rung.last_fill_side is not None:
                    self._since[rung.index, rung.last_fill_side] = now_s
        self._note(shown)

    def strengths(self, now_s: float) -> Mapping[tuple[int, Side], float]:
        """How strongly (rung, side) glows: 1 at the fill, 0 after two seconds."""
        self._since = {key: at for key, at in self._since.items() if now_s - at < GLOW_S}
        return {key: 1.0 - (now_s - at) / GLOW_S for key, at in self._since.items()}

    def is_on(self, now_s: float) -> bool:
        """Whether anything still fades."""
        return any(now_s - at < GLOW_S for at in self._since.values())

    def _note(self, shown: BotView) -> None:
        self._generation = shown.bot.generation
        self._seen = {rung.index: rung.last_fill_at for rung in shown.rungs}
