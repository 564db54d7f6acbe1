"""What a person is told before a two-leg position is closed by hand: both orders, the money, the fees."""

from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from engine.domain.arbitrage import Leg, PairStage
from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.domain.views import EngineView, MarketView
from gui import numbers
from gui.arbitrage.two_leg_rows import TwoLegRow
from gui.bot_questions import Question, market_of

translate = QCoreApplication.translate


def close_question(view: EngineView, row: TwoLegRow) -> Question:
    """What closing at the book now would send. A position that is closing already needs no question."""
    name = f"{row.bot.bot.name} #{row.position.number}"
    if row.position.stage is not PairStage.OPEN:
        text = translate("question", "{position} is not open now; what is under way ends first.")
        return Question(text.format(position=name), is_possible=False)
    arbitrage = next((shown for shown in view.arbitrage if shown.bot_id == row.bot.bot.bot_id), None)
    hedge = None
    if arbitrage is not None:
        hedge = next((shown for shown in view.bots if shown.bot.bot_id == arbitrage.hedge_bot_id), None)
    markets = (market_of(view, row.bot), None if hedge is None else market_of(view, hedge))
    legs = (row.position.entry.home, row.position.entry.foreign)
    orders = [_order(leg, market) for leg, market in zip(legs, markets, strict=True)]
    words: dict[str, object] = {"position": name, "first": orders[0], "second": orders[1]}
    result = row.shown.pnl_if_closed
    if result is None:
        text = translate("question", "Close {position}? It {first} and {second}. What it brings is not known now.")
    else:
        text = translate(
            "question", "Close {position}? It {first} and {second}. In all it would have brought {result}."
        )
        words["result"] = numbers.money_with_asset(result, row.quote, signed=True)
    return Question(text.format_map(words))


def _order(leg: Leg, market: MarketView | None) -> str:
    """The order that takes a leg of the entry back, at the best price of its book."""
    quantity = abs(leg.base)
    side = leg.side.opposite
    if market is None:
        text = (
            translate("question", "sells {quantity}") if side is Side.SELL else translate("question", "buys {quantity}")
        )
        return text.format(quantity=numbers.exact(quantity))
    instrument: Instrument = market.instrument
    price: Decimal = market.bid if side is Side.SELL else market.ask
    fee = instrument.rules.fee(price * quantity, instrument.rules.taker_fee) if price > 0 else ZERO
    if side is Side.SELL:
        text = translate("question", "sells {quantity} on {venue} at about {price} for {value} (fee {fee})")
    else:
        text = translate("question", "buys {quantity} on {venue} at about {price} for {value} (fee {fee})")
    return text.format(
        quantity=f"{numbers.quantity(quantity, instrument)} {instrument.base}",
        venue=instrument.venue,
        price=numbers.price(price, instrument),
        value=numbers.money_with_asset(price * quantity, instrument.quote),
        fee=numbers.money_with_asset(fee, instrument.quote),
    )
