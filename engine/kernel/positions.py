"""Positions in perpetual futures: funding is booked on who held them, and a change that nobody here made stops bots.

docs/futures.md says why.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.domain import phrases
from engine.domain.bot import BotKind, BotState
from engine.domain.instrument import Instrument, InstrumentKind
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import AskOrder
from engine.domain.money import ZERO, truncate_to
from engine.domain.positions import FundingPaid, PositionReported, PositionSide
from engine.domain.sentences import Refusal, Sentence, say
from engine.kernel.books import HIGHEST, AccountBook, BotBook, MarketBook
from engine.kernel.pair_fills import share_funding
from engine.kernel.retries import stand_still
from engine.kernel.state import State

#: A position may be told before the fills that made it: so long they are waited for, then asked for, then waited for.
ASK_AFTER = timedelta(seconds=3)
GIVE_UP_AFTER_ASKING = timedelta(seconds=7)
#: A venue may stamp a position a little before the fill that made it.
STAMPS_DIFFER = timedelta(milliseconds=250)


def on_funding(state: State, event: FundingPaid) -> None:
    """Book funding once: on each bot what its part of the position paid or received, the rest on the account.

    What was paid before any bot traded the instrument is none of our business.
    """
    account = state.accounts.get(event.account_id)
    market = state.markets.get((event.venue, event.symbol))
    if account is None or market is None or not is_unpaid(state, event):
        return
    books = sorted(market.bots, key=lambda book: book.bot.bot_id)
    state.fundings.add(event.reference)
    shares = _shares(state, account, market, books, event)
    rest = event.amount - sum(shares.values(), ZERO)
    entries = [
        LedgerEntry(event.account_id, bot_id, event.asset, amount, EntryKind.FUNDING, event.reference, event.at)
        for bot_id, amount in (*shares.items(), ("", rest))
        if amount
    ]
    state.book_entries(tuple(entries))
    account.move(event.asset, event.amount)
    for book in books:
        if share := shares.get(book.bot.bot_id):
            book.set_bot(funding=book.bot.funding + share)
            share_funding(state, book, share)
            if book.bot.final_pnl is not None:
                book.set_bot(final_pnl=book.bot.final_pnl + share)
            book.quiet_low = book.quiet_high = HIGHEST
            state.say(book, say(phrases.FUNDING_BOOKED, amount=share, asset=event.asset))


def is_unpaid(state: State, event: FundingPaid) -> bool:
    """Whether funding is still to be booked."""
    market = state.markets.get((event.venue, event.symbol))
    if event.account_id not in state.accounts or market is None or event.reference in state.fundings:
        return False
    return any(event.at >= book.bot.created_at for book in market.bots)


def _shares(
    state: State, account: AccountBook, market: MarketBook, books: list[BotBook], event: FundingPaid
) -> dict[str, Decimal]:
    """What each bot gets of it, by the quantity it held at that instant. The last of the holders gets what rounding
    leaves where the bots held the whole position.
    """
    instrument = market.instrument
    if event.asset != instrument.quote:
        return {}
    held: dict[str, Decimal] = {}
    for book in books:
        bot = book.bot
        if bot.started_at is not None and bot.started_at <= event.at:
            quantity = book.base_held - state.moved_after(bot.bot_id, event.at)
            if quantity:
                held[bot.bot_id] = quantity
    now = account.known_balances.get(instrument.position_asset, ZERO)
    position = now - sum((state.moved_after(book.bot.bot_id, event.at, at_venue=True) for book in books), ZERO)
    if not position:
        return {}
    step = instrument.rules.money_increment
    shares = {bot_id: truncate_to(event.amount * quantity / position, step) for bot_id, quantity in held.items()}
    if shares and sum(held.values(), ZERO) == position:
        shares[list(shares)[-1]] += event.amount - sum(shares.values(), ZERO)
    return shares


def on_position(state: State, event: PositionReported) -> list[BotBook]:
    """Take over how the venue says that a position stands; returns the bots that may go on.

    An older story than the one that is known is no news. What a story leaves out stays as it was told before.
    """
    market = state.markets.get((event.venue, event.symbol))
    account = state.accounts.get(event.account_id)
    if market is None or account is None:
        return []
    market.needs_news = False
    known = account.positions.get((event.symbol, event.side))
    if known is not None and event.at < known.at:
        return settle(state, market) if market.is_doubted else []
    account.positions[(event.symbol, event.side)] = _completed(event, known)
    return settle(state, market)


def _completed(event: PositionReported, known: PositionReported | None) -> PositionReported:
    """A stream tells less than an answer: leverage, mark and liquidation price are those told last."""
    if known is None:
        return event
    return replace(
        event,
        mark_price=event.mark_price if event.mark_price is not None else known.mark_price,
        leverage=event.leverage if event.leverage is not None else known.leverage,
        is_isolated=event.is_isolated if event.is_isolated is not None else known.is_isolated,
        liquidation_price=event.liquidation_price
        if event.liquidation_price is not None or event.quantity != known.quantity
        else known.liquidation_price,
    )


def position_of(account: AccountBook | None, instrument: Instrument) -> PositionReported | None:
    """The position that our bots trade: the long one where the account keeps both apart. None: not told yet."""
    side = PositionSide.LONG if instrument.is_hedged else PositionSide.BOTH
    return account.positions.get((instrument.symbol, side)) if account is not None else None


def retell(account: AccountBook, instrument: Instrument, quantity: Decimal) -> None:
    """The venue was asked and has this much: what it said before is no news any more. `at` stays, so that whatever its
    stream tells next counts.
    """
    known = position_of(account, instrument)
    if known is not None:
        account.positions[(known.symbol, known.side)] = replace(known, quantity=quantity)


def doubt(book: BotBook) -> None:
    """The venue ended an order by itself, as before it takes a position away: what it says of that comes first."""
    market = book.market
    if market is not None and position_of(book.account, market.instrument) is not None:
        market.is_doubted = market.needs_news = True


def settle(state: State, market: MarketBook) -> list[BotBook]:
    """Look whether the venue's position is what our fills come to. While it is not, nothing is traded on it; fills that
    are still to come are waited for, then asked for, and what stays unexplained makes the bots stand still.

    Returns the bots of the market when the position is explained now and was not before.
    """
    account = account_of(state, market)
    position = position_of(account, market.instrument)
    if account is None or position is None or market.needs_news:
        return []
    if _is_explained(state, account, market, position):
        if not market.is_doubted:
            return []
        market.is_doubted = False
        market.doubted_at = market.asked_at = None
        for book in market.bots:
            # Orders may have been ended by the venue: all is sent again, and what closes comes first.
            book.is_taken_up = True
        return list(market.bots)
    market.is_doubted = True
    if market.at is None:
        return []
    # Of a quiet market the last quote may be old; what is told of the position now is not.
    market.doubted_at = market.doubted_at or max(market.at, position.at)
    if market.asked_at is None:
        if market.at - market.doubted_at >= ASK_AFTER:
            market.asked_at = market.at
            orders = (order for book in market.bots for order in book.live.values())
            state.outbox.effects.extend(AskOrder(order) for order in orders)
    elif market.at - market.asked_at >= GIVE_UP_AFTER_ASKING:
        # Counted from the question: after a network that stood still, all that is told is old, and the fill comes last.
        _give_up(state, market, position.quantity, _ours_at(state, account, market, position))
    return []


def _is_explained(state: State, account: AccountBook, market: MarketBook, position: PositionReported) -> bool:
    """Whether the venue's quantity is what our books came to at that instant, or by one of the fills since."""
    ours = account.ledger.get(market.instrument.position_asset, ZERO)
    if position.quantity == ours:
        return True
    bots, since = {book.bot.bot_id for book in market.bots}, position.at - STAMPS_DIFFER
    for move in reversed(state.moves):
        if move.at_venue and move.at > since and move.bot_id in bots:
            ours -= move.quantity
            if position.quantity == ours:
                return True
    return False


def difference_of(state: State, market: MarketBook, position: PositionReported) -> Decimal:
    """By how much the venue has more than our books, at the instant of which it speaks; 0 where that is explained."""
    account = account_of(state, market)
    if account is None or _is_explained(state, account, market, position):
        return ZERO
    return position.quantity - _ours_at(state, account, market, position)


def _ours_at(state: State, account: AccountBook, market: MarketBook, position: PositionReported) -> Decimal:
    """What our books say for the instant of which the venue speaks: fills after it are not in its story."""
    since = sum((state.moved_after(book.bot.bot_id, position.at, at_venue=True) for book in market.bots), ZERO)
    return account.ledger.get(market.instrument.position_asset, ZERO) - since


def _give_up(state: State, market: MarketBook, at_venue: Decimal, ours: Decimal) -> None:
    for book in market.bots:
        # A grid that stops sells nothing of what nobody knows; a hedge would be waited for as long as it stops.
        is_over = book.bot.state in (BotState.STOPPED, BotState.ERROR)
        if not is_over and (book.bot.state is not BotState.STOPPING or book.bot.kind is BotKind.HEDGE):
            state.changed.add(book.bot.bot_id)
            stand_still(state, book, _differs(market, at_venue, ours))
            book.quiet_low = book.quiet_high = HIGHEST  # the next quote cancels its orders


def account_of(state: State, market: MarketBook) -> AccountBook | None:
    """The account on whose venue the market is."""
    venue = market.instrument.venue
    return next((book for book in state.accounts.values() if book.account.venue == venue), None)


def refusals_of(state: State, book: BotBook) -> tuple[Refusal, ...]:
    """Why a bot cannot trade the position as it is at the venue; nothing for spot.

    Where no bot holds any of it, what is there by other hands is taken over as the account's own: a person has asked
    for this start. A position against which the bot would trade is not.
    """
    market = book.market
    if market is None or market.instrument.kind is not InstrumentKind.PERP:
        return ()
    position = position_of(book.account, market.instrument)
    if book.account is None or position is None:
        return ()
    asset = market.instrument.position_asset
    ours = _ours_at(state, book.account, market, position)
    difference = difference_of(state, market, position)
    if position.quantity < 0:
        sentence = say(phrases.POSITION_OPPOSITE, quantity=position.quantity, symbol=market.instrument.symbol)
        return (Refusal("bot", sentence),)
    if not difference:
        return ()
    if any(other.base_held or other.live for other in market.bots):
        return (Refusal("bot", _differs(market, position.quantity, ours)),)
    at = state.time_of(book)
    reference = f"outside:{asset}:{position.at.isoformat()}:{at.isoformat()}"
    entries = (
        LedgerEntry(book.bot.account_id, "", asset, difference, EntryKind.OUTSIDE, reference, at),
        LedgerEntry(
            book.bot.account_id,
            "",
            market.instrument.quote,
            -difference * position.entry_price,
            EntryKind.OUTSIDE,
            reference,
            at,
        ),
    )
    state.book_entries(tuple(entry for entry in entries if entry.amount))
    settle(state, market)
    return ()


def stop_refusals(state: State, book: BotBook) -> tuple[Refusal, ...]:
    """Why a bot's inventory cannot be sold now: nobody knows what the venue has of it."""
    market = book.market
    if market is None or not market.is_doubted or book.account is None:
        return ()
    position = position_of(book.account, market.instrument)
    if position is None:
        return ()
    ours = _ours_at(state, book.account, market, position)
    return (Refusal("bot", _differs(market, position.quantity, ours)),)


def _differs(market: MarketBook, at_venue: Decimal, ours: Decimal) -> Sentence:
    return say(phrases.POSITION_DIFFERS, symbol=market.instrument.symbol, venue_quantity=at_venue, our_quantity=ours)
