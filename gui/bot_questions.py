"""What a person is told before an act changes orders: which orders go or come, how much money moves, what it costs."""

from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.bots.grid_rules import GridPreview, preview
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import OrderKind
from engine.domain.views import BotView, EngineView, MarketView
from gui import numbers
from gui.sentences import translate as translate_sentence

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Question:
    """What would happen, in one or two sentences. When it is not possible the text says why."""

    text: str
    is_possible: bool = True


def market_of(view: EngineView, shown: BotView) -> MarketView | None:
    """The market a bot trades on."""
    key = (shown.bot.venue, shown.bot.symbol)
    return next((market for market in view.markets if market.instrument.key == key), None)


def free_balance(view: EngineView, account_id: str, asset: str) -> Decimal | None:
    """Total less reserved of an asset; None when the venue has not said yet."""
    for account in view.accounts:
        if account.account.account_id == account_id:
            return account.free(asset) or ZERO
    return None


def start_question(view: EngineView, shown: BotView) -> Question:
    """What starting a bot would send. A paused bot only places again what it already has."""
    name = shown.bot.name
    if shown.bot.state is BotState.PAUSED:
        text = translate("question", "Start {bot} again? It places the orders of its {count} rungs again.")
        return Question(text.format(bot=name, count=len(shown.rungs)))
    market = market_of(view, shown)
    if market is None:
        text = translate("question", "Start {bot}? Its market has no price yet, so it waits for the first one.")
        return Question(text.format(bot=name))
    instrument = market.instrument
    planned = preview(
        shown.bot.grid,
        instrument,
        market.ask,
        free_balance(view, shown.bot.account_id, instrument.quote),
        free_balance(view, shown.bot.account_id, instrument.position_asset),
    )
    if planned.refusals:
        reasons = " ".join(translate_sentence(refusal.sentence) for refusal in planned.refusals)
        text = translate("question", "{bot} cannot be started: {reasons}").format(bot=name, reasons=reasons)
        return Question(text, is_possible=False)
    return Question(_start_sentence(name, planned, instrument))


def _start_sentence(name: str, planned: GridPreview, instrument: Instrument) -> str:
    resting = sum(order.kind is OrderKind.LIMIT for order in planned.orders)
    if not planned.initial_buy:
        return translate("question", "Start {bot}? It places {count} orders and uses {capital}.").format(
            bot=name, count=resting, capital=numbers.money_with_asset(planned.capital_quote, instrument.quote)
        )
    return translate(
        "question",
        "Start {bot}? It buys {base} at about {price} now (fee {fee}), then places {count} orders; in all it uses "
        "{capital}.",
    ).format(
        bot=name,
        base=f"{numbers.quantity(planned.initial_buy, instrument)} {instrument.base}",
        price=numbers.price(planned.price, instrument),
        fee=numbers.money_with_asset(planned.initial_fee, instrument.quote),
        count=resting,
        capital=numbers.money_with_asset(planned.capital_quote, instrument.quote),
    )


def pause_question(shown: BotView) -> Question:
    """What pausing would cancel."""
    text = translate("question", "Pause {bot}? {count} resting orders are cancelled; {base} {asset} stay in the bot.")
    return Question(
        text.format(
            bot=shown.bot.name,
            count=len(shown.open_orders),
            base=numbers.exact(shown.base_held),
            asset=shown.bot.symbol.partition("/")[0],
        )
    )


def stop_question(view: EngineView, shown: BotView, inventory: Inventory) -> Question:
    """What stopping would cancel and, when inventory is sold, what it would bring and cost."""
    market = market_of(view, shown)
    words: dict[str, object] = {
        "bot": shown.bot.name,
        "count": len(shown.open_orders),
        "base": numbers.exact(shown.base_held),
        "asset": shown.bot.symbol.partition("/")[0],
    }
    if inventory is Inventory.KEEP or not shown.base_held:
        text = translate(
            "question", "Stop {bot}? {count} resting orders are cancelled; {base} {asset} stay in the account."
        )
    elif market is None:
        text = translate(
            "question", "Stop {bot}? {count} resting orders are cancelled and {base} {asset} are sold at market."
        )
    else:
        text = translate(
            "question",
            "Stop {bot}? {count} resting orders are cancelled and {base} {asset} are sold at about {price}, for about "
            "{value} less a fee of {fee}.",
        )
        instrument, value = market.instrument, market.bid * shown.base_held
        fee = instrument.rules.fee(value, instrument.rules.taker_fee)
        words |= {
            "price": numbers.price(market.bid, instrument),
            "value": numbers.money_with_asset(value, instrument.quote),
            "fee": numbers.money_with_asset(fee, instrument.quote),
        }
    return Question(text.format_map(words))
