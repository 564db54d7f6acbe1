"""Bots as lists show them: the two halves of a two-leg bot are one."""

from engine.domain.bot import BotKind
from engine.domain.views import BotView, EngineView


def listed(view: EngineView) -> list[BotView]:
    """All bots that are there, of a two-leg bot its home half alone."""
    return [shown for shown in view.bots if not shown.bot.is_removed and shown.bot.kind is not BotKind.HEDGE]


def halves(view: EngineView, bot_id: str) -> tuple[str, ...]:
    """The ids under which a bot trades: its own, and that of its foreign half where it has one."""
    return (bot_id, *(pair.hedge_bot_id for pair in view.arbitrage if pair.bot_id == bot_id))


def bot_names(view: EngineView) -> dict[str, str]:
    """The name of each bot by its id; both halves of a two-leg bot go by its one name."""
    names = {shown.bot.bot_id: shown.bot.name for shown in view.bots}
    return names | {pair.hedge_bot_id: names[pair.bot_id] for pair in view.arbitrage if pair.bot_id in names}
