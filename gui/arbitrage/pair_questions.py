"""What a person is told before a two-leg bot is started, paused or stopped: what it may do, with how much money."""

from datetime import UTC, datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.bots.arbitrage_rules import ArbitragePreview, preview
from engine.domain.arbitrage import ArbitrageConfig
from engine.domain.arbitrage_views import TwoLegView
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.money import ZERO
from engine.domain.sentences import plain
from engine.domain.views import BotView, EngineView
from gui import numbers
from gui.arbitrage import pair_markets, pair_words
from gui.bot_questions import Question
from gui.dialogs.markets import TradableMarket, tradable_markets
from gui.sentences import translate as translate_sentence

translate = QCoreApplication.translate


def markets_of(view: EngineView, shown: BotView) -> tuple[TradableMarket, TradableMarket] | None:
    """Both markets of a two-leg bot; None where one of them is not there now."""
    config = shown.bot.config
    if not isinstance(config, ArbitrageConfig):
        return None
    markets = {market.key: market for market in tradable_markets(view)}
    home = markets.get((shown.bot.account_id, shown.bot.symbol))
    foreign = markets.get((config.hedge_account_id, config.hedge_symbol))
    return None if home is None or foreign is None else (home, foreign)


def plan_of(view: EngineView, shown: BotView, *, with_means: bool) -> ArbitragePreview | None:
    """What the bot's settings come to now; None where a market is missing."""
    found, config = markets_of(view, shown), shown.bot.config
    if found is None or not isinstance(config, ArbitrageConfig):
        return None
    home, foreign = found
    sight = pair_markets.sight_of(view, home, foreign, config, datetime.now(UTC))
    means = pair_markets.means_of(home, foreign) if with_means else None
    return preview(config, (home.account, home.instrument), (foreign.account, foreign.instrument), sight, means)


def pair_start_question(view: EngineView, shown: BotView) -> Question:
    """What starting would allow the bot to do."""
    config, name = shown.bot.config, shown.bot.name
    assert isinstance(config, ArbitrageConfig), "asked of two-leg bots"
    count = len(_positions(view, shown))
    if shown.bot.state is BotState.PAUSED:
        text = translate(
            "question", "Start {bot} again? It enters and closes again; {count} open positions go on with it."
        )
        return Question(text.format(bot=name, count=count))
    plan = plan_of(view, shown, with_means=not count)
    if plan is None:
        text = translate("question", "{bot} cannot be started: one of its two markets is not there.")
        return Question(text.format(bot=name), is_possible=False)
    if plan.refusals:
        reasons = " ".join(translate_sentence(refusal.sentence) for refusal in plan.refusals)
        text = translate("question", "{bot} cannot be started: {reasons}").format(bot=name, reasons=reasons)
        return Question(text, is_possible=False)
    text = translate(
        "question",
        "Start {bot}? From a net premium of {entry} % on it enters ({way}) with {size} each, at most {most} times at "
        "once{value}, and closes at {exit} %; a round trip leaves {result} %.",
    )
    return Question(
        text.format(
            bot=name,
            entry=plain(config.entry_pct),
            way=pair_words.ways(config.ways),
            size=f"{plain(config.size)} {plan.pair.base}",
            most=config.max_positions,
            value=_worth(plan.value, plan.pair.home_quote),
            exit=plain(config.exit_pct),
            result=numbers.percent(plan.round_trip_pct, 3, signed=True),
        )
    )


def pair_pause_question(view: EngineView, shown: BotView) -> Question:
    """What pausing leaves undone."""
    text = translate(
        "question",
        "Pause {bot}? Nothing is opened or closed until it is started again; {count} open positions stay, and legs "
        "that differ are still brought together.",
    )
    return Question(text.format(bot=shown.bot.name, count=len(_positions(view, shown))))


def pair_stop_question(view: EngineView, shown: BotView, inventory: Inventory) -> Question:
    """What stopping does to the open positions and, where they are closed, what that brings."""
    positions = _positions(view, shown)
    words: dict[str, object] = {"bot": shown.bot.name, "count": len(positions)}
    if not positions:
        text = translate("question", "Stop {bot}? It has no open position; what is under way ends first.")
    elif inventory is Inventory.KEEP:
        text = translate(
            "question",
            "Stop {bot}? What is under way ends first; {count} open positions stay as they are in both accounts.",
        )
    else:
        known = [position.pnl_if_closed for position in positions if position.pnl_if_closed is not None]
        if len(known) == len(positions):
            text = translate(
                "question",
                "Stop {bot}? {count} open positions are closed at the books, both legs of each, for {result} in all "
                "after fees.",
            )
            quote = shown.bot.symbol.partition("/")[2]
            words["result"] = numbers.money_with_asset(sum(known, ZERO), quote, signed=True)
        else:
            text = translate(
                "question",
                "Stop {bot}? {count} open positions are closed at the books, both legs of each; what that brings is "
                "not known now.",
            )
    return Question(text.format_map(words))


def _positions(view: EngineView, shown: BotView) -> tuple[TwoLegView, ...]:
    found = (pair.positions for pair in view.arbitrage if pair.bot_id == shown.bot.bot_id)
    return next(found, ())


def _worth(value: Decimal | None, quote: str) -> str:
    if value is None:
        return ""
    text = translate("question", " (about {value} at home each)")
    return text.format(value=numbers.money_with_asset(value, quote))
