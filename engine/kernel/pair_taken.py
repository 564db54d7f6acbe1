"""A hedge in a future that its venue took away: when a person has looked, what is not there counts as closed.

By liquidation, by auto-deleveraging or by hand: no order of ours closed it, so nobody here knows what was paid. It is
booked at the middle of the market as `outside`; what the venue really paid is what the truth of the account finds.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from engine.domain import pair_phrases
from engine.domain.arbitrage import PairStage
from engine.domain.bot import BotState
from engine.domain.ledger import EntryKind, LedgerEntry
from engine.domain.messages import Level
from engine.domain.money import ZERO
from engine.domain.sentences import Sentence, say
from engine.kernel.pair_books import PairBook, PairLegs, held, is_perp, middle_of
from engine.kernel.pair_fills import way_back
from engine.kernel.positions import difference_of, position_of, settle
from engine.kernel.state import State


def take_over_truth(
    state: State, pair: PairBook, legs: PairLegs, now: datetime, *, is_ending: bool = False
) -> Sentence | None:
    """Make our books of the hedge what its venue says; returns why that cannot be now.

    Positions whose hedge is gone differ from then on, and are brought level as any others; `is_ending`: by closing what
    stands alone. What the bot certainly does not have is its own; any other difference is the account's.
    """
    half = legs.foreign
    if half.account is None or half.market is None or not is_perp(half):
        return None
    if half.bot.state not in (BotState.ERROR, BotState.STOPPED):
        return None  # a fill that makes the difference may still be on its way
    instrument, position = half.market.instrument, position_of(half.account, half.market.instrument)
    if position is None or half.market.needs_news:
        return None
    asset, has = instrument.position_asset, half.base_held
    difference = difference_of(state, half.market, position)
    others = sum((book.base_held for book in half.market.bots), ZERO)
    beside = half.account.ledger.get(asset, ZERO) + difference - others
    missing = min(abs(beside), abs(has)) if beside * has < 0 else ZERO
    if not difference and not missing:
        return None
    for order in half.live.values():
        return say(pair_phrases.WAITS_LIVE_ORDER, order=order.client_order_id, venue=half.bot.venue)
    price = middle_of(half) or position.entry_price
    own = -missing if has > 0 else missing
    reference = f"outside:{asset}:{position.at.isoformat()}:{now.isoformat()}"
    account_id, bot_id = half.bot.account_id, half.bot.bot_id
    entries = (
        LedgerEntry(account_id, bot_id, asset, own, EntryKind.OUTSIDE, reference, now),
        LedgerEntry(account_id, bot_id, instrument.quote, -own * price, EntryKind.OUTSIDE, reference, now),
        LedgerEntry(account_id, "", asset, difference - own, EntryKind.OUTSIDE, reference, now),
        LedgerEntry(account_id, "", instrument.quote, (own - difference) * price, EntryKind.OUTSIDE, reference, now),
    )
    state.book_entries(tuple(entry for entry in entries if entry.amount))
    half.set_bot(spare_base=half.bot.spare_base + own, spare_cash=half.bot.spare_cash - own * price)
    state.changed.add(bot_id)
    _close(state, pair, legs, missing, price, is_ending=is_ending)
    settle(state, half.market)
    return None


def _close(state: State, pair: PairBook, legs: PairLegs, missing: Decimal, price: Decimal, *, is_ending: bool) -> None:
    """So much of the hedges counts as closed at a price, that of the oldest position first."""
    assert legs.foreign.market is not None
    base = legs.foreign.market.instrument.base
    for number, book in sorted(pair.positions.items()):
        gone = min(missing, held(book.position, is_home=False))
        if gone <= 0:
            continue
        missing -= gone
        back = book.position.exit or way_back(book.position)
        leg = replace(back.foreign, filled=back.foreign.filled + gone, value=back.foreign.value + gone * price)
        book.put(exit=replace(back, foreign=leg))
        if is_ending and book.position.stage is PairStage.OPEN:
            book.put(stage=PairStage.EXITING)
        sentence = say(
            pair_phrases.PAIR_TAKEN, number=number, quantity=gone, base=base, venue=legs.foreign.bot.venue, price=price
        )
        state.say(legs.home, sentence, Level.LOOK)
