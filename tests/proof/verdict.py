"""I4: the ladder at an exchange is what the rungs want. All else is judged by its auditor, and in watch.py."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from engine.bots.grid import wants
from engine.domain.bot import Bot, BotState
from engine.domain.grid import Rung
from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import Side
from tests.proof.books import OurBooks
from tests.support.exchange.core import Exchange
from tests.support.exchange.values import OrderRecord


def ladder_faults(ours: OurBooks, exchange: Exchange, account: str, instruments: Mapping[str, Instrument]) -> list[str]:
    """I4: what rests at the exchange is what the rungs want, as far as the market lets post-only orders rest."""
    open_orders = [order.record() for order in exchange.open_of(account)]
    found = []
    for bot in ours.bots:
        if bot.state is BotState.RUNNING:
            found += _ladder(bot, ours, open_orders, exchange, instruments[bot.symbol])
        else:
            found.append(f"I4: bot {bot.bot_id} is {bot.state.value}: {bot.last_event}.")
    return found


def _ladder(
    bot: Bot, ours: OurBooks, open_orders: Sequence[OrderRecord], exchange: Exchange, instrument: Instrument
) -> list[str]:
    live: dict[tuple[int, Side], Decimal] = {}
    for there in open_orders:
        order = ours.orders.get(there.client_order_id)
        if order is not None and order.bot_id == bot.bot_id and order.generation == bot.generation:
            key = (order.rung, order.side)
            live[key] = live.get(key, ZERO) + there.remaining * exchange.markets[there.symbol].listing.contract_size
    found = []
    for bot_id, rung in ours.rungs:
        if bot_id != bot.bot_id:
            continue
        buy, sell = live.get((rung.index, Side.BUY), ZERO), live.get((rung.index, Side.SELL), ZERO)
        found += _too_much(rung, buy, sell)
        for want in wants(rung, buy, sell, instrument.rules):
            if not _would_cross(exchange, bot.symbol, want.side, want.price):
                found.append(
                    f"I4: rung {rung.index} of {bot_id} wants to {want.side.value} {want.quantity} at {want.price}."
                )
    return found


def _too_much(rung: Rung, buy: Decimal, sell: Decimal) -> list[str]:
    found = []
    if buy > max(rung.quantity - rung.bought_gross, ZERO) and not rung.bought_gross:
        found.append(f"I8: rung {rung.index} buys {buy} and wants {rung.quantity}.")
    if sell > rung.held:
        found.append(f"I8: rung {rung.index} sells {sell} and holds {rung.held}.")
    return found


def _would_cross(exchange: Exchange, symbol: str, side: Side, price: Decimal) -> bool:
    book = exchange.book(symbol, 1)
    if side is Side.BUY:
        return bool(book.asks) and price >= book.asks[0][0]
    return bool(book.bids) and price <= book.bids[0][0]
