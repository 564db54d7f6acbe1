"""Orders of a two-leg position: what both legs send is decided together, or not at all; what rests too long goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.bots.arbitrage import age_s, bound_price, taken
from engine.domain import pair_phrases
from engine.domain.bot import BotState
from engine.domain.instrument import InstrumentKind
from engine.domain.messages import AskOrder, PlaceOrder
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side, client_order_id
from engine.domain.premium import executable
from engine.domain.risk import ApprovedOrder, Denied, approve, reserve_of
from engine.domain.sentences import Sentence, say
from engine.kernel.books import BotBook
from engine.kernel.claims import closable, free_of
from engine.kernel.holds import why_not
from engine.kernel.orders import NO_RUNG, request_cancel
from engine.kernel.pair_books import PositionBook, live_orders
from engine.kernel.state import State

#: An order of which nobody knows, or whose end was asked for and does not come, is asked about so often.
ASK_EVERY = timedelta(seconds=5)
#: How many times `max_slippage_pct` an order may reach behind the market when earlier ones found nobody.
WIDEST = 10


@dataclass(frozen=True, slots=True)
class Planned:
    """An order to come. `is_closing` takes a leg back, `rests` waits at its price."""

    book: BotBook
    side: Side
    price: Decimal
    quantity: Decimal
    is_closing: bool
    rests: bool = False


def send(
    state: State, position: PositionBook, planned: Sequence[Planned], now: datetime
) -> tuple[BotBook, Sentence] | None:
    """Decide all of these orders in one step, so that none is sent before the intents of all are durable.

    Where our own rules or the money on one account say no to one of them, none is decided: returns which, and why.
    """
    approved: list[tuple[BotBook, ApprovedOrder]] = []
    for each in planned:
        verdict = _approved(state, position.position.number, each, now)
        if isinstance(verdict, Denied):
            return each.book, verdict.sentence
        approved.append((each.book, verdict))
    for book, verdict in approved:
        book.set_bot(leg_attempt=verdict.order.attempt)
        state.put_order(book, verdict.order)
        position.sent_at[verdict.order.client_order_id] = now
        state.outbox.effects.append(PlaceOrder(verdict.order))
    return None


def _approved(state: State, number: int, planned: Planned, now: datetime) -> ApprovedOrder | Denied:
    book = planned.book
    assert book.market is not None
    assert book.account is not None
    bot, instrument = book.bot, book.market.instrument
    attempt = bot.leg_attempt + 1
    order = Order(
        client_order_id=client_order_id(bot.bot_id, number, "X" if planned.is_closing else "E", 0, attempt),
        bot_id=bot.bot_id,
        account_id=bot.account_id,
        venue=bot.venue,
        symbol=bot.symbol,
        side=planned.side,
        kind=OrderKind.LIMIT,
        price=planned.price,
        quantity=planned.quantity,
        post_only=planned.rests,
        purpose=Purpose.LEG_CLOSE if planned.is_closing else Purpose.LEG_OPEN,
        generation=number,
        rung=NO_RUNG,
        cycle=0,
        attempt=attempt,
        created_at=now,
        updated_at=now,
        fencing_token=bot.fencing_token,
        is_reduce_only=planned.is_closing and instrument.kind is InstrumentKind.PERP,
    )
    asset, _ = reserve_of(order, instrument, planned.price)
    free = closable(book.account, asset, order.side) if order.is_reduce_only else free_of(state, book.account, asset)
    return approve(order, instrument, planned.price, free, why_not(book))


def leg_trouble(state: State, book: BotBook) -> Sentence | None:
    """Why nothing can be sent on one half now; None where it can."""
    account, market = book.account, book.market
    name = book.bot.account_id
    if state.is_halted:
        return say(pair_phrases.WAITS_HALTED)
    if account is None or not account.is_connected or account.trouble is not None:
        return (account.trouble if account is not None else None) or say(pair_phrases.WAITS_NOT_CONNECTED, account=name)
    if account.is_leaving:
        return say(pair_phrases.WAITS_LEAVING, account=name)
    if market is None:
        return say(pair_phrases.WAITS_NO_MARKET, account=name, symbol=book.bot.symbol)
    if book.bot.state is BotState.ERROR:
        return why_it_stands(book)
    if (hold := why_not(book)) is not None:
        return hold
    venue, symbol = book.bot.venue, book.bot.symbol
    if market.is_stale or (market.bid is None and market.book is None):
        return say(pair_phrases.WAITS_NO_PRICE, symbol=symbol, venue=venue)
    if market.is_doubted:
        return say(pair_phrases.WAITS_DOUBTED, symbol=symbol, venue=venue)
    if market.status is not None and market.status.is_trading is False:
        return say(pair_phrases.WAITS_SUSPENDED, symbol=symbol, venue=venue, notice=market.status.notice)
    return None


def why_it_stands(book: BotBook) -> Sentence:
    """What a person has to look at on one half."""
    cause = book.trouble or book.bot.last_event or say(pair_phrases.WAITS_STOPPED)
    return say(pair_phrases.WAITS_LOOK, cause=cause)


def backed_off(book: BotBook, now: datetime) -> Sentence | None:
    """That a refusal makes a half wait still."""
    if book.retry_at is None or now >= book.retry_at:
        return None
    seconds = Decimal(str((book.retry_at - now).total_seconds())).quantize(Decimal("0.1"))
    return say(pair_phrases.WAITS_REFUSED, venue=book.bot.venue, seconds=seconds)


def taking_price(book: BotBook, side: Side, quantity: Decimal, slippage_pct: Decimal, tries: int) -> Decimal | None:
    """The limit at which an order surely trades: so far behind what the book gives for it, further with every try.

    None where there is no price at all.
    """
    market = book.market
    if market is None:
        return None
    price: Decimal | None = None
    if market.book is not None and (levels := taken(market.book, side)):
        found = executable(levels, quantity)
        price = found.worst if found is not None else levels[-1][0]
    if price is None:
        price = market.ask if side is Side.BUY else market.bid
    if price is None:
        return None
    bound = bound_price(side, price, slippage_pct * min(1 + tries, WIDEST), market.instrument.rules)
    return bound if bound > 0 else None


def resting_price(book: BotBook, side: Side) -> Decimal | None:
    """The best price of the own side, at which an order rests; None without a book."""
    market = book.market
    levels = taken(market.book, side.opposite) if market is not None and market.book is not None else ()
    return levels[0][0] if levels else None


def tend_orders(state: State, position: PositionBook, book: BotBook, timeout_s: Decimal, now: datetime) -> None:
    """Ask for the end of what rests too long, and after what nobody knows."""
    for order in live_orders(book, position.position.number):
        identity = order.client_order_id
        sent_at = position.sent_at.setdefault(identity, now)
        is_old = age_s(now, sent_at) >= timeout_s
        if is_old and not order.is_cancel_requested:
            request_cancel(state, book, order)
            position.asked_at.setdefault(identity, now)
            continue
        if order.state is not OrderState.UNKNOWN and not order.is_cancel_requested:
            continue
        asked_at = position.asked_at.setdefault(identity, now)
        if now - asked_at >= ASK_EVERY and order.state is not OrderState.INTENT:
            position.asked_at[identity] = now
            state.outbox.effects.append(AskOrder(order))


def is_tradable(book: BotBook, quantity: Decimal, price: Decimal) -> bool:
    """Whether the half's venue takes an order of this quantity, floored to its increment."""
    if book.market is None:
        return False
    rules = book.market.instrument.rules
    return rules.is_tradable(rules.floor_size(quantity), price)


def uncertain(book: BotBook, number: int) -> Sentence | None:
    """Why nothing of a leg may be sent: an order of it has not ended, or nobody knows what became of it."""
    for order in live_orders(book, number):
        template = (
            pair_phrases.WAITS_UNKNOWN_ORDER if order.state is OrderState.UNKNOWN else pair_phrases.WAITS_LIVE_ORDER
        )
        return say(template, order=order.client_order_id, venue=book.bot.venue)
    return None
