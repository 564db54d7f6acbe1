"""The fee of an order among its trades: the sum is what was paid, whatever was rounded and however often one looks."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.domain.order import Fill, Liquidity, OrderState, Side
from engine.venues.exchanges.dialect import Seen
from engine.venues.exchanges.korean_fees import Trade, exact_fee, split_fee
from engine.venues.exchanges.order_stories import Stories
from tests.support.korean_world import our_order

AT = datetime(2026, 11, 29, tzinfo=UTC)
prices = some.integers(1, 300_000).map(lambda thousands: Decimal(thousands) * 1000)
sizes = some.integers(1, 10**9).map(lambda satoshis: Decimal(satoshis).scaleb(-8))
steps = some.sampled_from([Decimal("0.01"), Decimal(1), Decimal("1E-8"), Decimal("1E-16")])
roundings = some.sampled_from([ROUND_DOWN, ROUND_HALF_UP, ROUND_UP])
rates = some.sampled_from([Decimal("0.0005"), Decimal("0.0004"), Decimal("0.0025"), Decimal("0.00139")])


def trades_of(parts: list[tuple[Decimal, Decimal]]) -> list[Trade]:
    return [Trade(f"t{at}", *part, AT + timedelta(seconds=at)) for at, part in enumerate(parts)]


@given(some.lists(some.tuples(prices, sizes), min_size=1, max_size=12), rates, steps, roundings)
def test_nothing_is_left_over(
    parts: list[tuple[Decimal, Decimal]], rate: Decimal, step: Decimal, rounding: str
) -> None:
    trades = trades_of(parts)
    paid = sum(((trade.value * rate).quantize(step, rounding) for trade in trades), Decimal(0))
    fees = split_fee(trades, paid)
    assert (len(fees), sum(fees)) == (len(trades), paid)
    assert all(fee >= 0 for fee in fees)


@given(some.lists(some.tuples(prices, sizes), min_size=1, max_size=12), rates, steps, roundings)
def test_an_order_looked_at_after_each_trade_books_what_was_paid(
    parts: list[tuple[Decimal, Decimal]], rate: Decimal, step: Decimal, rounding: str
) -> None:
    """Fees booked once are never told anew, so every look must account for those of before as they are."""
    booked: dict[str, Decimal] = {}
    paid = quantity = Decimal(0)
    for count, trade in enumerate(trades_of(parts), 1):
        paid += (trade.value * rate).quantize(step, rounding)
        seen = trades_of(parts)[:count]
        fees = split_fee(seen, paid, quantity, sum(booked.values(), Decimal(0)))
        booked = {each.trade_id: fee for each, fee in zip(seen, fees, strict=True)} | booked
        quantity += trade.quantity
        assert sum(booked.values()) == paid


def test_at_an_exact_rate_each_trade_has_its_own_fee() -> None:
    """The example of Upbit's page of one order: 3.697095875 for 7394.19175."""
    trades = trades_of([(Decimal(1375), Decimal("5.377594")), (Decimal(1376), Decimal(2))])
    fees = split_fee(trades, Decimal("3.697095875") + Decimal("1.376"))
    assert fees == [Decimal("3.697095875"), Decimal("1.376")]


def test_what_was_booked_but_is_no_beginning_of_the_trades_is_not_counted() -> None:
    trades = trades_of([(Decimal(1000), Decimal(1)), (Decimal(1000), Decimal(2))])
    assert split_fee(trades, Decimal("1.5"), Decimal("0.7"), Decimal("0.35")) == [Decimal("0.5"), Decimal(1)]


@given(prices, sizes, rates)
def test_a_fee_that_came_as_a_double_is_told_to_its_last_digit(price: Decimal, size: Decimal, rate: Decimal) -> None:
    value = price * size
    fee = value * rate
    assert exact_fee(value, Decimal(repr(float(fee)))) == fee


@pytest.mark.parametrize(("value", "told"), [("1000", "0.123456789"), ("0", "1")])
def test_a_fee_that_fits_no_rate_is_not_guessed(value: str, told: str) -> None:
    assert exact_fee(Decimal(value), Decimal(told)) is None


def test_who_began_to_ask_before_a_fill_was_told_asks_with_it() -> None:
    """Its fee was booked, so the rest of the order's fee is the rest's; found by the matrix on Bithumb."""
    stories = Stories()
    order = our_order("proof001G1R2BC2A3", Side.BUY, "145294000", "0.02542682")
    told = Fill(
        "live:x", "t1", order.client_order_id, order.symbol, Side.BUY, Decimal(145_294_000), Decimal("0.01017072"),
        Decimal("3694.36"), "KRW", Liquidity.MAKER, AT,
    )  # fmt: skip
    seen = Seen(
        order.client_order_id, "v1", order.symbol, Side.BUY, told.price, order.quantity, told.quantity,
        OrderState.OPEN, 0, fills=(told,),
    )  # fmt: skip
    stories.accepted(order, seen, AT)
    asked = stories.as_told(order)
    assert (asked.filled_quantity, asked.fee) == (told.quantity, told.fee)
    trades = trades_of([(told.price, told.quantity), (told.price, Decimal("0.01525610"))])
    fees = split_fee(trades, Decimal("9235.91"), asked.filled_quantity, asked.fee)
    assert fees[1] == Decimal("5541.55")
