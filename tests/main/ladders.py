"""What the rungs of a durable ladder ask for, beside what is durable of its orders: each difference a sentence."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from engine.bots.grid import Want, wants
from engine.domain.grid import Rung
from engine.domain.instrument import PriceBand, VenueRules
from engine.domain.money import ZERO
from engine.domain.order import Order, Purpose, Side
from tests.proof.books import OurBooks
from tests.support.exchange.told import Wish
from tests.support.exchange.values import Listing

#: What a rung's own orders are for, by side.
PURPOSES = {Side.BUY: Purpose.RUNG_BUY, Side.SELL: Purpose.RUNG_SELL}


def rules_of(listing: Listing) -> VenueRules:
    """As the program must have understood the exchange's own: quantities in base."""
    contract = listing.contract_size
    return VenueRules(
        price_bands=tuple(PriceBand(start, increment) for start, increment in listing.price_bands),
        size_increment=listing.size_increment * contract,
        min_quantity=listing.min_size * contract,
        max_quantity=listing.max_size * contract,
        min_notional=listing.min_notional,
        max_open_orders=listing.max_open_orders,
        maker_fee=listing.maker_fee,
        taker_fee=listing.taker_fee,
    )


@dataclass(frozen=True)
class Ladder:
    """`wishes` is what should rest at the exchange, and `complaints` what the journal's orders have against it."""

    wishes: list[Wish] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def ladder_of(books: OurBooks, listing: Listing, bid: Decimal, ask: Decimal) -> Ladder:
    """The ladder of the only bot while everything stands still and the exchange's best prices are these.

    A rung has the buy that its cycle misses and sells for what it holds, less what is too little to sell, each at its
    line. It has none that would trade at once: such a one waits. Of a ladder with more orders than may rest, the window
    of the nearest ones, this does not know which should.
    """
    rules = rules_of(listing)
    live = [order for order in books.orders.values() if not order.state.is_final]
    by_rung: dict[int, list[Order]] = defaultdict(list)
    for order in live:
        by_rung[order.rung].append(order)
    found = Ladder()
    indexes = [rung.index for _, rung in books.rungs]
    if indexes != list(range(len(indexes))):
        found.complaints.append(f"The rungs are {indexes}.")
    found.complaints.extend(
        f"{order.client_order_id} rests and belongs to no rung."
        for index in by_rung.keys() - set(indexes)
        for order in by_rung[index]
    )
    wanted = len(live)
    for _, rung in books.rungs:
        own = by_rung[rung.index]
        sums = {side: sum((order.remaining for order in own if order.side is side), ZERO) for side in Side}
        found.complaints.extend(_of_orders(rung, own))
        found.complaints.extend(_of_sums(rung, sums, rules))
        missing = wants(rung, sums[Side.BUY], sums[Side.SELL], rules)
        wanted += len(missing)
        found.complaints.extend(_missing(rung, missing, bid, ask))
        found.wishes.extend(
            Wish(listing.symbol, side.value, price, sums[side])
            for side, price in ((Side.BUY, rung.buy_price), (Side.SELL, rung.sell_price))
            if sums[side]
        )
    if wanted > rules.max_open_orders:
        found.complaints.append(f"{wanted} orders are wanted, and {rules.max_open_orders} may rest.")
    return found


def _of_orders(rung: Rung, own: Sequence[Order]) -> Iterator[str]:
    """Each order is of the rung's present cycle and stands at its line."""
    for order in own:
        line = rung.buy_price if order.side is Side.BUY else rung.sell_price
        if order.price != line:
            yield f"Rung {rung.index}: {order.client_order_id} stands at {order.price}, and its line is {line}."
        if (order.purpose, order.cycle) != (PURPOSES[order.side], rung.cycle):
            yield f"Rung {rung.index}: {order.client_order_id} is a {order.purpose} of cycle {order.cycle}."
    if sum(order.side is Side.BUY for order in own) > 1:
        yield f"Rung {rung.index} buys with {len(own)} orders."


def _of_sums(rung: Rung, sums: Mapping[Side, Decimal], rules: VenueRules) -> Iterator[str]:
    """Not more than the cycle misses, and not more than is held."""
    missing, sellable = rung.quantity - rung.bought_gross, rules.floor_size(rung.held)
    if sums[Side.BUY] not in (ZERO, missing):
        yield f"Rung {rung.index} buys {sums[Side.BUY]}, and misses {missing}."
    if sums[Side.SELL] > sellable:
        yield f"Rung {rung.index} sells {sums[Side.SELL]}, and holds {rung.held}."


def _missing(rung: Rung, missing: Sequence[Want], bid: Decimal, ask: Decimal) -> Iterator[str]:
    """What it wants beside its orders and could have."""
    for want in missing:
        would_trade = want.price >= ask if want.side is Side.BUY else want.price <= bid
        if not would_trade:
            yield f"Rung {rung.index} does not {want.side.value} {want.quantity} at {want.price} ({bid} / {ask})."
