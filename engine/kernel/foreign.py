"""Orders at a live account that the journal does not know: seen, told, never touched, unless a person says so."""

from dataclasses import replace

from engine.domain import live_phrases, phrases
from engine.domain.bot import BotState
from engine.domain.foreign import OurName, kind_of, our_name, signs
from engine.domain.live import ForeignKind, ForeignOrder
from engine.domain.live_messages import AdoptOrder, CancelUnknown, OrderSeen, OrdersSeen
from engine.domain.messages import AskOrder, CancelOrder, Level
from engine.domain.money import ZERO
from engine.domain.order import Order, OrderKind, OrderState, Purpose, Side
from engine.domain.sentences import Refusal, Sentence, say
from engine.kernel.books import AccountBook, BotBook
from engine.kernel.holds import recorded
from engine.kernel.orders import refresh_status
from engine.kernel.retries import stand_still
from engine.kernel.state import State

Refusals = tuple[Refusal, ...]


def warnings_of(account: AccountBook) -> list[Sentence]:
    """Who else trades on the account, as far as its orders show it."""
    return signs(account.account.account_id, account.live.foreign) if account.live is not None else []


def on_orders_seen(state: State, event: OrdersSeen) -> list[BotBook]:
    """All open orders of the account. A bot with one that carries its name and is not in the journal stands still.

    An exchange may list an order for a moment after its end, so it is believed when it is there at the second look.
    """
    account = state.accounts.get(event.account_id)
    if account is None or account.live is None:
        return []
    before = {order.venue_order_id for order in account.live.foreign}
    found = _strangers(state, account, event.orders)
    _keep(state, account, found, event)
    for order in found:
        if order.venue_order_id in account.unwanted:
            _end(state, account, order)
    stopped: list[BotBook] = []
    for order in found:
        name = our_name(order.client_order_id)
        if order.kind is not ForeignKind.UNKNOWN or name is None or order.venue_order_id not in before:
            continue
        book = state.bots[name.bot_id]
        if book.bot.state not in (BotState.STOPPED, BotState.ERROR):
            count = sum(other.kind is ForeignKind.UNKNOWN and _is_of(book, other) for other in found)
            state.changed.add(book.bot.bot_id)
            stand_still(state, book, say(phrases.UNKNOWN_ORDERS_AT_VENUE, count=count))
            stopped.append(book)
    return stopped


def on_order_seen(state: State, event: OrderSeen) -> None:
    """One of them came or went."""
    account = state.accounts.get(event.account_id)
    if account is None or account.live is None:
        return
    rest = [order for order in account.live.foreign if order.venue_order_id != event.order.venue_order_id]
    if event.is_open:
        rest += _strangers(state, account, (event.order,))
    _keep(state, account, rest, event)


def adopt(state: State, book: BotBook, command: AdoptOrder) -> Refusals:
    """Take an order with the bot's name into the journal as a rung's; what it filled is asked for and booked."""
    account = book.account
    found = _unknown(account, command.venue_order_id)
    if account is None or account.live is None or found is None:
        name = account.account.account_id if account is not None else ""
        return _refuse("order", say(live_phrases.NO_SUCH_ORDER, order=command.venue_order_id, account=name))
    if refusals := _misfits(book, found, command.rung):
        return refusals
    order = _order_of(state, book, found, command.rung)
    _spend(state, book, _name_of(found))
    rung = book.rungs[command.rung]
    if found.side is Side.BUY:
        book.set_rung(replace(rung, buy_order_id=order.client_order_id))
    else:
        book.set_rung(replace(rung, sell_order_id=order.client_order_id))
    book.adopted.add(order.client_order_id)
    state.put_order(book, order)
    refresh_status(book, command.rung)
    state.outbox.effects.append(AskOrder(order))
    _forget(state, account, found)
    sentence = say(
        live_phrases.ADOPTED,
        order=order.client_order_id,
        rung=command.rung + 1,
        filled=found.filled_quantity,
        quantity=found.quantity,
    )
    state.say(book, sentence, Level.LOOK)
    return ()


def cancel_unknown(state: State, command: CancelUnknown) -> Refusals:
    """Ask for the end of every order with our name that nobody knows. Foreign ones stay as they are."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return _refuse("account", say(phrases.UNKNOWN_ACCOUNT, account=command.account_id))
    unknown = [order for order in account.live.foreign if order.kind is ForeignKind.UNKNOWN] if account.live else []
    if not unknown:
        return _refuse("account", say(live_phrases.NOTHING_UNKNOWN, account=command.account_id))
    for found in unknown:
        _end(state, account, found)
        book = state.bots[_name_of(found).bot_id]
        sentence = say(live_phrases.UNKNOWN_CANCELED, order=found.client_order_id, filled=found.filled_quantity)
        state.say(book, sentence, Level.LOOK)
    return ()


def _end(state: State, account: AccountBook, found: ForeignOrder) -> None:
    """Ask for the end of an unknown order, again at each look at which it is there still."""
    name = _name_of(found)
    book = state.bots[name.bot_id]
    _spend(state, book, name)
    account.unwanted.add(found.venue_order_id)
    state.outbox.effects.append(CancelOrder(_order_of(state, book, found, name.rung or 0)))


def _strangers(state: State, account: AccountBook, orders: tuple[ForeignOrder, ...]) -> list[ForeignOrder]:
    account_id = account.account.account_id
    bot_ids = {book.bot.bot_id for book in state.bots.values() if book.bot.account_id == account_id}
    return [
        replace(order, kind=kind_of(order, bot_ids))
        for order in sorted(orders, key=lambda order: (order.at, order.venue_order_id))
        if order.client_order_id not in state.owners
    ]


def _keep(state: State, account: AccountBook, found: list[ForeignOrder], event: OrdersSeen | OrderSeen) -> None:
    """Record them where anything changed, and say once what they tell."""
    assert account.live is not None
    foreign = tuple(found)
    if foreign == account.live.foreign:
        return
    known = {sentence.template for sentence in warnings_of(account)}
    account.live = replace(account.live, foreign=foreign, foreign_at=event.at)
    state.now = event.at
    state.outbox.add_late(recorded(account))
    for sentence in warnings_of(account):
        if sentence.template not in known:
            state.say(None, sentence, Level.LOOK)


def _spend(state: State, book: BotBook, name: OurName) -> None:
    """An id that was found at the venue was used: it is never made again."""
    state.changed.add(book.bot.bot_id)
    if name.rung is None:
        book.set_bot(leg_attempt=max(book.bot.leg_attempt, name.attempt))
    elif name.generation == book.bot.generation and name.rung < len(book.rungs):
        rung = book.rungs[name.rung]
        book.set_rung(replace(rung, attempt=max(rung.attempt, name.attempt)))


def _forget(state: State, account: AccountBook, found: ForeignOrder) -> None:
    assert account.live is not None
    rest = tuple(order for order in account.live.foreign if order is not found)
    account.live = replace(account.live, foreign=rest)
    state.outbox.records.append(recorded(account))


def _unknown(account: AccountBook | None, venue_order_id: str) -> ForeignOrder | None:
    live = account.live if account is not None else None
    if live is None:
        return None
    fitting = (order for order in live.foreign if order.venue_order_id == venue_order_id)
    return next((order for order in fitting if order.kind is ForeignKind.UNKNOWN), None)


def _misfits(book: BotBook, found: ForeignOrder, index: int) -> Refusals:
    """Why an order cannot be a rung's: another bot's name, another price, or a rung that has one."""
    name = our_name(found.client_order_id)
    order = found.client_order_id
    if name is None or name.bot_id != book.bot.bot_id or found.symbol != book.bot.symbol:
        return _refuse("bot", say(live_phrases.ADOPT_OTHER_BOT, order=order, bot=name.bot_id if name else ""))
    if not 0 <= index < len(book.rungs):
        return _refuse("rung", say(live_phrases.ADOPT_NO_RUNG, bot=book.bot.name, rung=index + 1))
    rung = book.rungs[index]
    if found.price != (rung.buy_price if found.side is Side.BUY else rung.sell_price):
        sentence = say(
            live_phrases.ADOPT_NO_FIT,
            order=order,
            side=found.side.value,
            price=found.price if found.price is not None else ZERO,
            rung=index + 1,
            buy=rung.buy_price,
            sell=rung.sell_price,
        )
        return _refuse("rung", sentence)
    if any(live.side is found.side for live in book.by_rung.get(index, {}).values()):
        return _refuse("rung", say(live_phrases.ADOPT_TAKEN, rung=index + 1))
    return ()


def _order_of(state: State, book: BotBook, found: ForeignOrder, index: int) -> Order:
    """A foreign order as ours. What it filled so far is not in it: fills are booked as they are told."""
    name = _name_of(found)
    is_buy = found.side is Side.BUY
    return Order(
        client_order_id=found.client_order_id,
        bot_id=book.bot.bot_id,
        account_id=book.bot.account_id,
        venue=book.bot.venue,
        symbol=found.symbol,
        side=found.side,
        kind=OrderKind.LIMIT,
        price=found.price,
        quantity=found.quantity,
        post_only=book.bot.is_grid and book.bot.grid.post_only,
        purpose=Purpose.RUNG_BUY if is_buy else Purpose.RUNG_SELL,
        generation=book.bot.generation,
        rung=index,
        cycle=book.rungs[index].cycle if index < len(book.rungs) else name.cycle,
        attempt=name.attempt,
        created_at=found.at,
        updated_at=state.now,
        state=OrderState.OPEN,
        venue_order_id=found.venue_order_id,
        fencing_token=book.bot.fencing_token,
    )


def _name_of(found: ForeignOrder) -> OurName:
    name = our_name(found.client_order_id)
    assert name is not None, "an order of kind UNKNOWN carries one of our names"
    return name


def _is_of(book: BotBook, order: ForeignOrder) -> bool:
    name = our_name(order.client_order_id)
    return name is not None and name.bot_id == book.bot.bot_id


def _refuse(field: str, sentence: Sentence) -> Refusals:
    return (Refusal(field, sentence),)
