"""What a fill does to a two-leg position, what closing one brought, and whose funding is whose."""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from engine.domain import pair_phrases
from engine.domain.arbitrage import Leg, Legs, PairStage, TwoLegPosition
from engine.domain.messages import Level
from engine.domain.money import HUNDRED, ONE, ZERO, truncate_to
from engine.domain.order import Fill, Order, Side
from engine.domain.premium import Direction
from engine.domain.sentences import say
from engine.kernel.books import BotBook
from engine.kernel.pair_books import (
    PairBook,
    PairLegs,
    PositionBook,
    clock_of,
    entry_leg,
    exit_leg,
    held,
    is_perp,
    legs_of,
    middle_of,
    pair_id_of,
)
from engine.kernel.state import State

PERCENT_STEP = Decimal("0.00000001")


def book_leg(state: State, book: BotBook, order: Order, fill: Fill, booked: Fill) -> None:
    """Book a fill on a half of a two-leg bot and on its position. `booked` has the fee as the bot bears it."""
    assert book.market is not None
    instrument = book.market.instrument
    sign = 1 if fill.side is Side.BUY else -1
    fee_base = booked.fee if booked.fee_asset == instrument.position_asset else ZERO
    fee_paid = booked.fee if booked.fee_asset == instrument.quote else ZERO
    book.set_bot(
        spare_base=book.bot.spare_base + sign * fill.quantity - fee_base,
        spare_cash=book.bot.spare_cash - sign * fill.value - fee_paid,
    )
    book.rejects, book.retry_at = 0, None
    sentence = say(
        pair_phrases.PAIR_LEG_TRADED,
        venue=fill.venue,
        side=fill.side.value,
        quantity=fill.quantity,
        base=instrument.base,
        price=fill.price,
    )
    state.say(book, sentence)
    pair = state.pairs.get(pair_id_of(book) or "")
    if pair is None:
        return  # the other half's desk finds it in the order, when both are together again
    state.changed.add(pair.bot_id)
    position = pair.positions.get(order.generation)
    if position is None:
        _take_in_stray(state, pair, book, fill, fee_base, fee_paid)
        return
    _add(position, fill, fee_base, fee_paid, is_home=book.bot.bot_id == pair.bot_id)


def _add(book: PositionBook, fill: Fill, fee_base: Decimal, fee_paid: Decimal, *, is_home: bool) -> None:
    """A fill on the side of the entry adds to it, one on the other side to the exit."""
    position = book.position
    if position.imbalance_since is None:
        book.filled_at = max(book.filled_at or fill.at, fill.at)
    if entry_leg(position, is_home=is_home).side is fill.side:
        book.put(entry=_with(position.entry, fill, fee_base, fee_paid, is_home=is_home))
        return
    back = position.exit or way_back(position)
    book.put(exit=_with(back, fill, fee_base, fee_paid, is_home=is_home))


def _with(legs: Legs, fill: Fill, fee_base: Decimal, fee_paid: Decimal, *, is_home: bool) -> Legs:
    old = legs.home if is_home else legs.foreign
    new = replace(
        old,
        filled=old.filled + fill.quantity,
        value=old.value + fill.value,
        fee=old.fee + fee_paid + fee_base * fill.price,
        fee_base=old.fee_base + fee_base,
        fee_paid=old.fee_paid + fee_paid,
    )
    return replace(legs, home=new) if is_home else replace(legs, foreign=new)


def way_back(position: TwoLegPosition) -> Legs:
    """The legs of an exit that nobody decided: as the entry was, in what stands."""
    legs = position.entry
    back = [
        Leg(leg.side.opposite, held(position, is_home=is_home), leg.theoretical_price)
        for leg, is_home in ((legs.home, True), (legs.foreign, False))
    ]
    return replace(legs, home=back[0], foreign=back[1])


def _take_in_stray(
    state: State, pair: PairBook, book: BotBook, fill: Fill, fee_base: Decimal, fee_paid: Decimal
) -> None:
    """A fill of a position that has ended is a position of its own, which is taken back."""
    legs = legs_of(state, pair)
    home = state.bots[pair.bot_id]
    is_home = book is home
    sells_home = (fill.side is Side.SELL) is is_home
    direction = Direction.SELL_HOME if sells_home else Direction.BUY_HOME
    other = legs.other(book) if legs is not None else None
    price = (middle_of(other) if other is not None else None) or fill.price
    own, lacking = Leg(fill.side, fill.quantity, fill.price), Leg(fill.side.opposite, fill.quantity, price)
    config = legs.config if legs is not None else None
    rate = state.rates.get((config.fx_pair, config.fx_source)) if config is not None else None
    number = home.bot.generation + 1
    home.set_bot(generation=number)
    at = clock_of(state, legs) if legs is not None else fill.at
    entry = Legs(own if is_home else lacking, lacking if is_home else own, rate, ZERO, ZERO, at)
    position = PositionBook(
        TwoLegPosition(
            position_id=f"{pair.bot_id}P{number}",
            bot_id=pair.bot_id,
            number=number,
            direction=direction,
            size=fill.quantity,
            stage=PairStage.UNWINDING,
            entry=entry,
        ),
        is_changed=True,
    )
    _add(position, fill, fee_base, fee_paid, is_home=is_home)
    pair.positions[number] = position
    base = book.market.instrument.base if book.market is not None else ""
    sentence = say(pair_phrases.PAIR_STRAY, quantity=fill.quantity, base=base, venue=fill.venue)
    state.say(home, sentence, Level.ERROR)


# What it brought


def rest_base(position: TwoLegPosition, *, is_home: bool) -> Decimal:
    """The base that a leg leaves on its account: negative lacks there."""
    back = exit_leg(position, is_home=is_home)
    return entry_leg(position, is_home=is_home).base + (back.base if back is not None else ZERO)


def worth(position: TwoLegPosition, legs: PairLegs, prices: tuple[Decimal, Decimal], rate_now: Decimal) -> Decimal:
    """What a position brought so far in the home quote, with what is left of it at these prices (home, foreign).

    Money that flowed abroad counts at the rate of its time, and what is left there at `rate_now`. Of a future no money
    flows for its value: that counts wholly at `rate_now`, fees at the rate of their time.
    """
    entry, back = position.entry, position.exit
    then = _rate(entry)
    later = _rate(back) if back is not None else rate_now
    home = entry.home.cash + (back.home.cash if back is not None else ZERO)
    home += rest_base(position, is_home=True) * prices[0]
    first = _flow(entry.foreign)
    second = _flow(back.foreign) if back is not None else ZERO
    left = rest_base(position, is_home=False) * prices[1] * rate_now
    fees = entry.foreign.fee_paid * then + (back.foreign.fee_paid * later if back is not None else ZERO)
    if is_perp(legs.foreign):
        abroad = (first + second) * rate_now + left
    else:
        abroad = first * then + second * later + left
    return home + abroad - fees + position.funding * rate_now


def close_position(state: State, legs: PairLegs, book: PositionBook, prices: tuple[Decimal, Decimal]) -> None:
    """The position has ended: work out what it brought, at the rate of its exit. What is left of it counts at these
    prices and stays on the bot.
    """
    position, now = book.position, clock_of(state, legs)
    rate = _rate(position.exit if position.exit is not None else position.entry)
    pnl = worth(position, legs, prices, rate)
    value = position.entry.home.value
    percent = (pnl / value * HUNDRED).quantize(PERCENT_STEP, ROUND_HALF_EVEN) if value else None
    book.put(stage=PairStage.CLOSED, closed_at=now, imbalance_since=None, pnl=pnl, pnl_pct=percent)
    home = legs.home
    home.set_bot(matched_profit=home.bot.matched_profit + pnl, closed_cycles=home.bot.closed_cycles + 1)
    assert home.market is not None
    if not position.entry.home.filled and not position.entry.foreign.filled:
        state.say(home, say(pair_phrases.PAIR_CAME_TO_NOTHING, number=position.number), Level.LOOK)
        return
    quote = home.market.instrument.quote
    state.say(home, say(pair_phrases.PAIR_CLOSED, number=position.number, pnl=pnl, quote=quote))


def share_funding(state: State, book: BotBook, amount: Decimal) -> None:
    """What the foreign half was paid, or paid, belongs to its open positions by what each holds there.

    The last one gets what rounding leaves. Without an open position it stays with the bot.
    """
    pair = state.pairs.get(pair_id_of(book) or "")
    if pair is None or book.bot.bot_id == pair.bot_id or book.market is None:
        return
    parts = [(each, held(each.position, is_home=False)) for _, each in sorted(pair.positions.items())]
    parts = [(each, quantity) for each, quantity in parts if quantity > 0]
    whole = sum((quantity for _, quantity in parts), ZERO)
    left, step = amount, book.market.instrument.rules.money_increment
    for each, quantity in parts:
        is_last = each is parts[-1][0]
        share = left if is_last else truncate_to(amount * quantity / whole, step)
        left -= share
        each.put(funding=each.position.funding + share)
        state.changed.add(pair.bot_id)


def _rate(legs: Legs) -> Decimal:
    return legs.rate.rate if legs.rate is not None else ONE


def _flow(leg: Leg) -> Decimal:
    """The quote that its fills moved, before fees: negative was paid."""
    return -leg.value if leg.side is Side.BUY else leg.value
