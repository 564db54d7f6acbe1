"""A long grid on a perpetual future: booked like spot under a position's name, with margin, funding, and strangers."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bots.grid_rules import preview
from engine.domain.bot import BotState
from engine.domain.grid import Inventory
from engine.domain.ledger import EntryKind
from engine.domain.messages import (
    AccountConnected,
    BalancesReported,
    LedgerRecorded,
    OrderFilled,
    StopBot,
)
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order, OrderKind, Side
from tests.engine.kernel.perp_scenes import (
    CONFIG,
    POSITION,
    D,
    check_books,
    pay,
    perp,
    started,
    tell_position,
)
from tests.engine.kernel.town import ACCOUNT, BOT, Town


def test_a_position_is_booked_like_base_that_was_bought() -> None:
    town = started(perp())
    assert {rung.quantity for rung in town.bot().rungs} == {D("8.8844")}
    assert town.ledger(POSITION) == D("8.8844")
    assert town.ledger("XRP") == ZERO
    town.price(140)
    # Bought at 120, sold at 140: 20 x 8.8844 less 0.0005 x (120 + 140) x 8.8844.
    assert town.bot().matched_profit == D("177.688") - D("1.154972")
    assert town.bot().base_held == ZERO
    check_books(town)


def test_with_leverage_the_investment_is_margin() -> None:
    town = started(perp(leverage=5))
    # (100 + 110 + 120 + 120) x (1 / 5 + 0.0005) = 90.225 quote of margin for a base on each rung: 4000 / 90.225.
    assert {rung.quantity for rung in town.bot().rungs} == {D("44.3336")}
    seen = preview(CONFIG, town.instrument, D(120))
    assert seen.capital_quote == D("3990.024") + D("9.97506")
    # All bought for 44.3336 x 450 = 19950.12 with 3990.02494 behind it; 0.5 % of the value must stay:
    # (19950.12 - 3990.02494) / (177.3344 x 0.995) = 90.452...
    assert seen.liquidation_price == D("90.46")
    account = town.kernel.account_views()[0]
    # 44.3336 x 120 / 5 of the position, with its fee 2.660016; 44.3336 x (100 + 110) / 5 of orders with their fees.
    orders = D("44.3336") * 210 / 5 + D("2.216680") + D("2.438348")
    assert account.free_margin == D(10_000_000) - D("2.660016") - D("1064.0064") - orders
    assert account.free("KRW") == account.free_margin
    check_books(town)


def test_selling_orders_only_reduce_and_buying_ones_open() -> None:
    town = started(perp(leverage=5))
    town.price(100, 140)
    assert {(order.side, order.is_reduce_only) for order in town.placed} == {(Side.BUY, False), (Side.SELL, True)}
    town.send(StopBot(BOT, Inventory.SELL))
    assert town.bot().bot.state is BotState.STOPPED
    assert town.ledger(POSITION) == ZERO
    assert all(
        order.is_reduce_only for order in town.placed if order.kind is OrderKind.MARKET and order.side is Side.SELL
    )


def test_spot_orders_never_say_reduce_only() -> None:
    town = Town()
    town.price(120)
    town.grid(CONFIG)
    town.price(140, 100)
    assert not any(order.is_reduce_only for order in town.placed)


def test_funding_is_in_the_pnl_and_in_the_ledger_once() -> None:
    town = started(perp())
    pay(town, "-12.34", "f1")
    pay(town, "-12.34", "f1")
    pay(town, "2.00000001", "f2")
    view = town.bot()
    assert view.bot.funding == D("-10.33999999")
    assert [entry.amount for entry in town.entries() if entry.kind is EntryKind.FUNDING] == [
        D("-12.34"),
        D("2.00000001"),
    ]
    check_books(town)
    floating = view.floating_pnl
    town.price(140)
    assert town.bot().matched_profit == D("177.688") - D("1.154972")  # funding belongs to no cycle
    assert floating == D("8.8844") * 120 - D("8.8844") * 120 - D("0.533064") - D("10.33999999")
    check_books(town)


def test_funding_is_shared_by_what_each_bot_held_at_its_instant() -> None:
    town = Town(perp())
    town.price(120)
    # 1/3 and 2/3 of a position: lines 100 ... 140 hold one rung above 120 each.
    town.grid(CONFIG, bot_id="testbot1")
    town.grid(replace(CONFIG, investment=D(8001)), bot_id="testbot2")
    first, second = town.bot("testbot1").base_held, town.bot("testbot2").base_held
    at = town.now
    town.price(141, 139)  # both sell everything after that instant
    assert town.bot("testbot1").base_held == ZERO
    pay(town, "-1", "f1", at)
    share = (-1 * first / (first + second)).quantize(D("0.00000001"), "ROUND_DOWN")
    assert town.bot("testbot1").bot.funding == share
    assert town.bot("testbot2").bot.funding == -1 - share
    assert [entry for entry in town.entries(bot_id="") if entry.kind is EntryKind.FUNDING] == []


def test_funding_of_what_no_bot_holds_is_the_accounts() -> None:
    town = started(perp())
    held = town.bot().base_held
    balances = (("KRW", D(10_000_000), ZERO), (POSITION, held * 4, ZERO))
    town.tell(BalancesReported("town", balances, town.now))
    pay(town, "8", "f1")
    assert town.bot().bot.funding == D(2)
    entries = [r.entries for r in town.records if isinstance(r, LedgerRecorded)][-1]
    assert [(entry.bot_id, entry.amount) for entry in entries] == [(BOT, D(2)), ("", D(6))]


def test_funding_before_any_bot_is_none_of_our_business() -> None:
    town = started(perp())
    pay(town, "-5", "old", town.now - timedelta(days=400))
    assert town.bot().bot.funding == ZERO
    assert not any(entry.kind is EntryKind.FUNDING for entry in town.entries())


def test_funding_told_after_the_end_counts_to_the_result() -> None:
    town = started(perp())
    at = town.now
    town.price(121)
    town.send(StopBot(BOT, Inventory.SELL))
    before = town.bot().bot.final_pnl
    pay(town, "-7", "late", at)
    assert before is not None
    assert town.bot().bot.final_pnl == before - 7
    assert town.bot().total_pnl == town.ledger("KRW")


def test_a_fee_in_a_third_asset_is_no_quote() -> None:
    town = started(perp())
    order = next(order for order in town.orders.values() if order.price == D(110))
    fees = town.bot().bot.fees_quote
    fill = Fill(
        "town", "third", order.client_order_id, "XRP/KRW", Side.BUY, D(110), order.quantity, D("0.00071"), "BNB",
        Liquidity.MAKER, town.now,
    )  # fmt: skip
    del town.orders[order.client_order_id]
    town.tell(OrderFilled(fill))
    assert town.bot().bot.fees_quote == fees
    assert town.bot().bot.fees_other == (("BNB", D("0.00071")),)
    assert town.ledger("BNB") == D("-0.00071")
    check_books(town)


def test_an_order_that_the_margin_does_not_cover_is_not_sent() -> None:
    town = started(perp(leverage=5))
    balances = (("KRW", D(-5000), ZERO), (POSITION, town.bot().base_held, ZERO))
    town.tell(BalancesReported("town", balances, town.now))
    town.price(109, 125)
    sent = len(town.placed)
    town.price(109)
    assert [order for order in town.placed[sent:] if order.side is Side.BUY] == []


def test_two_bots_may_not_promise_the_same_margin() -> None:
    account = replace(ACCOUNT, settings=(("cash.KRW", "6000"),))
    town = Town(perp(leverage=5), account)
    town.price(120)
    assert town.grid(CONFIG, bot_id="testbot1") == []
    assert "are free" in town.grid(CONFIG, bot_id="testbot2")[0]
    assert town.grid(replace(CONFIG, investment=D(1900)), bot_id="testbot2") == []


def test_investments_above_the_bracket_are_refused_with_numbers() -> None:
    town = Town(perp(leverage=20))
    town.price(120)
    narrow = replace(CONFIG, investment=D(20_000), lower=D(117), upper=D(121))
    # 20,000 / ((117 + 118 + 119 + 120) x (1 / 20 + 0.0005)) = 835.5265 base a rung, sold at 118, 119, 120 and 121.
    assert D("835.5265") * (118 + 119 + 120 + 121) == D("399381.667")
    assert town.grid(narrow) == [
        "With leverage 20 the venue allows a position worth 200,000 KRW at most; this grid comes to 399,381.667 KRW."
    ]


def test_a_ladder_below_its_liquidation_is_refused() -> None:
    town = Town(perp(leverage=20))
    town.price(120)
    [refused] = town.grid(CONFIG)
    assert refused.startswith("With leverage 20 the venue would close the position at ")
    seen = preview(CONFIG, town.instrument, D(120))
    assert seen.liquidation_price is not None
    assert seen.liquidation_price >= D(100)


def test_the_account_connects_again_with_other_leverage() -> None:
    town = started(perp(leverage=5))
    town.tell(AccountConnected(ACCOUNT, (perp(leverage=10),), town.now))
    assert town.kernel.market_books()[0].instrument.rules.leverage == 10
    town.price(121)
    check_books(town)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 8),
    st.lists(st.one_of(st.integers(95, 150), st.decimals("-50", "50", places=8), st.just("part")), max_size=30),
)
def test_whatever_happens_the_pnl_is_what_the_ledger_is_worth(leverage: int, acts: list[int | Decimal | str]) -> None:
    town = started(perp(leverage=leverage))
    for number, act in enumerate(acts):
        if isinstance(act, int):
            town.price(act)
        elif isinstance(act, Decimal):
            pay(town, str(act), f"f{number}")
        else:
            part(town)
        tell_position(town, town.ledger(POSITION) + town.ledger(POSITION, bot_id=""))
        check_books(town)
        check_margin(town)


def part(town: Town) -> None:
    for order in list(town.orders.values())[:1]:
        if half := town.instrument.rules.floor_size(order.remaining / 2):
            town.fill_part(order, str(half))


def check_margin(town: Town) -> None:
    """What resting sells close is never more than what is held."""
    closing = sum((order.remaining for order in resting_sells(town)), ZERO)
    assert closing <= town.bot().base_held


def resting_sells(town: Town) -> list[Order]:
    return [order for order in town.orders.values() if order.side is Side.SELL]
