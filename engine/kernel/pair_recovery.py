"""Two-leg positions coming to this desk, and halves that part: one may be another desk's for a while."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from engine.domain.arbitrage import Leg, Legs, PairStage, TwoLegPosition
from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import Order
from engine.kernel.orders import cancel_all
from engine.kernel.pair_books import PositionBook, pair_id_of
from engine.kernel.pair_fills import way_back
from engine.kernel.state import State
from engine.recovered import RecoveredState


def take_over_pairs(state: State, recovered: RecoveredState) -> None:
    """Add the positions that are not closed, and bring their legs up to what their orders filled.

    Fills of a half that another desk ran meanwhile were booked there, where nobody knew the position.
    """
    for position in recovered.positions:
        pair = state.pairs.get(position.bot_id)
        if pair is not None and position.stage is not PairStage.CLOSED:
            pair.positions[position.number] = PositionBook(position)
    by_leg: defaultdict[tuple[str, int], list[Order]] = defaultdict(list)
    for order in recovered.leg_orders:
        by_leg[(order.bot_id, order.generation)].append(order)
    for (bot_id, number), orders in sorted(by_leg.items()):
        half = state.bots.get(bot_id)
        pair = state.pairs.get(pair_id_of(half) or "") if half is not None else None
        book = pair.positions.get(number) if pair is not None else None
        if half is None or pair is None or book is None or half.market is None:
            continue
        found = _brought_up(book.position, orders, half.market.instrument, is_home=bot_id == pair.bot_id)
        if found != book.position:
            book.position, book.is_changed = found, True
            state.changed.add(pair.bot_id)


def _brought_up(
    position: TwoLegPosition, orders: Iterable[Order], instrument: Instrument, *, is_home: bool
) -> TwoLegPosition:
    entry = position.entry.home if is_home else position.entry.foreign
    ins = [order for order in orders if order.side is entry.side]
    outs = [order for order in orders if order.side is not entry.side]
    position = replace(position, entry=_put(position.entry, _leg(entry, ins, instrument), is_home=is_home))
    if not any(order.filled_quantity for order in outs) and position.exit is None:
        return position
    back = position.exit or way_back(position)
    leg = back.home if is_home else back.foreign
    return replace(position, exit=_put(back, _leg(leg, outs, instrument), is_home=is_home))


def _put(legs: Legs, leg: Leg, *, is_home: bool) -> Legs:
    return replace(legs, home=leg) if is_home else replace(legs, foreign=leg)


def _leg(leg: Leg, orders: Iterable[Order], instrument: Instrument) -> Leg:
    """The leg by the sums of its orders; as it was where they say the same.

    What a fee in a third asset was worth nobody wrote down for it: it stays what it was.
    """
    filled = value = fee_base = fee_quote = fees_at_worth = ZERO
    for order in orders:
        filled += order.filled_quantity
        value += order.filled_value
        if order.fee_asset == instrument.position_asset:
            fee_base += order.fee
            fees_at_worth += order.fee * _average(order)
        elif order.fee_asset == instrument.quote:
            fee_quote += order.fee
    if filled == leg.filled and value == leg.value:
        return leg
    paid = max(fee_quote, leg.fee_paid)
    return replace(leg, filled=filled, value=value, fee=paid + fees_at_worth, fee_base=fee_base, fee_paid=paid)


def _average(order: Order) -> Decimal:
    return order.filled_value / order.filled_quantity if order.filled_quantity else ZERO


def part_pairs(state: State, gone: frozenset[str]) -> None:
    """Halves have left this desk. What the other halves have live is called off: nobody would hedge it."""
    for bot_id in gone:
        state.pairs.pop(bot_id, None)
    for pair_id, hedge_id in tuple(state.hedges.items()):
        if hedge_id in gone:
            del state.hedges[pair_id]
    for half in state.bots.values():
        own = pair_id_of(half)
        if own is not None and (own not in state.pairs or own not in state.hedges):
            state.changed.add(half.bot.bot_id)
            cancel_all(state, half)
