"""Whatever happens, nothing appears and nothing vanishes: random days of two accounts and strangers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.houses import PERP, SPOT, exchange, timers
from tests.support.exchange.amounts import atoms, count, number
from tests.support.exchange.core import Exchange
from tests.support.exchange.ledger import STRANGERS
from tests.support.exchange.orders import Order
from tests.support.exchange.perps import CLEARING
from tests.support.exchange.strangers import Strangers
from tests.support.exchange.values import (
    AccountEvent,
    FeeRule,
    Life,
    OrderEvent,
    PositionSide,
    Refused,
    Request,
    SelfTrade,
    Side,
    Status,
    Type,
)

BTC = "BTC/USDT"
WHO = st.sampled_from(("alice", "bob"))
SIDES = st.sampled_from(list(Side))
PRICES = st.integers(49_995, 50_005).map(Decimal)
SIZES = st.integers(1, 400)
ACTS = st.one_of(
    st.tuples(st.just("limit"), WHO, SIDES, PRICES, SIZES, st.sampled_from(list(Life)), st.booleans()),
    st.tuples(st.just("market"), WHO, SIDES, SIZES, st.booleans()),
    st.tuples(st.just("cost"), WHO, SIZES),
    st.tuples(st.just("cancel"), WHO, st.integers(0, 5)),
    st.tuples(st.just("amend"), WHO, st.integers(0, 5), PRICES, SIZES),
    st.tuples(st.just("stranger"), SIDES, PRICES, SIZES, st.booleans()),
    st.tuples(st.just("move"), PRICES),
    st.tuples(st.just("end"), WHO, st.integers(0, 5)),
    st.tuples(st.just("money"), WHO, st.integers(-500, 500)),
    st.tuples(st.just("time"), st.integers(1, 40_000_000)),
)
DAYS = st.lists(ACTS, min_size=5, max_size=40)


class Day:
    """Carries acts out; a refusal changes nothing, which is looked at."""

    def __init__(self, made: Exchange, step: Decimal) -> None:
        self.made = made
        self._strangers = Strangers(made)
        self._step = step
        self.heard: dict[str, list[AccountEvent]] = {"alice": [], "bob": []}
        for who, heard in self.heard.items():
            made.listen_account(who, heard.append)

    def do(self, act: tuple[Any, ...]) -> None:
        before = self._state()
        try:
            getattr(self, f"_{act[0]}")(*act[1:])
        except Refused:
            assert self._state() == before, f"refused {act} changed something"

    def _state(self) -> object:
        made = self.made
        book = [(price, total) for half in (made.markets[BTC].book.bids, made.markets[BTC].book.asks)
                for price, total in half.levels()]  # fmt: skip
        return book, [made.balances(who) for who in ("alice", "bob")], len(made.history.fills)

    def _limit(self, who: str, side: Side, price: Decimal, size: int, life: Life, reduces: bool) -> None:
        request = Request(BTC, side, Type.LIMIT, size * self._step, price, life=life, is_reduce_only=reduces)
        self.made.place(who, request)

    def _market(self, who: str, side: Side, size: int, reduces: bool) -> None:
        self.made.place(who, Request(BTC, side, Type.MARKET, size * self._step, is_reduce_only=reduces))

    def _cost(self, who: str, size: int) -> None:
        self.made.place(who, Request(BTC, Side.BUY, Type.MARKET, None, cost=Decimal(size)))

    def _open(self, who: str, number: int) -> Order | None:
        found = list(self.made.open_of(who))
        return found[number % len(found)] if found else None

    def _cancel(self, who: str, number: int) -> None:
        if (order := self._open(who, number)) is not None:
            self.made.cancel(who, order.order_id)

    def _amend(self, who: str, number: int, price: Decimal, size: int) -> None:
        if (order := self._open(who, number)) is not None:
            self.made.amend(who, order.order_id, size * self._step, price)

    def _stranger(self, side: Side, price: Decimal, size: int, rests: bool) -> None:
        self._strangers.place(BTC, side, price, size * self._step, rests=rests)

    def _move(self, price: Decimal) -> None:
        self._strangers.move_to(BTC, price, size=100 * self._step, levels=2)

    def _end(self, who: str, number: int) -> None:
        if (order := self._open(who, number)) is not None:
            self.made.end_order(order.order_id)

    def _money(self, who: str, value: int) -> None:
        self.made.transfer(who, "USDT", Decimal(value))

    def _time(self, ms: int) -> None:
        timers(self.made).advance(ms)


def check(day: Day) -> None:
    """What must always be so."""
    made = day.made
    for asset in ("BTC", "USDT", "BNB"):
        assert made.ledger.sum_of(asset) == 0
    book = made.markets[BTC].book
    bid, ask = book.bids.best(), book.asks.best()
    assert bid is None or ask is None or bid < ask
    for half in (book.bids, book.asks):
        resting = list(half.orders())
        assert all(order.left > 0 for order in resting)
        assert sum(total for _, total in half.levels()) == sum(order.left for order in resting)
    for who in ("alice", "bob"):
        _check_account(day, who)
    events = [event.order for who in day.heard for event in day.heard[who] if isinstance(event, OrderEvent)]
    for who in day.heard:
        own = [order.sequence for order in events if order.account == who]
        assert own == sorted(set(own))


def _check_account(day: Day, who: str) -> None:
    made = day.made
    in_book = {id(order) for half in (made.markets[BTC].book.bids, made.markets[BTC].book.asks)
               for order in half.orders()}  # fmt: skip
    open_orders = list(made.open_of(who))
    assert all(id(order) in in_book for order in open_orders)
    for order in open_orders:
        kept = order.record()
        # What is kept of an order is what it is, to the last unit.
        assert (count(kept.remaining), count(kept.size), kept.status) == (order.left, order.size, order.status)
        assert (kept.price, len(kept.fills)) == (number(order.resting_price), len(order.fills))
    for asset in ("BTC", "USDT"):
        entries = sum(each.atoms for each in made.ledger.entries if (each.account, each.asset) == (who, asset))
        assert entries == made.ledger.total(who, asset)
        aside = sum(order.locked for order in open_orders if _asset(order) == asset)
        assert made.ledger.locked(who, asset) == aside
    told = {event.order.order_id: event.order for event in day.heard[who] if isinstance(event, OrderEvent)}
    for record in made.truth(who):
        assert record.filled == sum((fill.size for fill in record.fills), Decimal(0))
        assert record.value == sum((fill.value for fill in record.fills), Decimal(0))
        assert (record.status is Status.FILLED) <= (record.filled > 0)
        # The stream's last word is the query's.
        assert told[record.order_id] == record


def _asset(order: Order) -> str:
    return "BTC" if order.side is Side.SELL else "USDT"


@settings(max_examples=150, deadline=None)
@given(
    DAYS,
    st.sampled_from(list(FeeRule)),
    st.sampled_from((SelfTrade.CANCEL_RESTING, SelfTrade.CANCEL_NEW, SelfTrade.ALLOW)),
)
def test_spot(acts: list[tuple[Any, ...]], rule: FeeRule, self_trade: SelfTrade) -> None:
    made = exchange(
        SPOT, fee_rule=rule, self_trade=self_trade, fee_asset="BNB", fee_asset_price=Decimal(600),
        refuses_post_only=False,
    )  # fmt: skip
    made.transfer("alice", "BNB", Decimal("0.003"))
    day = Day(made, Decimal("0.001"))
    for act in acts:
        day.do(act)
        check(day)
        for who in ("alice", "bob"):
            assert all(made.ledger.free(who, asset) >= 0 for asset in ("BTC", "USDT", "BNB"))


@settings(max_examples=150, deadline=None)
@given(DAYS, st.booleans())
def test_perps(acts: list[tuple[Any, ...]], is_isolated: bool) -> None:
    made = exchange(PERP)
    made.set_isolated("alice", BTC, is_isolated=is_isolated)
    day = Day(made, Decimal(1))
    for act in acts:
        day.do(act)
        check(day)
        _check_positions(made)


def _check_positions(made: Exchange) -> None:
    everybody = ("alice", "bob", STRANGERS)
    held = [made.perps.cost_of(who).get((BTC, PositionSide.BOTH), (0, 0)) for who in everybody]
    if not made.history.foreign:
        assert sum(size for size, _ in held) == 0
        assert sum(cost for _, cost in held) + made.ledger.total(CLEARING, "USDT") == 0
    for who in ("alice", "bob"):
        size, cost = made.perps.cost_of(who).get((BTC, PositionSide.BOTH), (0, 0))
        assert (size == 0) <= (cost == 0)
        signed = _sum(made, who, lambda side, fill: fill.size if side is Side.BUY else -fill.size)
        assert signed * 10**10 == size
        # Wallet less cost is what came in, less every fill's value and fee, and funding: to the last atom.
        cash = _sum(made, who, lambda side, fill: -fill.value if side is Side.BUY else fill.value)
        cash -= _sum(made, who, lambda _, fill: fill.fee)
        cash += sum((event.amount for event in made.funding_paid(who)), Decimal(0))
        outside = sum(each.atoms for each in made.ledger.entries if each.account == who and each.cause == "transfer")
        assert made.ledger.total(who, "USDT") - cost == outside + atoms(cash)


def _sum(made: Exchange, who: str, part: Callable[[Side, Any], Decimal]) -> Decimal:
    return sum((part(order.side, fill) for order in made.truth(who) for fill in order.fills), Decimal(0))
