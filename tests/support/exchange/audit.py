"""The auditor: knows the exchange's own ledger and history, and compares what a program says of itself with them.

I1 no order without a durable decision; I2 one live order a slot, and no more bought for a decision than was decided;
I3 every decision has ended as the exchange says; I4 what rests is what should; I5 every trade is booked once and the
ledger is the account; I6 the profit reported is what the account gained; I8 never more bound than allowed; I9 nothing
asked during a ban; I10 what is not known was never taken for absent. Amounts are exact. Each complaint is one sentence
that begins with its number.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from tests.support.exchange.amounts import amount, number
from tests.support.exchange.core import Exchange
from tests.support.exchange.told import Told, Trade
from tests.support.exchange.values import ZERO, Fill, Kind, Life, Listing, OrderRecord, Side, Status

#: How the program may call what the exchange calls so.
SAME = {
    Status.OPEN: {"open"},
    Status.FILLED: {"filled"},
    Status.CANCELED: {"canceled"},
    Status.EXPIRED: {"canceled", "rejected"},
    Status.PREVENTED: {"canceled", "rejected"},
}
NOTHING_THERE = {"lost", "rejected", "denied"}
#: What the ledger of the exchange calls the money of trading.
OWN_CAUSES = frozenset({"trade", "fee", "funding", "realized"})
#: A request that was on its way when the ban was said is not one that ignores it.
GRACE_MS = 150

Name = Callable[[OrderRecord, Fill], str]
Facts = tuple[str, Decimal, Decimal, Decimal, str]


def trade_number(_order: OrderRecord, fill: Fill) -> str:
    """How a program calls a trade unless its venue names them otherwise."""
    return str(fill.trade_id)


class Auditor:
    """Of one exchange. `name_of` says how the program calls a trade where it says a trade id at all.

    Where the exchange's wire tells fees by order and not by trade (not `has_trade_fees`), their sums are compared.
    """

    def __init__(self, exchange: Exchange, name_of: Name = trade_number, *, has_trade_fees: bool = True) -> None:
        self._exchange = exchange
        self._name_of = name_of
        self._has_trade_fees = has_trade_fees

    def check(self, told: Told, *, is_settled: bool = True) -> list[str]:
        """All complaints. While things are under way (not settled) only what must hold at every instant."""
        own = [
            order
            for order in self._exchange.truth(told.account)
            if order.order_id not in self._exchange.history.foreign
        ]
        found = [*self._decided(told), *self._doubled(told, own), *self._bound(told, own), *self._banned()]
        found += self._absent(told, own)
        if is_settled:
            found += [*self._ended(told, own), *self._rests(told, own), *self._booked(told, own)]
            found += [*self._money(told), *self._profit(told)]
        return found

    def _decided(self, told: Told) -> Iterator[str]:
        """I1, of every order that arrived, also of those that were refused."""
        intents = {intent.client_order_id: intent for intent in told.intents}
        for received in self._exchange.history.received:
            if received.account != told.account or received.order_id in self._exchange.history.foreign:
                continue
            name = received.request.client_order_id
            intent = intents.get(name)
            if intent is None:
                yield f"I1: order {name or received.order_id} arrived and nobody had decided it."
            elif intent.committed_ms > received.true_ms:
                late = intent.committed_ms - received.true_ms
                yield f"I1: order {name} arrived {late} ms before its decision was durable."

    def _doubled(self, told: Told, own: Sequence[OrderRecord]) -> Iterator[str]:
        """I2."""
        for name, times in Counter(order.client_order_id for order in own).items():
            if times > 1:
                yield f"I2: the exchange took order {name} {times} times."
        intents = {intent.client_order_id: intent for intent in told.intents}
        slots: dict[str, list[OrderRecord]] = defaultdict(list)
        keys: dict[str, list[OrderRecord]] = defaultdict(list)
        for order in own:
            intent = intents.get(order.client_order_id)
            if intent is not None and intent.slot:
                slots[intent.slot].append(order)
            if intent is not None and intent.key:
                keys[intent.key].append(order)
        for slot, orders in slots.items():
            for before, after in pairwise(orders):
                if before.status is Status.OPEN or before.updated_ms > after.created_ms:
                    yield f"I2: {before.client_order_id} and {after.client_order_id} were both live in {slot}."
        wanted: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for intent in told.intents:
            wanted[intent.key] = max(wanted[intent.key], intent.quantity)
        for key, orders in keys.items():
            traded = sum((self._base(order, order.filled) for order in orders), ZERO)
            if traded > wanted[key]:
                yield f"I2: {traded} was traded for {key}, which is about {wanted[key]}."

    def _bound(self, told: Told, own: Sequence[OrderRecord]) -> Iterator[str]:
        """I8: holdings from own trades and open buys, at each moment that one of them changed."""
        for symbol, most in told.most_bound.items():
            orders = [order for order in own if order.symbol == symbol]
            changes: list[tuple[int, int, Decimal, Decimal]] = []
            for order in orders:
                is_buy = order.side is Side.BUY
                size = self._base(order, order.size)
                if is_buy:
                    changes.append((order.created_ms, 1, ZERO, size))
                traded = ZERO
                for fill in order.fills:
                    part = self._base(order, fill.size)
                    traded += part
                    changes.append((fill.at_ms, 2, part if is_buy else -part, -part if is_buy else ZERO))
                if is_buy and order.status.is_final:
                    changes.append((order.updated_ms, 0, ZERO, traded - size))
            for order in self._exchange.truth(told.account):
                # What the venue, or the owner's hand, took away is held no more.
                if order.order_id in self._exchange.history.foreign and order.symbol == symbol:
                    changes += [
                        (fill.at_ms, 2, -self._base(order, fill.size), ZERO)
                        for fill in order.fills
                        if order.side is Side.SELL
                    ]
            held = resting = ZERO
            for at_ms, _, more_held, more_resting in sorted(changes):
                held += more_held
                resting += more_resting
                if held + resting > most:
                    yield f"I8: {held + resting} of {symbol} were bound at {at_ms}, and {most} are allowed."
                    break

    def _banned(self) -> Iterator[str]:
        """I9."""
        for knock in self._exchange.history.knocks:
            if knock.at_ms > knock.since_ms + GRACE_MS:
                yield f"I9: {knock.host}{knock.path} was asked at {knock.at_ms}, banned until {knock.until_ms}."

    def over_limits(self) -> list[str]:
        """I9, the other half: whether somebody asked more often than the venue allows, without any fault's help.

        Apart from `check`, because whoever shares an address with others cannot know what they ask.
        """
        earned = self._exchange.history.over_limits
        return [f"I9: {earned} requests were more than the venue allows."] if earned else []

    def _absent(self, told: Told, own: Sequence[OrderRecord]) -> Iterator[str]:
        """I10."""
        there = {order.client_order_id: order for order in own}
        for intent in told.intents:
            order = there.get(intent.client_order_id)
            if order is not None and intent.state in ("lost", "denied"):
                yield f"I10: order {intent.client_order_id} was given up as {intent.state} and is {order.status} there."

    def _ended(self, told: Told, own: Sequence[OrderRecord]) -> Iterator[str]:
        """I3."""
        there = {order.client_order_id: order for order in own}
        for intent in told.intents:
            order = there.get(intent.client_order_id)
            if order is None:
                if intent.state not in NOTHING_THERE:
                    yield f"I3: order {intent.client_order_id} is {intent.state} here and never arrived there."
            elif intent.state not in self._same(order) and intent.state not in ("lost", "denied"):
                yield f"I3: order {intent.client_order_id} is {intent.state} here and {order.status} there."
            elif intent.filled != self._base(order, order.filled):
                traded = self._base(order, order.filled)
                yield f"I3: order {intent.client_order_id} has {intent.filled} filled here and {traded} there."

    def _rests(self, told: Told, own: Sequence[OrderRecord]) -> Iterator[str]:
        """I4: the sum of what rests by side and price, in however many orders."""
        if told.ladder is None:
            return
        wanted: dict[tuple[str, str, Decimal], Decimal] = defaultdict(lambda: ZERO)
        there: dict[tuple[str, str, Decimal], Decimal] = defaultdict(lambda: ZERO)
        for wish in told.ladder:
            wanted[wish.symbol, wish.side, wish.price] += wish.quantity
        for order in own:
            if order.status is Status.OPEN and order.price is not None:
                there[order.symbol, order.side.value, order.price] += self._base(order, order.remaining)
        for symbol, side, price in sorted({*wanted, *there}):
            key = symbol, side, price
            if wanted[key] != there[key]:
                yield f"I4: {there[key]} of {symbol} rest to {side} at {price}, and {wanted[key]} should."

    def _same(self, order: OrderRecord) -> set[str]:
        """How the program may call it. A house that takes post-only orders and ends them does not tell that from a
        cancel, and nothing traded either way.
        """
        is_untold = order.status is Status.CANCELED and not order.filled and not self._exchange.house.refuses_post_only
        return SAME[order.status] | ({"rejected"} if is_untold and order.life is Life.POST_ONLY else set())

    def _booked(self, told: Told, own: Sequence[OrderRecord]) -> Iterator[str]:
        """I5, trade by trade."""
        booked: dict[str, list[Trade]] = defaultdict(list)
        for trade in told.trades:
            booked[trade.client_order_id].append(trade)
        for order in own:
            mine = booked.pop(order.client_order_id, [])
            there = Counter(self._facts(order, fill, has_name=_has_names(mine)) for fill in order.fills)
            here = Counter((trade.trade_id, *_facts(trade)) for trade in mine)
            if not self._has_trade_fees:
                yield from _fees(order, mine)
                there, here = _without_fees(there), _without_fees(here)
            for facts in (there - here).elements():
                yield f"I5: {_words(facts)} of {order.client_order_id} is not booked."
            for facts in (here - there).elements():
                yield f"I5: {_words(facts)} of {order.client_order_id} is booked and not the exchange's."
        for name, trades in booked.items():
            yield f"I5: {len(trades)} trades of {name} are booked, and the exchange has no such order."

    def _money(self, told: Told) -> Iterator[str]:
        """I5, by asset: everything that trading brought, and everything that the ledger says."""
        right = self.brought(told)
        for asset in sorted({*right, *told.balances}):
            here, there = told.balances.get(asset, ZERO), right.get(asset, ZERO)
            if here != there:
                yield f"I5: the ledger has {here} {asset} and the account {there}, a difference of {here - there}."

    def _profit(self, told: Told) -> Iterator[str]:
        """I6: the worth of all that trading, fees and funding brought, at the marks."""
        if told.profit is None:
            return
        marks = {told.quote: Decimal(1), **told.marks}
        worth = sum((value * marks[asset] for asset, value in self.brought(told).items() if value), ZERO)
        if worth != told.profit:
            yield f"I6: the profit reported is {told.profit} {told.quote} and the account gained {worth}."

    def holdings(self, told: Told) -> dict[str, Decimal]:
        """All that the account has: totals; of perps the wallet less what positions cost, and the positions."""
        held: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for balance in self._exchange.balances(told.account):
            held[balance.asset] += balance.total
        for (symbol, _), (size, cost) in self._exchange.perps.cost_of(told.account).items():
            listing = self._exchange.markets[symbol].listing
            held[self._asset(told, listing)] += number(size) * listing.contract_size
            held[listing.quote] -= amount(cost)
        return held

    def brought(self, told: Told) -> dict[str, Decimal]:
        """What the program's own trading, with fees and funding, made of the account since it began with nothing.

        What came from outside and what others than the program ordered (the trader's hand, a liquidation) is not in it.
        """
        held = self.holdings(told)
        for entry in self._exchange.ledger.entries:
            if entry.account == told.account and entry.cause not in OWN_CAUSES:
                held[entry.asset] -= entry.amount
        for order in self._exchange.truth(told.account):
            if order.order_id in self._exchange.history.foreign:
                listing = self._exchange.markets[order.symbol].listing
                sign = 1 if order.side is Side.BUY else -1
                for fill in order.fills:
                    held[self._asset(told, listing)] -= sign * self._base(order, fill.size)
                    held[listing.quote] += sign * fill.value
                    held[fill.fee_asset] += fill.fee
        return dict(held)

    def _asset(self, told: Told, listing: Listing) -> str:
        return told.position_assets.get(listing.symbol, listing.base)

    def _base(self, order: OrderRecord, size: Decimal) -> Decimal:
        listing = self._exchange.markets[order.symbol].listing
        return size * listing.contract_size if listing.kind is Kind.PERP else size

    def _facts(self, order: OrderRecord, fill: Fill, *, has_name: bool) -> tuple[str, Decimal, Decimal, Decimal, str]:
        name = self._name_of(order, fill) if has_name else ""
        return (name, fill.price, self._base(order, fill.size), fill.fee, fill.fee_asset if fill.fee else "")


def _without_fees(trades: "Counter[Facts]") -> "Counter[Facts]":
    found: Counter[Facts] = Counter()
    for (name, price, quantity, _, _), times in trades.items():
        found[name, price, quantity, ZERO, ""] += times
    return found


def _fees(order: OrderRecord, booked: Sequence[Trade]) -> Iterator[str]:
    """I5, of one order's fees together."""
    there: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for fill in order.fills:
        there[fill.fee_asset] += fill.fee
    for trade in booked:
        there[trade.fee_asset] -= trade.fee
    for asset, value in there.items():
        if value:
            yield f"I5: the fees of {order.client_order_id} differ by {value} {asset}."


def _has_names(trades: Sequence[Trade]) -> bool:
    return any(trade.trade_id for trade in trades)


def _facts(trade: Trade) -> tuple[Decimal, Decimal, Decimal, str]:
    return (trade.price, trade.quantity, trade.fee, trade.fee_asset if trade.fee else "")


def _words(facts: tuple[str, Decimal, Decimal, Decimal, str]) -> str:
    name, price, quantity, fee, fee_asset = facts
    return f"trade {name} of {quantity} at {price} for {fee} {fee_asset}".replace("  ", " ").strip()
