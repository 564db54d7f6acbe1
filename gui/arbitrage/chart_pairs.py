"""Which bots and positions belong to a pair: its venues are exchanges, a bot's are those of its accounts."""

from collections.abc import Mapping

from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.arbitrage_views import ArbitrageView, PremiumView
from engine.domain.premium import Pair
from engine.domain.views import BotView, EngineView
from gui.arbitrage import pair_words


def exchanges(view: EngineView) -> dict[str, str]:
    """The exchange of each account's venue; the venue itself where its market is its own."""
    return {shown.account.venue: shown.account.exchange or shown.account.venue for shown in view.accounts}


def is_same_pair(one: Pair, other: Pair, exchange_of: Mapping[str, str]) -> bool:
    """Whether both mean the same markets, each by its exchange or by the venue of an account there."""

    def key(pair: Pair) -> tuple[str, str, str, str]:
        return (
            exchange_of.get(pair.home_venue, pair.home_venue),
            pair.home_symbol,
            exchange_of.get(pair.foreign_venue, pair.foreign_venue),
            pair.foreign_symbol,
        )

    return key(one) == key(other)


def row_of(view: EngineView, pair: Pair) -> PremiumView | None:
    """The row of a pair, None while the spread desk does not show it."""
    return next((row for row in view.premiums.rows if row.pair == pair), None)


def config_of(bot: BotView) -> ArbitrageConfig | None:
    """What a two-leg bot was told; None of any other bot."""
    return bot.bot.config if isinstance(bot.bot.config, ArbitrageConfig) else None


def bots_of(view: EngineView, pair: Pair) -> list[BotView]:
    """The two-leg bots that trade a pair and are not removed."""
    exchange_of = exchanges(view)
    venue_of = {shown.account.account_id: shown.account.venue for shown in view.accounts}
    found = []
    for bot in view.bots:
        config = config_of(bot)
        if config is None or bot.bot.is_removed:
            continue
        foreign_venue = venue_of.get(config.hedge_account_id, config.hedge_account_id)
        own = Pair(bot.bot.venue, bot.bot.symbol, foreign_venue, config.hedge_symbol, config.fx_pair)
        if is_same_pair(own, pair, exchange_of):
            found.append(bot)
    return found


def arbitrage_of(view: EngineView, bot_id: str) -> ArbitrageView | None:
    """Positions and premiums of a two-leg bot."""
    return next((shown for shown in view.arbitrage if shown.bot_id == bot_id), None)


def title_of(pair: Pair) -> str:
    """A pair in one line: its base and where it trades."""
    return f"{pair.base}  {pair_words.venues(pair)}"
