"""Fees in BNB, worked by hand: the account pays them, the bot owes their worth, and both ledgers add up."""

from decimal import Decimal

from engine.domain.instrument import Instrument
from engine.domain.market import Quote
from engine.domain.messages import AccountConnected, FillRecorded, LedgerRecorded, OrderFilled
from engine.domain.order import Fill, Liquidity, Order, Side
from tests.engine.kernel.test_grid_run import check_books, started
from tests.engine.kernel.town import ACCOUNT, RULES, Town

D = Decimal
BNB = Instrument("town", "BNB/KRW", "BNB", "KRW", RULES)


def with_bnb(price: str = "800000") -> Town:
    """A grid of rungs 100, 110, 120, 130 at 135, on an account that has a market of BNB as well."""
    town = started(135)
    town.tell(AccountConnected(ACCOUNT, (town.instrument, BNB), town.now))
    quote_bnb(town, price)
    return town


def quote_bnb(town: Town, price: str) -> None:
    town.tell(Quote("town", "BNB/KRW", D(price), D(price), town.now))


def fill(town: Town, order: Order, fee: str) -> None:
    """All of a resting order trades, and its fee is taken in BNB."""
    assert order.price is not None
    del town.orders[order.client_order_id]
    town.trade_number += 1
    town.tell(
        OrderFilled(
            Fill(
                "town", f"b{town.trade_number}", order.client_order_id, "XRP/KRW", order.side, order.price,
                order.quantity, D(fee), "BNB", Liquidity.MAKER, town.now,
            )
        )
    )  # fmt: skip


def resting(town: Town, side: Side, price: int) -> Order:
    return next(order for order in town.orders.values() if (order.side, order.price) == (side, D(price)))


def entries_of_account(town: Town, asset: str) -> Decimal:
    """What the ledger says the whole account has gained of an asset since it was opened."""
    return sum(
        (
            entry.amount
            for record in town.records
            if isinstance(record, FillRecorded | LedgerRecorded)
            for entry in record.entries
            if entry.asset == asset and entry.kind.value != "deposit"
        ),
        D(0),
    )


def test_a_cycle_bears_the_worth_of_its_fees_at_the_prices_of_their_moments() -> None:
    town = with_bnb()
    buy = resting(town, Side.BUY, 130)
    fill(town, buy, "0.00000125")  # at 800,000 that is 1 KRW
    check_books(town)
    quote_bnb(town, "1000000")
    fill(town, resting(town, Side.SELL, 140), "0.000002")  # at 1,000,000 that is 2 KRW
    view = town.bot()
    assert view.matched_profit == 10 * buy.quantity - 1 - 2
    assert view.bot.fees_quote == 3
    assert view.bot.fees_other == (("BNB", D("0.00000325")),)
    # The bot owes quote and has no BNB; the account paid the BNB and has the quote.
    assert town.ledger("BNB") == 0
    assert entries_of_account(town, "BNB") == D("-0.00000325")
    assert entries_of_account(town, "KRW") == 10 * buy.quantity
    check_books(town)


def test_the_worth_is_rounded_to_the_venues_money() -> None:
    town = with_bnb("812345.67")
    fill(town, resting(town, Side.BUY, 130), "0.00071239")
    # 0.00071239 x 812345.67 = 578.7069318513
    assert town.bot().bot.fees_quote == D("578.70693185")
    check_books(town)


def test_without_a_market_the_fee_is_on_the_ledger_and_said_once() -> None:
    town = started(135)
    fill(town, resting(town, Side.BUY, 130), "0.00000125")
    town.price(131)
    fill(town, resting(town, Side.BUY, 120), "0.00000125")
    assert town.bot().bot.fees_quote == 0
    assert town.ledger("BNB") == D("-0.0000025")
    assert sum("taken in BNB" in line for line in town.said()) == 1
    check_books(town)


def test_a_fee_in_bnb_is_borne_once_over_a_restart() -> None:
    town = with_bnb()
    order = resting(town, Side.BUY, 130)
    fill(town, order, "0.00000125")
    kernel = town.reborn()
    [view] = kernel.bot_views()
    assert view.bot.fees_quote == 1
    assert view.bot.fees_other == (("BNB", D("0.00000125")),)


def test_what_filled_before_the_first_quote_is_valued_where_the_market_stands() -> None:
    town = started(135)
    town.tell(AccountConnected(ACCOUNT, (town.instrument, BNB), town.now))
    town.kernel.know_price("town", "BNB/KRW", D(800_000))
    fill(town, resting(town, Side.BUY, 130), "0.00000125")
    assert town.bot().bot.fees_quote == 1
    check_books(town)
