"""Two sets of books of one account, ours and the venue's, and everything in which they may not differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

#: States of an order of ours that end it, by what the venue must know about it then.
TRADED = frozenset({"filled", "canceled"})
NEVER_ARRIVED = frozenset({"denied", "lost"})


@dataclass(frozen=True)
class BookedOrder:
    """One order. `state` is "open" or how it ended; quantities in base. `rung` -1 is an order of no rung."""

    client_order_id: str
    side: str
    price: Decimal | None
    quantity: Decimal
    filled: Decimal
    state: str
    rung: int = -1


@dataclass(frozen=True)
class BookedTrade:
    """One execution, without its identity."""

    client_order_id: str
    side: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str


@dataclass(frozen=True)
class BookedRung:
    """One rung of the present ladder: base of the open cycle, gross on buys, net of fees, sold."""

    index: int
    quantity: Decimal
    bought_gross: Decimal
    bought: Decimal
    sold: Decimal


@dataclass(frozen=True)
class Books:
    """All orders, all trades by their identity as they were written down (also twice), balances by asset."""

    orders: Sequence[BookedOrder]
    trades: Sequence[tuple[str, BookedTrade]]
    balances: Mapping[str, Decimal]


def differences(ours: Books, venue: Books, rungs: Sequence[BookedRung]) -> list[str]:
    """One sentence for each thing that is lost, doubled or wrong; empty when both books agree to the last unit."""
    return [
        *_doubled(ours, "journal"),
        *_doubled(venue, "venue"),
        *_orders(ours, venue),
        *_trades(ours, venue),
        *_balances(ours, venue),
        *_sums_of_orders(ours, "journal"),
        *_sums_of_orders(venue, "venue"),
        *_rungs(ours, rungs),
    ]


def _doubled(books: Books, whose: str) -> list[str]:
    ids = Counter(order.client_order_id for order in books.orders)
    trades = Counter(trade_id for trade_id, _ in books.trades)
    return [
        *(f"The {whose} has order {key} {count} times." for key, count in ids.items() if count > 1),
        *(f"The {whose} has trade {key} {count} times." for key, count in trades.items() if count > 1),
    ]


def _orders(ours: Books, venue: Books) -> list[str]:
    mine = {order.client_order_id: order for order in ours.orders}
    theirs = {order.client_order_id: order for order in venue.orders}
    found = [f"The venue has order {key} and the journal has no intent of it." for key in theirs if key not in mine]
    for key, order in mine.items():
        there = theirs.get(key)
        if order.state == "open" and (there is None or there.state != "open"):
            found.append(f"Order {key} is open in the journal and {there.state if there else 'not'} at the venue.")
        elif there is not None and there.state == "open" and order.state != "open":
            found.append(f"Order {key} is open at the venue and {order.state} in the journal.")
        elif order.state in TRADED and there is None:
            found.append(f"Order {key} is {order.state} in the journal and the venue never saw it.")
        elif order.state in NEVER_ARRIVED and there is not None:
            found.append(f"Order {key} is {order.state} in the journal and {there.state} at the venue.")
        elif order.state not in TRADED | NEVER_ARRIVED | {"open", "rejected"}:
            found.append(f"Order {key} is {order.state} in the journal: nobody found out what became of it.")
        if there is not None and (order.side, order.price, order.quantity) != (there.side, there.price, there.quantity):
            found.append(f"Order {key} is another one at the venue.")
        if there is not None and order.filled != there.filled:
            found.append(f"Order {key} has {order.filled} filled in the journal and {there.filled} at the venue.")
    return found


def _trades(ours: Books, venue: Books) -> list[str]:
    mine, theirs = dict(ours.trades), dict(venue.trades)
    return [
        *(f"Trade {key} of the venue is not in the journal." for key in theirs if key not in mine),
        *(f"Trade {key} of the journal is not the venue's." for key in mine if key not in theirs),
        *(
            f"Trade {key} differs: {mine[key]} and {theirs[key]}."
            for key in mine
            if theirs.get(key, mine[key]) != mine[key]
        ),
    ]


def _balances(ours: Books, venue: Books) -> list[str]:
    none = Decimal(0)
    return [
        f"The ledger has {ours.balances.get(asset, none)} {asset}, the venue {venue.balances.get(asset, none)}."
        for asset in sorted({*ours.balances, *venue.balances})
        if ours.balances.get(asset, none) != venue.balances.get(asset, none)
    ]


def _sums_of_orders(books: Books, whose: str) -> list[str]:
    sums: dict[str, Decimal] = {}
    for _, trade in books.trades:
        sums[trade.client_order_id] = sums.get(trade.client_order_id, Decimal(0)) + trade.quantity
    found = []
    for order in books.orders:
        traded = sums.get(order.client_order_id, Decimal(0))
        if traded != order.filled:
            found.append(f"Order {order.client_order_id} of the {whose} has {order.filled} filled and {traded} traded.")
        if order.filled > order.quantity:
            found.append(f"Order {order.client_order_id} of the {whose} filled more than it asked for.")
    return found


def _rungs(ours: Books, rungs: Sequence[BookedRung]) -> list[str]:
    """What rests for a rung is never more than the rung still wants to buy, or holds to sell."""
    found = []
    for rung in rungs:
        live = [order for order in ours.orders if order.state == "open" and order.rung == rung.index]
        buys = [order.quantity - order.filled for order in live if order.side == "buy"]
        sells = [order.quantity - order.filled for order in live if order.side == "sell"]
        if len(buys) > 1:
            found.append(f"Rung {rung.index} has {len(buys)} buys resting.")
        if sum(buys) > rung.quantity - rung.bought_gross:
            found.append(f"Rung {rung.index} buys {sum(buys)} and wants {rung.quantity - rung.bought_gross}.")
        if sum(sells) > rung.bought - rung.sold:
            found.append(f"Rung {rung.index} sells {sum(sells)} and holds {rung.bought - rung.sold}.")
    return found
