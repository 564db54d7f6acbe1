"""The life of an order inside the kernel: decided, approved, journaled, and whatever the venue says afterwards."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.bots.grid import after_fill, close_if_done, status_of
from engine.domain import phrases
from engine.domain.bot import BotState
from engine.domain.instrument import InstrumentKind
from engine.domain.ledger import entries_of
from engine.domain.messages import (
    AskOrder,
    CancelOrder,
    FillRecorded,
    Level,
    OrderAccepted,
    OrderCanceled,
    OrderRejected,
    OrderReport,
    OrderUnknown,
    PlaceOrder,
    RejectCode,
)
from engine.domain.money import ZERO
from engine.domain.order import Fill, Order, OrderKind, OrderState, Purpose, Side, client_order_id
from engine.domain.risk import Denied, approve, reserve_of
from engine.domain.sentences import Sentence, say
from engine.kernel.books import HIGHEST, BotBook
from engine.kernel.claims import free_of
from engine.kernel.feeding import feed_starved
from engine.kernel.holds import why_not
from engine.kernel.pair_fills import book_leg
from engine.kernel.positions import doubt
from engine.kernel.retries import never_sent, refused, refused_again
from engine.kernel.state import Move, State
from engine.kernel.third_fees import fee_in_quote, with_fee

LEGS = {Purpose.INITIAL_BUY: "P", Purpose.REBALANCE_SELL: "S", Purpose.LIQUIDATION: "L"}
NO_RUNG = -1


def place_rung_order(state: State, book: BotBook, index: int, side: Side, price: Decimal, quantity: Decimal) -> bool:
    """Decide one side of a rung; where the price increment changed, next to its line. False: our own risk denied it."""
    assert book.market is not None
    rules, rung = book.market.instrument.rules, book.rungs[index]
    price = rules.price_below(price) if side is Side.BUY else rules.price_above(price)
    attempt = rung.attempt + 1
    leg = f"R{index}{'B' if side is Side.BUY else 'S'}"
    identity = client_order_id(book.bot.bot_id, book.bot.generation, leg, rung.cycle, attempt)
    order = _order(
        state,
        book,
        client_order_id=identity,
        side=side,
        kind=OrderKind.LIMIT,
        price=price,
        quantity=quantity,
        post_only=book.bot.grid.post_only,
        purpose=Purpose.RUNG_BUY if side is Side.BUY else Purpose.RUNG_SELL,
        rung=index,
        cycle=rung.cycle,
        attempt=attempt,
    )
    if side is Side.BUY:
        book.set_rung(replace(rung, attempt=attempt, buy_order_id=identity))
    else:
        book.set_rung(replace(rung, attempt=attempt, sell_order_id=identity))
    return _decide(state, book, order)


def place_leg_order(state: State, book: BotBook, side: Side, quantity: Decimal, purpose: Purpose) -> bool:
    """Decide a market order that belongs to no rung. False when our own risk denied it."""
    attempt = book.bot.leg_attempt + 1
    identity = client_order_id(book.bot.bot_id, book.bot.generation, LEGS[purpose], 0, attempt)
    book.set_bot(leg_attempt=attempt)
    order = _order(
        state,
        book,
        client_order_id=identity,
        side=side,
        kind=OrderKind.MARKET,
        price=None,
        quantity=quantity,
        post_only=False,
        purpose=purpose,
        rung=NO_RUNG,
        cycle=0,
        attempt=attempt,
    )
    return _decide(state, book, order)


def request_cancel(state: State, book: BotBook, order: Order) -> None:
    """Ask for the end of a live order, once. An order not yet accepted is cancelled as soon as it is."""
    if order.is_cancel_requested or order.state.is_final:
        return
    token = book.bot.fencing_token  # an intent of before a restart is recorded again under today's lease
    marked = replace(order, is_cancel_requested=True, updated_at=state.time_of(book), fencing_token=token)
    state.put_order(book, marked)
    if order.state is OrderState.OPEN:
        state.outbox.effects.append(CancelOrder(marked))


def cancel_all(state: State, book: BotBook, but: Collection[str] = ()) -> None:
    """Ask for the end of all the bot's live orders, except of some by client order id."""
    for order in list(book.live.values()):
        if order.client_order_id not in but:
            request_cancel(state, book, order)


def on_accepted(state: State, event: OrderAccepted) -> BotBook | None:
    """The venue has it. The record may wait: after a crash the venue is asked anyway."""
    book = state.owners.get(event.client_order_id)
    order = book.live.get(event.client_order_id) if book else None
    if book is not None and order is None:
        _send_back(state, book, event)
    if book is None or order is None:
        return None
    book.rejects = book.suspensions = 0
    accepted = replace(order, state=OrderState.OPEN, venue_order_id=event.venue_order_id, updated_at=event.at)
    state.put_order(book, accepted, late=True)
    if accepted.is_cancel_requested:
        state.outbox.effects.append(CancelOrder(accepted))
    return _waited_for(book, event.client_order_id)


def _waited_for(book: BotBook, identity: str) -> BotBook | None:
    """The bot, where what opens waits for the answer to this exit: a still market has no quote that would wake it."""
    return book if identity in book.first_exits else None


def _send_back(state: State, book: BotBook, event: OrderAccepted) -> None:
    """An order that we gave up as lost rests at the venue: another one has its place, so it is cancelled."""
    order = state.recent.get(event.client_order_id)
    if order is not None and order.state is OrderState.LOST:
        state.say(book, say(phrases.ORDER_ARRIVED_LATE, order=order.client_order_id), Level.LOOK)
        state.outbox.effects.append(CancelOrder(replace(order, venue_order_id=event.venue_order_id)))


def on_rejected(state: State, event: OrderRejected) -> BotBook | None:
    """The venue's own no. A post-only no is normal; others are tried again later and later, and end in a look."""
    book = state.owners.get(event.client_order_id)
    order = book.live.get(event.client_order_id) if book else None
    if book is None or order is None:
        return None
    code, text = event.reason.code, event.reason.text
    if code is RejectCode.NOT_SENT:
        never_sent(state, book, order, event.reason)
        return _freed(state, book, order)
    state.put_order(
        book, replace(order, state=OrderState.REJECTED, reason=f"{code.value}: {text}"[:500], updated_at=event.at)
    )
    if code is RejectCode.POST_ONLY and not book.bot.is_grid:
        return book
    if code is RejectCode.POST_ONLY and order.price is not None:
        state.say(book, say(phrases.POST_ONLY_WAITS, rung=order.rung + 1, price=order.price))
        book.refused.add(order.rung)
        return book
    if code is RejectCode.NO_MARKET and book.bot.is_grid:
        book.is_leg_waiting = True
    else:
        refused(state, book, event.reason)
    return _freed(state, book, order)


def on_unknown(state: State, event: OrderUnknown) -> BotBook | None:
    """Nobody knows. The order stays live, the venue is asked, nothing is sent again."""
    book = state.owners.get(event.client_order_id)
    order = book.live.get(event.client_order_id) if book else None
    if book is None or order is None:
        return None
    unknown = replace(order, state=OrderState.UNKNOWN, reason=event.text[:500], updated_at=event.at)
    state.put_order(book, unknown)
    state.say(book, say(phrases.ORDER_UNKNOWN, order=order.client_order_id, text=event.text), Level.LOOK)
    state.outbox.effects.append(AskOrder(unknown))
    return _waited_for(book, event.client_order_id)


def on_canceled(state: State, event: OrderCanceled) -> BotBook | None:
    """Closed at the venue. Fills that it counts and we do not have are fetched before the order is let go."""
    book = state.owners.get(event.client_order_id)
    order = book.live.get(event.client_order_id) if book else None
    if book is None or order is None:
        return None
    if event.filled_quantity > order.filled_quantity:
        state.outbox.effects.append(AskOrder(order))
        return None
    if not order.is_cancel_requested and order.kind is OrderKind.LIMIT:
        state.say(book, say(phrases.ORDER_GONE, order=order.client_order_id), Level.LOOK)
        doubt(book)
    state.put_order(book, replace(order, state=OrderState.CANCELED, updated_at=event.at))
    if order.kind is OrderKind.MARKET:
        book.is_leg_waiting = True
    return _freed(state, book, order)


def on_report(state: State, report: OrderReport) -> BotBook | None:
    """What the venue knows of one order: its missing fills are booked, then its state is taken over."""
    book = state.owners.get(report.client_order_id)
    if book is None or report.client_order_id not in book.live:
        return None
    for fill in report.fills:
        on_fill(state, fill)
    order = book.live.get(report.client_order_id)
    if order is None:
        return book
    if report.state is OrderState.OPEN:
        changed = replace(order, state=OrderState.OPEN, venue_order_id=report.venue_order_id, updated_at=report.at)
        if changed.state is not order.state or changed.venue_order_id != order.venue_order_id:
            state.put_order(book, changed)
        if changed.is_cancel_requested:
            state.outbox.effects.append(CancelOrder(changed))
        return _freed(state, book, order)  # the rung stood still while nobody knew
    if report.state is OrderState.LOST:
        lost = say(phrases.ORDER_LOST, order=order.client_order_id)
        if order.state is OrderState.UNKNOWN:
            # A venue that times out and then knows nothing would be asked to take the same order in a circle.
            refused_again(state, book, lost)
        else:
            state.say(book, lost)
    state.put_order(
        book,
        replace(
            order,
            state=report.state,
            venue_order_id=report.venue_order_id or order.venue_order_id,
            updated_at=report.at,
        ),
    )
    return _freed(state, book, order)


def on_fill(state: State, fill: Fill) -> BotBook | None:
    """Book one execution, once, whatever the order in which the venue tells its stories."""
    book = state.owners.get(fill.client_order_id)
    order = None
    if book is not None:
        order = book.live.get(fill.client_order_id) or state.recent.get(fill.client_order_id)
    if book is None or order is None or book.market is None:
        state.say(None, say(phrases.STRANGE_FILL, trade=fill.trade_id), Level.ERROR)
        return None
    if not state.is_new_trade(fill.venue, fill.client_order_id, fill.trade_id):
        return None
    filled = order.with_fill(fill)
    if order.state.is_final:
        filled = replace(filled, state=order.state)
    state.put_order(book, filled)
    instrument = book.market.instrument
    entries = entries_of(fill, instrument, book.bot.account_id, book.bot.bot_id)
    state.enter(entries)
    if book.account:
        for entry in entries:
            book.account.move(entry.asset, entry.amount)
    if instrument.kind is InstrumentKind.PERP:
        quantity = fill.quantity if fill.side is Side.BUY else -fill.quantity
        state.moves.append(Move(book.bot.bot_id, quantity, fill.at, at_venue=True))
    at = len(state.outbox.records)
    profit = _book_on_bot(state, book, order, fill, fee_in_quote(state, book, fill))
    state.outbox.records.insert(at, FillRecorded(fill, filled, entries, profit))
    return book


def _book_on_bot(state: State, book: BotBook, order: Order, fill: Fill, booked: Fill) -> Decimal | None:
    """Move the fill onto its rung, or onto the bot's spare; returns the profit of a cycle that this fill closed.

    `booked` is the fill with its fee as the bot bears it.
    """
    assert book.market is not None
    instrument = book.market.instrument
    is_buy = fill.side is Side.BUY
    fee_base = booked.fee if booked.fee_asset == instrument.position_asset else ZERO
    fee_quote = booked.fee if booked.fee_asset == instrument.quote else ZERO
    is_other = fill.fee_asset not in (instrument.position_asset, instrument.quote)
    book.set_bot(
        fees_quote=book.bot.fees_quote + fee_quote,
        fees_base=book.bot.fees_base + fee_base,
        fees_other=with_fee(book.bot, fill) if is_other and fill.fee else book.bot.fees_other,
        buy_fills=book.bot.buy_fills + is_buy,
        sell_fills=book.bot.sell_fills + (not is_buy),
        last_trade_at=fill.at,
    )
    if not book.bot.is_grid:
        book_leg(state, book, order, fill, booked)
        return None
    book.has_filled = True
    book.quiet_low = book.quiet_high = HIGHEST
    if not is_buy:
        feed_starved(book)
    if order.rung == NO_RUNG or order.generation != book.bot.generation:
        sign = 1 if is_buy else -1
        book.set_bot(
            spare_base=book.bot.spare_base + sign * fill.quantity - fee_base,
            spare_cash=book.bot.spare_cash - sign * fill.value - fee_quote,
        )
        template = {
            Purpose.REBALANCE_SELL: phrases.SOLD_SURPLUS,
            Purpose.LIQUIDATION: phrases.SOLD_INVENTORY,
        }.get(order.purpose, phrases.BOUGHT_FIRST)
        state.say(book, say(template, quantity=fill.quantity, asset=instrument.base, price=fill.price))
        return None
    rung = after_fill(book.rungs[order.rung], booked, instrument)
    book.set_rung(rung)
    book.dirty_rungs.add(order.rung)
    template = phrases.BOUGHT if is_buy else phrases.SOLD
    number = order.rung + 1
    state.say(book, say(template, quantity=fill.quantity, asset=instrument.base, price=fill.price, rung=number))
    profit = None if book.bot.state is BotState.STOPPED else close_cycle(state, book, order.rung)
    refresh_status(book, order.rung)
    return profit


def close_cycle(state: State, book: BotBook, index: int) -> Decimal | None:
    """Close the rung's cycle when it is done and no order of it is live. Returns its profit, in quote."""
    assert book.market is not None
    if book.by_rung.get(index):
        return None
    instrument, cycle = book.market.instrument, book.rungs[index].cycle
    closed = close_if_done(book.rungs[index], book.bot.grid, instrument.rules)
    if closed is None:
        return None
    book.set_rung(closed.rung)
    book.set_bot(
        matched_profit=book.bot.matched_profit + closed.profit,
        closed_cycles=book.bot.closed_cycles + 1,
    )
    quote = instrument.quote
    state.say(book, say(phrases.CYCLE_CLOSED, rung=index + 1, cycle=cycle, profit=closed.profit, quote=quote))
    return closed.profit


def refresh_status(book: BotBook, index: int) -> None:
    """Bring the rung's state in line with its live orders and what it holds."""
    rung = book.rungs[index]
    status = status_of(rung, *book.live_of(index))
    if status is not rung.status:
        book.set_rung(replace(rung, status=status))


def _freed(state: State, book: BotBook, order: Order) -> BotBook:
    """An order's place is free: its rung wants something again."""
    if order.rung != NO_RUNG and order.generation == book.bot.generation:
        refresh_status(book, order.rung)
        book.dirty_rungs.add(order.rung)
    state.changed.add(book.bot.bot_id)
    return book


def _order(state: State, book: BotBook, **fields: Any) -> Order:
    bot, at = book.bot, state.time_of(book)
    return Order(
        bot_id=bot.bot_id,
        account_id=bot.account_id,
        venue=bot.venue,
        symbol=bot.symbol,
        generation=bot.generation,
        created_at=at,
        updated_at=at,
        fencing_token=bot.fencing_token,
        is_reduce_only=_closes(book, fields["side"]),
        **fields,
    )


def _closes(book: BotBook, side: Side) -> bool:
    """Whether an order of this side closes a position: a grid's sells do, and must never open one the other way."""
    is_perp = book.market is not None and book.market.instrument.kind is InstrumentKind.PERP
    return is_perp and side is Side.SELL


def _decide(state: State, book: BotBook, order: Order) -> bool:
    assert book.market is not None
    assert book.account is not None
    instrument = book.market.instrument
    price = book.market.ask if order.side is Side.BUY else book.market.bid
    asset, _ = reserve_of(order, instrument, price or ZERO)
    verdict = approve(order, instrument, price or ZERO, free_of(state, book.account, asset), why_not(book))
    if isinstance(verdict, Denied):
        state.put_order(book, replace(order, state=OrderState.DENIED, reason=str(verdict.sentence)[:500]))
        _on_denied(state, book, order, say(phrases.ORDER_DENIED, cause=verdict.sentence))
        return False
    state.put_order(book, verdict.order)
    state.outbox.effects.append(PlaceOrder(verdict.order))
    if order.rung != NO_RUNG:
        refresh_status(book, order.rung)
    return True


def _on_denied(state: State, book: BotBook, order: Order, sentence: Sentence) -> None:
    """A rung without money waits for the bot's next sale; anything else is tried again later and later."""
    is_short_of_money = order.rung != NO_RUNG and order.side is Side.BUY
    if not is_short_of_money:
        refused_again(state, book, sentence)
        return
    if not book.starved:
        state.say(book, sentence, Level.LOOK)
    book.starved.add(order.rung)
    refresh_status(book, order.rung)
